"""The stand-in: a check talks to an answer through messages, as if the answer were far away.

Two peers, the judge's and the answer's, exchange frames (see `codec`). What has an identity both know by a number:

* an array that the judge made, and a generator of either side, exist once on each side and are synchronised at every
  message, so that mutation, aliasing and the use of randomness are seen; the answer's own arrays go by value;
* everything that is not data (a function, a class, an instance) stays where it is, and the other side holds a `Handle`.

The answer's side lets its handles be called, read and passed back; the judge's side lets its own only be called.
A verdict raised in a callable of the judge ends the check, whatever the answer catches.
"""

import builtins
import weakref

import numpy as np

from . import codec
from .trace import answer_trace
from .verdict import Crashed, Verdict, Wrong

PCG64 = "PCG64"


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


class Peer:
    """One side of the talk: what it shares with the other, and how it asks and answers.

    `exchange` sends a frame and returns the frame that comes back; the transport is nothing but that.
    """

    first_number = 0
    operations = ("call",)

    def __init__(self, exchange=None):
        self.exchange = exchange
        self._next = self.first_number
        self._numbers = {}  # id of an object -> its number, as long as the object lives
        self._mine = {}  # number -> object that lives here and that the other side may name
        self._theirs = {}  # number -> Handle, replica of an array or of a generator
        self._tracked = {}  # number -> (a way to the array or generator, its state when last synchronised)
        self._forgotten = []

    # Asking and answering

    def ask(self, operation, number, args=(), kwargs=None):
        """Send a request and return the decoded answer; raise Crashed where the other side raised."""
        message = {
            "op": operation,
            "on": number,
            "args": [codec.encode(arg, self) for arg in args],
            "kwargs": {name: codec.encode(arg, self) for name, arg in (kwargs or {}).items()},
        }
        reply = self._receive(self.exchange(self._send(message)))
        if isinstance(error := reply.get("error"), dict):
            self.fail(*(error.get(key) for key in ("kind", "bases", "message", "trace")))
        return codec.decode(reply.get("value"), self)

    def handle(self, frame):
        """Answer one request frame with a reply frame; an exception is a reply too."""
        try:
            message = self._receive(frame)
            args = [codec.decode(arg, self) for arg in message.get("args", [])]
            kwargs = {name: codec.decode(arg, self) for name, arg in message.get("kwargs", {}).items()}
            value = self.perform(message.get("op"), self._mine.get(message.get("on")), args, kwargs)
            reply = {"value": codec.encode(value, self)}
            return self._send(reply)
        except (Exception, SystemExit) as error:
            return self._send({"error": self.describe(error)})

    def perform(self, operation, target, args, kwargs):
        """Do what the other side asked for, to a thing that lives here."""
        if operation not in self.operations or target is None:
            raise codec.BadFrame(f"{operation!r} is not served here")
        if operation == "call":
            return target(*args, **kwargs)
        (name,) = args
        if not isinstance(name, str) or name.startswith("_"):
            raise codec.BadFrame(f"{name!r} is not a public attribute")
        return getattr(target, name)

    def describe(self, error):
        """Return an exception as data."""
        return {
            "kind": type(error).__name__,
            "bases": [cls.__name__ for cls in type(error).__mro__ if getattr(builtins, cls.__name__, None) is cls],
            "message": _text_of(error),
            "trace": answer_trace(error),
        }

    def fail(self, kind, bases, message, trace):
        """Raise what the other side raised."""
        raise Crashed(str(kind), map(str, bases or ()), str(message), str(trace or ""))

    def _send(self, message):
        return codec.dump(message | {"changes": self._changes(), "forget": self._drop_forgotten()})

    def _receive(self, frame):
        message = codec.load(frame)
        try:
            for number, body in message.get("changes", ()):
                self._update(number, body)
            for number in message.get("forget", ()):
                self._tracked.pop(number, None)
                replica = self._theirs.pop(number, None)
                self._numbers.pop(id(replica), None)
        except (KeyError, TypeError, ValueError) as error:
            raise codec.BadFrame(f"malformed changes: {type(error).__name__}: {error}") from None
        return message

    # The table of things with an identity, as the codec sees it

    def knows(self, value):
        """Whether the other side knows this very object by a number."""
        return isinstance(value, Handle) or id(value) in self._numbers

    def encode_shared(self, value):
        """Return the JSON of a thing with an identity: in full when it first crosses, by its number afterwards."""
        if isinstance(value, Handle):
            if value._peer is not self:
                raise TypeError("a handle of an earlier talk cannot be used in this one")
            return {"same": value._number}
        if id(value) in self._numbers:
            return {"same": self._numbers[id(value)]}
        if type(value) is np.ndarray and value.dtype.char in codec.DTYPES:
            return {"array": [self.share_array(value), *codec.array_body(value)]}
        number = self._register(value)
        if _is_synchronised_generator(value):
            state = _state_of(value)
            self._tracked[number] = (lambda: value, state)
            return {"generator": [number, state]}
        return {"handle": [number, type(value).__name__]}

    def decode_shared(self, form, body):
        """Return the thing that the JSON of `encode_shared` names."""
        if form == "same":
            if body in self._mine:
                target = self._mine[body]
                return target() if isinstance(target, weakref.ref) else target
            return self._theirs[body]
        if form == "array":
            number, *content = body
            array = codec.array_from(content)
            return array if number is None else self._adopt(number, array, _state_of(array))
        if form == "generator":
            number, state = body
            generator = _generator_in(state)
            return self._adopt(number, generator, _state_of(generator))
        if form == "handle":
            number, kind = body
            self._theirs[_number(number)] = handle = Handle(self, number, str(kind)[:80])
            return handle
        raise codec.BadFrame(f"unknown form {form!r}")

    def _register(self, value):
        number = self._next
        self._next += 2
        self._mine[number] = value
        self._numbers[id(value)] = number
        return number

    def _adopt(self, number, replica, state):
        self._theirs[_number(number)] = replica
        self._numbers[id(replica)] = number
        self._tracked[number] = (lambda: replica, state)
        return replica

    # Synchronisation

    def _changes(self):
        changes = []
        for number, (thing, before) in list(self._tracked.items()):
            target = thing()
            if target is not None and (now := _state_of(target)) != before:
                self._tracked[number] = (thing, now)
                changes.append([number, codec.array_body(target) if isinstance(target, np.ndarray) else now])
        return changes

    def _drop_forgotten(self):
        forgotten, self._forgotten = self._forgotten, []
        return forgotten

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
            target.bit_generator.state = _generator_in(body).bit_generator.state
        self._tracked[number] = (thing, _state_of(target))


class AnswerSide(Peer):
    """The side where the answer lives."""

    first_number = 1
    operations = ("call", "get")

    def __init__(self, submission, exchange=None):
        super().__init__(exchange)
        self.submission = submission

    def share_array(self, array):
        """The answer's own arrays go by value, without a number."""
        return

    def perform(self, operation, target, args, kwargs):
        if operation == "submission":
            return self.submission
        return super().perform(operation, target, args, kwargs)

    def fail(self, kind, bases, message, trace):
        """A callable of the judge raised: the answer sees the built-in exception of that name."""
        error = getattr(builtins, str(kind), None)
        if not (isinstance(error, type) and issubclass(error, Exception)):
            error = RuntimeError
        raise error(message)


class JudgeSide(Peer):
    """The side where the check runs. `replies` lists what came back from the answer, for comparing two answers."""

    first_number = 0

    def __init__(self, exchange=None):
        super().__init__(exchange)
        self.replies = []
        self._pending = None
        self._depth = 0

    def submission(self):
        """Return the submission: a value as it is, anything else as a Handle."""
        return self.ask("submission", None)

    def ask(self, operation, number, args=(), kwargs=None):
        self._depth += 1
        # While the answer has its turn, the collector must not take away an array that it may still name.
        alive = [thing() for thing, _ in self._tracked.values()]
        try:
            value = super().ask(operation, number, args, kwargs)
        except codec.BadFrame as error:
            raise Wrong("the result cannot be read", str(error)) from None
        finally:
            self._depth -= 1
            del alive
            if self._pending is not None:
                raise self._pending
        if self._depth == 0:
            self.replies.append(snapshot(value))
        return value

    def perform(self, operation, target, args, kwargs):
        if self._pending is not None:
            raise RuntimeError("the check has ended")
        try:
            return super().perform(operation, target, args, kwargs)
        except Verdict as verdict:
            self._pending = verdict
            raise

    def share_array(self, array):
        """The judge's arrays keep their identity for as long as the check holds them."""
        number = self._next
        self._next += 2
        key = id(array)
        reference = weakref.ref(array, lambda _: self._forget(number, key))
        self._mine[number] = reference
        self._numbers[key] = number
        self._tracked[number] = (reference, _state_of(array))
        return number

    def _forget(self, number, key):
        self._tracked.pop(number, None)
        self._mine.pop(number, None)
        self._numbers.pop(key, None)
        self._forgotten.append(number)


def in_memory(submission):
    """Return the judge's side of a talk with a submission that lives in this very process."""
    judge, answer = JudgeSide(), AnswerSide(submission)
    judge.exchange, answer.exchange = answer.handle, judge.handle
    return judge


def snapshot(value):
    """Return a copy of a reply that later synchronisation does not change; a handle is its kind."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, (list, tuple)):
        return type(value)(snapshot(item) for item in value)
    if isinstance(value, dict):
        return {key: snapshot(item) for key, item in value.items()}
    if isinstance(value, Handle):
        return f"<{value._kind}>"
    return value


def _is_synchronised_generator(value):
    return isinstance(value, np.random.Generator) and type(value.bit_generator).__name__ == PCG64


def _state_of(thing):
    """Return what must be equal on both sides."""
    if isinstance(thing, np.ndarray):
        return thing.tobytes()
    state = thing.bit_generator.state
    return [state["state"]["state"], state["state"]["inc"], state["has_uint32"], state["uinteger"]]


def _generator_in(state):
    """Return a generator in that state; its seed sequence, used by `spawn`, is made of the state too."""
    if not isinstance(state, list) or len(state) != 4 or not all(type(n) is int and 0 <= n < 2**128 for n in state):
        raise codec.BadFrame("a generator's state must be four integers")
    bits = np.random.PCG64(np.random.SeedSequence(state[:2]))
    bits.state = {
        "bit_generator": PCG64,
        "state": {"state": state[0], "inc": state[1]},
        "has_uint32": state[2] & 1,
        "uinteger": state[3] % 2**32,
    }
    return np.random.Generator(bits)


def _number(number):
    if type(number) is not int or number < 0:
        raise codec.BadFrame("a thing's number must be a count")
    return number


def _text_of(error):
    try:
        return str(error)[:2000]
    except Exception:
        return ""
