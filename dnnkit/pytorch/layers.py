"""What each layer of a network does: its outputs in the forward pass, their gradients in the backward pass."""

import contextlib
import dataclasses
import math

from dnnkit.pytorch import structure
from dnnkit.pytorch.backward import in_backward
from dnnkit.pytorch.slopes import flat_share, steepest
from dnnkit.pytorch.tables import plain
from dnnkit.pytorch.tensors import first_tensor, moments, norm


@dataclasses.dataclass(eq=False)
class LayerStatistics:
    """What one layer did in one call; values that were not measured, or do not apply, are NaN.

    Parameters
    ----------
    name, kind : str
        Where the layer is in the network, and its class.
    call : int
        0 for its first call, 1 for the second: a recurrent cell is called once for each step in time.
    weighted : bool
        Whether it has weights that turn inputs into outputs (norms do not).
    shape : tuple of int
        Of the output, or of its first tensor.
    mean, std : float
        Of all entries of the output.
    saturated : float
        Share of the inputs at which an activation has less than a twentieth of its largest slope.
    gradient_norm : float
        Frobenius norm of the loss's gradient with respect to the output.
    relative_gradient : float
        Norm of the gradient of the layer's weights over the norm of the weights.
    norm : LayerStatistics or None
        Of the norm that takes this layer's output, directly or through an activation. After it the gradient does not
        depend on how large the layer's weights are, so that is where it is compared with other layers'.
    """

    name: str
    kind: str
    call: int
    weighted: bool
    shape: tuple
    mean: float
    std: float
    saturated: float
    gradient_norm: float = math.nan
    relative_gradient: float = math.nan
    norm: "LayerStatistics | None" = dataclasses.field(default=None, repr=False)

    @property
    def label(self):
        """Name, or class if the layer is the whole network, and which call if it is not the first."""
        return (self.name or self.kind) + f" #{self.call + 1}" * (self.call > 0)

    @property
    def compared_gradient(self):
        """Return the gradient norm by which layers are compared, which is that after the norm if a layer has one."""
        return self.gradient_norm if self.norm is None else self.norm.gradient_norm

    def to_dict(self):
        """All fields as text, numbers, lists and None (for NaN), fit for JSON; `norm` becomes its name."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return plain(fields | {"norm": None if self.norm is None else self.norm.name})


@contextlib.contextmanager
def record_layers(model):
    """Record each layer's activations, and its gradients if there is a backward pass, while the context is open.

    Layers are the modules without submodules or with parameters of their own; functions called between them are not
    seen. In a compiled or parallel model, the module inside is recorded: call ``model.module`` or the module that was
    given to ``torch.compile``. What a checkpoint recomputes counts as the call it repeats. All hooks are removed
    at the end, even after an error.

    Parameters
    ----------
    model : torch.nn.Module

    Yields
    ------
    list of LayerStatistics
        Grows with each call of a layer; gradients are filled in by ``backward`` or ``torch.autograd.grad``.

    Raises
    ------
    TypeError
        If `model` is not a module.

    References
    ----------
    Glorot and Bengio 2010, sections 3 and 4, look into networks in this way.

    Examples
    --------
    >>> import torch
    >>> model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU())
    >>> with record_layers(model) as layers:
    ...     model(torch.ones(5, 3)).sum().backward()
    >>> [(layer.name, layer.kind, layer.shape) for layer in layers]
    [('0', 'Linear', (5, 4)), ('1', 'ReLU', (5, 4))]
    """
    recorder = Recorder(model)
    try:
        yield recorder.records
    finally:
        recorder.close()


class Recorder:
    """The hooks of :func:`record_layers`; while `active` is False they do nothing."""

    def __init__(self, model):
        self.records, self.active = [], True
        self._handles, self._on_tensors = [], []
        self._calls, self._flat, self._waiting = {}, {}, {}
        self._followed = None  # the last layer with weights, and where its output is until a norm has taken it
        for name, module in structure.named_modules(structure.unwrapped(model, lazy=True)):
            if structure.is_layer(name, module):
                if steepest(module) is not None:
                    self._handles.append(module.register_forward_pre_hook(self._before))
                self._handles.append(module.register_forward_hook(self._hook(name)))

    def clear(self):
        """Forget all calls so far."""
        for handle in self._on_tensors:
            handle.remove()
        self.records, self._on_tensors, self._followed = [], [], None
        self._calls, self._waiting = {}, {}

    def close(self):
        """Remove all hooks, and keep what was recorded."""
        for handle in (*self._handles, *self._on_tensors):
            handle.remove()
        self._handles, self._on_tensors, self._followed = [], [], None
        self._waiting = {}

    def _before(self, module, inputs):
        z = first_tensor(inputs) if self.active else None
        self._flat[module] = math.nan if z is None else flat_share(module, z)

    def _hook(self, name):
        def record(module, inputs, output):
            tensor = first_tensor(output) if self.active else None
            if tensor is None:
                return
            mean, std = moments(tensor)
            if in_backward():  # a checkpoint recomputes it; for the gradients, if there were none the first time
                statistics = self._repeated(name, mean, std)
            else:
                statistics = self._new(name, module, tensor, mean, std)
                self._follow(module, inputs, tensor, statistics)
            if statistics is None:
                return
            # on the tensor, not the module: an in-place ReLU would confuse a module's backward hook
            if tensor.requires_grad:
                self._on_tensors.append(tensor.register_hook(_keep_norm(statistics)))
            else:
                self._waiting.setdefault(name, []).append(statistics)

        return record

    def _new(self, name, module, tensor, mean, std):
        statistics = LayerStatistics(
            name=name,
            kind=type(module).__name__,
            call=self._calls.get(name, 0),
            weighted=self._is_weighted(name, module),
            shape=tuple(tensor.shape),
            mean=mean,
            std=std,
            saturated=self._flat.pop(module, math.nan),
        )
        self._calls[name] = statistics.call + 1
        self.records.append(statistics)
        return statistics

    def _repeated(self, name, mean, std):
        """The call without gradients that is now repeated, to the same numbers; None if it had gradients."""
        waiting = self._waiting.get(name)
        if not waiting:
            return None
        same = [statistics for statistics in waiting if (statistics.mean, statistics.std) == (mean, std)]
        found = (same or waiting)[-1]
        waiting.remove(found)
        return found

    def _follow(self, module, inputs, output, statistics):
        """Remember where a layer's output is, to know the norm that takes it, directly or through an activation."""
        followed, self._followed = self._followed, None
        if statistics.weighted:
            self._followed = (statistics, output)
        elif followed is not None and first_tensor(inputs) is followed[1]:
            if structure.is_norm(module):
                followed[0].norm = statistics
            elif steepest(module) is not None:
                self._followed = (followed[0], output)

    def _is_weighted(self, name, module):
        if structure.is_norm(module) or not structure.weights_of(module):
            return False
        # Not a container of layers that were called before it ended. Attention is not one: it never calls its
        # projections.
        inside = f"{name}.".lstrip(".")
        return not any(row.weighted and row.name != name and row.name.startswith(inside) for row in self.records)


def _keep_norm(statistics):
    def keep(gradient):
        statistics.gradient_norm = norm(gradient)

    return keep
