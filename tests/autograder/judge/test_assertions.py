"""Assertions: they agree with numpy.testing on what is equal, and report what is not with its place and numbers."""

import tracemalloc

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.judge.assertions import close, equal, raises, require, shaped
from autograder.judge.verdict import Crashed, Wrong, collected

FLOATS = arrays.arrays(np.float64, (3, 2), elements=st.floats(-1e6, 1e6))


@settings(max_examples=60, deadline=None)
@given(FLOATS)
def test_close_takes_float32_for_float64(a):
    close(a.astype(np.float32), a, "equal")


@settings(max_examples=60, deadline=None)
@given(FLOATS, st.floats(1e-3, 1e3))
def test_close_finds_what_numpy_finds(a, by):
    b = a.copy()
    b[1, 1] += by * np.abs(a).max() + 1
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(b, a, rtol=1e-5)
    with pytest.raises(Wrong, match=r"^differs$") as wrong:
        close(b, a, "differs")
    assert "at [1, 1]; 1 of 6 entries differ" in wrong.value.detail


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_close_refuses_what_is_not_finite(bad):
    with pytest.raises(Wrong):
        close([1.0, bad], [1.0, 2.0], "finite")


def test_shapes_are_never_broadcast():
    for actual, expected in (([[1.0], [1.0]], np.ones((2, 2))), (1.0, np.ones(3)), (np.ones(1), 1.0)):
        with pytest.raises(Wrong, match=r"same \(the shape differs\)") as wrong:
            close(actual, expected, "same")
        assert wrong.value.detail == f"{np.shape(actual)} against {np.shape(expected)}"


@pytest.mark.parametrize(
    ("actual", "expected"),
    [(1, 1), ("he", "he"), ((2, 3), (2, 3)), (np.array([True]), np.array([True])), ([1, 2], [1, 2])],
)
def test_equal_takes_what_is_equal(actual, expected):
    equal(actual, expected, "equal")


@pytest.mark.parametrize(
    ("actual", "expected"),
    [(1, True), (1.0, 1), ("he", "HE"), ((2, 3), (3, 2)), (np.array([True]), np.array([False])), ([1], [1, 2])],
)
def test_equal_tells_what_is_not(actual, expected):
    with pytest.raises(Wrong, match="equal"):
        equal(actual, expected, "equal")


def test_require_shows_its_numbers():
    require(True, "never said")
    with pytest.raises(Wrong) as wrong:
        require(False, "too many", share_kept=0.123456789, n=np.int64(3))
    assert wrong.value.detail == "share kept 0.123457, n 3"


def test_raises_knows_builtin_kinds_by_their_bases():
    with raises(ValueError, "must refuse"):
        raise Crashed("LinAlgError", ["ValueError", "Exception"], "", "")
    with pytest.raises(Wrong, match="must refuse") as wrong, raises(ValueError, "must refuse"):
        raise Crashed("KeyError", ["KeyError", "Exception"], "", "")
    assert "got KeyError" in wrong.value.detail
    for broken in (lambda: None, lambda: close(1, 2, "another sentence")):
        with pytest.raises(Wrong, match="must refuse") as wrong, raises(ValueError, "must refuse"):
            broken()
        assert "nothing was raised" in wrong.value.detail


def test_what_is_infinite_is_never_close():
    """An answer that agrees only with itself, inf with inf, is not right; if it must be infinite, use `equal`."""
    for actual in ([np.inf, 1.0], [0.0, 1.0], [-np.inf, 1.0], [np.nan, 1.0]):
        with pytest.raises(Wrong):
            close(actual, [np.inf, 1.0], "must be close")
    equal([np.inf, 1.0], np.array([np.inf, 1.0]), "must be equal")


@pytest.mark.parametrize("size", [1e-30, 1e-12, 1.0, 1e12, 1e30])
def test_the_tolerance_is_relative_to_what_is_expected(size):
    expected = size * np.array([1.0, -2.0])
    close(expected.astype(np.float32), expected, "close")
    for wrong in (expected * (1 + 1e-4), 1e-300 * expected, 0 * expected):
        with pytest.raises(Wrong):
            close(wrong, expected, "close")


def test_where_large_numbers_cancel_their_size_counts():
    ones = 1e8 * np.ones(3)
    for orthogonal in ([1e-5, 0, 0], [-30.0, 10.0, 5.0]):
        close(orthogonal, np.zeros(3), "orthogonal", scale=ones)
    with pytest.raises(Wrong):
        close([200.0, 0, 0], np.zeros(3), "orthogonal", scale=ones)
    with pytest.raises(Wrong):  # without a size, 0 is 0
        close([1e-5, 0, 0], np.zeros(3), "orthogonal")


def test_superfluous_axes_are_told_once_and_the_numbers_judged_all_the_same():
    with collected() as (noted, _):
        close(np.ones((1, 3, 1)), np.ones(3), "right")
        assert shaped([[2.0]], (), "one number").shape == ()
    assert [(wrong.sentence, wrong.detail) for wrong in noted] == [
        ("right (the shape differs)", "(1, 3, 1) against (3,)"),
        ("one number", "(1, 1) against ()"),
    ]
    with collected() as (noted, _), pytest.raises(Wrong, match=r"^right$"):
        close(np.ones((3, 1)), np.zeros(3), "right")
    assert len(noted) == 1
    for shape in ((5, 7), (7, 5), (35,), (5, 7, 2)):
        with collected() as (noted, _), pytest.raises(Wrong, match="shape") as wrong:
            shaped(np.zeros((5, 5)), shape, "the shape must be that")
        assert wrong.value.detail == f"(5, 5) against {shape}"
        assert noted == []


def test_the_first_difference_is_found_without_listing_all_of_them():
    wrong, right = np.zeros((8,) * 6, bool), np.ones((8,) * 6, bool)
    tracemalloc.start()
    with pytest.raises(Wrong) as raised:
        equal(wrong, right, "masks differ")
    assert tracemalloc.get_traced_memory()[1] < 2**22
    tracemalloc.stop()
    assert raised.value.difference.where == (0,) * 6
