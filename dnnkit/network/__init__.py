"""One small fully connected network, forward and backward.

A network is a list of ``(W, b)``, one pair per layer, W of shape (fan_in, fan_out) and b of shape (fan_out,).
A batch is (n, features) and a layer computes ``z = a @ W + b``. Hidden layers are followed by an activation,
the last one is not: its outputs are logits (for classes) or predictions (for numbers).
"""

from dnnkit.network.activations import ACTIVATIONS, gelu, leaky_relu, relu, sigmoid, tanh
from dnnkit.network.losses import (
    LOSSES,
    cross_entropy,
    cross_entropy_gradient,
    huber,
    huber_gradient,
    softmax,
    squared_error,
    squared_error_gradient,
)
from dnnkit.network.passes import affine, backward, forward

__all__ = [
    "ACTIVATIONS",
    "LOSSES",
    "affine",
    "backward",
    "cross_entropy",
    "cross_entropy_gradient",
    "forward",
    "gelu",
    "huber",
    "huber_gradient",
    "leaky_relu",
    "relu",
    "sigmoid",
    "softmax",
    "squared_error",
    "squared_error_gradient",
    "tanh",
]
