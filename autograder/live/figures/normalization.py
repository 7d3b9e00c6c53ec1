"""Gradient descent on two features of different scales, as they are and standardized."""

import functools

import numpy as np

from autograder.live.figures import Choice, Figure, Slider
from dnnkit import normalization
from dnnkit.plot import Picture
from dnnkit.plot.marks import Curve
from dnnkit.plot.panel import Panel
from dnnkit.plot.plane_marks import Contours, Way

EXAMPLES, STEPS = 200, 300
RAW, STANDARDIZED = "as they are", "standardized"
COLOURS = {RAW: 2, STANDARDIZED: 1}


@Figure(
    ratio=Slider(1, 100, 1, 5, "Ratio of the features' scales"),
    features=Choice((RAW, STANDARDIZED), "Features"),
    alt="Left, contours of the loss over two weights and the path of gradient descent to its minimum. The larger the "
    "ratio of the features' scales, the flatter the ellipses, and the slower the path. Right, the loss against steps: "
    "standardized features reach the minimum in a few steps whatever the ratio, the others later and later.",
)
def figure(ratio, features):
    shown = _curvature(ratio, features)
    landscape = Panel(
        [
            Contours([_ellipse(shown, level) for level in (0.05, 0.2, 0.45)]),
            Way(_descent(shown)[:60], colour=COLOURS[features]),
        ],
        title=f"Features {features}",
        xlabel="error of weight 1",
        ylabel="error of weight 2",
        xlim=(-1.4, 1.4),
        ylim=(-1.4, 1.4),
        tight=True,
        height=0.8,
    )
    losses = {}
    for each in (RAW, STANDARDIZED):
        curvature = _curvature(ratio, each)
        losses[each] = _loss(curvature, _descent(curvature))
    steps = np.arange(STEPS + 1)
    curves = Panel(
        [Curve(steps, losses[each], name=each, colour=COLOURS[each], dash=COLOURS[each]) for each in COLOURS],
        title=f"{_needed(losses[features])} to a thousandth of the loss",
        xlabel="step",
        ylabel="loss",
        yscale="log",
        xlim=(0, STEPS),
        ylim=(1e-6, 10),
    )
    return Picture([landscape, curves], columns=2, alt=figure.alt)


@functools.cache
def _data():
    return np.random.default_rng(0).standard_normal((EXAMPLES, 2))


def _curvature(ratio, features):
    """Return the Hessian of half the mean squared error over two weights, divided by its largest entry."""
    x = _data() * [1.0, ratio]
    if features == STANDARDIZED:
        x = normalization.fit_standardizer(x).transform(x)
    hessian = x.T @ x / EXAMPLES
    return hessian / np.linalg.eigvalsh(hessian)[-1]


def _descent(hessian):
    """Return the errors of the weights at every step, at a rate of 1.5 times the inverse of the largest curvature."""
    values, vectors = np.linalg.eigh(hessian)
    start = vectors.T @ np.array([1.0, 1.0])
    return (start * (1 - 1.5 * values) ** np.arange(STEPS + 1)[:, None]) @ vectors.T


def _loss(hessian, errors):
    return 0.5 * np.einsum("ni,ij,nj->n", errors, hessian, errors)


def _needed(losses):
    reached = np.flatnonzero(losses <= losses[0] / 1000)
    return f"{reached[0]} steps" if reached.size else f"More than {STEPS} steps"


def _ellipse(hessian, level):
    angle = np.linspace(0, 2 * np.pi, 81)
    values, vectors = np.linalg.eigh(hessian)
    return (vectors @ (np.sqrt(2 * level / values)[:, None] * [np.cos(angle), np.sin(angle)])).T
