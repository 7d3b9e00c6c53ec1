"""Classes to measure grading with: honest submissions of a real assignment, whose notebooks import torch."""

import itertools
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat

from autograder import classroom
from autograder.classroom import config as settings

TOPIC = "dropout"
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
HONEST = ("right", "mistake", "blank")  # how the names of the sample's ordinary students begin


@contextmanager
def classes():
    """Yield a function that makes a class of a given size, in a new directory.

    All have the same secret, on which the inputs of checks depend, and so the same grade for the same submission. Each
    submission begins with a given line of Python.
    """
    with TemporaryDirectory() as folder:
        sample = classroom.sample(Path(folder) / "sample", [TOPIC])
        honest = [path / TOPIC for path in sorted(sample.step("submitted").iterdir()) if path.name.startswith(HONEST)]
        numbers = itertools.count()

        def make(size, line="import torch"):
            notebooks = [_beginning(path / f"{TOPIC}.ipynb", line) for path in honest]
            directory = Path(folder) / f"class-{next(numbers)}"
            classroom.create(directory)
            shutil.copy(sample.seed_file, directory)
            classroom.release(directory, [TOPIC])
            for number, notebook in zip(range(size), itertools.cycle(notebooks)):
                target = directory / "submitted" / f"student-{number:04}" / TOPIC
                target.mkdir(parents=True)
                (target / f"{TOPIC}.ipynb").write_text(notebook, encoding="utf-8")
            return directory

        yield make


def _beginning(path, line):
    notebook = nbformat.read(path, as_version=4)
    answer = next(cell for cell in notebook.cells if cell.metadata.nbgrader.solution and cell.cell_type == "code")
    answer.source = f"{line}\n{answer.source}"
    return nbformat.writes(notebook)


def start(directory, *command, threads=None):
    """Start a command of this environment in a class directory, as from a shell that does not set threads.

    With `threads`, the shell sets their number, as make does.
    """
    scripts = Path(sys.executable).parent
    environment = {name: value for name, value in os.environ.items() if name not in THREADS}
    environment |= {name: str(threads) for name in THREADS if threads}
    environment["PATH"] = os.pathsep.join((str(scripts), os.environ["PATH"]))
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=directory,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def seconds(*running):
    """Return how long commands that were just started take together; a failing command is an error."""
    began = time.perf_counter()
    for process in running:
        _, said = process.communicate()
        if process.returncode:
            raise RuntimeError(f"{process.args} ended with {process.returncode}: {said.decode()[-2000:]}")
    return time.perf_counter() - began


def scores(directory):
    """Return the score of each student in each exercise."""
    with settings.gradebook(settings.load(classroom.open_class(directory))) as gradebook:
        return {
            (submission.student.id, grade.name): grade.score
            for submission in gradebook.assignment_submissions(TOPIC)
            for grade in submission.notebooks[0].grades
        }
