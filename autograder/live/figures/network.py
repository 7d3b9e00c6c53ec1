"""One weight in the reader's hands: how the network divides the plane, and the loss against that weight."""

import functools

import numpy as np

from autograder.live.figures import Choice, Figure, Slider
from dnnkit import data, mlp, network
from dnnkit.plot import Picture
from dnnkit.plot.contours import trace
from dnnkit.plot.marks import Curve, Dots
from dnnkit.plot.panel import Panel
from dnnkit.plot.plane_marks import Region, Way

NEURONS, STEPS, RATE = 4, 100, 2.0
WEIGHTS = {  # layer, W or b, place
    "from neuron 1 to the logit of orange": (1, 0, (0, 1)),
    "from x₂ to neuron 1": (0, 0, (1, 0)),
    "bias of neuron 1": (0, 1, (0,)),
}
AROUND = np.linspace(-4, 4, 65)
BESIDE = np.array([-1.0, 1.0])
SIDES = np.linspace(-1.7, 2.7, 45), np.linspace(-1.4, 1.9, 35)


@Figure(
    steps=Slider(0, STEPS, 2, 6, "Steps of training"),
    moved=Slider(-3, 3, 0.1, -2, "The weight, moved by"),
    weight=Choice(tuple(WEIGHTS), "Weight"),
    alt="Left, points of two classes, two half moons, and the regions that the network gives to each class. Right, the "
    "loss against one weight, a curve with a ring at the weight's value and a star where a step of gradient descent "
    "leads, down the curve's slope. With more steps of training the regions follow the moons and the curve sinks.",
)
def figure(steps, moved, weight):
    x, y = _points()
    params = _trained()[int(steps)]
    layer, part, place = WEIGHTS[weight]
    middle = params[layer][part][place]
    values = middle + AROUND
    losses = np.array([_loss(_with(params, layer, part, place, value)) for value in values])
    here = _with(params, layer, part, place, middle + moved)
    at, loss = middle + moved, _loss(here)
    slope = _gradient(here)[layer][part][place]
    landing = _loss(_with(params, layer, part, place, at - RATE * slope))
    wrong = int(np.sum(network.forward(here, x)[0].argmax(axis=1) != y))
    plane = Panel(
        [
            *(Region(_outlines(here, label), label + 1) for label in (0, 1)),
            *(Dots(x[y == label], label + 1, shape=label + 1) for label in (0, 1)),
        ],
        title=f"{wrong} of {len(y)} points on the wrong side",
        xlabel="x₁",
        ylabel="x₂",
        xlim=(SIDES[0][0], SIDES[0][-1]),
        ylim=(SIDES[1][0], SIDES[1][-1]),
        tight=True,
        height=0.75,
    )
    valley = Panel(
        [
            Curve(at + BESIDE, loss + slope * BESIDE, colour=0),
            Curve(values, losses, colour=3),
            Way(np.array([[at, loss], [at - RATE * slope, landing]]), colour=4),
        ],
        title=f"Slope {slope:+.2f}: a step makes it {'smaller' if slope > 0 else 'larger'}".replace("-", "−"),
        xlabel="the weight",
        ylabel="loss",
        ylim=(0, 1.15 * max(losses.max(), 0.7)),
        height=0.75,
    )
    return Picture([plane, valley], columns=2, alt=figure.alt)


@functools.cache
def _points():
    x, y = data.moons(60, noise=0.15, rng=np.random.default_rng(3))
    return x, y


@functools.cache
def _trained():
    """Return the parameters after every step, from the first network on."""
    params = mlp.init((2, NEURONS, 2), scheme="he", rng=np.random.default_rng(3), dtype="float64")
    found = [params]
    for _ in range(STEPS):
        params = [(W - RATE * dW, b - RATE * db) for (W, b), (dW, db) in zip(params, _gradient(params))]
        found.append(params)
    return found


def _loss(params):
    x, y = _points()
    return network.cross_entropy(network.forward(params, x)[0], y)


def _gradient(params):
    x, y = _points()
    logits, cache = network.forward(params, x)
    return network.backward(params, cache, network.cross_entropy_gradient(logits, y))


def _with(params, layer, part, place, value):
    """Return the parameters with another number at one place."""
    changed = [[W.copy(), b.copy()] for W, b in params]
    changed[layer][part][place] = value
    return [tuple(pair) for pair in changed]


def _outlines(params, label):
    """Return the closed lines around the places that the network assigns to the class."""
    across, up = SIDES
    places = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    logits, _ = network.forward(params, places)
    lead = (logits[:, label] - logits[:, 1 - label]).reshape(len(up), len(across))
    lead += 1e-9 * (1 - 2 * label)  # of two equal logits the first wins
    # A ring just outside the edge of the plane, in which the other class leads, closes all lines.
    ringed = np.pad(np.clip(lead, -1, 1), 1, constant_values=-1e6)
    across, up = (np.r_[side[0] - 1e-3, side, side[-1] + 1e-3] for side in SIDES)
    return trace(across, up, ringed, 0.0)
