"""What a worker of the cluster does besides judging: who waits for whom, and how failures are reported."""

import hashlib
import json
import pickle
import threading
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack

import pytest

from autograder.classroom.record import Finished, Judged
from autograder.cluster import station
from autograder.cluster.station import FAULT, FINISHED, LOST, Station

PACKED = pickle.dumps(("the release", {"nbgrader_config.py": b""}))
DIGEST = hashlib.sha256(PACKED).hexdigest()
FOUND = Finished(Judged("ann", "toy", {"double": 2.0}, {}), {}, "{}")


@pytest.fixture
def made(tmp_path):
    """A station with two places, whose pool is a function."""
    made = Station("namespaces", {})
    made._places, made._busy, made._someone_is_alone = 2, 0, False
    made._changed, made._lock = threading.Condition(), threading.Lock()
    made._folder, made._materials, made._pool, made._called = tmp_path, {}, ExitStack(), "first"
    return made


def answers(what):
    def submit(job, material):
        future = Future()
        future.set_exception(what) if isinstance(what, Exception) else future.set_result(what)
        return future

    return submit


def judged(made, digest=DIGEST, alone=False):
    kind, _, rest = made.judge(pickle.dumps("job"), PACKED, digest, alone, lambda pool: None).partition(b"\n")
    return kind, rest.decode()


def test_the_result_of_a_job_is_returned_as_data(made):
    made._submit = answers(FOUND)
    kind, rest = judged(made)
    assert kind == FINISHED
    assert json.loads(rest)["judged"]["scores"] == {"double": 2.0}


def test_a_fault_is_said_and_the_worker_goes_on(made):
    made._submit = answers(OSError("no mood"))
    assert judged(made) == (FAULT, "OSError: no mood")


def test_a_pool_that_lost_a_process_is_made_anew_once(made):
    made._submit = answers(BrokenProcessPool("killed"))
    opened = []
    made._open = lambda: (opened.append(1), setattr(made, "_submit", answers(FOUND)))
    broken = made._submit
    assert judged(made) == (LOST, "")
    made._renew(broken)  # another thread's
    assert opened == [1]
    assert judged(made)[0] == FINISHED


def test_material_is_laid_out_once_and_only_what_was_asked_for(made, monkeypatch):
    made._submit = answers(FOUND)
    assert judged(made, digest="another") == (FAULT, "ValueError: the exercises that came are not those that were sent")
    first = made._material(DIGEST, PACKED)
    assert made._material(DIGEST, b"not looked at again") is first


def test_who_is_alone_waits_for_the_others_and_they_wait_for_it(made):
    began, go, order = threading.Event(), threading.Event(), []

    def one(name, alone):
        with made._room(2 if alone else 1, alone):
            order.append(name)
            began.set()
            go.wait(20)
            order.append(f"{name} ends")

    threads = [threading.Thread(target=one, args=("first", False))]
    threads[0].start()
    assert began.wait(20)
    threads.append(threading.Thread(target=one, args=("alone", True)))
    threads[1].start()
    while not made._someone_is_alone:
        threading.Event().wait(0.01)
    threads.append(threading.Thread(target=one, args=("last", False)))
    threads[2].start()
    assert order == ["first"], "there is room for one more, but somebody waits for all of it"
    go.set()
    for thread in threads:
        thread.join(20)
    assert order == ["first", "first ends", "alone", "alone ends", "last", "last ends"]


def test_a_station_is_shared_only_by_those_who_ask_for_the_same():
    names = {
        station.name_of(isolation, {"numpy": version}) for isolation in ("namespaces", "none") for version in ("1", "2")
    }
    assert len(names) == 4
    assert station.name_of("none", {"numpy": "1"}) in names
