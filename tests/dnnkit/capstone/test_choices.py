"""capstone against scipy's paired t interval, a Pareto front by brute force, and a judge that counts epochs."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dnnkit.capstone import compare, pareto, probability_of_improvement, t_quantile, tune
from dnnkit.search import Choice, LogUniform, Uniform, random_search, sample

SPACE = {"rate": LogUniform(1e-5, 1), "momentum": Uniform(0, 0.99), "scheme": Choice(["he", "lecun"])}


def rng(seed=0):
    return np.random.default_rng(seed)


class Judge:
    """Counts the epochs; with them, the error falls towards the configuration's worth."""

    def __init__(self):
        self.epochs = []

    def __call__(self, config, epochs):
        self.epochs.append(epochs)
        error = worth(config) + 0.3 / epochs
        config.clear()  # a judge that tidies up must do no harm
        return error


def worth(config):
    distance = abs(math.log10(config["rate"]) + 2) / 5 + abs(config["momentum"] - 0.9) / 2
    return 0.05 + distance + 0.1 * (config["scheme"] != "he")


# tune


@pytest.mark.parametrize("budget", [*range(1, 20), 53, 54, 60, 100, 215, 216, 1000])
def test_tune_keeps_to_its_budget_and_uses_most_of_it(budget):
    judge = Judge()
    config = tune(judge, SPACE, budget, rng=rng(budget))
    assert budget / 2 < sum(judge.epochs) <= budget
    assert list(config) == list(SPACE)


def test_tune_halves_as_by_hand():
    judge = Judge()
    tune(judge, SPACE, 120, rng=rng())
    assert judge.epochs == [2] * 18 + [6] * 6 + [18] * 2


def test_tune_repeats_from_a_seed_and_chooses_among_what_it_drew():
    first, second = (tune(Judge(), SPACE, 60, rng=rng(5)) for _ in range(2))
    assert first == second
    generator = rng(5)
    drawn = [sample(SPACE, rng=generator) for _ in range(18)]
    assert first == min(drawn, key=worth)  # curves that never cross: halving keeps the best


def test_tune_beats_random_search_of_the_same_budget():
    """Random search trains each configuration for as long as halving trains its last two."""
    wins = 0
    for seed in range(40):
        tuned = tune(Judge(), SPACE, 216, rng=rng(seed))
        drawn = random_search(worth, SPACE, n_trials=216 // 27, rng=rng(1000 + seed)).best_config
        wins += worth(tuned) < worth(drawn)
    assert stats.binomtest(wins, 40, 0.5, alternative="greater").pvalue < 0.01


def test_tune_steers_clear_of_runs_that_fail():
    def evaluate(config, epochs):
        return math.nan if config["rate"] > 1e-3 else 1 / epochs

    assert tune(evaluate, SPACE, 216, rng=rng(1))["rate"] <= 1e-3
    with pytest.raises(ValueError, match="evaluate returned NaN for each of 18 configurations, after 1 epochs"):
        tune(lambda config, epochs: math.nan, SPACE, 54, rng=rng(1))


def test_tune_goes_back_to_what_was_dropped_if_all_that_is_left_fails():
    def evaluate(config, epochs):
        return math.nan if epochs > 1 else config["rate"]

    drawn = rng(1)
    rates = sorted(sample(SPACE, rng=drawn)["rate"] for _ in range(18))
    assert tune(evaluate, SPACE, 54, rng=rng(1))["rate"] == rates[6]


# pareto


def by_brute_force(errors, costs):
    def beaten(i):
        return any(
            errors[j] <= errors[i] and costs[j] <= costs[i] and (errors[j] < errors[i] or costs[j] < costs[i])
            for j in range(len(errors))
        )

    return [i for i in range(len(errors)) if not beaten(i)]


@settings(max_examples=150, deadline=None)
@given(
    points=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=14),
    dtype=st.sampled_from([np.float32, np.float64, np.int64]),
)
def test_pareto_equals_brute_force(points, dtype):
    errors, costs = np.array(points, dtype).T  # columns: not contiguous
    front = pareto(errors, costs)
    assert front.dtype == np.int64
    assert sorted(front) == by_brute_force(errors, costs)
    assert (np.diff(costs[front]) >= 0).all()
    assert (np.diff(errors[front]) <= 0).all()
    np.testing.assert_array_equal(np.array(points, dtype), np.stack([errors, costs], axis=1))


def test_pareto_of_many_points():
    errors, costs = rng(2).random((2, 400))
    assert sorted(pareto(errors, costs)) == by_brute_force(errors, costs)


# probability_of_improvement


runs = st.lists(st.integers(0, 9).map(lambda n: n / 10), min_size=1, max_size=30)


@given(runs, runs)
@settings(max_examples=100, deadline=None)
def test_probability_of_improvement_is_mann_whitneys_statistic(a, b):
    theirs = stats.mannwhitneyu(b, a).statistic / (len(a) * len(b))  # counting the pairs in which b is larger
    assert probability_of_improvement(a, b) == pytest.approx(theirs, rel=1e-12)
    assert probability_of_improvement(b, a) == pytest.approx(1 - theirs, rel=1e-12, abs=1e-12)


def test_two_normal_arms_a_deviation_apart_improve_as_the_normal_distribution_says():
    draw = rng(0)
    a, b = draw.standard_normal(3000), 1 + draw.standard_normal(3000)
    assert probability_of_improvement(a, b) == pytest.approx(stats.norm.cdf(1 / math.sqrt(2)), abs=0.02)


# compare


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(2, 40),
    confidence=st.floats(0.01, 0.9999),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 2**32 - 1),
)
def test_compare_equals_scipy(n, confidence, dtype, seed):
    scores = rng(seed).standard_normal((n, 2)).astype(dtype)
    a, b = scores.T
    ours = compare(a, b, confidence=confidence)
    test = stats.ttest_rel(a.astype(np.float64), b.astype(np.float64))
    interval = test.confidence_interval(confidence)
    differences = a.astype(np.float64) - b
    np.testing.assert_allclose(ours, [differences.mean(), interval.low, interval.high], rtol=1e-8, atol=1e-10)
    again = stats.t.interval(confidence, n - 1, differences.mean(), stats.sem(differences))
    np.testing.assert_allclose(ours[1:], again, rtol=1e-8, atol=1e-10)
    assert all(type(value) is float for value in ours)


def test_the_interval_excludes_zero_when_the_paired_test_rejects():
    a = rng(3).standard_normal(12)
    for effect in (0.0, 0.2, 0.5, 1.0):
        b = a + effect + 0.5 * rng(4).standard_normal(12)
        _, low, high = compare(a, b)
        assert (low > 0 or high < 0) == (stats.ttest_rel(a, b).pvalue < 0.05)


def test_the_interval_holds_the_true_difference_as_often_as_it_says():
    generator, held = rng(5), 0
    for _ in range(1500):
        shared = 3 * generator.standard_normal(5)
        a, b = shared + generator.standard_normal((2, 5))
        _, low, high = compare(a + 0.4, b, confidence=0.9)
        held += low <= 0.4 <= high
    assert stats.binomtest(held, 1500, 0.9).pvalue > 1e-3


def test_equal_scores_leave_no_room():
    assert compare([1, 2, 3], [0, 1, 2]) == (1.0, 1.0, 1.0)


@given(p=st.floats(0.5, 0.9999), dof=st.integers(1, 200))
@settings(max_examples=60, deadline=None)
def test_t_quantile_equals_scipy(p, dof):
    assert t_quantile(p, dof) == pytest.approx(stats.t.ppf(p, dof), rel=1e-8, abs=1e-10)


# the public door


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: tune(3, SPACE, 10, rng=rng()), TypeError, r"evaluate must be callable as evaluate\(config, epochs\)"),
        (lambda: tune(Judge(), {}, 10, rng=rng()), ValueError, "space must hold at least one axis"),
        (lambda: tune(Judge(), SPACE, 0, rng=rng()), ValueError, "budget must be at least 1, got 0"),
        (lambda: tune(Judge(), SPACE, 9.5, rng=rng()), TypeError, "budget must be an integer"),
        (lambda: tune(Judge(), SPACE, 10, rng=1), TypeError, "rng must be a numpy.random.Generator"),
        (
            lambda: tune(lambda config, epochs: None, SPACE, 10, rng=rng()),
            TypeError,
            "evaluate must return a loss that is a real number, got NoneType None",
        ),
        (lambda: pareto([], []), ValueError, "errors must not be empty"),
        (lambda: pareto([1.0], [1.0, 2.0]), ValueError, r"costs must have shape \(1\), got \(2,\)"),
        (lambda: pareto([[1.0]], [[1.0]]), ValueError, "errors must have 1 axes"),
        (lambda: pareto([1.0, np.nan], [1, 2]), ValueError, "errors must be finite"),
        (lambda: compare([1.0], [1.0]), ValueError, "scores_a must hold at least two seeds, got 1"),
        (lambda: compare([1.0, 2.0], [1.0]), ValueError, r"scores_b must have shape \(2\), got \(1,\)"),
        (lambda: compare([1.0, np.inf], [1, 2]), ValueError, "scores_a must be finite"),
        (lambda: compare(["a", "b"], [1, 2]), TypeError, "scores_a must be an array of real numbers"),
        (lambda: t_quantile(0.4, 3), ValueError, r"p must be in \[0.5, 1\), got 0.4"),
        (lambda: t_quantile(0.9, 0), ValueError, "dof must be at least 1, got 0"),
        (lambda: compare([1, 2], [1, 2], confidence=1), ValueError, r"confidence must be in \(0, 1\), got 1"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
