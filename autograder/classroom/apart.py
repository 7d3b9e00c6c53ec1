"""Work in a separate process: a fork with limits on memory, processor time and wall clock; it dies alone.

It reports results as it finds them, so that they are not lost with it. As long as nothing takes much memory, one
process does one piece of work after another: a new fork has to copy its memory, page by page, which takes as long as
judging a submission.
"""

import contextlib
import os
import pickle
import re
import resource
import signal
import time
from dataclasses import dataclass
from multiprocessing import Pipe
from pathlib import Path

from ..sandbox.isolate import die_with_parent

MEMORY = 2**30  # bytes, on top of what a fork inherits
MUCH = 2**26  # bytes; a process that took more is not used again
OUT_OF_MEMORY = 77  # exit status
PEAK = re.compile(r"^VmHWM:\s+(\d+)", re.MULTILINE)


@dataclass
class Cost:
    """What pieces of work took: the peak memory, in bytes, beyond what was there before, and processor seconds."""

    memory: int = 0
    cpu: float = 0.0

    def add(self, memory, cpu):
        self.memory, self.cpu = max(self.memory, memory), self.cpu + cpu


class Died(Exception):
    """The process did not finish; the message says why: "memory", for instance.

    `killed` means that a signal ended it, not a limit on the work: the machine may have run out of memory.
    """

    def __init__(self, reason, killed=False):
        super().__init__(reason)
        self.killed = killed


class Apart:
    """A process in which ``work(request, tell)`` is called for each request."""

    def __init__(self, work, memory=MEMORY):
        self._work, self._memory = work, memory
        self._child = None

    def ask(self, request, seconds, cost, most=0.0):
        """Have a request worked on, and yield what it tells as that arrives; both are pickled.

        The work has `seconds` of wall clock, which `prolong` can extend by up to `most`, and as much processor time as
        the two add up to. What it took is added to a `Cost`.

        Raises
        ------
        Died
            When a limit, or anybody, ended the process; the next request gets a new one.
        Exception
            What the work itself raised.
        """
        self._until = time.monotonic() + seconds
        try:
            self._send((request, seconds + most))
            while self._pipe.poll(max(0.0, self._until - time.monotonic())):
                told = self._pipe.recv()
                if not isinstance(told, _Done):
                    yield told
                    continue
                self._spent += told.cpu
                cost.add(told.memory, told.cpu)
                if told.memory > MUCH:
                    self.close()
                if told.error is not None:
                    raise told.error
                return
            self.close(cost)
            raise Died("time")
        except (EOFError, ConnectionError):
            raise _death(self.close(cost)) from None
        except GeneratorExit:
            self.close()
            raise

    def prolong(self, seconds):
        """Give the current work that many more seconds."""
        self._until += seconds

    def close(self, cost=None):
        """End the process; return its exit status, negative for a signal."""
        child, self._child = self._child, None
        if child is None:
            return 0
        self._pipe.close()
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        _, status, used = os.wait4(child, 0)
        if cost is not None:
            cost.add(1024 * used.ru_maxrss - self._had, used.ru_utime + used.ru_stime - self._spent)
        return os.waitstatus_to_exitcode(status)

    def _send(self, message):
        """Send a message to the process, or to a new one if somebody ended it while it had nothing to do."""
        if self._child is not None:
            try:
                self._pipe.send(message)
                return
            except ConnectionError:
                self.close()
        self._begin()
        self._pipe.send(message)

    def _begin(self):
        self._pipe, theirs = Pipe()
        self._had, self._spent = _resident(), 0.0
        self._child = os.fork()
        if self._child == 0:
            self._pipe.close()
            _serve(self._work, theirs, self._memory)
        theirs.close()


@dataclass
class _Done:
    """A piece of work has finished, or raised."""

    memory: int
    cpu: float
    error: Exception | None


def _serve(work, pipe, memory):
    """Answer requests; never return."""
    status = 1
    try:
        die_with_parent()
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("500")  # if memory runs out, this goes before its parent
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        _limit(resource.RLIMIT_AS, taken + memory)
        _limit(resource.RLIMIT_CORE, 0)
        while True:
            request, seconds = pipe.recv()
            began, had, error = time.process_time(), _resident(), None
            _limit(resource.RLIMIT_CPU, int(began + seconds) + 1)
            with contextlib.suppress(OSError):
                Path("/proc/self/clear_refs").write_text("5")  # reset the peak
            try:
                work(request, pipe.send)
            except MemoryError:
                raise
            except Exception as raised:
                error = _that_can_be_sent(raised)
            pipe.send(_Done(max(0, _peak() - had), time.process_time() - began, error))
    except MemoryError:
        status = OUT_OF_MEMORY
    except EOFError:
        status = 0
    finally:
        os._exit(status)


def _limit(which, value):
    _, most = resource.getrlimit(which)
    resource.setrlimit(which, (value if most == resource.RLIM_INFINITY else min(value, most), most))


def _resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _peak():
    found = PEAK.search(Path("/proc/self/status").read_text())
    return 1024 * int(found[1]) if found else 0


def _that_can_be_sent(error):
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # not everything survives pickling
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _death(status):
    if status == OUT_OF_MEMORY:
        return Died("memory")
    if status == -signal.SIGXCPU:
        return Died("processor time")
    return Died(f"signal {-status}", killed=True) if status < 0 else Died(f"exit status {status}")
