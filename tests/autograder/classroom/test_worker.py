"""A submission pays for its judge's resources: it dies alone, and what was judged before is kept."""

import contextlib
import json
import os
import re
import signal
import time
from pathlib import Path

import nbformat
import numpy as np
import pytest
from rich.console import Console

from autograder import classroom
from autograder.classroom import apart, judging, pool, worker, writing
from autograder.classroom.config import gradebook, load
from autograder.classroom.flags import NOT_COMPARED
from autograder.judge import diagnose
from autograder.judge.verdict import TOO_COSTLY
from autograder.sandbox import client, run

QUIET = Console(quiet=True)
WRONG = "def double(a):\n    return a"
PRINTS = nbformat.v4.new_code_cell("print('it' + ' ran')")
RIGHT = {"double": "def double(a):\n    return 2 * a", "share": "share = 0.75"}


def fill():
    np.ones(2**38)


def be_killed():
    os.kill(os.getpid(), signal.SIGKILL)


def of(directory, student):
    """Return (points, verdict) by exercise."""
    found = classroom.results(classroom.open_class(directory))
    return {each.exercise.split("/")[1]: (each.points, each.verdict) for each in found if each.student == student}


@pytest.fixture
def class_of_three(fresh, hand_in, forked):
    for student in ("a", "b", "c"):
        hand_in(fresh, student, **RIGHT)
    return fresh


def at(monkeypatch, owner, name, student, act, when=lambda *args, **options: True):
    """Have the judge of a student's submission do something instead of calling a function, if `when` says so."""
    function, judge = getattr(owner, name), judging.judge_submission

    def acts(*args, **options):
        return act() if when(*args, **options) else function(*args, **options)

    def judge_submission(server, request, tell):
        setattr(owner, name, acts if request.job.student == student else function)
        return judge(server, request, tell)

    monkeypatch.setattr(pool, "judge_submission", judge_submission)


@pytest.mark.parametrize(("act", "reason"), [(fill, "memory"), (be_killed, "signal 9")])
def test_where_judging_an_answer_takes_too_much_that_answer_alone_is_lost(class_of_three, monkeypatch, act, reason):
    at(monkeypatch, run, "_judge", "b", act, lambda exercise, *args: exercise.name == "double")
    done = classroom.grade(class_of_three, console=QUIET)
    assert (len(done.graded), done.warnings) == (3, ())
    assert of(class_of_three, "b") | {"why": None} == {
        "double": (0.0, TOO_COSTLY),
        "share": (1.0, "passed"),
        "why": None,
    }
    for other in ("a", "c"):
        assert of(class_of_three, other)["double"] == (2.0, "passed")
    record = json.loads((class_of_three / "records" / "b" / "toy.json").read_text())
    assert f"({reason})" in record["exercises"]["toy/double"]["findings"][0]["sentence"]


def test_a_judge_that_somebody_kills_once_costs_nothing(class_of_three, monkeypatch, tmp_path):
    def first(exercise, *args):
        if exercise.name != "double" or (tmp_path / "killed").exists():
            return False
        (tmp_path / "killed").touch()
        return True

    at(monkeypatch, run, "_judge", "b", be_killed, first)
    done = classroom.grade(class_of_three, console=QUIET)
    assert (len(done.graded), done.warnings) == (3, ())
    assert of(class_of_three, "b")["double"] == (2.0, "passed")


def test_where_a_cell_takes_too_much_of_the_judge_nothing_more_is_run(class_of_three, monkeypatch):
    at(monkeypatch, run, "size", "b", fill)
    classroom.grade(class_of_three, console=QUIET)
    assert of(class_of_three, "b")["double"] == (0.0, TOO_COSTLY)
    assert of(class_of_three, "c")["double"] == (2.0, "passed")


def test_where_writing_takes_too_much_the_points_stand_and_outputs_are_not_shown(class_of_three, monkeypatch):
    at(monkeypatch, writing.sanitize, "outputs", "b", fill)
    done = classroom.grade(class_of_three, console=QUIET)
    assert of(class_of_three, "b")["double"] == (2.0, "passed")
    assert done.notices[("b", "toy")] == (judging.NOT_SHOWN,)
    record = json.loads((class_of_three / "records" / "b" / "toy.json").read_text())
    assert record["flags"]["toy/double"] == [NOT_COMPARED]


def test_where_reading_takes_too_much_that_is_told_and_nothing_is_graded(class_of_three, monkeypatch):
    at(monkeypatch, judging, "rebuild", "b", fill)
    done = classroom.grade(class_of_three, console=QUIET)
    assert of(class_of_three, "b")["double"] == (0.0, "not judged")
    assert done.notices[("b", "toy")] == (judging.TOO_MUCH.format("memory"),)
    assert of(class_of_three, "c")["double"] == (2.0, "passed")


def test_time_is_limited_as_well(class_of_three, monkeypatch):
    monkeypatch.setattr(run.Times, "whole", 4.0)
    monkeypatch.setattr(worker, "TO_WRITE", 2.0)
    at(monkeypatch, writing.sanitize, "outputs", "b", lambda: time.sleep(60))
    with open(class_of_three / "nbgrader_config.py", "a") as file:
        file.write("c.Execute.timeout = 2\n")
    began = time.monotonic()
    classroom.grade(class_of_three, console=QUIET)
    assert time.monotonic() - began < 40
    assert of(class_of_three, "b")["double"] == (2.0, "passed")


SLOW = "import time\ntime.sleep(0.5)\n\ndef double(a):\n    time.sleep(1.9)\n    return 2 * a"


def allow(directory, monkeypatch, cell, whole):
    monkeypatch.setattr(run.Times, "whole", whole)
    with open(directory / "nbgrader_config.py", "a") as file:
        file.write(f"c.Execute.timeout = {cell}\n")


def test_an_answer_that_is_slow_in_each_call_leaves_the_others_their_time(fresh, hand_in, forked, monkeypatch):
    allow(fresh, monkeypatch, cell=2, whole=4.0)
    hand_in(fresh, "a", **RIGHT | {"double": SLOW})
    classroom.grade(fresh, console=QUIET)
    assert of(fresh, "a")["double"] == (0.0, "timed out")
    assert of(fresh, "a")["share"] == (1.0, "passed")


RIGHT_SLOWLY = SLOW.replace("1.9", "1.1")


@pytest.mark.parametrize(
    ("double", "why"),
    [
        (RIGHT_SLOWLY, run.SLOW.format(1)),
        (RIGHT_SLOWLY.replace("2 * a", "3 * a"), ""),
        ("def double(a):\n    while True: pass", ""),
        ("import os\ndef double(a):\n    os._exit(1)", ""),
    ],
    ids=["right until then", "wrong", "never ends", "dies"],
)
def test_an_answer_that_may_be_right_and_only_slow_is_a_persons_to_judge(
    fresh, hand_in, forked, monkeypatch, double, why
):
    """It is reported at the end of grading and to the student, is in the export, and formgrader asks for a person."""
    allow(fresh, monkeypatch, cell=2, whole=4.0)
    hand_in(fresh, "a", **RIGHT | {"double": double})
    done = classroom.grade(fresh, console=QUIET)
    said = (run.LOOKED_AT.format(why),) if why else ()
    assert done.notices.get(("a", "toy"), ()) == tuple(f"double: {reason}" for reason in said)
    found = {each.exercise: each.flags for each in classroom.results(classroom.open_class(fresh))}
    assert found == {"toy/double": said, "toy/share": (), "toy/why": ()}
    with gradebook(load(classroom.open_class(fresh))) as book:
        assert book.find_grade("double", "toy", "toy", "a").needs_manual_grade == bool(why)


@pytest.mark.parametrize(
    "share", [RIGHT["share"], "share = ...   # your answer here"], ids=["answered", "left as it is"]
)
def test_an_answer_that_was_not_reached_is_for_a_person_to_judge(fresh, hand_in, forked, monkeypatch, share):
    hand_in(fresh, "a", **RIGHT | {"share": share})
    at(monkeypatch, client.Sandbox, "run", "a", fill, lambda _, source, seconds: "given" in source)
    classroom.grade(fresh, console=QUIET)
    found = {each.exercise: (each.verdict, each.flags) for each in classroom.results(classroom.open_class(fresh))}
    assert found["toy/double"] == ("passed", ())
    if "0.75" in share:
        assert found["toy/share"] == (TOO_COSTLY, (run.LOOKED_AT.format(run.UNASKED),))
    else:
        assert found["toy/share"] == ("not attempted", ())


@pytest.mark.long
def test_the_same_answer_that_runs_out_of_time_now_is_looked_at_unless_marked(fresh, hand_in, forked, monkeypatch):
    for student in ("a", "marked"):
        hand_in(fresh, student, **RIGHT | {"double": SLOW.replace("1.9", "0.9")})
    classroom.grade(fresh, console=QUIET)
    with gradebook(load(classroom.open_class(fresh))) as book:
        book.find_grade("double", "toy", "toy", "marked").manual_score = 1.5
        book.db.commit()
    allow(fresh, monkeypatch, cell=1, whole=3.0)
    classroom.grade(fresh, console=QUIET)
    assert [of(fresh, student)["double"] for student in ("a", "marked")] == [(0.0, "timed out"), (1.5, "timed out")]
    with gradebook(load(classroom.open_class(fresh))) as book:
        grades = [book.find_grade("double", "toy", "toy", student) for student in ("a", "marked")]
        assert [grade.needs_manual_grade for grade in grades] == [True, False]


def test_cells_leave_answers_half_of_the_time(fresh, hand_in, forked, monkeypatch):
    allow(fresh, monkeypatch, cell=2, whole=4.0)
    slow = [nbformat.v4.new_code_cell("import time; time.sleep(0.8)") for _ in range(6)]
    hand_in(fresh, "a", lambda notebook: notebook.cells.__setitem__(slice(1, 1), slow), **RIGHT)
    classroom.grade(fresh, console=QUIET)
    assert of(fresh, "a") | {"why": None} == {"double": (2.0, "passed"), "share": (1.0, "passed"), "why": None}
    shown = (fresh / "autograded" / "a" / "toy" / "toy.ipynb").read_text()
    assert 0 < shown.count(run.NOT_RUN) < 6


def test_a_submission_never_takes_longer_than_it_may(fresh, hand_in, forked, monkeypatch):
    """However often writing has to start over."""
    allow(fresh, monkeypatch, cell=2, whole=4.0)
    hand_in(fresh, "a", **RIGHT | {"double": SLOW})
    at(monkeypatch, judging, "write", "a", lambda: time.sleep(60))
    classroom.grade(fresh, console=QUIET)
    record = json.loads((fresh / "records" / "a" / "toy.json").read_text())
    assert record["cost"]["seconds"] < 9.0


@pytest.mark.parametrize("dies", [False, True])
def test_what_a_fork_learns_of_misconceptions_the_next_one_knows(fresh, hand_in, forked, monkeypatch, tmp_path, dies):
    """Even if it dies of something afterwards: a class learns once, whatever is handed in."""
    if dies:
        at(monkeypatch, judging, "write", "a", fill)

    def work(job, material, judging):
        before = len(worker.diagnose.learnt())
        judged = worker.work(job, material, judging)
        (tmp_path / job.student).write_text(str(len(worker.diagnose.learnt()) - before))
        return judged

    monkeypatch.setattr(apart, "MUCH", -1)  # so that each has its own fork
    monkeypatch.setattr(pool, "work", work)
    monkeypatch.setattr("autograder.classroom.run.rehearse", lambda *args: None)
    for student in ("a", "b"):
        hand_in(fresh, student, double="def double(a):\n    return a", share="share = 0.75")
    classroom.grade(fresh, console=QUIET)
    assert int((tmp_path / "a").read_text()) > 0
    assert int((tmp_path / "b").read_text()) == 0


@pytest.mark.parametrize("act", [fill, lambda: time.sleep(60)], ids=["memory", "time"])
def test_where_naming_a_mistake_takes_too_much_the_points_stand(class_of_three, hand_in, monkeypatch, act):
    allow(class_of_three, monkeypatch, cell=2, whole=4.0)
    hand_in(class_of_three, "b", lambda notebook: notebook.cells.append(PRINTS), **RIGHT | {"double": WRONG})
    at(monkeypatch, diagnose, "same_values", "b", act)
    done = classroom.grade(class_of_three, console=QUIET)
    assert done.warnings == ()
    assert of(class_of_three, "b") == {
        "double": (0.0, "wrong"),
        "share": (1.0, "passed"),
        "why": (0.0, "not attempted"),
    }
    record = json.loads((class_of_three / "records" / "b" / "toy.json").read_text())
    assert record["exercises"]["toy/double"]["misconception"] == ""
    assert record["cost"]["seconds"] < 9
    shown = (class_of_three / "autograded" / "b" / "toy" / "toy.ipynb").read_text()
    assert ("it ran" in shown) == (act is fill), "if there is time, the cells run again"


def test_nothing_of_a_submission_runs_while_something_is_learnt(fresh, hand_in, forked, monkeypatch, tmp_path):
    """It would slow the learning down, time and again."""
    name = f"spins-{os.getpid()}"
    spin = f"ctypes.CDLL(None).prctl(15, {name.encode()})\n    while True: pass"
    code = f"import ctypes, os, time\nif os.fork() == 0:\n    {spin}\ntime.sleep(0.5)"
    hand_in(fresh, "a", lambda notebook: notebook.cells.insert(1, nbformat.v4.new_code_cell(code)), double=WRONG)
    keep, unnamed = diagnose.replace, run.unnamed

    def count(when):
        alive = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                alive += re.search(rf"\({name}\) [^Z]", path.read_text()) is not None
        with open(tmp_path / "counted", "a") as file:
            file.write(f"{when} {alive}\n")

    def judge(*args):
        count("judged")
        return unnamed(*args)

    def learn(*args, **options):
        time.sleep(0.3)  # it is ended at once, and gone a little later
        count("learnt")
        return keep(*args, **options)

    monkeypatch.setattr(run, "unnamed", judge)
    monkeypatch.setattr(diagnose, "replace", learn)
    monkeypatch.setattr("autograder.classroom.run.rehearse", lambda *args: None)
    classroom.grade(fresh, console=QUIET)
    assert set((tmp_path / "counted").read_text().splitlines()) == {"judged 1", "learnt 0"}


@pytest.mark.long
def test_what_is_learnt_for_the_first_wrong_answer_takes_nobodys_time(fresh, hand_in, forked, monkeypatch):
    """However slow the learning: later answers have all of their time, and the submission is not given up."""
    keep = diagnose.replace

    def keep_slowly(*args, **options):
        time.sleep(2)
        return keep(*args, **options)

    monkeypatch.setattr(diagnose, "replace", keep_slowly)
    monkeypatch.setattr("autograder.classroom.run.rehearse", lambda *args: None)
    monkeypatch.setattr(worker, "TO_WRITE", 0.5)
    allow(fresh, monkeypatch, cell=3, whole=4.0)
    wait = nbformat.v4.new_code_cell("import time; time.sleep(1)")
    hand_in(
        fresh,
        "a",
        lambda notebook: notebook.cells.append(wait),
        double="def double(a):\n    return a",
        share=RIGHT["share"],
    )
    classroom.grade(fresh, console=QUIET)
    assert of(fresh, "a") | {"why": None} == {"double": (0.0, "wrong"), "share": (1.0, "passed"), "why": None}
    record = json.loads((fresh / "records" / "a" / "toy.json").read_text())
    assert record["cost"]["seconds"] > 5
    assert record["sandboxes"] == 1
