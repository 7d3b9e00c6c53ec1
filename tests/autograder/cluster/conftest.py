"""A cluster for tests: a scheduler and workers as processes, which talk over TLS with a certificate made for them."""

import re
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import dask
import pytest
import yaml

from autograder.sandbox.doctor import doctor
from tests.autograder.classroom.conftest import _made_once, course, fresh, hand_in, released  # noqa: F401
from tests.autograder.processes import marked, with_mark

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "deploy" / "grading.yaml").read_text(encoding="utf-8")
POISONED = "poisoned"  # the student whose submission ends every worker that judges it
UNLUCKY = "unlucky-"  # and those whose workers lose the judging process, with the number of tries
PRELOAD = f"""
import os, pickle, signal, time
from autograder.cluster.station import Station

def tries(student):
    with open(student, "ab") as file:
        file.write(b"1")
        return file.tell()

def may_end(self, job, *others, judge=Station.judge):
    student = pickle.loads(job).student
    if student == {POISONED!r}:
        others[-1](self._called)
        time.sleep(0.2)
        os.kill(os.getpid(), signal.SIGKILL)
    if student.startswith({UNLUCKY!r}) and tries(student) <= int(student[-1]):
        for process in self._submit.args[0]._processes.values():
            process.kill()
    return judge(self, job, *others)

if Station.judge.__name__ == "judge":  # a process may load this twice
    Station.judge = may_end
"""


class Cluster:
    """A scheduler's address, and its processes by name, in the network that `enter` enters."""

    def __init__(self, folder, mark, environment, host="127.0.0.1", enter=()):
        self.folder, self.mark, self.environment, self._host, self._enter = folder, mark, environment, host, enter
        (folder / "poison.py").write_text(PRELOAD)
        self.processes, self.address = {}, ""

    def start_scheduler(self, port=0):
        file = self.folder / "scheduler.json"
        file.unlink(missing_ok=True)
        self._start("scheduler", "scheduler", "--protocol", "tls", "--port", port, "--scheduler-file", file)
        while not file.exists() or not file.read_text().endswith("}"):
            time.sleep(0.05)
            assert self.processes["scheduler"].poll() is None, self.said("scheduler")
        self.address = yaml.safe_load(file.read_text())["address"]

    def start_worker(self, name, **environment):
        options = (
            "--name",
            name,
            "--nthreads",
            1,
            "--local-directory",
            self.folder,
            "--preload",
            self.folder / "poison.py",
        )
        self._start(name, "worker", self.address, *options, **environment)

    def _start(self, name, *command, **environment):
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [
                    *self._enter,
                    sys.executable,
                    "-m",
                    "dask",
                    *map(str, command),
                    "--no-dashboard",
                    "--host",
                    self._host,
                ],
                env=self.environment | environment,
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )

    def restart(self, worker):
        """Kill the scheduler, which ends all workers; start it and another worker, as a service manager does."""
        self.processes["scheduler"].kill()
        self.processes["scheduler"].wait()
        self.start_scheduler(self.address.rpartition(":")[2])
        self.start_worker(worker)

    def said(self, name):
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def workers(self):
        """Return the processes of the workers that can judge, which their nannies restart."""
        nannies = {process.pid for name, process in self.processes.items() if name.startswith("worker")}
        return [child for nanny in nannies for child in _children(nanny) if "multiprocessing.spawn" in _command(child)]

    def stop(self):
        for process in self.processes.values():
            process.kill()
            process.wait()
        until = time.monotonic() + 20
        while (left := with_mark(self.mark)) and time.monotonic() < until:
            time.sleep(0.05)
        assert left == []


def _children(pid):
    """Return the children of all threads of a process."""
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, path.read_text().split())
    return found


def _command(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


@contextmanager
def grading(directory, cluster, enter=()):
    """Start grading a class on a cluster, and yield the process once something has been judged; `enter` is its prefix.

    Its standard error can be read.
    """
    command = [*enter, sys.executable, "-m", "autograder", "grade", str(directory), "--scheduler", cluster.address]
    options = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    with subprocess.Popen(command, env=cluster.environment, **options) as running:
        try:
            while not list(directory.glob(".autograder/work-*/autograded/*")) and running.poll() is None:
                time.sleep(0.02)
            yield running
        finally:
            running.kill()


def require_sandboxes():
    if not doctor()[0]:
        pytest.skip("this machine cannot isolate sandboxes, without which workers are refused")


def block(kind, has=""):
    """Return the first block of a kind on the page about clusters that contains a given text."""
    return next(found for found in re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL) if has in found)


@contextmanager
def settings(folder):
    """Make a certificate as the page says, have this process use it and the settings, and yield what others need."""
    subprocess.run(["bash", "-e", "-c", block("bash", "openssl")], cwd=folder, check=True, capture_output=True)
    text = SETTINGS.replace("/etc/grading", str(folder))
    (folder / "grading.yaml").write_text(text)
    with dask.config.set(dask.config.merge(dask.config.config, yaml.safe_load(text))):
        yield {"DASK_CONFIG": str(folder / "grading.yaml")}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A cluster of two workers, and one that may not start processes."""
    require_sandboxes()
    folder = tmp_path_factory.mktemp("cluster")
    mark, environment = marked()
    with settings(folder) as variables:
        made = Cluster(folder, mark, environment | variables)
        try:
            made.start_scheduler()
            for number in range(2):
                made.start_worker(f"worker-{number}")
            made.start_worker("daemon", DASK_DISTRIBUTED__WORKER__DAEMON="True")
            yield made
        finally:
            made.stop()
