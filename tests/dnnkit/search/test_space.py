"""The axes at their door."""

import dataclasses
import math

import numpy as np
import pytest

from dnnkit.search import Choice, IntUniform, LogUniform, Uniform


def test_axes_are_frozen_and_their_bounds_normalised():
    axis = Uniform(np.float32(0), 1)
    assert axis == Uniform(0.0, 1.0)
    assert type(axis.low) is type(axis.high) is float
    assert Choice([1, 2]) == Choice((1, 2))
    with pytest.raises(dataclasses.FrozenInstanceError):
        axis.low = 3


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
