"""What a training run leaves behind: the trained network and the record of how it went."""

import dataclasses
from typing import NamedTuple

import numpy as np

from dnnkit.hyperparameters import Hyperparameters
from dnnkit.mlp import prediction


class Progress(NamedTuple):
    """What an evaluation found and a callback sees.

    The arrays of `network` are read-only views that keep changing: copy the network to keep it, with its running
    statistics of batch norm, as :class:`~dnnkit.early_stopping.EarlyStopper` does.
    """

    epoch: int
    step: int
    network: prediction.Network
    train_loss: float
    train_error: float
    dev_loss: float | None
    dev_error: float | None
    weight_norms: list
    gradient_norms: list

    @property
    def params(self):
        """The network's list of (W, b)."""
        return self.network.params

    @property
    def batchnorm(self):
        """The network's list of BatchNormParameters."""
        return self.network.batchnorm


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class History:
    """A trained network and the record of its training.

    Losses are those of the data alone, without penalties. An error is the share of examples whose class is wrong; in a
    regression it is the loss itself. Arrays per evaluation have one row for each epoch in `epochs`.

    Parameters
    ----------
    params : list of (W, b)
        Parameters after the last step.
    batchnorm : list of BatchNormParameters
        One for each hidden layer, or empty without batch norm.
    hyperparameters : Hyperparameters
    losses : float array of shape (steps,)
        Loss of each minibatch before its step, with dropout and batch norm in training mode. If training diverged, the
        last is not finite; if no minibatch showed that, it is the loss of the whole training set.
    epochs : int64 array of shape (evaluations,)
        How many epochs had passed at each evaluation.
    train_losses, train_errors : float arrays of shape (evaluations,)
        On the whole training set, in evaluation mode.
    dev_losses, dev_errors : float arrays of shape (evaluations,), or None without a dev set
    weight_norms, gradient_norms : float arrays of shape (evaluations, layers)
        Frobenius norm of each W, and of its gradient in the last minibatch: penalties added, and clipped if requested.
    seconds : float
        Wall time of the steps, without evaluations and callbacks.
    diverged_at : int or None
        The first step (counted from 0) whose loss is not finite, and which is not taken: ``losses[diverged_at]``.
    """

    params: list
    batchnorm: list
    hyperparameters: Hyperparameters
    losses: np.ndarray
    epochs: np.ndarray
    train_losses: np.ndarray
    train_errors: np.ndarray
    dev_losses: np.ndarray | None
    dev_errors: np.ndarray | None
    weight_norms: np.ndarray
    gradient_norms: np.ndarray
    seconds: float
    diverged_at: int | None

    def __repr__(self):
        dev = "" if self.dev_errors is None else f", dev error {self.dev_errors[-1]:.4g}"
        diverged = "" if self.diverged_at is None else f", diverged at step {self.diverged_at}"
        train = f"train error {self.train_errors[-1]:.4g}"
        return f"History({self.epochs[-1]} epochs, {len(self.losses)} steps, {train}{dev}{diverged})"

    @property
    def network(self):
        """The trained network, as one :class:`~dnnkit.mlp.Network`."""
        return prediction.Network(self.params, self.batchnorm, self.hyperparameters.activation)

    def outputs(self, x):
        """:func:`dnnkit.mlp.outputs` of the trained network."""
        return self.network.outputs(x)

    def predict(self, x):
        """:func:`dnnkit.mlp.predict` by the trained network."""
        return self.network.predict(x)

    def error(self, x, y):
        """:func:`dnnkit.mlp.error` of the trained network."""
        return self.network.error(x, y)


def collect(h, stack, losses, evaluations, seconds, diverged_at):
    """The History of a run, from what its loop has gathered."""

    def column(name):
        values = [getattr(evaluation, name) for evaluation in evaluations]
        return None if values[0] is None else np.array(values)

    per_evaluation = ("train_loss", "train_error", "dev_loss", "dev_error")
    columns = {name.replace("loss", "losses").replace("error", "errors"): column(name) for name in per_evaluation}
    return History(
        params=stack.params,
        batchnorm=stack.batchnorm,
        hyperparameters=h,
        losses=losses,
        epochs=np.array([evaluation.epoch for evaluation in evaluations], np.int64),
        weight_norms=column("weight_norms"),
        gradient_norms=column("gradient_norms"),
        seconds=seconds,
        diverged_at=diverged_at,
        **columns,
    )
