"""An end to what the judge does at an answer's request: the answer chooses with what, and so how long it would take."""

import signal
import threading
import time

from .wire import TooLate

AGAIN = 1.0  # seconds; what runs may happen to swallow an interruption


def in_time(deadline, function, *args):
    """Return what a function returns; when the deadline, a time of `time.monotonic`, passes, raise TooLate inside it.

    It is raised between two steps of Python, and only in the main thread: in any other the function is just called.
    """
    if threading.current_thread() is not threading.main_thread():
        return function(*args)
    before = signal.signal(signal.SIGALRM, _interrupt)
    try:
        outer = signal.setitimer(signal.ITIMER_REAL, max(deadline - time.monotonic(), 1e-6), AGAIN)
        return function(*args)
    finally:
        signal.setitimer(signal.ITIMER_REAL, *outer)
        signal.signal(signal.SIGALRM, before)


def _interrupt(number, frame):
    """Spare the lines of `in_time` itself, which would not come to set the timer back."""
    if frame.f_code is not in_time.__code__:
        raise TooLate("the deadline has passed")
