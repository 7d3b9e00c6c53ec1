"""A benchmark's record, and how two functions are timed against each other."""

import contextlib
import os
import statistics
import time
from dataclasses import dataclass

import torch
from threadpoolctl import threadpool_limits


@dataclass(frozen=True)
class Record:
    """What a benchmark measured: a `ratio` above 1 means that ours is ahead; `goal` may be None."""

    name: str
    ours: float
    other: float | None
    ratio: float | None
    unit: str
    goal: str | None
    met: bool | None


def seconds(function):
    """Return how long one call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def paired(ours, other, runs=5):
    """Time two functions in turn, after a warm-up, and return the medians of ours, of the other, and of their ratio."""
    ours(), other()
    pairs = [(seconds(ours), seconds(other)) for _ in range(runs)]
    return (
        statistics.median(mine for mine, _ in pairs),
        statistics.median(theirs for _, theirs in pairs),
        statistics.median(theirs / mine for mine, theirs in pairs),
    )


@contextlib.contextmanager
def one_thread():
    """Keep NumPy, SciPy and torch on one thread each."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(threads)


@contextlib.contextmanager
def one_processor():
    """Keep this process, and what it starts in this context, on one processor."""
    processors = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(processors)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, processors)
