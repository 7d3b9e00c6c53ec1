"""Read nbgrader's exchange: a folder for each hand-in, named after student, assignment and time, owned by the student.

What is said here about names was read from nbgrader's own ``submit`` and ``collect``. If a folder belongs to a user
other than the one it names, nbgrader's collector warns but takes it; here, it is not taken.
"""

import pwd
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.exchange.default import ExchangeCollect
from nbgrader.utils import parse_utc

from . import config as settings
from .download import File
from .laying import BEST, FIRST, Piece
from .layout import ClassError, shown
from .submission import TIMESTAMP

EXCHANGE = "exchange"
_NAME = re.compile(r"(?P<name>.+)\+(?P<topic>[^+]+)\+(?P<time>\d+-\d+-\d+ [\d:.]+( [^+]+)?)(\+[\w=-]+)?", re.DOTALL)


@dataclass(frozen=True)
class HandIn:
    """One folder of the exchange: whose it says it is, for which assignment, when, and its files."""

    folder: str
    name: str
    topic: str
    time: datetime
    files: tuple[File, ...]


def inbound(config) -> Path:
    """Return the folder of the exchange into which a class's students hand in.

    Raises
    ------
    ClassError
        When the class's settings do not say which, or it is not there.
    """
    course = settings.course_directory(config)
    if not course.course_id:
        raise ClassError("the exchange has a folder for each course; say which: c.CourseDirectory.course_id = 'NAME'")
    folder = Path(_collector(config).root, course.course_id, "inbound")
    if not folder.is_dir():
        raise ClassError(
            f"there is no folder {folder}; set c.Exchange.root, or release an assignment there: "
            "nbgrader release_assignment TOPIC"
        )
    return folder


def collect_from(folder, files, config, people, laying, done):
    """Put what the exchange holds in its place, and add what there is to say about it to `done` (a `Collected`).

    Parameters
    ----------
    folder : path
        The exchange's folder of hand-ins.
    files : sequence of File
        What is in it.
    people : People
    laying : Laying
        The class's; if its `assignment` is not None, only that one is collected.
    """
    topics = laying.topics if laying.assignment is None else (laying.assignment,)
    found = defaultdict(list)
    for each in _hand_ins(files, done):
        if each.topic not in topics:
            if laying.assignment is None:
                done.unmatched[shown(each.folder)] = f"{shown(each.topic)} is not an assignment of this class"
            continue
        student, why = _whose(folder, each, people, _collector(config).check_owner)
        if why:
            done.unmatched[shown(each.folder)] = why
        else:
            found[student, each.topic].append(each)
    for (student, topic), several in sorted(found.items()):
        several.sort(key=lambda each: each.time, reverse=laying.keep == FIRST)
        *others, chosen = several
        note = ", not taken: " + ", ".join(shown(each.folder) for each in others) if laying.keep != BEST else ""
        note = f"handed in {len(several)} times{note}" if others else ""
        own = replace(laying, topics=(topic,), assignment=topic, dated=True, given={}, left_out=(TIMESTAMP,))
        for each in several if laying.keep == BEST else [chosen]:
            pieces = [Piece(replace(file, time=each.time), file.path[1:]) for file in each.files]
            rows = list(own.student(student, pieces))
        done.rows += [replace(row, note="; ".join(filter(None, (note, row.note)))) for row in rows]


def _hand_ins(files, done):
    """Yield the hand-ins that files belong to, and note what is not one."""
    found = defaultdict(list)
    for file in files:
        found[file.path[0]].append(file)
    for name, own in found.items():
        label = _NAME.fullmatch(name)
        time = label and _time(label["time"])
        if time is None or (len(own) == 1 and len(own[0].path) == 1):
            why = own[0].fault if len(own[0].path) == 1 and own[0].fault else "is not named as nbgrader names hand-ins"
            done.unmatched[shown(name)] = f"it {why}"
        else:
            yield HandIn(name, label["name"], label["topic"], time, tuple(own))


def _time(text):
    try:
        return parse_utc(text).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _whose(folder, hand_in, people, check_owner):
    """Return (student, "") or (None, why it is nobody's)."""
    if check_owner and (owner := _owner(folder / hand_in.folder)) != hand_in.name:
        return None, (
            f"it says {shown(hand_in.name)}, but its folder belongs to the user {shown(owner)}; "
            "if ids are not user names here: c.ExchangeCollect.check_owner = False"
        )
    return people.identified(hand_in.name)


def _owner(path):
    number = path.lstat().st_uid
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"number {number}"


def _collector(config):
    """Return nbgrader's own collector, for its settings and their defaults."""
    return ExchangeCollect(config=config)
