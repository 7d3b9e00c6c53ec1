"""The packages of a release, in new environments with everything that an index provides: ``make release-check``.

These walks take minutes and a network, so `make test` leaves them out.
"""

import csv
import functools
import http.server
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import nbformat
import pytest

from autograder.chapter import ROOT
from autograder.classroom.notebook import source_text
from publish import branch
from tests.serving import serving
from tests.test_wheel import Environment, told

TOPIC = "dropout"
PYTHONS = ("3.11", "3.12", "3.13")
COLAB = Path(__file__).with_name("colab.txt")
ON_COLAB = "3.13"


class Installed(Environment):
    """A virtual environment of another Python, into which pip installs."""

    def __init__(self, folder, version):
        subprocess.run([interpreter(version), "-m", "venv", folder], check=True)
        self.folder, self.python = folder, folder / "bin" / "python"

    def install(self, *what):
        """Install packages from the index, with their dependencies."""
        pip = [self.python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        done = subprocess.run([*pip, *what], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@functools.cache
def interpreter(version):
    """Return the path of a Python of this version; skip the test if there is none."""
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    for found in filter(None, (shutil.which(f"python{version}"), *kept)):
        asked = [found, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        if subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() == version:
            return found
    pytest.skip(f"no Python {version} is installed")


@pytest.fixture(scope="session")
def wheel():
    """The wheel in ``dist``, next to the source distribution from which it was built."""
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    build = [sys.executable, "-m", "hatchling", "build", "-d", dist]
    subprocess.run([*build, "-t", "sdist"], cwd=ROOT, check=True)
    (sources,) = dist.glob("*.tar.gz")
    unpacked = ROOT / "build" / "release"
    shutil.rmtree(unpacked, ignore_errors=True)
    shutil.unpack_archive(sources, unpacked, filter="data")
    subprocess.run([*build, "-t", "wheel"], cwd=unpacked / sources.name.removesuffix(".tar.gz"), check=True)
    (built,) = dist.glob("*.whl")
    return built


def solved(notebook, source):
    """Return a notebook with the answers from the instructor's."""
    answers = {cell.id: cell.source for cell in source.cells if cell.metadata.nbgrader.solution}
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)
    return notebook


@pytest.mark.parametrize("version", PYTHONS)
def test_an_instructor_and_a_student_walk_from_pip_install_to_grades(version, wheel, tmp_path):
    teacher = Installed(tmp_path / "teacher", version)
    teacher.install(f"{wheel}[class]")
    teacher.run("autograder", "init", "class", cwd=tmp_path)
    teacher.run("autograder", "release", "class", TOPIC, cwd=tmp_path)
    directory = tmp_path / "class"
    shutil.unpack_archive(directory / "handout" / f"{TOPIC}.zip", tmp_path)
    (handed_out,) = (tmp_path / TOPIC).glob("*.whl")

    student = Installed(tmp_path / "student", version)
    student.install(f"{handed_out}[student]")
    path = tmp_path / TOPIC / f"{TOPIC}.ipynb"
    # With the cell that installs the course if it is missing: it is not missing here, nor where this is graded.
    notebook = nbformat.reads(branch.notebook(TOPIC, "https://course.example/packages/none.whl"), as_version=4)
    assert told(student, notebook, path) == {"not attempted"}
    source = nbformat.read(directory / "source" / TOPIC / path.name, as_version=4)
    assert told(student, solved(notebook, source), path) == {"passed"}
    student.run("jupyter", "lab", "--version", cwd=tmp_path)

    (directory / "submitted" / "anna" / TOPIC).mkdir(parents=True)
    shutil.copy(path, directory / "submitted" / "anna" / TOPIC)
    for command in ("grade", "feedback", "export", "report"):
        teacher.run("autograder", command, "class", cwd=tmp_path)
    with open(directory / "exercises.csv", encoding="utf-8", newline="") as file:
        verdicts = [row["verdict"] for row in csv.DictReader(file)]
    assert sorted(set(verdicts)) == ["passed", "to be graded by hand"]
    assert verdicts.count("passed") == len(verdicts) - 1


@pytest.fixture
def site(wheel, tmp_path):
    """The address of a site that has the wheel."""
    (tmp_path / "site" / "packages").mkdir(parents=True)
    shutil.copy(wheel, tmp_path / "site" / "packages")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path / "site"))
    with serving(handler) as address:
        yield address


def test_an_assignment_is_opened_and_solved_on_what_colab_has(wheel, site, tmp_path):
    colab = Installed(tmp_path / "colab", ON_COLAB)
    colab.install("-r", COLAB)
    before = colab.run("pip", "freeze", cwd=tmp_path)
    assert "numpy==2." in before
    path = tmp_path / f"{TOPIC}.ipynb"
    path.write_text(branch.notebook(TOPIC, f"{site}packages/{quote(wheel.name)}"), encoding="utf-8")
    notebook = nbformat.read(path, as_version=4)
    assert told(colab, notebook, path) == {"not attempted"}
    source = nbformat.reads(source_text(TOPIC, ROOT), as_version=4)
    assert told(colab, solved(notebook, source), path) == {"passed"}
    after = colab.run("pip", "freeze", cwd=tmp_path).splitlines()
    assert [line.partition(" ")[0] for line in after if line not in before.splitlines()] == ["tuning-deep-networks"]
