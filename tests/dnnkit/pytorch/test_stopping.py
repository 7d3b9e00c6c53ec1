"""EarlyStopping against the reference."""

import copy
import io
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from dnnkit import early_stopping
from dnnkit.pytorch import EarlyStopping


@settings(max_examples=50, deadline=None)
@given(
    losses=st.lists(st.sampled_from([0.1, 0.2, 0.25, 0.3, 0.5, float("nan"), float("inf")]), min_size=1, max_size=15),
    patience=st.integers(1, 4),
    min_delta=st.sampled_from([0.0, 0.07]),
)
def test_stopping_is_the_references_and_goes_back_to_the_best_state(losses, patience, min_delta):
    model = nn.Linear(1, 1)
    stopping = EarlyStopping(model, patience=patience, min_delta=min_delta)
    for epoch, loss in enumerate(losses):
        nn.init.constant_(model.weight, epoch)
        if stopping.step(loss):
            break
    stopped_at, best_at = early_stopping.stop_epoch(losses, patience=patience, min_delta=min_delta)
    assert (epoch, stopping.best_step) == (stopped_at, best_at)
    if best_at is None:
        assert stopping.best_loss == math.inf
        with pytest.raises(RuntimeError, match="no best state to restore"):
            stopping.restore()
    else:
        assert stopping.best_loss == losses[best_at]
        stopping.restore()
        assert model.weight.item() == best_at


def test_running_statistics_are_restored_with_the_parameters():
    model = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    stopping = EarlyStopping(model, patience=1)
    model(torch.randn(8, 3))
    assert stopping.step(torch.tensor(1.0, requires_grad=True)) is False
    best = copy.deepcopy(model.state_dict())
    model(torch.randn(8, 3) + 5).square().sum().backward()
    optimizer.step()
    assert stopping.step(2.0) is True
    assert not torch.equal(model[1].running_mean, best["1.running_mean"])
    torch.testing.assert_close(stopping.best_state, best, rtol=0, atol=0)
    stopping.restore()
    torch.testing.assert_close(model.state_dict(), best, rtol=0, atol=0)
    model(torch.randn(8, 3))  # the copy is not the model's own
    torch.testing.assert_close(stopping.best_state, best, rtol=0, atol=0)


def test_more_is_better_is_less_is_better_with_a_minus():
    scores = [0.5, 0.7, float("nan"), 0.7, float("inf"), 0.71, 0.72]
    up = EarlyStopping(nn.Linear(1, 1), patience=9, min_delta=0.05, mode="max")
    down = EarlyStopping(nn.Linear(1, 1), patience=9, min_delta=0.05)
    assert up.best_loss == -math.inf
    for score in scores:
        assert up.step(score) == down.step(-score)
    assert (up.best_loss, up.best_step) == (-down.best_loss, down.best_step)
    assert (up.best_loss, up.best_step) == (0.7, 1)
    assert EarlyStopping(nn.Linear(1, 1), patience=1, mode="max").step(1) is False


@settings(max_examples=50, deadline=None)
@given(
    losses=st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.5, float("nan"), float("inf")]), min_size=1, max_size=12),
    cut=st.integers(0, 12),
    mode=st.sampled_from(["min", "max"]),
)
def test_what_was_saved_goes_on_as_if_it_had_not_been(losses, cut, mode):
    def run(stopping, model, losses, start):
        found = []
        for epoch, loss in enumerate(losses, start):
            nn.init.constant_(model.weight, epoch)
            found.append(stopping.step(loss))
        return found

    whole_model, model, later = (nn.Linear(1, 1) for _ in range(3))
    whole = EarlyStopping(whole_model, patience=3, mode=mode)
    expected = run(whole, whole_model, losses, 0)
    first = EarlyStopping(model, patience=3, mode=mode)
    found = run(first, model, losses[:cut], 0)
    file = io.BytesIO()
    torch.save(first.state_dict(), file)
    file.seek(0)
    second = EarlyStopping(later, patience=3, mode=mode)
    second.step(0.05)  # forgotten when the state is loaded
    second.load_state_dict(torch.load(file, weights_only=True))
    found += run(second, later, losses[cut:], cut)
    assert found == expected
    assert (second.best_step, second.best_loss) == (whole.best_step, whole.best_loss)
    if whole.best_step is not None:
        second.restore()
        assert later.weight.item() == whole.best_step
    assert second.state_dict()["steps"] == len(losses)


def test_the_state_of_a_compiled_model_fits_the_plain_one():
    model = nn.Linear(2, 1)
    stopping = EarlyStopping(torch.compile(model, backend="eager"), patience=1)
    stopping.step(0.3)
    assert list(stopping.best_state) == ["weight", "bias"]
    model.weight.data += 1
    stopping.restore()
    assert torch.equal(model.weight, stopping.best_state["weight"])


@pytest.mark.parametrize(
    ("state", "error", "message"),
    [
        ([], TypeError, "state must be a dict from state_dict"),
        ({"mode": "min"}, ValueError, "got one without best_loss, best_state, best_step, steps"),
        ({"mode": "max", "steps": 0, "best_loss": 0, "best_step": 0, "best_state": {}}, ValueError, "of mode 'min'"),
    ],
)
def test_a_state_that_does_not_fit_is_told(state, error, message):
    with pytest.raises(error, match=message):
        EarlyStopping(nn.Linear(1, 1), patience=1).load_state_dict(state)
