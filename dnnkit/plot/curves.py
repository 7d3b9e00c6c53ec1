"""Figures of numbers along an axis: curves, learning curves, statistics of layers, histograms."""

import matplotlib as mpl
import numpy as np
from matplotlib.ticker import MaxNLocator

from dnnkit import _inputs
from dnnkit.plot.style import COLOURS, STYLE, few, figure, panels


def lines(x, series, *, xlabel, ylabel, title="", xscale="linear", yscale="linear", markers=False):
    """Named curves over one axis; a curve measured over several seeds gets a band of its standard error.

    Parameters
    ----------
    x : array of shape (points,)
    series : dict of str to array of shape (points,) or (seeds, points)
        At most six. Of two axes the mean over the seeds is drawn, and a band of one standard error about it. Values
        that are not finite leave a gap.
    xlabel, ylabel, title : str
    xscale, yscale : str
        Matplotlib's: "linear", "log", "symlog".
    markers : bool
        Whether each point is marked.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there are more curves than colours.

    References
    ----------
    Okabe and Ito 2008, *Color universal design*, for the colours.

    Examples
    --------
    >>> fig = lines([1, 2, 3], {"train": [3, 2, 1], "dev": [[3, 2, 2], [3, 3, 2]]}, xlabel="epoch", ylabel="loss")
    >>> [line.get_label() for line in fig.axes[0].lines]
    ['train', 'dev']
    """
    with mpl.rc_context(STYLE):
        fig, ax = figure()
        _draw(ax, x, series, markers=markers)
        ax.set(xlabel=xlabel, ylabel=ylabel, title=title, xscale=xscale, yscale=yscale)
    return fig


def learning_curves(histories, *, title=""):
    """Error on the training set and on the dev set after each epoch, side by side, for one or more runs.

    Parameters
    ----------
    histories : dict of str to History
        From :func:`dnnkit.mlp.train`; at most six, each with a dev set.
    title : str

    Returns
    -------
    matplotlib.figure.Figure

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
    >>> [ax.get_title() for ax in learning_curves({"rate 0.1": history}).axes]
    ['training set', 'dev set']
    """
    few("histories", histories)
    with mpl.rc_context(STYLE):
        fig, axes = figure(1, 2, width=7.5, sharey=True)
        for ax, which in zip(axes, ("train", "dev")):
            for name, history in histories.items():
                if history.dev_errors is None:
                    raise ValueError(f"histories[{name!r}] must have been trained with a dev set")
                ax.plot(history.epochs, getattr(history, f"{which}_errors"), label=name)
            ax.set(xlabel="epoch", title="training set" if which == "train" else "dev set")
        axes[0].set_ylabel("error")
        axes[1].legend()
        fig.suptitle(title)
    return fig


def layer_statistics(statistics, *, ylabel, title="", yscale="log"):
    """A number for each layer, such as the spread of its activations, against the layer's place in the network.

    Parameters
    ----------
    statistics : dict of str to array of shape (layers,) or (seeds, layers)
        At most six; the first layer is 1.
    ylabel, title : str
    yscale : str
        Logarithmic by default: what grows or shrinks by a factor a layer is a straight line there.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there are more arrays than colours.

    Examples
    --------
    >>> fig = layer_statistics({"he": [1.0, 0.9, 1.1], "glorot": [0.5, 0.25, 0.125]}, ylabel="mean square")
    >>> fig.axes[0].lines[1].get_xdata()
    array([1., 2., 3.])
    """
    few("statistics", statistics)
    n_layers = np.shape(next(iter(statistics.values())))[-1]
    fig = lines(
        np.arange(1, n_layers + 1),
        statistics,
        xlabel="layer",
        ylabel=ylabel,
        title=title,
        yscale=yscale,
        markers=True,
    )
    fig.axes[0].xaxis.set_major_locator(MaxNLocator(integer=True))
    return fig


def histograms(values, *, xlabel, title="", bins=40, columns=5):
    """Histograms on a common axis, one panel for each array: a layer's activations, weights or gradients.

    Parameters
    ----------
    values : dict of str to array of any shape
        A panel's title and its values.
    xlabel, title : str
    bins : int
        Bins over the range of all arrays together.
    columns : int
        Panels in a row.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> fig = histograms({"layer 1": rng.normal(0, 1, 99), "layer 2": rng.normal(0, 0.1, 99)}, xlabel="activation")
    >>> [ax.get_title() for ax in fig.axes]
    ['layer 1', 'layer 2']
    """
    if not values:
        raise ValueError("values must hold an array for each panel, got none")
    arrays = {name: _inputs.array(f"values[{name!r}]", array).ravel() for name, array in values.items()}
    bins, columns = _inputs.count("bins", bins), _inputs.count("columns", columns)
    edges = np.histogram_bin_edges(np.concatenate(list(arrays.values())), bins)
    with mpl.rc_context(STYLE):
        fig, axes = panels(len(arrays), columns, width=1.7, height=1.7, sharex=True)
        for ax, (name, array) in zip(axes, arrays.items()):
            ax.hist(array, edges, weights=np.full(array.size, 1 / array.size), color=COLOURS[0])
            ax.set(title=name, yticks=[])
            ax.tick_params(labelbottom=True)
        fig.supxlabel(xlabel)
        fig.supylabel("share")
        fig.suptitle(title)
    return fig


def _draw(ax, x, series, *, markers):
    few("series", series)
    x = _inputs.array("x", x, ndim=1)
    for name, values in series.items():
        values = np.asarray(values, dtype=np.float64)
        if values.ndim not in (1, 2) or values.shape[-1] != len(x):
            raise ValueError(f"series[{name!r}] must have shape ({len(x)},) or (seeds, {len(x)}), got {values.shape}")
        runs = np.atleast_2d(values)
        mean = runs.mean(axis=0)
        (line,) = ax.plot(x, mean, label=name, marker="o" if markers else None, markersize=4)
        if len(runs) > 1:
            error = runs.std(axis=0, ddof=1) / np.sqrt(len(runs))
            ax.fill_between(x, mean - error, mean + error, color=line.get_color(), alpha=0.25, linewidth=0)
    if len(series) > 1:
        ax.legend()
