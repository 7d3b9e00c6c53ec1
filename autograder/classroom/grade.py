"""Grade a class: rebuild each submission, run it, and record it with nbgrader; again only what has changed."""

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from html import escape

import nbformat

from . import config as settings
from . import pin, roster, submission
from .execute import NotRun, execute, not_run
from .layout import ClassError, open_class, replace_folder, scratch, write_file
from .progress import bars
from .record import record
from .source import PRACTICE

BATCH = 50  # submissions; what has run is recorded after so many
NOTICE = "> **About your submission.** {}"


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


def grade(directory, topics=(), *, students=(), force=False, workers=None, console=None) -> Graded:
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
    console : rich.console.Console, optional
        Where progress is shown.

    Raises
    ------
    ClassError
        When nothing has been released, a topic or student is unknown, or the class's snapshot has been altered.
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
            _grade(place, due, releases, config, log, state, workers or os.cpu_count() or 1, console)
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


def _grade(place, due, releases, config, log, state, workers, console):
    """Grade what is due, some at a time, so that what is done stays done if the rest is interrupted."""
    with bars(console, len(due), "Running notebooks", "Recording grades") as (ran, recorded):
        for start in range(0, len(due), BATCH):
            tasks = due[start : start + BATCH]
            with scratch(place) as folder:
                notices = {}
                with ThreadPoolExecutor(workers) as pool:
                    futures = {
                        pool.submit(_run, place, task, releases[task.topic], config, log, folder): task
                        for task in tasks
                    }
                    try:
                        for future in as_completed(futures):
                            notices[futures[future]] = future.result()
                            ran()
                    except BaseException:
                        pool.shutdown(cancel_futures=True)
                        raise
                for topic in dict.fromkeys(task.topic for task in tasks):
                    record(topic, folder, config, log, recorded)
                for task in tasks:
                    _keep(place, task, folder, notices[task], state)
            write_file(place.state / "graded.json", json.dumps(state, indent=1, sort_keys=True).encode())


def _keep(place, task, folder, notices, state):
    """Put a recorded notebook in its place and remember of what it is the result; forget what was not recorded."""
    state.pop(f"{task.student}/{task.topic}", None)
    made = folder / "autograded" / task.student / task.topic
    if made.is_dir():
        replace_folder(made, place.step("autograded", task.student, task.topic))
        state[f"{task.student}/{task.topic}"] = {
            "fingerprint": task.fingerprint,
            "result": _result(place, task),
            "notices": notices,
        }


def _run(place, task, release, config, log, folder):
    """Rebuild and run one submission, and put the result where it is recorded from; return its notices."""
    limit = settings.course_directory(config).max_file_size
    read = submission.read(place.step("submitted", task.student, task.topic), task.topic, limit)
    notebook, mended = submission.rebuild(release, read.cells)
    notices = [*read.notices, *mended]
    if read.cells is None:
        notebook = not_run(notebook)
    else:
        try:
            notebook = execute(
                _without_practice(notebook),
                seed=place.student_seed(task.student),
                exercises=place.pinned / "exercises",
                config=config,
                log=log,
            )
        except NotRun as reason:
            notices.append(str(reason))
            notebook = not_run(notebook)
    if notices:
        told = "\n>\n> ".join(escape(notice) for notice in notices)
        notebook.cells.insert(0, nbformat.v4.new_markdown_cell(NOTICE.format(told), id="notice"))
    target = folder / "submitted" / task.student / task.topic
    target.mkdir(parents=True)
    nbformat.write(notebook, target / f"{task.topic}.ipynb")
    if read.timestamp:
        (target / "timestamp.txt").write_text(read.timestamp, encoding="utf-8")
    return notices


def _without_practice(notebook):
    """Empty the practice cells, whose checks the graded cells run again; recording puts their source back."""
    for cell in notebook.cells:
        if cell.id.endswith(PRACTICE) and cell.metadata.nbgrader.locked:
            cell.source = ""
    return notebook
