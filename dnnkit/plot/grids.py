"""Figures of arrays side by side: images and masks."""

import matplotlib as mpl
import numpy as np

from dnnkit import _inputs
from dnnkit.plot.style import COLOURS, GREY, STYLE, panels


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
    masks : boolean array of shape (n, rows, neurons)
    titles : sequence of str
        One for each mask, or empty.
    title : str
    columns : int
        Masks in a row.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> len(masks(np.random.default_rng(0).random((2, 4, 6)) < 0.5).axes)
    2
    """
    masks = _inputs.mask("masks", masks, shape=(None, None, None))
    colours = mpl.colors.ListedColormap(["none", COLOURS[0]])
    fig = _grid(masks, titles, title, columns, 1.8, cmap=colours, vmin=0, vmax=1)
    for ax in fig.axes:
        rows, neurons = masks.shape[1:]
        ax.set_xticks(np.arange(neurons + 1) - 0.5, minor=True)
        ax.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
        ax.grid(which="minor", color=GREY, linewidth=0.5)
        ax.tick_params(which="minor", length=0)
    return fig


def _grid(arrays, titles, title, columns, width, **shown):
    if len(titles) not in (0, len(arrays)):
        raise ValueError(f"titles must hold one for each of {len(arrays)} arrays or none, got {len(titles)}")
    columns = _inputs.count("columns", columns)
    rows, neurons = arrays.shape[1:]
    with mpl.rc_context({**STYLE, "axes.grid": False}):
        fig, axes = panels(len(arrays), columns, width=width, height=width * rows / neurons + 0.2 * bool(titles))
        for index, (ax, array) in enumerate(zip(axes, arrays)):
            ax.imshow(array, interpolation="nearest", **shown)
            ax.set(xticks=[], yticks=[], title=titles[index] if titles else "")
            ax.spines[:].set_visible(True)
        fig.suptitle(title)
    return fig
