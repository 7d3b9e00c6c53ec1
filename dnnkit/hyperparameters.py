"""What the developer sets before training and training does not change, and what layer sizes cost."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dnnkit import _inputs, network

# The settings specific to each optimizer.
OPTIMIZERS = {
    "sgd": ("momentum", "weight_decay"),
    "rmsprop": ("decay", "eps"),
    "adam": ("beta1", "beta2", "eps"),
    "adamw": ("beta1", "beta2", "eps", "weight_decay"),
}
_DTYPES = ("float16", "float32", "float64")


@dataclass(frozen=True, kw_only=True)
class Hyperparameters:
    """The settings of one training run of :func:`dnnkit.mlp.train`, validated and frozen.

    The widths of the layers are not among the fields: they are read from the parameters that are passed to training.
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
    beta1, beta2 : float
        In [0, 1), for "adam" and "adamw": what the running means of the gradient and of its square keep at each step.
    decay : float
        In [0, 1), for "rmsprop": what the running mean of the squared gradient keeps at each step.
    eps : float
        Positive, for "rmsprop", "adam" and "adamw": added to the root of that mean.
    weight_decay : float
        Decoupled decay of W for "sgd" and "adamw": W is multiplied by ``1 - learning_rate * weight_decay`` each step.
    lam : float
        L2 penalty on W, ``lam / (2 m) * sum(W**2)`` with m training examples: it enters through the gradient.
    lam_l1 : float
        L1 penalty on W, ``lam_l1 / m * sum(abs(W))``: it enters through the gradient.
    clip_norm : float or None
        Largest norm of the gradient of all parameters together, penalties included; positive.
    clip_value : float or None
        Largest size of an entry of the gradient, penalties included; positive.
    max_norm : float or None
        Largest norm of the incoming weights of a neuron, restored after each step; positive.
    keep_prob : float or tuple of float
        Share of neurons that dropout keeps, in (0, 1]: one number for all hidden layers, or one for each.
    batchnorm : bool
        Whether batch norm is applied between each hidden layer's weighted sums and its activation.
    batchnorm_momentum : float
        Share of a new batch in the running statistics, in (0, 1]; only with batch norm.

    Raises
    ------
    ValueError
        If a setting is given where it would have no effect.

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
    beta1: float = 0.9
    beta2: float = 0.999
    decay: float = 0.99
    eps: float = 1e-8
    weight_decay: float = 0.0
    lam: float = 0.0
    lam_l1: float = 0.0
    clip_norm: float | None = None
    clip_value: float | None = None
    max_norm: float | None = None
    keep_prob: float | tuple[float, ...] = 1.0
    batchnorm: bool = False
    batchnorm_momentum: float = 0.1

    def __post_init__(self):
        def keep(name, value):
            object.__setattr__(self, name, value)  # the way around a frozen dataclass, for its own normalized values

        if not callable(self.learning_rate):
            keep("learning_rate", _inputs.number("learning_rate", self.learning_rate, low=0, low_open=True))
        for name in ("epochs", "batch_size"):
            keep(name, _inputs.count(name, getattr(self, name)))
        _inputs.one_of("activation", self.activation, network.ACTIVATIONS)
        _inputs.one_of("loss", self.loss, network.LOSSES)
        _inputs.one_of("optimizer", self.optimizer, OPTIMIZERS)
        for name in ("momentum", "beta1", "beta2", "decay"):
            keep(name, _inputs.number(name, getattr(self, name), low=0, high=1, high_open=True))
        for name in ("weight_decay", "lam", "lam_l1"):
            keep(name, _inputs.number(name, getattr(self, name), low=0))
        for name in ("eps", "clip_norm", "clip_value", "max_norm"):
            if getattr(self, name) is not None or name == "eps":
                keep(name, _inputs.number(name, getattr(self, name), low=0, low_open=True))
        if isinstance(self.keep_prob, (tuple, list, np.ndarray)):
            keep("keep_prob", tuple(_inputs.probability("keep_prob", value) for value in self.keep_prob))
        else:
            keep("keep_prob", _inputs.probability("keep_prob", self.keep_prob))
        keep("batchnorm", _inputs.boolean("batchnorm", self.batchnorm))
        keep("batchnorm_momentum", _inputs.probability("batchnorm_momentum", self.batchnorm_momentum))
        idle = set().union(*OPTIMIZERS.values()).difference(OPTIMIZERS[self.optimizer])
        self._refuse(sorted(idle), f"with optimizer {self.optimizer!r}")
        self._refuse([] if self.batchnorm else ["batchnorm_momentum"], "without batch norm")

    def _refuse(self, idle, where):
        for name in idle:
            default = getattr(type(self), name)
            if getattr(self, name) != default:
                raise ValueError(
                    f"{name} must be left at {default:g} {where}, where it has no effect, got {getattr(self, name)!r}"
                )


def count_parameters(sizes, *, bias=True):
    r"""Number of parameters of a fully connected network: what training changes.

    .. math:: P = \sum_{l=1}^{L} \left(n_{l-1}\, n_l + n_l\right)

    Parameters
    ----------
    sizes : sequence of int
        Inputs :math:`n_0`, neurons of each hidden layer, outputs :math:`n_L`. The inputs have no weights of their own.
    bias : bool
        Whether each layer has a bias for each of its neurons (the second term).

    Returns
    -------
    int

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 6.4.

    Examples
    --------
    >>> count_parameters((64, 32, 10))                       # 64 * 32 + 32 + 32 * 10 + 10
    2410
    """
    sizes, bias = _inputs.sizes("sizes", sizes), _inputs.boolean("bias", bias)
    return _count(sizes, bias)


def memory_bytes(sizes, *, dtype="float32", optimizer_slots=0):
    r"""Memory for the weights and biases, their gradients and the optimizer's state; activations are extra.

    .. math:: \text{bytes} = (2 + \text{slots})\, P \cdot \text{bytes per number}

    Parameters
    ----------
    sizes : sequence of int
        Inputs, neurons of each hidden layer, outputs.
    dtype : {"float16", "float32", "float64"}
    optimizer_slots : int
        Numbers that the optimizer remembers for each parameter: 0 for plain gradient descent, 1 for momentum and
        RMSProp, 2 for Adam and AdamW.

    Returns
    -------
    int
        Bytes; 2**20 of them are a mebibyte.

    References
    ----------
    Rajbhandari et al. 2020, *ZeRO*, section 3.1.

    Examples
    --------
    >>> memory_bytes((64, 32, 10), optimizer_slots=2)        # Adam: 4 numbers of 4 bytes for each of 2410 parameters
    38560
    """
    sizes, slots = _inputs.sizes("sizes", sizes), _inputs.count("optimizer_slots", optimizer_slots, low=0)
    return (2 + slots) * _count(sizes, True) * _itemsize(dtype)


def activation_bytes(sizes, batch_size, *, dtype="float32"):
    r"""Memory for the activations of one batch that backpropagation needs: the values of every layer, inputs included.

    .. math:: \text{bytes} = n \sum_{l=0}^{L} n_l \cdot \text{bytes per number}

    Unlike :func:`memory_bytes` it grows with the batch. An activation that can be differentiated from its value (ReLU,
    tanh, sigmoid) needs no second array for its input.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, neurons of each hidden layer, outputs.
    batch_size : int
        Number n of examples in the batch.
    dtype : {"float16", "float32", "float64"}

    Returns
    -------
    int
        Bytes.

    References
    ----------
    Chen et al. 2016, *Training deep nets with sublinear memory cost*, section 3.

    Examples
    --------
    >>> activation_bytes((64, 32, 10), 128)                  # 128 * (64 + 32 + 10) * 4
    54272
    """
    sizes, batch_size = _inputs.sizes("sizes", sizes), _inputs.count("batch_size", batch_size)
    return batch_size * sum(sizes) * _itemsize(dtype)


def width_for_budget(n_inputs, n_outputs, budget, *, hidden_layers):
    r"""Largest width of `hidden_layers` equal layers with which a network has at most `budget` parameters.

    .. math::
        N(h) = (D - 1)\, h^2 + (n_\text{in} + n_\text{out} + D)\, h + n_\text{out} \le \text{budget},
        \qquad D = \text{hidden\_layers}

    Parameters
    ----------
    n_inputs, n_outputs : int
    budget : int
        Parameters that the network may have, biases included.
    hidden_layers : int
        Number D of hidden layers, at least 1.

    Returns
    -------
    int
        The width h; with h + 1 neurons the network would be over the budget.

    Raises
    ------
    ValueError
        If not even a width of 1 is within the budget.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 6.4.1, compares depths at equal parameter counts.

    Examples
    --------
    >>> width = width_for_budget(64, 10, 5000, hidden_layers=2)
    >>> width, count_parameters((64, width, width, 10)), count_parameters((64, width + 1, width + 1, 10))
    (42, 4966, 5127)
    """
    n_inputs, n_outputs = _inputs.count("n_inputs", n_inputs), _inputs.count("n_outputs", n_outputs)
    budget, hidden = _inputs.count("budget", budget), _inputs.count("hidden_layers", hidden_layers)
    smallest = _count((n_inputs, *[1] * hidden, n_outputs), True)
    if budget < smallest:
        raise ValueError(f"budget must be at least {smallest}, the parameters at width 1, got {budget}")
    square, linear, left = hidden - 1, n_inputs + n_outputs + hidden, budget - n_outputs
    if not square:
        return left // linear
    # in integers: a floating-point root would be off by one at the edge of a large budget
    return (math.isqrt(linear**2 + 4 * square * left) - linear) // (2 * square)


def _count(sizes, bias):
    return sum((fan_in + bias) * fan_out for fan_in, fan_out in zip(sizes, sizes[1:]))


def _itemsize(dtype):
    return np.dtype(_inputs.one_of("dtype", dtype, _DTYPES)).itemsize
