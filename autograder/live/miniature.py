"""A miniature of a page: the content between the axes of its first figure, which in a chapter shows what fails.

If there are several panels, it is the last, which shows the most.
"""

import re
from xml.etree import ElementTree

from docutils import nodes

SVG = "http://www.w3.org/2000/svg"
FIGURE = re.compile(r'<figure class="plot\b.*?</figure>', re.DOTALL)
ElementTree.register_namespace("", SVG)


def setup(app):
    """Connect the miniatures to Sphinx."""
    app.connect("doctree-read", note)


def note(app, doctree):
    """Keep a page's miniature in its metadata."""
    for text in doctree.findall(nodes.raw):
        if picture := of_html(text.astext()):
            app.env.metadata[app.env.docname]["miniature"] = picture
            return


def of_html(text):
    """Return the miniature of the first figure in an HTML text as SVG that is not read out, or ``""``.

    It fills whatever place it is given; the width of its lines stays the same.

    >>> from dnnkit import plot
    >>> of_html(plot.lines([1, 2], {"dev": [3, 2]}, xlabel="epoch", ylabel="loss")._repr_html_())[:31]
    '<svg xmlns="http://www.w3.org/2'
    >>> of_html("<p>no figure</p>")
    ''
    """
    figure = FIGURE.search(text)
    if not figure:
        return ""
    drawing = figure[0][figure[0].index("<svg") : _end(figure[0], figure[0].index("<svg"))]
    *_, marks = ElementTree.fromstring(drawing).iterfind(f".//{{{SVG}}}svg[@class='marks']")
    kept = {"viewBox": marks.get("viewBox"), "preserveAspectRatio": "none", "aria-hidden": "true"}
    marks.attrib.clear()
    marks.attrib |= kept
    return ElementTree.tostring(marks, encoding="unicode")


def _end(text, start):
    """Return where the picture that begins at `start` ends; it may contain pictures."""
    depth = 0
    for tag in re.finditer(r"<svg\b|</svg>", text[start:]):
        depth += 1 if tag[0] == "<svg" else -1
        if depth == 0:
            return start + tag.end()
    raise ValueError("a picture does not end")
