r"""Schedules: learning rates that change while training runs, as callables from the step (counted from 0) to the rate.

Any of them can replace the number in ``Hyperparameters(learning_rate=...)``. They count steps, one per minibatch, not
epochs: with m examples an epoch has :math:`\lceil m / \text{batch size} \rceil` of them.
"""

import functools
import math
import sys

from dnnkit import _inputs

_LARGEST_POWER = math.log(sys.float_info.max)


def step_decay(learning_rate, *, factor, every):
    r"""The rate is multiplied by a factor every so many steps, and constant in between.

    .. math:: \eta_t = \eta \, f^{\lfloor t / n \rfloor}

    Parameters
    ----------
    learning_rate : float
        η, the first rate; positive.
    factor : float
        f in (0, 1].
    every : int
        n, in steps.

    Returns
    -------
    callable
        From the step to the rate.

    References
    ----------
    He, Zhang, Ren and Sun 2016, *Deep residual learning for image recognition*, section 3.4, who divide by 10.

    Examples
    --------
    >>> rate = step_decay(0.8, factor=0.5, every=10)
    >>> [rate(step) for step in (0, 9, 10, 20)]
    [0.8, 0.8, 0.4, 0.2]
    """
    factor, every = _inputs.probability("factor", factor), _inputs.count("every", every)
    return functools.partial(_step_decay, _rate("learning_rate", learning_rate), factor, every)


def exponential(learning_rate, *, final, steps):
    r"""The rate grows or falls by the same factor at each step, from the first to the final one.

    .. math:: \eta_t = \eta \left( \frac{\eta_\text{final}}{\eta} \right)^{t / (n - 1)}

    Parameters
    ----------
    learning_rate : float
        η, the first rate; positive.
    final : float
        The rate of the last of the steps; positive. Later steps go on in the same way, up to the largest float.
    steps : int
        n, at least 2.

    Returns
    -------
    callable
        From the step to the rate.

    References
    ----------
    Li and Arora 2020, *An exponential learning rate schedule for deep learning*, for one that grows.

    Examples
    --------
    >>> rate = exponential(0.001, final=1.0, steps=4)
    >>> [round(rate(step), 6) for step in range(4)]
    [0.001, 0.01, 0.1, 1.0]
    """
    learning_rate, final = _rate("learning_rate", learning_rate), _rate("final", final)
    return functools.partial(_exponential, learning_rate, final, _inputs.count("steps", steps, low=2))


def cosine(learning_rate, *, steps, final=0.0):
    r"""The rate falls along half a cosine wave: slowly, then fast, then slowly again; then it stays constant.

    .. math::
       \eta_t = \eta_\text{final} + (\eta - \eta_\text{final}) \, \frac{1 + \cos(\pi t / n)}{2}, \qquad t \le n

    Parameters
    ----------
    learning_rate : float
        η, the first rate; positive.
    steps : int
        n, after which the rate is `final`.
    final : float
        Not negative and not above `learning_rate`.

    Returns
    -------
    callable
        From the step to the rate.

    References
    ----------
    Loshchilov and Hutter 2017, *SGDR: stochastic gradient descent with warm restarts*.

    Examples
    --------
    >>> rate = cosine(0.2, steps=100)
    >>> [round(rate(step), 6) for step in (0, 50, 100, 200)]
    [0.2, 0.1, 0.0, 0.0]
    """
    learning_rate, steps = _rate("learning_rate", learning_rate), _inputs.count("steps", steps)
    return functools.partial(_cosine, learning_rate, steps, _inputs.number("final", final, low=0, high=learning_rate))


def wsd(learning_rate, *, warmup_steps, stable_steps, decay_steps, final=0.0):
    r"""Warm-up, stable, decay: the rate rises linearly, stays for as long as you like, and falls linearly at the end.

    .. math::
       \eta_t = \eta \, \frac{t + 1}{w + 1} \ (t < w), \qquad \eta_t = \eta \ (w \le t < w + s), \qquad
       \eta_t = \eta + (\eta_\text{final} - \eta) \min\left(\frac{t - w - s}{d}, 1\right) \ \text{from then on}

    Unlike :func:`cosine` it need not know how long training will last until the decay begins.

    Parameters
    ----------
    learning_rate : float
        η of the stable part; positive.
    warmup_steps, stable_steps : int
        w and s; each may be 0.
    decay_steps : int
        d, after which the rate stays at `final`.
    final : float
        Not negative and not above `learning_rate`.

    Returns
    -------
    callable
        From the step to the rate.

    References
    ----------
    Hu et al. 2024, *MiniCPM*, section 4; Hägele et al. 2024, *Scaling laws and compute-optimal training beyond fixed
    training durations*, section 3.

    Examples
    --------
    >>> rate = wsd(0.4, warmup_steps=3, stable_steps=10, decay_steps=4)
    >>> [round(rate(step), 6) for step in (0, 2, 3, 12, 13, 14, 16, 17, 50)]
    [0.1, 0.3, 0.4, 0.4, 0.4, 0.3, 0.1, 0.0, 0.0]
    """
    learning_rate = _rate("learning_rate", learning_rate)
    final = _inputs.number("final", final, low=0, high=learning_rate)
    stable = _inputs.count("stable_steps", stable_steps, low=0)
    decay = functools.partial(_linear_decay, learning_rate, stable, _inputs.count("decay_steps", decay_steps), final)
    return functools.partial(_warmup, decay, _inputs.count("warmup_steps", warmup_steps, low=0))


def warmup(schedule, *, steps):
    r"""The rate first rises linearly to where another schedule begins, which then takes over.

    .. math::
       \eta_t = \frac{t + 1}{n + 1} \, s(0) \ \text{ for } t < n, \qquad \eta_t = s(t - n) \ \text{ for } t \ge n

    Parameters
    ----------
    schedule : float or callable
        s, which starts when the warm-up is over; or the constant rate that follows, positive.
    steps : int
        n, the length of the warm-up; with 0 there is none.

    Returns
    -------
    callable
        From the step to the rate.

    References
    ----------
    Goyal et al. 2017, *Accurate, large minibatch SGD: training ImageNet in 1 hour*, section 2.2.

    Examples
    --------
    >>> rate = warmup(cosine(0.4, steps=100), steps=3)
    >>> [round(rate(step), 6) for step in (0, 1, 2, 3, 53, 103)]
    [0.1, 0.2, 0.3, 0.4, 0.2, 0.0]
    """
    if not callable(schedule):
        schedule = functools.partial(_constant, _rate("schedule", schedule))
    return functools.partial(_warmup, schedule, _inputs.count("steps", steps, low=0))


# A partial of a module-level function, unlike a nested function, can be sent to the processes of a pool.


def _constant(learning_rate, step):
    _count(step)
    return learning_rate


def _step_decay(learning_rate, factor, every, step):
    return learning_rate * factor ** (_count(step) // every)


def _exponential(learning_rate, final, steps, step):
    power = _count(step) / (steps - 1) * math.log(final / learning_rate)
    return min(learning_rate * math.exp(min(power, _LARGEST_POWER)), sys.float_info.max)


def _cosine(learning_rate, steps, final, step):
    return final + (learning_rate - final) * 0.5 * (1 + math.cos(math.pi * min(_count(step) / steps, 1.0)))


def _linear_decay(learning_rate, stable, steps, final, step):
    return learning_rate + (final - learning_rate) * min(max(_count(step) - stable, 0) / steps, 1.0)


def _warmup(schedule, steps, step):
    step = _count(step)
    return schedule(0) * (step + 1) / (steps + 1) if step < steps else schedule(step - steps)


def _rate(name, value):
    return _inputs.number(name, value, low=0, low_open=True)


def _count(step):
    return _inputs.count("step", step, low=0)
