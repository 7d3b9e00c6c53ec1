"""Whether plain data, after JSON, match annotations: those of dataclasses and typed dictionaries."""

from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import get_args, get_origin, get_type_hints, is_typeddict

MOST = 2**53  # up to which whole numbers are floats as well


def is_typed(value, kind) -> bool:
    """Whether plain data, as from JSON, are of a type; a dictionary stands for a record, and a list for a tuple.

    >>> is_typed([["error", 0.5]], tuple[tuple[str, float], ...])
    True
    >>> is_typed({"double": "2"}, dict[str, float | None])
    False
    """
    origin, parts = get_origin(kind), get_args(kind)
    if origin is UnionType:
        return any(is_typed(value, part) for part in parts)
    if origin is dict:
        return type(value) is dict and all(is_typed(each, parts[1]) for each in value.values())
    if origin is tuple:
        kinds = parts[:1] * len(value) if type(value) is list and parts[1:] == (...,) else parts
        return type(value) is list and len(value) == len(kinds) and all(map(is_typed, value, kinds))
    if is_dataclass(kind) or is_typeddict(kind):
        needed, known = _fields(kind)
        names = value.keys() if type(value) is dict else set()
        return needed <= names <= known.keys() and all(is_typed(value[name], known[name]) for name in names)
    if kind is float and type(value) is int:
        return abs(value) <= MOST
    return type(value) is kind


@cache
def _fields(kind):
    """Return the names that are required, and the types by name."""
    hints = get_type_hints(kind)
    needed = kind.__required_keys__ if is_typeddict(kind) else {field.name for field in fields(kind)}
    return frozenset(needed), hints
