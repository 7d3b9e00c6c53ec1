"""From numbers to places along one side of a panel, and the round numbers to write there."""

import math

import numpy as np

from dnnkit import _inputs

SCALES = ("linear", "log")
MINUS = "−"
_MOST = 1e300  # larger numbers are drawn as this, so that no difference overflows
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_FAR = 20.0  # lengths of the axis: anything further outside is cut off there


class Axis:
    """One axis from `low` to `high`.

    Parameters
    ----------
    low, high : float
        Finite, low < high; positive if `log`.
    log : bool
    whole : (float, float) or None
        The first and the last, if the axis is for whole numbers: then only these are written along it.
    """

    def __init__(self, low, high, *, log=False, whole=None):
        self.low, self.high, self.log, self.whole = low, high, log, whole

    @classmethod
    def over(cls, values, *, scale="linear", limits=None, margin=0.0, from_zero=False, counts=False):
        """The axis for all numbers of some arrays that it can show, with a margin at either end (a share of it).

        With `counts`, numbers that are all whole (layers, epochs) get an axis for whole numbers.
        """
        log = scale == "log"
        numbers = np.concatenate([np.ravel(each) for each in values]) if values else np.zeros(0)
        numbers = np.clip(numbers[np.isfinite(numbers)], -_MOST, _MOST)
        whole = None
        if counts and numbers.size and np.all(numbers == np.round(numbers)):
            whole = limits or (float(numbers.min()), float(numbers.max()))
        if limits is not None:
            return cls(*limits, log=log, whole=whole)
        if log:
            numbers = np.log10(numbers[numbers > 1 / _MOST])
        elif from_zero:
            numbers = np.append(numbers, 0.0)
        low, high = (float(numbers.min()), float(numbers.max())) if numbers.size else (0.0, 1.0)
        size = max(abs(low), abs(high))
        if high - low <= max(1e-9 * size, 1 / _MOST):  # one number, as far as anyone can see
            around = 0.5 if log or size < 1 / _MOST else 0.5 * size
            low, high = low - around, high + around
        reach = margin * (high - low)
        if not (from_zero and low == 0):
            low -= reach
        if not (from_zero and high == 0):
            high += reach
        if log:
            low, high = (10.0 ** max(min(end, 305.0), -305.0) for end in (low, high))
        return cls(low, high, log=log, whole=whole)

    def shows(self, values):
        """Where values can be shown: finite, and positive on a logarithmic axis."""
        with np.errstate(invalid="ignore"):
            return np.isfinite(values) & (values > 1 / _MOST if self.log else True)

    def place(self, values):
        """Places of values, 0 at the low end and 1 at the high one; values below all places lie far below 0."""
        values = np.clip(np.asarray(values, dtype=np.float64), -_MOST, _MOST)
        low, high = self.low, self.high
        if self.log:
            values = np.log10(np.maximum(values, 1 / _MOST))
            low, high = math.log10(low), math.log10(high)
        return np.clip((values - low) / (high - low), -_FAR, _FAR)

    def ticks(self, length, size, apart):
        """Round numbers inside the axis, the texts for them, and the power of ten that the texts leave out, as text.

        `length` is that of the axis in pixels, `size(text)` how much of it a text takes, spacing included, and `apart`
        the least distance between ticks if there are more than three.
        """
        for values in self._candidates(length / apart):
            texts, power = _powers(values) if self.log and _even(values) else _decimals(values)
            places = length * self.place(values)
            needs = [size(text) for text in texts]
            if all(b - a >= (n + m) / 2 for a, b, n, m in zip(places, places[1:], needs, needs[1:])):
                return values, texts, power
        return values[:1], texts[:1], power

    def minor(self):
        """The numbers between powers of ten, for a logarithmic axis with few of them."""
        if not self.log or not 0.7 < math.log10(self.high) - math.log10(self.low) < 6:
            return np.zeros(0)
        return self._multiples(range(2, 10))

    def _candidates(self, most):
        """Sets of round numbers, beginning with the densest of at most `most`."""
        most = max(3, int(most))
        if self.log:
            powers = self._multiples((1,))
            sets = [] if len(powers) > 2 else [self._multiples((1, 2, 5)), self._multiples((1, 3))]
            sets += [powers[np.round(np.log10(powers)) % every == 0] for every in (1, 2, 3, 5, 10, 20, 50, 100)]
            found = [values for values in sets if 2 <= len(values) <= most]
            if not found and len(powers) > 2:
                found = [powers[[0, -1]], powers[-1:]]
            if found:
                yield from found
                return
        yield from self._steps(most)

    def _multiples(self, digits):
        powers = np.arange(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        values = np.ravel([digit * 10.0**power for power in powers for digit in digits])
        return values[(values >= self.low * (1 - 1e-9)) & (values <= self.high * (1 + 1e-9))]

    def _steps(self, most):
        span = self.high - self.low
        power = math.floor(math.log10(span / most)) - 1
        last = np.array([(self.low + self.high) / 2])
        for step in (digit * 10.0 ** (power + more) for more in range(5) for digit in (1, 2, 5)):
            if self.whole and step != round(step):
                continue
            low, high = self.whole or (self.low, self.high)
            first, final = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
            if final - first + 1 > most:
                continue
            values = np.arange(first, final + 1) * step
            if self.whole and step > 2 and first == low == 1:
                values = np.append(1.0, values)  # the first layer, or epoch
            if len(values) < 2:
                break
            last = values
            yield values
        yield last


def short(value):
    """A number with two significant digits.

    >>> short(4.94e-12), short(0.0493), short(-560123.0), short(31.4)
    ('4.9 × 10⁻¹²', '0.049', '−5.6 × 10⁵', '31')
    """
    size, exponent = f"{value:.1e}".split("e")
    if -4 < int(exponent) < 5 or not value:
        digits = max(0, 1 - int(exponent)) if value else 0
        return f"{float(f'{value:.1e}'):,.{digits}f}".replace("-", MINUS)
    return f"{size} × {raised(int(exponent))}".replace("-", MINUS)


def scale_of(name, value):
    """Return `value` if it is the name of a scale."""
    return _inputs.one_of(name, value, SCALES)


def raised(exponent):
    """A power of ten as text.

    >>> raised(-3)
    '10⁻³'
    """
    return "10" + str(exponent).translate(_RAISED)


def _even(values):
    """Whether values have one digit each, as on a logarithmic axis."""
    return all(f"{value:.3e}"[1:5] == ".000" for value in values)


def _powers(values):
    """Texts like 0.001 if all are of a size to be read that way, else like 10⁻³."""
    if values[0] >= 1e-3 * 0.999 and values[-1] <= 1000.1:
        return [f"{value:,.4g}" for value in values], ""
    texts = []
    for value in values:
        digit, exponent = f"{value:.0e}".split("e")
        texts.append(raised(int(exponent)) if digit == "1" else f"{digit}·{raised(int(exponent))}")
    return texts, ""


def _decimals(values):
    """Texts with just enough decimals to tell the values apart."""
    size = float(np.abs(values).max())
    exponent = 0 if not size or 1e-4 <= size < 1e6 else math.floor(math.log10(size))
    scaled = [value / 10.0**exponent for value in values.tolist()]
    step = min((b - a for a, b in zip(scaled, scaled[1:])), default=abs(scaled[0]) or 1.0)
    decimals = next((d for d in range(13) if abs(round(step, d) - step) < 1e-6 * step), 13)
    texts = [f"{round(value, decimals) + 0.0:,.{decimals}f}".replace("-", MINUS) for value in scaled]
    return texts, raised(exponent) if exponent else ""
