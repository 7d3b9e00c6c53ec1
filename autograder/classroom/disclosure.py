"""When students see what hidden checks found: always, after the due date, or never. They always count in the points."""

from dataclasses import replace
from datetime import UTC, datetime

from .. import exercise as model
from ..judge.verdict import NOT_ATTEMPTED, PASSED
from ..language import say
from . import config as settings

WHEN = ("always", "after_due", "never")
NOT_YET_SHOWN = "Hidden checks also count in the points; what they found is shown after the due date."
NOT_SHOWN = "Hidden checks also count in the points; what they found is not shown."
NOTES = {"after_due": NOT_YET_SHOWN, "never": NOT_SHOWN}


def notes(config, deadlines):
    """Return a function of student and topic: what a report says instead of hidden checks, or "" to show them.

    The due date is the student's own, with any extension; if there is none, it is never past.

    Raises
    ------
    ClassError
        When the class's setting is unknown.
    """
    when = settings.chosen(config, "hidden_verdicts", WHEN)
    now = datetime.now(UTC).replace(tzinfo=None)

    def note(student, topic):
        due = deadlines.of(topic, student)
        return "" if when == "after_due" and due and due < now else NOTES.get(when, "")

    return note


def withheld(report, note, exercises):
    """Return a Report with a note instead of what hidden checks found; the exercises' files say which are hidden.

    A mistake is named as long as a check that is shown fails; a check that the exercise no longer has is not shown.
    Findings that come from no check, such as that the answer's cell does not run, are shown.
    """
    shown = {"", *(check.name for check in model.load(report.exercise, exercises).public_checks)}
    findings = tuple(finding for finding in report.findings if finding.check in shown)
    if len(findings) == len(report.findings):
        return report
    failed = [finding.verdict for finding in findings if finding.verdict != PASSED]
    verdict = NOT_ATTEMPTED if report.verdict == NOT_ATTEMPTED else (*failed, PASSED)[0]
    return replace(
        report,
        verdict=verdict,
        findings=findings,
        misconception=report.misconception if failed else "",
        note=" ".join(map(say, filter(None, (report.note, note)))),
    )
