"""Crossover, mutation and evolution against SciPy's distributions and random search."""

import concurrent.futures
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dnnkit.search import Choice, IntUniform, LogUniform, Uniform, crossover, evolve, mutate, random_search, sample
from tests.dnnkit.search.spaces import SEEDS, SPACE, SPACES, bowl, inside, rng


@settings(max_examples=60, deadline=None)
@given(space=SPACES, seed=SEEDS)
def test_children_take_each_value_from_a_parent(space, seed):
    generator = rng(seed)
    a, b = sample(space, rng=generator), sample(space, rng=generator)
    before = dict(a), dict(b)
    child = crossover(a, b, rng=generator)
    assert list(child) == list(space)
    assert all(child[name] in (a[name], b[name]) for name in space)
    assert (a, b) == before


def test_each_parent_gives_half_of_the_values_independently():
    generator = rng(6)
    a, b = (dict.fromkeys("xyz", parent) for parent in (0, 1))
    children = np.array([list(crossover(a, b, rng=generator).values()) for _ in range(4000)])
    _, counts = np.unique(children @ [1, 2, 4], return_counts=True)
    assert len(counts) == 8
    assert stats.chisquare(counts).pvalue > 1e-4


@settings(max_examples=80, deadline=None)
@given(space=SPACES, scale=st.floats(0, 1), seed=SEEDS)
def test_mutants_stay_in_the_space_and_parents_unchanged(space, scale, seed):
    generator = rng(seed)
    config = sample(space, rng=generator)
    before = dict(config)
    assert inside(mutate(config, space, scale=scale, rng=generator), space)
    assert config == before
    assert mutate(config, space, scale=0, rng=generator) == config


def test_mutation_is_a_normal_step_along_the_axis_that_ends_at_its_bounds():
    generator = rng(7)
    space = {"rate": LogUniform(1e-4, 1), "momentum": Uniform(-1, 1)}
    middle, scale = {"rate": 1e-2, "momentum": 0.0}, 0.5
    mutants = [mutate(middle, space, scale=scale, rng=generator) for _ in range(3000)]
    steps = {
        "rate": np.array([math.log10(m["rate"]) + 2 for m in mutants]) / 4,
        "momentum": np.array([m["momentum"] for m in mutants]) / 2,
    }
    for step in steps.values():
        within = step[abs(step) < 0.5]
        clipped = stats.truncnorm(-0.5 / scale, 0.5 / scale, scale=scale)
        assert stats.kstest(within, clipped.cdf).pvalue > 1e-4
        at_ends = len(step) - len(within)
        assert stats.binomtest(at_ends, len(step), 2 * stats.norm.sf(0.5 / scale)).pvalue > 1e-4


def test_mutation_draws_an_option_anew_with_probability_scale():
    generator = rng(8)
    space = {"activation": Choice(["relu", "tanh"])}
    mutants = [mutate({"activation": "relu"}, space, scale=0.4, rng=generator)["activation"] for _ in range(3000)]
    assert stats.binomtest(mutants.count("tanh"), 3000, 0.4 / 2).pvalue > 1e-4


def test_mutation_moves_integers_to_both_sides():
    generator = rng(9)
    space = {"depth": IntUniform(1, 9)}
    moved = np.array([mutate({"depth": 5}, space, scale=0.2, rng=generator)["depth"] for _ in range(2000)]) - 5
    assert {-1, 0, 1} < set(moved.tolist())
    assert abs(stats.ttest_1samp(moved, 0).statistic) < 4


def test_evolve_never_loses_its_best_and_costs_population_times_generations():
    result = evolve(bowl, SPACE, population=8, generations=6, rng=rng(10))
    assert len(result.configs) == len(result.losses) == 48
    assert all(inside(config, SPACE) for config in result.configs)
    np.testing.assert_array_equal(result.losses, [bowl(config) for config in result.configs])
    assert result.best_loss == result.losses.min() == bowl(result.best_config)


def test_each_generation_descends_from_the_best_so_far():
    """Without mutation, children hold nothing that the best half did not."""
    space = {name: IntUniform(0, 10**9) for name in "abcdef"}
    result = evolve(lambda c: c["a"] + c["b"], space, population=6, generations=5, rng=rng(11), scale=0)
    for start in range(6, 30, 6):
        order = np.argsort(result.losses[:start], kind="stable")[:3]
        parents = [result.configs[i] for i in order]
        for child in result.configs[start : start + 6]:
            assert all(child[name] in [parent[name] for parent in parents] for name in space)


def test_evolve_beats_random_search_on_a_bowl_more_often_than_not():
    wins = 0
    for seed in range(40):
        bred = evolve(bowl, SPACE, population=12, generations=10, rng=rng(seed)).best_loss
        wins += bred < random_search(bowl, SPACE, n_trials=120, rng=rng(1000 + seed)).best_loss
    assert stats.binomtest(wins, 40, 0.5, alternative="greater").pvalue < 0.01


def test_one_generation_is_a_random_search_and_one_parent_is_enough():
    bred = evolve(bowl, SPACE, population=9, generations=1, rng=rng())
    drawn = random_search(bowl, SPACE, n_trials=9, rng=rng())
    assert (bred.configs, bred.best_config) == (drawn.configs, drawn.best_config)
    assert len(evolve(bowl, SPACE, population=1, generations=7, rng=rng()).configs) == 7


def test_evolve_gives_the_same_for_any_map():
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        threaded = evolve(bowl, SPACE, population=5, generations=3, rng=rng(12), map=pool.map)
    assert threaded.configs == evolve(bowl, SPACE, population=5, generations=3, rng=rng(12)).configs


MIX = {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: crossover(MIX, {"a": 1}, rng=rng()),
            ValueError,
            r"a and b must have the same names, got \['a', 'b'\]",
        ),
        (lambda: crossover(MIX, [1], rng=rng()), TypeError, "b must be a dict, got list"),
        (lambda: crossover(MIX, MIX, rng=1), TypeError, "rng must be a numpy.random.Generator"),
        (lambda: mutate(MIX, SPACE, scale=0.1, rng=rng()), ValueError, "config must have the names of space"),
        (lambda: mutate([], SPACE, scale=0.1, rng=rng()), TypeError, "config must be a dict"),
        (
            lambda: mutate({"a": 2.0}, {"a": Uniform(0, 1)}, scale=0.1, rng=rng()),
            ValueError,
            r"config\['a'\] must be in \[0, 1\], got 2.0",
        ),
        (
            lambda: mutate({"a": 1.5}, {"a": IntUniform(0, 3)}, scale=0.1, rng=rng()),
            TypeError,
            r"config\['a'\] must be an integer",
        ),
        (
            lambda: mutate({"a": "z"}, {"a": Choice(["xy"])}, scale=0.1, rng=rng()),
            ValueError,
            r"config\['a'\] must be one of 'xy'",
        ),
        (lambda: mutate({"a": 1}, {"a": Uniform(0, 1)}, scale=2, rng=rng()), ValueError, r"scale must be in \[0, 1\]"),
        (
            lambda: evolve(bowl, SPACE, population=0, generations=1, rng=rng()),
            ValueError,
            "population must be at least",
        ),
        (lambda: evolve(bowl, SPACE, population=1, generations=0, rng=rng()), ValueError, "generations must be at"),
        (lambda: evolve(bowl, SPACE, population=1, generations=1, rng=rng(), scale=-1), ValueError, "scale must be in"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
