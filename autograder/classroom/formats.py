"""Export grades in the formats of other systems: Canvas, Moodle and Gradescope, and all that is known in one JSON file.

A score is written only if there is one. A student who has handed in nothing, is not graded yet, or waits for a person's
mark has none, which is not the same as 0: the cell is empty, or "-" for Moodle. For Gradescope, the first two have no
results.json, and the third has one without the points that are still to come.
"""

import json
from collections import defaultdict
from dataclasses import asdict

from ..judge import show
from ..judge.report import Report
from . import config as settings
from . import pin, roster
from .deadlines import deadlines
from .disclosure import notes, withheld
from .export import export, write_table
from .layout import alone, open_class, replace_folder, scratch, write_file
from .results import BY_HAND, record_of, results
from .standing import GRADED, WAITING, standings

CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
CANVAS_POINTS = "    Points Possible"
MOODLE = ("First name", "Last name", "ID number", "Email address")
NO_GRADE = "-"  # as Moodle's own export has it; an empty cell of a new grade item would become a grade


@alone
def canvas(directory):
    """Write ``canvas.csv``, which Canvas's gradebook imports: a column for each assignment, and the points possible.

    Canvas knows a student by "ID", its own number, if the roster has that; and by "SIS User ID" or "SIS Login ID": the
    class's id is written to both, and may be either in Canvas.
    An assignment with the same title is filled in; a new title makes a new one. An empty cell is no grade.
    """
    place = open_class(directory)
    topics, students = _grid(_standings(place))
    points = [_number(topics[topic]) for topic in topics]
    numbers = {student: fields.get("lms_user_id", "") for student, fields in roster.read(place).items()}
    lines = [(CANVAS_POINTS, "", "", "", "", *points)]
    for student, own in students.items():
        name = next(iter(own.values())).name
        scores = [_number(own[topic].final) for topic in topics]
        lines.append((name, numbers.get(student, ""), student, student, "", *scores))
    return _table(place.root / "canvas.csv", (*CANVAS, *topics), lines)


@alone
def moodle(directory):
    """Write ``moodle.csv``, which Moodle's gradebook imports: a column for each assignment, headed as in its export.

    On import, Moodle finds a student by "ID number" (the class's id) or "Email address".
    """
    place = open_class(directory)
    topics, students = _grid(_standings(place))
    lines = []
    for student, own in students.items():
        one = next(iter(own.values()))
        scores = [_number(own[topic].final) or NO_GRADE for topic in topics]
        lines.append((one.first_name, one.last_name, student, one.email, *scores))
    columns = (*MOODLE, *(f"Assignment: {topic} (Real)" for topic in topics))
    return _table(place.root / "moodle.csv", columns, lines)


@alone
def gradescope(directory):
    """Write ``gradescope/<student>/<topic>/results.json`` for each graded submission, as Gradescope's autograders do.

    Each exercise is a test, whose output is what the student's feedback says about it. For a hidden check that is its
    title and a sentence, and never its inputs.
    """
    place = open_class(directory)
    found = defaultdict(list)
    for result in (listed := results(place)):
        found[result.student, result.topic].append(result)
    with scratch(place) as folder:
        made = folder / "gradescope"
        made.mkdir()
        note = _notes(place)
        for standing in _standings(place, listed):
            if standing.state in (GRADED, WAITING):
                own = found[standing.student, standing.topic]
                told = _gradescope(place, standing, own, note(standing.student, standing.topic))
                _write_json(made / standing.student / standing.topic / "results.json", told)
        replace_folder(made, place.root / "gradescope")
    return (place.root / "gradescope",)


@alone
def as_json(directory):
    """Write ``grades.json``: all of ``grades.csv`` and ``exercises.csv``, with the state of each submission and check.

    What is not known is null, times are in UTC, and texts are left as they are.
    """
    place = open_class(directory)
    listed = results(place)
    grades = [asdict(standing) | {"final": standing.final} for standing in _standings(place, listed)]
    exercises = []
    for result in listed:
        report = record_of(place, result.student, result.topic).get("exercises", {}).get(result.exercise, {})
        checks = {finding["check"]: finding["verdict"] for finding in report.get("findings", ())}
        exercises.append(asdict(result) | {"checks": checks})
    return _write_json(place.root / "grades.json", {"class": pin.read(place), "grades": grades, "exercises": exercises})


FORMATS = {"csv": export, "canvas": canvas, "moodle": moodle, "gradescope": gradescope, "json": as_json}


def _standings(place, found=None):
    with settings.log_to(place.state / "export.log") as log:
        return standings(place, log, found)


def _grid(found):
    """Return the possible points by topic, and for each student a dictionary from topic to standing."""
    topics, students = {}, defaultdict(dict)
    for standing in found:
        topics[standing.topic] = standing.possible
        students[standing.student][standing.topic] = standing
    return topics, students


def _notes(place):
    config = settings.load(place)
    with settings.gradebook(config) as gradebook:
        return notes(config, deadlines(gradebook))


def _gradescope(place, standing, found, note):
    record = record_of(place, standing.student, standing.topic)
    words = list(record.get("notices", ()))
    if standing.waiting:
        words.append(f"{_number(standing.waiting)} points have yet to be given by a person, and are not in the score.")
    if standing.penalty:
        words.append(f"{_number(standing.penalty)} points are taken off for handing in late.")
    reports = {exercise: Report.of(told) for exercise, told in record.get("exercises", {}).items()}
    if note:
        reports = {each: withheld(told, note, place.exercises) for each, told in reports.items()}
    tests = [_test(number, result, reports.get(result.exercise)) for number, result in enumerate(found, start=1)]
    return {
        "score": standing.score,
        "output": "\n".join(words),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {"student": standing.student, "state": standing.state, "waiting": standing.waiting},
    }


def _test(number, result, report):
    told = {
        "name": result.exercise,
        "number": str(number),
        "output": result.verdict,
        "output_format": "text",
        "visibility": "visible",
        "tags": [result.verdict],
    }
    if report is not None and result.verdict != BY_HAND:
        told["output"] = show.text(report)
    if result.points is None:
        return told
    status = "passed" if result.points >= result.possible else "failed"
    return told | {"score": result.points, "max_score": result.possible, "status": status}


def _number(value):
    """Return a number in a form that all these systems read, and nothing for None."""
    return "" if value is None else f"{round(value, 4):.10g}"


def _table(path, columns, lines):
    write_table(path, columns, lines)
    return (path,)


def _write_json(path, value):
    text = json.dumps(value, indent=1, default=lambda time: f"{time.isoformat()}Z")
    write_file(path, f"{text}\n".encode())
    return (path,)
