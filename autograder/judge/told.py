"""What a finding says about numbers: what went in, what came out and what should have, or, for a value, only which way.

At most twelve numbers each: of a larger array, those around the first entry that differs.
"""

import itertools

import numpy as np

from .containers import holds_numbers
from .shared import HANDLE

NUMBERS = 12


def arguments(call, where=()):
    """Return a call's arguments, by name, as text."""
    label, named = call
    single = sum(np.size(value) == 1 for value in named.values() if _is_numeric(value))
    large = sum(np.size(value) > 1 for value in named.values() if _is_numeric(value))
    room = max(1, (NUMBERS - single) // max(large, 1))
    words = ", ".join(f"{name} = {excerpt(value, where, room)}" for name, value in named.items())
    return f"{label}: {words}" if label and words else words or label


def excerpt(value, where=(), room=NUMBERS):
    """Return a value as text: whole, or a shape and at most `room` numbers around the place `where`.

    >>> excerpt(np.arange(4.0).reshape(2, 2))
    '[[0, 1], [2, 3]]'
    >>> excerpt(np.arange(40.0).reshape(2, 20), (1, 3), room=4)
    'shape (2, 20), at [1, 1:5]: [21, 22, 23, 24]'
    """
    if isinstance(value, str):
        return "an object" if value == HANDLE else repr(value)[:40]
    if isinstance(value, dict):
        parts = (f"{key!r:.40}: {excerpt(part, where, _share(room, value))}" for key, part in value.items())
        return f"{{{', '.join(itertools.islice(parts, NUMBERS))}}}"
    if isinstance(value, (list, tuple)) and (isinstance(value, tuple) or not _is_numeric(value)):
        return f"({', '.join(excerpt(part, where, _share(room, value)) for part in value[:NUMBERS])})"
    if not _is_numeric(value):
        return _named(value)
    array = np.asarray(value)
    if array.size <= room:
        return _nested(array) if array.size else f"empty, of shape {array.shape}"
    place = [*where, *[0] * array.ndim][: array.ndim]
    *rows, last = (min(int(index), length - 1) for index, length in zip(place, array.shape))
    start = max(0, min(last - room // 2, array.shape[-1] - room))
    shown = array[(*rows, slice(start, start + room))]
    at = ", ".join([*map(str, rows), f"{start}:{start + len(shown)}"])
    return f"shape {array.shape}, at [{at}]: {_nested(shown)}"


def which_way(actual, expected, where=()):
    """Return how a number misses, without what it should have been; "" for anything that is not a number.

    >>> which_way(30.0, 2.0), which_way(-1, 2), which_way(1.9, 2.0)
    ('more than ten times too large', 'the sign is wrong', 'too small')
    """
    if not (_is_numeric(actual) and _is_numeric(expected)) or np.shape(actual) != np.shape(expected):
        return ""
    actual, expected = float(np.asarray(actual)[tuple(where)]), float(np.asarray(expected)[tuple(where)])
    if not np.isfinite(actual):
        return "this is not a finite number"
    if actual * expected < 0:
        return "the sign is wrong"
    small, large = sorted((abs(actual), abs(expected)))
    way = "too large" if abs(actual) > abs(expected) else "too small"
    way = f"{way} in magnitude" if expected < 0 else way
    if large > 10 * small > 0:
        return f"more than ten times {way}"
    return f"more than twice {way}" if large > 2 * small > 0 else way


def _is_numeric(value):
    if isinstance(value, (bool, int, float, np.generic, np.ndarray)):
        return True
    if not isinstance(value, (list, tuple)) or len(value) > 1000 or not holds_numbers(value):
        return False
    try:
        return np.asarray(value).dtype.kind in "biuf"
    except ValueError:
        return False


def _share(room, parts):
    return max(1, room // max(1, len(parts)))


def _named(value):
    """Return what a thing without numbers to show is, leaving out what differs from run to run."""
    if value is None:
        return "None"
    if isinstance(value, np.random.Generator):
        return "a generator"
    return "a function" if callable(value) else f"an object ({type(value).__name__})"


def _nested(array):
    if array.ndim:
        return f"[{', '.join(map(_nested, array))}]"
    value = array[()]
    return f"{value:.4g}" if array.dtype.kind == "f" else str(value)
