"""Gradients: checking them against differences, watching them vanish or explode through the layers, clipping them."""

import math

import numpy as np

from dnnkit import _inputs, network

__all__ = [
    "clip_by_global_norm",
    "clip_by_value",
    "diagnose_gradients",
    "jacobian_singular_values",
    "layer_gradient_norms",
    "numerical_gradient",
    "relative_error",
    "update_ratio",
]


def numerical_gradient(f, x, *, eps=1e-5):
    r"""Gradient of a function by central differences, to check an analytic one.

    .. math:: \frac{\partial f}{\partial x_i} \approx
        \frac{f(x + \varepsilon e_i) - f(x - \varepsilon e_i)}{2 \varepsilon}, \qquad \text{error } O(\varepsilon^2)

    Everything is computed in float64: in float32 two values so close together differ by little more than rounding
    error.

    Parameters
    ----------
    f : callable
        ``f(x)`` takes a float64 array of the shape of `x` and returns a number. It is called twice for each entry.
    x : array of any shape
        Where the gradient is taken.
    eps : float
        ε, positive. Near the cube root of machine precision (6e-6), rounding and truncation errors balance.

    Returns
    -------
    array of the shape and dtype of `x`

    Raises
    ------
    ValueError
        If f returns more than one number, or one that is not finite.

    References
    ----------
    Bishop 2006, *Pattern Recognition and Machine Learning*, section 5.3.3.

    Examples
    --------
    >>> numerical_gradient(lambda x: x[0] ** 2 + 3 * x[1], np.array([2.0, 5.0])).round(6)
    array([4., 3.])
    """
    f = _inputs.function("f", f, "f(x)")
    x = _inputs.array("x", x)
    eps = _inputs.number("eps", eps, low=0, low_open=True)
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        value = []
        for step in (eps, -eps):
            moved = x.astype(np.float64)  # a fresh copy, which f may keep or change
            moved[index] += step
            value.append(float(_inputs.array("f(x)", f(moved), shape=())))
        gradient[index] = (value[0] - value[1]) / (2 * eps)
    return gradient


def relative_error(a, b):
    r"""How far apart two arrays are in proportion to their size, as when a gradient is checked.

    .. math:: \frac{\lVert a - b \rVert}{\lVert a \rVert + \lVert b \rVert}

    Parameters
    ----------
    a, b : arrays of one shape

    Returns
    -------
    float
        In [0, 1], the same for (b, a): 0 if the arrays are equal, even if both are zero; 1 if only one of them is zero,
        or if one is the negative of the other. In float64 a correct gradient stays within about 1e-7 of its central
        differences.

    References
    ----------
    Higham 2002, *Accuracy and Stability of Numerical Algorithms*, section 1.2, there relative to an exact b alone.

    Examples
    --------
    >>> relative_error([3.0, 4.0], [3.0, 4.0]), relative_error([0.0], [0.0]), relative_error([2.0], [0.0])
    (0.0, 0.0, 1.0)
    """
    a = _inputs.array("a", a)
    b = _inputs.array("b", b, shape=a.shape)
    largest = max(_largest(a), _largest(b))
    if largest == 0:
        return 0.0
    a, b = a / np.float64(largest), b / np.float64(largest)
    return float(np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)))


def layer_gradient_norms(params, x, y, *, activation):
    r"""How large the gradient of the loss is at each layer's output, on its way back from the last to the first.

    .. math::
        \lVert G_l \rVert_F, \qquad G_L = \frac{\partial L}{\partial z_L}, \qquad
        G_{l-1} = \frac{\partial L}{\partial a_{l-1}} = \left(G_l \odot f'(z_l)\right) W_l^\top

    with cross-entropy for L and without f' at the last layer. The gradients of the *weights* would hide what happens:
    they are products of these and the activations, and where one grows through the layers as the other falls, every
    layer's is about the same size.

    Parameters
    ----------
    params : list of (W, b)
    x : array of shape (n, features)
    y : integer array of shape (n,)
    activation : str
        A key of ``network.ACTIVATIONS``; it follows each layer but the last.

    Returns
    -------
    array of shape (layers,), of the dtype of the network's outputs
        The first layer first.

    References
    ----------
    Bengio, Simard and Frasconi 1994, *Learning long-term dependencies with gradient descent is difficult*; Glorot and
    Bengio 2010, section 4.2.2.

    Examples
    --------
    >>> halves = [(np.eye(2) / 2, np.zeros(2))] * 4
    >>> norms = layer_gradient_norms(halves, np.ones((1, 2)), np.array([0]), activation="linear")
    >>> norms / norms[-1]                                    # in the backward pass each layer halves the gradient
    array([0.125, 0.25 , 0.5  , 1.   ])
    """
    outputs, cache = network.forward(params, x, activation=activation)
    slope = network.ACTIVATIONS[activation].slope
    grad = network.cross_entropy_gradient(outputs, y)
    norms = [global_norm(grad)]
    for (W, _), (a, _), (_, z) in zip(params[:0:-1], cache[:0:-1], cache[-2::-1]):
        grad = grad @ np.transpose(W)
        norms.append(global_norm(grad))
        grad = grad * slope(z, a)
    return np.array(norms[::-1], dtype=outputs.dtype)


def jacobian_singular_values(weights, pre_activations, *, activation):
    r"""Singular values of each layer's Jacobian: how much the layer can stretch or shrink a signal and its gradient.

    .. math:: J_l = \frac{\partial a_l}{\partial a_{l-1}} = W_l \operatorname{diag} f'(z_l), \qquad
        \text{rate}_l = \sqrt{\textstyle\sum_k \sigma_k^2 \,/\, n_l}

    A gradient without a preferred direction changes its norm by the root-mean-square rate, with :math:`n_l` the layer's
    outputs. A largest singular value below 1 in every layer suffices for vanishing; one above 1 is only necessary for
    exploding.

    Parameters
    ----------
    weights : list of arrays of shape (fan_in, fan_out)
    pre_activations : list of arrays of shape (n, fan_out)
        Each layer's z for a batch, as in the cache of ``network.forward``.
    activation : str
        A key of ``network.ACTIVATIONS``; it follows each of these layers.

    Returns
    -------
    list of arrays of shape (n, min(fan_in, fan_out))
        One array per layer; each row belongs to an example, the largest value first.

    References
    ----------
    Pascanu, Mikolov and Bengio 2013, *On the difficulty of training recurrent neural networks*, section 2.1;
    Pennington, Schoenholz and Ganguli 2017, *Resurrecting the sigmoid*.

    Examples
    --------
    >>> z = np.array([[1.0, 1.0], [1.0, -1.0]])
    >>> jacobian_singular_values([np.diag([3.0, 2.0])], [z], activation="relu")[0]  # nothing passes a ReLU that is off
    array([[3., 2.],
           [3., 0.]])
    """
    weights, pre_activations = _list("weights", weights), _list("pre_activations", pre_activations)
    if len(weights) != len(pre_activations):
        raise ValueError(
            f"weights and pre_activations must have an array for each layer, got {len(weights)} and "
            f"{len(pre_activations)}"
        )
    value, slope, _ = network.ACTIVATIONS[_inputs.one_of("activation", activation, network.ACTIVATIONS)]
    found = []
    for index, (W, z) in enumerate(zip(weights, pre_activations)):
        W = _inputs.array(f"weights[{index}]", W, ndim=2)
        z = _inputs.array(f"pre_activations[{index}]", z, shape=(None, W.shape[1]))
        found.append(np.linalg.svd(W * slope(z, value(z))[:, None, :], compute_uv=False))
    return found


def clip_by_global_norm(grads, max_norm):
    r"""Gradients scaled down together, if need be, to a joint norm of `max_norm`: shorter, in the same direction.

    .. math:: g \leftarrow g \cdot \min\left(1, \frac{\text{max\_norm}}{\lVert g \rVert}\right), \qquad
        \lVert g \rVert = \sqrt{\textstyle\sum_t \lVert g_t \rVert^2}

    Parameters
    ----------
    grads : list of arrays of any shapes
        The gradients of all parameters.
    max_norm : float
        Positive.

    Returns
    -------
    clipped : list of arrays of the shapes and dtypes of `grads`
    norm : float
        The joint norm before clipping, worth watching; infinite if it overflows, and the gradients are clipped all the
        same.

    References
    ----------
    Pascanu, Mikolov and Bengio 2013, *On the difficulty of training recurrent neural networks*, section 3.2.

    Examples
    --------
    >>> clip_by_global_norm([np.array([3.0]), np.array([[4.0]])], 1.0)
    ([array([0.6]), array([[0.8]])], 5.0)
    """
    grads, max_norm = _gradients(grads), _inputs.number("max_norm", max_norm, low=0, low_open=True)
    norm, factors = norm_and_factors(max_norm, *grads)
    for factor in factors or (1.0,):
        grads = [np.asarray(grad * factor) for grad in grads]
    return grads, norm


def clip_by_value(grads, limit):
    r"""Gradients with every entry cut to [-limit, limit]; unlike :func:`clip_by_global_norm` this changes direction.

    .. math:: g_i \leftarrow \min(\max(g_i, -\text{limit}), \text{limit})

    Parameters
    ----------
    grads : list of arrays of any shapes
    limit : float
        Positive.

    Returns
    -------
    list of arrays of the shapes and dtypes of `grads`

    References
    ----------
    Mikolov 2012, *Statistical language models based on neural networks*.

    Examples
    --------
    >>> clip_by_value([np.array([0.5, -3.0]), np.array([10.0])], 1.0)
    [array([ 0.5, -1. ]), array([1.])]
    """
    grads, limit = _gradients(grads), _inputs.number("limit", limit, low=0, low_open=True)
    return [np.asarray(np.clip(grad, -limit, limit)) for grad in grads]


def diagnose_gradients(norms, *, low=0.9, high=1.1):
    r"""Whether gradients vanish, explode or stay stable through the layers, by the rate at which their norms change.

    .. math:: \text{rate} = \left(\frac{\lVert G_1 \rVert}{\lVert G_L \rVert}\right)^{1 / (L - 1)}

    Parameters
    ----------
    norms : array of shape (layers,)
        From :func:`layer_gradient_norms`, the first layer first; two or more.
    low : float
        In (0, 1]; below this rate gradients vanish. At 0.9 thirty layers leave 4%.
    high : float
        At least 1; above this rate they explode.

    Returns
    -------
    verdict : {"vanishing", "stable", "exploding"}
    rate : float
        The (geometric) mean factor by which a layer changes the norm in the backward pass; 0 if nothing arrives.

    Raises
    ------
    ValueError
        If the last norm is 0.

    References
    ----------
    Pascanu, Mikolov and Bengio 2013, *On the difficulty of training recurrent neural networks*, section 2.

    Examples
    --------
    >>> diagnose_gradients([0.125, 0.25, 0.5, 1.0])
    ('vanishing', 0.5)
    >>> diagnose_gradients([1.0, 3.0, 1.0])
    ('stable', 1.0)
    """
    norms = _inputs.array("norms", norms, ndim=1)
    low = _inputs.number("low", low, low=0, high=1, low_open=True)
    high = _inputs.number("high", high, low=1)
    _inputs.count("the number of norms", len(norms), low=2)
    if norms.min() < 0 or norms[-1] == 0:
        raise ValueError(f"norms must not be negative and the last must be positive, got {norms.tolist()}")
    with np.errstate(divide="ignore", over="ignore"):
        # logarithms, since the ratio may be too small or too large for a float; that of a first norm of 0 is -inf
        first, last = np.log(norms[[0, -1]].astype(np.float64))
        rate = float(np.exp((first - last) / (len(norms) - 1)))
    return "vanishing" if rate < low else "exploding" if rate > high else "stable", rate


def update_ratio(update, w):
    r"""How far a step moves the weights, in proportion to their size.

    .. math:: \sqrt{\frac{\operatorname{mean}(\Delta w^2)}{\operatorname{mean}(w^2)}}

    At about 0.001 to 0.01 training makes progress; far below that it hardly moves, and near 1 each step redraws the
    weights.

    Parameters
    ----------
    update : array of the shape of `w`
        What the step adds: the new weights minus the old.
    w : array of any shape
        The weights before the step, not all zero.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If all weights are zero, as biases are at the start: they have no size to compare with.

    References
    ----------
    Karpathy 2022, *Building makemore, part 3*, which draws its logarithm for each layer.

    Examples
    --------
    >>> update_ratio([0.003, 0.004], [3.0, 4.0])
    0.001
    """
    w = _inputs.array("w", w)
    update = _inputs.array("update", update, shape=w.shape)
    size = global_norm(w)
    if size == 0:
        raise ValueError("w must not be all zeros: they have no size to compare with")
    return global_norm(update) / size


def _largest(array):
    return float(np.abs(array).max())


def global_norm(*arrays):
    """Euclidean norm of all entries together, infinite if float64 cannot hold it."""
    largest, relative = _norm(arrays)
    return largest * relative


def norm_and_factors(max_norm, *arrays):
    """The global norm, and what to multiply the arrays by, one after the other, to bring it down to `max_norm`."""
    largest, relative = _norm(arrays)
    norm = largest * relative
    if norm <= max_norm:
        return norm, ()
    if math.isinf(norm):  # then its factor would be 0: first by the largest entry, which is a float
        return norm, (1 / largest, max_norm / relative)
    return norm, (max_norm / norm,)


def _norm(arrays):
    # In float32 a vanishing gradient's squares are zero and an exploding one's infinite: hence scaled, in float64.
    largest = max(map(_largest, arrays))
    if largest == 0:
        return 0.0, 1.0
    return largest, math.sqrt(sum(float(np.sum((array / np.float64(largest)) ** 2)) for array in arrays))


def _list(name, value):
    if not isinstance(value, (tuple, list)):
        raise TypeError(f"{name} must be a list of arrays, got {type(value).__name__}")
    if not value:
        raise ValueError(f"{name} must hold at least one array, got none")
    return value


def _gradients(grads):
    return [_inputs.array(f"grads[{index}]", grad) for index, grad in enumerate(_list("grads", grads))]
