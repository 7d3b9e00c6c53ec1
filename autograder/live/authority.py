"""At each function of dnnkit, what it is checked against: the row of ``chapters/api/authorities.csv`` that names it."""

import csv
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
    with table.open(newline="", encoding="utf-8") as file:
        found = [row for row in csv.DictReader(file) if f"dnnkit.{row['function']}" == name]
    for row in found:
        place = lines.index(LAST) if LAST in lines else len(lines)
        file, test = row["test"].split("::")
        proof = test.removeprefix("test_").replace("_", " ")
        said = f"{_plain(row['authority'])}: {_plain(proof)} (``tests/dnnkit/{file}``)."
        lines[place:place] = ["", ".. rubric:: Checked against", "", said, ""]


def _plain(text):
    """Return a text with what would be markup in reStructuredText taken literally."""
    return re.sub(r"([\\*`|_])", r"\\\1", text)
