"""Record how each grade came to be what it is: a line for each time that it moved, never rewritten.

The gradebook says what a grade is now. ``history/<student>/<topic>.jsonl`` says what it was, since when, for which
hand-in, by which exercises, and why it moved. A grade moves in the gradebook first, through grading, a person in
formgrader, or a due date; every command that grades, or shows grades, compares it with the last line and adds another
if they differ. So a command that is killed in between loses nothing, and one that is repeated adds nothing. The
gradebook does not know what a grade is for: grading announces that before recording it.
"""

import getpass
import json
import os
from collections import defaultdict
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial

from nbgrader.api import Assignment, Grade, GradeCell, SubmittedAssignment
from sqlalchemy import select

from . import penalties
from .deadlines import deadlines
from .layout import ClassError, write_file
from .pin import SHORT
from .rows import of_submissions

RUN, HAND, DATE = "grading run", "by hand", "late penalty"
FIRST, HAND_IN, EARLIER = "first hand-in", "new hand-in", "an earlier hand-in"
EXERCISES, AGAIN = "changed exercises", "graded again"
UNKNOWN = "graded before its history was kept"


@dataclass(frozen=True)
class Entry:
    """One line of a submission's history: a grade as it was from then on.

    Attributes
    ----------
    at : str
        When it was noted, in UTC; a mark is noted by the first command after it was given.
    user : str
        Who gave that command.
    by : str
        What moved it: `RUN`, `HAND` or `DATE`, with commas between several.
    why : tuple of str
        What was new.
    handed_in, due : str or None
        When it was handed in and when it was due, with the student's extension, in UTC, as far as is known.
    submission, exercises : str or None
        The beginnings of the digests of the hand-in, and of the topic's exercises that the class was pinned to.
    auto, hand, extra : dict of str to float
        Points by exercise: what grading gave (None where a person has to), what a person gave, and extra credit.
    waiting, penalty : float
        Points that a person still has to give, and points that are taken off for being late.
    """

    at: str
    user: str
    by: str
    why: tuple[str, ...]
    handed_in: str | None
    due: str | None
    submission: str | None
    exercises: str | None
    auto: dict[str, float | None]
    hand: dict[str, float]
    extra: dict[str, float]
    waiting: float
    penalty: float

    @property
    def points(self):
        """Points by exercise, as far as they are given."""
        given = {name: self.hand.get(name, points) for name, points in self.auto.items()}
        return {name: points + self.extra.get(name, 0.0) for name, points in given.items() if points is not None}

    @property
    def score(self):
        """The sum of the points, with the penalty taken off."""
        return max(0.0, sum(self.points.values()) - self.penalty)


def announce(place, graded):
    """Say what the grades that are about to be recorded are for.

    `graded` has, by (student, topic), the digests of hand-in and exercises, and the points that a machine gave. By
    these points, what a killed command announced but did not record is told apart from what it did.
    """
    told = _announced(place) | {
        "/".join(key): {"submission": submission[:SHORT], "exercises": exercises[:SHORT], "auto": auto}
        for key, (submission, exercises, auto) in graded.items()
    }
    write_file(_announcement(place), json.dumps(told).encode())


def settle(place, gradebook, config, log):
    """Settle the late penalties of all grades, and note which grades have moved since they were last noted."""
    penalties.settle(gradebook, config, log)
    note(place, gradebook)


def note(place, gradebook):
    """Note which grades have moved since they were last noted."""
    announced = _announced(place)
    stamp = {"at": _text(datetime.now(UTC)), "user": _user()}
    for (student, topic), now in _now(gradebook).items():
        entries = recorded(place, student, topic)
        last = entries[-1] if entries else None
        about = announced.get(f"{student}/{topic}")
        if about and about["auto"] == now["auto"]:
            now |= {name: about[name] for name in ("submission", "exercises")}
        else:
            now |= {name: getattr(last, name, None) for name in ("submission", "exercises")}
        entry = Entry(**stamp, **now, by="", why=())
        by, why = _moved(last, entry, {each.submission for each in entries}, partial(_marked, place, student, topic))
        if why:
            entry = replace(entry, by=", ".join(by), why=tuple(why))
            path = _path(place, student, topic)
            before = path.read_bytes() if last else b""
            write_file(path, before + json.dumps(asdict(entry)).encode() + b"\n")
    _announcement(place).unlink(missing_ok=True)


def _moved(last, now, known, marked):
    """Return what moved a grade since its last line, and why: two lists, empty if nothing did.

    `known` are the hand-ins that have been graded before; `marked` says who gave an exercise its points.
    """
    by, why = [], []
    if last is None:
        if not now.submission and not (now.points or now.penalty):
            return by, why  # a row without a grade, as for an extension before anything was handed in
        by, why = [RUN], [FIRST if now.submission else UNKNOWN]
        last = replace(now, hand={}, extra={}, penalty=0.0)
    elif now.submission != last.submission:
        by, why = [RUN], [EARLIER if now.submission in known else HAND_IN]
    if now.exercises != last.exercises:
        by, why = [RUN], [*why, EXERCISES]
    if not why and now.auto != last.auto:
        by, why = [RUN], [AGAIN]
    marks = [
        f"{word} {name}: {given(old.get(name))} becomes {given(new.get(name))}{marked(name, new.get(name))}"
        for word, old, new in (("mark for", last.hand, now.hand), ("extra credit for", last.extra, now.extra))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]
    by, why = by + [HAND] * bool(marks), why + marks
    if now.penalty != last.penalty:
        moved = f"points taken off: {last.penalty:g} becomes {now.penalty:g}"
        for what in ("handed_in", "due"):
            then, since = (f"{time} UTC" if (time := getattr(entry, what)) else "at no time" for entry in (last, now))
            moved += f", {what.replace('_', ' ')} {since} instead of {then}" if since != then else ""
        by, why = [*by, DATE], [*why, moved]
    return by, why


def _marked(place, student, topic, name, points):
    """Return in words who gave a mark and when, if that was on the page for marking, which keeps it (`marking`)."""
    try:
        kept = json.loads(place.step("marking", topic, f"{name}.json").read_text(encoding="utf-8"))
        choice = kept["choices"][student]
        at = _text(datetime.fromisoformat(choice["at"]).astimezone(UTC))
        return f", given by {choice['by']} at {at} UTC" if choice["points"] == points else ""
    except (OSError, ValueError, TypeError, KeyError):
        return ""


def given(points):
    """Return points in words."""
    return "none" if points is None else f"{points:g}"


def _now(gradebook):
    """Return what the gradebook says of each grade, by (student, topic), as the fields of an `Entry`."""
    due, found = deadlines(gradebook), defaultdict(lambda: {"auto": {}, "hand": {}, "extra": {}, "waiting": 0.0})
    taken = penalties.by_submission(gradebook)
    columns = (SubmittedAssignment.student_id, Assignment.name, SubmittedAssignment.timestamp, GradeCell.name)
    points = (Grade.auto_score, Grade.manual_score, Grade.extra_credit, GradeCell.max_score)
    query = of_submissions(select(*columns, *points).select_from(Grade), Grade)
    rows = gradebook.db.execute(query.join(GradeCell, GradeCell.id == Grade.cell_id))
    for student, topic, handed_in, name, auto, hand, extra, possible in rows:
        one = found[student, topic]
        one["auto"][name] = auto
        one["hand"] |= {} if hand is None else {name: hand}
        one["extra"] |= {name: extra} if extra else {}
        one["waiting"] += possible if auto is None and hand is None else 0.0
        one["handed_in"] = _text(handed_in)
    for (student, topic), one in found.items():
        one |= {"due": _text(due.of(topic, student)), "penalty": taken.get((student, topic), 0.0)}
    return found


def _text(time):
    return time and f"{time:%Y-%m-%d %H:%M:%S}"


def _path(place, student, topic):
    return place.step("history", student, f"{topic}.jsonl")


def recorded(place, student, topic) -> tuple[Entry, ...]:
    """Return what is recorded about a submission's grade, the oldest entry first.

    Raises
    ------
    ClassError
        When somebody has changed it.
    """
    path, found = _path(place, student, topic), []
    if not path.exists():
        return ()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            fields = json.loads(line)
            found.append(Entry(**fields | {"why": tuple(fields["why"])}))
        except (ValueError, TypeError, KeyError) as error:
            raise ClassError(
                f"{path}, line {number}: not as grading writes it ({error}); repair it, or move the file away"
            ) from error
    return tuple(found)


def _announcement(place):
    return place.state / "announced.json"


def _announced(place):
    with suppress(FileNotFoundError):
        return json.loads(_announcement(place).read_text(encoding="utf-8"))
    return {}


def _user():
    """Return the user who runs this process; some have a number but no name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return str(os.getuid())
