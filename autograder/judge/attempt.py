"""Whether an answer was attempted at all: an empty body does not count, nor does what the exercise gave."""

import dis
import inspect
import itertools
import re

import numpy as np


def attempted(answer, given=...):
    """Return False for a blank, an empty function, a class of empty methods, and what was `given` if left unchanged.

    A dict, tuple or list is blank if all its parts are (`...`, None or an empty string); None alone is a value.
    """
    if answer is ... or _all_blank(answer):
        return False
    if inspect.isclass(answer):
        return not all(map(_is_empty, _methods(answer)))
    if inspect.isfunction(answer):
        return not _is_empty(answer) and not (inspect.isfunction(given) and _same_function(answer, given))
    return given is ... or not _same_value(answer, given)


def is_blank(part):
    """Whether a part of a value was left blank."""
    return part is ... or part is None or (isinstance(part, str) and not part.strip())


def _all_blank(answer):
    parts = answer.values() if type(answer) is dict else answer if type(answer) in (tuple, list) else ()
    return len(parts) > 0 and all(map(is_blank, parts))


def _methods(cls):
    """Return the functions that a class has, its own or inherited from classes written in Python."""
    found = {}
    for base in reversed(cls.__mro__[:-1]):
        for name, thing in vars(base).items():
            thing = thing.fget if isinstance(thing, property) else getattr(thing, "__func__", thing)
            found[name] = thing if inspect.isfunction(thing) else None
    return [method for method in found.values() if method is not None]


def _is_empty(function):
    return _size(function) <= _LARGEST and _steps(function) in _EMPTY


def _size(function):
    """Return how many bytes of code a function has, not counting a closure's; disassembling all of it takes long."""
    code = function.__code__
    return len(code.co_code) - 2 * len(code.co_cellvars) - 2 * bool(code.co_freevars)


def _steps(function):
    """Return what a function does, instruction by instruction, without strings, since they only say something."""
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


def _same_function(answer, given):
    """Whether a function does what the given one does, defaults included; one without its docstring was worked on."""
    if given.__doc__ and not answer.__doc__:
        return False
    return _moves(answer.__code__) == _moves(given.__code__) and _defaults(answer) == _defaults(given)


def _defaults(function):
    return repr((function.__defaults__, function.__kwdefaults__))


def _moves(code):
    """Return what a function does, instruction by instruction, without docstrings: editing one is not an attempt.

    Python compiles `np.mean(x)` in two ways, depending on whether the same file imports `np`, and from 3.13 on it loads
    two variables at once if they are on one line: a cell and a module may differ.
    """
    steps = [step for step in dis.get_instructions(code) if step.opname not in ("PUSH_NULL", "EXTENDED_ARG")]
    parts = [_parts(step) for step in steps]
    ends = [0, *itertools.accumulate(map(len, parts))]
    places = {step.offset: place for step, place in zip(steps, ends)}
    moves = []
    for step, made_up in zip(steps, parts):
        for name, value in made_up:
            if step.opcode in _JUMPS:
                meant = min((place for offset, place in places.items() if offset >= value), default=ends[-1])
            else:
                meant = _moves(value) if inspect.iscode(value) else value
            moves.append(("LOAD_ATTR" if name == "LOAD_METHOD" else name, repr(meant)))
    return moves


def _parts(step):
    """Return the instructions, as (name, value), that one instruction is made up of."""
    names = _FAST.findall(step.opname)
    return list(zip(names, step.argval)) if len(names) > 1 else [(step.opname, step.argval)]


_FAST = re.compile(r"(?:LOAD|STORE)_FAST(?:_BORROW)?")
_JUMPS = frozenset((*dis.hasjrel, *dis.hasjabs))


def _same_value(one, other):
    try:
        return bool(np.all(one == other)) and type(one) is type(other)
    except (TypeError, ValueError):
        return False
