"""What the developer sets before training and training does not change."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dnnkit import _inputs, network

OPTIMIZERS = ("sgd", "rmsprop", "adam", "adamw")


@dataclass(frozen=True, kw_only=True)
class Hyperparameters:
    """The settings of one training run of :func:`dnnkit.mlp.train`, validated and frozen.

    The widths of the layers are not among the fields: they are read from the parameters that are handed to training.
    ``dataclasses.replace(h, learning_rate=0.1)`` gives a copy with one setting changed, validated again.

    Parameters
    ----------
    learning_rate : float or callable
        Positive; or a schedule, from the step (counted from 0) to the rate.
    epochs : int
        Passes over the training set.
    batch_size : int
        Examples per step; the last batch of an epoch may be smaller.
    activation : str
        Of the hidden layers, a key of ``network.ACTIVATIONS``.
    loss : str
        A key of ``network.LOSSES``.
    optimizer : {"sgd", "rmsprop", "adam", "adamw"}
    momentum : float
        In [0, 1), for "sgd" only. With 0 it is plain gradient descent.
    weight_decay : float
        Decoupled decay of W for "sgd" and "adamw": W is multiplied by ``1 - learning_rate * weight_decay`` each step.
    lam : float
        L2 penalty on W, ``lam / (2 m) * sum(W**2)`` with m training examples: it enters through the gradient.
    keep_prob : float or tuple of float
        Share of units that dropout keeps, in (0, 1]: one number for all hidden layers, or one for each.
    batchnorm : bool
        Whether batch norm stands between each hidden layer's weighted sums and its activation.
    batchnorm_momentum : float
        Share of a new batch in the running statistics, in (0, 1].

    Raises
    ------
    TypeError
        If a setting is of the wrong type.
    ValueError
        If a setting is out of its range, or set where it would have no effect.

    Examples
    --------
    >>> h = Hyperparameters(learning_rate=0.1, epochs=20, momentum=0.9)
    >>> h.optimizer, h.batch_size
    ('sgd', 64)
    >>> Hyperparameters(learning_rate=-1, epochs=20)
    Traceback (most recent call last):
    ValueError: learning_rate must be in (0, inf), got -1
    """

    learning_rate: float | Callable[[int], float]
    epochs: int
    batch_size: int = 64
    activation: str = "relu"
    loss: str = "cross_entropy"
    optimizer: str = "sgd"
    momentum: float = 0.0
    weight_decay: float = 0.0
    lam: float = 0.0
    keep_prob: float | tuple[float, ...] = 1.0
    batchnorm: bool = False
    batchnorm_momentum: float = 0.1

    def __post_init__(self):
        def keep(name, value):
            object.__setattr__(self, name, value)  # the way past a frozen dataclass, for its own normalised values

        if not callable(self.learning_rate):
            keep("learning_rate", _inputs.number("learning_rate", self.learning_rate, low=0, low_open=True))
        for name in ("epochs", "batch_size"):
            keep(name, _inputs.count(name, getattr(self, name)))
        _inputs.one_of("activation", self.activation, network.ACTIVATIONS)
        _inputs.one_of("loss", self.loss, network.LOSSES)
        _inputs.one_of("optimizer", self.optimizer, OPTIMIZERS)
        keep("momentum", _inputs.number("momentum", self.momentum, low=0, high=1, high_open=True))
        for name in ("weight_decay", "lam"):
            keep(name, _inputs.number(name, getattr(self, name), low=0))
        if isinstance(self.keep_prob, (tuple, list, np.ndarray)):
            keep("keep_prob", tuple(_inputs.probability("keep_prob", value) for value in self.keep_prob))
        else:
            keep("keep_prob", _inputs.probability("keep_prob", self.keep_prob))
        keep("batchnorm", _inputs.boolean("batchnorm", self.batchnorm))
        keep("batchnorm_momentum", _inputs.probability("batchnorm_momentum", self.batchnorm_momentum))
        if self.momentum and self.optimizer != "sgd":
            raise ValueError(f"momentum must be 0 with optimizer {self.optimizer!r}, which has no use for it")
        if self.weight_decay and self.optimizer not in ("sgd", "adamw"):
            raise ValueError(f"weight_decay must be 0 with optimizer {self.optimizer!r}: use 'adamw', or lam for L2")
