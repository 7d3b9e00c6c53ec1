"""A PostgreSQL server for tests, run by a user who may do nothing else, reached only by a socket in its folder."""

import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

SECONDS = 30
OWNER = "grader"


def program(name):
    """Return the path of one of PostgreSQL's programs, which Debian keeps off the PATH, or None."""
    places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), *os.get_exec_path()]
    return shutil.which(name, path=os.pathsep.join(map(str, places)))


@contextmanager
def server():
    """Yield the folder of a running server's socket."""
    if program("postgres") is None:
        if "CI" in os.environ:
            pytest.fail("PostgreSQL is not installed; .ci/programs should have done so")
        pytest.skip("PostgreSQL is not installed")
    user = {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}  # it refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # a socket's path may have at most 107 characters
    try:
        if user:
            shutil.chown(folder, **user)
        made = ("--pgdata", folder / "data", "--auth", "trust", "--username", OWNER, "--no-sync")
        subprocess.run([program("initdb"), *made], check=True, stdout=subprocess.DEVNULL, cwd=folder, **user)
        options = ("-D", folder / "data", "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off")
        with (folder / "log").open("w") as log:
            running = subprocess.Popen([program("postgres"), *options], stderr=log, stdout=log, cwd=folder, **user)
        try:
            _wait(folder)
            yield folder
        finally:
            running.terminate()
            running.wait(SECONDS)
    finally:
        shutil.rmtree(folder)


def _wait(folder):
    end = time.monotonic() + SECONDS
    while subprocess.run([program("pg_isready"), "--quiet", "--host", folder], check=False).returncode:
        if time.monotonic() > end:
            pytest.fail(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}")
        time.sleep(0.05)


def create(folder, name):
    """Make an empty database, and return its address for SQLAlchemy."""
    run("dropdb", folder, "--force", "--if-exists", name)  # a test that is run once more has left one
    run("createdb", folder, name)
    return f"postgresql+psycopg://{OWNER}@/{name}?host={folder}"


def run(command, folder, *arguments):
    """Run one of PostgreSQL's programs on the server, and return what it wrote."""
    command = [program(command), "--host", folder, "--username", OWNER, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
