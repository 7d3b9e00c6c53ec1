"""A verdict on a network's gradients, from one batch that leaves no trace in the network."""

import contextlib
import copy
import dataclasses
import math
import textwrap

import torch
from torch import nn

from dnnkit import _inputs
from dnnkit.pytorch import starts, structure, tables
from dnnkit.pytorch.backward import gradients
from dnnkit.pytorch.layers import record_layers
from dnnkit.pytorch.sequences import sequences, through_time
from dnnkit.pytorch.state import preserved
from dnnkit.pytorch.tensors import call, loss_of, norm, pair
from dnnkit.pytorch.verdict import judge, path_of

_TITLES = ("layer", "kind", "output", "mean", "std", "saturated", "gradient", "factor", "|dW|/|W|")
_WORDS = 3  # this many of the columns hold words


@dataclasses.dataclass(eq=False, repr=False)
class GradientReport:
    """A verdict on a network's gradients; ``print`` shows it with the table of layers, and a notebook on its own.

    Parameters
    ----------
    verdict : {"vanishing", "stable", "exploding"}
    rate : float
        Mean factor by which a layer with weights changes the norm of the gradient in the backward pass; or a step in
        time, if `reason` says that this is where gradients vanish or explode.
    reason : str
    loss : float
    layers : list of LayerStatistics
        In the order in which they were called.
    time : list of TimeStatistics
        Of each recurrent layer.
    notes : list of str
        What else there is to know: what starts at zero on purpose, and what is frozen.
    """

    verdict: str
    rate: float
    reason: str
    loss: float
    layers: list
    time: list = dataclasses.field(default_factory=list)
    notes: list = dataclasses.field(default_factory=list)

    @property
    def rows(self):
        """The table as data, a dict for each call of a layer, with its ``factor`` over the next layer with weights."""
        rows, above = [], math.nan  # above: the gradient at the next layer with weights, nearer to the loss
        for layer in reversed(self.layers):
            factor = math.nan
            if layer.weighted and not math.isnan(layer.compared_gradient):
                factor = layer.compared_gradient / above if above else math.nan
                above = layer.compared_gradient
            rows.append(layer.to_dict() | {"factor": tables.plain(factor)})
        return rows[::-1]

    def to_dict(self):
        """All of it as text, numbers, lists, dicts and None (for what was not measured), fit for JSON."""
        found = {name: getattr(self, name) for name in ("verdict", "rate", "reason", "loss", "notes")}
        return tables.plain(found) | {"layers": self.rows, "time": [item.to_dict() for item in self.time]}

    def __repr__(self):
        return f"GradientReport({self.verdict}, {self.rate:.3g}, {len(self.layers)} layers)"

    def __str__(self):
        sentences = [f"{self.verdict}: {self.reason}", *self.notes]
        table = tables.as_text(_TITLES, self._cells(), words=_WORDS)
        return "\n".join([table, "", *(textwrap.fill(sentence, 100) for sentence in sentences)])

    def _repr_html_(self):
        caption = ". ".join([f"{self.verdict}: {self.reason}", *self.notes])
        return tables.as_html(_TITLES, self._cells(), words=_WORDS, caption=caption)

    def _cells(self):
        for layer, row in zip(self.layers, self.rows):
            factor = math.nan if row["factor"] is None else float(row["factor"])
            measured = (layer.mean, layer.std, layer.saturated, layer.gradient_norm, factor, layer.relative_gradient)
            yield layer.label, layer.kind, layer.shape, *measured


def gradient_report(model, batch, *, loss=nn.functional.cross_entropy, low=0.9, high=1.1, harmless=1000.0):
    """Run one batch forward and backward and say what each layer does, and whether gradients vanish or explode.

    The model stays as it is, even after an error: no step is taken, and parameters, their ``.grad``, buffers such as
    the running statistics of batch norm, the mode (training or evaluation), other attributes, the batch, and random
    numbers are what they were. (They are copied, so a look takes the memory of the parameters once more.) Of a compiled
    or parallel model, the module inside is examined; of one with lazy layers that have seen no batch, a copy.

    In the table, ``gradient`` is the norm of the loss's gradient at the layer's output, ``factor`` its ratio to that of
    the next layer with weights, ``saturated`` the share of the output where an activation is nearly flat and
    ``|dW|/|W|`` the norm of the weights' gradient over that of the weights. If a norm takes a layer's output, layers
    are compared by the gradient after the norm: before the norm, it grows as the weights get smaller.

    A head or a gain that starts at zero, or close to it, lets nothing pass in the first step. If nothing else is wrong,
    the verdict is on the network as it will be afterwards, and says so.

    Parameters
    ----------
    model : torch.nn.Module
    batch : pair (inputs, targets)
        Inputs are a tensor for ``model(inputs)``, a tuple for ``model(*inputs)`` or a dict for ``model(**inputs)``; a
        named tuple, such as a packed sequence, is one argument.
    loss : callable
        ``loss(model's output, targets)`` returns a tensor with one number.
    low, high : float
        Rates per layer between which gradients are stable, as in :func:`dnnkit.gradients.diagnose_gradients`.
    harmless : float
        Change from the last layer to the first, up or down, that is called stable whatever the rate: a few layers, or
        one average over an image, do no harm. (AlexNet, as it starts, loses a factor of 150, and trains.) At
        least 1. A change of over a million is never called stable, and through time the change alone counts.

    Returns
    -------
    GradientReport

    Raises
    ------
    TypeError
        If `model` is not a module, `batch` is not a pair or `loss` does not return a tensor.
    ValueError
        If the loss is not one number, no parameter gets a gradient, or fewer than two layers with weights do; or if the
        model is on the meta device.

    References
    ----------
    Pascanu, Mikolov and Bengio 2013; Glorot and Bengio 2010.

    Examples
    --------
    >>> model = nn.Sequential(*(nn.Linear(2, 2, bias=False) for _ in range(5)))
    >>> for layer in model:
    ...     _ = layer.weight.data.copy_(torch.eye(2) / 10)
    >>> print(gradient_report(model, (torch.tensor([[1.0, -1.0]]), torch.tensor([0]))))
    layer  kind    output  mean     std  saturated  gradient  factor  |dW|/|W|
    0      Linear  1x2        0     0.1          -  7.07e-05     0.1  0.000707
    1      Linear  1x2        0    0.01          -  0.000707     0.1  0.000707
    2      Linear  1x2        0   0.001          -   0.00707     0.1  0.000707
    3      Linear  1x2        0  0.0001          -    0.0707     0.1  0.000707
    4      Linear  1x2        0   1e-05          -     0.707       -  0.000707
    <BLANKLINE>
    vanishing: the gradient is 0.0001 times as large at 0 as at 4, 0.1 per layer; going forward, the
    signal shrinks too, by 0.1 per layer, so the weights are too small
    """
    model = structure.unwrapped(model, lazy=True)
    inputs, _ = pair(batch)
    _inputs.function("loss", loss, "loss(outputs, targets)")
    limits = {
        "low": _inputs.number("low", low, low=0, high=1, low_open=True),
        "high": _inputs.number("high", high, low=1),
        "harmless": _inputs.number("harmless", harmless, low=1),
    }
    if structure.is_lazy(model):
        model = _seen_copy(model, inputs)
    structure.with_data(model)

    def look(filled=()):
        with preserved(model, *([loss] if isinstance(loss, nn.Module) else []), values=batch):
            starts.fill(filled)
            value, layers, time, reached = _measured(model, batch, loss)
            return GradientReport(*judge(layers, time, value, **limits), value, layers, time), reached

    report, reached = look()
    modules = dict(structure.named_modules(model))
    heads = starts.small_heads([(layer, modules[layer.name]) for layer in path_of(report.layers)])
    gains = starts.small_gains(model)
    if report.verdict == "vanishing":
        _excuse(report, look, heads, gains, reached)
    report.notes += _notes(model, heads, gains)
    return report


def _excuse(report, look, heads, gains, reached):
    """Replace a verdict by the one on the network without what starts at zero, if that is better."""
    filled = []
    for small in (heads, gains):
        # what gets no gradient itself will not grow: a network of zeros throughout has no excuse
        filled += [(name, parameter) for name, parameter in small if parameter in reached]
        if not filled:
            continue
        later, reached = look([parameter for _, parameter in filled])
        if later.verdict == "stable":
            names = _listed([name for name, _ in filled])
            report.verdict, report.rate = later.verdict, later.rate
            report.reason = f"{later.reason}, with {names} as if no longer close to zero"
            return


def _notes(model, heads, gains):
    for what, small in (("a head's weights", heads), ("gains", gains)):
        if small:
            zero = "at zero" if not any(parameter.any() for _, parameter in small) else "close to zero"
            names = _listed([name for name, _ in small])
            yield f"{what} start {zero}, and let little pass in the first step: {names}"
    frozen = [structure.clean(name) for name, parameter in model.named_parameters() if not parameter.requires_grad]
    if frozen:
        yield f"frozen: {_listed(frozen)}"


def _listed(names):
    return ", ".join(names) if len(names) < 4 else f"{names[0]}, {names[1]} and {len(names) - 2} more"


def _seen_copy(model, inputs):
    """A copy of a model with lazy layers that has seen its first batch."""
    waiting = [b for b in model.buffers() if isinstance(b, nn.UninitializedBuffer)]  # which cannot copy themselves
    copied = copy.deepcopy(model, {id(b): nn.UninitializedBuffer(device=b.device, dtype=b.dtype) for b in waiting})
    with preserved(values=inputs), torch.no_grad():
        call(copied, inputs)
    return copied


def _measured(model, batch, loss):
    """Loss, LayerStatistics, TimeStatistics, and the parameters that a gradient reaches."""
    inputs, targets = batch
    with (
        torch.inference_mode(False),
        torch.enable_grad(),
        _eager(model),
        record_layers(model) as layers,
        sequences(model) as read,
    ):
        value = loss_of(loss, call(model, inputs), targets)
        parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
        found = gradients(value, [*parameters, *(item.tensor for item in read)])
    of_parameters = {p: gradient for p, gradient in zip(parameters, found) if gradient is not None}
    if not of_parameters:
        raise ValueError("loss must depend on parameters to train, but no parameter of the model gets a gradient")
    modules = dict(structure.named_modules(model))
    for layer in layers:
        if layer.weighted:
            layer.relative_gradient = _relative_gradient(modules[layer.name], of_parameters)
    time = through_time(read, found[len(parameters) :], layers)
    return value.item(), layers, time, {p for p, gradient in of_parameters.items() if norm(gradient) > 0}


def _eager(model):
    """Run compiled parts as they were written, for their hooks; asking for it loads the whole compiler."""
    return torch.compiler.set_stance("force_eager") if structure.is_compiled(model) else contextlib.nullcontext()


def _relative_gradient(module, gradients):
    pairs = [(p, gradients[p]) for p in structure.weights_of(module) if p in gradients]
    if not pairs:
        return math.nan
    weights, changes = (norm(*side) for side in zip(*pairs))
    return changes / weights if weights else math.nan
