"""Thirty layers that do not learn: find the one setting to change."""

import functools
import math

import numpy as np

from autograder.authoring import alternative, hidden, integer, misconception, number, require, text
from dnnkit import data, mlp, network
from dnnkit.hyperparameters import Hyperparameters
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
CHOICES = {
    "activation": ("linear", "relu", "tanh", "sigmoid"),
    "scheme": ("lecun", "glorot", "he"),
    "distribution": ("normal", "uniform"),
}
LOST = {
    "activation": "with this activation the size of the signal must survive the first pass through 30 layers",
    "scheme": "with this scheme the size of the signal must survive the first pass through 30 layers",
    "distribution": "another distribution of the same variance must lose no less of the signal, and 30 layers lose it "
    "all",
    "width": "in layers of another width the signal must survive as well, and it is lost at every width",
    "learning_rate": "the learning rate does not act on the first forward pass, in which the signal is lost",
}


def one_change(settings):
    """Return the name of the one setting that differs from those given."""
    for name, known in CHOICES.items():
        require(settings[name] in known, f"{name} must be one of {', '.join(known)}", got=settings[name])
    require(8 <= settings["width"] <= 128, "width must be from 8 to 128", got=settings["width"])
    require(0 < settings["learning_rate"] <= 100, "learning_rate must be over 0 and at most 100")
    same = {name: settings[name] == value for name, value in given.items()}
    same["learning_rate"] = math.isclose(settings["learning_rate"], given["learning_rate"], rel_tol=1e-6)
    changed = [name for name in given if not same[name]]
    require(len(changed) == 1, "exactly one setting must differ from those that were given", changed=len(changed))
    return changed[0]


@functools.cache
def all_digits():
    digits = data.digits()
    x = digits.images.reshape(len(digits.labels), -1)
    return (x - x.mean()) / x.std(), digits.labels


def batch(rng, n):
    x, y = all_digits()
    chosen = rng.permutation(len(y))[:n]
    return x[chosen], y[chosen]


def first_weights(settings, rng):
    options = {"scheme": settings["scheme"], "distribution": settings["distribution"], "rng": rng}
    sizes = [64] + [settings["width"]] * DEPTH + [10]
    return [init_weights(fan_in, fan_out, **options) for fan_in, fan_out in zip(sizes, sizes[1:])]


def survives(settings, changed, rng):
    """Hold the first forward pass against a factor of ten thousand, by the median over the seeds."""
    ratios = []
    for _ in range(SEEDS):
        hidden_weights = first_weights(settings, rng)[:-1]
        x, _ = batch(rng, 20)
        size = activation_statistics(hidden_weights, x, activation=settings["activation"]).mean_square
        ratios.append(size[-1] / size[0])
    ratio = float(np.median(ratios))
    require(1e-4 < ratio < 1e4, LOST[changed], ratio_of_mean_squares=ratio)


def check_signal(deep_settings, rng):
    """The mean square of the activations changes by less than a factor of 10,000 over 30 layers."""
    survives(deep_settings, one_change(deep_settings), rng)


def check_gradients(deep_settings, rng):
    """Every layer's weights get a gradient that is not tiny beside that of the last bias."""
    one_change(deep_settings)
    activation, shares = deep_settings["activation"], []
    for _ in range(SEEDS):
        params = [(w, np.zeros(w.shape[1])) for w in first_weights(deep_settings, rng)]
        x, y = batch(rng, 20)
        logits, cache = network.forward(params, x, activation=activation)
        grads = network.backward(params, cache, network.cross_entropy_gradient(logits, y), activation=activation)
        smallest = min(np.linalg.norm(dw) for dw, _ in grads)
        shares.append(smallest / np.linalg.norm(grads[-1][1]))
    share = float(np.median(shares))
    sentence = "the gradient of every layer's weights must be at least a hundredth of that of the last bias"
    require(share > 0.01, sentence, smallest_share=share)


@hidden
def check_training(deep_settings, rng):
    """Two epochs bring the loss under that of a constant answer, for most of five networks."""
    survives(deep_settings, one_change(deep_settings), rng)
    learned = []
    for _ in range(SEEDS):
        x, y = batch(rng, 600)
        params = [(w.astype(np.float32), np.zeros(w.shape[1], np.float32)) for w in first_weights(deep_settings, rng)]
        hyperparameters = Hyperparameters(
            learning_rate=deep_settings["learning_rate"],
            epochs=2,
            batch_size=30,
            activation=deep_settings["activation"],
        )
        history = mlp.train(params, (x, y), hyperparameters, rng=rng, evaluate_every=2, on_divergence="record")
        shares = np.bincount(y) / len(y)
        loss = history.train_losses[-1]
        learned.append(-float(shares @ np.log(shares)) - (loss if np.isfinite(loss) else np.inf))
    # One network in a hundred is still above it after so few steps: of five, the one in the middle decides.
    gain = float(np.median(learned))
    require(
        gain > 0.01, "two epochs must bring the loss under that of always giving the shares of the classes", gain=gain
    )


@misconception(
    "A higher learning rate multiplies gradients of almost zero, while the last bias, whose gradient is large, runs "
    "away. The signal is lost in the first forward pass, before the learning rate has acted at all.",
    caught_by=check_signal,
)
def faster():
    return given | {"learning_rate": 1.0}


@misconception(
    "A wider network loses as much: the variance of a weight shrinks with the width, so each ReLU layer passes half of "
    "the mean square whatever its width.",
    caught_by=check_signal,
)
def wider():
    return given | {"width": 80}


@misconception(
    "In layers of equal width LeCun's variance, 1 / n, is Glorot's, 2 / (n + n): nothing has changed.",
    caught_by=check_training,
)
def lecun():
    return given | {"scheme": "lecun"}


@misconception(
    "Uniform or normal makes no difference here: what a layer does to the signal hangs on the variance of its weights, "
    "which both draws share.",
    caught_by=check_signal,
)
def uniform():
    return given | {"distribution": "uniform"}


@misconception(
    "Sigmoids keep their outputs near one half, so the signal looks alive, but their slope is at most 1/4, and thirty "
    "such factors leave no gradient for the first layers.",
    caught_by=check_gradients,
)
def sigmoid():
    return given | {"activation": "sigmoid"}


@misconception(
    "More than one setting was changed. Whatever comes out, you do not know which of the changes did it: find the one.",
    caught_by=check_training,
)
def two_changes():
    return given | {"scheme": "he", "learning_rate": 0.03}


@alternative("the activation that Glorot's variance was made for")
def tanh():
    return given | {"activation": "tanh"}


@alternative("no activation at all: what is left is a linear classifier, whose signal survives and which learns")
def linear():
    return given | {"activation": "linear"}
