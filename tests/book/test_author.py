"""The author's guide is true: its topic can be written from the page alone, and the audit finds no fault with it."""

import re
from pathlib import Path

import pytest

from autograder import audit, exercise
from autograder.classroom.templates import KINDS
from tests.book import walk

PAGE = walk.page("author")


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """The directory in which everything on the page was done, once."""
    here = tmp_path_factory.mktemp("author")
    walk.walk(PAGE, here)
    return here


def test_blocks_are_commands_files_cells_or_what_is_printed():
    walk.require_form(PAGE, reasons=3)


def test_there_is_an_exercise_of_each_kind(walked):
    folder = walked / "my-class" / "exercises"
    made = [exercise.load(id_, folder).kind for id_ in exercise.ids(root=folder)]
    assert sorted(made) == sorted(KINDS)
    assert re.findall(r"^\| \[`(\w+)`\]", PAGE, re.MULTILINE) == list(KINDS)


def test_the_topic_is_released(walked):
    assert (walked / "my-class" / "handout" / "quantization.zip").is_file()


def test_what_it_says_of_the_audit_is_what_the_audit_says():
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(audit.__file__).parent.glob("*.py"))
    quoted = re.findall(r"^- \*([^*]+)\*", PAGE, re.MULTILINE)
    assert len(quoted) == 6
    assert [words for words in quoted if words not in sources] == []
