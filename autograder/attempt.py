"""Whether an answer was attempted at all: an empty body is no answer, and so is what the exercise gave."""

import dis
import inspect

import numpy as np

# What a function without a statement compiles to, in every Python from 3.11 on, is among these.
_SETUP = frozenset({"RESUME", "NOP", "COPY_FREE_VARS", "MAKE_CELL", "CACHE", "RETURN_VALUE", "RETURN_GENERATOR"})


def attempted(answer, given=...):
    """Return False for `...`, an empty function, a class of empty methods, and for what was `given` unchanged."""
    if answer is ...:
        return False
    if inspect.isclass(answer):
        methods = [thing for thing in vars(answer).values() if inspect.isfunction(thing)]
        return not all(map(_is_empty, methods))
    if inspect.isfunction(answer):
        return not _is_empty(answer) and not (inspect.isfunction(given) and _same_code(answer, given))
    return given is ... or not _same_value(answer, given)


def _is_empty(function):
    """A body of a docstring, `...`, `pass` or `raise NotImplementedError` does nothing but return None or say so."""
    steps = [step for step in dis.get_instructions(function) if step.opname not in _SETUP]
    if any(step.argval == "NotImplementedError" for step in steps):
        return len(steps) <= 5  # load it, perhaps call it with a message, raise it
    return all(step.opname in ("LOAD_CONST", "RETURN_CONST") and step.argval is None for step in steps)


def _same_code(one, other):
    return _shape_of(one.__code__, one.__doc__) == _shape_of(other.__code__, other.__doc__)


def _shape_of(code, docstring=None):
    """What a function does; an edited docstring is no attempt at the answer."""
    constants = [_shape_of(c) if inspect.iscode(c) else repr(c) for c in code.co_consts if c != docstring or c is None]
    return code.co_code, code.co_names, code.co_varnames, constants


def _same_value(one, other):
    try:
        return bool(np.all(one == other)) and type(one) is type(other)
    except (TypeError, ValueError):
        return False
