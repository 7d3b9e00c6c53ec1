"""The training loop: the topics' functions, put together."""

import math
import time

import numpy as np

from dnnkit import _inputs
from dnnkit.hyperparameters import Hyperparameters
from dnnkit.mlp import layers, updates
from dnnkit.mlp.history import Progress, collect
from dnnkit.mlp.prediction import Network, wrong_answers

_ROWS = 256  # evaluated at once, or a batch if that is larger: the activations of a whole set need not fit in memory


def train(params, data, hyperparameters, *, rng, callbacks=(), evaluate_every=1, on_divergence="raise"):
    """Train a network by minibatch gradient descent, from the parameters given.

    Each epoch goes through the training set in a new order. Each step takes a batch and computes the loss and its
    gradient; the penalties' gradients are added, the sum is clipped, the weights decay, the optimizer moves all
    parameters and the weights' norms are limited, where the hyperparameters ask for it. Two generators are made
    from `rng`, one for the order and one for dropout, so that runs that differ only in dropout see the same batches.

    Besides the data, a run holds the parameters, their gradient, the optimizer's state and one batch's activations.

    Parameters
    ----------
    params : list of (W, b)
        Starting point; not changed. Training uses its dtype.
    data : tuple
        ``(x_train, y_train)`` or ``(x_train, y_train, x_dev, y_dev)``. x of shape (n, features); y an integer array of
        shape (n,) for the cross-entropy, a float array of shape (n, outputs) for the squared error or the Huber loss.
    hyperparameters : Hyperparameters
    rng : numpy.random.Generator
    callbacks : callable or iterable of callables
        Each is called with a :class:`Progress` after each evaluation; one that returns True ends training.
    evaluate_every : int
        Epochs between evaluations on the whole sets; the last epoch is always evaluated.
    on_divergence : {"raise", "record"}
        Whether a loss that is not finite raises, or ends training and is recorded in ``History.diverged_at``.

    Returns
    -------
    History

    Raises
    ------
    ValueError
        If a schedule returns a rate that is negative or not finite.
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
    >>> from dnnkit import mlp
    >>> start = mlp.init([2, 16, 2], scheme="he", rng=rng)
    >>> history = train(start, (x, y), Hyperparameters(learning_rate=0.05, epochs=50, optimizer="adam"), rng=rng)
    >>> history.train_errors[-1] < 0.1
    np.True_
    """
    params, sets = _checked(params, data, hyperparameters)
    evaluate_every = _inputs.count("evaluate_every", evaluate_every)
    _inputs.one_of("on_divergence", on_divergence, ("raise", "record"))
    callbacks = [callbacks] if callable(callbacks) else list(callbacks)
    for index, callback in enumerate(callbacks):
        _inputs.function(f"callbacks[{index}]", callback, "callback(progress)")
    shuffler, dropper = map(np.random.default_rng, _inputs.generator(rng).integers(2**63, size=2))
    h, (x, y) = hyperparameters, sets[0]
    stack = layers.Stack(params, h, dropper)
    chain = updates.chain(stack, h, len(x))
    schedule = _rates(h.learning_rate)
    losses = np.empty(h.epochs * math.ceil(len(x) / h.batch_size) + 1)
    step, seconds, evaluations, diverged_at = 0, 0.0, [], None

    for epoch in range(1, h.epochs + 1):
        started = time.perf_counter()
        order = shuffler.permutation(len(x))
        with np.errstate(all="ignore"):  # an overflow ends in a loss that is not finite, and is reported below
            for start in range(0, len(x), h.batch_size):
                batch = order[start : start + h.batch_size]
                loss = losses[step] = stack.backpropagate(x.take(batch, axis=0), y.take(batch, axis=0))
                if not math.isfinite(loss):
                    diverged_at = step
                    break
                rate = schedule(step)
                for update in chain:
                    update(rate)
                step += 1
        seconds += time.perf_counter() - started
        if diverged_at is None and epoch % evaluate_every and epoch < h.epochs:
            continue
        evaluations.append(_evaluate(stack, sets, h, epoch, step))
        if diverged_at is None and not math.isfinite(evaluations[-1].train_loss):
            losses[step], diverged_at = evaluations[-1].train_loss, step
        stops = [callback(evaluations[-1]) for callback in callbacks if diverged_at is None]
        if diverged_at is not None or any(stops):
            break

    if diverged_at is not None and on_divergence == "raise":
        raise FloatingPointError(f"loss is not finite at step {diverged_at} (epoch {epoch}) with {h}")
    return collect(h, stack, losses[: step + (diverged_at is not None)], evaluations, seconds, diverged_at)


def _rates(learning_rate):
    """The rate of each step; a schedule's rates are checked, since a negative one would climb without a word."""
    if callable(learning_rate):
        return lambda step: _inputs.number(f"learning_rate({step})", learning_rate(step), low=0)
    return lambda step: learning_rate


def _checked(params, data, h):
    if not isinstance(h, Hyperparameters):
        raise TypeError(f"hyperparameters must be a Hyperparameters, got {type(h).__name__}")
    expected = "data must be a tuple (x_train, y_train) or (x_train, y_train, x_dev, y_dev), got"
    if not isinstance(data, (tuple, list)):
        raise TypeError(f"{expected} {type(data).__name__}")
    if len(data) not in (2, 4):
        raise ValueError(f"{expected} {len(data)} of these")
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


def _evaluate(stack, sets, h, epoch, step):
    with np.errstate(all="ignore"):
        found = [number for x, y in sets for number in _loss_and_error(stack, x, y, h)]
        norms = [[float(np.linalg.norm(W)) for W in Ws] for Ws in (stack.Ws, stack.dWs)]
    found += [None] * (4 - len(found))
    params = [tuple(map(_read_only, pair)) for pair in stack.params]
    return Progress(epoch, step, Network(params, stack.batchnorm, h.activation), *found, *norms)


def _loss_and_error(stack, x, y, h):
    rows, loss, wrong = max(h.batch_size, _ROWS), 0.0, 0
    for start in range(0, len(x), rows):
        part = slice(start, start + rows)
        out = layers.evaluate(stack.params, x[part], stack.activation, stack.batchnorm)
        loss += stack.loss(out, y[part])[0] * len(out)
        if h.loss == "cross_entropy":
            wrong += int(wrong_answers(out, y[part]).sum())
    loss /= len(x)
    return loss, wrong / len(x) if h.loss == "cross_entropy" else loss


def _read_only(array):
    view = array.view()
    view.flags.writeable = False
    return view
