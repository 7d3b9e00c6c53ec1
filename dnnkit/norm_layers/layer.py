"""Layer norm: every example normalized over its own features."""

import numpy as np

from dnnkit import _inputs


def layernorm_forward(x, gamma, beta, *, eps=1e-5):
    r"""Normalize every example over its own features, then scale and shift each feature.

    .. math::
        \hat x_{ij} = \frac{x_{ij} - \mu_i}{\sqrt{\sigma_i^2 + \epsilon}}, \qquad
        y_{ij} = \gamma_j\, \hat x_{ij} + \beta_j,

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
    ndarray of shape (n, features)
        The normalized batch, in the dtype of `x`.

    Raises
    ------
    TypeError
        If an array does not hold real numbers, or `eps` is not a number.
    ValueError
        If a shape does not fit, a value is not finite, or `eps` is not positive.

    References
    ----------
    Ba et al. 2016.

    Examples
    --------
    >>> layernorm_forward([[1.0, 3.0], [10.0, 30.0]], [1.0, 1.0], [0.0, 0.0]).round(3).tolist()
    [[-1.0, 1.0], [-1.0, 1.0]]
    """
    x = _inputs.array("x", x, ndim=2)
    features = (x.shape[1],)
    gamma = _inputs.array("gamma", gamma, shape=features).astype(x.dtype, copy=False)
    beta = _inputs.array("beta", beta, shape=features).astype(x.dtype, copy=False)
    eps = _inputs.number("eps", eps, low=0, low_open=True)
    mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return gamma * ((x - mean) / np.sqrt(var + eps)) + beta
