"""The process that starts a warm interpreter, stays outside where that shuts itself in, and leaves nothing behind.

It is started by `client.Server` as ``python -m autograder.sandbox.server ISOLATION MEMORY``; its standard input is a
socket on which the interpreter is asked for forks. When every judge has closed it, or the interpreter has ended, for
whatever reason, nothing of either is left: no process, no file.
"""

import contextlib
import importlib
import os
import pwd
import select
import signal
import socket
import sys
import tempfile
import traceback
from pathlib import Path

from . import isolate


def main(isolation, memory):
    """Start an interpreter and wait for its end.

    `isolation` is "namespaces" or "none"; `memory` is how many bytes the processes of one fork may take together.
    """
    control = socket.socket(fileno=os.dup(0))
    with tempfile.TemporaryDirectory(prefix="sandbox-", ignore_cleanup_errors=True) as folder:
        os.environ.update(_environment(folder))
        tempfile.tempdir = folder
        refused = None
        try:
            if isolation == "namespaces":
                isolate.unshare()
        except isolate.NoIsolation as error:
            refused = error
        child = os.fork()
        if child == 0:
            _be_the_interpreter(control, isolation, memory, folder, refused)
        _wait(control, child)


def _environment(folder):
    """Return where libraries keep their own files while they are imported: nowhere that others can write to.

    What matplotlib knows about this machine's fonts takes long to find out, and is the user's own.
    """
    variables = {"HOME": folder, "TMPDIR": folder}
    with contextlib.suppress(KeyError):  # not every user has an entry
        cache = Path(pwd.getpwuid(os.getuid()).pw_dir) / ".cache"
        if os.access(cache, os.W_OK):
            variables["XDG_CACHE_HOME"] = str(cache)
    return variables


def _be_the_interpreter(control, isolation, memory, folder, refused):
    """Never returns."""
    try:
        isolate.die_with_parent()
        interpreter = importlib.import_module("autograder.sandbox.interpreter")  # without it, this process stays small
        if refused:
            place = interpreter.Refused(refused)
        else:
            place = interpreter.Isolated(folder) if isolation == "namespaces" else interpreter.Trusted(folder)
        interpreter.serve(control, place, memory)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def _wait(control, child):
    """Wait until the interpreter has ended or nobody is left to ask it for anything, and end it."""
    poll = select.poll()
    poll.register(control, 0)  # only to learn that it was closed
    poll.register(os.pidfd_open(child), select.POLLIN)
    poll.poll()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
