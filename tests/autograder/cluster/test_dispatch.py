"""What is tried again when a worker dies, and what is a submission's own result: each gets exactly one.

The cluster here is a stand-in, which decides when a worker dies; for real workers see `test_client`.
"""

import concurrent.futures
import math
import pickle
import random
import time
from collections import Counter
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.due import Task
from autograder.classroom.judging import Job, Material
from autograder.classroom.layout import ClassDirectory
from autograder.cluster import dispatch, material, received, station
from autograder.cluster.dispatch import Dispatch
from autograder.sandbox.run import Times

NAME, SLOTS, LOST = "places", 2, station.LOST
POISONED = "poisoned"


class Future:
    """What `Client.submit` returns; it is done at once."""

    def __init__(self, status, result=None):
        self.status, self._result = status, result

    def add_done_callback(self, call):
        call(self)

    def done(self):
        return self.status != "pending"

    def result(self, timeout=None):
        if self.status != "finished":
            raise RuntimeError("KilledWorker")
        return self._result


class Cluster:
    """A client of a cluster on which ``ends(student, tries)`` decides what ends at a submission's n-th try.

    That is None, "unbegun" for a worker at which it only waited, `LOST` for a worker that died with its findings,
    "forgotten" for one that did so before it was asked for them, or the name of the worker that died.
    """

    status = "running"
    liars = {}
    says = None  # instead of who handed in what was judged

    def __init__(self, ends):
        self._ends, self.tries, self.order, self.material_ends, self.together = ends, Counter(), [], 0, []

    def subscribe_topic(self, topic, note):
        self._note = note

    def scheduler_info(self, n_workers):
        return {"workers": {"one": {"resources": {NAME: SLOTS}}, **self.liars}}

    def submit(self, function, packed, *, key, resources):
        assert resources == {NAME: dispatch.SLIGHT}, "only workers that judge are asked"
        self.material_ends -= 1
        return Future("error" if self.material_ends >= 0 else "pending")

    def map(self, function, jobs, alone, *, material, key, pure, resources, **options):
        assert resources == {NAME: 1}, "only workers that judge are asked"
        assert not pure, "Dask would take seconds to name a few large submissions"
        self.together.append(len(jobs))
        return [self._judged(*one, material) for one in zip(jobs, alone, key, strict=True)]

    def _judged(self, job, alone, key, material):
        if material.status == "error":
            return Future("error")
        student = pickle.loads(job).student
        self.tries[student] += 1
        self.order.append((student, alone))
        ended = self._ends(student, self.tries[student])
        if ended != "unbegun":
            self._note((0.0, (key, ended or "a worker that goes on")))
        if ended in (None, LOST):
            return Future("finished", ended or (student.encode() if self.says is None else self.says))
        return Future("lost" if ended == "forgotten" else "error")

    def gather(self, futures, asynchronous):
        assert asynchronous
        for future in futures:
            if future.result() == LOST:
                future.status = "pending"  # until it has been found again
        if any(future.status == "pending" for future in futures):
            raise TimeoutError
        return [future.result() for future in futures]

    def sync(self, call, *arguments, callback_timeout):
        assert callback_timeout == dispatch.FETCH
        return call(*arguments)

    def cancel(self, futures, force):
        assert force


class Beside:
    """A pool of processes that does at once what it is asked to do."""

    def submit(self, function, *arguments):
        future = concurrent.futures.Future()
        future.set_result(function(*arguments))
        return future


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    """Nothing is packed, and the result of a submission is the student who handed it in."""
    monkeypatch.setattr(material, "pack", lambda place, topic, release: b"packed")
    monkeypatch.setattr(received, "finished", lambda said, job, release: said.decode())
    monkeypatch.setattr(dispatch, "give_up", lambda job, material, notice: notice)


def judged(cluster, students):
    """Return the result of each student's submission, in order of arrival, and the warnings."""
    warnings, come = [], {}
    made = Dispatch(cluster, NAME, ClassDirectory(Path("class")), warnings.append, Beside())
    for task, outcome in made.judged(map(job, students)):
        assert task.student not in come
        try:
            come[task.student] = outcome()
        except RuntimeError as fault:
            come[task.student] = str(fault)
    return come, warnings


def job(student):
    needed = Material(ClassDirectory(Path("class")), "the release", Path("scratch"))
    return Task(student, "toy", "", ""), Job(student, "toy", (), "", "", 0.0, "namespaces", Times()), needed


def names(count):
    return [f"student-{number:03}" for number in range(count)]


def own(students):
    return {student: student for student in students}


def test_a_submission_that_ends_its_worker_is_tried_once_more_alone_and_last():
    cluster = Cluster(lambda student, tries: "its worker" if student == POISONED else None)
    come, warnings = judged(cluster, [POISONED, *names(40)])
    assert come == own(names(40)) | {POISONED: dispatch.TOO_HARD}
    assert warnings == [f"{POISONED}/toy ended 2 workers, and was not graded further; see what it does"]
    assert cluster.order == [(student, False) for student in (POISONED, *names(40))] + [(POISONED, True)]


def test_who_shared_its_worker_does_not_clear_it():
    """Seven that were judged in the worker that it killed come back: that death is still its doing."""
    beside = names(7)

    def ends(student, tries):
        if tries == 1 and student in (POISONED, *beside):
            return "shared"
        return "its own" if student == POISONED else None

    cluster = Cluster(ends)
    come, _ = judged(cluster, [POISONED, *names(60)])
    assert come == own(names(60)) | {POISONED: dispatch.TOO_HARD}
    assert cluster.tries[POISONED] == 2


@pytest.mark.parametrize("times", [2, 3])
def test_what_befalls_others_too_is_not_its_doing(times):
    """Of ten killed workers, some judge the same submission."""
    killed = dict.fromkeys(names(150)[times:10], 1) | {"unlucky": times}
    cluster = Cluster(lambda student, tries: f"{student} {tries}" if tries <= killed.get(student, 0) else None)
    come, warnings = judged(cluster, ["unlucky", *names(150)])
    assert (come, warnings) == (own(["unlucky", *names(150)]), [])
    assert cluster.tries["unlucky"] == times + 1


@pytest.mark.parametrize("seed", range(20))
def test_ten_workers_killed_at_random_cost_nobody_anything_but_who_ends_all_is_found(seed):
    killed, begun = set(random.Random(seed).sample(range(150), 10)), count()

    def ends(student, tries):
        number = next(begun)
        return f"worker {number}" if number in killed or student == POISONED else None

    cluster = Cluster(ends)
    come, _ = judged(cluster, [*names(75), POISONED, *names(150)[75:]])
    assert come == own(names(150)) | {POISONED: dispatch.TOO_HARD}
    assert cluster.tries[POISONED] <= 6


def test_where_workers_end_all_the_time_nobody_is_given_up_and_it_comes_to_an_end():
    fates = {student: number % 4 for number, student in enumerate(names(100))} | {POISONED: 1000}
    cluster = Cluster(lambda student, tries: f"{student} {tries}" if tries <= fates[student] else None)
    come, warnings = judged(cluster, fates)
    assert come.pop(POISONED) == "20 workers ended while judging it, as they did with others"
    assert (come, warnings) == (own(names(100)), [])


FATES = st.lists(
    st.lists(st.sampled_from([None, "unbegun", LOST, "forgotten", "one", "two", "three"]), max_size=60), max_size=12
)


@given(FATES)
def test_each_has_one_result_whatever_dies(fates):
    students = names(len(fates))
    told = dict(zip(students, fates))
    cluster = Cluster(lambda student, tries: told[student][tries - 1] if tries <= len(told[student]) else None)
    come, _ = judged(cluster, students)
    assert set(come) == set(students)
    assert all(tries <= 2 * dispatch.MOST_TRIES + 1 for tries in cluster.tries.values())
    assert all(come[student] == student for student in students if not any(told[student]))


@pytest.mark.parametrize("how", ["unbegun", LOST, "forgotten"])
def test_who_is_not_being_judged_when_a_worker_ends_is_sent_again_and_not_suspected(how):
    cluster = Cluster(lambda student, tries: how if tries <= 3 else None)
    assert judged(cluster, names(9)) == (own(names(9)), [])
    assert not any(alone for _, alone in cluster.order)
    come, _ = judged(Cluster(lambda student, tries: how), ["ann"])
    assert come == {"ann": "no worker has begun it, or kept its result"}


def test_what_all_need_is_sent_again_where_a_worker_ended_that_was_making_it():
    cluster = Cluster(lambda student, tries: None)
    cluster.material_ends = 3
    assert judged(cluster, names(5))[0] == own(names(5))


class Joined(Cluster):
    """A cluster whose first worker is stuck, with everything that depends on it, until others join or replace it."""

    def __init__(self, others):
        super().__init__(lambda student, tries: None)
        self._looks, self._workers, self._others, self._stuck = count(), ["first"], others, set()

    def scheduler_info(self, n_workers):
        if next(self._looks) == 3:
            self._workers = self._others
        return {"workers": {worker: {"resources": {NAME: SLOTS}} for worker in self._workers}}

    def submit(self, *arguments, **options):
        made = super().submit(*arguments, **options)
        if self._workers == ["first"]:
            self._stuck.add(made)
        return made

    def _judged(self, job, alone, key, material):
        if self._workers == ["first"] or material in self._stuck:
            return Future("pending")
        return super()._judged(job, alone, key, material)


@pytest.mark.parametrize("others", [["second"], ["first", "second"]])
def test_what_waits_in_vain_is_sent_again_when_workers_come(others, monkeypatch):
    monkeypatch.setattr(dispatch, "LOOK", 0.0)
    assert judged(Joined(others), names(9)) == (own(names(9)), [])


def test_what_there_is_room_for_is_sent_together():
    cluster = Cluster(lambda student, tries: None)
    room = dispatch.AHEAD * SLOTS
    assert judged(cluster, names(2 * room + 3)) == (own(names(2 * room + 3)), [])
    assert cluster.together == [room, *[dispatch.AT_ONCE * SLOTS] * 2, 3]


@pytest.mark.parametrize(
    ("sent", "come", "waits"),
    [
        pytest.param(20, dispatch.AT_ONCE * SLOTS, False, id="several"),
        pytest.param(20, 1, True, id="one"),
        pytest.param(SLOTS + 3, 3, False, id="all but what is being judged"),
        pytest.param(SLOTS, 1, False, id="the last"),
        pytest.param(SLOTS, 0, True, id="none"),
    ],
)
def test_several_are_waited_for_but_not_for_long(sent, come, waits, monkeypatch):
    monkeypatch.setattr(dispatch, "LOOK", 0.2 if waits else 600.0)
    made = Dispatch(Cluster(None), NAME, ClassDirectory(Path("class")), None, Beside())
    made._slots, made._sent = SLOTS, dict.fromkeys(range(sent))
    for number in range(come):
        made._ready.put(number)
    began = time.monotonic()
    assert made._taken() == list(range(come))  # or it takes ten minutes
    if waits:
        assert time.monotonic() - began >= 0.2


def test_what_is_set_aside_does_not_fill_this_machine(monkeypatch):
    """If that takes up everything that may be ahead, it is tried before the others are done."""
    monkeypatch.setattr(dispatch, "size", lambda handed_in: dispatch.MOST_AHEAD)
    cluster = Cluster(lambda student, tries: "its worker" if student == "student-000" and tries == 1 else None)
    assert judged(cluster, names(3))[0] == own(names(3))
    assert [student for student, _ in cluster.order] == ["student-000", "student-000", "student-001", "student-002"]


@pytest.mark.parametrize("claim", [-SLOTS, -1e9, math.inf, math.nan, "two", None, [], True, 10**400])
def test_what_a_worker_says_that_it_has_room_for_keeps_the_others_from_nothing(claim):
    cluster = Cluster(lambda student, tries: None)
    cluster.liars = {"liar": {"resources": {NAME: claim}}, "another": {"resources": claim}}
    students = names(9)
    assert judged(cluster, students) == (own(students), [])
    assert dispatch._room({NAME: claim}, NAME) <= dispatch.MOST_AT_ONCE


@pytest.mark.parametrize("says", ["text", 3.0, [b"bytes"], bytes(101)])
def test_what_is_no_answer_by_its_form_or_length_is_checked_as_an_empty_one(says, monkeypatch):
    monkeypatch.setattr(received, "MOST", 100)
    cluster = Cluster(lambda student, tries: None)
    cluster.says = says
    assert judged(cluster, names(3)) == (dict.fromkeys(names(3), ""), [])
    cluster.says = bytes(100)
    assert judged(cluster, names(3)) == (dict.fromkeys(names(3), "\0" * 100), [])


def test_nothing_is_kept_of_beginnings_that_nobody_was_asked_for():
    cluster = Cluster(lambda student, tries: None)
    made = Dispatch(cluster, NAME, ClassDirectory(Path("class")), None, Beside())
    for number in range(100):
        cluster._note((0.0, (f"judge-{number}", "liar")))
    assert len([*made.judged(map(job, names(9)))]) == 9
    assert made._begun == {}
