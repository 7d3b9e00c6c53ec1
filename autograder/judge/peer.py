"""A peer: either of the two sides of the talk between a check and an answer.

Two peers exchange frames (see `codec`) about things that they know by number (see `shared`), so that each sees the
other's mutation, aliasing and use of randomness. The transport is a function that sends a frame and returns the frame
that comes back: over a pipe, or in memory, where no message becomes bytes.
"""

import builtins
from itertools import zip_longest

from . import codec
from .trace import answer_trace

_REQUEST = b'{"op":'  # how the codec begins a message with this key first


def is_request(frame):
    """Whether a frame asks for something; any other is a reply, or not a message at all."""
    return frame.startswith(_REQUEST)


class Peer:
    """One side of the talk: how it asks, and how it answers what it is asked.

    `exchange` sends a frame to the other side and returns the frame that comes back.
    """

    operations = ("call",)
    frames = codec  # what turns messages into frames, and frames into messages

    def __init__(self, table, exchange=None):
        self.table = table
        self.exchange = exchange

    def ask(self, operation, number, args=(), kwargs=None):
        """Send a request and return the decoded value of the reply; an exception of the other side is raised here."""
        return codec.decode(self.request(operation, number, args, kwargs or {}).get("value"), self.table)

    def request(self, operation, number, args, kwargs, names=()):
        """Send a request and return the reply. `names` are those under which all arguments are handed over."""
        return self.told({"op": operation, "on": number} | self.given(args, kwargs, names))

    def given(self, args, kwargs, names=()):
        """Return the arguments of a call, encoded, as the part of a message that `taken` reads."""
        encoded = [self.encode(arg, name) for arg, name in zip_longest((*args, *kwargs.values()), names)]
        return {"args": encoded[: len(args)], "kwargs": dict(zip(kwargs, encoded[len(args) :]))}

    def taken(self, message):
        """Return the arguments of a call, positional and by keyword, that a message holds."""
        args = [codec.decode(arg, self.table) for arg in message.get("args", [])]
        return args, {name: codec.decode(arg, self.table) for name, arg in message.get("kwargs", {}).items()}

    def told(self, message):
        """Send a request and return the reply."""
        reply = self._read(self.exchange(self._send(message)))
        self.raise_as_told(reply.get("error"))
        return reply

    def raise_as_told(self, error):
        """Raise what the other side says it has raised, if anything."""
        if isinstance(error, dict):
            self.fail(*(error.get(key) for key in ("kind", "bases", "message", "trace")))

    def _read(self, frame):
        """Return the message of a reply."""
        return self._receive(frame)

    def encode(self, arg, name):
        """Return an argument as JSON."""
        return codec.encode(arg, self.table)

    def handle(self, frame):
        """Answer one request frame with a reply frame; an exception is a reply too."""
        try:
            return self.reply(self._receive(frame))
        except (Exception, SystemExit) as error:
            return self._send({"error": described(error)})

    def reply(self, message):
        """Return the frame that answers a request.

        The arguments and the value are held until the frame is made, which says what nobody holds any longer.
        """
        args, kwargs = self.taken(message)
        value = self.perform(message.get("op"), self.named(message.get("on")), args, kwargs)
        return self._send({"value": codec.encode(value, self.table)} | self.beside())

    def named(self, number):
        """Return the thing with this number that lives here, or None."""
        return self.table.mine(number)

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

    def beside(self):
        """Return what a reply says in addition to its value."""
        return {}

    def _send(self, message):
        return self.frames.dump(self.table.whole(message))

    def _receive(self, frame):
        return self.table.taken(self.frames.load(frame))


def described(error):
    """Return an exception as data."""
    try:
        message = str(error)[:2000]
    except Exception:  # an answer may raise an exception that cannot be shown
        message = ""
    return {
        "kind": type(error).__name__,
        "bases": [cls.__name__ for cls in type(error).__mro__ if getattr(builtins, cls.__name__, None) is cls],
        "message": message,
        "trace": answer_trace(error),
    }
