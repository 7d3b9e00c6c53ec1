"""Where training starts, against the standard deviations of the schemes."""

import math

import numpy as np
import pytest

from dnnkit import mlp


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_init_draws_weights_by_the_scheme_and_zero_biases(dtype):
    params = mlp.init([300, 400, 200], scheme="he", rng=rng(), dtype=dtype)
    for (W, b), fan_in in zip(params, (300, 400)):
        assert W.std() == pytest.approx(math.sqrt(2 / fan_in), rel=0.02)
        assert not b.any()
        assert W.dtype == b.dtype == dtype


@pytest.mark.parametrize(
    ("sizes", "settings", "message"),
    [
        ([3], {}, "sizes must hold at least the features"),
        ([3, 0], {}, r"sizes\[1\] must be at least 1"),
        ([3, 2], {"dtype": "int8"}, "dtype must be one of"),
        ([3, 2], {"scheme": "ones"}, "scheme must be one of"),
    ],
)
def test_bad_input_to_init_is_named(sizes, settings, message):
    with pytest.raises(ValueError, match=message):
        mlp.init(sizes, **{"scheme": "he", "rng": rng(), **settings})
