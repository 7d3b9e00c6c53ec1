"""Batch size: how noisy a batch's gradient is, what a larger batch buys, and how steps and weights are averaged."""

import math
from typing import NamedTuple

import numpy as np

from dnnkit import _inputs

__all__ = [
    "NoiseScale",
    "accumulate",
    "ema_update",
    "noise_scale",
    "scaled_rate",
    "steps_to_target",
]

_RULES = {"linear": 1.0, "sqrt": 0.5}  # the power of the batch size that the rate follows


class NoiseScale(NamedTuple):
    """The noise of a gradient relative to its signal, as :func:`noise_scale` estimates it.

    Parameters
    ----------
    scale : float
        In examples: trace / squared_norm, or infinite if the estimated squared norm is not above 0.
    trace : float
        Of the covariance matrix of single examples' gradients: the sum of the parameters' variances.
    squared_norm : float
        Of the gradient over all examples. The estimate may be below 0 if noise hides the signal.
    """

    scale: float
    trace: float
    squared_norm: float


def noise_scale(gradients, batch_size):
    r"""Noise scale of the gradient: the batch size at which noise and signal are equally large.

    .. math::
        B = \frac{\mathrm{tr}\,\Sigma}{\lVert G \rVert^2}, \qquad
        \mathrm{E}\,\lVert g \rVert^2 = \lVert G \rVert^2 + \frac{\mathrm{tr}\,\Sigma}{n}

    for the gradient g of a batch of n examples, with G the gradient over all examples and Σ the covariance matrix of
    single examples' gradients. Two batch sizes give two such equations for two unknowns. Here they are the k batches
    at hand, of n examples each, and their union, of kn examples, whose gradient is the mean of theirs. Both the trace
    and the squared norm are estimated without bias; their quotient is not, and it is noisy: average both over several
    calls before dividing.

    Parameters
    ----------
    gradients : array of shape (batches, parameters)
        Gradient of each batch's mean loss, all at the same parameters; the batches have no example in common.
    batch_size : int
        Examples in each of the batches.

    Returns
    -------
    NoiseScale
        The scale, and the estimates of the trace and of the squared norm.

    Raises
    ------
    ValueError
        If there are fewer than two batches.

    References
    ----------
    McCandlish, Kaplan, Amodei and the OpenAI Dota Team 2018, *An empirical model of large-batch training*, on the
    simple noise scale and how to measure it from two batch sizes.

    Examples
    --------
    Two batches of four examples. Both parameters have a mean gradient of 3; only the first one's differs between the
    batches:

    >>> noise_scale([[2.0, 3.0], [4.0, 3.0]], 4)             # 4 * 2; 18 - 8 / 8
    NoiseScale(scale=0.47058823529411764, trace=8.0, squared_norm=17.0)
    """
    gradients = _inputs.array("gradients", gradients, ndim=2).astype(np.float64)
    batch_size = _inputs.count("batch_size", batch_size)
    batches = len(gradients)
    if batches < 2:
        raise ValueError(f"gradients must be those of at least 2 batches, got {batches}")
    mean = gradients.mean(axis=0)
    trace = batch_size * float(np.sum((gradients - mean) ** 2)) / (batches - 1)
    squared_norm = float(mean @ mean) - trace / (batches * batch_size)
    return NoiseScale(trace / squared_norm if squared_norm > 0 else math.inf, trace, squared_norm)


def accumulate(gradients, sizes):
    r"""Gradient of a batch from the gradients of its parts: the mean over all examples.

    .. math:: g = \frac{\sum_i n_i\, g_i}{\sum_i n_i}

    Parameters
    ----------
    gradients : sequence of arrays of one shape
        Gradient of each part's mean loss, all at the same parameters.
    sizes : sequence of int
        Examples in each part, :math:`n_i`; a part may be shorter than the others.

    Returns
    -------
    array of the shape of one gradient

    Raises
    ------
    ValueError
        If there are no parts, or not as many sizes as gradients.

    References
    ----------
    Goyal et al. 2017, *Accurate, large minibatch SGD: training ImageNet in 1 hour*, on the same sum across machines.

    Examples
    --------
    >>> accumulate([np.array([1.0, 0.0]), np.array([4.0, 3.0])], [2, 1])
    array([2., 1.])
    """
    if len(gradients) == 0:
        raise ValueError("gradients must not be empty")
    if len(sizes) != len(gradients):
        raise ValueError(f"sizes must have length {len(gradients)}, one for each gradient, got {len(sizes)}")
    shape, counts, total = np.shape(gradients[0]), [], 0.0
    for index, (gradient, size) in enumerate(zip(gradients, sizes)):
        counts.append(_inputs.count(f"sizes[{index}]", size))
        total = total + _inputs.array(f"gradients[{index}]", gradient, shape=shape) * counts[-1]
    return total / sum(counts)


def scaled_rate(learning_rate, batch_size, base, *, rule):
    r"""Learning rate for another batch size, from one that was good for the batch size `base`.

    .. math:: \eta_n = \eta \, \frac{n}{n_\text{base}} \quad\text{(linear)}, \qquad
        \eta_n = \eta \, \sqrt{\frac{n}{n_\text{base}}} \quad\text{(sqrt)}

    The linear rule is for gradient descent with batches well below the noise scale; above it the best rate no longer
    grows. The square root is often used for Adam.

    Parameters
    ----------
    learning_rate : float
        η, good at `base`; positive.
    batch_size, base : int
        n and the batch size that the rate was found at, in examples.
    rule : {"linear", "sqrt"}

    Returns
    -------
    float

    References
    ----------
    Krizhevsky 2014, *One weird trick for parallelizing convolutional neural networks*, for both rules; Goyal et al.
    2017, for the linear one.

    Examples
    --------
    >>> scaled_rate(0.1, 256, 64, rule="linear"), scaled_rate(0.1, 256, 64, rule="sqrt")
    (0.4, 0.2)
    """
    learning_rate = _inputs.number("learning_rate", learning_rate, low=0, low_open=True)
    batch_size, base = _inputs.count("batch_size", batch_size), _inputs.count("base", base)
    return learning_rate * (batch_size / base) ** _RULES[_inputs.one_of("rule", rule, _RULES)]


def ema_update(average, params, *, decay, step):
    r"""One more step in an exponential moving average of parameters, in which the start counts no more than the rest.

    .. math::
        \bar\theta_t = \bar\theta_{t-1} + \frac{1 - d}{1 - d^t} \left(\theta_t - \bar\theta_{t-1}\right)
        = \frac{\sum_{s=1}^{t} d^{\,t-s}\, \theta_s}{\sum_{s=1}^{t} d^{\,t-s}}

    The share of the new parameters begins at 1 and falls to 1 - d: at first the average is a plain mean, later one over
    about 1 / (1 - d) steps. With 1 - d from the beginning, the first parameters would keep the weight
    :math:`d^{\,t-1}`, as much as all of the last 1 / (1 - d) steps together when t is small.

    Parameters
    ----------
    average : array
        The average so far. Its values do not count at step 1.
    params : array of the same shape
        The parameters after this step.
    decay : float
        d in [0, 1); 0 keeps only the last parameters.
    step : int
        t, counted from 1: how many parameters are averaged, these included.

    Returns
    -------
    array of the same shape

    References
    ----------
    Polyak and Juditsky 1992, *Acceleration of stochastic approximation by averaging*, for the plain mean. The share is
    that of Adam's bias correction: Kingma and Ba 2015, *Adam*.

    Examples
    --------
    >>> first = ema_update(np.zeros(2), np.array([1.0, 4.0]), decay=0.5, step=1)
    >>> first, ema_update(first, np.array([4.0, 4.0]), decay=0.5, step=2)      # (0.5 * 1 + 4) / 1.5
    (array([1., 4.]), array([3., 4.]))
    """
    average = _inputs.array("average", average)
    params = _inputs.array("params", params, shape=average.shape)
    decay = _inputs.number("decay", decay, low=0, high=1, high_open=True)
    step = _inputs.count("step", step)
    share = (1 - decay) / (1 - decay**step)
    return (1 - share) * average + share * params  # exactly params at step 1, whatever the average was


def steps_to_target(losses, target, *, every=1):
    """Number of steps until a loss first reaches its target, or falls below it.

    Parameters
    ----------
    losses : array of shape (evaluations,)
        The loss at each evaluation. One that is NaN or infinite, as in a run that diverged, reaches no target.
    target : float
    every : int
        Steps between evaluations, and before the first one.

    Returns
    -------
    int or None
        None if the target is never reached.

    References
    ----------
    Shallue et al. 2019, *Measuring the effects of data parallelism on neural network training*, who use it to compare
    batch sizes.

    Examples
    --------
    >>> steps_to_target([2.1, 0.9, 0.4, 0.6], 0.5, every=10)
    30
    >>> steps_to_target([2.1, 0.9, np.nan], 0.5) is None
    True
    """
    losses = np.asarray(losses)
    if losses.dtype.kind not in "iuf":
        raise TypeError(f"losses must be an array of real numbers, got dtype {losses.dtype}")
    if losses.ndim != 1 or not len(losses):
        raise ValueError(f"losses must have one axis and hold a loss, got shape {losses.shape}")
    target, every = _inputs.number("target", target), _inputs.count("every", every)
    reached = np.isfinite(losses) & (losses <= target)
    return (int(reached.argmax()) + 1) * every if reached.any() else None
