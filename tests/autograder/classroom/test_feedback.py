"""Feedback says what is wrong and why, and shows no check."""

import pytest
from bs4 import BeautifulSoup

from autograder import classroom, exercise
from autograder.classroom.config import gradebook, load


def page(directory, student):
    return BeautifulSoup(
        (directory / "feedback" / student / "toy" / "toy.html").read_text(encoding="utf-8"), "html.parser"
    )


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_verdict_and_the_misconception_are_shown(graded, course, number):
    shown = page(graded, f"mistake-0{number}").get_text()
    assert "Not right yet" in shown
    for name in ("toy/double", "toy/share"):
        asked = exercise.load(name, course / "autograder" / "exercises")
        assert asked.misconceptions[number - 1].sentence in shown


def test_each_exercise_is_told_once(graded):
    reports = page(graded, "mistake-01").select(".dnn-report")
    assert [report["aria-label"] for report in reports] == ["Verdict on toy/double", "Verdict on toy/share"]


def test_notices_and_verdicts_of_other_kinds_are_shown(graded):
    assert "the file is damaged or not complete" in page(graded, "broken").get_text()
    assert "This exercise was not judged" in page(graded, "broken").get_text()
    assert "Passed" in page(graded, "right").get_text()
    assert "Not attempted" in page(graded, "blank").get_text()
    assert "Your code raised an error" in page(graded, "crash").get_text()


def test_no_checks_source_and_no_solution_is_shown(graded, course):
    lines = set()
    for name in ("double", "share"):
        text = (course / "autograder" / "exercises" / "toy" / f"{name}.py").read_text()
        lines |= {line.strip() for line in text.splitlines() if line.startswith((" ", "@", "def check"))}
    lines -= {'"""Ones become twos."""', '"""Anything is doubled."""', '"""The share is right."""'}
    for student in ("right", "mistake-01", "blank", "crash"):
        shown = page(graded, student).get_text()
        answers = "\n".join(cell.get_text() for cell in page(graded, student).select(".nbgrader_cell"))
        assert not [line for line in lines if line in shown and line not in answers]


def test_pages_are_written_again_only_when_something_has_changed(copied):
    assert classroom.feedback(copied) == ()
    with gradebook(load(classroom.open_class(copied))) as book:
        book.find_comment("why", "toy", "toy", "right").manual_comment = "Well said."
        given = book.find_grade("why", "toy", "toy", "right")
        given.manual_score, given.needs_manual_grade = 3.5, False
        book.db.commit()
    assert classroom.feedback(copied) == (("right", "toy"),)
    shown = page(copied, "right").get_text()
    assert "Well said." in shown
    assert "Score: 6.5 / 7.0" in shown
    assert classroom.feedback(copied, students=["blank"], force=True) == (("blank", "toy"),)
    (copied / "feedback/blank/toy/toy.html").unlink()
    assert classroom.feedback(copied, ["toy"]) == (("blank", "toy"),)
