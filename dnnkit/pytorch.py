"""The course's ideas on any ``torch.nn.Module``: watch its layers, initialize, decay, drop and stop.

The only module of the package that imports torch. A network is neither rewritten nor subclassed, and where PyTorch has
a convention of its own (the shape of a weight, the global random numbers) it is followed.
"""

import contextlib
import math
import textwrap
from dataclasses import dataclass

import torch
from torch import nn

from dnnkit import _inputs
from dnnkit.early_stopping import EarlyStopper
from dnnkit.gradients import diagnose_gradients
from dnnkit.initialization import init_std

_NORMS = (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)
_TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d, *_TRANSPOSED)

# An activation's slope as a share of its largest, from its output.
_SLOPES = {nn.ReLU: lambda a: a > 0, nn.Tanh: lambda a: 1 - a * a, nn.Sigmoid: lambda a: 4 * a * (1 - a)}


@dataclass(eq=False)
class LayerStatistics:
    """What one layer did in one call; what was not measured, or does not apply, is NaN.

    Parameters
    ----------
    name, kind : str
        Where the layer is in the network, and its class.
    call : int
        0 for its first call, 1 for the second: a recurrent cell is called once for each step in time.
    weighted : bool
        Whether it has weights that turn inputs into outputs (norms have not).
    shape : tuple of int
        Of the output, or of its first tensor.
    mean, std : float
        Of all entries of the output.
    saturated : float
        Share of the output at which a ReLU, tanh or sigmoid has less than a twentieth of its largest slope.
    gradient_norm : float
        Frobenius norm of the loss's gradient with respect to the output.
    relative_gradient : float
        Norm of the gradient of the layer's weights over the norm of the weights.
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


@dataclass(eq=False, repr=False)
class GradientReport:
    """A verdict on a network's gradients; ``print`` shows it with the table of layers.

    Parameters
    ----------
    verdict : {"vanishing", "stable", "exploding"}
    rate : float
        Mean factor by which a layer with weights, on the way back, changes the norm of the gradient.
    reason : str
    loss : float
    layers : list of LayerStatistics
        In the order in which they were called.
    """

    verdict: str
    rate: float
    reason: str
    loss: float
    layers: list

    def __repr__(self):
        return f"GradientReport({self.verdict}, {self.rate:.3g} a layer, {len(self.layers)} layers)"

    def __str__(self):
        rows, above = [], math.nan  # above: the gradient at the next layer with weights, nearer to the loss
        for layer in reversed(self.layers):
            factor = math.nan
            if layer.weighted and not math.isnan(layer.gradient_norm):
                factor, above = layer.gradient_norm / above if above else math.nan, layer.gradient_norm
            name = layer.name + f" #{layer.call + 1}" * (layer.call > 0)
            measured = (layer.mean, layer.std, layer.saturated, layer.gradient_norm, factor, layer.relative_gradient)
            rows.append((name, layer.kind, "x".join(map(str, layer.shape)), *map(_short, measured)))
        titles = ("layer", "kind", "output", "mean", "std", "saturated", "gradient", "factor", "|dW|/|W|")
        table = [titles, *reversed(rows)]
        widths = [max(map(len, column)) for column in zip(*table)]
        lines = [
            "  ".join(
                cell.ljust(width) if k < 3 else cell.rjust(width) for k, (cell, width) in enumerate(zip(row, widths))
            )
            for row in table
        ]
        return "\n".join([*map(str.rstrip, lines), "", textwrap.fill(f"{self.verdict}: {self.reason}", 100)])


@contextlib.contextmanager
def record_layers(model):
    """Record each layer's activations, and its gradients if there is a backward pass, while the context is open.

    Layers are the modules without submodules or with parameters of their own; functions called between them are not
    seen. All hooks are removed at the end, after an error too.

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
        If `model` is no module.

    References
    ----------
    Glorot and Bengio 2010, sections 3 and 4, look into networks in this way.

    Examples
    --------
    >>> model = nn.Sequential(nn.Linear(3, 4), nn.ReLU())
    >>> with record_layers(model) as layers:
    ...     model(torch.ones(5, 3)).sum().backward()
    >>> [(layer.name, layer.kind, layer.shape) for layer in layers]
    [('0', 'Linear', (5, 4)), ('1', 'ReLU', (5, 4))]
    """
    records, handles = [], []
    try:
        for name, module in _module(model).named_modules():
            if _is_layer(name, module):
                handles.append(module.register_forward_hook(_recorder(name, records, handles)))
        yield records
    finally:
        for handle in handles:
            handle.remove()


def gradient_report(model, batch, *, loss=nn.functional.cross_entropy, low=0.9, high=1.1, harmless=100.0):
    """Run one batch forward and backward, print what each layer does, and say whether gradients vanish or explode.

    The model stays as it is: no step is made, and parameters, their ``.grad``, buffers such as the running statistics
    of batch norm, the mode (training or evaluation) and torch's random numbers are what they were.

    In the table, ``gradient`` is the norm of the loss's gradient at the layer's output, ``factor`` what it is over that
    of the next layer with weights, ``saturated`` the share of the output where an activation is nearly flat and
    ``|dW|/|W|`` the norm of the weights' gradient over that of the weights.

    Parameters
    ----------
    model : torch.nn.Module
    batch : pair (inputs, targets)
        Inputs are a tensor for ``model(inputs)``, a tuple for ``model(*inputs)`` or a dict for ``model(**inputs)``.
    loss : callable
        ``loss(model's output, targets)`` returns a tensor with one number.
    low, high : float
        Rates per layer between which gradients are stable, as in :func:`dnnkit.gradients.diagnose_gradients`.
    harmless : float
        Change from the last layer to the first, up or down, that is called stable whatever the rate: a few layers, or
        one average over an image, do no harm. At least 1.

    Returns
    -------
    GradientReport

    Raises
    ------
    TypeError
        If `model` is no module, `batch` no pair or `loss` does not return a tensor.
    ValueError
        If the loss is not one number, no parameter gets a gradient, or fewer than two layers with weights do.

    References
    ----------
    Pascanu, Mikolov and Bengio 2013; Glorot and Bengio 2010.

    Examples
    --------
    >>> model = nn.Sequential(*(nn.Linear(2, 2, bias=False) for _ in range(4)))
    >>> for layer in model:
    ...     _ = layer.weight.data.copy_(torch.eye(2) / 5)
    >>> report = gradient_report(model, (torch.tensor([[1.0, -1.0]]), torch.tensor([0])))
    layer  kind    output  mean     std  saturated  gradient  factor  |dW|/|W|
    0      Linear  1x2        0     0.2          -   0.00565     0.2    0.0282
    1      Linear  1x2        0    0.04          -    0.0282     0.2    0.0282
    2      Linear  1x2        0   0.008          -     0.141     0.2    0.0282
    3      Linear  1x2        0  0.0016          -     0.706       -    0.0282
    <BLANKLINE>
    vanishing: the gradient is 0.008 times as large at 0 as at 3, 0.2 a layer; forward the signal
    shrinks too, by 0.2 a layer, so the weights are too small
    """
    model = _module(model)
    if not isinstance(batch, (tuple, list)) or len(batch) != 2:
        raise TypeError(f"batch must be a pair (inputs, targets), got {type(batch).__name__}")
    _inputs.function("loss", loss, "loss(outputs, targets)")
    harmless = _inputs.number("harmless", harmless, low=1)
    inputs, targets = batch
    with _preserved(model), torch.enable_grad(), record_layers(model) as layers:
        value = loss(_call(model, inputs), targets)
        if not isinstance(value, torch.Tensor):
            raise TypeError(f"loss must return a tensor, got {type(value).__name__}")
        if value.numel() != 1 or not value.requires_grad:
            raise ValueError(
                f"loss must be one number that depends on parameters to train, got shape {tuple(value.shape)}, "
                f"requires_grad={value.requires_grad}"
            )
        parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
        found = torch.autograd.grad(value, parameters, allow_unused=True)
    gradients = {parameter: gradient for parameter, gradient in zip(parameters, found) if gradient is not None}
    for layer in layers:
        if layer.weighted:
            layer.relative_gradient = _relative_gradient(model.get_submodule(layer.name), gradients)
    report = GradientReport(*_judge(layers, value.item(), low, high, harmless), value.item(), layers)
    print(report)
    return report


def parameter_groups(model, *, weight_decay):
    """Parameters in two groups for an optimizer: weights, which decay, and biases and norms, which do not.

    Parameters
    ----------
    model : torch.nn.Module
    weight_decay : float
        For the first group; not negative.

    Returns
    -------
    list of two dicts
        ``params`` and ``weight_decay``, for ``torch.optim.AdamW`` and the like. The first group has the parameters with
        two axes or more that do not belong to a norm. Frozen parameters are in neither, shared ones once.

    Raises
    ------
    TypeError
        If `model` is no module or `weight_decay` no real number.
    ValueError
        If `weight_decay` is negative.

    References
    ----------
    Loshchilov and Hutter 2019, *Decoupled weight decay regularization*, for the decay.

    Examples
    --------
    >>> model = nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.Linear(4, 2))
    >>> groups = parameter_groups(model, weight_decay=0.1)
    >>> [(len(group["params"]), group["weight_decay"]) for group in groups]
    [(2, 0.1), (4, 0.0)]
    >>> optimizer = torch.optim.AdamW(groups, lr=1e-3)
    """
    weight_decay = _inputs.number("weight_decay", weight_decay, low=0)
    of_norms = {p for module in _module(model).modules() if isinstance(module, _NORMS) for p in module.parameters()}
    decayed, kept = [], []
    for parameter in model.parameters():
        if parameter.requires_grad:
            (decayed if parameter.ndim >= 2 and parameter not in of_norms else kept).append(parameter)
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": kept, "weight_decay": 0.0}]


def initialize(model, *, scheme, rng):
    """Draw the weights of a model anew by a scheme and set the biases of their layers to zero, in place.

    Linear layers, convolutions (transposed and grouped ones too) and attention's projections are drawn from a normal
    distribution with :func:`dnnkit.initialization.init_std`. All else, such as norms and embeddings, is left alone.

    Parameters
    ----------
    model : torch.nn.Module
    scheme : {"lecun", "glorot", "he"}
        A convolution's fans are its channels (of a group) times the size of its kernel.
    rng : numpy.random.Generator

    Returns
    -------
    list of str
        Names of the weights that were drawn.

    Raises
    ------
    TypeError
        If `model` is no module or `rng` no Generator.
    ValueError
        If `scheme` is unknown.

    References
    ----------
    He et al. 2015, *Delving deep into rectifiers*, section 2.2, for convolutions.

    Examples
    --------
    >>> import numpy as np
    >>> model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.Flatten(), nn.Linear(8, 2))
    >>> initialize(model, scheme="he", rng=np.random.default_rng(0))
    ['0.weight', '3.weight']
    """
    rng, drawn = _inputs.generator(rng), []
    init_std(1, 1, scheme=scheme)  # an unknown scheme is told before anything changes
    for prefix, module in _module(model).named_modules():
        fans = _fans(prefix, module)
        for name, (fan_in, fan_out) in fans.items():
            weight = module._parameters[name]
            values = rng.normal(0.0, init_std(fan_in, fan_out, scheme=scheme), size=tuple(weight.shape))
            with torch.no_grad():
                weight.copy_(torch.from_numpy(values))
            drawn.append(f"{prefix}.{name}".lstrip("."))
        for name in ("bias", "in_proj_bias"):
            if fans and module._parameters.get(name) is not None:
                nn.init.zeros_(module._parameters[name])
    return drawn


class InvertedDropout(nn.Module):
    r"""Dropout by the probability to *keep*, in the place of ``nn.Dropout(1 - keep_prob)``; the same idea, written out.

    .. math:: y = m \odot a / q \text{ in training}, \qquad y = a \text{ in evaluation}, \qquad q = \mathrm{keep\_prob}

    Parameters
    ----------
    keep_prob : float
        q in (0, 1].
    generator : torch.Generator, optional
        Source of the masks, on the device of the activations; by default torch's global one, as for ``nn.Dropout``.

    Raises
    ------
    TypeError, ValueError
        If `keep_prob` is not a number in (0, 1].

    References
    ----------
    Srivastava et al. 2014, section 10.

    Examples
    --------
    >>> layer = InvertedDropout(0.5, generator=torch.Generator().manual_seed(0))
    >>> sorted(set(layer(torch.ones(100)).tolist())), layer.eval()(torch.ones(2))
    ([0.0, 2.0], tensor([1., 1.]))
    """

    def __init__(self, keep_prob, *, generator=None):
        super().__init__()
        self.keep_prob, self.generator = _inputs.probability("keep_prob", keep_prob), generator

    def forward(self, a):
        """Activations of any shape, with some dropped and the others scaled up while the module is in training."""
        if not self.training:
            return a
        mask = torch.rand(a.shape, generator=self.generator, device=a.device) < self.keep_prob
        return a * mask / self.keep_prob

    def extra_repr(self):
        """What ``print(model)`` shows of the layer."""
        return f"keep_prob={self.keep_prob:g}"


class EarlyStopping:
    """:class:`dnnkit.early_stopping.EarlyStopper` for a module, which it can also set back to its best state.

    Parameters
    ----------
    model : torch.nn.Module
        Copied at each improvement, with its buffers: the running statistics of batch norm belong to the best state.
    patience : int
        Failed steps in a row after which to stop, at least 1.
    min_delta : float
        By how much a loss has to be below the best to be an improvement; not negative.

    Raises
    ------
    TypeError
        If `model` is no module or a setting no number.
    ValueError
        If `patience` is below 1 or `min_delta` negative.

    References
    ----------
    Prechelt 1998, *Early stopping, but when?*

    Examples
    --------
    >>> stopping = EarlyStopping(nn.Linear(2, 1), patience=2)
    >>> [stopping.step(loss) for loss in (0.5, 0.3, 0.4, 0.3)]
    [False, False, False, True]
    >>> stopping.restore()
    >>> stopping.best_step, stopping.best_loss, list(stopping.best_state)
    (1, 0.3, ['weight', 'bias'])
    """

    def __init__(self, model, *, patience, min_delta=0.0):
        self._model, self._stopper = _module(model), EarlyStopper(patience=patience, min_delta=min_delta)

    @property
    def best_loss(self):
        """Loss of the last improvement, infinite before the first."""
        return self._stopper.best_loss

    @property
    def best_step(self):
        """Step of the last improvement, counted from 0; None before the first."""
        return self._stopper.best_step

    @property
    def best_state(self):
        """The model's ``state_dict`` at that step, a copy; None before the first."""
        return self._stopper.best_params

    def step(self, loss):
        """Take the dev loss of one more step, a number or a tensor with one (NaN is a failure); True means stop."""
        loss = loss.item() if isinstance(loss, torch.Tensor) else loss
        return self._stopper.step(loss, self._model.state_dict())

    def restore(self):
        """Set the model back to its best state; a RuntimeError if no step has improved."""
        if self.best_state is None:
            raise RuntimeError("there is no best state to restore: no step so far had a finite loss")
        self._model.load_state_dict(self.best_state)


def _module(model):
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, got {type(model).__name__}")
    return model


def _is_layer(name, module):
    if "parametrizations" in name.split("."):
        return False
    leaf = next(module.children(), None) is None
    return leaf or bool(module._parameters) or nn.utils.parametrize.is_parametrized(module)


def _is_weighted(name, module, records):
    if isinstance(module, _NORMS) or not any(parameter.ndim >= 2 for parameter in module.parameters()):
        return False
    # Not a container of layers that were called before it ended. Attention is none: it never calls its projections.
    inside = f"{name}.".lstrip(".")
    return not any(layer.weighted and layer.name != name and layer.name.startswith(inside) for layer in records)


def _recorder(name, records, handles):
    calls = 0

    def record(module, inputs, output):
        nonlocal calls
        tensor = _first_tensor(output)
        if tensor is None:
            return
        wide = _wide(tensor.detach())
        slope = _SLOPES.get(type(module))
        statistics = LayerStatistics(
            name=name,
            kind=type(module).__name__,
            call=calls,
            weighted=_is_weighted(name, module, records),
            shape=tuple(tensor.shape),
            mean=wide.mean().item(),
            std=wide.std(correction=0).item(),
            saturated=(slope(wide) < 0.05).double().mean().item() if slope else math.nan,
        )
        calls += 1
        records.append(statistics)

        def keep_norm(gradient):
            norm = _wide(gradient).norm().item()
            statistics.gradient_norm = norm if math.isfinite(norm) else math.inf

        # on the tensor, not the module: a ReLU in place would confuse a module's backward hook
        if tensor.requires_grad:
            handles.append(tensor.register_hook(keep_norm))

    return record


def _first_tensor(output):
    if isinstance(output, torch.Tensor):
        return output if output.is_floating_point() and output.numel() else None
    values = output.values() if isinstance(output, dict) else output if isinstance(output, (tuple, list)) else ()
    return next((value for value in values if isinstance(value, torch.Tensor) and value.is_floating_point()), None)


def _wide(tensor):
    # the squares of a vanishing gradient are zero in float32
    return tensor if tensor.device.type == "mps" else tensor.double()


def _call(model, inputs):
    if isinstance(inputs, dict):
        return model(**inputs)
    return model(*inputs) if isinstance(inputs, (tuple, list)) else model(inputs)


@contextlib.contextmanager
def _preserved(model):
    buffers = [(buffer, buffer.clone()) for buffer in model.buffers()]
    devices = {parameter.device for parameter in model.parameters() if parameter.is_cuda}
    with torch.random.fork_rng(devices=list(devices)):
        try:
            yield
        finally:
            with torch.no_grad():
                for buffer, before in buffers:
                    buffer.copy_(before)


def _relative_gradient(module, gradients):
    pairs = [(p, gradients[p]) for p in module.parameters() if p.ndim >= 2 and p in gradients]
    if not pairs:
        return math.nan
    weights, changes = (math.hypot(*(_wide(t.detach()).norm().item() for t in side)) for side in zip(*pairs))
    return changes / weights if weights else math.nan


def _judge(layers, loss, low, high, harmless):
    """Verdict, rate and reason."""
    overflown = [layer.name for layer in reversed(layers) if math.isinf(layer.gradient_norm)]
    if overflown or not math.isfinite(loss):
        spoilt = [layer.name for layer in layers if not math.isfinite(layer.mean)]
        where = (
            f"the output of {spoilt[0]}" if spoilt else f"the gradient at {overflown[0]}" if overflown else "the loss"
        )
        return "exploding", math.inf, f"{where} is not finite"
    path = [layer for layer in layers if layer.weighted and not math.isnan(layer.gradient_norm)]
    if len(path) < 2:
        raise ValueError(f"model must have two layers with weights whose outputs get a gradient, got {len(path)}")
    first, last = path[0], path[-1]
    if last.gradient_norm == 0:
        return "vanishing", 0.0, f"the loss has no gradient, not even at {last.name}"
    verdict, rate = diagnose_gradients([layer.gradient_norm for layer in path], low=low, high=high)
    change = first.gradient_norm / last.gradient_norm
    reason = f"the gradient is {change:.2g} times as large at {first.name} as at {last.name}, {rate:.2g} a layer"
    if verdict == "stable":
        return verdict, rate, reason
    if 1 / harmless <= change <= harmless:
        return "stable", rate, f"{reason}, in all too little to matter"
    return verdict, rate, "; ".join([reason, *_causes(path, layers, verdict, low, high)])


def _causes(path, layers, verdict, low, high):
    """Sentences on what the measurements say about where a verdict comes from."""
    steps = [(a.gradient_norm / b.gradient_norm, a.name, b.name) for a, b in zip(path, path[1:]) if b.gradient_norm]
    factor, below, above = min(steps) if verdict == "vanishing" else max(steps)
    change = path[0].gradient_norm / path[-1].gradient_norm
    if factor == 0:
        yield f"nothing passes from {above} to {below}"
    elif len(steps) > 2 and abs(math.log(factor)) > abs(math.log(change)) / 2:
        yield f"most of that happens between {above} and {below}, by a factor of {factor:.2g}"
    measured = [layer.saturated for layer in layers if not math.isnan(layer.saturated)]
    flat = sum(saturated > 0.75 for saturated in measured)
    if flat and verdict == "vanishing":
        yield f"{flat} of {len(measured)} activations are flat for over three quarters of their outputs"
    if verdict == "vanishing" and any(layer.kind == "Sigmoid" for layer in layers):
        yield "a sigmoid passes a quarter of the gradient at most"
    growth = (path[-1].std / path[0].std) ** (1 / (len(path) - 1)) if path[0].std else math.nan
    if verdict == "vanishing" and growth < low:
        yield f"forward the signal shrinks too, by {growth:.2g} a layer, so the weights are too small"
    if verdict == "exploding" and growth > high:
        yield f"forward the signal grows too, by {growth:.2g} a layer, so the weights are too large"


def _fans(prefix, module):
    """fan_in and fan_out of each of a module's weights that turns inputs into outputs, by name."""
    if isinstance(module, nn.Linear):
        fans = {"weight": (module.in_features, module.out_features)}
    elif isinstance(module, _CONVOLUTIONS):
        size = math.prod(module.kernel_size)
        fans = {"weight": tuple(n // module.groups * size for n in (module.in_channels, module.out_channels))}
    elif isinstance(module, nn.MultiheadAttention):
        inputs = {"in_proj": module.embed_dim, "q_proj": module.embed_dim, "k_proj": module.kdim, "v_proj": module.vdim}
        fans = {f"{name}_weight": (n, module.embed_dim) for name, n in inputs.items()}
    else:
        fans = {}
    # a parametrization (weight norm, say) keeps its parameters elsewhere, and computes this one
    fans = {name: pair for name, pair in fans.items() if module._parameters.get(name) is not None}
    if any(isinstance(module._parameters[name], nn.parameter.UninitializedParameter) for name in fans):
        raise ValueError(f"model must have seen a batch before its lazy layer {prefix!r} can be initialized")
    return fans


def _short(value):
    return "-" if math.isnan(value) else f"{value:.3g}"
