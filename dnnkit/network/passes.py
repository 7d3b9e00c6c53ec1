"""The passes through a network: a layer's weighted sums, all layers forward, and the gradients backward."""

from dnnkit import _inputs
from dnnkit.network.activations import ACTIVATIONS


def affine(a, W, b):
    """Weighted sums of a layer's inputs, plus a bias for each of its neurons.

    .. math:: z = a W + b

    Parameters
    ----------
    a : array of shape (n, fan_in)
    W : array of shape (fan_in, fan_out)
    b : array of shape (fan_out,)

    Returns
    -------
    array of shape (n, fan_out)

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
    return weighted_sums(a, W, b)


def forward(params, x, *, activation="relu"):
    r"""Outputs of the network for a batch, and what :func:`backward` needs to know about the forward pass.

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
        Gradient of the loss with respect to the outputs: :func:`dnnkit.network.cross_entropy_gradient` or another.
    activation : str

    Returns
    -------
    list of (dW, db)
        Of the shapes of `params`.

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
    params, cache = _matched(params, cache)
    grad = _inputs.array("grad", grad, shape=cache[-1][1].shape)
    return _backward(params, cache, grad, ACTIVATIONS[_inputs.one_of("activation", activation, ACTIVATIONS)])


def weighted_sums(a, W, b):
    """What :func:`affine` computes, without checking the arguments."""
    z = a @ W
    z += b
    return z


def _forward(params, x, activation):
    cache, a = [], x
    for W, b in params[:-1]:
        z = weighted_sums(a, W, b)
        cache.append((a, z))
        a = activation.value(z)
    z = weighted_sums(a, *params[-1])
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


def _matched(params, cache):
    """Return parameters and cache, if the shapes of their arrays match."""
    params = _inputs.layers("params", params)
    if not isinstance(cache, (list, tuple)) or not all(isinstance(pair, (list, tuple)) for pair in cache):
        raise TypeError(f"cache must be the list of pairs (a, z) from forward, got {type(cache).__name__}")
    if [len(pair) for pair in cache] != [2] * len(params):
        raise ValueError(f"cache must hold a pair (a, z) for each of {len(params)} layers, got {len(cache)}")
    n, pairs = None, []
    for index, ((a, z), (W, _)) in enumerate(zip(cache, params)):
        a = _inputs.array(f"cache[{index}][0]", a, shape=(n, W.shape[0]))
        n = len(a)
        pairs.append((a, _inputs.array(f"cache[{index}][1]", z, shape=(n, W.shape[1]))))
    return params, pairs


def _checked(params, x):
    x = _inputs.array("x", x, ndim=2)
    return _inputs.layers("params", params, fan_in=x.shape[1]), x
