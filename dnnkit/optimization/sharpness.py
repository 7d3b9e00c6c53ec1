"""Sharpness: how strongly the loss bends at the parameters, which bounds the learning rate."""

import numpy as np

from dnnkit import _inputs
from dnnkit.network import ACTIVATIONS, LOSSES, backward, forward

_EPS = 1e-4  # of the difference of gradients, in a direction of length 1


def sharpness(params, x, y, *, rng, loss="cross_entropy", activation="relu", tolerance=1e-4, max_steps=1000):
    r"""The largest eigenvalue of the loss's Hessian, by power iteration on Hessian-vector products.

    .. math:: v \leftarrow \frac{H v}{\lVert H v \rVert}, \qquad
        H v \approx \frac{\nabla L(w + \varepsilon v) - \nabla L(w - \varepsilon v)}{2 \varepsilon}

    The Hessian, parameters by parameters, is never formed. On a quadratic, gradient descent diverges at rates above 2
    over the sharpness; in deep networks the sharpness itself grows until it reaches that limit (the edge of stability).
    At the kink of a ReLU there is no Hessian: the difference steps across it.

    Parameters
    ----------
    params : list of (W, b)
    x : array of shape (n, features)
    y : array
        Classes of shape (n,) for the cross-entropy, else targets of shape (n, outputs).
    rng : numpy.random.Generator
        Draws the first direction.
    loss : str
        A key of ``network.LOSSES``.
    activation : str
        A key of ``network.ACTIVATIONS``.
    tolerance : float
        Relative change of the eigenvalue at which the iteration ends; positive.
    max_steps : int
        The most products, each of two gradients; at least 1. If eigenvalues lie close together, the last estimate may
        be somewhat too small.

    Returns
    -------
    float
        In the unit of the loss over the squared unit of a parameter.

    References
    ----------
    Cohen et al. 2021, *Gradient descent on neural networks typically occurs at the edge of stability*; Pearlmutter
    1994, *Fast exact multiplication by the Hessian*.

    Examples
    --------
    >>> x = np.array([[3.0], [-3.0]])                        # loss (3 w)**2 and b**2: the Hessian is diag(18, 2)
    >>> params = [(np.array([[1.0]]), np.array([0.0]))]
    >>> round(sharpness(params, x, np.zeros((2, 1)), loss="squared_error", rng=np.random.default_rng(0)), 2)
    18.0
    """
    x = _inputs.array("x", x, ndim=2).astype(np.float64, copy=False)
    params = [tuple(a.astype(np.float64) for a in pair) for pair in _inputs.layers("params", params, fan_in=x.shape[1])]
    of_loss = LOSSES[_inputs.one_of("loss", loss, LOSSES)]
    outputs = params[-1][0].shape[1]
    if loss == "cross_entropy":
        y = _inputs.labels("y", y, classes=outputs, n=len(x))
    else:
        y = _inputs.array("y", y, shape=(len(x), outputs))
    _inputs.one_of("activation", activation, ACTIVATIONS)
    tolerance = _inputs.number("tolerance", tolerance, low=0, low_open=True)
    max_steps, rng = _inputs.count("max_steps", max_steps), _inputs.generator(rng)

    def gradient(moved):
        out, cache = forward(moved, x, activation=activation)
        return backward(moved, cache, of_loss(out, y)[1], activation=activation)

    def bend(direction):
        ahead, behind = (gradient(_moved(params, direction, step)) for step in (_EPS, -_EPS))
        return [(a - b) / (2 * _EPS) for new, old in zip(ahead, behind) for a, b in zip(new, old)]

    start = [rng.standard_normal(array.shape) for pair in params for array in pair]
    found, size = _power(bend, start, 0.0, tolerance, max_steps)
    if found > 0.99 * size:
        return found
    # The iteration finds the direction that bends most, down or up. Shifted by that much, no eigenvalue is negative.
    return _power(bend, start, size, tolerance, max_steps)[0] - size


def _power(bend, v, shift, tolerance, max_steps):
    """For the Hessian plus `shift`: the curvature along the direction that bends most, and its size."""
    found = size = np.inf
    for _ in range(max_steps):
        length = _length(v)
        if length == 0:
            return 0.0, 0.0
        v = [part / length for part in v]
        bent = [part + shift * old for part, old in zip(bend(v), v)]
        before = found, size
        found, size = float(sum(np.vdot(a, b) for a, b in zip(v, bent))), _length(bent)
        if max(abs(found - before[0]), abs(size - before[1])) <= tolerance * size:
            break
        v = bent
    return found, size


def _moved(params, direction, step):
    parts = iter(direction)
    return [(W + step * next(parts), b + step * next(parts)) for W, b in params]


def _length(arrays):
    return float(np.sqrt(sum(np.vdot(array, array) for array in arrays)))
