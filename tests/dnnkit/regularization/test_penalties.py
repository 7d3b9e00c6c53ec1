"""The penalties against torch: autograd, weight_decay of its optimizers, renorm; and against ridge regression."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from sklearn.linear_model import Ridge

from dnnkit.regularization import l1_gradient, l1_penalty, l2_gradient, l2_penalty, linear_fraction, max_norm

PAIRS = pytest.mark.parametrize(
    ("penalty", "gradient", "by_torch"),
    [
        (l2_penalty, l2_gradient, lambda W, lam, m: lam / (2 * m) * torch.linalg.matrix_norm(W) ** 2),
        (l1_penalty, l1_gradient, lambda W, lam, m: lam / m * torch.linalg.vector_norm(W, ord=1)),
    ],
    ids=["l2", "l1"],
)


def rng(seed=0):
    return np.random.default_rng(seed)


def network(seed=0, dtype=np.float64):
    return [rng(seed).standard_normal(shape).astype(dtype) for shape in ((4, 3), (3,), (3, 5), (5,))]


# penalties and their gradients


@PAIRS
@pytest.mark.parametrize(("lam", "m"), [(0.7, 1), (3, 50), (0, 4)])
def test_penalty_and_gradient_equal_autograd(penalty, gradient, by_torch, lam, m):
    weights = network()
    leaves = [torch.tensor(W, requires_grad=True) for W in weights]
    theirs = sum(by_torch(W, lam, m) for W in leaves if W.ndim > 1)
    theirs.backward()
    assert penalty(weights, lam, m=m) == pytest.approx(theirs.item(), rel=1e-12)
    for ours, leaf in zip(gradient(weights, lam, m=m), leaves):
        expected = np.zeros(leaf.shape) if leaf.grad is None else leaf.grad.numpy()
        np.testing.assert_allclose(ours, expected, rtol=1e-12)


@PAIRS
def test_gradient_equals_finite_differences(penalty, gradient, by_torch):
    weights = network(1)
    shapes, ends = [W.shape for W in weights], np.cumsum([W.size for W in weights])

    def at(vector):
        return penalty([part.reshape(shape) for part, shape in zip(np.split(vector, ends), shapes)], 2.0, m=7)

    vector = np.concatenate([W.ravel() for W in weights])
    found = optimize.approx_fprime(vector, at, 1e-7)
    np.testing.assert_allclose(
        np.concatenate([g.ravel() for g in gradient(weights, 2.0, m=7)]), found, rtol=1e-5, atol=1e-6
    )


@PAIRS
@settings(max_examples=30, deadline=None)
@given(
    shapes=st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=4), max_size=3),
    dtype=st.sampled_from([np.float32, np.float64]),
    lam=st.floats(0, 100),
    m=st.integers(1, 1000),
    seed=st.integers(0, 2**32 - 1),
)
def test_penalties_are_sums_over_all_arrays_but_biases(penalty, gradient, by_torch, shapes, dtype, lam, m, seed):
    generator = rng(seed)
    weights = [generator.standard_normal(shape).astype(dtype).T for shape in [[2, 3], *shapes]]
    before = [W.copy() for W in weights]
    matrices = [W for W in weights if W.ndim > 1]
    alone = sum(penalty([W], lam, m=m) for W in matrices)
    assert penalty(weights, lam, m=m) == pytest.approx(alone, rel=1e-9)
    assert type(penalty(weights, lam, m=m)) is float
    gradients = gradient(tuple(weights), lam, m=m)
    assert [(g.shape, g.dtype) for g in gradients] == [(W.shape, W.dtype) for W in weights]
    assert not any(g.any() for g in gradients if g.ndim == 1)
    for W, copy, g in zip(weights, before, gradients):
        np.testing.assert_array_equal(W, copy)
        assert not np.shares_memory(W, g)


def test_a_step_of_sgd_on_l2_is_torchs_weight_decay():
    W, data_gradient = rng(2).standard_normal((2, 4, 3))
    leaf = torch.tensor(W, requires_grad=True)
    leaf.grad = torch.tensor(data_gradient)
    torch.optim.SGD([leaf], lr=0.1, weight_decay=3 / 50).step()
    (pull,) = l2_gradient([W], 3, m=50)
    np.testing.assert_allclose(W - 0.1 * (data_gradient + pull), leaf.detach().numpy(), rtol=1e-12)


def test_the_minimum_of_squared_error_plus_l2_is_ridge():
    """With the mean of half the squared error as loss, λ is ridge's alpha: m counts the training examples."""
    x, y = rng(3).standard_normal((40, 5)), rng(4).standard_normal(40)

    def loss(w):
        return np.square(x @ w - y).mean() / 2 + l2_penalty([w[:, None]], 6.0, m=40)

    def slope(w):
        return x.T @ (x @ w - y) / 40 + l2_gradient([w[:, None]], 6.0, m=40)[0][:, 0]

    found = optimize.minimize(loss, np.zeros(5), jac=slope, options={"gtol": 1e-10})
    np.testing.assert_allclose(found.x, Ridge(alpha=6.0, fit_intercept=False).fit(x, y).coef_, rtol=1e-6)


def test_float32_penalty_of_many_weights_keeps_its_digits():
    W = np.full((1000, 1000), 0.1, np.float32)
    exact = float(np.float32(0.1))
    assert l2_penalty([W], 2, m=1) == pytest.approx(1e6 * exact**2, rel=1e-9)
    assert l1_penalty([W], 1, m=1) == pytest.approx(1e6 * exact, rel=1e-9)


# linear_fraction


@pytest.mark.parametrize("tolerance", [0.001, 0.01, 0.076, 0.3])
def test_linear_fraction_is_the_share_below_the_root(tolerance):
    """The point where tanh leaves the line by the tolerance is a root, found by SciPy."""
    reach = optimize.brentq(lambda z: 1 - np.tanh(z) / z - tolerance, 1e-3, 30)
    z = 2 * rng(5).standard_normal((50, 40))
    assert linear_fraction(z, tolerance=tolerance) == pytest.approx((abs(z) < reach).mean(), abs=1e-12)


def test_linear_fraction_of_small_and_large_numbers():
    assert linear_fraction(np.zeros(3), tolerance=1e-3) == 1
    assert linear_fraction(np.array([-20.0, 20.0], np.float32), tolerance=0.5) == 0
    assert type(linear_fraction([[1, 2]], tolerance=0.5)) is float


# max_norm


@settings(max_examples=50, deadline=None)
@given(
    rows=st.integers(1, 5),
    columns=st.integers(1, 5),
    limit=st.floats(1e-3, 1e300),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 2**32 - 1),
)
def test_max_norm_equals_torchs_renorm(rows, columns, limit, dtype, seed):
    w = rng(seed).standard_normal((columns, rows)).astype(dtype).T
    before = w.copy()
    ours = max_norm(w, limit)
    theirs = torch.renorm(torch.from_numpy(w.astype(np.float64)), p=2, dim=1, maxnorm=limit).numpy()
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)
    assert (ours.shape, ours.dtype) == (w.shape, dtype)
    assert (np.linalg.norm(ours.astype(np.float64), axis=0) <= limit * (1 + 1e-6)).all()
    within = np.linalg.norm(w.astype(np.float64), axis=0) <= limit
    np.testing.assert_array_equal(ours[:, within], w[:, within])
    np.testing.assert_array_equal(w, before)
    assert not np.shares_memory(ours, w)


def test_max_norm_of_columns_that_are_zero_or_huge():
    np.testing.assert_array_equal(max_norm(np.zeros((3, 2)), 1), np.zeros((3, 2)))
    np.testing.assert_allclose(max_norm(np.full((4, 1), 1e30, np.float32), 2), np.ones((4, 1)), rtol=1e-6)


# the public door


@pytest.mark.parametrize("function", [l2_penalty, l2_gradient, l1_penalty, l1_gradient])
@pytest.mark.parametrize(
    ("weights", "lam", "m", "error", "message"),
    [
        (np.ones((2, 2)), 1, 1, TypeError, "weights must be a list of arrays, got ndarray"),
        ([], 1, 1, ValueError, r"weights must hold an array of two or more axes, got shapes \[\]"),
        ([np.ones(3)], 1, 1, ValueError, r"weights must hold an array of two or more axes, got shapes \[\(3,\)\]"),
        ([np.ones((2, 2)), "b"], 1, 1, TypeError, r"weights\[1\] must be an array of real numbers"),
        ([[[np.nan]]], 1, 1, ValueError, r"weights\[0\] must be finite, got nan at index \(0, 0\)"),
        ([np.ones((2, 0))], 1, 1, ValueError, r"weights\[0\] must not be empty"),
        ([[[1.0]]], -1, 1, ValueError, r"lam must be in \[0, inf\), got -1"),
        ([[[1.0]]], "1", 1, TypeError, "lam must be a real number"),
        ([[[1.0]]], 1, 0, ValueError, "m must be at least 1, got 0"),
        ([[[1.0]]], 1, 1.5, TypeError, "m must be an integer"),
    ],
)
def test_bad_input_of_a_penalty_is_named(function, weights, lam, m, error, message):
    with pytest.raises(error, match=message):
        function(weights, lam, m=m)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: linear_fraction([], tolerance=0.1), ValueError, "z must not be empty"),
        (lambda: linear_fraction([np.inf], tolerance=0.1), ValueError, "z must be finite"),
        (lambda: linear_fraction([1.0], tolerance=0), ValueError, r"tolerance must be in \(0, 1\), got 0"),
        (lambda: linear_fraction([1.0], tolerance=None), TypeError, "tolerance must be a real number"),
        (lambda: max_norm([1.0], 1), ValueError, r"w must have 2 axes, got shape \(1,\)"),
        (lambda: max_norm([[1.0]], 0), ValueError, r"limit must be in \(0, inf\), got 0"),
        (lambda: max_norm([[np.nan]], 1), ValueError, "w must be finite"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
