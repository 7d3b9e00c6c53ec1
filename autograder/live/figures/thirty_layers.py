"""A network of thirty layers in training, from weights of four sizes: how neurons respond to a digit, and the error.

Gradient descent is written out, since each picture continues the training of the one before.
"""

import functools
from typing import NamedTuple

import numpy as np

from autograder.live.figures import Choice, Figure, Training
from dnnkit import data, initialization, network
from dnnkit.claim.numerals import Numerals
from dnnkit.plot import Picture
from dnnkit.plot.marks import Curve
from dnnkit.plot.panel import Margins, Panel, titled
from dnnkit.plot.style import LINE, paint, words

CLASSES, DEPTH, WIDTH = 4, 30, 32
SIZES = (64, *[WIDTH] * DEPTH, CLASSES)
RATE, MOMENTUM, BATCH = 0.002, 0.9, 32
STEPS, EVERY = 240, 10
SCHEMES = {
    "Glorot": lambda *fans: initialization.init_std(*fans, scheme="glorot"),
    "He, √2 times as large": lambda *fans: initialization.init_std(*fans, scheme="he"),
    "standard deviation 0.01": lambda *fans: 0.01,
    "standard deviation 0.5": lambda *fans: 0.5,
}
# How bright a neuron is, by its activation: dark below the first level, glaring from the last on.
LEVELS = (0.05, 0.25, 0.5, 1.0, 2.0, 20.0)
FADE = (0.25, 0.4, 0.6, 0.8, 1.0, 1.0)
# The grid of the picture: a column per layer, a row per neuron, and where digit, layers and answers begin.
ROWS, COLUMNS = WIDTH, 47
LAYERS, ANSWERS, BAR = 7.5, 39, 6


class Snapshot(NamedTuple):
    """What is shown at a step.

    Attributes
    ----------
    digit : array of shape (64,)
    activations : array of shape (DEPTH, WIDTH)
        The response of each neuron to that digit.
    answers : array of shape (CLASSES,)
        The probability of each class.
    errors : list of float
        In percent of the dev set, here and at each earlier snapshot.
    """

    digit: np.ndarray
    activations: np.ndarray
    answers: np.ndarray
    errors: list


@Figure(
    weights=Choice(tuple(SCHEMES), "First weights"),
    step=Training(0, STEPS, EVERY, 0, "Step"),
    alt="Left, a digit, thirty layers of 32 neurons, the more active the brighter, and the probabilities of four "
    "answers. Right, the error on dev against the training step. From Glorot's weights the neurons grow darker from "
    "layer to layer, and training changes nothing. From He's all layers are lit, and the error falls. From weights of "
    "standard deviation 0.01 all is dark after the first layers; from 0.5 signals grow until numbers overflow.",
)
def figure(weights, step):
    shown = snapshot(weights, int(step))
    guess = np.full(2, 100 * (1 - 1 / CLASSES))
    error = f"{shown.errors[-1]:.0f}%" if np.isfinite(shown.errors[-1]) else "the numbers have overflowed"
    errors = Panel(
        [
            Curve(EVERY * np.arange(len(shown.errors)), np.array(shown.errors), name="network"),
            Curve(np.array([0, STEPS]), guess, name="a guess", colour=0),
        ],
        title=f"Error on dev: {error}",
        xlabel="step",
        ylabel="error (%)",
        xlim=(0, STEPS),
        ylim=(0, 100),
    )
    return Picture([Network(shown), errors], columns=2, alt=figure.alt)


def snapshot(weights, step):
    """Return the snapshot at a step, a multiple of EVERY; training continues from where it was."""
    seen, going = _training(weights)
    while len(seen) <= step // EVERY:
        seen.append(next(going))
    return seen[step // EVERY]


@functools.cache
def _training(weights):
    return [], _snapshots(weights)


@functools.cache
def _digits():
    split = data.split_digits(n_train=1000, n_dev=400, rng=np.random.default_rng(0))
    mean, std = split.x_train.mean(), split.x_train.std()
    few, few_dev = split.y_train < CLASSES, split.y_dev < CLASSES
    return (
        (split.x_train[few] - mean) / std,
        split.y_train[few],
        (split.x_dev[few_dev] - mean) / std,
        split.y_dev[few_dev],
    )


def _snapshots(weights):
    x, y, x_dev, y_dev = _digits()
    draw, batches = np.random.default_rng([0, 1]), np.random.default_rng([0, 2])
    Ws = [draw.normal(0, SCHEMES[weights](*fans), fans) for fans in zip(SIZES, SIZES[1:])]
    params = [array for W, fan_out in zip(Ws, SIZES[1:]) for array in (W, np.zeros(fan_out))]
    velocity = [np.zeros_like(array) for array in params]
    errors = []
    while True:
        *hidden, logits = _forward(params, x_dev)
        finite = np.isfinite(logits).all()
        errors = [*errors, 100 * np.mean(logits.argmax(axis=1) != y_dev) if finite else np.nan]
        answers = network.softmax(logits[:1])[0] if finite else np.full(CLASSES, np.nan)
        yield Snapshot(x_dev[0], np.array([a[0] for a in hidden]), answers, errors)
        for _ in range(EVERY if finite else 0):
            batch = batches.integers(len(x), size=BATCH)
            _step(params, velocity, x[batch], y[batch])


def _forward(params, x):
    """Return the activations of every layer; those of the last are logits."""
    found = [x]
    for W, b in zip(params[::2], params[1::2]):
        with np.errstate(all="ignore"):
            found.append(found[-1] @ W + b)
        if len(found) < len(SIZES):
            np.maximum(found[-1], 0, out=found[-1])
    return found[1:]


def _step(params, velocity, x, y):
    """Move the parameters, in place, by a step of gradient descent with momentum."""
    with np.errstate(all="ignore"):
        hidden = [x, *_forward(params, x)]
        logits = hidden.pop()
        grad = np.exp(logits - logits.max(axis=1, keepdims=True))
        grad /= grad.sum(axis=1, keepdims=True)
        grad[np.arange(len(y)), y] -= 1
        grad /= len(y)
        for layer in reversed(range(len(hidden))):
            W = params[2 * layer]
            gradients = hidden[layer].T @ grad, grad.sum(axis=0)
            grad = grad @ W.T * (hidden[layer] > 0)
            for place, gradient in zip((2 * layer, 2 * layer + 1), gradients):
                velocity[place] *= MOMENTUM
                velocity[place] += gradient
                params[place] -= RATE * velocity[place]


class Network:
    """A panel without axes: the digit, its neurons, and the answers, in a grid of ROWS and COLUMNS."""

    marks, xlabel, ylabel = (), "", ""
    narrowest, widest = 300, np.inf

    def __init__(self, shown):
        self.shown, self.title = shown, _strength(shown.activations[-1])

    def inner_height(self, inner):
        """Return the height of a grid that is `inner` pixels wide."""
        return 0.6 * inner

    def margins(self, width, height, names=""):
        """Return the margins that title and labels need."""
        return Margins(1, 1, titled(self.title, width)[1] + 6, LINE + 4)

    def draw(self, width, height, margins, names=""):
        """Return the panel as SVG with its origin at (0, 0)."""
        pixels = (self.shown.digit - self.shown.digit.min()).reshape(8, 8)
        across, down = width / COLUMNS, height / ROWS
        parts = [
            *_cells(2 * pixels / pixels.max(), 0, ROWS / 2 - 5, 0.7, 1.25),
            *_cells(self.shown.activations.T, LAYERS, 0, 1, 1),
        ]
        below = margins.top + height + LINE
        texts = [("digit", 0, below, ""), ("layer 1", LAYERS * across, below, "")]
        texts += [(f"layer {DEPTH}", (LAYERS + DEPTH) * across, below, "end"), ("answer", ANSWERS * across, below, "")]
        for label, share in enumerate(np.nan_to_num(self.shown.answers)):
            y = ROWS * (label + 1) / (CLASSES + 1)
            texts.append((str(label), ANSWERS * across, margins.top + y * down + 5, ""))
            for opacity, length in ((0.12, BAR), (1, BAR * share)):
                parts.append(_area(f"M{ANSWERS + 2} {y - 1.2}h{length:.2f}v2.4h-{length:.2f}z", 1, opacity))
        drawn = f'<g transform="translate(0 {margins.top}) scale({across:.3f} {down:.3f})">{"".join(parts)}</g>'
        written = "".join(words(text, x, y, anchor=anchor, more=' class="tick"') for text, x, y, anchor in texts)
        return titled(self.title, width)[0] + drawn + written


def _strength(activations):
    size = np.sqrt(np.mean(activations**2))
    if not np.isfinite(size):
        return f"Layer {DEPTH}: the signal has overflowed"
    write = Numerals(size, size)
    return f"Root mean square in layer {DEPTH}: {write(size)}{write.power}"


def _cells(values, x, y, across, down):
    """Yield squares (SVG) for values of shape (rows, columns), one path for each brightness."""
    levels = np.searchsorted(LEVELS, np.nan_to_num(values, nan=np.inf), side="right")
    for level in np.unique(levels):
        square = f"h{0.8 * across:g}v{0.8 * down:g}h-{0.8 * across:g}z"
        places = np.argwhere(levels == level)
        squares = "".join(f"M{x + across * column:g} {y + down * row:g}{square}" for row, column in places)
        yield _area(squares, 2 if level == len(LEVELS) else 1, (0.07, *FADE)[level])


def _area(path, colour, opacity):
    return f'<path d="{path}" fill="{paint(colour)}" fill-opacity="{opacity:g}"/>'
