"""Judge one submission: it is read, rebuilt, run, judged and written down, in a process of its own (see `worker`).

What is left in its folder is a notebook with outputs, as nbgrader's autograde would leave it, and a record that
explains the grade.
"""

import gc
import hashlib
import json
import time
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
from ..judge import diagnose
from ..judge.show import bundle
from ..sandbox.client import Refused
from ..sandbox.run import Known, Times, graded_name, run, timed
from . import config as settings
from . import sanitize, submission
from .flags import flags
from .layout import ClassDirectory, remove_folder
from .preprocessors.scores import TakeScores
from .rebuild import rebuild, texts, untouched
from .record import Judged
from .source import ANSWER, PRACTICE

NOTICE = "> **About your submission.** {}"
FAULT = "Grading failed here, which is not your fault. Your instructor has been told."
NOT_SHOWN = "What its cells show took too much to be written on this page."
TOO_MUCH = "Your submission took too much to read ({}). Nothing in it was graded."
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

    @property
    def exercises(self):
        """The exercises that the class is pinned to."""
        return self.place.pinned / "exercises"


READ, RUN, JUDGE, WRITE = "read", "run", "judge", "write"


@dataclass(frozen=True)
class Begun:
    """A worker is told what the time goes to from now on; `index` is that of the graded cell that is judged."""

    step: str
    index: int | None = None


@dataclass(frozen=True)
class Reported:
    """A worker is told what came of the answer to a graded cell."""

    index: int
    report: object


@dataclass(frozen=True)
class Finished:
    """A worker is told what came of the whole, and what has been learnt of misconceptions meanwhile."""

    judged: Judged
    learnt: dict


def get_ready(job):
    """Load, once, what judging a job needs and does not depend on what was handed in."""
    _load(job.place, job.topic, job.release, job.place.config_file.read_bytes())


@cache
def _load(place, topic, release, settings):
    _release(release)
    _nbgrader(place, settings)
    for name in model.ids(topic, place.pinned / "exercises"):
        model.load(name, place.pinned / "exercises")
    gc.collect()
    gc.freeze()  # a fork would copy each page on which it looks for garbage


@dataclass(frozen=True)
class Request:
    """What a worker asks for: one submission to be judged.

    Attributes
    ----------
    known : Known
        What earlier attempts came to.
    ends, asked_at : float
        When running it must be over, and when it was asked for, as times of `time.monotonic`.
    show : bool
        Whether its cells' outputs are kept.
    """

    job: Job
    known: Known
    ends: float
    asked_at: float
    show: bool


def judge_submission(server, request, tell):
    """Judge one submission, run by a warm interpreter, into the job's folder, telling how it goes.

    Any fault, a sandbox that is refused twice among them, is that submission's result, so that it stops no batch.

    Parameters
    ----------
    server : sandbox.client.Server
    request : Request
    tell : function
        Called with each Begun, Reported and, last, Finished.
    """
    job, show = request.job, request.show
    seconds = Counter(fork=time.monotonic() - request.asked_at)
    learnt_before = set(diagnose.learnt())
    tell(Begun(READ))
    with timed(seconds, "rebuild"):
        read = submission.read(job.place.step("submitted", job.student, job.topic), job.topic, job.max_kilobytes)
        release = _release(job.release)
        rebuilt = rebuild(release, read.cells)
    notebook, doubts = rebuilt.notebook, rebuilt.doubts
    notices, fault = [*read.notices, *rebuilt.notices, *(() if show else (NOT_SHOWN,))], ""
    key = _key(job, read)
    record = _about(job, key)
    if read.cells is None:
        _mark_unjudged(notebook)
    else:
        try:
            try:
                outcome = _run(request, server, notebook, release, read.files, key, tell)
            except Refused:  # where sandboxes can be had, want of something that another submission used up for a while
                outcome = _run(request, server, notebook, release, read.files, key, tell)
            tell(Begun(WRITE))
            with timed(seconds, "notebook"):
                _show(notebook, outcome, show)
                record |= {"sandboxes": outcome.sandboxes, "flags": _flags(job, notebook, read.files)}
                record["exercises"] = {report.exercise: report.as_dict() for report in outcome.reports.values()}
            full = {report.exercise for report in outcome.reports.values() if report.points == report.possible}
            doubts = {name: why for name, why in doubts.items() if f"{job.topic}/{name}" not in full}
            seconds += outcome.seconds
        except MemoryError:
            raise
        except Exception as error:
            _mark_unjudged(notebook)
            fault = f"{type(error).__name__}: {error}"
            record["error"] = traceback.format_exc()
            notices.append(FAULT)
    for name, why in doubts.items():
        notices.append(f"{name}: {why}")
        record["flags"][f"{job.topic}/{name}"] = (*record["flags"].get(f"{job.topic}/{name}", ()), why)
    judged = _write(job, notebook, notices, read.timestamp, record, seconds, fault, tuple(doubts))
    tell(Finished(judged, {key: what for key, what in diagnose.learnt().items() if key not in learnt_before}))


def give_up(job, reason):
    """Judge a submission that took too much to read: write down what the student is told, and nothing of its own."""
    notebook = rebuild(_release(job.release), None).notebook
    _mark_unjudged(notebook)
    return _write(job, notebook, [TOO_MUCH.format(reason)], "", _about(job, b""), Counter(), "")


@cache
def _release(text):
    return nbformat.reads(text, as_version=4)


def _run(request, server, notebook, release, files, key, tell):
    """Run a rebuilt notebook without its practice cells, whose checks the judge runs again."""
    job = request.job

    def tell_of(index, report):
        if report is not None:
            tell(Reported(index, report))
        elif graded_name(notebook.cells[index]):
            tell(Begun(JUDGE, index))
        else:
            tell(Begun(RUN))

    practice = [cell for cell in notebook.cells if cell.id.endswith(PRACTICE) and cell.metadata.nbgrader.locked]
    sources = [cell.source for cell in practice]
    for cell in practice:
        cell.source = ""
    try:
        return run(
            notebook,
            server,
            topic=job.topic,
            untouched=untouched(release, notebook),
            exercises=job.exercises,
            key=key,
            times=job.times,
            ends=request.ends,
            files=files,
            known=request.known,
            tell=tell_of,
        )
    finally:
        for cell, source in zip(practice, sources):
            cell.source = source


def _show(notebook, outcome, all_of_it):
    """Write into a notebook what its cells showed, or nothing of that, and each verdict where the judge asked."""
    for index, outputs in outcome.outputs.items() if all_of_it else ():
        notebook.cells[index].outputs = [nbformat.from_dict(output) for output in sanitize.outputs(outputs)]
    for index, report in outcome.reports.items():
        points = float(min(max(report.points, 0.0), report.possible))
        shown = (("display_data", bundle(report), {}), ("execute_result", {"text/plain": repr(points)}, NO_COUNT))
        notebook.cells[index].outputs = [
            nbformat.from_dict({"output_type": kind, "data": data, "metadata": {}, **more})
            for kind, data, more in shown
        ]


def _write(job, notebook, notices, timestamp, record, seconds, fault, doubts=()):
    """Write the graded notebook and the record; return the Judged."""
    answers = texts(notebook)
    with timed(seconds, "notebook"):
        scores, comments = _write_notebook(job, notebook, notices)
    for name in comments.keys() & doubts:  # a free text, whose points and comment are a person's then
        scores[name] = comments[name] = None
    record |= {"notices": notices, "answers": answers}
    record["seconds"] = {name: round(spent, 4) for name, spent in seconds.items()}
    job.record.parent.mkdir(parents=True, exist_ok=True)
    job.record.write_text(json.dumps(record, indent=1), encoding="utf-8")
    return Judged(job.student, job.topic, scores, comments, timestamp, tuple(notices), fault, doubts, answers)


def _write_notebook(job, notebook, notices):
    """Write the graded notebook by what is left of nbgrader's steps; return scores and comments by cell."""
    if notices:
        told = "\n>\n> ".join(escape(notice) for notice in notices)
        notebook.cells.insert(0, v4.new_markdown_cell(NOTICE.format(told), id="notice"))
    chain, db_url, permissions = _nbgrader(job.place, job.place.config_file.read_bytes())
    about = {"student": job.student, "assignment": job.topic, "notebook": job.topic, "db_url": db_url}
    resources = ResourcesDict(nbgrader=about)
    for step in chain:
        notebook, resources = step(notebook, resources)
    remove_folder(job.notebook.parent)  # where another process did not come to its end
    job.notebook.parent.mkdir(parents=True)
    job.notebook.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    for name, content in submission.exchanged(job.place.step("submitted", job.student, job.topic)).items():
        job.notebook.with_name(name).write_bytes(content)
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


def _flags(job, notebook, files):
    """Return, by exercise, what the instructor may want to look at."""
    own = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and not cell.metadata.get("nbgrader", {}).get("locked")
    ]
    modules = {
        name.removesuffix(".py"): content.decode("utf-8", "replace")
        for name, content in files.items()
        if name.endswith(".py")
    }
    answers = {
        cell.id.removesuffix(ANSWER): cell.source
        for cell in notebook.cells
        if cell.id.endswith(ANSWER) or (cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("grade"))
    }
    found = {}
    for name, source in answers.items():
        asked = model.load(f"{job.topic}/{name}", job.exercises)
        others = [cell.source for cell in own if cell.id != f"{name}{ANSWER}"]
        if said := flags(asked, source, others, modules):
            found[asked.id] = said
    return found


def _mark_unjudged(notebook):
    """Have every graded cell say that it was not judged, which nbgrader counts as 0 points."""
    for cell in notebook.cells:
        if graded_name(cell):
            message = "This exercise was not judged; see the top of this page."
            cell.outputs = [v4.new_output("error", ename="NotJudged", evalue=message, traceback=[message])]


def _key(job, read):
    """Return what makes the inputs of a submission's checks.

    It is the same on every regrade, and another for another hand-in: an answer can tell its inputs, by what a later
    cell shows or raises for instance, and so the next one must not meet them again.
    """
    texts = [cell.source for cell in read.cells or () if cell.kind == "code"]
    parts = [text.encode("utf-8", "surrogatepass") for text in (*texts, *sorted(read.files))]
    parts += [read.files[name] for name in sorted(read.files)]
    seed = bytes.fromhex(job.place.student_seed(job.student))
    return hashlib.sha256(seed + b"".join(hashlib.sha256(part).digest() for part in parts)).digest()


def _about(job, key):
    """Begin the record that explains a grade: by which exercises, with which inputs, behind which isolation."""
    return {
        "student": job.student,
        "topic": job.topic,
        "exercises_digest": job.digest,
        "seed_id": hashlib.sha256(key).hexdigest()[:12],
        "isolation": job.isolation,
        "exercises": {},
        "flags": {},
    }
