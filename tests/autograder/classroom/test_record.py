"""The gradebook holds, row for row, what nbgrader's own autograde writes there."""

import shutil

import nbformat
import pytest
from nbgrader.api import Comment, Grade
from rich.console import Console

from autograder import classroom
from autograder.classroom import config as settings
from autograder.classroom.record import Judged, record

QUIET = Console(quiet=True)
RIGHT = {"double": "def double(a):\n    return 2 * a", "share": "share = 0.75", "why": "Because it is so."}
SETTINGS = "\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"


def rows(directory):
    """Return everything that a gradebook says about submissions, except for the rows' own ids."""
    with settings.gradebook(settings.load(classroom.open_class(directory))) as book:
        submissions = book.assignment_submissions("toy")
        students = sorted(student.id for student in book.students)
        return students, sorted(
            (
                (each.student.id, str(each.timestamp), each.extension, each.score, each.needs_manual_grade),
                [(notebook.name, notebook.late_submission_penalty, notebook.flagged) for notebook in each.notebooks],
                sorted(
                    (grade.name, grade.auto_score, grade.manual_score, grade.extra_credit, grade.needs_manual_grade)
                    for grade in each.notebooks[0].grades
                ),
                sorted(
                    (comment.name, comment.auto_comment or "", comment.manual_comment or "")
                    for comment in each.notebooks[0].comments
                ),
            )
            for each in submissions
        )


@pytest.fixture
def twins(fresh, hand_in, tmp_path):
    """Two copies of a class in which answers are right, late, wrong and missing."""
    (fresh / "nbgrader_config.py").write_text((fresh / "nbgrader_config.py").read_text() + SETTINGS)
    with settings.gradebook(settings.load(classroom.open_class(fresh))) as book:
        book.update_or_create_assignment("toy", duedate="2026-01-01 12:00:00 UTC")
    hand_in(fresh, "right", **RIGHT)
    hand_in(fresh, "wrong", double="def double(a):\n    return a * a", share="share = 0.2")
    hand_in(fresh, "blank")
    for student, hour in (("early", 11), ("late", 13)):
        hand_in(fresh, student, **RIGHT).with_name("timestamp.txt").write_text(f"2026-01-01 {hour}:00:00 UTC")
    return fresh, shutil.copytree(fresh, tmp_path / "twin")


def by_hand(directory):
    """Give scores and comments by hand, as an instructor does in formgrader."""
    with settings.gradebook(settings.load(classroom.open_class(directory))) as book:
        for exercise, student, points in (("why", "right", 3.5), ("why", "early", 1.0), ("double", "wrong", 1.5)):
            given = book.find_grade(exercise, "toy", "toy", student)
            given.manual_score, given.needs_manual_grade = points, False
        book.find_grade("share", "toy", "toy", "blank").extra_credit = 0.25
        book.find_comment("why", "toy", "toy", "right").manual_comment = "Well said."
        book.find_submission("toy", "late").notebooks[0].flagged = True
        book.grant_extension("toy", "late", hours=5)
        book.db.commit()


def test_rows_are_those_of_nbgrader_on_the_first_run_and_on_a_regrade(twins, hand_in, nbgrader):
    """Except for a person's mark on an answer that is still the same: nbgrader has it looked at again."""
    ours, theirs = twins
    classroom.grade(ours, console=QUIET)
    assert nbgrader(theirs, "autograde", "toy").returncode == 0
    assert rows(ours) == rows(theirs)
    for directory in twins:
        by_hand(directory)
        hand_in(directory, "blank", share="share = 0.75")
        hand_in(directory, "early", **RIGHT | {"why": "Because I say so."})
    classroom.grade(ours, force=True, console=QUIET)
    assert nbgrader(theirs, "autograde", "toy", "--force").returncode == 0
    assert needing(ours, ("right", "wrong")) == {("right", "why"): False, ("wrong", "double"): False}
    assert needing(theirs, ("right", "wrong")) == {("right", "why"): True, ("wrong", "double"): True}
    for directory in twins:
        look_again(directory)
    assert rows(ours) == rows(theirs)
    grades = next(each[2] for each in rows(ours)[1] if each[0][0] == "early")
    assert ("why", None, 1.0, None, True) in grades, "the mark is kept, and the answer is to be looked at again"


def needing(directory, students):
    """Return whether a person has to look again at the answer marked by hand."""
    with settings.gradebook(settings.load(classroom.open_class(directory))) as book:
        return {
            (student, grade.name): grade.needs_manual_grade
            for student in students
            for grade in book.find_submission("toy", student).notebooks[0].grades
            if grade.manual_score is not None
        }


def look_again(directory):
    with settings.gradebook(settings.load(classroom.open_class(directory))) as book:
        for exercise, student in (("why", "right"), ("double", "wrong")):
            book.find_grade(exercise, "toy", "toy", student).needs_manual_grade = True
        book.db.commit()


def test_graded_notebooks_are_those_of_nbgrader_but_for_outputs(twins, nbgrader):
    ours, theirs = twins
    classroom.grade(ours, console=QUIET)
    assert nbgrader(theirs, "autograde", "toy").returncode == 0
    for student in ("right", "wrong", "blank", "early", "late"):
        folders = [directory / "autograded" / student / "toy" for directory in twins]
        files = [sorted((path.name, path.stat().st_mode) for path in folder.iterdir()) for folder in folders]
        assert files[0] == files[1]
        one, other = (nbformat.read(folder / "toy.ipynb", as_version=4) for folder in folders)
        for cell in (*one.cells, *other.cells):
            cell.pop("outputs", None), cell.pop("execution_count", None), cell.metadata.pop("execution", None)
        assert one.cells == other.cells
        assert one.metadata.kernelspec == other.metadata.kernelspec


def test_a_batch_is_recorded_whole_or_not_at_all(fresh):
    place = classroom.open_class(fresh)
    config = settings.load(place)
    scores, comments = (
        {"double": 2.0, "share": 1.0, "why": None},
        dict.fromkeys(("double-answer", "share-answer", "why")),
    )
    batch = [Judged("a", "toy", scores, comments), Judged("b", "toy", {}, comments)]
    with settings.gradebook(config) as book:
        with pytest.raises(KeyError):
            record(book, "toy", batch, {})
        assert book.students == []
        assert book.db.query(Grade).count() == book.db.query(Comment).count() == 0
        record(book, "toy", batch[:1], {})
        assert book.find_submission("toy", "a").score == 3.0


def test_a_plugin_for_late_penalties_that_fails_is_named(twins):
    ours, _ = twins
    (ours / "plugin.py").write_text(
        "from nbgrader.plugins import BasePlugin\n"
        "class Severe(BasePlugin):\n"
        "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n"
        "        raise ValueError('how late?')\n"
    )
    with open(ours / "nbgrader_config.py", "a") as file:
        file.write("from plugin import Severe\n")
        file.write("c.AssignLatePenalties.plugin_class = Severe\n")
    with pytest.raises(classroom.ClassError, match="the plugin for late penalties failed: ValueError: how late?"):
        classroom.grade(ours, console=QUIET)
