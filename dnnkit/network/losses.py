"""Losses: how far a network's outputs are from the targets, and the gradient with respect to the outputs."""

import numpy as np

from dnnkit import _inputs


def softmax(z):
    r"""Probabilities of the classes from the logits of each example.

    .. math:: p_{ij} = \frac{e^{z_{ij}}}{\sum_k e^{z_{ik}}}

    The row's largest logit is subtracted first: that changes nothing but keeps the exponentials from overflowing.

    Parameters
    ----------
    z : array of shape (n, classes)
        Logits.

    Returns
    -------
    array of shape (n, classes)
        Each row sums to 1. No entry is negative, but one that is too small for a float is 0.

    References
    ----------
    Bridle 1990, *Probabilistic interpretation of feedforward classification network outputs*.

    Examples
    --------
    >>> softmax([[0.0, 0.0], [1000.0, 0.0]])
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    return _softmax(_inputs.array("z", z, ndim=2))


def cross_entropy(logits, y):
    r"""Mean over the batch of minus the log-probability that the network gives to the right class, in nats.

    .. math:: L = -\frac{1}{n} \sum_i \log p_{i, y_i}, \qquad p = \mathrm{softmax}(\text{logits})

    It takes logits, not probabilities, as ``torch.nn.functional.cross_entropy`` does: the logarithm of a probability
    that was rounded to 0 cannot be undone.

    Parameters
    ----------
    logits : array of shape (n, classes)
    y : integer array of shape (n,)
        The right class of each example, from 0.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a label is not among the classes.

    References
    ----------
    Bishop 2006, *Pattern Recognition and Machine Learning*, section 4.3.4.

    Examples
    --------
    >>> round(cross_entropy([[0.0, 0.0, 0.0]], [2]), 4)   # ln 3: the network knows nothing
    1.0986
    """
    return _cross_entropy(*_classified(logits, y))[0]


def cross_entropy_gradient(logits, y):
    r"""Gradient of :func:`cross_entropy` with respect to the logits.

    .. math:: \frac{\partial L}{\partial z_{ij}} = \frac{p_{ij} - [j = y_i]}{n}

    Parameters
    ----------
    logits : array of shape (n, classes)
    y : integer array of shape (n,)

    Returns
    -------
    array of shape (n, classes)
        Already divided by n; each row sums to 0.

    Raises
    ------
    ValueError
        As :func:`cross_entropy`.

    References
    ----------
    Bishop 2006, *Pattern Recognition and Machine Learning*, section 4.3.4.

    Examples
    --------
    >>> cross_entropy_gradient([[0.0, 0.0], [0.0, 0.0]], [0, 1])
    array([[-0.25,  0.25],
           [ 0.25, -0.25]])
    """
    return _cross_entropy(*_classified(logits, y))[1]


def squared_error(predictions, targets):
    r"""Mean of the squared differences over all entries, as in ``torch.nn.functional.mse_loss``.

    .. math:: L = \frac{1}{n d} \sum_{i,j} (\hat y_{ij} - y_{ij})^2

    Parameters
    ----------
    predictions : array of shape (n, d)
    targets : array of shape (n, d)

    Returns
    -------
    float
        In squared units of the targets.

    Raises
    ------
    ValueError
        If the shapes differ: nothing is broadcast.

    References
    ----------
    Bishop 2006, *Pattern Recognition and Machine Learning*, section 1.1 (there with a factor 1/2).

    Examples
    --------
    >>> squared_error([[1.0], [3.0]], [[0.0], [0.0]])
    5.0
    """
    return _squared_error(*_regressed(predictions, targets))[0]


def squared_error_gradient(predictions, targets):
    r"""Gradient of :func:`squared_error` with respect to the predictions.

    .. math:: \frac{\partial L}{\partial \hat y_{ij}} = \frac{2 (\hat y_{ij} - y_{ij})}{n d}

    Parameters
    ----------
    predictions : array of shape (n, d)
    targets : array of shape (n, d)

    Returns
    -------
    array of shape (n, d)

    Raises
    ------
    ValueError
        As :func:`squared_error`.

    References
    ----------
    Bishop 2006, *Pattern Recognition and Machine Learning*, section 1.1 (there with a factor 1/2).

    Examples
    --------
    >>> squared_error_gradient([[1.0], [3.0]], [[0.0], [0.0]])
    array([[1.],
           [3.]])
    """
    return _squared_error(*_regressed(predictions, targets))[1]


def huber(predictions, targets, *, delta=1.0):
    r"""Mean over all entries of a loss that is quadratic for small differences and linear for large ones.

    .. math::
       L = \frac{1}{n d} \sum_{i,j} h(\hat y_{ij} - y_{ij}), \qquad
       h(e) = \begin{cases} e^2 / 2 & |e| \le \delta \\ \delta (|e| - \delta / 2) & |e| > \delta \end{cases}

    A target that is far off pulls with force δ and no more. Same as ``torch.nn.functional.huber_loss``.

    Parameters
    ----------
    predictions : array of shape (n, d)
    targets : array of shape (n, d)
    delta : float
        δ, positive, in units of the targets; a network's "huber" has 1.

    Returns
    -------
    float
        In squared units of the targets.

    Raises
    ------
    ValueError
        If the shapes differ: nothing is broadcast.

    References
    ----------
    Huber 1964, *Robust estimation of a location parameter*.

    Examples
    --------
    >>> huber([[1.0], [10.0]], [[0.0], [0.0]])               # 0.5 and 9.5
    5.0
    """
    return _huber(*_regressed(predictions, targets), _inputs.number("delta", delta, low=0, low_open=True))[0]


def huber_gradient(predictions, targets, *, delta=1.0):
    r"""Gradient of :func:`huber` with respect to the predictions.

    .. math:: \frac{\partial L}{\partial \hat y_{ij}} = \frac{\min(\max(\hat y_{ij} - y_{ij}, -\delta), \delta)}{n d}

    Parameters
    ----------
    predictions : array of shape (n, d)
    targets : array of shape (n, d)
    delta : float

    Returns
    -------
    array of shape (n, d)

    Raises
    ------
    ValueError
        As :func:`huber`.

    References
    ----------
    Huber 1964, *Robust estimation of a location parameter*.

    Examples
    --------
    >>> huber_gradient([[0.5], [-10.0]], [[0.0], [0.0]])
    array([[ 0.25],
           [-0.5 ]])
    """
    return _huber(*_regressed(predictions, targets), _inputs.number("delta", delta, low=0, low_open=True))[1]


def _softmax(z):
    p = z - np.maximum.reduce(z, axis=1, keepdims=True)
    np.exp(p, out=p)
    p /= np.add.reduce(p, axis=1, keepdims=True)
    return p


def _cross_entropy(logits, y):
    n = len(y)
    # Classes along the first axis: NumPy vectorizes reductions along that one, and works entry by entry along the last.
    shifted = np.ascontiguousarray(logits.T)
    shifted = shifted - np.maximum.reduce(shifted, axis=0)
    grad = np.exp(shifted)
    total = np.add.reduce(grad, axis=0)
    right = y, np.arange(n)
    loss = (np.add.reduce(np.log(total)) - np.add.reduce(shifted[right])) / n
    grad /= total * n
    grad[right] -= 1 / n
    return float(loss), grad.T


def _squared_error(predictions, targets):
    difference = predictions - targets
    flat = difference.ravel()
    return float(flat @ flat) / flat.size, difference * (2 / flat.size)


def _huber(predictions, targets, delta=1.0):
    difference = predictions - targets
    pull = np.minimum(np.maximum(difference, -delta), delta)
    # Within delta the pull p is the difference e, and e * p - p * p / 2 is both branches of the loss at once.
    loss = (pull * (difference - 0.5 * pull)).sum() / difference.size
    pull /= difference.size
    return float(loss), pull


# A loss returns its value and its gradient together: they share most of their work. Outputs first, then targets.
LOSSES = {"cross_entropy": _cross_entropy, "squared_error": _squared_error, "huber": _huber}


def _classified(logits, y):
    logits = _inputs.array("logits", logits, ndim=2)
    return logits, _inputs.labels("y", y, classes=logits.shape[1], n=len(logits))


def _regressed(predictions, targets):
    predictions = _inputs.array("predictions", predictions, ndim=2)
    return predictions, _inputs.array("targets", targets, shape=predictions.shape)
