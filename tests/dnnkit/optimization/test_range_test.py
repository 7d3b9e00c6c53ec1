"""The range test against training at the same rates, and the topic's names in one place."""

import dataclasses
import math

import numpy as np
import pytest

from dnnkit import mlp, optimization
from dnnkit.hyperparameters import Hyperparameters
from dnnkit.optimization import schedules, steps


def problem(**settings):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((50, 6))
    y = x @ rng.standard_normal((6, 2)) + 0.1 * rng.standard_normal((50, 2))
    h = Hyperparameters(**{"learning_rate": 9, "epochs": 9, "batch_size": 20, "loss": "squared_error", **settings})
    return mlp.init([6, 8, 2], scheme="he", rng=rng, dtype="float64"), (x, y), h


def trainer(params, data, h, *, seed=0):
    """What a range test trains with: enough whole epochs to hold the steps."""

    def train(schedule, steps):
        epochs = math.ceil(steps / math.ceil(len(data[0]) / h.batch_size))
        growing = dataclasses.replace(h, learning_rate=schedule, epochs=epochs)
        rng = np.random.default_rng(seed)
        return mlp.train(params, data, growing, rng=rng, evaluate_every=epochs, on_divergence="record").losses

    return train


@pytest.mark.parametrize("module", [steps, schedules])
def test_steps_and_schedules_can_be_had_from_the_topic(module):
    inner = {"InPlace", "decay_weights"}
    names = {name for name, thing in vars(module).items() if getattr(thing, "__module__", "") == module.__name__}
    public = {name for name in names if not name.startswith("_")} - inner
    assert public
    assert public < set(optimization.__all__)
    assert all(getattr(optimization, name) is getattr(module, name) for name in public)


@pytest.mark.parametrize("steps", [2, 3, 7, 31])
def test_range_test_is_one_training_with_growing_rates(steps):
    """Three minibatches per epoch: the last epoch may be cut short."""
    params, data, h = problem()
    rates, losses = optimization.range_test(trainer(params, data, h, seed=4), low=1e-3, high=0.1, steps=steps)
    np.testing.assert_allclose(rates, np.geomspace(1e-3, 0.1, steps), rtol=1e-12)
    h = dataclasses.replace(h, learning_rate=lambda step: rates[min(step, steps - 1)], epochs=-(-steps // 3))
    history = mlp.train(params, data, h, rng=np.random.default_rng(4))
    np.testing.assert_array_equal(losses, history.losses[:steps])


def test_with_momentum_the_loss_falls_at_smaller_rates():
    """What counts is rate / (1 - momentum)."""
    at = {}
    for momentum in (0.0, 0.9):
        found = optimization.range_test(
            trainer(*problem(momentum=momentum, batch_size=50)), low=1e-4, high=1, steps=400
        )
        at[momentum] = found.rates[np.argmax(found.losses < found.losses[0] / 2)]
    assert 3 < at[0.0] / at[0.9] < 10


def test_divergence_ends_the_test_with_a_loss_that_is_not_finite():
    rates, losses = optimization.range_test(trainer(*problem(activation="linear")), low=1, high=1e6, steps=900)
    assert len(rates) == len(losses) < 900
    assert not np.isfinite(losses[-1])
    assert np.isfinite(losses[:-1]).all()


def test_what_comes_after_a_loss_that_is_not_finite_is_left_out():
    """A user's own loop may go on."""
    rates, losses = optimization.range_test(lambda schedule, steps: [3, 2, np.inf, np.nan, 1], low=1, high=16, steps=5)
    np.testing.assert_array_equal(losses, [3, 2, np.inf])
    np.testing.assert_allclose(rates, [1, 2, 4], rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"low": 0}, ValueError, r"low must be in \(0, inf\), got 0"),
        ({"high": 0.01}, ValueError, r"high must be in \(0.01, inf\), got 0.01"),
        ({"steps": 1}, ValueError, "steps must be at least 2, got 1"),
        ({"train": 0.1}, TypeError, r"train must be callable as train\(schedule, steps\), got float"),
        (
            {"train": lambda schedule, steps: [1.0] * 4},
            ValueError,
            "train must return a loss for each of 5 steps .* got 4",
        ),
        ({"train": lambda schedule, steps: []}, ValueError, "train must return a loss for each of 5 steps .* got 0"),
        ({"train": lambda schedule, steps: None}, TypeError, "train must return one loss per step, got dtype object"),
        ({"train": lambda schedule, steps: [[1.0]] * 5}, TypeError, r"train must return one loss per step, .*\(5, 1\)"),
    ],
)
def test_bad_input_is_named(change, error, message):
    arguments = {"train": lambda schedule, steps: [1.0] * steps, "low": 0.01, "high": 1.0, "steps": 5}
    with pytest.raises(error, match=message):
        optimization.range_test(**{**arguments, **change})
