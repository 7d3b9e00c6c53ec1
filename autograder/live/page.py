"""What a page's worker asks Python to do: run an answer, check it, show right ones, draw a figure.

This module runs in the reader's browser (Pyodide), from the page's archive. An answer is executed afresh each time, in
a new namespace made by the chapter's setup cells and by the cells that the exercise gives.
"""

import functools
import json
import re
from dataclasses import replace
from importlib import import_module

from autograder import check, solutions
from autograder import exercise as model
from autograder.judge import show
from autograder.judge.verdict import CRASHED, PASSED
from autograder.live import learnt, running, shown
from autograder.live.completion import completions
from autograder.live.names import undefined


def settle(show_html):
    """Make this Python the page's: HTML goes to `show_html`, and what is printed appears at once."""
    shown.settle(show_html)
    running.settle()


def reply(request):
    """Do what a request (JSON text) asks, and return the reply (JSON text).

    >>> json.loads(reply('{"do": "run", "given": [], "source": "1 / 0"}'))["stopped"]
    'line 1, in <module>\\n    1 / 0\\nZeroDivisionError: division by zero'
    """
    asked = json.loads(request)
    shown.begin()
    try:
        match asked.pop("do"):
            case "run":
                found = {"value": run(**asked)}
            case "judge":
                found = judge(**asked)
            case "others":
                found = {"html": others(**asked)}
            case "complete":
                found = completions(asked["source"], asked["before"], defined(*asked["given"]))
            case "names":
                found = {"undefined": undefined(asked["source"], defined(*asked["given"]))}
            case "draw":
                found = {"svg": draw(**asked)}
    except running.Stopped as stopped:
        found = {"stopped": str(stopped), "line": stopped.line, "message": stopped.message}
    return json.dumps(found)


def run(given, source):
    """Execute an answer after the cells `given`, and return the text of its last expression's value, or ``""``.

    A value that has HTML is shown instead. Raises Stopped if the answer or the value's text raises, or if the answer is
    not Python.

    >>> run(["import math"], "math.floor(2.5)")
    '2'
    """
    value, _ = running.execute(given, source)
    with running.stopping():
        return "" if value is None else shown.text_of(value) or ""


def judge(exercise, given, source):
    """Execute an answer and judge the object that it names after the exercise; return a dict for the page.

    It holds the verdict, the HTML of the report, and the line that raised in a check, if any. Raises Stopped as `run`
    does.

    >>> judge("dropout/by_hand", [], "by_hand = ...")["verdict"]
    'not attempted'
    """
    _, namespace = running.execute(given, source)
    learnt.learn(model.load(exercise))
    report = check(exercise, namespace.get(exercise.split("/")[1], ...))
    note = "" if report.verdict == PASSED else "Stuck? Press Hint."  # a notebook says what to type instead
    found = {"verdict": report.verdict, "html": show.html(replace(report, note=note))}
    for finding in report.findings:
        if finding.verdict == CRASHED and (lines := re.findall(r"^line (\d+), in ", finding.detail, re.MULTILINE)):
            return found | {"line": int(lines[-1]), "message": finding.detail.splitlines()[-1]}
    return found


@functools.lru_cache(maxsize=8)
def defined(*given):
    """Return, by name, what cells define; they are run once for this."""
    return running.namespace(given)


def others(exercise):
    """Return the HTML of right answers to an exercise; the page asks for it after a pass, or when the reader does."""
    return solutions.of(model.load(exercise))._repr_html_()


def draw(topic, settings):
    """Return the HTML of a topic's figure at `settings` (see `figures`)."""
    return import_module(f"autograder.live.figures.{topic}").figure.draw(**settings)
