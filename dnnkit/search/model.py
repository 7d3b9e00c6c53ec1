"""Where a model of the losses so far expects most from a trial: a Gaussian process, and the expected improvement."""

import math

import numpy as np

from dnnkit import _inputs

_erf = np.vectorize(math.erf, otypes=[np.float64])


def expected_improvement(x, losses, candidates, *, length=0.5, noise=0.1):
    r"""By how much a trial is expected to undercut the lowest loss so far, for each of several candidates.

    A Gaussian process with mean 0 and the kernel :math:`k(u, v) = \exp(-\lVert u - v \rVert^2 / 2 \ell^2)` is fitted to
    the losses, standardized to mean 0 and standard deviation 1. At a candidate it predicts a normal distribution with
    mean μ and standard deviation σ, and with z = (lowest − μ) / σ

    .. math:: \mathrm{EI} = \mathrm{E}\left[\max(\mathrm{lowest} - \mathrm{loss},\, 0)\right]
        = \sigma \left(z\, \Phi(z) + \varphi(z)\right)

    Parameters
    ----------
    x : array of shape (trials, d)
        What was tried, each hyperparameter as a share of its axis, in [0, 1].
    losses : array of shape (trials,)
        Finite. Losses that span powers of ten should be given as logarithms.
    candidates : array of shape (n, d)
        What could be tried next, in the form of `x`.
    length : float
        ℓ: how far away a trial's loss says something about its neighbours, as a share of an axis; positive.
    noise : float
        Standard deviation of the noise of a standardized loss; positive.

    Returns
    -------
    float64 array of shape (n,)
        In the unit of `losses`; at least 0.

    References
    ----------
    Jones, Schonlau and Welch 1998, *Efficient global optimization of expensive black-box functions*.
    Snoek, Larochelle and Adams 2012, *Practical Bayesian optimization of machine learning algorithms*.

    Examples
    --------
    >>> x, losses = np.array([[0.0], [0.5], [1.0]]), np.array([3.0, 1.0, 2.0])
    >>> candidates = np.array([[0.1], [0.6], [0.9]])
    >>> int(expected_improvement(x, losses, candidates, length=0.2).argmax())
    1
    """
    x = _inputs.array("x", x, ndim=2).astype(np.float64, copy=False)
    losses = _inputs.array("losses", losses, shape=(len(x),)).astype(np.float64, copy=False)
    if not len(x) or not np.isfinite(losses).all():
        raise ValueError("losses must hold at least one loss, and finite ones only")
    candidates = _inputs.array("candidates", candidates, shape=(None, x.shape[1])).astype(np.float64, copy=False)
    length = _inputs.number("length", length, low=0, low_open=True)
    noise = _inputs.number("noise", noise, low=0, low_open=True)
    scale = losses.std() or 1.0
    y = (losses - losses.mean()) / scale
    root = np.linalg.cholesky(_kernel(x, x, length) + noise**2 * np.eye(len(x)))
    across = np.linalg.solve(root, _kernel(x, candidates, length))
    mean = across.T @ np.linalg.solve(root, y)
    deviation = np.sqrt(np.maximum(1 - (across**2).sum(axis=0), 1e-12))
    z = (y.min() - mean) / deviation
    below, density = (1 + _erf(z / math.sqrt(2))) / 2, np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return scale * np.maximum(deviation * (z * below + density), 0)


def _kernel(u, v, length):
    squared = (u**2).sum(axis=1)[:, None] + (v**2).sum(axis=1) - 2 * u @ v.T
    return np.exp(-np.maximum(squared, 0) / (2 * length**2))
