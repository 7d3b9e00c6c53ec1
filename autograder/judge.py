"""Judge an answer: run the checks through the stand-in, say what each found, and name the mistake."""

import contextlib
import io
import warnings

import numpy as np

from .attempt import attempted
from .diagnose import diagnose
from .forms import form_of
from .seeds import check_rng
from .shared import Handle
from .standin import in_memory
from .verdict import CRASHED, NOT_ATTEMPTED, PASSED, WRONG, Crashed, Finding, Report, Wrong

UNEXAMINED = "the answer could not be examined"
MAX_PRINTED = 2000  # characters of what the answer printed


def judge(exercise, answer, key, *, checks):
    """Return the Report on an answer that lives in this process.

    `key` makes the checks' inputs (see `seeds`); `checks` are those of the exercise to run, public ones or all.
    """
    if not attempted(answer, exercise.given):
        return Report(exercise.id, NOT_ATTEMPTED, 0.0, exercise.points)
    with quiet() as printed:
        findings, replies = examine(exercise, answer, key, checks)
        failed = [finding for finding in findings if finding.verdict != PASSED]
        named = diagnose(exercise, findings, replies, lambda wrong: examine(exercise, wrong, key, checks))
    return Report(
        exercise=exercise.id,
        verdict=failed[0].verdict if failed else PASSED,
        points=exercise.points * (len(findings) - len(failed)) / len(findings),
        possible=exercise.points,
        findings=findings,
        misconception=named.sentence if named else "",
        printed=printed.getvalue()[:MAX_PRINTED],
    )


def examine(exercise, answer, key, checks, connect=in_memory):
    """Run checks on an answer, each over a talk of its own; return their findings and what the answer replied."""
    findings, replies = [], []
    for check in checks:
        peer = connect(answer)
        findings.append(_find(exercise, check, peer, check_rng(key, exercise.id, check.name)))
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


def _find(exercise, check, peer, rng):
    try:
        check.run(_submission(exercise, peer), rng)
    except Wrong as wrong:
        return Finding(check.name, check.title, WRONG, wrong.sentence, wrong.detail)
    except Crashed as crash:
        detail = f"{crash.trace}\n{crash}".strip()
        return Finding(check.name, check.title, CRASHED, f"your code raised {crash.kind}", detail)
    except Exception as error:  # the check's own fault, which `audit` reports; an answer cannot stop a batch by it
        return Finding(check.name, check.title, WRONG, UNEXAMINED, f"{type(error).__name__}: {error}")
    return Finding(check.name, check.title, PASSED)


def _submission(exercise, peer):
    """Return what the check calls: the stand-in, with the form of every answer tested."""
    thing = peer.submission()
    form = form_of(exercise.returns)
    if exercise.asks_for_value:
        return form(thing)
    if not isinstance(thing, Handle):
        kind = "class" if exercise.kind == "class" else "function"
        raise Wrong(f"{exercise.name} must be a {kind}", f"got {type(thing).__name__}")
    return lambda *args, **kwargs: form(thing(*args, **kwargs))
