"""Optimization: how far to step, and along what.

The optimizer steps (:mod:`dnnkit.optimizers`) and the schedules of the learning rate (:mod:`dnnkit.schedules`) are part
of the topic and can be had from here: ``optimization.adam_step``, ``optimization.cosine``.
"""

import dataclasses
import math
from typing import NamedTuple

import numpy as np

from dnnkit import _inputs, mlp
from dnnkit.optimizers import (
    AdamState,
    MomentumState,
    RMSPropState,
    adam_step,
    adamw_step,
    momentum_step,
    rmsprop_step,
    sgd_step,
)
from dnnkit.schedules import cosine, exponential, step_decay, warmup

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
    "step_decay",
    "warmup",
]


class RangeTest(NamedTuple):
    """The rates of a range test and the losses at them, float64 arrays of one shape (steps,)."""

    rates: np.ndarray
    losses: np.ndarray


def range_test(params, data, hyperparameters, *, low, high, steps, rng):
    r"""Train once while the learning rate grows from far too low to far too high, and watch the loss.

    .. math:: \eta_t = \eta_\text{low} \left( \frac{\eta_\text{high}}{\eta_\text{low}} \right)^{t / (n - 1)}

    Good rates lie where the loss falls, well under the one at which it rises again.

    Parameters
    ----------
    params : list of (W, b)
        Starting point; not changed.
    data : tuple
        As for :func:`dnnkit.mlp.train`; of it only ``(x_train, y_train)`` is used.
    hyperparameters : Hyperparameters
        Of the training; its `learning_rate` and `epochs` are replaced.
    low, high : float
        First and last rate; positive, low under high.
    steps : int
        n, at least 2.
    rng : numpy.random.Generator

    Returns
    -------
    RangeTest
        ``losses[t]`` is the loss of minibatch t, before the step with ``rates[t]``. If training diverges both end
        there, with a loss that is not finite.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.

    References
    ----------
    Smith 2017, *Cyclical learning rates for training neural networks*, section 3.3.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.standard_normal((200, 5))
    >>> y = x @ rng.standard_normal((5, 1))
    >>> from dnnkit.hyperparameters import Hyperparameters
    >>> h = Hyperparameters(learning_rate=1, epochs=1, batch_size=50, loss="squared_error")
    >>> start = mlp.init([5, 1], scheme="lecun", rng=rng)
    >>> rates, losses = range_test(start, (x, y), h, low=1e-3, high=10, steps=100, rng=rng)
    >>> losses[40] < losses[0] < losses[-1]
    np.True_
    """
    _, ((x, y), *_) = mlp._checked(params, data, hyperparameters)
    low = _inputs.number("low", low, low=0, low_open=True)
    rate = exponential(low, final=_inputs.number("high", high, low=low, low_open=True), steps=steps)
    steps_per_epoch = math.ceil(len(x) / hyperparameters.batch_size)
    epochs = math.ceil(steps / steps_per_epoch)
    growing = dataclasses.replace(hyperparameters, learning_rate=rate, epochs=epochs)
    history = mlp.train(params, (x, y), growing, rng=rng, evaluate_every=epochs, on_divergence="record")
    losses = history.losses[:steps]
    return RangeTest(np.array([rate(step) for step in range(len(losses))]), losses)
