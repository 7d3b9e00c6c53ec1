"""Fetch what pages load from other hosts, so that a site serves it itself: ``make vendor``.

The files go to ``build/vendor``. A build publishes them where ``live_pyodide`` and ``live_modules`` in ``_config.yml``
name the folders ``pyodide/`` and ``modules/`` of the site.
"""

import json
import shutil
import sys
import urllib.request

from autograder.chapter import ROOT
from autograder.live.decorate import EDITOR, MODULES, PYODIDE, VENDOR

CORE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")


def fetch(folder, pyodide=PYODIDE, modules=MODULES):
    """Fetch Pyodide with NumPy, and the editor's modules, from their addresses into `folder`, a file at a time."""
    for name in CORE:
        _fetch(pyodide + name, folder / "pyodide" / name)
    lock = json.loads((folder / "pyodide" / "pyodide-lock.json").read_text())
    wheel = lock["packages"]["numpy"]["file_name"]
    _fetch(pyodide + wheel, folder / "pyodide" / wheel)
    for name, path in EDITOR.items():
        _fetch(f"{modules}{name}@{path}", folder / "modules" / f"{name}@{path}")


def _fetch(address, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.part")
    with urllib.request.urlopen(address, timeout=60) as response, unfinished.open("wb") as file:
        shutil.copyfileobj(response, file)
    unfinished.replace(path)
    print(f"fetched {address}")


if __name__ == "__main__":
    try:
        fetch(ROOT / VENDOR)
    except OSError as error:
        sys.exit(f"not everything could be fetched: {error}")
