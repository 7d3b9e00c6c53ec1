"""Residual blocks, with layer norm before the branch, after the sum, or nowhere."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dnnkit import _inputs
from dnnkit.network import ACTIVATIONS
from dnnkit.network.passes import weighted_sums
from dnnkit.norm_layers.layer import normalize_examples, normalize_examples_backward

PLACES = (None, "pre", "post")


class Block(NamedTuple):
    """Parameters of one residual block, or their gradients: layer norm, and a branch of two layers.

    ``gamma`` and ``beta`` have shape (width,), W1 (width, hidden), b1 (hidden,), W2 (hidden, width) and b2 (width,).
    Without a norm, `gamma` and `beta` play no part in the output.
    """

    gamma: np.ndarray
    beta: np.ndarray
    W1: np.ndarray
    b1: np.ndarray
    W2: np.ndarray
    b2: np.ndarray


@dataclass(frozen=True, eq=False)
class ResidualCache:
    """What :func:`residual_backward` needs from the forward pass: the settings, and for each block what it computed."""

    norm: str | None
    scale: float
    activation: str
    blocks: tuple
    steps: tuple
    shape: tuple


def residual_forward(blocks, x, *, norm, scale=1.0, activation="relu", eps=1e-5):
    r"""A stack of residual blocks: each adds what its branch computes to its input.

    .. math::
        \text{none:} \ y = x + s\, F(x), \qquad
        \text{pre:} \ y = x + s\, F(\mathrm{LN}(x)), \qquad
        \text{post:} \ y = \mathrm{LN}(x + s\, F(x)), \qquad
        F(a) = \phi(a W_1 + b_1) W_2 + b_2

    With "pre" or no norm a gradient finds a way around all branches, through the sums alone; with "post" every norm is
    in that way. A scale of 1 / sqrt(blocks) keeps the sum of the branches from growing with their number.

    Parameters
    ----------
    blocks : list of Block
    x : array of shape (n, width)
    norm : {"pre", "post", None}
        Where layer norm is applied: before the branch, after the sum, or nowhere.
    scale : float
        s, of every branch.
    activation : str
        φ, a key of ``network.ACTIVATIONS``.
    eps : float
        Of layer norm; positive.

    Returns
    -------
    out : ndarray of shape (n, width)
    cache : ResidualCache
        For :func:`residual_backward`.

    References
    ----------
    He, Zhang, Ren and Sun 2016, *Deep residual learning for image recognition*; Xiong et al. 2020, *On layer
    normalization in the transformer architecture*, for the two positions of the norm.

    Examples
    --------
    >>> one, zero = np.ones(2), np.zeros(2)
    >>> block = Block(one, zero, np.eye(2), zero, np.eye(2), zero)          # F is ReLU
    >>> residual_forward([block, block], [[1.0, -1.0]], norm=None)[0]
    array([[ 4., -1.]])
    >>> residual_forward([block, block], [[1.0, -1.0]], norm="pre", scale=0.5)[0].round(2)
    array([[ 2., -1.]])
    """
    x = _inputs.array("x", x, ndim=2)
    blocks = _checked(blocks, x)
    _inputs.one_of("norm", norm, PLACES)
    scale = _inputs.number("scale", scale)
    eps = _inputs.number("eps", eps, low=0, low_open=True)
    activate = ACTIVATIONS[_inputs.one_of("activation", activation, ACTIVATIONS)].value
    steps = []
    for block in blocks:
        inside, normed = x, None
        if norm == "pre":
            inside, normed = normalize_examples(x, block.gamma, block.beta, eps)
        z = weighted_sums(inside, block.W1, block.b1)
        a = activate(z)
        x = x + scale * weighted_sums(a, block.W2, block.b2)
        if norm == "post":
            x, normed = normalize_examples(x, block.gamma, block.beta, eps)
        steps.append((inside, z, a, normed))
    return x, ResidualCache(norm, scale, activation, tuple(blocks), tuple(steps), x.shape)


def residual_backward(grad, cache):
    r"""Gradients of :func:`residual_forward` with respect to its input and to each block's parameters.

    .. math:: \frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} + s\,
        \left(\frac{\partial F}{\partial x}\right)^\top \frac{\partial L}{\partial y} \qquad \text{without a norm}

    Parameters
    ----------
    grad : array of shape (n, width)
        Gradient of the loss with respect to the output.
    cache : ResidualCache
        From :func:`residual_forward`.

    Returns
    -------
    grad_x : ndarray of shape (n, width)
    grads : list of Block
        Of the shapes of `blocks`; zeros for `gamma` and `beta` without a norm.

    References
    ----------
    He, Zhang, Ren and Sun 2016, *Identity mappings in deep residual networks*.

    Examples
    --------
    >>> one, zero = np.ones(2), np.zeros(2)
    >>> block = Block(one, zero, np.eye(2), zero, np.eye(2), zero)
    >>> _, cache = residual_forward([block] * 3, [[1.0, -1.0]], norm=None)
    >>> residual_backward([[1.0, 1.0]], cache)[0]  # doubled by each ReLU that is on, and passed on by one that is off
    array([[8., 1.]])
    """
    if not isinstance(cache, ResidualCache):
        raise TypeError(f"cache must be a ResidualCache, got {type(cache).__name__}")
    grad = _inputs.array("grad", grad, shape=cache.shape).astype(cache.blocks[0].W1.dtype, copy=False)
    slope = ACTIVATIONS[cache.activation].slope
    grads = []
    for block, (inside, z, a, normed) in zip(reversed(cache.blocks), reversed(cache.steps)):
        grad_gamma, grad_beta = np.zeros_like(block.gamma), np.zeros_like(block.beta)
        if cache.norm == "post":
            grad, grad_gamma, grad_beta = normalize_examples_backward(grad, normed)
        branch = cache.scale * grad
        hidden = branch @ block.W2.T * slope(z, a)
        through = hidden @ block.W1.T
        if cache.norm == "pre":
            through, grad_gamma, grad_beta = normalize_examples_backward(through, normed)
        parameters = inside.T @ hidden, hidden.sum(axis=0), a.T @ branch, branch.sum(axis=0)
        grads.append(Block(grad_gamma, grad_beta, *parameters))
        grad = grad + through
    return grad, grads[::-1]


def _checked(blocks, x):
    if not isinstance(blocks, (list, tuple)) or not all(isinstance(block, Block) for block in blocks):
        raise TypeError(f"blocks must be a list of Blocks, got {type(blocks).__name__} {blocks!r}"[:200])
    if not blocks:
        raise ValueError("blocks must hold at least one Block, got none")
    width, checked = x.shape[1], []
    for index, block in enumerate(blocks):
        hidden = np.shape(block.W1)[-1] if np.ndim(block.W1) == 2 else None
        shapes = Block((width,), (width,), (width, None), (hidden,), (hidden, width), (width,))
        arrays = (
            _inputs.array(f"blocks[{index}].{name}", value, shape=shape).astype(x.dtype, copy=False)
            for name, value, shape in zip(Block._fields, block, shapes)
        )
        checked.append(Block(*arrays))
    return checked
