"""The book is built once a test run, where `make book` builds it; all tests of the book look at the same pages."""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from filelock import FileLock

from autograder.chapter import ROOT

BUILD = ROOT / "build" / "tests"
JUPYTER_BOOK = str(Path(sys.executable).with_name("jupyter-book"))
STRICT = ("-W", "-n", "--keep-going")


@dataclass(frozen=True)
class Run:
    """A command that has run: its exit status, what it wrote, and the seconds it took."""

    status: int
    output: str
    seconds: float


def _run(*command, cwd=ROOT, path=None):
    sources = os.pathsep.join(str(each) for each in (ROOT, path) if each)
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": sources}
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return Run(done.returncode, done.stdout, time.monotonic() - started)


@pytest.fixture(scope="session")
def run():
    """A function that runs a command as the book is built, with `path` where its packages are, and returns its Run."""
    return _run


@pytest.fixture(scope="session")
def strict_build():
    """The command that builds the book in the directory where it runs."""
    return (JUPYTER_BOOK, "build", ".", *STRICT)


@pytest.fixture(scope="session")
def once(testrun_uid):
    """A function that runs a command once a test run, whichever worker comes first; the others get its Run."""

    def _once(name, *commands):
        BUILD.mkdir(parents=True, exist_ok=True)
        with FileLock(BUILD / "book.lock"):
            record = BUILD / f"{name}.json"
            if record.exists() and (kept := json.loads(record.read_text()))["testrun"] == testrun_uid:
                return [Run(**each) for each in kept["runs"]]
            runs = [_run(*command) for command in commands]
            record.write_text(json.dumps({"testrun": testrun_uid, "runs": [vars(each) for each in runs]}))
            return runs

    return _once


@pytest.fixture(scope="session")
def build(once, strict_build):
    """The strict build of the book, and another one right after it."""
    return once("book", strict_build, strict_build)


@pytest.fixture(scope="session")
def plain(once, html):
    """The way out of Jupyter Book: the conf.py that it generates, built by plain Sphinx."""
    folder = BUILD / "sphinx"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "_config.yml", folder)
    generate = (JUPYTER_BOOK, "config", "sphinx", ".", "--config", str(folder / "_config.yml"))
    build = (sys.executable, "-m", "sphinx", *STRICT, "-c", str(folder), "-d", str(folder / "doctrees"), ".")
    return once("sphinx", generate, (*build, str(folder / "html")))


@pytest.fixture(scope="session")
def html(build):
    """The folder of the built pages."""
    if build[0].status:
        pytest.fail("the book does not build (see test_strict_build_passes)", pytrace=False)
    return ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def pages(html):
    """Every built page as soup, by its path inside the folder, such as ``chapters/dropout.html``."""
    paths = [path for path in sorted(html.rglob("*.html")) if "_static" not in path.parts]
    return {path.relative_to(html).as_posix(): BeautifulSoup(path.read_bytes(), "html.parser") for path in paths}
