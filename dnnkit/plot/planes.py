"""Figures of a plane: what a network decides there, how a loss varies over it, and where a search has looked."""

import numpy as np

from dnnkit import _inputs
from dnnkit.plot.axis import scale_of, short
from dnnkit.plot.contours import simplified, trace
from dnnkit.plot.marks import Dots, Shares
from dnnkit.plot.panel import Panel
from dnnkit.plot.picture import Picture, shared
from dnnkit.plot.plane_marks import CROSS, RING, Contours, Projections, Region, Signs, Way
from dnnkit.plot.style import COLOURS, few, looks

_POINTS = 200  # along each side of a plane
_FINE = 1 / 500  # of a plane's side: how near a drawn line stays to the one that was found
_MOST = 1500  # points in the outlines of a plane's regions, beyond which a coarser grid is taken
_PLANE = {"tight": True, "height": 0.78, "narrowest": 200, "widest": 520}


def decision_regions(predictors, x, y, *, xlabel="", ylabel="", title="", caption="", alt=""):
    """Which class each predictor gives to each point of the plane, a panel for each, with the examples on it.

    Classes are told apart by colour and by the shape of the examples' markers.

    Parameters
    ----------
    predictors : dict of str to callable
        A panel's title, and a function that returns an integer array of shape (n,) for an array of shape (n, 2), such
        as the `predict` of a :class:`dnnkit.mlp.History`.
    x : array of shape (examples, 2)
    y : integer array of shape (examples,)
        Classes 0 to 5 at most.
    xlabel, ylabel, title : str
    caption, alt : str
        As for :class:`Picture`.

    Returns
    -------
    Picture

    Examples
    --------
    >>> x = np.array([[0.0, 0.0], [1.0, 1.0]])
    >>> decision_regions({"a rule": lambda x: (x.sum(axis=1) > 1).astype(int)}, x, [0, 1], alt="Two halves.")
    Figure: Two halves.
    """
    few("predictors", predictors)
    x = _inputs.array("x", x, shape=(None, 2))
    y = _inputs.labels("y", y, classes=len(COLOURS), n=len(x))
    low, high = x.min(axis=0), x.max(axis=0)
    margin = 0.1 * np.where(high > low, high - low, 1)
    across, up = (np.linspace(*ends, _POINTS) for ends in zip(low - margin, high + margin))
    places = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2).astype(x.dtype)
    named = len(np.unique(y)) > 1
    panels = []
    for name, predict in predictors.items():
        answer = _inputs.function(f"predictors[{name!r}]", predict, "predict(x)")(places)
        found = _inputs.labels(f"predictors[{name!r}](x)", answer, classes=len(COLOURS), n=len(places))
        marks = _regions(across, up, found.reshape(_POINTS, _POINTS))
        for label in np.unique(y).tolist():
            key = f"class {label}" if named else ""
            marks.append(Dots(x[y == label].astype(np.float64), label + 1, shape=label + 1, name=key))
        ends = {"xlim": (across[0], across[-1]), "ylim": (up[0], up[-1])}
        panels.append(Panel(marks, xlabel=xlabel, ylabel=ylabel, title=name, **ends, **_PLANE))
    return Picture(panels, columns=len(panels), title=title, caption=caption, alt=alt)


def loss_surface(
    x,
    y,
    loss,
    *,
    paths=None,
    xlabel,
    ylabel,
    title="",
    log=True,
    levels=None,
    minimum=None,
    colours=None,
    caption="",
    alt="",
):
    """Contours of a loss over two weights, and the paths that optimizers take there.

    Parameters
    ----------
    x : array of shape (columns,)
        Ascending, like `y`.
    y : array of shape (rows,)
    loss : array of shape (rows, columns)
    paths : dict of str to array of shape (steps, 2), or None
        At most six; each begins at a ring and ends at a star.
    xlabel, ylabel, title : str
    log : bool
        Whether the loss grows by equal factors, not equal steps, from contour to contour; if so, it must be positive.
    levels : array of shape (contours,), or None
        The losses to draw contours at, instead of twelve spaced by `log`.
    minimum : (float, float) or None
        Where the loss is smallest, marked with a cross.
    colours, caption, alt
        As for :func:`dnnkit.plot.lines`; `colours` are those of the paths.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If there are more paths than colours, or a shape or an order does not fit.

    Examples
    --------
    >>> w = np.linspace(-1, 1, 21)
    >>> bowl = 1 + w[:, None] ** 2 + 4 * w**2
    >>> loss_surface(w, w, bowl, paths={"descent": [[0.9, 0.9], [0.2, 0.5], [0.0, 0.1]]}, xlabel="a", ylabel="b")
    Figure: b against a
    """
    x, y = (_ascending(name, each) for name, each in (("x", x), ("y", y)))
    loss = _inputs.array("loss", loss, shape=(len(y), len(x))).astype(np.float64)
    log = _inputs.boolean("log", log)
    if levels is not None:
        levels = _inputs.array("levels", levels, ndim=1)
    elif log and loss.min() <= 0:
        raise ValueError(f"loss must be positive for contours on a logarithmic scale, got {loss.min():g}")
    else:
        levels = (np.geomspace if log else np.linspace)(loss.min(), loss.max(), 14)[1:-1]
    paths = {} if paths is None else few("paths", paths)
    paths = {
        name: _inputs.array(f"paths[{name!r}]", path, shape=(None, 2)).astype(np.float64)
        for name, path in paths.items()
    }
    found = looks(paths, colours)
    lines = [line for level in np.unique(levels) for line in trace(x, y, loss, level)]
    marks = [Contours(_simplified(lines, x, y))]
    marks += [Way(path, name=name, colour=found[name][0], dash=found[name][1]) for name, path in paths.items()]
    if minimum is not None:
        marks.append(Signs(_inputs.array("minimum", minimum, shape=(2,))[None], CROSS, name="minimum"))
    ends = {"xlim": (x[0], x[-1]), "ylim": (y[0], y[-1])}
    panel = Panel(marks, xlabel=xlabel, ylabel=ylabel, title=title, **ends, **_PLANE)
    return Picture([panel], caption=caption, alt=alt)


def search_landscape(
    trials, *, xlabel, ylabel, unit="loss", xscale="linear", yscale="linear", title="", caption="", alt=""
):
    """Where searches have looked in a plane of two hyperparameters, and what they found, a panel for each search.

    The larger and fuller a trial's disc, the lower its loss, on one scale for all panels; a ring marks each search's
    best. Ticks along the axes are the trials' projections: how many different values of each hyperparameter the search
    has tried.

    Parameters
    ----------
    trials : dict of str to array of shape (trials, 3)
        At most six searches; a row holds the two hyperparameters and the loss. A loss that is not finite is drawn as a
        cross.
    xlabel, ylabel, unit, title : str
        `unit` labels the scale of the losses.
    xscale, yscale : str
        "linear" or "log".
    caption, alt : str
        As for :class:`Picture`.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If no trial has a finite loss, or a hyperparameter on a logarithmic axis is not positive.

    References
    ----------
    Bergstra and Bengio 2012, *Random search for hyper-parameter optimization*, figure 1, for the projections.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> search_landscape({"random": rng.random((9, 3))}, xlabel="learning rate", ylabel="momentum", alt="Nine trials.")
    Figure: Nine trials.
    """
    few("trials", trials)
    scales = scale_of("xscale", xscale), scale_of("yscale", yscale)
    found = {name: _trials(f"trials[{name!r}]", rows, scales) for name, rows in trials.items()}
    losses = np.concatenate([rows[:, 2] for rows in found.values()])
    failed = not np.isfinite(losses).all()
    losses = losses[np.isfinite(losses)]
    low, high = losses.min(), losses.max()

    def shares(values):
        """1 for the lowest loss, 0 for the highest."""
        return 1 - (values / 2 - low / 2) / ((high / 2 - low / 2) or 1.0)

    panels = []
    for name, rows in found.items():
        ok = np.isfinite(rows[:, 2])
        best = rows[ok][rows[ok, 2].argmin()]
        marks = [Projections(rows[:, :2])]
        marks += [
            Shares(np.zeros((0, 2)), shares(np.array([loss])), name=f"{unit} {short(loss)}")
            for loss in np.unique([low, (low / 2 + high / 2), high])
        ]
        marks.append(Shares(rows[ok, :2], shares(rows[ok, 2])))
        if failed:
            marks.append(Signs(rows[~ok, :2], CROSS, name="not finite"))
        marks.append(Signs(best[None, :2], RING, 2, name="best"))
        axes = {"xscale": xscale, "yscale": yscale}
        panels.append(Panel(marks, xlabel=xlabel, ylabel=ylabel, title=name, height=0.78, widest=520, **axes))
    panels = shared(shared(panels, "across"), "up")
    return Picture(panels, columns=len(panels), title=title, caption=caption, alt=alt)


def _regions(across, up, classes):
    """The regions of a plane, with not too many points in their outlines."""
    # A surrounding ring of another class, right at the edge, closes all lines there.
    across, up = (np.r_[side[0], side, side[-1]] for side in (across, up))
    outlines = {}
    for label in np.unique(classes).tolist():
        inside = np.pad(classes == label, 1).astype(np.float64)
        outlines[label] = _simplified(trace(across, up, inside, 0.5), across, up, 0.75 / len(classes))
    if sum(len(line) for lines in outlines.values() for line in lines) > _MOST and min(classes.shape) > 12:
        return _regions(across[1:-1][::2], up[1:-1][::2], classes[::2, ::2])
    return [Region(lines, label + 1) for label, lines in outlines.items()]


def _simplified(lines, x, y, tolerance=_FINE):
    sizes = np.array([x[-1] - x[0], y[-1] - y[0]])
    return [simplified(line / sizes, tolerance) * sizes for line in lines]


def _ascending(name, values):
    values = _inputs.array(name, values, ndim=1).astype(np.float64)
    if len(values) < 2 or np.any(np.diff(values) <= 0):
        raise ValueError(f"{name} must hold at least two numbers, each larger than the one before, got {values[:5]}")
    return values


def _trials(name, rows, scales):
    rows = np.asarray(rows, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != 3 or not np.isfinite(rows[:, 2]).any():
        raise ValueError(f"{name} must have shape (trials, 3) and a finite loss in the third column, got {rows.shape}")
    _inputs.array(f"{name}[:, :2]", rows[:, :2])
    for column, scale in enumerate(scales):
        if scale == "log" and rows[:, column].min() <= 0:
            raise ValueError(
                f"{name}[:, {column}] must be positive on a logarithmic axis, got {rows[:, column].min():g}"
            )
    return rows
