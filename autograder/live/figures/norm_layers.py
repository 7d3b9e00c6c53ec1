"""Size of the activations through many layers before training: without a norm, with batch norm and with layer norm."""

import functools

import numpy as np

from autograder.live.figures import Figure, Slider
from dnnkit import data, network, norm_layers, normalization
from dnnkit.plot import Picture
from dnnkit.plot.marks import Curve
from dnnkit.plot.panel import Panel

WIDTH, EXAMPLES, DEEPEST = 64, 60, 30
COLOURS = {"no norm": 2, "batch norm": 4, "layer norm": 5}  # as in the chapter's figures
ONES, ZEROS = np.ones(WIDTH), np.zeros(WIDTH)


@Figure(
    depth=Slider(4, DEEPEST, 1, 16, "Layers"),
    scale=Slider(0.3, 2.5, 0.1, 0.5, "Size of the weights, as a multiple of He's"),
    alt="Root mean square of the activations against the layer, on a logarithmic axis. Without a norm it falls along a "
    "line if the weights are smaller than He's and rises if they are larger. With batch norm and with layer norm it "
    "stays near 0.7 in every layer, whatever the size of the weights.",
)
def figure(depth, scale):
    sizes = {norm: activation_sizes(norm, scale)[: int(depth)] for norm in COLOURS}
    powers = f"{np.log10(sizes['no norm'][-1]):+.1f}".replace("-", "−")
    panel = Panel(
        [
            Curve(np.arange(1, int(depth) + 1), values, name=norm, colour=COLOURS[norm], dash=COLOURS[norm], dots=True)
            for norm, values in sizes.items()
        ],
        title=f"Without a norm: {powers} powers of ten by layer {int(depth)}",
        xlabel="layer",
        ylabel="root mean square of the activations",
        yscale="log",
        xlim=(0.5, DEEPEST + 0.5),
        ylim=(1e-16, 1e13),
    )
    return Picture([panel], alt=figure.alt)


@functools.lru_cache(100)
def activation_sizes(norm, scale):
    """Return the root mean square of each layer's activations."""
    a, weights = _drawn()
    sizes = []
    for W in weights:
        z = scale * a @ W
        if norm == "batch norm":
            start = norm_layers.RunningStatistics.start(WIDTH)
            z, _, _ = norm_layers.batchnorm_forward(z, ONES, ZEROS, start, train=True, eps=1e-12)
        if norm == "layer norm":
            z, _ = norm_layers.layernorm_forward(z, ONES, ZEROS, eps=1e-12)
        a = network.relu(z)
        sizes.append(np.sqrt(np.mean(a**2)))
    return np.array(sizes)


@functools.cache
def _drawn():
    x = data.split_digits(n_train=EXAMPLES, n_dev=EXAMPLES, rng=np.random.default_rng(0)).x_train.astype(np.float64)
    rng = np.random.default_rng(1)
    weights = [rng.standard_normal((WIDTH, WIDTH)) * np.sqrt(2 / WIDTH) for _ in range(DEEPEST)]
    return normalization.fit_standardizer(x).transform(x), weights
