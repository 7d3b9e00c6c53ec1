"""Small exercises as text, for tests that need one with a known fault."""

GOOD = '''"""Double the numbers."""
import numpy as np
from autograder.authoring import alternative, array, close, equal, hidden, misconception, require

def solution(x, *, times=2):
    return x * times

points = 4
returns = array
hints = ("one", "two", "three")

def check_doubles(double, rng):
    """Each number is doubled."""
    x = rng.standard_normal(4)
    close(double(x), 2 * x, "each number must be doubled")

def check_keeps_its_input(double, rng):
    """The input stays as it was."""
    x = rng.standard_normal(4)
    before = x.copy()
    out = double(x)
    close(x, before, "the input must not be changed")
    close(out, 2 * x, "each number must be doubled")

@hidden
def check_uses_times(double, rng):
    """Times is used."""
    x = rng.standard_normal(3)
    close(double(x, times=3), 3 * x, "times must be used")

@misconception("Squaring is not doubling.", caught_by=check_doubles)
def squared(x, *, times=2):
    return x**times

@misconception("The input is overwritten.", caught_by=check_keeps_its_input, worth=0.7)
def in_place(x, *, times=2):
    x *= times
    return x

@misconception("The factor is written out.", caught_by=check_uses_times, worth=0.7)
def fixed(x, *, times=2):
    return 2 * x

@alternative("a loop")
def loop(x, *, times=2):
    return [times * v for v in x]
'''


def write(root, name="double", text=GOOD, topic="toys"):
    """Write an exercise below `root` and return its id."""
    folder = root / topic
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return f"{topic}/{name}"
