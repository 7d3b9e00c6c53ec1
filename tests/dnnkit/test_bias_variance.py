"""bias_variance against its identity, ridge in closed form, scikit-learn, SciPy and counting by hand."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import model_selection
from sklearn.linear_model import Ridge

from dnnkit.bias_variance import (
    CAUSES,
    adjudicate,
    bias_variance,
    committee_error,
    diagnose_errors,
    error_gaps,
    learning_curve,
    next_actions,
)


def rng(seed=0):
    return np.random.default_rng(seed)


# bias_variance


@settings(max_examples=50, deadline=None)
@given(
    datasets=st.integers(2, 9),
    points=st.integers(1, 12),
    offset=st.floats(-1e3, 1e3),
    seed=st.integers(0, 2**32 - 1),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_bias_squared_and_variance_add_up_to_the_mean_squared_error(datasets, points, offset, seed, dtype):
    predictions = (offset + rng(seed).standard_normal((2 * datasets, points))).astype(dtype)[::2]
    truth = rng(seed + 1).standard_normal(points).astype(dtype)
    before = predictions.copy(), truth.copy()
    bias_squared, variance = bias_variance(predictions, truth)
    wide = predictions.astype(np.float64)
    assert bias_squared + variance == pytest.approx(np.mean((wide - truth) ** 2), rel=1e-12)
    assert variance == pytest.approx(wide.var(axis=0, ddof=0).mean(), rel=1e-9)
    assert (type(bias_squared), type(variance)) == (float, float)
    np.testing.assert_array_equal(predictions, before[0])
    np.testing.assert_array_equal(truth, before[1])


def test_ridge_has_the_bias_and_variance_of_its_closed_form():
    """With fixed inputs and normal noise the mean and covariance of ridge's predictions are known exactly."""
    x, noise, lam, draws = rng(1).standard_normal((30, 4)), 0.7, 5.0, 4000
    truth = x @ np.array([1.0, -2.0, 0.5, 0.0])
    hat = x @ np.linalg.solve(x.T @ x + lam * np.eye(4), x.T)
    targets = truth + noise * rng(2).standard_normal((draws, 30))
    predictions = Ridge(alpha=lam, fit_intercept=False).fit(x, targets.T).predict(x).T
    bias_squared, variance = bias_variance(predictions, truth)
    exact_variance = noise**2 * np.mean(np.diag(hat @ hat.T))
    assert variance == pytest.approx(exact_variance, rel=0.03)
    assert bias_squared == pytest.approx(np.mean((hat @ truth - truth) ** 2) + exact_variance / draws, rel=0.05)


# learning_curve


def test_learning_curve_is_scikit_learns_on_the_same_examples():
    x, sizes = rng(1).standard_normal((60, 5)), (40, 6, 20)
    y = x @ np.arange(5.0) + rng(2).standard_normal(60)
    marked, seen = np.column_stack([x, np.arange(60)]), []

    def fit(x, y):
        seen.append(x[:, -1].astype(int))
        return Ridge(alpha=1.0).fit(x[:, :-1], y)

    def error(model, x, y):
        return float(np.mean((model.predict(x[:, :-1]) - y) ** 2))

    ours = learning_curve(fit, error, marked, y, sizes, rng=rng(3))
    train = seen[0]
    dev = np.setdiff1d(np.arange(60), train)
    _, *theirs = model_selection.learning_curve(
        Ridge(alpha=1.0), x, y, train_sizes=sorted(sizes), cv=[(train, dev)], scoring="neg_mean_squared_error"
    )
    order = np.argsort(sizes)
    for our_errors, their_scores in zip(ours, theirs):
        np.testing.assert_allclose(our_errors[order], -their_scores[:, 0], rtol=1e-10)
        assert our_errors.dtype == np.float64
    assert [len(examples) for examples in seen] == [40, 6, 20]
    np.testing.assert_array_equal(seen[1], seen[0][:6])  # nested
    assert (np.diff(train) < 0).any()  # shuffled


def test_learning_curve_hands_labels_and_images_on_as_they_are_and_keeps_its_inputs():
    x, y = rng(1).random((10, 3, 3)).astype(np.float32), np.array(["a", "b"] * 5)
    before = x.copy(), y.copy()

    def fit(x, y):
        assert (x.shape, x.dtype, y.dtype.kind) == ((4, 3, 3), np.float32, "U")
        x[:], y[:] = 0, "z"

    train, dev = learning_curve(fit, lambda model, x, y: 0.5, x, y, np.array([4]), rng=rng())
    np.testing.assert_array_equal([train, dev], [[0.5], [0.5]])
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(y, before[1])


# error_gaps, diagnose_errors, next_actions


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=4, max_size=5))
def test_gaps_add_up_from_human_to_the_last_error(errors):
    gaps = error_gaps(*errors)
    assert tuple(gaps) == CAUSES[: len(errors) - 1]
    assert math.fsum(gaps.values()) == pytest.approx(errors[-1] - errors[0], abs=1e-12)


@pytest.mark.parametrize(
    ("errors", "causes"),
    [
        ((0.01, 0.15, 0.16, 0.16), ("avoidable_bias",)),
        ((0.14, 0.15, 0.16, 0.16), ()),  # the same 15%, and nothing to avoid
        ((0.01, 0.02, 0.12, 0.13), ("variance",)),
        ((0.01, 0.12, 0.20, 0.21), ("avoidable_bias", "variance")),
        ((0.01, 0.09, 0.20, 0.21), ("variance", "avoidable_bias")),
        ((0.01, 0.02, 0.03, 0.13), ("data_mismatch",)),
        ((0.01, 0.02, 0.02, 0.02, 0.12), ("dev_overfitting",)),
        ((0.05, 0.02, 0.03, 0.04), ()),  # better than the humans
        ((0.0, 0.25, 0.5, 0.75), ("avoidable_bias", "variance", "data_mismatch")),  # equally large: in their order
    ],
)
def test_causes_are_the_gaps_above_the_tolerance_and_the_worst_is_first(errors, causes):
    assert diagnose_errors(error_gaps(*errors), tolerance=0.03) == causes


def test_a_gap_of_exactly_the_tolerance_is_left_alone():
    assert diagnose_errors({"variance": 0.25}, tolerance=0.25) == ()
    assert diagnose_errors({"variance": 0.0}, tolerance=0) == ()


@pytest.mark.parametrize("causes", list(itertools.permutations(CAUSES, 2)))
def test_actions_come_in_order_once_each_and_never_oppose(causes):
    actions = next_actions(causes)
    alone = [next_actions((cause,)) for cause in causes]
    assert actions[: len(alone[0])] == alone[0]
    assert set(actions) <= set(alone[0]) | set(alone[1])
    assert len(set(actions)) == len(actions)
    dropped = (set(alone[0]) | set(alone[1])) - set(actions)
    if set(causes) == {"avoidable_bias", "variance"}:
        first_is_bias = causes[0] == "avoidable_bias"
        assert dropped == ({"more regularization", "dropout"} if first_is_bias else {"less regularization"})
    else:
        assert not dropped


def test_each_cause_has_remedies_of_its_own():
    bias, variance = (set(next_actions((cause,))) for cause in CAUSES[:2])
    assert "bigger network" in bias - variance
    assert "more, better-spread data" in variance - bias
    assert all(next_actions((cause,)) for cause in CAUSES)


# committee_error


def test_committee_of_an_odd_number_about_two_classes_decides_as_scipys_mode():
    votes, y = rng(1).integers(0, 2, (5, 200)), rng(2).integers(0, 2, 200)
    assert committee_error(votes, y) == pytest.approx(np.mean(stats.mode(votes, axis=0).mode != y), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(experts=st.integers(1, 6), cases=st.integers(1, 8), seed=st.integers(0, 2**32 - 1), text=st.booleans())
def test_committee_error_is_the_expectation_over_all_ways_to_break_ties(experts, cases, seed, text):
    votes, y = rng(seed).integers(0, 3, (experts, cases)), rng(seed + 1).integers(0, 4, cases)
    expected = 0.0
    for ballots, truth in zip(votes.T.tolist(), y.tolist()):
        counts = Counter(ballots)
        decisions = [name for name, count in counts.items() if count == max(counts.values())]
        expected += sum(decision != truth for decision in decisions) / len(decisions)
    if text:
        votes, y = votes.astype(str), y.astype(str)
    assert committee_error(votes, y) == pytest.approx(expected / cases, abs=1e-12)


def test_an_independent_committee_errs_as_the_binomial_says():
    """Condorcet: five experts who are each wrong 20% of the time are together wrong 5.8% of the time."""
    wrong = rng(3).random((5, 100_000)) < 0.2
    exact = stats.binom.sf(2, 5, 0.2)
    assert committee_error(wrong, np.zeros(100_000, bool)) == pytest.approx(exact, abs=6 * np.sqrt(exact / 100_000))


# adjudicate


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 30), seed=st.integers(0, 2**32 - 1))
def test_adjudication_counts_the_disputed_cases_by_their_truth(n, seed):
    machine, committee, truth = rng(seed).integers(0, 3, (3, n))
    calls = []

    def reread(cases):
        calls.append(cases.tolist())
        return truth[cases]

    found = adjudicate(machine, committee, reread)
    disputed = [i for i in range(n) if machine[i] != committee[i]]
    assert calls == ([disputed] if disputed else [])
    expected = [sum(answers[i] != truth[i] for i in disputed) / n for answers in (machine, committee)]
    assert found == pytest.approx(expected, abs=1e-12)
    seen = np.array([np.mean(machine != truth), np.mean(committee != truth)])
    assert (np.array(found) <= seen + 1e-12).all()
    assert found[0] - found[1] == pytest.approx(seen[0] - seen[1], abs=1e-12)


def test_rereading_can_turn_the_order_round():
    committee = np.array(["ill"] * 10)
    machine = np.array(["ill"] * 8 + ["well"] * 2)
    assert adjudicate(machine, committee, lambda cases: ["well"] * len(cases)) == (0.0, 0.2)


# the public door


def fit(x, y):
    return None


def half(model, x, y):
    return 0.5


ONES = np.ones((4, 1))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: bias_variance([[1.0, 2.0]], [1.0, 2.0]), ValueError, "data sets in predictions must be at least 2"),
        (lambda: bias_variance([1.0, 2.0], [1.0, 2.0]), ValueError, "predictions must have 2 axes"),
        (lambda: bias_variance(np.ones((3, 2)), np.ones(3)), ValueError, r"truth must have shape \(2\), got \(3,\)"),
        (lambda: bias_variance([[1.0], [np.nan]], [1.0]), ValueError, "predictions must be finite, got nan"),
        (lambda: learning_curve(None, half, ONES, ONES, (1,), rng=rng()), TypeError, r"fit must be callable as fit\("),
        (lambda: learning_curve(fit, 0.5, ONES, ONES, (1,), rng=rng()), TypeError, "error must be callable as error"),
        (lambda: learning_curve(fit, half, ONES, ONES[1:], (1,), rng=rng()), ValueError, "x and y must have one entry"),
        (lambda: learning_curve(fit, half, ONES, ONES, (2, 4), rng=rng()), ValueError, "sizes must be below 4.*got 4"),
        (lambda: learning_curve(fit, half, ONES, ONES, (0,), rng=rng()), ValueError, r"sizes\[0\] must be at least 1"),
        (lambda: learning_curve(fit, half, ONES, ONES, 2, rng=rng()), TypeError, "sizes must be a sequence of int"),
        (lambda: learning_curve(fit, half, ONES, ONES, (), rng=rng()), ValueError, "sizes must hold at least one"),
        (lambda: learning_curve(fit, half, ONES, ONES, (2,), rng=1), TypeError, "rng must be a numpy.random.Generator"),
        (
            lambda: learning_curve(fit, lambda *_: np.nan, ONES, ONES, (2,), rng=rng()),
            ValueError,
            r"error\(model, x, y\) must be in \(-inf, inf\), got nan",
        ),
        (lambda: error_gaps(1, 15, 16, 16), ValueError, r"train must be in \[0, 1\], got 15"),
        (lambda: error_gaps(0, 0, 0, "0"), TypeError, "dev must be a real number"),
        (lambda: error_gaps(0, 0, 0, 0, -0.1), ValueError, r"test must be in \[0, 1\], got -0.1"),
        (lambda: diagnose_errors([0.1], tolerance=0.1), TypeError, "gaps must be a dict, as error_gaps returns it"),
        (lambda: diagnose_errors({"bias": 0.1}, tolerance=0.1), ValueError, "gaps must be one of 'avoidable_bias'"),
        (lambda: diagnose_errors({"variance": None}, tolerance=0.1), TypeError, r"gaps\['variance'\] must be a real"),
        (lambda: diagnose_errors({"variance": 0.1}, tolerance=-1), ValueError, "tolerance must be in"),
        (lambda: next_actions("variance"), TypeError, "causes must be a sequence of names"),
        (lambda: next_actions(("bias",)), ValueError, "causes must be one of .*, got 'bias'"),
        (lambda: committee_error([0, 1], [0, 1]), ValueError, r"votes must have shape \(any, any\), got \(2,\)"),
        (lambda: committee_error([[0, 1]], [0, 1, 1]), ValueError, r"y must have shape \(2\), got \(3,\)"),
        (lambda: committee_error([[0.5, 1]], [0, 1]), TypeError, "votes must be an array of integers, booleans or"),
        (lambda: committee_error([[0, 1]], ["0", "1"]), TypeError, "y must be comparable with dtype int64, got list"),
        (lambda: adjudicate([0, 1], [0], len), ValueError, r"committee must have shape \(2\), got \(1,\)"),
        (lambda: adjudicate([0, 1], [0, 1], None), TypeError, r"reread must be callable as reread\(cases\)"),
        (lambda: adjudicate([0, 1], [0, 0], lambda cases: [1, 1]), ValueError, r"reread\(cases\) must have shape"),
        (lambda: adjudicate([0, 1], [0, 0], lambda cases: None), TypeError, r"reread\(cases\) must be an array of"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
