"""What importing dnnkit loads: NumPy, and neither torch nor matplotlib nor the grader."""

import json
import pkgutil
import subprocess
import sys

import pytest

import dnnkit

MODULES = sorted(f"dnnkit.{module.name}" for module in pkgutil.iter_modules(dnnkit.__path__))
OPTIONAL = {"dnnkit.pytorch": {"torch"}}
HEAVY = {"torch", "matplotlib", "scipy", "sklearn", "autograder"}


def loaded_by(*modules):
    code = "import importlib, json, sys\n" + "".join(f"importlib.import_module({name!r})\n" for name in modules)
    code += "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    found = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(found.stdout))


def test_the_package_and_its_modules_load_numpy_only():
    assert {"dnnkit.mlp", "dnnkit.dropout"} < set(MODULES)  # the list is not empty by mistake
    loaded = loaded_by("dnnkit", *(name for name in MODULES if name not in OPTIONAL))
    assert "numpy" in loaded
    assert not loaded & HEAVY


@pytest.mark.parametrize("name", sorted(OPTIONAL.keys() & set(MODULES)))
def test_a_module_with_a_library_of_its_own_loads_no_other(name):
    assert loaded_by(name) & HEAVY == OPTIONAL[name]
