"""Calibration against scikit-learn's curve, SciPy's minimizer and torch's label smoothing."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special
from sklearn.calibration import calibration_curve
from sklearn.metrics import log_loss

from dnnkit.regularization import calibration_error, fit_temperature, reliability, smooth_labels


def answers(seed, n=200, classes=4, scale=3.0, dtype=np.float64):
    """Logits of a classifier that is often right, and the right classes."""
    rng = np.random.default_rng(seed)
    y = rng.integers(classes, size=n)
    return (scale * (rng.standard_normal((n, classes)) + np.eye(classes)[y])).astype(dtype), y


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 60),
    bins=st.integers(1, 25),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_reliability_is_scikit_learns_calibration_curve(seed, n, bins, dtype):
    logits, y = answers(seed, n)
    p = special.softmax(logits, axis=1).astype(dtype)
    ours = reliability(p, y, bins=bins)
    right = (p.argmax(axis=1) == y).astype(int)
    theirs = calibration_curve(right, p.max(axis=1).astype(float), n_bins=bins, strategy="uniform")
    filled = ours.share > 0
    np.testing.assert_allclose(ours.accuracy[filled], theirs[0], rtol=1e-12)
    np.testing.assert_allclose(ours.confidence[filled], theirs[1], rtol=1e-12)
    np.testing.assert_array_equal(np.isnan([ours.accuracy, ours.confidence]), [~filled] * 2)
    assert ours.share.sum() == pytest.approx(1)
    gap = np.abs(ours.accuracy - ours.confidence)[filled] @ ours.share[filled]
    assert calibration_error(p, y, bins=bins) == pytest.approx(gap, rel=1e-12)


def test_answers_at_an_edge_belong_to_the_interval_below():
    found = reliability([[0.5, 0.5], [0.75, 0.25], [0.0, 1.0]], [0, 0, 0], bins=4)
    assert found.share.tolist() == [0, 1 / 3, 1 / 3, 1 / 3]
    assert found.accuracy[1:].tolist() == [1, 1, 0]


def test_calibration_error_is_zero_where_the_labels_follow_the_probabilities():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(3), size=20_000)
    y = (p.cumsum(axis=1) < rng.random((20_000, 1))).sum(axis=1)
    assert calibration_error(p, y) < 0.02
    assert calibration_error(special.softmax(3 * np.log(p), axis=1), y) > 0.1


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("scale", [0.05, 3.0, 400.0])
def test_temperature_is_scipys_minimizer_of_the_log_loss(seed, scale):
    logits, y = answers(seed, scale=scale)

    def loss(log_t):
        return log_loss(y, special.softmax(logits / np.exp(log_t), axis=1), labels=range(4))

    found = optimize.minimize_scalar(loss, bracket=(np.log(scale) - 1, np.log(scale) + 1), tol=1e-10)
    assert fit_temperature(logits, y) == pytest.approx(np.exp(found.x), rel=1e-5)
    assert fit_temperature(logits.astype(np.float32), y) == pytest.approx(np.exp(found.x), rel=1e-4)


@pytest.mark.parametrize("smoothing", [0, 0.1, 0.9])
def test_smooth_labels_are_those_of_torchs_cross_entropy(smoothing):
    logits, y = answers(5)
    theirs = torch.nn.CrossEntropyLoss(label_smoothing=smoothing)(torch.from_numpy(logits), torch.from_numpy(y))
    targets = smooth_labels(y, classes=4, smoothing=smoothing)
    ours = -(targets * special.log_softmax(logits, axis=1)).sum(axis=1).mean()
    assert ours == pytest.approx(theirs.item(), rel=1e-12)
    np.testing.assert_allclose(targets.sum(axis=1), 1)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: reliability([[0.5, 0.6]], [0]), ValueError, "probabilities must sum to 1 .* got 1.1 for example 0"),
        (lambda: reliability([[1.5, -0.5]], [0]), ValueError, "probabilities must not be negative, got -0.5"),
        (lambda: reliability([0.5, 0.5], [0]), ValueError, "probabilities must have 2 axes"),
        (lambda: reliability([[0.5, 0.5]], [2]), ValueError, r"y must be labels in 0 .. 1"),
        (lambda: reliability([[0.5, 0.5]], [0], bins=0), ValueError, "bins must be at least 1, got 0"),
        (lambda: calibration_error([[0.5, 0.5]], [0, 1]), ValueError, "y must have shape"),
        (lambda: fit_temperature([[3.0, 0.0]], [0]), ValueError, "logits must be wrong somewhere"),
        (lambda: fit_temperature([[3.0, 0.0]], [1]), ValueError, "logits must be better than a guess"),
        (lambda: fit_temperature([[1.0, 1.0]], [1]), ValueError, "logits must be better than a guess"),
        (lambda: fit_temperature([[np.nan, 0.0]], [1]), ValueError, "logits must be finite"),
        (lambda: smooth_labels([0], classes=2, smoothing=1), ValueError, r"smoothing must be in \[0, 1\), got 1"),
        (lambda: smooth_labels([0.5], classes=2, smoothing=0.1), TypeError, "y must be an array of integer labels"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
