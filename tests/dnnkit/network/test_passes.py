"""network against torch (values and autograd) and finite differences, in float64."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dnnkit import mlp, network

TORCH = {
    "linear": lambda z: z,
    "relu": torch.relu,
    "leaky_relu": torch.nn.functional.leaky_relu,
    "gelu": torch.nn.functional.gelu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}
LOSSES = {
    "cross_entropy": (network.cross_entropy, network.cross_entropy_gradient, torch.nn.functional.cross_entropy),
    "squared_error": (network.squared_error, network.squared_error_gradient, torch.nn.functional.mse_loss),
    "huber": (network.huber, network.huber_gradient, torch.nn.functional.huber_loss),
}


def draw(seed=0, sizes=(6, 9, 7, 4), n=11, dtype=np.float64):
    rng = np.random.default_rng(seed)
    params = [
        (rng.standard_normal((i, o)).astype(dtype) / math.sqrt(i), rng.standard_normal(o).astype(dtype))
        for i, o in zip(sizes, sizes[1:])
    ]
    return params, rng.standard_normal((n, sizes[0])).astype(dtype), rng.integers(sizes[-1], size=n)


def targets_for(loss, outputs, y):
    return y if loss == "cross_entropy" else np.sin(np.arange(outputs.size, dtype=float)).reshape(outputs.shape)


def relative_error(actual, expected):
    return np.linalg.norm(actual - expected) / np.linalg.norm(expected)


def test_affine_equals_torch_with_its_transposed_weights():
    params, x, _ = draw()
    W, b = params[0]
    theirs = torch.nn.functional.linear(*map(torch.from_numpy, (x, W.T.copy(), b)))
    assert relative_error(network.affine(x, W, b), theirs.numpy()) < 1e-14


# forward and backward


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", network.ACTIVATIONS)
@pytest.mark.parametrize("sizes", [(6, 4), (6, 9, 4), (6, 9, 7, 8, 4)])
def test_backward_equals_autograd(loss, activation, sizes):
    params, x, y = draw(sizes=sizes)
    leaves = [tuple(torch.from_numpy(array).requires_grad_() for array in pair) for pair in params]
    a = torch.from_numpy(x)
    for index, (W, b) in enumerate(leaves):
        a = a @ W + b
        if index < len(leaves) - 1:
            a = TORCH[activation](a)
    outputs, cache = network.forward(params, x, activation=activation)
    assert relative_error(outputs, a.detach().numpy()) < 1e-13
    targets = targets_for(loss, outputs, y)
    LOSSES[loss][2](a, torch.from_numpy(targets)).backward()
    grads = network.backward(params, cache, LOSSES[loss][1](outputs, targets), activation=activation)
    for ours, theirs in zip(grads, leaves):
        for gradient, leaf in zip(ours, theirs):
            assert gradient.shape == tuple(leaf.shape)
            assert relative_error(gradient, leaf.grad.numpy()) < 1e-10


def test_backward_equals_finite_differences():
    params, x, y = draw(sizes=(5, 6, 3), n=8)
    outputs, cache = network.forward(params, x, activation="tanh")
    grads = network.backward(params, cache, network.cross_entropy_gradient(outputs, y), activation="tanh")
    eps = 1e-5
    for layer, pair in enumerate(params):
        for which, array in enumerate(pair):
            numerical = np.empty_like(array)
            for index in np.ndindex(array.shape):
                losses = []
                for sign in (1, -1):
                    moved = [list(map(np.copy, p)) for p in params]
                    moved[layer][which][index] += sign * eps
                    losses.append(network.cross_entropy(network.forward(moved, x, activation="tanh")[0], y))
                numerical[index] = (losses[0] - losses[1]) / (2 * eps)
            assert relative_error(grads[layer][which], numerical) < 1e-7


def test_nothing_is_changed_in_place_and_float32_stays_float32():
    params, x, y = draw(dtype=np.float32)
    before = [array.copy() for pair in params for array in pair] + [x.copy()]
    outputs, cache = network.forward(params, x)
    kept = [array.copy() for pair in cache for array in pair]
    grad = network.cross_entropy_gradient(outputs, y)
    grads = network.backward(params, cache, grad)
    for now, then in zip([*(array for pair in params for array in pair), x], before):
        np.testing.assert_array_equal(now, then)
    for now, then in zip([array for pair in cache for array in pair], kept):
        np.testing.assert_array_equal(now, then)
    np.testing.assert_array_equal(grad, network.cross_entropy_gradient(outputs, y))
    assert {array.dtype for array in [outputs, grad, *(g for pair in grads for g in pair)]} == {np.dtype(np.float32)}


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_any_sizes_dtype_and_strides_are_taken_and_an_example_does_not_depend_on_its_batch(data):
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    sizes = data.draw(st.lists(st.integers(1, 6), min_size=2, max_size=4))
    activation = data.draw(st.sampled_from(list(network.ACTIVATIONS)))
    params, x, _ = draw(data.draw(st.integers(0, 99)), sizes, n=data.draw(st.integers(1, 5)), dtype=dtype)
    x = np.repeat(x, 2, axis=1)[:, ::2]
    params = [(np.asfortranarray(W), b) for W, b in params]
    outputs, cache = network.forward(params, x, activation=activation)
    assert (outputs.shape, outputs.dtype) == ((len(x), sizes[-1]), dtype)
    one, _ = network.forward(params, x[:1], activation=activation)
    np.testing.assert_allclose(one, outputs[:1], rtol=1e-5, atol=1e-6)
    grads = network.backward(params, cache, np.ones_like(outputs), activation=activation)
    assert [(dW.shape, db.shape, dW.dtype) for dW, db in grads] == [(W.shape, b.shape, dtype) for W, b in params]


def test_untrained_network_with_tiny_weights_loses_the_log_of_the_number_of_classes():
    params, x, y = draw()
    params = [(1e-6 * W, 0 * b) for W, b in params]
    assert network.cross_entropy(network.forward(params, x)[0], y) == pytest.approx(math.log(4), abs=1e-9)


# the door


def foreign(*sizes, n=4):
    return network.forward(mlp.init(sizes, scheme="he", rng=np.random.default_rng(0)), np.ones((n, sizes[0])))[1]


OWN = foreign(3, 5, 2)


@pytest.mark.parametrize(
    ("cache", "error", "message"),
    [
        (foreign(3, 6, 2), ValueError, r"cache\[0\]\[1\] must have shape \(4, 5\), got \(4, 6\)"),
        (foreign(2, 5, 2), ValueError, r"cache\[0\]\[0\] must have shape \(any, 3\), got \(4, 2\)"),
        (foreign(3, 5, 5, 2), ValueError, r"cache must hold a pair \(a, z\) for each of 2 layers, got 3"),
        ([OWN[0], foreign(3, 5, 2, n=7)[1]], ValueError, r"cache\[1\]\[0\] must have shape \(4, 5\), got \(7, 5\)"),
        ([OWN[0], (*OWN[1], 0)], ValueError, r"cache must hold a pair \(a, z\)"),
        ([OWN[0], (OWN[1][0], np.full((4, 2), np.nan))], ValueError, r"cache\[1\]\[1\] must be finite"),
        (None, TypeError, r"cache must be the list of pairs \(a, z\) from forward, got NoneType"),
        (OWN[0], TypeError, r"cache must be the list of pairs \(a, z\) from forward, got tuple"),
    ],
)
def test_a_foreign_cache_is_refused(cache, error, message):
    params = mlp.init((3, 5, 2), scheme="he", rng=np.random.default_rng(0))
    with pytest.raises(error, match=message):
        network.backward(params, cache, np.ones((4, 2)))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: network.affine(np.ones((2, 3)), np.ones((4, 2)), np.ones(2)), ValueError, r"W must have shape \(3"),
        (lambda: network.affine(np.ones((2, 3)), np.ones((3, 2)), np.ones(3)), ValueError, r"b must have shape \(2\)"),
        (lambda: network.forward([], np.ones((1, 1))), ValueError, "params must be a list of pairs"),
        (lambda: network.forward(None, np.ones((1, 1))), TypeError, "params must be a list of pairs"),
        (lambda: network.forward([(np.ones((2, 1)), np.ones(1))], np.ones((1, 3))), ValueError, r"params\[0\]\[0\]"),
        (
            lambda: network.forward([(np.ones((1, 1)), np.ones(1))], np.ones((1, 1)), activation="swish"),
            ValueError,
            "activation must be one of 'linear'",
        ),
        (
            lambda: network.backward([(np.ones((1, 1)), np.ones(1))], [(np.ones((1, 1)),) * 2], np.ones((2, 1))),
            ValueError,
            r"grad must have shape \(1, 1\)",
        ),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
