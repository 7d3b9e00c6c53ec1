"""Data sets that need no download: digits that ship with the package, and sets made by code (:mod:`dnnkit.synthetic`).

The handwritten digits are 1797 images of 8x8 pixels by 13 people: the test set of *Optical Recognition of Handwritten
Digits* (E. Alpaydin and C. Kaynak 1998, UCI Machine Learning Repository, https://doi.org/10.24432/C50P49), licensed
under CC BY 4.0. ``digits.npz`` holds them as scikit-learn bundles them, with pixels (0 to 16) as uint8 and labels as
int64.

The printed digits in ``glyphs.npz`` are drawn with the fonts DejaVu and STIX, each of them once as an image of 32x32.
"""

from importlib import resources
from typing import NamedTuple

import numpy as np

from dnnkit import _inputs, augmentation
from dnnkit.synthetic import blobs, moons, noisy_sine

__all__ = [
    "FONTS",
    "Digits",
    "Split",
    "blobs",
    "digits",
    "glyphs",
    "moons",
    "noisy_sine",
    "split_digits",
    "with_label_noise",
]

FONTS = ("sans", "bold", "mono", "serif", "stix", "italic")
_CELL = 4  # pixels of a stored glyph, in each direction, that make one of an image


class Digits(NamedTuple):
    """Images, float32 of shape (n, 8, 8) in [0, 1], and labels, int64 of shape (n,) in 0 .. 9."""

    images: np.ndarray
    labels: np.ndarray


class Split(NamedTuple):
    """Training, dev and test set; ``split[:4]`` is what :func:`dnnkit.mlp.train` takes."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_dev: np.ndarray
    y_dev: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def digits():
    """The handwritten digits, in the order of the file.

    Pixels are k / 16 with k in 0 .. 16, exact in float32; 0 is paper and 1 is ink.

    Returns
    -------
    Digits
        ``images`` of shape (1797, 8, 8) and ``labels`` of shape (1797,), fresh arrays at each call.

    References
    ----------
    Alpaydin and Kaynak 1998, *Cascading classifiers*.

    Examples
    --------
    >>> images, labels = digits()
    >>> images.shape, images.dtype, labels[:5]
    ((1797, 8, 8), dtype('float32'), array([0, 1, 2, 3, 4]))
    """
    stored = _stored("digits")
    return Digits((stored["images"] / 16).astype(np.float32), stored["labels"])


def split_digits(*, n_train, n_dev, rng):
    """The digits as rows of 64 pixels, shuffled and cut into training, dev and test set.

    Parameters
    ----------
    n_train, n_dev : int
        Examples in the training and the dev set; what is left is the test set.
    rng : numpy.random.Generator
        Draws the order.

    Returns
    -------
    Split
        x float32 of shape (n, 64) in [0, 1], y int64 of shape (n,).

    Raises
    ------
    TypeError
        If a size is not an integer or `rng` is not a Generator.
    ValueError
        If a size is under 1 or nothing is left for the test set.

    Examples
    --------
    >>> split = split_digits(n_train=1000, n_dev=300, rng=np.random.default_rng(0))
    >>> split.x_train.shape, split.y_dev.shape, split.x_test.shape
    ((1000, 64), (300,), (497, 64))
    """
    images, labels = digits()
    n_train, n_dev = _inputs.count("n_train", n_train), _inputs.count("n_dev", n_dev)
    if n_train + n_dev >= len(labels):
        raise ValueError(f"n_train + n_dev must be under {len(labels)}, got {n_train} + {n_dev}")
    x = images.reshape(len(images), -1)
    parts = np.split(_inputs.generator(rng).permutation(len(labels)), [n_train, n_train + n_dev])
    return Split(*(array[part] for part in parts for array in (x, labels)))


def glyphs(n, *, font, rng, max_degrees=10.0, max_shift=0.75, max_factor=1.1):
    """Printed digits in one font, each rotated, scaled and shifted at random: one source of several.

    They have the size of the handwritten :func:`digits`, so that one network can be given both; but what it learned
    from one source it reads worse in another.

    Parameters
    ----------
    n : int
        Images; the classes' sizes differ by one at most.
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

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.

    Examples
    --------
    >>> images, labels = glyphs(25, font="mono", rng=np.random.default_rng(0))
    >>> images.shape, np.bincount(labels)
    ((25, 8, 8), array([3, 3, 3, 3, 3, 2, 2, 2, 2, 2]))
    """
    n = _inputs.count("n", n)
    drawn = _stored("glyphs")[_inputs.one_of("font", font, FONTS)]
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


def with_label_noise(y, share, classes, *, rng):
    """A copy of the labels in which a share of them is drawn anew, uniformly among all classes.

    A redrawn label is the old one by chance in 1 of `classes` cases: with 10 classes and a share of 0.2,
    18% are wrong on average.

    Parameters
    ----------
    y : integer array of shape (n,)
    share : float
        In [0, 1]; ``round(share * n)`` labels are redrawn.
    classes : int
        At least 2; labels are 0 .. classes - 1.
    rng : numpy.random.Generator
        Draws which labels, and their new values.

    Returns
    -------
    int64 array of shape (n,)

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.

    References
    ----------
    Zhang, Bengio, Hardt, Recht and Vinyals 2017, *Understanding deep learning requires rethinking generalization*.

    Examples
    --------
    >>> y = np.zeros(1000, np.int64)
    >>> float((with_label_noise(y, 0.2, 10, rng=np.random.default_rng(0)) != y).mean())
    0.176
    """
    classes = _inputs.count("classes", classes, low=2)
    y = _inputs.labels("y", y, classes=classes).copy()
    redrawn = round(_inputs.number("share", share, low=0, high=1) * len(y))
    rng = _inputs.generator(rng)
    y[rng.permutation(len(y))[:redrawn]] = rng.integers(classes, size=redrawn)
    return y


def _stored(name):
    with (resources.files("dnnkit") / f"{name}.npz").open("rb") as file, np.load(file) as stored:
        return dict(stored)
