"""What there is to mark: the questions of a class, and the answers to each that a person has to mark."""

import hashlib
from dataclasses import dataclass
from functools import cached_property, lru_cache

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    GradeCell,
    Notebook,
    SolutionCell,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import and_, case, func, select

from ... import exercise as model
from .. import pin
from ..layout import ClassDirectory, ClassError
from ..source import ANSWER
from . import rubric

TO_MARK, AGAIN, MARKED, STANDS = "to be marked", "marked, but changed since", "marked", "the judge's points stand"


@dataclass(frozen=True)
class Question:
    """One exercise of one assignment, with the points that it is worth."""

    place: ClassDirectory
    topic: str
    name: str
    is_text: bool
    possible: float

    @property
    def id(self):
        return f"{self.topic}/{self.name}"

    @cached_property
    def exercise(self):
        """The exercise as the class is pinned to it."""
        return model.load(self.id, self.place.exercises)


@dataclass(frozen=True)
class Answer:
    """One answer as the gradebook has it now: nbgrader's rows, and the choice of items that was saved for it."""

    student: str
    grade: Grade
    comment: Comment
    choice: rubric.Choice | None

    @property
    def state(self):
        """One of the words above."""
        if self.grade.needs_manual_grade:
            return TO_MARK if self.grade.manual_score is None else AGAIN
        return STANDS if self.grade.manual_score is None else MARKED

    @property
    def is_chosen(self):
        """Whether its points are those of the choice: formgrader, for instance, may have given others since."""
        return self.choice is not None and self.choice.points == self.grade.manual_score

    @property
    def version(self):
        """A digest of all that a marker changes, by which a second marker is noticed."""
        grade = self.grade
        seen = (grade.manual_score, grade.needs_manual_grade, self.comment.manual_comment, self.choice)
        return hashlib.sha256(repr(seen).encode("utf-8", "replace")).hexdigest()[:16]


def questions(gradebook, place):
    """Return (question, how many answers wait, how many are marked) of what a person has to mark, or had to.

    That is all free texts, and whatever else the gradebook has a person look at.
    """
    topics = tuple(pin.read(place)["topics"])
    waits = case((Grade.needs_manual_grade, 1), else_=0)
    is_marked = case((and_(Grade.manual_score.is_not(None), Grade.needs_manual_grade.is_(False)), 1), else_=0)
    about = (Assignment.name, GradeCell.name, GradeCell.cell_type, GradeCell.max_score)
    rows = gradebook.db.execute(
        select(*about, func.coalesce(func.sum(waits), 0), func.coalesce(func.sum(is_marked), 0))
        .select_from(GradeCell)
        .join(Notebook, Notebook.id == GradeCell.notebook_id)
        .join(Assignment, Assignment.id == Notebook.assignment_id)
        .outerjoin(Grade, Grade.cell_id == GradeCell.id)
        .where(Assignment.name.in_(topics))
        .group_by(*about)
    ).all()
    found = []
    for topic, name, kind, possible, waiting, marked in rows:
        asked = Question(place, topic, name, kind == "markdown", possible)
        stand = sum(choice.points is None for choice in rubric.read(asked).choices.values())
        if asked.is_text or waiting or marked + stand:
            found.append((asked, int(waiting), int(marked) + stand))
    return sorted(found, key=lambda each: (topics.index(each[0].topic), not each[0].is_text, each[0].name))


def question(gradebook, place, topic, name) -> Question:
    """Return one question.

    Raises
    ------
    ClassError
        When the class has no such graded exercise.
    """
    row = gradebook.db.execute(
        select(GradeCell.cell_type, GradeCell.max_score)
        .join(Notebook, Notebook.id == GradeCell.notebook_id)
        .join(Assignment, Assignment.id == Notebook.assignment_id)
        .where(Assignment.name == topic, GradeCell.name == name)
    ).first()
    if row is None or topic not in pin.read(place)["topics"]:
        asked = f"{topic}/{name}"
        raise ClassError(f"{asked!a} is not an exercise released in this class; without one, the page lists them all")
    return Question(place, topic, name, row[0] == "markdown", row[1])


def answers(gradebook, question, kept, student=None) -> list[Answer]:
    """Return the answers to a question that a person has to mark or has marked, by student, with the saved choices.

    With a `student`, only theirs: one, or none.
    """
    cell = question.name if question.is_text else f"{question.name}{ANSWER}"
    query = (
        select(SubmittedAssignment.student_id, Grade, Comment)
        .select_from(Grade)
        .join(GradeCell, and_(GradeCell.id == Grade.cell_id, GradeCell.name == question.name))
        .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, and_(Assignment.id == SubmittedAssignment.assignment_id, Assignment.name == question.topic))
        .join(Comment, Comment.notebook_id == SubmittedNotebook.id)
        .join(SolutionCell, and_(SolutionCell.id == Comment.cell_id, SolutionCell.name == cell))
        .order_by(SubmittedAssignment.student_id)
    )
    rows = gradebook.db.execute(query if student is None else query.where(SubmittedAssignment.student_id == student))
    found = [Answer(whose, grade, comment, kept.choices.get(whose)) for whose, grade, comment in rows]
    return [each for each in found if each.state != STANDS or each.is_chosen]


def shuffled(question, found, marker):
    """Return answers in an order that is one marker's own for this question, always the same.

    A student who comes late in one marker's list comes early in another's, so that none is always read with tired eyes.
    """
    return sorted(found, key=lambda answer: key(question, answer.student, f"order of {marker}"))


@lru_cache(100_000)
def key(question, student, purpose="key"):
    """Return what represents an answer in addresses, without revealing whose it is."""
    return question.place.student_secret(student, f"{purpose} of {question.id}")[:16]
