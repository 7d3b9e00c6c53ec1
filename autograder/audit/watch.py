"""Audit again whenever a source is saved: an exercise is written with this running next to the editor."""

import os
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import dnnkit

from .. import chapter
from .. import exercise as model

EVERY = 0.3  # seconds between two looks at the files
PACKAGE = Path(model.__file__).parent


def watch(once, root=chapter.ROOT):
    """Call `once`, which audits, in a fork of this process now and after each change, until interrupted.

    A fork has all that takes long to import, and nothing that may have changed. If autograder itself has changed, this
    process begins anew.
    """
    if find_spec("torch"):
        import torch  # noqa: F401  (for the forks: none of it is run here)
    try:
        while True:
            before = _saved(root)
            _forked(once)
            print("watching; press Ctrl-C to stop", file=sys.stderr)
            while (now := _saved(root)) == before:
                time.sleep(EVERY)
            changed = {path for path, _ in before.items() ^ now.items()}
            if any(path.is_relative_to(PACKAGE) and not path.is_relative_to(model.EXERCISES) for path in changed):
                os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    except KeyboardInterrupt:
        return 0


def _forked(once):
    child = os.fork()
    if child == 0:
        status = 2
        try:
            status = once()
        finally:
            sys.stdout.flush()
            os._exit(status)
    os.waitpid(child, 0)


def _saved(root):
    """Return when each source was saved last."""
    folders = (PACKAGE, Path(dnnkit.__file__).parent, Path(root) / "chapters", chapter.exercises_root(root))
    paths = [path for folder in folders for kind in ("*.py", "*.md") for path in folder.rglob(kind)]
    return {path: path.stat().st_mtime_ns for path in paths if path.exists()}
