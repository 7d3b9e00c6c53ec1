"""Training loss against the learning rate, with and without momentum, for three batch sizes."""

import math

import numpy as np

from autograder.live.figures import Choice, Figure, Slider
from dnnkit import data, mlp
from dnnkit.hyperparameters import Hyperparameters
from dnnkit.plot import Picture
from dnnkit.plot.marks import Curve
from dnnkit.plot.panel import Panel

EXAMPLES, STEPS = 256, 128
RATES = 2.0 ** np.arange(-8, 1.6, 0.8)
BETAS = (0.5, 0.65, 0.8, 0.95)
BATCHES = {"4": 4, "16": 16, "all 256": 256}
WORST = 5.0  # the axis ends there: how far beyond the wall a run was thrown means nothing


def losses():
    """Return, by batch size and momentum, the training loss after STEPS steps at each rate."""
    return {
        batch: {f"{beta:g}": [_loss(size, beta, float(rate)) for rate in RATES] for beta in (0.0, *BETAS)}
        for batch, size in BATCHES.items()
    }


def _loss(batch_size, beta, rate):
    split = data.split_digits(n_train=EXAMPLES, n_dev=400, rng=np.random.default_rng(0))
    start = mlp.init((64, 32, 10), scheme="he", rng=np.random.default_rng([0, 1]))
    epochs = STEPS * batch_size // EXAMPLES
    settings = Hyperparameters(learning_rate=rate, epochs=epochs, batch_size=batch_size, momentum=beta)
    rng = np.random.default_rng([0, 2])
    run = mlp.train(start, split[:2], settings, rng=rng, evaluate_every=epochs, on_divergence="record")
    loss = float(run.train_losses[-1])
    return min(max(loss, 1e-4), WORST) if math.isfinite(loss) else WORST


@Figure(
    beta=Slider(BETAS[0], BETAS[-1], 0.15, 0.5, "Momentum β"),
    batch=Choice(tuple(BATCHES), "Batch"),
    measure=losses,
    alt="Training loss against the learning rate on logarithmic axes, without momentum and with it, and the grey curve "
    "that the rule η/(1 − β) predicts. With batches of 4 the measured curve with momentum is close to the predicted "
    "one. With all examples it follows it down, and then goes on to higher rates and far lower losses.",
)
def figure(beta, batch):
    plain, moved = (np.array(figure.measured[batch][name]) for name in ("0", f"{beta:g}"))
    kept = 1 - beta
    panel = Panel(
        [
            Curve(RATES * kept, plain, name="predicted", colour=0),
            Curve(RATES, plain, name="β = 0", colour=1, dots=True),
            Curve(RATES, moved, name=f"β = {beta:g}", colour=2, dash=2, dots=True),
        ],
        title=f"By the rule, the valley is at a rate {1 / kept:.3g} times smaller",
        xlabel="learning rate",
        ylabel="training loss after 128 steps",
        xscale="log",
        yscale="log",
        xlim=(RATES[0] / 1.2, RATES[-1] * 1.2),
        ylim=(1e-4, WORST * 1.5),
    )
    return Picture([panel], alt=figure.alt)
