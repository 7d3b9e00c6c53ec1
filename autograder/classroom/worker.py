"""One worker of grading: a warm interpreter, and submissions that are read, rebuilt, run and judged, one after another.

What a job gives is a notebook with outputs, laid where nbgrader records it from, and a record that explains the grade.
"""

import hashlib
import json
import time
import traceback
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

import nbformat
from nbformat import v4

from .. import exercise as model
from ..sandbox.client import Limits, Refused, Server
from ..sandbox.run import Times, graded_name, run
from ..show import bundle
from . import sanitize, submission
from .flags import flags
from .layout import ClassDirectory
from .source import ANSWER, PRACTICE

NOTICE = "> **About your submission.** {}"
NAMESPACES, NONE = "namespaces", "none"  # what isolates a student's code


@dataclass(frozen=True)
class Job:
    """What a worker needs to know of one submission; plain data, since it crosses to another process."""

    place: ClassDirectory
    student: str
    topic: str
    release: str  # the assignment as it is graded, as the text of its file
    folder: Path  # where the results go
    max_kilobytes: float
    digest: str  # of the exercises that the class is pinned to
    isolation: str
    times: Times


def work(job):
    """Grade one submission into ``<folder>/submitted``, with its record beside; return the student's notices."""
    began = time.monotonic()
    folder = job.place.step("submitted", job.student, job.topic)
    read = submission.read(folder, job.topic, job.max_kilobytes)
    release = nbformat.reads(job.release, as_version=4)
    notebook, mended = submission.rebuild(release, read.cells)
    notices = [*read.notices, *mended]
    record = _about(job)
    if read.cells is None:
        _mark_unjudged(notebook)
    else:
        try:
            outcome = _run(job, _without_practice(notebook), release, submission.files(folder))
            _show(notebook, outcome)
            record |= {"sandboxes": outcome.sandboxes}
            record["exercises"] = {report.exercise: report.as_dict() for report in outcome.reports.values()}
            record["flags"] = _flags(job, notebook)
        except Refused:
            raise
        except Exception:  # the course's own fault; one submission that meets with it must not stop the others
            _mark_unjudged(notebook)
            record["error"] = traceback.format_exc()
            notices.append("Grading failed here, which is not your fault. Your instructor has been told.")
    record |= {"notices": notices, "seconds": round(time.monotonic() - began, 3)}
    if notices:
        told = "\n>\n> ".join(escape(notice) for notice in notices)
        notebook.cells.insert(0, v4.new_markdown_cell(NOTICE.format(told), id="notice"))
    target = job.folder / "submitted" / job.student / job.topic
    target.mkdir(parents=True)
    nbformat.write(notebook, target / f"{job.topic}.ipynb")
    if read.timestamp:
        (target / "timestamp.txt").write_text(read.timestamp, encoding="utf-8")
    kept = job.folder / "records" / job.student
    kept.mkdir(parents=True, exist_ok=True)
    (kept / f"{job.topic}.json").write_text(json.dumps(record, indent=1), encoding="utf-8")
    return notices


def _run(job, notebook, release, files):
    return run(
        notebook,
        _warm(job.isolation),
        topic=job.topic,
        untouched=submission.untouched(release, notebook),
        exercises=job.place.pinned / "exercises",
        key=bytes.fromhex(job.place.student_seed(job.student)),
        times=job.times,
        files=files,
    )


@cache
def _warm(isolation):
    """Return this process's warm interpreter, which ends with it."""
    server = Server(isolation=isolation, limits=Limits())
    server.start()
    return server


def _show(notebook, outcome):
    """Write into a notebook what its cells showed, and each verdict where the judge asked."""
    for index, outputs in outcome.outputs.items():
        notebook.cells[index].outputs = [nbformat.from_dict(output) for output in sanitize.outputs(outputs)]
    for index, report in outcome.reports.items():
        points = float(min(max(report.points, 0.0), report.possible))
        notebook.cells[index].outputs = [
            v4.new_output("display_data", bundle(report)),
            v4.new_output("execute_result", {"text/plain": repr(points)}),
        ]


def _flags(job, notebook):
    """Return, by exercise, what the instructor may want to look at."""
    answers = {cell.id.removesuffix(ANSWER): cell.source for cell in notebook.cells if cell.id.endswith(ANSWER)}
    found = {}
    for name, source in answers.items():
        asked = model.load(f"{job.topic}/{name}", job.place.pinned / "exercises")
        if said := flags(asked, source):
            found[asked.id] = said
    return found


def _mark_unjudged(notebook):
    """Have every graded cell say that it was not judged, which nbgrader counts as 0 points."""
    for cell in notebook.cells:
        if graded_name(cell):
            message = "This exercise was not judged; see the top of this page."
            cell.outputs = [v4.new_output("error", ename="NotJudged", evalue=message, traceback=[message])]


def _without_practice(notebook):
    """Empty the practice cells, whose checks the judge runs again; recording puts their source back."""
    for cell in notebook.cells:
        if cell.id.endswith(PRACTICE) and cell.metadata.nbgrader.locked:
            cell.source = ""
    return notebook


def _about(job):
    """Begin the record that explains a grade: by which exercises, with which inputs, behind which isolation."""
    seed = job.place.student_seed(job.student)
    return {
        "student": job.student,
        "topic": job.topic,
        "exercises_digest": job.digest,
        "seed_id": hashlib.sha256(seed.encode()).hexdigest()[:12],
        "isolation": job.isolation,
        "exercises": {},
        "flags": {},
    }
