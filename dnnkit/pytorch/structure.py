"""What a module is: its name, whether it is a layer, and which of its parameters are weights."""

import math

import torch
from torch import nn
from torch.nn.utils import parametrize

NORMS = (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)
_TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d, *_TRANSPOSED)
# In these, every parameter that is not a bias is a weight, whatever its shape: one output makes a weight of (1, n).
_WEIGHTED = (
    nn.Linear,
    nn.Bilinear,
    *_CONVOLUTIONS,
    nn.Embedding,
    nn.EmbeddingBag,
    nn.MultiheadAttention,
    nn.RNNBase,
    nn.RNNCellBase,
)
_PARALLEL = (nn.DataParallel, nn.parallel.DistributedDataParallel)
_COMPILED = "_orig_mod"  # where torch.compile keeps the module that it wraps


def unwrapped(model, *, lazy=False):
    """The module itself, without what compiles or distributes it; lazy layers are refused unless they are expected."""
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, got {type(model).__name__}")
    while wrapping := [name for name in _wrappers(model) if name in model._modules]:
        model = model._modules[wrapping[0]]
    if isinstance(model, torch.jit.ScriptModule):
        raise TypeError("model must be a Python module, whose layers can be watched, got a ScriptModule")
    if not lazy and is_lazy(model):
        waiting = [name for name, module in named_modules(model) if _waits(module)]
        raise ValueError(f"model must have seen a batch, which its lazy layer {waiting[0]!r} waits for")
    return model


def _wrappers(model):
    return (_COMPILED, "module") if isinstance(model, _PARALLEL) else (_COMPILED,)


def is_compiled(model):
    """Whether some part of a model was compiled: such a part runs without calling hooks."""
    return any(_COMPILED in module._modules or module._compiled_call_impl is not None for module in model.modules())


def with_data(model):
    """Refuse a model whose parameters have shapes and no values."""
    for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
        if tensor.is_meta:
            raise ValueError(f"model must hold values, got {name!r} on the meta device: call to_empty or load it first")
    return model


def is_lazy(model):
    """Whether some layer still waits for its first batch, to learn the shapes of its parameters."""
    return any(map(_waits, model.modules()))


def _waits(module):
    return isinstance(module, nn.modules.lazy.LazyModuleMixin) and module.has_uninitialized_params()


def named_modules(model):
    """Pairs of name and module, like ``model.named_modules()``, without what torch.compile puts into names."""
    for name, module in model.named_modules():
        if _COMPILED not in module._modules:
            yield clean(name), module


def clean(name):
    """The name of a module or parameter as it was before parts of the model were compiled."""
    return ".".join(part for part in name.split(".") if part != _COMPILED)


def is_layer(name, module):
    """Whether a module computes something itself: it has parameters of its own, or no modules within it."""
    if "parametrizations" in name.split("."):
        return False
    leaf = next(module.children(), None) is None
    return leaf or bool(module._parameters) or parametrize.is_parametrized(module)


def is_norm(module):
    """Whether a module normalizes, so that the scale of its inputs does not matter."""
    return isinstance(module, NORMS)


def is_conv1d(module):
    """Whether a module is the linear layer of GPT-2 in Hugging Face's transformers, whose weight is (in, out)."""
    named = any(kind.__name__ == "Conv1D" for kind in type(module).__mro__)
    return named and hasattr(module, "nf") and getattr(module.weight, "ndim", 0) == 2


def is_weight(module, name, parameter):
    """Whether a module's parameter `name` turns inputs into outputs: not a bias, not a gain, nothing in a norm."""
    if isinstance(module, NORMS) or "bias" in name:
        return False
    if isinstance(module, _WEIGHTED) or is_conv1d(module):
        return True
    # a vector that was given more axes so that it fits (a gain for each channel, say) is still a vector
    vector = sum(size > 1 for size in parameter.shape) < 2
    return parameter.ndim >= 2 and (not vector or (parameter.ndim == 2 and "weight" in name))


def owned_parameters(model):
    """(name, module, name in the module, parameter) for each place where a parameter occurs; a shared one has several.

    Parameters of a parametrization (weight norm, say) belong to the module whose tensor they make, under its name.
    """
    modules = dict(model.named_modules(remove_duplicate=False))
    for name, parameter in model.named_parameters(remove_duplicate=False):
        path = name.split(".")
        if "parametrizations" in path:
            where = path.index("parametrizations")
            prefix, local = ".".join(path[:where]), path[where + 1]
        else:
            prefix, _, local = name.rpartition(".")
        yield clean(name), modules[prefix], local, parameter


def weights_of(module):
    """The parameters of a module, and of modules within it, that are weights."""
    found = {id(p): p for _, owner, local, p in owned_parameters(module) if is_weight(owner, local, p)}
    return list(found.values())


def fans(module):
    """fan_in and fan_out of each of a module's weights that turns inputs into outputs, by its name in the module."""
    if isinstance(module, nn.Linear):
        return {"weight": (module.in_features, module.out_features)}
    if is_conv1d(module):
        return {"weight": tuple(module.weight.shape)}
    if isinstance(module, _CONVOLUTIONS):
        size = math.prod(module.kernel_size)
        return {"weight": tuple(n // module.groups * size for n in (module.in_channels, module.out_channels))}
    if isinstance(module, nn.MultiheadAttention):
        inputs = {"in_proj": module.embed_dim, "q_proj": module.embed_dim, "k_proj": module.kdim, "v_proj": module.vdim}
        pairs = {f"{name}_weight": (n, module.embed_dim) for name, n in inputs.items()}
        return {name: pair for name, pair in pairs.items() if getattr(module, name) is not None}
    return {}
