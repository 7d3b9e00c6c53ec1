"""The learning-rate range test: one short training run in which the rate grows until the loss does."""

from typing import NamedTuple

import numpy as np

from dnnkit import _inputs
from dnnkit.optimization.schedules import exponential


class RangeTest(NamedTuple):
    """The rates of a range test and the losses at them, float64 arrays of shape (steps,)."""

    rates: np.ndarray
    losses: np.ndarray


def range_test(train, *, low, high, steps):
    r"""Train once while the learning rate grows from far too low to far too high, and watch the loss.

    .. math:: \eta_t = \eta_\text{low} \left( \frac{\eta_\text{high}}{\eta_\text{low}} \right)^{t / (n - 1)}

    Good rates lie where the loss falls, well below the one at which it rises again. The paper lets the rate grow
    linearly; with equal factors, as here, it spends the same number of steps on each power of ten.

    Parameters
    ----------
    train : callable
        ``train(schedule, steps)`` trains for that many steps, step t (from 0) at the rate ``schedule(t)``, and returns
        the loss before each step. It may go on to the end of an epoch, or end at a loss that is not finite.
    low, high : float
        First and last rate; positive, low below high.
    steps : int
        n, at least 2.

    Returns
    -------
    RangeTest
        ``losses[t]`` is the loss before the step with ``rates[t]``. If training diverges, both end there, with a loss
        that is not finite.

    Raises
    ------
    ValueError
        If `train` returns fewer losses although all are finite.

    References
    ----------
    Smith 2017, *Cyclical learning rates for training neural networks*, section 3.3.

    Examples
    --------
    >>> def train(schedule, steps):                          # gradient descent on w squared, from w = 1
    ...     w, losses = 1.0, []
    ...     for step in range(steps):
    ...         losses.append(w * w)
    ...         w -= schedule(step) * 2 * w
    ...     return losses
    >>> rates, losses = range_test(train, low=1e-3, high=10, steps=100)
    >>> bool(0.5 < rates[losses.argmin()] < 1.2)             # 0.5 is the best rate, above 1 w grows
    True
    """
    _inputs.function("train", train, "train(schedule, steps)")
    low = _inputs.number("low", low, low=0, low_open=True)
    rate = exponential(low, final=_inputs.number("high", high, low=low, low_open=True), steps=steps)
    # Training that goes on to the end of an epoch stays at the last rate.
    losses = _losses(train(lambda step: rate(min(step, steps - 1)), int(steps)))[:steps]
    finite = np.isfinite(losses)
    if len(losses) < steps and (not len(losses) or finite[-1]):
        raise ValueError(
            f"train must return a loss for each of {steps} steps or end at one that is not finite, got {len(losses)}"
        )
    end = len(losses) if finite.all() else int(finite.argmin()) + 1
    return RangeTest(np.array([rate(step) for step in range(end)]), losses[:end])


def _losses(found):
    losses = np.asarray(found)
    if losses.dtype.kind not in "iuf" or losses.ndim != 1:
        raise TypeError(f"train must return one loss per step, got dtype {losses.dtype} and shape {losses.shape}")
    return losses.astype(np.float64, copy=False)
