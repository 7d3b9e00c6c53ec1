"""Dropout: neurons switched off at random in training, the survivors scaled up so that the mean stays.

``keep_prob`` is the probability that a neuron is *kept*; PyTorch's ``p``, that it is dropped, is ``1 - keep_prob``.
"""

import numbers

import numpy as np

from dnnkit import _inputs

__all__ = ["drop_path", "dropout_backward", "dropout_mask", "inverted_dropout", "layer_keep_probs", "mc_dropout"]


def dropout_mask(shape, keep_prob, *, rng):
    r"""Draw which neurons are kept, each independently with probability `keep_prob`.

    .. math:: m_{ij} \sim \mathrm{Bernoulli}(q), \qquad q = \mathrm{keep\_prob}

    Parameters
    ----------
    shape : int or tuple of int
        Shape of the mask; (n, features) gives each example of a batch its own mask.
    keep_prob : float
        Probability q in (0, 1] that an entry is kept.
    rng : numpy.random.Generator
        Source of the randomness; each call draws fresh numbers from it.

    Returns
    -------
    ndarray of bool, of shape `shape`
        True where a neuron is kept.

    References
    ----------
    Srivastava et al. 2014, section 4.

    Examples
    --------
    >>> mask = dropout_mask((1000, 50), 0.8, rng=np.random.default_rng(0))
    >>> mask.dtype, mask.shape, round(float(mask.mean()), 2)
    (dtype('bool'), (1000, 50), 0.8)
    """
    axes = (shape,) if isinstance(shape, numbers.Integral) else shape
    if not isinstance(axes, (tuple, list)):
        raise TypeError(f"shape must be an integer or a tuple of integers, got {type(shape).__name__} {shape!r}")
    axes = tuple(_inputs.count(f"shape[{i}]", n) for i, n in enumerate(axes))
    return draw_mask(axes, _inputs.probability("keep_prob", keep_prob), _inputs.generator(rng))


def inverted_dropout(a, keep_prob, *, rng, train):
    r"""Drop entries of `a` at random and divide the survivors by `keep_prob`; do nothing in evaluation.

    .. math:: y = \frac{m \odot a}{q}, \quad m \sim \mathrm{Bernoulli}(q)
        \quad\Rightarrow\quad \mathrm{E}[y] = a, \quad \mathrm{Var}[y] = a^2\,\frac{1 - q}{q}

    Parameters
    ----------
    a : array of shape (n, features) or any other
        Activations; each entry is dropped independently of the others.
    keep_prob : float
        Probability q in (0, 1] that an entry is kept.
    rng : numpy.random.Generator
        Source of the mask; untouched in evaluation.
    train : bool
        True while training; False leaves `a` as it is.

    Returns
    -------
    output : ndarray of the shape and dtype of `a`
        A new array: zeros where dropped, ``a / keep_prob`` where kept; in evaluation a copy of `a`.
    mask : ndarray of bool, of the shape of `a`
        True where kept; all True in evaluation.

    References
    ----------
    Srivastava et al. 2014, who multiply the weights by q at test time instead; section 10 names dividing in training
    as the alternative, equivalent once learning rate and initial weights are scaled to match.

    Examples
    --------
    >>> a = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> rng = np.random.default_rng(2)
    >>> output, mask = inverted_dropout(a, 0.5, rng=rng, train=True)
    >>> mask
    array([[False,  True,  True],
           [ True,  True, False]])
    >>> output
    array([[ 0.,  4.,  6.],
           [ 8., 10.,  0.]])
    >>> inverted_dropout(a, 0.5, rng=rng, train=False)[0]
    array([[1., 2., 3.],
           [4., 5., 6.]])
    """
    a = _inputs.array("a", a)
    keep_prob = _inputs.probability("keep_prob", keep_prob)
    rng = _inputs.generator(rng)
    if not _inputs.boolean("train", train):
        return a.copy(), np.ones(a.shape, dtype=bool)
    mask = draw_mask(a.shape, keep_prob, rng)
    return apply_mask(a, mask, keep_prob), mask


def dropout_backward(grad, mask, keep_prob):
    r"""Carry the gradient of the loss back through :func:`inverted_dropout`, with the mask of the forward pass.

    .. math:: \frac{\partial L}{\partial a} = \frac{m}{q} \odot \frac{\partial L}{\partial y}

    Parameters
    ----------
    grad : array of shape (n, features) or any other
        Gradient of the loss with respect to the layer's output y.
    mask : array of bool, of the shape of `grad`
        The mask that the forward pass returned.
    keep_prob : float
        The q of that forward pass, in (0, 1]; after an evaluation pass, which scales nothing, it is 1.

    Returns
    -------
    ndarray of the shape and dtype of `grad`
        Gradient of the loss with respect to the layer's input a.

    References
    ----------
    Srivastava et al. 2014, section 5.1.

    Examples
    --------
    >>> dropout_backward([[1.0, 2.0, 3.0]], [[True, False, True]], 0.5)
    array([[2., 0., 6.]])
    """
    grad = _inputs.array("grad", grad)
    mask = _inputs.mask("mask", mask, shape=grad.shape)
    return apply_mask(grad, mask, _inputs.probability("keep_prob", keep_prob))


def drop_path(x, branch, keep_prob, *, rng, train):
    r"""Add a residual branch, or leave it out for whole examples: stochastic depth.

    .. math:: y_i = x_i + \frac{m_i}{q}\, b_i, \quad m_i \sim \mathrm{Bernoulli}(q)
        \quad\Rightarrow\quad \mathrm{E}[y] = x + b

    An example whose branch is left out goes through a shallower network; in evaluation all branches are added.

    Parameters
    ----------
    x : array of shape (n, ...)
        What bypasses the branch.
    branch : array of the shape of `x`
        What the branch computes.
    keep_prob : float
        Probability q in (0, 1] that an example keeps its branch.
    rng : numpy.random.Generator
        Source of the mask; untouched in evaluation.
    train : bool

    Returns
    -------
    output : ndarray of the shape and dtype of `x`
    mask : ndarray of bool, of shape (n,)
        True where the branch is kept; all True in evaluation. The branch's gradient is that of the output, times the
        mask, over q (:func:`dropout_backward`).

    References
    ----------
    Huang, Sun, Liu, Sedra and Weinberger 2016, *Deep networks with stochastic depth*, who multiply the branch by q at
    test time instead.

    Examples
    --------
    >>> x, branch = np.zeros((4, 2)), np.ones((4, 2))
    >>> output, mask = drop_path(x, branch, 0.5, rng=np.random.default_rng(1), train=True)
    >>> output.tolist(), mask.tolist()
    ([[2.0, 2.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]], [True, False, False, False])
    """
    x = _inputs.array("x", x)
    if x.ndim == 0:
        raise ValueError("x must have an axis of examples, got shape ()")
    branch = _inputs.array("branch", branch, shape=x.shape).astype(x.dtype, copy=False)
    keep_prob, rng = _inputs.probability("keep_prob", keep_prob), _inputs.generator(rng)
    if not _inputs.boolean("train", train):
        return x + branch, np.ones(len(x), dtype=bool)
    mask = draw_mask(len(x), keep_prob, rng)
    return x + apply_mask(branch, mask.reshape(-1, *[1] * (x.ndim - 1)), keep_prob), mask


def mc_dropout(forward, x, *, n_samples, rng):
    r"""Average `n_samples` predictions made with dropout left on, and measure how far they spread.

    .. math:: \bar y = \frac1T \sum_{t=1}^{T} f_{m_t}(x), \qquad
        s = \sqrt{\frac1T \sum_{t=1}^{T} \bigl(f_{m_t}(x) - \bar y\bigr)^2}, \qquad T = \mathrm{n\_samples}

    Parameters
    ----------
    forward : callable
        ``forward(x, rng=rng)`` makes one prediction with masks freshly drawn from `rng`.
    x : array of shape (n, features)
        Inputs, passed on as they are.
    n_samples : int
        Number T of passes, at least 2: one pass has no spread.
    rng : numpy.random.Generator
        Passed to every pass in turn, so that each draws different masks.

    Returns
    -------
    mean, std : ndarray, both of the shape of one prediction
        Mean and standard deviation over the passes (divided by T); `std` has the unit of the prediction.

    Raises
    ------
    ValueError
        If predictions differ in shape or any is not finite.

    References
    ----------
    Gal and Ghahramani 2016, section 4. Their predictive variance is s² plus the noise of the data.

    Examples
    --------
    >>> def forward(x, *, rng):
    ...     return inverted_dropout(x, 0.5, rng=rng, train=True)[0].sum(axis=1)
    >>> rng = np.random.default_rng(0)
    >>> mean, std = mc_dropout(forward, np.ones((2, 100)), n_samples=2000, rng=rng)
    >>> mean.round(), std.round()  # 100 terms, each with mean 1 and variance (1 - 0.5) / 0.5 = 1
    (array([100., 100.]), array([10., 10.]))
    """
    _inputs.function("forward", forward, "forward(x, rng=rng)")
    x = _inputs.array("x", x)
    n_samples = _inputs.count("n_samples", n_samples, low=2)
    rng = _inputs.generator(rng)
    predictions = [_inputs.array("forward's prediction", forward(x, rng=rng))]
    for _ in range(n_samples - 1):
        predictions.append(_inputs.array("forward's prediction", forward(x, rng=rng), shape=predictions[0].shape))
    return np.mean(predictions, axis=0), np.std(predictions, axis=0)


def layer_keep_probs(sizes, *, keep_prob, threshold):
    """Choose the layers to drop from: each hidden layer of at least `threshold` neurons.

    Parameters
    ----------
    sizes : sequence of int
        Neurons per layer, inputs first and outputs last, as in ``mlp.init``.
    keep_prob : float
        Probability in (0, 1] of keeping a neuron of a large hidden layer.
    threshold : int
        Smallest number of neurons that makes a hidden layer large.

    Returns
    -------
    tuple of float
        One number per *hidden* layer, in order: `keep_prob` if the layer is large, else 1.0. The outputs, which are the
        answer itself, and the inputs are never dropped and have no entry. `mlp.train` takes this tuple.

    References
    ----------
    Srivastava et al. 2014, appendix A.

    Examples
    --------
    >>> layer_keep_probs((64, 512, 256, 32, 10), keep_prob=0.5, threshold=256)
    (0.5, 0.5, 1.0)
    """
    sizes = _inputs.sizes("sizes", sizes)
    keep_prob = _inputs.probability("keep_prob", keep_prob)
    threshold = _inputs.count("threshold", threshold)
    return tuple(keep_prob if n >= threshold else 1.0 for n in sizes[1:-1])


def draw_mask(shape, keep_prob, rng):
    """What :func:`dropout_mask` draws, without checking the arguments."""
    # random() lies in [0, 1), so keep_prob = 1 keeps everything; single precision is drawn in half the time
    return np.asarray(rng.random(shape, dtype=np.float32) < keep_prob)


def apply_mask(values, mask, keep_prob):
    """Zeros where the mask is False, and the survivors divided by `keep_prob`."""
    # faster than np.where; adding 0 turns the -0.0 of a dropped negative entry into 0.0
    return values * mask / keep_prob + 0.0
