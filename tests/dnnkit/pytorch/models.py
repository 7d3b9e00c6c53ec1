"""Networks that the tests look into, and everything that a look must leave alone."""

import copy

import numpy as np
import torch
from torch import nn


def rng(seed=0):
    return np.random.default_rng(seed)


def convolutional():
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(inplace=True),
        nn.Conv2d(8, 16, 3, stride=2, groups=2),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(64, 10),
    )


class Transformer(nn.Module):
    """A small classifier of sequences, with its own parameter in addition to its layers."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(30, 16)
        self.position = nn.Parameter(torch.randn(1, 7, 16) / 10)
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2, 32, batch_first=True), 2)
        self.head = nn.Linear(16, 5)

    def forward(self, tokens):
        return self.head(self.encoder(self.embedding(tokens) + self.position).mean(dim=1))


IMAGES = (torch.tensor(rng(1).standard_normal((6, 1, 9, 9)), dtype=torch.float32), torch.arange(6))
TOKENS = (torch.arange(28).reshape(4, 7), torch.arange(4))
REAL = {"convolutional": (convolutional, IMAGES), "transformer": (Transformer, TOKENS)}


def deep(activation, *, layers=12, width=32, classes=10):
    hidden = [module for _ in range(layers) for module in (nn.Linear(width, width), activation())]
    return nn.Sequential(*hidden, nn.Linear(width, classes))


DEEP_BATCH = (torch.tensor(rng(2).standard_normal((16, 32)), dtype=torch.float32), torch.arange(16) % 10)


def hooks_of(model):
    return sum(len(module._forward_hooks) + len(module._backward_hooks) for module in model.modules())


def snapshot(model):
    """Everything that a look at a model must leave alone."""
    return (
        copy.deepcopy(model.state_dict()),
        [None if p.grad is None else p.grad.clone() for p in model.parameters()],
        [module.training for module in model.modules()],
        torch.get_rng_state(),
        hooks_of(model),
    )


def assert_unchanged(model, before):
    after = snapshot(model)
    torch.testing.assert_close(after, before, rtol=0, atol=0)
