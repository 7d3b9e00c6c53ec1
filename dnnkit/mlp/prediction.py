"""What a network answers, and how often it is wrong: in evaluation mode, where nothing is dropped."""

from typing import NamedTuple

import numpy as np

from dnnkit import _inputs, network
from dnnkit.mlp import layers


class Network(NamedTuple):
    """All that an answer in evaluation mode needs: parameters, batch norm's part of each hidden layer, activation."""

    params: list
    batchnorm: list
    activation: str

    def outputs(self, x):
        """:func:`dnnkit.mlp.outputs` of this network."""
        return outputs(self.params, x, activation=self.activation, batchnorm=self.batchnorm)

    def predict(self, x):
        """:func:`dnnkit.mlp.predict` by this network."""
        return predict(self.params, x, activation=self.activation, batchnorm=self.batchnorm)

    def error(self, x, y):
        """:func:`dnnkit.mlp.error` of this network."""
        return error(self.params, x, y, activation=self.activation, batchnorm=self.batchnorm)


def outputs(params, x, *, activation="relu", batchnorm=()):
    """Outputs of a network in evaluation mode: nothing is dropped, batch norm uses its running statistics.

    Parameters
    ----------
    params : list of (W, b)
    x : array of shape (n, features)
    activation : str
        A key of ``network.ACTIVATIONS``.
    batchnorm : list of BatchNormParameters
        One for each hidden layer, as in :class:`dnnkit.mlp.History`; empty without batch norm.

    Returns
    -------
    array of shape (n, fan_out of the last layer)
        Logits, or the predictions of a regression.

    Examples
    --------
    >>> outputs([(np.array([[2.0]]), np.array([1.0]))], np.array([[3.0]]))
    array([[7.]])
    """
    x = _inputs.array("x", x, ndim=2)
    params = _inputs.layers("params", params, fan_in=x.shape[1])
    if len(batchnorm) not in (0, len(params) - 1):
        raise ValueError(f"batchnorm must have an entry for each of {len(params) - 1} hidden layers or none")
    _inputs.one_of("activation", activation, network.ACTIVATIONS)
    return layers.evaluate(params, x, network.ACTIVATIONS[activation], batchnorm)


def predict(params, x, *, activation="relu", batchnorm=()):
    """The class to which the network gives the largest logit, for each example.

    Parameters
    ----------
    params, x, activation, batchnorm
        As for :func:`outputs`.

    Returns
    -------
    int64 array of shape (n,)

    Examples
    --------
    >>> predict([(np.array([[1.0, -1.0]]), np.zeros(2))], np.array([[3.0], [-3.0]]))
    array([0, 1])
    """
    return outputs(params, x, activation=activation, batchnorm=batchnorm).argmax(axis=1).astype(np.int64, copy=False)


def error(params, x, y, *, activation="relu", batchnorm=()):
    """Share of the examples whose class the network gets wrong.

    Parameters
    ----------
    params, x, activation, batchnorm
        As for :func:`outputs`.
    y : integer array of shape (n,)
        The right classes.

    Returns
    -------
    float
        In [0, 1].

    Examples
    --------
    >>> error([(np.array([[1.0, -1.0]]), np.zeros(2))], np.array([[3.0], [-3.0]]), np.array([0, 0]))
    0.5
    """
    logits = outputs(params, x, activation=activation, batchnorm=batchnorm)
    return float(wrong_answers(logits, _inputs.labels("y", y, classes=logits.shape[1], n=len(logits))).mean())


def wrong_answers(logits, y):
    """Where the class of the largest logit is not the right one, as a boolean array."""
    # The network of a run that diverged has no answer, so none is right.
    return (logits.argmax(axis=1) != y) | ~np.isfinite(logits).all(axis=1)
