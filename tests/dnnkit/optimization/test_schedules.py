"""Schedules against torch.optim.lr_scheduler, step by step."""

import inspect
import math
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.optim import lr_scheduler

from dnnkit import optimization
from dnnkit.optimization import schedules

RATE = 0.3
# ours, theirs, and the number of steps for which torch's is defined in the same way
PAIRS = {
    "step_decay": (
        schedules.step_decay(RATE, factor=0.4, every=7),
        lambda optimizer: lr_scheduler.StepLR(optimizer, step_size=7, gamma=0.4),
        100,
    ),
    "exponential": (
        schedules.exponential(RATE, final=30.0, steps=51),
        lambda optimizer: lr_scheduler.ExponentialLR(optimizer, gamma=100 ** (1 / 50)),
        100,
    ),
    "cosine": (
        schedules.cosine(RATE, steps=60, final=0.01),
        lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, T_max=60, eta_min=0.01),
        61,  # then torch's rises again
    ),
    "warmup": (
        schedules.warmup(RATE, steps=9),
        lambda optimizer: lr_scheduler.LinearLR(optimizer, start_factor=1 / 10, total_iters=9),
        100,
    ),
    "warmup and cosine": (
        schedules.warmup(schedules.cosine(RATE, steps=40), steps=9),
        lambda optimizer: lr_scheduler.SequentialLR(
            optimizer,
            [
                lr_scheduler.LinearLR(optimizer, start_factor=1 / 10, total_iters=9),
                lr_scheduler.CosineAnnealingLR(optimizer, T_max=40),
            ],
            milestones=[9],
        ),
        49,
    ),
    "no warmup": (
        schedules.warmup(schedules.cosine(RATE, steps=40), steps=0),
        lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, T_max=40),
        41,
    ),
    "wsd": (
        schedules.wsd(RATE, warmup_steps=4, stable_steps=10, decay_steps=8, final=0.03),
        lambda optimizer: lr_scheduler.SequentialLR(
            optimizer,
            [
                lr_scheduler.LinearLR(optimizer, start_factor=1 / 5, total_iters=4),
                lr_scheduler.ConstantLR(optimizer, factor=1.0),
                lr_scheduler.LinearLR(optimizer, start_factor=1.0, end_factor=0.1, total_iters=8),
            ],
            milestones=[4, 14],
        ),
        40,
    ),
    "warmup and steps": (
        schedules.warmup(schedules.step_decay(RATE, factor=0.1, every=20), steps=5),
        lambda optimizer: lr_scheduler.SequentialLR(
            optimizer,
            [
                lr_scheduler.LinearLR(optimizer, start_factor=1 / 6, total_iters=5),
                lr_scheduler.StepLR(optimizer, step_size=20, gamma=0.1),
            ],
            milestones=[5],
        ),
        80,
    ),
}
pairs = pytest.mark.parametrize(("ours", "theirs", "steps"), PAIRS.values(), ids=PAIRS)


@pairs
@pytest.mark.filterwarnings("ignore:The epoch parameter in `scheduler.step")  # SequentialLR's own use of it
def test_rates_are_those_of_torch(ours, theirs, steps):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=RATE)
    scheduler = theirs(optimizer)
    for step in range(steps):
        assert ours(step) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-12, abs=1e-15), step
        optimizer.step()
        scheduler.step()


@pairs
def test_a_schedule_remembers_nothing_and_can_be_sent_to_another_process(ours, theirs, steps):
    sent = pickle.loads(pickle.dumps(ours))
    assert [sent(step) for step in (40, 3, 0)] == [ours(step) for step in (40, 3, 0)]


@pairs
def test_every_schedule_gives_a_finite_rate_from_step_0_on_and_none_before(ours, theirs, steps):
    for step in (0, 1, np.int64(7), 10**3, 10**9):
        rate = ours(step)
        assert type(rate) is float
        assert 0 <= rate < math.inf
    with pytest.raises(ValueError, match="step must be at least 0, got -1"):
        ours(-1)
    with pytest.raises(TypeError, match="step must be an integer, got float 0.5"):
        ours(0.5)


def test_every_schedule_is_in_the_family():
    assert set(PAIRS) >= {"cosine", "exponential", "step_decay", "warmup", "wsd"}
    makers = {name for name in optimization.__all__ if inspect.getmodule(getattr(optimization, name)) is schedules}
    assert makers == {"cosine", "exponential", "step_decay", "warmup", "wsd"}


@given(st.floats(1e-6, 1e3), st.integers(1, 500), st.floats(0, 1), st.integers(0, 2000))
@settings(max_examples=50, deadline=None)
def test_cosine_stays_between_its_ends_and_never_rises(rate, steps, share, step):
    schedule = schedules.cosine(rate, steps=steps, final=share * rate)
    assert share * rate * (1 - 1e-12) <= schedule(step + 1) <= schedule(step) <= rate * (1 + 1e-12)
    assert schedule(steps) == schedule(steps + step) == pytest.approx(share * rate, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: schedules.step_decay(0, factor=0.5, every=1), ValueError, r"learning_rate must be in \(0, inf\)"),
        (lambda: schedules.step_decay(0.1, factor=1.5, every=1), ValueError, r"factor must be in \(0, 1\], got 1.5"),
        (lambda: schedules.step_decay(0.1, factor=0.5, every=0), ValueError, "every must be at least 1, got 0"),
        (lambda: schedules.step_decay(0.1, factor=0.5, every=1.5), TypeError, "every must be an integer"),
        (lambda: schedules.exponential(0.1, final=0, steps=5), ValueError, r"final must be in \(0, inf\)"),
        (lambda: schedules.exponential(0.1, final=1, steps=1), ValueError, "steps must be at least 2, got 1"),
        (lambda: schedules.cosine("0.1", steps=5), TypeError, "learning_rate must be a real number"),
        (lambda: schedules.cosine(0.1, steps=5, final=0.2), ValueError, r"final must be in \[0, 0.1\], got 0.2"),
        (lambda: schedules.warmup(-1, steps=5), ValueError, r"schedule must be in \(0, inf\), got -1"),
        (lambda: schedules.warmup("cosine", steps=5), TypeError, "schedule must be a real number"),
        (lambda: schedules.warmup(0.1, steps=-1), ValueError, "steps must be at least 0, got -1"),
        (
            lambda: schedules.wsd(0.1, warmup_steps=1, stable_steps=1, decay_steps=0),
            ValueError,
            "decay_steps must be at least 1, got 0",
        ),
        (
            lambda: schedules.wsd(0.1, warmup_steps=1, stable_steps=-1, decay_steps=1),
            ValueError,
            "stable_steps must be at least 0, got -1",
        ),
        (
            lambda: schedules.wsd(0.1, warmup_steps=0, stable_steps=0, decay_steps=1, final=1),
            ValueError,
            r"final must be in \[0, 0.1\], got 1",
        ),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
