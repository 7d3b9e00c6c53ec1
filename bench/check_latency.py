"""How long a student waits for `check`: the slowest exercise, with the wrong answer that takes longest to name."""

import statistics
from functools import partial

from autograder import check, exercise

from .record import Record, seconds

GOAL_MS = 250.0


def run():
    """Yield the record `check_latency_ms`: the median of five checks of the slowest answer of all."""
    asked = [exercise.load(id_) for id_ in exercise.ids()]
    calls = [partial(check, one.id, wrong.answer) for one in asked for wrong in one.misconceptions]
    calls += [partial(check, one.id, one.solution) for one in asked if one.checks]
    milliseconds = 1000 * max(statistics.median(seconds(call) for _ in range(5)) for call in calls)
    yield Record("check_latency_ms", milliseconds, None, None, "ms", f"< {GOAL_MS:g}", milliseconds < GOAL_MS)
