"""Activations: what follows a layer's weighted sums, entry by entry, and the slope that the backward pass needs."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dnnkit import _inputs


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


def leaky_relu(z, *, negative_slope=0.01):
    r"""Rectified linear unit that lets a little of what is negative pass, so that its gradient is nowhere zero.

    .. math:: f(z) = \begin{cases} z & z > 0 \\ \alpha z & z \le 0 \end{cases}

    Parameters
    ----------
    z : array of any shape
    negative_slope : float
        α in [0, 1); a network's "leaky_relu" has 0.01.

    Returns
    -------
    array of the shape of `z`

    Raises
    ------
    TypeError, ValueError
        If `z` is empty or not finite, or `negative_slope` is out of its range.

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
    r"""Gaussian error linear unit, entry by entry: z times the share of a normal distribution that lies under z.

    .. math:: \mathrm{gelu}(z) = z \, \Phi(z), \qquad
              \Phi(z) = \frac{1}{2} \left( 1 + \mathrm{erf}\frac{z}{\sqrt 2} \right)

    This is the exact form, not the one by tanh. NumPy has no erf: ours is within 2e-15 of it in float64 and within
    6e-7 in float32.

    Parameters
    ----------
    z : array of any shape

    Returns
    -------
    array of the shape of `z`, values from -0.17

    Raises
    ------
    ValueError
        If `z` is empty or not finite.

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


def _relu(z):
    return np.maximum(z, 0)


def _leaky_relu(z, negative_slope=0.01):
    return np.maximum(z, negative_slope * z)


def _sigmoid(z):
    # Only exponentials of negative numbers: nothing overflows, and both tails keep their relative precision.
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def _normal(z):
    """Share of a standard normal distribution under z."""
    return 0.5 * (1 + _erf(z * math.sqrt(0.5)))


def _gelu(z):
    return z * _normal(z)


def _gelu_slope(z, a):
    # The value is z times the share that lies under z: a division is cheaper than that share once more.
    share = np.divide(a, z, out=np.full_like(z, 0.5), where=z != 0)
    return share + z * np.exp(-0.5 * z * z) * (1 / math.sqrt(2 * math.pi))


def _erf_coefficients(n=22):
    """Polynomial in :func:`_erf_place` that meets log(erfc(x)) + x**2 at `n` Chebyshev nodes of 0 to 6."""
    places = np.cos((np.arange(n) + 0.5) * (math.pi / n))
    logs = [math.log(math.erfc(x)) + x * x for x in 4 / (0.3 * places + 0.7) - 4]
    return np.linalg.solve(np.vander(places), logs).tolist()


def _erf_place(size):
    """Map 0 to 6 onto 1 to -1 by a fraction, in which the logarithm of erfc is nearly a parabola."""
    return (4 / (size + 4) - 0.7) / 0.3


_ERF = _erf_coefficients()


def _erf(x):
    # math.erf on each entry takes six times as long.
    size = np.minimum(np.abs(x), 6)  # from there on erf is 1 to the last digit
    place = _erf_place(size)
    power = np.full_like(place, _ERF[0])
    for coefficient in _ERF[1:]:
        power *= place
        power += coefficient
    power -= size * size
    return np.copysign(1 - np.exp(power), x)


class Activation(NamedTuple):
    """An activation and its slope, both unvalidated: ``slope(z, a)`` takes the input z and the value a.

    Where `needs_input` is False the slope looks at the value alone, and training need not keep the input.
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
