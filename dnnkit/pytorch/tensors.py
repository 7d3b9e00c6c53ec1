"""Tensors among the values that modules take and return, and their norms."""

import dataclasses
import math
from collections.abc import Mapping

import torch


def tensors(value):
    """All tensors within a value: tuples (named ones too), lists, mappings and dataclasses, nested or not."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from tensors(item)
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from tensors(item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from tensors(getattr(value, field.name))


def first_tensor(value):
    """The first tensor of real numbers within a value; None if there is none, or if it is empty."""
    found = next((tensor for tensor in tensors(value) if tensor.is_floating_point()), None)
    return found if found is not None and found.numel() else None


def call(model, inputs):
    """The model's answer to inputs of any form; a named tuple, such as a packed sequence, is one argument."""
    if isinstance(inputs, Mapping):
        return model(**inputs)
    if isinstance(inputs, (tuple, list)) and not hasattr(inputs, "_fields"):
        return model(*inputs)
    return model(inputs)


def pair(batch):
    """Inputs and targets of a batch."""
    if not isinstance(batch, (tuple, list)) or len(batch) != 2:
        raise TypeError(f"batch must be a pair (inputs, targets), got {type(batch).__name__}")
    return batch


def loss_of(loss, outputs, targets):
    """One number that can be differentiated, or an error that says what came instead."""
    value = loss(outputs, targets)
    if not isinstance(value, torch.Tensor):
        several = " (several losses have to be added up)" if isinstance(value, (tuple, list, Mapping)) else ""
        raise TypeError(f"loss must return a tensor, got {type(value).__name__}{several}")
    if value.numel() != 1 or not value.requires_grad:
        raise ValueError(
            f"loss must be one number that depends on parameters to train, got shape {tuple(value.shape)}, "
            f"requires_grad={value.requires_grad}"
        )
    return value


def wide(tensor):
    """In a precision in which the squares of its numbers neither vanish nor overflow: float64, if needed.

    Most float32 tensors are left as they are, since converting all weights of a large model takes seconds.
    """
    tensor = tensor.detach()
    if tensor.layout != torch.strided:
        tensor = tensor.coalesce().values() if tensor.layout == torch.sparse_coo else tensor.to_dense()
    if tensor.dtype == torch.float64 or not tensor.numel():
        return tensor
    tensor = tensor.float()
    largest = max(map(abs, torch.stack(torch.aminmax(tensor)).tolist()))
    safe = 1e-12 < largest < 1e12 or tensor.device.type == "mps"  # which has no float64
    return tensor if safe else tensor.double()


def norm(*parts):
    """Joint norm of tensors, infinite if it is not a number; NaN if there are no tensors."""
    found = math.hypot(*(torch.linalg.vector_norm(wide(part)).item() for part in parts)) if parts else math.nan
    return math.inf if parts and math.isnan(found) else found


def moments(tensor):
    """Mean and standard deviation of all entries."""
    std, mean = torch.std_mean(wide(tensor), correction=0)
    return mean.item(), std.item()
