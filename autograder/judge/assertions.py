"""Assertions for checks. Each takes the sentence that says what broke; the numbers are added to it as detail."""

from contextlib import contextmanager

import numpy as np

from .codec import MAX_AXES
from .forms import array, describe
from .verdict import Crashed, Difference, Wrong, note


def require(condition, sentence, **numbers):
    """Say `sentence` unless the condition holds; `numbers` are shown with it."""
    if not condition:
        raise Wrong(sentence, ", ".join(f"{name.replace('_', ' ')} {_short(value)}" for name, value in numbers.items()))


def chosen(answer, names, words, sentence):
    """Return, by name, the words that an answer's dict gives for some names, in lower case and stripped of spaces.

    Say `sentence` unless each of them is one of `words`.

    >>> chosen({"W": " Parameter", "b": "parameter"}, "Wb", ("parameter", "neither"), "each must be one of the two")
    {'W': 'parameter', 'b': 'parameter'}
    """
    found = {name: answer[name].strip().lower() for name in names}
    require(set(found.values()) <= set(words), sentence)
    return found


def close(actual, expected, sentence, *, rtol=1e-5, scale=None):
    """Say `sentence` unless two arrays have the same shape and nearly the same entries, all of them finite.

    The tolerance is relative to the expected entry and, ten times finer, to the largest one: an answer in float32
    passes. If large numbers cancel (a sum that should be 0), `scale` is their size, used instead of the largest
    entry; without it, entries that should all be 0 may be up to 1e-12. Compare infinite values with `equal`.
    """
    actual, expected = _pair(actual, expected, sentence)
    actual, expected = actual + 0.0, expected + 0.0  # True and 1 are numbers here
    size = np.where(np.isfinite(expected), np.abs(expected), 0)
    largest = np.max(np.abs(scale) if scale is not None else size, initial=0)
    allowed = rtol * size + (0.1 * rtol * largest or 1e-12) + 1e-43  # where float32 ends
    with np.errstate(invalid="ignore"):
        _same(np.abs(actual - expected) <= allowed, actual, expected, sentence)


def equal(actual, expected, sentence):
    """Say `sentence` unless two arrays, or two plain values, are exactly equal."""
    if isinstance(expected, (np.ndarray, list)):
        actual, expected = _pair(actual, expected, sentence)
        _same(actual == expected, actual, expected, sentence)
    elif type(actual) is not type(expected) or actual != expected:
        both = isinstance(expected, tuple) and isinstance(actual, tuple) and len(actual) <= MAX_AXES
        detail = f"{actual} against {expected}" if both else f"got {_short(actual)}, expected {_short(expected)}"
        raise Wrong(sentence, detail, Difference(actual, expected, words=detail if both else ""))


def shaped(actual, shape, sentence):
    """Return an array in the shape it should have; say `sentence` if its shape differs.

    If only axes of length 1 are missing or superfluous, that is reported once and costs one check: the numbers can
    still be judged.
    """
    actual = array(actual)
    if actual.shape == tuple(shape):
        return actual
    wrong = Wrong(sentence, f"{actual.shape} against {tuple(shape)}")
    if _long_axes(actual.shape) != _long_axes(shape):
        raise wrong
    note(wrong)
    return actual.reshape(shape)


def call(*args, **kwargs):
    """Return a call for `several`, with these arguments."""
    return args, kwargs


def several(answer, calls):
    """Yield what the answer gives to each of several calls: ``several(double, [call(x), call(y, times=3)])``.

    They cross in one message when the first result is asked for, at a fraction of what they would cost one by one. What
    a call changes in its arguments is still seen, and the next call gets the check's own. Look at each result before
    taking the next, so that a finding is reported with the arguments it belongs to.
    """
    return answer._several(calls)


def spoil(answer):
    """Overwrite every array handed to the answer so far: with NaN, the largest integer, or True and False swapped.

    What it keeps of them, a view or the array itself, is then worthless; the check's own arrays stay as they are.
    """
    answer._peer.spoil()


@contextmanager
def raises(kind, sentence):
    """Say `sentence` unless the call inside raises an exception of this built-in kind."""
    try:
        yield
    except Crashed as crash:
        if kind.__name__ not in crash.bases:
            raise Wrong(sentence, f"got {crash.kind}, expected {kind.__name__}") from None
    except Wrong:  # something came back, if in a wrong form
        raise Wrong(sentence, f"nothing was raised, expected {kind.__name__}") from None
    else:
        raise Wrong(sentence, f"nothing was raised, expected {kind.__name__}")


def _pair(actual, expected, sentence):
    expected = np.asarray(expected)
    return shaped(actual, expected.shape, f"{sentence} (the shape differs)"), expected


def _long_axes(shape):
    return [length for length in shape if length != 1]


def _same(good, actual, expected, sentence):
    if np.all(good):
        return
    where = tuple(map(int, np.unravel_index(np.argmin(good), good.shape)))
    place = f"at {list(where)}; {np.count_nonzero(~good)} of {good.size} entries differ" if good.ndim else ""
    detail = f"got {_short(actual[where])}, expected {_short(expected[where])} {place}".strip()
    raise Wrong(sentence, detail, Difference(actual, expected, where, place))


def _short(value):
    if isinstance(value, (float, np.floating)):
        return f"{value:.6g}"
    if isinstance(value, (bool, np.bool_, int, np.integer, str)):
        return f"{value}"[:60]
    return describe(value)
