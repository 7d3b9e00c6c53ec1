"""Find the best of several hand-ins, in a class where the best counts: each is judged, and the best put in place.

The one that counts is under ``submitted/``, as always, and the others are under ``replaced/``, so that grading,
nbgrader and anyone who looks there find the same. They are judged in a copy of the class, where marks given by a person
do not count: they may have been for another text. Scores are kept, and computed again when the exercises, the settings
or a deadline change.
"""

import hashlib
import json
import math
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from nbgrader.api import Grade, SubmittedAssignment
from sqlalchemy import update

from . import config as settings
from . import submission
from .deadlines import deadlines
from .due import days
from .laying import kept_of, put_aside
from .layout import scratch, write_file
from .ledger import recorded
from .parcel import lay, pack
from .pin import SHORT
from .trial import copy


@dataclass(frozen=True)
class Attempt:
    """One hand-in: its folder, its digest, and a digest of everything that its score depends on."""

    student: str
    topic: str
    folder: Path
    submission: str
    key: str


def put_best(place, config, pinned, topics, regrade, limit) -> list[str]:
    """Put the best hand-in of each student in place; return what to tell the instructor about those that changed.

    Among equals, the one already in place stays. Those beyond the limit wait until another day.

    Parameters
    ----------
    pinned : dict
        What the class is pinned to.
    topics : sequence of str
    regrade : function of a directory, topics, and students
        Grades a class.
    limit : float
        How many of a student's hand-ins for an assignment are judged a day; judging one again does not count.
    """
    with settings.gradebook(config) as gradebook:
        due = deadlines(gradebook)
    found = {
        (folder.parent.name, folder.name): _attempts(place, folder, pinned, due)
        for folder in sorted((place.root / "replaced").glob("*/*/"))
        if folder.name in topics
    }
    known = _known(place, "attempts")
    found = {key: attempts for key, attempts in found.items() if len(attempts) > 1 or not _target(place, *key).exists()}
    found, told = _within_limit(place, found, limit, settings.zone(config))
    left = [attempt for attempts in found.values() for attempt in attempts if attempt.key not in known]
    while left:
        one_each = list({(each.student, each.topic): each for each in left}.values())
        known |= _scores(place, one_each, topics, regrade)
        _keep(place, "attempts", known)
        left = [each for each in left if each not in one_each]
    for (student, topic), attempts in found.items():
        target = _target(place, student, topic)
        best = max(attempts, key=lambda each: (known[each.key], each.folder == target))
        if best.folder != target:
            if target.exists():
                put_aside(place, student, topic)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.rename(best.folder, target)
            scores = ", ".join(f"{known[each.key]:g}" for each in attempts)
            told.append(f"{student}/{topic}: of {len(attempts)} hand-ins ({scores} points), the best now counts")
    in_use = {each.key for attempts in found.values() for each in attempts}
    _keep(place, "attempts", {key: score for key, score in known.items() if key in in_use})
    return told


def _within_limit(place, found, limit, zone):
    """Return the hand-ins that may be judged today, and what to say about the others, which wait.

    The day on which a hand-in is first judged is recorded beforehand, so that a killed run never gives a student more.
    """
    if limit == math.inf:
        return found, []
    judged, today = _known(place, "judged"), datetime.now(zone).date()
    allowed, told = {}, []
    for (student, topic), attempts in found.items():
        kept = {digest: date.fromisoformat(day) for digest, day in judged.get(f"{student}/{topic}", {}).items()}
        since = days(recorded(place, student, topic), zone) | kept
        new = [digest for each in attempts if (digest := each.submission[:SHORT]) not in since]
        since |= dict.fromkeys(new[: max(0, limit - [*since.values()].count(today))], today)
        judged[f"{student}/{topic}"] = {digest: str(day) for digest, day in since.items()}
        if taken := [each for each in attempts if each.submission[:SHORT] in since]:
            allowed[student, topic] = taken
        if waiting := len(attempts) - len(taken):
            told.append(
                f"{student}/{topic}: {waiting} of {len(attempts)} hand-ins must wait for another day, per "
                f"c.Course.daily_limit ({limit} a day); to judge them now: --force"
            )
    _keep(place, "judged", judged)
    return allowed, told


def _target(place, student, topic):
    return place.step("submitted", student, topic)


def _attempts(place, replaced, pinned, due):
    """Return a student's hand-ins for an assignment; the last is the one that is in place."""
    student, topic = replaced.parent.name, replaced.name
    shared = (pinned["topics"][topic], str(due.of(topic, student)), place.config_file.read_text(encoding="utf-8"))
    folders = [*kept_of(place, student, topic), _target(place, student, topic)]
    return [
        Attempt(
            student,
            topic,
            folder,
            submission.digest(folder),
            hashlib.sha256("\0".join((student, *shared, submission.dated(folder))).encode()).hexdigest(),
        )
        for folder in folders
        if folder.is_dir()
    ]


def _scores(place, attempts, topics, regrade):
    """Return, by key, what hand-ins score in a copy of the class: at most one per student and assignment."""
    with scratch(place) as folder:
        copied = copy(place, folder / "class", topics, without=["submitted"])
        config = settings.load(copied)
        for each in attempts:  # as grading reads them: a student's folder may hold what has no end, or cannot be copied
            handed_in = pack(each.folder, settings.course_directory(config).max_file_size)
            there = copied.step("submitted", each.student, each.topic)
            there.mkdir(parents=True)
            lay(handed_in, there)
        with settings.gradebook(config) as gradebook:
            gradebook.db.execute(update(Grade).values(manual_score=None, extra_credit=None))
            gradebook.db.execute(update(SubmittedAssignment).values(timestamp=None))
            gradebook.db.commit()
        regrade(copied.root, topics, students=sorted({each.student for each in attempts}))
        with settings.gradebook(config) as gradebook:
            graded = {
                (each.student.id, topic): each.score - (each.late_submission_penalty or 0.0)
                for topic in topics
                for each in gradebook.assignment_submissions(topic)
            }
    return {each.key: graded.get((each.student, each.topic), 0.0) for each in attempts}


def _keep(place, name, known):
    write_file(place.state / f"{name}.json", json.dumps(known, indent=1).encode())


def _known(place, name):
    with suppress(OSError, ValueError):
        return json.loads((place.state / f"{name}.json").read_text(encoding="utf-8"))
    return {}
