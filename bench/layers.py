"""Layers that are more than a matrix product, compared with torch: a (256, 512) batch in float32, one thread each."""

import numpy as np
import torch

from dnnkit import dropout, network, norm_layers

from .record import Record, one_thread, paired

SHAPE = 256, 512
GOALS = {"sigmoid": 0.3, "gelu": 0.1, "layernorm": 0.2, "dropout": 0.3}
RUNS = 101  # of well under a millisecond


def run():
    """Yield a record `<layer>_vs_torch` for each, in microseconds; ours also check their arguments."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal(SHAPE, dtype=np.float32)
    gamma, beta = np.ones(SHAPE[1], np.float32), np.zeros(SHAPE[1], np.float32)
    tensor = torch.from_numpy(x)
    scale = torch.from_numpy(gamma), torch.from_numpy(beta)
    pairs = {
        "sigmoid": (lambda: network.sigmoid(x), lambda: torch.sigmoid(tensor)),
        "gelu": (lambda: network.gelu(x), lambda: torch.nn.functional.gelu(tensor)),
        "layernorm": (
            lambda: norm_layers.layernorm_forward(x, gamma, beta)[0],
            lambda: torch.nn.functional.layer_norm(tensor, SHAPE[1:], *scale),
        ),
        "dropout": (
            lambda: dropout.inverted_dropout(x, 0.8, rng=rng, train=True)[0],
            lambda: torch.nn.functional.dropout(tensor, 0.2),
        ),
    }
    with one_thread():
        for name, (ours, other) in pairs.items():
            if name != "dropout":  # whose masks are drawn
                np.testing.assert_allclose(ours(), other().numpy(), rtol=1e-4, atol=1e-5)
            mine, theirs, ratio = paired(ours, other, runs=RUNS)
            goal = GOALS[name]
            yield Record(f"{name}_vs_torch", 1e6 * mine, 1e6 * theirs, ratio, "µs", f"> {goal:g}", ratio > goal)
