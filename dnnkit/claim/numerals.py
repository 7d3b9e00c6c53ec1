"""Numbers as a reader wants them: as many digits as the standard error allows, and a real minus sign."""

import math

MINUS = "−"
_DIGITS = 6  # of a mean whose standard error is zero
_LOWEST = -300  # below it a power of ten is not a float with full precision
_PLAIN = (1e-4, 1e7)  # sizes outside are written with a power of ten
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def percent(share):
    """A share in percent, with at most six digits.

    >>> percent(0.95), percent(0.995)
    ('95%', '99.5%')
    """
    return f"{100 * share:.6g}%"


class Numerals:
    """Writes a mean, its standard error and related numbers to the same precision.

    The standard error keeps one significant digit, or two if the first is a 1, and everything else has as many
    decimals.

    Parameters
    ----------
    mean, standard_error : float
    apart : iterable of (number, bound)
        Pairs that rounding must not make look equal or swapped: decimals are added until it does not.

    Examples
    --------
    >>> write = Numerals(2.4012, 0.7812)
    >>> write(2.4012), write(0.7812), write(-0.0001), write(-2.4012)
    ('2.4', '0.8', '0.0', '−2.4')
    >>> Numerals(2.4012, 0.7812, apart=[(0.03, 0)])(0.03)
    '0.03'
    >>> write = Numerals(-8.14e-05, 2.6e-05)
    >>> f"({write(-8.14e-05)} ± {write(2.6e-05)}){write.power}"
    '(−8 ± 3) × 10⁻⁵'
    """

    def __init__(self, mean, standard_error, apart=()):
        size = max(abs(mean), standard_error)
        plain = not size or _PLAIN[0] <= size < _PLAIN[1]
        self._exponent = 0 if plain else max(_place(size), _LOWEST)
        self._decimals = _decimals(self._scaled(mean), self._scaled(standard_error))
        apart = [(self._scaled(number), self._scaled(bound)) for number, bound in apart if math.isfinite(bound)]
        while self._decimals < 12 and any(
            _order(round(number, self._decimals), bound) != _order(number, bound) for number, bound in apart
        ):
            self._decimals += 1

    def __call__(self, number):
        rounded = round(self._scaled(number), self._decimals) or 0.0  # no minus sign in front of zero
        return f"{rounded:.{max(self._decimals, 0)}f}".replace("-", MINUS)

    @property
    def power(self):
        """The power of ten that all numbers are to be multiplied by, or an empty string."""
        return f" × 10{str(self._exponent).translate(_RAISED)}" if self._exponent else ""

    def _scaled(self, number):
        return number / 10.0**self._exponent if self._exponent else float(number)


def _decimals(mean, standard_error):
    size = max(abs(mean), standard_error)
    if standard_error > size * 10.0**-_DIGITS:
        place = _place(standard_error)
        return 1 - place if standard_error < 2 * 10.0**place else -place
    most = _DIGITS - 1 - _place(size) if size else 0
    return next(d for d in range(min(0, most), most + 1) if round(mean, d) == round(mean, most))


def _place(number):
    """The power of ten of a number's first digit."""
    return math.floor(math.log10(number))


def _order(a, b):
    return (a > b) - (a < b)
