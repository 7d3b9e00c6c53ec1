"""Look at a network while it is trained, without changing the training."""

import dataclasses
import math
import weakref

import torch
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from dnnkit import _inputs
from dnnkit.pytorch import structure, tables
from dnnkit.pytorch.layers import Recorder
from dnnkit.pytorch.tensors import norm

_LAYERS = ("layer", "kind", "output", "mean", "std", "saturated", "gradient")
_PARAMETERS = ("parameter", "shape", "|W|", "|grad|", "|update|/|W|")


@dataclasses.dataclass(eq=False)
class ParameterStatistics:
    """What one step did to one parameter; values that were not measured are NaN.

    Parameters
    ----------
    name : str
    shape : tuple of int
    norm : float
        Before the step.
    gradient_norm : float
        Of ``.grad`` as the optimizer finds it, after clipping.
    update_ratio : float
        Norm of what the step changed over `norm`: about 1e-3 for weights when training goes well. NaN if `norm` is
        0.
    """

    name: str
    shape: tuple
    norm: float
    gradient_norm: float
    update_ratio: float

    def to_dict(self):
        """All fields, fit for JSON."""
        return tables.plain(dataclasses.asdict(self))


@dataclasses.dataclass(eq=False)
class StepRecord:
    """One step of an optimizer; ``print`` shows it as tables, and so does a notebook.

    Parameters
    ----------
    step : int
        Of this optimizer since the watch began, counted from 0.
    layers : list of LayerStatistics
        Of the last pass with gradients before the step.
    parameters : list of ParameterStatistics
        Those of the model that the optimizer holds.
    """

    step: int
    layers: list
    parameters: list

    @property
    def rows(self):
        """A dict for each parameter."""
        return [parameter.to_dict() for parameter in self.parameters]

    def to_dict(self):
        """All of it, fit for JSON."""
        return {"step": self.step, "layers": [layer.to_dict() for layer in self.layers], "parameters": self.rows}

    def __repr__(self):
        return f"StepRecord(step {self.step}, {len(self.layers)} layers, {len(self.parameters)} parameters)"

    def __str__(self):
        layers, parameters = self._cells()
        both = (tables.as_text(_LAYERS, layers, words=3), tables.as_text(_PARAMETERS, parameters, words=2))
        return "\n\n".join([f"step {self.step}", *both])

    def _repr_html_(self):
        layers, parameters = self._cells()
        caption = f"step {self.step}"
        return tables.as_html(_LAYERS, layers, words=3, caption=caption) + tables.as_html(
            _PARAMETERS, parameters, words=2, caption=caption
        )

    def _cells(self):
        layers = [(r.label, r.kind, r.shape, r.mean, r.std, r.saturated, r.gradient_norm) for r in self.layers]
        return layers, [(p.name, p.shape, p.norm, p.gradient_norm, p.update_ratio) for p in self.parameters]


def watch(model, *, every=100, callback=None):
    """Measure every so many steps what layers and parameters do, while the model is trained as before.

    Steps are those of any ``torch.optim.Optimizer`` that has parameters of the model, wherever in the program they are
    made; each optimizer counts its own, from 0, which is the first that is measured. Training does not change by a
    single bit: parameters are copied, nothing is drawn and nothing is written. A step that is not measured costs next
    to nothing.

    Parameters
    ----------
    model : torch.nn.Module
        If it was compiled, and is called as such, its layers are not measured; its parameters are.
    every : int
        At least 1.
    callback : callable, optional
        ``callback(record)`` is given each :class:`StepRecord`, once the step is taken: ``print``, for instance.

    Returns
    -------
    Watch
        A context manager, which ``close()`` also ends; its ``records`` hold everything that was measured.

    Raises
    ------
    TypeError
        If `model` is not a module, `every` is not an integer or `callback` cannot be called.
    ValueError
        If `every` is below 1 or a lazy layer has not seen a batch.

    References
    ----------
    Bottou 2012, *Stochastic gradient descent tricks*; for the ratio of update to weight, Stanford's notes for CS231n.

    Examples
    --------
    >>> import torch
    >>> model = torch.nn.Linear(2, 1, bias=False)
    >>> _ = model.weight.data.fill_(1.0)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    >>> with watch(model, every=2) as watching:
    ...     for _ in range(3):
    ...         optimizer.zero_grad()
    ...         model(torch.tensor([[0.2, 0.0]])).sum().backward()
    ...         optimizer.step()
    >>> [(record.step, round(record.parameters[0].gradient_norm, 6)) for record in watching.records]
    [(0, 0.2), (2, 0.2)]
    >>> print(watching.records[0])
    step 0
    <BLANKLINE>
    layer   kind    output  mean  std  saturated  gradient
    Linear  Linear  1x1      0.2    0          -         1
    <BLANKLINE>
    parameter  shape   |W|  |grad|  |update|/|W|
    weight     1x2    1.41     0.2        0.0707
    """
    every = _inputs.count("every", every)
    if callback is not None:
        _inputs.function("callback", callback, "callback(record)")
    return Watch(structure.unwrapped(model), every, callback)


class Watch:
    """What :func:`watch` returns.

    Parameters
    ----------
    model : torch.nn.Module
    every : int
    callback : callable or None

    Attributes
    ----------
    records : list of StepRecord
    """

    def __init__(self, model, every, callback):
        self.records = []
        self._model, self._every, self._callback = model, every, callback
        self._steps = weakref.WeakKeyDictionary()  # how many steps each optimizer has taken
        self._before = {}
        self._recorder = Recorder(model)
        self._handles = [
            model.register_forward_pre_hook(self._pass_begins, prepend=True),
            register_optimizer_step_pre_hook(self._step_begins),
            register_optimizer_step_post_hook(self._step_ends),
        ]

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        """Remove all hooks; what was measured stays."""
        self._recorder.close()
        for handle in self._handles:
            handle.remove()
        self._handles, self._before = [], {}

    def _due(self, optimizer):
        return self._steps.get(optimizer, 0) % self._every == 0

    def _pass_begins(self, module, inputs):
        # a pass without gradients is one on dev data, and not part of the step
        due = not self._steps or any(map(self._due, self._steps))
        self._recorder.active = due and torch.is_grad_enabled()
        if self._recorder.active:
            self._recorder.clear()

    def _parameters(self, optimizer):
        held = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
        return [(structure.clean(name), p) for name, p in self._model.named_parameters() if id(p) in held]

    def _step_begins(self, optimizer, args, kwargs):
        if self._due(optimizer):
            self._before[optimizer] = [
                (name, p, p.detach().clone(), math.nan if p.grad is None else norm(p.grad))
                for name, p in self._parameters(optimizer)
            ]

    def _step_ends(self, optimizer, args, kwargs):
        step = self._steps.get(optimizer, 0)
        if step or self._parameters(optimizer):
            self._steps[optimizer] = step + 1
        before = self._before.pop(optimizer, None)
        if not before:
            return
        parameters = [
            ParameterStatistics(name, tuple(p.shape), size := norm(old), gradient, _ratio(p, old, size))
            for name, p, old, gradient in before
        ]
        record = StepRecord(step, self._recorder.records, parameters)
        self._recorder.clear()
        self._recorder.active = False
        self.records.append(record)
        if self._callback is not None:
            self._callback(record)


def _ratio(parameter, old, size):
    return norm(parameter.detach() - old) / size if size else math.nan
