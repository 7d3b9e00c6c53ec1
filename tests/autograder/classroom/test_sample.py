"""The sample class of the whole course: every submission gets what it was made for."""

import ast
import html
import inspect
import re

import pytest
from rich.console import Console

from autograder import chapter, classroom, exercise
from autograder.classroom import board
from autograder.written import written_out

CODE = [name for name in exercise.ids() if exercise.load(name).kind != "text"]


def test_a_topic_of_a_classs_own_is_handed_in_and_gets_what_it_was_made_for(tmp_path, own, course_of_toys, course):
    mine = own(tmp_path / "mine", course_of_toys())
    place = classroom.sample(tmp_path / "class", ["mine"], root=course, own=mine)
    classroom.grade(place.root, console=Console(quiet=True))
    assert classroom.problems(place.root) == ()
    named = {result.student: result.misconception for result in classroom.results(place) if result.misconception}
    assert set(named) == {"mistake-01", "mistake-02", "mistake-03"}
    (mine / "exercises" / "mine" / "double.py").rename(mine / "exercises" / "mine" / "twice.py")
    with pytest.raises(classroom.ClassError, match="asks for 'mine/double', which has no exercise file"):
        classroom.sample(place.root, ["mine"], root=course, own=mine)
    assert [path.name for path in (place.root / "exercises" / "mine").iterdir()] == ["twice.py"]


@pytest.mark.long
def test_every_submission_gets_what_it_was_made_for(whole_class):
    assert classroom.problems(whole_class) == ()


@pytest.mark.long
def test_every_misconception_of_the_course_is_named_in_the_class(whole_class):
    named = {(result.exercise, result.misconception) for result in classroom.results(classroom.open_class(whole_class))}
    for topic in chapter.topics():
        for section in chapter.read(topic).sections:
            for wrong in exercise.load(section.exercise).misconceptions:
                assert (section.exercise, wrong.sentence) in named


@pytest.mark.long
def test_the_class_is_one_of_at_least_twelve_in_every_topic(whole_class):
    found = classroom.results(classroom.open_class(whole_class))
    for topic in chapter.topics():
        assert len({result.student for result in found if result.topic == topic}) >= 12


@pytest.mark.long
def test_no_page_of_feedback_shows_a_hidden_check(whole_class):
    hidden = set()
    for name in CODE:
        for check in exercise.load(name).checks:
            if check.hidden:
                body = inspect.getsource(check.run).split(check.run.__doc__, 1)[-1].removeprefix('"""')
                hidden |= {line.strip() for line in body.splitlines() if len(line.strip()) > 40}
    assert len(hidden) > 20
    pages = list((whole_class / "feedback").rglob("*.html"))
    assert len(pages) == len(list((whole_class / "submitted").glob("*/*")))
    for page in pages:
        shown = html.unescape(re.sub(r"<[^>]*>", "", page.read_text(encoding="utf-8")))
        assert not [line for line in hidden if line in shown], page


@pytest.mark.long
def test_making_the_class_again_changes_nothing(whole_class):
    files = [
        path for step in ("submitted", "release", "source", "pinned") for path in (whole_class / step).rglob("*.ipynb")
    ]
    before = {path: path.stat().st_mtime_ns for path in files}
    classroom.sample(whole_class)
    assert {path: path.stat().st_mtime_ns for path in files} == before


@pytest.mark.parametrize("name", CODE)
def test_answers_are_written_out_under_the_name_that_is_asked_for(name):
    """They run on their own, like a student's cell after the setup."""
    asked = exercise.load(name)
    for other in (*asked.misconceptions, *asked.alternatives):
        source = written_out(asked, other.name)
        assert "autograder" not in source, "a student's code has nothing from the judge"
        bound = {}
        exec(compile(ast.parse(source), name, "exec"), bound)
        assert asked.name in bound
        if not asked.asks_for_value:
            assert bound[asked.name].__name__ == asked.name


@pytest.mark.long
def test_the_right_answers_to_the_capstone_are_on_its_board(whole_class):
    (found,) = board.boards(classroom.open_class(whole_class)).values()
    assert {"right", "right-otherwise"} <= {each.student for each in found}
    assert all(each.elsewhere[board.ERROR] < each.elsewhere["baseline"] for each in found if each.student == "right")


def test_a_larger_class_is_filled_with_students_who_are_good_at_some_things(course, tmp_path):
    place = classroom.sample(tmp_path / "class", root=course, students=25)
    classroom.grade(place.root, console=Console(quiet=True), isolation="none")
    assert classroom.problems(place.root) == ()
    found = [result for result in classroom.results(place) if result.student.startswith("mixed-")]
    assert len({result.student for result in classroom.results(place)}) == 25
    assert {result.verdict for result in found} >= {"passed", "wrong", "not attempted"}


def test_each_sample_class_meets_the_same_inputs(course, tmp_path):
    one, other = (classroom.sample(tmp_path / name, root=course) for name in ("one", "other"))
    assert one.student_seed("right") == other.student_seed("right") != one.student_seed("blank")
    assert one.student_seed("right") != classroom.create(tmp_path / "real").student_seed("right")
