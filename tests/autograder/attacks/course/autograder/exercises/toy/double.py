"""Write the double."""

import numpy as np

from autograder.authoring import array, close, equal, hidden, misconception

points = 2
returns = array
hints = ("a", "b", "c")


def solution(a):
    return 2 * np.asarray(a)


def check_ones(double, rng):
    """Ones become twos."""
    close(double(np.ones(3)), [2.0, 2.0, 2.0], "ones must become twos")


@hidden
def check_any(double, rng):
    """Anything is doubled, and the input stays as it was."""
    a = rng.standard_normal((2, 5))
    before = a.copy()
    close(double(a), 2 * before, "every entry must be doubled")
    equal(a, before, "the input must not be changed in place")


@misconception("The square is taken.", caught_by=check_any)
def squared(a):
    return a**2


@misconception("One is added.", caught_by=check_any)
def plus_one(a):
    return a + 1


@misconception("Nothing is done.", caught_by=check_ones)
def same(a):
    return a
