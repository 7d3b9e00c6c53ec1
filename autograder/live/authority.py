"""What each function of dnnkit is checked against: the row of ``chapters/api/authorities.csv`` that names it."""

import csv
import functools
import re
from pathlib import Path

TABLE = "chapters/api/authorities.csv"
LAST = ".. rubric:: Examples"  # what a docstring ends with


def setup(app):
    """Connect the authorities to Sphinx."""
    app.connect("autodoc-process-docstring", add, priority=900)  # when sections have become directives


def add(app, what, name, thing, options, lines):
    """Add to a docstring, before its examples, what its function is checked against."""
    table = Path(app.srcdir) / TABLE
    if not table.exists():
        return
    app.env.note_dependency(str(table))
    for row in _rows(table, table.stat().st_mtime_ns).get(name, ()):
        place = lines.index(LAST) if LAST in lines else len(lines)
        file, test = row["test"].split("::")
        proof = test.removeprefix("test_").replace("_", " ")
        said = f"{_plain(row['authority'])}: {_plain(proof)} (``tests/dnnkit/{file}``)."
        lines[place:place] = ["", ".. rubric:: Checked against", "", said, ""]


@functools.cache
def _rows(table, _):
    """Return the rows of the table by the name of their function; read once, not at every docstring of the book."""
    found = {}
    with table.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(f"dnnkit.{row['function']}", []).append(row)
    return found


def _plain(text):
    """Return a text escaped so that reStructuredText takes it literally."""
    return re.sub(r"([\\*`|_])", r"\\\1", text)
