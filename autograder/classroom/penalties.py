"""Take points off late submissions, with the class's plugin, from the score as it is now.

nbgrader does so once, when a machine has graded: marks that a person gives later, and extensions, come after that.
Doing it again runs no student's code, so every command that grades or shows grades does it.
"""

import math
from collections import defaultdict
from contextlib import contextmanager
from numbers import Real

from nbgrader.api import Assignment, SubmittedAssignment, SubmittedNotebook
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from .late import penalty as by_settings
from .layout import ClassError


def settle(gradebook, config, log):
    """Set the penalties of all submissions again, in one transaction.

    Raises
    ------
    ClassError
        When the class's plugin fails or its settings are invalid; nothing is changed then.
    """
    by_settings(config)  # refuses settings that contradict each other
    late = AssignLatePenalties(config=config, log=log)
    with _told():
        late.init_plugin()
    try:
        for submission in _concerned(gradebook.db):
            seconds = submission.total_seconds_late
            for notebook in submission.notebooks:
                penalty = _penalty(late.plugin_inst, submission.student_id, notebook.score, seconds)
                if penalty != notebook.late_submission_penalty:
                    notebook.late_submission_penalty = penalty
        gradebook.db.commit()
    except BaseException:
        gradebook.db.rollback()
        raise


def by_submission(gradebook):
    """Return the points that are taken off, by (student, topic), where there are any."""
    found = defaultdict(float)
    for student, topic, penalty in gradebook.db.execute(
        select(SubmittedAssignment.student_id, Assignment.name, SubmittedNotebook.late_submission_penalty)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .where(SubmittedNotebook.late_submission_penalty > 0)
    ):
        found[student, topic] += penalty
    return dict(found)


def _concerned(db):
    """Return the submissions that were late by the assignment's own date, or have a penalty."""
    return db.scalars(
        select(SubmittedAssignment)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .where(
            or_(
                SubmittedAssignment.timestamp > Assignment.duedate,
                SubmittedAssignment.extension.is_not(None),  # which may be negative
                SubmittedNotebook.late_submission_penalty.is_not(None),
            )
        )
        .options(selectinload(SubmittedAssignment.notebooks))
        .distinct()
    ).all()


def _penalty(plugin, student, score, seconds):
    """Return what the plugin takes off, within nbgrader's bounds, or None."""
    with _told():
        penalty = plugin.late_submission_penalty(student, score, seconds) if seconds > 0 else None
        if penalty is None:
            return None
        if not isinstance(penalty, Real) or math.isnan(penalty):
            raise TypeError(f"a penalty must be a number of points or None, got {penalty!r} for {student}")
    return float(max(0, min(penalty, score)))  # a score is below 0 where a person has given such a mark


@contextmanager
def _told():
    """Report a failure as that of the plugin, which may be the instructor's own."""
    try:
        yield
    except ClassError:
        raise  # from our own plugin, which says itself what is wrong
    except (Exception, SystemExit) as error:
        raise ClassError(f"the plugin for late penalties failed: {type(error).__name__}: {error}") from error
