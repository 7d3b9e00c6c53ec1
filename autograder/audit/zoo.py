"""The junk zoo and the right answers in disguise: answers made from an exercise's solution, for every kind of exercise.

`junk` earns nothing, `lazy` (the input handed back, zeros, a constant) next to nothing, `disguises` everything.
Each is a list of (name, answer).
"""

import inspect
from dataclasses import is_dataclass, replace
from importlib.util import find_spec

import numpy as np

from ..judge import forms

SCALARS = (forms.number, forms.integer)
ARRAYS = (forms.array, forms.mask)
BOOLEANS = (forms.mask, forms.boolean)
JUNK = {"None": None, "a text": "42", "a number": 3.7, "a wrong tuple": (1.0, "two", None), "a dict": {"a": 1}}


def junk(exercise):
    """Return the answers that say nothing: None, text, wrong types and shapes, NaN and the like, an error."""
    answers = [(name, _always(exercise, value)) for name, value in JUNK.items() if not _fits(exercise, value)]
    answers.append(("an error", _always_raising(exercise)))
    answers += [(name, _mapped(exercise, change)) for name, change in NO_ANSWERS.items()]
    answers += [("numbers instead of booleans", _mapped(exercise, _twos, BOOLEANS))]
    return [(name, answer) for name, answer in answers if answer is not None]


def lazy(exercise):
    """Return the answers that depend on no input, or return it: zeros, ones, tiny numbers, rows that are all alike.

    Some are consistent: rows that differ only by a factor have mean 0 and spread 1, 1e-300 is orthogonal to everything.
    """
    answers = [(name, _always(exercise, value)) for name, value in JUNK.items() if _fits(exercise, value)]
    answers += [(name, _mapped(exercise, change)) for name, change in CONSTANTS.items()]
    if not exercise.asks_for_value and exercise.kind != "class":
        answers.append(("the input", _identity(exercise)))
    return [(name, answer) for name, answer in answers if answer is not None]


def disguises(exercise):
    """Return the solution with results as lists, other dtypes, 0-d arrays and tensors, and with other RNG calls."""
    if exercise.kind == "class":
        return []
    answers = [(name, _mapped(exercise, change)) for name, change in CHANGES.items()]
    if takes_rng(exercise.solution):
        answers.append(("other RNG calls", stirred(exercise.solution)))
    return [(name, answer) for name, answer in answers if answer is not None]


def stirred(function):
    """Return the function with a few numbers drawn from its rng beforehand: the same idea with other RNG calls."""

    def with_other_draws(*args, rng, **kwargs):
        rng.random(3)
        return function(*args, rng=rng, **kwargs)

    return with_other_draws


def takes_rng(answer):
    """Whether an answer is a function with a parameter `rng`."""
    return inspect.isfunction(answer) and "rng" in _parameters(answer)


def _list(value):
    return value.tolist()


def _array(value):
    return value if value.ndim else np.array(value)


def _tensor(value):
    import torch  # here, since it takes a second and a class does not need it

    return torch.from_numpy(np.array(value))


def _float32(value):
    return value.astype(np.float32) if value.dtype.kind == "f" else value


CHANGES = {"lists": _list, "float32": _float32, "arrays without axes": _array}
UNTRIED = ""
if find_spec("torch"):
    CHANGES["tensors"] = _tensor
else:
    UNTRIED = (
        "torch is not installed: no answer was tried as tensors, no cell that imports torch was run; pip install torch"
    )


def _filled(number):
    return lambda value: np.full(value.shape, number)


def _wrong_shape(value):
    return np.stack([value, value])


def _gigantic(value):
    return np.empty((0, 2**40))


def _complex(value):
    return value + 1e-3j


def _constant_rows(value):
    """Return rows of one number each, with mean 0 and spread 1 over the rows."""
    if not value.ndim or len(value) < 2:
        return np.zeros(value.shape)
    column = np.linspace(-1, 1, len(value))
    return np.broadcast_to((column / column.std()).reshape(-1, *[1] * (value.ndim - 1)), value.shape).copy()


def _constant_columns(value):
    """Return the same row again and again, with mean 0 and spread 1."""
    return _constant_rows(value.T).T


def _twos(value):
    return 2 * np.asarray(value, int)


NO_ANSWERS = {
    "NaN": _filled(np.nan),
    "inf": _filled(np.inf),
    "a wrong shape": _wrong_shape,
    "an empty array of gigantic shape": _gigantic,
    "complex numbers": _complex,
}
CONSTANTS = {
    "zeros": np.zeros_like,
    "ones": np.ones_like,
    "tiny numbers": _filled(1e-300),
    "constant rows": _constant_rows,
    "constant columns": _constant_columns,
}


def _always(exercise, value):
    """Return an answer that replies `value` to every use."""
    if exercise.asks_for_value:
        return value
    if exercise.kind == "class":
        names = [name for name in vars(exercise.solution) if not name.startswith("_")]
        return type("Junk", (), {"__init__": lambda *a, **k: None} | {name: lambda *a, **k: value for name in names})
    return lambda *args, **kwargs: value


def _always_raising(exercise):
    def refuse(*args, **kwargs):
        raise ValueError("no")

    return None if exercise.asks_for_value else refuse


def _mapped(exercise, change, kinds=SCALARS + ARRAYS):
    """Return the solution with `change` made to each part of its result in one of these forms, or None."""
    if exercise.kind == "class":
        return _mapped_class(exercise, change, kinds)
    if not _changeable(exercise.returns, kinds):
        return None
    if exercise.asks_for_value:
        return _map(exercise.returns, exercise.solution, change, kinds)
    return lambda *args, **kwargs: _map(exercise.returns, exercise.solution(*args, **kwargs), change, kinds)


def _mapped_class(exercise, change, kinds):
    """Return a class whose instances are the solution's, with `change` made to what their public members return."""
    if not _changeable(exercise.returns, kinds):
        return None
    specs = exercise.returns.specs

    class Changed:
        def __init__(self, *args, **kwargs):
            self._made = exercise.solution(*args, **kwargs)

        def __getattr__(self, name):
            member = getattr(self._made, name)
            if not callable(member):
                return _map(specs[name], member, change, kinds)
            return lambda *args, **kwargs: _map(specs[name], member(*args, **kwargs), change, kinds)

    return Changed


def _changeable(spec, kinds):
    spec = getattr(spec, "specs", spec)  # of a record, or of an object's members
    inner = spec.values() if isinstance(spec, dict) else spec if isinstance(spec, (tuple, list)) else None
    return any(_changeable(part, kinds) for part in inner) if inner is not None else spec in kinds


def _map(spec, value, change, kinds=SCALARS + ARRAYS):
    if isinstance(spec, tuple):
        return tuple(_map(s, v, change, kinds) for s, v in zip(spec, value, strict=True))
    if isinstance(spec, list):
        return [_map(spec[0], v, change, kinds) for v in value]
    if isinstance(spec, dict):
        return {key: _map(s, value[key], change, kinds) for key, s in spec.items()}
    if is_dataclass(value) and hasattr(spec, "specs"):
        parts = {name: _map(s, getattr(value, name), change, kinds) for name, s in spec.specs.items()}
        return replace(value, **parts)
    return change(np.asarray(value)) if spec in kinds else value


def _identity(exercise):
    """Return an answer that returns its first argument instead of each array or number asked for."""
    if not _changeable(exercise.returns, SCALARS + ARRAYS):
        return None

    def hand_back(*args, **kwargs):
        first = args[0] if args else next(iter(kwargs.values()), None)
        if not isinstance(exercise.returns, (tuple, list, dict)):
            return first
        return _map(exercise.returns, exercise.solution(*args, **kwargs), lambda _: first)

    return hand_back


def _fits(exercise, value):
    """Whether a piece of junk has the form that is asked for, so that it is a constant and not junk."""
    try:
        forms.form_of(exercise.returns)(value)
    except forms.Wrong:
        return False
    return True


def _parameters(function):
    return inspect.signature(function).parameters
