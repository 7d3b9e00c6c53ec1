"""Classes that tests share: kernels cost seconds, so each is made once per session, however many workers there are."""

import multiprocessing
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from filelock import FileLock
from rich.console import Console

from autograder import classroom
from autograder.classroom import processes

COURSE = Path(__file__).with_name("course")
QUIET = Console(quiet=True)


def pytest_collection_modifyitems(items):
    """Let one worker make the class of the whole course and look at it, so that no other waits for it."""
    for item in items:
        if "whole_class" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("whole_class"))


@pytest.fixture(scope="session")
def course():
    """A course of one topic, toy, with a function, a value and a free text."""
    return COURSE


@pytest.fixture(scope="session")
def _made_once(tmp_path_factory):
    """A function that makes a directory once for all workers, with a function that takes its path."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def made_once(name, make):
        target = shared / name
        with FileLock(shared / f"{name}.lock"):
            done = shared / f"{name}.done"
            if not done.exists():
                make(target)
                done.touch()
        return target

    return made_once


def _whole(directory, **course):
    classroom.sample(directory, **course)
    classroom.grade(directory, console=QUIET)
    classroom.feedback(directory, console=QUIET)
    classroom.export(directory)


@pytest.fixture(scope="session")
def released(_made_once, course):
    """A class with the toy course released and nothing handed in. Only to be read, or copied."""

    def make(directory):
        classroom.create(directory)
        classroom.release(directory, root=course)

    return _made_once("released", make)


@pytest.fixture(scope="session")
def graded(_made_once, course):
    """The sample class of the toy course, graded. Only to be read, or copied."""
    return _made_once("graded", lambda directory: _whole(directory, root=course))


@pytest.fixture(scope="session")
def whole_class(_made_once):
    """The sample class of the whole course, graded. Only to be read, or copied."""
    return _made_once("whole", _whole)


@pytest.fixture
def fresh(released, tmp_path):
    """A copy of the released class, elsewhere, to do anything with."""
    return shutil.copytree(released, tmp_path / "class")


@pytest.fixture
def copied(graded, tmp_path):
    """A copy of the graded class, elsewhere, to do anything with."""
    return shutil.copytree(graded, tmp_path / "class")


@pytest.fixture(scope="session")
def hand_in():
    """A function that hands in the toy notebook with some cells' sources replaced, and returns its path."""

    def hand_in(directory, student, change=lambda notebook: None, **sources):
        notebook = nbformat.read(directory / "release" / "toy" / "toy.ipynb", as_version=4)
        for cell in notebook.cells:
            name = cell.metadata.nbgrader.grade_id.removesuffix("-answer")
            if cell.metadata.nbgrader.solution and name in sources:
                cell.source = sources[name]
        change(notebook)
        path = directory / "submitted" / student / "toy" / "toy.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
        return path

    return hand_in


@pytest.fixture
def points():
    """A function that returns the points of a student in a class by exercise."""

    def points(directory, student):
        place = classroom.open_class(directory)
        return {
            result.exercise.removeprefix("toy/"): result.points
            for result in classroom.results(place)
            if result.student == student
        }

    return points


@pytest.fixture
def nbgrader():
    """A function that runs nbgrader's own command in a class directory, without any of our grading's settings."""

    def nbgrader(directory, *arguments):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AUTOGRADER")}
        scripts = os.path.dirname(sys.executable)
        return subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=directory,
            env=environment | {"PATH": os.pathsep.join((scripts, environment["PATH"]))},
            capture_output=True,
            text=True,
            check=False,
        )

    return nbgrader


@pytest.fixture
def forked(monkeypatch):
    """Let workers see what a test has patched, whatever threads the test's process has."""
    monkeypatch.setattr(processes, "_context", lambda preload: multiprocessing.get_context("fork"))
