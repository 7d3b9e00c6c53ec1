"""Jobs side by side: results come when ready, a dead job is reported, and later jobs know what has been done."""

import os
import time

import pytest

from autograder.audit.forks import ENDED, side_by_side


def test_each_job_has_its_result_in_a_process_of_its_own():
    found = dict(side_by_side([lambda n=n: (n * n, os.getpid()) for n in range(7)], most=3))
    assert {number: result[0] for number, result in found.items()} == {n: n * n for n in range(7)}
    pids = {result[1] for result in found.values()}
    assert len(pids) == 7
    assert os.getpid() not in pids


def test_the_quick_do_not_wait_for_the_slow():
    order = [number for number, _ in side_by_side([lambda: time.sleep(0.5), lambda: 1, lambda: 2], most=2)]
    assert order == [1, 2, 0]


@pytest.mark.parametrize(
    "end", [lambda: os._exit(3), lambda: os.kill(os.getpid(), 9), lambda: 1 / 0, lambda: lambda: 0], ids=range(4)
)
def test_a_job_that_ends_without_a_result_is_told_and_the_others_go_on(end, capfd):
    assert dict(side_by_side([lambda: 1, end, lambda: 2], most=1)) == {0: 1, 1: ENDED, 2: 2}


def test_a_large_result_comes_whole():
    assert dict(side_by_side([lambda: b"x" * 10**6])) == {0: b"x" * 10**6}


def test_what_is_done_between_two_jobs_is_known_to_the_later_one():
    known = []

    def jobs():
        yield lambda: list(known)
        known.append("ready")
        yield lambda: list(known)

    assert dict(side_by_side(jobs(), most=2)) == {0: [], 1: ["ready"]}


def test_who_stops_listening_leaves_no_process():
    reading, writing = os.pipe()

    def long():
        os.write(writing, b"%d" % os.getpid())
        time.sleep(60)

    running = side_by_side([lambda: 1, long], most=2)
    assert next(running) == (0, 1)
    pid = int(os.read(reading, 20))
    running.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    os.close(reading)
    os.close(writing)
