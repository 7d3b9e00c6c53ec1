"""A limit on what the judge does at an answer's request: the answer chooses the input, and so how long that takes."""

import ctypes
import math
import threading
import time

from .wire import TooLate

LOOK = 0.5  # seconds between two looks at the time
RAISE_IN_THREAD = ctypes.pythonapi.PyThreadState_SetAsyncExc
RAISE_IN_THREAD.argtypes = ctypes.c_ulong, ctypes.py_object
NOTHING = ctypes.py_object()  # revokes what has not been raised yet


class Watch:
    """Interrupts whatever runs too long in the thread that judges, whichever that is; watches from another."""

    def __init__(self):
        self._deadline = math.inf
        self._raised = False  # since it was last revoked
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._watching = self._thread = None

    def in_time(self, deadline, function, *args):
        """Return what a function returns; raise TooLate in it soon after a deadline, a time of `time.monotonic`.

        It is raised between two steps of Python, and again at the next look if it was swallowed.
        """
        thread = threading.get_ident()
        if self._watching is None:
            self._watching = threading.Thread(target=self._look, daemon=True)
            self._watching.start()
        self._thread = thread  # before there is a deadline, without which it is not looked at
        outer, self._deadline = self._deadline, deadline
        try:
            return function(*args)
        finally:  # calls no Python function, in which a pending interruption could come too soon
            while self._deadline != outer:
                try:
                    with self._lock:
                        self._deadline = outer
                    if self._raised:  # only if needed: it leaves Python 3.11 looking for something to raise
                        RAISE_IN_THREAD(thread, NOTHING)
                        self._raised = False
                except TooLate:
                    continue

    def close(self):
        """Stop watching."""
        self._closed.set()

    def _look(self):
        while not self._closed.wait(LOOK):
            with self._lock:
                if time.monotonic() > self._deadline:
                    self._raised = True
                    RAISE_IN_THREAD(self._thread, TooLate)
