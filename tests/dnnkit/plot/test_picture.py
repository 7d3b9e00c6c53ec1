"""What a page and a notebook get: one figure with a caption and a description, legible in light and dark."""

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import autograder.live
from dnnkit import plot
from tests.dnnkit.plot.reading import Drawing, page

TOKENS = (Path(autograder.live.__file__).parent / "static" / "tokens.css").read_text(encoding="utf-8")
RNG = np.random.default_rng(0)
LINES = {"xlabel": "x", "ylabel": "y"}
PICTURES = {
    "lines": lambda **o: plot.lines([1, 2], {"a": [1, 2], "b": [[2, 1], [3, 1]]}, **LINES, **o),
    "layer_statistics": lambda **o: plot.layer_statistics({"a": [1, 0.1, 0.01]}, ylabel="y", **o),
    "histograms": lambda **o: plot.histograms({str(i): RNG.random(50) for i in range(7)}, xlabel="x", **o),
    "images": lambda **o: plot.images(RNG.random((10, 8, 8)), titles=list("abcdefghij"), **o),
    "masks": lambda **o: plot.masks(RNG.random((5, 4, 6)) < 0.5, titles=list("abcde"), **o),
    "decision_regions": lambda **o: plot.decision_regions(
        {"a": lambda x: (x[:, 0] > 0).astype(int), "b": lambda x: np.zeros(len(x), int)},
        RNG.standard_normal((9, 2)),
        np.arange(9) % 3,
        **o,
    ),
    "loss_surface": lambda **o: plot.loss_surface(
        [0, 1, 2], [0, 1], [[1, 2, 3], [2, 4, 8]], paths={"a": [[0, 0], [1, 1]]}, **LINES, **o
    ),
    "search_landscape": lambda **o: plot.search_landscape(
        {"a": RNG.random((5, 3)), "b": RNG.random((4, 3))}, **LINES, **o
    ),
    "beside": lambda **o: plot.beside(*(plot.lines([1, 2], {"a": [1, y]}, **LINES) for y in (1, 9)), **o),
}
every = pytest.mark.parametrize("make", PICTURES.values(), ids=PICTURES)


@every
def test_a_figure_holds_two_drawings_and_a_caption(make):
    picture = make(title="t", caption="He learns. Glorot does not.", alt="Two curves of which one falls.")
    (figure,) = page(picture).find_all("figure", class_="plot")
    wide, narrow = figure.div.find_all("svg", recursive=False)
    assert (wide["class"], narrow["class"]) == (["plot-wide"], ["plot-narrow"])
    assert "display:none" in narrow["style"]  # a notebook, which lacks our style sheet, shows the wide one
    for drawing in (wide, narrow):
        assert (drawing["role"], drawing["aria-label"]) == ("img", "Two curves of which one falls.")
        assert drawing.find("text", string="t")
    assert figure.figcaption.strong.get_text() == "He learns."
    assert figure.figcaption.get_text().startswith("He learns. Glorot does not.")


@every
@pytest.mark.parametrize("width", [720, 360])
def test_a_drawing_is_well_formed_small_and_names_nothing_that_another_could_name(make, width):
    text = make(alt="a").svg(width)
    root = ElementTree.fromstring(text)
    assert not [each for each in root.iter() if each.get("id")]
    assert "url(#" not in text
    assert not re.search(r"\bnan\b|\binf\b", text)
    assert len(text) < 50_000


@every
def test_letters_have_the_size_of_the_page_wide_and_narrow(make):
    """At least 11 px in columns from 640 px up, and from 324 px up on a phone; exponents are smaller."""
    for width, column in ((720, 640), (360, 324)):
        root = ElementTree.fromstring(make(alt="a").svg(width))
        exponents, letters = (
            {
                float(each.get("font-size"))
                for each in root.iter()
                if each.get("font-size") and raised == bool(each.get("dy"))
            }
            for raised in (True, False)
        )
        assert min(letters) * column / width >= 11
        assert min(exponents, default=11) * column / width >= 9.5


@every
def test_the_same_figure_is_drawn_the_same(make):
    global RNG
    drawings = []
    for _ in range(2):
        RNG = np.random.default_rng(0)
        drawings.append(make(alt="a")._repr_html_())
    assert drawings[0] == drawings[1]


NASTY = '<script>alert("x")</script> & "quotes"'


def test_every_text_is_escaped():
    series = {NASTY: [1, 2], "b": [2, 1]}
    picture = plot.lines(
        [1, 2], series, xlabel=NASTY, ylabel=NASTY, title=NASTY, theory={NASTY + "t": 1}, caption=NASTY, alt=NASTY
    )
    found = page(picture)
    assert not found.find_all("script")
    assert found.svg["aria-label"] == NASTY
    assert found.figcaption.get_text().strip() == NASTY
    assert NASTY in Drawing(picture).texts("title")


def test_a_caption_may_hold_mathematics_code_and_emphasis():
    caption = r"At $\eta = 0.1$ it learns. With `keep_prob` < 1 *not*."
    found = page(plot.lines([1], {"a": [1]}, **LINES, caption=caption)).figcaption
    assert found.strong.get_text() == r"At \(\eta = 0.1\) it learns."
    assert [span.get_text() for span in found.select("span.math")] == [r"\(\eta = 0.1\)"]
    assert found.code.get_text() == "keep_prob"
    assert found.em.get_text() == "not"


def test_a_picture_without_words_describes_itself():
    assert repr(PICTURES["lines"]()) == "Figure: y against x: a, b"
    assert repr(PICTURES["masks"]()) == "Figure: a, b, c, d, e"
    assert page(PICTURES["lines"]()).svg["aria-label"] == "y against x: a, b"
    assert not page(PICTURES["histograms"]()).figcaption
    assert page(PICTURES["lines"]()).figcaption.get_text().strip() == "Dots: mean of 2 seeds; bars: its 95% interval."


def test_beside_shares_axes_and_legend():
    drawing = Drawing(PICTURES["beside"](sharey=True))
    first, second = drawing.panels()
    assert first.up == second.up
    alone, _ = Drawing(PICTURES["beside"]()).panels()
    assert alone.up != first.up
    two = [plot.lines([1, 2], {"a": [1, 2], "b": [2, 1]}, **LINES) for _ in range(2)]
    assert Drawing(plot.beside(*two)).texts("key") == ["a", "b"]


@pytest.mark.parametrize(("width", "rows"), [(720, 1), (360, 3)])
def test_panels_stand_side_by_side_where_there_is_room(width, rows):
    three = [plot.lines([1, 2], {"a": [1, 2]}, **LINES, title=title) for title in "abc"]
    tops = {found.box[1] for found in Drawing(plot.beside(*three), width).panels()}
    assert len(tops) == rows


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: plot.beside(), ValueError, "pictures must hold at least one"),
        (lambda: plot.beside(3), TypeError, r"pictures\[0\] must be a Picture, got int"),
        (lambda: PICTURES["beside"](sharey=1), TypeError, "sharey must be True or False"),
        (lambda: PICTURES["beside"](columns=0), ValueError, "columns must be at least 1, got 0"),
        (
            lambda: plot.beside(PICTURES["masks"](), PICTURES["lines"](), sharex=True),
            ValueError,
            "only panels with axes can share one",
        ),
        (
            lambda: plot.beside(PICTURES["lines"](), PICTURES["layer_statistics"](), sharey=True),
            ValueError,
            "axes that are shared must have one scale",
        ),
        (lambda: PICTURES["lines"](alt=None), TypeError, "alt must be text, got NoneType"),
        (lambda: PICTURES["lines"]().svg(10), ValueError, r"width must be in \[200, inf"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


# Colours ---------------------------------------------------------------------------------------------------------

THEMES = ("light", "dark")


def channels(colour):
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def linear(colour):
    """Linear light, as the Web Content Accessibility Guidelines define it."""
    shares = channels(colour)
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def contrast(a, b):
    lighter, darker = sorted((float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (a, b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def palette(theme, *names):
    """Colours of a page by the names of their variables."""
    block = re.search(rf'html.data-theme="{theme}"] {{(.*?)}}', TOKENS, re.DOTALL)[1]
    found = dict(re.findall(r"--course-([\w-]+): (#\w{6});", block))
    return [found[name] for name in names]


@pytest.mark.parametrize("theme", THEMES)
def test_lines_and_their_labels_stand_out_from_the_page(theme):
    """WCAG 2.2 requires 4.5 to 1 for text."""
    assert "--course-theory: var(--course-muted)" in TOKENS
    for ground in palette(theme, "paper", "surface", "act-ground", "measured-ground"):
        assert min(contrast(colour, ground) for colour in palette(theme, *"123456", "muted")) >= 4.5


@pytest.mark.parametrize("ground", ["#ffffff", "#000000"])
def test_without_a_style_sheet_the_first_colours_stand_out_from_light_and_dark(ground):
    assert contrast(plot.GREY, ground) >= 4.5
    assert min(contrast(colour, ground) for colour in plot.COLOURS[:4]) >= 3


# Machado, Oliveira and Fernandes 2009, *A physiologically-based model for simulation of color vision deficiency*.
SEEN = {
    "by all cones": np.eye(3),
    "without long": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "without middle": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "without short": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}


def lab(light):
    """CIE 1976 L*a*b* of linear light."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    shares = to_xyz @ np.clip(light, 0, 1) / [0.9505, 1.0, 1.089]
    x, y, z = np.where(shares > 0.008856, np.cbrt(shares), 7.787 * shares + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("cones", SEEN)
@pytest.mark.parametrize("theme", THEMES)
def test_colours_are_told_apart_by_the_colour_blind(theme, cones):
    """A difference of 2.3 is just noticeable; six times that can be seen in thin lines."""
    seen = [lab(SEEN[cones] @ linear(colour)) for colour in palette(theme, *"123456")]
    apart = [np.linalg.norm(a - b) for i, a in enumerate(seen) for b in seen[:i]]
    assert min(apart) >= 14
