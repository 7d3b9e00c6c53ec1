"""The student's side: `check` in practice, `hint` on request, `others` after a pass, and `grade` in the graded cell."""

import os
from dataclasses import replace

from . import exercise as model
from . import solutions
from .exercise import BadExercise
from .hints import hints
from .judge.judge import judge
from .judge.report import Report
from .judge.seeds import PUBLIC, key_in_force
from .judge.unrun import slip
from .judge.verdict import NOT_ATTEMPTED, PASSED
from .language import Note, say
from .tries import passed, record

_hints_given = {}


def check(exercise, answer):
    """Judge an answer to an exercise by its public checks, and return the Report, which a notebook shows.

    `exercise` is an id such as "dropout/inverted_dropout"; `answer` is the function, class or value that it asks for.
    If the cell that was run last for it in a notebook is not Python, the report says so, and no older answer is judged.
    Raises BadExercise for an id that does not exist. While nbgrader grades, practice has nothing to say.

    >>> from autograder.check import check
    >>> from dnnkit.dropout import inverted_dropout
    >>> check("dropout/inverted_dropout", inverted_dropout).verdict
    'passed'
    """
    if _graded():
        return None  # the graded cell below says all of this, and more
    asked = _judged(exercise)
    if report := slip(asked):
        return report
    report = judge(asked, answer, PUBLIC, checks=asked.public_checks)
    record(exercise, report.verdict, answer)
    if report.verdict == PASSED and solutions.of(asked).answers and not solutions.closed():
        command = f'from autograder import others; others("{exercise}")'
        report = replace(report, note=f"How others solved it: `{command}`")
    return report


def others(exercise):
    """Return how others solved an exercise that you have passed: the reference, and another right answer.

    Before a pass, or while your class does not show solutions, it is a sentence that says so. Raises BadExercise for
    an id that does not exist. While nbgrader grades, practice has nothing to say.
    """
    if _graded():
        return None
    asked = _judged(exercise)
    if not passed(exercise):
        return Note(say(f'Pass it first: check("{exercise}", {asked.name})'))
    if reason := solutions.closed():
        return Note(say(reason))
    return solutions.of(asked) if not asked.asks_for_value else Note(say("What you found is all there is to see."))


def hint(exercise):
    """Return the next hint of an exercise, one at a time; after the last, the first comes again.

    Raises BadExercise for an id that does not exist.
    """
    texts = hints(exercise)
    number = _hints_given.get(exercise, 0) % len(texts)
    _hints_given[exercise] = number + 1
    return Note(say(f"Hint {number + 1} of {len(texts)}: {texts[number]}"))


def grade(exercise, namespace):
    """Judge the answer in a notebook's namespace by all checks, show the Report, and return the points (float).

    Never raises and writes nothing to stderr: nbgrader takes a cell that does either for a wrong answer, whatever the
    answer was. A name that is not defined is an answer not attempted.
    """
    try:
        asked = _judged(exercise)
        answer = namespace.get(asked.name, ...)
        report = slip(asked) or judge(asked, answer, key_in_force(), checks=asked.checks)
    except Exception as error:
        report = Report(exercise, NOT_ATTEMPTED, 0.0, 0.0, printed=f"This could not be judged: {error}")
    _display(report)
    return float(min(max(report.points, 0.0), report.possible))


def _graded():
    return os.environ.get("NBGRADER_EXECUTION") == "autograde"


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
