"""Write feedback: a page for each graded submission, written again only if something has changed since."""

import hashlib
import json
import os
from collections import defaultdict
from dataclasses import dataclass, field

from nbgrader.api import Assignment, Comment, Grade, GradeCell, SolutionCell, SubmittedAssignment
from sqlalchemy import select

from . import config as settings
from . import penalties, pin
from .deadlines import deadlines
from .disclosure import notes
from .layout import ClassError, alone, open_class, replace_folder, scratch, write_file
from .ledger import settle
from .pages import Grades, Page, makers
from .progress import bars
from .rows import of_submissions
from .submission import SECRET, TIMESTAMP, exchanged

WAITS = (GradeCell.cell_type, Grade.needs_manual_grade, Grade.manual_score)


@dataclass(frozen=True)
class Written:
    """What writing feedback did: the pages that were written, and why others, by (student, topic), could not be.

    Each of the others is replaced by one that has the points and says so. `waiting` counts the pages with a free text
    that a person still has to mark.
    """

    pages: tuple[tuple[str, str], ...] = ()
    faults: dict[tuple[str, str], str] = field(default_factory=dict)
    waiting: int = 0


@alone
def feedback(directory, topics=(), *, students=(), force=False, workers=None, console=None) -> Written:
    """Write a page of feedback for each graded submission, ``feedback/<student>/<topic>/<topic>.html``.

    Parameters
    ----------
    directory : path
        The class directory.
    topics, students : sequence of str
        Which and whose to write for; by default, all that are graded.
    force : bool, optional
        Write pages again whose grades and comments have not changed.
    workers : int, optional
        How many pages are made at once; by default one for each processor.
    console : rich.console.Console, optional
        Where progress is shown.
    """
    place = open_class(directory)
    config = settings.load(place)
    with settings.gradebook(config) as gradebook, settings.log_to(place.state / "feedback.log") as log:
        settle(place, gradebook, config, log)
        grades, note = _grades(gradebook), notes(config, deadlines(gradebook))
    for key, shown in grades.items():
        shown.withheld = note(*key)
    _require_graded(place, grades, topics, students)
    written, now, due = _read_state(place), {}, []
    for (student, topic), shown in sorted(grades.items()):
        graded = place.step("autograded", student, topic, f"{topic}.ipynb")
        if (topics and topic not in topics) or (students and student not in students) or not graded.is_file():
            continue
        now[student, topic] = hashlib.sha256(graded.read_bytes() + repr(shown).encode()).hexdigest()
        page = place.step("feedback", student, topic, f"{topic}.html")
        if force or written.get(f"{student}/{topic}") != now[student, topic] or not page.exists():
            due.append((student, topic))
    if not due:
        return Written()
    faults = {}
    with (
        scratch(place) as folder,
        makers(len(due), workers or os.cpu_count() or 1) as make_pages,
        bars(console, len(due), "Writing feedback") as (wrote,),
    ):
        pages = [
            Page(place, student, topic, grades[student, topic], folder / student / topic / f"{topic}.html")
            for student, topic in due
        ]
        try:
            for page, reason in make_pages(pages):
                _put(place, page)
                if reason:
                    faults[page.student, page.topic] = reason
                    written.pop(f"{page.student}/{page.topic}", None)
                else:
                    written[f"{page.student}/{page.topic}"] = now[page.student, page.topic]
                wrote()
        finally:
            write_file(place.state / "feedback.json", json.dumps(written, indent=1, sort_keys=True).encode())
    pages = tuple(each for each in due if each not in faults)
    return Written(pages, faults, sum(bool(grades[each].waiting) for each in pages))


def _require_graded(place, grades, topics, students):
    """Refuse to write for a topic that the class does not have, or a student with nothing graded."""
    known = dict.fromkeys((*pin.read(place)["topics"], *(topic for _, topic in grades)))
    for topic in topics:
        if topic not in known:
            raise ClassError(f"{topic!r} is not released in this class; released: {', '.join(known)}")
    for student in {*students} - {student for student, _ in grades}:
        raise ClassError(f"nothing from {student!r} is graded in {place.root}; to grade: autograder grade {place.root}")


def _put(place, page):
    """Put a page in its place, with what nbgrader's exchange needs next to it to give it only to the student.

    The exchange gives it to anyone who knows the submission's secret, and stops if there is none; what was handed in
    another way gets one that nobody knows.
    """
    nobodys = place.student_secret(page.student, f"feedback on {page.topic}").encode()
    beside = {TIMESTAMP: b"", SECRET: nobodys} | exchanged(place.step("submitted", page.student, page.topic))
    for name, content in beside.items():
        page.target.with_name(name).write_bytes(content)
    replace_folder(page.target.parent, place.step("feedback", page.student, page.topic))


def _read_state(place):
    try:
        return json.loads((place.state / "feedback.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _grades(gradebook):
    """Return the `Grades` of each submission that the gradebook has, by (student, topic)."""
    found = defaultdict(Grades)
    submitted = (SubmittedAssignment.student_id, Assignment.name)
    for student, topic, cell, score, possible, kind, pending, manual in gradebook.db.execute(
        of_submissions(
            select(*submitted, GradeCell.name, Grade.score, GradeCell.max_score, *WAITS).select_from(Grade), Grade
        ).join(GradeCell, GradeCell.id == Grade.cell_id)
    ):
        found[student, topic].points[cell] = (score, possible)
        if kind == "markdown" and pending and manual is None:
            found[student, topic].waiting += (cell,)
    for student, topic, cell, comment in gradebook.db.execute(
        of_submissions(select(*submitted, SolutionCell.name, Comment.comment).select_from(Comment), Comment).join(
            SolutionCell, SolutionCell.id == Comment.cell_id
        )
    ):
        found[student, topic].comments[cell] = comment
    for key, penalty in penalties.by_submission(gradebook).items():
        found[key].penalty = penalty
    return found
