"""Judge an answer: run the checks through the stand-in, say what each found, and name the mistake."""

import contextlib
import io
import warnings
from dataclasses import replace
from functools import partial

import numpy as np

from .attempt import attempted
from .diagnose import diagnose
from .forms import form_of, value_of
from .report import Report
from .seeds import check_rng
from .shared import Handle
from .standin import in_memory
from .trials import Trials, count
from .verdict import CRASHED, NOT_ATTEMPTED, OUT_OF_MEMORY, PASSED, WRONG, Crashed, Ended, Finding, Wrong

UNEXAMINED = "the answer could not be examined"
CORE_FAILED = 0.5  # the most that an answer earns which fails a core check
MAX_PRINTED = 2000  # characters of what the answer printed
MAX_DETAIL = 4000  # and of what is told about one check: an answer chooses its exception's message and traceback


def judge(exercise, answer, key, *, checks):
    """Return the Report on an answer that lives in this process.

    `key` makes the checks' inputs (see `seeds`); `checks` are those of the exercise to run, public ones or all.
    """
    if not attempted(answer, exercise.given):
        return Report(exercise.id, NOT_ATTEMPTED, 0.0, exercise.points)
    with quiet() as printed:
        report = verdict(exercise, partial(in_memory, answer), key, checks)
    return replace(report, printed=printed.getvalue()[:MAX_PRINTED])


def verdict(exercise, connect, key, checks):
    """Return the Report on an answer, wherever it lives: `connect` returns the judge's side of a new talk with it."""
    findings, replies = examine(exercise, connect, key, checks)
    failed = [finding for finding in findings if finding.verdict != PASSED]

    def examine_another(answer, another_key):
        return examine(exercise, partial(in_memory, answer), another_key or key, checks)

    named = diagnose(exercise, findings, replies, examine_another)
    return Report(
        exercise=exercise.id,
        verdict=failed[0].verdict if failed else PASSED,
        points=exercise.points * earned(checks, findings),
        possible=exercise.points,
        findings=findings,
        misconception=named.sentence if named else "",
        count=count(checks, findings) if exercise.kind == "test" else "",
    )


def earned(checks, findings):
    """Return the share of the points: the weights of the checks that passed, at most half where a core one failed."""
    passed = [finding.verdict == PASSED for finding in findings]
    share = sum(check.weight for check, fine in zip(checks, passed, strict=True) if fine)
    share /= sum(check.weight for check in checks)
    whole = all(fine for check, fine in zip(checks, passed, strict=True) if check.core)
    return share if whole else min(share, CORE_FAILED)


def examine(exercise, connect, key, checks):
    """Run checks on an answer, each over a talk of its own; return their findings and what the answer replied."""
    if exercise.kind == "test":
        trials = Trials(exercise, connect, key, checks)
        return tuple(_find(check, partial(trials.tell, check)) for check in checks), trials.replies
    findings, replies = [], []
    for check in checks:
        peer = connect()
        findings.append(_find(check, partial(_run, exercise, check, peer, check_rng(key, exercise.id, check.name))))
        replies.append(peer.replies)
    return tuple(findings), replies


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


def _find(check, run):
    try:
        run()
    except Wrong as wrong:
        return Finding(check.name, check.title, WRONG, wrong.sentence, _told(wrong.detail))
    except Crashed as crash:
        kind = OUT_OF_MEMORY if crash.kind == "MemoryError" else CRASHED
        detail = f"{crash.trace[-MAX_DETAIL:]}\n{str(crash)[:MAX_DETAIL]}".strip()
        return Finding(check.name, check.title, kind, f"your code raised {_told(crash.kind[:80])}", _told(detail))
    except Ended:  # there is no answer any longer to ask anything of
        raise
    except Exception as error:  # the check's own fault, which `audit` reports; an answer cannot stop a batch by it
        return Finding(check.name, check.title, WRONG, UNEXAMINED, _told(f"{type(error).__name__}: {error}"))
    return Finding(check.name, check.title, PASSED)


def _told(text):
    """Return text of which an answer may have chosen a part: not too long, and such that it can be written."""
    return text[: 2 * MAX_DETAIL].encode("utf-8", "replace").decode()


def _submission(exercise, peer):
    """Return what the check calls: the stand-in, with the form of every answer tested."""
    thing = peer.submission()
    if exercise.asks_for_value:
        return value_of(exercise.returns)(thing)
    form = form_of(exercise.returns)
    if not isinstance(thing, Handle):
        kind = "class" if exercise.kind == "class" else "function"
        raise Wrong(f"{exercise.name} must be a {kind}", f"got {type(thing).__name__}")
    return lambda *args, **kwargs: form(thing(*args, **kwargs))
