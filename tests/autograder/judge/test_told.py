"""How numbers are reported: at most twelve, around the difference; for a value, only which way it misses."""

import re

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import language
from autograder.judge.shared import HANDLE
from autograder.judge.told import NUMBERS, arguments, excerpt, which_way

SHAPES = arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=9)


@given(arrays.arrays(np.int8, SHAPES, elements=st.integers(10, 99)), st.data())
def test_at_most_twelve_numbers_with_the_one_at_that_place(a, data):
    where = data.draw(st.tuples(*(st.integers(0, n - 1) for n in a.shape))) if a.size else ()
    words = excerpt(a, where)
    shown = re.findall(r"\d+", words.rpartition(": ")[2] if "shape" in words else words)
    assert len(shown) <= NUMBERS or not a.size
    if a.size:
        assert str(a[where]) in shown


SOME = arrays.arrays(np.int8, arrays.array_shapes(max_dims=2, max_side=20), elements=st.integers(10, 99))


@given(st.lists(SOME, max_size=5))
def test_arguments_share_twelve_numbers(some):
    words = arguments(("", {f"x{letter}": a for letter, a in zip("abcde", some)}))
    shown = [re.sub(r"shape .*?\]: ", "", part) for part in words.split("x")]
    assert sum(len(re.findall(r"\d+", part)) for part in shown) <= NUMBERS


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.float64(1 / 3), "0.3333"),
        (np.array([[True, False]]), "[[True, False]]"),
        ([1, 2.5], "[1, 2.5]"),
        (np.zeros((0, 3)), "empty, of shape (0, 3)"),
        ("sigmoid", "'sigmoid'"),
        (HANDLE, "an object"),
        (None, "None"),
        (np.nan, "nan"),
        (np.random.default_rng(0), "a generator"),
        (len, "a function"),
        (object(), "an object (object)"),
        ({"a": 1, "b": [1, 2]}, "{'a': 1, 'b': [1, 2]}"),
        ((np.ones(2), np.zeros((2, 2))), "([1, 1], [[0, 0], [0, 0]])"),
        ((np.ones(9), 3), "(shape (9,), at [0:6]: [1, 1, 1, 1, 1, 1], 3)"),
        (["a", None], "('a', None)"),
    ],
)
def test_values_of_all_kinds(value, words):
    assert words in excerpt(value)


def test_a_method_is_told_by_its_name():
    assert arguments(("update", {"x": np.arange(2)})) == "update: x = [0, 1]"
    assert arguments(("mean", {})) == "mean"


@pytest.mark.parametrize(
    ("actual", "expected", "words"),
    [
        (3.0, 2.9, "too large"),
        (-3.0, -2.9, "too large in magnitude"),
        (7.0, 2.9, "more than twice too large"),
        (0.1, 2.9, "more than ten times too small"),
        (1.0, 0.0, "too large"),
        (-1.0, 1.0, "the sign is wrong"),
        (np.nan, 1.0, "this is not a finite number"),
        (np.array([1.0, 5.0]), np.array([1.0, 4.0]), "too large"),
        ("relu", "tanh", ""),
        (np.ones(2), np.ones(3), ""),
    ],
)
def test_which_way_a_value_misses(actual, expected, words):
    where = (1,) if np.ndim(actual) and np.shape(actual) == np.shape(expected) else ()
    assert which_way(actual, expected, where) == words
    with language.using("de"):
        assert not words or language.say(words) != words, "a German class reads it in German"
