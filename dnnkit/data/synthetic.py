"""Data sets made by a formula, of any size, whose truth is known."""

import numpy as np

from dnnkit import _inputs


def moons(n, *, noise, rng):
    """Two interleaved half circles of radius 1, one per class, with normal noise on both coordinates.

    Parameters
    ----------
    n : int
        Examples, at least 2; the first class gets the odd one.
    noise : float
        Standard deviation of the noise, in units of the radius; not negative.
    rng : numpy.random.Generator
        Draws the positions on the circles, the noise and the order.

    Returns
    -------
    x : float64 array of shape (n, 2)
    y : int64 array of shape (n,)
        0 for the upper half circle around (0, 0), 1 for the lower one around (1, 0.5).

    References
    ----------
    The set known from ``sklearn.datasets.make_moons``, here with positions drawn uniformly instead of evenly spaced.

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
    """Normal clouds of points around centres that are evenly spaced on the unit circle, one per class.

    Parameters
    ----------
    n : int
        Examples; class sizes differ by at most one.
    classes : int
        At least 2.
    spread : float
        Standard deviation of each cloud, in both coordinates; the circle has radius 1. Not negative.
    rng : numpy.random.Generator

    Returns
    -------
    x : float64 array of shape (n, 2)
    y : int64 array of shape (n,)

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
