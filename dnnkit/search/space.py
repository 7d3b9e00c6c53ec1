"""The axes of a search space: which values a hyperparameter may take, and how likely each is.

:mod:`dnnkit.search` draws, lays out and changes configurations with them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dnnkit import _inputs


class Axis:
    """What a search asks of an axis; subclass it for an axis of your own."""

    def draw(self, rng):
        """A value drawn by a numpy.random.Generator."""
        raise NotImplementedError

    def points(self, shares):
        """The values at the given shares (from 0 to 1) of the axis, as a list in which none appears twice."""
        raise NotImplementedError

    def mutate(self, value, scale, rng):
        """A value near `value`, or any for scale = 1; `value` itself for scale = 0."""
        raise NotImplementedError

    def check(self, name, value):
        """Raise a TypeError or ValueError about the argument `name`, if `value` is not on the axis."""
        raise NotImplementedError


class Ordered(Axis):
    """An axis from `low` to `high`; subclasses map [0, 1] to its values and back, with `_value` and `share`."""

    def _normalize(self, check):
        for name in ("low", "high"):
            object.__setattr__(self, name, check(name, getattr(self, name)))  # the way around a frozen dataclass
        if self.low >= self.high:
            raise ValueError(f"low must be below high, got {self.low} and {self.high}")

    def _at(self, share):
        return min(max(self._value(share), self.low), self.high)

    def draw(self, rng):
        return self._at(rng.random())

    def points(self, shares):
        return list(dict.fromkeys(map(self._at, shares)))

    def mutate(self, value, scale, rng):
        return self._at(min(max(self.share(value) + scale * rng.standard_normal(), 0.0), 1.0)) if scale else value

    def check(self, name, value):
        _inputs.number(name, value, low=self.low, high=self.high)


@dataclass(frozen=True)
class Uniform(Ordered):
    """Numbers from `low` to `high`, all equally likely.

    Parameters
    ----------
    low, high : float
        Finite, low < high.

    Examples
    --------
    >>> Uniform(0.5, 0.9).points([0, 0.5, 1])
    [0.5, 0.7, 0.9]
    """

    low: float
    high: float

    def __post_init__(self):
        self._normalize(_inputs.number)

    def _value(self, share):
        return (1 - share) * self.low + share * self.high

    def share(self, value):
        """Where a value lies, as a share of the axis."""
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class LogUniform(Ordered):
    r"""Positive numbers whose logarithm is uniform: as many from 0.001 to 0.01 as from 0.01 to 0.1.

    .. math:: p(v) = \frac{1}{v \, \ln(\mathrm{high} / \mathrm{low})}

    Parameters
    ----------
    low, high : float
        Finite, 0 < low < high.

    References
    ----------
    Bergstra and Bengio 2012, *Random search for hyper-parameter optimization*, section 3.

    Examples
    --------
    >>> LogUniform(1, 10_000).points([0, 0.25, 0.5])
    [1.0, 10.0, 100.0]
    """

    low: float
    high: float

    def __post_init__(self):
        self._normalize(_inputs.number)
        if self.low <= 0:
            raise ValueError(f"low must be positive, got {self.low}")

    def _value(self, share):
        return self.low ** (1 - share) * self.high**share

    def share(self, value):
        """Where a value lies, as a share of the axis."""
        return (math.log(value) - math.log(self.low)) / (math.log(self.high) - math.log(self.low))


@dataclass(frozen=True)
class IntUniform(Ordered):
    """Integers from `low` to `high`, both included and all equally likely.

    Parameters
    ----------
    low, high : int
        low < high.

    Examples
    --------
    >>> IntUniform(1, 3).points([0, 0.2, 0.5, 0.8, 1])
    [1, 2, 3]
    """

    low: int
    high: int

    def __post_init__(self):
        self._normalize(_integer)

    def _value(self, share):
        return self.low + int(share * (self.high - self.low + 1))

    def share(self, value):
        """Where a value lies, as a share of the axis."""
        return (value - self.low + 0.5) / (self.high - self.low + 1)

    def check(self, name, value):
        super().check(name, _integer(name, value))


@dataclass(frozen=True)
class Ordinal(Ordered):
    """One of several values that have an order but no distance, all equally likely.

    Neighbours in the list count as near: a mutation moves from one to the next, where :class:`Choice` would jump.

    Parameters
    ----------
    options : list or tuple
        At least two, from the low end to the high one; no two are equal.

    Raises
    ------
    ValueError
        If an option occurs twice.

    Examples
    --------
    >>> Ordinal([16, 64, 256]).points([0, 0.5, 1])
    [16, 64, 256]
    >>> Ordinal([16, 64, 256]).share(64)
    0.5
    """

    options: tuple

    def __post_init__(self):
        object.__setattr__(self, "options", _options(self.options, at_least=2))

    @property
    def low(self):
        return self.options[0]

    @property
    def high(self):
        return self.options[-1]

    def _at(self, share):
        return self.options[self._place(share)]

    def _place(self, share):
        return min(int(share * len(self.options)), len(self.options) - 1)

    def points(self, shares):
        return [self.options[place] for place in dict.fromkeys(map(self._place, shares))]

    def share(self, value):
        """Where a value lies, as a share of the axis."""
        return (self.options.index(value) + 0.5) / len(self.options)

    def check(self, name, value):
        _inputs.one_of(name, value, self.options)


@dataclass(frozen=True)
class Choice(Axis):
    """One of several options that have no order, all equally likely.

    Parameters
    ----------
    options : list or tuple
        At least one, of any type; no two are equal.

    Raises
    ------
    ValueError
        If an option occurs twice.

    Examples
    --------
    >>> Choice(["relu", "tanh"]).points([0.5])
    ['relu', 'tanh']
    """

    options: tuple

    def __post_init__(self):
        object.__setattr__(self, "options", _options(self.options, at_least=1))

    def draw(self, rng):
        return self.options[int(rng.integers(len(self.options)))]

    def points(self, shares):
        """All options, whatever the shares: there are no places between them."""
        return list(self.options)

    def mutate(self, value, scale, rng):
        drawn = self.draw(rng)
        return drawn if rng.random() < scale else value

    def check(self, name, value):
        _inputs.one_of(name, value, self.options)


def _options(options, at_least):
    """The options as a tuple, if there are at least `at_least` and no two are equal."""
    if isinstance(options, str) or not isinstance(options, Sequence):
        raise TypeError(f"options must be a list or tuple, got {type(options).__name__} {options!r}")
    if len(options) < at_least:
        wanted = ("one option", "two options")[at_least - 1]
        raise ValueError(f"options must hold at least {wanted}, got {len(options) or 'none'}")
    for place, option in enumerate(options):
        if any(_inputs.same(option, other) for other in options[:place]):
            raise ValueError(f"options must differ from one another, got {option!r} twice"[:200])
    return tuple(options)


def _integer(name, value):
    return _inputs.count(name, value, low=-np.inf)


def checked_space(space):
    """Return `space` if it is a dict of names to axes."""
    if not isinstance(space, dict):
        raise TypeError(f"space must be a dict of names to axes, got {type(space).__name__}")
    if not space:
        raise ValueError("space must hold at least one axis, got none")
    for name, axis in space.items():
        if not isinstance(axis, Axis):
            raise TypeError(f"space[{name!r}] must be an axis such as Uniform(0, 1), got {type(axis).__name__}")
    return space


def draw(space, rng):
    """A configuration, each value drawn by its axis."""
    return {name: axis.draw(rng) for name, axis in space.items()}
