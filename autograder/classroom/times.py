"""Read when something was handed in from a text that somebody else wrote: only a whole date is accepted."""

import re
from datetime import datetime

from dateutil import parser
from nbgrader.utils import parse_utc

PATH = re.compile(r" [/~]|\.\.|\\|\0")  # instead of a zone, which is looked up in files
FILLED_IN = datetime(2001, 1, 1), datetime(2002, 2, 15)  # no part of which is the same, nor the next of any weekday


def require_time(text):
    """Raise a ValueError if nbgrader can read no whole date, or would look for its zone in a file that it names."""
    if PATH.search(text):
        raise ValueError(f"a zone must be a name, got {text!r}")
    parts = text.split(" ")
    try:
        parse_utc(text)
        _parsed(" ".join(parts[:2]) if len(parts) == 3 else text)  # of three parts nbgrader takes the last for a zone
    except Exception as error:  # an OverflowError, a warning that is an error: whatever its parser raises
        raise ValueError(f"no time can be read from {text!r}") from error


def time_of(text, zone) -> datetime | None:
    """Return the time that a list gives, by a zone's clock if it names no zone; None if it names no whole date.

    >>> from datetime import UTC
    >>> time_of("Monday, 2 February 2026, 3:58 PM", UTC)
    datetime.datetime(2026, 2, 2, 15, 58, tzinfo=datetime.timezone.utc)
    >>> time_of("Monday, 3:58 PM", UTC)
    """
    try:
        found = _parsed(text)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _parsed(text):
    """Return what dateutil reads; raise a ValueError if it would fill in a day, a month or a year itself."""
    found, other = (parser.parse(text, default=filled_in) for filled_in in FILLED_IN)
    if found.date() != other.date():
        raise ValueError(f"expected a whole date, got {text!r}")
    return found
