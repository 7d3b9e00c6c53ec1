"""The processes that a test has started, wherever they are now, recognized by a mark in their environment."""

import os
import time
import uuid
from pathlib import Path


def marked():
    """Return a new mark, and an environment that carries it: in the library path, which every process passes on."""
    mark = f"/marked-{uuid.uuid4().hex}"
    paths = (os.environ.get("LD_LIBRARY_PATH"), mark)
    return mark, os.environ | {"LD_LIBRARY_PATH": ":".join(filter(None, paths))}


def with_mark(mark):
    """Return (process, command) for all processes except this one that carry a mark."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if int(entry.name) != os.getpid() and mark.encode() in (entry / "environ").read_bytes():
                found.append((entry.name, (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()))
        except OSError:
            continue
    return found


def wait_until(condition, seconds=60):
    """Wait until a condition on processes holds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
