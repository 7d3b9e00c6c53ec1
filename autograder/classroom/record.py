"""Record judged submissions in nbgrader's gradebook: what its own autograde would write there.

nbgrader opens the gradebook eight times per submission and commits once per cell. Here many submissions are one
transaction on the same tables, so that each costs little and is recorded whole or not at all.
"""

from dataclasses import dataclass, field
from typing import NotRequired, TypedDict

from nbgrader.api import Comment, Grade, Student, SubmittedAssignment, SubmittedNotebook
from nbgrader.utils import parse_utc
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from ..judge.report import Report


@dataclass(frozen=True)
class Judged:
    """What the gradebook and the instructor are told about one submission.

    Attributes
    ----------
    student, topic : str
        Whose it is, and for which assignment.
    scores : dict of str to (float or None)
        Points of each graded cell; None where a person has to give them.
    comments : dict of str to (str or None)
        nbgrader's own comment on each answer's cell.
    timestamp : str
        When it was handed in, or "".
    notices : tuple of str
        What the student is told.
    fault : str
        What went wrong in grading itself, or "".
    doubts : tuple of str
        The graded cells that a person should look at, whatever their points.
    answers : dict of str to str
        A digest of each exercise's answer (see `rebuild.texts`).
    """

    student: str
    topic: str
    scores: dict[str, float | None]
    comments: dict[str, str | None]
    timestamp: str = ""
    notices: tuple[str, ...] = ()
    fault: str = ""
    doubts: tuple[str, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)


class Explained(TypedDict):
    """The record that explains a grade: by which exercises, with which inputs, behind which isolation.

    `exercises` has the judge's reports as plain data, and `flags` what the instructor alone is told, both by the
    exercise's id.
    """

    student: str
    topic: str
    exercises_digest: str
    seed_id: str
    isolation: str
    exercises: dict[str, Report]
    flags: dict[str, tuple[str, ...]]
    notices: tuple[str, ...]
    answers: dict[str, str]
    seconds: dict[str, float]
    sandboxes: NotRequired[int]
    cost: NotRequired[dict[str, float]]
    error: NotRequired[str]


@dataclass(frozen=True)
class Finished:
    """The result for one submission: what the gradebook is told, what explains it, and the graded notebook as text."""

    judged: Judged
    record: Explained
    notebook: str


def record(gradebook, topic, judged, before):
    """Record judged submissions of one topic, each by a different student, in one transaction.

    Scores and comments given by hand are left as they are. An answer that is the same as when it was last recorded
    needs a person only if it did then; nbgrader itself would send every mark back to its marker. Penalties come after
    all marks (see `penalties`).

    Parameters
    ----------
    before : dict of str to dict
        By student, a digest of each answer that the gradebook's row is about, as in `Judged.answers`.
    """
    db = gradebook.db
    notebook = gradebook.find_notebook(topic, topic)
    names = {cell.id: cell.name for cell in (*notebook.grade_cells, *notebook.solution_cells)}
    try:
        submissions = _submissions(db, notebook, [each.student for each in judged])
        for each in judged:
            submission = submissions[each.student]
            if each.timestamp:
                submission.timestamp = parse_utc(each.timestamp)
            (handed_in,) = submission.notebooks
            known = before.get(each.student, {})
            for grade in handed_in.grades:
                name, graded_before = names[grade.cell_id], grade.auto_score
                grade.auto_score = each.scores[name]
                points = grade.auto_score if grade.manual_score is None else grade.manual_score
                if points is None:
                    grade.needs_manual_grade = True
                elif name not in each.answers or known.get(name) != each.answers[name]:
                    grade.needs_manual_grade = grade.manual_score is not None or name in each.doubts
                elif name in each.doubts and grade.manual_score is None and grade.auto_score != graded_before:
                    grade.needs_manual_grade = True  # the same answer ran out of time, for instance, and did not before
            for comment in handed_in.comments:
                comment.auto_comment = each.comments[names[comment.cell_id]]
        db.commit()
    except BaseException:
        db.rollback()
        raise


def _submissions(db, notebook, students):
    """Return the rows of students' submissions, by student; missing ones are made as nbgrader makes them."""
    known = set(db.scalars(select(Student.id).where(Student.id.in_(students))))
    db.add_all(Student(id=student) for student in students if student not in known)
    parts = selectinload(SubmittedAssignment.notebooks)
    rows = db.scalars(
        select(SubmittedAssignment)
        .where(
            SubmittedAssignment.assignment_id == notebook.assignment_id, SubmittedAssignment.student_id.in_(students)
        )
        .options(parts.selectinload(SubmittedNotebook.grades), parts.selectinload(SubmittedNotebook.comments))
    )
    found = {row.student_id: row for row in rows}
    for student in students:
        if student not in found:
            found[student] = _new(notebook, student)
            db.add(found[student])
    return found


def _new(notebook, student):
    """Return a submission with a row for each grade and each comment, as ``Gradebook.add_submission`` makes it."""
    handed_in = SubmittedNotebook(
        notebook_id=notebook.id,
        grades=[Grade(cell_id=cell.id) for cell in notebook.grade_cells],
        comments=[Comment(cell_id=cell.id) for cell in notebook.solution_cells],
    )
    return SubmittedAssignment(assignment=notebook.assignment, student_id=student, notebooks=[handed_in])
