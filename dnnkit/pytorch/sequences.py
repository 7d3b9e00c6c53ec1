"""How the gradient changes through the steps in time of a recurrent network."""

import contextlib
import dataclasses
import math

import torch
from torch import nn

from dnnkit.pytorch import structure
from dnnkit.pytorch.tables import plain
from dnnkit.pytorch.tensors import wide

_SHORTEST = 10  # steps; a layer that is called a few times is shared rather than recurrent


@dataclasses.dataclass(eq=False)
class TimeStatistics:
    """How the gradient of one recurrent layer changes on its way back from the last step to the first.

    Parameters
    ----------
    name, kind : str
        Where the layer is in the network, and its class.
    steps : int
        From the first to the last step that the loss depends on.
    change : float
        Norm of the gradient at the first step over that at the last: with respect to the layer's input if the layer
        takes a sequence, to its output if it is called step by step. For a layer that reads both ways, at the step at
        which it differs most from the ends.
    rate : float
        (Geometric) mean factor of one step. If the gradient underflows on the way, up to where it does.
    """

    name: str
    kind: str
    steps: int
    change: float
    rate: float

    def to_dict(self):
        """All fields, fit for JSON."""
        return plain(dataclasses.asdict(self))


@dataclasses.dataclass
class _Sequence:
    """What a layer read: a tensor whose gradient is asked for, and which of its rows belong to which step."""

    name: str
    module: nn.Module
    tensor: torch.Tensor
    batch_sizes: torch.Tensor | None  # how many sequences are left at each step, if they are packed
    batch_axis: int | None


@contextlib.contextmanager
def sequences(model):
    """Collect what recurrent layers read while the context is open, so that its gradient can be asked for."""
    found, handles = [], []

    def hook(name):
        def before(module, args, kwargs):
            given = args[0] if args else kwargs["input"]
            if not torch.is_grad_enabled():
                return None
            packed = isinstance(given, nn.utils.rnn.PackedSequence)
            data = given.data if packed else given
            # separate from any other use of the same tensor; numbers and random numbers stay as they are
            data = data.view_as(data) if data.requires_grad else data.detach().requires_grad_()
            batch_axis = None if data.ndim == 2 else 0 if module.batch_first else 1
            found.append(_Sequence(name, module, data, given.batch_sizes if packed else None, batch_axis))
            given = given._replace(data=data) if packed else data
            return ((given, *args[1:]), kwargs) if args else (args, kwargs | {"input": given})

        return before

    try:
        for name, module in structure.named_modules(model):
            if isinstance(module, nn.RNNBase):
                handles.append(module.register_forward_pre_hook(hook(name), with_kwargs=True))
        yield found
    finally:
        for handle in handles:
            handle.remove()


def through_time(read, gradients, layers):
    """TimeStatistics of layers that took sequences, given their gradients, and of those that were called for each step.

    `layers` are the calls of all layers in their order.
    """
    found = [
        _judged(item.name, type(item.module).__name__, _by_step(item, gradient), both_ways=item.module.bidirectional)
        for item, gradient in zip(read, gradients)
        if gradient is not None
    ]
    calls = {}
    for layer in layers:
        if layer.weighted and not math.isnan(layer.gradient_norm):
            calls.setdefault((layer.name, layer.kind), []).append(layer.gradient_norm)
    for (name, kind), norms in calls.items():
        found.append(_judged(name, kind, torch.tensor(norms, dtype=torch.float64), both_ways=False))
    return [statistics for statistics in found if statistics is not None]


def _by_step(item, gradient):
    """Norm at each step over those sequences that the loss reads longest: others have no gradient at late steps."""
    rows = wide(gradient).norm(dim=-1)
    if item.batch_sizes is not None:  # packed: first all first steps, then all second ones, longest sequence first
        longest = int(item.batch_sizes[-1])
        return torch.stack([step[:longest].norm() for step in rows.split(item.batch_sizes.tolist())])
    if item.batch_axis is None:
        return rows
    rows = rows.movedim(item.batch_axis, 0)
    ends = torch.where(rows > 0, torch.arange(rows.shape[1], device=rows.device), -1).amax(dim=1)
    return rows[ends == ends.max()].norm(dim=0)


def _judged(name, kind, norms, *, both_ways):
    reached = torch.nonzero(norms).flatten()
    last = int(reached[-1]) if len(reached) else 0
    if last + 1 < _SHORTEST or not torch.isfinite(norms).all():
        return None
    norms = norms[: last + 1].tolist()
    if both_ways:
        end = max(norms[0], norms[-1])
        at = max(range(len(norms)), key=lambda step: abs(math.log(norms[step] / end)) if norms[step] else math.inf)
        distance = max(1, min(at, last - at))
        change = norms[at] / end
        return TimeStatistics(name, kind, last + 1, change, change ** (1 / distance))
    first = int(reached[0])
    rate = (norms[first] / norms[-1]) ** (1 / max(1, last - first))
    return TimeStatistics(name, kind, last + 1, norms[0] / norms[-1], rate)
