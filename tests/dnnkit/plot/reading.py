"""Read a drawn picture as a person does: the ticks say what a place in the drawing stands for."""

import re
import unicodedata
from xml.etree import ElementTree

import numpy as np
from bs4 import BeautifulSoup

SVG = "{http://www.w3.org/2000/svg}"
NUMBER = r"-?\d+(?:\.\d+)?"


class Drawing:
    """One drawing of a picture, as elements with each one's place in the whole."""

    def __init__(self, picture, width=720):
        self.root = ElementTree.fromstring(picture.svg(width))
        self.width, self.height = map(float, self.root.get("viewBox").split()[2:])
        self.elements = list(self._walk(self.root, 0.0, 0.0))

    def _walk(self, element, x, y):
        if moved := re.fullmatch(rf"translate\(({NUMBER}) ({NUMBER})\)", element.get("transform", "")):
            x, y = x + float(moved[1]), y + float(moved[2])
        for child in element:
            yield child, x, y
            yield from self._walk(child, x, y)

    def of(self, tag, name=None):
        """Elements of a tag and class, each with its place."""
        return [
            each for each in self.elements if each[0].tag == SVG + tag and name in (None, each[0].get("class", None))
        ]

    def texts(self, name=None):
        return [text_of(element) for element, *_ in self.of("text", name)]

    def panels(self):
        """The parts of the drawing that have axes, each as a Panel."""
        return [Panel(self, element, x, y) for element, x, y in self.of("svg", "marks")]


class Panel:
    """A panel of a drawing, which turns places into numbers by its ticks."""

    def __init__(self, drawing, marks, x, y):
        left, top = float(marks.get("x")) + x, float(marks.get("y")) + y
        self.box = left, top, left + float(marks.get("width")), top + float(marks.get("height"))
        self.marks, self.x, self.y = marks, x, y
        texts = [(element, ex, ey) for element, ex, ey in drawing.of("text") if (ex, ey) == (x, y)]
        factors = [factor(text_of(element)) for element, *_ in texts if element.get("class") == "ylabel"]
        ticks = [(element, ex, ey) for element, ex, ey in texts if element.get("class") == "tick"]
        # A tick's text is centred on its place, or ends there and hangs a third of its height below.
        self.across = [
            (float(e.get("x")) + ex, number(text_of(e))) for e, ex, _ in ticks if e.get("text-anchor") == "middle"
        ]
        self.up = [
            (float(e.get("y")) + ey - 0.35 * 13, number(text_of(e)) * np.prod(factors))
            for e, _, ey in ticks
            if e.get("text-anchor") == "end"
        ]

    def of(self, tag, name):
        return [each for each in self.marks.iter(SVG + tag) if each.get("class") == name]

    def points(self, path, *, xlog=False, ylog=False):
        """The numbers that the vertices of a path's data stand for, each begun by M or following in its line."""
        places = np.array([(float(a) + self.x, float(b) + self.y) for a, b in vertices(path)])
        return np.stack([read(places[:, 0], self.across, xlog), read(places[:, 1], self.up, ylog)], axis=1)


def text_of(element):
    """A text with its superscript digits as such."""
    raised = str.maketrans("−0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    parts = [element.text or ""]
    for part in element:
        up = part.get("dy", "").startswith("-")
        parts.append(part.text.translate(raised) if up else part.text)
    return "".join(parts)


def vertices(path):
    """Pairs after each M and those that follow them without another letter."""
    found = []
    for begun in re.findall(rf"M((?:\s*{NUMBER} {NUMBER})+)", path):
        found += re.findall(rf"({NUMBER}) ({NUMBER})", begun)
    return found


def read(places, ticks, log):
    """Numbers at places, by a straight line through the ticks, all of which must lie on it."""
    at, values = np.array(ticks).T
    values = np.log10(values) if log else values
    slope, start = np.polyfit(at, values, 1)
    assert np.abs(slope * at + start - values).max() <= 0.11 * abs(slope)  # tenths of a pixel are written
    found = slope * places + start
    return 10.0**found if log else found


def number(text):
    """A number as it is written on an axis.

    >>> number("−1,000.5"), number("10⁻³"), number("2·10⁴")
    (-1000.5, 0.001, 20000.0)
    """
    text = text.replace("−", "-").replace(",", "")
    if power := re.fullmatch(r"(?:(\d)·)?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text):
        exponent = unicodedata.normalize("NFKC", power[2]).replace("−", "-")
        return float(f"{power[1] or 1}e{exponent}")
    return float(text)


def factor(label):
    """The power of ten in an axis label, or 1."""
    power = re.search(r"\(× (10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)\)$", label)
    return number(power[1]) if power else 1.0


def page(picture):
    """The picture as a page shows it."""
    return BeautifulSoup(picture._repr_html_(), "html.parser")
