"""Work in a process of its own: what it tells arrives, its limits end it alone, and it is told what of."""

import os
import resource
import signal
import time

import numpy as np
import pytest

from autograder.classroom.apart import Died, apart

MEGABYTE = 2**20


def spin(tell):
    tell("spinning")
    while True:
        pass


def sleep(tell):
    tell("sleeping")
    time.sleep(60)


def fill(tell):
    tell("filling")
    np.ones(2**40)


def die(tell):
    tell("dying")
    os.kill(os.getpid(), signal.SIGKILL)


def end(tell):
    tell("ending")
    os._exit(3)


def flood(tell):
    tell("flooding")
    kept = []
    while True:
        kept.append(np.ones(MEGABYTE))


def heard(work, seconds=20, **limits):
    """Return what work told, and the words of its death."""
    told = []
    try:
        for message in apart(work, seconds, **limits):
            told.append(message)
    except Died as death:
        return told, str(death)
    return told, None


def test_what_is_told_arrives_in_its_order_and_the_caller_is_another_process():
    def work(tell):
        tell(os.getpid())
        tell(np.arange(3))

    (pid, array), death = heard(work)
    assert (pid != os.getpid(), array.tolist(), death) == (True, [0, 1, 2], None)
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, 0)


@pytest.mark.parametrize(
    ("work", "seconds", "reason"),
    [
        (sleep, 0.3, "time"),
        (fill, 20, "memory"),
        (flood, 20, "memory"),
        (die, 20, "signal 9"),
        (end, 20, "exit status 3"),
    ],
)
def test_it_dies_alone_of_what_is_said_and_what_it_told_is_kept(work, seconds, reason):
    began = time.monotonic()
    told, death = heard(work, seconds, memory=128 * MEGABYTE)
    assert (len(told), death) == (1, reason)
    assert time.monotonic() - began < 10


def test_processor_time_is_limited_as_well():
    def spin_for_one_second(tell):
        resource.setrlimit(resource.RLIMIT_CPU, (1, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        spin(tell)

    assert heard(spin_for_one_second) == (["spinning"], "processor time")
    assert heard(lambda tell: tell(resource.getrlimit(resource.RLIMIT_CPU)[0]), 7)[0] == [8]


class Picky(Exception):
    """Cannot be made from its own arguments."""

    def __init__(self, one, two):
        super().__init__("odd")


@pytest.mark.parametrize(("error", "kind"), [(KeyError("x"), KeyError), (Picky(1, 2), RuntimeError)])
def test_what_the_work_raises_is_raised_here(error, kind):
    def work(tell):
        raise error

    with pytest.raises(kind):
        list(apart(work, 20))


def test_nobody_who_stops_listening_leaves_it_behind():
    def work(tell):
        tell(os.getpid())
        time.sleep(60)

    telling = apart(work, 60)
    pid = next(telling)
    telling.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
