"""Grading a large class, compared with a small one: what a submission costs, and the memory of all processes."""

import time
from pathlib import Path

from .classes import classes, seconds, start
from .record import Record

SMALL, LARGE = 100, 2000
WITHIN = 1.1
GOAL_GIB = 1.5
LOOK = 1.0  # seconds from one look at the memory to the next


def run():
    """Yield `grade_2000_vs_100` and `grade_memory_gib`."""
    with classes() as make:
        small, large = make(SMALL), make(LARGE)
        seconds(start(small, "autograder", "grade", "."))
        running = start(large, "autograder", "grade", ".")
        gib = _most_memory(running)
        seconds(running)
        each_of_small, each_of_large = _each(small), _each(large)
    ratio = each_of_large / each_of_small
    yield Record("grade_2000_vs_100", each_of_large, each_of_small, ratio, "s each", f"<= {WITHIN:g}", ratio <= WITHIN)
    yield Record("grade_memory_gib", gib, None, None, "GiB PSS", f"< {GOAL_GIB:g}", gib < GOAL_GIB)


def _each(directory, workers=1):
    """Return the seconds from one graded notebook to the next, once each worker may have judged its first."""
    times = sorted(path.stat().st_mtime for path in directory.glob("autograded/*/*/*.ipynb"))
    return (times[-1] - times[workers - 1]) / (len(times) - workers)


def _most_memory(running):
    """Return the peak memory (proportional share) of a command and all that it starts, in GiB."""
    most = 0
    while running.poll() is None:
        most = max(most, sum(map(_proportional, _family(running.pid))))
        time.sleep(LOOK)
    return most / 2**20


def _family(pid):
    """Return a process and its descendants."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        words = _read(entry / "stat").rpartition(")")[2].split()
        if words:
            parents[int(entry.name)] = int(words[1])
    family = {pid}
    while more := {one for one, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def _proportional(pid):
    """Return a process's proportional share of memory in KiB, which is 0 if it has ended."""
    lines = _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _read(path):
    try:
        return path.read_text()
    except OSError:
        return ""
