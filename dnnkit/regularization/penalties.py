"""A penalty on large weights, added to the loss, or a limit on their norm.

Weights come as a list of arrays. Arrays of one axis (biases, and the scale and shift of batch norm) are left out of
every penalty: they are few, and shrinking them makes no function simpler.
"""

import numpy as np

from dnnkit import _inputs


def l2_penalty(weights, lam, *, m):
    r"""Half the squared Frobenius norm of the weights, as a share `lam` per training example.

    .. math:: \frac{\lambda}{2m} \sum_l \lVert W_l \rVert_F^2, \qquad \lVert W \rVert_F^2 = \sum_{ij} W_{ij}^2

    Parameters
    ----------
    weights : list of arrays
        W of shape (fan_in, fan_out) or with more axes; arrays of one axis are left out.
    lam : float
        λ, not negative.
    m : int
        Number of training examples, never of a batch.

    Returns
    -------
    float
        In the unit of the loss per example.

    Raises
    ------
    ValueError
        If no array has two axes.

    References
    ----------
    Hoerl and Kennard 1970, *Ridge regression*.
    Krogh and Hertz 1992, *A simple weight decay can improve generalization*.

    Examples
    --------
    >>> l2_penalty([np.array([[1.0, 2.0], [0.0, 3.0]]), np.array([100.0, 100.0])], 5, m=10)     # 5 / 20 * 14
    3.5
    """
    weights, lam, m = _checked(weights, lam, m)
    return lam / (2 * m) * sum(float(np.square(W, dtype=np.float64).sum()) for W in weights if W.ndim > 1)


def l2_gradient(weights, lam, *, m):
    r"""Gradient of :func:`l2_penalty`: each weight is pulled to zero in proportion to itself.

    .. math:: \frac{\partial}{\partial W_l} = \frac{\lambda}{m} W_l

    A step of plain SGD with it multiplies W by 1 − ηλ/m: weight decay. With momentum or Adam the two are not the same.

    Parameters
    ----------
    weights, lam, m
        As for :func:`l2_penalty`.

    Returns
    -------
    list of arrays
        Of the shapes and dtypes of `weights`; zeros where there is one axis.

    Raises
    ------
    ValueError
        As :func:`l2_penalty`.

    References
    ----------
    Loshchilov and Hutter 2019, *Decoupled weight decay regularization*, proposition 1.

    Examples
    --------
    >>> l2_gradient([np.array([[1.0, -2.0]]), np.array([5.0, 5.0])], 0.5, m=10)
    [array([[ 0.05, -0.1 ]]), array([0., 0.])]
    """
    weights, lam, m = _checked(weights, lam, m)
    return [l2_term(W, lam, m) if W.ndim > 1 else np.zeros_like(W) for W in weights]


def l1_penalty(weights, lam, *, m):
    r"""Sum of the magnitudes of the weights, as a share `lam` per training example.

    .. math:: \frac{\lambda}{m} \sum_l \sum_{ij} \lvert W_{l,ij} \rvert

    Its pull on a weight does not weaken as the weight shrinks, so that at the minimum many weights are zero. Steps
    along a subgradient, as training takes them, jump back and forth across zero by a step's length and reach it only by
    chance.

    Parameters
    ----------
    weights, lam, m
        As for :func:`l2_penalty`.

    Returns
    -------
    float
        In the unit of the loss per example.

    Raises
    ------
    ValueError
        As :func:`l2_penalty`.

    References
    ----------
    Tibshirani 1996, *Regression shrinkage and selection via the lasso*.

    Examples
    --------
    >>> l1_penalty([np.array([[1.0, -2.0], [0.0, 3.0]])], 5, m=10)                              # 5 / 10 * 6
    3.0
    """
    weights, lam, m = _checked(weights, lam, m)
    return lam / m * sum(float(np.abs(W).sum(dtype=np.float64)) for W in weights if W.ndim > 1)


def l1_gradient(weights, lam, *, m):
    r"""A subgradient of :func:`l1_penalty`: each weight is pulled to zero with the same force.

    .. math:: \frac{\partial}{\partial W_l} = \frac{\lambda}{m} \operatorname{sign}(W_l), \qquad
        \operatorname{sign}(0) = 0

    Parameters
    ----------
    weights, lam, m
        As for :func:`l2_penalty`.

    Returns
    -------
    list of arrays
        Of the shapes and dtypes of `weights`; zeros where there is one axis.

    Raises
    ------
    ValueError
        As :func:`l2_penalty`.

    References
    ----------
    Tibshirani 1996, as for :func:`l1_penalty`.

    Examples
    --------
    >>> l1_gradient([np.array([[4.0, -0.1, 0.0]])], 0.5, m=10)
    [array([[ 0.05, -0.05,  0.  ]])]
    """
    weights, lam, m = _checked(weights, lam, m)
    return [l1_term(W, lam, m) if W.ndim > 1 else np.zeros_like(W) for W in weights]


def linear_fraction(z, *, tolerance):
    r"""Share of the pre-activations at which tanh is nearly a straight line.

    .. math:: \frac1n \#\{i : \lvert z_i - \tanh z_i \rvert \le \text{tolerance} \cdot \lvert z_i \rvert\}

    Small weights keep a tanh network in this range, where it computes little more than a linear map. A tolerance of
    0.076 allows \|z\| up to 0.5, one of 0.01 allows \|z\| up to 0.17.

    Parameters
    ----------
    z : array of any shape
        Weighted sums before the activation.
    tolerance : float
        Largest relative distance of tanh(z) from z, in (0, 1).

    Returns
    -------
    float
        In [0, 1].

    References
    ----------
    LeCun, Bottou, Orr and Müller 1998, *Efficient backprop*, section 4.6, on starting in the linear range.

    Examples
    --------
    >>> linear_fraction(np.array([[-0.4, 0.1], [3.0, 0.0]]), tolerance=0.076)
    0.75
    """
    z = _inputs.array("z", z)
    tolerance = _inputs.number("tolerance", tolerance, low=0, high=1, low_open=True, high_open=True)
    return float((np.abs(z - np.tanh(z)) <= tolerance * np.abs(z)).mean())


def max_norm(w, limit):
    r"""Shrink the incoming weights of each neuron whose norm is over `limit`, and leave the others alone.

    .. math:: W_{\cdot j} \leftarrow W_{\cdot j} \min\Bigl(1, \frac{\text{limit}}{\lVert W_{\cdot j} \rVert}\Bigr)

    Parameters
    ----------
    w : array of shape (fan_in, fan_out)
        Column j holds the incoming weights of neuron j.
    limit : float
        Largest norm of a column, positive.

    Returns
    -------
    array of the shape and dtype of `w`

    References
    ----------
    Srivastava et al. 2014, *Dropout*, section 5.1.

    Examples
    --------
    >>> max_norm(np.array([[3.0, 0.3], [4.0, 0.4]]), 1)
    array([[0.6, 0.3],
           [0.8, 0.4]])
    """
    w = _inputs.array("w", w, ndim=2)
    limit = _inputs.number("limit", limit, low=0, low_open=True)
    return w * shrinkage(w, limit)


def l2_term(W, lam, m):
    """The gradient of the L2 penalty with respect to one array."""
    return (lam / m) * W


def l1_term(W, lam, m):
    """The gradient of the L1 penalty with respect to one array."""
    return (lam / m) * np.sign(W)


def shrinkage(W, limit):
    """Factor for each column that brings its norm down to the limit."""
    norms = np.linalg.norm(W.astype(np.float64, copy=False), axis=0)
    return (limit / np.maximum(norms, limit)).astype(W.dtype)


def _checked(weights, lam, m):
    if not isinstance(weights, (list, tuple)):
        raise TypeError(f"weights must be a list of arrays, got {type(weights).__name__}")
    weights = [_inputs.array(f"weights[{index}]", W) for index, W in enumerate(weights)]
    if not any(W.ndim > 1 for W in weights):
        raise ValueError(f"weights must hold an array of two or more axes, got shapes {[W.shape for W in weights]}")
    return weights, _inputs.number("lam", lam, low=0), _inputs.count("m", m)
