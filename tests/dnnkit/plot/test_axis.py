"""Axes: places by matplotlib's transforms, and ticks that are round, inside and far enough apart."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.scale import LinearScale, LogScale

from dnnkit.plot.axis import Axis
from tests.dnnkit.plot.reading import number

numbers = st.floats(-1e300, 1e300)


@pytest.mark.parametrize(("scale", "theirs"), [("linear", LinearScale(None)), ("log", LogScale(None))])
def test_places_are_matplotlibs(scale, theirs):
    values = np.array([0.02, 0.3, 1.0, 7.0, 55.0])
    axis = Axis.over([], scale=scale, limits=(0.01, 100.0))
    low, high, *found = theirs.get_transform().transform(np.r_[0.01, 100.0, values])
    np.testing.assert_allclose(axis.place(values), (np.array(found) - low) / (high - low))


@settings(deadline=None)
@given(st.lists(numbers, min_size=0, max_size=5), st.sampled_from(["linear", "log"]), st.booleans())
def test_an_axis_is_long_enough_for_all_that_it_can_show(values, scale, from_zero):
    values = np.array(values)
    axis = Axis.over([values], scale=scale, margin=0.05, from_zero=from_zero)
    assert math.isfinite(axis.low)
    assert axis.low < axis.high < math.inf
    places = axis.place(values[axis.shows(values)])
    assert np.all((places >= -1e-9) & (places <= 1 + 1e-9))


@settings(deadline=None)
@given(st.lists(numbers, min_size=1, max_size=5), st.sampled_from(["linear", "log"]), st.sampled_from([60, 210, 700]))
def test_ticks_lie_inside_in_order_and_apart(values, scale, length):
    axis = Axis.over([np.array(values)], scale=scale, margin=0.05)
    ticks, texts, _ = axis.ticks(length, lambda text: 8 * len(text), 50)
    places = length * axis.place(ticks)
    assert 1 <= len(ticks) == len(texts) == len(set(texts))
    assert np.all((places > -1e-6) & (places < length + 1e-6))
    needs = 8 * np.array(list(map(len, texts)))
    assert np.all(np.diff(places) >= (needs[1:] + needs[:-1]) / 2 - 1e-6)


@pytest.mark.parametrize(
    ("low", "high", "length", "texts"),
    [
        (0, 1, 400, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-3, 3, 450, ["−3", "−2", "−1", "0", "1", "2", "3"]),
        (0, 43210, 300, ["0", "10,000", "20,000", "30,000", "40,000"]),
        (0, 0.000031, 300, ["0", "1", "2", "3"]),
        (-2.4e7, 1.1e7, 300, ["−2", "−1", "0", "1"]),
    ],
)
def test_round_numbers_are_written_in_full_with_a_real_minus(low, high, length, texts):
    found = Axis(low, high).ticks(length, lambda text: 7 * len(text), 60)
    assert found[1] == texts


@pytest.mark.parametrize(
    ("low", "high", "texts", "power"),
    [
        (0.0008, 1.2, ["0.001", "0.01", "0.1", "1"], ""),
        (1, 60, ["1", "2", "5", "10", "20", "50"], ""),
        (1e-9, 2, ["10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "10⁰"], ""),
        (1e-80, 1, ["10⁻⁸⁰", "10⁻⁶⁰", "10⁻⁴⁰", "10⁻²⁰", "10⁰"], ""),
        (2e-5, 3e-4, ["2·10⁻⁵", "5·10⁻⁵", "10⁻⁴", "2·10⁻⁴"], ""),
        (0.31, 0.44, ["0.32", "0.34", "0.36", "0.38", "0.40", "0.42", "0.44"], ""),
    ],
)
def test_powers_of_ten_are_written_where_decimals_would_be_long(low, high, texts, power):
    found = Axis(low, high, log=True).ticks(420, lambda text: 7 * len(text), 52)
    assert found[1:] == (texts, power)


@settings(deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_texts_say_what_the_ticks_are(low, span):
    ticks, texts, power = Axis(low, low + span).ticks(300, lambda text: 7 * len(text), 50)
    said = np.array([number(text) for text in texts]) * (number(power) if power else 1.0)
    np.testing.assert_allclose(said, ticks, atol=1e-6 * span, rtol=1e-9)


@given(st.integers(0, 50), st.integers(1, 5000))
def test_whole_numbers_get_whole_ticks(low, more):
    axis = Axis.over([np.arange(low, low + more + 1)], margin=0.02, counts=True)
    ticks, texts, _ = axis.ticks(600, lambda text: 7 * len(text), 52)
    assert all("." not in text for text in texts)
    assert low <= ticks[0] <= ticks[-1] <= low + more  # no layer 0 before the first
