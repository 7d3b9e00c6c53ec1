"""Student's t interval, without SciPy."""

import math

import numpy as np

from dnnkit import _inputs


def t_interval(values, confidence=0.95):
    r"""Mean, its standard error, and the ends of Student's t interval.

    .. math:: \bar v \pm t_{n-1} \, s / \sqrt n

    with s the standard deviation of the sample.

    Parameters
    ----------
    values : array of shape (n,)
        Independent measurements, at least two.
    confidence : float
        In (0, 1).

    Returns
    -------
    mean, standard_error, low, high : float
        In the unit of the values.

    Raises
    ------
    TypeError
        If `values` are not real numbers or `confidence` is none.
    ValueError
        If there are fewer than two values, one is not finite, or `confidence` is outside (0, 1).

    References
    ----------
    Student 1908, *The probable error of a mean*.

    Examples
    --------
    >>> mean, standard_error, low, high = t_interval([2.1, 3.0, 2.4, 1.9, 2.6])
    >>> print(f"{mean:.2f} ± {standard_error:.2f}, from {low:.2f} to {high:.2f}")
    2.40 ± 0.19, from 1.87 to 2.93
    """
    values = _inputs.array("values", values, ndim=1).astype(np.float64, copy=False)
    if len(values) < 2:
        raise ValueError(f"values must hold at least two numbers, got {len(values)}")
    confidence = _inputs.number("confidence", confidence, low=0, high=1, low_open=True, high_open=True)
    mean = float(values.mean())
    standard_error = float(values.std(ddof=1)) / math.sqrt(len(values))
    reach = quantile((1 + confidence) / 2, len(values) - 1) * standard_error
    return mean, standard_error, mean - reach, mean + reach


def quantile(p, dof):
    """The number that Student's t with `dof` degrees of freedom stays under with probability `p`, for p from 0.5."""
    # In theta = atan(t / sqrt(dof)) the distribution is a finite sum, rising on (0, pi/2): bisection finds its root.
    low, high = 0.0, math.pi / 2
    for _ in range(60):
        middle = (low + high) / 2
        if _probability(middle, dof) < 2 * p - 1:
            low = middle
        else:
            high = middle
    return math.sqrt(dof) * math.tan(low)


def _probability(theta, dof):
    """Probability of |t| < sqrt(dof) tan(theta): Abramowitz and Stegun 1964, 26.7.3 and 26.7.4."""
    sin, cos = math.sin(theta), math.cos(theta)
    if dof == 1:
        return 2 * theta / math.pi
    odd = dof % 2
    term = total = cos if odd else 1.0
    for k in range(1 + odd, dof - 2, 2):
        term *= cos * cos * k / (k + 1)
        total += term
    return 2 / math.pi * (theta + sin * total) if odd else sin * total
