"""What the judge hands over stays the judge's: the answer works on replicas, and what it does to them is seen.

After each call, every array and generator that was handed over is compared with what it was. A change that the exercise
does not allow is recorded as a `Wrong`, and the judge goes on with its own: its array never takes the answer's change,
and the answer's replica is made equal to it again. During a call, a callable of the judge sees what the answer passes.
"""

import weakref

import numpy as np

from . import codec
from .generators import only_drew, proper
from .shared import Table, refuse_another_form
from .verdict import Wrong

ROUNDING = 16  # in the last place of the largest entry, or of 1: what `w[i] += step` and `w[i] -= step` leave behind


class JudgeTable(Table):
    """The judge's table: its arrays keep their identity as long as the check holds them.

    `may_change` are the parameters that the exercise lets an answer change, `faults` the changes that it does not.
    """

    def __init__(self, peer, first_number):
        super().__init__(peer, first_number)
        self.may_change = frozenset()
        self.faults = []
        self.parameter = None  # the name of the one being handed over; None for what a callable returns
        self._parameters = {}  # number -> name of the parameter that it was last handed over as
        self._theirs_now = {}  # number -> what the answer has made, in this turn, of an array that it may not change
        self._alive = []

    def encode_shared(self, value):
        """Return the JSON of a thing with an identity, and remember which parameter it was handed over as."""
        node = super().encode_shared(value)
        if self.parameter is not None:
            ((_, body),) = node.items()
            self._parameters[body[0] if isinstance(body, list) else body] = self.parameter
        return node

    def share_array(self, array, body):
        """Return the number by which an argument is known until the check lets go of it.

        What a callable of the judge returns belongs to its caller: it goes by value.
        """
        if self.parameter is None:
            return None
        self._alive.append(array)
        key = id(array)
        reference = weakref.ref(array, lambda _: self._drop(number, key))
        number = self.register(reference, key)
        self._track(number, reference, body[-1])
        return number

    def decode_shared(self, form, body):
        """Return the thing that the JSON of `encode_shared` names; an answer's arrays go by value, and have no number.

        One that had a number could be named thousands of times in a small frame.
        """
        if form == "same" and body in self._theirs_now:
            return self._again(body, self._theirs_now[body])
        if form == "array" and body[0] is not None:
            raise codec.BadFrame("an array of an answer has no number")
        if form in ("generator", "handle") and (type(body[0]) is not int or self._is_own(body[0])):
            raise codec.BadFrame("the number of a thing of the answer is odd")
        return super().decode_shared(form, body)

    def changes(self):
        """Return the new states of what the judge has changed; the answer's replica then has the same."""
        changes = super().changes()
        for number, _ in changes:
            self._theirs_now.pop(number, None)
        return changes

    def update(self, changes, forgotten):
        """Look at the other side's changes; only this side may say what is to be forgotten."""
        if forgotten:
            raise codec.BadFrame("an answer cannot let go of what the judge holds")
        super().update(changes, forgotten)

    def begin_turn(self):
        """Keep every array alive while the answer has its turn: it may still name one that the check has let go of."""
        self._alive = [thing() for thing, _ in self._tracked.values() if isinstance(thing, weakref.ref)]

    def end_turn(self):
        """Compare what the answer made of the arrays with what they are, and let go of what only it could name."""
        for number, made in self._theirs_now.items():
            own = self.mine(number)
            if not _nearly_same(own, made):
                self.tell_of_change(self._parameters.get(number, "an argument"))
            self._tracked[number] = (self._tracked[number][0], made.tobytes())  # so that the replica is mended
        self._theirs_now.clear()
        self._alive.clear()

    def tell_of_change(self, parameter):
        """Record that an argument was changed, unless that is allowed."""
        if parameter not in self.may_change:
            self.faults.append(Wrong(f"{parameter} must not be changed in place"))

    def renew(self):
        """Let every array cross anew when it is next handed over, and forget its earlier crossings."""
        for number, thing in list(self._mine.items()):
            if isinstance(thing, weakref.ref):
                array = thing()
                self._mine.pop(number)
                self._tracked.pop(number, None)
                self._numbers.pop(id(array), None)

    def _is_own(self, number):
        return number % 2 == self._next % 2

    def _update(self, number, body):
        if not self._is_own(number):
            super()._update(number, body)
            return
        thing, before = self._tracked[number]
        own, parameter = thing(), self._parameters.get(number, "an argument")
        if own is None:
            return
        if isinstance(own, np.ndarray):
            made = codec.array_from(body)
            refuse_another_form(parameter, own, made)
            if parameter in self.may_change:
                own[...] = made
                self._tracked[number] = (thing, own.tobytes())
            else:
                self._theirs_now[number] = made
            return
        state = proper(body)
        if only_drew(before, body) or parameter in self.may_change:
            own.bit_generator.state = state
        else:
            self.faults.append(Wrong(f"{parameter} must not be reset or replaced: draw from it as it is"))
        self._track(number, thing, body)  # if it was reset, the next message puts it right

    def _drop(self, number, key):
        for table, name in ((self._tracked, number), (self._mine, number), (self._parameters, number)):
            table.pop(name, None)
        self._numbers.pop(key, None)
        self._forgotten.append(number)


def _nearly_same(own, made):
    if own.tobytes() == made.tobytes():
        return True
    if own.dtype.kind not in "fc":
        return False
    allowed = ROUNDING * np.finfo(own.dtype).eps * max(1.0, np.max(np.abs(own[np.isfinite(own)]), initial=0))
    with np.errstate(invalid="ignore"):
        return bool(np.all((np.abs(made - own) <= allowed) | (made == own) | (np.isnan(made) & np.isnan(own))))
