"""A new exercise is well-formed, says itself what remains to be written, and overwrites nothing."""

import importlib
import re

import pytest

from autograder import audit, chapter, classroom, exercise
from autograder.__main__ import main
from autograder.audit.parts import audited
from autograder.classroom.templates import KINDS
from autograder.commands import parsers
from autograder.judge.judge import judge
from autograder.judge.seeds import PUBLIC
from autograder.judge.verdict import PASSED

NAMES = {kind: "test_output_size" if kind == "test" else "output_size" for kind in KINDS}
MARK = re.compile(r".*\bTODO\b.*\n")


@pytest.fixture
def mine(tmp_path):
    """The directory of a class without its own topics."""
    (tmp_path / "nbgrader_config.py").touch()
    return tmp_path


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_begun_says_what_is_still_to_write(mine, kind):
    if kind == "test":
        classroom.new("convolution/output_size", mine)
    path, page = classroom.new(f"convolution/{NAMES[kind]}", mine, kind=kind)
    assert path == mine / "exercises" / "convolution" / f"{NAMES[kind]}.py"
    assert page == mine / "chapters" / "convolution.md"
    marks = sum(len(MARK.findall(file.read_text())) for file in (*path.parent.glob("*.py"), page))
    done = audit.audit(root=mine, seeds=2)
    assert marks == len(done.problems) > 6
    assert all(re.search(r"(output_size\.py|convolution\.md), line \d+: still to write: \w", p) for p in done.problems)
    assert done.exercises == 0, "nothing else is reported yet"


def test_what_is_begun_is_not_released(fresh, course):
    classroom.new("convolution/output_size", fresh)
    with pytest.raises(classroom.ClassError, match=r"line 2: still to write: above, in one line, what is asked"):
        classroom.release(fresh, root=course)
    assert classroom.release(fresh, ["toy"], root=course).unchanged == ("toy",)


@pytest.mark.parametrize("kind", KINDS)
def test_without_the_marks_it_is_well_formed_and_its_solution_passes(mine, kind):
    for begun in ("function", "test") if kind == "test" else (kind,):
        for path in classroom.new(f"convolution/{NAMES[begun]}", mine, kind=begun):
            path.write_text(MARK.sub("", path.read_text()))
    assert chapter.slips("convolution", mine) == ()
    made = exercise.load(f"convolution/{NAMES[kind]}", mine / "exercises")
    (*_, section) = chapter.read("convolution", mine).sections
    assert (section.exercise, made.kind) == (made.id, kind)
    if kind == "text":
        assert list(audited(made, section, (), "form", 1)[0]) == []
        return
    if kind == "test":
        for answer in (made.solution, *(other.answer for other in made.alternatives)):
            found = judge(made, answer, PUBLIC, checks=made.checks).findings
            assert {f.check for f in found if f.verdict == PASSED} == {c.name for c in made.checks if c.run.right}
        return
    for answer in (made.solution, *(other.answer for other in made.alternatives)):
        assert judge(made, answer, PUBLIC, checks=made.checks).verdict == PASSED
    (wrong,) = made.misconceptions
    assert judge(made, wrong.answer, PUBLIC, checks=made.checks).misconception == wrong.sentence


def test_further_sections_stand_below_the_first(mine):
    before = ""
    begun = [(kind, f"{kind}_function_{n}" if kind == "test" else f"{kind}_{n}") for n in (1, 2) for kind in KINDS]
    for kind, name in begun:
        _, page = classroom.new(f"convolution/{name}", mine, kind=kind)
        assert page.read_text().startswith(before)
        before = page.read_text()
    assert [section.name for section in chapter.read("convolution", mine).sections] == [name for _, name in begun]


def test_a_section_that_is_there_is_left_alone(mine):
    path, page = classroom.new("convolution/output_size", mine)
    path.unlink()
    before = page.read_bytes()
    assert classroom.new("convolution/output_size", mine) == (path,)
    assert page.read_bytes() == before


def test_a_checkout_gets_it_in_the_package_and_the_book(course_of_toys):
    root = course_of_toys()
    path, page = classroom.new("toys/halve", root)
    assert path == root / "autograder" / "exercises" / "toys" / "halve.py"
    assert [section.name for section in chapter.read("toys", root).sections] == ["double", "halve"]
    page.write_text("no chapter")
    with pytest.raises(chapter.ChapterError, match="the header is missing"):
        classroom.new("toys/quarter", root)
    assert page.read_text() == "no chapter"
    assert not path.with_name("quarter.py").exists()


@pytest.mark.parametrize(
    ("id_", "said"),
    [
        ("dropout/mine", "the course already has a topic 'dropout'"),
        (
            "convolution/there",
            "already exists; to see what it still needs: autograder audit convolution/there --c",
        ),
        *((bad, "an exercise's id is topic/name") for bad in ("convolution", "a/b/c", "a-b/c", "/c", "é/c", "a/class")),
    ],
)
def test_what_cannot_be_begun_is_refused(mine, id_, said):
    classroom.new("convolution/there", mine)
    before = {path: path.read_bytes() for path in mine.rglob("*") if path.is_file()}
    with pytest.raises(classroom.ClassError, match=said):
        classroom.new(id_, mine)
    assert {path: path.read_bytes() for path in mine.rglob("*") if path.is_file()} == before


def test_another_kind_is_refused(mine):
    with pytest.raises(classroom.ClassError, match="is one of function, class, value, repair, test, text, not 'quiz'"):
        classroom.new("convolution/output_size", mine, kind="quiz")
    assert tuple(KINDS) == parsers.KINDS


def test_a_test_is_of_an_exercise_that_is_there(mine):
    with pytest.raises(classroom.ClassError, match="exercise that it tests: convolution/test_output_size"):
        classroom.new("convolution/output_size", mine, kind="test")
    with pytest.raises(classroom.ClassError, match="convolution/output_size, which does not exist; begin that one"):
        classroom.new("convolution/test_output_size", mine, kind="test")
    assert not (mine / "chapters").exists()


def test_an_installed_course_has_nothing_to_write_to(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.import_module("autograder.classroom.new"), "CARRIED", tmp_path)
    with pytest.raises(classroom.ClassError, match="has no sources to write to; for a class, use --class DIR"):
        classroom.new("dropout/mine", tmp_path)


def test_the_commands_lead_from_one_to_the_next(tmp_path, capsys):
    directory = str(tmp_path / "class")
    assert main(["new", "convolution/output_size", "--class", directory]) == 2
    assert "make one with: autograder init" in capsys.readouterr().err
    classroom.create(directory)
    assert main(["new", "convolution/output_size", "--class", directory]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[-1].strip() == f"autograder audit convolution/output_size --class {directory} --watch"
    assert main(said[-1].split()[1:-1]) == 1
    assert "line 2: still to write: above, in one line, what is asked" in capsys.readouterr().out
    assert main(["audit", "--class", directory, "weather"]) == 1
    assert "this class has no such topic of its own; it has convolution" in capsys.readouterr().out
    assert main(["audit", "--class", str(tmp_path)]) == 2
    assert "is not a class directory" in capsys.readouterr().err
