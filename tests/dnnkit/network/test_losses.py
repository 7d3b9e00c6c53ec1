"""Losses and their gradients against torch, float64."""

import functools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dnnkit import network
from dnnkit.gradients import numerical_gradient
from dnnkit.network import losses

LOSSES = {
    "cross_entropy": (losses.cross_entropy, losses.cross_entropy_gradient, torch.nn.functional.cross_entropy),
    "squared_error": (losses.squared_error, losses.squared_error_gradient, torch.nn.functional.mse_loss),
    "huber": (losses.huber, losses.huber_gradient, torch.nn.functional.huber_loss),
    "huber with delta": (
        functools.partial(losses.huber, delta=0.3),
        functools.partial(losses.huber_gradient, delta=0.3),
        functools.partial(torch.nn.functional.huber_loss, delta=0.3),
    ),
}
logits = hnp.arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(2, 5)), elements=st.floats(-50, 50))


def targets_for(value, outputs, rng):
    if value is losses.cross_entropy:
        return rng.integers(outputs.shape[1], size=len(outputs))
    return outputs + 2 * rng.standard_normal(outputs.shape)


@given(logits, st.floats(-1e6, 1e6))
@settings(max_examples=50, deadline=None)
def test_softmax_is_a_distribution_and_ignores_a_shift(z, shift):
    p = losses.softmax(z)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)
    assert (p >= 0).all()
    np.testing.assert_allclose(losses.softmax(z + shift), p, atol=1e-8)


def test_softmax_and_cross_entropy_stand_logits_that_overflow_an_exponential():
    z = np.array([[1e4, 0.0, -1e4], [-1e4, -1e4, -1e4]])
    theirs = torch.from_numpy(z)
    np.testing.assert_allclose(losses.softmax(z), torch.softmax(theirs, 1).numpy(), rtol=1e-14)
    expected = torch.nn.functional.cross_entropy(theirs, torch.tensor([1, 2])).item()
    assert losses.cross_entropy(z, [1, 2]) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(("value", "gradient", "theirs"), LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("shape", [(1, 5), (7, 5), (7, 1), (7, 2)])
def test_loss_and_its_gradient_equal_torch(value, gradient, theirs, shape):
    rng = np.random.default_rng(shape)
    outputs = 3 * rng.standard_normal(shape)
    targets = targets_for(value, outputs, rng)
    leaf = torch.from_numpy(outputs).requires_grad_()
    expected = theirs(leaf, torch.from_numpy(targets))
    expected.backward()
    assert value(outputs, targets) == pytest.approx(expected.item(), rel=1e-13, abs=1e-15)
    np.testing.assert_allclose(gradient(outputs, targets), leaf.grad.numpy(), rtol=1e-13, atol=1e-15)


@given(logits, st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_cross_entropy_gradient_of_an_example_sums_to_zero(z, seed):
    y = np.random.default_rng(seed).integers(z.shape[1], size=len(z))
    np.testing.assert_allclose(losses.cross_entropy_gradient(z, y).sum(axis=1), 0, atol=1e-12)


@pytest.mark.parametrize(("value", "gradient", "theirs"), LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_inputs_stay_and_the_gradient_has_their_dtype_whatever_their_strides(value, gradient, theirs, dtype):
    rng = np.random.default_rng(0)
    outputs = rng.standard_normal((5, 4, 2)).astype(dtype)[..., 0]
    targets = targets_for(value, outputs, rng)
    targets = targets if value is losses.cross_entropy else targets.astype(dtype)
    before = outputs.copy(), targets.copy()
    found = gradient(outputs, targets)
    assert found.dtype == dtype
    assert isinstance(value(outputs, targets), float)
    np.testing.assert_array_equal(outputs, before[0])
    np.testing.assert_array_equal(targets, before[1])
    np.testing.assert_allclose(gradient(np.asfortranarray(outputs), targets), found, rtol=1e-6)


family = pytest.mark.parametrize(("value", "gradient"), [pair[:2] for pair in LOSSES.values()], ids=LOSSES)


@family
def test_a_loss_is_the_mean_over_examples_whatever_their_order(value, gradient):
    """So that neither the batch's size nor its order is part of the learning rate."""
    rng = np.random.default_rng(3)
    outputs = rng.standard_normal((6, 4))
    targets = targets_for(value, outputs, rng)
    alone = [value(outputs[i : i + 1], targets[i : i + 1]) for i in range(6)]
    order = rng.permutation(6)
    assert value(outputs, targets) == pytest.approx(np.mean(alone), rel=1e-12)
    assert value(outputs[order], targets[order]) == pytest.approx(np.mean(alone), rel=1e-12)
    np.testing.assert_allclose(gradient(outputs[order], targets[order]), gradient(outputs, targets)[order], rtol=1e-12)


@family
def test_a_gradient_is_that_of_the_loss_by_differences_and_leads_down(value, gradient):
    rng = np.random.default_rng(4)
    outputs = rng.standard_normal((3, 4))
    targets = targets_for(value, outputs, rng)
    found = gradient(outputs, targets)
    np.testing.assert_allclose(found, numerical_gradient(lambda z: value(z, targets), outputs), atol=1e-8)
    assert value(outputs - 0.1 * found, targets) < value(outputs, targets)


@family
def test_half_precision_is_refused(value, gradient):
    for function in (value, gradient):
        with pytest.raises(TypeError, match="(logits|predictions) must be float32 or float64, got dtype float16"):
            function(np.ones((2, 2), np.float16), [0, 1])


def test_every_loss_is_in_the_family_and_trains_by_the_same_numbers():
    names = {name.removesuffix("_gradient") for name in network.__all__ if name.endswith("_gradient")}
    assert names == set(network.LOSSES) == {name for name in LOSSES if " " not in name}
    rng = np.random.default_rng(5)
    for name, both in network.LOSSES.items():
        value, gradient, _ = LOSSES[name]
        outputs = rng.standard_normal((6, 4))
        targets = targets_for(value, outputs, rng)
        loss, grad = both(outputs, targets)
        assert loss == value(outputs, targets)
        np.testing.assert_array_equal(grad, gradient(outputs, targets))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: losses.softmax([1.0, 2.0]), ValueError, "z must have 2 axes"),
        (lambda: losses.cross_entropy([[0.0, 1.0]], [2]), ValueError, r"y must be labels in 0 \.\. 1"),
        (lambda: losses.cross_entropy([[0.0, 1.0]], [0, 1]), ValueError, r"y must have shape \(1,\)"),
        (lambda: losses.cross_entropy([[0.0, 1.0]], [0.0]), TypeError, "y must be an array of integer labels"),
        (lambda: losses.squared_error(np.ones((3, 1)), np.ones(3)), ValueError, r"targets must have shape \(3, 1\)"),
        (lambda: losses.huber(np.ones((3, 1)), np.ones((1, 3))), ValueError, r"targets must have shape \(3, 1\)"),
        (lambda: losses.huber([[1.0]], [[1.0]], delta=0), ValueError, r"delta must be in \(0, inf\), got 0"),
        (lambda: losses.huber_gradient([[1.0]], [[1.0]], delta="1"), TypeError, "delta must be a real number"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
