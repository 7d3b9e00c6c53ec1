"""A grid and a random search of 27 trials, seen along the axes that matter, and how often the random one wins."""

import functools

import numpy as np

from autograder.live.figures import Choice, Figure, Slider
from dnnkit import search
from dnnkit.plot import Picture
from dnnkit.plot.marks import Curve, Dots
from dnnkit.plot.panel import Panel

TARGETS = 1000
LAYOUTS = ("midpoints", "endpoints")
CUBE = dict.fromkeys(("first", "second", "third"), search.Uniform(0, 1))
GRID, RANDOM, TARGET = 3, 1, 2


@functools.cache
def _drawn():
    """Return targets of shape (targets, 3), and for each the trials of a random search, of shape (targets, 27, 3)."""
    rng = np.random.default_rng(5)
    return rng.random((TARGETS, 3)), rng.random((TARGETS, 27, 3))


@functools.cache
def _points(layout):
    """Return the trials of the grid, of shape (27, 3)."""
    return np.array([[*config.values()] for config in search.grid(CUBE, points_per_axis=3, layout=layout)])


@functools.cache
def win_rate(layout, matter):
    """Return the share of targets, in percent, to which the random search comes nearer."""
    targets, drawn = _drawn()

    def nearest(tried):
        return ((tried - targets[:, None])[..., :matter] ** 2).sum(axis=-1).min(axis=-1)

    return 100 * float((nearest(drawn) < nearest(_points(layout))).mean())


@Figure(
    matter=Slider(1, 3, 1, 1, "Dimensions that matter"),
    layout=Choice(LAYOUTS, "Grid with"),
    alt="Two panels with 27 trials each over two of three hyperparameters, as dots, with their projections on the "
    "first axis below: the grid has three of them, the random search 27. The target is a line if one dimension "
    "matters, else a point. A third panel shows, for one, two and three dimensions that matter, how often the random "
    "search comes nearer to the target: the more dimensions matter, the less often.",
)
def figure(matter, layout):
    matter = int(matter)
    targets, drawn = _drawn()
    target = targets[0]
    panels = []
    for name, points, colour in (("Grid", _points(layout), GRID), ("Random search", drawn[0], RANDOM)):
        away = ((points - target)[:, :matter] ** 2).sum(axis=1)
        best = points[away.argmin()]
        marks = [
            Curve(np.array([target[0]] * 2), np.array([-0.2, 1.1]), colour=TARGET)
            if matter == 1
            else Dots(target[None, :2], colour=TARGET, shape=2, name="target"),
            Dots(np.stack([points[:, 0], np.full(27, -0.12)], axis=1), colour=0),
            Dots(points[:, :2], colour=colour),
            Dots(best[None, :2], colour=4, shape=1, name="nearest"),
        ]
        panels.append(
            Panel(
                marks,
                title=f"{name}: {len(set(points[:, 0]))} values",
                xlabel="first hyperparameter",
                ylabel="second",
                xlim=(-0.05, 1.05),
                ylim=(-0.2, 1.1),
            )
        )
    rates = np.array([win_rate(layout, each) for each in (1, 2, 3)])
    wins = Panel(
        [
            Curve(np.array([1.0, 3.0]), np.array([50.0, 50.0]), colour=0),
            Curve(np.arange(1.0, 4.0), rates, colour=RANDOM, dots=True),
            Dots(np.array([[float(matter), rates[matter - 1]]]), colour=4),
        ],
        title=f"Random search wins {rates[matter - 1]:.0f}%",
        xlabel="dimensions that matter",
        ylabel="random search is nearer (%)",
        xlim=(0.8, 3.2),
        ylim=(0, 100),
    )
    return Picture([*panels, wins], columns=3, alt=figure.alt)
