"""The range test against training at constant rates, and the topic's names in one place."""

import dataclasses

import numpy as np
import pytest

from dnnkit import mlp, network, optimization, optimizers, schedules
from dnnkit.hyperparameters import Hyperparameters


def problem(**settings):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((50, 6))
    y = x @ rng.standard_normal((6, 2)) + 0.1 * rng.standard_normal((50, 2))
    h = Hyperparameters(**{"learning_rate": 9, "epochs": 9, "batch_size": 20, "loss": "squared_error", **settings})
    return mlp.init([6, 8, 2], scheme="he", rng=rng, dtype="float64"), (x, y), h


def test_steps_and_schedules_can_be_had_from_the_topic():
    for module in (optimizers, schedules):
        names = [name for name, thing in vars(module).items() if getattr(thing, "__module__", "") == module.__name__]
        for name in (name for name in names if not name.startswith("_")):
            assert getattr(optimization, name) is getattr(module, name)
            assert name in optimization.__all__


@pytest.mark.parametrize("steps", [2, 3, 7, 31])
def test_range_test_is_one_training_with_growing_rates(steps):
    """Three minibatches an epoch: the last epoch may be cut short."""
    params, data, h = problem()
    rates, losses = optimization.range_test(
        params, data, h, low=1e-3, high=0.1, steps=steps, rng=np.random.default_rng(4)
    )
    np.testing.assert_allclose(rates, np.geomspace(1e-3, 0.1, steps), rtol=1e-12)
    h = dataclasses.replace(h, learning_rate=lambda step: rates[min(step, steps - 1)], epochs=-(-steps // 3))
    history = mlp.train(params, data, h, rng=np.random.default_rng(4))
    np.testing.assert_array_equal(losses, history.losses[:steps])


def test_with_momentum_the_loss_falls_at_smaller_rates():
    """What counts is rate / (1 - momentum)."""
    at = {}
    for momentum in (0.0, 0.9):
        params, data, h = problem(momentum=momentum, batch_size=50)
        found = optimization.range_test(params, data, h, low=1e-4, high=1, steps=400, rng=np.random.default_rng(0))
        at[momentum] = found.rates[np.argmax(found.losses < found.losses[0] / 2)]
    assert 3 < at[0.0] / at[0.9] < 10


def test_divergence_ends_the_test_with_a_loss_that_is_not_finite():
    params, data, h = problem(activation="linear")
    rates, losses = optimization.range_test(params, data, h, low=1, high=1e6, steps=900, rng=np.random.default_rng(0))
    assert len(rates) == len(losses) < 900
    assert not np.isfinite(losses[-1])
    assert np.isfinite(losses[:-1]).all()


def test_starting_point_and_the_dev_set_are_left_alone():
    params, (x, y), h = problem()
    before = [array.copy() for pair in params for array in pair]
    arguments = {"low": 0.01, "high": 1, "steps": 5}
    first = optimization.range_test(params, (x, y), h, rng=np.random.default_rng(0), **arguments)
    again = optimization.range_test(params, (x, y, x[:3], y[:3]), h, rng=np.random.default_rng(0), **arguments)
    np.testing.assert_array_equal(first.losses, again.losses)
    for now, then in zip([array for pair in params for array in pair], before):
        np.testing.assert_array_equal(now, then)
    out, _ = network.forward(params, x)
    assert np.isfinite(out).all()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"low": 0}, ValueError, r"low must be in \(0, inf\), got 0"),
        ({"high": 0.01}, ValueError, r"high must be in \(0.01, inf\), got 0.01"),
        ({"steps": 1}, ValueError, "steps must be at least 2, got 1"),
        ({"hyperparameters": 0.1}, TypeError, "hyperparameters must be a Hyperparameters, got float"),
        ({"data": (np.ones((4, 6)),)}, ValueError, "data must be a tuple"),
        ({"rng": 0}, TypeError, "rng must be a numpy.random.Generator"),
    ],
)
def test_bad_input_is_named(change, error, message):
    params, data, h = problem()
    arguments = {"params": params, "data": data, "hyperparameters": h, "low": 0.01, "high": 1.0, "steps": 5}
    with pytest.raises(error, match=message):
        optimization.range_test(**{**arguments, "rng": np.random.default_rng(0), **change})
