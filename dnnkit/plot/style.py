"""What all figures share: colours, dashes, markers, and letters whose font nobody knows."""

import functools
import re
from html import escape

from dnnkit import _inputs

# Okabe and Ito 2008, *Color universal design*; first those that stand out on white and black alike. A page may set its
# own colours, as --course-1 to --course-6, to suit its light and dark modes.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
GREY = "#767676"  # contrast of 4.5 with white and 4.6 with black
# Dash and marker tell series apart as well, and are numbered in the same way, from 1.
DASHES = ("", "7 4", "10 3 2 3", "2.5 3", "10 3 2 3 2 3", "14 5")
MARKERS = (  # paths from a marker's middle; the first, a length of zero with round ends, is a dot
    "h0",
    "m-3-3h6v6h-6z",
    "m0-4l4 7h-8z",
    "m0-4.5l4.5 4.5-4.5 4.5-4.5-4.5z",
    "m0 4l4-7h-8z",
    "m-1.5-4h3v2.5h2.5v3h-2.5v2.5h-3v-2.5h-2.5v-3h2.5z",
)
FONT = 13  # px
LINE = 17  # px from line to line

_RAISED = re.compile("([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)([^⁻⁰¹²³⁴⁵⁶⁷⁸⁹]*)")
_FIGURES = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "−0123456789")
# Widths of letters in Helvetica and Arial, in thousandths of the size; other fonts of a page are hardly wider.
_WIDTHS = {
    222: "ijl'",
    278: "fIt.,:;!/\\| []",
    333: 'r()-{}"',
    370: "⁻⁰¹²³⁴⁵⁶⁷⁸⁹",
    500: "ckxvyzsJ",
    556: "abdeghnopqu0123456789?L$_",
    584: "+=<>~−±×÷",
    610: "FTZ",
    667: "ABEKPSVXY&",
    722: "CDHNRUw",
    778: "GOQ",
    833: "mM",
    889: "%",
    944: "W",
    1000: "@—…",
}
_EMS = {letter: thousandths / 1000 for thousandths, letters in _WIDTHS.items() for letter in letters}


def paint(colour):
    """The colour of a series by its number, and the grey of theory for 0, for a stroke or an area."""
    return f"var(--course-{colour}, {COLOURS[colour - 1]})" if colour else f"var(--course-theory, {GREY})"


def ink(colour):
    """The same for letters, which need more contrast: mixed with the text's own if the page sets no colours."""
    if not colour:
        return paint(0)
    return f"var(--course-{colour}, color-mix(in srgb, {COLOURS[colour - 1]} 60%, currentColor))"


def few(name, series):
    """Return `series` if it is a dict with text as keys, and has no more entries than there are colours."""
    if not hasattr(series, "items"):
        raise TypeError(f"{name} must be a dict by name, got {type(series).__name__}")
    if not 1 <= len(series) <= len(COLOURS):
        raise ValueError(f"{name} must hold 1 to {len(COLOURS)} curves, got {len(series)}")
    for key in series:
        if not isinstance(key, str):
            raise TypeError(f"{name} must have text as names, got {type(key).__name__} {key!r}")
    return series


def numbered(colours):
    """Return a dict of colour numbers by name, each of a colour that exists."""
    if colours is not None and not hasattr(colours, "items"):
        raise TypeError(f"colours must be a dict by name, got {type(colours).__name__}")
    colours = {} if colours is None else dict(colours)
    for name, colour in colours.items():
        if _inputs.count(f"colours[{name!r}]", colour) > len(COLOURS):
            raise ValueError(f"colours[{name!r}] must be in 1 .. {len(COLOURS)}, got {colour}")
    return colours


def looks(names, colours):
    """For each name, the number of its colour, and that of its dash and marker.

    `colours` fixes the colours of the names that it holds, or of which it holds some words; the others take what is
    left, first what `colours` does not mention. Of two series in one colour, the second gets the dash and the marker of
    an unused colour.
    """
    colours, numbers = numbered(colours), range(1, len(COLOURS) + 1)
    fixed = {name: colour for name in names if (colour := colour_of(name, colours))}
    free = [number for number in numbers if number not in fixed.values()]
    free.sort(key=lambda number: number in colours.values())
    chosen = {name: fixed.get(name) or free.pop(0) for name in names}
    found, dashes = {}, set(chosen.values())
    for name, colour in chosen.items():
        dash = colour
        if any(other == colour for other, _ in found.values()):
            dash = next(number for number in numbers if number not in dashes)
            dashes.add(dash)
        found[name] = colour, dash
    return found


def colour_of(name, colours):
    """The number of the colour that a name has by `colours`: its own, or that of the longest words in it; or None."""
    within = [words for words in colours if re.search(rf"(?<!\w){re.escape(words)}(?!\w)", name)]
    return colours[max(within, key=len)] if within else None


@functools.lru_cache(4096)
def room(text):
    """About how many pixels a line of text takes; erring on the safe side, as the font is the page's."""
    return 1.06 * FONT * sum(_EMS.get(letter, 0.7) for letter in text)


def wrapped(text, width):
    """Lines of text that take at most `width` pixels each, broken between words where possible."""
    lines = []
    for line in text.split("\n") if text else ():
        lines.append("")
        for word in line.split(" "):
            if lines[-1] and room(f"{lines[-1]} {word}") > width:
                lines.append("")
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
            while room(lines[-1]) > width and len(lines[-1]) > 1:
                kept = next(n for n in range(len(lines[-1]) - 1, 0, -1) if n == 1 or room(lines[-1][:n]) <= width)
                lines[-1:] = [lines[-1][:kept], lines[-1][kept:]]
    return lines


def words(text, x, y, *, anchor="", more=""):
    """One line of text as SVG, with its baseline at `y`."""
    anchor = f' text-anchor="{anchor}"' if anchor else ""
    # Few fonts have all superscript figures: they are drawn as small raised ones.
    text = _RAISED.sub(_raised, escape(text))
    return f'<text x="{x:.1f}" y="{y:.1f}"{anchor}{more}>{text}</text>'


def _raised(found):
    figures, rest = found.groups()
    rest = f'<tspan dy="4.5">{rest}</tspan>' if rest else ""
    return f'<tspan dy="-4.5" font-size="11">{figures.translate(_FIGURES)}</tspan>{rest}'
