"""Data sets that need no download: handwritten digits that ship with the package, and sets made by code.

The digits are 1797 images of 8x8 pixels by 13 people: the test set of *Optical Recognition of Handwritten Digits*
(E. Alpaydin and C. Kaynak 1998, UCI Machine Learning Repository, https://doi.org/10.24432/C50P49), licensed under
CC BY 4.0. ``digits.npz`` holds them as scikit-learn bundles them, with pixels (0 to 16) as uint8 and labels as int64.
"""

from importlib import resources
from typing import NamedTuple

import numpy as np

from dnnkit import _inputs


class Digits(NamedTuple):
    """Images, float32 of shape (1797, 8, 8) in [0, 1], and labels, int64 of shape (1797,) in 0 .. 9."""

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
    with (resources.files("dnnkit") / "digits.npz").open("rb") as file, np.load(file) as stored:
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


def moons(n, *, noise, rng):
    """Two interleaved half circles of radius 1, one a class, with normal noise on both coordinates.

    Parameters
    ----------
    n : int
        Examples, at least 2; the first class has the odd one.
    noise : float
        Standard deviation of the noise, in units of the radius; not negative.
    rng : numpy.random.Generator
        Draws the places on the circles, the noise and the order.

    Returns
    -------
    x : float64 array of shape (n, 2)
    y : int64 array of shape (n,)
        0 for the upper half circle around (0, 0), 1 for the lower one around (1, 0.5).

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.

    References
    ----------
    The set known from ``sklearn.datasets.make_moons``, here with places drawn uniformly instead of evenly spaced.

    Examples
    --------
    >>> x, y = moons(5, noise=0.1, rng=np.random.default_rng(0))
    >>> x.shape, np.bincount(y)
    ((5, 2), array([3, 2]))
    """
    n, noise, rng = _inputs.count("n", n, low=2), _inputs.number("noise", noise, low=0), _inputs.generator(rng)
    y = rng.permutation(np.arange(n, dtype=np.int64) % 2)
    angle = rng.uniform(0, np.pi, n)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    # The lower half circle is the upper one turned by 180 degrees about (0.5, 0.25).
    x = np.where(y[:, None] == 0, upper, np.array([1.0, 0.5]) - upper)
    return x + noise * rng.standard_normal((n, 2)), y


def blobs(n, *, classes, spread, rng):
    """Normal clouds of points around centres that are evenly spaced on the unit circle, one a class.

    Parameters
    ----------
    n : int
        Examples; the classes' sizes differ by one at most.
    classes : int
        At least 2.
    spread : float
        Standard deviation of each cloud, in both coordinates; the circle has radius 1. Not negative.
    rng : numpy.random.Generator

    Returns
    -------
    x : float64 array of shape (n, 2)
    y : int64 array of shape (n,)

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.

    Examples
    --------
    >>> x, y = blobs(400, classes=4, spread=0.1, rng=np.random.default_rng(0))
    >>> x[y == 1].mean(axis=0).round(1) + 0.0                # the second centre of four is at 90 degrees
    array([0., 1.])
    """
    n, classes = _inputs.count("n", n), _inputs.count("classes", classes, low=2)
    spread, rng = _inputs.number("spread", spread, low=0), _inputs.generator(rng)
    y = rng.permutation(np.arange(n, dtype=np.int64) % classes)
    angle = 2 * np.pi * y / classes
    return np.column_stack([np.cos(angle), np.sin(angle)]) + spread * rng.standard_normal((n, 2)), y


def noisy_sine(n, *, noise, rng):
    r"""A regression with a known truth: one period of a sine, with normal noise on the target.

    .. math:: y = \sin(2 \pi x) + \sigma \varepsilon, \qquad x \sim U[0, 1), \; \varepsilon \sim N(0, 1)

    Parameters
    ----------
    n : int
        Examples.
    noise : float
        σ, in units of the sine's amplitude; not negative.
    rng : numpy.random.Generator

    Returns
    -------
    x : float64 array of shape (n, 1)
    y : float64 array of shape (n, 1)

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.

    References
    ----------
    Bishop 2006, *Pattern Recognition and Machine Learning*, section 1.1.

    Examples
    --------
    >>> x, y = noisy_sine(3, noise=0, rng=np.random.default_rng(0))
    >>> bool(np.allclose(y, np.sin(2 * np.pi * x)))
    True
    """
    n, noise, rng = _inputs.count("n", n), _inputs.number("noise", noise, low=0), _inputs.generator(rng)
    x = rng.random((n, 1))
    return x, np.sin(2 * np.pi * x) + noise * rng.standard_normal((n, 1))


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
