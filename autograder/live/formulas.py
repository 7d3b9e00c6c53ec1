"""Formulas keep the punctuation that follows them: a browser may break a line between a formula and its comma."""

from docutils import nodes

MARKS = tuple(".,;:)!?")


def setup(app):
    """Connect this to Sphinx."""
    app.connect("doctree-resolved", keep_marks)


def keep_marks(app, doctree, name):
    """Put each formula in a line of text into one element with the punctuation mark that follows it."""
    for formula in list(doctree.findall(nodes.math)):
        parent = formula.parent
        place = parent.index(formula)
        after = parent[place + 1] if place + 1 < len(parent) else None
        if isinstance(after, nodes.Text) and after.startswith(MARKS):
            kept = nodes.inline("", "", formula, nodes.Text(after[0]), classes=["formula"])
            parent[place : place + 2] = [kept, nodes.Text(after[1:])]
