"""A panel: marks between two axes, with what is written along them."""

import copy
from typing import NamedTuple

import numpy as np

from dnnkit.plot import labels
from dnnkit.plot.axis import Axis
from dnnkit.plot.style import FONT, LINE, room, words, wrapped

_EDGE = 2  # px beyond the axes in which marks are still drawn
_TICK = 4
_UNDER = 11  # px below what is written above the axes
_TALLEST = {False: 270, True: 430}  # px between the axes, without and with tight axes


class Margins(NamedTuple):
    """The pixels around the axes."""

    left: float
    right: float
    top: float
    bottom: float


class Panel:
    """Marks between two axes.

    Parameters
    ----------
    marks : sequence of marks
        Drawn in this order.
    xlabel, ylabel, title : str
    xscale, yscale : str
        "linear" or "log".
    xlim, ylim : (float, float) or None
        The ends of an axis, or None for what the marks need.
    from_zero : bool
        Whether the vertical axis begins at zero.
    tight : bool
        Whether marks fill the panel up to its edges, as a plane does.
    height : float
        Of the part between the axes, as a share of its width; up to a limit.
    narrowest, widest : float
        The widths that suit it, in pixels.
    """

    def __init__(
        self,
        marks,
        *,
        xlabel="",
        ylabel="",
        title="",
        xscale="linear",
        yscale="linear",
        xlim=None,
        ylim=None,
        from_zero=False,
        tight=False,
        height=0.68,
        narrowest=190,
        widest=np.inf,
    ):
        self.marks, self.xlabel, self.ylabel, self.title = tuple(marks), xlabel, ylabel, title
        self.tight, self.height, self.narrowest, self.widest = tight, height, narrowest, widest
        xs, ys = [], []
        for mark in self.marks:
            x, y = mark.spans()
            xs.append(x)
            ys += y
        self.across = Axis.over(xs, scale=xscale, limits=xlim, margin=0 if tight else 0.035, counts=True)
        self.up = Axis.over(ys, scale=yscale, limits=ylim, margin=0 if tight else 0.06, from_zero=from_zero)

    def shown(self, x, y):
        """Where both coordinates can be shown."""
        return self.across.shows(x) & self.up.shows(y)

    def margins(self, width, height, names=""):
        """The margins that the panel needs at a width, if the part between its axes is `height` high.

        `names` says where those of its marks go, if there are at least two: in a "key" above the axes, at the "ends"
        of lines, or nowhere.
        """
        names = self._needed(names)
        _, texts, _ = self._rises(height)
        left = 2 + _TICK + 3 + max(map(room, texts))
        right = labels.margin(self.marks) if names == "ends" else 10
        top = LINE * (len(wrapped(self.title, width)) + len(wrapped(self._upper(height), width)))
        top += labels.legend(self.marks, width)[1] + _UNDER if names == "key" else 0
        below = len(wrapped(self._lower(width - left), width))
        return Margins(left, right, top + _UNDER if top else 6, _TICK + LINE * (1 + below) + 2)

    def inner_height(self, inner):
        """The height between the axes that suits a width between them."""
        return float(np.clip(self.height * inner, 60, _TALLEST[self.tight]))

    def with_axis(self, side, axis):
        """The same panel with another axis, "across" or "up"."""
        other = copy.copy(self)
        setattr(other, side, axis)
        return other

    def draw(self, width, height, margins, names=""):
        """The panel as SVG from (0, 0); None if names should go at the ends of lines and do not fit there."""
        names = self._needed(names)
        left, right, top = margins.left, width - margins.right, margins.top
        base = top + height
        across = _Side(self.across, left, right)
        up = _Side(self.up, base, top)
        ends = labels.at_ends(self.marks, across, up, self.shown, right, top, base) if names == "ends" else ""
        if ends is None:
            return None
        marks = "".join(mark.draw(across, up, self.shown) for mark in self.marks)
        edge = 0 if self.tight else _EDGE
        x, y, w, h = left - edge, top - edge, right - left + 2 * edge, height + 2 * edge
        box = f'x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}"'
        # An inner picture cuts off what lies outside the axes, without a name that two figures could share.
        marks = f'<svg class="marks" role="none" {box} viewBox="{x:.1f} {y:.1f} {w:.1f} {h:.1f}">{marks}</svg>'
        return self._written(width, height, margins, names) + self._frame(across, up) + marks + ends

    def _needed(self, names):
        return names if len(labels.named(self.marks)) > 1 else ""

    def _rises(self, height):
        return self.up.ticks(height, lambda text: 1.3 * FONT, 36)

    def _runs(self, length):
        return self.across.ticks(length, lambda text: room(text) + 12, 52)

    def _upper(self, height):
        return _with_power(self.ylabel, self._rises(height)[2])

    def _lower(self, length):
        return _with_power(self.xlabel, self._runs(length)[2])

    def _written(self, width, height, margins, names):
        """What is written above and below the axes; above, as close to them as possible."""
        title, high = titled(self.title, width)
        key, keyed = labels.legend(self.marks, width) if names == "key" else ("", 0)
        # What the vertical axis shows is written above it, from left to right: nobody has to turn their head.
        upper = wrapped(self._upper(height), width)
        y = margins.top - _UNDER - LINE * len(upper)
        parts = [words(line, 0, y + LINE * row - 4, more=' class="ylabel"') for row, line in enumerate(upper, 1)]
        y -= keyed + _UNDER if key else 0
        parts += [moved(title, 0, y - high), moved(key, 0, y)]
        base = margins.top + height + _TICK + LINE
        length = width - margins.left - margins.right
        for row, line in enumerate(wrapped(self._lower(length), width)):
            x = max(margins.left + length / 2, room(line) / 2)
            parts.append(words(line, min(x, width - room(line) / 2), base + LINE * (row + 1) - 3, anchor="middle"))
        return "".join(parts)

    def _frame(self, across, up):
        (left, right), (base, top) = across.ends, up.ends
        axis = f"M{left:.1f} {top:.1f}V{base:.1f}H{right:.1f}" + (f"V{top:.1f}z" if self.tight else "")
        parts, grid = [], ""
        values, texts, _ = self._rises(base - top)
        for text, y in zip(texts, up(values)):
            axis += f"M{left - _TICK:.1f} {y:.1f}h{_TICK}"
            grid += f"M{left:.1f} {y:.1f}H{right:.1f}"
            parts.append(words(text, left - _TICK - 3, y + 0.35 * FONT, anchor="end", more=' class="tick"'))
        values, texts, _ = self._runs(right - left)
        for text, x in zip(texts, across(values)):
            axis += f"M{x:.1f} {base:.1f}v{_TICK}"
            parts.append(words(text, x, base + _TICK + LINE - 4, anchor="middle", more=' class="tick"'))
        axis += "".join(f"M{x:.1f} {base:.1f}v2" for x in across(self.across.minor()))
        axis += "".join(f"M{left:.1f} {y:.1f}h-2" for y in up(self.up.minor()))
        if not self.tight:
            parts.append(_hairline("grid", grid, 0.14))
        return "".join([*parts, _hairline("axis", axis, 0.6)])


class _Side:
    """Maps numbers to pixels along one axis."""

    def __init__(self, axis, start, stop):
        self.axis, self.ends, self.left = axis, (start, stop), min(start, stop)

    def __call__(self, values):
        start, stop = self.ends
        return start + (stop - start) * self.axis.place(values)


def titled(title, width):
    """A title as SVG from (0, 0), and its height."""
    lines = wrapped(title, width)
    more = ' class="title" font-weight="600"'
    return "".join(words(line, 0, LINE * row - 4, more=more) for row, line in enumerate(lines, 1)), LINE * len(lines)


def moved(content, x, y):
    """SVG at another place."""
    return f'<g transform="translate({x:.1f} {y:.1f})">{content}</g>'


def _hairline(name, path, share):
    return f'<path class="{name}" d="{path}" fill="none" stroke="currentColor" stroke-opacity="{share}"/>'


def _with_power(label, power):
    return f"{label} (× {power})".strip() if power else label
