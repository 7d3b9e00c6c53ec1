"""Figures that respond to sliders: one module per topic, each with a `Figure` named `figure`.

A figure is a function of its settings that returns a picture of `dnnkit.plot`. The book shows it drawn at the initial
settings; in the page the same function runs again, in the reader's browser, whenever a slider moves. Writing one takes
a few lines::

    @Figure(degree=Slider(1, 12, 1, 3, "Degree"), alt="What the figure shows, for those who do not see it.")
    def figure(degree):
        return plot.lines(x, {"fit": fit(degree)}, xlabel="x", ylabel="y", alt=figure.alt)

A chapter shows it with the directive ``figure-live``, whose argument is the topic.

What takes too long for a slider, such as training, goes into a function `measure` without arguments that returns what
JSON can hold. It runs when the book is built; the page's archive carries its result, as ``<topic>.json`` next to the
figure.
"""

import functools
import json
import sys
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Slider:
    """A number that the reader moves between `low` and `high` in steps of `step`, beginning at `start`."""

    low: float
    high: float
    step: float
    start: float
    label: str


@dataclass(frozen=True)
class Training(Slider):
    """Steps of training, each picture continuing from the one before: a slider with a button that lets it run."""


@dataclass(frozen=True)
class Choice:
    """One of several `options` (text), the first of which is chosen at the start."""

    options: tuple[str, ...]
    label: str

    @property
    def start(self):
        return self.options[0]


class Figure:
    """A decorator that makes a figure from a drawing function, given the controls of its settings and its alt text."""

    def __init__(self, *, alt, measure=None, **settings):
        self.alt, self.measure, self.settings = alt, measure, settings

    def __call__(self, function):
        self.function = function
        return self

    def draw(self, **values):
        """Return the picture as HTML, at the settings' start values except for those in `values`."""
        start = {name: setting.start for name, setting in self.settings.items()}
        return self.function(**(start | values))._repr_html_()

    @functools.cached_property
    def measured(self):
        """The result of `measure`, from when the book was built if this runs from a page's archive."""
        carried = Path(sys.modules[self.measure.__module__].__file__).with_suffix(".json")
        return json.loads(carried.read_text()) if carried.exists() else self.measure()

    def controls(self):
        """Return the HTML of the settings' controls, disabled until a script listens to them."""
        return "".join(_control(name, setting) for name, setting in self.settings.items())


def _control(name, setting):
    label = escape(setting.label)
    if isinstance(setting, Choice):
        options = "".join(f"<option>{escape(option)}</option>" for option in setting.options)
        return f'<label>{label} <select name="{name}" disabled>{options}</select></label>'
    button = f'<button type="button" class="live-train" data-steps="{name}" disabled>Train</button>'
    return (button if isinstance(setting, Training) else "") + (
        f"<label><span>{label} <output>{setting.start:g}</output></span> "
        f'<input type="range" name="{name}" min="{setting.low:g}" max="{setting.high:g}" step="{setting.step:g}" '
        f'value="{setting.start:g}" disabled></label>'
    )


def mean_and_standard_error(values):
    """Return the mean over the last axis, that of the seeds, and its standard error."""
    values = np.asarray(values)
    return values.mean(axis=-1), values.std(axis=-1, ddof=1) / np.sqrt(values.shape[-1])
