"""A piece of work in a process of its own: a fork with limits on memory, processor time and wall clock; it dies alone.

What it has found out by then it has told, so that nothing of that is lost with it.
"""

import contextlib
import os
import pickle
import resource
import signal
import time
from dataclasses import dataclass
from multiprocessing import Pipe
from pathlib import Path

from ..sandbox.isolate import die_with_parent

MEMORY = 2**30  # bytes, on top of what a process has from the one that it is forked from
OUT_OF_MEMORY = 77  # exit status


@dataclass
class Cost:
    """What processes took: the most memory of one, in bytes, beside what it was forked with, and processor seconds."""

    memory: int = 0
    cpu: float = 0.0


class Died(Exception):
    """The process did not come to its end; the message says of what: "memory", for instance."""


def apart(work, seconds, memory=MEMORY, cost=None):
    """Call ``work(tell)`` in a fork of this process, and yield what it tells, as it does.

    What is told is pickled. The process has so many seconds of wall clock, and as many of processor time. What it took
    is added to a `Cost`.

    Raises
    ------
    Died
        When a limit, or anybody, ended the process.
    Exception
        What the work itself raised.
    """
    cost = Cost() if cost is None else cost
    reader, writer = Pipe(duplex=False)
    child = os.fork()
    if child == 0:
        _be_apart(work, writer, seconds, memory)
    writer.close()
    until, late = time.monotonic() + seconds, False
    try:
        while not (late := not reader.poll(max(0.0, until - time.monotonic()))):
            try:
                told = reader.recv()
            except (EOFError, OSError):
                break
            if isinstance(told, _Raised):
                raise told.error
            yield told
        if late:
            raise Died("time")
        ending, child = child, None
        status = _wait(ending, cost)
        if status:
            raise Died(_reason(os.waitstatus_to_exitcode(status)))
    finally:
        reader.close()
        if child is not None:
            os.kill(child, signal.SIGKILL)
            _wait(child, cost)


def _wait(child, cost):
    """Wait for the end of a process, add to a `Cost` what it took, and return its status."""
    _, status, used = os.wait4(child, 0)
    own = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    cost.memory = max(cost.memory, 1024 * used.ru_maxrss - own)
    cost.cpu += used.ru_utime + used.ru_stime
    return status


class _Raised:
    """What the work raised."""

    def __init__(self, error):
        self.error = error


def _be_apart(work, writer, seconds, memory):
    """Never returns."""
    status = 1
    try:
        die_with_parent()
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("500")  # where memory runs out, this goes before its parent
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        _limit(resource.RLIMIT_AS, taken + memory)
        _limit(resource.RLIMIT_CPU, int(seconds) + 1)
        _limit(resource.RLIMIT_CORE, 0)
        try:
            work(writer.send)
        except MemoryError:
            raise
        except Exception as error:
            _tell_error(writer, error)
        status = 0
    except MemoryError:
        status = OUT_OF_MEMORY
    finally:
        os._exit(status)


def _limit(which, value):
    _, most = resource.getrlimit(which)
    resource.setrlimit(which, (value if most == resource.RLIM_INFINITY else min(value, most), most))


def _tell_error(writer, error):
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # not everything can be pickled, and come back
        error = RuntimeError(f"{type(error).__name__}: {error}")
    writer.send(_Raised(error))


def _reason(status):
    if status == OUT_OF_MEMORY:
        return "memory"
    if status == -signal.SIGXCPU:
        return "processor time"
    return f"signal {-status}" if status < 0 else f"exit status {status}"
