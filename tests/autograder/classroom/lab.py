"""JupyterLab on a class directory, as an instructor starts it for nbgrader's formgrader."""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

TOKEN = "for-this-test"
SECONDS = 60


@contextmanager
def lab(directory, home):
    """Start JupyterLab in a class directory, and yield its address."""
    places = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("RUNTIME", "CONFIG", "DATA")}
    command = ("-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0", f"--IdentityProvider.token={TOKEN}")
    home.mkdir()
    with (home / "lab.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, *command],
            cwd=directory,
            env=os.environ | places | {"HOME": str(home)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _address(server, home / "runtime", home / "lab.log")
    finally:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:  # it may lock up while shutting down, and is no longer needed
            server.kill()
            server.wait()


def _address(server, runtime, log):
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and server.poll() is None:
        for path in runtime.glob("jpserver-*.json"):
            text = path.read_text()
            if text.endswith("}"):
                return json.loads(text)["url"]
        time.sleep(0.1)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")
