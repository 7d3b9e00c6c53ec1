"""The stand-in: a check talks to an answer through messages, as if the answer were far away.

Two peers, the judge's and the answer's, exchange frames (see `codec`) about things that they know by number (see
`shared`), so that mutation, aliasing and the use of randomness are seen across. The transport is a function that sends
a frame and returns the frame that comes back: over a pipe, and in memory, where no message becomes bytes.

The answer's side lets its handles be called, read and passed back; the judge's side lets its own only be called, and of
a `Specimen` public members be read.
A verdict raised in a callable of the judge ends the check, whatever the answer catches.
"""

import builtins
from itertools import zip_longest

from . import codec, unframed
from .containers import holds, skeleton
from .forms import compared
from .handed import JudgeTable
from .lent import LentHere
from .parameters import Template
from .shared import Handle, Table, snapshot
from .specimens import Specimen
from .trace import answer_trace
from .verdict import Crashed, Verdict, Wrong

_REQUEST = b'{"op":'  # as the codec writes a message whose first key it is


def is_request(frame):
    """Whether a frame asks for something; any other is a reply, or no message at all."""
    return frame.startswith(_REQUEST)


class Peer:
    """One side of the talk: how it asks, and how it answers what it is asked.

    `exchange` sends a frame to the other side and returns the frame that comes back.
    """

    operations = ("call",)
    frames = codec  # what makes frames of messages, and messages of frames

    def __init__(self, table, exchange=None):
        self.table = table
        self.exchange = exchange

    def ask(self, operation, number, args=(), kwargs=None):
        """Send a request and return the decoded value of the reply; an exception of the other side is raised here."""
        return codec.decode(self.request(operation, number, args, kwargs or {}).get("value"), self.table)

    def request(self, operation, number, args, kwargs, names=()):
        """Send a request and return the reply. `names` are those of all arguments, by which they are handed over."""
        encoded = [self.encode(arg, name) for arg, name in zip_longest((*args, *kwargs.values()), names)]
        message = {
            "op": operation,
            "on": number,
            "args": encoded[: len(args)],
            "kwargs": dict(zip(kwargs, encoded[len(args) :])),
        }
        reply = self._read(self.exchange(self._send(message)))
        if isinstance(error := reply.get("error"), dict):
            self.fail(*(error.get(key) for key in ("kind", "bases", "message", "trace")))
        return reply

    def _read(self, frame):
        """Return the message of a reply."""
        return self._receive(frame)

    def encode(self, arg, name):
        """Return an argument as JSON."""
        return codec.encode(arg, self.table)

    def handle(self, frame):
        """Answer one request frame with a reply frame; an exception is a reply too."""
        try:
            message = self._receive(frame)
            args = [codec.decode(arg, self.table) for arg in message.get("args", [])]
            kwargs = {name: codec.decode(arg, self.table) for name, arg in message.get("kwargs", {}).items()}
            value = self.perform(message.get("op"), self.named(message.get("on")), args, kwargs)
            return self._send({"value": codec.encode(value, self.table)} | self.beside())
        except (Exception, SystemExit) as error:
            return self._send({"error": _described(error)})

    def named(self, number):
        """Return the thing of that number which lives here, or None."""
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
        """Return what a reply says beside its value."""
        return {}

    def _send(self, message):
        return self.frames.dump(self.table.whole(message))

    def _receive(self, frame):
        return self.table.taken(self.frames.load(frame))


class AnswerSide(Peer):
    """The side where the answer lives; `table` makes its table."""

    operations = ("call", "get")

    def __init__(self, submission, exchange=None, table=Table):
        super().__init__(table(self, first_number=1), exchange)
        self.submission = submission
        self._touched = []

    def named(self, number):
        return self.submission if number is None else super().named(number)

    def perform(self, operation, target, args, kwargs):
        if operation == "submission":
            return self.submission
        if operation == "spoil":
            return self.table.spoil()
        given = [*args, *kwargs.values()]
        before = skeleton(given)
        value = super().perform(operation, target, args, kwargs)
        self._touched = [place for place, (arg, was) in enumerate(zip(given, before)) if not holds(arg, was)]
        return value

    def beside(self):
        """Return at which places a list or dict among the arguments was changed: they have no identity across."""
        return {"touched": self._touched} if self._touched else {}

    def fail(self, kind, bases, message, trace):
        """A callable of the judge raised: the answer sees the built-in exception of that name."""
        error = getattr(builtins, str(kind), None)
        if not (isinstance(error, type) and issubclass(error, Exception)):
            error = RuntimeError
        raise error(message)


class JudgeSide(Peer):
    """The side where the check runs.

    `replies` lists what came back from the answer, `seen` what of it, in its form, counts when two answers are
    compared; `last_call` is what was called last, with the arguments by name. `table` makes the table.
    """

    def __init__(self, exchange=None, table=JudgeTable):
        super().__init__(table(self, first_number=0), exchange)
        self.replies = []
        self.seen = []
        self.last_call = None
        self.in_time = lambda function, *args: function(*args)  # how a transport limits what reading takes
        self._templates = {}
        self._pending = None
        self._depth = 0

    @property
    def faults(self):
        """The changes of arguments that the exercise does not allow, in their order."""
        return self.table.faults

    @property
    def answer(self):
        """The submission as a Handle, without asking whether it is one."""
        return Handle(self, None, "submission")

    def submission(self, reference=None, may_change=()):
        """Return the submission: a value as it is, anything else as a Handle.

        `reference` is what it should be like, for the names of parameters; those in `may_change` it may change in
        place.
        """
        self.table.may_change = frozenset(may_change)
        thing = self.ask("submission", None)
        if isinstance(thing, Handle):
            self._templates[thing._number] = Template.of(reference)
        return thing

    def spoil(self):
        """Overwrite, where the answer lives, every array that it was handed; the judge's own stay as they are."""
        self.ask("spoil", None)
        self.table.renew()

    def saw(self, form, value):
        """Return a value in its form, and note it."""
        try:
            formed = form(value)
        except Wrong:
            self.seen.append(snapshot(value))
            raise
        self.seen.append(compared(form, formed))
        return formed

    def ask(self, operation, number, args=(), kwargs=None):
        template = self._templates.get(number, Template())
        names = template.names(args, kwargs or {}) if operation == "call" else ()
        self._depth += 1
        if self._depth == 1:
            self.table.begin_turn()
            if operation == "call":
                given = snapshot((*args, *(kwargs or {}).values()))
                self.last_call = template.label, dict(zip(names, given, strict=True))
        try:
            reply = self.request(operation, number, args, kwargs or {}, names)
            value = self.in_time(codec.decode, reply.get("value"), self.table)
            self._tell_of_changes(reply.get("touched", []), names)
        except codec.BadFrame as error:
            raise Wrong("the result cannot be read", str(error)) from None
        finally:
            self._depth -= 1
            if self._depth == 0:
                self.table.end_turn()
            if self._pending is not None:
                raise self._pending
        if self._depth == 0:
            self.replies.append(snapshot(value))
        if isinstance(value, Handle) and operation != "submission":
            self._templates[value._number] = template.after(operation, args)
        return value

    def encode(self, arg, name):
        self.table.parameter = name
        try:
            return codec.encode(arg, self.table)
        finally:
            self.table.parameter = None

    def _read(self, frame):
        return self.in_time(self._receive, frame)

    def perform(self, operation, target, args, kwargs):
        if self._pending is not None:
            raise RuntimeError("the check has ended")
        try:
            if operation == "get" and isinstance(target, Specimen):
                return target.member(*args)
            return super().perform(operation, target, args, kwargs)
        except Verdict as verdict:
            self._pending = verdict
            raise

    def _receive(self, frame):
        try:
            return super()._receive(frame)
        except Verdict as verdict:  # also in a call of the judge's own, where the answer could swallow it
            self._pending = verdict
            raise

    def _tell_of_changes(self, places, names):
        if not isinstance(places, list) or not all(type(n) is int and 0 <= n < len(names) for n in places):
            raise codec.BadFrame("what was changed must be places of arguments")
        for place in places:
            self.table.tell_of_change(names[place])

    def fail(self, kind, bases, message, trace):
        """The answer raised: the check ends, unless it waits for that very exception."""
        raise Crashed(str(kind), map(str, bases or ()), str(message), str(trace or ""))


def in_memory(submission, lending=False):
    """Return the judge's side of a talk with a submission that lives in this very process.

    With `lending` it is one in which the submission calls functions of the judge (see `lent`).
    """
    judges, answers = (LentHere, LentHere) if lending else (JudgeTable, Table)
    judge, answer = JudgeSide(table=judges), AnswerSide(submission, table=answers)
    judge.exchange, answer.exchange = answer.handle, judge.handle
    judge.frames = answer.frames = unframed
    return judge


def _described(error):
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
