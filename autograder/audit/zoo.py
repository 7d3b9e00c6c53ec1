"""The junk zoo and the right answers in disguise: answers made from an exercise's own solution, for every kind of it.

`junk` earns nothing, `lazy` (the input handed back, zeros, a constant) next to nothing, `disguises` everything.
Each is a list of (name, answer).
"""

import inspect
from importlib.util import find_spec

import numpy as np

from ..judge import forms

SCALARS = (forms.number, forms.integer)
ARRAYS = (forms.array, forms.mask)
JUNK = {"None": None, "a text": "42", "a number": 3.7, "a wrong tuple": (1.0, "two", None), "a dict": {"a": 1}}


def junk(exercise):
    """Return the answers that say nothing: None, text, wrong types, NaN, wrong shapes, and a raised error."""
    answers = [(name, _always(exercise, value)) for name, value in JUNK.items() if not _fits(exercise, value)]
    answers.append(("an error", _always_raising(exercise)))
    if exercise.kind != "class":
        answers += [("NaN", _mapped(exercise, _nan)), ("a wrong shape", _mapped(exercise, _wrong_shape))]
    return [(name, answer) for name, answer in answers if answer is not None]


def lazy(exercise):
    """Return the answers of somebody who did nothing: the input as it came, zeros, ones, some constant."""
    answers = [(name, _always(exercise, value)) for name, value in JUNK.items() if _fits(exercise, value)]
    if exercise.kind == "class":
        return answers
    answers += [("zeros", _mapped(exercise, np.zeros_like)), ("ones", _mapped(exercise, np.ones_like))]
    if not exercise.asks_for_value:
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
    import torch  # here, since it takes a second and a class needs none

    return torch.from_numpy(np.array(value))


def _float32(value):
    return value.astype(np.float32) if value.dtype.kind == "f" else value


CHANGES = {"lists": _list, "float32": _float32, "arrays without axes": _array}
UNTRIED = ""
if find_spec("torch"):
    CHANGES["tensors"] = _tensor
else:
    UNTRIED = "torch is not installed: no answer was tried as tensors, no cell that imports torch; pip install torch"


def _nan(value):
    return np.full(value.shape, np.nan)


def _wrong_shape(value):
    return np.stack([value, value])


def _always(exercise, value):
    """Return an answer to whose every use the reply is `value`."""
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


def _mapped(exercise, change):
    """Return the solution with `change` made to each array and number that it gives; None where it gives none."""
    if not _changeable(exercise.returns):
        return None
    if exercise.asks_for_value:
        return _map(exercise.returns, exercise.solution, change)
    return lambda *args, **kwargs: _map(exercise.returns, exercise.solution(*args, **kwargs), change)


def _changeable(spec):
    inner = spec.values() if isinstance(spec, dict) else spec if isinstance(spec, tuple) else None
    return any(map(_changeable, inner)) if inner is not None else spec in SCALARS + ARRAYS


def _map(spec, value, change):
    if isinstance(spec, tuple):
        return tuple(_map(s, v, change) for s, v in zip(spec, value, strict=True))
    if isinstance(spec, dict):
        return {key: _map(s, value[key], change) for key, s in spec.items()}
    return change(np.asarray(value)) if spec in SCALARS + ARRAYS else value


def _identity(exercise):
    """Return an answer that hands its first argument back, in the place of each array or number asked for."""
    if not _changeable(exercise.returns):
        return None

    def hand_back(*args, **kwargs):
        first = args[0] if args else next(iter(kwargs.values()), None)
        if not isinstance(exercise.returns, (tuple, dict)):
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
