"""Where the names of curves go: at their right ends, nudged apart, or in a legend above."""

import numpy as np

from dnnkit.plot.marks import stroke
from dnnkit.plot.style import FONT, LINE, ink, room, words, wrapped

WIDEST = 0.3  # share of a picture's width that labels at the lines' ends may take
_FAR = 3 * LINE  # px that a label may be away from the end of its line
_SWATCH, _GAP = 34, 18  # px: a legend's sample of a line with its spacing, and between two entries


def spread(wanted, low, high, step):
    """Return the places nearest to the wanted ones (in least squares), in their order, at least `step` apart.

    All lie between `low` and `high`; None if there is no room. Neighbours that are too close form a block around their
    mean, and so on (pool adjacent violators).
    """
    n = len(wanted)
    if (n - 1) * step > high - low + 1e-9:
        return None
    order, offsets, blocks = np.argsort(wanted, kind="stable"), step * np.arange(n), []
    for place in np.asarray(wanted, dtype=np.float64)[order] - offsets:
        many = 1
        while blocks and blocks[-1][0] > place:
            before, more = blocks.pop()
            place, many = (before * more + place * many) / (more + many), more + many
        blocks.append((place, many))
    means, lengths = zip(*blocks)
    places = np.empty(n)
    places[order] = np.clip(np.repeat(means, lengths), low, high - (n - 1) * step) + offsets
    return places


def named(marks):
    """The marks that a label or a legend names, each name once."""
    return list({mark.name: mark for mark in marks if mark.name}.values())


def margin(marks):
    """The pixels that labels at the right ends take."""
    return 16 + max(room(mark.name) for mark in named(marks))


def at_ends(marks, across, up, shown, right, top, base):
    """Labels in the colours of the curves' ends as SVG, or None if they do not fit there.

    They fit if every curve ends near the right, no three measured ones meet there, and none is far from its
    label. A thin line leads to a label that had to move.
    """
    entries = named(marks)
    ends = [mark.end(across, up, shown) if hasattr(mark, "end") else None for mark in entries]
    if any(end is None or end[0] < right - 0.1 * (right - across.left) for end in ends):
        return None
    wanted = np.clip([end[1] for end in ends], top, base)
    measured = np.sort([place for place, mark in zip(wanted, entries) if mark.colour])
    if np.any(measured[2:] - measured[:-2] < LINE):
        return None
    places = spread(wanted, top, base, LINE)
    if places is None or np.abs(places - wanted).max() > _FAR:
        return None
    parts = []
    for mark, (x, y), place in zip(entries, ends, places):
        if abs(place - y) > 3:
            lead = f"M{x + 5:.1f} {np.clip(y, top, base):.1f}L{right + 12:.1f} {place:.1f}"
            parts.append(stroke(lead, mark.colour, width=0.8, more=' stroke-opacity=".8"'))
        colour = f' fill="{ink(mark.colour)}"'
        parts.append(words(mark.name, right + 15, place + 0.35 * FONT, more=f' class="label"{colour}'))
    return "".join(parts)


def legend(marks, width):
    """A legend in rows, as SVG from (0, 0), and its height."""
    parts, x, y = [], 0.0, 0.0
    for mark in named(marks):
        lines = wrapped(mark.name, width - _SWATCH)
        needs = _SWATCH + max(map(room, lines))
        if x and x + needs > width:
            x, y = 0.0, y + LINE
        parts.append(mark.swatch(round(x, 1), round(y + LINE / 2, 1)))
        parts += [
            words(line, x + _SWATCH, y + 12.5 + LINE * row, more=' class="key"') for row, line in enumerate(lines)
        ]
        y += LINE * (len(lines) - 1)
        x += needs + _GAP
    return "".join(parts), y + LINE
