"""What a check asserts. Each takes the sentence that says what broke; the numbers are added to it as detail."""

from contextlib import contextmanager

import numpy as np

from .forms import array, describe
from .verdict import Crashed, Wrong


def require(condition, sentence, **numbers):
    """Say `sentence` unless the condition holds; `numbers` are shown with it."""
    if not condition:
        raise Wrong(sentence, ", ".join(f"{name.replace('_', ' ')} {_short(value)}" for name, value in numbers.items()))


def close(actual, expected, sentence, *, rtol=1e-5):
    """Say `sentence` unless two arrays have one shape and nearly the same entries.

    The tolerance is relative to the entry and, ten times finer, to the largest entry: an answer in float32 passes.
    """
    actual, expected = _pair(actual, expected, sentence)
    actual, expected = actual + 0.0, expected + 0.0  # True and 1 are numbers here
    size = np.where(np.isfinite(expected), np.abs(expected), 0)  # an infinite entry gives the others no tolerance
    allowed = rtol * size + 0.1 * rtol * np.max(size, initial=0) + 1e-12
    with np.errstate(invalid="ignore"):
        _same((np.abs(actual - expected) <= allowed) | (actual == expected), actual, expected, sentence)


def equal(actual, expected, sentence):
    """Say `sentence` unless two arrays, or two plain values, are exactly equal."""
    if isinstance(expected, (np.ndarray, list)):
        actual, expected = _pair(actual, expected, sentence)
        _same(actual == expected, actual, expected, sentence)
    elif type(actual) is not type(expected) or actual != expected:
        raise Wrong(sentence, f"got {_short(actual)}, expected {_short(expected)}")


@contextmanager
def raises(kind, sentence):
    """Say `sentence` unless the call inside raises an exception of this built-in kind."""
    try:
        yield
    except Crashed as crash:
        if kind.__name__ not in crash.bases:
            raise Wrong(sentence, f"got {crash.kind}, expected {kind.__name__}") from None
    except Wrong:  # something came back, in a wrong form at that
        raise Wrong(sentence, f"nothing was raised, expected {kind.__name__}") from None
    else:
        raise Wrong(sentence, f"nothing was raised, expected {kind.__name__}")


def _pair(actual, expected, sentence):
    actual, expected = array(actual), np.asarray(expected)
    if actual.shape != expected.shape:
        raise Wrong(f"{sentence} (the shape differs)", f"got shape {actual.shape}, expected {expected.shape}")
    return actual, expected


def _same(good, actual, expected, sentence):
    if np.all(good):
        return
    where = tuple(int(i) for i in np.argwhere(~good)[0]) if good.ndim else ()
    place = f" at {list(where)}; {np.count_nonzero(~good)} of {good.size} entries differ" if good.ndim else ""
    raise Wrong(sentence, f"got {_short(actual[where])}, expected {_short(expected[where])}{place}")


def _short(value):
    if isinstance(value, (float, np.floating)):
        return f"{value:.6g}"
    if isinstance(value, (bool, np.bool_, int, np.integer, str)):
        return f"{value}"[:60]
    return describe(value)
