"""Early stopping: training ends when the dev loss has not improved for a while, and goes back to its best step."""

import copy
import math
import numbers

import numpy as np

from dnnkit import _inputs


class EarlyStopper:
    """Watches the dev loss, says when to stop, and keeps the best parameters.

    A step *improves* when its loss is below the best so far by more than `min_delta`. All others fail, including a tie
    and a loss that is NaN or infinite. After `patience` failures in a row it is time to stop.

    Parameters
    ----------
    patience : int
        Failures in a row that end training, at least 1; in steps, which are whatever :meth:`step` is called for.
    min_delta : float
        By how much a loss must be lower, in the unit of the loss; not negative.

    Attributes
    ----------
    best_loss : float
        Loss of the last improvement; infinite before the first.
    best_step : int or None
        Its step, counted from 0.
    best_params
        A copy of the parameters of that step; None before the first.

    References
    ----------
    Prechelt 1998, *Early stopping, but when?*, whose criterion UP counts failures in a row in much the same way.

    Examples
    --------
    >>> stopper = EarlyStopper(patience=2)
    >>> [stopper.step(loss, {"step": t}) for t, loss in enumerate([0.9, 0.5, 0.6, 0.5])]
    [False, False, False, True]
    >>> stopper.best_loss, stopper.best_step, stopper.best_params
    (0.5, 1, {'step': 1})

    As a callback of :func:`dnnkit.mlp.train`, which ends when one returns True. The best step's loss depends on the
    whole network, including batch norm's running statistics:

    >>> from dnnkit import data, mlp
    >>> from dnnkit.hyperparameters import Hyperparameters
    >>> split = data.split_digits(n_train=100, n_dev=500, rng=np.random.default_rng(0))
    >>> start = mlp.init([64, 32, 10], scheme="he", rng=np.random.default_rng(1))
    >>> stopper = EarlyStopper(patience=5)
    >>> history = mlp.train(
    ...     start,
    ...     split[:4],
    ...     Hyperparameters(learning_rate=0.1, epochs=100, batch_size=20, batchnorm=True),
    ...     rng=np.random.default_rng(2),
    ...     callbacks=lambda progress: stopper.step(progress.dev_loss, progress.network),
    ... )
    >>> best = stopper.best_params
    >>> best.error(split.x_dev, split.y_dev) == history.dev_errors[stopper.best_step]
    np.True_
    """

    def __init__(self, *, patience, min_delta=0.0):
        self.patience = _inputs.count("patience", patience)
        self.min_delta = _inputs.number("min_delta", min_delta, low=0)
        self.best_loss, self.best_step, self.best_params = math.inf, None, None
        self._step, self._failures = -1, 0

    def __repr__(self):
        return f"EarlyStopper(patience={self.patience}, min_delta={self.min_delta:g})"

    def step(self, loss, params):
        """Take note of one more step.

        Parameters
        ----------
        loss : float
            Dev loss, or another measure for which lower is better; it may be NaN or infinite.
        params : any
            Parameters that gave this loss: arrays in lists, tuples or dicts. Copied if the step improves.

        Returns
        -------
        bool
            True if it is time to stop.
        """
        if isinstance(loss, (bool, np.bool_)) or not isinstance(loss, numbers.Real):
            raise TypeError(f"loss must be a real number, got {type(loss).__name__} {loss!r}"[:200])
        self._step += 1
        self._failures += 1
        if math.isfinite(loss) and loss < self.best_loss - self.min_delta:
            self.best_loss, self.best_step, self._failures = float(loss), self._step, 0
            self.best_params = copy.deepcopy(params)
        return self._failures >= self.patience


def stop_epoch(losses, *, patience, min_delta=0.0):
    """Where early stopping ends training with these dev losses, and which epoch it goes back to.

    Parameters
    ----------
    losses : array of shape (epochs,)
        Dev loss after each epoch; NaN and infinite ones count as failures.
    patience, min_delta
        As for :class:`EarlyStopper`.

    Returns
    -------
    stopped_at : int
        The last epoch that is trained, counted from 0; the last of all if patience does not run out.
    best_at : int or None
        The epoch of the last improvement up to then; None if there was none.

    References
    ----------
    Prechelt 1998, as for :class:`EarlyStopper`.

    Examples
    --------
    >>> stop_epoch([0.9, 0.5, 0.6, 0.7, 0.4], patience=2)
    (3, 1)
    >>> stop_epoch([0.9, 0.5, 0.6, 0.7, 0.4], patience=3)
    (4, 4)
    """
    losses = np.asarray(losses)
    if losses.dtype.kind not in "iuf":
        raise TypeError(f"losses must be an array of real numbers, got dtype {losses.dtype}")
    if losses.ndim != 1 or losses.size == 0:
        raise ValueError(f"losses must have one axis and hold at least one loss, got shape {losses.shape}")
    stopper = EarlyStopper(patience=patience, min_delta=min_delta)
    stops = (epoch for epoch, loss in enumerate(losses.tolist()) if stopper.step(loss, None))
    return next(stops, len(losses) - 1), stopper.best_step


def generalization_loss(dev_losses):
    r"""By how many percent the dev loss of the last epoch is over the lowest so far: Prechelt's GL.

    .. math:: \mathrm{GL}(t) = 100 \left( \frac{E(t)}{\min_{t' \le t} E(t')} - 1 \right)

    Parameters
    ----------
    dev_losses : array of shape (epochs,)
        Dev loss after each epoch up to now, positive.

    Returns
    -------
    float
        In percent, not negative. Stop once it exceeds a threshold; or once PQ = GL / P does, with P from
        :func:`training_progress`, which waits as long as training still makes progress.

    References
    ----------
    Prechelt 1998, *Early stopping, but when?*, section 2.2.

    Examples
    --------
    >>> generalization_loss([0.8, 0.5, 0.6])
    19.999999999999996
    """
    losses = _positive("dev_losses", dev_losses)
    return float(100 * (losses[-1] / losses.min() - 1))


def training_progress(train_losses, *, k):
    r"""By how much the mean training loss of the last `k` epochs exceeds their lowest, in per mille: Prechelt's P.

    .. math:: P_k(t) = 1000 \left( \frac{\frac1k \sum_{t'=t-k+1}^{t} E(t')}{\min_{t'=t-k+1}^{t} E(t')} - 1 \right)

    Parameters
    ----------
    train_losses : array of shape (epochs,)
        Training loss after each epoch up to now, positive.
    k : int
        Length of the strip of epochs, from 2 to the number of epochs.

    Returns
    -------
    float
        In per mille; high while the loss still falls (or jumps), near 0 once it levels off.

    References
    ----------
    Prechelt 1998, *Early stopping, but when?*, section 2.2, with k = 5.

    Examples
    --------
    >>> training_progress([9.0, 4.0, 3.0, 2.0], k=3)
    500.0
    """
    losses = _positive("train_losses", train_losses)
    k = _inputs.count("k", k, low=2)
    if k > len(losses):
        raise ValueError(f"k must be at most the number of epochs, {len(losses)}, got {k}")
    strip = losses[-k:]
    return float(1000 * (strip.mean() / strip.min() - 1))


def _positive(name, losses):
    losses = _inputs.array(name, losses, ndim=1).astype(np.float64, copy=False)
    if losses.min() <= 0:
        raise ValueError(f"{name} must be positive, got {losses.min():g} at index {losses.argmin()}")
    return losses
