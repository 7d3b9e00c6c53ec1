"""What two sides of a talk share: things with an identity, known to both by a number and kept in step.

An array that the judge made and a generator of either side exist once on each side; their states are exchanged with
every message. Everything that is not data stays where it is, and the other side holds a `Handle`.
"""

import weakref

import numpy as np

from . import codec
from .verdict import Wrong


class Handle:
    """A thing on the other side. Call it, read a public attribute, or pass it back."""

    def __init__(self, peer, number, kind):
        self.__dict__.update(_peer=peer, _number=number, _kind=kind)

    def __call__(self, *args, **kwargs):
        return self._peer.ask("call", self._number, args=args, kwargs=kwargs)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return self._peer.ask("get", self._number, args=(name,))

    def __repr__(self):
        return f"<a {self._kind} of the other side>"


class Table:
    """The things that one side shares with the other, for the codec to name.

    Numbers of the two sides never meet: one counts the even, the other the odd ones.
    """

    def __init__(self, peer, first_number):
        self._peer = peer
        self._next = first_number
        self._numbers = {}  # id of an object -> its number, as long as the object lives
        self._mine = {}  # number -> object that lives here and that the other side may name
        self._theirs = {}  # number -> Handle, or replica of an array or a generator
        self._tracked = {}  # number -> (a way to the array or generator, its state when last in step)
        self._forgotten = []  # numbers that the other side need not keep any longer

    def knows(self, value):
        """Whether the other side knows this very object by a number."""
        return isinstance(value, Handle) or id(value) in self._numbers

    def mine(self, number):
        """Return the thing of that number that lives here, or None."""
        thing = self._mine.get(number)
        return thing() if isinstance(thing, weakref.ref) else thing

    def encode_shared(self, value):
        """Return the JSON of a thing with an identity: in full when it first crosses, by its number afterwards."""
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
        if _is_synchronised_generator(value):
            self._tracked[number] = (lambda: value, _state_of(value))
            return {"generator": [number, _state_of(value)]}
        return {"handle": [number, type(value).__name__]}

    def decode_shared(self, form, body):
        """Return the thing that the JSON of `encode_shared` names."""
        if form == "same":
            return self.mine(body) if body in self._mine else self._theirs[body]
        if form == "array":
            number, *content = body
            array = codec.array_from(content)
            return array if number is None else self._adopt(number, array)
        if form == "generator":
            number, state = body
            return self._adopt(number, _generator_in(state))
        if form == "handle":
            number, kind = body
            self._theirs[_count(number)] = handle = Handle(self._peer, number, str(kind)[:80])
            return handle
        raise codec.BadFrame(f"unknown form {form!r}")

    def share_array(self, array, body):
        """Return the number by which an array crosses: none, for an array goes by value."""
        return

    def register(self, value, key=None):
        """Give a thing that lives here a number; `key` stands for it where only a way to it is kept."""
        number = self._next
        self._next += 2
        self._mine[number] = value
        self._numbers[key or id(value)] = number
        return number

    def changes(self):
        """Return the new states, by number, of what changed since both sides were last in step."""
        changes = []
        for number, (thing, before) in list(self._tracked.items()):
            target = thing()
            if target is not None and (now := _state_of(target)) != before:
                self._tracked[number] = (thing, now)
                changes.append([number, codec.array_body(target) if type(target) is np.ndarray else now])
        return changes

    def forgotten(self):
        """Return the numbers that the other side may forget, once."""
        forgotten, self._forgotten = self._forgotten, []
        return forgotten

    def update(self, changes, forgotten):
        """Take over the other side's changes, in place, and forget what it let go of."""
        try:
            for number, body in changes:
                self._update(number, body)
            for number in forgotten:
                self._tracked.pop(number, None)
                self._numbers.pop(id(self._theirs.pop(number, None)), None)
        except (KeyError, TypeError, ValueError) as error:
            raise codec.BadFrame(f"malformed changes: {type(error).__name__}: {error}") from None

    def _adopt(self, number, replica):
        self._theirs[_count(number)] = replica
        self._numbers[id(replica)] = number
        self._tracked[number] = (lambda: replica, _state_of(replica))
        return replica

    def _update(self, number, body):
        thing, _ = self._tracked[number]
        target = thing()
        if target is None:
            return
        if isinstance(target, np.ndarray):
            content = codec.array_from(body)
            if content.shape != target.shape or content.dtype != target.dtype:
                raise Wrong("an argument must not be resized in place", f"{target.shape} became {content.shape}")
            target[...] = content
        else:
            target.bit_generator.state = _proper(body)
        self._tracked[number] = (thing, _state_of(target))


class JudgeTable(Table):
    """The judge's table: its arrays keep their identity as long as the check holds them."""

    def __init__(self, peer, first_number):
        super().__init__(peer, first_number)
        self._alive = []

    def share_array(self, array, body):
        """Return the number by which an array of the judge is known until the check lets go of it."""
        self._alive.append(array)
        key = id(array)
        reference = weakref.ref(array, lambda _: self._forget(number, key))
        number = self.register(reference, key)
        self._tracked[number] = (reference, body[-1])
        return number

    def decode_shared(self, form, body):
        """Return the thing that the JSON of `encode_shared` names; an answer's arrays go by value, and have no number.

        One that had could be named thousands of times in a small frame.
        """
        if form == "array" and body[0] is not None:
            raise codec.BadFrame("an array of an answer has no number")
        if form in ("generator", "handle") and (type(body[0]) is not int or body[0] % 2 == self._next % 2):
            raise codec.BadFrame("the number of a thing of the answer is odd")
        return super().decode_shared(form, body)

    def begin_turn(self):
        """Keep every array alive while the answer has its turn: it may still name one that the check has let go of."""
        self._alive = [thing() for thing, _ in self._tracked.values()]

    def end_turn(self):
        """Let go of what only the answer could name."""
        self._alive.clear()

    def _forget(self, number, key):
        for table, name in ((self._tracked, number), (self._mine, number), (self._numbers, key)):
            table.pop(name, None)
        self._forgotten.append(number)


def snapshot(value):
    """Return a copy of a value that later synchronisation does not change; any handle becomes the same text.

    The name of its kind is the answer's choice, and says nothing of what it does.
    """
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, (list, tuple)):
        return type(value)(snapshot(item) for item in value)
    if isinstance(value, dict):
        return {key: snapshot(item) for key, item in value.items()}
    return "<handle>" if isinstance(value, Handle) else value


def _is_synchronised_generator(value):
    return isinstance(value, np.random.Generator) and isinstance(value.bit_generator, np.random.PCG64)


def _state_of(thing):
    """Return what must be equal on both sides."""
    if isinstance(thing, np.ndarray):
        return thing.tobytes()
    state = thing.bit_generator.state
    return [state["state"]["state"], state["state"]["inc"], state["has_uint32"], state["uinteger"]]


def _generator_in(state):
    """Return a generator in that state; its seed sequence, used by `spawn`, is made of the state too."""
    proper = _proper(state)
    bits = np.random.PCG64(np.random.SeedSequence(state[:2]))
    bits.state = proper
    return np.random.Generator(bits)


def _proper(state):
    """Return a state that came, as NumPy takes it."""
    if not isinstance(state, list) or len(state) != 4 or not all(type(n) is int and 0 <= n < 2**128 for n in state):
        raise codec.BadFrame("a generator's state must be four integers")
    if state[1] % 2 == 0:
        raise codec.BadFrame("a generator's increment must be odd")  # or it draws nothing new, zeros for instance
    return {
        "bit_generator": "PCG64",
        "state": {"state": state[0], "inc": state[1]},
        "has_uint32": state[2] & 1,
        "uinteger": state[3] % 2**32,
    }


def _count(number):
    if type(number) is not int or number < 0:
        raise codec.BadFrame("a thing's number must be a count")
    return number
