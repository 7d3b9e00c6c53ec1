"""Figures of a plane: what a network decides there, how a loss lies over it, and where a search has looked."""

import matplotlib as mpl
import numpy as np

from dnnkit import _inputs
from dnnkit.plot.style import COLOURS, GREY, MARKERS, STYLE, few, figure

_POINTS = 200  # along each side of a plane
_STYLE = {**STYLE, "axes.grid": False}
_SHARED = {"sharex": True, "sharey": True, "squeeze": False}


def decision_regions(predictors, x, y, *, xlabel="", ylabel="", title=""):
    """Which class each predictor gives to each place of the plane, a panel for each, with the examples on it.

    Classes are told apart by colour and by the shape of the examples' markers.

    Parameters
    ----------
    predictors : dict of str to callable
        A panel's title, and what gives an integer array of shape (n,) for an array of shape (n, 2): the `predict` of a
        :class:`dnnkit.mlp.History`, or another.
    x : array of shape (examples, 2)
    y : integer array of shape (examples,)
        Classes 0 to 5 at most.
    xlabel, ylabel, title : str

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> x = np.array([[0.0, 0.0], [1.0, 1.0]])
    >>> fig = decision_regions({"a rule": lambda x: (x.sum(axis=1) > 1).astype(int)}, x, [0, 1])
    >>> [ax.get_title() for ax in fig.axes]
    ['a rule']
    """
    few("predictors", predictors)
    x = _inputs.array("x", x, shape=(None, 2))
    y = _inputs.labels("y", y, classes=len(COLOURS), n=len(x))
    low, high = x.min(axis=0), x.max(axis=0)
    margin = 0.1 * np.where(high > low, high - low, 1)
    across, up = (np.linspace(*ends, _POINTS) for ends in zip(low - margin, high + margin))
    places = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2).astype(x.dtype)
    regions = {}
    for name, predict in predictors.items():
        answer = _inputs.function(f"predictors[{name!r}]", predict, "predict(x)")(places)
        regions[name] = _inputs.labels(f"predictors[{name!r}](x)", answer, classes=len(COLOURS), n=len(places))
    with mpl.rc_context(_STYLE):
        fig, axes = figure(1, len(regions), width=2.9 * len(regions), height=2.9, **_SHARED)
        for ax, (name, region) in zip(axes[0], regions.items()):
            classes = region.reshape(_POINTS, _POINTS)
            ax.pcolormesh(across, up, classes, cmap=mpl.colors.ListedColormap(COLOURS), vmin=-0.5, vmax=5.5, alpha=0.25)
            for label in np.unique(classes):
                ax.contour(across, up, classes == label, levels=[0.5], colors=GREY, linewidths=1)
            for label in np.unique(y):
                marker = {"marker": MARKERS[label], "color": COLOURS[label], "edgecolors": GREY, "linewidths": 0.5}
                ax.scatter(*x[y == label].T, s=18, **marker)
            ax.set(xlabel=xlabel, title=name)
        axes[0, 0].set_ylabel(ylabel)
        fig.suptitle(title)
    return fig


def loss_surface(x, y, loss, *, paths=None, xlabel, ylabel, title="", log=True):
    """Contours of a loss over two weights, and the paths that optimizers take there.

    Parameters
    ----------
    x : array of shape (columns,)
    y : array of shape (rows,)
    loss : array of shape (rows, columns)
    paths : dict of str to array of shape (steps, 2), or None
        At most six; each begins at a circle and ends at a star.
    xlabel, ylabel, title : str
    log : bool
        Whether the loss doubles, and does not grow evenly, from contour to contour; it must be positive then.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there are more paths than colours.

    Examples
    --------
    >>> w = np.linspace(-1, 1, 21)
    >>> bowl = 1 + w[:, None] ** 2 + 4 * w**2
    >>> fig = loss_surface(w, w, bowl, paths={"descent": [[0.9, 0.9], [0.2, 0.5], [0.0, 0.1]]}, xlabel="a", ylabel="b")
    >>> [text.get_text() for text in fig.axes[0].get_legend().get_texts()]
    ['descent']
    """
    x, y = _inputs.array("x", x, ndim=1), _inputs.array("y", y, ndim=1)
    loss = _inputs.array("loss", loss, shape=(len(y), len(x)))
    if _inputs.boolean("log", log) and loss.min() <= 0:
        raise ValueError(f"loss must be positive for contours on a logarithmic scale, got {loss.min():g}")
    paths = {} if paths is None else few("paths", paths)
    paths = {name: _inputs.array(f"paths[{name!r}]", path, shape=(None, 2)) for name, path in paths.items()}
    with mpl.rc_context(_STYLE):
        fig, ax = figure(width=4.6, height=3.6)
        spaced = np.geomspace if log else np.linspace
        ax.contour(x, y, loss, levels=np.unique(spaced(loss.min(), loss.max(), 14)[1:-1]), colors=GREY, linewidths=0.7)
        for name, path in paths.items():
            (line,) = ax.plot(*path.T, label=name, linewidth=1.3, marker=".", markersize=3)
            ax.plot(*path[0], "o", color=line.get_color(), markersize=6)
            ax.plot(*path[-1], "*", color=line.get_color(), markersize=10)
        ax.set(xlabel=xlabel, ylabel=ylabel, title=title, xlim=x[[0, -1]], ylim=y[[0, -1]])
        if paths:
            ax.legend()
    return fig


def search_landscape(trials, *, xlabel, ylabel, unit="loss", xscale="linear", yscale="linear", title=""):
    """Where searches have looked in a plane of two hyperparameters, and what they found, a panel for each search.

    The darker a trial the lower its loss, on one scale for all panels; a ring marks each search's best. Ticks along the
    axes are the trials' projections: how many different values of each hyperparameter the search has tried.

    Parameters
    ----------
    trials : dict of str to array of shape (trials, 3)
        At most six searches; a row holds the two hyperparameters and the loss. A loss that is not finite is drawn as a
        cross.
    xlabel, ylabel, unit, title : str
        `unit` stands at the scale of the losses.
    xscale, yscale : str
        Matplotlib's: "linear", "log".

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If no trial has a finite loss.

    References
    ----------
    Bergstra and Bengio 2012, *Random search for hyper-parameter optimization*, figure 1, for the projections.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> fig = search_landscape({"random": rng.random((9, 3))}, xlabel="learning rate", ylabel="momentum")
    >>> fig.axes[0].get_title()
    'random'
    """
    few("trials", trials)
    found = {}
    for name, rows in trials.items():
        rows = np.asarray(rows, dtype=np.float64)
        if rows.ndim != 2 or rows.shape[1] != 3 or not np.isfinite(rows[:, 2]).any():
            raise ValueError(
                f"trials[{name!r}] must have shape (trials, 3) and a finite loss in the third column, got {rows.shape}"
            )
        _inputs.array(f"trials[{name!r}][:, :2]", rows[:, :2])
        found[name] = rows
    losses = np.concatenate([rows[:, 2] for rows in found.values()])
    losses = losses[np.isfinite(losses)]
    scale = mpl.colors.Normalize(losses.min(), losses.max())
    with mpl.rc_context(_STYLE):
        fig, axes = figure(1, len(found), width=3.1 * len(found) + 0.6, height=3.1, **_SHARED)
        for ax, (name, rows) in zip(axes[0], found.items()):
            ok = np.isfinite(rows[:, 2])
            ax.scatter(*rows[~ok, :2].T, marker="x", s=24, color=GREY)
            shown = {"cmap": "viridis", "norm": scale, "edgecolors": GREY, "linewidths": 0.6}
            points = ax.scatter(*rows[ok, :2].T, c=rows[ok, 2], s=34, **shown)
            best = rows[ok][rows[ok, 2].argmin()]
            ax.scatter(*best[:2], s=150, facecolors="none", edgecolors=COLOURS[1], linewidths=1.8)
            ax.set(xlabel=xlabel, title=name, xscale=xscale, yscale=yscale)
            ticks = {"color": GREY, "linestyle": "none", "markersize": 7, "clip_on": False}
            ax.plot(rows[:, 0], np.zeros(len(rows)), marker="|", transform=ax.get_xaxis_transform(), **ticks)
            ax.plot(np.zeros(len(rows)), rows[:, 1], marker="_", transform=ax.get_yaxis_transform(), **ticks)
        axes[0, 0].set_ylabel(ylabel)
        fig.colorbar(points, ax=axes[0].tolist(), label=unit)
        fig.suptitle(title)
    return fig
