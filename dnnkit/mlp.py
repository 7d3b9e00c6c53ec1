"""Training a fully connected network: the topics' functions, put together in one loop."""

import dataclasses
import functools
import math
import time
from typing import NamedTuple

import numpy as np

from dnnkit import _inputs, initialization, layers, network, optimizers
from dnnkit.hyperparameters import Hyperparameters


class Progress(NamedTuple):
    """What an evaluation found and a callback sees; `params` are read-only views that go on changing: copy to keep."""

    epoch: int
    step: int
    params: list
    batchnorm: list
    train_loss: float
    train_error: float
    dev_loss: float | None
    dev_error: float | None
    weight_norms: list
    gradient_norms: list


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class History:
    """A trained network and the record of its training.

    Losses are those of the data alone, without penalties. An error is the share of examples whose class is wrong; for
    ``loss="squared_error"`` it is the loss itself. Rows of the arrays per evaluation belong to the epochs in `epochs`.

    Parameters
    ----------
    params : list of (W, b)
        Parameters after the last step.
    batchnorm : list of BatchNormParameters
        One for each hidden layer, or empty without batch norm.
    hyperparameters : Hyperparameters
    losses : float array of shape (steps,)
        Loss of each minibatch before its step, dropout and batch norm in training mode.
    epochs : int64 array of shape (evaluations,)
        How many epochs had passed at each evaluation.
    train_losses, train_errors : float arrays of shape (evaluations,)
        On the whole training set, in evaluation mode.
    dev_losses, dev_errors : float arrays of shape (evaluations,), or None without a dev set
    weight_norms, gradient_norms : float arrays of shape (evaluations, layers)
        Frobenius norm of each W, and of its gradient in the last minibatch.
    seconds : float
        Wall time of the steps, evaluations and callbacks left out.
    diverged_at : int or None
        The step (counted from 0) whose loss was not finite.
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

    def outputs(self, x):
        """:func:`outputs` of the trained network."""
        return outputs(self.params, x, activation=self.hyperparameters.activation, batchnorm=self.batchnorm)

    def predict(self, x):
        """:func:`predict` by the trained network."""
        return predict(self.params, x, activation=self.hyperparameters.activation, batchnorm=self.batchnorm)

    def error(self, x, y):
        """:func:`error` of the trained network."""
        return error(self.params, x, y, activation=self.hyperparameters.activation, batchnorm=self.batchnorm)


def init(sizes, *, scheme, rng, dtype="float32"):
    """Parameters of a network that has not been trained: weights by a scheme, biases zero.

    Parameters
    ----------
    sizes : sequence of int
        Features, units of each hidden layer, outputs.
    scheme : str
        As in :func:`dnnkit.initialization.init_weights`.
    rng : numpy.random.Generator
    dtype : {"float32", "float64"}
        Training computes in it.

    Returns
    -------
    list of (W, b)
        W of shape (sizes[l], sizes[l + 1]), b of shape (sizes[l + 1],).

    Raises
    ------
    TypeError, ValueError
        If there are fewer than two sizes, one is not a positive integer, or the scheme or dtype is unknown.

    References
    ----------
    He, Zhang, Ren and Sun 2015, *Delving deep into rectifiers*.

    Examples
    --------
    >>> params = init([64, 32, 10], scheme="he", rng=np.random.default_rng(0))
    >>> [(W.shape, b.shape) for W, b in params]
    [((64, 32), (32,)), ((32, 10), (10,))]
    """
    sizes = [_inputs.count(f"sizes[{index}]", size) for index, size in enumerate(sizes)]
    if len(sizes) < 2:
        raise ValueError(f"sizes must hold the features and the outputs at least, got {sizes}")
    dtype = _inputs.one_of("dtype", dtype, ("float32", "float64"))
    return [
        (
            initialization.init_weights(fan_in, fan_out, scheme=scheme, rng=rng).astype(dtype),
            np.zeros(fan_out, dtype),
        )
        for fan_in, fan_out in zip(sizes, sizes[1:])
    ]


def outputs(params, x, *, activation="relu", batchnorm=()):
    """Outputs of a network in evaluation mode: nothing is dropped, batch norm uses its running statistics.

    Parameters
    ----------
    params : list of (W, b)
    x : array of shape (n, features)
    activation : str
        A key of ``network.ACTIVATIONS``.
    batchnorm : list of BatchNormParameters
        One for each hidden layer, as in :class:`History`; empty without batch norm.

    Returns
    -------
    array of shape (n, fan_out of the last layer)
        Logits, or the predictions of a regression.

    Raises
    ------
    ValueError
        If shapes do not fit, a value is not finite or the activation is unknown.

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

    Raises
    ------
    ValueError
        As :func:`outputs`.

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

    Raises
    ------
    TypeError
        If `y` does not hold integers.
    ValueError
        As :func:`outputs`, or if `y` does not fit.

    Examples
    --------
    >>> error([(np.array([[1.0, -1.0]]), np.zeros(2))], np.array([[3.0], [-3.0]]), np.array([0, 0]))
    0.5
    """
    logits = outputs(params, x, activation=activation, batchnorm=batchnorm)
    return _error_rate(logits, _inputs.labels("y", y, classes=logits.shape[1], n=len(logits)))


def train(params, data, hyperparameters, *, rng, callbacks=(), evaluate_every=1, on_divergence="raise"):
    """Train a network by minibatch gradient descent, from the parameters given.

    Each epoch goes through the training set in a new order; each step takes a batch, computes the loss and its gradient
    and lets the optimizer move the parameters. Two generators are made from `rng`, one for the order and one for
    dropout, so that runs that differ in dropout alone see the same batches.

    Parameters
    ----------
    params : list of (W, b)
        Starting point; not changed. Training computes in its dtype.
    data : tuple
        ``(x_train, y_train)`` or ``(x_train, y_train, x_dev, y_dev)``. x of shape (n, features); y an integer array of
        shape (n,) for the cross-entropy, a float array of shape (n, outputs) for the squared error.
    hyperparameters : Hyperparameters
    rng : numpy.random.Generator
    callbacks : iterable of callables
        Each is called with a :class:`Progress` after each evaluation; one that returns True ends the training.
    evaluate_every : int
        Epochs between evaluations on the whole sets; the last epoch is always evaluated.
    on_divergence : {"raise", "record"}
        Whether a loss that is not finite raises, or ends the training and is told in ``History.diverged_at``.

    Returns
    -------
    History

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit; checked once, before the first step.
    FloatingPointError
        If the loss is not finite; the message names the step and the hyperparameters.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, algorithm 8.1.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.standard_normal((200, 2))
    >>> y = (x[:, 0] * x[:, 1] > 0).astype(np.int64)         # exclusive or, of signs
    >>> start = init([2, 16, 2], scheme="he", rng=rng)
    >>> history = train(start, (x, y), Hyperparameters(learning_rate=0.05, epochs=50, optimizer="adam"), rng=rng)
    >>> history.train_errors[-1] < 0.1
    np.True_
    """
    params, sets = _checked(params, data, hyperparameters)
    evaluate_every = _inputs.count("evaluate_every", evaluate_every)
    _inputs.one_of("on_divergence", on_divergence, ("raise", "record"))
    shuffler, dropper = map(np.random.default_rng, _inputs.generator(rng).integers(2**63, size=2))
    h, (x, y) = hyperparameters, sets[0]
    stack = layers.Stack(params, h, dropper)
    move, state = _optimizer(h, stack.vector)
    schedule = h.learning_rate if callable(h.learning_rate) else lambda step: h.learning_rate
    losses, evaluations, seconds = [], [], 0.0

    for epoch in range(1, h.epochs + 1):
        started = time.perf_counter()
        order = shuffler.permutation(len(x))
        x_epoch, y_epoch = x[order], y[order]
        with np.errstate(all="ignore"):  # an overflow ends in a loss that is not finite, and is told below
            for start in range(0, len(x), h.batch_size):
                batch = slice(start, start + h.batch_size)
                losses.append(stack.backpropagate(x_epoch[batch], y_epoch[batch]))
                if not math.isfinite(losses[-1]):
                    break
                rate = schedule(len(losses) - 1)
                if h.lam:
                    stack.weight_gradient += (h.lam / len(x)) * stack.weights
                if h.weight_decay:
                    optimizers._decay(stack.weights, rate, h.weight_decay)
                state = move(stack.vector, stack.gradient, state, rate)
        seconds += time.perf_counter() - started
        if math.isfinite(losses[-1]) and epoch % evaluate_every and epoch < h.epochs:
            continue
        evaluations.append(_evaluate(stack, sets, h, epoch, len(losses)))
        diverged = not (math.isfinite(losses[-1]) and math.isfinite(evaluations[-1].train_loss))
        stops = [callback(evaluations[-1]) for callback in callbacks if not diverged]
        if diverged or any(stops):
            break

    if diverged and on_divergence == "raise":
        raise FloatingPointError(f"loss is not finite at step {len(losses) - 1} (epoch {epoch}) with {h}")
    return _history(h, stack, losses, evaluations, seconds, len(losses) - 1 if diverged else None)


def _checked(params, data, h):
    if not isinstance(h, Hyperparameters):
        raise TypeError(f"hyperparameters must be a Hyperparameters, got {type(h).__name__}")
    if not isinstance(data, (tuple, list)) or len(data) not in (2, 4):
        raise ValueError("data must be a tuple (x_train, y_train) or (x_train, y_train, x_dev, y_dev)")
    x = _inputs.array("x_train", data[0], ndim=2)
    params = _inputs.layers("params", params, fan_in=x.shape[1])
    dtype = np.result_type(*(array for pair in params for array in pair))
    n_outputs, hidden = params[-1][0].shape[1], len(params) - 1
    if isinstance(h.keep_prob, tuple) and len(h.keep_prob) != hidden:
        raise ValueError(f"keep_prob must hold one number for each of {hidden} hidden layers, got {h.keep_prob}")
    if h.batchnorm and 1 in (h.batch_size, len(x) % h.batch_size, len(x)):
        raise ValueError(
            f"batch_size must not leave a batch of one example to batch norm, got {h.batch_size} for {len(x)}"
        )
    sets = []
    for name, x, y in zip(("train", "dev"), data[::2], data[1::2]):
        x = _inputs.array(f"x_{name}", x, shape=(None, params[0][0].shape[0])).astype(dtype, copy=False)
        if h.loss == "cross_entropy":
            y = _inputs.labels(f"y_{name}", y, classes=n_outputs, n=len(x))
        else:
            y = _inputs.array(f"y_{name}", y, shape=(len(x), n_outputs)).astype(dtype, copy=False)
        sets.append((x, y))
    return params, sets


def _optimizer(h, vector):
    """An inner step of :mod:`dnnkit.optimizers` as ``step(w, grad, state, rate)``, and its first state."""
    if h.optimizer == "rmsprop":
        return functools.partial(optimizers._rmsprop, decay=0.99, eps=1e-8), optimizers._rmsprop_state(vector)
    if h.optimizer in ("adam", "adamw"):  # AdamW is Adam and a decay of the weights, which `train` does for all
        return functools.partial(optimizers._adam, beta1=0.9, beta2=0.999, eps=1e-8), optimizers._adam_state(vector)
    if h.momentum:
        return functools.partial(optimizers._momentum, momentum=h.momentum), optimizers._momentum_state(vector)
    return optimizers._sgd, None


def _error_rate(logits, y):
    # The network of a run that diverged has no answer, so none is right.
    right = (logits.argmax(axis=1) == y) & np.isfinite(logits).all(axis=1)
    return 1 - float(right.mean())


def _evaluate(stack, sets, h, epoch, step):
    found = [None] * 4
    with np.errstate(all="ignore"):
        for index, (x, y) in enumerate(sets):
            out = layers.evaluate(stack.params, x, stack.activation, stack.batchnorm)
            loss = stack.loss(out, y)[0]
            found[2 * index : 2 * index + 2] = loss, _error_rate(out, y) if h.loss == "cross_entropy" else loss
        norms = [[float(np.linalg.norm(W)) for W in Ws] for Ws in (stack.Ws, stack.dWs)]
    return Progress(
        epoch, step, [tuple(map(_read_only, pair)) for pair in stack.params], stack.batchnorm, *found, *norms
    )


def _history(h, stack, losses, evaluations, seconds, diverged_at):
    def column(name):
        values = [getattr(evaluation, name) for evaluation in evaluations]
        return None if values[0] is None else np.array(values)

    per_evaluation = ("train_loss", "train_error", "dev_loss", "dev_error")
    columns = {name.replace("loss", "losses").replace("error", "errors"): column(name) for name in per_evaluation}
    return History(
        params=[(W.copy(), b.copy()) for W, b in stack.params],
        batchnorm=stack.batchnorm,
        hyperparameters=h,
        losses=np.array(losses),
        epochs=np.array([evaluation.epoch for evaluation in evaluations], np.int64),
        weight_norms=column("weight_norms"),
        gradient_norms=column("gradient_norms"),
        seconds=seconds,
        diverged_at=diverged_at,
        **columns,
    )


def _read_only(array):
    view = array.view()
    view.flags.writeable = False
    return view
