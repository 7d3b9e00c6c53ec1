"""What an exercise's answers must earn: the right ones everything on every seed, the wrong ones little, and a name."""

from collections import defaultdict
from functools import partial

from ..judge.attempt import attempted
from ..judge.judge import UNEXAMINED, earned, examine, judge, quiet
from ..judge.seeds import PUBLIC
from ..judge.standin import in_memory
from ..judge.verdict import CRASHED, PASSED
from . import zoo
from .seeds import FEW, hangs_on_luck, in_time, keys

SEEDS = 200  # on which no right answer may be refused, and no mistake missed by its check
# Processor time (s) for the seeds of the solution, of one disguise or piece of junk, of all alternatives, of all
# misconceptions at their check, and of all of them for their names.
SOLUTION, DISGUISES, ALTERNATIVES, MISTAKES, NAMES = 0.8, 0.1, 0.5, 0.6, 0.6
NAMED = 3  # seeds on which a misconception must be named, if time allows
LAZY_WORTH = 0.2


def right_answers(exercise, seeds):
    """Yield a sentence for each right answer that is refused, however it is written."""
    with quiet():
        yield from _refusals(exercise, "the solution", exercise.solution, seeds, SOLUTION)
        for other in exercise.alternatives:
            seconds = ALTERNATIVES / len(exercise.alternatives)
            yield from _refusals(exercise, f"the alternative {other.name}", other.answer, seeds, seconds)
        if not attempted(exercise.solution, exercise.given):
            yield "the solution counts as not attempted"


def disguised_answers(exercise):
    """Yield a sentence for each form of the solution's results that is refused: lists, other dtypes, tensors."""
    with quiet():
        for name, answer in zoo.disguises(exercise):
            yield from _refusals(exercise, f"the solution with {name}", answer, FEW, DISGUISES)


def junk_answers(exercise):
    """Yield a sentence for junk that earns anything, a lazy answer that earns much, and a check that itself fails."""
    with quiet():
        for allowed, answers in ((0, zoo.junk(exercise)), (LAZY_WORTH, zoo.lazy(exercise))):
            for name, answer in answers:
                yield from _rich(exercise, name, answer, allowed)
        if exercise.given is not ...:
            findings = _findings(exercise, exercise.given, next(keys(1)))
            if all(finding.verdict == PASSED for finding in findings):
                yield "what is given to be repaired passes as it is"


def wrong_answers(exercise, seeds):
    """Yield a sentence for each misconception that is missed, misnamed or paid too well, and for neighbours."""
    met, failed = defaultdict(dict), {}  # by key, what known answers did; by misconception, the checks that it fails
    with quiet():
        for wrong in exercise.misconceptions:
            yield from _missed(exercise, wrong, seeds, MISTAKES / len(exercise.misconceptions))
            reports = list(_reports(exercise, wrong.answer, met))
            failed[wrong.name] = _failed(reports[0])
            yield from _named_and_poor(wrong, reports, {wrong.sentence})
            yield from _by_luck(wrong.name, reports)
            yield from _misnamed_in_practice(exercise, wrong)
            for variant in wrong.variants:
                how, reports = f", as in {variant.name},", list(_reports(exercise, variant.answer, met))
                yield from _named_and_poor(wrong, reports, {wrong.sentence}, how)
                yield from _by_luck(variant.name, reports)
            if zoo.takes_rng(wrong.answer):  # values cannot agree: no name is right as well, but another's is not
                stirred, names = zoo.stirred(wrong.answer), {wrong.sentence, ""}
                yield from _named_and_poor(wrong, _reports(exercise, stirred, met), names, ", with other RNG calls,")
        yield from _unproven(exercise, failed)
        for other in exercise.neighbours:
            yield from _named(exercise, other, met)


def _refusals(exercise, name, answer, seeds, seconds):
    """Yield on which of the first seeds an answer is refused; checks that depend on luck go on after a few."""
    lucky = tuple(filter(hangs_on_luck, exercise.checks))
    for number, key in enumerate(in_time(seeds, seconds)):
        checks = exercise.checks if number < FEW else lucky
        refused = [
            f"{finding.check}: {finding.sentence} ({finding.detail})"
            for finding in _findings(exercise, answer, key, checks)
            if finding.verdict != PASSED
        ]
        if refused:
            yield f"{name} is refused on seed {number} by {'; '.join(refused)}"
        if refused or not lucky:
            return


def _rich(exercise, name, answer, allowed):
    """Yield the first seed on which an answer that says nothing earns more than it may."""
    for key in in_time(FEW, DISGUISES):
        findings = _findings(exercise, answer, key)
        yield from _unexamined(findings, name)
        if (share := earned(exercise.checks, findings)) > allowed:
            passed = ", ".join(finding.check for finding in findings if finding.verdict == PASSED)
            yield f"{name} earns {share:.2f} of the points, at most {allowed} is right (it passes {passed})"
            return


def _missed(exercise, wrong, seeds, seconds):
    """Yield a misconception that does not get the same verdict and sentence from its check on every seed."""
    check = next(check for check in exercise.checks if check.name == wrong.caught_by)
    trials = in_time(seeds, seconds) if hangs_on_luck(check) else keys(FEW)
    said = {_said(exercise, wrong.answer, key, check) for key in trials}
    if len(said) > 1 or (PASSED, "") in said:
        yield f"{wrong.name} must always get one verdict from {wrong.caught_by}, but on {seeds} seeds it got {said}"


def _reports(exercise, answer, met):
    """Yield the reports on an answer that must have a name, or must not have one, on as many seeds as time allows."""
    for key in in_time(NAMED, NAMES / len(exercise.misconceptions)):
        yield judge(exercise, answer, key, checks=exercise.checks, met=met[key])


def _named_and_poor(wrong, reports, names, how=""):
    """Yield the first report in which a misconception has a name not its own, or earns more than its worth."""
    for report in reports:
        found = list(_unexamined(report.findings, wrong.name))
        if report.misconception not in names or report.with_others:
            found.append(
                f"{wrong.name}{how} {_naming(report)}, but it must be named as what it is"
                + "".join(f" (it raised {error})" for error in _errors(report.findings)[:1])
            )
        if (share := report.points / report.possible) > wrong.worth + 1e-9:
            found.append(f"{wrong.name}{how} earns {share:.2f} of the points, but its worth is {wrong.worth}")
        if found:
            yield from found
            return


def _by_luck(name, reports):
    """Yield the checks that a mistake fails on some seeds only, so that it costs one student more than another."""
    failed = list(map(_failed, reports))
    for check in sorted(set.union(*failed) - set.intersection(*failed)):
        yield f"{name} fails {check} on some seeds only: its inputs must show that mistake always, or never"


def _failed(report):
    """Return the names of the checks that an answer fails."""
    return {finding.check for finding in report.findings if finding.verdict != PASSED}


def _misnamed_in_practice(exercise, wrong):
    """Yield a misconception that is misnamed in practice, where only the public checks look at an answer."""
    public = exercise.public_checks
    if wrong.caught_by not in {check.name for check in public}:
        return  # a problem of its own
    report = judge(exercise, wrong.answer, PUBLIC, checks=public)
    if report.misconception != wrong.sentence or report.with_others:
        yield f"{wrong.name} {_naming(report)} in practice, but there, too, it must be named as what it is"


def _naming(report):
    """Return in words what a report calls an answer, by the beginning of the misconception's sentence."""
    if not report.misconception:
        return "has no name"
    others = ", along with another mistake" if report.with_others else ""
    return f"is named {report.misconception[:60]!r}{others}"


def _errors(findings):
    return [finding.detail.splitlines()[-1] for finding in findings if finding.verdict == CRASHED and finding.detail]


def _unproven(exercise, failed):
    """Yield the public checks that no misconception fails, and the hidden ones that their twins' mistakes pass."""
    caught = {wrong.caught_by for wrong in exercise.misconceptions}
    for check in exercise.checks:
        if not check.like and check.name not in caught:
            yield f"{check.name} is the caught_by of no misconception: nothing proves that it can fail"
        for twin in check.like:
            mistakes = [wrong.name for wrong in exercise.misconceptions if wrong.caught_by == twin]
            if not any(check.name in failed[name] for name in mistakes):
                yield f"{check.name} is like {twin}, but passes each mistake that {twin} catches: {', '.join(mistakes)}"


def _named(exercise, other, met):
    """Yield the first seed on which a neighbour of a misconception gets a name, or passes every public check."""
    public = {check.name for check in exercise.public_checks}
    for key in in_time(NAMED, NAMES / len(exercise.neighbours)):
        report = judge(exercise, other.answer, key, checks=exercise.checks, met=met[key])
        if all(finding.verdict == PASSED for finding in report.findings if finding.check in public):
            yield f"{other.name} passes every public check, and must not: {other.sentence}"
            return
        if report.misconception:
            yield f"{other.name} is a neighbour and must have no name, but it {_naming(report)}"
            return


def _said(exercise, answer, key, check):
    (finding,) = _findings(exercise, answer, key, (check,))
    return finding.verdict, finding.sentence


def _findings(exercise, answer, key, checks=None):
    return examine(exercise, partial(in_memory, answer), key, exercise.checks if checks is None else checks)[0]


def _unexamined(findings, name):
    for finding in findings:
        if finding.sentence == UNEXAMINED:
            yield f"{finding.check} itself fails on {name}: {finding.detail}"
