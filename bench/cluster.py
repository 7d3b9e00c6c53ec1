"""Grading on a cluster of processes of this machine: two workers against one, against the pool, and what carries it.

Two workers take all of a machine with two processors, where client and scheduler run as well, and a machine is never
equally fast: so they take turns, several times. What several reach where each has a processor to itself is simulated:
there each submission waits for most of its time.

``BENCH_SUBMISSIONS=10000`` grades as many instead of a few.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import yaml

from .classes import classes, scores, seconds, start
from .grade_scale import _each, _family, _proportional
from .record import Record

SUBMISSIONS = int(os.environ.get("BENCH_SUBMISSIONS", "400"))
TURNS = 8  # of each, which share them
FEW = 8  # that are graded first, so that all is warm
DEATHS = 10  # of workers, in the run whose workers are killed
WAIT = "import time; time.sleep(2)"  # in the simulation, seven times what judging takes here,
EACH = 12  # of so many submissions for each worker,
SIMULATED = 2, 4  # of these numbers of workers
EFFICIENCY, WITHIN, MOST_GIB, GROWTH = 0.9, 1.1, 1.0, 1.1
SETTINGS = Path(__file__).parents[1] / "deploy" / "grading.yaml"
TICKS = os.sysconf("SC_CLK_TCK")


def run():
    """Yield the cluster's efficiency, its price beside the pool, and what client and scheduler take."""
    with classes() as make:
        pool, one, two = zip(*(_turn(make) for _ in range(TURNS)))
        expected, killed = make(SUBMISSIONS), make(SUBMISSIONS)
        seconds(start(expected, "autograder", "grade", "."))
        with cluster(2) as processes:
            _grade(make(FEW), processes)
            taken = _watched(killed, processes)
        _require_same(scores(killed), scores(expected))
    efficiency = median(of_one / of_two / 2 for of_one, of_two in zip(one, two))
    goal = f">= {EFFICIENCY:g}"
    yield Record("cluster_efficiency", median(two), median(one), efficiency, "s each", goal, efficiency >= EFFICIENCY)
    ratio = median(of_one / of_pool for of_one, of_pool in zip(one, pool))
    yield Record("cluster_vs_pool", median(one), median(pool), ratio, "s each", f"<= {WITHIN:g}", ratio <= WITHIN)
    for name, ((first, second), milliseconds) in taken.items():
        gib, growth = max(first, second), second / first
        yield Record(f"cluster_{name}_gib", gib, None, None, "GiB PSS", f"< {MOST_GIB:g}", gib < MOST_GIB)
        goal = f"<= {GROWTH:g}"
        yield Record(f"cluster_{name}_growth", second, first, growth, "GiB, 2nd half", goal, growth <= GROWTH)
        yield Record(f"cluster_{name}_ms", milliseconds, None, None, "ms CPU each, 2nd half", None, None)
    yield from _simulated()


def _turn(make):
    """Return what each submission takes (s) in the pool, on a cluster of one worker, and on one of two."""
    pool = make(SUBMISSIONS // TURNS)
    seconds(start(pool, "autograder", "grade", ".", "--workers", "1"))
    taken = [_each(pool)]
    for workers in (1, 2):
        directory = make(SUBMISSIONS // TURNS)
        with cluster(workers) as processes:
            _grade(make(FEW), processes)
            _grade(directory, processes)
        _require_same(scores(directory), scores(pool))
        taken.append(_each(directory, workers))
    return taken


def _simulated():
    """Yield the efficiency of several workers against one where each submission waits for most of its time."""
    with classes() as make:
        one = _waiting(make, 1)
        for workers in SIMULATED:
            several = _waiting(make, workers)
            efficiency = one / several / workers
            name, goal = f"cluster_efficiency_{workers}_simulated", f">= {EFFICIENCY:g}"
            yield Record(name, several, one, efficiency, "s each", goal, efficiency >= EFFICIENCY)


def _waiting(make, workers):
    """Return the seconds from one submission to the next where so many workers have submissions that wait."""
    directory = make(EACH * workers, WAIT)
    with cluster(workers) as processes:
        _grade(make(2 * workers, WAIT), processes)
        _grade(directory, processes)
    return _each(directory, workers)


def _require_same(found, expected):
    if other := sorted(found.items() ^ expected.items()):
        raise RuntimeError(f"the cluster comes to other scores than the pool, in {len(other)} places: {other[:6]}")


class Processes:
    """A scheduler and its workers."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        self._folder, self._settings = folder, Path(folder, "grading.yaml")
        settings = yaml.safe_load(SETTINGS.read_text(encoding="utf-8"))
        del settings["distributed"]["comm"]  # what goes between processes of one machine is not encrypted
        self._settings.write_text(yaml.safe_dump(settings), encoding="utf-8")
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", self.address.rpartition(":")[2])
        self.workers = []

    def add_worker(self):
        options = ("--nthreads", "1", "--local-directory", self._folder)
        self.workers.append(self._start("worker", self.address, *options))

    def _start(self, *command):
        environment = os.environ | {"OMP_NUM_THREADS": "1", "DASK_CONFIG": str(self._settings)}
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *command, "--no-dashboard"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@contextmanager
def cluster(workers):
    """Yield the processes of a cluster of so many workers with one thread each."""
    with TemporaryDirectory() as folder:
        processes = Processes(folder)
        try:
            for _ in range(workers):
                processes.add_worker()
            yield processes
        finally:
            for process in (*processes.workers, processes.scheduler):
                process.terminate()
                process.wait()


def _grade(directory, processes):
    seconds(start(directory, "autograder", "grade", ".", "--scheduler", processes.address))


def _watched(directory, processes):
    """Grade a class while workers are killed; return by name what client and scheduler take.

    That is the most memory (GiB) in each half of the class, and processor time (ms) for each submission of the second;
    the client's is that of its process that writes.
    """
    running = start(directory, "autograder", "grade", ".", "--scheduler", processes.address)
    pids = {"client": running.pid, "scheduler": processes.scheduler.pid}
    most, spent, done = {name: [0, 0] for name in pids}, {name: [] for name in pids}, threading.Event()

    def watch():
        killed = 0
        while not done.wait(0.5):
            graded = len(list((directory / "autograded").glob("*")))
            half = 2 * graded > SUBMISSIONS
            for name, pid in pids.items():
                most[name][half] = max(most[name][half], sum(map(_proportional, _family(pid))))
                if half and graded < SUBMISSIONS:
                    spent[name].append((graded, _cpu(pid)))
            if killed < DEATHS and graded > SUBMISSIONS * killed / DEATHS:
                killed += _kill_one(processes.workers[killed % len(processes.workers)].pid)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        seconds(running)
    finally:
        done.set()
        watching.join()
    taken = {}
    for name in pids:
        (first, before), (last, after) = spent[name][0], spent[name][-1]
        taken[name] = [kib / 2**20 for kib in most[name]], 1000 * (after - before) / (last - first)
    return taken


def _kill_one(nanny):
    """Kill the worker that a nanny keeps, if it has one now."""
    for child in _family(nanny) - {nanny}:
        path = Path(f"/proc/{child}/cmdline")
        if path.exists() and b"spawn_main" in path.read_bytes():
            os.kill(child, signal.SIGKILL)
            time.sleep(0.1)
            return 1
    return 0


def _cpu(pid):
    """Return the processor seconds that a process has taken."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / TICKS
