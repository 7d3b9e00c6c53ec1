"""When students have to hand in: an assignment's due date, and the extension that a student was granted."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nbgrader.api import Assignment, SubmittedAssignment
from sqlalchemy import select


@dataclass(frozen=True)
class Deadlines:
    """The due date of each assignment that has one, and by (topic, student) the extensions, which may be negative.

    >>> deadlines = Deadlines({"toy": datetime(2026, 2, 2)}, {("toy", "ann"): timedelta(days=1)})
    >>> deadlines.of("toy", "ann").day, deadlines.of("toy", "ben").day, deadlines.of("other", "ann")
    (3, 2, None)
    """

    dates: dict[str, datetime]
    extensions: dict[tuple[str, str], timedelta]

    def of(self, topic, student):
        """Return when a student has to hand in, in UTC and without a zone as nbgrader keeps it, or None."""
        date = self.dates.get(topic)
        return date and date + self.extensions.get((topic, student), timedelta())


def deadlines(gradebook) -> Deadlines:
    """Return the deadlines of an open gradebook."""
    dates = select(Assignment.name, Assignment.duedate).where(Assignment.duedate.is_not(None))
    granted = (
        select(Assignment.name, SubmittedAssignment.student_id, SubmittedAssignment.extension)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(SubmittedAssignment.extension.is_not(None))
    )
    found = {(topic, student): extension for topic, student, extension in gradebook.db.execute(granted)}
    return Deadlines(dict(tuple(row) for row in gradebook.db.execute(dates)), found)


def clock(time, zone) -> str:
    """Return a time from the gradebook, which is in UTC, in words and by a zone's clock.

    >>> clock(datetime(2026, 10, 12, 18), UTC)
    'Monday, 12 October 2026, 18:00 UTC'
    """
    local = time.replace(tzinfo=UTC).astimezone(zone)
    return f"{local:%A}, {local.day} {local:%B %Y, %H:%M %Z}"
