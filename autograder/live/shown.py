"""How a page shows a value: its text, shortened while it is written, or its HTML, as a notebook would.

A value of ten megabytes is neither written in full nor sent to the page. HTML is sent as it is: the page rebuilds it
without anything that could run (see ``sanitize.js``), since an answer may come from anywhere.
"""

import sys

MOST = 10_000  # characters of a text
HALF = MOST // 2  # characters from either end of a longer text
MOST_HTML = 2_000_000  # characters of the HTML of one value
MOST_SHOWN = 30  # values with HTML in one run

_BRACKETS = {list: "[]", tuple: "()", set: "{}", frozenset: ("frozenset({", "})"), dict: "{}"}


class _Page:
    """Where HTML goes: a function that shows it, or None if there is no page; and how often it did in this run."""

    show = None
    shown = 0


def settle(show):
    """Send HTML to `show`, a function of a text, from now on."""
    _Page.show = show


def begin():
    """Begin a run: nothing is shown yet."""
    _Page.shown = 0


def display(*values):
    """Show values as IPython's `display` does: as HTML if they have any, like a plot, else as text."""
    for value in values:
        if (said := text_of(value)) is not None:
            print(said)


def text_of(value):
    """Return the text that shows a value; if it has HTML and there is a page, show that and return None."""
    html = None if _Page.show is None else _html(value)
    if html is None:
        return text(value)
    kind = type(value).__name__
    if len(html) > MOST_HTML:
        return f"<{kind}: too large to show, with {len(html):,} characters of HTML>"
    if _Page.shown == MOST_SHOWN:
        return f"<{kind}: not shown, since {MOST_SHOWN} others are>"
    _Page.shown += 1
    sys.stdout.flush()  # so that what was printed before appears above it
    _Page.show(html)
    return None


def text(value):
    """Return the repr of a value, shortened if it is too long. Raises whatever its repr raises.

    >>> text({"b": 1, "a": [(0,), set()]})
    "{'b': 1, 'a': [(0,), set()]}"
    >>> text(list(range(10**6)))[-40:]
    '849, 1850, 1851, ... 998,148 more items]'
    """
    writer = _Writer()
    writer.write(value)
    said = "".join(writer.parts)
    return said if len(said) <= 2 * MOST else _cut(said[:HALF], len(said) - 2 * HALF, said[-HALF:])


def _html(value):
    """Return the HTML of a value, or None. A class has none, even if its objects do."""
    method = None if isinstance(value, type) else getattr(value, "_repr_html_", None)
    html = method() if callable(method) else None
    return html if isinstance(html, str) else None


class _Writer:
    """Writes values as Python does, and stops inside a container as soon as it has written enough."""

    def __init__(self):
        self.parts, self.room, self.inside = [], MOST, set()

    def add(self, part):
        self.parts.append(part)
        self.room -= len(part)

    def write(self, value):
        kind = type(value)
        if id(value) in self.inside:
            self.add("...".join(_BRACKETS[kind]))
        elif kind in _BRACKETS and value:
            self.inside.add(id(value))
            self._items(value, *_BRACKETS[kind])
            self.inside.remove(id(value))
        elif kind in (str, bytes) and len(value) > MOST:
            self.add(_cut(repr(value[:HALF]), len(value) - 2 * HALF, repr(value[-HALF:])))
        else:  # including subclasses of containers
            self.add(repr(value))

    def _items(self, value, opening, closing):
        self.add(opening)
        for place, item in enumerate(value):
            if place:
                self.add(", ")
            if self.room <= 0:
                self.add(f"... {len(value) - place:,} more items")
                break
            self.write(item)
            if isinstance(value, dict):
                self.add(": ")
                self.write(value[item])
        self.add(",)" if isinstance(value, tuple) and len(value) == 1 else closing)


def _cut(first, count, last):
    return f"{first}\n... {count:,} characters left out here ...\n{last}"
