"""A warm interpreter: everything that a notebook may import is imported once, and each submission gets a fork of it.

Started by `client.Server` as ``python -m autograder.sandbox.server``, with a socket as its standard input. A request on
it has three descriptors attached: the channel to the judge, a lifeline, and a file that says what is asked. When the
judge's end of the lifeline closes, for whatever reason, everything that the fork has started is killed.
"""

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import random
import select
import signal
import socket
import sys
import tempfile
from pathlib import Path

import dnnkit

from . import isolate, session
from .shell import Notebook

WATCH = 200  # milliseconds from one look at the memory of a sandbox to the next
WARM = ("numpy", "torch", "matplotlib", "matplotlib.pyplot", "matplotlib_inline.backend_inline", "IPython")


def main():
    """Warm up, then fork for every request until the judge closes the socket."""
    control = socket.socket(fileno=os.dup(0))
    notebook = warm_up()
    control.send(b"ready")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the keepers
    gc.collect()
    gc.freeze()
    while True:
        order, fds, _, _ = socket.recv_fds(control, 16, 3)
        if not order:
            return
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            control.close()
            keep(*fds, notebook)
        for fd in fds:
            os.close(fd)


def warm_up():
    """Import what notebooks import, without running any of it: a library that has started a thread cannot be forked."""
    reference = [module.name for module in pkgutil.walk_packages(dnnkit.__path__, "dnnkit.")]
    for name in (*WARM, *reference):
        with contextlib.suppress(ImportError):  # torch is not everywhere
            importlib.import_module(name)
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)
    return Notebook()


def keep(channel_fd, lifeline_fd, request_fd, notebook):
    """Be the keeper of one sandbox: start it, end it when the judge lets go, and report how it ended."""
    isolate.die_with_parent()
    with open(request_fd, "rb") as file:
        file.seek(0)
        request = json.load(file)
    lifeline = socket.socket(fileno=lifeline_fd)
    proc = os.open("/proc", os.O_RDONLY)
    refused = ""
    if request["isolation"] == "namespaces":
        try:
            isolate.unshare()
        except isolate.NoIsolation as error:
            refused = str(error)
    child = os.fork()
    if child == 0:
        lifeline.close()
        _be_the_sandbox(request, channel_fd, notebook, refused)
    os.close(channel_fd)
    poll = select.poll()
    ended = os.pidfd_open(child)
    poll.register(ended, select.POLLIN)
    poll.register(lifeline, select.POLLIN)
    too_much = False
    while not (happened := dict(poll.poll(WATCH))) and not too_much:
        too_much = isolate.memory(child, proc) > request["limits"]["memory"]
    if ended not in happened:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(OSError):
        lifeline.send(b"memory" if too_much else str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _be_the_sandbox(request, channel_fd, notebook, refused):
    """Never returns: enter the sandbox, say so on the channel, and serve."""
    try:
        isolate.die_with_parent()
        channel = socket.socket(fileno=os.dup2(channel_fd, 3))
        os.closerange(4, 1024)
        os.environ.clear()
        os.environ.update(request["environment"])
        if not refused:
            try:
                _enter(request)
            except (isolate.NoIsolation, OSError, ValueError) as error:
                refused = str(error) or type(error).__name__
        channel.setblocking(True)
        channel.sendall(json.dumps({"refused": refused}).encode().ljust(512))
        if refused:
            os._exit(1)
        _reseed(request["seed"])
        session.serve(channel, notebook)
    finally:
        os._exit(1)


def _enter(request):
    limits = request["limits"]
    files = {name: bytes.fromhex(content) for name, content in request["files"].items()}
    if request["isolation"] == "namespaces":
        hidden = [Path(__file__).resolve().parents[1]]
        root = Path(request["root"])
        isolate.enter(root, isolate.environment_paths(), hidden, files, size=2 * limits["file_size"])
    else:
        os.chdir(tempfile.mkdtemp(dir=request["root"]))
        for name, content in files.items():
            Path(Path(name).name).write_bytes(content)
        limits = limits | {"processes": None}  # it would count this user's other processes too
    isolate.limit(**limits)


def _reseed(seed):
    """Give every fork its own global randomness, which the warm interpreter would otherwise hand to all alike."""
    random.seed(seed)
    sys.modules["numpy"].random.seed(seed % 2**32)
    if torch := sys.modules.get("torch"):
        torch.default_generator.manual_seed(seed)  # `torch.manual_seed` looks for other devices, which takes long


if __name__ == "__main__":
    main()
