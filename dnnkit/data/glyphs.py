"""Printed digits in several fonts: one kind of image from several sources.

``glyphs.npz`` holds the ten digits of the fonts DejaVu and STIX, each drawn once as a 32x32 image.
"""

import numpy as np

from dnnkit import _inputs, augmentation
from dnnkit.data.digits import Digits, stored

FONTS = ("sans", "bold", "mono", "serif", "stix", "italic")
_CELL = 4  # pixels of a stored glyph, in each direction, that make one pixel of an image


def glyphs(n, *, font, rng, max_degrees=10.0, max_shift=0.75, max_factor=1.1):
    """Printed digits in one font, each rotated, scaled and shifted at random: one source of several.

    They have the size of the handwritten :func:`digits`, so that one network can be given both; but having learned from
    one source, it reads another less well.

    Parameters
    ----------
    n : int
        Images; class sizes differ by at most one.
    font : {"sans", "bold", "mono", "serif", "stix", "italic"}
        DejaVu Sans, DejaVu Sans Bold, DejaVu Sans Mono, DejaVu Serif, STIX General or STIX General Italic.
    rng : numpy.random.Generator
        Draws the order and the transformations.
    max_degrees, max_shift, max_factor : float
        Largest angle, shift in pixels and factor of size, as for :func:`dnnkit.augmentation.augment`.

    Returns
    -------
    Digits
        ``images`` float32 of shape (n, 8, 8) in [0, 1], 0 is paper and 1 is ink; ``labels`` int64 of shape (n,).

    Examples
    --------
    >>> images, labels = glyphs(25, font="mono", rng=np.random.default_rng(0))
    >>> images.shape, np.bincount(labels)
    ((25, 8, 8), array([3, 3, 3, 3, 3, 2, 2, 2, 2, 2]))
    """
    n = _inputs.count("n", n)
    drawn = stored("glyphs")[_inputs.one_of("font", font, FONTS)]
    labels = _inputs.generator(rng).permutation(np.arange(n, dtype=np.int64) % 10)
    large, _ = augmentation.augment(
        drawn[labels].astype(np.float32) / 255,
        labels,
        copies=1,
        max_shift=_CELL * _inputs.number("max_shift", max_shift, low=0),
        max_degrees=max_degrees,
        max_factor=max_factor,
        rng=rng,
    )
    side = drawn.shape[1] // _CELL
    return Digits(large[n:].reshape(n, side, _CELL, side, _CELL).mean(axis=(2, 4)), labels)
