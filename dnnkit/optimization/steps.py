"""Optimizer steps: from weights and a gradient to new weights.

Each public step takes ``(w, grad, state)`` and returns ``(w, state)``; nothing is changed in place. The state of the
first step is None. Beneath each is an inner step that works in place on its own buffers, for :func:`dnnkit.mlp.train`.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dnnkit import _inputs


class MomentumState(NamedTuple):
    """What SGD with momentum remembers: the velocity, of the shape of the weights."""

    velocity: np.ndarray


class RMSPropState(NamedTuple):
    """What RMSProp remembers: the running mean of the squared gradient, of the shape of the weights."""

    square: np.ndarray


class AdamState(NamedTuple):
    """What Adam remembers: running means of the gradient and of its square, and how many steps have been taken."""

    mean: np.ndarray
    square: np.ndarray
    step: int


def sgd_step(w, grad, state=None, *, learning_rate):
    r"""One step of gradient descent.

    .. math:: w \leftarrow w - \eta g

    Parameters
    ----------
    w, grad : arrays of one shape
    state : None
        Gradient descent remembers nothing; the argument is there so that all steps are called the same way.
    learning_rate : float
        η, positive.

    Returns
    -------
    w : array of the shape of `w`
    state : None

    References
    ----------
    Robbins and Monro 1951, *A stochastic approximation method*.

    Examples
    --------
    >>> import numpy as np
    >>> sgd_step(np.array([1.0, 2.0]), np.array([1.0, -1.0]), learning_rate=0.5)
    (array([0.5, 2.5]), None)
    """
    return _pure(_sgd, _no_state, w, grad, state, _rate(learning_rate))


def momentum_step(w, grad, state=None, *, learning_rate, momentum=0.9):
    r"""One step of gradient descent with momentum: the step follows a decaying sum of gradients.

    .. math:: v \leftarrow \beta v + g, \qquad w \leftarrow w - \eta v

    PyTorch's convention: with a constant gradient v grows towards g / (1 - β), so the step does too.

    Parameters
    ----------
    w, grad : arrays of one shape
    state : MomentumState or None
    learning_rate : float
        η, positive.
    momentum : float
        β in [0, 1).

    Returns
    -------
    w : array of the shape of `w`
    state : MomentumState

    References
    ----------
    Polyak 1964, *Some methods of speeding up the convergence of iteration methods*.

    Examples
    --------
    >>> import numpy as np
    >>> w, state = momentum_step(np.array([1.0]), np.array([1.0]), learning_rate=0.1, momentum=0.5)
    >>> w, state = momentum_step(w, np.array([1.0]), state, learning_rate=0.1, momentum=0.5)
    >>> w                                                    # 1 - 0.1 - 0.15
    array([0.75])
    """
    momentum = _fraction("momentum", momentum)
    return _pure(_momentum, _momentum_state, w, grad, state, _rate(learning_rate), momentum)


def rmsprop_step(w, grad, state=None, *, learning_rate, decay=0.99, eps=1e-8):
    r"""One step of RMSProp: each weight's gradient is divided by its own recent root mean square.

    .. math:: s \leftarrow \rho s + (1 - \rho) g^2, \qquad w \leftarrow w - \eta \frac{g}{\sqrt s + \epsilon}

    Parameters
    ----------
    w, grad : arrays of one shape
    state : RMSPropState or None
    learning_rate : float
        η, positive.
    decay : float
        ρ in [0, 1).
    eps : float
        ε, positive; outside the root.

    Returns
    -------
    w : array of the shape of `w`
    state : RMSPropState

    References
    ----------
    Tieleman and Hinton 2012, *Lecture 6.5: RMSProp*.

    Examples
    --------
    >>> import numpy as np
    >>> w, state = rmsprop_step(np.array([0.0, 0.0]), np.array([1e-3, 1e3]), learning_rate=0.01, decay=0.75)
    >>> w.round(4)                                           # both weights move alike: 0.01 / sqrt(1 - 0.75)
    array([-0.02, -0.02])
    """
    decay, eps = _fraction("decay", decay), _positive("eps", eps)
    return _pure(_rmsprop, _rmsprop_state, w, grad, state, _rate(learning_rate), decay, eps)


def adam_step(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    r"""One step of Adam: momentum over RMSProp, both corrected for having started from zero.

    .. math::
       m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad s \leftarrow \beta_2 s + (1 - \beta_2) g^2, \qquad
       w \leftarrow w - \eta \frac{m / (1 - \beta_1^t)}{\sqrt{s / (1 - \beta_2^t)} + \epsilon}

    Parameters
    ----------
    w, grad : arrays of one shape
    state : AdamState or None
    learning_rate : float
        η, positive.
    beta1, beta2 : float
        In [0, 1).
    eps : float
        ε, positive; outside the root.

    Returns
    -------
    w : array of the shape of `w`
    state : AdamState
        Its `step` is t, the number of steps taken.

    References
    ----------
    Kingma and Ba 2015, *Adam: a method for stochastic optimization*.

    Examples
    --------
    >>> import numpy as np
    >>> w, state = adam_step(np.array([0.0, 0.0]), np.array([1e-3, -1e3]), learning_rate=0.01)
    >>> w.round(4), state.step                               # the first step has the length of the rate
    (array([-0.01,  0.01]), 1)
    """
    settings = _fraction("beta1", beta1), _fraction("beta2", beta2), _positive("eps", eps)
    return _pure(_adam, _adam_state, w, grad, state, _rate(learning_rate), *settings)


def adamw_step(w, grad, state=None, *, learning_rate, weight_decay, beta1=0.9, beta2=0.999, eps=1e-8):
    r"""One step of AdamW: weights decay by a share of themselves, alongside Adam's step and not through its moments.

    .. math:: w \leftarrow (1 - \eta \lambda) w, \qquad \text{then a step of Adam}

    The decay is η·λ, PyTorch's convention; in the paper it is a schedule's multiplier times λ, without η.

    Parameters
    ----------
    w, grad : arrays of one shape
    state : AdamState or None
    learning_rate : float
        η, positive.
    weight_decay : float
        λ, not negative.
    beta1, beta2 : float
        In [0, 1).
    eps : float
        ε, positive.

    Returns
    -------
    w : array of the shape of `w`
    state : AdamState

    References
    ----------
    Loshchilov and Hutter 2019, *Decoupled weight decay regularization*.

    Examples
    --------
    >>> import numpy as np
    >>> w, _ = adamw_step(np.array([2.0]), np.array([0.0]), learning_rate=0.1, weight_decay=0.5)
    >>> w                                                    # no gradient, only decay: 2 * (1 - 0.05)
    array([1.9])
    """
    settings = _fraction("beta1", beta1), _fraction("beta2", beta2), _positive("eps", eps)
    weight_decay = _inputs.number("weight_decay", weight_decay, low=0)
    return _pure(_adamw, _adam_state, w, grad, state, _rate(learning_rate), weight_decay, *settings)


def _sgd(w, grad, state, learning_rate):
    w -= learning_rate * grad
    return state


def _momentum(w, grad, state, learning_rate, momentum):
    velocity = state.velocity
    velocity *= momentum
    velocity += grad
    w -= learning_rate * velocity
    return state


def _rmsprop(w, grad, state, learning_rate, decay, eps):
    square = state.square
    square *= decay
    square += (1 - decay) * grad * grad
    scale = np.sqrt(square)
    scale += eps
    w -= learning_rate * grad / scale
    return state


def _adam(w, grad, state, learning_rate, beta1, beta2, eps):
    mean, square, step = state.mean, state.square, state.step + 1
    mean *= beta1
    mean += (1 - beta1) * grad
    square *= beta2
    square += (1 - beta2) * grad * grad
    scale = np.sqrt(square, out=np.empty_like(square))  # an array even for a scalar, to be worked on in place
    scale /= math.sqrt(1 - beta2**step)
    scale += eps
    np.divide(mean, scale, out=scale)
    scale *= learning_rate / (1 - beta1**step)
    w -= scale
    return AdamState(mean, square, step)


def _adamw(w, grad, state, learning_rate, weight_decay, beta1, beta2, eps):
    decay_weights(w, learning_rate, weight_decay)
    return _adam(w, grad, state, learning_rate, beta1, beta2, eps)


def decay_weights(w, learning_rate, weight_decay):
    """Decoupled weight decay, in place."""
    w *= 1 - learning_rate * weight_decay


def _no_state(w):
    return None


def _momentum_state(w):
    return MomentumState(np.zeros_like(w))


def _rmsprop_state(w):
    return RMSPropState(np.zeros_like(w))


def _adam_state(w):
    return AdamState(np.zeros_like(w), np.zeros_like(w), 0)


class InPlace(NamedTuple):
    """``step(w, grad, state, learning_rate, ...)``, which changes w and the state's arrays, and its first state."""

    step: Callable
    first_state: Callable


# Unvalidated, for training; AdamW is `decay_weights` before Adam.
IN_PLACE = {
    "sgd": InPlace(_sgd, _no_state),
    "momentum": InPlace(_momentum, _momentum_state),
    "rmsprop": InPlace(_rmsprop, _rmsprop_state),
    "adam": InPlace(_adam, _adam_state),
}


def _pure(step, first_state, w, grad, state, *settings):
    w = _inputs.array("w", w).copy()
    grad = _inputs.array("grad", grad, shape=w.shape).astype(w.dtype, copy=False)
    state = first_state(w) if state is None else _copied(state, first_state(w))
    return w, step(w, grad, state, *settings)


def _copied(state, like):
    if type(state) is not type(like):
        wanted = "None" if like is None else f"None or a {type(like).__name__}"
        raise TypeError(f"state must be {wanted}, got {type(state).__name__}")
    fields = {}
    for name, first in like._asdict().items():
        value = getattr(state, name)
        if name == "step":
            fields[name] = _inputs.count("state.step", value, low=0)
        else:
            fields[name] = _inputs.array(f"state.{name}", value, shape=first.shape).astype(first.dtype)
    return type(like)(**fields)


def _rate(value):
    return _positive("learning_rate", value)


def _positive(name, value):
    return _inputs.number(name, value, low=0, low_open=True)


def _fraction(name, value):
    return _inputs.number(name, value, low=0, high=1, high_open=True)
