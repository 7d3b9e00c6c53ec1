"""What a page's worker asks of Python: run an answer, check it, show right ones, draw a figure.

This module runs in the reader's browser (Pyodide), from the page's archive. Each exercise has a namespace of its own,
made by the chapter's setup cells and by the cells that the exercise gives, in which its answer is executed anew.
"""

import ast
import json
import linecache
import sys
import traceback
from dataclasses import replace
from importlib import import_module

from autograder import check, solutions
from autograder import exercise as model
from autograder.judge import show
from autograder.judge.trace import answer_trace
from autograder.judge.verdict import PASSED

FILE = "<your answer>"


class Stopped(Exception):
    """The answer raised; the message is what its author is to read: their own lines, the error, nothing of ours."""


def reply(request):
    """Do what a request (JSON text) asks, and return the reply (JSON text).

    >>> reply('{"do": "run", "given": [], "source": "1 / 0"}')
    '{"stopped": "line 1, in <module>\\\\n    1 / 0\\\\nZeroDivisionError: division by zero"}'
    """
    asked = json.loads(request)
    try:
        match asked.pop("do"):
            case "run":
                found = {"value": run(**asked)}
            case "judge":
                found = dict(zip(("verdict", "html"), judge(**asked)))
            case "others":
                found = {"html": others(**asked)}
            case "draw":
                found = {"svg": draw(**asked)}
    except Stopped as stopped:
        found = {"stopped": str(stopped)}
    return json.dumps(found)


def run(given, source):
    """Execute an answer after the cells `given`, and return the text of its last expression's value, or ``""``.

    Raises Stopped where the answer raises or is not Python.

    >>> run(["import math"], "math.floor(2.5)")
    '2'
    """
    value, _ = _execute(given, source)
    return "" if value is None else repr(value)


def judge(exercise, given, source):
    """Execute an answer and judge what it calls by the exercise's name.

    Returns the verdict and the HTML of the report. Raises Stopped as `run` does.

    >>> judge("dropout/by_hand", [], "by_hand = ...")[0]
    'not attempted'
    """
    _, namespace = _execute(given, source)
    report = check(exercise, namespace.get(exercise.split("/")[1], ...))
    note = "" if report.verdict == PASSED else "Stuck? Press Hint."  # where a notebook says what to type
    return report.verdict, show.html(replace(report, note=note))


def others(exercise):
    """Return the HTML of right answers to an exercise; the page asks for it after a pass, or on the reader's wish."""
    return solutions.of(model.load(exercise))._repr_html_()


def draw(topic, settings):
    """Return the HTML of a topic's figure at `settings` (see `figures`)."""
    return import_module(f"autograder.live.figures.{topic}").figure.draw(**settings)


def _execute(given, source):
    namespace = {"__name__": "__main__"}
    for cell in given:
        exec(compile(cell, "<given>", "exec"), namespace)
    # Tracebacks look up a line's text here, since an answer is in no file.
    linecache.cache[FILE] = (len(source), None, source.splitlines(keepends=True), FILE)
    try:
        tree = ast.parse(source, FILE)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, FILE, "exec"), namespace)
        value = None if last is None else eval(compile(ast.Expression(last.value), FILE, "eval"), namespace)
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        said = "".join(traceback.format_exception_only(error)).strip()
        raise Stopped(f"{answer_trace(error)}\n{said}".strip()) from None
    finally:
        sys.stdout.flush()
    return value, namespace
