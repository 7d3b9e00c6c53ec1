"""What starts at zero, or close to it, on purpose: a head, or the gain of a residual branch.

Nothing below it gets a gradient in the first step, though all is well from the second on.
"""

import math

import torch

from dnnkit.pytorch import structure

_SMALL = 0.01  # of what keeps the size of a signal: 1 for a gain, 1 / sqrt(fan_in) for a weight
_GAINS = ("gamma", "scale", "gain", "alpha")  # LayerScale, SkipInit and ReZero, by the names in use
_MOST_HEADS = 2  # a distilled transformer has two; a whole network of small weights is a fault


def small_heads(path):
    """The last layers with weights, if they start close to zero: pairs of name and weight.

    `path` are pairs (LayerStatistics, module) in the order of their calls.
    """
    found = []
    for layer, module in reversed(path[-_MOST_HEADS:]):
        weights = structure.weights_of(module)
        if len(weights) != 1 or layer.shape != path[-1][0].shape or _keeps(weights[0], module) > _SMALL:
            break
        found.append((layer.label, weights[0]))
    return found


def small_gains(model):
    """Gains of norms and of residual branches that start close to zero: pairs of name and parameter."""
    found = []
    for name, module, local, parameter in structure.owned_parameters(model):
        gain = local == "weight" if structure.is_norm(module) else any(word in local.lower() for word in _GAINS)
        gain = gain and "bias" not in local and not structure.is_weight(module, local, parameter)
        if gain and parameter.detach().abs().max().item() <= _SMALL:
            found.append((name, parameter))
    return found


def fill(parameters):
    """Give parameters the size at which a signal passes, in place: gains 1, weights drawn by LeCun's scheme."""
    with torch.no_grad():
        for parameter in parameters:
            if sum(size > 1 for size in parameter.shape) < 2:
                parameter.fill_(1.0)
            else:
                parameter.normal_(0.0, 1 / math.sqrt(parameter[0].numel()))


def _keeps(weight, module):
    """By what factor a layer's weight changes the size of a signal without a preferred direction, going forward."""
    fan_in = weight.shape[0] if structure.is_conv1d(module) else weight[0].numel()
    return weight.detach().double().square().mean().sqrt().item() * math.sqrt(fan_in)
