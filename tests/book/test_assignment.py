"""Each chapter offers its assignment: the notebook that a class gets, and nothing more."""

import nbformat
import pytest

from autograder import chapter
from autograder.classroom.notebook import assignment

TOPICS = chapter.topics()


@pytest.mark.parametrize("topic", TOPICS)
def test_chapter_links_its_assignment_once_under_its_title(topic, html, pages):
    page = pages[f"chapters/{topic}.html"]
    offers = page.select(".assignment")
    assert len(offers) == 1
    assert offers[0].find_previous_sibling("h1")
    before = offers[0].find_previous_siblings(["p", "section"])
    assert all("live-still" in each.get("class", ()) for each in before)  # which is for pages without scripts
    path = (html / "chapters" / offers[0].a["href"]).resolve()
    assert path == (html / "assignments" / f"{topic}.ipynb").resolve()
    assert str(len(chapter.read(topic).sections)) in offers[0].get_text()


@pytest.mark.parametrize("topic", TOPICS)
def test_offered_notebook_is_the_released_one(topic, html):
    content = (html / "assignments" / f"{topic}.ipynb").read_bytes()
    assert content == assignment(topic)
    notebook = nbformat.reads(content.decode(), as_version=4)
    nbformat.validate(notebook)
    sources = "\n".join(cell.source for cell in notebook.cells)
    for section in chapter.read(topic).sections:
        assert section.starter.source in sources
        assert f'"{section.exercise}"' in sources or section.kind == "text"


def test_other_pages_offer_nothing(pages):
    offering = {name for name, page in pages.items() if page.select(".assignment")}
    assert offering == {f"chapters/{topic}.html" for topic in TOPICS}
