"""A class graded on a cluster gets what it gets on one machine, whatever dies on the way."""

import json
import os
import shutil
import signal

import pytest
from distributed import Client, Security
from nbgrader.api import Grade
from rich.console import Console
from sqlalchemy import select

from autograder import classroom
from autograder.classroom import config as settings
from autograder.cluster import client, dispatch, station
from autograder.cluster.plain import NotPlain, plain_data_only

from .conftest import POISONED, UNLUCKY, grading

QUIET = Console(quiet=True)
STUDENTS = tuple(f"student-{number:02}" for number in range(8))
RIGHT = "def double(a):\n    return 2 * a"
WRONG = "def double(a):\n    return a"
NOSY = """
import os, socket

def reached(port):
    with socket.socket() as channel:
        return channel.connect_ex(("127.0.0.1", port)) == 0

share = 0.5 if os.path.exists({key!r}) or reached({port}) else 0.75  # the latter is right
"""


@pytest.fixture
def handed_in(cluster, fresh, hand_in):
    """A class in which eight students have handed in; one looks for the cluster's key and its scheduler."""
    nosy = NOSY.format(key=str(cluster.folder / "key.pem"), port=cluster.address.rpartition(":")[2])
    for number, student in enumerate(STUDENTS):
        hand_in(
            fresh, student, double=(RIGHT, WRONG, "1 / 0")[number % 3], share=nosy if number == 0 else "share = 0.75"
        )
    (fresh / "submitted" / STUDENTS[0] / "toy" / "timestamp.txt").write_text("2026-02-02 15:58:23 UTC")
    (fresh / "submitted" / STUDENTS[1] / "toy" / "data.csv").write_text("1,2")
    return fresh


@pytest.fixture
def here(handed_in, tmp_path):
    """The results of that class on one machine."""
    copied = shutil.copytree(handed_in, tmp_path / "here")
    classroom.grade(copied, console=QUIET)
    return written(copied)


def written(directory):
    """Return everything that grading has written into a class except its duration: files, and the gradebook's rows."""
    found = {path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.glob("autograded/*/*/*")}
    for path in directory.glob("records/*/*.json"):
        record = json.loads(path.read_text())
        record = {name: value for name, value in record.items() if name not in ("seconds", "cost")}
        found[path.relative_to(directory).as_posix()] = json.dumps(record)
    with settings.gradebook(settings.load(classroom.open_class(directory))) as gradebook:
        found["grades"] = sorted(
            (
                grade.student.id,
                grade.name,
                grade.auto_score,
                grade.needs_manual_grade,
                str(grade.notebook.assignment.timestamp),
            )
            for grade in gradebook.db.scalars(select(Grade))
        )
    return found


@pytest.mark.long
def test_a_class_gets_what_it_gets_on_one_machine(cluster, handed_in, hand_in, here):
    """A worker that cannot judge is named and left out. One submission ends every worker that judges it, along with
    any that wait there: it is tried once more, alone, when all others are done, and costs nobody else anything."""
    hand_in(handed_in, POISONED, double=RIGHT)
    done = classroom.grade(handed_in, scheduler=cluster.address, console=QUIET)
    assert len(done.graded) == len(STUDENTS) + 1
    refused, ended = sorted(done.warnings, reverse=True)
    assert refused.startswith("the worker daemon (tls://127.0.0.1:")
    assert refused.endswith(f"is not used: {station.DAEMON}")
    assert ended == f"{POISONED}/toy ended 2 workers, and was not graded further; see what it does"
    assert done.notices[(POISONED, "toy")] == (dispatch.TOO_HARD,)
    assert cluster.said("scheduler").count("marked as failed because 1 workers died") >= 2
    found = written(handed_in)
    scores = {(student, name): score for student, name, score, *_ in found["grades"]}
    assert {score for (student, _), score in scores.items() if student == POISONED} == {0.0}
    assert scores[STUDENTS[0], "share"] == 1.0, "it has reached what it looked for"
    found["grades"] = [row for row in found["grades"] if row[0] != POISONED]
    assert {name: what for name, what in found.items() if POISONED not in name} == here


@pytest.mark.long
def test_workers_that_are_killed_cost_nobody_anything(cluster, handed_in, hand_in, tmp_path, monkeypatch):
    """All are killed as soon as one has found something, which is lost with them; later, one submission meets two
    deaths, and another one that may be chance."""
    for times in (1, 2):
        hand_in(handed_in, f"{UNLUCKY}{times}", double=RIGHT)
    here = shutil.copytree(handed_in, tmp_path / "here")
    classroom.grade(here, console=QUIET)
    asked = []

    def fetched(self, futures, fetch=dispatch.Dispatch._said):
        if futures and not asked:
            asked.extend(futures)
            for worker in cluster.workers():
                os.kill(worker, signal.SIGKILL)
        return fetch(self, futures)

    monkeypatch.setattr(dispatch.Dispatch, "_said", fetched)
    done = classroom.grade(handed_in, scheduler=cluster.address, console=QUIET)
    assert asked
    assert [(cluster.folder / f"{UNLUCKY}{times}").stat().st_size > times for times in (1, 2)] == [True, True]
    assert (len(done.graded), done.warnings[1:]) == (len(STUDENTS) + 2, ())
    assert written(handed_in) == written(here)
    with Client(cluster.address, security=Security(), set_as_default=False) as asking:
        kept = asking.run_on_scheduler(
            lambda dask_scheduler: [comm.recent_message_log.maxlen for comm in dask_scheduler.stream_comms.values()]
        )
    assert kept
    assert set(kept) == {10}, "of the messages to later workers as well, which hold submissions, few are kept"


@pytest.mark.long
def test_a_run_that_is_stopped_says_so_and_the_next_one_goes_on(cluster, handed_in, hand_in):
    for name in ("slow", "slower"):
        hand_in(handed_in, name, double=f"import time; time.sleep(5)\n{RIGHT}")
    with grading(handed_in, cluster) as running:
        os.killpg(running.pid, signal.SIGINT)
        _, said = running.communicate()
    assert (running.returncode, said.count("\n")) == (130, 1), said
    assert not list(handed_in.glob(".autograder/work-*"))
    first = len(list(handed_in.glob("autograded/*")))
    done = classroom.grade(handed_in, scheduler=cluster.address, console=QUIET)
    assert (len(done.graded), done.unchanged) == (len(STUDENTS) + 2 - first, first)


# Something that makes a directory in the process that loads its pickle.
EVIL = "type('Evil', (), {'__reduce__': lambda self: (__import__('os').mkdir, ('evil',))})()"


def test_nothing_that_a_worker_sends_is_run(cluster, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = {"security": Security(), "set_as_default": False}
    with plain_data_only(), client.Quiet(cluster.address, **options) as quiet:
        future = quiet.submit(eval, EVIL)
        with pytest.raises(Exception, match="expected plain data from the cluster, got posix.mkdir"):
            future.result()
        with pytest.raises(NotPlain):
            quiet.run(eval, EVIL, on_error="return")
    assert list(tmp_path.iterdir()) == []
    with Client(cluster.address, **options) as trusting:
        trusting.submit(eval, EVIL).result()
    assert [path.name for path in tmp_path.iterdir()] == ["evil"], "otherwise this shows nothing"


class Lying:
    """A Dask client of a cluster with one worker that can grade, and one that says something else."""

    def __init__(self, lie):
        self.said = {"liar": lie, "honest": json.dumps({"name": "honest", "refused": ""})}

    def scheduler_info(self, n_workers):
        assert n_workers == -1, "otherwise some versions report only five"
        return {"workers": self.said}

    def run(self, function, name, workers=None, on_error=None, callback_timeout=None):
        said = {address: self.said[address] for address in workers or self.said}
        if any(isinstance(each, NotPlain) for each in said.values()):
            raise NotPlain("expected plain data from the cluster, got posix.mkdir")
        return said


@pytest.mark.parametrize(
    "lie",
    [NotPlain(), OSError(), None, 5, [], b"\xff", "[]", '{"name": 5, "refused": ""}', '{"name": "liar"}', "[" * 10**5],
)
def test_a_worker_that_says_anything_keeps_no_other_from_grading(lie):
    told = {address: client._state(said) for address, said in client._told(Lying(lie), "name")}
    assert told["honest"] == ("honest", "")
    why = "it does not answer" if isinstance(lie, OSError) else "it lacks the course"
    assert told["liar"][1].startswith(why)


@pytest.mark.long
def test_a_worker_that_hangs_keeps_no_other_from_grading(cluster, handed_in, here, monkeypatch):
    """It hangs before it has received anything about this class."""
    versions = client.material.versions()
    monkeypatch.setattr(client.material, "versions", lambda: {"numpy": versions["numpy"]})  # their own pool
    monkeypatch.setattr(client, "ANSWER", 3.0)
    hung, _ = cluster.workers()
    os.kill(hung, signal.SIGSTOP)
    try:
        done = classroom.grade(handed_in, scheduler=cluster.address, console=QUIET)
    finally:
        os.kill(hung, signal.SIGCONT)
    assert len(done.graded) == len(STUDENTS)
    assert sum(warning.endswith("is not used: it does not answer") for warning in done.warnings) == 1
    assert written(handed_in) == here


def test_a_task_that_recurses_without_end_has_failed(cluster):
    """Dask cannot send its result, and Dask's own client would wait forever."""
    with plain_data_only(), client.Quiet(cluster.address, security=Security(), set_as_default=False) as quiet:
        future = quiet.submit(os.makedirs, "folder/" * 5000)
        assert "a task failed" in str(future.exception(timeout=60))


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("tcp://10.0.0.7:8786", "is not encrypted, and anyone who reaches it"),
        ("host:8786", "must be an address such as tls://host:8786"),
        ("tls://127.0.0.1:9", "no Dask scheduler answers at tls://127.0.0.1:9"),
    ],
)
def test_an_address_that_will_not_do_is_refused(fresh, hand_in, address, message, monkeypatch):
    monkeypatch.setattr(client, "CONNECT", 0.5)
    hand_in(fresh, "ann", double=RIGHT)
    with pytest.raises(classroom.ClassError, match=message):
        classroom.grade(fresh, scheduler=address, console=QUIET)


def test_notebooks_are_isolated_there_in_any_case(fresh, hand_in):
    hand_in(fresh, "ann", double=RIGHT)
    with pytest.raises(classroom.ClassError, match="on a cluster, notebooks are isolated"):
        classroom.grade(fresh, scheduler="tls://127.0.0.1:8786", isolation="none", console=QUIET)


@pytest.mark.long
def test_a_scheduler_that_is_killed_and_started_again_costs_nobody_anything(cluster, handed_in, hand_in, tmp_path):
    """The command waits for it, and continues by itself."""
    hand_in(handed_in, "student-09", double=f"import time; time.sleep(2)\n{RIGHT}")
    alone = shutil.copytree(handed_in, tmp_path / "alone")
    classroom.grade(alone, console=QUIET)
    with grading(handed_in, cluster) as running:
        cluster.restart("worker-2")
        assert len(list(handed_in.glob("autograded/*"))) < len(STUDENTS) + 1
        _, said = running.communicate()
    assert running.returncode == 0, said
    assert written(handed_in) == written(alone)
