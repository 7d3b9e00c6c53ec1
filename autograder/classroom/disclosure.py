"""When students see what hidden checks found: always, after the due date, or never. In the points they count always."""

from dataclasses import replace
from datetime import UTC, datetime

from .. import exercise as model
from ..judge.verdict import NOT_ATTEMPTED, PASSED
from . import config as settings

WHEN = ("always", "after_due", "never")
NOTES = {
    "after_due": "Hidden checks count in the points, too; what they found is shown after the due date.",
    "never": "Hidden checks count in the points, too; what they found is not shown.",
}


def notes(config, deadlines):
    """Return a function of student and topic: what a report says in the place of hidden checks, or "" to show them.

    The due date is the student's own, with the extension; where there is none it is never past.

    Raises
    ------
    ClassError
        When the class's setting says something else than there is.
    """
    when = settings.chosen(config, "hidden_verdicts", WHEN)
    now = datetime.now(UTC).replace(tzinfo=None)

    def note(student, topic):
        due = deadlines.of(topic, student)
        return "" if when == "after_due" and due and due < now else NOTES.get(when, "")

    return note


def withheld(report, note, exercises):
    """Return a Report without what hidden checks found, by the files of the exercises, and with a note in its place.

    A mistake has its name as long as a check fails that is shown; a check that the exercise no longer has is not. What
    was found by no check, such as that the answer's cell does not run, is shown.
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
        note=" ".join(filter(None, (report.note, note))),
    )
