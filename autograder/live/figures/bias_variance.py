"""Thirty fits to thirty data sets, and their squared bias and variance against what the model is able to fit."""

import functools

import numpy as np

from autograder.live.figures import Choice, Figure, Slider
from dnnkit.bias_variance import bias_variance
from dnnkit.plot import Picture
from dnnkit.plot.marks import Curve
from dnnkit.plot.panel import Panel

POLYNOMIALS, FEATURES = "polynomials", "random ReLU features"
EXAMPLES, DATASETS, NOISE = 20, 30, 0.3
SIZES = {POLYNOMIALS: np.arange(1, 13), FEATURES: np.array([2, 4, 6, 8, 12, 16, 18, 20, 25, 40, 100, 1000])}
GRID = np.linspace(0.01, 0.99, 99)
TRUTH = np.sin(2 * np.pi * GRID)


@Figure(
    capacity=Slider(1, 12, 1, 3, "Step on the horizontal axis"),
    model=Choice((POLYNOMIALS, FEATURES), "Model"),
    alt="Thirty fits to thirty data sets of 20 points as thin lines, with their mean and the sine behind the "
    "data. Next to them, squared bias, variance and their sum, on a log axis. With polynomials the bias falls steeply "
    "up to degree 5, the variance grows throughout, and the sum is smallest at degree 3. With random ReLU features "
    "the sum falls, rises steeply near 20 features, about as many as there are points, and falls again beyond.",
)
def figure(capacity, model):
    sizes, place = SIZES[model], int(capacity) - 1
    size = int(sizes[place])
    parts = _parts(model)
    bias_squared, variance = parts[place]
    fits = _fits(model, size)
    thin = [Curve(GRID, fit, colour=0) for fit in fits]
    what = f"Degree {size}" if model == POLYNOMIALS else f"{size} features"
    curves = Panel(
        [
            *thin,
            Curve(GRID, TRUTH, name="truth", colour=2, dash=2),
            Curve(GRID, fits.mean(axis=0), name="mean of 30 fits", colour=1),
        ],
        title=f"{what}, {EXAMPLES} points",
        xlabel="x",
        ylabel="prediction",
        ylim=(-2.5, 2.5),
    )
    names = {"bias²": (parts[:, 0], 1), "variance": (parts[:, 1], 3), "sum": (parts.sum(axis=1), 4)}
    error = Panel(
        [
            *(Curve(sizes, values, name=name, colour=colour, dots=True) for name, (values, colour) in names.items()),
            Curve(np.array([size, size]), np.array([1e-4, 1e4]), colour=0),
        ],
        title=f"bias² {bias_squared:.3f} + variance {variance:.3f}",
        xlabel="degree" if model == POLYNOMIALS else "features",
        ylabel="squared error",
        xscale="linear" if model == POLYNOMIALS else "log",
        yscale="log",
        ylim=(3e-4, 2e3),
    )
    return Picture([curves, error], columns=2, alt=figure.alt)


@functools.cache
def _parts(model):
    return np.array([bias_variance(_fits(model, int(size)), TRUTH) for size in SIZES[model]])


@functools.cache
def _fits(model, size):
    """Return the predictions on the grid after training on each data set, of shape (datasets, points)."""
    found = []
    for seed, (x, y) in enumerate(zip(*_data())):
        if model == POLYNOMIALS:
            found.append(np.polynomial.Legendre.fit(x, y, size, domain=[0, 1])(GRID))
        else:
            weights = np.linalg.lstsq(_features(x, size, seed), y, rcond=1e-10)[0]
            found.append(_features(GRID, size, seed) @ weights)
    return np.array(found)


@functools.cache
def _data():
    """Return x and y of all data sets, each of shape (datasets, examples)."""
    rng = np.random.default_rng(0)
    x = (np.arange(EXAMPLES) + rng.random((DATASETS, EXAMPLES))) / EXAMPLES
    return x, np.sin(2 * np.pi * x) + NOISE * rng.standard_normal(x.shape)


def _features(x, n, seed):
    """Return n ReLU neurons, each with a kink at a random place in its own stretch, and zero on a random side of it."""
    rng = np.random.default_rng([seed, 1])
    side, kink = rng.choice([-1, 1], n), (np.arange(n) + rng.random(n)) / n
    return np.maximum(side * (x[:, None] - kink), 0) / np.sqrt(n)
