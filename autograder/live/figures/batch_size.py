"""What a batch size does: batch gradients next to the full one, and what a run costs in steps and examples."""

import numpy as np

from autograder.live.figures import Figure, Slider, mean_and_standard_error
from dnnkit import data, mlp, network
from dnnkit.batch_size import steps_to_target
from dnnkit.plot import Picture
from dnnkit.plot.marks import Curve
from dnnkit.plot.panel import Panel

RATES = {2: 0.13, 4: 0.22, 8: 0.38, 16: 0.5, 32: 0.6, 64: 0.7, 128: 0.8, 256: 0.85, 512: 0.9}  # tuned as in the chapter
SIZES, SEEDS, TARGET, DRAWS, M = (64, 32, 10), range(5), 0.35, 40, 1000


def arrows_and_steps():
    """Return, by batch size, the parts of batch gradients along the full one and across it, and the steps of runs."""
    split = data.split_digits(n_train=M, n_dev=400, rng=np.random.default_rng(0))
    params, rng = _start(0), np.random.default_rng(3)
    full = _gradient(params, split, np.arange(M))
    length = np.linalg.norm(full)
    arrows = {}
    for n in RATES:
        batches = np.array([_gradient(params, split, rng.integers(M, size=n)) for _ in range(DRAWS)])
        along = batches @ full / length
        across = np.linalg.norm(batches - np.outer(along, full / length), axis=1)
        arrows[str(n)] = (np.stack([along, across]) / length).tolist()
    return {"arrows": arrows, "steps": [[_steps(n, seed) for seed in SEEDS] for n in RATES]}


def _start(seed):
    return mlp.init(SIZES, scheme="he", rng=np.random.default_rng([seed, 1]))


def _gradient(params, split, rows):
    outputs, cache = network.forward(params, split.x_train[rows])
    grads = network.backward(params, cache, network.cross_entropy_gradient(outputs, split.y_train[rows]))
    return np.concatenate([array.ravel() for pair in grads for array in pair])


def _steps(n, seed):
    """Train as the chapter does, at the rate that suits the batch, and return the steps to the target on test."""
    split = data.split_digits(n_train=M, n_dev=400, rng=np.random.default_rng(seed))
    params, rng, losses = _start(seed), np.random.default_rng([seed, 2]), []
    while not losses or losses[-1] > TARGET:
        for _ in range(2):
            rows = rng.integers(M, size=n)
            outputs, cache = network.forward(params, split.x_train[rows])
            grads = network.backward(params, cache, network.cross_entropy_gradient(outputs, split.y_train[rows]))
            params = [(W - RATES[n] * dW, b - RATES[n] * db) for (W, b), (dW, db) in zip(params, grads)]
        losses.append(float(network.cross_entropy(network.forward(params, split.x_test)[0], split.y_test)))
    return steps_to_target(losses, TARGET, every=2)


@Figure(
    power=Slider(1, 9, 1, 2, "Batch size, 2 to the power of"),
    measure=arrows_and_steps,
    alt="First, forty batch gradients as dots next to the full gradient, which has length one: with few "
    "examples they are far off to the side, at large angles, and with many they gather near it. Second, steps and "
    "examples to reach a loss, as multiples of the fewest, against the batch size: steps fall and level off, examples "
    "are level and then rise; they cross near a batch of sixteen.",
)
def figure(power):
    n = 2 ** int(power)
    along, across = np.array(figure.measured["arrows"][str(n)])
    angle = np.degrees(np.arctan2(across, along)).mean()
    cone = Panel(
        [
            Curve(np.array([0.0, 1.0]), np.array([0.0, 0.0]), name="all examples", colour=2),
            Curve(along, across, name=f"batches of {n}", dots=True, joined=False),
        ],
        xlabel="along the gradient of all examples",
        ylabel="across it",
        title=f"Batches of {n}: {angle:.0f} degrees off, on average",
        xlim=(-0.7, 2.1),
        ylim=(-0.1, 4.3),
    )
    sizes = np.array(list(RATES), float)
    steps, spread = mean_and_standard_error(figure.measured["steps"])
    examples, here = steps * sizes, int(power) - 1
    costs = Panel(
        [
            Curve(sizes, steps / steps.min(), name="steps", dots=True),
            Curve(sizes, examples / examples.min(), name="examples", colour=3, dots=True),
            *(
                Curve(sizes[[here]], (each / each.min())[[here]], colour=2, dash=2, dots=True)
                for each in (steps, examples)
            ),
        ],
        xlabel="batch size",
        ylabel="to reach a loss of 0.35, fewest = 1",
        title=f"{steps[here]:.0f} ± {spread[here]:.0f} steps, {examples[here]:,.0f} examples",
        xscale="log",
        yscale="log",
        ylim=(0.7, 60),
    )
    return Picture([cone, costs], columns=2, alt=figure.alt)
