"""Layer norm and RMSNorm: every example normalized over its own features."""

from dataclasses import dataclass

import numpy as np

from dnnkit import _inputs


@dataclass(frozen=True, eq=False)
class LayerNormCache:
    """What the backward pass of layer norm needs from the forward pass.

    Parameters
    ----------
    x_hat : ndarray of shape (n, features)
        The normalized examples, before scale and shift.
    inv_std : ndarray of shape (n, 1)
        1 / sqrt(variance + eps) of each example.
    gamma : ndarray of shape (features,)
        The scale.
    """

    x_hat: np.ndarray
    inv_std: np.ndarray
    gamma: np.ndarray


def layernorm_forward(x, gamma, beta, *, eps=1e-5):
    r"""Normalize every example over its own features, then scale and shift each feature.

    .. math::
        \hat x_{ij} = \frac{x_{ij} - \mu_i}{\sqrt{\sigma_i^2 + \epsilon}}, \qquad
        \tilde x_{ij} = \gamma_j\, \hat x_{ij} + \beta_j,

    where :math:`\mu_i` and :math:`\sigma_i^2` are the mean and the (biased) variance of example i over its features.
    No example depends on another, so there is nothing to remember, and training and evaluation are the same.

    Parameters
    ----------
    x : array of shape (n, features)
        A batch; one example is enough.
    gamma, beta : array of shape (features,)
        Scale and shift, the layer's parameters.
    eps : float
        Added to the variance; positive, in the squared unit of `x`.

    Returns
    -------
    out : ndarray of shape (n, features)
        The normalized batch, in the dtype of `x`.
    cache : LayerNormCache
        For :func:`layernorm_backward`.

    References
    ----------
    Ba et al. 2016.

    Examples
    --------
    >>> out, cache = layernorm_forward([[1.0, 3.0], [10.0, 30.0]], [1.0, 1.0], [0.0, 0.0])
    >>> out.round(3).tolist()
    [[-1.0, 1.0], [-1.0, 1.0]]
    """
    x, gamma, eps = _checked(x, gamma, eps)
    beta = _inputs.array("beta", beta, shape=gamma.shape).astype(x.dtype, copy=False)
    return normalize_examples(x, gamma, beta, eps)


def layernorm_backward(grad, cache):
    r"""Gradients of layer norm with respect to its input and its two parameters.

    .. math::
        \frac{\partial L}{\partial \gamma} = \sum_i \delta_i \odot \hat x_i, \qquad
        \frac{\partial L}{\partial \beta} = \sum_i \delta_i, \qquad
        \frac{\partial L}{\partial x_i} = \frac{1}{\sqrt{\sigma_i^2 + \epsilon}}
        \left( h_i - \overline{h_i} - \hat x_i\, \overline{h_i \hat x_i} \right), \qquad h_i = \gamma \odot \delta_i,

    where :math:`\delta_i = \partial L / \partial \tilde x_i`, and a bar is a mean over the features of the example. For
    batch norm the same means are taken over the batch.

    Parameters
    ----------
    grad : array of shape (n, features)
        Gradient of the loss with respect to the output.
    cache : LayerNormCache
        From :func:`layernorm_forward`.

    Returns
    -------
    grad_x : ndarray of shape (n, features)
        Gradient with respect to the input, in the dtype of the cache.
    grad_gamma, grad_beta : ndarray of shape (features,)
        Gradients with respect to scale and shift.

    References
    ----------
    Ba et al. 2016.

    Examples
    --------
    >>> _, cache = layernorm_forward([[1.0, 3.0, 5.0]], [2.0, 2.0, 2.0], [0.0, 0.0, 0.0])
    >>> grad_x, grad_gamma, grad_beta = layernorm_backward([[1.0, 1.0, 1.0]], cache)
    >>> bool(np.allclose(grad_x, 0))  # no input can shift all outputs alike
    True
    """
    if not isinstance(cache, LayerNormCache):
        raise TypeError(f"cache must be a LayerNormCache, got {type(cache).__name__}")
    grad = _inputs.array("grad", grad, shape=cache.x_hat.shape).astype(cache.x_hat.dtype, copy=False)
    return normalize_examples_backward(grad, cache)


def rmsnorm_forward(x, gamma, *, eps=1e-5):
    r"""Divide every example by the root of its mean square, then scale each feature: layer norm without its mean.

    .. math:: \tilde x_{ij} = \gamma_j\, \frac{x_{ij}}{\sqrt{\tfrac1d \sum_k x_{ik}^2 + \epsilon}}

    Nothing is subtracted and nothing shifted, which saves a pass over the features and a parameter for each of them.

    Parameters
    ----------
    x : array of shape (n, features)
        A batch; one example is enough.
    gamma : array of shape (features,)
        Scale, the layer's parameters.
    eps : float
        Added to the mean square; positive, in the squared unit of `x`.

    Returns
    -------
    ndarray of shape (n, features)
        The normalized batch, in the dtype of `x`.

    References
    ----------
    Zhang and Sennrich 2019, *Root mean square layer normalization*.

    Examples
    --------
    >>> rmsnorm_forward([[3.0, 4.0], [30.0, -40.0]], [1.0, 1.0]).round(3).tolist()
    [[0.849, 1.131], [0.849, -1.131]]
    """
    x, gamma, eps = _checked(x, gamma, eps)
    mean_square = np.einsum("ij,ij->i", x, x) / x.shape[1]
    out = x * (1 / np.sqrt(mean_square + eps))[:, None]
    out *= gamma
    return out


def normalize_examples(x, gamma, beta, eps):
    """What :func:`layernorm_forward` computes, without checking the arguments."""
    features = x.shape[1]
    x_hat = x - np.add.reduce(x, axis=1, keepdims=True) / features
    # x.var would centre again.
    inv_std = (1 / np.sqrt(np.einsum("ij,ij->i", x_hat, x_hat) / features + eps))[:, None]
    x_hat *= inv_std
    out = gamma * x_hat
    out += beta
    return out, LayerNormCache(x_hat=x_hat, inv_std=inv_std, gamma=gamma)


def normalize_examples_backward(grad, cache):
    """What :func:`layernorm_backward` computes, without checking the arguments."""
    x_hat, features = cache.x_hat, grad.shape[1]
    grad_gamma = np.einsum("ij,ij->j", grad, x_hat)
    scaled = grad * cache.gamma
    along = np.einsum("ij,ij->i", scaled, x_hat)[:, None] / features
    grad_x = scaled - np.add.reduce(scaled, axis=1, keepdims=True) / features
    grad_x -= x_hat * along
    grad_x *= cache.inv_std
    return grad_x, grad_gamma, np.add.reduce(grad, axis=0)


def _checked(x, gamma, eps):
    x = _inputs.array("x", x, ndim=2)
    gamma = _inputs.array("gamma", gamma, shape=(x.shape[1],)).astype(x.dtype, copy=False)
    return x, gamma, _inputs.number("eps", eps, low=0, low_open=True)
