"""First weights of a module: drawn by a scheme, or scaled by what a batch shows."""

import math

import torch

from dnnkit import _inputs
from dnnkit.initialization import init_std
from dnnkit.pytorch import structure
from dnnkit.pytorch.state import preserved
from dnnkit.pytorch.tensors import call, first_tensor, moments


class Weights(list):
    """Names of the weights that were changed; ``print`` also shows which were left alone, and why.

    Parameters
    ----------
    changed : iterable of str
    left : dict of str to str
        The reason for each weight that was left as it was.

    Examples
    --------
    >>> print(Weights(["0.weight"], {"1.weight": "frozen"}))
    changed: 0.weight
    left alone: 1.weight (frozen)
    """

    def __init__(self, changed, left):
        super().__init__(changed)
        self.left = left

    def to_dict(self):
        """``changed`` and ``left``, fit for JSON."""
        return {"changed": list(self), "left": dict(self.left)}

    def __str__(self):
        left = ", ".join(f"{name} ({reason})" for name, reason in self.left.items())
        return "\n".join([f"changed: {', '.join(self) or 'none'}", *([f"left alone: {left}"] if left else [])])


def initialize(model, *, scheme, rng):
    """Redraw the weights of a model by a scheme and set the biases of their layers to zero, in place.

    Linear layers (Hugging Face's ``Conv1D`` included), convolutions (transposed and grouped ones included) and
    attention's projections are drawn from a normal distribution with :func:`dnnkit.initialization.init_std`. Everything
    else, such as norms and embeddings, is left alone, and so are weights that are frozen, tied to something other than
    such a layer (as a language model's head is to its embedding), or computed from other parameters.

    Parameters
    ----------
    model : torch.nn.Module
    scheme : {"lecun", "glorot", "he"}
        A convolution's fans are its channels (per group) times the size of its kernel.
    rng : numpy.random.Generator

    Returns
    -------
    Weights
        A list of the names of the weights that were drawn; its ``left`` says why other weights of such layers were left
        alone.

    Raises
    ------
    TypeError
        If `model` is not a module or `rng` is not a Generator.
    ValueError
        If `scheme` is unknown, a lazy layer has not seen a batch, or the model is on the meta device.

    References
    ----------
    He et al. 2015, *Delving deep into rectifiers*, section 2.2, for convolutions.

    Examples
    --------
    >>> import numpy as np
    >>> from torch import nn
    >>> model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.Flatten(), nn.Linear(8, 2))
    >>> initialize(model, scheme="he", rng=np.random.default_rng(0))
    ['0.weight', '3.weight']
    """
    rng = _inputs.generator(rng)
    init_std(1, 1, scheme=scheme)  # an unknown scheme is reported before anything changes
    model = structure.with_data(structure.unwrapped(model))
    drawable, left = _drawable(model)
    for _, module, local, (fan_in, fan_out) in drawable:
        weight = module._parameters[local]
        values = rng.normal(0.0, init_std(fan_in, fan_out, scheme=scheme), size=tuple(weight.shape))
        with torch.no_grad():
            weight.copy_(torch.from_numpy(values))
        _zero_biases(module)
    return Weights([name for name, *_ in drawable], left)


def lsuv(model, inputs):
    r"""Scale the weights of a model, layer by layer, so that each layer's output has variance one on a batch, in place.

    .. math:: W_l \leftarrow \frac{W_l}{\sqrt{\operatorname{Var}(z_l)}}

    The layers' biases are set to zero, which makes one division exact. In the paper the weights are first drawn by
    ``torch.nn.init.orthogonal_``. Everything else, including running statistics of batch norm and random numbers, is
    left as it was, and so are the weights that :func:`initialize` leaves alone and those of attention, whose sums no
    module returns. A layer that is called several times is scaled for its first call.

    Parameters
    ----------
    model : torch.nn.Module
    inputs : tensor, tuple or dict
        A batch of training data, as for :func:`gradient_report`.

    Returns
    -------
    Weights
        Names of the scaled weights, in the order of the layers' calls; ``left`` says why others were left alone.

    Raises
    ------
    TypeError
        If `model` is not a module.
    ValueError
        If a layer's output does not vary over the batch or is not finite, a lazy layer has not seen a batch, or the
        model is on the meta device. The model is then as it was.

    References
    ----------
    Mishkin and Matas 2016, *All you need is a good init*.

    Examples
    --------
    >>> from torch import nn
    >>> model = nn.Sequential(nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 4))
    >>> x = torch.randn(100, 8)
    >>> lsuv(model, x)
    ['0.weight', '2.weight']
    >>> with torch.no_grad():
    ...     round(model(x).var(correction=0).item(), 4)
    1.0
    """
    model = structure.with_data(structure.unwrapped(model))
    drawable, left = _drawable(model)
    modules = {name: module for name, module, local, _ in drawable if local == "weight"}
    stds, handles = {}, []

    def hook(name):
        def scale(module, args, kwargs, output):
            if name in stds:
                return None
            _zero_biases(module)
            stds[name] = std = moments(first_tensor(module.forward(*args, **kwargs)))[1]
            if not 0 < std < math.inf:
                raise ValueError(f"inputs must make the output of {name!r} vary, got standard deviation {std:g}")
            module.weight.div_(std)
            scaled = module.forward(*args, **kwargs)
            if abs(moments(first_tensor(scaled))[1] - 1) > 0.1:  # it standardizes its weights, say
                left[name] = "its output does not follow the size of its weights"
            return scaled

        return scale

    try:
        with preserved(model, values=inputs), torch.no_grad():
            for name, module in modules.items():
                handles.append(module.register_forward_hook(hook(name), with_kwargs=True, prepend=True))
            call(model, inputs)
    finally:
        for handle in handles:
            handle.remove()
    left |= {name: "not called by itself" for name, *_ in drawable if name not in stds}
    stds = {name: std for name, std in stds.items() if name not in left}
    with torch.no_grad():
        for name, std in stds.items():
            modules[name].weight.div_(std)
            _zero_biases(modules[name])
    return Weights(stds, left)


def _zero_biases(module):
    for bias in map(module._parameters.get, ("bias", "in_proj_bias")):
        if bias is not None and bias.requires_grad:
            torch.nn.init.zeros_(bias)


def _drawable(model):
    """(name, module, name in the module, fans) of the weights to change, and why the other layers' weights are left."""
    owners = {}
    for name, module, local, parameter in structure.owned_parameters(model):
        owners.setdefault(id(parameter), []).append((name, module, local))
    found, left = {}, {}
    for prefix, module in structure.named_modules(model):
        for local, fans in structure.fans(module).items():
            name = f"{prefix}.{local}".lstrip(".")
            weight = module._parameters.get(local)
            others = [other for other in owners.get(id(weight), ()) if other[2] not in structure.fans(other[1])]
            if weight is None:
                left[name] = "computed from other parameters"
            elif not weight.requires_grad:
                left[name] = "frozen"
            elif others:
                left[name] = f"tied to {others[0][0]}"
            elif id(weight) not in found:
                found[id(weight)] = (name, module, local, fans)
    return list(found.values()), left
