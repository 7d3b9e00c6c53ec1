"""Write feedback: nbgrader's own pages, again only for what has changed since they were written."""

import hashlib
import json
import shutil
from collections import defaultdict

from nbgrader.api import Assignment, Comment, Notebook, SolutionCell, Student, SubmittedAssignment, SubmittedNotebook
from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException

from . import config as settings
from .layout import ClassError, alone, open_class, replace_folder, scratch, write_file
from .progress import after_each, bars
from .results import results


@alone
def feedback(directory, topics=(), *, students=(), force=False, console=None) -> tuple[tuple[str, str], ...]:
    """Write a page of feedback for each graded submission, ``feedback/<student>/<topic>/<topic>.html``.

    Parameters
    ----------
    directory : path
        The class directory.
    topics, students : sequence of str
        For what and whom; without any, for all that is graded.
    force : bool, optional
        Write pages again whose grades and comments have not changed.
    console : rich.console.Console, optional
        Where progress is shown.

    Returns
    -------
    tuple of (student, topic)
        The pages that were written.

    Raises
    ------
    ClassError
        When nbgrader cannot write a page.
    """
    place = open_class(directory)
    config = settings.load(place)
    written = _read_state(place)
    now = _fingerprints(place, config)
    due = defaultdict(list)
    for (student, topic), fingerprint in now.items():
        if (topics and topic not in topics) or (students and student not in students):
            continue
        page = place.step("feedback", student, topic, f"{topic}.html")
        if force or written.get(f"{student}/{topic}") != fingerprint or not page.exists():
            due[topic].append(student)
    if not due:
        return ()
    with bars(console, sum(map(len, due.values())), "Writing feedback") as (wrote,):
        for topic, names in due.items():
            _write(place, topic, names, config, wrote)
            written |= {f"{student}/{topic}": now[student, topic] for student in names}
            write_file(place.state / "feedback.json", json.dumps(written, indent=1, sort_keys=True).encode())
    return tuple((student, topic) for topic, names in due.items() for student in names)


def _read_state(place):
    try:
        return json.loads((place.state / "feedback.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _fingerprints(place, config):
    """Return, for each graded submission, a digest of all that its page shows."""
    shown = defaultdict(list)
    for result in results(place):
        shown[result.student, result.topic].append(repr(result))
    with settings.gradebook(config) as gradebook:
        for student, topic, *comment in _comments(gradebook):
            shown[student, topic].append(repr(comment))
    found = {}
    for (student, topic), lines in shown.items():
        graded = place.step("autograded", student, topic, f"{topic}.ipynb")
        if graded.exists():
            found[student, topic] = hashlib.sha256(graded.read_bytes() + "\n".join(sorted(lines)).encode()).hexdigest()
    return found


def _comments(gradebook):
    """Return (student, topic, cell, comment) of all comments."""
    return (
        gradebook.db.query(Student.id, Assignment.name, SolutionCell.name, Comment.comment)
        .select_from(Comment)
        .join(SolutionCell, SolutionCell.id == Comment.cell_id)
        .join(SubmittedNotebook, SubmittedNotebook.id == Comment.notebook_id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .join(Student, Student.id == SubmittedAssignment.student_id)
        .all()
    )


def _write(place, topic, students, config, done):
    """Run nbgrader's generate_feedback on some students' graded notebooks, and put its pages in their places."""
    with scratch(place) as folder:
        for student in students:
            graded = folder / "autograded" / student / topic
            graded.mkdir(parents=True)
            shutil.copyfile(place.step("autograded", student, topic, f"{topic}.ipynb"), graded / f"{topic}.ipynb")
        log_file = place.state / f"feedback-{topic}.log"
        config = config.copy()
        config.CourseDirectory.autograded_directory = str((folder / "autograded").relative_to(place.root))
        config.CourseDirectory.feedback_directory = str((folder / "feedback").relative_to(place.root))
        config.CourseDirectory.assignment_id = topic
        with settings.log_to(log_file) as log, settings.nbgrader_at_work():
            converter = GenerateFeedback(coursedir=settings.course_directory(config), config=config, log=log)
            after_each(converter, done)
            try:
                converter.start()
            except NbGraderException as error:
                raise ClassError(f"nbgrader could not write feedback on {topic}; see {log_file}") from error
        for student in students:
            replace_folder(folder / "feedback" / student / topic, place.step("feedback", student, topic))
