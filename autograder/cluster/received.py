"""Look at what a worker says about a submission before any of it is written: only what it may decide is taken.

A worker that has been taken over can be wrong about its own submissions. It cannot award more points than there are,
nor report on another student, nor make a page of the instructor's run something, nor return anything that trips a
later command. So what it says must have the types of the judge's own reports, and of its notebook nothing counts but
what cells say and show: the rest is the release's.
"""

import json
import re
from functools import cache
from math import isfinite

import nbformat

from ..classroom import sanitize
from ..classroom.cells import KINDS, MOST_CELLS, MOST_SOURCES
from ..classroom.layout import shown
from ..classroom.preprocessors.scores import NO_RESPONSE
from ..classroom.record import Finished, Judged
from ..classroom.submission import require_time
from ..classroom.writing import verdict
from ..judge.report import Report
from ..judge.show import JSON, MARKS
from ..sandbox.outputs import MAX_OUTPUT, size, well_formed
from ..sandbox.run import MAX_OUTPUTS, graded_name
from .station import FAULT, FINISHED
from .typed import is_typed

MOST = 2**27  # bytes of what is said about one submission,
MOST_OF_A_FAULT = 500  # characters,
MOST_TOLD = 2**16  # and characters of its notices, which are kept for the whole class in one file
MOST_TEXT = 2 * MOST_SOURCES  # characters of cells other than the assignment's own
MOST_SHOWN, MOST_HTML = 2 * sanitize.GROWTH * MAX_OUTPUT, sanitize.GROWTH * sanitize.MOST_HTML  # it was cleaned there
MUCH = "more than a page has room for"
ID = re.compile(r"[\w-]{1,64}", re.ASCII)  # of a cell, as nbformat has it
RAW = {"raw_mimetype": "text/plain"}  # others become part of a page as they are


class NotUnderstood(Exception):
    """What a worker says about a submission cannot be true; the message says where."""

    def __str__(self):
        return f"a worker said {self.args[0]}"


def finished(said, job, release) -> Finished:
    """Return the result of a job, as a worker reported it.

    Parameters
    ----------
    said : bytes
        As `station.judge` returns them, if they are honest.
    job : judging.Job
        What was handed in may be left out.
    release : str
        The assignment as it is graded, as text.

    Raises
    ------
    RuntimeError
        If the worker could not judge it.
    NotUnderstood
        If what it said cannot be the result of that job.
    """
    kind, _, rest = said.partition(b"\n")
    if kind == FAULT:
        raise RuntimeError(shown(rest.decode("utf-8", "replace"))[:MOST_OF_A_FAULT])
    _require(kind == FINISHED, "something other than an answer")
    try:
        told = _loaded(rest)
        _require(is_typed(told, Finished), "something of another form")
        json.dumps(told, ensure_ascii=False).encode()  # which fails on half a character, as writing would
        points, solutions = _cells(release)
        judged, record = _judged(told["judged"], job, points, solutions), told["record"]
        asked = (job.student, job.topic, job.digest, job.isolation)
        _require(
            tuple(record[name] for name in ("student", "topic", "exercises_digest", "isolation")) == asked,
            "a record of another submission",
        )
        reports = _reports(record, job, points)
        return Finished(judged, record, _notebook(told["notebook"], _release(release), reports))
    except NotUnderstood:
        raise
    except Exception as error:  # whatever its form
        raise NotUnderstood(f"something of another form ({type(error).__name__}: {error})") from error


def _loaded(text):
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise NotUnderstood("something that is not JSON") from None


def _judged(told, job, points, solutions):
    _require((told["student"], told["topic"]) == (job.student, job.topic), "the grade of another submission")
    scores = told["scores"]
    _require(scores.keys() == points.keys(), "points of other cells")
    for name, score in scores.items():
        _require(score is None or 0 <= score <= points[name], f"{score!r} of {points[name]!r} points")
    _require(told["comments"].keys() == solutions, "comments on other cells")
    _require({None, NO_RESPONSE}.issuperset(told["comments"].values()), "a comment of its own")
    _require(points.keys() >= {*told["doubts"], *told["answers"]}, "doubts or answers of other cells")
    _require(sum(map(len, told["notices"])) <= MOST_TOLD, "more than a student is told")
    if told["timestamp"]:
        require_time(told["timestamp"])
    return Judged(**told | {"notices": tuple(told["notices"]), "doubts": tuple(told["doubts"])})


def _reports(record, job, points):
    """Return the reports of a record, by the names of the graded cells."""
    reports = {name: record["exercises"].get(f"{job.topic}/{name}") for name in points}
    reports = {name: Report.of(report) for name, report in reports.items() if report}
    _require(len(reports) == len(record["exercises"]), "reports on other exercises")
    _require(record["flags"].keys() <= {f"{job.topic}/{name}" for name in points}, "flags of other exercises")
    _require(record["answers"].keys() <= points.keys(), "answers to other exercises")
    for name, report in reports.items():
        _require(report.exercise == f"{job.topic}/{name}", "a report on another exercise")
        _require(isfinite(report.points) and isfinite(report.possible), "points without end")
        _require(MARKS.keys() >= {report.verdict, *(each.verdict for each in report.findings)}, "no verdict")
    return reports


@cache
def _release(text):
    return nbformat.reads(text, as_version=4)


@cache
def _cells(release):
    """Return the points of an assignment's graded cells by name, and the names of its answers' cells."""
    marked = [cell.metadata.nbgrader for cell in _release(release).cells]
    points = {marks.grade_id: marks.points for marks in marked if marks.grade}
    return points, {marks.grade_id for marks in marked if marks.solution}


def _notebook(text, release, reports):
    """Return a graded notebook's text, put together anew: the cells that were reported, with the release's marks."""
    ours, told = {cell.id: cell for cell in release.cells}, nbformat.v4.reads(text).cells
    _require(len(told) <= MOST_CELLS + len(ours), "more cells than are read")
    _require(_text(told) <= MOST_TEXT + _text(release.cells), MUCH)
    shown = [well_formed(cell.outputs, MOST_SHOWN) if cell.cell_type == "code" else [] for cell in told]
    _require(sum(map(size, shown)) <= sanitize.GROWTH * MAX_OUTPUTS, MUCH)
    cells = [_cell(cell, ours.get(cell.id), outputs, reports) for cell, outputs in zip(told, shown)]
    ids = {cell["id"] for cell in cells}
    _require(len(ids) == len(cells) and ours.keys() <= ids, "a cell twice, or not all of the assignment's")
    graded = {"cells": cells, "metadata": release.metadata, "nbformat": 4, "nbformat_minor": 5}
    text = nbformat.v4.writes(nbformat.NotebookNode(graded)) + "\n"
    text.encode()
    return text


def _text(cells):
    return sum(len(cell.source) for cell in cells)


def _cell(told, own, outputs, reports):
    """Return a cell with what it reportedly says and shows; if it is judged, with what the record says."""
    _require(
        isinstance(told.source, str) and isinstance(told.id, str) and ID.fullmatch(told.id),
        "something that is not a cell",
    )
    kind = (own or told).cell_type if (own or told).cell_type in KINDS else "raw"
    metadata = own.metadata if own else RAW if kind == "raw" else {}
    cell = nbformat.from_dict({"cell_type": kind, "id": told.id, "metadata": metadata, "source": told.source})
    if kind == "code":
        report = reports.get(graded_name(cell))
        is_judged = report and any(JSON in output.get("data", {}) for output in told.outputs)
        cleaned = verdict(report) if is_judged else nbformat.from_dict(sanitize.outputs(outputs, MOST_HTML))
        cell |= {"execution_count": None, "outputs": cleaned}
    elif pasted := sanitize.attachments(told.get("attachments")) if kind == "markdown" else None:
        cell["attachments"] = pasted
    return cell


def _require(holds, what):
    if not holds:
        raise NotUnderstood(what)
