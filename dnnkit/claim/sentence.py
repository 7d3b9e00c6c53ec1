"""A sentence, and the verdict of a measurement on it."""

import math
import re
from dataclasses import dataclass

import numpy as np

from dnnkit import _inputs
from dnnkit.claim import box
from dnnkit.claim.interval import t_interval
from dnnkit.claim.numerals import MINUS, Numerals, percent

MIN_SEEDS = 5
_NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"


class ClaimError(AssertionError):
    """The measurement contradicts the sentence."""


@dataclass(frozen=True, eq=False)
class Claim:
    """A sentence and what was measured for it; displays itself in a notebook.

    Parameters
    ----------
    sentence : str
    expect : str
        The expectation that the mean was checked against.
    values : float array of shape (seeds,)
        One for each seed; relative to a base, in percent of it.
    mean, standard_error : float
        Of the values.
    low, high : float
        Ends of the confidence interval of the mean.
    confidence : float
    unit : str
    of : str
        What the values are percentages of, or empty.
    verdict : {"supported", "undecided"}
    textbook : str
        What is often taught instead, or empty.
    """

    sentence: str
    expect: str
    values: np.ndarray
    mean: float
    standard_error: float
    low: float
    high: float
    confidence: float
    unit: str
    of: str
    verdict: str
    textbook: str = ""

    @property
    def n(self):
        """How many seeds."""
        return len(self.values)

    @property
    def bounds(self):
        """The open interval in which the mean is expected, of which one end may be infinite."""
        return _bounds(self.expect)

    @property
    def numerals(self):
        """Writes each number of the measurement as text, when called with it."""
        apart = [(end, bound) for end in (self.low, self.high) for bound in self.bounds]
        if self.unit == "%":  # 99.6% is not all
            apart += [(number, 100) for number in (self.mean, self.low, self.high)]
        return Numerals(self.mean, self.standard_error, apart)

    @property
    def figures(self):
        """The measurement as text."""
        write = self.numerals
        measured = f"{write(self.mean)} ± {write(self.standard_error)}"
        interval = f"{write(self.low)} to {write(self.high)}"
        if write.power:
            measured, interval = f"({measured}){write.power}", f"({interval}){write.power}"
        if self.unit == "%":
            measured, interval = f"{measured}%", f"{interval}%"
        elif self.unit:
            measured = f"{measured} {self.unit}"
        of = f" of {self.of}" if self.of else ""
        return f"{measured}{of} ({percent(self.confidence)} interval {interval}, {self.n} seeds)"

    @property
    def expected(self):
        """The expectation as text."""
        words = re.sub(_NUMBER, lambda number: _plain(number[0]), self.expect.replace("<", "< ").replace(">", "> "))
        return " ".join(words.split()) + ("%" if self.unit == "%" else "")

    @property
    def text(self):
        """The sentence and its figures."""
        taught = f"\n  often taught: {self.textbook}" if self.textbook else ""
        return f"{self.sentence}\n  measured {self.figures}; expected {self.expected}{taught}"

    def __repr__(self):
        return f"{self.verdict.capitalize()}: {self.text}"

    def _repr_html_(self):
        return box.html(self)


def claim(sentence, values, expect, *, base=None, confidence=0.95, unit="", textbook=""):
    r"""Check a sentence against a measurement over seeds, by a t interval of the mean.

    To compare two arms, pass the differences, seed by seed: that makes the interval a paired one. The claim is
    *supported* if all of :func:`t_interval` meets the expectation, *contradicted* if none of it does, and *undecided*
    otherwise, or if the mean is less than two standard errors away from the expectation's nearest bound.

    Numbers are shown with the digits that their standard error allows.

    Parameters
    ----------
    sentence : str
        What is claimed. Text between two dollar signs is mathematics; ``\$`` is a dollar.
    values : array of shape (seeds,)
        One number for each seed, at least five.
    expect : str
        What the mean should be: ``"> a"``, ``"< a"`` or ``"between a and b"``, with numbers a < b in the unit of
        `values`, or in percent with a `base`.
    base : array of shape (seeds,), or None
        What the values are a part or a change of, such as the error before it was lowered by `values`. The claim is
        then about ``100 * values / base``, seed by seed.
    confidence : float
        Of the interval, in (0, 1).
    unit : str
        Of `values`, and of `base`; shown after the mean.
    textbook : str
        A sentence that is often taught but that the measurement speaks against; shown below.

    Returns
    -------
    Claim

    Raises
    ------
    ClaimError
        If the measurement contradicts the sentence.
    TypeError
        If `sentence`, `expect`, `unit` or `textbook` is not text.
    ValueError
        If there are fewer than five values, any is not finite, `base` is not positive, or `expect` cannot be read.

    References
    ----------
    Bouthillier et al. 2021, *Accounting for variance in machine learning benchmarks*, on seeds.

    Examples
    --------
    >>> gain = [2.1, 3.0, 2.4, 1.9, 2.6]
    >>> claim("Dropout lowers the test error.", gain, "> 0", unit="points")
    Supported: Dropout lowers the test error.
      measured 2.40 ± 0.19 points (95% interval 1.87 to 2.93, 5 seeds); expected > 0
    >>> claim("It takes away a fifth of it.", gain, "> 20", base=[8.1, 9.0, 8.0, 7.9, 8.2], unit="points")
    Supported: It takes away a fifth of it.
      measured 29.0 ± 1.7% of 8.24 points (95% interval 24.2 to 33.9%, 5 seeds); expected > 20%
    >>> claim("Dropout lowers the test error.", [2.1, -3.0, 2.4, -1.9, 2.6], "> 0").verdict
    'undecided'
    """
    for name, value in (("sentence", sentence), ("expect", expect), ("unit", unit), ("textbook", textbook)):
        if not isinstance(value, str):
            raise TypeError(f"{name} must be text, got {type(value).__name__}")
    values = _inputs.array("values", values, ndim=1).astype(np.float64, copy=True)
    if len(values) < MIN_SEEDS:
        raise ValueError(f"values must come from at least {MIN_SEEDS} seeds, got {len(values)}")
    of = ""
    if base is not None:
        values, of, unit = *_relative(values, base, unit), "%"
    mean, standard_error, low, high = t_interval(values, confidence)
    verdict = _verdict(mean, standard_error, low, high, *_bounds(expect))
    values.flags.writeable = False
    measured = Claim(sentence, expect, values, mean, standard_error, low, high, confidence, unit, of, verdict, textbook)
    if verdict == "contradicted":
        raise ClaimError(f"the measurement contradicts: {measured.text}")
    return measured


def _plain(number):
    """A number of an expectation, written without an e."""
    if "e" not in number.lower():
        return number.replace("-", MINUS)
    write = Numerals(float(number), 0.0)
    return write(float(number)) + write.power


def _relative(values, base, unit):
    """Values in percent of the base, and what the base is, as text."""
    base = _inputs.array("base", base, shape=values.shape).astype(np.float64, copy=False)
    if base.min() <= 0:
        raise ValueError(f"base must be positive on each seed, got {base.min():g} at index {base.argmin()}")
    mean, standard_error, _, _ = t_interval(base)
    write = Numerals(mean, standard_error)
    return 100 * values / base, write(mean) + write.power + (unit if unit == "%" else f" {unit}".rstrip())


def _verdict(mean, standard_error, low, high, floor, ceiling):
    if min(abs(mean - floor), abs(ceiling - mean)) < 2 * standard_error:
        return "undecided"
    if high <= floor or low >= ceiling:
        return "contradicted"
    return "supported" if floor < low and high < ceiling else "undecided"


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
