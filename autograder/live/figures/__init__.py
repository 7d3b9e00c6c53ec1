"""Figures that answer to sliders: one module a topic, each with a `Figure` named `figure`.

A figure is a function of its settings that returns SVG. The book shows it drawn at the first settings; in the page the
same function runs again, in the reader's browser, whenever a slider moves. To write one takes a few lines::

    @Figure(degree=Slider(1, 12, 1, start=3), alt="What is to be seen, for those who do not see it.")
    def figure(degree):
        return svg.panels(svg.plot({"fit": (x, fit(degree))}, xlabel="x", ylabel="y"))

A chapter shows it by the directive ``figure-live`` with the topic as its argument.
"""

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Slider:
    """A number that the reader moves from `low` to `high` by `step`, from `start` on; `label` is what it is called."""

    low: float
    high: float
    step: float
    start: float
    label: str


@dataclass(frozen=True)
class Choice:
    """One of several `options` (text), the first of which is chosen at the start."""

    options: tuple[str, ...]
    label: str

    @property
    def start(self):
        return self.options[0]


class Figure:
    """A decorator: makes a figure of a function that draws, given how its settings are moved and a text for it."""

    def __init__(self, *, alt, **settings):
        self.alt, self.settings = alt, settings

    def __call__(self, function):
        self.function = function
        return self

    def draw(self, **values):
        """Return the picture as HTML, at the settings' start values except where `values` says otherwise."""
        start = {name: setting.start for name, setting in self.settings.items()}
        return self.function(**(start | values))

    def controls(self):
        """Return the HTML of the settings' controls, switched off until a script listens to them."""
        return "".join(_control(name, setting) for name, setting in self.settings.items())


def _control(name, setting):
    label = escape(setting.label)
    if isinstance(setting, Choice):
        options = "".join(f"<option>{escape(option)}</option>" for option in setting.options)
        return f'<label>{label} <select name="{name}" disabled>{options}</select></label>'
    return (
        f"<label><span>{label} <output>{setting.start:g}</output></span> "
        f'<input type="range" name="{name}" min="{setting.low:g}" max="{setting.high:g}" step="{setting.step:g}" '
        f'value="{setting.start:g}" disabled></label>'
    )
