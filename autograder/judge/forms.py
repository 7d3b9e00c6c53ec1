"""The form of an answer: what kind of thing came back, tested at every call before any property is.

A form is a function from what came back to what the check sees; it raises `Wrong` for anything else. A right answer may
be written in other ways, so a form takes lists, other dtypes and zero-dimensional arrays if they mean the same.
Forms are put together as data: ``(array, mask)`` is a tuple of two, ``[array]`` a list of any length, and
``{"mean": number}`` a dict with that key.
"""

import numbers
from collections.abc import Mapping
from functools import partial

import numpy as np

from .attempt import is_blank
from .containers import holds_numbers
from .shared import HANDLE, Handle, snapshot
from .verdict import Wrong, note

LONGEST_EMPTY = 2**16  # an axis; sums over the other axes would fill the judge's memory


def array(value):
    """an array of numbers"""
    try:
        out = np.asarray(value) if holds_numbers(value) else None
    except ValueError:  # a ragged list
        out = None
    if out is not None and out.dtype.kind == "c":
        raise Wrong("the result must be an array of real numbers", f"got dtype {out.dtype}")
    if out is None or out.dtype.kind not in "biuf":
        raise _not("an array of numbers", value)
    if out.size == 0 and max(out.shape) > LONGEST_EMPTY:
        raise Wrong("the result must not be an empty array of gigantic shape", f"got shape {out.shape}")
    return out


def mask(value):
    """an array of True and False"""
    out = array(value)
    if out.dtype.kind != "b" and not np.isin(out, (0, 1)).all():
        raise _not("an array of True and False", value)
    return out.astype(bool)


def number(value):
    """a number"""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise _not("a number", value)
    return float(value)


def integer(value):
    """a whole number"""
    out = number(value)
    if not out.is_integer():
        raise _not("a whole number", value)
    return int(out)


def boolean(value):
    """True or False"""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if not isinstance(value, (bool, np.bool_)):
        raise _not("True or False", value)
    return bool(value)


def text(value):
    """a string"""
    if not isinstance(value, str):
        raise _not("a string", value)
    return value


def anything(value):
    """anything but None"""
    if value is None:
        raise _not("anything but None", value)
    return value


def ignored(value):
    """anything or nothing, from a function called for its effect"""
    return value


ignored.compared = lambda value: "<free>"


def free(spec):
    """Return the form of what an answer may choose freely: left out when values are compared to name a mistake."""
    form = form_of(spec)

    def check(value):
        return form(value)

    check.__doc__ = form.__doc__
    check.compared = ignored.compared
    return check


def compared(form, value):
    """Return what counts of a value in this form when two answers are compared: a copy without free parts."""
    return getattr(form, "compared", snapshot)(value)


def record(cls, **fields):
    """Return the form of a record of dnnkit, each named field in the form given for it."""
    forms = {name: form_of(spec) for name, spec in fields.items()}

    def check(value):
        if not isinstance(value, cls):
            raise _not(f"a {cls.__name__}", value)
        formed = {name: forms.get(name, anything)(getattr(value, name)) for name in value.__dataclass_fields__}
        try:
            return cls(**formed)
        except (TypeError, ValueError) as error:
            raise Wrong(f"the result must be a proper {cls.__name__}", str(error)) from None

    check.__doc__ = f"a {cls.__name__}"
    check.specs = fields
    check.compared = lambda value: {
        name: compared(forms.get(name, anything), getattr(value, name)) for name in value.__dataclass_fields__
    }
    return check


def instance(**members):
    """Return the form of an object with public members: a method's result, or an attribute, has the form given."""
    forms = {name: form_of(spec) for name, spec in members.items()}

    def check(value):
        if not isinstance(value, Handle):
            raise _not(f"an object with {', '.join(forms)}", value)
        return Instance(value, forms)

    check.__doc__ = f"an object with {', '.join(forms)}"
    check.members = tuple(forms)
    check.specs = members
    check.compared = lambda value: HANDLE
    return check


class Callable:
    """A function or class of the answer; its results are held to their form."""

    def __init__(self, handle, form):
        self._handle, self._peer, self._form = handle, handle._peer, form

    def __call__(self, *args, **kwargs):
        return self._peer.saw(self._form, self._handle(*args, **kwargs))

    def _several(self, calls):
        return (self._peer.saw(self._form, value) for value in self._handle._several(calls))


class Instance:
    """An object of the answer; what its members return is held to their forms."""

    def __init__(self, handle, forms):
        self._handle, self._peer = handle, handle._peer
        self._forms = forms

    def __getattr__(self, name):
        form = self._forms[name]
        member = getattr(self._handle, name)
        if isinstance(member, Handle):
            return lambda *args, **kwargs: self._peer.saw(form, member(*args, **kwargs))
        return self._peer.saw(form, member)


def form_of(spec):
    """Return a form from its description: a form, a tuple of them, a list of one, or a dict of them."""
    if isinstance(spec, tuple):
        return _tuple_of([form_of(item) for item in spec])
    if isinstance(spec, list) and len(spec) == 1:
        return _list_of(form_of(spec[0]))
    if isinstance(spec, dict):
        return _dict_of({key: form_of(item) for key, item in spec.items()})
    if not callable(spec):
        raise TypeError(f"returns must be a form, a tuple of forms, a list of one or a dict of forms, got {spec!r}")
    return spec


def value_of(spec, saw):
    """Return the form of an answer that is a value; each part of a dict is held to its form separately.

    So a part that was left blank, or is not a number, fails only the checks that look at it. ``saw(form, value)`` holds
    each part, or the whole, to its form.
    """
    if not isinstance(spec, dict):
        return partial(saw, form_of(spec))
    return partial(_parts, {key: form_of(item) for key, item in spec.items()}, saw)


def _parts(forms, saw, value):
    name = "a dict with the keys " + ", ".join(map(repr, forms))
    if not isinstance(value, dict):
        raise _not(name, value)
    if set(value) - set(forms):  # this costs one check: the parts that are there can be judged
        note(_not(name, value))
    return Parts(value, forms, saw)


class Parts(Mapping):
    """An answer that is a dict; each of its parts is held to its form when a check looks at it."""

    def __init__(self, parts, forms, saw):
        self._parts, self._forms, self._saw = parts, forms, saw

    def __getitem__(self, key):
        part = self._parts.get(key)
        if is_blank(part) or (isinstance(part, Handle) and part._kind == "ellipsis"):
            raise Wrong(f"{key} was left blank")
        try:
            return self._saw(self._forms[key], part)
        except Wrong as wrong:
            raise Wrong(f"{key}: {wrong.sentence}", wrong.detail) from None

    def __iter__(self):
        return iter(self._forms)

    def __len__(self):
        return len(self._forms)


def _tuple_of(forms):
    name = f"a tuple of {len(forms)}: " + ", then ".join(form.__doc__ for form in forms)

    def check(value):
        if not isinstance(value, (tuple, list)) or len(value) != len(forms):
            raise _not(name, value)
        return tuple(_part(name, place, form, item) for place, (form, item) in enumerate(zip(forms, value), 1))

    check.__doc__ = name
    check.compared = lambda value: tuple(map(compared, forms, value))
    return check


def _part(whole, place, form, item):
    """Return an entry of a tuple in its form; if it has another, report the whole as wrong, with the entry's place."""
    try:
        return form(item)
    except Wrong as wrong:
        if item is None or wrong.sentence == f"the result must be {form.__doc__}":
            got = "got None" if item is None else wrong.detail
            raise Wrong(f"the result must be {whole}", f"entry {place}: {got}") from None
        raise


def _list_of(form):
    name = f"a list, each entry {form.__doc__}"

    def check(value):
        if not isinstance(value, (tuple, list)):
            raise _not(name, value)
        try:
            return [form(item) for item in value]
        except Wrong as wrong:  # its sentence says "the result" and means an entry
            raise Wrong(f"each entry of the list must be {form.__doc__}", wrong.detail) from None

    check.__doc__ = name
    check.compared = lambda value: [compared(form, item) for item in value]
    return check


def _dict_of(forms):
    name = "a dict with the keys " + ", ".join(map(repr, forms))

    def check(value):
        if not isinstance(value, Mapping) or set(value) != set(forms):
            raise _not(name, value)
        return {key: form(value[key]) for key, form in forms.items()}

    check.__doc__ = name
    check.compared = lambda value: {key: compared(form, value[key]) for key, form in forms.items()}
    return check


def _not(wanted, value):
    if value is None:
        return Wrong("nothing came back: is a `return` missing?", f"expected {wanted}, got None")
    return Wrong(f"the result must be {wanted}", f"got {describe(value)}")


def describe(value):
    """Return a value in a few words, for the detail of a verdict."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, Handle):
        return f"a {value._kind}"
    if isinstance(value, dict):
        return f"a dict of {len(value)}"
    return f"{type(value).__name__} {value!r:.60}"
