"""What a student's test must earn: a good one everything, whatever the key; one that looks at little, little."""

import itertools
from functools import partial

import numpy as np

from ..judge.attempt import attempted
from ..judge.judge import earned, examine
from ..judge.standin import in_memory
from ..judge.verdict import PASSED
from . import zoo
from .seeds import keys

SHARE = 20  # one in this many of other exercises' seeds: a test is tried on each answer several times with each
LAZY_WORTH = 0.2
BLIND_WORTH = 0.25  # a guess finds half the mistakes at best, and a right answer refused leaves half of that


def problems(exercise, seeds):
    """Yield a sentence for each test in the exercise's file that does not earn what it must."""
    trials = list(keys(max(1, seeds // SHARE)))
    right = [("the solution", exercise.solution)]
    right += [(f"the alternative {other.name}", other.answer) for other in exercise.alternatives]
    for name, answer in right:
        for key in trials:
            findings = _examine(exercise, answer, key)
            if missed := [f"{f.check}: {f.sentence} ({f.detail})" for f in findings if f.verdict != PASSED]:
                yield f"{name} does not pass with the key {key.decode()!r}: {'; '.join(missed)}"
                break
    if not attempted(exercise.solution, exercise.given):
        yield "the solution counts as not attempted"
    lazy = [(f"the lazy test {one.name}", one.answer, LAZY_WORTH) for one in exercise.lazy]
    junk = [(name, answer, LAZY_WORTH) for name, answer in zoo.junk(exercise)]
    for name, answer, worth in (*lazy, *junk, *((name, answer, BLIND_WORTH) for name, answer in blind())):
        for key in trials[:2]:
            share = earned(exercise.checks, _examine(exercise, answer, key))
            if share > worth:
                yield f"{name} earns {share:.2f} of the points, at most {worth} is right"
                break


def blind():
    """Return the tests, as (name, answer), that do not look at what they are given."""
    turns, seen, coin = itertools.count(), itertools.count(), np.random.default_rng(0)
    return [
        ("a test that accepts everything", lambda specimen: None),
        ("a test that refuses everything", lambda specimen: False),
        ("a test that refuses every second time", lambda specimen: next(turns) % 2 == 0),
        ("a test that refuses from a count on", lambda specimen: next(seen) % 50 < 15),
        ("a test that tosses a coin", lambda specimen: coin.random() < 0.5),
        ("a test that goes by what a handle holds", lambda specimen: vars(specimen)["_number"] == 0),
    ]


def _examine(exercise, answer, key):
    return examine(exercise, partial(in_memory, answer), key, exercise.checks)[0]
