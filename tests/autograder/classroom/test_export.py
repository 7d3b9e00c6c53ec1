"""The exported grades are the gradebook's, by assignment and by exercise."""

import csv

import pytest
from rich.console import Console

from autograder import classroom
from autograder.classroom.config import gradebook, load


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_grades_are_nbgraders(graded):
    with gradebook(load(classroom.open_class(graded))) as book:
        scores = {each["student"]: each["score"] for each in book.submission_dicts("toy")}
    assert {row["student_id"]: float(row["score"]) for row in rows(graded / "grades.csv")} == scores
    assert {row["max_score"] for row in rows(graded / "grades.csv")} == {"7.0"}


def test_exercises_add_up_to_the_grades(graded):
    found = rows(graded / "exercises.csv")
    assert list(found[0]) == ["student", "assignment", "exercise", "points", "max", "verdict", "misconception", "flags"]
    for grade in rows(graded / "grades.csv"):
        own = [row for row in found if row["student"] == grade["student_id"]]
        assert sum(float(row["points"] or 0) for row in own) == float(grade["score"])
        assert sum(float(row["max"]) for row in own) == float(grade["max_score"])


def test_verdicts_and_misconceptions_are_there(graded):
    found = {(row["student"], row["exercise"]): row for row in rows(graded / "exercises.csv")}
    assert found["right", "toy/double"]["verdict"] == "passed"
    assert found["crash", "toy/double"]["verdict"] == "crashed"
    assert found["mistake-02", "toy/double"]["misconception"] == "One is added."
    assert found["broken", "toy/double"]["verdict"] == "not judged"
    assert found["blank", "toy/share"]["verdict"] == "not attempted"


def test_an_answer_that_names_the_reference_is_pointed_out(fresh, hand_in):
    hand_in(fresh, "reader", double="from dnnkit.network import double\ndef double(a):\n    return 2 * a")
    hand_in(fresh, "writer", double="def double(a):\n    return a + a")
    classroom.grade(fresh, console=Console(quiet=True), isolation="none")
    _, exercises = classroom.export(fresh)
    said = {(row["student"], row["exercise"]): row["flags"] for row in rows(exercises)}
    assert said["reader", "toy/double"].split("; ") == [
        "names the reference that was asked for",
        "its cell does not run here (ImportError in line 1)",  # there is no such name to import
        "a person will look at it.",
    ]
    assert said["writer", "toy/double"] == ""


def test_free_text_waits_for_a_person(graded, copied):
    found = {(row["student"], row["exercise"]): row for row in rows(graded / "exercises.csv")}
    assert found["right", "toy/why"]["points"] == ""
    assert found["right", "toy/why"]["verdict"] == "to be graded by hand"
    assert found["blank", "toy/why"]["verdict"] == "not attempted"
    with gradebook(load(classroom.open_class(copied))) as book:
        given = book.find_grade("why", "toy", "toy", "right")
        given.manual_score, given.needs_manual_grade = 2.5, False
        book.db.commit()
    _, exercises = classroom.export(copied)
    found = {(row["student"], row["exercise"]): row for row in rows(exercises)}
    assert found["right", "toy/why"]["points"] == "2.5"
    assert found["right", "toy/why"]["verdict"] == "graded by hand"


def test_names_that_hold_commas_quotes_and_formulas_stay_in_their_cells(copied):
    names = ("=cmd|' /C calc'!A0", "@here", "-1+1", "+1", 'a, "b"\nc', "O'Neill")
    students = ("right", "crash", "broken", "missing", "blank", "mistake-01")
    with gradebook(load(classroom.open_class(copied))) as book:
        for student, name in zip(students, names):
            found = book.find_student(student)
            found.first_name = found.last_name = found.email = name
        book.db.commit()
    grades, _ = classroom.export(copied)
    found = {row["student_id"]: row for row in rows(grades)}
    assert len(found) == 11
    told = [f"'{name}" if number < 4 else name for number, name in enumerate(names)]
    assert [found[student]["first_name"] for student in students] == told
    assert not [cell for row in found.values() for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    assert found["right"]["score"] == "3.0"


def test_the_rows_are_those_of_nbgraders_own_export(graded, copied, nbgrader):
    done = nbgrader(copied, "export", "--to", "theirs.csv")
    assert done.returncode == 0, done.stderr
    ours, theirs = rows(graded / "grades.csv"), rows(copied / "theirs.csv")
    assert sorted(ours, key=str) == sorted(theirs, key=str)


def test_points_stand_there_with_all_their_digits_and_as_numbers(copied):
    for points in (1 / 3, -2.0):
        with gradebook(load(classroom.open_class(copied))) as book:
            grade = book.find_grade("why", "toy", "toy", "right")
            grade.manual_score, grade.needs_manual_grade = points, False
            book.db.commit()
        grades, exercises = classroom.export(copied)
        (total,) = [float(row["raw_score"]) for row in rows(grades) if row["student_id"] == "right"]
        own = [float(row["points"]) for row in rows(exercises) if row["student"] == "right"]
        assert own == [2.0, 1.0, points]
        assert sum(own) == pytest.approx(total, abs=1e-12)
