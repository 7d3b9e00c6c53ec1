"""Judge one submission: it is read, rebuilt, run and judged, in a process of its own (see `worker`)."""

import gc
import hashlib
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat

from .. import exercise as model
from ..judge import diagnose
from ..judge.judge import quiet
from ..sandbox.client import Refused
from ..sandbox.run import Known, Times, graded_name, run, timed
from . import flags, submission
from .doubts import doubts
from .layout import ClassDirectory
from .parcel import Entry
from .rebuild import rebuild, untouched
from .source import PRACTICE
from .writing import begin_record, mark_unjudged, nbgrader_steps, show, write

FAULT = "Grading failed here, which is not your fault. Your instructor has been told."
NOT_SHOWN = "What its cells show is too much to write on this page."
TOO_MUCH = "Reading your submission took too much ({}). Nothing in it was graded."
NAMESPACES = "namespaces"  # what isolates a student's code, unless "none" is asked for


@dataclass(frozen=True)
class Job:
    """One submission to judge: plain data that names nothing on any one machine, since it may cross to another.

    Attributes
    ----------
    handed_in : tuple of parcel.Entry
        What the student handed in.
    seed : str
        The student's key (see `ClassDirectory.student_seed`), which reveals nothing of the class's secret.
    digest : str
        Of the topic's exercises that the class is pinned to.
    """

    student: str
    topic: str
    handed_in: tuple[Entry, ...]
    seed: str
    digest: str
    max_kilobytes: float
    isolation: str
    times: Times


@dataclass(frozen=True)
class Material:
    """What judging all submissions for an assignment needs apart from them, on the machine that judges.

    Attributes
    ----------
    place : ClassDirectory
        Where the class's settings are, and the exercises that it is pinned to.
    release : str
        The assignment as it is graded, as the text of its file.
    scratch : Path
        Where a submission is put while it is judged.
    """

    place: ClassDirectory
    release: str
    scratch: Path

    @property
    def exercises(self):
        """The exercises that the class is pinned to."""
        return self.place.exercises


READ, RUN, JUDGE, NAME, WRITE = "read", "run", "judge", "name", "write"


@dataclass(frozen=True)
class Begun:
    """Tells a worker what takes time from now on; `index` is that of the graded cell being judged."""

    step: str
    index: int | None = None


@dataclass(frozen=True)
class Reported:
    """Tells a worker what came of the answer to a graded cell, and again when its mistake has been named."""

    index: int
    report: object


@dataclass(frozen=True)
class Learning:
    """Tells a worker that, from now on, something is being learned about misconceptions that other submissions need."""


@dataclass(frozen=True)
class Learnt:
    """Tells a worker, as soon as it is known, what has been learned and how long it took (s)."""

    what: dict
    seconds: float


def get_ready(topic, material):
    """Load, once, what judging a topic's submissions needs that does not depend on what was handed in."""
    _load(material.place, topic, material.release, material.place.config_file.read_bytes())


@cache
def _load(place, topic, release, settings):
    _release(release)
    nbgrader_steps(place, settings)
    for name in model.ids(topic, place.exercises):
        model.load(name, place.exercises)
    gc.collect()
    gc.freeze()  # a fork would copy each page on which it looks for garbage


@dataclass(frozen=True)
class Request:
    """What a worker asks for: one submission to be judged.

    Attributes
    ----------
    folder : Path
        Where what was handed in is; the job itself comes without it.
    known : Known
        What earlier attempts came to.
    ends, asked_at : float
        When running it must be over, and when it was asked for, as `time.monotonic` counts.
    show : bool
        Whether its cells' outputs are kept, and its answers compared with the reference.
    name : bool
        Whether mistakes are named.
    """

    job: Job
    material: Material
    folder: Path
    known: Known
    ends: float
    asked_at: float
    show: bool
    name: bool


def judge_submission(server, request, tell):
    """Judge one submission, run by a warm interpreter, and report how it goes.

    Any fault, including a sandbox that is refused twice, is that submission's result, so that it never stops a batch.

    Parameters
    ----------
    server : sandbox.client.Server
    request : Request
    tell : function
        Called with each Begun, Reported, Learning and Learnt, and last with Finished.
    """
    job, material = request.job, request.material
    seconds = Counter(fork=time.monotonic() - request.asked_at)
    tell(Begun(READ))
    with timed(seconds, "rebuild"):
        read = submission.read(request.folder, job.topic, job.max_kilobytes)
        release = _release(material.release)
        rebuilt = rebuild(release, read.cells)
    notebook, reports, looked_at, fault = rebuilt.notebook, {}, {}, ""
    notices = [*read.notices, *rebuilt.notices, *(() if request.show else (NOT_SHOWN,))]
    key = _key(job, read)
    record = begin_record(job, key)
    if read.cells is None:
        mark_unjudged(notebook)
    else:
        try:
            try:
                outcome = _run(request, server, notebook, release, read.files, key, tell)
            except Refused:  # another submission may have used up something for a while
                outcome = _run(request, server, notebook, release, read.files, key, tell)
            if request.name:
                with timed(seconds, "names"):
                    _name(outcome, tell)
            tell(Begun(WRITE))
            reports = {report.exercise.removeprefix(f"{job.topic}/"): report for report in outcome.reports.values()}
            with timed(seconds, "notebook"):
                show(notebook, outcome, request.show)
                record["sandboxes"] = outcome.sandboxes
                record["exercises"] = {report.exercise: report.as_dict() for report in reports.values()}
                record["flags"] = flags.of_notebook(job.topic, material.exercises, notebook, read.files, request.show)
            seconds += outcome.seconds
        except MemoryError:
            raise
        except Exception as error:
            mark_unjudged(notebook)
            fault = f"{type(error).__name__}: {error}"
            record["error"] = traceback.format_exc()
            notices.append(FAULT)
        verdicts = {name: report.verdict for name, report in reports.items()}
        looked_at = {name: report.doubt for name, report in reports.items() if report.doubt}
        looked_at |= doubts(release, rebuilt, verdicts, read.files, read.others)
    for name, why in looked_at.items():
        notices.append(f"{name}: {why}")
        record["flags"][f"{job.topic}/{name}"] = (*record["flags"].get(f"{job.topic}/{name}", ()), why)
    tell(write(job, material, notebook, notices, read.timestamp, record, seconds, fault, tuple(looked_at)))


def give_up(job, material, notice):
    """Finish a submission that cannot be judged: the result is what the student is told, and none of its own text."""
    notebook = rebuild(_release(material.release), None).notebook
    mark_unjudged(notebook)
    return write(job, material, notebook, [notice], "", begin_record(job, b""), Counter(), "")


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
            exercises=request.material.exercises,
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


def _name(outcome, tell):
    """Name the mistakes in answers.

    Their sandbox is gone by now: no code of a submission runs while something is learned for all, or slows that down.
    """
    tell(Begun(NAME))
    with diagnose.told_of_learning(lambda: tell(Learning()), lambda *learnt: tell(Learnt(*learnt))), quiet():
        for index, named in outcome.named.items():
            report = named()
            if report.misconception:
                outcome.reports[index] = report
                tell(Reported(index, report))


def _key(job, read):
    """Return the key from which the inputs of a submission's checks are made.

    It is the same on every regrade, and different for another hand-in: an answer can reveal its inputs, for instance
    through what a later cell shows or raises, so the next one must not meet them again.
    """
    texts = [cell.source for cell in read.cells or () if cell.kind == "code"]
    parts = [text.encode("utf-8", "surrogatepass") for text in (*texts, *sorted(read.files))]
    parts += [read.files[name] for name in sorted(read.files)]
    return hashlib.sha256(bytes.fromhex(job.seed) + b"".join(hashlib.sha256(part).digest() for part in parts)).digest()
