"""What pages fetch from other hosts, here from npm packages, installed once into ``build/npm`` and kept there."""

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
    """Install the packages in `WANTED`, and return their folder; skip the test if npm is missing."""
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
    """Return Pyodide's files, including NumPy: their content or path, by name.

    As in the distribution that pages load, Python's own modules and NumPy's are compiled.
    """
    (wheel,) = (modules / NUMPY / "assets").glob("numpy-*.whl")
    stdlib, wheel = _compiled(modules, modules / "pyodide" / "python_stdlib.zip", wheel)
    lock = json.loads((modules / "pyodide" / "pyodide-lock.json").read_text())
    numpy = lock["packages"]["numpy"]
    numpy["sha256"] = hashlib.sha256(wheel.read_bytes()).hexdigest()
    files = {path.name: path for path in (modules / "pyodide").iterdir()}
    lock = json.dumps(lock).encode()
    return files | {"pyodide-lock.json": lock, stdlib.name: stdlib, numpy["file_name"]: wheel}


COMPILE = """
import importlib.util, io, marshal, zipfile

def compiled(packed):
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed.to_bytes())) as source, zipfile.ZipFile(target, "w") as compiled:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith(".py"):
                code = compile(content, name, "exec", dont_inherit=True)
                content = importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code)
                name += "c"
            compiled.writestr(name, content)
    return target.getvalue()
"""
SCRIPT = """
import fs from "node:fs"
const [pyodide, python, ...paths] = process.argv.slice(1)
const { loadPyodide } = await import(`${pyodide}/pyodide.mjs`)
const runtime = await loadPyodide()
runtime.runPython(python)
for (let place = 0; place < paths.length; place += 2) {
  const compiled = runtime.globals.get("compiled")(new Uint8Array(fs.readFileSync(paths[place])))
  fs.writeFileSync(paths[place + 1], compiled.toJs())
}
process.exit()
"""


def _compiled(modules, *paths):
    """Return the paths of zips with the same files, in which Pyodide's Python has compiled the modules."""
    folder = FOLDER / "compiled" / WANTED["pyodide"]
    targets = [folder / path.name for path in paths]
    with FileLock(FOLDER / "lock"):
        if not all(target.exists() for target in targets):
            folder.mkdir(parents=True, exist_ok=True)
            unfinished = [target.with_suffix(".part") for target in targets]
            pairs = [str(each) for pair in zip(paths, unfinished) for each in pair]
            command = ["node", "--input-type=module", "--eval", SCRIPT, "--", str(modules / "pyodide"), COMPILE, *pairs]
            subprocess.run(command, check=True, capture_output=True)
            for made, target in zip(unfinished, targets):
                made.replace(target)
    return targets
