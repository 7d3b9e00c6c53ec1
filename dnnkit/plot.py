"""Figures in one style: legible on light and dark pages, and without telling colours apart.

The only module of dnnkit that loads matplotlib. Each function returns the Figure, closed for pyplot, so that a notebook
shows it once, as the value of its cell.
"""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import MaxNLocator

from dnnkit import _inputs

# Okabe and Ito 2008, *Color universal design*; first those that stand out from white and from black alike.
# The line style tells series apart as well.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))
GREY = "#767676"  # contrast of 4.5 with white and 4.6 with black: text needs no background of its own

STYLE = {
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.facecolor": "none",
    "legend.framealpha": 0.0,
    "figure.dpi": 110,
    "figure.constrained_layout.use": True,
    "font.size": 10,
    "axes.titlesize": 10,
    "figure.titlesize": 11,
    "figure.labelsize": 10,
    "axes.prop_cycle": mpl.cycler(color=COLOURS) + mpl.cycler(linestyle=LINE_STYLES),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": GREY,
    "grid.alpha": 0.2,
    "lines.linewidth": 1.8,
    **dict.fromkeys(
        ("text.color", "axes.labelcolor", "axes.edgecolor", "axes.titlecolor", "xtick.color", "ytick.color"), GREY
    ),
}


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
        If a curve does not fit `x`, or there are more curves than colours.

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
        fig, ax = _figure()
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
    _few("histories", histories)
    with mpl.rc_context(STYLE):
        fig, axes = _figure(1, 2, width=7.5, sharey=True)
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
        If the arrays differ in their number of layers, or there are more than colours.

    Examples
    --------
    >>> fig = layer_statistics({"he": [1.0, 0.9, 1.1], "glorot": [0.5, 0.25, 0.125]}, ylabel="mean square")
    >>> fig.axes[0].lines[1].get_xdata()
    array([1., 2., 3.])
    """
    _few("statistics", statistics)
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

    Raises
    ------
    ValueError
        If an array is empty or not finite.

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
        fig, axes = _panels(len(arrays), columns, width=1.7, height=1.7, sharex=True)
        for ax, (name, array) in zip(axes, arrays.items()):
            ax.hist(array, edges, weights=np.full(array.size, 1 / array.size), color=COLOURS[0])
            ax.set(title=name, yticks=[])
            ax.tick_params(labelbottom=True)
        fig.supxlabel(xlabel)
        fig.supylabel("share")
        fig.suptitle(title)
    return fig


def images(images, *, titles=(), title="", columns=8):
    """Grey images in a grid, on one scale from the smallest value (paper) to the largest (ink).

    Parameters
    ----------
    images : array of shape (n, height, width)
    titles : sequence of str
        One for each image, or empty.
    title : str
    columns : int
        Images in a row.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If `images` has not three axes or is not finite, or there are titles for some images only.

    Examples
    --------
    >>> from dnnkit import data
    >>> digits = data.digits()
    >>> fig = images(digits.images[:3], titles=[str(label) for label in digits.labels[:3]])
    >>> [ax.get_title() for ax in fig.axes]
    ['0', '1', '2']
    """
    images = _inputs.array("images", images, ndim=3)
    return _grid(images, titles, title, columns, 1.0, cmap="Greys", vmin=images.min(), vmax=images.max())


def masks(masks, *, titles=(), title="", columns=4):
    """Boolean arrays in a grid: a square in colour for True (kept), an empty one for False.

    Parameters
    ----------
    masks : boolean array of shape (n, rows, units)
    titles : sequence of str
        One for each mask, or empty.
    title : str
    columns : int
        Masks in a row.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TypeError
        If the array is not boolean.
    ValueError
        If it has not three axes, or there are titles for some masks only.

    Examples
    --------
    >>> len(masks(np.random.default_rng(0).random((2, 4, 6)) < 0.5).axes)
    2
    """
    masks = _inputs.mask("masks", masks, shape=(None, None, None))
    colours = mpl.colors.ListedColormap(["none", COLOURS[0]])
    fig = _grid(masks, titles, title, columns, 1.8, cmap=colours, vmin=0, vmax=1)
    for ax in fig.axes:
        rows, units = masks.shape[1:]
        ax.set_xticks(np.arange(units + 1) - 0.5, minor=True)
        ax.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
        ax.grid(which="minor", color=GREY, linewidth=0.5)
        ax.tick_params(which="minor", length=0)
    return fig


def _draw(ax, x, series, *, markers):
    _few("series", series)
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


def _few(name, series):
    if not 1 <= len(series) <= len(COLOURS):
        raise ValueError(f"{name} must hold 1 to {len(COLOURS)} curves, got {len(series)}")


def _grid(arrays, titles, title, columns, width, **shown):
    if len(titles) not in (0, len(arrays)):
        raise ValueError(f"titles must hold one for each of {len(arrays)} arrays or none, got {len(titles)}")
    columns = _inputs.count("columns", columns)
    rows, units = arrays.shape[1:]
    with mpl.rc_context({**STYLE, "axes.grid": False}):
        fig, axes = _panels(len(arrays), columns, width=width, height=width * rows / units + 0.2 * bool(titles))
        for index, (ax, array) in enumerate(zip(axes, arrays)):
            ax.imshow(array, interpolation="nearest", **shown)
            ax.set(xticks=[], yticks=[], title=titles[index] if titles else "")
            ax.spines[:].set_visible(True)
        fig.suptitle(title)
    return fig


def _panels(n, columns, *, width, height, **options):
    columns = min(n, columns)
    rows = -(-n // columns)
    fig, axes = _figure(rows, columns, width=width * columns, height=height * rows, squeeze=False, **options)
    for ax in axes.flat[n:]:
        ax.remove()
    return fig, axes.flat[:n]


def _figure(rows=1, columns=1, *, width=5.5, height=3.2, **options):
    fig, axes = plt.subplots(rows, columns, figsize=(width, height), **options)
    plt.close(fig)
    return fig, axes
