"""One worker of grading: submissions are read, rebuilt, run and judged, one after another.

What a job leaves in its folder is a notebook with outputs, as nbgrader's autograde would leave it, and a record that
explains the grade.
"""

import hashlib
import json
import traceback
from collections import Counter
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

import nbformat
from nbconvert.exporters import ResourcesDict
from nbformat import v4
from nbgrader import preprocessors as steps
from nbgrader.converters import Autograde
from traitlets.utils.importstring import import_item

from .. import exercise as model
from ..judge.judge import judge
from ..judge.seeds import PUBLIC
from ..judge.show import bundle
from ..sandbox.client import Refused
from ..sandbox.run import Times, graded_name, run, timed
from . import config as settings
from . import sanitize, submission
from .flags import flags
from .layout import ClassDirectory
from .preprocessors.scores import TakeScores
from .record import Judged
from .source import ANSWER, PRACTICE

NOTICE = "> **About your submission.** {}"
FAULT = "Grading failed here, which is not your fault. Your instructor has been told."
NO_COUNT = {"execution_count": None}
NAMESPACES = "namespaces"  # what isolates a student's code, unless "none" is asked for

# Steps of nbgrader's autograde whose work is done when a notebook has been rebuilt from the release, whose metadata are
# its own, and run; penalties are for where the gradebook is open (see `record`).
DONE = (
    steps.CheckCellMetadata,
    steps.ClearOutput,
    steps.DeduplicateIds,
    steps.OverwriteKernelspec,
    steps.OverwriteCells,
    steps.Execute,
    steps.AssignLatePenalties,
)


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

    @property
    def notebook(self):
        """Where the graded notebook goes."""
        return self.folder / "autograded" / self.student / self.topic / f"{self.topic}.ipynb"

    @property
    def record(self):
        """Where the record goes."""
        return self.folder / "records" / self.student / f"{self.topic}.json"


def rehearse(exercise, exercises):
    """Judge a known mistake in an exercise, which teaches what its checks say of all of them; a forked worker knows it.

    It takes the time that the first wrong answer would.
    """
    asked = model.load(exercise, exercises)
    for wrong in asked.misconceptions[:1]:
        judge(asked, wrong.answer, PUBLIC, checks=asked.checks)


def work(job, server) -> Judged:
    """Judge one submission, run by a warm interpreter, into the job's folder.

    Any fault, a sandbox that is refused twice among them, is that submission's result, so that it stops no batch.
    """
    seconds = Counter()
    with timed(seconds, "rebuild"):
        read = submission.read(job.place.step("submitted", job.student, job.topic), job.topic, job.max_kilobytes)
        release = _release(job.release)
        notebook, mended = submission.rebuild(release, read.cells)
    notices, fault = [*read.notices, *mended], ""
    record = _about(job)
    if read.cells is None:
        _mark_unjudged(notebook)
    else:
        try:
            try:
                outcome = _run(job, server, notebook, release)
            except Refused:  # where sandboxes can be had, want of something that another submission used up for a while
                outcome = _run(job, server, notebook, release)
            with timed(seconds, "notebook"):
                _show(notebook, outcome)
                record |= {"sandboxes": outcome.sandboxes, "flags": _flags(job, notebook)}
                record["exercises"] = {report.exercise: report.as_dict() for report in outcome.reports.values()}
            seconds += outcome.seconds
        except Exception as error:
            _mark_unjudged(notebook)
            fault = f"{type(error).__name__}: {error}"
            record["error"] = traceback.format_exc()
            notices.append(FAULT)
    with timed(seconds, "notebook"):
        scores, comments = _write(job, notebook, notices, read.timestamp)
    record |= {"notices": notices, "seconds": {name: round(spent, 4) for name, spent in seconds.items()}}
    job.record.parent.mkdir(parents=True, exist_ok=True)
    job.record.write_text(json.dumps(record, indent=1), encoding="utf-8")
    return Judged(job.student, job.topic, scores, comments, read.timestamp, tuple(notices), fault)


@cache
def _release(text):
    return nbformat.reads(text, as_version=4)


def _run(job, server, notebook, release):
    """Run a rebuilt notebook without its practice cells, whose checks the judge runs again."""
    practice = [cell for cell in notebook.cells if cell.id.endswith(PRACTICE) and cell.metadata.nbgrader.locked]
    sources = [cell.source for cell in practice]
    for cell in practice:
        cell.source = ""
    try:
        return run(
            notebook,
            server,
            topic=job.topic,
            untouched=submission.untouched(release, notebook),
            exercises=job.place.pinned / "exercises",
            key=bytes.fromhex(job.place.student_seed(job.student)),
            times=job.times,
            files=submission.files(job.place.step("submitted", job.student, job.topic)),
        )
    finally:
        for cell, source in zip(practice, sources):
            cell.source = source


def _show(notebook, outcome):
    """Write into a notebook what its cells showed, and each verdict where the judge asked."""
    for index, outputs in outcome.outputs.items():
        notebook.cells[index].outputs = [nbformat.from_dict(output) for output in sanitize.outputs(outputs)]
    for index, report in outcome.reports.items():
        points = float(min(max(report.points, 0.0), report.possible))
        shown = (("display_data", bundle(report), {}), ("execute_result", {"text/plain": repr(points)}, NO_COUNT))
        notebook.cells[index].outputs = [
            nbformat.from_dict({"output_type": kind, "data": data, "metadata": {}, **more})
            for kind, data, more in shown
        ]


def _write(job, notebook, notices, timestamp):
    """Write the graded notebook by what is left of nbgrader's steps; return scores and comments by cell."""
    if notices:
        told = "\n>\n> ".join(escape(notice) for notice in notices)
        notebook.cells.insert(0, v4.new_markdown_cell(NOTICE.format(told), id="notice"))
    chain, db_url, permissions = _nbgrader(job.place, job.place.config_file.read_bytes())
    about = {"student": job.student, "assignment": job.topic, "notebook": job.topic, "db_url": db_url}
    resources = ResourcesDict(nbgrader=about)
    for step in chain:
        notebook, resources = step(notebook, resources)
    job.notebook.parent.mkdir(parents=True)
    job.notebook.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    if timestamp:
        job.notebook.with_name("timestamp.txt").write_text(timestamp, encoding="utf-8")
    for path in job.notebook.parent.iterdir():
        path.chmod(permissions)
    return resources["scores"], resources["comments"]


@cache
def _nbgrader(place, _):
    """Return what is left of nbgrader's steps, the gradebook's address, and the permissions of what is written.

    They are made anew when the class's settings, whose text is the second argument, have changed.
    """
    config = settings.load(place)
    converter = Autograde(coursedir=settings.course_directory(config), config=config)
    chain = []
    for step in (*converter.sanitize_preprocessors, *converter.autograde_preprocessors):
        step = import_item(step) if isinstance(step, str) else step
        if not isinstance(step, type):
            chain.append(step)
        elif issubclass(step, steps.SaveAutoGrades):
            chain.append(TakeScores(parent=converter))
        elif not issubclass(step, DONE):
            chain.append(step(parent=converter))
    return chain, converter.coursedir.db_url, int(str(converter.permissions), 8)


def _flags(job, notebook):
    """Return, by exercise, what the instructor may want to look at."""
    answers = {
        cell.id.removesuffix(ANSWER): cell.source
        for cell in notebook.cells
        if cell.id.endswith(ANSWER) or (cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("grade"))
    }
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
