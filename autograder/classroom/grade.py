"""Grade a class: rebuild each submission, run it, and record it with nbgrader; again only what has changed."""

import os
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial

from .. import exercise as model
from ..sandbox.client import Refused
from ..sandbox.run import Times
from . import config as settings
from . import pin, roster
from .due import Done, assignment, handed_in, tasks
from .layout import ClassError, alone, open_class, replace_folder, scratch, write_file
from .pool import judges
from .progress import bars
from .record import record
from .worker import NAMESPACES, Job, rehearse

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
    found, warnings = handed_in(place, pinned["topics"])
    for student in students:
        if student not in {name for name, _ in found}:
            raise ClassError(f"there is no submission of {student!r} under {place.step('submitted')}")
    with settings.gradebook(config) as gradebook:
        roster.record(place, gradebook)
        releases = {topic: assignment(place, topic, gradebook) for topic in released}
        asked = [(student, topic) for student, topic in found if not students or student in students]
        chosen = tasks(place, asked, releases, pinned, gradebook)
    done = Done(place)
    for task in chosen if force else ():
        done.forget(task)
    due = [task for task in chosen if not done.stands(task)]
    run = _Run(place, config, pinned, releases, isolation, workers or os.cpu_count() or 1)
    faults = _grade(run, due, done, console) if due else {}
    warnings += pin.differences(pinned)
    warnings += [
        f"{task.key} could not be graded ({fault}); the next run tries again" for task, fault in faults.items()
    ]
    graded = tuple((task.student, task.topic) for task in due if task not in faults)
    return Graded(graded, len(chosen) - len(due), done.notices(), tuple(warnings))


def _require_released(place, pinned, topics):
    """Return the topics to grade, all of which are released and whole."""
    if not pinned["topics"]:
        raise ClassError(f"nothing is released in {place.root}; begin with: autograder release {place.root}")
    for topic in topics or pinned["topics"]:
        if topic not in pinned["topics"]:
            raise ClassError(f"{topic!r} is not released in this class; released: {', '.join(pinned['topics'])}")
        pin.require_whole(place, topic)
    return tuple(topics or pinned["topics"])


@dataclass(frozen=True)
class _Run:
    """What does not change from one submission to the next."""

    place: object
    config: object
    pinned: dict
    releases: dict
    isolation: str
    workers: int

    def rehearsals(self, due):
        """Yield what can be learnt of the exercises before there is an answer to any."""
        exercises = self.place.pinned / "exercises"
        for topic in dict.fromkeys(task.topic for task in due):
            yield from (partial(rehearse, name, exercises) for name in model.ids(topic, exercises))

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


def _grade(run, due, done, console):
    """Grade what is due; return what went wrong. If a worker is killed, others go on with what it left."""
    faults = {}
    left = due
    for _ in range(WORKERS_LOST):
        try:
            _judge(run, left, done, faults, console)
            return faults
        except BrokenProcessPool:
            left = [task for task in left if task not in faults and not done.stands(task)]
        except Refused as refusal:
            raise ClassError(
                f"this machine does not isolate notebooks ({refusal}); see: autograder doctor. "
                "A class that you trust can be graded with --isolation none"
            ) from refusal
    raise ClassError("workers were killed again and again, by want of memory perhaps; try: --workers 1")


def _judge(run, due, done, faults, console):
    """Judge what is due, and record it some at a time, so that what is done stays done if the rest is interrupted."""
    with (
        scratch(run.place) as folder,
        judges(len(due), run.workers, run.isolation, run.rehearsals(due)) as submit,
        bars(console, len(due), "Grading") as (count,),
        settings.log_to(run.place.state / "grade.log") as log,
    ):
        jobs = ((task, run.job(task, folder)) for task in due)
        waiting = {submit(job): (task, job) for task, job in jobs}
        finished = []
        for future in as_completed(waiting):
            task, job = waiting.pop(future)
            try:
                finished.append((task, job, future.result()))
            except (Refused, BrokenProcessPool):
                raise
            except Exception as error:  # of nbgrader's steps, or of an instructor's own
                faults[task] = f"{type(error).__name__}: {error}"
            count()
            if len(finished) >= BATCH or not waiting:
                _record(run, finished, done, faults, log)
                finished = []


def _record(run, finished, done, faults, log):
    """Record judged submissions: in the gradebook, then as files in their places, then as done."""
    with settings.gradebook(run.config) as gradebook:
        for topic in dict.fromkeys(task.topic for task, _, _ in finished):
            record(gradebook, topic, [judged for task, _, judged in finished if task.topic == topic], run.config, log)
    for task, job, judged in finished:
        replace_folder(job.notebook.parent, run.place.step("autograded", task.student, task.topic))
        write_file(run.place.step("records", task.student, f"{task.topic}.json"), job.record.read_bytes())
        if judged.fault:
            faults[task] = judged.fault
            done.forget(task)
        else:
            done.keep(task, judged.notices)
    done.write()
