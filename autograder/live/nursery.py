"""Kernels that start with the course's libraries already loaded: they are forked from one process.

Starting Python and importing NumPy, Matplotlib and torch costs a processor more than two seconds for each page. Here
one process, the nursery, does so once. It runs only the text of this file, so that it loads nothing of the course that
a page's own kernel would not have. Kernels of other languages, and all kernels on systems other than Linux, where
libraries may not survive a fork, start as usual.
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
FIGURES = "module://matplotlib_inline.backend_inline"  # which a kernel chooses before a page imports Matplotlib
PYTHON = ["-m", "ipykernel_launcher"]


class Forked(psutil.Process):
    """A kernel's process, with the attributes that a provisioner expects of a process that it has started itself."""

    stdin = stdout = stderr = None

    def poll(self):
        """Return None as long as the process runs."""
        return None if self.is_running() else 0


class Provisioner(LocalProvisioner):
    """Have Python kernels forked."""

    async def launch_kernel(self, cmd, **options):
        """Start a kernel, and return what is needed to connect to it."""
        if cmd[1:3] != PYTHON:
            return await super().launch_kernel(cmd, **options)
        asked = {"argv": cmd[2:], "cwd": str(options["cwd"]), "env": options["env"]}
        nursery = self.parent.nursery
        with suppress(BrokenPipeError):
            nursery.stdin.write(json.dumps(asked).encode() + b"\n")
        if not (number := nursery.stdout.readline()):
            raise RuntimeError("the process that kernels are forked from has ended; its output is above")
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
    """Yield a class of kernel managers, whose kernels end with this context."""
    if sys.platform != "linux":
        yield AsyncKernelManager
        return
    command = (sys.executable, "-c", Path(__file__).read_text(encoding="utf-8"))
    environment = {"MPLBACKEND": FIGURES} | os.environ
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "bufsize": 0}
    with subprocess.Popen(command, env=environment, start_new_session=True, **pipes) as process:
        yield type("ManagerHere", (Manager,), {"nursery": process})


def main():
    """Fork a kernel for each line of input, and answer with the number of its process."""
    del sys.path[0]  # the folder from which the book is built; IPython adds that of the page
    for name in LOADED:
        with suppress(ImportError):
            __import__(name)
    gc.freeze()  # what is loaded, so that garbage collection does not copy it in each kernel
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that no zombies are left
    for line in sys.stdin:
        if kernel := os.fork():
            print(kernel, flush=True)
        else:
            return json.loads(line)
    return None


def become(argv, cwd, env):
    """Become a kernel."""
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
