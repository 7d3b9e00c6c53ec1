"""Batch norm: every feature normalized over the batch, or by running statistics where there is no batch."""

from dataclasses import dataclass

import numpy as np

from dnnkit import _inputs


@dataclass(frozen=True, eq=False)
class RunningStatistics:
    """What batch norm remembers of its batches, for use when there is no batch to measure.

    Neither a parameter (no gradient reaches it) nor a hyperparameter (nobody sets it).

    Parameters
    ----------
    mean : ndarray of shape (features,)
        Running mean of each feature; starts at 0.
    var : ndarray of shape (features,)
        Running variance of each feature, unbiased; starts at 1.
    """

    mean: np.ndarray
    var: np.ndarray

    @classmethod
    def start(cls, features):
        """The statistics of a layer that has seen no batch: mean 0, variance 1.

        Parameters
        ----------
        features : int
            Number of features, at least 1.

        Returns
        -------
        RunningStatistics

        Examples
        --------
        >>> RunningStatistics.start(2)
        RunningStatistics(mean=array([0., 0.]), var=array([1., 1.]))
        """
        features = _inputs.count("features", features)
        return cls(mean=np.zeros(features), var=np.ones(features))


@dataclass(frozen=True, eq=False)
class BatchNormCache:
    """What the backward pass of batch norm needs from the forward pass.

    Parameters
    ----------
    x_hat : ndarray of shape (n, features)
        The normalized batch, before scale and shift.
    inv_std : ndarray of shape (features,)
        1 / sqrt(variance + eps), with the variance that was used.
    gamma : ndarray of shape (features,)
        The scale.
    train : bool
        Whether mean and variance were those of the batch, and so depend on the input.
    """

    x_hat: np.ndarray
    inv_std: np.ndarray
    gamma: np.ndarray
    train: bool


def batchnorm_forward(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    r"""Normalize every feature over the batch, then scale and shift it by two learned numbers.

    .. math::
        \hat x_{ij} = \frac{x_{ij} - \mu_j}{\sqrt{\sigma_j^2 + \epsilon}}, \qquad
        \tilde x_{ij} = \gamma_j\, \hat x_{ij} + \beta_j

    In training, :math:`\mu_j` and :math:`\sigma_j^2` are the mean and the (biased) variance of feature j over the
    batch, and `state` moves towards them; in evaluation they are those of `state`, which stays as it is:

    .. math::
        \text{mean} \leftarrow (1 - \rho)\, \text{mean} + \rho\, \mu, \qquad
        \text{var} \leftarrow (1 - \rho)\, \text{var} + \rho\, \tfrac{n}{n - 1} \sigma^2,

    where :math:`\rho` is `momentum`. As in PyTorch, the batch is divided by its biased standard deviation,
    and the running variance is unbiased.

    Parameters
    ----------
    x : array of shape (n, features)
        A batch, of at least two examples in training.
    gamma, beta : array of shape (features,)
        Scale and shift, the layer's parameters.
    state : RunningStatistics
        Mean and variance so far; not changed.
    train : bool
        Whether the statistics are those of the batch (True) or of `state` (False).
    momentum : float in [0, 1]
        Share of the new batch in the running statistics (PyTorch's convention; other libraries mean 1 − momentum).
    eps : float
        Added to the variance; positive, in the squared unit of `x`.

    Returns
    -------
    out : ndarray of shape (n, features)
        The normalized batch, in the dtype of `x`.
    cache : BatchNormCache
        For :func:`batchnorm_backward`.
    new_state : RunningStatistics
        The statistics after this batch; in evaluation `state` itself.

    Raises
    ------
    ValueError
        If a batch of one example is to be normalized in training: its variance says nothing.

    References
    ----------
    Ioffe and Szegedy 2015.

    Examples
    --------
    >>> x = np.array([[1.0], [3.0]])
    >>> state = RunningStatistics.start(1)
    >>> out, cache, state = batchnorm_forward(x, [1.0], [0.0], state, train=True)
    >>> out.round(3).tolist()
    [[-1.0], [1.0]]
    >>> state.mean, state.var
    (array([0.2]), array([1.1]))
    """
    x = _inputs.array("x", x, ndim=2)
    features = (x.shape[1],)
    gamma = _inputs.array("gamma", gamma, shape=features).astype(x.dtype, copy=False)
    beta = _inputs.array("beta", beta, shape=features).astype(x.dtype, copy=False)
    if not isinstance(state, RunningStatistics):
        raise TypeError(f"state must be a RunningStatistics, got {type(state).__name__}")
    mean = _inputs.array("state.mean", state.mean, shape=features).astype(x.dtype, copy=False)
    var = _inputs.array("state.var", state.var, shape=features).astype(x.dtype, copy=False)
    if (var < 0).any():
        raise ValueError(f"state.var must not be negative, got {var.min()}")
    train = _inputs.boolean("train", train)
    momentum = _inputs.number("momentum", momentum, low=0, high=1)
    eps = _inputs.number("eps", eps, low=0, low_open=True)
    if not train:
        out, cache = normalize(x, mean, var, gamma, beta, eps)
        return out, cache, state
    if len(x) < 2:
        raise ValueError("x must hold at least 2 examples in training, got 1")
    return normalize_batch(x, gamma, beta, RunningStatistics(mean, var), momentum, eps)


def batchnorm_backward(grad, cache):
    r"""Gradients of batch norm with respect to its input and its two parameters.

    .. math::
        \frac{\partial L}{\partial \gamma} = \sum_i \delta_i \hat x_i, \qquad
        \frac{\partial L}{\partial \beta} = \sum_i \delta_i, \qquad
        \frac{\partial L}{\partial x_i} = \frac{\gamma}{\sqrt{\sigma^2 + \epsilon}}
        \left( \delta_i - \overline{\delta} - \hat x_i\, \overline{\delta \hat x} \right),

    feature by feature, where :math:`\delta_i = \partial L / \partial \tilde x_i` and a bar is a mean over the batch.
    The last two terms are there because mean and variance depend on every example; in evaluation they do not, and only
    the first term remains.

    Parameters
    ----------
    grad : array of shape (n, features)
        Gradient of the loss with respect to the output.
    cache : BatchNormCache
        From :func:`batchnorm_forward`.

    Returns
    -------
    grad_x : ndarray of shape (n, features)
        Gradient with respect to the input, in the dtype of the cache.
    grad_gamma, grad_beta : ndarray of shape (features,)
        Gradients with respect to scale and shift.

    References
    ----------
    Ioffe and Szegedy 2015.

    Examples
    --------
    >>> state = RunningStatistics.start(1)
    >>> _, cache, _ = batchnorm_forward([[1.0], [3.0], [5.0]], [2.0], [0.0], state, train=True)
    >>> grad_x, grad_gamma, grad_beta = batchnorm_backward([[1.0], [1.0], [1.0]], cache)
    >>> grad_beta
    array([3.])
    >>> bool(np.allclose(grad_x, 0))  # no input can shift all outputs alike
    True
    """
    if not isinstance(cache, BatchNormCache):
        raise TypeError(f"cache must be a BatchNormCache, got {type(cache).__name__}")
    grad = _inputs.array("grad", grad, shape=cache.x_hat.shape).astype(cache.x_hat.dtype, copy=False)
    return normalize_batch_backward(grad, cache)


def normalize(x, mean, var, gamma, beta, eps):
    """Batch norm in evaluation, unvalidated: the output and the cache."""
    return _divide(x - mean, var, gamma, beta, eps, train=False)


def _divide(centered, var, gamma, beta, eps, *, train):
    inv_std = 1 / np.sqrt(var + eps)
    x_hat = np.multiply(centered, inv_std, out=centered)  # our own array in any case
    out = gamma * x_hat
    out += beta
    return out, BatchNormCache(x_hat=x_hat, inv_std=inv_std, gamma=gamma, train=train)


def normalize_batch(x, gamma, beta, state, momentum, eps):
    """Batch norm in training, unvalidated: the output, the cache and the new running statistics."""
    n = len(x)
    batch_mean = np.add.reduce(x, axis=0) / n
    centered = x - batch_mean
    # In the inner loop of training: half the time of x.mean and x.var, which centres again.
    batch_var = np.einsum("ij,ij->j", centered, centered) / n
    out, cache = _divide(centered, batch_var, gamma, beta, eps, train=True)
    new_state = RunningStatistics(
        mean=(1 - momentum) * state.mean + momentum * batch_mean,
        var=(1 - momentum) * state.var + momentum * (n / (n - 1)) * batch_var,
    )
    return out, cache, new_state


def normalize_batch_backward(grad, cache):
    """What :func:`batchnorm_backward` computes, without checking the arguments."""
    x_hat = cache.x_hat
    grad_gamma = np.einsum("ij,ij->j", grad, x_hat)
    grad_beta = np.add.reduce(grad, axis=0)
    through_input = grad
    if cache.train:
        n = len(grad)
        through_input = grad - grad_beta / n
        through_input -= x_hat * (grad_gamma / n)
    return cache.gamma * cache.inv_std * through_input, grad_gamma, grad_beta
