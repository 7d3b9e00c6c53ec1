"""What pages fetch from other hosts, here from npm's packages, installed once into ``build/npm`` and kept there."""

import hashlib
import json
import os
import shutil
import subprocess

import pytest
from filelock import FileLock

from autograder.chapter import ROOT
from autograder.live import decorate

FOLDER = ROOT / "build" / "npm"
NUMPY = "@bentopdf/pymupdf-wasm"  # holds a wheel of NumPy for Pyodide; used by tests only, and never shipped
WANTED = {
    "pyodide": "0.29.4",
    NUMPY: "0.11.16",
    "mathjax": "3",
    "axe-core": "4",
    **{name: path.split("/")[0] for name, path in decorate.EDITOR.items()},
}


def install():
    """Install the packages that are wanted, and return the folder of packages; skip the test where npm is missing."""
    if shutil.which("npm") is None:
        if "CI" in os.environ:
            pytest.fail("npm is not installed", pytrace=False)
        pytest.skip("npm is not installed")
    FOLDER.mkdir(parents=True, exist_ok=True)
    manifest = json.dumps({"private": True, "dependencies": WANTED}, indent=1)
    with FileLock(FOLDER / "lock"):
        done = FOLDER / "installed.json"
        if not done.exists() or done.read_text() != manifest:
            (FOLDER / "package.json").write_text(manifest)
            command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
            run = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
            if run.returncode:
                reason = f"npm cannot install the packages: {run.stderr.strip()[-300:]}"
                pytest.fail(reason, pytrace=False) if "CI" in os.environ else pytest.skip(reason)
            done.write_text(manifest)
    return FOLDER / "node_modules"


def pyodide_files(modules):
    """Return Pyodide's files with NumPy among them: content by name, or the path of it."""
    (wheel,) = (modules / NUMPY / "assets").glob("numpy-*.whl")
    lock = json.loads((modules / "pyodide" / "pyodide-lock.json").read_text())
    numpy = lock["packages"]["numpy"]
    numpy["sha256"] = hashlib.sha256(wheel.read_bytes()).hexdigest()
    files = {path.name: path for path in (modules / "pyodide").iterdir()}
    return files | {"pyodide-lock.json": json.dumps(lock).encode(), numpy["file_name"]: wheel}
