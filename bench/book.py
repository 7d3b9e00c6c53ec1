"""The book: built from scratch, built again with nothing changed, and how long each page takes to execute."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from jupyter_cache import get_cache

from .record import Record

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("_config.yml", "_toc.yml", "autograder", "chapters", "dnnkit")
COMMAND = (str(Path(sys.executable).with_name("jupyter-book")), "build", ".", "-W", "-n", "--keep-going")
GOALS = {"book_cold_s": 120.0, "book_unchanged_s": 8.0}
PAGE_GOAL = 10.0


def run():
    """Yield `book_cold_s`, `book_unchanged_s`, and `book_page_s` of each page with code, in seconds."""
    with TemporaryDirectory() as folder:
        book = Path(folder)
        for part in PARTS:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            copy(ROOT / part, book / part)
        for name, goal in GOALS.items():
            taken = _build(book)
            yield Record(name, taken, None, None, "s", f"<= {goal:g}", taken <= goal)
        for kept in sorted((book / "_build" / ".jupyter_cache").glob("*/")):
            (record,) = get_cache(kept).list_cache_records()
            page, taken = kept.name.rpartition("-")[0].replace("chapters-", "", 1), record.data["execution_seconds"]
            yield Record(f"book_page_s: {page}", taken, None, None, "s", f"<= {PAGE_GOAL:g}", taken <= PAGE_GOAL)


def _build(book):
    """Build as `make book` does, with the copy's own packages, and return the seconds it took."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(book)}
    began = time.perf_counter()
    done = subprocess.run(
        COMMAND, cwd=book, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the book does not build:\n{done.stdout[-3000:]}")
    return time.perf_counter() - began
