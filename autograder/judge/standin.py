"""The stand-in: a check talks to an answer through messages, as if the answer were far away.

The answer's side lets its handles be called, read and passed back; the judge's side lets its own only be called, and
the public members of a `Specimen` be read. See `peer` for how the two talk.
A verdict raised in a callable of the judge ends the check, whatever the answer catches.
"""

from . import codec, unframed
from .answering import AnswerSide
from .forms import compared
from .handed import JudgeTable
from .lent import LentHere
from .parameters import Template
from .peer import Peer
from .shared import Handle, Table, snapshot
from .specimens import Specimen
from .verdict import Crashed, Ended, Verdict, Wrong


class JudgeSide(Peer):
    """The side where the check runs.

    `replies` lists what came back from the answer, `seen` the part of it, in its form, that counts when two answers are
    compared; `last_call` is what was called last, with the arguments by name, and `last_read` the attribute that was
    read after it, if any. `table` makes the table.
    """

    def __init__(self, exchange=None, table=JudgeTable):
        super().__init__(table(self, first_number=0), exchange)
        self.replies = []
        self.seen = []
        self.last_call = None
        self.last_read = ""
        self.in_time = lambda function, *args: function(*args)  # how a transport limits the time that reading takes
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
        if self._depth == 0 and operation == "call":
            self._note_call(template, snapshot(_by_name(names, args, kwargs)))
        elif self._depth == 0 and operation == "get":
            (self.last_read,) = args
        value = self._in_turn(self._asked, operation, number, args, kwargs, names)
        self._note(value)
        if isinstance(value, Handle) and operation != "submission":
            self._templates[value._number] = template.after(operation, args)
        return value

    def several(self, number, calls):
        """Yield the value of each of several calls, which are pairs of positional and keyword arguments.

        They are asked for in one message or a few: the answer stops when a call has changed what it was handed, so that
        each gets what the judge hands over.
        """
        template, due = self._templates.get(number, Template()), list(calls)
        while due:
            names = [template.names(*call) for call in due]
            values, raised, done = self._in_turn(self._asked_for_several, number, due, names)
            for place in range(done):
                self._note_call(template, _by_name(names[place], *due[place]))
                if place == len(values):
                    self.raise_as_told(raised)
                self._note(values[place])
                yield values[place]
            due = due[done:]

    def _asked(self, operation, number, args, kwargs, names):
        """Return the value of one request."""
        reply = self.request(operation, number, args, kwargs, names)
        value = self.in_time(codec.decode, reply.get("value"), self.table)
        self._tell_of_changes(reply.get("touched", []), names)
        return value

    def _asked_for_several(self, number, calls, names):
        """Return the values of one message's calls, what the last one raised, and how many were made."""
        asked = [self.given(*call, named) for call, named in zip(calls, names)]
        reply = self.told({"op": "several", "on": number, "calls": asked})
        values, raised = self.in_time(codec.decode, reply.get("value"), self.table), reply.get("raised")
        done = _done(values, raised, len(calls))
        self._tell_of_changes(reply.get("touched", []), names[done - 1])
        return values, raised, done

    def _in_turn(self, ask, *args):
        """Return the result of asking: the answer has its turn, or a further one while a callable of the judge runs."""
        self._depth += 1
        if self._depth == 1:
            self.table.begin_turn()
        try:
            return ask(*args)
        except codec.BadFrame as error:
            raise Wrong("the result cannot be read", str(error)) from None
        except Ended:  # there is no one left for a check to go on with
            self._pending = None
            raise
        finally:
            self._depth -= 1
            if self._depth == 0:
                self.table.end_turn()
            if self._pending is not None:
                raise self._pending

    def _note_call(self, template, named):
        self.last_call, self.last_read = (template.label, named), ""

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
        except Verdict as verdict:  # also in a call to the judge's own, where the answer could swallow it
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
    """Return how many calls a reply is about, at least one: each has a value, except a last one that raised."""
    done = len(values) + (raised is not None) if isinstance(values, list) else 0
    if not 0 < done <= most or not isinstance(raised, dict | None):
        raise codec.BadFrame(f"values must be a list, one for each of {most} calls")
    return done


def in_memory(submission, lending=False):
    """Return the judge's side of a talk with a submission that lives in this very process.

    With `lending`, the submission may call functions of the judge (see `lent`).
    """
    judges, answers = (LentHere, LentHere) if lending else (JudgeTable, Table)
    judge, answer = JudgeSide(table=judges), AnswerSide(submission, table=answers)
    judge.exchange, answer.exchange = answer.handle_in_turn, judge.handle
    judge.frames = answer.frames = unframed
    return judge
