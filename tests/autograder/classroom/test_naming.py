"""A template made from wrong answers works: in the exercise's file, it gives the same mistake its name."""

import dataclasses
import re
import shutil

import numpy as np
import pytest
from rich.console import Console

from autograder import classroom, exercise
from autograder.__main__ import main
from autograder.chapter.todo import todo
from autograder.classroom import config
from autograder.classroom.reporting.gather import gather
from autograder.classroom.reporting.statistics import clusters
from autograder.judge.judge import judge

SENTENCE = "The array is shifted by seven. Multiply it by two."
PLAIN = 'def double(a):\n    "By Ada."\n    return a * 0 + 7  # by Ada'
WITH_HELPERS = """from math import comb
SEVEN = comb(7, 1)

def shifted(a, by=SEVEN):
    \"\"\"Ada's.\"\"\"
    return a * 0 + by

def _one(a, SEVEN=1):
    return SEVEN

def double(a):
    # Ada wrote this
    if np.ndim(a) == 0:
        return double(np.ones(1) * a)[0]
    return shifted(a) * _one(a)

print(double(np.ones(2)))
"""


@pytest.fixture
def named(copied, hand_in):
    """A function that has Ada hand in an answer, and returns the entry made from it."""

    def named(**answers):
        hand_in(copied, "ada", **answers)
        classroom.grade(copied, students=["ada"], isolation="none", console=Console(quiet=True))
        page = classroom.report(copied, ["toy"]).read_text()
        keys = dict(re.findall(r"<code>(toy/(?:double|share):[0-9a-f]{6})</code></p>(.*?)</article>", page, re.DOTALL))
        (key,) = [key for key, example in keys.items() if ">ada<" in example]
        return classroom.name(copied, key)

    return named


def filled_in(entry, course, folder):
    """The exercise with an entry at the end of its file, and a sentence in that entry."""
    shutil.copytree(course / "autograder" / "exercises" / "toy", folder / "toy")
    file = folder / "toy" / entry.path.name
    file.write_text(file.read_text() + "\n\n" + entry.text.replace('"..."', repr(SENTENCE)))
    assert len(todo(file.read_text())) >= 1
    return exercise.load(entry.exercise, folder)


@pytest.mark.parametrize("answer", [PLAIN, WITH_HELPERS])
def test_the_same_mistake_gets_the_name_when_its_entry_is_filled_in(named, course, tmp_path, answer):
    entry = named(double=answer)
    assert (entry.exercise, entry.students, entry.is_own) == ("toy/double", 1, False)
    assert entry.path.as_posix() == "autograder/exercises/toy/double.py"
    assert "Ada" not in entry.text
    assert "print" not in entry.text
    assert "caught_by=check_ones" in entry.text
    asked = filled_in(entry, course, tmp_path)

    def double(a):
        return np.full_like(a, 7.0)

    report = judge(asked, double, b"key", checks=asked.checks)
    assert report.misconception == SENTENCE
    right = judge(asked, asked.solution, b"key", checks=asked.checks)
    assert (right.verdict, right.misconception) == ("passed", "")


def test_a_value_becomes_a_function_that_returns_it(named, course, tmp_path):
    entry = named(share="left = given / 1.5\nshare = left\nshare += 0\nprint(share)")
    asked = filled_in(entry, course, tmp_path)
    report = judge(asked, 0.5, b"key", checks=asked.checks)
    assert report.misconception == SENTENCE


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("nonsense", "is not a key from the report"),
        ("toy/double:ffffff", "no wrong answers without a name under 'toy/double:ffffff'; it has toy/double:"),
        ("toy/why:ffffff", "it has none for that exercise"),
    ],
)
def test_a_key_without_wrong_answers_is_one_sentence(graded, tmp_path, key, message):
    with pytest.raises(classroom.ClassError, match=message):
        classroom.name(shutil.copytree(graded, tmp_path / "class"), key)


def test_a_cell_that_does_not_run_is_no_mistake_to_name(copied, hand_in):
    hand_in(copied, "ada", double=f"seven = 7 / 0\n{PLAIN}")
    classroom.grade(copied, students=["ada"], isolation="none", console=Console(quiet=True))
    with config.log_to(copied / "test.log") as log:
        gathered = gather(classroom.open_class(copied), log, ("toy",))
    (key,) = [each.key for each in clusters(gathered.results, gathered.findings) if each.students == ("ada",)]
    assert key not in classroom.report(copied, ["toy"]).read_text()
    with pytest.raises(classroom.ClassError, match="no check has seen these answers"):
        classroom.name(copied, key)


def test_a_test_has_no_key_in_the_report_since_its_mistake_is_what_it_does_not_find(copied, monkeypatch):
    load, keys = exercise.load, re.compile(r" <code>(toy/double:[0-9a-f]{6})</code>")
    written = re.compile(r"Written on .*? UTC")

    def loaded(id_, root=None):
        asked = load(id_, root)
        return dataclasses.replace(asked, kind="test", tests=asked) if id_ == "toy/double" else asked

    before = classroom.report(copied, ["toy"]).read_text()
    monkeypatch.setattr(exercise, "load", loaded)
    page = classroom.report(copied, ["toy"]).read_text()
    assert keys.findall(page) == []
    assert written.sub("", keys.sub("", before)) == written.sub("", page), "everything else is shown"
    with pytest.raises(classroom.ClassError, match="add that to toy/double as a misconception"):
        classroom.name(copied, keys.search(before)[1])


def test_the_command_prints_the_entry_alone_and_what_to_do_next(named, copied, capsys):
    entry = named(double=PLAIN)
    (key,) = re.findall(
        r"(toy/double:[0-9a-f]{6})</code></p><details><summary>An example, by <a[^>]*>ada<",
        (copied / "report.html").read_text(),
    )
    assert main(["name", str(copied), key]) == 0
    said = capsys.readouterr()
    assert said.out.strip() == entry.text.strip()
    assert "a student's code, and in an exercise's file it runs outside the sandbox, as you" in said.err
    assert "Put it into autograder/exercises/toy/double.py" in said.err
    assert "autograder audit toy/double" in said.err


@pytest.mark.parametrize(
    "answer",
    [
        "double = lambda a: a * 0 + 7",
        f"def double(a):\n    if 0:\n        a{'.b' * 900}\n    return a * 0 + 7",
        f"def double(a):\n    0x{'f' * 9000}\n    return a * 0 + 7",
    ],
    ids=["no definition", "too deep", "too long a number"],
)
def test_an_answer_that_cannot_be_written_anew_is_for_a_person(named, copied, answer):
    with pytest.raises(classroom.ClassError, match="none of these answers is in its own cell"):
        named(double=answer)
    classroom.report(copied, anonymous=True)  # which unparses code as well
