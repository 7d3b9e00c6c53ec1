"""Lists and dicts cross by value: whether an answer changed one that it was handed is seen on the answer's side."""

import numbers

import numpy as np

from .codec import DATA, MAX_AXES


def skeleton(value):
    """Return what a list or dict holds now: copies of the containers, and everything else itself."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(skeleton, value))
    if isinstance(value, dict):
        return {key: skeleton(item) for key, item in value.items()}
    return value


def holds(value, before):
    """Whether a list or dict still holds what its skeleton says: the same things, or equal numbers and strings."""
    if isinstance(before, (list, tuple)):
        return type(value) is type(before) and len(value) == len(before) and all(map(holds, value, before))
    if isinstance(before, dict):
        return type(value) is dict and list(value) == list(before) and all(holds(value[k], before[k]) for k in before)
    return value is before or (type(value) is type(before) and type(value) in DATA and value == before)


def holds_numbers(value, axes=MAX_AXES):
    """Whether lists, nested at most `axes` deep, hold nothing but numbers and arrays of them.

    From one long string and many short ones, NumPy makes an array in which each takes as much room as the long one.
    """
    if isinstance(value, (list, tuple)):
        return axes > 0 and all(holds_numbers(item, axes - 1) for item in value)
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "biufc" and value.ndim <= axes
    return isinstance(value, (numbers.Number, np.generic))
