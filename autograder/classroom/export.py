"""Export grades: a CSV of assignments, as nbgrader's, and one of exercises, with verdicts and misconceptions."""

import csv
import io

from nbgrader.api import Student, SubmittedAssignment
from sqlalchemy import select

from . import config as settings
from . import penalties
from .layout import alone, open_class, write_file
from .results import results

GRADES = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)
EXERCISES = ("student", "assignment", "exercise", "points", "max", "verdict", "misconception", "flags")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a table takes a cell for that begins with it


@alone
def export(directory):
    """Write ``grades.csv`` and ``exercises.csv`` into a class directory.

    ``grades.csv`` has nbgrader's columns, a line for a student and assignment. ``exercises.csv`` has a line for a
    student and exercise, with the columns student, assignment, exercise, points, max, verdict, misconception and flags;
    points are empty as long as a person has to give them. A text that a table would take for a formula stands behind
    an apostrophe.

    Returns
    -------
    tuple of path
        The two files.
    """
    place = open_class(directory)
    grades, exercises = place.root / "grades.csv", place.root / "exercises.csv"
    config = settings.load(place)
    with settings.gradebook(config) as gradebook, settings.log_to(place.state / "export.log") as log:
        penalties.settle(gradebook, config, log)
        _write(grades, GRADES, _grades(gradebook))
    _write(exercises, EXERCISES, map(_exercise, results(place)))
    return grades, exercises


def _write(path, columns, rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_plain(value) for value in row] for row in rows)
    write_file(path, text.getvalue().encode("utf-8", "replace"))


def _plain(value):
    """Return what a cell holds: numbers as they are, text as text."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _exercise(result):
    points = "" if result.points is None else f"{result.points:g}"
    row = (result.student, result.topic, result.exercise, points, f"{result.possible:g}")
    return (*row, result.verdict, result.misconception, "; ".join(result.flags))


def _grades(gradebook):
    """Yield a line for each assignment and student, one who has handed nothing in too."""
    keys = (SubmittedAssignment.assignment_id, SubmittedAssignment.student_id)
    columns = (SubmittedAssignment.timestamp, SubmittedAssignment.score, SubmittedAssignment.late_submission_penalty)
    submitted = {(one, other): rest for one, other, *rest in gradebook.db.execute(select(*keys, *columns))}
    students = gradebook.db.scalars(select(Student).order_by(Student.last_name, Student.first_name, Student.id)).all()
    for assignment in gradebook.assignments:
        for student in students:
            timestamp, score, penalty = submitted.get((assignment.id, student.id), ("", 0.0, 0.0))
            about = (assignment.name, assignment.duedate, timestamp, student.id)
            named = (student.last_name, student.first_name, student.email)
            yield (*about, *named, score, penalty, max(0.0, score - penalty), assignment.max_score)
