"""Normalization of inputs: every feature brought to a common scale, measured on the training data."""

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
        """
        return _rescale(x, "mean", self.mean, "std", self.std)


@dataclass(frozen=True, eq=False)
class MinMaxScaler:
    r"""The range of the training data: turns every feature into its position in that range.

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
        """The position of `x` in the fitted range.

        Parameters
        ----------
        x : array of shape (n, features)
            Training, dev or test data, in the unit of the fitted data.

        Returns
        -------
        ndarray of shape (n, features)
            0 at the smallest fitted value, 1 at the largest, without unit.
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
        and so the z-score 0: it carries no information, and 0/0 would not be a number.

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
            How many examples have been taken in so far.
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
        """The scale of all examples so far, as :func:`fit_standardizer` would measure it on all of them at once.

        Returns
        -------
        Standardizer
            A constant feature has the standard deviation 1.

        Raises
        ------
        ValueError
            If there has been no batch yet.
        """
        if self._count == 0:
            raise ValueError("update must be called with a batch before standardizer, got none")
        std = np.sqrt(self._squares / self._count)
        return _standardizer(self._mean, std, self._low, self._high)


def standardize_folds(x, folds):
    """Standardize data for cross-validation: in each fold by the rows that the fold trains on, and by no others.

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
    ValueError
        If a fold leaves no row to train on.

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
    # The standard deviation of a constant may be a rounding error instead of 0: ask the values themselves.
    constant = (low == high) | (std.astype(dtype) == 0)
    return Standardizer(mean=mean.astype(dtype), std=np.where(constant, 1, std).astype(dtype))
