"""Assertions: they agree with numpy.testing on what is equal, and say what is not with its place and numbers."""

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.judge.assertions import close, equal, raises, require
from autograder.judge.verdict import Crashed, Wrong

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
        assert "expected ()" in wrong.value.detail or "expected (" in wrong.value.detail


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


def test_an_infinite_entry_gives_the_others_no_tolerance():
    close([np.inf, 1.0], [np.inf, 1.0], "must be close")
    for actual in ([0.0, 1.0], [np.inf, 2.0], [-np.inf, 1.0], [np.nan, 1.0]):
        with pytest.raises(Wrong):
            close(actual, [np.inf, 1.0], "must be close")
