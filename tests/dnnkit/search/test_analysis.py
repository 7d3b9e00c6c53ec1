"""What a search tells us, against scikit-learn's least squares and against all subsets."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures

from dnnkit.search import (
    Choice,
    IntUniform,
    LogUniform,
    SearchResult,
    Uniform,
    at_boundary,
    expected_best,
    grid,
    importance,
    isolation,
)

# expected_best


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=8), st.data())
@settings(max_examples=60, deadline=None)
def test_expected_best_is_the_mean_over_all_subsets(scores, data):
    n = data.draw(st.integers(1, len(scores)))
    expected = np.mean([min(subset) for subset in itertools.combinations(scores, n)])
    assert expected_best(scores, n) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_expected_best_is_unbiased_where_drawing_with_replacement_is_not():
    """The lowest of n uniform scores is 1 / (n + 1) on average."""
    rng, n = np.random.default_rng(0), 10
    samples = rng.random((4000, 12))
    ours = np.array([expected_best(sample, n) for sample in samples])
    error = ours.std() / math.sqrt(len(ours))
    assert abs(ours.mean() - 1 / (n + 1)) < 4 * error
    drawn = np.array([rng.choice(sample, n).min() for sample in samples])
    assert abs(drawn.mean() - 1 / (n + 1)) > 8 * error


def test_expected_best_takes_a_thousand_trials():
    scores = np.random.default_rng(0).random(1152)
    assert expected_best(scores, 1152) == scores.min()
    assert expected_best(scores, 1) == pytest.approx(scores.mean())
    assert scores.min() < expected_best(scores, 600) < expected_best(scores, 50) < scores.mean()


# importance


def full_grid(losses):
    names = "abcd"[: losses.ndim]
    places = list(np.ndindex(losses.shape))
    np.random.default_rng(0).shuffle(places)
    return SearchResult.of([dict(zip(names, place)) for place in places], [losses[tuple(place)] for place in places])


def explained(losses, order):
    """Share of the variance that least squares explains with all interactions up to an order."""
    x = OneHotEncoder(sparse_output=False).fit_transform(np.array(list(np.ndindex(losses.shape))))
    x = PolynomialFeatures(order, interaction_only=True).fit_transform(x)
    return LinearRegression().fit(x, losses.ravel()).score(x, losses.ravel())


@pytest.mark.parametrize("shape", [(5,), (3, 4), (4, 2, 3), (2, 3, 2, 2)])
def test_shares_are_those_that_least_squares_explain(shape):
    losses = np.random.default_rng(1).random(shape)
    shares = importance(full_grid(losses))
    assert len(shares) == 2 ** len(shape) - 1
    assert sum(shares.values()) == pytest.approx(1, rel=1e-12)
    for order in range(1, len(shape) + 1):
        ours = sum(share for names, share in shares.items() if len(names) <= order)
        assert ours == pytest.approx(explained(losses, order), rel=1e-9)


def test_levels_need_not_be_hashable():
    configs = [{"layers": layers, "rate": rate} for layers in ([8], [8, 8]) for rate in (1, 2)]
    shares = importance(SearchResult.of(configs, [0, 0, 3, 3]))
    assert shares == {("layers",): 1.0, ("rate",): 0.0, ("layers", "rate"): 0.0}


def test_what_has_no_part_in_the_loss_has_no_importance():
    a, b, c = np.ogrid[:3, :4, :2]
    losses = 2.0 * a + a * (b - 1.5) + 0 * c
    shares = importance(full_grid(losses))
    assert shares[("c",)] == pytest.approx(0, abs=1e-12)
    assert shares[("a", "b")] > 0.05
    assert sum(share for names, share in shares.items() if "c" in names) == pytest.approx(0, abs=1e-12)


# at_boundary


SPACE = {"rate": LogUniform(1e-4, 1), "momentum": Uniform(0, 1), "width": IntUniform(8, 64), "act": Choice(["a", "b"])}


def tried(*best, others=((0.01, 0.5, 30, "b"), (0.001, 0.3, 20, "a"), (0.1, 0.7, 40, "a"))):
    configs = [dict(zip(SPACE, values)) for values in (best, *others)]
    return SearchResult.of(configs, np.arange(len(configs)))


@pytest.mark.parametrize(
    ("best", "expected"),
    [
        ((0.01, 0.5, 30, "a"), {}),
        ((0.0002, 0.5, 30, "a"), {"rate": "low"}),
        ((0.5, 0.5, 30, "a"), {"rate": "high"}),  # within a tenth of the decades, though far from 1
        ((0.01, 0.95, 8, "a"), {"momentum": "high", "width": "low"}),
        ((0.01, 0.72, 30, "a"), {"momentum": "high"}),  # inside, but no trial was above it
    ],
)
def test_the_best_at_an_end_is_told(best, expected):
    assert at_boundary(tried(*best), SPACE) == expected


def test_the_last_point_of_a_grid_is_an_end_and_a_middle_one_is_not():
    space = {"rate": LogUniform(1e-4, 1)}
    configs = grid(space, points_per_axis=4)
    ends = [at_boundary(SearchResult.of(configs, np.abs(np.arange(4) - best)), space) for best in range(4)]
    assert ends == [{"rate": "low"}, {}, {}, {"rate": "high"}]


def test_a_single_trial_is_at_an_end_only_if_it_lies_there():
    """The ends of three layers are a sixth of their axis away from its bounds."""
    space = {"layers": IntUniform(1, 3)}
    ends = [at_boundary(SearchResult.of([{"layers": n}], [0]), space) for n in (1, 2, 3)]
    assert ends == [{"layers": "low"}, {}, {"layers": "high"}]


# isolation


def test_isolation_is_the_best_at_each_value():
    rng = np.random.default_rng(0)
    configs = [{"rate": rate, "seed": seed} for seed in range(5) for rate in (0.3, 0.1, 0.2)]
    losses = rng.random(15)
    losses[[0, 4]] = np.nan
    values, best = isolation(SearchResult.of(configs, losses), "rate")
    assert values == [0.1, 0.2, 0.3]
    np.testing.assert_array_equal(best, np.nanmin(losses.reshape(5, 3), axis=0)[[1, 2, 0]])


def test_isolation_takes_values_without_an_order():
    configs = [{"act": "relu"}, {"act": None}, {"act": "relu"}, {"act": [1]}]
    values, best = isolation(SearchResult.of(configs, [3, 2, 1, math.nan]), "act")
    assert values == ["relu", None, [1]]
    np.testing.assert_array_equal(best, [1, 2, math.nan])


RESULT = full_grid(np.arange(6.0).reshape(2, 3))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: expected_best([1.0, 2.0], 3), ValueError, "n must be at most the number of scores, 2, got 3"),
        (lambda: expected_best([1.0, 2.0], 0), ValueError, "n must be at least 1, got 0"),
        (lambda: expected_best([math.nan], 1), ValueError, "scores must be finite"),
        (lambda: importance([1, 2]), TypeError, "table must be a SearchResult, got list"),
        (
            lambda: importance(SearchResult.of(RESULT.configs[:5], RESULT.losses[:5])),
            ValueError,
            "table must hold each of 6 combinations, got 5",
        ),
        (
            lambda: importance(SearchResult.of([{"a": 1}] * 2, [1, 2])),
            ValueError,
            r"each combination once, got .* twice",
        ),
        (lambda: importance(SearchResult.of([{"a": 1}, {"b": 1}], [1, 2])), ValueError, "the same names"),
        (lambda: importance(full_grid(np.ones((2, 2)))), ValueError, "table must hold losses that differ"),
        (lambda: importance(full_grid(np.array([1, math.nan]))), ValueError, "table must hold finite losses only"),
        (lambda: at_boundary(RESULT, SPACE), ValueError, r"result must have the names of space, \['rate'"),
        (
            lambda: at_boundary(tried(0.01, 0.5, 30, "a"), SPACE, margin=0.5),
            ValueError,
            r"margin must be in \[0, 0.5\)",
        ),
        (lambda: isolation(RESULT, "z"), ValueError, r"name must be in each configuration, got 'z'"),
        (lambda: isolation(None, "a"), TypeError, "result must be a SearchResult, got NoneType"),
        (lambda: SearchResult.of([{"a": 1}], [1, 2]), ValueError, "losses must hold one for each of 1 configurations"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
