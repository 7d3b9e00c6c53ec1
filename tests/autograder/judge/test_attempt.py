"""Attempted or not: decided by what a function does, not by how it is written."""

import pytest

from autograder.judge.attempt import attempted


def of(source, name="f"):
    namespace = {}
    exec(source, namespace)
    return namespace[name]


@pytest.mark.parametrize(
    "source",
    [
        "def f(a, *, rng): ...",
        "def f(a):\n    '''What to write.'''\n    ...   # your code here",
        "def f(a): pass",
        "def f(a): '''only a docstring'''",
        "def f(a): return",
        "def f(a): raise NotImplementedError",
        "def f(a):\n    '''doc'''\n    raise NotImplementedError('to do')",
        "class f:\n    def __init__(self, n): ...\n    def step(self): '''doc'''",
        "class f:\n    def step(self):\n        raise NotImplementedError('')\n        lambda: (self, __class__)",
        "f = ...",
        "f = {'kept': ..., 'left': None}",
        "f = (..., '  ')",
        "f = [None]",
        "class base:\n    def step(self): ...\nclass f(base):\n    def reset(self): '''doc'''",
        "class f:\n    @staticmethod\n    def step(n): ...\n    @property\n    def mean(self): pass",
    ],
)
def test_what_is_empty_was_not_attempted(source):
    assert not attempted(of(source))


@pytest.mark.parametrize(
    "source",
    [
        "def f(a): a * 2",
        "def f(a):\n    b = a\n",
        "def f(a): return a",
        "def f(a): return 0",
        "def f(a): return ...",
        "def f(a):\n    if a: raise NotImplementedError\n    return 1",
        "def f(a): raise ValueError",
        "class f:\n    def __init__(self, n): self.n = n\n    def step(self): ...",
        "f = None",
        "f = 0.5",
        "f = print",
        "f = lambda a: a",
        "import numpy; f = numpy.zeros(3)",
        "import numpy; f = numpy.array(None)",
        "f = {'kept': 300, 'left': None}",
        "f = (..., 2.0)",
        "f = {}",
        "f = ''",
        "import functools; f = functools.partial(max, 0)",
        "from fractions import Fraction; f = Fraction(1, 3)",
        "class base:\n    def step(self): return 1\nclass f(base): pass",
        "class base:\n    def step(self): return 1\nclass middle(base):\n    x = 1\nclass f(middle):\n    '''doc'''",
        "class f:\n    @classmethod\n    def make(cls): return cls()",
        "class f:\n    @property\n    def mean(self): return 0",
    ],
)
def test_anything_else_was(source):
    assert attempted(of(source))


GIVEN = "def f(x):\n    '''Mend me.'''\n    y = x + 1\n    return g(y, 'glorot', [i for i in range(3)])"


def test_what_was_given_is_no_attempt_until_it_does_something_else():
    given = of(GIVEN)
    assert not attempted(of(GIVEN), given)
    assert not attempted(of("\n\n# a comment\n" + GIVEN.replace("Mend me", "I am looking at it")), given)
    assert attempted(of(GIVEN.replace("    '''Mend me.'''\n", "")), given)  # without its docstring it is their own
    for old, new in [("x + 1", "x - 1"), ("glorot", "he"), ("g(", "h("), ("range(3)", "range(4)"), ("1", "2")]:
        assert attempted(of(GIVEN.replace(old, new)), given), new


IN_A_CELL = """
def f(x, rng):
    for _ in range(3):
        if np.mean(x):
            x = np.array([rng.random() for i in x])
            x = x - np.std(x)
    return x, np.array(x)
"""


def test_what_was_given_is_the_same_in_a_cell_and_in_a_file_that_imports():
    given = of("import numpy as np" + IN_A_CELL)
    assert not attempted(of(IN_A_CELL), given)
    for old, new in (
        ("np.std", "np.var"),
        (" " * 12 + "x = x", " " * 8 + "x = x"),
        ("    return x,", "        return x,"),
    ):
        assert attempted(of(IN_A_CELL.replace(old, new)), given), new


def test_another_default_is_an_attempt():
    source = "def f(x, *, axis=0, eps=1e-5):\n    return x.mean(axis=axis) / eps"
    given = of(source)
    assert not attempted(of(source), given)
    assert attempted(of(source.replace("axis=0", "axis=1")), given)
    assert attempted(of(source.replace("(x, *, axis=0, ", "(x, axis=0, *, ")), given)


def test_given_values_are_compared():
    given = {"scheme": "glorot", "depth": 30}
    assert not attempted({"depth": 30, "scheme": "glorot"}, given)
    assert attempted({"scheme": "he", "depth": 30}, given)
    assert attempted({"scheme": "glorot"}, given)
    assert attempted(3, given)
