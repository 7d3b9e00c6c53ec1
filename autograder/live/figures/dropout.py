"""What keep_prob does: masks, a mean that stays, a spread that grows; and a verdict that the learning rate turns."""

import functools

import numpy as np

from autograder.live.figures import Choice, Figure, Slider
from dnnkit import data, dropout, mlp
from dnnkit.hyperparameters import Hyperparameters
from dnnkit.plot import Picture
from dnnkit.plot.grids import Tile, cells
from dnnkit.plot.marks import Curve
from dnnkit.plot.panel import Panel

NEURONS, EXAMPLES = 30, 18
KEEP_PROBS = np.linspace(0.05, 1, 20)
SIZES, SEEDS = (64, 128, 16, 10), range(8)
ARMS = {"no dropout": 1.0, "dropout": 0.5}  # keep_prob of the wide layer
TRAININGS = {"0.01, for 40 epochs": (0.01, 40), "0.1, for 100 epochs": (0.1, 100)}


def dev_errors():
    """Return by training the dev errors in percent with 100 clean digits, of shape (arms, seeds).

    Network, data, seeds and settings are those of the chapter's section on fair comparison.
    """
    return {
        training: [[_dev_error(seed, keep_prob, *settings) for seed in SEEDS] for keep_prob in ARMS.values()]
        for training, settings in TRAININGS.items()
    }


def _dev_error(seed, keep_prob, learning_rate, epochs):
    split = data.split_digits(n_train=100, n_dev=400, rng=np.random.default_rng(seed))
    start = mlp.init(SIZES, scheme="he", rng=np.random.default_rng([seed, 2]))
    settings = Hyperparameters(
        learning_rate=learning_rate, epochs=epochs, batch_size=50, momentum=0.9, keep_prob=(keep_prob, 1.0)
    )
    rng = np.random.default_rng([seed, 3])
    return 100 * float(mlp.train(start, split[:4], settings, rng=rng, evaluate_every=epochs).dev_errors[-1])


@Figure(
    keep_prob=Slider(0.05, 1, 0.05, 0.5, "keep_prob"),
    training=Choice(tuple(TRAININGS), "Learning rate of the comparison"),
    measure=dev_errors,
    alt="First, a mask of 18 examples and 30 neurons: the share of filled squares is about keep_prob. Second, the "
    "output of a neuron of activation 1 against keep_prob: its mean stays at 1, its standard deviation falls from 4.4 "
    "at 0.05 to 0 at 1; two points mark the chosen keep_prob. Third, the dev errors of a network without and with "
    "dropout, trained alike on 100 clean digits: at the low learning rate dropout is worse, at the high one better.",
)
def figure(keep_prob, training):
    output, mask = dropout.inverted_dropout(
        np.ones((EXAMPLES, NEURONS)), keep_prob, rng=np.random.default_rng(0), train=True
    )
    title = f"{mask.mean():.0%} kept; a survivor is {1 / keep_prob:.3g}"
    tile = Tile(mask.shape, cells(mask), title=title, narrowest=220, widest=360)
    return Picture([tile, _spread(keep_prob), _comparison(figure.measured, training)], columns=3, alt=figure.alt)


def _spread(keep_prob):
    """Return the panel of the output's mean and standard deviation, those at the chosen `keep_prob` as dots."""
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


def _comparison(measured, training):
    """Return the panel of both arms' dev error, mean and standard error, and of their paired difference."""
    errors = np.array(measured[training])
    difference, spread = _mean_and_standard_error(errors[1] - errors[0])
    verdict = "undecided" if abs(difference) < 2 * spread else "worse" if difference > 0 else "better"
    marks = [
        Curve(
            *np.array([[q], [mean], [mean - error], [mean + error]]),
            name=f"{arm}: {mean:.1f} ± {error:.1f}",
            colour=number,
            dash=number,
            dots=True,
            joined=False,
        )
        for number, ((arm, q), mean, error) in enumerate(zip(ARMS.items(), *_mean_and_standard_error(errors)), start=1)
    ]
    return Panel(
        marks,
        title=f"dropout {verdict}: {difference:+.1f} ± {spread:.1f} points".replace("-", "−"),
        xlabel="keep_prob of the wide layer",
        ylabel="dev error (%)",
        xlim=(0, 1.2),
        ylim=(0, 1.2 * max(np.mean(arms, axis=1).max() for arms in measured.values())),
    )


def _mean_and_standard_error(errors):
    return errors.mean(axis=-1), errors.std(axis=-1, ddof=1) / np.sqrt(len(SEEDS))


@functools.cache
def _measured():
    """Return mean and standard deviation of the output at every keep_prob, over 20,000 entries."""
    outputs = [
        dropout.inverted_dropout(np.ones(20_000), q, rng=np.random.default_rng(1), train=True)[0] for q in KEEP_PROBS
    ]
    return np.mean(outputs, axis=1), np.std(outputs, axis=1)
