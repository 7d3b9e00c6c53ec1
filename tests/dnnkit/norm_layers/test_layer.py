"""Layer norm and RMS norm against torch."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dnnkit import norm_layers

FEATURES = 3
batches = hnp.arrays(np.float64, st.tuples(st.integers(1, 6), st.just(FEATURES)), elements=st.floats(-1e3, 1e3))


def parameters(rng):
    return rng.normal(size=FEATURES), rng.normal(size=FEATURES)


def torchs(x, gamma, beta, eps):
    leaves = [torch.from_numpy(np.array(array)).requires_grad_() for array in (x, gamma, beta)]
    return leaves, torch.nn.functional.layer_norm(leaves[0], (x.shape[1],), *leaves[1:], eps=eps)


@given(x=batches)
@settings(max_examples=40, deadline=None)
def test_layernorm_equals_torch(x):
    gamma, beta = parameters(np.random.default_rng(1))
    out, _ = norm_layers.layernorm_forward(x, gamma, beta, eps=1e-3)
    expected = torchs(x, gamma, beta, 1e-3)[1].detach().numpy()
    np.testing.assert_allclose(out, expected, rtol=1e-7, atol=1e-9)


@given(x=batches, seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_layernorm_gradients_equal_torch(x, seed):
    rng = np.random.default_rng(seed)
    gamma, beta = parameters(rng)
    grad = rng.normal(size=x.shape)
    leaves, out = torchs(x, gamma, beta, 1e-3)
    out.backward(torch.from_numpy(grad))
    _, cache = norm_layers.layernorm_forward(x, gamma, beta, eps=1e-3)
    for ours, leaf in zip(norm_layers.layernorm_backward(grad, cache), leaves, strict=True):
        np.testing.assert_allclose(ours, leaf.grad.numpy(), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("features", [7, 512, 4096])
def test_float32_is_as_near_as_torchs(features):
    rng = np.random.default_rng(0)
    x = (3 + rng.standard_normal((8, features))).astype(np.float32)
    one, zero = np.ones(features, np.float32), np.zeros(features, np.float32)
    exact = torchs(x.astype(np.float64), one.astype(np.float64), zero.astype(np.float64), 1e-5)[1].detach().numpy()
    theirs = np.abs(torchs(x, one, zero, 1e-5)[1].detach().numpy() - exact).max()
    assert np.abs(norm_layers.layernorm_forward(x, one, zero)[0] - exact).max() < 5 * theirs + 1e-6


@given(x=batches)
@settings(max_examples=40, deadline=None)
def test_rmsnorm_equals_torch(x):
    gamma, _ = parameters(np.random.default_rng(1))
    expected = torch.nn.functional.rms_norm(torch.from_numpy(x), (FEATURES,), torch.from_numpy(gamma), eps=1e-3)
    out = norm_layers.rmsnorm_forward(x, gamma, eps=1e-3)
    np.testing.assert_allclose(out, expected.numpy(), rtol=1e-9, atol=1e-12)


def test_on_centred_examples_rmsnorm_is_layer_norm():
    x = np.random.default_rng(0).normal(size=(5, 8))
    gamma = np.linspace(0.5, 2, 8)
    x -= x.mean(axis=1, keepdims=True)
    expected, _ = norm_layers.layernorm_forward(x, gamma, np.zeros(8))
    np.testing.assert_allclose(norm_layers.rmsnorm_forward(x, gamma), expected, rtol=1e-12)


def calls(dtype):
    rng = np.random.default_rng(0)
    x, grad = (rng.normal(size=(5, FEATURES)).astype(dtype) for _ in range(2))
    gamma, beta = (array.astype(dtype) for array in parameters(rng))
    _, cache = norm_layers.layernorm_forward(x, gamma, beta)
    for array in (x, grad, gamma, beta, cache.x_hat, cache.inv_std):
        array.flags.writeable = False
    return {
        "layernorm_forward": lambda: norm_layers.layernorm_forward(x, gamma, beta)[:1],
        "its cache": lambda: vars(norm_layers.layernorm_forward(x, gamma, beta)[1]).values(),
        "layernorm_backward": lambda: norm_layers.layernorm_backward(grad, cache),
        "rmsnorm_forward": lambda: [norm_layers.rmsnorm_forward(x, gamma)],
    }


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", calls(np.float64))
def test_read_only_inputs_do_and_the_dtype_is_kept(name, dtype):
    arrays = list(calls(dtype)[name]())
    assert {array.dtype for array in arrays} == {np.dtype(dtype)}
    assert all(np.isfinite(array).all() for array in arrays)


X, ONES, ZEROS = np.arange(6.0).reshape(2, 3), np.ones(3), np.zeros(3)
CACHE = norm_layers.layernorm_forward(X, ONES, ZEROS)[1]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: norm_layers.layernorm_forward(X[0], ONES, ZEROS), ValueError, "x must have 2 axes"),
        (lambda: norm_layers.layernorm_forward(X, ONES, ZEROS[:1]), ValueError, r"beta must have shape \(3\)"),
        (lambda: norm_layers.layernorm_forward(X, ONES, ZEROS, eps=-1), ValueError, "eps must be in .*got -1"),
        (lambda: norm_layers.layernorm_forward(X.astype(np.float16), ONES, ZEROS), TypeError, "x must be float32 or"),
        (lambda: norm_layers.layernorm_backward(X[:1], CACHE), ValueError, r"grad must have shape \(2, 3\), got"),
        (lambda: norm_layers.layernorm_backward(X, (1, 2)), TypeError, "cache must be a LayerNormCache, got tuple"),
        (lambda: norm_layers.rmsnorm_forward(X, ONES[:2]), ValueError, r"gamma must have shape \(3\), got \(2,\)"),
        (lambda: norm_layers.rmsnorm_forward(X, ONES, eps=0), ValueError, r"eps must be in \(0, inf\), got 0"),
        (lambda: norm_layers.rmsnorm_forward([[1.0, np.inf, 0.0]], ONES), ValueError, "x must be finite"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
