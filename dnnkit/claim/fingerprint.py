"""What the results of a function depend on: its code, and the values that it takes from its surroundings."""

import dis
import functools
import hashlib
import random
import types

import numpy as np

_PLAIN = (type(None), type(...), bool, int, float, complex, str, bytes, range)
_GENERATORS = (np.random.Generator, np.random.RandomState, random.Random)


def fingerprint(function):
    """Return a hashable key, equal for functions of the same code in the same surroundings.

    A notebook's function depends on its cells: a different value of a global that it reads, or that a function it calls
    in the same module reads, makes a different key. Functions of other modules count by their own code alone.

    Raises
    ------
    ValueError
        If the function takes a random generator from its surroundings: the generator's state would carry over from call
        to call, and the result of a call would depend on the calls before it.

    Examples
    --------
    >>> def power(n):
    ...     return lambda x: x**n
    >>> fingerprint(power(2)) == fingerprint(power(2)), fingerprint(power(2)) == fingerprint(power(3))
    (True, False)
    """
    reader = _Reader(_unwrapped(function))
    return reader.digest.hexdigest(), tuple(reader.by_identity)


class _Same:
    """Equal only to a wrapper of the same thing, which it keeps alive so that its id is not reused."""

    def __init__(self, thing):
        self.thing = thing

    def __eq__(self, other):
        return isinstance(other, _Same) and self.thing is other.thing

    def __hash__(self):
        return id(self.thing)


class _Reader:
    def __init__(self, function):
        self.digest = hashlib.sha256()
        self.by_identity = []
        self._seen = {}  # by id, for things that can contain themselves; they are kept alive, so that no id is reused
        self._home = {"__main__", getattr(function, "__module__", None)}
        self._read(function, "the function")

    def _write(self, *words):
        self.digest.update(repr(words).encode())

    def _read(self, thing, name):
        thing = _unwrapped(thing)
        if isinstance(thing, _GENERATORS):
            raise ValueError(f"{name} must not be a random generator from outside the function: make one from the seed")
        if type(thing) in _PLAIN or isinstance(thing, np.generic):
            return self._write(type(thing).__name__, thing)
        if isinstance(thing, types.ModuleType):
            return self._write("module", thing.__name__)
        if id(thing) in self._seen:
            return self._write("again", self._seen[id(thing)][0])
        if not isinstance(thing, (tuple, frozenset, types.CodeType)):
            self._seen[id(thing)] = len(self._seen), thing
        self._write(type(thing).__module__, type(thing).__qualname__)
        return self._read_parts(thing, name)

    def _read_parts(self, thing, name):
        if isinstance(thing, np.ndarray) and thing.dtype != object:
            self._write(thing.dtype.str, thing.shape)
            self.digest.update(np.ascontiguousarray(thing).data)
        elif isinstance(thing, (tuple, list)):
            self._each(enumerate(thing), name)
        elif isinstance(thing, dict):
            self._each(thing.items(), name)
        elif isinstance(thing, (set, frozenset)):
            self._each(enumerate(sorted(thing, key=repr)), name)
        elif isinstance(thing, types.FunctionType):
            self._read_function(thing)
        elif isinstance(thing, types.CodeType):
            self._write(thing.co_code, thing.co_names, thing.co_varnames, thing.co_freevars, thing.co_flags)
            self._read(thing.co_consts, name)
        elif isinstance(thing, types.MethodType):
            self._each({"function": thing.__func__, "self": thing.__self__}.items(), name)
        elif isinstance(thing, functools.partial):
            self._each({"function": thing.func, "args": thing.args, "keywords": thing.keywords}.items(), name)
        elif isinstance(thing, type):
            self._write(thing.__module__, thing.__qualname__)
            if thing.__module__ in self._home:
                members = {key: value for key, value in vars(thing).items() if isinstance(value, types.FunctionType)}
                self._each(members.items(), name)
        elif isinstance(thing, types.BuiltinFunctionType):
            self._write(thing.__module__, thing.__qualname__)
        elif hasattr(thing, "__dict__"):
            self._read(type(thing), name)
            self._each(vars(thing).items(), name)
        else:
            self.by_identity.append(_Same(thing))

    def _read_function(self, function):
        name = function.__name__
        self._write(function.__module__, function.__qualname__)
        self._read(function.__code__, name)
        self._read((function.__defaults__, function.__kwdefaults__), name)
        for free, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
            self._each([(free, cell.cell_contents)], name)
        if function.__module__ in self._home:
            known = function.__globals__
            self._each([(key, known[key]) for key in sorted(_globals_of(function.__code__)) if key in known], name)

    def _each(self, items, name):
        for key, value in items:
            self._write("part")
            self._read(key, name)
            self._read(value, str(key) if isinstance(key, str) else name)


def _unwrapped(thing):
    """The function itself, if `functools.cache` or another decorator has wrapped it."""
    while hasattr(thing, "__wrapped__") and callable(thing) and not isinstance(thing, type):
        thing = thing.__wrapped__
    return thing


def _globals_of(code):
    """Names that code, and the code of functions inside it, looks up outside."""
    names = {step.argval for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return names.union(*(_globals_of(const) for const in code.co_consts if isinstance(const, types.CodeType)))
