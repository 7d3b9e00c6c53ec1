"""What grading adds to a student's code and the checks: where the time of a submission goes, one at a time."""

import json
import shutil
import statistics
import time
from multiprocessing import get_context

import nbformat

from autograder import classroom
from autograder import exercise as exercises
from autograder.classroom import config as settings
from autograder.classroom.record import Judged, record
from autograder.classroom.source import PRACTICE
from autograder.judge.judge import judge
from autograder.judge.seeds import PUBLIC
from autograder.sandbox.run import graded_name
from autograder.sandbox.shell import Notebook

from .classes import TOPIC, classes, seconds, start
from .record import Record, one_processor

STUDENTS = 40
GOAL = 40.0
PARTS = (
    "fork",
    "rebuild",
    "sandbox",
    "notebook",
)  # of the times in a submission's record; the others are "cells" and "checks"


def run():
    """Yield `grade_overhead_ms`, its parts, and the rest: milliseconds per submission, medians of 40."""
    with classes() as make, one_processor():  # since each worker stays on its own
        directory = make(STUDENTS)
        ungraded = shutil.copytree(directory, directory.with_name("ungraded"))
        seconds(start(directory, "autograder", "grade", ".", "--workers", "1"))
        spent = [json.loads(path.read_text())["seconds"] for path in directory.glob("records/*/*.json")]
        notebooks = sorted(directory.glob("autograded/*/*/*.ipynb"))
        with get_context("spawn").Pool(1) as alone:  # cells change the process that they run in
            own = statistics.median(alone.map(_alone, notebooks))
        parts = {part: statistics.median(one[part] for one in spent) for part in PARTS}
        parts["wire"] = statistics.median(one["cells"] + one["checks"] for one in spent) - own
        parts["gradebook"] = _recording(ungraded, [path.parents[1].name for path in notebooks]) / STUDENTS
    overhead = 1000 * sum(parts.values())
    yield Record("grade_overhead_ms", overhead, None, None, "ms", f"<= {GOAL:g}", overhead <= GOAL)
    for name, value in parts.items():
        yield Record(f"grade_overhead_ms: {name}", 1000 * value, None, None, "ms", None, None)
    yield Record("grade_own_ms", 1000 * own, None, None, "ms", None, None)


def _alone(path):
    """Return the seconds that a notebook's cells and checks take in one process, without a sandbox or a wire."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    notebook = Notebook()
    notebook.begin()
    began = time.perf_counter()
    for cell in cells:
        if name := graded_name(cell):
            asked = exercises.load(f"{TOPIC}/{name}")
            judge(asked, notebook.namespace.get(name, ...), PUBLIC, checks=asked.checks)
        elif not cell.id.endswith(PRACTICE):
            notebook.run(cell.source)
    return time.perf_counter() - began


def _recording(directory, students):
    """Return the seconds that it takes to record a new submission of each student."""
    config = settings.load(classroom.open_class(directory))
    with settings.gradebook(config) as gradebook:
        notebook = gradebook.find_notebook(TOPIC, TOPIC)
        scores = {cell.name: 1.0 for cell in notebook.grade_cells}
        comments = {cell.name: None for cell in notebook.solution_cells}
        judged = [Judged(student, TOPIC, scores, comments) for student in students]
        began = time.perf_counter()
        record(gradebook, TOPIC, judged, {})
        return time.perf_counter() - began
