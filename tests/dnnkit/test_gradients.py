"""gradients against torch (autograd, Jacobians, clipping), SciPy's singular values and exact rates."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg

from dnnkit import mlp, network
from dnnkit.gradients import (
    clip_by_global_norm,
    clip_by_value,
    diagnose_gradients,
    jacobian_singular_values,
    layer_gradient_norms,
    numerical_gradient,
    relative_error,
    update_ratio,
)

ACTIVATIONS = ("linear", "relu", "tanh", "sigmoid")
TORCH = {"linear": lambda z: z, "relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}


def rng(seed=0):
    return np.random.default_rng(seed)


def network_of(sizes, *, seed=0, dtype="float64"):
    params = mlp.init(sizes, scheme="he", rng=rng(seed), dtype=dtype)
    return [(W, b + rng(index).standard_normal(len(b)).astype(dtype) / 10) for index, (W, b) in enumerate(params)]


# numerical_gradient and relative_error


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_differences_agree_with_autograd_through_a_network(activation):
    params, x, y = network_of([3, 5, 4]), rng(1).standard_normal((6, 3)), rng(2).integers(0, 4, 6)

    def loss(W):
        outputs, _ = network.forward([(W, params[0][1]), params[1]], x, activation=activation)
        return network.cross_entropy(outputs, y)

    leaf = torch.tensor(params[0][0], requires_grad=True)
    hidden = TORCH[activation](torch.tensor(x) @ leaf + torch.tensor(params[0][1]))
    logits = hidden @ torch.tensor(params[1][0]) + torch.tensor(params[1][1])
    torch.nn.functional.cross_entropy(logits, torch.tensor(y)).backward()
    assert relative_error(numerical_gradient(loss, params[0][0]), leaf.grad.numpy()) < 1e-8


@settings(max_examples=30, deadline=None)
@given(
    shape=st.lists(st.integers(1, 4), min_size=0, max_size=3).map(tuple),
    seed=st.integers(0, 2**32 - 1),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_differences_agree_with_autograd_in_every_shape(shape, seed, dtype):
    x = np.asarray(rng(seed).standard_normal((*shape, 2)).astype(dtype)[..., 0])
    before = x.copy()

    def f(x):
        return np.sum(np.sin(x) * np.arange(1, x.size + 1).reshape(x.shape))

    ours = numerical_gradient(f, x)
    leaf = torch.tensor(x.tolist(), dtype=torch.float64, requires_grad=True)
    (torch.sin(leaf) * torch.arange(1, x.size + 1).reshape(x.shape)).sum().backward()
    np.testing.assert_allclose(ours, leaf.grad.numpy(), rtol=1e-6, atol=1e-6)
    assert (ours.shape, ours.dtype) == (x.shape, dtype)
    np.testing.assert_array_equal(x, before)


def test_differences_are_central_and_taken_in_float64():
    """One-sided differences of a cube are off by 3 x eps, differences in float32 by its rounding."""
    x = np.array([0.3, 1.7], dtype=np.float32)
    for eps in (1e-3, 1e-5):
        exact = 3 * x.astype(np.float64) ** 2 + eps**2
        np.testing.assert_allclose(numerical_gradient(lambda x: np.sum(x**3), x, eps=eps), exact, rtol=3e-7)


def test_a_function_may_change_what_it_is_given():
    def f(x):
        total = float(x.sum())
        x[:] = 0
        return total

    x = np.ones((2, 2))
    np.testing.assert_allclose(numerical_gradient(f, x), np.ones((2, 2)), rtol=1e-9)
    np.testing.assert_array_equal(x, np.ones((2, 2)))


@settings(max_examples=50, deadline=None)
@given(n=st.integers(1, 20), power=st.integers(-300, 300), seed=st.integers(0, 2**32 - 1))
def test_relative_error_is_symmetric_and_does_not_depend_on_the_unit(n, power, seed):
    a, b = rng(seed).standard_normal((2, n))
    expected = torch.dist(*map(torch.tensor, (a, b))).item() / (np.linalg.norm(a) + np.linalg.norm(b))
    assert relative_error(a, b) == relative_error(b, a) == pytest.approx(expected, rel=1e-12)
    assert relative_error(a * 10.0**power, b * 10.0**power) == pytest.approx(expected, rel=1e-9)
    assert 0 <= relative_error(a, b) <= 1 + 1e-15


def test_relative_error_at_zero():
    zero, one = np.zeros((2, 2)), np.ones((2, 2))
    assert [relative_error(zero, zero), relative_error(zero, one), relative_error(one, -one)] == [0, 1, 1]
    assert relative_error(one.astype(np.float32), one.astype(np.float32) * (1 + 1e-7)) < 1e-7
    assert type(relative_error(zero, one)) is float


# layer_gradient_norms


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("sizes", [(5, 3), (4, 6, 3), (4, 7, 6, 5, 3)])
@pytest.mark.parametrize("n", [1, 8])
def test_layer_gradients_equal_autograds(sizes, activation, n):
    params = network_of(sizes)
    x, y = rng(1).standard_normal((n, 2 * sizes[0]))[:, ::2], rng(2).integers(0, sizes[-1], n)
    outputs, a = [], torch.tensor(np.ascontiguousarray(x))
    for index, (W, b) in enumerate(params):
        z = a @ torch.tensor(W) + torch.tensor(b)
        a = TORCH[activation](z) if index < len(params) - 1 else z
        if not outputs:
            a.requires_grad_()  # the graph starts here, since neither inputs nor weights need a gradient
        outputs.append(a)
    loss = torch.nn.functional.cross_entropy(a, torch.tensor(y))
    exact = [torch.linalg.vector_norm(g).item() for g in torch.autograd.grad(loss, outputs)]
    np.testing.assert_allclose(layer_gradient_norms(params, x, y, activation=activation), exact, rtol=1e-10)


def test_layer_gradient_norms_keep_dtype_and_inputs_and_do_not_underflow():
    params = [(np.eye(2, dtype=np.float32) * 1e-6, np.zeros(2, np.float32))] * 6
    x, y = np.ones((1, 2), np.float32), np.array([1])
    before = x.copy(), params[0][0].copy()
    norms = layer_gradient_norms(params, x, y, activation="linear")
    assert norms.dtype == np.float32
    np.testing.assert_allclose(norms, np.sqrt(0.5) * 1e-6 ** np.arange(5, -1, -1), rtol=1e-5)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(params[0][0], before[1])


# jacobian_singular_values


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (2, 6), (1, 1)])
def test_singular_values_are_those_of_torchs_jacobian(shape, activation):
    W, a = rng(1).standard_normal(shape), rng(2).standard_normal((3, shape[0]))
    (values,) = jacobian_singular_values([W], [a @ W], activation=activation)
    assert values.shape == (3, min(shape))
    for row, example in zip(values, a):
        jacobian = torch.autograd.functional.jacobian(
            lambda a: TORCH[activation](a @ torch.tensor(W)), torch.tensor(example)
        )
        np.testing.assert_allclose(row, torch.linalg.svdvals(jacobian).numpy(), rtol=1e-10, atol=1e-14)
        np.testing.assert_allclose(row, linalg.svdvals(jacobian.numpy()), rtol=1e-10, atol=1e-14)


def test_singular_values_keep_dtype_inputs_and_order_of_layers():
    weights = [rng(seed).standard_normal((4, 3)).astype(np.float32).T for seed in (1, 2)]  # not contiguous
    zs = [rng(seed).standard_normal((5, 4)).astype(np.float32) for seed in (3, 4)]
    before = [array.copy() for array in (*weights, *zs)]
    both = jacobian_singular_values(weights, zs, activation="tanh")
    assert [values.dtype for values in both] == [np.float32] * 2
    np.testing.assert_array_equal(both[1], jacobian_singular_values(weights[1:], zs[1:], activation="tanh")[0])
    for array, copy in zip((*weights, *zs), before):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("scale", [0.8, 1.0, 1.2])
def test_norms_change_at_the_root_mean_square_rate(scale):
    """Thirty layers of He weights times `scale`: the gradient changes by the rate that the Jacobians predict."""
    params = [(W * scale, b) for W, b in mlp.init([64] * 31, scheme="he", rng=rng(3), dtype="float64")]
    x, y = rng(4).standard_normal((4, 64)), np.array([1, 5, 9, 30])
    _, cache = network.forward(params, x)
    hidden = [W for W, _ in params[:-1]], [z for _, z in cache[:-1]]
    values = jacobian_singular_values(*hidden, activation="relu")
    predicted = np.exp(np.mean([0.5 * np.log((layer**2).sum(axis=1).mean() / 64) for layer in values]))
    verdict, rate = diagnose_gradients(layer_gradient_norms(params, x, y, activation="relu"))
    assert predicted == pytest.approx(scale, rel=0.03)
    assert rate == pytest.approx(predicted, rel=0.04)
    assert verdict == {0.8: "vanishing", 1.0: "stable", 1.2: "exploding"}[scale]
    assert max(layer.max() for layer in values) > 1.8 * scale  # the largest one tells another story


# clipping


def as_parameters(grads):
    parameters = [torch.nn.Parameter(torch.zeros(grad.shape, dtype=torch.float64)) for grad in grads]
    for parameter, grad in zip(parameters, grads):
        parameter.grad = torch.tensor(grad.tolist(), dtype=torch.float64)
    return parameters


SHAPES = st.lists(st.lists(st.integers(1, 4), max_size=3).map(tuple), min_size=1, max_size=5)


@settings(max_examples=50, deadline=None)
@given(
    shapes=SHAPES,
    max_norm=st.floats(1e-3, 1e3),
    seed=st.integers(0, 2**32 - 1),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_clipping_by_global_norm_agrees_with_torch(shapes, max_norm, seed, dtype):
    generator = rng(seed)
    grads = [np.asarray(generator.standard_normal((*shape, 2))[..., 0].astype(dtype)) for shape in shapes]
    before = [grad.copy() for grad in grads]
    clipped, norm = clip_by_global_norm(grads, max_norm)
    parameters = as_parameters(grads)
    assert norm == pytest.approx(torch.nn.utils.clip_grad_norm_(parameters, max_norm).item(), rel=1e-12)
    for ours, theirs, grad, copy in zip(clipped, parameters, grads, before):
        # torch divides by the norm + 1e-6
        np.testing.assert_allclose(ours, theirs.grad.numpy(), rtol=1e-6 + 2e-6 / norm, atol=1e-12)
        assert (ours.dtype, ours.shape) == (dtype, grad.shape)
        assert not np.shares_memory(ours, grad)
        np.testing.assert_array_equal(grad, copy)
    joint = math.sqrt(sum(float(np.sum(grad.astype(np.float64) ** 2)) for grad in clipped))
    assert joint == pytest.approx(min(norm, max_norm), rel=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_update_ratio_is_that_of_torchs_root_mean_squares(dtype):
    rng = np.random.default_rng(0)
    w, update = rng.standard_normal((2, 30, 20)).astype(dtype)
    theirs = [torch.from_numpy(array).double().square().mean().sqrt().item() for array in (update, w)]
    assert update_ratio(update, w) == pytest.approx(theirs[0] / theirs[1], rel=1e-12)
    assert update_ratio(1e-30 * update, 1e-30 * w) == pytest.approx(theirs[0] / theirs[1], rel=1e-5)


def test_update_ratio_of_weights_without_size_is_refused():
    assert update_ratio(np.zeros(3), np.ones(3)) == 0
    with pytest.raises(ValueError, match="w must not be all zeros"):
        update_ratio(np.ones(3), np.zeros(3))
    with pytest.raises(ValueError, match=r"update must have shape \(3\)"):
        update_ratio(np.ones(2), np.ones(3))


@pytest.mark.parametrize("size", [1e300, 1.7e308])
def test_a_norm_that_overflows_is_clipped_all_the_same(size):
    directions = [np.array([3.0, -1.0, 0.5]) / 3, np.full((40, 50), 0.25)]
    clipped, norm = clip_by_global_norm([size * direction for direction in directions], 2.0)
    expected, _ = clip_by_global_norm(directions, 2.0)
    assert norm == (math.inf if size > 1e308 else pytest.approx(size * math.sqrt(10.25 / 9 + 2000 / 16), rel=1e-12))
    for ours, theirs in zip(clipped, expected):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    assert math.sqrt(sum(float(np.sum(grad**2)) for grad in clipped)) == pytest.approx(2, rel=1e-12)


@settings(max_examples=30, deadline=None)
@given(shapes=SHAPES, limit=st.floats(1e-3, 10), seed=st.integers(0, 2**32 - 1))
def test_clipping_by_value_agrees_with_torch(shapes, limit, seed):
    generator = rng(seed)
    grads = [np.asarray(3 * generator.standard_normal(shape)) for shape in shapes]
    before = [grad.copy() for grad in grads]
    clipped, parameters = clip_by_value(grads, limit), as_parameters(grads)
    torch.nn.utils.clip_grad_value_(parameters, limit)
    for ours, theirs, grad, copy in zip(clipped, parameters, grads, before):
        np.testing.assert_array_equal(ours, theirs.grad.numpy())
        assert not np.shares_memory(ours, grad)
        np.testing.assert_array_equal(grad, copy)


def test_clipping_by_norm_keeps_the_direction_and_by_value_does_not():
    grads = [np.array([3.0, 0.1]), np.array([[0.9]])]
    flat = np.concatenate([grad.ravel() for grad in grads])
    by_norm = np.concatenate([grad.ravel() for grad in clip_by_global_norm(grads, 1.0)[0]])
    by_value = np.concatenate([grad.ravel() for grad in clip_by_value(grads, 1.0)])
    cosine = [float(flat @ c / np.linalg.norm(flat) / np.linalg.norm(c)) for c in (by_norm, by_value)]
    assert cosine[0] == pytest.approx(1, abs=1e-12)
    assert cosine[1] < 0.96


def test_clipping_at_the_edges():
    zeros = [np.zeros(3, np.float32)]
    clipped, norm = clip_by_global_norm(zeros, 1.0)
    assert norm == 0.0
    np.testing.assert_array_equal(clipped[0], zeros[0])
    exact, norm = clip_by_global_norm([np.array([3.0, 4.0])], 5.0)
    np.testing.assert_array_equal(exact[0], [3.0, 4.0])
    huge, norm = clip_by_global_norm([np.full(4, 1e30, np.float32), np.full(4, 1e300)], 1.0)
    assert norm == pytest.approx(2e300)
    np.testing.assert_allclose(huge[1], 0.5)
    assert huge[0].dtype == np.float32
    assert clip_by_value([np.array([-9, 9], np.float32)], 0.1)[0].dtype == np.float32


# diagnose_gradients


@settings(max_examples=50, deadline=None)
@given(rate=st.floats(0.01, 100), layers=st.integers(2, 200), last=st.floats(1e-100, 1e100))
def test_rate_of_a_geometric_sequence_is_its_factor(rate, layers, last):
    exponents = np.arange(layers - 1, -1, -1) * math.log10(rate) + math.log10(last)
    if np.abs(exponents).max() > 300:
        return
    verdict, found = diagnose_gradients(10.0**exponents)
    assert found == pytest.approx(rate, rel=1e-9)
    if abs(rate - 0.9) > 1e-6 and abs(rate - 1.1) > 1e-6:
        assert verdict == ("vanishing" if rate < 0.9 else "exploding" if rate > 1.1 else "stable")


def test_verdict_at_the_bounds_and_where_nothing_arrives():
    assert diagnose_gradients([0.0, 0.5, 1.0]) == ("vanishing", 0.0)
    assert diagnose_gradients([0.5, 1.0], low=0.5) == ("stable", 0.5)
    assert diagnose_gradients([2.0, 1.0], high=2.0) == ("stable", 2.0)
    assert diagnose_gradients([2.0, 1.0], high=1) == ("exploding", 2.0)
    assert diagnose_gradients(np.array([1e-30, 1.0], np.float32))[1] == pytest.approx(1e-30, rel=1e-6)
    assert diagnose_gradients([1e-300, 1e300]) == ("vanishing", 0.0)
    assert diagnose_gradients([1e300, 1e-300]) == ("exploding", math.inf)


# the public door


X, Y = np.ones((2, 3)), np.array([0, 1])
PARAMS = [(np.ones((3, 2)), np.zeros(2))]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: numerical_gradient(3, [1.0]), TypeError, r"f must be callable as f\(x\), got int"),
        (lambda: numerical_gradient(np.sum, []), ValueError, "x must not be empty"),
        (lambda: numerical_gradient(np.sin, [1.0, 2.0]), ValueError, r"f\(x\) must have shape \(\), got \(2,\)"),
        (lambda: numerical_gradient(lambda x: np.nan, [1.0]), ValueError, r"f\(x\) must be finite, got nan"),
        (lambda: numerical_gradient(lambda x: None, [1.0]), TypeError, r"f\(x\) must be an array of real numbers"),
        (lambda: numerical_gradient(np.sum, [1.0], eps=0), ValueError, r"eps must be in \(0, inf\), got 0"),
        (lambda: relative_error([1.0], [1.0, 2.0]), ValueError, r"b must have shape \(1\), got \(2,\)"),
        (lambda: relative_error([np.inf], [1.0]), ValueError, "a must be finite, got inf"),
        (lambda: relative_error([], []), ValueError, "a must not be empty"),
        (lambda: layer_gradient_norms(PARAMS, X, Y, activation="swish"), ValueError, "activation must be one of"),
        (lambda: layer_gradient_norms(PARAMS, X, [0, 2], activation="relu"), ValueError, "y must be labels in 0 .. 1"),
        (
            lambda: layer_gradient_norms(PARAMS, X[:, :2], Y, activation="relu"),
            ValueError,
            r"params\[0\]\[0\] must have",
        ),
        (lambda: jacobian_singular_values([], [], activation="relu"), ValueError, "weights must hold at least one"),
        (lambda: jacobian_singular_values(X, [X], activation="relu"), TypeError, "weights must be a list of arrays"),
        (lambda: jacobian_singular_values([X], [X, X], activation="relu"), ValueError, "for each layer, got 1 and 2"),
        (
            lambda: jacobian_singular_values([X], [X.T], activation="relu"),
            ValueError,
            r"pre_activations\[0\] must have",
        ),
        (lambda: jacobian_singular_values([X], [X], activation=None), ValueError, "activation must be one of"),
        (lambda: clip_by_global_norm([], 1.0), ValueError, "grads must hold at least one array, got none"),
        (lambda: clip_by_global_norm(X, 1.0), TypeError, "grads must be a list of arrays, got ndarray"),
        (lambda: clip_by_global_norm([X, [np.nan]], 1.0), ValueError, r"grads\[1\] must be finite, got nan"),
        (lambda: clip_by_global_norm([X], 0), ValueError, r"max_norm must be in \(0, inf\), got 0"),
        (lambda: clip_by_value([X], -1.0), ValueError, r"limit must be in \(0, inf\), got -1.0"),
        (lambda: clip_by_value([None], 1.0), TypeError, r"grads\[0\] must be an array of real numbers"),
        (lambda: diagnose_gradients([1.0]), ValueError, "number of norms must be at least 2, got 1"),
        (lambda: diagnose_gradients([1.0, 0.0]), ValueError, "the last must be positive"),
        (lambda: diagnose_gradients([-1.0, 1.0]), ValueError, "norms must not be negative"),
        (lambda: diagnose_gradients([1.0, 1.0], low=1.2), ValueError, r"low must be in \(0, 1\], got 1.2"),
        (lambda: diagnose_gradients([1.0, 1.0], high=0.9), ValueError, r"high must be in \[1, inf\), got 0.9"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
