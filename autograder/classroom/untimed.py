"""Late by the word of an LMS that does not say when: Canvas writes LATE into a file's name, but dates files otherwise.

nbgrader's gradebook only has a place for times, so this is kept beside it: the digest of each such submission. It no
longer counts once something else is there, or a `timestamp.txt` that tells the time.
"""

import json
from contextlib import suppress

from . import submission
from .layout import write_file


def keep(place, rows):
    """Note which of the collected submissions are late only by a word, and which are not; see `laying.Row`."""
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
    """Return each (student, topic) of which it is known that it was late, but not by how much."""
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
