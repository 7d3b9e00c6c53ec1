"""An exercise on a page: framed from its heading to its check, with the chapter's starter and no verdict yet."""

import pytest

from autograder import chapter

SECTIONS = [section for topic in chapter.topics() for section in chapter.read(topic).sections]


def frame(pages, section):
    """Return the frame of an exercise on its chapter's page."""
    frames = pages[f"chapters/{section.topic}.html"].select("section.exercise")
    sections = chapter.read(section.topic).sections
    assert len(frames) == len(sections)
    return frames[sections.index(section)]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.exercise)
def test_exercise_is_framed_up_to_where_its_answer_goes(section, pages):
    shown = frame(pages, section)
    assert shown.find("h3") is shown.find(True)
    # Scripts have their own places, whose names begin with live-.
    last = [child for child in shown.find_all(recursive=False) if child.get("class", [""])[0][:5] != "live-"][-1]
    assert ("answer" if section.kind == "text" else "tag_check") in last["class"]


@pytest.mark.parametrize(
    "section", [section for section in SECTIONS if section.kind == "code"], ids=lambda section: section.exercise
)
def test_starter_is_shown_and_is_not_attempted(section, pages):
    shown = frame(pages, section)
    assert shown.select_one(".tag_exercise .cell_input").get_text().strip() == section.starter.source
    assert shown.select_one(".tag_check .cell_output .dnn-not-attempted")
    assert len(shown.select(".dnn-report")) == 1
