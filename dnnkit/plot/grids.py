"""Figures of arrays side by side: images and masks."""

import numpy as np

from dnnkit import _inputs
from dnnkit.plot import png
from dnnkit.plot.panel import Margins
from dnnkit.plot.picture import Picture
from dnnkit.plot.style import LINE, paint, words, wrapped

_LARGEST = 64  # most pixels along a side of an image in a picture


class Tile:
    """A panel without axes: an array under its title. `content(side)` is its SVG with `side` pixels per entry."""

    marks, xlabel, ylabel = (), "", ""

    def __init__(self, shape, content, *, title="", narrowest=60, widest=150):
        self.shape, self.content, self.title = shape, content, title
        self.narrowest, self.widest = narrowest, widest

    def inner_height(self, inner):
        """The height of the array when it is `inner` pixels wide."""
        rows, columns = self.shape
        return inner * rows / columns

    def margins(self, width, height, names=""):
        """The margins that the tile needs."""
        top = LINE * len(wrapped(self.title, width))
        return Margins(1, 1, top + 3 if top else 1, 1)

    def draw(self, width, height, margins, names=""):
        """The tile as SVG from (0, 0)."""
        lines = wrapped(self.title, width)
        parts = [words(line, 0, margins.top - 6 - LINE * (len(lines) - row)) for row, line in enumerate(lines, 1)]
        side = (width - margins.left - margins.right) / self.shape[1]
        box = f'width="{side * self.shape[1]:.1f}" height="{side * self.shape[0]:.1f}"'
        content = self.content(side, box)
        edge = f'<rect {box} fill="none" stroke="currentColor" stroke-opacity=".4"/>'
        move = f"translate({margins.left} {margins.top})"
        return "".join([*parts, f'<g class="tile" transform="{move}">{content}{edge}</g>'])


def images(images, *, titles=(), title="", columns=8, caption="", alt=""):
    """Grey images in a grid, on one scale from the smallest value (paper) to the largest (ink).

    Parameters
    ----------
    images : array of shape (n, height, width)
        With more than 64 pixels on a side, means over blocks of them are shown.
    titles : sequence of str
        One for each image, or empty.
    title : str
    columns : int
        Images in a row, where there is room.
    caption, alt : str
        As for :class:`Picture`.

    Returns
    -------
    Picture

    Examples
    --------
    >>> from dnnkit import data
    >>> digits = data.digits()
    >>> images(digits.images[:3], titles=[str(label) for label in digits.labels[:3]], caption="The first three.")
    Figure: The first three.
    """
    images = _inputs.array("images", images, ndim=3)
    low, high = float(images.min()), float(images.max())
    span = (high / 2 - low / 2) or 1.0  # halves: their difference is finite

    def content(image):
        ink = (image / 2 - low / 2) / span
        address = png.address(np.round(255 * (1 - _smaller(ink))))
        return lambda side, box: (
            f'<image {box} href="{address}" preserveAspectRatio="none" style="image-rendering:pixelated"/>'
        )

    return _grid(images, content, titles, title, columns, caption, alt, narrowest=76)


def masks(masks, *, titles=(), title="", columns=4, caption="", alt=""):
    """Boolean arrays in a grid: a square in colour for True (kept), an empty one for False.

    Parameters
    ----------
    masks : boolean array of shape (n, rows, neurons)
    titles : sequence of str
        One for each mask, or empty.
    title : str
    columns : int
        Masks in a row, where there is room.
    caption, alt : str
        As for :class:`Picture`.

    Returns
    -------
    Picture

    Examples
    --------
    >>> masks(np.random.default_rng(0).random((2, 4, 6)) < 0.5, titles=["first", "second"])
    Figure: first, second
    """
    masks = _inputs.mask("masks", masks, shape=(None, None, None))
    return _grid(masks, cells, titles, title, columns, caption, alt, narrowest=min(6 * masks.shape[2], 160), widest=360)


def cells(mask):
    """What draws a boolean array as squares, filled where it is True, as :class:`Tile` expects it."""
    squares = "".join(f"M{column + 0.07:g} {row + 0.5:g}h.86" for row, column in np.argwhere(mask))

    def content(side, box):
        return (
            f'<path class="cells" transform="scale({side:.3f})" d="{squares}" fill="none" stroke="{paint(1)}" '
            'stroke-width=".86"/>'
        )

    return content


def _grid(arrays, content, titles, title, columns, caption, alt, **widths):
    titles = tuple(titles)
    if len(titles) not in (0, len(arrays)):
        raise ValueError(f"titles must hold one for each of {len(arrays)} arrays or none, got {len(titles)}")
    titles = [str(each) for each in titles] or [""] * len(arrays)
    tiles = [Tile(arrays.shape[1:], content(array), title=each, **widths) for array, each in zip(arrays, titles)]
    return Picture(tiles, columns=columns, title=title, caption=caption, alt=alt)


def _smaller(image):
    """The image itself, or means over blocks of it, so that no side has more than 64 pixels."""
    by = [-(-side // _LARGEST) for side in image.shape]
    if by == [1, 1]:
        return image
    starts = [np.arange(0, side, each) for side, each in zip(image.shape, by)]
    sums = np.add.reduceat(np.add.reduceat(image, starts[0], axis=0), starts[1], axis=1)
    counts = np.outer(*(np.diff([*start, side]) for start, side in zip(starts, image.shape)))
    return sums / counts
