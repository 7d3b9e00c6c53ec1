"""What a figure measures, kept until what its code depends on changes."""

import json
from importlib import import_module
from pathlib import Path

from autograder.classroom.layout import write_file

PACKAGE = "autograder.live.figures"
FIGURES = Path(__file__).parent / "figures"


def topics():
    """Return the topics that have a figure."""
    names = sorted(path.stem for path in FIGURES.glob("[!_]*.py"))
    return [name for name in names if hasattr(import_module(f"{PACKAGE}.{name}"), "figure")]


def kept_at(topic, folder, sources):
    """Return where in `folder` the measurements of a topic's figure are kept, as made by the current code."""
    return folder / f"figure-{topic}-{sources.digest([f'{PACKAGE}.{topic}'])}.json"


def is_due(topic, folder, sources):
    """Return whether the figure of a topic has something to measure that is not kept yet."""
    return figure_of(topic).measure is not None and not kept_at(topic, folder, sources).exists()


def measured_figure(topic, folder, sources):
    """Return the figure of a topic, with `measured` read from `folder`, or measured now and kept there."""
    figure = figure_of(topic)
    if figure.measure is not None:
        path = kept_at(topic, folder, sources)
        if not path.exists():
            write_file(path, json.dumps(figure.measure()).encode())
        figure.measured = json.loads(path.read_text())
    return figure


def figure_of(topic):
    """Return the figure of a topic."""
    return import_module(f"{PACKAGE}.{topic}").figure
