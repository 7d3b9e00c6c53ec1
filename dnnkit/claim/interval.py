"""Student's t interval, without SciPy."""

import math
from functools import lru_cache

import numpy as np

from dnnkit import _inputs

_TINY = 1e-300


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
        If `values` or `confidence` are not real numbers.
    ValueError
        If there are fewer than two values, any is not finite, or `confidence` is outside (0, 1).

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


@lru_cache(maxsize=256)  # a bisection takes milliseconds, and many comparisons are of the same size
def quantile(p, dof):
    """The number that Student's t with `dof` degrees of freedom stays under with probability `p`, for p in [0.5, 1)."""
    # In theta = atan(t / sqrt(dof)) the probability rises on (0, pi/2), so that bisection finds its root.
    low, high = 0.0, math.pi / 2
    for _ in range(60):
        middle = (low + high) / 2
        inside, outside = _shares(middle, dof)
        if inside < 2 * p - 1 if inside < outside else outside > 2 * (1 - p):
            low = middle
        else:
            high = middle
    return math.sqrt(dof) * math.tan(low)


def _shares(theta, dof):
    """Probabilities of |t| under and over sqrt(dof) tan(theta): incomplete beta functions of sin² and cos²."""
    sin, cos = math.sin(theta) ** 2, math.cos(theta) ** 2
    if sin == 0 or cos == 0:
        return (0.0, 1.0) if sin == 0 else (1.0, 0.0)
    half = dof / 2
    log_cos = math.log1p(-sin) if sin < 0.5 else math.log(cos)
    front = math.exp(half * log_cos + 0.5 * math.log(sin) + _log_gamma_ratio(half)) / math.sqrt(math.pi)
    if sin < 1.5 / (half + 2.5):  # where its continued fraction is short
        inside = front / (0.5 * _fraction(sin, 0.5, half))
        return inside, 1 - inside
    outside = front / (half * _fraction(cos, half, 0.5))
    return 1 - outside, outside


def _log_gamma_ratio(a):
    """log(Γ(a + 1/2) / Γ(a)), by its series where the logarithms are so large that only rounding error is left."""
    if a < 200:
        return math.lgamma(a + 0.5) - math.lgamma(a)
    return 0.5 * math.log(a) - 1 / (8 * a) + 1 / (192 * a**3) - 1 / (640 * a**5)


def _fraction(x, a, b):
    """The continued fraction of the incomplete beta function (NIST DLMF 8.17.22), by Lentz's algorithm."""
    value = c = 1.0
    d = 0.0
    for k in range(1, 400):
        m = k // 2
        if k % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / (1 + term * d or _TINY)
        c = 1 + term / c or _TINY
        value *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return value
