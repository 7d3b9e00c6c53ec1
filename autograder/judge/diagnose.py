"""Name a mistake: the misconception that the checks find wrong in the same way and that returns the same values.

A false name is worse than none. It is not enough that the checks say the same of two answers, nor that no other
misconception is left: what both returned must agree, or the author has marked the sentence as the mistake itself.
"""

import contextlib
import time
from contextvars import ContextVar
from dataclasses import dataclass, replace

import numpy as np

from .looked import together
from .seeds import PUBLIC
from .verdict import PASSED

RTOL = 1e-5  # of an entry, and a tenth of that for its column's largest: an answer in float32 makes the same mistake
EXACT = 1e-12  # tells apart what is equal within RTOL
NOTHING = 1e-13  # of the largest entry, if that is above 1: what should be 0 is 1e-17 if computed in another order
_learnt_before = {}
_tell = ContextVar("tell", default=(lambda: None, lambda what, seconds: None))


@dataclass(frozen=True)
class _Known:
    """An answer that makes a misconception, and what is said about it."""

    wrong: object
    name: str
    answer: object
    said: dict


@dataclass(frozen=True)
class Named:
    """The misconception behind an answer, and whether the answer makes another mistake as well."""

    misconception: object
    with_others: bool = False


def diagnose(exercise, findings, seen, key, look, met=None):
    """Return an answer's mistake as a Named, or None.

    Parameters
    ----------
    exercise : Exercise
    findings : sequence of Finding
        What the checks found.
    seen : sequence of list
        What counts of what the answer returned to each check.
    key : bytes
        The key that made the inputs that the answer had (a value depends on none).
    look : function
        ``look(answer, key, names)`` runs the checks of these names on another answer and returns what was Looked at:
        with the public key, to learn once what each says about each misconception (the audit shows that this depends
        on no key); with `key`, on the inputs that the answer had.
    met : dict, optional
        What was Looked at when known answers met these inputs; more is added to it. To judge many answers with one
        key, keep it.

    A misconception is meant when the checks gave the same verdicts and sentences for one of its answers and the
    returned values agree (of a value, the parts that are wrong); else when its marked sentence was said; else when both
    hold on the inputs that the answer had, though some check found nothing, or something else, when it was learned;
    else, as one mistake of two, when its failures are among the answer's and the values agree there. If two are meant
    equally, neither is named.
    """
    said = _signature(findings)
    if not _failures(said):
        return None
    answers = [
        _Known(wrong, name, answer, _learnt(exercise, name, answer, said, look))
        for wrong in exercise.misconceptions
        for name, answer in [(wrong.name, wrong.answer), *((v.name, v.answer) for v in wrong.variants)]
    ]
    ours = dict(zip(said, seen))
    kept = _learnt_before if exercise.asks_for_value or key == PUBLIC else {} if met is None else met

    def looked(known, check):
        """Return what was Looked at by a check when a known answer met the inputs that this one had."""
        place = exercise.path, known.name, check
        if place not in kept or kept[place].seen is None:
            (kept[place],) = look(known.answer, key, (check,))
        return kept[place]

    def agrees(known, checks, rtol=RTOL):
        """Whether it returns the same values to these checks; the first difference ends the comparison."""
        if not any(ours[check] for check in checks):
            return False  # nothing came back that could agree
        checks = sorted(checks, key=lambda check: said[check][0] == PASSED)  # failed ones first: they differ soonest
        return all(same_values(looked(known, check).seen, ours[check], rtol) for check in checks)

    def says_here(known):
        """Whether the checks say the same of it on these inputs; asked only if a failure and its values agree."""
        common = [check for check, failed in _failures(known.said).items() if failed == said[check]]
        if exercise.asks_for_value or not common or not agrees(known, common):
            return False
        return _said(exercise, said, [looked(known, check) for check in said]) == said

    def meant(candidates):
        parts = _failures(said) if exercise.asks_for_value else said  # a part that is right may be rounded
        alike = [known for known in candidates if agrees(known, parts)]
        if len({id(known.wrong) for known in alike}) > 1:  # numbers that differ by a billionth, say
            alike = [known for known in alike if agrees(known, said, EXACT)] or alike
        return list({id(known.wrong): known.wrong for known in alike}.values())

    if alike := meant(known for known in answers if known.said == said):
        return _only(alike)
    marked = _marked(exercise, said)
    if len(marked) == 1:
        explained = [_failures(known.said).keys() for known in answers if known.wrong is marked[0]]
        more = exercise.asks_for_value and not any(_failures(said).keys() <= checks for checks in explained)
        return _only(marked, with_others=more)  # a function may fail further checks by the luck of their inputs
    if alike := meant(known for known in answers if says_here(known)):
        return _only(alike)
    return None if marked else _one_of_several(answers, _failures(said), agrees)


def _marked(exercise, said):
    """Return the misconceptions whose marked sentence was said: by the check that catches them, else by any other."""
    marked = [wrong for wrong in exercise.misconceptions if wrong.said_by]
    sentences = {sentence for _, sentence in said.values()}
    by_its_check = [wrong for wrong in marked if said.get(wrong.caught_by, ())[1:] == (wrong.said_by,)]
    return by_its_check or [wrong for wrong in marked if wrong.said_by in sentences]


def _one_of_several(answers, failures, agrees):
    """Return a misconception whose failures are among an answer's: the one with the most, if no other has the same."""
    parts = {}  # the checks that fail -> the misconceptions that fail these and agree
    for known in answers:
        part = _failures(known.said)
        if part.items() < failures.items() and part and agrees(known, part):
            parts.setdefault(tuple(part), {})[id(known.wrong)] = known.wrong
    clear = {part: wrongs for part, wrongs in parts.items() if len(wrongs) == 1}
    if not clear:
        return None
    order = list(failures)
    largest = max(clear, key=lambda part: (len(part), -order.index(part[0])))
    return _only(clear[largest].values(), with_others=True)


def _only(wrongs, with_others=False):
    wrongs = list(wrongs)
    return Named(wrongs[0], with_others) if len(wrongs) == 1 else None


def same_values(one, other, rtol=RTOL):
    """Whether two replies are equal: arrays and numbers up to rounding, everything else exactly."""
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(same_values(a, b, rtol) for a, b in zip(one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_values(one[key], other[key], rtol) for key in one)
    if hasattr(one, "__dataclass_fields__") and type(one) is type(other):
        return same_values(vars(one), vars(other), rtol)
    if _is_number(one) and _is_number(other):
        one, other = np.asarray(one) + 0.0, np.asarray(other) + 0.0
        return one.shape == other.shape and _nearly_equal(one, other, rtol)
    return type(one) is type(other) and one == other


def learnt():
    """Return what has been learned about misconceptions, which another process may `learn`."""
    return dict(_learnt_before)


def learn(more):
    """Add what another process has learned to what is known here."""
    _learnt_before.update(more | _learnt_before)


@contextlib.contextmanager
def told_of_learning(before, after):
    """Have ``before()`` called each time before something is learned, which may take long and which other answers need.

    Afterwards, ``after(what, seconds)`` receives what another process may `learn`, and how long it took.
    """
    token = _tell.set((before, after))
    try:
        yield
    finally:
        _tell.reset(token)


def _signature(findings):
    """Return, by check, what was said about an answer: verdict and sentence."""
    return {finding.check: (finding.verdict, finding.sentence) for finding in findings}


def _said(exercise, checks, looked):
    """Return, by check, what was said when these checks, given by name, looked."""
    by_name = {check.name: check for check in exercise.checks}
    return _signature(together(looked, [by_name[check] for check in checks]))


def _failures(signature):
    return {check: said for check, said in signature.items() if said[0] != PASSED}


def _learnt(exercise, name, answer, checks, look):
    """Return what checks say about a misconception's answer, from memory after the first time."""
    keys = {check: (exercise.path, name, check) for check in checks}
    if missing := [check for check, key in keys.items() if key not in _learnt_before]:
        before, after = _tell.get()
        before()
        began = time.monotonic()
        new = {keys[check]: replace(found, replies=[]) for check, found in zip(missing, look(answer, PUBLIC, missing))}
        learn(new)
        after(new, time.monotonic() - began)
    return _said(exercise, checks, [_learnt_before[key] for key in keys.values()])


def _nearly_equal(one, other, rtol):
    """Whether arrays are equal up to rounding, each column on its own scale.

    A column is a feature: one that varies by 1e-8 counts as much as another that varies by 20.
    """
    size = np.atleast_2d(np.where(np.isfinite(other), np.abs(other), 0))
    allowed = rtol * size + 0.1 * rtol * np.max(size, axis=0, initial=0) + NOTHING * max(1, np.max(size, initial=0))
    with np.errstate(invalid="ignore"):
        near = (np.abs(one - other) <= allowed.reshape(other.shape)) | (one == other)
        return bool(np.all(near | (np.isnan(one) & np.isnan(other))))


def _is_number(value):
    return isinstance(value, (bool, int, float, complex, np.ndarray, np.generic))
