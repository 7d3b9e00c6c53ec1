"""Formulas are pictures for markers and readers of feedback; text between dollars runs nothing and takes no time."""

import base64
import re
import time
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.chapter import read, topics
from autograder.classroom import sanitize
from autograder.classroom.formulas import MOST, set_formulas

PIECES = (
    "{",
    "}",
    "x",
    "_",
    "^",
    r"\frac",
    r"\sqrt",
    r"\left(",
    r"\right)",
    r"\hat",
    "&lt;",
    "'",
    '"',
    "<b>",
    "$",
    "\n",
)


def pictures(html):
    """Return (text, drawing) of each picture."""
    found = re.findall(r'<img class="[^"]*" alt="([^"]*)" src="data:image/svg\+xml;base64,([^"]*)">', html)
    return [(alt, ElementTree.fromstring(base64.b64decode(drawn))) for alt, drawn in found]


@pytest.mark.parametrize(
    ("html", "texts"),
    [
        (r"a rate $\eta$ and $x &lt; 1$", [r"\eta", "x &lt; 1"]),
        (r"$$\frac{1}{n}\sum_i x_i$$", [r"\frac{1}{n}\sum_i x_i"]),
        (r"$a \le b \ne c$, $\lVert g\rVert$", [r"a \le b \ne c", r"\lVert g\rVert"]),
        ("it costs $5 or $6, and US$7", []),
        ("<code>$x$</code><pre>$$y$$</pre>", []),
        ('<a href="https://x.example/$a$">b</a>', []),
        ('<a title="a > $x$ <form> $y$ b">c</a>', []),  # as older versions of the cleaner write it
        (r"$\genfrac{(}{)}{99999999999}{1}{x}{y}$", []),  # a line of that thickness, which FreeType refuses
        (r"$\begin{aligned}x\end{aligned}$ and $\unknown$", []),
        ("$ x $ and $x\n\ny$", []),
        ("$" + "{" * 20 + "x" + "}" * 20 + "$", []),
    ],
)
def test_what_is_a_formula_is_a_picture_with_its_tex_and_the_rest_stays(html, texts):
    shown = set_formulas(html)
    assert [text for text, _ in pictures(shown)] == texts
    if not texts:
        assert shown == html
    for _, drawing in pictures(shown):
        assert {each.tag.rpartition("}")[2] for each in drawing.iter()}.isdisjoint({"script", "a", "image"})


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
@settings(max_examples=60, deadline=None)
def test_nothing_but_pictures_is_added_whatever_stands_between_dollars(tex):
    clean = sanitize.html(f"${tex}$")
    shown = set_formulas(clean)
    assert re.sub(r"<img class=[^>]*>", "", shown).count("<") <= clean.count("<")
    assert all(drawing is not None for _, drawing in pictures(shown))


def test_many_and_long_formulas_take_no_time():
    began = time.process_time()
    many = "".join(f"$x_{{{n}}}$ " for n in range(1000))
    assert len(pictures(set_formulas(many))) == MOST
    for text in (r"$" + r"\hat" * 70 + " x$", "$" + "{x}" * 90 + "$", "$" * 10_000, "<" * 10_000, "$x" * 5000):
        set_formulas(text)
    assert time.process_time() - began < 10


def test_formulas_of_every_prompt_are_set_but_for_matrices():
    sections = [section for topic in topics() for section in read(topic).sections]
    prompts = [cell.source for section in sections for cell in section.cells if cell.kind == "markdown"]
    formulas = [found for text in prompts for found in re.findall(r"\$\$[^$]+\$\$|\$[^$\n]+\$", text)]
    shown = {tex: set_formulas(sanitize.html(tex)) for tex in formulas if r"\begin{" not in tex}
    assert len(shown) > 30
    assert [tex for tex, html in shown.items() if len(pictures(html)) != 1] == []
