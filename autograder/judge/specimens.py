"""Specimens: right and wrong answers to an exercise that a student's test may use, and learns nothing else about.

A specimen is called; if it is a class, the public members of its instances are called or read. Whatever it does not
draw from a generator that it was given comes from one of the judge's, so that no test is judged by luck.
"""

import contextlib
import copy
from functools import cache

import numpy as np

from .verdict import Verdict, Wrong

NOT_ASKED = (
    "your test calls it with input that the exercise does not mention and a right answer may refuse: leave that out"
)


class Specimen:
    """A function, a class, an instance or a method of the judge in the hands of a student's test.

    `members` are the public names of a class's instances; `entropy` is the Generator behind everything that is drawn
    from nowhere in particular; `spent` numbers are first drawn from every generator that is handed in, since a right
    answer may draw as it likes; `calls` limits the calls of it and of all that it makes. It `is_right` if it is one of
    the `right_ones`, or made by one.
    """

    def __init__(self, thing, shown_as, *, members=(), entropy, spent=0, calls, is_right=False, right_ones=()):
        self.shown_as = shown_as
        self._thing = thing
        self._made_with = {"members": members, "entropy": entropy, "spent": spent, "calls": calls, "is_right": is_right}
        self._right_ones = right_ones

    def __call__(self, *args, **kwargs):
        """Call the thing; what a class makes is a specimen as well.

        One call too many is `Wrong`, and so is one that raises and that a right answer would refuse: from what happens
        to bad input, a test could recognize the reference, or a mistake, without looking at what it does.
        """
        self._made_with["calls"].count()
        for source in (*args, *kwargs.values()):
            if isinstance(source, np.random.Generator):
                source.random(self._made_with["spent"])
        with _drawing_from(self._made_with["entropy"], self._thing):
            try:
                made = self._thing(*args, **kwargs)
            except Verdict:
                raise
            except Exception as error:
                if self._is_bad_input(error, args, kwargs):
                    raise Wrong(NOT_ASKED, f"{type(error).__name__}: {error}"[:200]) from error
                raise
        return self._another(made) if isinstance(self._thing, type) else made

    def member(self, name):
        """Return a public member of an instance: a method as a specimen, an attribute as it is.

        Raises AttributeError for any other name, whatever the thing has under it.
        """
        if isinstance(self._thing, type) or name not in self._made_with["members"]:
            raise AttributeError(f"{self.shown_as!r} object has no attribute {str(name)[:80]!r}")
        with _drawing_from(self._made_with["entropy"], self._thing):
            value = getattr(self._thing, name)
        return self._another(value) if callable(value) else value

    def _is_bad_input(self, error, args, kwargs):
        """Whether a right answer raises on what was given, and not merely on the number of arguments."""
        was_called = error.__traceback__.tb_next is not None
        return was_called and (
            self._made_with["is_right"] or any(_refuses(right, args, kwargs) for right in self._right_ones)
        )

    def _another(self, thing):
        return Specimen(thing, self.shown_as, **self._made_with)


def _refuses(right, args, kwargs):
    """Whether a right answer raises on copies of arguments."""
    try:
        right(*copy.deepcopy(args), **copy.deepcopy(kwargs))
    except Verdict:
        raise
    except Exception:
        return True
    return False


class Calls:
    """How many calls a test has made of a specimen, and how many it may make."""

    def __init__(self, most):
        self._most = most
        self._made = 0

    def count(self):
        """Count a call; raise Wrong for one too many, which ends the trial."""
        self._made += 1
        if self._made > self._most:
            raise Wrong(f"your test makes more than {self._most} calls, the most it may make")


@contextlib.contextmanager
def _drawing_from(entropy, thing):
    """Let NumPy's global generator, and each that is made without a seed, draw what `entropy` says.

    Another generator replaces the global one inside (which loses the second of a pair of normal numbers): saving and
    restoring a state would take twenty times as long.
    """

    def default_rng(seed=None):
        return real(int(entropy.integers(2**63)) if seed is None else seed)

    real, before = np.random.default_rng, np.random.get_bit_generator()
    function = thing.__init__ if isinstance(thing, type) else thing
    names = getattr(function, "__globals__", {})  # of the file that defines it
    imported = names.get("default_rng") is real
    np.random.set_bit_generator(_in_its_place())
    np.random.seed(int(entropy.integers(2**32)))  # noqa: NPY002
    np.random.default_rng = default_rng
    if imported:
        names["default_rng"] = default_rng
    try:
        yield
    finally:
        np.random.default_rng = real
        if imported:
            names["default_rng"] = real
        np.random.set_bit_generator(before)


@cache
def _in_its_place():
    """Return the generator that is the global one while a specimen runs."""
    return np.random.MT19937()
