"""What a student's test lends to the judge's functions and is lent by them: arrays and generators keep their identity.

Elsewhere an answer's arrays cross by value. Here the answer's own code calls functions of the judge, and part of what
can be wrong with one shows only in what becomes of an array afterwards: it is overwritten, kept, or handed out while it
is still in use. So every array and generator, whichever side made it, exists once on each side and is kept in step, as
long as a function of the judge holds on to it; the judge's side says when it no longer does. A view is a separate
thing: only the side that made it sees that it shares memory with another.
"""

import numpy as np

from . import codec, generators
from .shared import Table
from .specimens import Specimen


class LentTable(Table):
    """One side's table of a talk in which the answer calls functions of the judge."""

    def __init__(self, peer, first_number):
        super().__init__(peer, first_number)
        self._lets_go = first_number == 0  # whether this side decides what is no longer needed: the judge's does
        self._sent = ()  # numbers that the other side knew when it last had its turn

    def encode_shared(self, value):
        """Return the JSON of a thing with an identity; the kind of what stays here is not revealed."""
        coded = super().encode_shared(value)
        if "handle" in coded:
            return {"handle": [coded["handle"][0], value.shown_as if type(value) is Specimen else "object"]}
        if "array" in coded and not value.flags.writeable:
            return {"fixed": coded["array"]}
        return coded

    def decode_shared(self, form, body):
        """Return the thing that the JSON of `encode_shared` names, new things only under numbers of the other side."""
        if form == "same":
            return super().decode_shared(form, body)
        number = body[0]
        if type(number) is not int or number < 0 or number % 2 == self._next % 2 or number in self._theirs:
            raise codec.BadFrame("a new thing must have a new number of the side that made it")
        if form == "fixed":
            array = super().decode_shared("array", body)
            array.setflags(write=False)
            return array
        return super().decode_shared(form, body)

    def share_array(self, array, body):
        """Return the number by which both sides know an array."""
        number = self.register(array)
        self._track(number, lambda: array, body[-1])
        return number

    def update(self, changes, forgotten):
        """Take over the other side's changes, in place, and drop what the judge let go of."""
        super().update(changes, ())
        if not self._lets_go:
            for number in forgotten:
                self._drop(number)

    def forgotten(self):
        """Return the numbers of all that the other side could name and that only this table still holds.

        What has just been received or is about to be sent is in use, and is looked at when the next frame is sent.
        """
        if self._lets_go:
            let_go = [number for number in self._sent if number in self._tracked and self._is_alone(number)]
            for number in let_go:
                self._drop(number)
            self._forgotten += let_go
            self._sent = tuple(self._tracked)
        return super().forgotten()

    def begin_turn(self):
        """Do nothing: what the answer can name in its turn is here."""

    def end_turn(self):
        """Do nothing: nothing was kept."""

    def _update(self, number, body):
        replica = self._theirs.get(number)
        fixed = isinstance(replica, np.ndarray) and not replica.flags.writeable
        if fixed:  # what changed is what it is a view of
            replica.setflags(write=True)
        super()._update(number, body)
        if fixed:
            replica.setflags(write=False)

    def _drop(self, number):
        self._tracked.pop(number, None)
        for things in (self._mine, self._theirs):
            self._numbers.pop(id(things.pop(number, None)), None)


class LentHere(LentTable):
    """A side's table when both sides are in one process.

    An array that owns its memory is then the same one on both sides, and so is a generator; a view is a separate thing,
    as it is elsewhere.
    """

    def encode_shared(self, value):
        """Return the node of a thing with an identity: itself, if it can be the same on both sides."""
        owns = type(value) is np.ndarray and value.dtype.char in codec.DTYPES and value.base is None
        if not owns and not generators.is_synchronised(value):
            return super().encode_shared(value)
        if owns:
            self._count_named(value)
        return {"here": value}

    def decode_shared(self, form, body):
        """Return the thing of a node."""
        return body if form == "here" else super().decode_shared(form, body)
