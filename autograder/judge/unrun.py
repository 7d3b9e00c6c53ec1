"""The report on an answer that is missing because its cell did not run: what Python says, and about which line.

Without it, such an answer would count as not attempted, or an older one that the cell was to replace would be judged.
"""

import ast
import re
import sys
import warnings

from .report import Report
from .verdict import CRASHED, Finding

TITLE = "The cell with your answer runs."
NO_ANSWER = "it did not finish, so there is no answer to check"
NOTHING = "nothing could be checked"
MAX_WORDS, MAX_LINE, MAX_KIND = 2000, 200, 80  # characters of a message, a line and a name, which may hold any text
PLACE = re.compile(r"\s*\([^()]*, line \d+\)$")  # where IPython puts the place of a slip, after the message


def raised(exercise, kind, message, line=None, code="", doubt="") -> Report:
    """Return the report on an exercise whose cell ended with an exception of a kind, in a line with some code."""
    lines = [f"    {each[:MAX_LINE]}" for each in code.rstrip().splitlines()]
    place = [] if line is None else [f"line {line}", *lines]
    detail = "\n".join([*place, f"{kind}: {PLACE.sub('', message[:MAX_WORDS])}"])
    finding = Finding("", TITLE, CRASHED, f"it raised {kind}, so there is no answer to check", detail)
    return Report(exercise.id, CRASHED, 0.0, exercise.points, (finding,), count=NOTHING, doubt=doubt)


def slip(exercise):
    """Return the report on an exercise whose latest cell in this notebook is not Python, or None if there is none.

    The cell that was run last decides, since the name may still refer to what an earlier run has defined.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    defines = re.compile(
        rf"^\s*(?:(?:async\s+)?def|class)\s+{exercise.name}\b|^{exercise.name}\s*[:=](?!=)", re.MULTILINE
    )
    for source in reversed(shell.history_manager.input_hist_parsed if shell else ()):
        if defines.search(source):
            error = _error(source)
            return error and raised(exercise, type(error).__name__, error.msg, error.lineno, _pointed(error))
    return None


def _error(source):
    """Return the SyntaxError that keeps all of a cell from running, or None; others are found as its statements run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they were shown when the cell ran
        try:
            ast.parse(source)
        except SyntaxError as error:
            return error
    return None


def _pointed(error):
    """Return the line of a slip, without its indent, and below it a mark at its place."""
    line = (error.text or "").rstrip()
    bare = line.lstrip()
    at = (error.offset or 0) - 1 - (len(line) - len(bare))
    return f"{bare}\n{' ' * at}^" if 0 <= at <= len(bare) else bare
