"""Writing feedback, compared with nbgrader's own generate_feedback: pages of a graded class, whole commands."""

import shutil

from .classes import TOPIC, classes, seconds, start
from .record import Record

STUDENTS, FEW = 200, 20
GOAL = 25.0


def run():
    """Yield `feedback_pages_per_s`, with nbgrader's own rate."""
    with classes() as make:
        ours = make(STUDENTS)
        seconds(start(ours, "autograder", "grade", "."))
        theirs = shutil.copytree(ours, ours.with_name("theirs"))
        for path in sorted((theirs / "autograded").iterdir())[FEW:]:
            shutil.rmtree(path)
        mine = STUDENTS / seconds(start(ours, "autograder", "feedback", "."))
        stock = FEW / seconds(start(theirs, "nbgrader", "generate_feedback", TOPIC))
    yield Record("feedback_pages_per_s", mine, stock, mine / stock, "pages/s", f">= {GOAL:g}", mine >= GOAL)
