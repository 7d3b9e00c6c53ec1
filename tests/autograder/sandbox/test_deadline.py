"""What the judge does at an answer's request ends in time, too."""

import contextlib
import itertools
import signal
import threading
import time

import pytest

from autograder.sandbox.deadline import in_time
from autograder.sandbox.wire import TooLate
from autograder.verdict import Ended


def count_on(*_):
    for _ in itertools.count():
        pass


def count_on_three_times():
    for _ in range(3):
        with contextlib.suppress(TooLate):
            count_on()
    return "three times"


def timer():
    return signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)


def test_what_comes_to_its_end_in_time_is_returned():
    before = timer()
    assert in_time(time.monotonic() + 60, divmod, 7, 2) == (3, 1)
    assert timer() == before


@pytest.mark.parametrize("seconds", [-1, 0, 0.05])
def test_what_does_not_is_interrupted(seconds):
    before = timer()
    with pytest.raises(TooLate):
        in_time(time.monotonic() + seconds, count_on)
    assert timer() == before


def test_an_interruption_that_was_swallowed_comes_again():
    assert in_time(time.monotonic() + 0.05, count_on_three_times) == "three times"


def test_an_outer_deadline_stays_in_force():
    def outer():
        assert in_time(time.monotonic() + 60, divmod, 7, 2) == (3, 1)
        count_on()

    with pytest.raises(TooLate):
        in_time(time.monotonic() + 0.1, outer)


def test_another_thread_is_not_interrupted():
    results = []
    thread = threading.Thread(target=lambda: results.append(in_time(time.monotonic() - 1, sum, range(10))))
    thread.start()
    thread.join()
    assert results == [45]


def test_a_callable_of_the_judge_cannot_be_kept_busy(sandbox):
    sandbox.run("def answer(f):\n    try:\n        f(10**15)\n    except BaseException:\n        return 1", 10)
    _, connect = sandbox.answer("answer", 1)
    submission = connect().submission()
    with pytest.raises(Ended, match="timed out"):
        submission(count_on)
