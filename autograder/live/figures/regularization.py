"""What λ does to the pre-activations of tanh neurons, and what it does to the error: the two sides of one penalty."""

import numpy as np

from autograder.live.figures import Figure, Slider, mean_and_standard_error
from dnnkit import data, mlp
from dnnkit.hyperparameters import Hyperparameters
from dnnkit.plot import Picture
from dnnkit.plot.marks import Curve
from dnnkit.plot.panel import Panel
from dnnkit.regularization import linear_fraction

POWERS = np.arange(-6, 7) / 4  # of ten
SEEDS, EPOCHS, TOLERANCE, SHOWN = range(4), 150, 0.076, 41
LINE = np.linspace(-4, 4, 81)


def sweep():
    """Return dev errors and nearly linear shares in percent, (λ, seeds), and quantiles of pre-activations by λ."""
    found = [[_trained(10.0**power, seed) for seed in SEEDS] for power in POWERS]
    errors, linear = ([[one[k] for one in of_lam] for of_lam in found] for k in (0, 1))
    return {"errors": errors, "linear": linear, "z": [of_lam[0][2] for of_lam in found]}


def _trained(lam, seed):
    """Train as the chapter does; return dev error and share in percent, and quantiles of pre-activations on dev."""
    split = data.split_digits(n_train=200, n_dev=400, rng=np.random.default_rng(seed))
    labels = data.with_label_noise(split.y_train, 0.2, 10, rng=np.random.default_rng([seed, 1]))
    start = mlp.init((64, 64, 10), scheme="glorot", rng=np.random.default_rng([seed, 2]))
    settings = Hyperparameters(
        learning_rate=0.2, epochs=EPOCHS, batch_size=100, momentum=0.9, activation="tanh", lam=lam
    )
    sets = split._replace(y_train=labels)[:4]
    history = mlp.train(start, sets, settings, rng=np.random.default_rng([seed, 3]), evaluate_every=EPOCHS)
    W, b = history.params[0]
    z = split.x_dev @ W + b
    quantiles = np.quantile(z, (np.arange(SHOWN) + 0.5) / SHOWN)
    return 100 * history.dev_errors[-1], 100 * linear_fraction(z, tolerance=TOLERANCE), quantiles.tolist()


@Figure(
    power=Slider(POWERS[0], POWERS[-1], 0.25, -1.5, "Power of ten of λ"),
    measure=sweep,
    alt="First, the curve of tanh with 41 dots on it, evenly spaced quantiles of the dev digits' pre-activations: "
    "for small λ they spread out to where tanh is flat, for large λ they crowd around zero, on the straight "
    "piece. Second, the dev error and the share of nearly linear pre-activations against λ: the share rises from 43 "
    "to 100 percent, and the error falls to a minimum between λ = 3 and 6 and rises steeply beyond.",
)
def figure(power):
    place = int(np.argmin(np.abs(POWERS - power)))
    measured, lams = figure.measured, 10.0**POWERS
    (error, _), (linear, _) = (mean_and_standard_error(measured[name]) for name in ("errors", "linear"))
    z = np.array(measured["z"][place])
    curve = Panel(
        [
            Curve(LINE[15:66], LINE[15:66], name="straight line", colour=0, dash=2),
            Curve(LINE, np.tanh(LINE), name="tanh", colour=0),
            Curve(z, np.tanh(z), name="pre-activations", colour=5, dots=True),
        ],
        xlabel="pre-activation z",
        ylabel="activation",
        title=f"λ = {lams[place]:.2g}: {linear[place]:.0f}% nearly linear",
        xlim=(-4, 4),
        ylim=(-1.5, 1.5),
    )
    here = np.array([lams[place], lams[place]])
    both = Panel(
        [
            Curve(lams, linear, name="nearly linear", colour=5, dots=True),
            Curve(lams, error, name="dev error", colour=1, dots=True),
            Curve(here, np.array([0.0, 100.0]), colour=0),
        ],
        xlabel="λ",
        ylabel="%",
        title=f"dev error {error[place]:.1f}%",
        xscale="log",
        ylim=(0, 100),
    )
    return Picture([curve, both], columns=2, alt=figure.alt)
