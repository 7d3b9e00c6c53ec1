"""Draw small plots as SVG text: quickly enough to follow a slider, in colours that follow the page's light or dark.

Lines and bars take the classes ``s0`` to ``s4``, which the style sheet colours; text and axes take the page's own.
"""

from html import escape

import numpy as np

LEFT, RIGHT, TOP, BOTTOM = 52, 12, 26, 40
GAP = 8


def plot(series, *, xlabel, ylabel, title="", xlim=None, ylim=None, logx=False, logy=False, size=(340, 240)):
    """Return a panel: (SVG text, width, height).

    `series` maps names to ``(x, y)`` or ``(x, y, kind)``; `kind` is "line", "dashes", "points", "steps" (points that a
    line joins), "range" (the low end, middle and high end of one value) or "bars". A key tells the names, apart from
    those that begin with ``_``. Values that are not finite, or not positive on a logarithmic axis, are left out.
    """
    width, height = size
    across, up = _Axis(LEFT, width - RIGHT, xlim, logx), _Axis(height - BOTTOM, TOP, ylim, logy)
    drawn = [(name, *_seen(across, up, *values)) for name, values in series.items()]
    across.fit([x for _, x, _, _ in drawn])
    up.fit([y for _, _, y, kind in drawn], from_zero=any(kind == "bars" for *_, kind in drawn))
    parts = [_frame(across, up, width, height), *_labels(xlabel, ylabel, title, width, height)]
    marks = "".join(
        _MARKS[kind](across.place(x), up.place(y), f"s{number}", up.start)
        for number, (_, x, y, kind) in enumerate(drawn)
    )
    # An inner picture cuts off what lies outside of the axes, up to half a point's width.
    x, y, across, down = LEFT - 4, TOP - 4, width - LEFT - RIGHT + 8, height - TOP - BOTTOM + 8
    parts.append(
        f'<svg x="{x}" y="{y}" width="{across}" height="{down}" viewBox="{x} {y} {across} {down}">{marks}</svg>'
    )
    parts.append(_key([(name, number, kind) for number, (name, *_, kind) in enumerate(drawn) if name[0] != "_"], width))
    return "".join(parts), width, height


def grid(values, *, title="", size=(340, 240)):
    """Return a panel that shows a boolean array (rows, columns) as squares, filled where it is True."""
    width, height = size
    rows, columns = np.shape(values)
    side = min((width - 2 * GAP) / columns, (height - TOP - GAP) / rows)
    left = (width - side * columns) / 2
    filled = np.argwhere(values)
    squares = "".join(_square(left + side * column, TOP + side * row, side) for row, column in filled)
    edge = f'<rect class="axis" x="{left:.1f}" y="{TOP}" width="{side * columns:.1f}" height="{side * rows:.1f}"/>'
    return f'{_title(title, width)}<path class="cells" d="{squares}"/>{edge}', width, height


def panels(*each, alt):
    """Return panels as one picture (HTML): side by side where there is room, below each other on a phone."""
    drawn = "".join(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{content}</svg>'
        for content, width, height in each
    )
    return f'<div class="live-panels" role="img" aria-label="{escape(alt)}">{drawn}</div>'


class _Axis:
    """One axis: from values to places in the picture."""

    def __init__(self, start, end, limits, log):
        self.start, self.end, self.limits, self.log = start, end, limits, log

    def seen(self, values):
        values = np.asarray(values, dtype=float)
        return np.isfinite(values) & (values > 0 if self.log else True)

    def fit(self, values, from_zero=False):
        """Take the limits from the values where none are given."""
        if self.limits is None:
            joined = np.concatenate([np.ravel(each) for each in values]) if values else np.zeros(0)
            low, high = (joined.min(), joined.max()) if joined.size else (0.0, 1.0)
            if from_zero:
                low = 0.0
            margin = 0.0 if self.log else 0.04 * (high - low or 1.0)
            self.limits = (low if from_zero else low - margin, high + margin)
        if self.log:
            low, high = self.limits
            self.limits = (low, high if high > low else low * 10)

    def place(self, values):
        low, high = np.log10(self.limits) if self.log else self.limits
        values = np.log10(values) if self.log else np.asarray(values, dtype=float)
        share = np.clip((values - low) / (high - low), -50, 50)  # what is far outside is cut off anyway
        return self.start + share * (self.end - self.start)

    def ticks(self):
        """Return a few round values inside the limits."""
        low, high = self.limits
        if self.log:
            powers = np.arange(np.ceil(np.log10(low) - 1e-9), np.floor(np.log10(high) + 1e-9) + 1)
            return 10.0 ** powers[:: max(1, -(-len(powers) // 5))]
        raw = (high - low) / 4
        unit = 10.0 ** np.floor(np.log10(raw))
        step = unit * min((factor for factor in (1, 2, 2.5, 5, 10) if factor * unit >= raw), default=10)
        return np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1) * step


def _seen(across, up, x, y, kind="line"):
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    both = across.seen(x) & up.seen(y)
    return x[both], y[both], kind


def _frame(across, up, width, height):
    base, top = height - BOTTOM, TOP
    parts = [f'<path class="axis" d="M{LEFT} {top}V{base}H{width - RIGHT}"/>']
    for value, x in zip(across.ticks(), across.place(across.ticks())):
        parts.append(f'<path class="tick" d="M{x:.1f} {base}v4"/>')
        parts.append(f'<text x="{x:.1f}" y="{base + 16}" text-anchor="middle">{_figure(value, across.log)}</text>')
    for value, y in zip(up.ticks(), up.place(up.ticks())):
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{width - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{_figure(value, up.log)}</text>')
    return "".join(parts)


def _labels(xlabel, ylabel, title, width, height):
    middle = (TOP + height - BOTTOM) / 2
    yield f'<text x="{(LEFT + width - RIGHT) / 2}" y="{height - 6}" text-anchor="middle">{escape(xlabel)}</text>'
    yield f'<text transform="translate(12,{middle}) rotate(-90)" text-anchor="middle">{escape(ylabel)}</text>'
    yield _title(title, width)


def _title(title, width):
    return f'<text class="title" x="{width / 2}" y="15" text-anchor="middle">{escape(title)}</text>' if title else ""


def _key(entries, width):
    parts, left = [], width - RIGHT - 158
    for row, (name, number, kind) in enumerate(entries):
        y = TOP + 10 + 16 * row
        x = np.array([left, left + 18.0])
        mark = (
            _points(x[:1] + 9, [y], f"s{number}", y) if kind == "points" else _MARKS["line"](x, [y, y], f"s{number}", y)
        )
        parts.append(f'{mark}<text x="{left + 24}" y="{y + 4}">{escape(name)}</text>')
    return "".join(parts)


def _figure(value, log):
    value = 0.0 if abs(value) < 1e-12 and not log else value
    return (
        f"{value:.3g}"
        if 1e-3 <= abs(value) < 1e4 or value == 0
        else f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e")
    )


def _square(x, y, side):
    inner = side * 0.86
    return f"M{x + side * 0.07:.1f} {y + side * 0.07:.1f}h{inner:.1f}v{inner:.1f}h-{inner:.1f}z"


def _path(x, y):
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y)) if len(x) else ""


def _line(x, y, name, base):
    return f'<path class="{name} line" d="{_path(x, y)}"/>'


def _dashes(x, y, name, base):
    return f'<path class="{name} dashes" d="{_path(x, y)}"/>'


def _points(x, y, name, base):
    return "".join(f'<circle class="{name} point" cx="{a:.1f}" cy="{b:.1f}" r="3.2"/>' for a, b in zip(x, y))


def _bars(x, y, name, base):
    side = (x[1] - x[0]) * 0.94 if len(x) > 1 else 8.0
    shapes = "".join(f"M{a - side / 2:.1f} {base:.1f}V{b:.1f}h{side:.1f}V{base:.1f}z" for a, b in zip(x, y))
    return f'<path class="{name} bar" d="{shapes}"/>'


def _steps(x, y, name, base):
    return _line(x, y, name, base) + _points(x, y, name, base)


def _range(x, y, name, base):
    return _line(x, y, name, base) + _points(x[1:2], y[1:2], name, base)


_MARKS = {"line": _line, "dashes": _dashes, "points": _points, "steps": _steps, "range": _range, "bars": _bars}
