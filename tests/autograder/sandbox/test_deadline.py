"""What the judge does at an answer's request ends in time as well."""

import contextlib
import itertools
import subprocess
import sys
import threading
import time

import pytest

from autograder.judge.verdict import Ended
from autograder.sandbox import deadline
from autograder.sandbox.deadline import Watch
from autograder.sandbox.wire import TooLate


@pytest.fixture
def watch(monkeypatch):
    monkeypatch.setattr(deadline, "LOOK", 0.01)
    watch = Watch()
    yield watch
    watch.close()
    watch._watching.join(5)
    assert not watch._watching.is_alive()


def count_on(*_):
    for _ in itertools.count():
        pass


def count_on_three_times():
    for _ in range(3):
        with contextlib.suppress(TooLate):
            count_on()
    return "three times"


def count_for(seconds):
    ends = time.monotonic() + seconds
    return sum(1 for _ in iter(lambda: time.monotonic() < ends, False)) > 0


def soon(seconds=0.03):
    return time.monotonic() + seconds


def test_what_comes_to_its_end_in_time_is_returned(watch):
    assert watch.in_time(soon(60), divmod, 7, 2) == (3, 1)


def test_what_does_not_is_interrupted(watch):
    for seconds in (-1, 0, 0.03):
        with pytest.raises(TooLate):
            watch.in_time(soon(seconds), count_on)
        assert count_for(0.1), "nothing may be interrupted afterwards"


def test_an_interruption_that_was_swallowed_comes_again(watch):
    assert watch.in_time(soon(), count_on_three_times) == "three times"
    assert count_for(0.1)


def test_an_outer_deadline_stays_in_force(watch):
    def outer():
        assert watch.in_time(soon(60), divmod, 7, 2) == (3, 1)
        with pytest.raises(TooLate):
            watch.in_time(soon(0), count_on)
        count_on()

    with pytest.raises(TooLate):
        watch.in_time(soon(0.2), outer)
    assert count_for(0.1)


def test_what_ends_as_its_deadline_passes_is_never_interrupted_later(watch):
    ends = soon(2)
    while time.monotonic() < ends:
        with contextlib.suppress(TooLate):
            watch.in_time(soon(0.01), count_for, 0.01)
        count_for(0.001)


@pytest.mark.parametrize("thread", [threading.Thread, None], ids=["in a thread", "in the main thread"])
def test_a_callable_of_the_judge_cannot_be_kept_busy(sandbox, thread):
    sandbox.run("def answer(f):\n    try:\n        f(10**15)\n    except BaseException:\n        return 1", 10)
    _, connect = sandbox.answer("answer", 1)
    ended = []

    def ask():
        try:
            connect().submission()(count_on)
        except Ended as end:
            ended.append(end.how)

    if thread:
        asking = thread(target=ask)
        asking.start()
        asking.join()
    else:
        ask()
    assert ended == ["timed out"]


def test_what_is_in_time_leaves_nothing_behind_in_the_interpreter():
    """A profiler hangs in Python 3.11 if an interruption that nobody asked for is cancelled."""
    profiled = (
        "import cProfile, math\n"
        "from autograder.sandbox.deadline import Watch\n"
        "watch = Watch()\n"
        "print(watch.in_time(1e12, abs, -1))\n"
        "watch.close()\n"
        "cProfile.run('def f(): pass\\nfor _ in range(1000): f()')\n"
    )
    done = subprocess.run([sys.executable, "-c", profiled], capture_output=True, text=True, timeout=20)
    assert done.stdout.startswith("1\n")
