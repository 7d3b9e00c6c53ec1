"""Batch norm against torch and finite differences."""

import numpy as np
import pytest
import torch

from dnnkit import norm_layers
from dnnkit.gradients import numerical_gradient
from dnnkit.norm_layers import RunningStatistics
from tests.dnnkit.arrays import every_array_of

FEATURES = 3


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def batches(rng, count=4):
    return [rng.normal(5 * k, 1 + k, size=(6 + k, FEATURES)) for k in range(count)]


def parameters(rng):
    return rng.normal(size=FEATURES), rng.normal(size=FEATURES)


def torch_batchnorm(gamma, beta, *, momentum=0.1, eps=1e-5, dtype=torch.float64):
    layer = torch.nn.BatchNorm1d(FEATURES, momentum=momentum, eps=eps, dtype=dtype)
    with torch.no_grad():
        layer.weight.copy_(torch.as_tensor(gamma))
        layer.bias.copy_(torch.as_tensor(beta))
    return layer


@pytest.mark.parametrize("momentum", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("eps", [1e-5, 0.1])
def test_batchnorm_equals_torch_over_several_batches_in_both_modes(momentum, eps, rng):
    gamma, beta = parameters(rng)
    layer = torch_batchnorm(gamma, beta, momentum=momentum, eps=eps)
    state = RunningStatistics.start(FEATURES)
    for train in (True, False):
        layer.train(train)
        for x in batches(rng):
            out, _, state = norm_layers.batchnorm_forward(
                x, gamma, beta, state, train=train, momentum=momentum, eps=eps
            )
            np.testing.assert_allclose(out, layer(torch.as_tensor(x)).detach(), rtol=1e-10, atol=1e-12)
            np.testing.assert_allclose(state.mean, layer.running_mean, rtol=1e-12, atol=1e-12)
            np.testing.assert_allclose(state.var, layer.running_var, rtol=1e-12)


@pytest.mark.parametrize("train", [True, False])
def test_batchnorm_gradients_equal_torch(train, rng):
    gamma, beta = parameters(rng)
    layer = torch_batchnorm(gamma, beta)
    first, second = batches(rng, count=2)
    layer(torch.as_tensor(first))
    state = norm_layers.batchnorm_forward(first, gamma, beta, RunningStatistics.start(FEATURES), train=True)[2]
    layer.train(train)
    x = torch.as_tensor(second).requires_grad_()
    grad = rng.normal(size=second.shape)
    layer(x).backward(torch.as_tensor(grad))

    cache = norm_layers.batchnorm_forward(second, gamma, beta, state, train=train)[1]
    grads = norm_layers.batchnorm_backward(grad, cache)
    layer_grads = (x.grad, *(p.grad for p in layer.parameters()))
    # The first backward pass of the layer saw no gradient, so p.grad is that of the second batch alone.
    for ours, theirs in zip(grads, layer_grads, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("train", [True, False])
def test_batchnorm_gradients_equal_finite_differences(train, rng):
    gamma, beta = parameters(rng)
    state = RunningStatistics(mean=rng.normal(size=FEATURES), var=rng.uniform(0.5, 2, size=FEATURES))
    x, weights = rng.normal(size=(7, FEATURES)), rng.normal(size=(7, FEATURES))

    def loss(x, gamma, beta):
        return (weights * norm_layers.batchnorm_forward(x, gamma, beta, state, train=train)[0]).sum()

    grads = norm_layers.batchnorm_backward(
        weights, norm_layers.batchnorm_forward(x, gamma, beta, state, train=train)[1]
    )
    expected = (
        numerical_gradient(lambda v: loss(v, gamma, beta), x),
        numerical_gradient(lambda v: loss(x, v, beta), gamma),
        numerical_gradient(lambda v: loss(x, gamma, v), beta),
    )
    for ours, numeric in zip(grads, expected, strict=True):
        np.testing.assert_allclose(ours, numeric, rtol=1e-6, atol=1e-7)


def calls(dtype):
    """Each public function once, with read-only inputs of one dtype."""
    rng = np.random.default_rng(0)
    x, grad = (rng.normal(size=(5, FEATURES)).astype(dtype) for _ in range(2))
    gamma, beta, mean = (rng.normal(size=FEATURES).astype(dtype) for _ in range(3))
    state = RunningStatistics(mean=mean, var=np.ones(FEATURES, dtype))
    for a in (x, grad, gamma, beta, state.mean, state.var):
        a.flags.writeable = False
    cache = norm_layers.batchnorm_forward(x, gamma, beta, state, train=True)[1]
    for a in (cache.x_hat, cache.inv_std):
        a.flags.writeable = False
    return {
        "batchnorm_forward in training": lambda: norm_layers.batchnorm_forward(x, gamma, beta, state, train=True),
        "batchnorm_forward in evaluation": lambda: norm_layers.batchnorm_forward(x, gamma, beta, state, train=False),
        "batchnorm_backward": lambda: norm_layers.batchnorm_backward(grad, cache),
    }


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", calls(np.float64))
def test_read_only_inputs_do_and_the_dtype_is_kept(name, dtype):
    arrays = list(every_array_of(calls(dtype)[name]()))
    assert arrays
    assert {a.dtype for a in arrays} == {np.dtype(dtype)}
    assert all(np.isfinite(a).all() for a in arrays)


def test_the_dtype_of_the_input_wins_over_that_of_the_parameters(rng):
    x = rng.normal(size=(4, FEATURES)).astype(np.float32)
    parts = norm_layers.batchnorm_forward(
        x, np.ones(FEATURES), np.zeros(FEATURES), RunningStatistics.start(FEATURES), train=True
    )
    assert {a.dtype for a in every_array_of(parts)} == {np.dtype(np.float32)}


X = np.arange(6.0).reshape(2, 3)
ONES, ZEROS, START = np.ones(3), np.zeros(3), RunningStatistics.start(3)
CACHE = norm_layers.batchnorm_forward(X, ONES, ZEROS, START, train=True)[1]


def batchnorm(x=X, gamma=ONES, beta=ZEROS, state=START, train=True, **options):
    return norm_layers.batchnorm_forward(x, gamma, beta, state, train=train, **options)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: RunningStatistics.start(0), ValueError, "features must be at least 1, got 0"),
        (lambda: batchnorm(x=X[0]), ValueError, "x must have 2 axes"),
        (lambda: batchnorm(x=X[:1]), ValueError, "x must hold at least 2 examples in training, got 1"),
        (lambda: batchnorm(gamma=ONES[:2]), ValueError, r"gamma must have shape \(3\), got \(2,\)"),
        (lambda: batchnorm(beta=[0, np.inf, 0]), ValueError, "beta must be finite"),
        (lambda: batchnorm(state=(ZEROS, ONES)), TypeError, "state must be a RunningStatistics, got tuple"),
        (
            lambda: batchnorm(state=RunningStatistics(ZEROS, -ONES)),
            ValueError,
            "state.var must not be negative, got -1",
        ),
        (lambda: batchnorm(train=1), TypeError, "train must be True or False, got int 1"),
        (lambda: batchnorm(momentum=1.5), ValueError, r"momentum must be in \[0, 1\], got 1.5"),
        (lambda: batchnorm(eps=0), ValueError, r"eps must be in \(0, inf\), got 0"),
        (
            lambda: norm_layers.batchnorm_backward(X[:1], CACHE),
            ValueError,
            r"grad must have shape \(2, 3\), got \(1, 3\)",
        ),
        (lambda: norm_layers.batchnorm_backward(X, None), TypeError, "cache must be a BatchNormCache, got NoneType"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
