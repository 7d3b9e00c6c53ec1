"""Show and set when assignments are due, and students' extensions, as nbgrader's gradebook keeps them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from difflib import get_close_matches

from dateutil.tz import gettz

from . import config as settings
from . import pin, roster
from .deadlines import Deadlines, clock, deadlines
from .layout import ClassError, alone, open_class
from .ledger import settle
from .publish import retell

NONE = "none"
UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}
EXTENSION = re.compile(rf"\+\s*(\d+)\s*([{''.join(UNITS)}])")
DATE = re.compile(r"(?P<date>\d{4}-\d\d-\d\d)(?:[T ]\s*(?P<time>\d\d:\d\d(?::\d\d)?))?\s*(?P<zone>\S+)?")
END_OF_DAY = time(23, 59)
EXPECTED = "expected a date such as 2026-10-12 18:00 (optionally with a zone: UTC, Europe/Berlin, +02:00), or none"


@dataclass(frozen=True)
class Dates:
    """The due dates of a class's assignments, and the extensions: `topics` are those that were asked for."""

    topics: tuple[str, ...]
    deadlines: Deadlines
    zone: object


@alone
def due_dates(directory, topic=None, when=None, *, students=()) -> Dates:
    """Return when assignments are due, after setting a due date or an extension if `when` is given.

    Handouts state the new date, late penalties follow it, and the history of each grade that changes records it.

    Parameters
    ----------
    directory : path
        The class directory.
    topic : str, optional
        Which assignment; by default, all that are released.
    when : str, optional
        "2026-10-12 18:00", by the class's clock if it names no zone, and at the end of the day if it names no time; or
        "none". For students, also "+2d" (w, d, h, m), counted from the assignment's own date.
    students : sequence of str, optional
        Whose date it is; by default, the assignment's.

    Raises
    ------
    ClassError
        When nothing is released, a topic or student is unknown, or `when` is not a time.
    """
    place = open_class(directory)
    config, released = settings.load(place), tuple(pin.read(place)["topics"])
    if not released:
        raise ClassError(f"nothing is released in {place.root}; begin with: autograder release {place.root}")
    if topic not in (None, *released) or (topic is None and when is not None):
        raise ClassError(f"{topic!r} is not released in this class; released: {', '.join(released)}")
    zone = settings.zone(config)
    with settings.gradebook(config) as gradebook:
        roster.record(place, gradebook)
        _require_known(gradebook, students)
        if when is not None and students:
            _extend(gradebook, topic, students, when, zone)
        elif when is not None and EXTENSION.fullmatch(when):
            raise ClassError(f"{when!r} is an extension for some students: say whose with --student ID, or set a date")
        elif when is not None:
            date = None if when == NONE else _date(when, zone)
            gradebook.update_or_create_assignment(topic, duedate=date)
    if when is not None:
        retell(place, topic, config)
    with settings.gradebook(config) as gradebook, settings.log_to(place.state / "due.log") as log:
        settle(place, gradebook, config, log)
        found = deadlines(gradebook)
    wanted = {pair: more for pair, more in found.extensions.items() if more and (not students or pair[1] in students)}
    return Dates((topic,) if topic else released, Deadlines(found.dates, wanted), zone)


def due_lines(dates):
    """Yield the due dates, as `due_dates` returns them, line by line."""
    for topic in dates.topics:
        date = dates.deadlines.dates.get(topic)
        yield f"{topic}: due {clock(date, dates.zone)}" if date else f"{topic}: no due date"
        for (own, student), more in sorted(dates.deadlines.extensions.items()):
            if own == topic:
                until = f", until {clock(date + more, dates.zone)}" if date else ", once there is a due date"
                yield f"  {student}: {_words(more)}{until}"


def _extend(gradebook, topic, students, when, zone):
    """Give students an extension, which nbgrader keeps with their submissions: a row each, even before they hand in."""
    due = gradebook.find_assignment(topic).duedate
    if when == NONE:
        more = None
    elif due is None:
        raise ClassError(f"{topic} has no due date yet to count an extension from; set one without --student")
    elif found := EXTENSION.fullmatch(when):
        more = timedelta(**{UNITS[found[2]]: int(found[1])})
    else:
        more = _date(when, zone, ", or +2d (w, d, h or m)") - due
    for student in students:
        gradebook.update_or_create_submission(topic, student, extension=more)


def _date(text, zone, more=""):
    """Return a time as nbgrader keeps it, in UTC and without a zone."""
    try:
        found = DATE.fullmatch(text.strip())
        date = datetime.fromisoformat(f"{found['date']} {found['time'] or END_OF_DAY}")
        if (name := found["zone"]) and re.match(r"[+-]\d", name):
            zone = datetime.fromisoformat(f"{date}{name}").tzinfo
        elif name:
            zone = UTC if name in ("Z", "UTC") else gettz(name)
    except (TypeError, ValueError):  # not of this form, or not a real day or hour
        zone = None
    if zone is None:
        raise ClassError(f"{EXPECTED}{more}; got {text!r}")
    return date.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def _require_known(gradebook, students):
    known = [each.id for each in gradebook.students]
    for student in students:
        if student not in known:
            like = get_close_matches(student, known, 1)
            raise ClassError(
                f"no student in the class is {student!r}"
                + (f"; did you mean {like[0]!r}?" if like else "; add all students to roster.csv")
            )


def _words(more):
    """Return an extension in words: "2 days 3 hours later", or earlier."""
    minutes = abs(round(more.total_seconds() / 60))
    days, rest = divmod(minutes, 24 * 60)
    parts = {"day": days, "hour": rest // 60, "minute": rest % 60}
    told = " ".join(f"{number} {name}{'s' * (number != 1)}" for name, number in parts.items() if number)
    return f"{told or '0 minutes'} {'later' if more >= timedelta() else 'earlier'}"
