"""Where each student stands in each assignment: the score as far as it is known, and what waits, is late or missing."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from nbgrader.api import Student, SubmittedAssignment
from sqlalchemy import select

from . import config as settings
from . import pin, submission
from .deadlines import deadlines
from .layout import open_class
from .ledger import settle
from .results import results
from .untimed import late as late_by_word

MISSING, UNGRADED, WAITING, GRADED = "missing", "not graded yet", "waits for marks", "graded"


SUBMITTED = select(  # no more than is needed: some of its other columns are slow sums
    SubmittedAssignment.assignment_id,
    SubmittedAssignment.student_id,
    SubmittedAssignment.timestamp,
    SubmittedAssignment.score,
    SubmittedAssignment.late_submission_penalty,
)


@dataclass(frozen=True)
class Standing:
    """One student's standing in one assignment.

    Attributes
    ----------
    state : str
        One of the words above. A student of the gradebook or the roster who has handed in nothing is missing.
    raw, score : float or None
        Points marked so far, and the same with the penalty taken off, as in ``grades.csv``; None where nothing was
        graded.
    penalty, possible, waiting : float
        Points taken off for being late, points possible, and points that a person still has to give.
    handed_in, due : datetime or None
        In UTC, without a zone, as nbgrader keeps them; `due` with the student's extension.
    late : float
        Seconds after `due`.
    untimed : bool
        Whether an LMS says that it was late, but nothing says when it was handed in; `late` is then 0.
    """

    student: str
    topic: str
    first_name: str
    last_name: str
    email: str
    state: str
    raw: float | None
    score: float | None
    penalty: float
    possible: float
    waiting: float
    handed_in: datetime | None
    due: datetime | None
    late: float
    untimed: bool

    @property
    def final(self):
        """The score once it is final: None as long as something is missing, not graded, or waits for a mark."""
        return self.score if self.state == GRADED else None

    @property
    def name(self):
        """The student's name as a list sorts it, or the id."""
        return ", ".join(filter(None, (self.last_name, self.first_name))) or self.student


def standings(place, log, found=None) -> tuple[Standing, ...]:
    """Return the standing of every student in every assignment, by topic, last name, first name and id.

    `found` are the class's results, if they are at hand. Penalties are settled first.
    """
    waiting = defaultdict(float)
    for result in results(place) if found is None else found:
        waiting[result.student, result.topic] += result.possible if result.points is None else 0.0
    config, untimed = settings.load(place), late_by_word(place)
    with settings.gradebook(config) as gradebook:
        settle(place, gradebook, config, log)
        rows, due = submitted(gradebook), deadlines(gradebook)
        rank = pin.rank(place)
        assignments = sorted(gradebook.assignments, key=lambda each: rank(each.name))
        students = by_name(gradebook)
        return tuple(
            _standing(
                place,
                student,
                assignment.name,
                rows.get((assignment.id, student.id)),
                due.of(assignment.name, student.id),
                possible,
                waiting.get((student.id, assignment.name), 0.0),
                (student.id, assignment.name) in untimed,
            )
            for assignment in assignments
            for possible in [assignment.max_score]
            for student in students
        )


def without_score(directory) -> dict[str, str]:
    """Return how many submissions have no score, by state, in words: "20 in convolution, 1 in dropout".

    Parameters
    ----------
    directory : path
        The class directory.
    """
    place, counts = open_class(directory), defaultdict(Counter)
    with settings.log_to(place.state / "export.log") as log:
        for each in standings(place, log):
            if each.final is None:
                counts[each.state][each.topic] += 1
    return {state: ", ".join(f"{n} in {topic}" for topic, n in own.items()) for state, own in counts.items()}


def submitted(gradebook):
    """Return (handed in, score, penalty) by (assignment's id, student), where the gradebook has a row."""
    return {(assignment, student): rest for assignment, student, *rest in gradebook.db.execute(SUBMITTED)}


def by_name(gradebook):
    """Return the gradebook's students by last name, first name and id."""
    return gradebook.db.scalars(select(Student).order_by(Student.last_name, Student.first_name, Student.id)).all()


def _standing(place, student, topic, row, due, possible, waiting, untimed):
    folder = place.step("submitted", student.id, topic)
    raw, score, penalty, handed_in, late = None, None, 0.0, None, 0.0
    if row is not None:
        handed_in, raw, penalty = row
        penalty = penalty or 0.0
        score = max(0.0, raw - penalty)
        late = max(0.0, (handed_in - due).total_seconds()) if handed_in and due else 0.0
    if submission.is_empty(folder) or (row is None and not folder.is_dir()):
        state = MISSING
    else:
        state = UNGRADED if row is None else WAITING if waiting else GRADED
    return Standing(
        student=student.id,
        topic=topic,
        first_name=student.first_name or "",
        last_name=student.last_name or "",
        email=student.email or "",
        state=state,
        raw=raw,
        score=score,
        penalty=penalty,
        possible=possible,
        waiting=waiting,
        handed_in=handed_in,
        due=due,
        late=late,
        untimed=untimed and not late and state != MISSING,
    )
