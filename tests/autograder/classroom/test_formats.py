"""What other systems read about a class: scores if there are any, nothing if there are none, and safe cells."""

import csv
import json
from datetime import datetime, timedelta

import jsonschema
import pytest
from rich.console import Console

from autograder import classroom
from autograder.classroom.config import gradebook, load
from autograder.commands.parsers import FORMATS

QUIET = Console(quiet=True)
NAMES = ("=cmd|' /C calc'!A0", "@here", "\uff1d1+1", "\n=1", 'Smith, "Jr."', "O'Neill", "Łukasz 李")

# By Gradescope's specification of results.json.
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
TEST = {
    "type": "object",
    "required": ["name", "number", "output", "visibility"],
    "additionalProperties": False,
    "properties": {
        "score": {"type": "number"},
        "max_score": {"type": "number"},
        "status": {"enum": ["passed", "failed"]},
        "name": {"type": "string"},
        "name_format": FORMAT,
        "number": {"type": "string"},
        "output": {"type": "string"},
        "output_format": FORMAT,
        "tags": {"type": "array", "items": {"type": "string"}},
        "visibility": VISIBILITY,
        "extra_data": {"type": "object"},
    },
}
RESULTS = {
    "type": "object",
    "required": ["score", "tests"],
    "additionalProperties": False,
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "output_format": FORMAT,
        "test_output_format": FORMAT,
        "test_name_format": FORMAT,
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"},
        "tests": {"type": "array", "items": TEST},
        "leaderboard": {"type": "array"},
    },
}


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def mark(directory, student, points):
    """Give a student's free text points, as a person does in nbgrader's formgrader."""
    with gradebook(load(classroom.open_class(directory))) as book:
        given = book.find_grade("why", "toy", "toy", student)
        given.manual_score, given.needs_manual_grade = points, False
        book.db.commit()


@pytest.fixture
def term(copied):
    """A class with a marked text, a student who handed in nothing, awkward names, and a late student."""
    roster = classroom.open_class(copied).roster_file
    with roster.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(["absent", "Ada", "Away", "ada@example.org"])
    classroom.grade(copied, console=QUIET, isolation="none")
    mark(copied, "right", 2.5)
    mark(copied, "crash", 0.0)
    with gradebook(load(classroom.open_class(copied))) as book:
        book.find_assignment("toy").duedate = datetime(2030, 1, 1)
        book.find_submission("toy", "right").timestamp = datetime(2030, 1, 1) + timedelta(hours=2)
        for student, name in zip(("right", "crash", "broken", "blank", "mistake-01", "missing", "duplicate"), NAMES):
            found = book.find_student(student)
            found.first_name = found.last_name = name
        book.db.commit()
    return copied


def totals(directory):
    """nbgrader's own totals and what it still waits for, by student."""
    with gradebook(load(classroom.open_class(directory))) as book:
        return {each["student"]: (each["score"], each["needs_manual_grade"]) for each in book.submission_dicts("toy")}


def expected(directory):
    """What may be reported as a student's score: nbgrader's, unless it awaits marks or the folder was empty."""
    waiting = {result.student for result in classroom.results(classroom.open_class(directory)) if result.points is None}
    known = totals(directory)
    nothing = {"missing", "absent"}
    return {who: "" if who in waiting | nothing else f"{score:g}" for who, (score, _) in known.items()} | {"absent": ""}


def test_the_commands_formats_are_the_classs():
    assert tuple(classroom.FORMATS) == FORMATS


def test_canvas_finds_its_header_its_students_and_the_points(term):
    (path,) = classroom.FORMATS["canvas"](term)
    header, points, *students = rows(path)
    # What Canvas's import requires of a header: the first two by name, the ids in these places, Section last.
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "toy"]
    assert "Points Possible" in points[0]
    assert points[-1] == "7"
    assert {row[2]: row[5] for row in students} == expected(term)
    assert {row[2]: row[5] for row in students}["right"] == "5.5"
    assert all(row[2] == row[3] and not row[1] and not row[4] for row in students)


def test_canvas_gets_its_own_numbers_where_the_roster_has_them(term):
    roster = classroom.open_class(term).roster_file
    lines = [f"{row[2]},1{number}" for number, row in enumerate(rows(classroom.FORMATS["canvas"](term)[0])[2:])]
    roster.write_text("\n".join(["id,lms_user_id", *lines[:-1]]))
    (path,) = classroom.FORMATS["canvas"](term)
    assert {f"{row[2]},{row[1]}" for row in rows(path)[2:]} == {*lines[:-1], f"{lines[-1].split(',')[0]},"}


def test_what_has_no_score_is_counted_by_why(term):
    nothing = [who for who, score in expected(term).items() if not score]
    counts = classroom.without_score(term)
    assert set(counts) == {"missing", "waits for marks"}
    assert sum(int(each.removesuffix(" in toy")) for each in counts.values()) == len(nothing)


def test_moodle_gets_a_dash_where_there_is_no_grade(term):
    (path,) = classroom.FORMATS["moodle"](term)
    header, *students = rows(path)
    assert header == ["First name", "Last name", "ID number", "Email address", "Assignment: toy (Real)"]
    assert {row[2]: row[4] for row in students} == {who: score or "-" for who, score in expected(term).items()}
    assert ["Ada", "Away", "absent", "ada@example.org", "-"] in students


@pytest.mark.parametrize("system", ["canvas", "moodle"])
def test_no_cell_is_a_formula_and_every_name_stays_in_its_cell(term, system):
    (path,) = classroom.FORMATS[system](term)
    found = rows(path)
    assert {len(row) for row in found} == {len(found[0])}
    risky = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
    assert not [cell for row in found for cell in row if cell.startswith(risky) and cell != "-"]
    shown = "\0".join(cell for row in found for cell in row)
    assert all(name in shown for name in NAMES)


def test_a_score_that_waits_for_a_mark_comes_with_the_mark(term):
    waits = next(who for who, score in expected(term).items() if not score and who.startswith("mistake"))
    assert [row for row in rows(classroom.FORMATS["canvas"](term)[0]) if waits in row][0][5] == ""
    mark(term, waits, 1.0)
    told = [row for row in rows(classroom.FORMATS["canvas"](term)[0]) if waits in row][0][5]
    assert float(told) == totals(term)[waits][0] > 0


def test_a_penalty_is_taken_off(term):
    config = term / "nbgrader_config.py"
    late = "from nbgrader.plugins import BasePlugin\nclass Off(BasePlugin):\n"
    late += "    def late_submission_penalty(self, student_id, score, seconds):\n        return 1.5\n"
    config.write_text(f"{config.read_text()}\n{late}\nc.AssignLatePenalties.plugin_class = Off\n")
    told = {row[2]: row[5] for row in rows(classroom.FORMATS["canvas"](term)[0])}
    assert told["right"] == "4"
    (folder,) = classroom.FORMATS["gradescope"](term)
    results = json.loads((folder / "right" / "toy" / "results.json").read_text())
    assert results["score"] == 4.0
    assert "1.5 points are taken off" in results["output"]


def test_gradescopes_results_are_by_its_specification(term):
    (folder,) = classroom.FORMATS["gradescope"](term)
    found = {path.parts[-3]: json.loads(path.read_text()) for path in folder.glob("*/toy/results.json")}
    assert found.keys() == totals(term).keys() - {"missing"}
    for student, results in found.items():
        jsonschema.validate(results, RESULTS)
        assert results["score"] == totals(term)[student][0]
        assert sum(test.get("score", 0.0) for test in results["tests"]) == pytest.approx(results["score"])
    waits = [test for test in found["mistake-01"]["tests"] if test["name"] == "toy/why"]
    assert "score" not in waits[0]
    assert "4 points have yet to be given by a person" in found["mistake-01"]["output"]
    assert "cannot be read" in found["broken"]["output"]


def test_gradescope_is_told_of_a_hidden_check_what_feedback_tells(term):
    (folder,) = classroom.FORMATS["gradescope"](term)
    results = json.loads((folder / "mistake-01" / "toy" / "results.json").read_text())
    (test,) = [test for test in results["tests"] if test["name"] == "toy/double"]
    assert "✗ Anything is doubled.\n      every entry must be doubled" in test["output"]
    after = test["output"].split("Anything is doubled.")[1]
    assert not any(label in after for label in ("Went in", "Came out", "Should have come out"))


def test_what_gradescope_was_told_before_is_gone(term):
    (folder,) = classroom.FORMATS["gradescope"](term)
    (folder / "gone" / "toy").mkdir(parents=True)
    classroom.FORMATS["gradescope"](term)
    assert not (folder / "gone").exists()


def test_json_has_what_both_tables_have(term):
    (path,) = classroom.FORMATS["json"](term)
    told = json.loads(path.read_text(encoding="utf-8"))
    grades, exercises = classroom.export(term)
    with grades.open(encoding="utf-8", newline="") as file:
        table = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {each["student"] for each in told["grades"]} == table.keys()
    for each in told["grades"]:
        row = table[each["student"]]
        assert float(row["score"]) == (each["score"] or 0.0)
        assert float(row["raw_score"]) == (each["raw"] or 0.0)
        assert float(row["max_score"]) == each["possible"]
    states = {each["student"]: each["state"] for each in told["grades"]}
    assert states["absent"] == states["missing"] == "missing"
    assert states["mistake-01"] == "waits for marks"
    assert states["right"] == states["broken"] == "graded"
    right = next(each for each in told["grades"] if each["student"] == "right")
    assert (right["late"], right["handed_in"], right["first_name"]) == (7200, "2030-01-01T02:00:00Z", NAMES[0])
    with exercises.open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    assert len(listed) == len(told["exercises"])
    for row, each in zip(listed, told["exercises"]):
        assert (row["student"], row["exercise"], row["verdict"]) == (each["student"], each["exercise"], each["verdict"])
        assert row["misconception"] == each["misconception"]
        assert row["points"] == ("" if each["points"] is None else f"{each['points']:g}")
    checks = {(each["student"], each["exercise"]): each["checks"] for each in told["exercises"]}
    assert checks["crash", "toy/double"] == {"check_ones": "crashed", "check_any": "crashed"}
    assert checks["right", "toy/double"] == {"check_ones": "passed", "check_any": "passed"}
