"""Late by the word of an LMS that does not say when: Canvas writes LATE into a file's name, and dates files otherwise.

nbgrader's gradebook has a place for times alone, so that this is kept beside it: for each such hand-in its digest. It
does not count as soon as something else is there, or a `timestamp.txt` that tells the time.
"""

import json
from contextlib import suppress

from . import submission
from .layout import write_file


def keep(place, rows):
    """Note which of the hand-ins that were collected are late by a word alone, and which are not; see `laying.Row`."""
    before = _known(place)
    known = dict(before)
    for row in rows:
        folder = place.step("submitted", row.student, row.topic)
        known.pop(f"{row.student}/{row.topic}", None)
        if row.late and row.time is None and not _has_time(folder):
            known[f"{row.student}/{row.topic}"] = submission.digest(folder)
    if known != before:
        write_file(_path(place), json.dumps(known, indent=1, sort_keys=True).encode())


def late(place):
    """Return the (student, topic) of whom it is known that they were late, and not by how much."""
    found = set()
    for key, digest in _known(place).items():
        student, _, topic = key.rpartition("/")
        folder = place.step("submitted", student, topic)
        if submission.digest(folder) == digest and not _has_time(folder):
            found.add((student, topic))
    return found


def _has_time(folder):
    return (folder / submission.TIMESTAMP).exists()


def _path(place):
    return place.state / "late.json"


def _known(place):
    with suppress(OSError, ValueError):
        return json.loads(_path(place).read_text(encoding="utf-8"))
    return {}
