"""What keep_prob does: masks, a mean that stays, and a spread that grows."""

import functools

import numpy as np

from autograder.live.figures import Figure, Slider, svg
from dnnkit import dropout

NEURONS, EXAMPLES = 30, 18
KEEP_PROBS = np.linspace(0.05, 1, 20)


@Figure(
    keep_prob=Slider(0.05, 1, 0.05, 0.5, "keep_prob"),
    alt="Left, a mask of 18 examples and 30 neurons: the share of filled squares is about keep_prob. Right, the output "
    "of a neuron of activation 1 against keep_prob: its mean stays at 1, its standard deviation falls from 4.4 at "
    "0.05 to 0 at 1; two points mark the chosen keep_prob.",
)
def figure(keep_prob):
    output, mask = dropout.inverted_dropout(
        np.ones((EXAMPLES, NEURONS)), keep_prob, rng=np.random.default_rng(0), train=True
    )
    means, spreads = _measured()
    here = np.argmin(np.abs(KEEP_PROBS - keep_prob))
    return svg.panels(
        svg.grid(mask, title=f"{mask.mean():.0%} kept; a survivor is {1 / keep_prob:.3g}", size=(340, 260)),
        svg.plot(
            {
                "mean": (KEEP_PROBS, means),
                "standard deviation": (KEEP_PROBS, spreads),
                f"at {keep_prob:g}: {means[here]:.2f} ± {spreads[here]:.2f}": (
                    [keep_prob, keep_prob],
                    [means[here], spreads[here]],
                    "points",
                ),
            },
            xlabel="keep_prob",
            ylabel="output for activation 1",
            xlim=(0, 1.02),
            ylim=(-0.1, 4.6),
            size=(340, 260),
        ),
        alt=figure.alt,
    )


@functools.cache
def _measured():
    """Return mean and standard deviation of the output at every keep_prob, over 20,000 entries."""
    outputs = [
        dropout.inverted_dropout(np.ones(20_000), q, rng=np.random.default_rng(1), train=True)[0] for q in KEEP_PROBS
    ]
    return np.mean(outputs, axis=1), np.std(outputs, axis=1)
