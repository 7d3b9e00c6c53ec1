"""Kernels that have the libraries of the course loaded when they start: they are forked from one process.

To start Python and to import NumPy, Matplotlib and torch costs a processor more than two seconds, for each page anew.
Here one process, the nursery, does so once. It runs the text of this file alone: nothing of the course is loaded that
a page's own kernel would not have. A kernel that is not Python's, and one on a machine other than Linux, where
libraries may not outlive a fork, starts as everywhere.
"""

import gc
import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

LOADED = ("ipykernel.kernelapp", "matplotlib.pyplot", "matplotlib.backends.backend_agg", "torch")
FIGURES = "module://matplotlib_inline.backend_inline"  # which a kernel chooses, before a page imports Matplotlib
PYTHON = ["-m", "ipykernel_launcher"]


class Forked(psutil.Process):
    """A kernel's process, with what its provisioner asks of one that it has started itself."""

    stdin = stdout = stderr = None

    def poll(self):
        """Return None as long as it runs."""
        return None if self.is_running() else 0


class Provisioner(LocalProvisioner):
    """Has kernels of Python forked."""

    async def launch_kernel(self, cmd, **options):
        """Return what is needed to connect to the kernel."""
        if cmd[1:3] != PYTHON:
            return await super().launch_kernel(cmd, **options)
        asked = {"argv": cmd[2:], "cwd": str(options["cwd"]), "env": options["env"]}
        nursery = self.parent.nursery
        with suppress(BrokenPipeError):
            nursery.stdin.write(json.dumps(asked).encode() + b"\n")
        if not (number := nursery.stdout.readline()):
            raise RuntimeError("the process that kernels are forked from has ended; what it said stands above")
        self.process = Forked(int(number))
        self.pid = self.pgid = self.process.pid
        return self.connection_info


class Manager(AsyncKernelManager):
    """The manager of one kernel, which the process `nursery` of a subclass forks."""

    def __init__(self, **options):
        super().__init__(**options)
        self.provisioner = Provisioner(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)


@contextmanager
def nursery():
    """Yield a class of kernel managers. With this context their kernels end too."""
    if sys.platform != "linux":
        yield AsyncKernelManager
        return
    command = (sys.executable, "-c", Path(__file__).read_text(encoding="utf-8"))
    environment = {"MPLBACKEND": FIGURES} | os.environ
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "bufsize": 0}
    with subprocess.Popen(command, env=environment, start_new_session=True, **pipes) as process:
        yield type("ManagerHere", (Manager,), {"nursery": process})


def main():
    """Fork a kernel for each line that comes, and answer with its process's number."""
    del sys.path[0]  # the folder of whoever builds; IPython adds that of the page
    for name in LOADED:
        with suppress(ImportError):
            __import__(name)
    gc.freeze()  # what is loaded, so that looking for garbage does not copy it for each kernel
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so none is left a zombie
    for line in sys.stdin:
        if kernel := os.fork():
            print(kernel, flush=True)
        else:
            return json.loads(line)
    return None


def become(argv, cwd, env):
    """Be a kernel."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv[:] = argv
    from ipykernel import kernelapp

    kernelapp.launch_new_instance(parent_handle=os.getppid())  # with which it ends


if __name__ == "__main__" and (asked := main()):
    become(**asked)
