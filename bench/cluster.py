"""Grading on a cluster of processes of this machine: two workers against one, against the pool, and what carries it.

Two workers take all of a machine with two processors, where client and scheduler run as well. What several reach where
each has a processor to itself is simulated: there each submission waits for most of its time.

``BENCH_SUBMISSIONS=10000`` grades as many instead of a few.
"""

import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from .classes import classes, scores, seconds, start
from .grade_scale import _each, _family, _proportional
from .record import Record

SUBMISSIONS = int(os.environ.get("BENCH_SUBMISSIONS", "400"))
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
        pool, one, two, killed = (make(SUBMISSIONS) for _ in range(4))
        seconds(start(pool, "autograder", "grade", ".", "--workers", "1"))
        with cluster(1) as processes:
            _grade(make(FEW), processes)
            _grade(one, processes)
        with cluster(2) as processes:
            _grade(make(FEW), processes)
            before, spent = _cpu(processes.scheduler.pid), resource.getrusage(resource.RUSAGE_CHILDREN)
            memory = _grade(two, processes)
            scheduler = (_cpu(processes.scheduler.pid) - before) / SUBMISSIONS
            now = resource.getrusage(resource.RUSAGE_CHILDREN)
            client = (now.ru_utime + now.ru_stime - spent.ru_utime - spent.ru_stime) / SUBMISSIONS
            _grade(killed, processes, deaths=DEATHS)
        for directory in (one, two, killed):
            _require_same(scores(directory), scores(pool))
        each_of_pool, each_of_one, each_of_two = _each(pool), _each(one), _each(two)
    efficiency = each_of_one / each_of_two / 2
    goal = f">= {EFFICIENCY:g}"
    yield Record("cluster_efficiency", each_of_two, each_of_one, efficiency, "s each", goal, efficiency >= EFFICIENCY)
    ratio = each_of_one / each_of_pool
    yield Record("cluster_vs_pool", each_of_one, each_of_pool, ratio, "s each", f"<= {WITHIN:g}", ratio <= WITHIN)
    for name, (first, second) in memory.items():
        gib, growth = max(first, second), second / first
        yield Record(f"cluster_{name}_gib", gib, None, None, "GiB PSS", f"< {MOST_GIB:g}", gib < MOST_GIB)
        goal = f"<= {GROWTH:g}"
        yield Record(f"cluster_{name}_growth", second, first, growth, "GiB, 2nd half", goal, growth <= GROWTH)
    yield from _simulated()
    yield Record("cluster_client_ms", 1000 * client, None, None, "ms CPU each", None, None)
    yield Record("cluster_scheduler_ms", 1000 * scheduler, None, None, "ms CPU each", None, None)


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


def _grade(directory, processes, deaths=0):
    """Grade a class; return the most memory (GiB) that client and scheduler took, of each half of it.

    Workers may be killed meanwhile.
    """
    running = start(directory, "autograder", "grade", ".", "--scheduler", processes.address)
    most, done = {"client": [0, 0], "scheduler": [0, 0]}, threading.Event()

    def watch():
        killed = 0
        while not done.wait(0.5):
            graded = len(list((directory / "autograded").glob("*")))
            half = 2 * graded > SUBMISSIONS
            for name, pid in (("client", running.pid), ("scheduler", processes.scheduler.pid)):
                most[name][half] = max(most[name][half], _proportional(pid))
            if killed < deaths and graded > SUBMISSIONS * killed / deaths:
                killed += _kill_one(processes.workers[killed % len(processes.workers)].pid)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        seconds(running)
    finally:
        done.set()
        watching.join()
    return {name: [kib / 2**20 for kib in halves] for name, halves in most.items()}


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
