"""What two sides of a talk share: things with an identity, known to both by a number and kept in step.

An array that the judge made and a generator of either side exist once on each side; their states are exchanged with
every message (what the judge takes of them: see `handed`). Everything that is not data stays where it is, and the other
side holds a `Handle`.
"""

import sys
import weakref

import numpy as np

from . import codec, generators
from .verdict import Wrong

HANDLE = "<handle>"  # what stands for any handle when replies are compared
MAX_THINGS = 2**16  # of the other side that one side holds at once


class Handle:
    """A thing on the other side. Call it, read a public attribute, or pass it back."""

    def __init__(self, peer, number, kind):
        self.__dict__.update(_peer=peer, _number=number, _kind=kind)

    def __call__(self, *args, **kwargs):
        return self._peer.ask("call", self._number, args=args, kwargs=kwargs)

    def _several(self, calls):
        return self._peer.several(self._number, calls)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return self._peer.ask("get", self._number, args=(name,))

    def __deepcopy__(self, memo):
        return self  # what it stands for is not here

    def __repr__(self):
        return f"<a {self._kind} of the other side>"


class Table:
    """The things that one side shares with the other, for the codec to name.

    The numbers of the two sides never clash: one uses the even, the other the odd ones.
    """

    def __init__(self, peer, first_number):
        self._peer = peer
        self._next = first_number
        self._numbers = {}  # id of an object -> its number, as long as the object lives
        self._mine = {}  # number -> object that lives here and that the other side may name
        self._theirs = {}  # number -> Handle, or replica of an array or a generator
        self._tracked = {}  # number -> (a way to the array or generator, its state when last in step)
        self._in_use = set()  # numbers of those that something other than this table may hold, and change
        self._let_gone = []  # references to replicas that the other side has let go of
        self._forgotten = []  # numbers that the other side need not keep any longer
        self._named = 0  # bytes of arrays that the frame in hand names
        self._naming = 0  # and that the message being made names

    @property
    def naming(self):
        """The bytes of arrays that the message being made names."""
        return self._naming

    def states(self):
        """Return the current states, by number, of what is kept in step and in use."""
        there = {number: self._tracked[number][0]() for number in self._in_use if number in self._tracked}
        return {number: _state_of(thing) for number, thing in there.items() if thing is not None}

    def knows(self, value):
        """Whether the other side knows this very object by a number."""
        return isinstance(value, Handle) or id(value) in self._numbers

    def mine(self, number):
        """Return the thing with this number that lives here, or None."""
        thing = self._mine.get(number)
        return thing() if isinstance(thing, weakref.ref) else thing

    def encode_shared(self, value):
        """Return the JSON of a thing with an identity: in full when it first crosses, by its number afterwards."""
        if type(value) is np.ndarray:
            self._count_named(value)
        if isinstance(value, Handle):
            if value._peer is not self._peer:
                raise TypeError("a handle of an earlier talk cannot be used in this one")
            return {"same": value._number}
        if id(value) in self._numbers:
            return {"same": self._numbers[id(value)]}
        if type(value) is np.ndarray and value.dtype.char in codec.DTYPES:
            body = codec.array_body(value)
            return {"array": [self.share_array(value, body), *body]}
        number = self.register(value)
        if generators.is_synchronised(value):
            state = _state_of(value)
            self._track(number, lambda: value, state)
            return {"generator": [number, state]}
        return {"handle": [number, _kind_of(value)]}

    def decode_shared(self, form, body):
        """Return the thing that the JSON of `encode_shared` names."""
        if form == "same":
            return self._again(body, self.mine(body) if body in self._mine else self._theirs[body])
        if form == "array":
            number, *content = body
            array = codec.array_from(content)
            return array if number is None else self._adopt(number, array)
        if form == "generator":
            number, state = body
            return self._adopt(number, generators.generator_in(state))
        if form == "handle":
            number, kind = body
            handle = Handle(self._peer, number, str(kind)[:80])
            self._hold(number, handle)
            return handle
        raise codec.BadFrame(f"unknown form {form!r}")

    def _count_named(self, array):
        """Count the bytes of an array that the message names, before any of it is copied."""
        self._naming += array.nbytes
        if self._naming > codec.MAX_FRAME:
            naming, self._naming = self._naming, 0
            raise OverflowError(f"the arrays of a message may have at most {codec.MAX_FRAME} bytes, got {naming}")

    def share_array(self, array, body):
        """Return the number by which an array crosses: none, since it goes by value."""
        return

    def register(self, value, key=None):
        """Give a thing that lives here a number; `key` identifies it if only a reference to it is kept."""
        number = self._next
        self._next += 2
        self._mine[number] = value
        self._numbers[key or id(value)] = number
        return number

    def changes(self):
        """Return the new states, by number, of what changed since both sides were last in step.

        What only this table holds stays as it is until a message names it, and is not looked at before.
        """
        changes = []
        for number in sorted(self._in_use):
            thing, before = self._tracked.get(number, (_nothing, None))
            target = thing()
            if target is None:
                self._in_use.discard(number)
                continue
            if (now := _state_of(target)) != before:
                self._tracked[number] = (thing, now)
                changes.append([number, codec.array_body(target) if type(target) is np.ndarray else now])
            del target
            if self._is_alone(number):
                self._in_use.discard(number)
        return changes

    def whole(self, message):
        """Return a message with what has changed and what may be forgotten."""
        self._naming = 0
        return message | {"changes": self.changes(), "forget": self.forgotten()}

    def taken(self, message):
        """Return a message of the other side, with its changes taken over."""
        self.update(message.get("changes", ()), message.get("forget", ()))
        return message

    def forgotten(self):
        """Return the numbers that the other side may forget, once."""
        forgotten, self._forgotten = self._forgotten, []
        return forgotten

    def update(self, changes, forgotten):
        """Take over the other side's changes, in place, and forget what it let go of."""
        self._named = 0
        try:
            for number, body in changes:
                self._update(number, body)
            for number in forgotten:
                self._let_go(number)
        except (KeyError, TypeError, ValueError) as error:
            raise codec.BadFrame(f"malformed changes: {type(error).__name__}: {error}") from None

    def spoil(self):
        """Overwrite every array that came from the other side and that this one still holds, and let go of it."""
        for number, thing in list(self._theirs.items()):
            if isinstance(thing, np.ndarray):
                self._let_go(number)
        for thing in (reference() for reference in self._let_gone):
            if thing is None:
                continue
            thing.flags.writeable = True
            thing[...] = ~thing if thing.dtype.kind == "b" else _worst(thing.dtype)
        self._let_gone.clear()

    def _let_go(self, number):
        thing = self._theirs.pop(number, None)
        self._tracked.pop(number, None)
        self._numbers.pop(id(thing), None)
        if isinstance(thing, np.ndarray):
            self._let_gone.append(weakref.ref(thing))  # something here may keep a view of it

    def _track(self, number, thing, state):
        """Keep what a function returns in step, from a state on."""
        self._tracked[number] = (thing, state)
        self._in_use.add(number)

    def _is_alone(self, number):
        """Whether nothing but this table holds what is kept in step under a number."""
        thing, _ = self._tracked[number]
        return not isinstance(thing, weakref.ref) and sys.getrefcount(thing()) <= _ALONE

    def _again(self, number, thing):
        """Return a thing that a frame names; a small one could name a large array a thousand times."""
        if number in self._tracked:
            self._in_use.add(number)
        self._named += thing.nbytes if isinstance(thing, np.ndarray) else 0
        if self._named > codec.MAX_FRAME:
            raise codec.BadFrame(f"the arrays that a frame names may have at most {codec.MAX_FRAME} bytes together")
        return thing

    def _hold(self, number, thing):
        self._theirs[_count(number)] = thing
        if len(self._theirs) > MAX_THINGS:
            raise codec.BadFrame(f"one side may hold at most {MAX_THINGS} things of the other")

    def _adopt(self, number, replica):
        self._hold(number, replica)
        self._numbers[id(replica)] = number
        self._track(number, lambda: replica, _state_of(replica))
        return replica

    def _update(self, number, body):
        thing, _ = self._tracked[number]
        target = thing()
        if target is None:
            return
        if isinstance(target, np.ndarray):
            content = codec.array_from(body)
            refuse_another_form("an argument", target, content)
            target.flags.writeable = True  # an answer may have locked its replica
            target[...] = content
        else:
            target.bit_generator.state = generators.proper(body)
        self._tracked[number] = (thing, _state_of(target))


def snapshot(value):
    """Return a copy of a value that later synchronisation does not change; any handle becomes the same text.

    The name of its kind is the answer's choice, and says nothing about what it does.
    """
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, (list, tuple)):
        return type(value)(snapshot(item) for item in value)
    if isinstance(value, dict):
        return {key: snapshot(item) for key, item in value.items()}
    return HANDLE if isinstance(value, Handle) else value


def refuse_another_form(name, own, made):
    """Raise Wrong if an array was given another shape or dtype in place."""
    if made.shape != own.shape:
        raise Wrong(f"{name} must not be resized in place", f"{own.shape} became {made.shape}")
    if made.dtype != own.dtype:
        raise Wrong(f"{name} must not be given another dtype in place", f"{own.dtype} became {made.dtype}")


def only_drawn(before, after):
    """Whether, between two `states`, no array was changed and generators were only drawn from."""
    return all(
        state == now or (isinstance(state, list) and generators.only_drew(state, now))
        for state, now in ((state, after.get(number, state)) for number, state in before.items())
    )


def _state_of(thing):
    """Return what must be equal on both sides."""
    return thing.tobytes() if isinstance(thing, np.ndarray) else generators.state_of(thing)


def _kind_of(value):
    """Return what the other side is told about a thing that stays here."""
    return f"NumPy array of dtype {value.dtype}" if isinstance(value, np.ndarray) else type(value).__name__


def _worst(dtype):
    return np.nan if dtype.kind in "fc" else np.iinfo(dtype).max


def _count(number):
    if type(number) is not int or number < 0:
        raise codec.BadFrame("a thing's number must be a count")
    return number


def _nothing():
    """Stand in for what is gone."""


def _references_of_what_only_a_table_holds():
    table = Table(None, 0)
    table._adopt(1, np.zeros(0))
    return sys.getrefcount(table._tracked[1][0]())


_ALONE = _references_of_what_only_a_table_holds()
