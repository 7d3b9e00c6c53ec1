"""Every figure says in words what it shows."""

import re

FILE = re.compile(r"\.(png|svg|jpe?g|gif|webp)$|_build|[0-9a-f]{16}")


def texts_of_figures(page):
    """Return what the figures that the cells of a page made say in words; each is drawn wide and narrow."""
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
    """An inline drawing must be named as well, or else be marked as decoration."""
    for name, page in pages.items():
        for drawing in page.select("article .cell_output svg"):
            assert drawing.get("aria-label") or drawing.find("title") or drawing.get("aria-hidden") == "true", name
