"""A cut network costs nobody anything while a class is graded, nor does a hanging worker or the loss of the only one.

For the network, client and cluster each have a network namespace; between them is a cable that can be pulled.
"""

import os
import shutil
import signal
import subprocess
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from autograder import classroom
from tests.autograder.processes import marked

from .conftest import Cluster, grading, require_sandboxes, settings
from .test_client import QUIET, RIGHT, WRONG, written

HERE, THERE = "10.0.0.1", "10.0.0.2"
LOST = "11s"  # the shortest silence after which Dask considers a connection lost
HANGS = "20s"  # after which Dask considers a silent worker dead


class Network:
    """A network namespace, with one end of the cable."""

    def __init__(self, stack, address):
        self.address, mine = address, os.readlink("/proc/self/ns/net")
        self._holder = stack.enter_context(subprocess.Popen(["unshare", "--net", "sleep", "infinity"]))
        stack.callback(self._holder.kill)
        self.pid = self._holder.pid
        self.enter = ("nsenter", f"--target={self.pid}", "--net")
        while os.readlink(f"/proc/{self.pid}/ns/net") == mine:
            time.sleep(0.01)

    def ip(self, *command):
        subprocess.run([*self.enter, "ip", *map(str, command)], check=True)

    def lay_cable(self, there):
        """Lay a cable to another network; return whether this machine supports it."""
        command = ("ip", "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", str(there.pid))
        return subprocess.run([*self.enter, *command]).returncode == 0

    def plug_in(self):
        for command in (("addr", "add", f"{self.address}/24", "dev", "cable"), ("link", "set", "lo", "up")):
            self.ip(*command)
        self.ip("link", "set", "cable", "up")


def connected(process):
    """Whether a process's network has a connection to another machine."""
    lines = Path(f"/proc/{process.pid}/net/tcp").read_text().splitlines()[1:]
    remote = "".join(f"{int(part):02X}" for part in reversed(THERE.split(".")))
    return any(line.split()[2].startswith(remote) and line.split()[3] == "01" for line in lines)


@pytest.fixture
def networks():
    if os.geteuid() != 0 or not shutil.which("ip") or subprocess.run(["unshare", "--net", "true"]).returncode:
        pytest.skip("this machine does not allow making networks")
    require_sandboxes()
    with ExitStack() as stack:
        here, there = (Network(stack, address) for address in (HERE, THERE))
        if not here.lay_cable(there):
            pytest.skip("this machine does not allow connecting networks")
        here.plug_in()
        there.plug_in()
        yield here, there


@contextmanager
def graded_as_here(directory, folder, workers, variables, host="127.0.0.1", there=(), here=()):
    """Yield a cluster that has begun to grade a class, and the command; in the end everything is as on one machine.

    Processes of the cluster are started through `there`, the command through `here`.
    """
    alone = shutil.copytree(directory, folder / "alone")
    classroom.grade(alone, console=QUIET)
    mark, environment = marked()
    (folder / "cluster").mkdir()
    with settings(folder / "cluster") as more, ExitStack() as stack:
        cluster = Cluster(folder / "cluster", mark, environment | variables | more, host, there)
        stack.callback(cluster.stop)
        cluster.start_scheduler()
        for number in range(workers):
            cluster.start_worker(f"worker-{number}")
        running = stack.enter_context(grading(directory, cluster, here))
        yield cluster, running
        _, said = running.communicate()
    assert running.returncode == 0, said
    assert written(directory) == written(alone)


@pytest.mark.long
def test_a_cable_that_is_pulled_and_put_back_costs_nobody_anything(networks, fresh, hand_in, tmp_path):
    here, there = networks
    for number in range(6):
        wait = "import time; time.sleep(2)\n" if number == 1 else ""
        hand_in(fresh, f"student-{number}", double=wait + (RIGHT, WRONG)[number % 2])
    variables = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": LOST}
    with graded_as_here(fresh, tmp_path, 1, variables, THERE, there.enter, here.enter) as (_, running):
        here.ip("link", "set", "cable", "down")
        while connected(running) and running.poll() is None:
            time.sleep(0.1)
        assert len(list(fresh.glob("autograded/*"))) < 6
        here.ip("link", "set", "cable", "up")


@pytest.mark.long
@pytest.mark.parametrize(("how", "workers"), [(signal.SIGSTOP, 2), (signal.SIGKILL, 1)])
def test_a_worker_that_hangs_or_the_only_one_that_is_killed_is_done_without(how, workers, fresh, hand_in, tmp_path):
    """The material that all need dies with the only worker, and its nanny starts another at another address."""
    require_sandboxes()
    for number in range(6):
        hand_in(fresh, f"student-{number}", double="import time; time.sleep(1)\n" + (RIGHT, WRONG)[number % 2])
    variables = {"DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": HANGS}
    with graded_as_here(fresh, tmp_path, workers, variables) as (cluster, running):
        worker = cluster.workers()[0]
        os.kill(worker, how)
        running.wait()
        assert worker not in cluster.workers(), "it was waited for"
