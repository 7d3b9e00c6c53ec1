"""The student's side: `check` in practice, `hint` on request, and `grade` in the graded cell of an assignment."""

import os

from . import exercise as model
from .exercise import BadExercise
from .judge.judge import judge
from .judge.report import Report
from .judge.seeds import PUBLIC, key_in_force
from .judge.verdict import NOT_ATTEMPTED

_hints_given = {}


def check(exercise, answer):
    """Judge an answer to an exercise by its public checks, and return the Report, which a notebook shows.

    `exercise` is an id such as "dropout/inverted_dropout"; `answer` is the function, class or value that it asks for.
    Raises BadExercise for an id that does not exist. While nbgrader grades, practice has nothing to say.

    >>> from autograder.check import check
    >>> from dnnkit.dropout import inverted_dropout
    >>> check("dropout/inverted_dropout", inverted_dropout).verdict
    'passed'
    """
    if os.environ.get("NBGRADER_EXECUTION") == "autograde":
        return None  # the graded cell below says all of this, and more
    asked = _judged(exercise)
    public = tuple(check for check in asked.checks if not check.hidden)
    return judge(asked, answer, PUBLIC, checks=public)


def hint(exercise):
    """Return the next hint of an exercise, one at a time; after the last, the first comes again.

    Raises BadExercise for an id that does not exist.
    """
    asked = model.load(exercise)
    number = _hints_given.get(exercise, 0) % len(asked.hints)
    _hints_given[exercise] = number + 1
    return Hint(f"Hint {number + 1} of {len(asked.hints)}: {asked.hints[number]}")


class Hint(str):
    """A hint, shown without quotes at the end of a cell."""

    def __repr__(self):
        return str(self)


def grade(exercise, namespace):
    """Judge the answer in a notebook's namespace by all checks, show the Report, and return the points (float).

    Never raises and writes nothing to stderr: nbgrader takes a cell that does either for a wrong answer, whatever the
    answer was. A name that is not defined is an answer not attempted.
    """
    try:
        asked = _judged(exercise)
        report = judge(asked, namespace.get(asked.name, ...), key_in_force(), checks=asked.checks)
    except Exception as error:
        report = Report(exercise, NOT_ATTEMPTED, 0.0, 0.0, printed=f"This could not be judged: {error}")
    _display(report)
    return float(min(max(report.points, 0.0), report.possible))


def _judged(exercise):
    asked = model.load(exercise)
    if asked.kind == "text":
        raise BadExercise(f"{exercise} is a free text, which a person reads")
    return asked


def _display(report):
    try:
        from IPython.display import display
    except ImportError:
        display = print
    display(report)
