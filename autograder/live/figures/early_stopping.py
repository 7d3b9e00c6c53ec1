"""Where a patience ends a training run and what it goes back to, and what each patience costs and finds."""

import numpy as np

from autograder.live.figures import Choice, Figure, Slider
from dnnkit import data, mlp
from dnnkit.early_stopping import stop_epoch
from dnnkit.hyperparameters import Hyperparameters
from dnnkit.plot import Picture
from dnnkit.plot.marks import Curve, Dots
from dnnkit.plot.panel import Panel

SEEDS = {"first": 6, "second": 0, "third": 2}
EPOCHS, MOST = 100, 40
LOSS, STOP, BEST = 1, 3, 4


def trained():
    """Return, by run, its dev losses and its test errors in percent after each epoch."""
    return {run: _trained(seed) for run, seed in SEEDS.items()}


def _trained(seed):
    """Train as the chapter does."""
    digits = data.split_digits(n_train=200, n_dev=400, rng=np.random.default_rng(seed))
    labels = data.with_label_noise(digits.y_train, 0.2, 10, rng=np.random.default_rng([seed, 1]))
    test_errors = []
    history = mlp.train(
        mlp.init((64, 64, 10), scheme="he", rng=np.random.default_rng([seed, 2])),
        (digits.x_train, labels, digits.x_dev, digits.y_dev),
        Hyperparameters(learning_rate=0.3, epochs=EPOCHS, batch_size=20),
        rng=np.random.default_rng([seed, 3]),
        callbacks=[lambda now: test_errors.append(100 * now.network.error(digits.x_test, digits.y_test))],
    )
    return history.dev_losses.tolist(), list(map(float, test_errors))


@Figure(
    patience=Slider(1, MOST, 1, 1, "Patience"),
    run=Choice(tuple(SEEDS), "Run"),
    measure=trained,
    alt="First, the dev loss of a run against the epoch, in colour while it is trained and in grey beyond, with "
    "marks where it stops and at the best epoch. Second, for each patience, the test error at the best epoch against "
    "the epochs trained: it falls at first and is then level, while the epochs keep growing. The chosen patience is "
    "marked.",
)
def figure(patience, run):
    losses, errors = map(np.array, figure.measured[run])
    epochs = np.arange(1.0, EPOCHS + 1)
    stops = np.array([stop_epoch(losses, patience=each) for each in range(1, MOST + 1)])
    stopped, best = stops[int(patience) - 1]
    watched = Panel(
        [
            Curve(epochs[stopped:], losses[stopped:], name="never seen", colour=0),
            Curve(epochs[: stopped + 1], losses[: stopped + 1], name="trained", colour=LOSS),
            Dots(np.array([[epochs[best], losses[best]]]), colour=BEST, name="best"),
            Dots(np.array([[epochs[stopped], losses[stopped]]]), colour=STOP, shape=2, name="stopped"),
        ],
        title=f"Stopped after {stopped + 1} epochs, back to epoch {best + 1}",
        xlabel="epoch",
        ylabel="dev loss",
        ylim=(0, 2.5),
    )
    trained, found = epochs[stops[:, 0]], errors[stops[:, 1]]
    bill = Panel(
        [
            Curve(trained, found, colour=LOSS, dots=True),
            Dots(np.array([[trained[int(patience) - 1], errors[best]]]), colour=BEST),
        ],
        title=f"Test error {errors[best]:.1f}%",
        xlabel="epochs trained",
        ylabel="test error of the best epoch (%)",
        xlim=(0, EPOCHS),
        ylim=(0, 50),
    )
    return Picture([watched, bill], columns=2, alt=figure.alt)
