r"""Calibration: whether a network that says 90% is right nine times in ten.

A network's *confidence* in its answer is the probability that it gives to it, the largest for the example. It is a
separate measurement: two networks that give the same answers may be calibrated differently.
"""

import math
from typing import NamedTuple

import numpy as np

from dnnkit import _inputs

_SUMS = 1e-3  # by how much the probabilities of an example may miss a sum of 1
_HALVINGS = 100


class Reliability(NamedTuple):
    """A reliability diagram: for each interval of the confidence, arrays of shape (bins,).

    Parameters
    ----------
    confidence : float array
        Mean confidence of the answers in the interval; NaN where there are none.
    accuracy : float array
        Share of those answers that are right; NaN where there are none.
    share : float array
        Share of all answers that fall into the interval.
    """

    confidence: np.ndarray
    accuracy: np.ndarray
    share: np.ndarray


def reliability(probabilities, y, *, bins=10):
    r"""How often the answers are right, by how sure the network is of them.

    The confidence is divided into `bins` intervals of equal width, the first of which is (0, 1/bins] and the last
    (1 - 1/bins, 1]. In each of them, a calibrated network's accuracy equals its confidence.

    Parameters
    ----------
    probabilities : array of shape (n, classes)
        Not negative; the row of an example sums to 1.
    y : integer array of shape (n,)
        The right classes.
    bins : int

    Returns
    -------
    Reliability

    Raises
    ------
    ValueError
        If a row of `probabilities` does not sum to 1.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger 2017, *On calibration of modern neural networks*.

    Examples
    --------
    >>> sure = reliability([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6]], [0, 1, 1], bins=2)
    >>> sure.share.tolist(), sure.accuracy.round(3).tolist(), sure.confidence.round(3).tolist()
    ([0.0, 1.0], [nan, 0.667], [nan, 0.767])
    """
    probabilities, y = _checked(probabilities, y)
    bins = _inputs.count("bins", bins)
    confidence, right = probabilities.max(axis=1).astype(np.float64), probabilities.argmax(axis=1) == y
    place = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], confidence)
    counts = np.bincount(place, minlength=bins)
    sums = (np.bincount(place, weights=weights, minlength=bins) for weights in (confidence, right))
    means = (np.divide(total, counts, out=np.full(bins, np.nan), where=counts > 0) for total in sums)
    return Reliability(*means, counts / len(y))


def calibration_error(probabilities, y, *, bins=10):
    r"""Expected calibration error: by how much confidence and accuracy differ, on average over the answers.

    .. math:: \mathrm{ECE} = \sum_k \frac{n_k}{n} \, \lvert \text{accuracy}_k - \text{confidence}_k \rvert

    Parameters
    ----------
    probabilities, y, bins
        As for :func:`reliability`; an interval without answers adds nothing.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ValueError
        As :func:`reliability`.

    References
    ----------
    Guo et al. 2017, as for :func:`reliability`.

    Examples
    --------
    >>> round(calibration_error([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6]], [0, 1, 1], bins=2), 3)
    0.1
    """
    found = reliability(probabilities, y, bins=bins)
    return float(np.nansum(found.share * np.abs(found.accuracy - found.confidence)))


def fit_temperature(logits, y):
    r"""The number by which logits must be divided for the smallest cross-entropy.

    .. math:: T = \operatorname*{arg\,min}_T \; \frac1n \sum_i -\log \operatorname{softmax}(z_i / T)_{y_i}

    It is fitted on dev. A temperature above 1 makes a network less sure of all its answers; it changes none of them.

    Parameters
    ----------
    logits : array of shape (n, classes)
    y : integer array of shape (n,)
        The right classes.

    Returns
    -------
    float
        Positive.

    Raises
    ------
    ValueError
        If no temperature is best: because the right classes have the largest logits everywhere, so that ever lower
        ones are better, or because the logits are no better than a guess, so that ever higher ones are.

    References
    ----------
    Guo et al. 2017, *On calibration of modern neural networks*, on temperature scaling.

    Examples
    --------
    >>> round(fit_temperature([[4.0, 0.0], [4.0, 0.0], [4.0, 0.0], [4.0, 0.0]], [0, 0, 0, 1]), 3)   # 4 / log(3)
    3.641
    """
    logits = _inputs.array("logits", logits, ndim=2).astype(np.float64, copy=False)
    y = _inputs.labels("y", y, classes=logits.shape[1], n=len(logits))
    logits = logits - logits.max(axis=1, keepdims=True)
    right = logits[np.arange(len(y)), y]

    def slope(inverse):
        """Of the loss, which is convex in the inverse of T."""
        weights = np.exp(inverse * logits)
        return float(((weights * logits).sum(axis=1) / weights.sum(axis=1) - right).mean())

    if slope(0.0) >= 0:
        raise ValueError("logits must be better than a guess: the higher the temperature, the smaller their loss")
    if not right.any():
        raise ValueError("logits must be wrong somewhere: the lower the temperature, the smaller their loss")
    low, high = 0.0, 1 / np.abs(logits).max()
    while slope(high) < 0:
        low, high = high, 2 * high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return float(1 / high)


def smooth_labels(y, *, classes, smoothing):
    r"""Labels as probabilities, a part of which is spread evenly over all classes.

    .. math:: t = (1 - s)\, \text{one-hot}(y) + \frac{s}{K}

    The cross-entropy with them is smallest at finite logits: they ask the network never to be quite sure.

    Parameters
    ----------
    y : integer array of shape (n,)
    classes : int
        K.
    smoothing : float
        s, in [0, 1).

    Returns
    -------
    float64 array of shape (n, classes)
        Each row sums to 1.

    References
    ----------
    Szegedy et al. 2016, *Rethinking the Inception architecture for computer vision*, on label smoothing.

    Examples
    --------
    >>> smooth_labels(np.array([1]), classes=4, smoothing=0.2).round(2)
    array([[0.05, 0.85, 0.05, 0.05]])
    """
    classes = _inputs.count("classes", classes)
    y = _inputs.labels("y", y, classes=classes)
    smoothing = _inputs.number("smoothing", smoothing, low=0, high=1, high_open=True)
    return (1 - smoothing) * np.eye(classes)[y] + smoothing / classes


def _checked(probabilities, y):
    probabilities = _inputs.array("probabilities", probabilities, ndim=2)
    y = _inputs.labels("y", y, classes=probabilities.shape[1], n=len(probabilities))
    if probabilities.min() < 0:
        raise ValueError(f"probabilities must not be negative, got {probabilities.min():g}")
    sums = probabilities.sum(axis=1, dtype=np.float64)
    worst = int(np.abs(sums - 1).argmax())
    if not math.isclose(sums[worst], 1, abs_tol=_SUMS):
        raise ValueError(f"probabilities must sum to 1 for each example, got {sums[worst]:g} for example {worst}")
    return probabilities, y
