"""Topics come from the course and from the class itself, and none from both."""

import re
import shutil
from pathlib import Path

import pytest

from autograder import chapter, exercise
from autograder.chapter import ChapterError


@pytest.fixture
def mine(own, course_of_toys, tmp_path):
    """A class with its own topic, mine, alongside a course with the topic toys."""
    return own(tmp_path / "class", course_of_toys())


def test_a_class_has_its_own_topics_beside_the_courses(mine):
    course = mine.parent
    assert chapter.topics(mine) == ("mine",)
    assert chapter.homes(mine, course) == {"toys": course, "mine": mine}
    assert chapter.slips("mine", mine) == ()
    assert chapter.read("mine", mine).sections[0].exercise == "mine/double"
    assert [chapter.exercises_root(root) for root in (course, mine, chapter.ROOT)] == [
        course / "autograder" / "exercises",
        mine / "exercises",
        exercise.EXERCISES,
    ]


def test_a_class_without_topics_of_its_own_has_those_of_the_course(tmp_path):
    (tmp_path / "nbgrader_config.py").touch()
    assert chapter.topics(tmp_path) == ()
    assert chapter.homes(tmp_path) == dict.fromkeys(chapter.topics(), chapter.ROOT)


@pytest.mark.parametrize("part", ["chapters/mine.md", "exercises/mine"])
@pytest.mark.parametrize(
    ("name", "said"),
    [("toys", "the course already has a topic 'toys'; give "), ("my-topic", "a topic is one word of letters, digits")],
)
def test_a_name_that_cannot_be_a_topics_is_refused(mine, part, name, said):
    path = mine / part
    path.rename(path.with_name(name + path.suffix))
    with pytest.raises(ChapterError, match=re.escape(said)):
        chapter.homes(mine, mine.parent)
    with pytest.raises(ChapterError, match=re.escape(f"exercises/{name} in {mine}")):
        chapter.class_root(mine, mine.parent)


def test_half_a_topic_is_a_slip(mine):
    shutil.rmtree(mine / "exercises")
    (line,) = chapter.slips("mine", mine)
    assert line.startswith(f"{mine}/chapters/mine.md, line 22: asks for mine/double, which has no file; write ")
    assert line.endswith(str(Path("exercises", "mine", "double.py")))
    (mine / "chapters" / "page.md").write_text((mine / "chapters" / "mine.md").read_text().partition("### Exer")[0])
    (line,) = chapter.slips("page", mine)
    assert line.startswith(f"{mine}/chapters/page.md, line 1: no section asks for an exercise; ")


def test_what_is_no_class_is_named(tmp_path):
    with pytest.raises(ChapterError, match="is not a class directory; make one with: autograder init"):
        chapter.class_root(tmp_path)
