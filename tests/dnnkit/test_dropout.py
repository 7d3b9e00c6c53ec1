"""dropout against torch (in distribution, and by autograd with the same mask), scipy and finite differences."""

import math
import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dnnkit.dropout import drop_path, dropout_backward, dropout_mask, inverted_dropout, layer_keep_probs, mc_dropout

KEEP_PROBS = (0.1, 0.5, 0.75, 0.9)


def rng(seed=0):
    return np.random.default_rng(seed)


# dropout_mask


@pytest.mark.parametrize("keep_prob", KEEP_PROBS)
def test_mask_keeps_each_entry_with_keep_prob(keep_prob):
    kept = int(dropout_mask((200, 300), keep_prob, rng=rng()).sum())
    assert stats.binomtest(kept, 200 * 300, keep_prob).pvalue > 1e-4


def test_mask_entries_are_independent_along_both_axes():
    """Row and column sums spread as binomials: a mask shared by a row or a column would spread far more."""
    mask = dropout_mask((400, 400), 0.7, rng=rng(1))
    for axis in (0, 1):
        variance = mask.sum(axis=axis).var(ddof=1)
        assert variance == pytest.approx(400 * 0.7 * 0.3, rel=0.3)


def test_mask_is_fresh_at_each_call_and_repeats_from_a_seed():
    generator = rng(3)
    first, second = (dropout_mask((20, 20), 0.5, rng=generator) for _ in range(2))
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, dropout_mask((20, 20), 0.5, rng=rng(3)))


@pytest.mark.parametrize(("shape", "expected"), [(4, (4,)), ((2, 3), (2, 3)), ([2, 3, 4], (2, 3, 4)), ((), ())])
def test_mask_has_the_shape_asked_for(shape, expected):
    mask = dropout_mask(shape, 0.5, rng=rng())
    assert isinstance(mask, np.ndarray)
    assert (mask.shape, mask.dtype) == (expected, np.dtype(bool))


# inverted_dropout


@pytest.mark.parametrize("keep_prob", KEEP_PROBS)
def test_output_has_the_distribution_of_torch(keep_prob):
    """Same support exactly; shares of survivors alike by Fisher's exact test."""
    a = np.full((100, 200), 1.7)
    ours, _ = inverted_dropout(a, keep_prob, rng=rng(5), train=True)
    torch.manual_seed(5)
    theirs = torch.nn.functional.dropout(torch.from_numpy(a), p=1 - keep_prob, training=True).numpy()
    np.testing.assert_allclose(np.unique(ours), np.unique(theirs), rtol=1e-12)
    table = [[int((y != 0).sum()), int((y == 0).sum())] for y in (ours, theirs)]
    assert stats.fisher_exact(table).pvalue > 1e-4


@pytest.mark.parametrize("keep_prob", KEEP_PROBS)
def test_mean_is_kept_and_variance_is_a_squared_times_drop_over_keep(keep_prob):
    n = 200_000
    for a in (1.0, -3.0):
        y, _ = inverted_dropout(np.full(n, a), keep_prob, rng=rng(7), train=True)
        variance = a**2 * (1 - keep_prob) / keep_prob
        assert abs(y.mean() - a) < 5 * np.sqrt(variance / n)
        assert y.var() == pytest.approx(variance, rel=0.03)


@settings(max_examples=40, deadline=None)
@given(
    rows=st.integers(1, 5),
    columns=st.integers(1, 5),
    keep_prob=st.floats(0.05, 1),
    seed=st.integers(0, 2**32 - 1),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_output_is_the_masked_input_over_keep_prob(rows, columns, keep_prob, seed, dtype):
    a = rng(seed).standard_normal((rows, columns)).astype(dtype)
    before = a.copy()
    y, mask = inverted_dropout(a, keep_prob, rng=rng(seed), train=True)
    np.testing.assert_allclose(y, a * mask / keep_prob, rtol=1e-6)
    assert (y.dtype, mask.dtype, y.shape, mask.shape) == (dtype, bool, a.shape, a.shape)
    np.testing.assert_array_equal(a, before)
    assert not np.shares_memory(y, a)


def test_evaluation_changes_nothing_and_draws_nothing():
    a = rng(2).standard_normal((4, 3)).astype(np.float32)
    generator = rng(2)
    state = generator.bit_generator.state
    y, mask = inverted_dropout(a, 0.3, rng=generator, train=False)
    theirs = torch.nn.functional.dropout(torch.from_numpy(a), p=0.7, training=False).numpy()
    np.testing.assert_array_equal(y, theirs)
    assert mask.all()
    assert mask.shape == a.shape
    assert y.dtype == np.float32
    assert generator.bit_generator.state == state
    assert not np.shares_memory(y, a)


def test_keep_prob_one_keeps_everything():
    a = rng().standard_normal((50, 50))
    y, mask = inverted_dropout(a, 1, rng=rng(), train=True)
    np.testing.assert_array_equal(y, a)
    assert mask.all()


def test_examples_of_a_batch_get_masks_of_their_own_and_steps_too():
    generator = rng(4)
    _, first = inverted_dropout(np.ones((20, 30)), 0.5, rng=generator, train=True)
    _, second = inverted_dropout(np.ones((20, 30)), 0.5, rng=generator, train=True)
    assert len(np.unique(first, axis=0)) == 20
    assert not np.array_equal(first, second)


# dropout_backward


def test_a_mask_takes_no_double_precision_to_draw():
    """Half the time and half the memory, whatever the dtype of the masked array."""
    tracemalloc.start()
    try:
        mask = dropout_mask((1000, 1000), 0.8, rng=np.random.default_rng(0))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 6 * mask.size  # four bytes per draw and one per mask entry; eight and one before


@pytest.mark.parametrize("shape", [(400,), (400, 3), (400, 2, 5)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_drop_path_adds_the_branch_or_leaves_it_out_for_an_example_as_a_whole(shape, dtype):
    draw = np.random.default_rng(0)
    x, branch = draw.standard_normal((2, *shape)).astype(dtype)
    before = x.copy(), branch.copy()
    out, mask = drop_path(x, branch, 0.7, rng=np.random.default_rng(1), train=True)
    assert (out.dtype, mask.shape, mask.dtype) == (dtype, (400,), bool)
    np.testing.assert_array_equal(out[~mask], x[~mask])
    np.testing.assert_allclose(out[mask], x[mask] + branch[mask] / 0.7, rtol=1e-6)
    assert stats.binomtest(int(mask.sum()), 400, 0.7).pvalue > 1e-4
    evaluated, kept = drop_path(x, branch, 0.7, rng=np.random.default_rng(1), train=False)
    np.testing.assert_array_equal(evaluated, x + branch)
    assert kept.all()
    assert all(np.array_equal(now, then) for now, then in zip((x, branch), before))


def test_drop_path_keeps_the_mean_and_draws_nothing_in_evaluation():
    rng = np.random.default_rng(0)
    x, branch = np.full((20_000, 1), 3.0), np.full((20_000, 1), 2.0)
    out, _ = drop_path(x, branch, 0.25, rng=rng, train=True)
    assert out.mean() == pytest.approx(5, abs=5 * 2 * math.sqrt(3 / 20_000))
    state = rng.bit_generator.state
    drop_path(x, branch, 0.25, rng=rng, train=False)
    assert rng.bit_generator.state == state


def test_drop_paths_gradient_is_autograds_with_the_same_mask():
    draw = np.random.default_rng(0)
    x, branch, grad = draw.standard_normal((3, 6, 4))
    out, mask = drop_path(x, branch, 0.6, rng=draw, train=True)
    leaf = torch.from_numpy(branch).requires_grad_()
    y = torch.from_numpy(x) + leaf * torch.from_numpy(mask)[:, None] / 0.6
    y.backward(torch.from_numpy(grad))
    np.testing.assert_allclose(out, y.detach().numpy(), rtol=1e-12)
    rows = np.broadcast_to(mask[:, None], grad.shape)
    np.testing.assert_allclose(dropout_backward(grad, rows, 0.6), leaf.grad.numpy(), rtol=1e-12)


@pytest.mark.parametrize("keep_prob", KEEP_PROBS)
def test_backward_equals_autograd_with_the_same_mask(keep_prob):
    a, weights = rng(8).standard_normal((2, 6, 5))
    y, mask = inverted_dropout(a, keep_prob, rng=rng(9), train=True)
    leaf = torch.tensor(a, requires_grad=True)
    theirs = leaf * torch.from_numpy(mask) / keep_prob
    (theirs**2 * torch.from_numpy(weights)).sum().backward()
    np.testing.assert_allclose(y, theirs.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(dropout_backward(2 * y * weights, mask, keep_prob), leaf.grad.numpy(), rtol=1e-12)


def test_backward_equals_torchs_own_dropout_gradient():
    """torch draws the mask; read off its output, it gives torch's gradient."""
    a = torch.ones(50, 40, dtype=torch.float64, requires_grad=True)
    torch.manual_seed(0)
    y = torch.nn.functional.dropout(a, p=0.25, training=True)
    grad = rng(1).standard_normal((50, 40))
    y.backward(torch.from_numpy(grad))
    mask = y.detach().numpy() != 0
    np.testing.assert_allclose(dropout_backward(grad, mask, 0.75), a.grad.numpy(), rtol=1e-12)


def test_backward_equals_finite_differences():
    a = rng(11).standard_normal((4, 3))
    target = rng(12).standard_normal((4, 3))

    def loss(values):
        y, mask = inverted_dropout(values, 0.6, rng=rng(13), train=True)
        return ((np.tanh(y) - target) ** 2).sum(), y, mask

    _, y, mask = loss(a)
    grad = dropout_backward(2 * (np.tanh(y) - target) * (1 - np.tanh(y) ** 2), mask, 0.6)
    eps = 1e-6
    for index in np.ndindex(a.shape):
        step = np.zeros_like(a)
        step[index] = eps
        slope = (loss(a + step)[0] - loss(a - step)[0]) / (2 * eps)
        assert grad[index] == pytest.approx(slope, abs=1e-7)


def test_backward_keeps_dtype_and_its_inputs():
    grad = rng().standard_normal((3, 4)).astype(np.float32)
    mask = dropout_mask((3, 4), 0.5, rng=rng())
    before = grad.copy(), mask.copy()
    out = dropout_backward(grad, mask, 0.5)
    assert out.dtype == np.float32
    np.testing.assert_array_equal(grad, before[0])
    np.testing.assert_array_equal(mask, before[1])


# mc_dropout


def two_layer(keep_prob):
    """A small ReLU network with dropout on its hidden layer, and the exact mean and variance of its output."""
    hidden = np.maximum(rng(20).standard_normal((3, 40)), 0)
    weights = rng(21).standard_normal((40, 2))

    def forward(x, *, rng):
        return inverted_dropout(x, keep_prob, rng=rng, train=True)[0] @ weights

    variance = (1 - keep_prob) / keep_prob * hidden**2 @ weights**2
    return forward, hidden, hidden @ weights, np.sqrt(variance)


@pytest.mark.parametrize("keep_prob", [0.5, 0.9])
def test_mc_dropout_meets_the_exact_mean_and_spread_of_a_linear_output(keep_prob):
    forward, hidden, exact_mean, exact_std = two_layer(keep_prob)
    mean, std = mc_dropout(forward, hidden, n_samples=4000, rng=rng(22))
    assert (np.abs(mean - exact_mean) < 5 * exact_std / np.sqrt(4000)).all()
    np.testing.assert_allclose(std, exact_std, rtol=0.06)


def test_mc_dropout_is_mean_and_std_over_the_passes_of_one_generator():
    forward, hidden, _, _ = two_layer(0.5)
    generator = rng(23)
    passes = [forward(hidden, rng=generator) for _ in range(7)]
    mean, std = mc_dropout(forward, hidden, n_samples=7, rng=rng(23))
    np.testing.assert_allclose(mean, torch.tensor(np.array(passes)).mean(dim=0).numpy(), rtol=1e-12)
    np.testing.assert_allclose(std, torch.tensor(np.array(passes)).std(dim=0, correction=0).numpy(), rtol=1e-12)


def test_mc_dropout_of_float32_predictions_is_float32():
    def forward(x, *, rng):
        return inverted_dropout(x, 0.5, rng=rng, train=True)[0]

    mean, std = mc_dropout(forward, np.ones((2, 3), dtype=np.float32), n_samples=3, rng=rng())
    assert mean.dtype == std.dtype == np.float32


def test_mc_dropout_without_randomness_has_no_spread():
    mean, std = mc_dropout(lambda x, rng: 2 * x, np.arange(3.0), n_samples=5, rng=rng())
    np.testing.assert_array_equal(mean, [0.0, 2.0, 4.0])
    np.testing.assert_array_equal(std, np.zeros(3))


# layer_keep_probs


@pytest.mark.parametrize(
    ("sizes", "threshold", "expected"),
    [
        ((64, 512, 256, 32, 10), 256, (0.5, 0.5, 1.0)),
        ((64, 512, 256, 32, 10), 257, (0.5, 1.0, 1.0)),
        ((64, 32, 1000), 100, (1.0,)),
        ((1000, 1000), 1, ()),
        ([8, 8, 8], 8, (0.5,)),
        (np.array([4, 100, 2]), 100, (0.5,)),
    ],
)
def test_large_hidden_layers_and_only_they_are_dropped_from(sizes, threshold, expected):
    assert layer_keep_probs(sizes, keep_prob=0.5, threshold=threshold) == expected


# the public door


@pytest.mark.parametrize("keep_prob", [0, -0.1, 1.1, float("nan")])
@pytest.mark.parametrize(
    "call",
    [
        lambda q: dropout_mask((2, 2), q, rng=rng()),
        lambda q: inverted_dropout(np.ones((2, 2)), q, rng=rng(), train=True),
        lambda q: inverted_dropout(np.ones((2, 2)), q, rng=rng(), train=False),
        lambda q: dropout_backward(np.ones((2, 2)), np.ones((2, 2), bool), q),
        lambda q: layer_keep_probs((2, 2, 2), keep_prob=q, threshold=1),
    ],
)
def test_keep_prob_outside_its_interval_is_named(call, keep_prob):
    with pytest.raises(ValueError, match=r"keep_prob must be in \(0, 1\], got"):
        call(keep_prob)


def identity(x, *, rng):
    return x


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: dropout_mask("ab", 0.5, rng=rng()), TypeError, "shape must be an integer or a tuple"),
        (lambda: dropout_mask((2, 0), 0.5, rng=rng()), ValueError, r"shape\[1\] must be at least 1, got 0"),
        (lambda: dropout_mask((2, 1.5), 0.5, rng=rng()), TypeError, r"shape\[1\] must be an integer"),
        (lambda: dropout_mask((2, 2), 0.5, rng=None), TypeError, "rng must be a numpy.random.Generator"),
        (lambda: dropout_mask((2, 2), 0.5), TypeError, "rng"),
        (lambda: dropout_mask((2, 2), "0.5", rng=rng()), TypeError, "keep_prob must be a real number"),
        (lambda: inverted_dropout([[1.0]], 0.5, train=True), TypeError, "rng"),
        (lambda: inverted_dropout([[1.0]], 0.5, rng=np.random, train=True), TypeError, "rng must be a numpy.random"),
        (lambda: inverted_dropout([[1.0]], 0.5, rng=rng(), train=1), TypeError, "train must be True or False"),
        (lambda: inverted_dropout([], 0.5, rng=rng(), train=True), ValueError, "a must not be empty"),
        (lambda: inverted_dropout([1, np.nan], 0.5, rng=rng(), train=True), ValueError, "a must be finite, got nan"),
        (lambda: inverted_dropout(["x"], 0.5, rng=rng(), train=True), TypeError, "a must be an array of real numbers"),
        (lambda: dropout_backward([[1.0]], [[1]], 0.5), TypeError, "mask must be a boolean array"),
        (lambda: dropout_backward(np.ones((2, 3)), np.ones((3,), bool), 0.5), ValueError, "mask must have shape"),
        (lambda: dropout_backward([[np.inf]], [[True]], 0.5), ValueError, "grad must be finite"),
        (lambda: mc_dropout(3, [1.0], n_samples=2, rng=rng()), TypeError, "forward must be callable"),
        (lambda: mc_dropout(identity, [1.0], n_samples=1, rng=rng()), ValueError, "n_samples must be at least 2"),
        (lambda: mc_dropout(identity, [1.0], n_samples=2.0, rng=rng()), TypeError, "n_samples must be an integer"),
        (lambda: mc_dropout(identity, [1.0], n_samples=2, rng=3), TypeError, "rng must be a numpy.random.Generator"),
        (lambda: mc_dropout(identity, [], n_samples=2, rng=rng()), ValueError, "x must not be empty"),
        (
            lambda: mc_dropout(lambda x, rng: None, [1.0], n_samples=2, rng=rng()),
            TypeError,
            "forward's prediction must be an array of real numbers",
        ),
        (
            lambda: mc_dropout(lambda x, rng: np.ones(rng.integers(1, 10**6)), [1.0], n_samples=2, rng=rng()),
            ValueError,
            "forward's prediction must have shape",
        ),
        (lambda: layer_keep_probs((5,), keep_prob=0.5, threshold=1), ValueError, "sizes must name at least the inputs"),
        (lambda: layer_keep_probs(5, keep_prob=0.5, threshold=1), TypeError, "sizes must be a sequence of integers"),
        (lambda: layer_keep_probs((5, 0, 1), keep_prob=0.5, threshold=1), ValueError, r"sizes\[1\] must be at least 1"),
        (lambda: layer_keep_probs((5, 3, 1), keep_prob=0.5, threshold=0), ValueError, "threshold must be at least 1"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
