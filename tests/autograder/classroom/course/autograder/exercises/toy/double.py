"""Write the double."""

import numpy as np

from autograder.authoring import alternative, array, close, hidden, misconception

points = 2
returns = array
hints = ("a", "b", "c")


def solution(a):
    return 2 * np.asarray(a)


def check_ones(double, rng):
    """Ones become twos."""
    close(double(np.ones(3)), 2 * np.ones(3), "ones must become twos")


@hidden
def check_any(double, rng):
    """Anything is doubled."""
    a = rng.standard_normal(5)
    close(double(a), 2 * a, "every entry must be doubled")


@misconception("The square is taken.", caught_by=check_any)
def squared(a):
    return a**2


@misconception("One is added.", caught_by=check_any)
def plus_one(a):
    return a + _one()


def _one():
    return 1


@misconception("Nothing is done.", caught_by=check_ones)
def same(a):
    return a


@alternative("a sum")
def summed(a):
    return a + a
