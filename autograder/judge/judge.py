"""Judge an answer: run the checks through the stand-in, say what each found, and name the mistake."""

import builtins
import contextlib
import io
import re
import warnings
from dataclasses import replace
from functools import partial

import numpy as np

from . import told
from .attempt import attempted
from .diagnose import diagnose
from .forms import Callable, form_of, value_of
from .looked import Looked, together
from .report import Report
from .seeds import check_rng
from .shared import Handle
from .standin import in_memory
from .trials import Trials, count
from .verdict import CRASHED, NOT_ATTEMPTED, OUT_OF_MEMORY, PASSED, WRONG, Crashed, Ended, Finding, Wrong, collected

UNEXAMINED = "the answer could not be examined"
CORE_FAILED = 0.5  # the most that an answer earns if it fails a core check
MAX_PRINTED = 2000  # characters of what the answer printed
MAX_DETAIL = 4000  # and of what is said about one check: an answer chooses its exception's message and traceback


def judge(exercise, answer, key, *, checks, met=None):
    """Return the Report on an answer that lives in this process.

    `key` makes the checks' inputs (see `seeds`); `checks` are the exercise's checks to run, the public ones or all;
    `met` is what known answers did with these inputs (see `diagnose`).
    """
    if not attempted(answer, exercise.given):
        return Report(exercise.id, NOT_ATTEMPTED, 0.0, exercise.points)
    with quiet() as printed:
        report = verdict(exercise, partial(in_memory, answer), key, checks, met)
    if any(check.hidden for check in checks):  # an answer may print its inputs, which a second hand-in meets again
        return report
    return replace(report, printed=printed.getvalue()[:MAX_PRINTED])


def verdict(exercise, connect, key, checks, met=None):
    """Return the Report on an answer, wherever it lives: `connect` returns the judge's side of a new talk with it."""
    _, named = unnamed(exercise, connect, key, checks, met)
    return named()


def unnamed(exercise, connect, key, checks, met=None):
    """Return the Report on an answer without the mistake's name, and a function that returns it with the name.

    The function asks nothing more of the answer, which may be gone by then.
    """
    findings, looked = examine(exercise, connect, key, checks)
    failed = [finding for finding in findings if finding.verdict != PASSED]
    by_name = {check.name: check for check in checks}

    def look_at_another(answer, another_key, names):
        return look(exercise, partial(in_memory, answer), another_key, [by_name[name] for name in names])

    report = Report(
        exercise=exercise.id,
        verdict=failed[0].verdict if failed else PASSED,
        points=exercise.points * earned(checks, findings),
        possible=exercise.points,
        findings=tuple(_without_inputs(f) if by_name[f.check].hidden else f for f in findings),
        count=count(checks, findings) if exercise.kind == "test" else "",
    )

    def named():
        found = diagnose(exercise, findings, [each.seen for each in looked], key, look_at_another, met)
        if found is None:
            return report
        return replace(report, misconception=found.misconception.sentence, with_others=found.with_others)

    return report, named


def earned(checks, findings):
    """Return the share of the points: the weights of the checks that passed, at most half if a core one failed."""
    passed = [finding.verdict == PASSED for finding in findings]
    share = sum(check.weight for check, fine in zip(checks, passed, strict=True) if fine)
    share /= sum(check.weight for check in checks)
    whole = all(fine for check, fine in zip(checks, passed, strict=True) if check.core)
    return share if whole else min(share, CORE_FAILED)


def examine(exercise, connect, key, checks):
    """Run checks on an answer; return their findings, and what was Looked at by each."""
    looked = look(exercise, connect, key, checks)
    return together(looked, checks), looked


def look(exercise, connect, key, checks):
    """Run checks on an answer, each in its own talk; return what was Looked at."""
    if exercise.kind == "test":
        trials = Trials(exercise, connect, key, checks)
        found = (_find(check, partial(trials.tell, check), _in_words) for check in checks)
        return [Looked(finding, None, replies, replies) for finding, replies in zip(found, trials.replies)]
    looked = []
    for check in checks:
        peer = connect()
        try:
            looked.append(_looked(exercise, peer, key, check))
        except Ended as ended:
            found = together(looked, checks[: len(looked)])
            if not peer.faults and all(finding.verdict == PASSED for finding in found):
                ended.results = len(peer.seen) + sum(len(each.seen) for each in looked)
            raise
    return looked


def _looked(exercise, peer, key, check):
    rng = check_rng(key, exercise.id, check.name)
    tell = _values_missed if exercise.asks_for_value else partial(_numbers, peer)
    with collected() as (noted, numbers):
        finding, fault = _find(check, partial(_run, exercise, check, peer, rng), tell), None
        finding = replace(finding, measured=tuple(numbers))
    for wrong in (*peer.faults, *noted)[:1]:
        fault = Finding(check.name, check.title, WRONG, wrong.sentence, _told(wrong.detail))
    return Looked(finding, fault, peer.seen, peer.replies)


@contextlib.contextmanager
def quiet():
    """Keep what an answer prints and warns off the page; yield what it printed."""
    with (
        contextlib.redirect_stdout(io.StringIO()) as printed,
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield printed


def _run(exercise, check, peer, rng):
    check.run(_submission(exercise, peer), rng)


def _find(check, run, tell):
    """Run a check; `tell` returns the words, by field of a Finding, that a verdict adds to its sentence."""
    try:
        run()
    except Wrong as wrong:
        return Finding(check.name, check.title, WRONG, wrong.sentence, **_each_told(tell(wrong)))
    except Crashed as crash:
        kind = OUT_OF_MEMORY if crash.kind == "MemoryError" else CRASHED
        detail = f"{crash.trace[-MAX_DETAIL:]}\n{str(crash)[:MAX_DETAIL]}".strip()
        words = _each_told(tell(crash)) | {"detail": _told(detail)}
        return Finding(check.name, check.title, kind, f"your code raised {_told(crash.kind[:80])}", **words)
    except Ended:  # the answer is gone: there is nothing left to ask
        raise
    except Exception as error:  # the check's own fault, which `audit` reports; an answer cannot stop a batch with it
        return Finding(check.name, check.title, WRONG, UNEXAMINED, _told(f"{type(error).__name__}: {error}"))
    return Finding(check.name, check.title, PASSED)


def _in_words(verdict):
    return {"detail": getattr(verdict, "detail", "")}


def _values_missed(verdict):
    """Return what is said about a wrong value: never the right one, for that is what was asked."""
    missed = getattr(verdict, "difference", None)
    if missed is None:
        return _in_words(verdict)
    way = told.which_way(missed.actual, missed.expected, missed.where)
    return {"detail": "\n".join(filter(None, (way, missed.words)))}


def _numbers(peer, verdict):
    """Return what is said about a wrong result: what went in, what came out, and what should have."""
    if peer.last_call is None:
        return _in_words(verdict)
    if isinstance(verdict, Crashed):
        return {"went_in": told.arguments(peer.last_call)}
    missed = verdict.difference
    if missed is None:
        name = f"{peer.last_read} = " if peer.last_read else ""
        came_out = name + told.excerpt(peer.seen[-1]) if peer.seen else ""
        return {"detail": verdict.detail, "went_in": told.arguments(peer.last_call), "came_out": came_out}
    return {
        "detail": missed.words,
        "went_in": told.arguments(peer.last_call, missed.where),
        "came_out": told.excerpt(missed.actual, missed.where),
        "expected": told.excerpt(missed.expected, missed.where),
    }


def _each_told(words):
    return {field: _told(text) for field, text in words.items()}


def _without_inputs(finding):
    """Return what a hidden check found, without anything through which an answer could reveal its inputs.

    A second hand-in meets them again. An answer chooses its results, the text and even the class of what it raises.
    """
    sentence, detail = finding.sentence, ""
    if finding.verdict in (CRASHED, OUT_OF_MEMORY):
        raised = sentence.rpartition(" ")[2]
        if not isinstance(getattr(builtins, raised, None), type):
            sentence = "your code raised an error"
        lines = re.findall(r"^line (\d{1,4}), in ", finding.detail, re.MULTILINE)
        detail = f"line {lines[-1]}" if lines else ""
    return Finding(finding.check, finding.title, finding.verdict, sentence, detail, measured=finding.measured)


def _told(text):
    """Return text that an answer may have chosen in part: not too long, and such that it can be written."""
    return text[: 2 * MAX_DETAIL].encode("utf-8", "replace").decode()


def _submission(exercise, peer):
    """Return what the check calls: the stand-in, with the form of every answer tested."""
    thing = peer.submission(exercise.solution, exercise.may_change)
    if exercise.asks_for_value:
        return value_of(exercise.returns, peer.saw)(thing)
    if not isinstance(thing, Handle):
        kind = "class" if exercise.kind == "class" else "function"
        raise Wrong(f"{exercise.name} must be a {kind}", f"got {type(thing).__name__}")
    return Callable(thing, form_of(exercise.returns))
