"""Every figure says in words what it shows and, under it, what was found; none shows its code."""

import ast
import re

import pytest

from autograder import chapter
from autograder.chapter.cells import read_cells

FILE = re.compile(r"\.(png|svg|jpe?g|gif|webp)$|_build|[0-9a-f]{16}")


def texts_of_figures(page):
    """Return the figures' descriptions in a page; each of ours is drawn both wide and narrow."""
    images = [image["alt"] for image in page.select("article .cell_output img")]
    return images + [drawing["aria-label"] for drawing in page.select("article figure.plot .plot-wide")]


def test_every_image_has_a_text(pages):
    without = [
        (name, image["src"])
        for name, page in pages.items()
        for image in page.find_all("img")
        if not image.get("alt", "").strip()
    ]
    assert not without


def test_text_of_a_figure_is_a_sentence_and_no_file(pages):
    assert any(texts_of_figures(page) for page in pages.values())
    bad = [
        (name, text)
        for name, page in pages.items()
        for text in texts_of_figures(page)
        if FILE.search(text) or len(text.split()) < 5
    ]
    assert not bad


def test_no_two_figures_of_a_page_say_the_same(pages):
    for name, page in pages.items():
        texts = texts_of_figures(page)
        assert len(texts) == len(set(texts)), name


def test_figures_are_images_that_have_a_text(pages):
    """An inline drawing must also be named, or else be marked as decoration."""
    for name, page in pages.items():
        for drawing in page.select("article .cell_output svg"):
            inside = drawing.find_parent("svg")  # a part of a drawing that is named
            named = drawing.get("aria-label") or drawing.find("title") or drawing.get("aria-hidden") == "true"
            assert inside or named, name


@pytest.mark.parametrize("topic", chapter.topics())
def test_every_figure_of_a_chapter_has_a_caption_that_begins_with_the_finding(topic, pages):
    figures = pages[f"chapters/{topic}.html"].select("article .cell_output figure.plot")
    assert figures
    for figure in figures:
        finding = figure.select_one("figcaption > strong").get_text()
        assert len(finding.split()) >= 5
        assert finding.rstrip()[-1] in ".?!"
        assert all(finding not in drawing["aria-label"] for drawing in figure.select(".plot-wide, .plot-narrow"))


def shows_figure_or_claim(source):
    """Return whether the last thing that a cell does is a figure or a claim."""
    last = ast.parse(source).body[-1:]
    call = last[0].value if last and isinstance(last[0], ast.Expr) else None
    return isinstance(call, ast.Call) and re.fullmatch(r"claim|plot\.\w+", ast.unparse(call.func)) is not None


@pytest.mark.parametrize("topic", chapter.topics())
def test_code_of_figures_and_claims_is_not_shown(topic):
    path = chapter.ROOT / "chapters" / f"{topic}.md"
    cells = [cell for cell in read_cells(path.read_text(encoding="utf-8"), path.name) if cell.kind == "code"]
    found = [cell for cell in cells if shows_figure_or_claim(cell.source)]
    assert found
    assert [cell.line for cell in found if "remove-input" not in cell.tags] == []
