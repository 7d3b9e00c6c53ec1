"""Successive halving, its epochs counted by hand."""

import gc
import math
import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnnkit.search import successive_halving
from tests.dnnkit.search.spaces import SEEDS, rng


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
    """With curves that never cross, round i trains the lowest floors, from the state it left them in."""
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
    assert made[4] == 3  # the two that go on, and the best of the others, in case both of them diverge


@pytest.mark.parametrize("failure", [math.nan, math.inf])
@pytest.mark.parametrize("fails_at", [3, 9, 27])
def test_when_all_that_are_left_diverge_the_best_dropped_before_is_taken(failure, fails_at):
    """Of 27 configurations, those with lower floors diverge once they have been trained for that long."""

    def advance(config, state, epochs):
        trained = (state or 0) + epochs
        return failure if trained >= fails_at else config["floor"] + 1 / trained, trained

    result = successive_halving([{"floor": floor} for floor in range(27)], advance, min_budget=1, eta=3)
    kept = {3: 9, 9: 3, 27: 1}[fails_at]  # this many were trained until they failed
    assert result.best_config == {"floor": kept}
    assert result.best_state == fails_at // 3
    assert result.best_loss == result.losses[kept] == kept + 3 / fails_at
    np.testing.assert_array_equal(result.epochs[:kept], fails_at)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: successive_halving([], Trainer(), min_budget=1, eta=2), ValueError, "configs must hold at least one"),
        (lambda: successive_halving({}, Trainer(), min_budget=1, eta=2), TypeError, "configs must be a list"),
        (lambda: successive_halving([{}], 1, min_budget=1, eta=2), TypeError, "advance must be callable"),
        (lambda: successive_halving([{}], Trainer(), min_budget=0, eta=2), ValueError, "min_budget must be at least 1"),
        (lambda: successive_halving([{}], Trainer(), min_budget=1, eta=1), ValueError, "eta must be at least 2"),
        (
            lambda: successive_halving([{}], lambda c, s, e: 1.0, min_budget=1, eta=2),
            TypeError,
            r"advance must return a pair \(loss, state\), got float 1.0",
        ),
        (
            lambda: successive_halving([{}], lambda c, s, e: ("1", s), min_budget=1, eta=2),
            TypeError,
            "advance must return a loss that is a real number, got str '1'",
        ),
        (
            lambda: successive_halving([{}] * 2, lambda c, s, e: (math.nan, s), min_budget=1, eta=2),
            ValueError,
            "advance returned NaN for each of 2 configurations, after 1 epochs",
        ),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
