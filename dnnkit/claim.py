"""A claim is a sentence with a measurement behind it."""

import html
import math
import re
from dataclasses import dataclass

import numpy as np

from dnnkit import _inputs

_MIN_SEEDS = 5
_NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"


class ClaimError(AssertionError):
    """The measurement contradicts the sentence."""


@dataclass(frozen=True, eq=False)
class Claim:
    """A sentence and what was measured for it; shows itself in a notebook.

    Parameters
    ----------
    sentence : str
    expect : str
        The expectation that the mean was held against.
    mean, standard_error : float
        Of the values.
    low, high : float
        Ends of the confidence interval of the mean.
    n : int
        How many seeds.
    confidence : float
    unit : str
    verdict : {"supported", "undecided"}
    """

    sentence: str
    expect: str
    mean: float
    standard_error: float
    low: float
    high: float
    n: int
    confidence: float
    unit: str
    verdict: str

    @property
    def figures(self):
        """The measurement as text."""
        unit = f" {self.unit}" if self.unit else ""
        return (
            f"{self.mean:.3g} ± {self.standard_error:.2g}{unit} "
            f"({self.confidence:.0%} interval {self.low:.3g} to {self.high:.3g}, {self.n} seeds)"
        )

    def __repr__(self):
        undecided = "Undecided: " if self.verdict == "undecided" else ""
        return f"{undecided}{self.sentence}\n  measured {self.figures}; expected {self.expect}"

    def _repr_html_(self):
        undecided = self.verdict == "undecided"
        return (
            f'<div class="claim{" claim-undecided" if undecided else ""}">'
            f"<p>{'<strong>Undecided:</strong> ' if undecided else ''}{html.escape(self.sentence)}</p>"
            f"<p><small>Measured {html.escape(self.figures)}; expected {html.escape(self.expect)}.</small></p></div>"
        )


def claim(sentence, values, expect, *, confidence=0.95, unit=""):
    r"""Hold a sentence against a measurement over seeds, by a t interval of the mean.

    .. math:: \bar v \pm t_{n-1} \, s / \sqrt n

    with s the sample's standard deviation. To compare two arms give the differences, seed by seed: that makes the
    interval a paired one. The claim is *supported* if all of the interval meets the expectation, *contradicted* if none
    of it does, and *undecided* otherwise, or if the mean is less than two standard errors away from the expectation's
    nearest bound.

    Parameters
    ----------
    sentence : str
        What is claimed.
    values : array of shape (seeds,)
        One number for each seed, at least five.
    expect : str
        What the mean should be: ``"> a"``, ``"< a"`` or ``"between a and b"``, with numbers a < b in the unit of
        `values`.
    confidence : float
        Of the interval, in (0, 1).
    unit : str
        Shown behind the mean.

    Returns
    -------
    Claim

    Raises
    ------
    ClaimError
        If the measurement contradicts the sentence.
    TypeError
        If `sentence` or `expect` is not text.
    ValueError
        If there are fewer than five values, one is not finite, or `expect` cannot be read.

    References
    ----------
    Student 1908, *The probable error of a mean*. Bouthillier et al. 2021, *Accounting for variance in machine learning
    benchmarks*, on seeds.

    Examples
    --------
    >>> claim("Dropout lowers the test error.", [2.1, 3.0, 2.4, 1.9, 2.6], "> 0", unit="points")
    Dropout lowers the test error.
      measured 2.4 ± 0.19 points (95% interval 1.87 to 2.93, 5 seeds); expected > 0
    >>> claim("Dropout lowers the test error.", [2.1, -3.0, 2.4, -1.9, 2.6], "> 0").verdict
    'undecided'
    """
    for name, value in (("sentence", sentence), ("expect", expect)):
        if not isinstance(value, str):
            raise TypeError(f"{name} must be text, got {type(value).__name__}")
    values = _inputs.array("values", values, ndim=1).astype(np.float64, copy=False)
    if len(values) < _MIN_SEEDS:
        raise ValueError(f"values must come from at least {_MIN_SEEDS} seeds, got {len(values)}")
    confidence = _inputs.number("confidence", confidence, low=0, high=1, low_open=True, high_open=True)
    floor, ceiling = _bounds(expect)
    mean = float(values.mean())
    standard_error = float(values.std(ddof=1)) / math.sqrt(len(values))
    reach = _t_quantile((1 + confidence) / 2, len(values) - 1) * standard_error
    low, high = mean - reach, mean + reach
    if high <= floor or low >= ceiling:
        verdict = "contradicted"
    elif floor < low and high < ceiling:
        verdict = "supported"
    else:
        verdict = "undecided"
    if min(abs(mean - floor), abs(ceiling - mean)) < 2 * standard_error:
        verdict = "undecided"
    measured = Claim(sentence, expect, mean, standard_error, low, high, len(values), confidence, unit, verdict)
    if verdict == "contradicted":
        raise ClaimError(f"the measurement contradicts: {measured!r}")
    return measured


def _bounds(expect):
    """The open interval in which an expectation wants the mean."""
    if found := re.fullmatch(rf"\s*([<>])\s*{_NUMBER}\s*", expect):
        bound = float(found[2])
        return (bound, math.inf) if found[1] == ">" else (-math.inf, bound)
    if found := re.fullmatch(rf"\s*between\s+{_NUMBER}\s+and\s+{_NUMBER}\s*", expect):
        floor, ceiling = float(found[1]), float(found[2])
        if floor < ceiling:
            return floor, ceiling
    raise ValueError(f"expect must be '> a', '< a' or 'between a and b' with a < b, got {expect!r}")


def _t_quantile(p, dof):
    """The number that Student's t with `dof` degrees of freedom stays under with probability `p`, for p from 0.5."""
    # In theta = atan(t / sqrt(dof)) the distribution is a finite sum, rising on (0, pi/2): bisection finds its root.
    low, high = 0.0, math.pi / 2
    for _ in range(60):
        middle = (low + high) / 2
        if _t_probability(middle, dof) < 2 * p - 1:
            low = middle
        else:
            high = middle
    return math.sqrt(dof) * math.tan(low)


def _t_probability(theta, dof):
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
