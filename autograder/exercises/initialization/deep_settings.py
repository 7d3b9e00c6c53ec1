"""Thirty layers that do not learn: find the one setting to change."""

import functools
import math

import numpy as np

from autograder.authoring import (
    alternative,
    core,
    hidden,
    integer,
    misconception,
    neighbour,
    number,
    require,
    same_mistake_as,
    text,
    weight,
)
from dnnkit import data, network
from dnnkit.initialization import activation_statistics, init_weights

points = 3
given = {
    "activation": "relu",
    "scheme": "glorot",
    "distribution": "normal",
    "width": 48,
    "learning_rate": 0.01,
}
solution = {
    "activation": "relu",
    "scheme": "he",
    "distribution": "normal",
    "width": 48,
    "learning_rate": 0.01,
}
returns = {"activation": text, "scheme": text, "distribution": text, "width": integer, "learning_rate": number}
hints = (
    "Nothing has been learned yet when the signal is lost: look at what acts on the very first forward pass.",
    "How much of the mean square does a ReLU pass, and which variance of the weights makes up for it?",
    "Widths are equal, so Glorot's variance is 1 / n here. A ReLU needs twice that.",
)

DEPTH = 30
SEEDS = 5
STEPS = 5
CHOICES = {
    "activation": ("linear", "relu", "tanh", "sigmoid"),
    "scheme": ("lecun", "glorot", "he"),
    "distribution": ("normal", "uniform"),
}
NOTHING = "one setting must differ from those that were given"
SEVERAL = "only one setting may differ from those that were given"
LOST = {
    "scheme": "under this scheme 30 layers lose the signal in the first forward pass",
    "distribution": "under this distribution, too, 30 layers lose the signal in the first forward pass",
    "width": "in layers of this width, too, 30 layers lose the signal in the first forward pass",
    "learning_rate": "the signal is lost in the first forward pass, before the learning rate acts",
}
SIZE = "the size of the signal must survive the first pass through 30 layers"
DEAD = "under this activation the gradients of the first layers are lost in the first backward pass"
GRADIENT = "the gradient of every layer's weights must be at least a hundredth of that of the last bias"
LEARNING = "the first steps must change what the network says of one digit compared with another"


@weight(3)
def check_one_change(deep_settings, rng):
    """Exactly one setting differs from those given, and each is one that the exercise allows."""
    changed = _changed(deep_settings)
    require(changed, NOTHING)
    require(len(changed) == 1, SEVERAL, changed=", ".join(changed))


def check_signal(deep_settings, rng):
    """The mean square of the activations changes by less than a factor of 10,000 over 30 layers."""
    changed = _changed(deep_settings)
    _require_signal(deep_settings, LOST.get(changed[0], SIZE) if len(changed) == 1 else SIZE, rng)


def check_gradients(deep_settings, rng):
    """Every layer's weights get a gradient that is not tiny compared with that of the last bias."""
    _require_gradients(deep_settings, DEAD if _changed(deep_settings) == ["activation"] else GRADIENT, rng)


@core
@weight(2)
def check_learning(deep_settings, rng):
    """Five steps of training change what the network says of one digit compared with another."""
    _changed(deep_settings)
    _require_learning(deep_settings, rng)


@hidden(like=(check_one_change, check_signal, check_gradients, check_learning))
def check_other_digits(deep_settings, rng):
    """The same holds for other digits and other draws."""
    changed = _changed(deep_settings)
    require(changed, NOTHING)
    require(len(changed) == 1, SEVERAL)
    _require_signal(deep_settings, SIZE, rng)
    _require_gradients(deep_settings, GRADIENT, rng)
    _require_learning(deep_settings, rng)


covers = {
    "These are the settings of a network": "an introduction",
    "It does not learn": "an introduction",
    "Change exactly one setting, so that it learns": (check_one_change, check_learning),
    "activation is": check_one_change,
    "scheme is": check_one_change,
    "width is": check_one_change,
    "learning_rate is": check_one_change,
    "by the size of the signal": check_signal,
    "by the gradients of the first backward pass": check_gradients,
    "by the first five steps": check_learning,
    "There is more than one right answer": "each of them is among the alternatives",
}


@misconception(
    "The signal is lost in the first forward pass, before the learning rate has acted at all. A higher one multiplies "
    "gradients of almost zero, and only the last bias, whose gradient is not small, moves faster.",
    caught_by=check_signal,
    said_by=LOST["learning_rate"],
)
def faster():
    return given | {"learning_rate": 1.0}


@same_mistake_as(faster)
def slower():
    return given | {"learning_rate": 0.0001}


@misconception(
    "A layer of another width loses as much: the variance of a weight is one over the width, so each ReLU layer passes "
    "half of the mean square whatever its width.",
    caught_by=check_signal,
    said_by=LOST["width"],
)
def wider():
    return given | {"width": 80}


@same_mistake_as(wider)
def narrower():
    return given | {"width": 16}


@misconception(
    "In layers of equal width LeCun's variance, 1 / n, is Glorot's, 2 / (n + n): nothing has changed.",
    caught_by=check_learning,
)
def lecun():
    return given | {"scheme": "lecun"}


@misconception(
    "Uniform or normal makes no difference here: what a layer does to the signal depends on the variance of its "
    "weights, which both draws share.",
    caught_by=check_signal,
    said_by=LOST["distribution"],
)
def uniform():
    return given | {"distribution": "uniform"}


@misconception(
    "Sigmoids keep their outputs near one half, so the signal looks alive, but their slope is at most 1/4, and thirty "
    "such factors leave no gradient for the first layers.",
    caught_by=check_gradients,
    said_by=DEAD,
)
def sigmoid():
    return given | {"activation": "sigmoid"}


@misconception(
    "More than one setting was changed. Whatever comes out, you do not know which of the changes did it: find the one.",
    caught_by=check_one_change,
    said_by=SEVERAL,
)
def two_changes():
    return given | {"scheme": "he", "learning_rate": 0.03}


@neighbour("the scheme is not among those allowed")
def xavier():
    return given | {"scheme": "xavier"}


@neighbour("the width is more than is allowed")
def too_wide():
    return given | {"width": 1000}


@alternative("the activation that Glorot's variance was made for")
def tanh():
    return given | {"activation": "tanh"}


@alternative("no activation at all: what is left is a linear classifier, whose signal survives and which learns")
def linear():
    return given | {"activation": "linear"}


@alternative("a copy of the settings in another order, the learning rate computed")
def reordered():
    return dict(reversed((given | {"scheme": "he", "learning_rate": 10**-2}).items()))


def _changed(settings):
    """Return the names of the settings that differ from those given; each must be one that is allowed."""
    for name, known in CHOICES.items():
        require(settings[name] in known, f"{name} must be one of {', '.join(known)}", got=settings[name])
    require(8 <= settings["width"] <= 128, "width must be from 8 to 128", got=settings["width"])
    require(0 < settings["learning_rate"] <= 100, "learning_rate must be above 0 and at most 100")
    same = {name: settings[name] == value for name, value in given.items()}
    same["learning_rate"] = math.isclose(settings["learning_rate"], given["learning_rate"], rel_tol=1e-6)
    return [name for name in given if not same[name]]


def _require_signal(settings, sentence, rng):
    """Limit the first forward pass to a factor of ten thousand, in the median over the seeds."""
    ratios = []
    for _ in range(SEEDS):
        x, _ = _batch(rng)
        weights = [w for w, _ in _first_parameters(settings, rng)[:-1]]
        size = activation_statistics(weights, x, activation=settings["activation"]).mean_square
        ratios.append(size[-1] / size[0])
    ratio = float(np.median(ratios))
    require(1e-4 < ratio < 1e4, sentence, ratio_of_mean_squares=ratio)


def _require_gradients(settings, sentence, rng):
    shares = []
    for _ in range(SEEDS):
        params, (x, y) = _first_parameters(settings, rng), _batch(rng)
        grads = _backward(params, x, y, settings["activation"])
        shares.append(min(np.linalg.norm(dw) for dw, _ in grads) / np.linalg.norm(grads[-1][1]))
    share = float(np.median(shares))
    require(share > 0.01, sentence, smallest_share=share)


def _require_learning(settings, rng):
    """Require a few steps to change the logits of digits differently: if only biases learn, they do not.

    Each of the right answers changes them by .05 or more and leaves the loss of a guess within two epochs; the others
    change them by less than .0001, or diverge.
    """
    change = float(np.median([_change(settings, _first_parameters(settings, rng), *_batch(rng)) for _ in range(SEEDS)]))
    require(change > 0.003, LEARNING, change_of_the_outputs=change)


def _change(settings, params, x, y):
    """Return by how much a few steps move the logits of one digit against another's: 0 where they diverge."""
    activation, rate = settings["activation"], settings["learning_rate"]
    before = network.forward(params, x, activation=activation)[0]
    for _ in range(STEPS):
        grads = _backward(params, x, y, activation)
        params = [(w - rate * dw, b - rate * db) for (w, b), (dw, db) in zip(params, grads)]
        if max(np.abs(w).max() for w, _ in params) > 10:
            return 0.0
    change = network.forward(params, x, activation=activation)[0] - before
    return np.std(change - change.mean(axis=0))


def _backward(params, x, y, activation):
    logits, cache = network.forward(params, x, activation=activation)
    return network.backward(params, cache, network.cross_entropy_gradient(logits, y), activation=activation)


@functools.cache
def _all_digits():
    digits = data.digits()
    x = digits.images.reshape(len(digits.labels), -1)
    return (x - x.mean()) / x.std(), digits.labels


def _batch(rng):
    x, y = _all_digits()
    chosen = rng.permutation(len(y))[:20]
    return x[chosen], y[chosen]


def _first_parameters(settings, rng):
    options = {"scheme": settings["scheme"], "distribution": settings["distribution"], "rng": rng}
    sizes = [64] + [settings["width"]] * DEPTH + [10]
    weights = (init_weights(fan_in, fan_out, **options) for fan_in, fan_out in zip(sizes, sizes[1:]))
    return [(w, np.zeros(w.shape[1])) for w in weights]
