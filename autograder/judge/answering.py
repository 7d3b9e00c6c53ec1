"""The side of the talk where the answer lives: it makes the calls that a check asks for."""

import builtins
import threading
import time

from . import codec
from .containers import holds, skeleton
from .peer import Peer, described
from .shared import Table, only_drawn

MUCH, LONG = 2**20, 0.5  # bytes and seconds after which one message has asked enough


class AnswerSide(Peer):
    """The side where the answer lives; `table` makes its table.

    An answer may have threads that call what the judge handed over: one at a time takes its `turn` to speak to the
    judge, and while the answer's own code runs, any of them may take it.
    """

    operations = ("call", "get")

    def __init__(self, submission, exchange=None, table=Table, turn=None):
        super().__init__(table(self, first_number=1), exchange)
        self.submission = submission
        self.turn = turn or threading.RLock()
        self._touched = []
        self._raised = None

    def handle_in_turn(self, frame):
        """Take the turn and answer a request frame."""
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
        """Make several calls one after another, and return the encoded list of their results.

        Each gets what the judge handed over, so a call that changes it is the last, as is one that raises or takes
        long. A result is encoded before the next call, which may reuse its memory.
        """
        target, calls, values = self.named(message.get("on")), [self.taken(call) for call in message["calls"]], []
        ends, states = time.monotonic() + LONG, self.table.states()
        for args, kwargs in calls:
            try:
                values.append(codec.encode(self.perform("call", target, args, kwargs), self.table))
            except (Exception, SystemExit) as error:
                self._raised = described(error)
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
        """Return the places at which the last call changed a list or dict among its arguments, and what it raised."""
        beside = {"touched": self._touched, "raised": self._raised}
        return {name: said for name, said in beside.items() if said}

    def fail(self, kind, bases, message, trace):
        """A callable of the judge raised: the answer sees the built-in exception of that name."""
        error = getattr(builtins, str(kind), None)
        if not (isinstance(error, type) and issubclass(error, Exception)):
            error = RuntimeError
        raise error(message)
