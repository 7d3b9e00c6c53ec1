"""Look without touching: all that a pass through a model may change is put back."""

import collections
import contextlib
import copy
import random

import numpy as np
import torch

from dnnkit.pytorch.tensors import tensors


@contextlib.contextmanager
def preserved(*modules, values=()):
    """Put everything back at the end, even after an error.

    That is, for `modules`: parameters and buffers (values, and which tensor a name refers to), ``.grad``, the mode,
    hooks, and other attributes, with the contents of lists, dicts and sets among them; for `values`: the tensors within
    them; and all random numbers: torch's, NumPy's, Python's, and those of generators that a module keeps.
    """
    found = list({id(module): module for root in modules for module in root.modules()}.values())
    attributes = [(module, dict(vars(module))) for module in found]
    containers = [
        (value, copy.copy(value))
        for _, saved in attributes
        for value in saved.values()
        if isinstance(value, (dict, list, set, collections.deque))
    ]
    generators = [(value, _state(value)) for _, saved in attributes for value in saved.values() if _state(value)]
    held = [*(list(saved.values()) for _, saved in attributes), values]
    gradients = [(tensor, tensor.grad) for tensor in tensors(held) if tensor.is_leaf]
    cuda = {tensor.device for tensor in tensors(held) if tensor.is_cuda}
    numpy_state, python_state = np.random.get_state(), random.getstate()  # noqa: NPY002  # a model may draw from it
    with unwritten(held), torch.random.fork_rng(devices=list(cuda)):
        try:
            yield
        finally:
            np.random.set_state(numpy_state)  # noqa: NPY002
            random.setstate(python_state)
            for generator, state in generators:
                _set_state(generator, state)
            for module, saved in attributes:
                vars(module).clear()
                vars(module).update(saved)
            for container, before in containers:
                container.clear()
                (container.extend if isinstance(container, (list, collections.deque)) else container.update)(before)
            for tensor, gradient in gradients:
                tensor.grad = gradient


@contextlib.contextmanager
def unwritten(values):
    """Give the tensors within `values` their numbers back at the end, whatever was written into them."""
    kept = {id(tensor): tensor for tensor in tensors(values)}.values()
    contents = [(tensor, _solid(tensor).clone()) for tensor in kept if _writable(tensor)]
    try:
        yield
    finally:
        for tensor, before in contents:
            now = _solid(tensor.data)
            if not torch.equal(now, before):
                now.copy_(before)


def _writable(tensor):
    return tensor.layout == torch.strided and not tensor.is_meta and not tensor.is_nested


def _solid(tensor):
    """A view of each number in memory once: an expanded tensor, whose entries share one, cannot be written to."""
    tensor = tensor.detach()
    for axis, (size, stride) in enumerate(zip(tensor.shape, tensor.stride())):
        if stride == 0 and size > 1:
            tensor = tensor.narrow(axis, 0, 1)
    return tensor


def _state(value):
    """(state,) of a source of random numbers, () of anything else."""
    if isinstance(value, torch.Generator):
        return (value.get_state(),)
    if isinstance(value, np.random.Generator):
        return (value.bit_generator.state,)
    return (value.getstate(),) if isinstance(value, random.Random) else ()


def _set_state(generator, state):
    if isinstance(generator, torch.Generator):
        generator.set_state(*state)
    elif isinstance(generator, np.random.Generator):
        (generator.bit_generator.state,) = state
    else:
        generator.setstate(*state)
