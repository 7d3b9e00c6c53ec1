"""Layer norm against torch."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dnnkit import norm_layers

FEATURES = 3


def parameters(rng):
    return rng.normal(size=FEATURES), rng.normal(size=FEATURES)


@given(x=hnp.arrays(np.float64, st.tuples(st.integers(1, 6), st.just(FEATURES)), elements=st.floats(-1e3, 1e3)))
@settings(max_examples=40, deadline=None)
def test_layernorm_equals_torch(x):
    gamma, beta = parameters(np.random.default_rng(1))
    layer = torch.nn.LayerNorm(FEATURES, eps=1e-3, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.as_tensor(gamma))
        layer.bias.copy_(torch.as_tensor(beta))
    expected = layer(torch.as_tensor(x)).detach().numpy()
    np.testing.assert_allclose(norm_layers.layernorm_forward(x, gamma, beta, eps=1e-3), expected, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_read_only_inputs_do_and_the_dtype_is_kept(dtype):
    x = np.random.default_rng(0).normal(size=(5, FEATURES)).astype(dtype)
    x.flags.writeable = False
    out = norm_layers.layernorm_forward(x, np.ones(FEATURES), np.zeros(FEATURES))
    assert out.dtype == dtype
    assert np.isfinite(out).all()


X, ONES, ZEROS = np.arange(6.0).reshape(2, 3), np.ones(3), np.zeros(3)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: norm_layers.layernorm_forward(X, ONES, ZEROS[:1]), ValueError, r"beta must have shape \(3\)"),
        (lambda: norm_layers.layernorm_forward(X, ONES, ZEROS, eps=-1), ValueError, "eps must be in .*got -1"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
