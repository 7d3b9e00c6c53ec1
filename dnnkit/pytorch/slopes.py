"""Where an activation is nearly flat, so that hardly any gradient passes."""

import torch
from torch import nn

# The largest slope of each activation, subclasses before their base classes.
_STEEPEST = {
    nn.Sigmoid: 0.25,
    nn.LogSigmoid: 1.0,
    nn.Hardsigmoid: 1 / 6,
    nn.GELU: 1.1289,
    nn.SiLU: 1.0998,
    nn.Mish: 1.0885,
    nn.Hardswish: 1.5,
    nn.SELU: 1.7581,
    nn.ReLU: 1.0,
    nn.LeakyReLU: 1.0,
    nn.Hardtanh: 1.0,  # ReLU6 is one
    nn.Tanh: 1.0,
    nn.Softsign: 1.0,
    nn.Softplus: 1.0,
    nn.ELU: 1.0,
    nn.CELU: 1.0,
}


def steepest(module):
    """Largest slope of an activation; None if the module is not a known activation."""
    return next((slope for kind, slope in _STEEPEST.items() if isinstance(module, kind)), None)


def flat_share(module, z):
    """Share of the inputs `z` at which an activation has less than a twentieth of its largest slope.

    The slope is autograd's, at a copy of the inputs: many activations overwrite theirs.
    """
    with torch.enable_grad():
        leaf = z.detach().clone().requires_grad_()
        (slope,) = torch.autograd.grad(module.forward(leaf.clone()).sum(), leaf)
    return (slope.abs() < 0.05 * steepest(module)).double().mean().item()
