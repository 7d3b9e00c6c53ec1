"""A grading run that is killed, and the next one: the same gradebook in the end, and nothing left behind."""

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading

import pytest
from filelock import FileLock
from rich.console import Console

from autograder import classroom
from autograder.classroom import config as settings
from autograder.classroom import judging, run
from tests.autograder.processes import marked, wait_until, with_mark

QUIET = Console(quiet=True)
RIGHT = "def double(a):\n    return 2 * a"
STUDENTS = tuple(f"student-{number:02}" for number in range(12))
COMMAND = """
import importlib, sys
from autograder import classroom
importlib.import_module("autograder.classroom.run").BATCH = 2
classroom.grade(sys.argv[1], workers=2)
"""


@pytest.fixture
def handed_in(fresh, hand_in):
    """A class in which twelve students have handed in, each a different mixture of right and wrong."""
    for number, student in enumerate(STUDENTS):
        hand_in(fresh, student, double=RIGHT if number % 3 else "def double(a):\n    return a", share="share = 0.75")
    return fresh


@pytest.fixture
def scores(handed_in, tmp_path):
    """The scores that the class must get: those of an undisturbed run."""
    copied = shutil.copytree(handed_in, tmp_path / "undisturbed")
    classroom.grade(copied, console=QUIET, workers=1)
    return gradebook(copied)


def gradebook(directory):
    with settings.gradebook(settings.load(classroom.open_class(directory))) as book:
        return sorted(
            (each["student"], each["score"], each["needs_manual_grade"]) for each in book.submission_dicts("toy")
        )


def recorded(directory):
    try:
        return json.loads((directory / ".autograder" / "graded.json").read_text())
    except FileNotFoundError:
        return {}


def test_a_run_that_is_killed_goes_on_where_it_was(handed_in, scores):
    mark, environment = marked()
    command = [sys.executable, "-c", COMMAND, str(handed_in)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as running:
        wait_until(lambda: recorded(handed_in))
        running.kill()
    wait_until(lambda: not with_mark(mark), seconds=10)
    first = recorded(handed_in)
    assert 0 < len(first) < len(STUDENTS)
    done = classroom.grade(handed_in, console=QUIET)
    assert (len(done.graded), done.unchanged) == (len(STUDENTS) - len(first), len(first))
    assert gradebook(handed_in) == scores
    assert not list((handed_in / ".autograder").glob("work-*"))


def test_what_is_judged_is_recorded_when_it_has_waited_for_a_while(fresh, hand_in, forked, monkeypatch):
    for student in ("a", "b"):
        hand_in(fresh, student, double=RIGHT)
    counts, record = [], run.Run._record

    def counted(self, finished):
        counts.append(len(finished))
        record(self, finished)

    monkeypatch.setattr(run.Run, "_record", counted)
    monkeypatch.setattr(run, "WAIT", 0.0)
    classroom.grade(fresh, console=QUIET)
    assert counts == [1, 1, 0]


def test_a_run_that_is_stopped_by_hand_says_so_and_leaves_nothing(handed_in):
    mark, environment = marked()
    command = [sys.executable, "-m", "autograder", "grade", str(handed_in), "--workers", "2"]
    options = {"env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "start_new_session": True}
    with subprocess.Popen(command, **options) as running:
        wait_until(lambda: list(handed_in.glob(".autograder/work-*/autograded/*")))
        os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to all processes of the command
        said = running.stderr.read().decode()
    assert (running.returncode, said.count("\n")) == (130, 1)
    assert "stopped; what is done is kept" in said
    wait_until(lambda: not with_mark(mark), seconds=10)
    assert not list(handed_in.glob(".autograder/work-*"))


def test_when_a_worker_is_killed_the_others_finish(handed_in, scores, monkeypatch):
    monkeypatch.setattr(run, "BATCH", 1)

    def kill():
        wait_until(lambda: recorded(handed_in))
        os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    done = classroom.grade(handed_in, console=QUIET, workers=2)
    killer.join()
    assert len(done.graded) == len(STUDENTS)
    assert gradebook(handed_in) == scores


def test_grading_gives_up_where_workers_are_always_killed(handed_in, monkeypatch):
    """With too little memory, for instance; whatever could be recorded is."""

    def kill():
        while not stop.wait(0.05):
            for child in multiprocessing.active_children():
                child.kill()

    stop = threading.Event()
    killer = threading.Thread(target=kill)
    killer.start()
    try:
        with pytest.raises(classroom.ClassError, match="workers were killed again and again"):
            classroom.grade(handed_in, console=QUIET, workers=2)
    finally:
        stop.set()
        killer.join()


def test_two_runs_at_once_are_refused(handed_in):
    with FileLock(handed_in / ".autograder" / "lock"):
        for command in (classroom.grade, classroom.feedback, classroom.export, classroom.release):
            with pytest.raises(classroom.ClassError, match="another process is at work on"):
                command(handed_in)


def test_a_fault_of_grading_is_told_and_tried_again(handed_in, forked, monkeypatch, tmp_path):
    run, seen = judging.run, tmp_path / "seen"

    def fails_once(*args, **options):
        with seen.open("a") as file:  # shared by all processes for counting
            file.write("x")
        if seen.stat().st_size == 2:
            raise ZeroDivisionError("in a check")
        return run(*args, **options)

    monkeypatch.setattr(judging, "run", fails_once)
    done = classroom.grade(handed_in, console=QUIET, workers=1)
    assert done.warnings == (
        "student-01/toy could not be graded (ZeroDivisionError: in a check); the next run tries again",
    )
    record = json.loads((handed_in / "records" / "student-01" / "toy.json").read_text())
    assert "ZeroDivisionError" in record["error"]
    assert "not your fault" in record["notices"][0]
    done = classroom.grade(handed_in, console=QUIET, workers=1)
    assert (done.graded, done.warnings) == ((("student-01", "toy"),), ())
    assert {score for student, score, _ in gradebook(handed_in) if student == "student-01"} == {3.0}


def test_a_step_of_the_instructors_own_that_fails_costs_nobody_else(handed_in):
    (handed_in / "steps.py").write_text(
        "from nbgrader.preprocessors import NbGraderPreprocessor\n"
        "class Moody(NbGraderPreprocessor):\n"
        "    def preprocess(self, nb, resources):\n"
        "        if resources['nbgrader']['student'] == 'student-03':\n"
        "            raise OSError('no mood')\n"
        "        nb.cells[0].source = 'Seen by Moody.'\n"
        "        return nb, resources\n"
    )
    with open(handed_in / "nbgrader_config.py", "a") as file:
        file.write(f"import sys\nsys.path.insert(0, {str(handed_in)!r})\n")
        file.write("c.Autograde.autograde_preprocessors = ['nbgrader.preprocessors.Execute', 'steps.Moody', ")
        file.write("'nbgrader.preprocessors.SaveAutoGrades']\n")
    done = classroom.grade(handed_in, console=QUIET, workers=1)
    assert done.warnings == ("student-03/toy could not be graded (OSError: no mood); the next run tries again",)
    assert len(done.graded) == len(STUDENTS) - 1
    graded = handed_in / "autograded" / "student-04" / "toy" / "toy.ipynb"
    assert "Seen by Moody." in graded.read_text()
    assert "steps" not in sys.modules
    assert str(handed_in) not in sys.path


def test_what_a_killed_run_left_is_removed(handed_in):
    left = handed_in / ".autograder" / "work-abc" / "autograded"
    left.mkdir(parents=True)
    classroom.export(handed_in)
    assert not left.parent.exists()
