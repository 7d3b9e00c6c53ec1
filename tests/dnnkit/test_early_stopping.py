"""Early stopping against tables worked by hand, its definition by brute force, and Prechelt's formulas."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dnnkit import mlp
from dnnkit.data import moons
from dnnkit.early_stopping import EarlyStopper, generalization_loss, stop_epoch, training_progress
from dnnkit.hyperparameters import Hyperparameters

NAN, INF = math.nan, math.inf

# losses, patience, min_delta; the epoch that stops or None, the best epoch
TABLE = {
    "falls to the end": ([5, 4, 3, 2], 2, 0, None, 3),
    "rises at once": ([1, 2, 3, 4], 2, 0, 2, 0),
    "patience of one": ([3, 2, 2.5, 1], 1, 0, 2, 1),
    "patience just not run out": ([3, 2, 2.5, 1, 4, 4, 0], 3, 0, None, 6),
    "patience just run out": ([3, 2, 2.5, 1, 4, 4, 4, 0], 3, 0, 6, 3),
    "a tie fails": ([3, 2, 2, 2], 2, 0, 3, 1),
    "failures must be in a row": ([5, 6, 4, 5, 3, 4, 2, 3], 2, 0, None, 6),
    "NaN fails": ([3, NAN, NAN, 1], 2, 0, 2, 0),
    "NaN first": ([NAN, 2, 3, 1], 2, 0, None, 3),
    "NaN only": ([NAN, NAN, NAN], 3, 0, 2, None),
    "infinity fails": ([INF, -INF, 3, 2], 3, 0, None, 3),
    "small gains fail": ([3, 2.75, 2.5, 2.25], 2, 0.5, 2, 0),
    "a gain of min_delta exactly fails": ([3, 2.5, 2.25], 5, 0.5, None, 2),
    "small gains add up": ([3, 2.75, 2.25, 2, 1.5], 2, 0.5, None, 4),
    "one epoch": ([1], 1, 0, None, 0),
    "one bad epoch": ([NAN], 1, 0, 0, None),
}
table = pytest.mark.parametrize(("losses", "patience", "min_delta", "stops", "best"), TABLE.values(), ids=TABLE)


@table
def test_stop_epoch_follows_the_table(losses, patience, min_delta, stops, best):
    stopped_at = len(losses) - 1 if stops is None else stops
    assert stop_epoch(losses, patience=patience, min_delta=min_delta) == (stopped_at, best)


@table
def test_stopper_follows_the_table(losses, patience, min_delta, stops, best):
    stopper = EarlyStopper(patience=patience, min_delta=min_delta)
    for t, loss in enumerate(losses[: None if stops is None else stops + 1]):
        assert stopper.step(loss, {"epoch": t}) is (t == stops)
    assert stopper.best_step == best
    assert stopper.best_loss == (INF if best is None else losses[best])
    assert stopper.best_params == (None if best is None else {"epoch": best})


def best_before(losses, end, min_delta):
    """The definition: the latest epoch that is better by more than min_delta than the best before it."""
    for t in reversed(range(end)):
        before = best_before(losses, t, min_delta)
        if math.isfinite(losses[t]) and (before is None or losses[t] < losses[before] - min_delta):
            return t
    return None


@settings(max_examples=150, deadline=None)
@given(
    losses=st.lists(st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0, 3.0, NAN, INF]), min_size=1, max_size=9),
    patience=st.integers(1, 4),
    min_delta=st.sampled_from([0.0, 0.25, 0.5, 1.0]),
)
def test_stop_epoch_is_its_definition(losses, patience, min_delta):
    best = [best_before(losses, end, min_delta) for end in range(len(losses) + 1)]
    improves = [best[t + 1] == t for t in range(len(losses))]
    stops = [t for t in range(len(losses)) if t + 1 >= patience and not any(improves[t + 1 - patience : t + 1])]
    stopped_at = stops[0] if stops else len(losses) - 1
    ours = stop_epoch(np.array(losses), patience=patience, min_delta=min_delta)
    assert ours == (stopped_at, best[stopped_at + 1])
    assert all(index is None or type(index) is int for index in ours)


# what a stopper keeps


def test_best_params_are_a_copy_that_training_cannot_reach():
    params = [(np.ones((2, 2)), np.zeros(2))]
    params[0][0].flags.writeable = False  # like the views that training shows to callbacks
    bias = params[0][1]
    stopper = EarlyStopper(patience=3)
    stopper.step(1.0, params)
    bias += 7
    stopper.step(2.0, params)
    kept_W, kept_b = stopper.best_params[0]
    np.testing.assert_array_equal(kept_W, np.ones((2, 2)))
    np.testing.assert_array_equal(kept_b, np.zeros(2))
    stopper.best_params[0][1][...] = 5
    np.testing.assert_array_equal(bias, [7, 7])


def test_state_of_a_torch_module_is_kept():
    module = torch.nn.Linear(2, 1)
    start = {name: value.clone() for name, value in module.state_dict().items()}
    stopper = EarlyStopper(patience=1)
    stopper.step(0.5, module.state_dict())
    with torch.no_grad():
        module.weight.zero_()
    module.load_state_dict(stopper.best_params)
    assert all(torch.equal(value, start[name]) for name, value in module.state_dict().items())


def test_numbers_of_numpy_are_taken():
    stopper = EarlyStopper(patience=np.int64(2), min_delta=np.float32(0.5))
    assert stopper.step(np.float32(2), 0) is False
    assert stopper.step(2, 0) is False
    assert type(stopper.best_loss) is float


def test_the_count_goes_on_after_a_stop():
    stopper = EarlyStopper(patience=2)
    assert [stopper.step(loss, loss) for loss in (1, 2, 3, 4, 0.5, 6)] == [False, False, True, True, False, False]
    assert (stopper.best_step, stopper.best_params) == (4, 0.5)


def test_training_ends_and_its_best_parameters_have_the_best_dev_error():
    x, y = moons(160, noise=0.4, rng=np.random.default_rng(0))
    data = x[:30], y[:30], x[30:], y[30:]
    start = mlp.init([2, 50, 2], scheme="he", rng=np.random.default_rng(1))
    h = Hyperparameters(learning_rate=0.05, epochs=300, batch_size=10, optimizer="adam")
    stopper = EarlyStopper(patience=8)
    history = mlp.train(
        start,
        data,
        h,
        rng=np.random.default_rng(2),
        callbacks=lambda progress: stopper.step(progress.dev_loss, progress.network),
    )
    stopped_at, best_at = stop_epoch(history.dev_losses, patience=8)
    assert len(history.epochs) == stopped_at + 1 < h.epochs
    assert stopper.best_step == best_at < stopped_at
    assert stopper.best_params.error(*data[2:]) == pytest.approx(history.dev_errors[best_at])
    assert stopper.best_loss == history.dev_losses.min() < history.dev_losses[-1]


# Prechelt's GL and P


@settings(max_examples=60, deadline=None)
@given(losses=st.lists(st.floats(1e-6, 1e6), min_size=2, max_size=12), data=st.data())
def test_prechelts_formulas(losses, data):
    k = data.draw(st.integers(2, len(losses)))
    now = len(losses)
    lowest = min(losses[t] for t in range(now))
    assert generalization_loss(losses) == pytest.approx(100 * (losses[now - 1] / lowest - 1), rel=1e-9, abs=1e-9)
    strip = [losses[t] for t in range(now - k, now)]
    progress = 1000 * (sum(strip) / (k * min(strip)) - 1)
    assert training_progress(np.array(losses), k=k) == pytest.approx(progress, rel=1e-9, abs=1e-9)


def test_prechelts_criteria_by_hand():
    dev = np.array([4.0, 2.0, 2.5, 3.0], np.float32)
    assert [generalization_loss(dev[: t + 1]) for t in range(4)] == [0, 0, 25, 50]
    assert training_progress([9.0, 4.0, 2.0, 3.0, 1.0], k=3) == 1000
    assert training_progress([9.0, 0.5, 0.5, 0.5], k=3) == 0
    assert type(generalization_loss(dev)) is type(training_progress(dev, k=2)) is float


# the public door


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: EarlyStopper(patience=0), ValueError, "patience must be at least 1, got 0"),
        (lambda: EarlyStopper(patience=1.5), TypeError, "patience must be an integer"),
        (lambda: EarlyStopper(), TypeError, "patience"),
        (lambda: EarlyStopper(patience=1, min_delta=-0.1), ValueError, r"min_delta must be in \[0, inf\), got -0.1"),
        (lambda: EarlyStopper(patience=1).step("1", None), TypeError, "loss must be a real number, got str '1'"),
        (lambda: EarlyStopper(patience=1).step(True, None), TypeError, "loss must be a real number, got bool True"),
        (lambda: EarlyStopper(patience=1).step(np.ones(3), None), TypeError, "loss must be a real number, got ndarray"),
        (lambda: stop_epoch([], patience=1), ValueError, "losses must have one axis and hold at least one loss"),
        (lambda: stop_epoch([[1.0]], patience=1), ValueError, r"losses must have one axis .* got shape \(1, 1\)"),
        (lambda: stop_epoch(["a"], patience=1), TypeError, "losses must be an array of real numbers"),
        (lambda: stop_epoch([1.0], patience=0), ValueError, "patience must be at least 1"),
        (lambda: generalization_loss([]), ValueError, "dev_losses must not be empty"),
        (lambda: generalization_loss([1.0, NAN]), ValueError, "dev_losses must be finite"),
        (lambda: generalization_loss([1.0, 0.0]), ValueError, "dev_losses must be positive, got 0 at index 1"),
        (lambda: training_progress([1.0, -2.0], k=2), ValueError, "train_losses must be positive, got -2 at index 1"),
        (lambda: training_progress([1.0, 2.0], k=3), ValueError, "k must be at most the number of epochs, 2, got 3"),
        (lambda: training_progress([1.0, 2.0], k=1), ValueError, "k must be at least 2, got 1"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_stopper_tells_its_settings():
    assert repr(EarlyStopper(patience=3, min_delta=0.01)) == "EarlyStopper(patience=3, min_delta=0.01)"
