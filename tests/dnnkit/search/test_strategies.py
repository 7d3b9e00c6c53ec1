"""Draws, grids and random search against SciPy's distributions and scikit-learn's ParameterGrid."""

import concurrent.futures
import math
import multiprocessing
import operator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.model_selection import ParameterGrid

from dnnkit.search import Choice, IntUniform, LogUniform, Uniform, grid, random_search, sample
from tests.dnnkit.search.spaces import SEEDS, SPACE, SPACES, bowl, inside, rng


def test_sample_has_the_distributions_of_scipy():
    generator = rng(0)
    configs = [sample(SPACE, rng=generator) for _ in range(3000)]
    drawn = {name: [config[name] for config in configs] for name in SPACE}
    assert stats.kstest(drawn["rate"], stats.loguniform(1e-4, 1).cdf).pvalue > 1e-4
    assert stats.kstest(drawn["momentum"], stats.uniform(-0.5, 1.4).cdf).pvalue > 1e-4
    widths, counts = np.unique(drawn["width"], return_counts=True)
    np.testing.assert_array_equal(widths, np.arange(8, 65))
    assert stats.chisquare(counts).pvalue > 1e-4
    options, counts = np.unique(drawn["activation"], return_counts=True)
    assert list(options) == ["gelu", "relu", "tanh"]
    assert stats.chisquare(counts).pvalue > 1e-4


def test_the_ends_of_an_integer_axis_are_as_likely_as_its_middle():
    generator, space = rng(13), {"layers": IntUniform(1, 3)}
    _, counts = np.unique([sample(space, rng=generator)["layers"] for _ in range(3000)], return_counts=True)
    assert stats.chisquare(counts).pvalue > 1e-4


def test_axes_are_drawn_independently():
    generator = rng(1)
    configs = [sample(SPACE, rng=generator) for _ in range(3000)]
    rates, momenta, widths = ([config[name] for config in configs] for name in ("rate", "momentum", "width"))
    for a, b in ((rates, momenta), (momenta, widths), (rates, widths)):
        assert abs(stats.spearmanr(a, b).statistic) < 0.08


@settings(max_examples=60, deadline=None)
@given(space=SPACES, seed=SEEDS)
def test_samples_lie_in_the_space_and_repeat_from_a_seed(space, seed):
    config = sample(space, rng=rng(seed))
    assert inside(config, space)
    assert config == sample(space, rng=rng(seed))


@pytest.mark.parametrize("layout", ["midpoints", "endpoints"])
def test_grid_holds_the_combinations_of_parameter_grid(layout):
    shares = {"midpoints": (np.arange(3) + 0.5) / 3, "endpoints": np.linspace(0, 1, 3)}[layout]
    axes = {
        "rate": stats.loguniform(1e-4, 1).ppf(shares),
        "momentum": stats.uniform(-0.5, 1.4).ppf(shares),
        "width": {"midpoints": [17, 36, 55], "endpoints": [8, 36, 64]}[layout],
        "activation": ["relu", "tanh", "gelu"],
    }

    def sortable(configs):
        return sorted(tuple(round(v, 9) if isinstance(v, float) else v for _, v in sorted(c.items())) for c in configs)

    ours = grid(SPACE, points_per_axis=3, layout=layout)
    assert sortable(ours) == sortable(ParameterGrid(axes))


@settings(max_examples=40, deadline=None)
@given(space=SPACES, k=st.integers(1, 4), layout=st.sampled_from(["midpoints", "endpoints"]))
def test_grids_lie_in_the_space_without_repeats_in_order(space, k, layout):
    configs = grid(space, points_per_axis=k, layout=layout)
    assert all(inside(config, space) for config in configs)
    columns = [list(dict.fromkeys(map(repr, (config[name] for config in configs)))) for name in space]
    places = [tuple(column.index(repr(config[name])) for column, name in zip(columns, space)) for config in configs]
    assert places == sorted(places)
    if not any(isinstance(axis, Choice) for axis in space.values()):
        assert len(set(places)) == len(places)


def test_endpoints_are_the_bounds_exactly():
    for axis in (LogUniform(1e-4, 0.3), Uniform(-0.1, 0.7), IntUniform(3, 12)):
        values = [config["v"] for config in grid({"v": axis}, points_per_axis=4, layout="endpoints")]
        assert (values[0], values[-1], len(values)) == (axis.low, axis.high, 4)


def test_enough_points_give_every_integer_once():
    for layout in ("midpoints", "endpoints"):
        for points in (5, 6, 50):
            values = [c["n"] for c in grid({"n": IntUniform(-2, 2)}, points_per_axis=points, layout=layout)]
            assert values == [-2, -1, 0, 1, 2]


def test_random_search_finds_the_best_of_its_draws():
    result = random_search(bowl, SPACE, n_trials=40, rng=rng(2))
    generator = rng(2)
    configs = [sample(SPACE, rng=generator) for _ in range(40)]
    losses = [bowl(config) for config in configs]
    assert list(result.configs) == configs
    np.testing.assert_array_equal(result.losses, losses)
    assert (result.best_loss, result.best_config) == (min(losses), configs[losses.index(min(losses))])


def test_sixty_draws_hit_the_best_twentieth_with_probability_954():
    space = {"x": Uniform(0, 1), "noise": Uniform(0, 1)}
    generator = rng(3)
    found = [random_search(operator.itemgetter("x"), space, n_trials=60, rng=generator) for _ in range(500)]
    hits = sum(result.best_loss < 0.05 for result in found)
    assert stats.binomtest(hits, 500, 1 - 0.95**60).pvalue > 1e-3


def test_any_map_gives_the_same_result():
    expected = random_search(operator.itemgetter("rate"), SPACE, n_trials=30, rng=rng(4))
    context = multiprocessing.get_context("spawn")
    pools = [concurrent.futures.ProcessPoolExecutor(workers, mp_context=context) for workers in (1, 3)]
    pools.append(concurrent.futures.ThreadPoolExecutor(4))
    for pool in pools:
        with pool:
            result = random_search(operator.itemgetter("rate"), SPACE, n_trials=30, rng=rng(4), map=pool.map)
        assert result.configs == expected.configs
        assert result.best_config == expected.best_config
        np.testing.assert_array_equal(result.losses, expected.losses)


def test_an_objective_that_changes_its_config_does_no_harm():
    def greedy(config):
        return config.pop("rate")

    result = random_search(greedy, SPACE, n_trials=5, rng=rng())
    assert all(inside(config, SPACE) for config in result.configs)


@pytest.mark.parametrize(
    ("losses", "best"),
    [([3, 1, 2], 1), ([2, 1, 1], 1), ([math.nan, 2, 1], 2), ([math.inf, math.nan, 5], 2), ([math.inf, math.nan], 0)],
)
def test_nan_is_never_the_best_and_the_first_of_equals_is(losses, best):
    values = iter(losses)
    result = random_search(lambda config: next(values), SPACE, n_trials=len(losses), rng=rng())
    assert (result.best_loss, result.best_config) == (losses[best], result.configs[best])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: sample([], rng=rng()), TypeError, "space must be a dict of names to axes, got list"),
        (lambda: sample({}, rng=rng()), ValueError, "space must hold at least one axis"),
        (lambda: sample({"a": (0, 1)}, rng=rng()), TypeError, r"space\['a'\] must be an axis .* got tuple"),
        (lambda: sample(SPACE, rng=0), TypeError, "rng must be a numpy.random.Generator"),
        (lambda: sample(SPACE), TypeError, "rng"),
        (lambda: grid(SPACE, points_per_axis=0), ValueError, "points_per_axis must be at least 1"),
        (lambda: grid(SPACE, points_per_axis=1, layout="x"), ValueError, "layout must be one of 'midpoints'"),
        (lambda: random_search(3, SPACE, n_trials=1, rng=rng()), TypeError, "objective must be callable"),
        (lambda: random_search(bowl, SPACE, n_trials=0, rng=rng()), ValueError, "n_trials must be at least 1"),
        (lambda: random_search(bowl, SPACE, n_trials=1, rng=None), TypeError, "rng must be a numpy.random"),
        (
            lambda: random_search(lambda c: None, SPACE, n_trials=1, rng=rng()),
            TypeError,
            "objective must return a loss that is a real number, got NoneType None",
        ),
        (
            lambda: random_search(lambda c: math.nan, SPACE, n_trials=3, rng=rng()),
            ValueError,
            "objective returned NaN for each of 3 configurations",
        ),
        (
            lambda: random_search(bowl, SPACE, n_trials=3, rng=rng(), map=lambda f, c: [1.0]),
            ValueError,
            "map must return one loss for each of 3 configurations, got 1",
        ),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
