"""Each disagreement between a chapter and its exercises is a line with its place; release and book stop at it."""

import argparse
import types

import pytest
from sphinx.errors import ConfigError

from autograder import chapter, classroom, exercise, live
from autograder.commands import add_class_commands
from autograder.judge.judge import judge
from autograder.judge.seeds import PUBLIC

STARTER = "def double(x, *, times=2): # starter"
CHECK = 'check("toys/double", double)'
SLIPS = {
    "nothing": ("", "", None),
    "another default": (STARTER, "def double(x, *, times=3):", "line 26: the starter's signature is double(x, *, ti"),
    "another kind of argument": (STARTER, "def double(x, times=2):", "line 26: the starter's signature is double(x, t"),
    "an annotation": (STARTER, "def double(x: list, *, times=2) -> list:", None),
    "a default of the chapter's own": (STARTER, "def double(x, *, times=TWO):", None),
    "another name": (CHECK, 'check("toys/other", other)', "line 22: asks for toys/other, which has no file; write"),
    "no section": (CHECK, 'check("toys/other", other)', "line 1: no section asks for toys/double; write its section"),
    "no header": ("jupytext:", "jupyter:", "line 1: the header is missing that tells the book"),
    "no kernel": ("kernelspec:", "kernel:", "line 1: the header is missing"),
    "no check": (":tags: [check]", ":tags: [chekc]", "line 22: the exercise 'double' has no check cell"),
    "no Python": ("from autograder import check, hint", "from autograder import", "line 13: line 1 of this code cell"),
    "an exercise's slip": ("points = 4", "points = 0", "double.py, line 8: points is 0; write a number above 0"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def forget_exercises():
    """Each test has its own files under the same names."""
    exercise._load.cache_clear()


@pytest.mark.parametrize(("old", "new", "said"), SLIPS.values(), ids=SLIPS)
def test_a_slip_is_a_line_with_its_place(course_of_toys, old, new, said):
    lines = chapter.slips("toys", course_of_toys((old, new)))
    assert lines == () if said is None else any(said in line for line in lines), lines
    assert not any("\n" in line for line in lines)


@pytest.mark.parametrize("header", ["", "---\n", "---\nkernelspec: 3\n---\n", "---\n: [\n---\n", "---\n- 1\n---\n"])
def test_a_chapter_without_its_header_is_a_slip(course_of_toys, header):
    path = course_of_toys() / "chapters" / "toys.md"
    path.write_text(header + path.read_text().split("---\n", 2)[2])
    (line,) = chapter.slips("toys", path.parents[1])
    assert line.startswith(f"{path}, line 1: the header is missing")


def test_a_free_text_must_be_one_in_both(course_of_toys):
    root = course_of_toys()
    text = '"""Why?"""\npoints = 1\nhints = tuple("abc")\nrubric = anchors = ((1, "a"),) * 4\nmistakes = ("a",)\n'
    (root / "autograder" / "exercises" / "toys" / "double.py").write_text(text)
    (line,) = chapter.slips("toys", root)
    assert line.startswith(
        f"{root}/chapters/toys.md, line 22: toys/double is a text in its file and a code in the chapter; "
    )


def test_a_method_is_compared_too(course_of_toys):
    root = course_of_toys((STARTER + "\n    ...", "class double:\n    def update(self, x, y): ...\n    ..."))
    path = root / "autograder" / "exercises" / "toys" / "double.py"
    path.write_text(
        path.read_text().replace("def solution(x,", "class solution:\n    def update(self, x): pass\n\ndef old(x,")
    )
    (line,) = chapter.slips("toys", root)
    assert "the starter's signature is double.update(self, x, y), the solution's double.update(self, x)" in line


def test_release_reports_the_slips_and_nothing_else(course_of_toys, tmp_path, monkeypatch, capsys):
    root = course_of_toys((STARTER, "def double(x):"), ("points = 4", "points = 0"))
    place = tmp_path / "class"
    classroom.create(place)
    with pytest.raises(classroom.ClassError, match=r"double.py, line 8: points is 0; ") as told:
        classroom.release(place, root=root)
    assert str(told.value).count("\n") == 0  # malformed code has no signature to compare
    monkeypatch.setattr(classroom, "release", lambda *args, **kwargs: (_ for _ in ()).throw(told.value))
    parser = argparse.ArgumentParser()
    add_class_commands(parser.add_subparsers(required=True))
    arguments = parser.parse_args(["release", str(place)])
    assert arguments.run(arguments) == 2
    assert capsys.readouterr().err == f"autograder: {told.value}\n"


def test_a_book_is_not_built_over_a_slip(course_of_toys):
    app = types.SimpleNamespace(srcdir=course_of_toys(("jupytext:", "jupyter:")))
    with pytest.raises(ConfigError, match="chapters/toys.md, line 1: the header is missing"):
        live._require_form(app, None)
    live._require_form(types.SimpleNamespace(srcdir=course_of_toys()), None)


SECTIONS = [section for topic in chapter.topics() for section in chapter.read(topic).sections if section.kind == "code"]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.exercise)
def test_the_solution_passes_where_a_students_answer_stands(section):
    """It may use what the chapter's setup cells define, and nothing else from its own file's imports."""
    asked, namespace = exercise.load(section.exercise), {}
    for cell in chapter.read(section.topic).setup:
        exec(cell.source, namespace)
    exec(asked.solution_source, namespace)
    assert judge(asked, namespace[asked.name], PUBLIC, checks=asked.public_checks).verdict == "passed"
