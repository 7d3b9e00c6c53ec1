"""A built wheel carries all that it needs, for each command and a student's notebook, far from any checkout.

Every environment here holds only the wheel and what it declares as required. These packages are linked from the
environment of the tests, so that no index is queried.
"""

import csv
import importlib.metadata
import io
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from autograder import chapter
from autograder.chapter import ROOT
from autograder.classroom.wheel import COURSE
from autograder.classroom.wheel import wheel as wheel_of
from autograder.judge import show

TOPIC = "dropout"
EXERCISE = "dropout/by_hand"
PYTHONS = ("3.11.0", "3.12.0", "3.13.0")
SCRIPT = "#!{python}\nimport sys\nfrom {module} import {name}\nsys.exit({name}())\n"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel built from the source distribution, which is built from this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder], cwd=ROOT, check=True)
    (sources,) = folder.glob("*.tar.gz")
    shutil.unpack_archive(sources, folder, filter="data")
    unpacked = folder / sources.name.removesuffix(".tar.gz")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=unpacked, check=True)
    (built,) = folder.glob("*.whl")
    return built


class Environment:
    """A virtual environment with what a wheel requires, including some of its extras."""

    def __init__(self, folder, wheel, *extras, others=()):
        venv.create(folder, symlinks=True)
        self.folder = folder
        self.python = folder / "bin" / "python"
        for name in sorted(required(wheel, extras, others)):
            self._link(importlib.metadata.distribution(name))
        self.install(wheel)

    def _link(self, distribution):
        """Put a package of the tests' environment into this one, with its commands."""
        for path in distribution.files:
            source = Path(path.locate())
            inside = Path(os.path.normpath(source)).relative_to(sys.prefix)
            if inside.parts[0] == "bin" or not source.exists():
                continue
            target = self.folder / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(source, target)
            except OSError:  # on another disk
                shutil.copyfile(source, target)
        for entry in distribution.entry_points.select(group="console_scripts"):
            script = self.folder / "bin" / entry.name
            script.write_text(SCRIPT.format(python=self.python, module=entry.module, name=entry.attr))
            script.chmod(0o755)

    def install(self, wheel):
        """Install a wheel as pip does, without what it requires."""
        pip = [sys.executable, "-m", "pip", "--python", self.python, "--disable-pip-version-check", "install"]
        subprocess.run([*pip, "--quiet", "--no-deps", "--no-index", "--no-compile", wheel], check=True)

    def run(self, *command, cwd):
        """Run a command of the environment and return what it printed; it must succeed."""
        done = subprocess.run(
            [self.folder / "bin" / command[0], *command[1:]],
            cwd=cwd,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def required(wheel, extras=(), others=()):
    """Return the names of the packages that a wheel with some extras, and `others`, require."""
    (own,) = importlib.metadata.distributions(path=[str(wheel)])
    due = [(COURSE, frozenset(extras)), *((name, frozenset()) for name in others)]
    seen = set()
    while due:
        name, extras = due.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        distribution = own if name == COURSE else importlib.metadata.distribution(name)
        for requirement in map(Requirement, distribution.requires or ()):
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras or {""}):
                due.append((canonicalize_name(requirement.name), frozenset(requirement.extras)))
    return {name for name, _ in seen} - {COURSE}


def test_numpy_is_all_that_the_course_itself_requires(wheel):
    assert required(wheel) == {"numpy"}
    assert {"numpy", "matplotlib", "jupyterlab", "ipykernel"} <= required(wheel, ["student"])
    assert not {"nbgrader", "torch", "sphinx"} & required(wheel, ["student"])
    assert not {"torch", "sphinx", "pytest"} & required(wheel, ["class"])


def test_every_python_that_the_course_names_can_install_what_is_pinned():
    """Pins are made on one Python, and an older one refuses whatever declares that it needs a newer one."""
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().split())
    here = [sysconfig.get_path("purelib")]  # other tests may have added what setuptools brings along
    installed = {canonicalize_name(found.name): found for found in importlib.metadata.distributions(path=here)}
    known = [installed[name] for name in map(canonicalize_name, pins) if name in installed]  # not every extra is, here
    assert {"numpy", "nbgrader", "torch", "sphinx"} <= {canonicalize_name(each.name) for each in known}
    refused = [
        f"{each.name} {each.version} on {python}"
        for each in known
        for python in PYTHONS
        if python not in SpecifierSet(each.metadata.get("Requires-Python", ""))
    ]
    assert refused == []


@pytest.fixture(scope="module")
def desk(wheel, tmp_path_factory):
    """What an instructor has: an environment with the extra `class`, and a class in which a topic was released."""
    folder = tmp_path_factory.mktemp("desk")
    environment = Environment(folder / "environment", wheel, "class")
    environment.run("autograder", "init", "class", cwd=folder)
    environment.run("autograder", "release", "class", TOPIC, cwd=folder)
    return environment, folder / "class"


@pytest.mark.long
def test_a_class_is_run(desk):
    environment, directory = desk
    target = directory / "submitted" / "anna" / TOPIC
    target.mkdir(parents=True)
    shutil.copy(directory / "source" / TOPIC / f"{TOPIC}.ipynb", target)  # the source has the solutions in it
    for command in ("grade", "feedback", "export"):
        environment.run("autograder", command, "class", cwd=directory.parent)
    with open(directory / "exercises.csv", encoding="utf-8", newline="") as file:
        verdicts = {row["exercise"]: row["verdict"] for row in csv.DictReader(file)}
    assert Counter(verdicts.values()) == {"passed": len(verdicts) - 1, "to be graded by hand": 1}
    assert (directory / "grades.csv").read_text(encoding="utf-8").count("anna") == 1
    assert "dropout" in (directory / "feedback" / "anna" / TOPIC / f"{TOPIC}.html").read_text(encoding="utf-8")


@pytest.mark.long
def test_the_course_is_audited(desk):
    environment, directory = desk
    found = json.loads(environment.run("autograder", "audit", EXERCISE, "--json", cwd=directory.parent))
    assert found["problems"] == []
    assert found["exercises"] == 1
    assert any(said.startswith("torch is not installed: ") for said in found["notices"])


@pytest.mark.long
def test_a_student_installs_what_was_handed_out(desk, tmp_path):
    """NumPy and a kernel (which nbclient drives here) are enough to run the notebook with the wheel next to it.

    The same holds for a class's own topic, whose exercises also come next to the notebook.
    """
    instructor, directory = desk
    instructor.run("autograder", "new", "mine/double", "--class", "class", cwd=directory.parent)
    for path in (directory / "exercises" / "mine" / "double.py", directory / "chapters" / "mine.md"):
        path.write_text("".join(line for line in path.read_text().splitlines(True) if "TODO" not in line))
    instructor.run("autograder", "release", "class", "mine", cwd=directory.parent)
    for topic in (TOPIC, "mine"):
        shutil.unpack_archive(directory / "handout" / f"{topic}.zip", tmp_path)
    (wheel,) = (tmp_path / TOPIC).glob("*.whl")
    assert f'pip install "./{wheel.name}[student]"' in (tmp_path / TOPIC / "README.txt").read_text(encoding="utf-8")
    environment = Environment(tmp_path / "environment", wheel, others=["ipykernel", "nbclient"])
    for topic in (TOPIC, "mine"):
        path = tmp_path / topic / f"{topic}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        assert told(environment, notebook, path) == {"not attempted"}
        answers = nbformat.read(directory / "source" / topic / f"{topic}.ipynb", as_version=4)
        solved = {cell.id: cell.source for cell in answers.cells if cell.metadata.nbgrader.solution}
        for cell in notebook.cells:
            cell.source = solved.get(cell.id, cell.source)
        assert told(environment, notebook, path) == {"passed"}


def told(environment, notebook, path):
    """Return the verdicts that a notebook's practice cells show when a kernel of the environment runs it."""
    nbformat.write(notebook, path)
    environment.run("jupyter-execute", "--inplace", path.name, cwd=path.parent)
    done = nbformat.read(path, as_version=4)
    outputs = [output for cell in done.cells if cell.id.endswith("-check") for output in cell.outputs]
    return {output.data[show.JSON]["verdict"] for output in outputs}


@pytest.mark.long
def test_a_course_that_has_changed_takes_the_place_of_the_older(desk, tmp_path):
    """pip takes two wheels with the same version for the same: without the digest in it, the older would stay."""
    environment, _ = desk
    toy = ROOT / "tests" / "autograder" / "classroom" / "course"
    for root, topics in ((toy, ("toy",)), (ROOT, chapter.topics())):
        name, packed = wheel_of(root)
        (tmp_path / name).write_bytes(packed)
        environment.install(tmp_path / name)
        code = "from autograder import chapter; print(*chapter.topics())"
        assert environment.run("python", "-c", code, cwd=tmp_path).split() == list(topics)


def test_the_wheel_of_a_handout_is_the_wheel_that_was_built(wheel, desk):
    """They are the same except for the version, so an installation of either can make the same handout again."""
    _, directory = desk
    with zipfile.ZipFile(directory / "handout" / f"{TOPIC}.zip") as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".whl"))
        handed_out = contents(io.BytesIO(archive.read(name)))
    assert handed_out == contents(wheel)
    assert any(name.startswith("autograder/book/chapters/") for name in handed_out)


def contents(wheel):
    """Return the contents of a wheel, by name, without its metadata for pip."""
    with zipfile.ZipFile(wheel) as archive:
        names = (name for name in archive.namelist() if ".dist-info/" not in name)
        return {name: archive.read(name) for name in names}
