"""Grade a class: rebuild each submission, run it, and record it with nbgrader; again only what has changed."""

import hashlib
import json
import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context

import nbformat

from ..sandbox.client import Refused
from ..sandbox.run import Times
from . import config as settings
from . import pin, roster, submission
from .layout import ClassError, open_class, replace_folder, scratch, write_file
from .progress import bars
from .record import record
from .worker import NAMESPACES, Job, work

BATCH = 50  # submissions; what has run is recorded after so many
FEW = 6  # submissions, for which it does not pay to start other processes


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
        When nothing has been released, a topic or student is unknown, the class's snapshot has been altered, or this
        machine does not isolate as asked.
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
    if due:
        with settings.log_to(place.state / "grade.log") as log:
            run = _Run(place, config, pinned, releases, isolation, workers or os.cpu_count() or 1)
            _grade(run, due, log, state, console)
    lost = [task for task in due if f"{task.student}/{task.topic}" not in state]
    warnings += pin.differences(pinned)
    warnings += [f"{task.student}/{task.topic} could not be recorded; see {place.state / 'grade.log'}" for task in lost]
    notices = {tuple(key.rsplit("/", 1)): tuple(entry["notices"]) for key, entry in state.items() if entry["notices"]}
    graded = tuple((task.student, task.topic) for task in due if task not in lost)
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
        for folder in _folders(student):
            if folder.name in released:
                found.append((student.name, folder.name))
            else:
                strange.append(f"submitted/{student.name}/{folder.name} belongs to no assignment of this class")
    return found, strange


def _folders(parent):
    return sorted(path for path in parent.glob("*") if path.is_dir() and not path.name.startswith("."))


def _release(place, topic, gradebook):
    """Return the assignment as nbgrader grades it: the release, its locked cells as the gradebook has them."""
    release = nbformat.read(place.step("release", topic, f"{topic}.ipynb"), as_version=4)
    sources = {cell.name: cell.source for cell in gradebook.find_notebook(topic, topic).source_cells}
    for cell in release.cells:
        if cell.metadata.nbgrader.locked:
            cell.source = sources[cell.metadata.nbgrader.grade_id]
    return release


def _fingerprint(place, student, topic, pinned, release, config):
    """Return a digest of all that a grade hangs on."""
    parts = (
        submission.digest(place.step("submitted", student, topic)),
        pinned["topics"][topic],
        place.student_seed(student),
        nbformat.writes(release),
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
    entry = state.get(f"{task.student}/{task.topic}")
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
            release=nbformat.writes(self.releases[task.topic]),
            folder=folder,
            max_kilobytes=course.max_file_size,
            digest=self.pinned["topics"][task.topic],
            isolation=self.isolation,
            times=Times(cell=cell, call=min(cell, Times.call)),
        )


def _grade(run, due, log, state, console):
    """Grade what is due, some at a time, so that what is done stays done if the rest is interrupted."""
    place = run.place
    with (
        bars(console, len(due), "Running notebooks", "Recording grades") as (ran, recorded),
        _pool(run.workers, len(due)) as pool,
    ):
        for start in range(0, len(due), BATCH):
            tasks = due[start : start + BATCH]
            with scratch(place) as folder:
                futures = {pool.submit(work, run.job(task, folder)): task for task in tasks}
                notices = {}
                try:
                    for future in as_completed(futures):
                        notices[futures[future]] = future.result()
                        ran()
                except Refused as refusal:
                    pool.shutdown(cancel_futures=True)
                    raise ClassError(
                        f"this machine does not isolate notebooks ({refusal}); see: autograder doctor. "
                        "A class that you trust can be graded with --isolation none"
                    ) from refusal
                except BaseException:
                    pool.shutdown(cancel_futures=True)
                    raise
                for topic in dict.fromkeys(task.topic for task in tasks):
                    record(topic, folder, run.config, log, recorded)
                for task in tasks:
                    _keep(place, task, folder, notices[task], state)
            write_file(place.state / "graded.json", json.dumps(state, indent=1, sort_keys=True).encode())


def _pool(workers, count):
    """Return what runs the jobs: other processes, or for a few jobs this one, as each warms up an interpreter first."""
    if workers == 1 or count <= FEW:
        return ThreadPoolExecutor(1)
    # Spawned, not forked: a process that shows its progress has a thread.
    return ProcessPoolExecutor(min(workers, count), mp_context=get_context("spawn"))


def _keep(place, task, folder, notices, state):
    """Put a recorded notebook in its place and remember of what it is the result; forget what was not recorded."""
    state.pop(f"{task.student}/{task.topic}", None)
    made = folder / "autograded" / task.student / task.topic
    if made.is_dir():
        replace_folder(made, place.step("autograded", task.student, task.topic))
        write_file(
            place.step("records", task.student, f"{task.topic}.json"),
            (folder / "records" / task.student / f"{task.topic}.json").read_bytes(),
        )
        state[f"{task.student}/{task.topic}"] = {
            "fingerprint": task.fingerprint,
            "result": _result(place, task),
            "notices": notices,
        }
