"""The handwritten digits, and their division into training, dev and test sets.

They are 1797 images of 8x8 pixels by 13 people: the test set of *Optical Recognition of Handwritten Digits*
(E. Alpaydin and C. Kaynak 1998, UCI Machine Learning Repository, https://doi.org/10.24432/C50P49), licensed under
CC BY 4.0. ``digits.npz`` holds them as scikit-learn bundles them, with pixels (0 to 16) as uint8 and labels as int64.
"""

from importlib import resources
from typing import NamedTuple

import numpy as np

from dnnkit import _inputs


class Digits(NamedTuple):
    """Images, float32 of shape (n, 8, 8) in [0, 1], and labels, int64 of shape (n,) in 0 .. 9."""

    images: np.ndarray
    labels: np.ndarray


class Split(NamedTuple):
    """Training, dev and test sets; ``split[:4]`` is what :func:`dnnkit.mlp.train` takes."""

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
        ``images`` of shape (1797, 8, 8) and ``labels`` of shape (1797,), fresh arrays on each call.

    References
    ----------
    Alpaydin and Kaynak 1998, *Cascading classifiers*.

    Examples
    --------
    >>> images, labels = digits()
    >>> images.shape, images.dtype, labels[:5]
    ((1797, 8, 8), dtype('float32'), array([0, 1, 2, 3, 4]))
    """
    arrays = stored("digits")
    return Digits((arrays["images"] / 16).astype(np.float32), arrays["labels"])


def split_digits(*, n_train, n_dev, rng):
    """The digits as rows of 64 pixels, shuffled and cut into training, dev and test sets.

    Parameters
    ----------
    n_train, n_dev : int
        Examples in the training and the dev set; the rest is the test set.
    rng : numpy.random.Generator
        Draws the order.

    Returns
    -------
    Split
        x float32 of shape (n, 64) in [0, 1], y int64 of shape (n,).

    Raises
    ------
    ValueError
        If nothing is left for the test set.

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


def with_label_noise(y, share, classes, *, rng):
    """A copy of the labels in which a share of them is redrawn, uniformly from all classes.

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


def stored(name):
    """The arrays of a file that ships with the package, by name."""
    with (resources.files("dnnkit.data") / f"{name}.npz").open("rb") as file, np.load(file) as arrays:
        return dict(arrays)
