"""The axes at their door."""

import dataclasses
import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnnkit import search
from dnnkit.search import Axis, Choice, IntUniform, LogUniform, Ordinal, Uniform


def test_axes_are_frozen_and_their_bounds_normalised():
    axis = Uniform(np.float32(0), 1)
    assert axis == Uniform(0.0, 1.0)
    assert type(axis.low) is type(axis.high) is float
    assert Choice([1, 2]) == Choice((1, 2))
    with pytest.raises(dataclasses.FrozenInstanceError):
        axis.low = 3


FAMILY = {
    "Uniform": Uniform(-2, 5),
    "LogUniform": LogUniform(1e-5, 10),
    "IntUniform": IntUniform(-3, 9),
    "Ordinal": Ordinal([0.0, 0.01, 0.1, 7.5]),
    "Choice": Choice(["relu", "tanh", None, (1, 2)]),
}
family = pytest.mark.parametrize("axis", FAMILY.values(), ids=FAMILY)


def test_every_axis_is_in_the_family():
    axes = {
        name for name in search.__all__ if isinstance(thing := getattr(search, name), type) and issubclass(thing, Axis)
    }
    assert axes - {"Axis"} == set(FAMILY)


@family
@given(seed=st.integers(0, 2**32 - 1), scale=st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_what_an_axis_gives_it_takes(axis, seed, scale):
    """Draws, points and mutations lie on the axis; a mutation of scale 0 changes nothing."""
    rng = np.random.default_rng(seed)
    drawn = axis.draw(rng)
    shares = sorted(rng.random(7))
    values = [drawn, axis.mutate(drawn, scale, rng), *axis.points(shares), *axis.points([0, 1])]
    for value in values:
        axis.check("value", value)
    assert axis.mutate(drawn, 0.0, rng) == drawn
    assert type(drawn) in {type(value) for value in values[1:]}


@family
def test_points_of_an_axis_are_in_order_and_none_comes_twice(axis):
    points = axis.points([i / 40 for i in range(41)])
    assert len({repr(point) for point in points}) == len(points)
    if not isinstance(axis, Choice):
        assert points == sorted(points)
        assert (points[0], points[-1]) == (axis.low, axis.high)


@family
def test_an_axis_compares_by_value_and_can_be_sent_to_another_process(axis):
    again = pickle.loads(pickle.dumps(axis))
    assert again == axis
    assert repr(again) == repr(axis)
    assert [again.draw(np.random.default_rng(3)) for _ in range(3)] == [
        axis.draw(np.random.default_rng(3)) for _ in range(3)
    ]


@pytest.mark.parametrize("outside", [-1e9, 1e9, np.nan, "relu ", [1], None, 2.5])
@family
def test_what_is_not_on_an_axis_is_named(axis, outside):
    if (axis is FAMILY["Choice"] and outside is None) or (type(axis) in (Uniform, LogUniform) and outside == 2.5):
        axis.check("value", outside)
        return
    with pytest.raises((TypeError, ValueError), match="^value must be "):
        axis.check("value", outside)


def test_options_need_not_be_hashable():
    layers, masks = Choice([[64], [64, 64]]), Choice([np.zeros(3), np.ones(3), None])
    layers.check("layers", [64, 64])
    masks.check("masks", np.ones(3))
    masks.check("masks", None)
    assert layers.mutate([64], 1.0, np.random.default_rng(0)) in ([64], [64, 64])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Uniform(1, 1), ValueError, "low must be below high, got 1.0 and 1.0"),
        (lambda: Uniform("0", 1), TypeError, "low must be a real number"),
        (lambda: Uniform(0, math.inf), ValueError, "high must be in"),
        (lambda: LogUniform(0, 1), ValueError, "low must be positive, got 0.0"),
        (lambda: IntUniform(1, 2.5), TypeError, "high must be an integer"),
        (lambda: IntUniform(3, 2), ValueError, "low must be below high, got 3 and 2"),
        (lambda: Ordinal([8]), ValueError, "options must hold at least two options, got 1"),
        (lambda: Ordinal([8, 16, 8]), ValueError, "options must differ from one another, got 8 twice"),
        (lambda: Choice([]), ValueError, "options must hold at least one option"),
        (lambda: Choice("relu"), TypeError, "options must be a list or tuple, got str 'relu'"),
        (lambda: Choice({1, 2}), TypeError, "options must be a list or tuple, got set"),
        (lambda: Choice([1, 2, 1]), ValueError, "options must differ from one another, got 1 twice"),
        (lambda: Choice([[8, 8], [8], [8, 8]]), ValueError, r"options must differ .* got \[8, 8\] twice"),
        (lambda: Choice([np.ones(2), np.ones(2)]), ValueError, r"options must differ .* got array"),
        (lambda: Choice([[8], [16]]).check("a", [9]), ValueError, r"a must be one of \[8\], \[16\], got \[9\]"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
