"""Whether an answer was attempted at all: an empty body is no answer, and so is what the exercise gave."""

import dis
import inspect

import numpy as np


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
    return _size(function) <= _LARGEST and _steps(function) in _EMPTY


def _size(function):
    """How many bytes of code a function has, besides those of a closure; disassembling all of it takes long."""
    code = function.__code__
    return len(code.co_code) - 2 * len(code.co_cellvars) - 2 * bool(code.co_freevars)


def _steps(function):
    """What a function does, instruction by instruction; texts are left out, since they only say something."""
    closure = ("COPY_FREE_VARS", "MAKE_CELL")
    steps = [step for step in dis.get_instructions(function) if step.opname not in closure]
    return [
        (step.opname, None if isinstance(step.argval, str) and "CONST" in step.opname else step.argval)
        for step in steps
    ]


def _nothing(): ...


def _stub():
    raise NotImplementedError


def _called_stub():
    raise NotImplementedError()


def _worded_stub():
    raise NotImplementedError("")


_NOTHING_DONE = (_nothing, _stub, _called_stub, _worded_stub)
_EMPTY = [_steps(function) for function in _NOTHING_DONE]
_LARGEST = max(map(_size, _NOTHING_DONE))


def _same_code(one, other):
    return _moves(one.__code__) == _moves(other.__code__)


def _moves(code):
    """What a function does, instruction by instruction; a docstring is not among them, so editing it is no attempt.

    Python compiles `np.mean(x)` in two ways, by whether the same file imports `np`: a cell and a module may differ.
    """
    steps = [step for step in dis.get_instructions(code) if step.opname not in ("PUSH_NULL", "EXTENDED_ARG")]
    places = {step.offset: place for place, step in enumerate(steps)}
    moves = []
    for step in steps:
        value = step.argval
        if step.opcode in _JUMPS:
            value = min((place for offset, place in places.items() if offset >= value), default=len(steps))
        elif inspect.iscode(value):
            value = _moves(value)
        moves.append(("LOAD_ATTR" if step.opname == "LOAD_METHOD" else step.opname, repr(value)))
    return moves


_JUMPS = frozenset((*dis.hasjrel, *dis.hasjabs))


def _same_value(one, other):
    try:
        return bool(np.all(one == other)) and type(one) is type(other)
    except (TypeError, ValueError):
        return False
