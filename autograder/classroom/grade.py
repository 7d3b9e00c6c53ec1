"""Grade a class: rebuild each submission, run it, and record it with nbgrader; regrade only what has changed."""

import math
import os
from dataclasses import dataclass
from functools import partial
from shlex import quote

from . import cells, pin, roster
from . import config as settings
from .attempts import put_best
from .due import Done, assignment, handed_in, tasks, within_limit
from .judging import NAMESPACES
from .laying import BEST, KEEP
from .layout import ClassError, alone, open_class
from .ledger import note, settle
from .run import Run


@dataclass(frozen=True)
class Graded:
    """What a run of grading did.

    Attributes
    ----------
    graded : tuple of (student, topic)
        What was graded in this run.
    unchanged : int
        How many submissions had not changed since they were graded.
    notices : dict
        What students are told about their submissions, by (student, topic), for the whole class.
    warnings : tuple of str
        What the instructor should know.
    """

    graded: tuple[tuple[str, str], ...]
    unchanged: int
    notices: dict[tuple[str, str], tuple[str, ...]]
    warnings: tuple[str, ...]


@alone
def grade(
    directory, topics=(), *, students=(), force=False, workers=None, isolation=NAMESPACES, scheduler="", console=None
) -> Graded:
    """Grade what students handed in under ``submitted/<student>/<topic>/``.

    If a submission cannot be read, that is the student's result, with a notice in the feedback; all others are graded.
    What has not changed since it was last graded is left alone. If the class has a roster, students who are not on it
    are graded only if they are named. Late penalties are brought up to date for all, whenever they were graded.

    Parameters
    ----------
    directory : path
        The class directory.
    topics, students : sequence of str
        What to grade; without any, everything that was handed in.
    force : bool, optional
        Regrade even what has not changed, whatever the class's daily limit says.
    workers : int, optional
        How many notebooks run at once; by default one for each processor.
    isolation : str, optional
        "namespaces", or "none" for a class that is trusted, on a machine that cannot isolate.
    scheduler : str, optional
        The address of a Dask cluster's scheduler, such as "tls://host:8786", whose workers judge instead of this
        machine's.
    console : rich.console.Console, optional
        Where progress is shown.

    Raises
    ------
    ClassError
        When nothing has been released, a topic or student is unknown, the class's snapshot has been altered, this
        machine or the cluster does not isolate as asked, nothing under `submitted` is understood or belongs to anyone
        on the roster, the class's plugin for late penalties fails, or another process is at work on the class.
    """
    place = open_class(directory)
    config = settings.load(place)
    pinned = pin.read(place)
    released = _require_released(place, pinned, topics)
    counts = settings.chosen(config, "counts", KEEP)
    regrade = partial(grade, force=True, workers=workers, isolation=isolation, scheduler=scheduler, console=console)
    limit = math.inf if force else settings.daily_limit(config)
    swapped = put_best(place, config, pinned, released, regrade, limit) if counts == BEST else []
    found, warnings = handed_in(place, pinned["topics"])
    handing_in = {student for student, _ in found}
    for student in students:
        if student not in handing_in:
            raise ClassError(f"there is no submission from {student!r} under {place.step('submitted')}")
    listed = set(roster.read(place)) or handing_in
    if handing_in and not students and not handing_in & listed:
        raise ClassError(
            f"nobody who handed in is in {place.roster_file.name} ({cells.listed(sorted(handing_in))}): add them to "
            f"it, or collect their work by the names in it: autograder collect {place.root} ARCHIVE"
        )
    with settings.gradebook(config) as gradebook:
        roster.record(place, gradebook)
        note(place, gradebook)  # marks given since then, before anything is regraded
        releases = {topic: assignment(place, topic, gradebook) for topic in released}
        chosen = tasks(place, [each for each in found if each[0] in (students or listed)], releases, pinned)
    done = Done(place)
    for task in chosen if force else ():
        done.forget(task)
    new = [task for task in chosen if not done.stands(task)]
    due = new if force else within_limit(place, new, config)
    postponed = [task for task in new if task not in due]
    run = Run(place, config, pinned, releases, done, isolation, workers or os.cpu_count() or 1, scheduler, console)
    run.grade(due)
    with settings.gradebook(config) as gradebook, settings.log_to(place.state / "grade.log") as log:
        settle(place, gradebook, config, log)
    warnings += swapped
    if not any(topic in released for _, topic in found):
        what = f"for {cells.listed(sorted(topics))} " if topics else ""
        warnings.append(
            f"nothing {what}has been handed in yet; to collect a download: autograder collect {place.root} ARCHIVE"
        )
    warnings += [
        f"{student} is not in {place.roster_file.name}, and is graded only if named: --student {quote(student)}"
        for student in sorted(handing_in - listed - set(students))
    ]
    if postponed:
        whose = cells.listed([task.key for task in postponed])
        warnings.append(
            f"waiting for another day, since as many of the student's have been graded today as c.Course.daily_limit "
            f"allows: {whose}; to grade one now: --force --student {quote(postponed[0].student)}"
        )
    warnings += run.warnings
    warnings += pin.differences(pinned)
    warnings += [
        f"{task.key} could not be graded ({fault}); the next run tries again" for task, fault in run.faults.items()
    ]
    graded = tuple((task.student, task.topic) for task in due if task not in run.faults)
    return Graded(graded, len(chosen) - len(new), done.notices(), tuple(warnings))


def _require_released(place, pinned, topics):
    """Return the topics to grade, all of which are released and whole."""
    if not pinned["topics"]:
        raise ClassError(f"nothing is released in {place.root}; begin with: autograder release {place.root}")
    for topic in topics or pinned["topics"]:
        if topic not in pinned["topics"]:
            raise ClassError(f"{topic!r} is not released in this class; released: {', '.join(pinned['topics'])}")
        pin.require_whole(place, topic)
    return tuple(topics or pinned["topics"])
