"""Export grades: a CSV of assignments, like nbgrader's, and one of exercises, with verdicts and misconceptions."""

import csv
import io

from . import config as settings
from .aliases import aliases
from .board import COST, ERROR, boards
from .layout import alone, open_class, write_file
from .ledger import settle
from .results import results
from .standing import by_name, submitted

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
BOARD = ("exercise", "place", "student", ERROR, COST, "front", "baseline", "elsewhere", "baseline elsewhere")
# A cell that begins with one of these, also in full width, is a formula to a spreadsheet; one by itself is text.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@alone
def export(directory, *, board="aliases"):
    """Write ``grades.csv``, ``exercises.csv`` and, if there is a board, ``board.csv`` into a class directory.

    ``grades.csv`` has nbgrader's columns, and a line for each student and assignment. ``exercises.csv`` has a line for
    each student and exercise, with the columns student, assignment, exercise, points, max, verdict, misconception and
    flags; points are empty until a person has given them. Text that a spreadsheet would take for a formula gets a
    leading apostrophe. ``board.csv`` is for the class to see: for exercises in which right answers differ in how good
    they are, it has a line for each answer, lowest error first, with the cost, and "yes" in the column front if no
    other answer is as good for less; elsewhere is the error on inputs that differ from answer to answer.

    Parameters
    ----------
    board : str
        "aliases" or "names", for the board's student column.

    Returns
    -------
    tuple of path
        The files.
    """
    if board not in ("aliases", "names"):
        raise ValueError(f"board must be 'aliases' or 'names', got {board!r}")
    place = open_class(directory)
    grades, exercises = place.root / "grades.csv", place.root / "exercises.csv"
    config = settings.load(place)
    with settings.gradebook(config) as gradebook, settings.log_to(place.state / "export.log") as log:
        settle(place, gradebook, config, log)
        write_table(grades, GRADES, _grades(gradebook))
        students = [student.id for student in by_name(gradebook)]
    write_table(exercises, EXERCISES, map(_exercise, results(place)))
    compared = [each for one in boards(place).values() for each in one]
    names = aliases(place, {*students, *(each.student for each in compared)}) if board == "aliases" else {}
    rows = [_place(names.get(each.student, each.student), each) for each in compared]
    if not rows:
        return grades, exercises
    path = place.root / "board.csv"
    write_table(path, BOARD, rows)
    return grades, exercises, path


def write_table(path, columns, rows):
    """Write a CSV file in which no text is taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_plain(value) for value in row] for row in rows)
    write_file(path, text.getvalue().encode("utf-8", "replace"))


def _plain(value):
    """Return what a cell holds: numbers as they are, text as text."""
    if value is None:
        return ""
    is_formula = isinstance(value, str) and value.startswith(FORMULA) and len(value) > 1
    return f"'{value}" if is_formula else value


def _number(points):
    """Return points with all their digits, so that they add up to what other files say; whole ones without decimals."""
    return None if points is None else int(points) if points == int(points) else points


def _exercise(result):
    row = (result.student, result.topic, result.exercise, _number(result.points), _number(result.possible))
    return (*row, result.verdict, result.misconception, "; ".join(result.flags))


def _place(name, each):
    here, elsewhere = each.numbers, each.elsewhere
    row = (each.exercise, each.place, name, f"{here[ERROR]:.4g}", f"{here[COST]:.4g}", "yes" if each.front else "")
    others = (here.get("baseline"), elsewhere.get(ERROR), elsewhere.get("baseline"))
    return (*row, *("" if number is None else f"{number:.4g}" for number in others))


def _grades(gradebook):
    """Yield a line for each assignment and student, including those who have handed in nothing."""
    rows, students = submitted(gradebook), by_name(gradebook)
    for assignment in gradebook.assignments:
        for student in students:
            timestamp, score, penalty = rows.get((assignment.id, student.id), ("", 0.0, 0.0))
            about = (assignment.name, assignment.duedate, timestamp, student.id)
            named = (student.last_name, student.first_name, student.email)
            yield (*about, *named, score, penalty, max(0.0, score - penalty), assignment.max_score)
