"""Code depends on what Python loads when it runs, data and versions included."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import chapter, sources
from autograder.chapter import ROOT
from autograder.sources import Sources

ROOMS = sorted(
    path.stem
    for path in (ROOT / "dnnkit").iterdir()
    if (path.suffix == ".py" or (path / "__init__.py").exists()) and not path.stem.startswith("__")
)

LOADED = """
import importlib, json, sys
loaded = {}
for name in sys.argv[1:]:
    for module in [each for each in sys.modules if each.split(".")[0] == "dnnkit"]:
        del sys.modules[module]
    importlib.import_module(name)
    loaded[name] = [module.__file__ for each, module in sys.modules.items() if each.split(".")[0] == "dnnkit"]
print(json.dumps(loaded))
"""


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A package of two modules, one of which imports the other and NumPy; a data file and a derived file."""
    folder = tmp_path / "toy"
    (folder / "__pycache__").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "data.npz").write_bytes(b"1")
    (folder / "inner.py").write_text("value = 'first'\n")
    (folder / "outer.py").write_text("import numpy\nfrom .inner import value\n")
    (folder / "__pycache__" / "module.pyc").write_bytes(b"1")
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def digest(*names):
    return Sources().digest(names or ["toy.outer"])


def test_python_loads_the_files_that_were_found():
    """Each room of dnnkit, in one Python that forgets it again; torch alone takes a second."""
    names = [f"dnnkit.{room}" for room in ROOMS if room != "pytorch"]
    assert {"dnnkit.mlp", "dnnkit.dropout", "dnnkit.plot"} < set(names)  # the list is not empty by mistake
    command = (sys.executable, "-c", LOADED, *names)
    loaded = json.loads(subprocess.check_output(command, text=True))
    for name in names:
        found, _ = Sources().reached([name])
        assert {Path(path) for path in loaded[name]} == found, name


@pytest.mark.parametrize("topic", chapter.topics())
def test_a_chapter_depends_on_its_topic_the_judge_and_its_exercises(topic):
    cells = [cell for section in chapter.read(topic).sections for cell in section.cells if cell.kind == "code"]
    cells += chapter.read(topic).setup
    found, libraries = Sources().reached(Sources().names_of_cells(cell.source for cell in cells))
    names = {path.relative_to(ROOT).as_posix() for path in found}
    asked = {f"autograder/exercises/{each.exercise}.py" for each in chapter.read(topic).sections if each.kind != "text"}
    assert {"autograder/judge/judge.py", "dnnkit/__init__.py", *asked} <= names
    assert not any(name.startswith(("autograder/live", "autograder/classroom", "autograder/audit")) for name in names)
    assert "numpy" in libraries


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import toy.outer", {"toy/__init__.py", "toy/outer.py", "toy/inner.py"}),
        ("from toy import outer", {"toy/__init__.py", "toy/outer.py", "toy/inner.py"}),
        ("from toy.inner import value", {"toy/__init__.py", "toy/inner.py"}),
        ("from toy import *", {"toy/__init__.py", "toy/outer.py", "toy/inner.py"}),
        ("def late():\n    import toy.inner", {"toy/__init__.py", "toy/inner.py"}),
        ("import importlib\nimportlib.import_module('toy.inner')", {"toy/__init__.py", "toy/inner.py"}),
        ("%matplotlib inline\nfrom toy import inner", {"toy/__init__.py", "toy/inner.py"}),
        ("'inner'", set()),
        ("this is no Python", set()),
    ],
)
def test_imports_are_found_wherever_they_stand(toy, code, expected):
    found, _ = Sources().reached(Sources().names_of_cells([code]))
    assert {path.relative_to(toy.parent).as_posix() for path in found} == expected


@pytest.mark.parametrize("name", ["__init__.py", "data.npz", "inner.py", "outer.py"])
def test_digest_changes_with_the_code_and_its_data(toy, name):
    before = digest()
    assert digest() == before
    (toy / name).write_text("import numpy\nfrom .inner import value, value as other\n")
    assert digest() != before


def test_digest_depends_on_nothing_else(toy):
    before = digest("toy.inner")
    (toy / "__pycache__" / "module.pyc").write_bytes(b"2")
    (toy / "outer.py").write_text("import torch")
    (toy / "more").mkdir()
    (toy / "more" / "__init__.py").touch()
    (toy / "more" / "data.csv").touch()
    assert digest("toy.inner") == before
    (toy / "static").mkdir()
    (toy / "static" / "book.css").touch()
    assert digest("toy.inner") != before, "a folder that isn't a package holds data"


def test_digest_does_not_depend_on_where_the_code_is(toy, tmp_path, monkeypatch):
    before = digest()
    toy.rename(tmp_path / "moved")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "moved").rename(tmp_path / "elsewhere" / "toy")
    monkeypatch.syspath_prepend(tmp_path / "elsewhere")
    assert digest() == before


def test_digest_changes_with_the_version_of_a_library_that_is_imported(toy, monkeypatch):
    before = digest("toy.outer"), digest("toy.inner")
    monkeypatch.setattr(sources, "installed_version", lambda library: f"another {library}")
    assert digest("toy.outer") != before[0]
    assert digest("toy.inner") == before[1]


def test_versions_are_those_of_the_environment(tmp_path, monkeypatch):
    """A later NumPy, as pip would leave it; a distribution named differently from its module; none at all."""
    fake = tmp_path / "numpy-99.0.dist-info"
    fake.mkdir()
    (fake / "METADATA").write_text("Metadata-Version: 2.1\nName: numpy\nVersion: 99.0\n")
    monkeypatch.syspath_prepend(tmp_path)
    read = sources.installed_version.__wrapped__
    assert read("numpy") == "99.0"
    assert read("yaml").startswith("PyYAML ")
    assert read("no_such_library") == "absent"
