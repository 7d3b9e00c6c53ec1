"""Optimization: how far to step, and in which direction."""

from dnnkit.optimization.range_test import RangeTest, range_test
from dnnkit.optimization.schedules import cosine, exponential, step_decay, warmup, wsd
from dnnkit.optimization.sharpness import sharpness
from dnnkit.optimization.steps import (
    AdamState,
    MomentumState,
    RMSPropState,
    adam_step,
    adamw_step,
    momentum_step,
    rmsprop_step,
    sgd_step,
)

__all__ = [
    "AdamState",
    "MomentumState",
    "RMSPropState",
    "RangeTest",
    "adam_step",
    "adamw_step",
    "cosine",
    "exponential",
    "momentum_step",
    "range_test",
    "rmsprop_step",
    "sgd_step",
    "sharpness",
    "step_decay",
    "warmup",
    "wsd",
]
