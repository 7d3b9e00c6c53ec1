"""How often, and for how long, students tried an exercise: those who have shared the attempts that they handed in.

A student's own folder ``.attempts`` is read if `share_attempts` was called in it, and only for when and with which
verdict an exercise was tried, never for the texts.
"""

import os
import stat
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from ... import tries
from ...judge.verdict import PASSED

PAUSE = 30 * 60  # seconds between two tries after which somebody counts as away


@dataclass(frozen=True)
class Effort:
    """One student's tries at an exercise: how many until the first pass, for how many seconds, and whether it came."""

    count: int
    seconds: float
    passed: bool


@dataclass(frozen=True)
class Tried:
    """The tries at one exercise: by student, and the medians over students."""

    exercise: str
    efforts: dict[str, Effort]

    @property
    def count(self):
        return median(effort.count for effort in self.efforts.values())

    @property
    def minutes(self):
        return median(effort.seconds for effort in self.efforts.values()) / 60


def tried(place, topic, students, exercises) -> tuple[Tried, ...]:
    """Return the tries at each of an assignment's exercises, in alphabetical order, where students shared them.

    Tries at other exercises, whose names a student may have made up, are ignored.
    """
    found = defaultdict(dict)
    for student in students:
        by_exercise = defaultdict(list)
        for attempt in _shared(place.step("submitted", student, topic), topic):
            by_exercise[attempt.exercise].append(attempt)
        for exercise, attempts in by_exercise.items():
            if exercise in exercises and (effort := _effort(attempts)):
                found[exercise][student] = effort
    return tuple(Tried(exercise, efforts) for exercise, efforts in sorted(found.items()))


def _shared(folder, topic):
    """Return the attempts in a submission's folder, if its student has shared them; links are not followed."""
    kept = folder / tries.FOLDER
    file, shared = kept / f"{topic}.jsonl", kept / tries.SHARED
    if any(path.is_symlink() for path in (folder.parent, folder, kept)):
        return []
    try:
        about = [os.lstat(path) for path in (shared, file)]
    except OSError:
        return []
    plain = all(stat.S_ISREG(each.st_mode) for each in about) and about[1].st_size <= tries.MAX_FILE
    return tries.read(file) if plain else []


def _effort(attempts):
    """Return the effort of one student's attempts at one exercise, or None where no time can be read."""
    times = []
    for attempt in attempts:
        try:
            times.append((datetime.fromisoformat(attempt.time).timestamp(), attempt.verdict))
        except (ValueError, OverflowError, OSError):
            continue
    times.sort()
    passes = [number for number, (_, verdict) in enumerate(times, start=1) if verdict == PASSED]
    until = times[: passes[0] if passes else None]
    gaps = [later - before for (before, _), (later, _) in zip(until, until[1:])]
    return Effort(len(until), sum(gap for gap in gaps if gap <= PAUSE), bool(passes)) if until else None
