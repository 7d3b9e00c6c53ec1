"""What goes in a panel. Each mark knows the numbers that it shows and draws itself as SVG, given where they go.

`across` and `up` map numbers to pixels: arrays in, arrays out.
"""

from dataclasses import dataclass

import numpy as np

from dnnkit.plot.style import DASHES, GREY, MARKERS, paint

_CLOSE = 0.5  # px: of points of a line that are closer than this, only the lowest and the highest are drawn


@dataclass(frozen=True, eq=False)
class Curve:
    """A line through points, with its interval as a band, or as a bar at each point if these are marked as dots.

    Points that are not finite, or that an axis cannot show, leave a gap. Colour 0 is theory: thin and grey.
    """

    x: np.ndarray
    y: np.ndarray
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    name: str = ""
    colour: int = 1
    dash: int = 1
    dots: bool = False
    joined: bool = True

    def spans(self):
        x = self.x if self.colour else self.x[[0, -1]]  # a theory has points at which nothing was measured
        return x, [self.y] if self.low is None else [self.y, self.low, self.high]

    def end(self, across, up, shown):
        """The pixels of the last point that is shown, or None."""
        seen = np.flatnonzero(shown(self.x, self.y))
        return (float(across(self.x[seen[-1:]])[0]), float(up(self.y[seen[-1:]])[0])) if seen.size else None

    def draw(self, across, up, shown):
        seen = shown(self.x, self.y)
        x, y = across(self.x), up(self.y)
        runs = [run for run in np.split(np.arange(len(x)), np.flatnonzero(np.diff(seen)) + 1) if seen[run[0]]]
        parts = []
        if self.low is not None:
            low, high = up(self.low), up(self.high)
            if self.dots:
                bars = "".join(f"M{a:.1f} {b:.1f}V{c:.1f}" for a, b, c in zip(x[seen], low[seen], high[seen]))
                parts.append(stroke(bars, self.colour, width=1.4))
            else:
                bands = "".join(_band(x[run], low[run], high[run]) for run in runs if len(run) > 1)
                parts.append(f'<path class="band" d="{bands}" fill="{paint(self.colour)}" fill-opacity=".2"/>')
        if self.joined:
            line = "".join(trail(*_thinned(x[run], y[run])) for run in runs if len(run) > 1)
            parts.append(stroke(line, self.colour, dash=DASHES[self.dash - 1], width=self._width))
        if self.dots or any(len(run) == 1 for run in runs):
            alone = [seen[i] and (self.dots or not seen[max(i - 1, 0) : i + 2].sum() > 1) for i in range(len(x))]
            parts.append(dots(x[alone], y[alone], self.colour, self.dash))
        return "".join(parts)

    def swatch(self, x, y):
        """A sample of it, for a legend."""
        line = stroke(f"M{x} {y}h26", self.colour, dash=DASHES[self.dash - 1], width=self._width)
        mark = dots([x + 13], [y], self.colour, self.dash) if self.dots else ""
        return (line if self.joined else "") + mark

    @property
    def _width(self):
        return 1.2 if not self.colour else 1.4 if self.dots else 2


@dataclass(frozen=True, eq=False)
class Bars:
    """Bars from zero to heights, between edges (one more than heights)."""

    edges: np.ndarray
    heights: np.ndarray
    colour: int = 1
    name: str = ""

    def spans(self):
        return self.edges, [self.heights, np.zeros(1)]

    def draw(self, across, up, shown):
        x, y, base = across(self.edges), up(self.heights), float(up(np.zeros(1))[0])
        gap = min(0.4, 0.1 * np.abs(np.diff(x)).min())
        tall = self.heights != 0
        bars = "".join(
            f"M{a + gap:.1f} {base:.1f}V{b:.1f}H{c - gap:.1f}V{base:.1f}z"
            for a, b, c in zip(x[:-1][tall], y[tall], x[1:][tall])
        )
        return f'<path class="bars" d="{bars}" fill="{paint(self.colour)}"/>'


@dataclass(frozen=True, eq=False)
class Dots:
    """Markers of one colour and shape at points, of shape (points, 2), with a thin grey edge."""

    points: np.ndarray
    colour: int = 1
    shape: int = 1
    name: str = ""

    def spans(self):
        return self.points[:, 0], [self.points[:, 1]]

    def draw(self, across, up, shown):
        x, y = across(self.points[:, 0]), up(self.points[:, 1])
        return dots(x, y, self.colour, self.shape, edge=True)

    def swatch(self, x, y):
        return dots([x + 13], [y], self.colour, self.shape, edge=True)


@dataclass(frozen=True, eq=False)
class Shares:
    """Discs at points, of shape (points, 2), each larger and fuller the nearer its share is to 1."""

    points: np.ndarray
    shares: np.ndarray
    colour: int = 1
    name: str = ""

    def spans(self):
        return self.points[:, 0], [self.points[:, 1]]

    def draw(self, across, up, shown):
        x, y = across(self.points[:, 0]), up(self.points[:, 1])
        return "".join(self._disc(a, b, share) for a, b, share in zip(x, y, self.shares))

    def swatch(self, x, y):
        return self._disc(x + 13, y, self.shares[0])

    def _disc(self, x, y, share):
        look = f'r="{3 + 3 * share:.1f}" fill="{paint(self.colour)}" fill-opacity="{0.1 + 0.9 * share:.2f}"'
        return f'<circle class="disc" cx="{x:.1f}" cy="{y:.1f}" {look} stroke="{paint(self.colour)}"/>'


def stroke(path, colour, *, dash="", width=2, more="", name="line"):
    """A line along a path's data."""
    dash = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<path class="{name}" d="{path}" fill="none" stroke="{paint(colour)}" stroke-width="{width}" '
        f'stroke-linejoin="round"{dash}{more}/>'
    )


def dots(x, y, colour, shape, *, edge=False):
    """Markers at places in pixels; a path's data name the place of each before its shape."""
    path = "".join(f"M{a:.1f} {b:.1f}{MARKERS[shape - 1]}" for a, b in zip(x, y))
    if shape == 1:
        around = stroke(path, 0, width=8.2, more=' stroke-linecap="round"') if edge else ""
        return around + stroke(path, colour, width=7, more=' stroke-linecap="round"', name="dots")
    edge = f' stroke="{GREY}" stroke-width=".6"' if edge else ""
    return f'<path class="dots" d="{path}" fill="{paint(colour)}"{edge}/>'


def trail(x, y):
    """A path's data for a line through places in pixels."""
    return "M" + " ".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y)) if len(x) else ""


def _band(x, low, high):
    kept = np.unique(np.r_[0, np.flatnonzero(np.diff(np.floor(x / _CLOSE))) + 1, len(x) - 1])
    x, low, high = x[kept], low[kept], high[kept]
    return trail(np.r_[x, x[::-1]], np.r_[low, high[::-1]]) + "z"


def _thinned(x, y):
    """The points without those that nobody could see, since others lie in the same half pixel across."""
    if len(x) < 500 or np.any(np.diff(x) < 0):
        return x, y
    starts = np.r_[0, np.flatnonzero(np.diff(np.floor(x / _CLOSE))) + 1]
    kept = {0, len(x) - 1}
    for start, stop in zip(starts, np.r_[starts[1:], len(x)]):
        kept |= {start + int(y[start:stop].argmin()), start + int(y[start:stop].argmax())}
    kept = sorted(kept)
    return x[kept], y[kept]
