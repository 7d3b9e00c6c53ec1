"""Look at what a worker says of a submission before any of it is written: only what this worker may decide is taken.

A worker that has been taken over can be wrong about its own submissions. It cannot have more points given than there
are, nor speak of another student, nor have a page of the instructor's run something.
"""

import json
from functools import cache

import nbformat

from ..classroom import sanitize
from ..classroom.record import Finished, Judged
from ..judge.report import Report
from ..judge.show import bundle
from ..sandbox.outputs import well_formed
from ..sandbox.run import graded_name

MOST = 2**26  # bytes of what is said of one submission


class NotUnderstood(Exception):
    """What a worker says of a submission cannot be so; the message says where."""


def load(said) -> dict:
    """Return what bytes from a worker say: one thing, by its kind."""
    _require(isinstance(said, bytes) and len(said) <= MOST, "more than it may say")
    try:
        told = json.loads(said)
    except (ValueError, RecursionError):
        raise NotUnderstood("what is no JSON") from None
    _require(isinstance(told, dict) and len(told) == 1, "something else than one answer")
    return told


def finished(told, job, release) -> Finished:
    """Return what came of a job, as a worker told it.

    Parameters
    ----------
    told : dict
        The fields of a `Finished`, as they come out of JSON.
    job : judging.Job
    release : str
        The assignment as it is graded, as text.

    Raises
    ------
    NotUnderstood
        Where it cannot have come of that job.
    """
    try:
        judged, record = _judged(told["judged"], job, *_cells(release)), told["record"]
        asked = (job.student, job.topic, job.digest, job.isolation)
        _require(
            tuple(record[name] for name in ("student", "topic", "exercises_digest", "isolation")) == asked,
            "a record of another submission",
        )
        return Finished(judged, record, _without_scripts(told["notebook"], record["exercises"]))
    except NotUnderstood:
        raise
    except Exception as error:  # of whatever form it is
        raise NotUnderstood(f"something of another form ({type(error).__name__}: {error})") from error


def _judged(told, job, points, solutions):
    _require((told["student"], told["topic"]) == (job.student, job.topic), "the grade of another submission")
    scores = told["scores"]
    _require(scores.keys() == points.keys(), "points of other cells")
    for name, score in scores.items():
        possible = type(score) in (int, float) and 0 <= score <= points[name]
        _require(score is None or possible, f"{score!r} of {points[name]!r} points")
    _require(told["comments"].keys() == solutions, "comments on other cells")
    comments = told["comments"].values()
    _require(all(text is None or isinstance(text, str) for text in comments), "a comment that is no text")
    for texts in ((told["timestamp"], told["fault"]), told["notices"], told["doubts"], *told["answers"].items()):
        _require(all(isinstance(text, str) for text in texts), "what is no text in its place")
    return Judged(**told | {"notices": tuple(told["notices"]), "doubts": tuple(told["doubts"])})


@cache
def _cells(release):
    """Return the points of an assignment's graded cells by name, and the names of its answers' cells."""
    marked = [cell["metadata"]["nbgrader"] for cell in json.loads(release)["cells"]]
    points = {marks["grade_id"]: marks["points"] for marks in marked if marks["grade"]}
    return points, {marks["grade_id"] for marks in marked if marks["solution"]}


def _without_scripts(text, reports):
    """Return a graded notebook's text, as it is where its outputs are those that grading itself leaves."""
    notebook = nbformat.reads(text, as_version=4)
    before = nbformat.from_dict(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code" and not _is_verdict(cell, reports):
            cell.outputs = [nbformat.from_dict(each) for each in sanitize.outputs(well_formed(cell.outputs))]
    return text if notebook == before else nbformat.writes(notebook) + "\n"


def _is_verdict(cell, reports):
    """Whether a graded cell shows what the record has of it, and nothing else."""
    name = graded_name(cell)
    report = name and next((each for id_, each in reports.items() if id_.partition("/")[2] == name), None)
    if not report or len(cell.outputs) != 2:
        return False
    shown, result = cell.outputs
    verdict = json.loads(json.dumps(bundle(Report.of(report))))
    return shown.data == verdict and result.data == {"text/plain": repr(float(result.data["text/plain"]))}


def _require(holds, what):
    if not holds:
        raise NotUnderstood(what)
