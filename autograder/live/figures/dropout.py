"""What keep_prob does to a layer: masks, a mean that stays and a spread that grows."""

import functools

import numpy as np

from autograder.live.figures import Figure, Slider
from dnnkit import dropout
from dnnkit.plot import Picture
from dnnkit.plot.grids import Tile, cells
from dnnkit.plot.marks import Curve
from dnnkit.plot.panel import Panel

NEURONS, EXAMPLES = 30, 18
KEEP_PROBS = np.linspace(0.05, 1, 20)


@Figure(
    keep_prob=Slider(0.05, 1, 0.05, 0.5, "keep_prob"),
    alt="First, a mask of 18 examples and 30 neurons: the share of filled squares is about keep_prob. Second, the "
    "output of a neuron with activation 1 against keep_prob: its mean stays at 1, its standard deviation falls from "
    "4.4 at 0.05 to 0 at 1; two points mark the chosen keep_prob.",
)
def figure(keep_prob):
    _, mask = dropout.inverted_dropout(
        np.ones((EXAMPLES, NEURONS)), keep_prob, rng=np.random.default_rng(0), train=True
    )
    title = f"{mask.mean():.0%} kept; a survivor is {1 / keep_prob:.3g}"
    tile = Tile(mask.shape, cells(mask), title=title, narrowest=220, widest=360)
    return Picture([tile, _spread(keep_prob)], columns=2, alt=figure.alt)


def _spread(keep_prob):
    """Return the panel of the output's mean and standard deviation, with dots at the chosen `keep_prob`."""
    means, spreads = _measured()
    here = np.argmin(np.abs(KEEP_PROBS - keep_prob))
    at = np.array([keep_prob] * 2), np.array([means[here], spreads[here]])
    return Panel(
        [
            Curve(KEEP_PROBS, means, name="mean", colour=1, dash=1),
            Curve(KEEP_PROBS, spreads, name="standard deviation", colour=2, dash=2),
            Curve(*at, colour=1, dots=True, joined=False),
        ],
        title=f"At {keep_prob:g}: {means[here]:.2f} ± {spreads[here]:.2f}",
        xlabel="keep_prob",
        ylabel="output for activation 1",
        xlim=(0, 1.02),
        ylim=(-0.1, 4.6),
    )


@functools.cache
def _measured():
    """Return mean and standard deviation of the output at every keep_prob, over 20,000 entries."""
    outputs = [
        dropout.inverted_dropout(np.ones(20_000), q, rng=np.random.default_rng(1), train=True)[0] for q in KEEP_PROBS
    ]
    return np.mean(outputs, axis=1), np.std(outputs, axis=1)
