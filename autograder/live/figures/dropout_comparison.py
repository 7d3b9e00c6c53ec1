"""Dropout compared with no dropout at one learning rate: a verdict that the rate reverses."""

import numpy as np

from autograder.live.figures import Choice, Figure, mean_and_standard_error
from dnnkit import data, mlp
from dnnkit.hyperparameters import Hyperparameters
from dnnkit.plot import Picture
from dnnkit.plot.marks import Curve
from dnnkit.plot.panel import Panel

SIZES, SEEDS = (64, 128, 16, 10), range(6)
ARMS = {"no dropout": 1.0, "dropout": 0.5}  # keep_prob of the wide layer
TRAININGS = {"0.01, for 40 epochs": (0.01, 40), "0.1, for 100 epochs": (0.1, 100)}


def dev_errors():
    """Return, by training, the dev errors in percent with 100 clean digits, of shape (arms, seeds).

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
    training=Choice(tuple(TRAININGS), "Learning rate"),
    measure=dev_errors,
    alt="Dev errors of a network without and with dropout, trained alike on 100 clean digits: at the low learning rate "
    "dropout is worse, at the high one better.",
)
def figure(training):
    return Picture([_comparison(figure.measured, training)], alt=figure.alt)


def _comparison(measured, training):
    """Return the panel of both arms' dev error, mean and standard error, and of their paired difference."""
    errors = np.array(measured[training])
    difference, spread = mean_and_standard_error(errors[1] - errors[0])
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
        for number, ((arm, q), mean, error) in enumerate(zip(ARMS.items(), *mean_and_standard_error(errors)), start=1)
    ]
    return Panel(
        marks,
        title=f"dropout {verdict}: {difference:+.1f} ± {spread:.1f} points".replace("-", "−"),
        xlabel="keep_prob of the wide layer",
        ylabel="dev error (%)",
        xlim=(0, 1.2),
        ylim=(0, 1.2 * max(np.mean(arms, axis=1).max() for arms in measured.values())),
    )
