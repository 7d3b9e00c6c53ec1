"""Run a submission in a sandbox and judge its answers, each at its place: run, ask, judge, record.

If the sandbox ends at a cell or while an answer is being asked, that is recorded there, and a fresh sandbox runs the
notebook again without it; what was judged before stays judged.
"""

import contextlib
import hashlib
import math
import re
import time
from collections import Counter
from dataclasses import dataclass, field

from nbformat import v4

from .. import exercise as model
from ..judge import unrun
from ..judge.judge import quiet, unnamed
from ..judge.report import Report
from ..judge.verdict import NOT_ATTEMPTED, TIMED_OUT, TOO_COSTLY, Ended, Finding
from ..language import say
from .outputs import size

MAX_OUTPUTS = 8 * 2**20  # characters of what all cells of a notebook show; later cells show nothing
NOT_RUN = "This cell was not run: the cells above it took all the time that cells may take."
SLOW = "it ran out of time, and nothing was wrong with what had come back by then ({} results)"
COSTLY = "what came back took too much to judge"
UNASKED = "it was not asked for anything, since what is above it ended the run or took all the time"
UNRUN = "its cell does not run here ({})"
IN_CELL = re.compile(r"^ {0,8}(?:Cell In\[\d+\], line |File <\w+>:)(\d{1,6})", re.MULTILINE)
LOOKED_AT = "{}; a person will look at it."


@dataclass(frozen=True)
class Times:
    """Seconds allowed for one cell, for one question to an answer, and for the whole submission.

    Neither a cell, nor an answer with all that it is asked, nor all cells together take more than half of what is left
    of the whole: what is slow leaves the others their time.
    """

    cell: float = 12.0
    call: float = 10.0
    whole: float = 25.0


@dataclass
class Known:
    """The results of earlier attempts at the same submission: reports, and how one ended, by the graded cell's index.

    `ended` is how one ended other than at an answer, after which nothing of it is run any more.
    """

    reports: dict = field(default_factory=dict)
    lost: dict = field(default_factory=dict)
    ended: Ended | None = None


@dataclass
class Outcome:
    """The results of one submission: the outputs of each cell, and the report on each exercise.

    Reports say nothing about misconceptions yet: `named` has functions that return those that do, where possible. They
    ask nothing of the answers and may take long, which should not count towards any answer's time.
    """

    outputs: dict = field(default_factory=dict)  # index of the cell -> list of outputs
    reports: dict = field(default_factory=dict)  # index of the graded cell -> Report
    named: dict = field(default_factory=dict)  # index of the graded cell -> function
    sandboxes: int = 0
    seconds: Counter = field(default_factory=Counter)  # what took how long: "sandbox", "cells", "checks"


def run(
    notebook,
    server,
    *,
    topic,
    untouched,
    exercises,
    key,
    times=Times(),
    ends=math.inf,
    files=None,
    known=None,
    tell=lambda index, report: None,
):
    """Run a rebuilt notebook and judge it; return the `Outcome`.

    Parameters
    ----------
    notebook : NotebookNode
        The submission, rebuilt from the release; the judge asks at its graded cells.
    server : client.Server
        Where sandboxes come from.
    topic : str
        The assignment; a graded cell's id is the name of one of its exercises.
    untouched : set of str
        The exercises whose answers are still what the release gave.
    exercises : path
        The exercises that the class is pinned to.
    key : bytes
        What makes the inputs of this submission's checks.
    times : Times
        What each cell and each question may take.
    ends : float
        When it must be over, as a time of `time.monotonic`.
    files : dict of str to bytes
        What is next to the notebook.
    known : Known, optional
        What need not be done again.
    tell : function
        Called with the index of a cell and None before the cell is run or its answer is judged; afterwards with
        the answer's report.
    """

    def asked_for(index):
        """Return the exercise that a cell grades, or None for any other cell."""
        name = graded_name(notebook.cells[index])
        return name and model.load(f"{topic}/{name}", exercises)

    def own_cell(exercise):
        """Return the text of the cell in which an exercise is answered, what it showed, and how it ended if early."""
        for index, cell in enumerate(notebook.cells):
            marks = cell.metadata.get("nbgrader", {})
            if marks.get("solution") and marks["grade_id"].partition("-")[0] == exercise.name:
                return cell.source, outcome.outputs.get(index, ()), lost.get(index)
        return "", (), None

    known = known or Known()
    outcome = Outcome(reports=dict(known.reports))
    ended = known.ended or Ended(TIMED_OUT)
    lost = dict(known.lost)  # index of the cell at which a sandbox ended -> how it ended
    for index in lost:
        _record_end(outcome, index, lost[index], asked_for(index))
    room = MAX_OUTPUTS
    seed = int.from_bytes(hashlib.sha256(key).digest()[:4], "big")  # nothing of the key itself goes in
    while known.ended is None and time.monotonic() < ends:
        outcome.sandboxes += 1
        with timed(outcome.seconds, "sandbox"):
            sandbox = server.sandbox(files, seed, ends - time.monotonic())
        with sandbox:
            try:
                for_cells = outcome.seconds["cells"] + _share(ends)
                for index, cell in enumerate(notebook.cells):
                    if cell.cell_type != "code" or index in lost:
                        continue
                    here = index
                    tell(index, None)
                    if asked := asked_for(index):
                        if index not in outcome.reports:
                            with timed(outcome.seconds, "checks"):
                                outcome.reports[index], outcome.named[index] = _judge(
                                    asked, sandbox, key, untouched, times.call, _share(ends), own_cell(asked)
                                )
                            tell(index, outcome.reports[index])
                    elif outcome.seconds["cells"] > for_cells and "nbgrader" not in cell.metadata:  # the student's own
                        outcome.outputs.setdefault(index, [_stream(say(NOT_RUN))])
                    else:
                        with timed(outcome.seconds, "cells"):
                            outputs, _ = sandbox.run(cell.source, min(times.cell, _share(ends)))
                        if index not in outcome.outputs and (room := room - size(outputs)) >= 0:
                            outcome.outputs[index] = outputs
                break
            except Ended as told:
                lost[here] = ended = told
                _record_end(outcome, here, ended, asked_for(here))
                if here in outcome.reports:
                    tell(here, outcome.reports[here])
    else:
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type == "code" and index not in (outcome.outputs | outcome.reports):
                asked = asked_for(index)
                if asked and asked.name in untouched:
                    outcome.reports[index] = _not_attempted(asked)
                else:
                    _record_end(outcome, index, ended, asked, UNASKED)
    return outcome


@contextlib.contextmanager
def timed(seconds, name):
    """Add to ``seconds[name]`` how long the block takes."""
    began = time.monotonic()
    try:
        yield
    finally:
        seconds[name] += time.monotonic() - began


def graded_name(cell):
    """Return the name of the exercise that a cell grades, or None for any other cell."""
    marks = cell.metadata.get("nbgrader", {})
    return marks.get("grade_id") if marks.get("grade") and cell.cell_type == "code" else None


def _share(ends):
    """Return the seconds that the next cell or answer may take."""
    return (ends - time.monotonic()) / 2


def _judge(exercise, sandbox, key, untouched, seconds, in_all, own):
    """Return the report on one answer, which a sandbox holds, and what returns it with the mistake's name.

    Each question may take `seconds`, and all together `in_all`. `own` is what is known about the answer's cell (see
    `run`).
    """
    attempted, connect = sandbox.answer(exercise.name, seconds, in_all)
    if not attempted or exercise.name in untouched:
        report = _not_attempted(exercise)
        if exercise.name not in untouched:
            report = _unrun(exercise, *own) or report
        return report, lambda: report
    with quiet():
        return unnamed(exercise, connect, key, exercise.checks)


def _unrun(exercise, source, outputs, ended):
    """Return the report on an answer that is missing because its cell did not run; None if it did."""
    if ended:
        words = f"{ended.how} {ended.detail}".strip()
        doubt = LOOKED_AT.format(UNRUN.format(words))
        finding = Finding("", unrun.TITLE, ended.how, unrun.NO_ANSWER, ended.detail)
        return Report(exercise.id, ended.how, 0.0, exercise.points, (finding,), count=unrun.NOTHING, doubt=doubt)
    for error in (output for output in outputs if output["output_type"] == "error"):
        found, lines = IN_CELL.search("\n".join(error["traceback"])), source.splitlines()
        line = min(int(found[1]), len(lines)) if found and lines else None
        kind = error["ename"][: unrun.MAX_KIND]
        what, code = (kind, "") if line is None else (f"{kind} in line {line}", lines[line - 1].strip())
        return unrun.raised(exercise, kind, error["evalue"], line, code, LOOKED_AT.format(UNRUN.format(what)))
    return None


def _not_attempted(exercise):
    return Report(exercise.id, NOT_ATTEMPTED, 0.0, exercise.points)


def _stream(words):
    return v4.new_output("stream", name="stderr", text=f"{words}\n")


def _record_end(outcome, index, ended, asked, why=""):
    """Record at a cell that the sandbox ended there, or, with the reason `why`, that it was not reached."""
    words = f"{ended.how} {ended.detail}".strip()
    if asked:
        finding = Finding("", "The answer was asked for results.", ended.how, words)
        why = why or (COSTLY if ended.how == TOO_COSTLY else SLOW.format(ended.results) if _is_slow(ended) else "")
        doubt = why and LOOKED_AT.format(why)
        outcome.reports[index] = Report(asked.id, ended.how, 0.0, asked.points, (finding,), doubt=doubt)
    else:
        message = say(f"This cell did not finish: {words}.")
        outcome.outputs[index] = [v4.new_output("error", ename="Ended", evalue=message, traceback=[message])]


def _is_slow(ended):
    """Whether an answer may be right and just slow: from one that never ends, nothing comes back at all."""
    return ended.how == TIMED_OUT and ended.results > 0
