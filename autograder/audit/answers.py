"""What an exercise's answers must earn: the right ones everything on every seed, the wrong ones little, and a name."""

from functools import partial

from ..judge.attempt import attempted
from ..judge.judge import UNEXAMINED, earned, examine, judge, quiet
from ..judge.standin import in_memory
from ..judge.verdict import PASSED
from . import tests, zoo

SEEDS = 200  # on which no right answer may be refused and no caught mistake missed
FEW = 5  # seeds for what does not hang on luck
LAZY_WORTH = 0.2


def problems(exercise, seeds=SEEDS):
    """Yield a sentence for each way in which the exercise's answers are not judged as they must be."""
    if exercise.kind == "text":
        return
    with quiet():
        if exercise.kind == "test":
            yield from tests.problems(exercise, seeds)
            return
        yield from right_answers(exercise, seeds)
        yield from junk_answers(exercise)
        yield from misconceptions(exercise, seeds)


def right_answers(exercise, seeds):
    """No right answer is refused, however it is written."""
    right = [("the solution", exercise.solution)]
    right += [(f"the alternative {other.name}", other.answer) for other in exercise.alternatives]
    for name, answer in right:
        yield from _refusals(exercise, name, answer, seeds)
    for name, answer in zoo.disguises(exercise):
        yield from _refusals(exercise, f"the solution with {name}", answer, FEW)
    if not attempted(exercise.solution, exercise.given):
        yield "the solution counts as not attempted"


def junk_answers(exercise):
    """Junk earns nothing, a lazy answer next to nothing, and no check raises anything but its verdict."""
    for allowed, answers in ((0, zoo.junk(exercise)), (LAZY_WORTH, zoo.lazy(exercise))):
        for name, answer in answers:
            for key in _keys(FEW):
                findings, _ = _examine(exercise, answer, key, exercise.checks)
                yield from _unexamined(findings, name)
                if (share := earned(exercise.checks, findings)) > allowed:
                    passed = ", ".join(f.check for f in findings if f.verdict == PASSED)
                    yield f"{name} earns {share:.2f} of the points, at most {allowed} is right (it passes {passed})"
                    break
    if exercise.given is not ...:
        findings, _ = _examine(exercise, exercise.given, next(_keys(1)), exercise.checks)
        if all(finding.verdict == PASSED for finding in findings):
            yield "what is given to be repaired passes as it is"


def misconceptions(exercise, seeds):
    """Each is caught by its check on every seed, with one sentence; it earns at most its worth, and is named."""
    checks = {check.name: check for check in exercise.checks}
    for wrong in exercise.misconceptions:
        said = {_said(exercise, wrong.answer, key, checks[wrong.caught_by]) for key in _keys(seeds)}
        if len(said) > 1 or (PASSED, "") in said:
            yield f"{wrong.name} must always get one verdict from {wrong.caught_by}, on {seeds} seeds it got {said}"
        yield from _named_and_poor(exercise, wrong, wrong.answer)
        if zoo.takes_rng(wrong.answer):
            yield from _named_and_poor(exercise, wrong, zoo.stirred(wrong.answer), ", with other RNG calls,")
    caught = {wrong.caught_by for wrong in exercise.misconceptions}
    for check in exercise.checks:
        if check.name not in caught:
            yield f"{check.name} is the caught_by of no misconception: nothing proves that it can fail"


def _named_and_poor(exercise, wrong, answer, how=""):
    """The first seed on which a misconception has another name than its own, or earns more than its worth."""
    for key in _keys(FEW):
        report = judge(exercise, answer, key, checks=exercise.checks)
        found = list(_unexamined(report.findings, wrong.name))
        if report.misconception != wrong.sentence:
            found.append(f"{wrong.name}{how} is named {report.misconception[:60]!r}, it must be named as what it is")
        if (share := report.points / report.possible) > wrong.worth + 1e-9:
            found.append(f"{wrong.name}{how} earns {share:.2f} of the points, its worth is {wrong.worth}")
        if found:
            yield from found
            return


def _refusals(exercise, name, answer, seeds):
    for number, key in enumerate(_keys(seeds)):
        findings, _ = _examine(exercise, answer, key, exercise.checks)
        refused = [f"{f.check}: {f.sentence} ({f.detail})" for f in findings if f.verdict != PASSED]
        if refused:
            yield f"{name} is refused on seed {number} by {'; '.join(refused)}"
            return


def _said(exercise, answer, key, check):
    ((finding,), _) = _examine(exercise, answer, key, (check,))
    return finding.verdict, finding.sentence


def _examine(exercise, answer, key, checks):
    return examine(exercise, partial(in_memory, answer), key, checks)


def _unexamined(findings, name):
    for finding in findings:
        if finding.sentence == UNEXAMINED:
            yield f"{finding.check} itself fails on {name}: {finding.detail}"


def _keys(count):
    return (f"audit {number}".encode() for number in range(count))
