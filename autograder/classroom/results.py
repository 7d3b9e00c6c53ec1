"""What the gradebook and the graded notebooks say together: points, verdict and misconception of each exercise."""

import json
from collections import defaultdict
from dataclasses import dataclass

import nbformat
from nbgrader.api import Assignment, Grade, GradeCell, SubmittedAssignment
from rich.table import Table
from sqlalchemy import select

from ..judge.show import JSON
from . import config as settings
from . import penalties, pin, strays
from .rows import of_submissions

BY_HAND, GRADED_BY_HAND, NOT_JUDGED = "to be graded by hand", "graded by hand", "not judged"
AGAIN = "graded by hand, but changed since"
NOT_ATTEMPTED = "not attempted"


@dataclass(frozen=True)
class Result:
    """One student's result in one exercise; `points` is None as long as a person still has to grade it.

    `flags` are sentences for the instructor alone (see `flags`); they cost no points.
    """

    student: str
    topic: str
    exercise: str
    points: float | None
    possible: float
    verdict: str
    misconception: str
    flags: tuple[str, ...] = ()


def results(place, topics=()) -> tuple[Result, ...]:
    """Return the result of every exercise of every graded submission, by topic, student and place in the notebook.

    With `topics`, only theirs; then no other topic's release has to be there.
    """
    with settings.gradebook(settings.load(place)) as gradebook:
        rows = [row for row in _rows(gradebook) if not topics or row[1] in topics]
    rank = pin.rank(place)
    places = {topic: _exercises(place, topic) for topic in {row[1] for row in rows}}
    rows.sort(key=lambda row: (rank(row[1]), row[0], places[row[1]].index(row[2])))
    reports, flagged, found = {}, {}, []
    for student, topic, name, kind, score, possible, manual, pending in rows:
        if (student, topic) not in reports:
            reports[student, topic] = _reports(place, student, topic)
            flagged[student, topic] = record_of(place, student, topic).get("flags", {})
        report = reports[student, topic].get(name, {})
        if kind == "code":
            verdict = str(report.get("verdict", NOT_JUDGED))
        elif pending:
            verdict = BY_HAND if manual is None else AGAIN
        else:
            verdict = NOT_ATTEMPTED if manual is None else GRADED_BY_HAND
        points = None if verdict == BY_HAND else score
        misconception = str(report.get("misconception", ""))
        exercise = f"{topic}/{name}"
        said = flagged[student, topic].get(exercise, ())
        found.append(Result(student, topic, exercise, points, possible, verdict, misconception, tuple(said)))
    return tuple(found)


def waiting(place) -> set[tuple[str, str]]:
    """Return (student, exercise) of each answer that a person still has to look at, whatever points it has."""
    with settings.gradebook(settings.load(place)) as gradebook:
        return {(row[0], f"{row[1]}/{row[2]}") for row in _rows(gradebook) if row[-1]}


def _exercises(place, topic):
    """Return a topic's exercises in the order of its notebook; in the gradebook they have none."""
    return strays.exercises(nbformat.read(place.released(topic), as_version=4))


def _rows(gradebook):
    """Return (student, topic, exercise, kind of cell, score, possible, manual score, needs a person) of all grades."""
    cell = (GradeCell.name, GradeCell.cell_type, Grade.score, GradeCell.max_score)
    columns = (SubmittedAssignment.student_id, Assignment.name, *cell, Grade.manual_score, Grade.needs_manual_grade)
    query = of_submissions(select(*columns).select_from(Grade), Grade)
    return gradebook.db.execute(query.join(GradeCell, GradeCell.id == Grade.cell_id)).all()


def record_of(place, student, topic):
    """Return the record that explains a grade, empty for what nbgrader itself has graded."""
    try:
        return json.loads(place.step("records", student, f"{topic}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _reports(place, student, topic):
    """Return the judge's reports in a graded notebook, by the name of the exercise."""
    try:
        notebook = json.loads(place.step("autograded", student, topic, f"{topic}.ipynb").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    found = {}
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            report = output.get("data", {}).get(JSON)
            if isinstance(report, dict) and cell["metadata"]["nbgrader"]["grade"]:
                found[cell["metadata"]["nbgrader"]["grade_id"]] = report
    return found


def table(place) -> tuple[Table, list[str]]:
    """Return the class's grades as a table for the terminal, and what there is to say about it, line by line.

    It has a row for each student and a column for each assignment.
    """
    scores = defaultdict(lambda: [0.0, 0.0])  # points given, and points that a person still has to give
    possible = defaultdict(dict)
    for result in results(place):
        score = scores[result.student, result.topic]
        score[0] += result.points or 0.0
        score[1] += result.possible if result.points is None else 0.0
        possible[result.topic][result.exercise] = result.possible
    with settings.gradebook(settings.load(place)) as gradebook:
        taken_off = penalties.by_submission(gradebook)
    for key, penalty in taken_off.items():
        scores[key][0] -= penalty
    shown = Table("student", title="Grades")
    for topic, exercises in possible.items():
        shown.add_column(f"{topic}\nof {sum(exercises.values()):g}", justify="right")
    if len(possible) > 1:
        shown.add_column("all", justify="right")
    for student in sorted({student for student, _ in scores}):
        own = [scores.get((student, topic)) for topic in possible]
        total = [[sum(score[i] for score in own if score) for i in range(2)]] if len(possible) > 1 else []
        shown.add_row(student, *(_shown(score) for score in (*own, *total)))
    told = []
    if any(waiting for _, waiting in scores.values()):
        told.append(f"+ n: points that a person still has to give; to mark: autograder mark {place.root}")
    if any(taken_off.values()):
        told.append("Late penalties are taken off.")
    return shown, told


def _shown(score):
    if score is None:
        return "–"
    points, by_hand = score
    return f"{points:.2f}" + (f" + {by_hand:g}" if by_hand else "")
