"""The history of a grade has a line for each time that it moved, whatever was killed in between, and says why."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys

import pytest
from rich.console import Console

from autograder import classroom
from autograder.classroom import pin
from autograder.classroom.config import gradebook, load

QUIET = Console(quiet=True)
WRONG = {"double": "def double(a):\n    return a * a", "share": "share = 0.75"}
RIGHT = WRONG | {"double": "def double(a):\n    return 2 * a", "why": "It is so."}
PLUGIN = """
from nbgrader.plugins import BasePlugin


class Share(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score / 4
"""


def grade(directory, **options):
    return classroom.grade(directory, console=QUIET, **options)


def book(directory):
    return gradebook(load(classroom.open_class(directory)))


def last(directory, student="ann"):
    """Return the number of lines, and what moved the grade in the last one, why, and the score."""
    entries = classroom.history(directory, student)["toy"]
    return len(entries), entries[-1].by, entries[-1].why, entries[-1].score


def test_each_move_is_a_line_that_says_by_what_and_why(fresh, course, hand_in, tmp_path):
    (fresh / "share.py").write_text(PLUGIN)
    with open(fresh / "nbgrader_config.py", "a") as file:
        file.write('c.AssignLatePenalties.plugin_class = "share.Share"\n')
    path = hand_in(fresh, "ann", **WRONG)
    path.with_name("timestamp.txt").write_text("2026-01-01 11:59:00 UTC")
    hand_in(fresh, "ben", **WRONG)
    grade(fresh)
    assert last(fresh) == (1, "grading run", ("first hand-in",), 1.0)
    hand_in(fresh, "ann", **RIGHT)
    grade(fresh)
    assert last(fresh) == (2, "grading run", ("new hand-in",), 3.0)
    with book(fresh) as opened:
        given = opened.find_grade("why", "toy", "toy", "ann")
        given.manual_score, given.needs_manual_grade = 1.0, False
        opened.db.commit()
    classroom.export(fresh)
    assert last(fresh) == (3, "by hand", ("mark for why: none becomes 1",), 4.0)
    with book(fresh) as opened:
        opened.update_or_create_assignment("toy", duedate="2026-01-01 11:00:00 UTC")
    grade(fresh)
    why = "points taken off: 0 becomes 1, due 2026-01-01 11:00:00 UTC instead of at no time"
    assert last(fresh) == (4, "late penalty", (why,), 3.0)
    with book(fresh) as opened:
        opened.grant_extension("toy", "ann", hours=1)
    why = "points taken off: 1 becomes 0, due 2026-01-01 12:00:00 UTC instead of 2026-01-01 11:00:00 UTC"
    assert last(fresh) == (5, "late penalty", (why,), 4.0)
    path.with_name("timestamp.txt").write_text("2026-01-01 12:59:00 UTC")
    grade(fresh)
    why = "points taken off: 0 becomes 1, handed in 2026-01-01 12:59:00 UTC instead of 2026-01-01 11:59:00 UTC"
    assert last(fresh) == (6, "late penalty", (why,), 3.0), "another time is not a new hand-in"
    path.with_name("timestamp.txt").write_text("2026-01-01 11:59:00 UTC")
    grade(fresh)
    assert last(fresh)[0] == 7
    changed = shutil.copytree(course, tmp_path / "course")
    exercise = changed / "autograder/exercises/toy/double.py"
    exercise.write_text(exercise.read_text().replace("2 * a,", "3 * a,"))
    classroom.release(fresh, update=True, root=changed, console=QUIET)
    assert last(fresh)[0] == 7, "taking an update moves no grade yet"
    grade(fresh)
    assert last(fresh) == (8, "grading run", ("changed exercises",), 3.0)
    grade(fresh, force=True)
    assert last(fresh)[0] == 8, "the same grade again is not a move"

    entries = classroom.history(fresh, "ann", "toy")["toy"]
    assert [len({getattr(each, name) for each in entries}) for name in ("submission", "exercises")] == [2, 2]
    kept = fresh / "pinned" / "earlier" / "toy" / entries[0].exercises
    assert pin.digest(kept).startswith(entries[0].exercises)
    assert "2 * a," in (kept / "double.py").read_text()
    told = list(classroom.history_lines({"toy": entries}))
    assert told[0] == "toy:"
    assert len(told) == 1 + 8 + 5, "what was graded is named when it is something else"
    assert "changed exercises; double: 2 becomes 1" in told[-2]
    assert classroom.history(fresh, "ben")["toy"][0].handed_in is None


def test_the_last_line_is_the_grade_that_the_gradebook_has(copied):
    with book(copied) as opened:
        opened.find_grade("share", "toy", "toy", "blank").extra_credit = 0.25
        opened.db.commit()
    classroom.feedback(copied, console=QUIET)
    with book(copied) as opened:
        scores = {each["student"]: each["score"] for each in opened.submission_dicts("toy")}
    assert {student: last(copied, student)[-1] for student in scores} == scores
    assert last(copied, "blank") == (2, "by hand", ("extra credit for share: none becomes 0.25",), 0.25)


def test_what_was_graded_before_there_was_a_history_begins_one(copied):
    shutil.rmtree(copied / "history")
    assert last(copied, "right") == (1, "grading run", ("graded before its history was kept",), 3.0)


KILLED = """
import os, signal, sys
from autograder import classroom
from autograder.classroom import ledger, run

def killing(module, name, calls):
    original, left = getattr(module, name), [calls]
    def call(*arguments, **options):
        result = original(*arguments, **options)
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(module, name, call)

killing(run, "announce", 1) if sys.argv[2] == "announced" else None
killing(run, "record", 1) if sys.argv[2] == "recorded" else None
killing(ledger, "write_file", 2) if sys.argv[2] == "noted" else None  # the announcement, and the first of two lines
classroom.grade(sys.argv[1], workers=1)
"""


@pytest.mark.parametrize("moment", ["announced", "recorded", "noted"])
@pytest.mark.long
def test_a_kill_loses_no_line_and_doubles_none(fresh, hand_in, moment):
    for student in ("ann", "ben"):
        hand_in(fresh, student, **WRONG)
    grade(fresh)
    for student in ("ann", "ben"):
        hand_in(fresh, student, **RIGHT)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, fresh, moment], env=os.environ, stdout=subprocess.DEVNULL, check=False
    )
    assert done.returncode < 0
    handed_in = [last(fresh, student)[0] for student in ("ann", "ben")]
    assert handed_in == ([1, 1] if moment == "announced" else [2, 2]), "any command notes what was recorded"
    if moment != "announced":
        assert [last(fresh, student)[2] for student in ("ann", "ben")] == [("new hand-in",)] * 2
    grade(fresh)
    for student in ("ann", "ben"):
        first, second = classroom.history(fresh, student)["toy"]
        assert (first.why, second.why) == (("first hand-in",), ("new hand-in",))
        assert first.submission != second.submission
        assert (first.score, second.score) == (1.0, 3.0)
    assert not (fresh / ".autograder" / "announced.json").exists()


def test_a_trial_of_an_update_writes_no_history(copied, course, tmp_path):
    changed = shutil.copytree(course, tmp_path / "course")
    exercise = changed / "autograder/exercises/toy/double.py"
    exercise.write_text(exercise.read_text().replace("2 * a,", "3 * a,"))
    before = {path: path.read_bytes() for path in (copied / "history").rglob("*.jsonl")}
    classroom.release(copied, update=True, root=changed, console=QUIET)
    assert {path: path.read_bytes() for path in (copied / "history").rglob("*.jsonl")} == before


@pytest.mark.parametrize("student", ["nobody", "..", "right/../right"])
def test_who_has_no_grade_has_no_history(copied, student):
    with pytest.raises(classroom.ClassError, match=r"there is no grade for .* in .*; to grade: autograder grade"):
        classroom.history(copied, student)
    with pytest.raises(classroom.ClassError, match="there is no grade for 'right' in 'toys'"):
        classroom.history(copied, "right", "toys")
    with pytest.raises(classroom.ClassError, match=r"there is no grade for 'Rihgt' in .*; did you mean 'right'\?"):
        classroom.history(copied, "Rihgt")


def test_a_line_that_was_changed_is_named(copied):
    path = copied / "history" / "right" / "toy.jsonl"
    entry = json.loads(path.read_text())
    assert set(entry) == {each.name for each in dataclasses.fields(classroom.Entry)}
    path.write_text(path.read_text() + "nonsense\n")
    with pytest.raises(classroom.ClassError, match=r"toy.jsonl, line 2: not as grading writes it"):
        classroom.export(copied)
