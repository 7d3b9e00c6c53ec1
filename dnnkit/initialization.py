"""Initialization: how large the first weights are, so that a signal keeps its size through many layers."""

import math
from dataclasses import dataclass

import numpy as np

from dnnkit import _inputs
from dnnkit.network import ACTIVATIONS

# The variance of a weight; the square root is taken in init_std.
_VARIANCE = {
    "lecun": lambda fan_in, fan_out: 1 / fan_in,
    "glorot": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "he": lambda fan_in, fan_out: 2 / fan_in,
}

_GAIN = {
    "linear": 1.0,
    "sigmoid": 1.0,
    "tanh": 5 / 3,
    "relu": math.sqrt(2),
    "leaky_relu": math.sqrt(2 / (1 + 0.01**2)),
    "gelu": 1 / math.sqrt(1 / 3 + 1 / (2 * math.sqrt(3) * math.pi)),
}


def init_std(fan_in, fan_out, *, scheme):
    r"""Standard deviation of the first weights of a layer.

    .. math::
        \sigma_{\text{lecun}} = \sqrt{\frac{1}{n_\text{in}}}, \qquad
        \sigma_{\text{glorot}} = \sqrt{\frac{2}{n_\text{in} + n_\text{out}}}, \qquad
        \sigma_{\text{he}} = \sqrt{\frac{2}{n_\text{in}}}

    Parameters
    ----------
    fan_in : int
        Number of inputs of the layer, at least 1.
    fan_out : int
        Number of outputs of the layer, at least 1; only ``"glorot"`` uses it.
    scheme : {"lecun", "glorot", "he"}
        ``"glorot"`` is also called Xavier.

    Returns
    -------
    float
        The standard deviation, in the unit of a weight.

    References
    ----------
    LeCun et al. 1998, section 4.6; Glorot and Bengio 2010, equation 12; He et al. 2015, equation 10.

    Examples
    --------
    >>> init_std(50, 200, scheme="he")
    0.2
    >>> init_std(100, 100, scheme="glorot")
    0.1
    """
    fan_in = _inputs.count("fan_in", fan_in)
    fan_out = _inputs.count("fan_out", fan_out)
    _inputs.one_of("scheme", scheme, _VARIANCE)
    return math.sqrt(_VARIANCE[scheme](fan_in, fan_out))


def init_weights(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    r"""Random first weights of a layer, with mean zero and the standard deviation of the scheme.

    .. math::
        w \sim \mathcal{N}(0, \sigma^2) \qquad\text{or}\qquad
        w \sim \mathcal{U}\left(-\sqrt{3}\,\sigma, \sqrt{3}\,\sigma\right),

    where :math:`\sigma` is :func:`init_std`. The variance of a uniform distribution on (-b, b) is
    :math:`b^2/3`, hence the :math:`\sqrt 3`.

    Parameters
    ----------
    fan_in, fan_out : int
        Number of inputs and of outputs of the layer, each at least 1.
    scheme : {"lecun", "glorot", "he"}
        What fixes the standard deviation.
    rng : numpy.random.Generator
        Where the draws come from.
    distribution : {"normal", "uniform"}
        The shape of the distribution; both have the same mean and variance.

    Returns
    -------
    ndarray of shape (fan_in, fan_out)
        The weights W of ``z = a @ W + b``, float64. Biases start at zero and need no draw.

    References
    ----------
    Glorot and Bengio 2010, equation 16, for the uniform draw; He et al. 2015.

    Examples
    --------
    >>> w = init_weights(400, 300, scheme="he", rng=np.random.default_rng(0))
    >>> w.shape
    (400, 300)
    >>> bool(abs(w.std() - init_std(400, 300, scheme="he")) < 1e-3)
    True
    """
    std = init_std(fan_in, fan_out, scheme=scheme)
    rng = _inputs.generator(rng)
    _inputs.one_of("distribution", distribution, ("normal", "uniform"))
    if distribution == "normal":
        return rng.normal(0.0, std, size=(fan_in, fan_out))
    bound = math.sqrt(3) * std
    return rng.uniform(-bound, bound, size=(fan_in, fan_out))


def orthogonal(fan_in, fan_out, *, gain, rng):
    r"""Random weights that keep lengths and angles: a random orthogonal matrix times `gain`.

    .. math::
        W^\top W = g^2 I \ \text{ if } n_\text{in} \ge n_\text{out}, \qquad
        W W^\top = g^2 I \ \text{ if } n_\text{in} \le n_\text{out}

    W is the Q of a QR factorization of a Gaussian matrix, each column times the sign of R's diagonal entry.
    Without these signs Q would depend on the convention of the QR routine; with them it is uniform (Haar)
    over the orthogonal matrices.

    Parameters
    ----------
    fan_in, fan_out : int
        Number of inputs and of outputs of the layer, each at least 1.
    gain : float
        Every non-zero singular value of W; positive. See :func:`gain`.
    rng : numpy.random.Generator
        Where the draws come from.

    Returns
    -------
    ndarray of shape (fan_in, fan_out)
        The weights, float64.

    References
    ----------
    Saxe et al. 2014; Mezzadri 2007, section 5, for the signs.

    Examples
    --------
    >>> w = orthogonal(3, 2, gain=2.0, rng=np.random.default_rng(0))
    >>> bool(np.allclose(w.T @ w, 4 * np.eye(2)))
    True
    """
    fan_in = _inputs.count("fan_in", fan_in)
    fan_out = _inputs.count("fan_out", fan_out)
    gain = _inputs.number("gain", gain, low=0, low_open=True)
    rng = _inputs.generator(rng)
    tall = rng.standard_normal((max(fan_in, fan_out), min(fan_in, fan_out)))
    q, r = np.linalg.qr(tall)
    q *= np.where(np.diag(r) < 0, -1.0, 1.0)
    return gain * (q if fan_in >= fan_out else q.T)


def gain(activation):
    r"""Factor on a standard deviation of :math:`\sqrt{1/n_\text{in}}` that makes up for what an activation takes away.

    It is :math:`\sqrt 2` for ReLU, which passes half of the mean square of a symmetric input; 1.53 for GELU, which
    passes a share of :math:`\frac13 + \frac{1}{2 \sqrt 3 \pi}` of that of a standard normal input; 1 where there is
    nothing to make up for; and 5/3 for tanh, a convention: no factor keeps the variance of tanh exactly at every depth.

    Parameters
    ----------
    activation : str
        A key of ``network.ACTIVATIONS``.

    Returns
    -------
    float
        The gain, without unit.

    References
    ----------
    He et al. 2015, section 2.2, for ReLU; but for GELU the table is that of ``torch.nn.init.calculate_gain``.

    Examples
    --------
    >>> round(gain("relu") ** 2, 12)
    2.0
    """
    _inputs.one_of("activation", activation, _GAIN)
    return _GAIN[activation]


@dataclass(frozen=True, eq=False)
class ActivationStatistics:
    """What a batch looks like after each layer of a network; every field is an ndarray of shape (layers,).

    Parameters
    ----------
    mean, variance, mean_square : ndarray of shape (layers,)
        Of the activations, over all examples and neurons of a layer; ``mean_square = variance + mean ** 2``.
    saturated : ndarray of shape (layers,)
        Share of the activations at which the slope of the activation function, up or down, is less than a twentieth of
        its largest, so that hardly any gradient passes; for ReLU the share that is switched off.
    """

    mean: np.ndarray
    variance: np.ndarray
    mean_square: np.ndarray
    saturated: np.ndarray


# The largest slope of each activation, against which saturation is measured; GELU's is at the square root of 2.
_STEEPEST = {"linear": 1.0, "relu": 1.0, "leaky_relu": 1.0, "gelu": 1.1289, "tanh": 1.0, "sigmoid": 0.25}


def activation_statistics(weights, x, *, activation):
    r"""Statistics of a batch after each layer, without biases: the network as it is before training.

    .. math:: z_l = a_{l-1} W_l, \qquad a_l = \phi(z_l), \qquad a_0 = x

    Parameters
    ----------
    weights : list of arrays of shape (fan_in, fan_out)
        One array per layer, each taking the output of the one before it.
    x : array of shape (n, features)
        The batch.
    activation : str
        A key of ``network.ACTIVATIONS``; it follows every layer, including the last.

    Returns
    -------
    ActivationStatistics

    References
    ----------
    Glorot and Bengio 2010, section 3, who look for saturation in this way.

    Examples
    --------
    >>> halves = [np.eye(4) / 2] * 3
    >>> activation_statistics(halves, np.ones((5, 4)), activation="linear").mean_square
    array([0.25    , 0.0625  , 0.015625])
    """
    x, weights = _network(weights, x)
    _inputs.one_of("activation", activation, ACTIVATIONS)
    value, slope, _ = ACTIVATIONS[activation]
    flat = 0.05 * _STEEPEST[activation]
    rows, a = [], x
    for w in weights:
        z = a @ w
        a = value(z)
        rows.append((a.mean(), a.var(), np.mean(a**2), np.mean(np.abs(slope(z, a)) < flat)))
    return ActivationStatistics(*np.array(rows, dtype=np.float64).T)


def lsuv(weights, x, *, activation):
    r"""Weights scaled layer by layer so that on a batch the pre-activations of each layer have variance one.

    .. math:: W_l \leftarrow \frac{W_l}{\sqrt{\operatorname{Var}(a_{l-1} W_l)}}

    The variance is taken over all examples and neurons of the layer together: a single neuron may vary more or less.
    What a scheme gets right on average is measured on data here, so the activation does not matter. Without biases a
    pre-activation is linear in its layer's weights, and one division is exact; the paper repeats it, for layers where
    it is not.

    Parameters
    ----------
    weights : list of arrays of shape (fan_in, fan_out)
        The weights to scale, in the paper from :func:`orthogonal`; they are not changed.
    x : array of shape (n, features)
        A batch of training data.
    activation : str
        A key of ``network.ACTIVATIONS``; it follows every layer.

    Returns
    -------
    list of ndarrays
        The scaled weights, in the shapes of `weights`.

    Raises
    ------
    ValueError
        If a layer's pre-activation does not vary at all over the batch.

    References
    ----------
    Mishkin and Matas 2016.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.standard_normal((200, 8))
    >>> w, v = lsuv([orthogonal(8, 8, gain=1, rng=rng) for _ in range(2)], x, activation="tanh")
    >>> bool(np.isclose((np.tanh(x @ w) @ v).var(), 1))
    True
    """
    x, weights = _network(weights, x)
    _inputs.one_of("activation", activation, ACTIVATIONS)
    scaled, a = [], x
    for index, w in enumerate(weights):
        z = a @ w
        std = z.std()
        if std == 0:
            raise ValueError(f"weights[{index}] must give a pre-activation that varies over x, got variance 0")
        scaled.append(w / std)
        a = ACTIVATIONS[activation].value(z / std)
    return scaled


def _network(weights, x):
    x = _inputs.array("x", x, ndim=2)
    if len(weights) == 0:
        raise ValueError("weights must hold at least one array, got none")
    checked, fan_in = [], x.shape[1]
    for index, w in enumerate(weights):
        checked.append(_inputs.array(f"weights[{index}]", w, shape=(fan_in, None)))
        fan_in = checked[-1].shape[1]
    return x, checked
