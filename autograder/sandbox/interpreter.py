"""The warm interpreter: everything that a notebook may import is imported once, and each submission gets a fork of it.

A request on its control socket has three descriptors attached: the channel to the judge, a lifeline, and a file that
says what is asked, which only the fork reads. When the judge's end of the lifeline closes, for whatever reason,
everything that the fork has started is killed.
"""

import contextlib
import gc
import importlib
import itertools
import json
import os
import pkgutil
import platform
import random
import shutil
import socket
import sys
import tempfile
from pathlib import Path

import dnnkit

from . import isolate, keeper, pages, seccomp, session
from .shell import Notebook

WARM = ("numpy", "torch", "matplotlib", "matplotlib.pyplot", "matplotlib_inline.backend_inline", "IPython")
MANY = 100  # forks, after which it pays to make the next ones cheap
SHARED = 4  # the memory of a fork is this many times what its processes may share by name
PACKAGE = Path(__file__).resolve().parents[1]


def serve(control, place, memory):
    """Warm up, then fork for every request until every judge has closed the control socket.

    Parameters
    ----------
    control : socket
        Where requests come from.
    place : Isolated, Trusted or Refused
        Where forks are put.
    memory : int
        How many bytes the processes of one fork may take together.
    """
    gc.disable()  # hardly anything of an import is garbage, and looking for it takes a sixth of the time
    notebook = warm_up()
    try:
        place.close()
    except (isolate.NoIsolation, OSError) as error:
        place = Refused(error)
    tempfile.tempdir = "/tmp"  # as it is for a fork
    control.send(b"ready")
    gc.collect()
    gc.freeze()
    gc.enable()
    forks = keeper.Keeper(control.fileno(), memory)
    for number in itertools.count():
        if number == MANY:
            pages.collapse()
        forks.wait()
        try:
            order, fds, _, _ = socket.recv_fds(control, 16, 3)
        except ConnectionResetError:  # nobody waited for it to be warm
            order = b""
        if not order:
            return
        channel, lifeline, request = fds
        try:
            child = place.fork()
        except (isolate.NoIsolation, OSError) as error:
            os.write(channel, _greeting(str(error)))
            os.close(lifeline)
        else:
            if child == 0:
                control.detach()  # its descriptor is the fork's to use
                _be_the_sandbox(place, channel, request, notebook)
            forks.keep(child, lifeline)
        os.close(channel)
        os.close(request)


def warm_up():
    """Import what notebooks import, without running any of it: a library that has started threads cannot be forked."""
    reference = [module.name for module in pkgutil.walk_packages(dnnkit.__path__, "dnnkit.")]
    for name in (*WARM, *reference):
        with contextlib.suppress(ImportError):  # torch is not installed everywhere
            importlib.import_module(name)
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)
    return Notebook()


class Isolated:
    """A place where a fork sees a Python environment, and nothing else of the machine or of another fork."""

    def __init__(self, folder):
        self._folder = Path(folder)
        self._visible = isolate.environment_paths()
        seccomp.program(platform.machine())  # computed now, so that each fork has it

    def close(self):
        """See no more than the forks will: everything has been imported, and what that wrote can go."""
        around = os.open(self._folder.parent, os.O_RDONLY)
        isolate.build_view(self._folder, self._visible, hidden=[PACKAGE])
        shutil.rmtree(self._folder.name, dir_fd=around)
        os.close(around)

    def fork(self):
        return isolate.fork()

    def enter(self, files, limits):
        """Called in the fork, before it runs any of the student's code."""
        isolate.enter(self._visible, files, size=2 * limits["file_size"], shared=limits["memory"] // SHARED)
        isolate.limit(**limits)
        with contextlib.suppress(seccomp.NoFilter):  # as `doctor` reports
            seccomp.install()


class Trusted:
    """No isolation: a fork is a process of this user like any other, in its own folder."""

    def __init__(self, folder):
        self._folder = folder

    def close(self):
        """Nothing is closed."""

    def fork(self):
        return os.fork()

    def enter(self, files, limits):
        """Called in the fork, before it runs any of the student's code."""
        isolate.die_with_parent()
        os.chdir(tempfile.mkdtemp(dir=self._folder))
        isolate.lay(files)
        isolate.limit(**limits | {"processes": None})  # it would also count this user's other processes


class Refused:
    """Stands in for what this machine refused."""

    def __init__(self, reason):
        self._reason = reason

    def close(self):
        """Nothing is closed."""

    def fork(self):
        raise self._reason


def _be_the_sandbox(place, channel_fd, request_fd, notebook):
    """Never returns: enter the sandbox, say so on the channel, and serve."""
    try:
        os.setsid()  # a signal to "my group" must reach nobody else
        with open(request_fd, "rb") as file:
            file.seek(0)
            request = json.load(file)
        os.sched_setaffinity(0, request["processors"])
        channel = socket.socket(fileno=os.dup2(channel_fd, 3, inheritable=False))
        os.closerange(4, os.sysconf("SC_OPEN_MAX"))
        os.environ.clear()
        os.environ.update(request["environment"])
        refused = ""
        try:
            files = {name: bytes.fromhex(content) for name, content in request["files"].items()}
            place.enter(files, request["limits"])
        except (isolate.NoIsolation, OSError, ValueError) as error:
            refused = str(error) or type(error).__name__
        channel.setblocking(True)
        channel.sendall(_greeting(refused))
        if not refused:
            _reseed(request["seed"])
            session.serve(channel, notebook)
    finally:
        os._exit(1)


def _greeting(refused):
    return json.dumps({"refused": refused}).encode().ljust(512)


def _reseed(seed):
    """Give every fork its own global randomness, which the warm interpreter would otherwise hand to all alike."""
    random.seed(seed)
    sys.modules["numpy"].random.seed(seed % 2**32)
    if torch := sys.modules.get("torch"):
        torch.default_generator.manual_seed(seed)  # `torch.manual_seed` looks for other devices, which takes long
