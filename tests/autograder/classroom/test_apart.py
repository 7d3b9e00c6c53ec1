"""Work in its own process: its messages arrive, its limits end only it, and the cause is reported."""

import os
import resource
import signal
import time

import numpy as np
import pytest

from autograder.classroom import apart
from autograder.classroom.apart import Apart, Cost, Died

MEGABYTE = 2**20


def spin(tell):
    while True:
        pass


def sleep(tell):
    time.sleep(60)


def fill(tell):
    np.ones(2**40)


def flood(tell):
    kept = []
    while True:
        kept.append(np.ones(MEGABYTE))


def be_killed(tell):
    os.kill(os.getpid(), signal.SIGKILL)


def end(tell):
    os._exit(3)


def work(act, tell):
    """Run the function of this module that a request asks for, or send the request back."""
    tell(os.getpid())
    if callable(act):
        act(tell)
    else:
        tell(act)


@pytest.fixture
def process():
    made = Apart(work, 128 * MEGABYTE)
    yield made
    made.close()


def heard(process, act, seconds=20):
    """Return the process's id, its other messages, and how its death was reported."""
    told = []
    try:
        for message in process.ask(act, seconds, Cost()):
            told.append(message)
    except Died as death:
        return *told, str(death)
    return *told, None


def test_what_is_told_arrives_in_its_order_from_another_process_which_is_used_again(process):
    pid, told, death = heard(process, (1, "two"))
    assert (pid != os.getpid(), told, death) == (True, (1, "two"), None)
    assert heard(process, 3) == (pid, 3, None)
    process.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert heard(process, 3)[0] != pid


@pytest.mark.parametrize(
    ("act", "seconds", "reason"),
    [
        (sleep, 0.3, "time"),
        (fill, 20, "memory"),
        (flood, 20, "memory"),
        (be_killed, 20, "signal 9"),
        (end, 20, "exit status 3"),
    ],
)
def test_it_dies_alone_for_the_stated_reason_and_the_next_request_gets_another(process, act, seconds, reason):
    began = time.monotonic()
    pid, death = heard(process, act, seconds)
    assert death == reason
    assert time.monotonic() - began < 10
    other, told, death = heard(process, "next")
    assert (other != pid, told, death) == (True, "next", None)


def test_one_that_was_killed_when_it_had_nothing_to_do_is_nobodys_fault(process):
    pid = heard(process, "x")[0]
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    other, told, death = heard(process, "y")
    assert (other != pid, told, death) == (True, "y", None)


def limit_to_one_second(tell):
    resource.setrlimit(resource.RLIMIT_CPU, (1, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    spin(tell)


def tell_limit(tell):
    tell(resource.getrlimit(resource.RLIMIT_CPU)[0] - int(time.process_time()))


def test_processor_time_is_limited_for_each_request(process):
    assert [heard(process, tell_limit, 7)[1] for _ in range(2)] == [8, 8]
    assert heard(process, limit_to_one_second)[1:] == ("processor time",)


def take_a_little(tell):
    np.ones(30 * MEGABYTE // 8)


def test_what_it_took_is_told_and_a_process_that_took_much_is_not_used_again(process, monkeypatch):
    monkeypatch.setattr(apart, "MUCH", 25 * MEGABYTE)
    cost = Cost()
    first = list(process.ask("x", 20, cost))[0]
    assert cost.memory < 15 * MEGABYTE
    assert list(process.ask(take_a_little, 20, cost)) == [first]
    assert 25 * MEGABYTE < cost.memory < 60 * MEGABYTE
    assert heard(process, "x")[0] != first
    with pytest.raises(Died):
        list(process.ask(limit_to_one_second, 20, cost))
    assert cost.cpu > 0.5


class Picky(Exception):
    """Cannot be made from its own arguments."""

    def __init__(self, one, two):
        super().__init__("odd")


def raise_key(tell):
    raise KeyError("x")


def raise_picky(tell):
    raise Picky(1, 2)


@pytest.mark.parametrize(("act", "kind"), [(raise_key, KeyError), (raise_picky, RuntimeError)])
def test_what_the_work_raises_is_raised_here_and_costs_no_process(process, act, kind):
    pid = heard(process, "x")[0]
    with pytest.raises(kind):
        list(process.ask(act, 20, Cost()))
    assert heard(process, "x")[0] == pid


def test_nobody_who_stops_listening_leaves_it_behind(process):
    telling = process.ask(sleep, 60, Cost())
    pid = next(telling)
    telling.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
