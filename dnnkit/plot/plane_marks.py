"""What goes in a plane: contours, regions, paths, and signs at points. Like the other marks, each draws itself."""

from dataclasses import dataclass

import numpy as np

from dnnkit.plot.marks import stroke, trail
from dnnkit.plot.style import DASHES, GREY, paint

CROSS = "m-4-4l8 8m0-8l-8 8"
RING = "m-8.5 0a8.5 8.5 0 1 0 17 0 8.5 8.5 0 1 0-17 0"


@dataclass(frozen=True, eq=False)
class Contours:
    """Thin grey lines, each of shape (points, 2)."""

    lines: list
    name: str = ""

    def spans(self):
        return np.zeros(0), []

    def draw(self, across, up, shown):
        path = "".join(trail(across(line[:, 0]), up(line[:, 1])) for line in self.lines)
        return f'<path class="contours" d="{path}" fill="none" stroke="{GREY}" stroke-opacity=".75"/>'


@dataclass(frozen=True, eq=False)
class Region:
    """An area in a pale colour, by the closed lines around it and its holes, each of shape (points, 2)."""

    outlines: list
    colour: int
    name: str = ""

    def spans(self):
        return np.zeros(0), []

    def draw(self, across, up, shown):
        path = "".join(trail(across(line[:, 0]), up(line[:, 1])) + "z" for line in self.outlines)
        return (
            f'<path class="region" d="{path}" fill="{paint(self.colour)}" fill-opacity=".22" fill-rule="evenodd" '
            f'stroke="{GREY}" stroke-width=".8"/>'
        )


@dataclass(frozen=True, eq=False)
class Way:
    """A path through the plane, of shape (steps, 2): dots joined by a line, from a ring to a star."""

    steps: np.ndarray
    name: str = ""
    colour: int = 1
    dash: int = 1

    def spans(self):
        return self.steps[:, 0], [self.steps[:, 1]]

    def draw(self, across, up, shown):
        x, y = across(self.steps[:, 0]), up(self.steps[:, 1])
        points = "".join(f"M{a:.1f} {b:.1f}h0" for a, b in zip(x, y))
        start, end = (f"M{x[i]:.1f} {y[i]:.1f}" for i in (0, -1))
        return (
            stroke(trail(x, y), self.colour, dash=DASHES[self.dash - 1], width=1.4)
            + stroke(points, self.colour, width=4.5, more=' stroke-linecap="round"', name="dots")
            + stroke(f"{start}{_START}", self.colour, name="start")
            + f'<path class="end" d="{end}{_STAR}" fill="{paint(self.colour)}"/>'
        )

    def swatch(self, x, y):
        line = stroke(f"M{x} {y}h26", self.colour, dash=DASHES[self.dash - 1], width=1.4)
        return line + stroke(f"M{x + 13} {y}h0", self.colour, width=4.5, more=' stroke-linecap="round"')


@dataclass(frozen=True, eq=False)
class Signs:
    """Signs at points, of shape (points, 2): a path in pixels from each place."""

    points: np.ndarray
    sign: str
    colour: int = 0
    name: str = ""

    def spans(self):
        return self.points[:, 0], [self.points[:, 1]]

    def draw(self, across, up, shown):
        x, y = across(self.points[:, 0]), up(self.points[:, 1])
        path = "".join(f"M{a:.1f} {b:.1f}{self.sign}" for a, b in zip(x, y))
        return stroke(path, self.colour, width=1.8, name="signs")

    def swatch(self, x, y):
        return stroke(f"M{x + 13} {y}{self.sign}", self.colour, width=1.8)


@dataclass(frozen=True, eq=False)
class Projections:
    """Ticks inside both axes where points, of shape (points, 2), lie along them."""

    points: np.ndarray
    name: str = ""

    def spans(self):
        return np.zeros(0), []

    def draw(self, across, up, shown):
        (left, _), (base, _) = across.ends, up.ends
        path = "".join(f"M{a:.1f} {base:.1f}v-8" for a in np.unique(across(self.points[:, 0])))
        path += "".join(f"M{left:.1f} {b:.1f}h8" for b in np.unique(up(self.points[:, 1])))
        return stroke(path, 0, width=1.2, name="projections")


def _star():
    angles = np.pi * (np.arange(10) / 5 - 0.5)
    corners = np.where(np.arange(10) % 2, 2.8, 7.0)[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    first, *rest = (f"{a:.1f} {b:.1f}" for a, b in np.diff(corners, axis=0, prepend=np.zeros((1, 2))))
    return f"m{first}l" + " ".join(rest) + "z"


_START = "m-4.5 0a4.5 4.5 0 1 0 9 0 4.5 4.5 0 1 0-9 0"
_STAR = _star()
