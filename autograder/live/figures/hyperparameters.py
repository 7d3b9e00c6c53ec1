"""What a fixed number of parameters buys: a few wide layers or many narrow ones, and how well each choice learns."""

import numpy as np

from autograder.live.figures import Choice, Figure, Slider, mean_and_standard_error
from dnnkit import data, mlp
from dnnkit.hyperparameters import Hyperparameters, count_parameters, width_for_budget
from dnnkit.plot import Picture
from dnnkit.plot.marks import Bars, Curve
from dnnkit.plot.panel import Panel

BUDGET, N_INPUTS, N_OUTPUTS = 5000, 64, 10
DEPTHS, SEEDS = range(1, 7), range(5)
RATES = {  # the rates offered, by depth: the deeper, the smaller
    1: (0.03, 0.12, 0.48),
    2: (0.02, 0.08, 0.32),
    3: (0.012, 0.05, 0.2),
    4: (0.01, 0.04, 0.16),
    5: (0.0075, 0.03, 0.12),
    6: (0.006, 0.024, 0.1),
}
EPOCHS = {"5 epochs": 5, "15 epochs": 15}


def dev_errors():
    """Return, by epochs, the dev errors in percent, of shape (depths, seeds), at the rate chosen on dev."""
    from dnnkit.claim import tuned  # here, since a browser, which never measures, cannot fork the runs

    found = {}
    for name, epochs in EPOCHS.items():
        arms = tuned(_trained, {str(depth): RATES[depth] for depth in DEPTHS}, seeds=SEEDS, budget=epochs)
        found[name] = [(100 * arm["dev_errors"]).tolist() for arm in arms.values()]
    return found


def _trained(depth, rate, seed):
    """Train as the chapter does, three times as long."""
    split = data.split_digits(n_train=1000, n_dev=400, rng=np.random.default_rng(seed))
    start = mlp.init(_sizes(int(depth)), scheme="he", rng=np.random.default_rng([seed, 1]))
    settings = Hyperparameters(learning_rate=rate, epochs=15, batch_size=50, momentum=0.9)
    rng = np.random.default_rng([seed, 2])
    return mlp.train(start, split[:4], settings, rng=rng, evaluate_every=5, on_divergence="record")


def _sizes(depth):
    width = width_for_budget(N_INPUTS, N_OUTPUTS, BUDGET, hidden_layers=depth)
    return (N_INPUTS, *[width] * depth, N_OUTPUTS)


@Figure(
    depth=Slider(1, 6, 1, 3, "Hidden layers"),
    epochs=Choice(tuple(EPOCHS), "Trained for"),
    measure=dev_errors,
    alt="First, the layers of a network as bars, from 64 inputs to 10 outputs: the more hidden layers share 5000 "
    "parameters, the narrower they are, from 66 neurons in a single one to 24 in each of six. Second, the dev error "
    "against the number of hidden layers: it rises with each of them, steeply after 5 epochs, gently after 15.",
)
def figure(depth, epochs):
    depth = int(depth)
    sizes = _sizes(depth)
    means, spreads = mean_and_standard_error(figure.measured[epochs])
    here, by = means[depth - 1], spreads[depth - 1]
    layers = Panel(
        [Bars(np.arange(len(sizes) + 1) - 0.5, np.array(sizes))],
        xlabel="layer, from the inputs (0) to the outputs",
        ylabel="number of outputs",
        title=f"{sizes[1]} neurons per hidden layer, {count_parameters(sizes)} parameters",
        xlim=(-0.6, len(DEPTHS) + 1.6),
        ylim=(0, 70),
    )
    chosen = np.array([[depth], [here], [here - by], [here + by]])
    curve = Panel(
        [Curve(np.array(DEPTHS), means, dots=True), Curve(*chosen, colour=2, dash=2, dots=True)],
        xlabel="hidden layers",
        ylabel="dev error (%)",
        title=f"{depth} hidden layer{'s' * (depth > 1)}, {epochs}: {here:.1f} ± {by:.1f}%",
        ylim=(0, 30),
    )
    return Picture([layers, curve], columns=2, alt=figure.alt)
