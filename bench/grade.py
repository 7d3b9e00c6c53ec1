"""Grading against nbgrader's own autograde: the same submissions, whose notebooks import torch, on the same machine."""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from rich.console import Console

from autograder import classroom

from .record import Record

TOPIC, STUDENTS = "dropout", 40
GOAL = 30.0


def run():
    """Return the record `grade_vs_nbgrader`: seconds a submission, of one process each."""
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder) / "class"
        _class(directory)
        theirs = _nbgrader(directory, STUDENTS)
        ours = _ours(directory)
    ratio = theirs / ours
    yield Record("grade_vs_nbgrader", ours, theirs, ratio, "s each", f"> {GOAL:g}", ratio > GOAL)


def _class(directory):
    """Make a class of right answers that import torch, each handed in by a student of its own."""
    with tempfile.TemporaryDirectory() as folder:
        sample = classroom.sample(Path(folder) / "sample", [TOPIC])
        answered = nbformat.read(sample.step("submitted", "right", TOPIC, f"{TOPIC}.ipynb"), as_version=4)
        classroom.create(directory)
        classroom.release(directory, [TOPIC])
    first = next(cell for cell in answered.cells if cell.metadata.nbgrader.get("solution") and cell.cell_type == "code")
    first.source = "import torch\n" + first.source
    for number in range(STUDENTS):
        target = directory / "submitted" / f"student-{number:02}" / TOPIC
        target.mkdir(parents=True)
        nbformat.write(answered, target / f"{TOPIC}.ipynb")


def _nbgrader(directory, count):
    """Return seconds a submission of the stock command, on a copy of the class."""
    copied = shutil.copytree(directory, directory.with_name("stock"))
    command = [str(Path(sys.executable).with_name("nbgrader")), "autograde", TOPIC]
    started = time.perf_counter()
    subprocess.run(command, cwd=copied, check=True, capture_output=True)
    return (time.perf_counter() - started) / count


def _ours(directory):
    """Return seconds a submission of ours, start of the warm interpreter included."""
    started = time.perf_counter()
    classroom.grade(directory, workers=1, console=Console(quiet=True))
    return (time.perf_counter() - started) / STUDENTS
