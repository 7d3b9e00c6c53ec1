"""Which parameters decay."""

import fnmatch

from dnnkit import _inputs
from dnnkit.pytorch import structure


def parameter_groups(model, *, weight_decay, decays=None):
    """Parameters in two groups for an optimizer: weights, which decay, and biases, gains and norms, which do not.

    Parameters
    ----------
    model : torch.nn.Module
        Parameters named by its method ``no_weight_decay()``, or by that of a module within it, do not decay; names may
        contain ``*``, as timm's do.
    weight_decay : float
        For the first group; not negative.
    decays : callable, optional
        ``decays(name, parameter)`` returns True for the first group and False for the second, instead of the rules.

    Returns
    -------
    list of two dicts
        ``name`` (``"decay"``, then ``"no_decay"``), ``params``, ``param_names`` and ``weight_decay``, for
        ``torch.optim.AdamW`` and the like. Decay is for parameters with two or more axes that belong to no norm and are
        neither a bias nor a vector with extra axes of length 1. Frozen parameters are in neither group; shared ones
        appear once, in the second if any of their places belongs there.

    Raises
    ------
    TypeError
        If `model` is not a module or `weight_decay` not a real number, or if `decays` cannot be called or does not
        return a bool.
    ValueError
        If `weight_decay` is negative or a lazy layer has not seen a batch.

    References
    ----------
    Loshchilov and Hutter 2019, *Decoupled weight decay regularization*, for the decay.

    Examples
    --------
    >>> import torch
    >>> from torch import nn
    >>> model = nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.Linear(4, 2))
    >>> groups = parameter_groups(model, weight_decay=0.1)
    >>> [(group["name"], group["weight_decay"], group["param_names"]) for group in groups]
    [('decay', 0.1, ['0.weight', '2.weight']), ('no_decay', 0.0, ['0.bias', '1.weight', '1.bias', '2.bias'])]
    >>> optimizer = torch.optim.AdamW(groups, lr=1e-3)
    """
    weight_decay = _inputs.number("weight_decay", weight_decay, low=0)
    model = structure.unwrapped(model)
    if decays is not None:
        _inputs.function("decays", decays, "decays(name, parameter)")
    excluded = _excluded(model)
    parameters, verdicts = {}, {}
    for name, module, local, parameter in structure.owned_parameters(model):
        if parameter.requires_grad:
            first, _ = parameters.setdefault(id(parameter), (name, parameter))
            if decays is not None:
                verdict = verdicts[first] if first in verdicts else decays(first, parameter)
                _inputs.boolean(f"decays({first!r}, parameter)", verdict)
            else:
                named = any(fnmatch.fnmatchcase(name, pattern) for pattern in excluded)
                verdict = not named and structure.is_weight(module, local, parameter)
            verdicts[first] = verdicts.get(first, True) and verdict
    groups = [
        {"name": "decay", "params": [], "param_names": [], "weight_decay": weight_decay},
        {"name": "no_decay", "params": [], "param_names": [], "weight_decay": 0.0},
    ]
    for name, parameter in parameters.values():
        group = groups[0 if verdicts[name] else 1]
        group["params"].append(parameter)
        group["param_names"].append(name)
    return groups


def _excluded(model):
    """Patterns of what modules say should not decay, with the names that their parameters have in the model."""
    found = []
    for prefix, module in structure.named_modules(model):
        method = getattr(module, "no_weight_decay", None)
        if callable(method):
            found += [f"{prefix}.{structure.clean(name)}".lstrip(".") for name in method()]
    return found
