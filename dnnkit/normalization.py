"""Normalization: inputs, batches and layers brought to a common scale."""

from dataclasses import dataclass

import numpy as np

from dnnkit import _inputs


@dataclass(frozen=True, eq=False)
class Standardizer:
    r"""The scale of the training data: turns every feature into a z-score.

    .. math:: z = \frac{x - \mu}{\sigma}

    The mean and the standard deviation are those of the data that it was fitted on, whatever is transformed.

    Parameters
    ----------
    mean : ndarray of shape (features,)
        Mean of each feature, in the feature's unit.
    std : ndarray of shape (features,)
        Standard deviation of each feature, in the feature's unit; positive.

    Examples
    --------
    >>> Standardizer(mean=np.array([5.0, 0.0]), std=np.array([2.0, 1.0])).transform([[9.0, -1.0]])
    array([[ 2., -1.]])
    """

    mean: np.ndarray
    std: np.ndarray

    def transform(self, x):
        """The z-scores of `x`, one row at a time: no row changes the answer for another.

        Parameters
        ----------
        x : array of shape (n, features)
            Training, dev or test data, in the unit of the fitted data.

        Returns
        -------
        ndarray of shape (n, features)
            Number of standard deviations above the mean, without unit.

        Raises
        ------
        TypeError
            If `x`, `mean` or `std` does not hold real numbers.
        ValueError
            If a shape does not fit, a value is not finite, or a standard deviation is not positive.
        """
        return _rescale(x, "mean", self.mean, "std", self.std)


@dataclass(frozen=True, eq=False)
class MinMaxScaler:
    r"""The range of the training data: turns every feature into its place in that range.

    .. math:: u = \frac{x - \text{low}}{\text{span}}

    Training data lands in [0, 1]; new data may lie outside, and is not clipped.

    Parameters
    ----------
    low : ndarray of shape (features,)
        Smallest value of each feature, in the feature's unit.
    span : ndarray of shape (features,)
        Largest minus smallest value of each feature, in the feature's unit; positive.

    Examples
    --------
    >>> MinMaxScaler(low=np.array([10.0]), span=np.array([4.0])).transform([[10.0], [13.0], [18.0]])
    array([[0.  ],
           [0.75],
           [2.  ]])
    """

    low: np.ndarray
    span: np.ndarray

    def transform(self, x):
        """The place of `x` in the fitted range.

        Parameters
        ----------
        x : array of shape (n, features)
            Training, dev or test data, in the unit of the fitted data.

        Returns
        -------
        ndarray of shape (n, features)
            0 at the smallest fitted value, 1 at the largest, without unit.

        Raises
        ------
        TypeError
            If `x`, `low` or `span` does not hold real numbers.
        ValueError
            If a shape does not fit, a value is not finite, or a span is not positive.
        """
        return _rescale(x, "low", self.low, "span", self.span)


def fit_standardizer(x):
    r"""Measure the mean and the standard deviation of every feature of the training data.

    .. math::
        \mu_j = \frac{1}{m} \sum_{i=1}^m x_{ij}, \qquad
        \sigma_j = \sqrt{\frac{1}{m} \sum_{i=1}^m (x_{ij} - \mu_j)^2}

    Parameters
    ----------
    x : array of shape (m, features)
        Training data.

    Returns
    -------
    Standardizer
        With `mean` and `std` of shape (features,). A constant feature gets the standard deviation 1,
        and so the z-score 0: it carries no information, and 0/0 would be no number.

    Raises
    ------
    TypeError
        If `x` does not hold real numbers.
    ValueError
        If `x` has not two axes, is empty, or holds a value that is not finite.

    References
    ----------
    LeCun et al. 1998, section 4.3.

    Examples
    --------
    >>> standardizer = fit_standardizer([[1.0, 7.0], [3.0, 7.0]])
    >>> standardizer.mean, standardizer.std
    (array([2., 7.]), array([1., 1.]))
    >>> standardizer.transform([[4.0, 7.0]])
    array([[2., 0.]])
    """
    x = _inputs.array("x", x, ndim=2)
    return _fit(x)


def fit_minmax(x):
    """Measure the smallest value and the range of every feature of the training data.

    Parameters
    ----------
    x : array of shape (m, features)
        Training data.

    Returns
    -------
    MinMaxScaler
        With `low` and `span` of shape (features,). A constant feature gets the span 1,
        and so the value 0.

    Raises
    ------
    TypeError
        If `x` does not hold real numbers.
    ValueError
        If `x` has not two axes, is empty, or holds a value that is not finite.

    Examples
    --------
    >>> scaler = fit_minmax([[1.0, 7.0], [5.0, 7.0]])
    >>> scaler.low, scaler.span
    (array([1., 7.]), array([4., 1.]))
    """
    x = _inputs.array("x", x, ndim=2)
    span = np.ptp(x, axis=0)
    return MinMaxScaler(low=x.min(axis=0), span=np.where(span == 0, np.ones_like(span), span))


class StreamingStandardizer:
    r"""Fits a :class:`Standardizer` to training data that arrives in batches and is seen once.

    Of the examples so far it keeps their number m, their mean and the sum of squared deviations S. A batch with n
    examples, mean :math:`\bar x` and sum of squared deviations s is merged by

    .. math::
        \delta = \bar x - \mu, \qquad
        \mu \leftarrow \mu + \frac{n}{m + n}\, \delta, \qquad
        S \leftarrow S + s + \frac{m n}{m + n}\, \delta^2, \qquad
        m \leftarrow m + n

    The last term of S is the spread between the two means: the average of the batches' variances lacks it.

    References
    ----------
    Chan et al. 1983.

    Examples
    --------
    >>> stream = StreamingStandardizer()
    >>> stream.update([[1.0], [3.0]]), stream.update([[8.0]])
    (2, 3)
    >>> stream.standardizer().mean
    array([4.])
    """

    def __init__(self):
        self._count = 0

    def update(self, x):
        """Take in one batch.

        Parameters
        ----------
        x : array of shape (n, features)
            The next examples; neither changed nor kept.

        Returns
        -------
        int
            How many examples were taken in so far.

        Raises
        ------
        TypeError
            If `x` does not hold real numbers.
        ValueError
            If `x` has not two axes or not the features of the batches before, is empty, or is not finite.
        """
        x = _inputs.array("x", x, shape=(None, len(self._mean) if self._count else None))
        n, mean = len(x), x.mean(axis=0, dtype=np.float64)
        squares, low, high = ((x - mean) ** 2).sum(axis=0), x.min(axis=0), x.max(axis=0)
        if self._count == 0:
            self._mean, self._squares, self._low, self._high = mean, squares, low, high
        else:
            total, delta = self._count + n, mean - self._mean
            self._mean = self._mean + n / total * delta
            self._squares = self._squares + squares + self._count * n / total * delta**2
            self._low, self._high = np.minimum(self._low, low), np.maximum(self._high, high)
        self._count += n
        return self._count

    def standardizer(self):
        """The scale of all examples so far, as :func:`fit_standardizer` would measure it on them at once.

        Returns
        -------
        Standardizer
            A constant feature has the standard deviation 1.

        Raises
        ------
        ValueError
            If there was no batch yet.
        """
        if self._count == 0:
            raise ValueError("update must be called with a batch before standardizer, got none")
        std = np.sqrt(self._squares / self._count)
        return _standardizer(self._mean, std, self._low, self._high)


def standardize_folds(x, folds):
    """Standardize data for cross-validation: in each fold by the rows that this fold trains on, and by no others.

    Parameters
    ----------
    x : array of shape (m, features)
        All data of the cross-validation.
    folds : sequence of arrays of int
        For each fold the indices of its dev rows; all other rows train.

    Returns
    -------
    list of (ndarray, ndarray)
        For each fold the z-scores of its training rows, in the order of `x`, and of its dev rows, in the order
        of the fold. Mean and standard deviation are those of the fold's training rows (:func:`fit_standardizer`).

    Raises
    ------
    TypeError
        If `x` does not hold real numbers, or a fold holds anything but integers.
    ValueError
        If `x` has not two axes, is empty or not finite, there are no folds, an index is out of range,
        or a fold leaves no row to train on.

    References
    ----------
    Hastie et al. 2009, section 7.10.2.

    Examples
    --------
    >>> (train, dev), = standardize_folds([[1.0], [3.0], [6.0]], [[2]])
    >>> train.tolist(), dev.tolist()
    ([[-1.0], [1.0]], [[4.0]])
    """
    x = _inputs.array("x", x, ndim=2)
    if len(folds) == 0:
        raise ValueError("folds must hold at least one fold, got none")
    pairs = []
    for k, fold in enumerate(folds):
        dev = _inputs.indices(f"folds[{k}]", fold, size=len(x))
        trains = np.ones(len(x), dtype=bool)
        trains[dev] = False
        if not trains.any():
            raise ValueError(f"folds[{k}] must leave rows to train on, got all {len(x)} rows")
        standardizer = _fit(x[trains])
        pairs.append((standardizer.transform(x[trains]), standardizer.transform(x[dev])))
    return pairs


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

        Raises
        ------
        TypeError
            If `features` is not an integer.
        ValueError
            If `features` is under 1.

        Examples
        --------
        >>> RunningStatistics.start(2)
        RunningStatistics(mean=array([0., 0.]), var=array([1., 1.]))
        """
        features = _inputs.count("features", features)
        return cls(mean=np.zeros(features), var=np.ones(features))


@dataclass(frozen=True, eq=False)
class BatchNormCache:
    """What the backward pass of batch norm needs of the forward pass.

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
        y_{ij} = \gamma_j\, \hat x_{ij} + \beta_j

    In training, :math:`\mu_j` and :math:`\sigma_j^2` are the mean and the (biased) variance of feature j over the
    batch, and `state` moves towards them; in evaluation they are those of `state`, which stays:

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
    TypeError
        If an array does not hold real numbers, `state` is not a RunningStatistics, or `train` is not a bool.
    ValueError
        If a shape does not fit, a value is not finite or out of its range, a running variance is negative,
        or a batch of one example is to be normalized in training: its variance says nothing.

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
        out, cache = _normalize(x, mean, var, gamma, beta, eps, train=False)
        return out, cache, state
    if len(x) < 2:
        raise ValueError("x must hold at least 2 examples in training, got 1")
    return _normalize_batch(x, gamma, beta, RunningStatistics(mean, var), momentum, eps)


def batchnorm_backward(grad, cache):
    r"""Gradients of batch norm with respect to its input and its two parameters.

    .. math::
        \frac{\partial L}{\partial \gamma} = \sum_i g_i \hat x_i, \qquad
        \frac{\partial L}{\partial \beta} = \sum_i g_i, \qquad
        \frac{\partial L}{\partial x_i} = \frac{\gamma}{\sqrt{\sigma^2 + \epsilon}}
        \left( g_i - \overline{g} - \hat x_i\, \overline{g \hat x} \right),

    feature by feature, where :math:`g_i = \partial L / \partial y_i` and a bar is a mean over the batch. The last
    two terms are there because mean and variance depend on every example; in evaluation they do not,
    and only the first term is left.

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

    Raises
    ------
    TypeError
        If `grad` does not hold real numbers, or `cache` is not a BatchNormCache.
    ValueError
        If `grad` has not the shape of the batch, or holds a value that is not finite.

    References
    ----------
    Ioffe and Szegedy 2015, section 3.

    Examples
    --------
    >>> state = RunningStatistics.start(1)
    >>> _, cache, _ = batchnorm_forward([[1.0], [3.0], [5.0]], [2.0], [0.0], state, train=True)
    >>> grad_x, grad_gamma, grad_beta = batchnorm_backward([[1.0], [1.0], [1.0]], cache)
    >>> grad_beta
    array([3.])
    >>> bool(np.allclose(grad_x, 0))  # to shift all outputs alike, no input can help
    True
    """
    if not isinstance(cache, BatchNormCache):
        raise TypeError(f"cache must be a BatchNormCache, got {type(cache).__name__}")
    grad = _inputs.array("grad", grad, shape=cache.x_hat.shape).astype(cache.x_hat.dtype, copy=False)
    return _batchnorm_backward(grad, cache)


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


def _rescale(x, shift_name, shift, scale_name, scale):
    scale = _inputs.array(scale_name, scale, ndim=1)
    shift = _inputs.array(shift_name, shift, shape=scale.shape)
    x = _inputs.array("x", x, shape=(None, len(scale)))
    if not (scale > 0).all():
        raise ValueError(f"{scale_name} must be positive, got {scale.min()}")
    return ((x - shift) / scale).astype(x.dtype, copy=False)


def _fit(x):
    # Sums over many float32 rows lose digits, so the moments are taken in float64.
    mean, std = x.mean(axis=0, dtype=np.float64), x.std(axis=0, dtype=np.float64)
    return _standardizer(mean, std, x.min(axis=0), x.max(axis=0))


def _standardizer(mean, std, low, high):
    dtype = low.dtype
    # The deviation of a constant may come out as a rounding error instead of 0: ask the values themselves.
    constant = (low == high) | (std.astype(dtype) == 0)
    return Standardizer(mean=mean.astype(dtype), std=np.where(constant, 1, std).astype(dtype))


def _normalize(x, mean, var, gamma, beta, eps, *, train):
    return _divide(x - mean, var, gamma, beta, eps, train=train)


def _divide(centered, var, gamma, beta, eps, *, train):
    inv_std = 1 / np.sqrt(var + eps)
    x_hat = np.multiply(centered, inv_std, out=centered)  # an array of ours in any case
    out = gamma * x_hat
    out += beta
    return out, BatchNormCache(x_hat=x_hat, inv_std=inv_std, gamma=gamma, train=train)


def _normalize_batch(x, gamma, beta, state, momentum, eps):
    n = len(x)
    batch_mean = np.add.reduce(x, axis=0) / n
    centered = x - batch_mean
    # In the inner loop of training: half the time of x.mean and x.var, which centres once more.
    batch_var = np.einsum("ij,ij->j", centered, centered) / n
    out, cache = _divide(centered, batch_var, gamma, beta, eps, train=True)
    new_state = RunningStatistics(
        mean=(1 - momentum) * state.mean + momentum * batch_mean,
        var=(1 - momentum) * state.var + momentum * (n / (n - 1)) * batch_var,
    )
    return out, cache, new_state


def _batchnorm_backward(grad, cache):
    x_hat = cache.x_hat
    grad_gamma = np.einsum("ij,ij->j", grad, x_hat)
    grad_beta = np.add.reduce(grad, axis=0)
    through_input = grad
    if cache.train:
        n = len(grad)
        through_input = grad - grad_beta / n
        through_input -= x_hat * (grad_gamma / n)
    return cache.gamma * cache.inv_std * through_input, grad_gamma, grad_beta
