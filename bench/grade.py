"""Grading, compared with nbgrader's own autograde: the same submissions on the same machine, whole commands.

nbgrader takes as long for each submission of a large class as of a small one, so it only grades a small one.
"""

import shutil
import statistics

from .classes import TOPIC, classes, scores, seconds, start
from .record import Record

STUDENTS, MANY = 40, 200
GOAL, GOAL_SHARDED, GOAL_OF_MANY = 30.0, 12.0, 50.0
WITHIN = 1.1  # a plain shell, relative to one that sets the threads
STOCK = ("nbgrader", "autograde", TOPIC)


def run():
    """Yield how long grading takes compared with nbgrader, and from a plain shell compared with one that sets threads.

    `grade_vs_nbgrader` has nbgrader in one process, `grade_vs_nbgrader_sharded` in two, `grade_200_vs_nbgrader` a large
    class; `grade_shell_vs_make` is the same class of 40 twice.
    """
    with classes() as make:
        ours = make(STUDENTS)
        again = [shutil.copytree(ours, ours.with_name(f"again-{number}")) for number in range(2)]
        whole = shutil.copytree(ours, ours.with_name("whole"))
        halves = [_half(ours, number) for number in range(2)]
        told = [shutil.copytree(ours, ours.with_name(f"told-{number}")) for number in range(3)]
        many = make(MANY)
        # Theirs takes minutes, ours a few seconds, so ours is timed before, between and after them.
        runs, with_threads = [_ours(ours)], [_ours(told[0], threads=1)]
        their_seconds = seconds(start(whole, *STOCK)) / STUDENTS
        runs.append(_ours(again[0]))
        with_threads.append(_ours(told[1], threads=1))
        sharded_seconds = seconds(*(start(half, *STOCK) for half in halves)) / STUDENTS
        runs.append(_ours(again[1]))
        with_threads.append(_ours(told[2], threads=1))
        our_seconds, made_seconds = statistics.median(runs), statistics.median(with_threads)
        of_many = seconds(start(many, "autograder", "grade", ".")) / MANY
        if scores(ours) != scores(whole) or scores(ours) != scores(halves[0]) | scores(halves[1]):
            raise RuntimeError("nbgrader's scores differ")
    for name, mine, theirs, goal in (
        ("grade_vs_nbgrader", our_seconds, their_seconds, GOAL),
        ("grade_vs_nbgrader_sharded", our_seconds, sharded_seconds, GOAL_SHARDED),
        (f"grade_{MANY}_vs_nbgrader", of_many, their_seconds, GOAL_OF_MANY),
    ):
        ratio = theirs / mine
        yield Record(name, mine, theirs, ratio, "s each", f">= {goal:g}", ratio >= goal)
    ratio = our_seconds / made_seconds
    yield Record("grade_shell_vs_make", our_seconds, made_seconds, ratio, "s each", f"<= {WITHIN:g}", ratio <= WITHIN)


def _ours(directory, threads=None):
    return seconds(start(directory, "autograder", "grade", ".", threads=threads)) / STUDENTS


def _half(directory, number):
    """Return a copy of a class with every other submission; each copy has its own gradebook."""
    copied = shutil.copytree(directory, directory.with_name(f"half-{number}"))
    for path in sorted((copied / "submitted").iterdir())[1 - number :: 2]:
        shutil.rmtree(path)
    return copied
