"""Checks at the public door: each names the argument, what was expected and what was passed.

Public functions validate once with these and then call plain inner code, so that nothing is checked twice
in a training loop.
"""

import math
import numbers

import numpy as np


def array(name, value, *, ndim=None, shape=None):
    """Return `value` as a finite float array; float32 stays float32, integers become float64.

    Half precision is refused: its sums and squares overflow, or vanish next to an eps of 1e-8. `ndim` is the required
    number of axes; `shape` is an exact shape in which None leaves an axis free.
    """
    out = np.asarray(value)
    if out.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be an array of real numbers, got {_what(value, out)}")
    if out.dtype.kind != "f":
        out = out.astype(np.float64)
    elif not out.dtype.isnative:
        out = out.astype(out.dtype.newbyteorder("="))
    if out.dtype.itemsize not in (4, 8):
        raise TypeError(
            f"{name} must be float32 or float64, got dtype {out.dtype}: convert it with .astype(np.float32)"
        )
    if ndim is not None and out.ndim != ndim:
        raise ValueError(f"{name} must have {ndim} axes, got shape {out.shape}")
    if shape is not None and not _fits(out.shape, shape):
        wanted = ", ".join("any" if n is None else str(n) for n in shape)
        raise ValueError(f"{name} must have shape ({wanted}), got {out.shape}")
    if out.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {out.shape}")
    if not np.isfinite(out).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(out))[0])
        raise ValueError(f"{name} must be finite, got {out[where]} at index {where}")
    return out


def mask(name, value, *, shape=None):
    """Return `value` as a boolean array."""
    out = np.asarray(value)
    if out.dtype.kind != "b":
        raise TypeError(f"{name} must be a boolean array, got {_what(value, out)}")
    if shape is not None and not _fits(out.shape, shape):
        raise ValueError(f"{name} must have shape {shape}, got {out.shape}")
    if out.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {out.shape}")
    return out


def indices(name, value, *, size):
    """Return `value` as an int64 array of positions in an axis of length `size`."""
    out = np.asarray(value)
    if out.dtype.kind not in "iu":
        raise TypeError(f"{name} must be an array of integers, got {_what(value, out)}")
    if out.ndim != 1 or out.size == 0:
        raise ValueError(f"{name} must have one axis and at least one index, got shape {out.shape}")
    if out.min() < 0 or out.max() >= size:
        raise ValueError(f"{name} must be in [0, {size - 1}], got {out.min()} to {out.max()}")
    return out.astype(np.int64)


def number(name, value, *, low=-math.inf, high=math.inf, low_open=False, high_open=False):
    """Return `value` as a Python float inside the interval from `low` to `high`."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a real number, got {type(value).__name__} {value!r}")
    out = float(value)
    inside = (out > low if low_open else out >= low) and (out < high if high_open else out <= high)
    if not inside or not math.isfinite(out):
        left, right = "(" if low_open or low == -math.inf else "[", ")" if high_open or high == math.inf else "]"
        raise ValueError(f"{name} must be in {left}{low:g}, {high:g}{right}, got {value!r}")
    return out


def probability(name, value):
    """Return `value` as a float in (0, 1]: the share to keep may be all, never none."""
    return number(name, value, low=0, high=1, low_open=True)


def count(name, value, *, low=1):
    """Return `value` as an int that is at least `low`."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an integer, got {type(value).__name__} {value!r}")
    if value < low:
        raise ValueError(f"{name} must be at least {low}, got {value}")
    return int(value)


def sizes(name, value):
    """Return `value` as a tuple of two or more positive ints: inputs first, hidden layers, outputs last."""
    if not isinstance(value, (tuple, list, np.ndarray)):
        raise TypeError(f"{name} must be a sequence of integers, got {type(value).__name__} {value!r}")
    out = tuple(count(f"{name}[{i}]", n) for i, n in enumerate(value))
    if len(out) < 2:
        raise ValueError(f"{name} must name at least the inputs and the outputs, got {len(out)} of them")
    return out


def categories(name, value, *, shape=(None,), like=None):
    """Return `value` as an array of category names: integers, booleans or text; text if and only if `like` is.

    Text may come as Python strings in an array of objects, which is what a column of a data frame becomes.
    """
    out = np.asarray(value)
    if out.dtype.kind in "OT" and all(isinstance(entry, str) for entry in out.flat):
        out = np.array(out.tolist(), dtype=str).reshape(out.shape)
    if out.dtype.kind not in "iubU":
        raise TypeError(f"{name} must be an array of integers, booleans or text, got {_what(value, out)}")
    if like is not None and (out.dtype.kind == "U") != (like.dtype.kind == "U"):
        raise TypeError(f"{name} must be comparable with dtype {like.dtype}, got {_what(value, out)}")
    if not _fits(out.shape, shape):
        wanted = ", ".join("any" if n is None else str(n) for n in shape)
        raise ValueError(f"{name} must have shape ({wanted}), got {out.shape}")
    if out.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {out.shape}")
    return out


def function(name, value, call):
    """Return `value` if it can be called; `call` shows how it will be called."""
    if not callable(value):
        raise TypeError(f"{name} must be callable as {call}, got {type(value).__name__}")
    return value


def one_of(name, value, options):
    """Return `value` if it is one of the named `options`; neither need be hashable."""
    if not any(same(value, option) for option in options):
        raise ValueError(f"{name} must be one of {', '.join(map(repr, options))}, got {value!r}"[:300])
    return value


def same(a, b):
    """Whether two values of any type are equal, arrays entry by entry."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return type(a) is type(b) and np.array_equal(a, b)
    return a is b or bool(a == b)


def boolean(name, value):
    """Return `value` as a bool; only True and False are taken, so that `train=1e-3` is caught."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {type(value).__name__} {value!r}")
    return bool(value)


def generator(rng):
    """Return `rng` if it is a Generator: randomness is an argument, never a hidden global."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng must be a numpy.random.Generator such as numpy.random.default_rng(0), got {type(rng).__name__}"
        )
    return rng


def labels(name, value, *, classes, n=None):
    """Return `value` as an int64 array of `n` labels (any number if None), each in 0 .. classes - 1."""
    out = np.asarray(value)
    if out.dtype.kind in "UTO" and out.size and all(isinstance(entry, str) for entry in out.flat):
        raise TypeError(
            f"{name} must be an array of integer labels, got text such as {str(out.flat[0])!r}: number the classes "
            "with numpy.unique(..., return_inverse=True)[1]"
        )
    if out.dtype.kind not in "iu":
        raise TypeError(f"{name} must be an array of integer labels, got {_what(value, out)}")
    if not _fits(out.shape, (n,)) or out.size == 0:
        raise ValueError(f"{name} must have shape ({'any' if n is None else n},) and hold a label, got {out.shape}")
    if out.min() < 0 or out.max() >= classes:
        raise ValueError(f"{name} must be labels in 0 .. {classes - 1}, got values from {out.min()} to {out.max()}")
    return out.astype(np.int64, copy=False)


def layers(name, value, *, fan_in=None):
    """Return `value` as a list of (W, b) whose shapes chain, the first taking `fan_in` features."""
    if not isinstance(value, (list, tuple)) or not all(isinstance(pair, (list, tuple)) for pair in value):
        raise TypeError(f"{name} must be a list of pairs (W, b), got {type(value).__name__} {value!r}"[:200])
    if not value or any(len(pair) != 2 for pair in value):
        raise ValueError(f"{name} must be a list of pairs (W, b), got lengths {[len(pair) for pair in value]}")
    out = []
    for index, (W, b) in enumerate(value):
        W = array(f"{name}[{index}][0]", W, shape=(fan_in, None))
        out.append((W, array(f"{name}[{index}][1]", b, shape=(W.shape[1],))))
        fan_in = W.shape[1]
    return out


def _fits(shape, wanted):
    return shape == wanted or len(shape) == len(wanted) and all(w is None or w == n for n, w in zip(shape, wanted))


def _what(value, converted):
    if isinstance(value, np.ndarray):
        return f"dtype {converted.dtype}"
    return f"{type(value).__name__} {value!r}"[:80]
