"""How a student's test is judged: it must accept every right answer to another exercise, and refuse the wrong ones.

To refuse is to raise, an AssertionError or anything else, or to return False; to accept is to return None or True. Each
specimen is tried at least twice, each time in a separate talk and with other random numbers; the key shuffles all
trials, so that neither a number, nor an order, nor a count tells a test which specimen it has.
"""

from dataclasses import dataclass

import numpy as np

from .seeds import check_rng
from .shared import Handle
from .specimens import Calls, Specimen
from .verdict import PASSED, Crashed, Ended, Wrong

TIMES = 2  # each specimen is tried, with other draws the second time: a test that depends on luck is not right
# The rest says something about a test only if it accepts the reference: a coin does so every time once in 256.
REFERENCE_TIMES = 8
MOST_DRAWN = 50  # numbers that a specimen may draw beforehand


@dataclass(frozen=True)
class Subject:
    """What a test is tried on: a right or a wrong answer to another exercise, shown under the name asked for there."""

    answer: object
    right: bool
    shown_as: str
    members: tuple[str, ...] = ()

    def specimen(self, rng, trial, calls, right_ones):
        """Return the subject as it is handed out for `calls` calls; in all but the first trial it draws differently."""
        spent = int(rng.integers(1, MOST_DRAWN)) if trial else 0
        made_with = {"members": self.members, "entropy": rng, "spent": spent, "calls": Calls(calls)}
        return Specimen(self.answer, self.shown_as, **made_with, is_right=self.right, right_ones=right_ones)


def decision(value):
    """nothing, True or False"""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if value is None or isinstance(value, (bool, np.bool_)):
        return value is None or bool(value)
    raise Wrong("a test must return nothing, or False to refuse, and use `assert` to say what is wrong")


class Trials:
    """All trials of one test; `replies` holds, for each check, what the test did in turn."""

    def __init__(self, exercise, connect, key, checks):
        self._said = {check.name: [] for check in checks}  # None if it accepted, else why it did not
        self._right = [check for check in checks if check.run.right]
        right_ones = [check.run.answer for check in self._right]
        if fault := _no_function(exercise, connect):
            self._said = {check.name: [fault] for check in checks}
            turns = []
        else:
            times = [REFERENCE_TIMES if check in self._right[:1] else TIMES for check in checks]
            turns = [(place, trial) for place, often in enumerate(times) for trial in range(often)]
        for place, trial in check_rng(key, exercise.id, "turns").permutation(turns).tolist():
            check, said = checks[place], self._said[checks[place].name]
            if any((why is None) != check.run.right for why in said):
                continue  # one right answer refused, or one mistake passed over, settles it
            rng = check_rng(key, exercise.id, f"{check.name}, trial {trial}")
            try:
                said.append(_try(connect, check.run.specimen(rng, trial, exercise.most_calls, right_ones)))
            except Ended as ended:
                tried = [(check.run.right, why is None) for check in checks for why in self._said[check.name]]
                ended.results = len(tried) if all(right == accepted for right, accepted in tried) else 0
                raise
        self.replies = [[_kind_of(why) for why in said] for said in self._said.values()]

    def tell(self, check):
        """Raise the verdict on one check, or return if the test did as it should."""
        said = self._said[check.name]
        if odd := next((why for why in said if isinstance(why, Wrong)), None):
            raise odd
        if check.run.right:
            refusals = [why for why in said if why is not None]
            if refusals:
                _tell_refused(refusals[0], sometimes=len(refusals) < len(said))
            return
        if None in said:
            luck = " now and then: whether it finds this depends on luck" if any(said) else ""
            raise Wrong(f"your test accepts it{luck}")
        if self._right and any(self._said[self._right[0].name]):
            raise Wrong("your test also refuses the reference, so this refusal says nothing")


def count(checks, findings):
    """Return in words how many right answers a test accepts and how many mistakes it finds."""
    parts = []
    for verb, right, noun in (("accepts", True, "right answers"), ("finds", False, "mistakes")):
        fine = [finding.verdict == PASSED for check, finding in zip(checks, findings) if check.run.right == right]
        parts.append(f"{verb} {sum(fine)} of {len(fine)} {noun}")
    return ", ".join(parts)


def _no_function(exercise, connect):
    """Return what is wrong with an answer that cannot be called, or None."""
    try:
        test = connect(lending=True).submission()
    except Wrong as unreadable:
        return unreadable
    if not isinstance(test, Handle):
        return Wrong(f"{exercise.name} must be a function", f"got {type(test).__name__}")
    return None


def _try(connect, specimen):
    """Return None if the test accepts the specimen, else why it did not: a Crashed, or a Wrong for no decision."""
    try:
        if decision(connect(lending=True).answer(specimen)):
            return None
        return Crashed("AssertionError", ("AssertionError",), "it returned False", "")
    except (Crashed, Wrong) as why:
        return why


def _tell_refused(why, sometimes):
    """Raise the verdict on a right answer refused: by an assertion, or because the test itself broke."""
    if "AssertionError" not in why.bases:
        raise why
    luck = " now and then: it depends on luck" if sometimes else ""
    raise Wrong(f"your test refuses this right answer{luck}", f"{why.trace}\n{why.message}".strip())


def _kind_of(why):
    return "accepts" if why is None else why.kind if isinstance(why, Crashed) else why.sentence
