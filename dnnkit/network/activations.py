"""Activations: what follows a layer's weighted sums, entry by entry, and the slope that the backward pass needs."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dnnkit import _inputs


def relu(z):
    r"""Rectified linear unit, entry by entry: negative values become zero.

    .. math:: \mathrm{relu}(z) = \max(z, 0)

    Parameters
    ----------
    z : array of any shape

    Returns
    -------
    array of the shape of `z`

    References
    ----------
    Nair and Hinton 2010, *Rectified linear units improve restricted Boltzmann machines*.

    Examples
    --------
    >>> relu([-1.5, 0.0, 2.0])
    array([0., 0., 2.])
    """
    return _relu(_inputs.array("z", z))


def leaky_relu(z, *, negative_slope=0.01):
    r"""Rectified linear unit that lets a little of each negative value through, so that its gradient is never zero.

    .. math:: f(z) = \begin{cases} z & z > 0 \\ \alpha z & z \le 0 \end{cases}

    Parameters
    ----------
    z : array of any shape
    negative_slope : float
        α in [0, 1); a network's "leaky_relu" has 0.01.

    Returns
    -------
    array of the shape of `z`

    References
    ----------
    Maas, Hannun and Ng 2013, *Rectifier nonlinearities improve neural network acoustic models*.

    Examples
    --------
    >>> leaky_relu([-2.0, 0.0, 2.0], negative_slope=0.25)
    array([-0.5,  0. ,  2. ])
    """
    z = _inputs.array("z", z)
    return _leaky_relu(z, _inputs.number("negative_slope", negative_slope, low=0, high=1, high_open=True))


def gelu(z):
    r"""Gaussian error linear unit, entry by entry: z times the share of a normal distribution that lies below z.

    .. math:: \mathrm{gelu}(z) = z \, \Phi(z), \qquad
              \Phi(z) = \frac{1}{2} \left( 1 + \mathrm{erf}\frac{z}{\sqrt 2} \right)

    This is the exact form, not the tanh approximation. NumPy has no Φ: ours, from a table, is within 1e-15 of it in
    float64 and within 2e-7 in float32.

    Parameters
    ----------
    z : array of any shape

    Returns
    -------
    array of the shape of `z`, values from -0.17

    References
    ----------
    Hendrycks and Gimpel 2016, *Gaussian error linear units*.

    Examples
    --------
    >>> gelu([-10.0, -1.0, 0.0, 1.0, 10.0]).round(4) + 0.0
    array([ 0.    , -0.1587,  0.    ,  0.8413, 10.    ])
    """
    return _gelu(_inputs.array("z", z))


def tanh(z):
    r"""Hyperbolic tangent, entry by entry: nearly the identity around zero, saturating at -1 and 1.

    .. math:: \tanh(z) = \frac{e^z - e^{-z}}{e^z + e^{-z}}

    Parameters
    ----------
    z : array of any shape

    Returns
    -------
    array of the shape of `z`, values in [-1, 1]

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

    References
    ----------
    Rumelhart, Hinton and Williams 1986, *Learning representations by back-propagating errors*.

    Examples
    --------
    >>> sigmoid([-1000.0, 0.0, 1000.0])
    array([0. , 0.5, 1. ])
    """
    return _sigmoid(_inputs.array("z", z))


def _relu(z):
    return np.maximum(z, 0)


def _leaky_relu(z, negative_slope=0.01):
    return np.maximum(z, negative_slope * z)


def _sigmoid(z):
    out = np.negative(z, out=np.empty_like(z))
    with np.errstate(over="ignore"):  # an exponential that overflows ends as 1 / inf, and the true value is 0 too
        np.exp(out, out=out)
    out += 1
    return np.reciprocal(out, out=out)


def _gelu(z):
    """z times Φ from a table: the nearest place x of the table, and from there a Taylor series in z - x."""
    series = _SERIES[z.dtype]
    flat, out = z.reshape(-1), np.empty(z.size, z.dtype)
    n = min(_BLOCK, z.size)
    buffers, index, narrow = np.empty((3, n), z.dtype), np.empty(n, np.intp), np.empty(n, np.int32)
    for start in range(0, z.size, _BLOCK):
        part, share = flat[start : start + _BLOCK], out[start : start + _BLOCK]
        (step, place, term), i = buffers[:, : part.size], index[: part.size]
        np.multiply(part, _PER_ONE, out=step)
        np.clip(step, -_END, _END, out=step)
        np.rint(step, out=place)
        step -= place
        place += _END
        narrow[: part.size] = place  # NumPy vectorizes the conversion of floats to 32-bit integers, not to 64-bit ones
        i[...] = narrow[: part.size]
        series[-1].take(i, out=share, mode="clip")
        for coefficient in series[-2::-1]:
            share *= step
            share += coefficient.take(i, out=term, mode="clip")
        share *= part
    return out.reshape(z.shape)


def _gelu_slope(z, a):
    # The value is z times the share that lies below z: a division is cheaper than computing that share again.
    share = np.divide(a, z, out=np.full_like(z, 0.5), where=z != 0)
    return share + z * np.exp(-0.5 * z * z) * (1 / math.sqrt(2 * math.pi))


_BLOCK = 2**13  # entries worked on at a time, so that all temporaries stay in the processor's cache
_PER_ONE = 512  # places of the table per unit
_END = 9 * _PER_ONE  # beyond 9 the share is 0 or 1 to the last digit


def _taylor_coefficients(n):
    """Those of Φ at each place, for powers 0 to n - 1 of a distance in places."""
    x = np.arange(-_END, _END + 1) / _PER_ONE
    derivatives = [np.array([0.5 * math.erfc(-place / math.sqrt(2)) for place in x])]
    derivatives.append(np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi))
    for k in range(1, n - 1):  # Hermite's recursion
        derivatives.append(-x * derivatives[k] - (k - 1) * derivatives[k - 1])
    for k, values in enumerate(derivatives):
        values[0], values[-1] = 0, k == 0
        values /= math.factorial(k) * _PER_ONE**k
    return derivatives


_SERIES = {
    np.dtype(dtype): [values.astype(dtype) for values in _taylor_coefficients(n)]
    for dtype, n in ((np.float32, 2), (np.float64, 5))
}


class Activation(NamedTuple):
    """An activation and its slope, both unvalidated: ``slope(z, a)`` takes the input z and the value a.

    If `needs_input` is False, the slope uses only the value, and training need not keep the input.
    """

    value: Callable
    slope: Callable
    needs_input: bool = False


ACTIVATIONS = {
    "linear": Activation(lambda z: z, lambda z, a: np.ones_like(a)),
    "relu": Activation(_relu, lambda z, a: a > 0),
    "leaky_relu": Activation(_leaky_relu, lambda z, a: np.where(a > 0, a.dtype.type(1), a.dtype.type(0.01))),
    "gelu": Activation(_gelu, _gelu_slope, needs_input=True),
    "tanh": Activation(np.tanh, lambda z, a: 1 - a * a),
    "sigmoid": Activation(_sigmoid, lambda z, a: a * (1 - a)),
}
