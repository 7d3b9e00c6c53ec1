"""Grading against nbgrader's own autograde: the same submissions on the same machine, whole commands."""

import shutil
import statistics

from .classes import TOPIC, classes, scores, seconds, start
from .record import Record

STUDENTS = 40
GOAL, GOAL_SHARDED = 30.0, 12.0
STOCK = ("nbgrader", "autograde", TOPIC)


def run():
    """Yield `grade_vs_nbgrader`, with nbgrader in one process, and `grade_vs_nbgrader_sharded`, with it in two."""
    with classes() as make:
        ours = make(STUDENTS)
        again = [shutil.copytree(ours, ours.with_name(f"again-{number}")) for number in range(2)]
        whole = shutil.copytree(ours, ours.with_name("whole"))
        halves = [_half(ours, number) for number in range(2)]
        # Theirs takes minutes; ours a few seconds, so that it is taken before, between and after them.
        runs = [_ours(ours)]
        their_seconds = seconds(start(whole, *STOCK)) / STUDENTS
        runs.append(_ours(again[0]))
        sharded_seconds = seconds(*(start(half, *STOCK) for half in halves)) / STUDENTS
        runs.append(_ours(again[1]))
        our_seconds = statistics.median(runs)
        if scores(ours) != scores(whole) or scores(ours) != scores(halves[0]) | scores(halves[1]):
            raise RuntimeError("nbgrader comes to other scores")
    for name, theirs, goal in (
        ("grade_vs_nbgrader", their_seconds, GOAL),
        ("grade_vs_nbgrader_sharded", sharded_seconds, GOAL_SHARDED),
    ):
        ratio = theirs / our_seconds
        yield Record(name, our_seconds, theirs, ratio, "s each", f">= {goal:g}", ratio >= goal)


def _ours(directory):
    return seconds(start(directory, "autograder", "grade", ".")) / STUDENTS


def _half(directory, number):
    """Return a copy of a class with every other submission; each has a gradebook of its own."""
    copied = shutil.copytree(directory, directory.with_name(f"half-{number}"))
    for path in sorted((copied / "submitted").iterdir())[1 - number :: 2]:
        shutil.rmtree(path)
    return copied
