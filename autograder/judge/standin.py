"""The stand-in: a check talks to an answer through messages, as if the answer were far away.

Two peers, the judge's and the answer's, exchange frames (see `codec`) about things that they know by number (see
`shared`), so that mutation, aliasing and the use of randomness are seen across. The transport is a function that sends
a frame and returns the frame that comes back: over a pipe, and in memory, where no message becomes bytes.

The answer's side lets its handles be called, read and passed back; the judge's side lets its own only be called, and of
a `Specimen` public members be read.
A verdict raised in a callable of the judge ends the check, whatever the answer catches.
"""

import builtins
import contextlib
import threading
import time
from itertools import zip_longest

from . import codec, unframed
from .containers import holds, skeleton
from .forms import compared
from .handed import JudgeTable
from .lent import LentHere
from .parameters import Template
from .shared import Handle, Table, only_drawn, snapshot
from .specimens import Specimen
from .trace import answer_trace
from .verdict import Crashed, Verdict, Wrong

MUCH, LONG = 2**20, 0.5  # bytes and seconds, after which one message has been asked enough

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
        """Raise what the other side says that it has raised, if anything."""
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
            return self._send({"error": _described(error)})

    def reply(self, message):
        """Return the frame that answers a request.

        What was given and what is given back is held until the frame is made, which says what nobody holds any longer.
        """
        args, kwargs = self.taken(message)
        value = self.perform(message.get("op"), self.named(message.get("on")), args, kwargs)
        return self._send({"value": codec.encode(value, self.table)} | self.beside())

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
    """The side where the answer lives; `table` makes its table.

    An answer may have threads, which call what the judge handed over: one at a time has its `turn` to speak to the
    judge, and while the answer's own code runs, the turn is anybody's.
    """

    operations = ("call", "get")

    def __init__(self, submission, exchange=None, table=Table, turn=None):
        super().__init__(table(self, first_number=1), exchange)
        self.submission = submission
        self.turn = turn or threading.RLock()
        self._touched = []
        self._raised = None

    def handle_in_turn(self, frame):
        """Answer a request frame where there is nobody who holds the turn for it."""
        with self.turn:
            return self.handle(frame)

    def ask(self, operation, number, args=(), kwargs=None):
        with self.turn:
            return super().ask(operation, number, args, kwargs)

    def reply(self, message):
        self._touched, self._raised = [], None
        if message.get("op") != "several":
            return super().reply(message)
        return self._send({"value": self._several(message)} | self.beside())

    def _several(self, message):
        """Make several calls one after another, and return the encoded list of what they gave.

        Each gets what the judge handed over: where one changes that, raises, or has taken long, it is the last. A
        result is encoded before the next call, which may reuse its memory.
        """
        target, calls, values = self.named(message.get("on")), [self.taken(call) for call in message["calls"]], []
        ends, states = time.monotonic() + LONG, self.table.states()
        for args, kwargs in calls:
            try:
                values.append(codec.encode(self.perform("call", target, args, kwargs), self.table))
            except (Exception, SystemExit) as error:
                self._raised = _described(error)
                break
            before, states = states, self.table.states()
            if self._touched or not only_drawn(before, states) or self.table.naming > MUCH or time.monotonic() > ends:
                break
        return {"list": values}

    def named(self, number):
        return self.submission if number is None else super().named(number)

    def perform(self, operation, target, args, kwargs):
        if operation == "submission":
            return self.submission
        if operation == "spoil":
            return self.table.spoil()
        given = [*args, *kwargs.values()]
        before = skeleton(given)
        self.turn.release()
        try:
            value = super().perform(operation, target, args, kwargs)
        finally:
            self.turn.acquire()
        self._touched = [place for place, (arg, was) in enumerate(zip(given, before)) if not holds(arg, was)]
        return value

    def beside(self):
        """Return at which places a list or dict among the last call's arguments was changed, and what it raised."""
        beside = {"touched": self._touched, "raised": self._raised}
        return {name: said for name, said in beside.items() if said}

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
        template, kwargs = self._templates.get(number, Template()), kwargs or {}
        names = template.names(args, kwargs) if operation == "call" else ()
        if operation == "call" and self._depth == 0:
            self.last_call = template.label, snapshot(_by_name(names, args, kwargs))
        with self._turn():
            reply = self.request(operation, number, args, kwargs, names)
            value = self.in_time(codec.decode, reply.get("value"), self.table)
            self._tell_of_changes(reply.get("touched", []), names)
        self._note(value)
        if isinstance(value, Handle) and operation != "submission":
            self._templates[value._number] = template.after(operation, args)
        return value

    def several(self, number, calls):
        """Yield the value of each of several calls, which are pairs of arguments by place and by name.

        They are asked for in one message, or in a few: the answer stops where a call has changed what it was handed, so
        that each gets what the judge hands over.
        """
        template, due = self._templates.get(number, Template()), list(calls)
        while due:
            names = [template.names(*call) for call in due]
            with self._turn():
                asked = [self.given(*call, named) for call, named in zip(due, names)]
                reply = self.told({"op": "several", "on": number, "calls": asked})
                values, raised = self.in_time(codec.decode, reply.get("value"), self.table), reply.get("raised")
                done = _done(values, raised, len(due))
                self._tell_of_changes(reply.get("touched", []), names[done - 1])
            for place in range(done):
                self.last_call = template.label, _by_name(names[place], *due[place])
                if place == len(values):
                    self.raise_as_told(raised)
                self._note(values[place])
                yield values[place]
            due = due[done:]

    @contextlib.contextmanager
    def _turn(self):
        """The answer has its turn, or another one while a callable of the judge runs."""
        self._depth += 1
        if self._depth == 1:
            self.table.begin_turn()
        try:
            yield
        except codec.BadFrame as error:
            raise Wrong("the result cannot be read", str(error)) from None
        finally:
            self._depth -= 1
            if self._depth == 0:
                self.table.end_turn()
            if self._pending is not None:
                raise self._pending

    def _note(self, value):
        if self._depth == 0:
            self.replies.append(snapshot(value))

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


def _by_name(names, args, kwargs):
    return dict(zip(names, (*args, *kwargs.values()), strict=True))


def _done(values, raised, most):
    """Return how many calls a reply is about, at least one: each has a value, but for a last one that raised."""
    done = len(values) + (raised is not None) if isinstance(values, list) else 0
    if not 0 < done <= most or not isinstance(raised, dict | None):
        raise codec.BadFrame(f"values must be a list, one for each of {most} calls")
    return done


def in_memory(submission, lending=False):
    """Return the judge's side of a talk with a submission that lives in this very process.

    With `lending` it is one in which the submission calls functions of the judge (see `lent`).
    """
    judges, answers = (LentHere, LentHere) if lending else (JudgeTable, Table)
    judge, answer = JudgeSide(table=judges), AnswerSide(submission, table=answers)
    judge.exchange, answer.exchange = answer.handle_in_turn, judge.handle
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
