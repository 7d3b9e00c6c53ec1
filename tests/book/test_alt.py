"""Every figure says in words what it shows."""

import re

FILE = re.compile(r"\.(png|svg|jpe?g|gif|webp)$|_build|[0-9a-f]{16}")


def figures(page):
    """Return the images that the cells of a page made."""
    return page.select("article .cell_output img")


def test_every_image_has_a_text(pages):
    without = [
        (name, image["src"])
        for name, page in pages.items()
        for image in page.find_all("img")
        if not image.get("alt", "").strip()
    ]
    assert not without


def test_text_of_a_figure_is_a_sentence_and_no_file(pages):
    assert any(figures(page) for page in pages.values())
    bad = [
        (name, image["alt"])
        for name, page in pages.items()
        for image in figures(page)
        if FILE.search(image["alt"]) or len(image["alt"].split()) < 5
    ]
    assert not bad


def test_no_two_figures_of_a_page_say_the_same(pages):
    for name, page in pages.items():
        texts = [image["alt"] for image in figures(page)]
        assert len(texts) == len(set(texts)), name


def test_figures_are_images_that_have_a_text(pages):
    """An inline drawing must be named as well, or else be marked as decoration."""
    for name, page in pages.items():
        for drawing in page.select("article .cell_output svg"):
            assert drawing.get("aria-label") or drawing.find("title") or drawing.get("aria-hidden") == "true", name
