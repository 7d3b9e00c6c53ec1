"""Gradient norms through twenty layers before training, and the line that the layers' singular values predict."""

import functools

import numpy as np

from autograder.live.figures import Choice, Figure, Slider
from dnnkit import gradients, network
from dnnkit.plot import Picture
from dnnkit.plot.marks import Curve
from dnnkit.plot.panel import Panel

WIDTH, DEPTH, EXAMPLES = 32, 20, 12
ACTIVATIONS = {"tanh": "tanh", "ReLU": "relu", "sigmoid": "sigmoid", "none": "linear"}
LAYERS = np.arange(1, DEPTH + 1)


@Figure(
    gain=Slider(0.4, 2.4, 0.1, 1.0, "Gain of the weights"),
    activation=Choice(tuple(ACTIVATIONS), "Activation"),
    alt="Norm of the gradient at each of twenty layers, as a share of the last layer's, on a logarithmic axis: "
    "measured dots on a line that singular values predict. The line is straight. A smaller gain makes it fall towards "
    "the first layer, a larger one makes it rise; with sigmoids it falls at any gain.",
)
def figure(gain, activation):
    params, x, y = _network(gain)
    kind = ACTIVATIONS[activation]
    norms = gradients.layer_gradient_norms(params, x, y, activation=kind)[:-1]
    _, rate = gradients.diagnose_gradients(norms)
    panel = Panel(
        [
            Curve(LAYERS, _predicted(params, x, kind), name="predicted", colour=0),
            Curve(LAYERS, norms / norms[-1], name="measured", dots=True, joined=False),
        ],
        title=f"Each layer multiplies the norm by {rate:.2f}",
        xlabel="layer",
        ylabel="norm of the gradient, last layer = 1",
        yscale="log",
        xlim=(0.5, DEPTH + 0.5),
        ylim=(1e-12, 1e6),
    )
    return Picture([panel], alt=figure.alt)


def _predicted(params, x, activation):
    """Return the share that reaches each layer according to the root-mean-square singular values, without gradients."""
    _, cache = network.forward(params, x, activation=activation)
    hidden, sums = [W for W, _ in params[1:-1]], [z for _, z in cache[1:-1]]
    values = gradients.jacobian_singular_values(hidden, sums, activation=activation)
    logs = [0.5 * np.log(np.mean(each**2)) for each in values]
    return np.exp(np.append(np.cumsum(logs[::-1])[::-1], 0.0))


@functools.cache
def _draws():
    rng = np.random.default_rng(0)
    sizes = [WIDTH] * (DEPTH + 1) + [10]
    weights = [rng.standard_normal((fan_in, fan_out)) / np.sqrt(fan_in) for fan_in, fan_out in zip(sizes, sizes[1:])]
    return weights, rng.standard_normal((EXAMPLES, WIDTH)), rng.integers(10, size=EXAMPLES)


def _network(gain):
    weights, x, y = _draws()
    return [(gain * W, np.zeros(W.shape[1])) for W in weights], x, y
