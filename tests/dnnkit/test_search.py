"""search against scipy's distributions, scikit-learn's ParameterGrid, and budgets counted by hand."""

import concurrent.futures
import dataclasses
import gc
import math
import multiprocessing
import operator
import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.model_selection import ParameterGrid

from dnnkit.search import (
    Choice,
    IntUniform,
    LogUniform,
    Uniform,
    crossover,
    evolve,
    grid,
    mutate,
    random_search,
    sample,
    successive_halving,
)

SPACE = {
    "rate": LogUniform(1e-4, 1),
    "momentum": Uniform(-0.5, 0.9),
    "width": IntUniform(8, 64),
    "activation": Choice(["relu", "tanh", "gelu"]),
}
AXES = st.one_of(
    st.tuples(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6)).map(lambda b: Uniform(b[0], b[0] + b[1])),
    st.tuples(st.floats(1e-9, 1e3), st.floats(1.01, 1e9)).map(lambda b: LogUniform(b[0], b[0] * b[1])),
    st.tuples(st.integers(-99, 99), st.integers(1, 99)).map(lambda b: IntUniform(b[0], b[0] + b[1])),
    st.lists(st.integers() | st.text(max_size=3) | st.none(), min_size=1, max_size=4, unique=True).map(Choice),
)
SPACES = st.dictionaries(st.text(min_size=1, max_size=3), AXES, min_size=1, max_size=4)
SEEDS = st.integers(0, 2**32 - 1)


def rng(seed=0):
    return np.random.default_rng(seed)


def inside(config, space):
    assert list(config) == list(space)
    for name, axis in space.items():
        if isinstance(axis, Choice):
            assert config[name] in axis.options
        else:
            assert axis.low <= config[name] <= axis.high
            assert type(config[name]) is (int if isinstance(axis, IntUniform) else float)
    return True


def bowl(config):
    """Lowest at rate .03, momentum .4, width 20, tanh."""
    return (
        (math.log10(config["rate"] / 0.03) / 4) ** 2
        + (config["momentum"] - 0.4) ** 2
        + ((config["width"] - 20) / 56) ** 2
        + 0.1 * (config["activation"] != "tanh")
    )


# sample


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


# grid


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


# random_search


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


# successive_halving


class Trainer:
    """Counts epochs; its loss falls with training, towards the configuration's floor."""

    def __init__(self):
        self.calls = []

    def __call__(self, config, state, epochs):
        trained = (0 if state is None else state) + epochs
        self.calls.append((config["floor"], state, epochs))
        return config["floor"] + 1 / trained, trained


def test_halving_of_27_costs_81_epochs():
    floors = list(rng(5).permutation(27))
    train = Trainer()
    result = successive_halving([{"floor": int(f)} for f in floors], train, min_budget=1, eta=3)
    assert sum(epochs for *_, epochs in train.calls) == result.epochs.sum() == 81
    by_round = {1: (27, 1), 2: (9, 2), 6: (3, 6), 18: (1, 18)}
    assert {epochs: (sum(e == epochs for *_, e in train.calls), epochs) for *_, epochs in train.calls} == by_round
    assert [e for *_, e in train.calls] == [1] * 27 + [2] * 9 + [6] * 3 + [18]
    assert result.best_config == {"floor": 0}
    assert result.best_state == 27
    assert result.best_loss == result.losses[floors.index(0)] == 1 / 27
    np.testing.assert_array_equal(np.sort(result.epochs), [1] * 18 + [3] * 6 + [9] * 2 + [27])


@settings(max_examples=50, deadline=None)
@given(n=st.integers(1, 40), min_budget=st.integers(1, 5), eta=st.integers(2, 5), seed=SEEDS)
def test_halving_resumes_and_keeps_the_best(n, min_budget, eta, seed):
    """With curves that never cross, round i trains the lowest floors, from the state that it left."""
    floors = [int(f) for f in rng(seed).permutation(n)]
    train = Trainer()
    result = successive_halving([{"floor": f} for f in floors], train, min_budget=min_budget, eta=eta)
    calls = iter(train.calls)
    budget, left, before = min_budget, n, None
    while left >= 1:
        found = [next(calls) for _ in range(left)]
        assert sorted(f for f, *_ in found) == list(range(left))
        assert all(state == before and epochs == budget - (before or 0) for _, state, epochs in found)
        before, budget, left = budget, budget * eta, left // eta
    assert next(calls, None) is None
    assert result.best_config == {"floor": 0}
    assert result.best_state == before


def test_halving_drops_a_diverged_run_and_takes_the_first_of_equals():
    def advance(config, state, epochs):
        return config["loss"], (state or 0) + epochs

    losses = [math.nan, 2.0, 1.0, 1.0]
    configs = [{"loss": loss} for loss in losses]
    result = successive_halving(configs, advance, min_budget=2, eta=2)
    np.testing.assert_array_equal(result.epochs, [2, 2, 8, 4])
    np.testing.assert_array_equal(result.losses, losses)
    assert result.best_config is not configs[2]


def test_halving_lets_go_of_the_states_of_those_dropped():
    class State:
        pass

    made = []

    def advance(config, state, epochs):
        if state is None:
            state = State()
            made.append(weakref.ref(state))
        elif len(made) == 4:
            gc.collect()
            made.append(sum(ref() is not None for ref in made))
        return config["loss"], state

    successive_halving([{"loss": loss} for loss in (3, 1, 2, 4)], advance, min_budget=1, eta=2)
    assert made[4] == 2


# crossover and mutate


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


# evolve


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


# the public door


def test_axes_are_frozen_and_their_bounds_normalised():
    axis = Uniform(np.float32(0), 1)
    assert axis == Uniform(0.0, 1.0)
    assert type(axis.low) is type(axis.high) is float
    assert Choice([1, 2]) == Choice((1, 2))
    with pytest.raises(dataclasses.FrozenInstanceError):
        axis.low = 3


MIX = {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Uniform(1, 1), ValueError, "low must be below high, got 1.0 and 1.0"),
        (lambda: Uniform("0", 1), TypeError, "low must be a real number"),
        (lambda: Uniform(0, math.inf), ValueError, "high must be in"),
        (lambda: LogUniform(0, 1), ValueError, "low must be positive, got 0.0"),
        (lambda: IntUniform(1, 2.5), TypeError, "high must be an integer"),
        (lambda: IntUniform(3, 2), ValueError, "low must be below high, got 3 and 2"),
        (lambda: Choice([]), ValueError, "options must hold at least one option"),
        (lambda: Choice("relu"), TypeError, "options must be a list or tuple, got str 'relu'"),
        (lambda: Choice({1, 2}), TypeError, "options must be a list or tuple, got set"),
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
            "objective must give a loss that is a real number, got NoneType None",
        ),
        (
            lambda: random_search(lambda c: math.nan, SPACE, n_trials=3, rng=rng()),
            ValueError,
            "objective gave NaN for each of 3 configurations",
        ),
        (
            lambda: random_search(bowl, SPACE, n_trials=3, rng=rng(), map=lambda f, c: [1.0]),
            ValueError,
            "map must give one loss for each of 3 configurations, got 1",
        ),
        (lambda: successive_halving([], Trainer(), min_budget=1, eta=2), ValueError, "configs must hold at least one"),
        (lambda: successive_halving({}, Trainer(), min_budget=1, eta=2), TypeError, "configs must be a list"),
        (lambda: successive_halving([{}], 1, min_budget=1, eta=2), TypeError, "advance must be callable"),
        (lambda: successive_halving([{}], Trainer(), min_budget=0, eta=2), ValueError, "min_budget must be at least 1"),
        (lambda: successive_halving([{}], Trainer(), min_budget=1, eta=1), ValueError, "eta must be at least 2"),
        (
            lambda: successive_halving([{}], lambda c, s, e: 1.0, min_budget=1, eta=2),
            TypeError,
            r"advance must give a pair \(loss, state\), got float 1.0",
        ),
        (
            lambda: successive_halving([{}], lambda c, s, e: ("1", s), min_budget=1, eta=2),
            TypeError,
            "advance must give a loss that is a real number, got str '1'",
        ),
        (
            lambda: successive_halving([{}] * 2, lambda c, s, e: (math.nan, s), min_budget=1, eta=2),
            ValueError,
            "advance gave NaN for each of 2 configurations, after 1 epochs",
        ),
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
