"""One small fully connected network: its layers, its losses, forward and backward.

A network is a list of ``(W, b)``, one pair a layer, W of shape (fan_in, fan_out) and b of shape (fan_out,).
A batch is (n, features) and a layer computes ``z = a @ W + b``. Hidden layers are followed by an activation,
the last one is not: what it gives are logits (for classes) or predictions (for numbers).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dnnkit import _inputs


def affine(a, W, b):
    """Weighted sums of a layer's inputs, plus a bias for each of its units.

    .. math:: z = a W + b

    Parameters
    ----------
    a : array of shape (n, fan_in)
    W : array of shape (fan_in, fan_out)
    b : array of shape (fan_out,)

    Returns
    -------
    array of shape (n, fan_out)

    Raises
    ------
    ValueError
        If the shapes do not fit or a value is not finite.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 6.1 (there with W transposed).

    Examples
    --------
    >>> import numpy as np
    >>> affine(np.array([[1.0, 2.0]]), np.array([[1.0, 0.0, -1.0], [0.5, 2.0, 1.0]]), np.array([0.0, 1.0, 0.0]))
    array([[2., 5., 1.]])
    """
    a = _inputs.array("a", a, ndim=2)
    W = _inputs.array("W", W, shape=(a.shape[1], None))
    b = _inputs.array("b", b, shape=(W.shape[1],))
    return _affine(a, W, b)


def relu(z):
    r"""Rectified linear unit, entry by entry: what is negative becomes zero.

    .. math:: \mathrm{relu}(z) = \max(z, 0)

    Parameters
    ----------
    z : array of any shape

    Returns
    -------
    array of the shape of `z`

    Raises
    ------
    ValueError
        If `z` is empty or not finite.

    References
    ----------
    Nair and Hinton 2010, *Rectified linear units improve restricted Boltzmann machines*.

    Examples
    --------
    >>> relu([-1.5, 0.0, 2.0])
    array([0., 0., 2.])
    """
    return _relu(_inputs.array("z", z))


def tanh(z):
    r"""Hyperbolic tangent, entry by entry: nearly the identity around zero, saturating at -1 and 1.

    .. math:: \tanh(z) = \frac{e^z - e^{-z}}{e^z + e^{-z}}

    Parameters
    ----------
    z : array of any shape

    Returns
    -------
    array of the shape of `z`, values in [-1, 1]

    Raises
    ------
    ValueError
        If `z` is empty or not finite.

    References
    ----------
    LeCun, Bottou, Orr and Müller 1998, *Efficient BackProp*, section 4.4.

    Examples
    --------
    >>> tanh([-100.0, 0.0, 100.0])
    array([-1.,  0.,  1.])
    """
    return np.tanh(_inputs.array("z", z))


def sigmoid(z):
    r"""Logistic function, entry by entry: any number becomes one between 0 and 1.

    .. math:: \sigma(z) = \frac{1}{1 + e^{-z}}

    Parameters
    ----------
    z : array of any shape

    Returns
    -------
    array of the shape of `z`, values in [0, 1]

    Raises
    ------
    ValueError
        If `z` is empty or not finite.

    References
    ----------
    Rumelhart, Hinton and Williams 1986, *Learning representations by back-propagating errors*.

    Examples
    --------
    >>> sigmoid([-1000.0, 0.0, 1000.0])
    array([0. , 0.5, 1. ])
    """
    return _sigmoid(_inputs.array("z", z))


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
        Each row is positive and sums to 1.

    Raises
    ------
    ValueError
        If `z` is empty, not finite or not two-dimensional.

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
    TypeError
        If `y` does not hold integers.
    ValueError
        If the shapes do not fit, a logit is not finite or a label is not among the classes.

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
    TypeError, ValueError
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
    r"""Mean of the squared differences over all entries, as ``torch.nn.functional.mse_loss``.

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
        If the shapes differ (nothing is broadcast) or a value is not finite.

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


def forward(params, x, *, activation="relu"):
    r"""Outputs of the network for a batch, and what :func:`backward` needs to know about the way there.

    .. math:: z_l = a_{l-1} W_l + b_l, \qquad a_l = f(z_l), \qquad a_0 = x; \qquad \text{outputs} = z_L

    Parameters
    ----------
    params : list of (W, b)
        W of shape (fan_in, fan_out), b of shape (fan_out,).
    x : array of shape (n, features)
    activation : str
        A key of `ACTIVATIONS`; it follows each layer but the last.

    Returns
    -------
    outputs : array of shape (n, fan_out of the last layer)
        Logits or predictions.
    cache : list of (a, z)
        Each layer's input and pre-activation.

    Raises
    ------
    ValueError
        If shapes do not fit, a value is not finite or the activation is unknown.

    References
    ----------
    Rumelhart, Hinton and Williams 1986, *Learning representations by back-propagating errors*.

    Examples
    --------
    >>> import numpy as np
    >>> params = [(np.array([[1.0, -1.0]]), np.zeros(2)), (np.ones((2, 1)), np.array([0.5]))]
    >>> outputs, cache = forward(params, np.array([[3.0], [-2.0]]))
    >>> outputs                                              # |x| + 0.5
    array([[3.5],
           [2.5]])
    """
    params, x = _checked(params, x)
    return _forward(params, x, ACTIVATIONS[_inputs.one_of("activation", activation, ACTIVATIONS)])


def backward(params, cache, grad, *, activation="relu"):
    r"""Gradients of a loss with respect to each W and b, by the chain rule from the last layer to the first.

    .. math::
       \frac{\partial L}{\partial W_l} = a_{l-1}^\top g_l, \qquad
       \frac{\partial L}{\partial b_l} = \sum_i g_{l,i}, \qquad
       g_{l-1} = (g_l W_l^\top) \odot f'(z_{l-1})

    Parameters
    ----------
    params : list of (W, b)
    cache : list of (a, z)
        From :func:`forward` with the same `params` and `activation`.
    grad : array of shape (n, fan_out of the last layer)
        Gradient of the loss with respect to the outputs: :func:`cross_entropy_gradient` or another.
    activation : str

    Returns
    -------
    list of (dW, db)
        Of the shapes of `params`.

    Raises
    ------
    ValueError
        If shapes do not fit, a value is not finite or the activation is unknown.

    References
    ----------
    Rumelhart, Hinton and Williams 1986, *Learning representations by back-propagating errors*.

    Examples
    --------
    >>> import numpy as np
    >>> params = [(np.array([[1.0, -1.0]]), np.zeros(2)), (np.ones((2, 1)), np.array([0.5]))]
    >>> outputs, cache = forward(params, np.array([[3.0], [-2.0]]))
    >>> (dW, db), _ = backward(params, cache, np.ones((2, 1)))
    >>> dW, db
    (array([[ 3., -2.]]), array([1., 1.]))
    """
    params, _ = _checked(params, cache[0][0])
    if len(cache) != len(params):
        raise ValueError(f"cache must hold a pair (a, z) for each of {len(params)} layers, got {len(cache)}")
    grad = _inputs.array("grad", grad, shape=cache[-1][1].shape)
    return _backward(params, cache, grad, ACTIVATIONS[_inputs.one_of("activation", activation, ACTIVATIONS)])


class Activation(NamedTuple):
    """An activation and its slope, both unvalidated; ``slope(z, a)`` may use the input z or the value a."""

    value: Callable
    slope: Callable


def _affine(a, W, b):
    z = a @ W
    z += b
    return z


def _relu(z):
    return np.maximum(z, 0)


def _sigmoid(z):
    # Only exponentials of negative numbers: nothing overflows, and both tails keep their relative precision.
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


ACTIVATIONS = {
    "linear": Activation(lambda z: z, lambda z, a: np.ones_like(z)),
    "relu": Activation(_relu, lambda z, a: z > 0),
    "tanh": Activation(np.tanh, lambda z, a: 1 - a * a),
    "sigmoid": Activation(_sigmoid, lambda z, a: a * (1 - a)),
}


def _softmax(z):
    p = z - np.maximum.reduce(z, axis=1, keepdims=True)
    np.exp(p, out=p)
    p /= np.add.reduce(p, axis=1, keepdims=True)
    return p


def _cross_entropy(logits, y):
    n = len(y)
    shifted = logits - np.maximum.reduce(logits, axis=1, keepdims=True)
    grad = np.exp(shifted)
    total = np.add.reduce(grad, axis=1, keepdims=True)
    right = np.arange(n), y
    loss = (np.add.reduce(np.log(total), axis=None) - np.add.reduce(shifted[right])) / n
    grad /= total * n
    grad[right] -= 1 / n
    return float(loss), grad


def _squared_error(predictions, targets):
    difference = predictions - targets
    flat = difference.ravel()
    return float(flat @ flat) / flat.size, difference * (2 / flat.size)


# A loss gives its value and its gradient at once: they share most of their work. Outputs first, then targets.
LOSSES = {"cross_entropy": _cross_entropy, "squared_error": _squared_error}


def _forward(params, x, activation):
    cache, a = [], x
    for W, b in params[:-1]:
        z = _affine(a, W, b)
        cache.append((a, z))
        a = activation.value(z)
    z = _affine(a, *params[-1])
    cache.append((a, z))
    return z, cache


def _backward(params, cache, grad, activation):
    grads = []
    for layer in reversed(range(len(params))):
        a, _ = cache[layer]
        grads.append((a.T @ grad, grad.sum(axis=0)))
        if layer:
            grad = grad @ params[layer][0].T * activation.slope(cache[layer - 1][1], a)
    return grads[::-1]


def _checked(params, x):
    x = _inputs.array("x", x, ndim=2)
    return _inputs.layers("params", params, fan_in=x.shape[1]), x


def _classified(logits, y):
    logits = _inputs.array("logits", logits, ndim=2)
    return logits, _inputs.labels("y", y, classes=logits.shape[1], n=len(logits))


def _regressed(predictions, targets):
    predictions = _inputs.array("predictions", predictions, ndim=2)
    return predictions, _inputs.array("targets", targets, shape=predictions.shape)
