"""Figures of numbers along an axis: curves, learning curves, statistics of layers, histograms."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from dnnkit import _inputs
from dnnkit.claim.interval import quantile
from dnnkit.plot.axis import scale_of
from dnnkit.plot.marks import Bars, Curve
from dnnkit.plot.panel import Panel
from dnnkit.plot.picture import Picture, shared
from dnnkit.plot.style import colour_of, few, looks, numbered

_CONFIDENCE = 0.95
_FEW_POINTS = 31  # this many can be told apart as dots
_SMOOTH = 200  # points of a theory that is a function
_MOST_THEORIES = 3


class Interval(NamedTuple):
    """A curve whose interval is known: the middle and both ends, arrays of shape (points,)."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def lines(
    x,
    series,
    *,
    xlabel,
    ylabel,
    title="",
    xscale="linear",
    yscale="linear",
    markers=None,
    theory=None,
    colours=None,
    caption="",
    alt="",
):
    """Named curves over one axis: what was measured, as dots with intervals or lines with bands, alongside the theory.

    Parameters
    ----------
    x : array of shape (points,)
    series : dict of str to array of shape (points,) or (seeds, points), or to Interval
        At most six. For two axes, the mean over the seeds is drawn, with its 95% interval by Student's t, as for a
        claim; on a logarithmic axis both are taken of the logarithms, so the mean is geometric. Values that are not
        finite, or not positive on a logarithmic axis, leave a gap.
    xlabel, ylabel, title : str
    xscale, yscale : str
        "linear" or "log".
    markers : bool or None
        Whether each point is a dot; None for dots if there are at most 31 points.
    theory : dict of str to float, array of shape (points,) or callable, or None
        At most three thin grey lines: a level, values at `x`, or a function that is evaluated at many x.
    colours : dict of str to int, or None
        Numbers, from 1 to 6, of the colours of some series: by name, or by a word of the name. So one dict, such as
        ``{"He": 1, "Glorot": 2}``, gives a concept one colour in all figures of a chapter.
    caption, alt : str
        As for :class:`Picture`.

    Returns
    -------
    Picture

    Raises
    ------
    TypeError
        If an argument is of the wrong type.
    ValueError
        If there are more curves than colours, or a shape or a scale does not fit.

    References
    ----------
    Okabe and Ito 2008, *Color universal design*, for the colours.

    Examples
    --------
    >>> lines([1, 2, 3], {"train": [3, 2, 1], "dev": [[3, 2, 2], [3, 3, 2]]}, xlabel="epoch", ylabel="loss",
    ...       theory={"guess": np.log(10)}, caption="Dev stays above train. Both begin above a guess.")
    Figure: Dev stays above train. Both begin above a guess.
    """
    x = _inputs.array("x", x, ndim=1).astype(np.float64)
    if scale_of("xscale", xscale) == "log" and x.min() <= 0:
        raise ValueError(f"x must be positive on a logarithmic axis, got {x.min():g}")
    scale_of("yscale", yscale)
    few("series", series)
    if markers is None:
        markers = len(x) <= _FEW_POINTS
    log = yscale == "log"
    curves, note = _curves(x, series, looks(series, colours), dots=_inputs.boolean("markers", markers), log=log)
    marks = [*_theories(x, theory, xscale), *curves]
    panel = Panel(marks, xlabel=xlabel, ylabel=ylabel, title=title, xscale=xscale, yscale=yscale)
    return Picture([panel], caption=caption, alt=alt, note=note)


def learning_curves(histories, *, title="", colours=None, caption="", alt=""):
    """Error on the training set and on the dev set after each epoch, side by side, for one or more runs.

    Parameters
    ----------
    histories : dict of str to History
        From :func:`dnnkit.mlp.train`; at most six, each with a dev set.
    title : str
    colours, caption, alt
        As for :func:`lines`.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If a run has no dev set, or there are more runs than colours.

    Examples
    --------
    >>> from dnnkit import data, mlp
    >>> from dnnkit.hyperparameters import Hyperparameters
    >>> rng = np.random.default_rng(0)
    >>> split = data.split_digits(n_train=100, n_dev=100, rng=rng)
    >>> start = mlp.init([64, 10], scheme="lecun", rng=rng)
    >>> history = mlp.train(start, split[:4], Hyperparameters(learning_rate=0.1, epochs=3), rng=rng)
    >>> learning_curves({"rate 0.1": history})
    Figure: error against epoch: training set, dev set
    """
    few("histories", histories)
    for name, history in histories.items():
        if history.dev_errors is None:
            raise ValueError(f"histories[{name!r}] must have been trained with a dev set")
    found, panels = looks(histories, colours), []
    for which, of in (("train", "training set"), ("dev", "dev set")):
        marks = []
        for name, history in histories.items():
            colour, dash = found[name]
            errors = np.asarray(getattr(history, f"{which}_errors"), dtype=np.float64)
            dots = len(errors) <= _FEW_POINTS
            epochs = np.asarray(history.epochs, dtype=np.float64)
            marks.append(Curve(epochs, errors, name=name, colour=colour, dash=dash, dots=dots))
        panels.append(Panel(marks, xlabel="epoch", ylabel="error", title=of))
    return Picture(shared(panels, "up"), columns=2, title=title, caption=caption, alt=alt)


def layer_statistics(statistics, *, ylabel, title="", yscale="log", theory=None, colours=None, caption="", alt=""):
    """A number for each layer, such as the spread of its activations, against the layer's position in the network.

    Parameters
    ----------
    statistics : dict of str to array of shape (layers,) or (seeds, layers), or to Interval
        At most six; the first layer is 1.
    ylabel, title : str
    yscale : str
        Logarithmic by default: what grows or shrinks by a factor per layer is a straight line there.
    theory, colours, caption, alt
        As for :func:`lines`; a theory that is a function takes the layer.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If there are more arrays than colours.

    Examples
    --------
    >>> layer_statistics({"he": [1.0, 0.9, 1.1], "glorot": [0.5, 0.25, 0.125]}, ylabel="mean square",
    ...                  theory={"halved": lambda layer: 0.5**layer})
    Figure: mean square against layer: halved, he, glorot
    """
    few("statistics", statistics)
    n_layers = np.shape(next(iter(statistics.values())))[-1:]
    if not n_layers:
        raise ValueError("statistics must hold arrays with one number for each layer, got a single number")
    return lines(
        np.arange(1, n_layers[0] + 1),
        statistics,
        xlabel="layer",
        ylabel=ylabel,
        title=title,
        yscale=yscale,
        theory=theory,
        colours=colours,
        caption=caption,
        alt=alt,
    )


def histograms(values, *, xlabel, title="", bins=40, columns=5, colours=None, caption="", alt=""):
    """Histograms on a common axis, one panel for each array: a layer's activations, weights or gradients.

    Parameters
    ----------
    values : dict of str to array of any shape
        A panel's title, which may have several lines, and its values.
    xlabel, title : str
    bins : int
        Bins over the range of all arrays together.
    columns : int
        Panels in a row, where there is room.
    colours : dict of str to int, or None
        Numbers of the colours of some panels; the others get the first.
    caption, alt : str
        As for :class:`Picture`.

    Returns
    -------
    Picture

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> histograms({"layer 1": rng.normal(0, 1, 99), "layer 2": rng.normal(0, 0.1, 99)}, xlabel="activation")
    Figure: share (%) against activation: layer 1, layer 2
    """
    if not isinstance(values, Mapping):
        raise TypeError(f"values must be a dict by name, got {type(values).__name__}")
    if not values:
        raise ValueError("values must hold an array for each panel, got none")
    arrays = {name: _inputs.array(f"values[{name!r}]", array).ravel() for name, array in values.items()}
    edges = np.histogram_bin_edges(np.concatenate(list(arrays.values())), _inputs.count("bins", bins))
    found = numbered(colours)
    panels = []
    for name, array in arrays.items():
        shares = 100 * np.histogram(array, edges)[0] / array.size
        bars = Bars(edges, shares, colour=colour_of(name, found) or 1)
        ylabel = "" if panels else "share (%)"
        panels.append(
            Panel([bars], xlabel=xlabel, ylabel=ylabel, title=name, from_zero=True, height=0.62, narrowest=104)
        )
    return Picture(panels, columns=columns, title=title, caption=caption, alt=alt)


def _curves(x, series, found, *, dots, log):
    """The marks of series, and what to say about their intervals."""
    marks, seeds = [], set()
    for name, values in series.items():
        mean, low, high, n = _measured(f"series[{name!r}]", values, len(x), log)
        seeds |= {n} - {1}
        colour, dash = found[name]
        marks.append(Curve(x, mean, low, high, name=name, colour=colour, dash=dash, dots=dots))
    if not seeds:
        return marks, ""
    fewest, most = min(seeds), max(seeds)
    of = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    middle, ends = ("Dots", "bars") if dots else ("Line", "band")
    mean = "geometric mean" if log else "mean"
    return marks, f"{middle}: {mean} of {of} seeds; {ends}: its {100 * _CONFIDENCE:g}% interval."


def _measured(name, values, n_points, log):
    """Mean, ends of its interval (None without seeds), and the number of seeds; of the logarithms, if `log`."""
    if isinstance(values, Interval):
        mean, low, high = (_numbers(f"{name}.{part}", each) for part, each in values._asdict().items())
        for part, each in (("mean", mean), ("low", low), ("high", high)):
            if each.shape != (n_points,):
                raise ValueError(f"{name}.{part} must have shape ({n_points},), got {each.shape}")
        return mean, low, high, 1
    runs = _numbers(name, values)
    if runs.ndim not in (1, 2) or runs.shape[-1] != n_points or not runs.size:
        raise ValueError(f"{name} must have shape ({n_points},) or (seeds, {n_points}), got {runs.shape}")
    if runs.ndim == 1 or len(runs) == 1:
        return runs.reshape(-1), None, None, 1
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        runs = np.log(runs) if log else runs
        mean = runs.mean(axis=0)
        error = runs.std(axis=0, ddof=1) / np.sqrt(len(runs))
        reach = quantile((1 + _CONFIDENCE) / 2, len(runs) - 1) * error
        found = mean, mean - reach, mean + reach
        return *(map(np.exp, found) if log else found), len(runs)


def _numbers(name, values):
    """Values as float64, some of which may not be finite."""
    found = np.asarray(values)
    if found.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be an array of real numbers, got {type(values).__name__} {values!r}"[:200])
    return found.astype(np.float64)


def _theories(x, theory, xscale):
    theory = {} if theory is None else theory
    if not isinstance(theory, Mapping):
        raise TypeError(f"theory must be a dict by name, got {type(theory).__name__}")
    if len(theory) > _MOST_THEORIES:
        raise ValueError(f"theory must hold at most {_MOST_THEORIES} lines, got {len(theory)}")
    marks = []
    for number, (name, values) in enumerate(theory.items(), start=1):
        name, places = str(name), x
        if callable(values):
            spaced = np.geomspace if xscale == "log" else np.linspace
            places = spaced(x.min(), x.max(), _SMOOTH)
            values = values(places)
        values = _numbers(f"theory[{name!r}]", values)
        if values.ndim == 0:
            values = np.full(len(places), float(values))
        if values.shape != places.shape:
            raise ValueError(f"theory[{name!r}] must be a number or have shape {places.shape}, got {values.shape}")
        marks.append(Curve(places, values, name=name, colour=0, dash=number))
    return marks
