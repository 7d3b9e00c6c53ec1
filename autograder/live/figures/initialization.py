"""Pre-activations of a deep network before training, layer by layer, for four ways to draw its weights."""

import functools

import numpy as np

from autograder.live.figures import Choice, Figure, Slider
from dnnkit import initialization, network
from dnnkit.plot import Picture
from dnnkit.plot.axis import short
from dnnkit.plot.marks import Bars
from dnnkit.plot.panel import Panel

WIDTH, DEPTH, EXAMPLES = 100, 30, 60
SCHEMES = {
    "std 0.01": lambda rng: rng.normal(0, 0.01, (WIDTH, WIDTH)),
    "Glorot": lambda rng: initialization.init_weights(WIDTH, WIDTH, scheme="glorot", rng=rng),
    "He": lambda rng: initialization.init_weights(WIDTH, WIDTH, scheme="he", rng=rng),
    "U[0, 1) √(1/n)": lambda rng: rng.random((WIDTH, WIDTH)) * np.sqrt(1 / WIDTH),
}
COLOURS = {"std 0.01": 3, "Glorot": 2, "He": 1, "U[0, 1) √(1/n)": 4}  # as in the chapter's figures
ACTIVATIONS = {"ReLU": "relu", "tanh": "tanh"}
BINS = np.linspace(-3.1, 3.1, 32)  # an odd number of bins: zero is in the middle of one


@Figure(
    depth=Slider(1, DEPTH, 1, 10, "Layer"),
    activation=Choice(tuple(ACTIVATIONS), "Activation"),
    alt="Four histograms of the pre-activations of one layer: weights of standard deviation 0.01, Glorot's, He's and "
    "uniform ones. Deeper down, those of 0.01 are all zero. With ReLU, Glorot's shrink as well, He's keep their width "
    "and uniform ones grow beyond the axes; with tanh, He's are wider than Glorot's and uniform ones sit at the edge.",
)
def figure(depth, activation):
    panels = [_histogram(scheme, depth, activation) for scheme in SCHEMES]
    return Picture(panels, columns=2, alt=figure.alt)


def _histogram(scheme, depth, activation):
    z = _pre_activations(scheme, ACTIVATIONS[activation])[int(depth) - 1]
    counts, _ = np.histogram(np.clip(z, BINS[0], BINS[-1]), BINS)
    return Panel(
        [Bars(BINS, 100 * counts / z.size, colour=COLOURS[scheme])],
        title=f"{scheme}: standard deviation {short(z.std())}",
        xlabel="pre-activation",
        ylabel="share (%), cut at 30",
        xlim=(-3.1, 3.1),
        ylim=(0, 30),
        height=0.42,
        narrowest=150,
    )


@functools.cache
def _pre_activations(scheme, activation):
    """Return the pre-activations of every layer, of a batch of standard normal inputs."""
    rng = np.random.default_rng(0)
    value = network.ACTIVATIONS[activation].value
    a, found = rng.standard_normal((EXAMPLES, WIDTH)), []
    for _ in range(DEPTH):
        found.append(a @ SCHEMES[scheme](rng))
        a = value(found[-1])
    return found
