"""Whether the checks refuse a reference's mutants: each that they do not is a wrong answer with full points."""

import contextlib
import signal
import time
from collections import Counter, defaultdict
from pathlib import Path

from ..judge.judge import judge, quiet
from ..judge.verdict import PASSED
from ..slips import shown
from .mutants import mutants
from .seeds import FEW, in_time, keys

LISTS = ("equivalent", "borderline")  # of an exercise: mutants that no check is asked to refuse
PATIENCE = 2.0, 6.0  # processor time (s) that a mutant may take: this much, plus this many times the reference's
EACH = 0.5  # processor time (s) for the seeds of a mutant that no check refuses
MUTANTS = ("mutants", "mutants_refused", "mutants_named", *(f"mutants_{name}" for name in LISTS))
ROOM = 2 * 2**30  # bytes of memory that it may take on top of what there is

try:
    import resource
except ImportError:  # not on this system
    resource = None


class _TooMuch(BaseException):
    """A mutant did not finish."""


def mutation(exercise):
    """Return counts (of all mutants, and of each kind) and a sentence for each problem."""
    counts, found = Counter(dict.fromkeys(MUTANTS, 0)), []
    listed = {name: dict(getattr(exercise, name)) for name in LISTS}
    met = defaultdict(dict)  # by key, what known answers did
    with quiet():
        seconds = PATIENCE[0] + PATIENCE[1] * _seconds(exercise)
        for mutant in mutants(exercise):
            if listed["borderline"].pop(mutant.edit, None) is not None:
                counts["mutants_borderline"] += 1  # whether a check passes it is luck, and says nothing about the check
                continue
            by, named = _refused(exercise, mutant.answer, seconds, met)
            place = f"{shown(mutant.path)}, line {mutant.line}: {mutant.edit}"
            if listed["equivalent"].pop(mutant.edit, None) is not None:
                counts["mutants_equivalent"] += 1
                if by:
                    found.append(f"equivalent lists {mutant.edit}, which {', '.join(by)} refuses; take it out")
                continue
            counts["mutants"] += 1
            counts["mutants_refused"] += bool(by)
            counts["mutants_named"] += named
            if not by:
                found.append(
                    f"{place}, and every check passes; add a check, or say in `equivalent` why no input can tell"
                )
            elif not set(by) - {check.name for check in exercise.checks if check.hidden}:
                found.append(f"{place}, and only {', '.join(by)}, which is hidden, refuses it; add to a public check")
    for name, left in listed.items():
        found += [f"{name} lists {edit}, which is not an edit of the reference; take it out" for edit in left]
        given = getattr(exercise, name)
        found += [f"{name} gives no reason for {edit}" for edit, reason in given if not reason.strip()]
    return counts, found


def _seconds(exercise):
    """Return how long the checks take with the reference."""
    began = time.process_time()
    judge(exercise, exercise.solution, next(keys(1)), checks=exercise.checks)
    return time.process_time() - began


def _refused(exercise, answer, seconds, met):
    """Return the names of the checks that refuse an answer on the first seed on which one does, and if it is named.

    An answer that takes too long, or too much memory, is refused by all.
    """
    try:
        with _limited(seconds):
            for key in in_time(FEW, EACH):
                report = judge(exercise, answer, key, checks=exercise.checks, met=met[key])
                failed = [finding.check for finding in report.findings if finding.verdict != PASSED]
                if failed or not report.findings:
                    return failed or ["its being not attempted"], bool(report.misconception)
    except (_TooMuch, MemoryError, RecursionError):
        return [check.name for check in exercise.checks], False
    return [], False


@contextlib.contextmanager
def _limited(seconds):
    """End what runs inside when it has taken `seconds` of processor time, and let it have at most ROOM of memory."""

    def end(number, frame):
        raise _TooMuch

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.1)  # again and again, in case the mutant swallows the first
    try:
        with _little_memory():
            yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextlib.contextmanager
def _little_memory():
    pages = Path("/proc/self/statm")
    if resource is None or not pages.exists():
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = int(pages.read_text().split()[0]) * resource.getpagesize() + ROOM
    resource.setrlimit(resource.RLIMIT_AS, (allowed if soft < 0 else min(soft, allowed), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
