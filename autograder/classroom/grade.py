"""Grade a class: rebuild each submission, run it, and record it with nbgrader; again only what has changed."""

import hashlib
import json
import os
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

import nbformat

from ..sandbox.client import Refused
from ..sandbox.run import Times
from . import config as settings
from . import pin, roster, submission
from .layout import ClassError, alone, open_class, replace_folder, scratch, write_file
from .pool import judges
from .progress import bars
from .record import record
from .worker import NAMESPACES, Job

BATCH = 50  # submissions; what has been judged is recorded after so many
WORKERS_LOST = 3  # how often a worker may be killed before grading gives up


@dataclass(frozen=True)
class Graded:
    """What a run of grading did.

    Attributes
    ----------
    graded : tuple of (student, topic)
        What was graded in this run.
    unchanged : int
        How many submissions were as they had been graded before.
    notices : dict
        What students are told about their submissions, by (student, topic), of the whole class.
    warnings : tuple of str
        What the instructor should know.
    """

    graded: tuple[tuple[str, str], ...]
    unchanged: int
    notices: dict[tuple[str, str], tuple[str, ...]]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Task:
    student: str
    topic: str
    fingerprint: str

    @property
    def key(self):
        """What the submission is called where grading keeps what it has done."""
        return f"{self.student}/{self.topic}"


@alone
def grade(
    directory, topics=(), *, students=(), force=False, workers=None, isolation=NAMESPACES, console=None
) -> Graded:
    """Grade what students handed in under ``submitted/<student>/<topic>/``.

    A submission that cannot be read is that student's result, with a notice on the feedback; all others are graded.
    What is as it was when it was graded last is left alone.

    Parameters
    ----------
    directory : path
        The class directory.
    topics, students : sequence of str
        What to grade; without any, everything that was handed in.
    force : bool, optional
        Grade again what has not changed, too.
    workers : int, optional
        How many notebooks run at once; by default one for each processor.
    isolation : str, optional
        "namespaces", or "none" for a class that is trusted, on a machine that cannot isolate.
    console : rich.console.Console, optional
        Where progress is shown.

    Raises
    ------
    ClassError
        When nothing has been released, a topic or student is unknown, the class's snapshot has been altered, this
        machine does not isolate as asked, or another process is at work on the class.
    """
    place = open_class(directory)
    config = settings.load(place)
    pinned = pin.read(place)
    released = _require_released(place, pinned, topics)
    found, warnings = _handed_in(place, pinned["topics"])
    for student in students:
        if student not in {name for name, _ in found}:
            raise ClassError(f"there is no submission of {student!r} under {place.step('submitted')}")
    with settings.gradebook(config) as gradebook:
        roster.record(place, gradebook)
        releases = {topic: _release(place, topic, gradebook) for topic in released}
    state = _read_state(place)
    chosen = [
        _Task(student, topic, _fingerprint(place, student, topic, pinned, releases[topic], config))
        for student, topic in found
        if topic in releases and (not students or student in students)
    ]
    due = [task for task in chosen if force or not _stands(place, task, state)]
    run = _Run(place, config, pinned, releases, isolation, workers or os.cpu_count() or 1)
    faults = _grade(run, due, state, console) if due else {}
    warnings += pin.differences(pinned)
    warnings += [
        f"{task.key} could not be graded ({fault}); the next run tries again" for task, fault in faults.items()
    ]
    notices = {tuple(key.rsplit("/", 1)): tuple(entry["notices"]) for key, entry in state.items() if entry["notices"]}
    graded = tuple((task.student, task.topic) for task in due if task not in faults)
    return Graded(graded, len(chosen) - len(due), notices, tuple(warnings))


def _require_released(place, pinned, topics):
    """Return the topics to grade, all of which are released and whole."""
    if not pinned["topics"]:
        raise ClassError(f"nothing is released in {place.root}; begin with: autograder release {place.root}")
    for topic in topics or pinned["topics"]:
        if topic not in pinned["topics"]:
            raise ClassError(f"{topic!r} is not released in this class; released: {', '.join(pinned['topics'])}")
        pin.require_whole(place, topic)
    return tuple(topics or pinned["topics"])


def _handed_in(place, released):
    """Return (student, topic) for each submission, and warnings about folders that belong to no assignment."""
    found, strange = [], []
    for student in _folders(place.step("submitted")):
        if not roster.may_be_id(student.name):
            strange.append(f"submitted/{ascii(student.name)} cannot be a student's id; nothing in it was graded")
            continue
        for folder in _folders(student):
            if folder.name in released:
                found.append((student.name, folder.name))
            else:
                strange.append(f"submitted/{student.name}/{folder.name} belongs to no assignment of this class")
    return found, strange


def _folders(parent):
    return sorted(path for path in parent.glob("*") if path.is_dir() and not path.name.startswith("."))


def _release(place, topic, gradebook):
    """Return the assignment as nbgrader grades it, as text: the release, with what the gradebook has of its cells."""
    release = nbformat.read(place.step("release", topic, f"{topic}.ipynb"), as_version=4)
    notebook = gradebook.find_notebook(topic, topic)
    sources = {cell.name: cell for cell in notebook.source_cells}
    points = {cell.name: cell.max_score for cell in notebook.grade_cells}
    for cell in release.cells:
        marks = cell.metadata.nbgrader
        source = sources[marks.grade_id]
        marks.checksum = source.checksum
        if marks.locked:
            cell.source = source.source
        if marks.grade:
            marks.points = points[marks.grade_id]
    return nbformat.writes(release)


def _fingerprint(place, student, topic, pinned, release, config):
    """Return a digest of all that a grade hangs on."""
    parts = (
        submission.digest(place.step("submitted", student, topic)),
        pinned["topics"][topic],
        place.student_seed(student),
        release,
        repr(settings.course_directory(config).max_file_size),
        repr(config.Execute),
    )
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _read_state(place):
    """Return what was graded before: for each ``student/topic`` its fingerprint, result and notices."""
    try:
        return json.loads((place.state / "graded.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _stands(place, task, state):
    """Whether the result of an earlier run is still there, and of what would be graded now."""
    entry = state.get(task.key)
    return entry is not None and (entry["fingerprint"], entry["result"]) == (task.fingerprint, _result(place, task))


def _result(place, task):
    path = place.step("autograded", task.student, task.topic, f"{task.topic}.ipynb")
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


@dataclass(frozen=True)
class _Run:
    """What does not change from one submission to the next."""

    place: object
    config: object
    pinned: dict
    releases: dict
    isolation: str
    workers: int

    def job(self, task, folder):
        course = settings.course_directory(self.config)
        cell = float(self.config.Execute.get("timeout", Times.cell))
        return Job(
            place=self.place,
            student=task.student,
            topic=task.topic,
            release=self.releases[task.topic],
            folder=folder,
            max_kilobytes=course.max_file_size,
            digest=self.pinned["topics"][task.topic],
            isolation=self.isolation,
            times=Times(cell=cell, call=min(cell, Times.call)),
        )


def _grade(run, due, state, console):
    """Grade what is due; return what went wrong. If a worker is killed, others go on with what it left."""
    faults = {}
    left = due
    for _ in range(WORKERS_LOST):
        try:
            _judge(run, left, state, faults, console)
            return faults
        except BrokenProcessPool:
            left = [task for task in left if task not in faults and not _stands(run.place, task, state)]
        except Refused as refusal:
            raise ClassError(
                f"this machine does not isolate notebooks ({refusal}); see: autograder doctor. "
                "A class that you trust can be graded with --isolation none"
            ) from refusal
    raise ClassError("workers were killed again and again, by want of memory perhaps; try: --workers 1")


def _judge(run, due, state, faults, console):
    """Judge what is due, and record it some at a time, so that what is done stays done if the rest is interrupted."""
    with (
        scratch(run.place) as folder,
        judges(len(due), run.workers, run.isolation) as submit,
        bars(console, len(due), "Grading") as (count,),
        settings.log_to(run.place.state / "grade.log") as log,
    ):
        tasks = {submit(run.job(task, folder)): task for task in due}
        finished = []
        for future in as_completed(tasks):
            task = tasks.pop(future)
            try:
                finished.append((task, future.result()))
            except (Refused, BrokenProcessPool):
                raise
            except Exception as error:  # of nbgrader's steps, or of an instructor's own
                faults[task] = f"{type(error).__name__}: {error}"
            count()
            if len(finished) >= BATCH or not tasks:
                _record(run, finished, folder, state, faults, log)
                finished = []


def _record(run, finished, folder, state, faults, log):
    """Record judged submissions: in the gradebook, then as files in their places, then as done."""
    with settings.gradebook(run.config) as gradebook:
        for topic in dict.fromkeys(task.topic for task, _ in finished):
            record(gradebook, topic, [judged for task, judged in finished if task.topic == topic], run.config, log)
    for task, judged in finished:
        job = run.job(task, folder)
        replace_folder(job.notebook.parent, run.place.step("autograded", task.student, task.topic))
        write_file(run.place.step("records", task.student, f"{task.topic}.json"), job.record.read_bytes())
        if judged.fault:
            faults[task] = judged.fault
            state.pop(task.key, None)
        else:
            result = _result(run.place, task)
            state[task.key] = {"fingerprint": task.fingerprint, "result": result, "notices": judged.notices}
    write_file(run.place.state / "graded.json", json.dumps(state, indent=1, sort_keys=True).encode())
