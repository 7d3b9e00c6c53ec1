"""The sample class of the whole course: every submission gets what it was made for."""

import ast

import pytest

from autograder import chapter, classroom, exercise
from autograder.classroom import answers

CODE = [name for name in exercise.ids() if exercise.load(name).kind != "text"]


def test_every_submission_gets_what_it_was_made_for(real):
    assert classroom.problems(real) == ()


def test_every_misconception_of_the_course_is_named_in_the_class(real):
    named = {(result.exercise, result.misconception) for result in classroom.results(classroom.open_class(real))}
    for topic in chapter.topics():
        for section in chapter.read(topic).sections:
            for wrong in exercise.load(section.exercise).misconceptions:
                assert (section.exercise, wrong.sentence) in named


def test_the_class_is_one_of_at_least_twelve_in_every_topic(real):
    found = classroom.results(classroom.open_class(real))
    for topic in chapter.topics():
        assert len({result.student for result in found if result.topic == topic}) >= 12


def test_making_the_class_again_changes_nothing(real):
    files = [path for step in ("submitted", "release", "source", "pinned") for path in (real / step).rglob("*.ipynb")]
    before = {path: path.stat().st_mtime_ns for path in files}
    classroom.sample(real)
    assert {path: path.stat().st_mtime_ns for path in files} == before


@pytest.mark.parametrize("name", CODE)
def test_answers_are_written_out_under_the_name_that_is_asked_for(name):
    """They run by themselves, as a student's cell after the setup does."""
    asked = exercise.load(name)
    for other in (*asked.misconceptions, *asked.alternatives):
        source = answers.written_out(asked, other.name)
        bound = {}
        exec(compile(ast.parse(source), name, "exec"), bound)
        assert asked.name in bound
        if not asked.asks_for_value:
            assert bound[asked.name].__name__ == asked.name
