"""Due dates and extensions are set as nbgrader's gradebook keeps them, and shown where students look."""

import json
import zipfile
from datetime import datetime, timedelta

import pytest
from rich.console import Console

from autograder import classroom
from autograder.__main__ import main
from autograder.classroom.config import gradebook, load
from autograder.solutions import SETTING

QUIET = Console(quiet=True)


@pytest.fixture
def place(fresh):
    """A class with two students on its roster, and a clock in Berlin."""
    (fresh / "roster.csv").write_text("id\nann\nben\n")
    with (fresh / "nbgrader_config.py").open("a") as file:
        file.write("c.Exchange.timezone = 'Europe/Berlin'\n")
    return fresh


def due(place, *words):
    """Run the command."""
    return main(["due", str(place), *words])


def kept(place, student=None):
    """Return a due date, or a student's extension, from nbgrader's gradebook."""
    with gradebook(load(classroom.open_class(place))) as book:
        return book.find_submission("toy", student).extension if student else book.find_assignment("toy").duedate


def readme(place):
    with zipfile.ZipFile(place / "handout" / "toy.zip") as archive:
        return archive.read("toy/README.txt").decode()


DATES = {
    ("2026-07-12", "18:00"): datetime(2026, 7, 12, 16),
    ("2026-12-12T18:00:30",): datetime(2026, 12, 12, 17, 0, 30),
    ("2026-07-12",): datetime(2026, 7, 12, 21, 59),
    ("2026-07-12 18:00 UTC",): datetime(2026, 7, 12, 18),
    ("2026-07-12 18:00Z",): datetime(2026, 7, 12, 18),
    ("2026-07-12 18:00 Asia/Tokyo",): datetime(2026, 7, 12, 9),
    ("2026-07-12 18:00-04:30",): datetime(2026, 7, 12, 22, 30),
    ("none",): None,
}
REFUSED = {
    ("toy", "12.7.2026"): "expected a date such as 2026-10-12 18:00",
    ("toy", "2026-02-30"): "got '2026-02-30'",
    ("toy", "2026-02-20", "25:00"): "got '2026-02-20 25:00'",
    ("toy", "2026-02-20", "Nowhere/Land"): "got '2026-02-20 Nowhere/Land'",
    ("toy", "+2d"): "'+2d' is an extension for some students: say whose with --student ID",
    ("toy", "+2d", "--student", "ann"): "toy has no due date yet",
    ("toy", "none", "--student", "anne"): "no student in the class is 'anne'; did you mean 'ann'?",
    ("tow", "2026-02-20"): "'tow' is not released in this class; released: toy",
    ("2026-02-20",): "'2026-02-20' is not released",
}


def test_a_date_is_by_the_classs_clock_unless_it_names_a_zone(place):
    for words, utc in DATES.items():
        assert due(place, "toy", *words) == 0
        assert kept(place) == utc, words


def test_what_is_no_date_or_nobodys_is_refused_and_changes_nothing(place, capsys):
    for words, said in REFUSED.items():
        assert due(place, *words) == 2, words
        assert said in " ".join(capsys.readouterr().err.split())
    assert kept(place) is None


def test_extensions_are_shown_beside_the_date_and_stay_when_students_hand_in(place, hand_in, capsys):
    due(place, "toy", "2026-07-12", "18:00")
    due(place, "--student", "ben", "toy", "+2d")
    due(place, "toy", "2026-07-12", "15:30", "--student", "ann")
    assert (kept(place, "ben"), kept(place, "ann")) == (timedelta(days=2), -timedelta(hours=2, minutes=30))
    hand_in(place, "ben")
    classroom.grade(place, console=QUIET)
    assert kept(place, "ben") == timedelta(days=2)
    capsys.readouterr()
    due(place)
    assert capsys.readouterr().out.splitlines() == [
        "toy: due Sunday, 12 July 2026, 18:00 CEST",
        "  ann: 2 hours 30 minutes earlier, until Sunday, 12 July 2026, 15:30 CEST",
        "  ben: 2 days later, until Tuesday, 14 July 2026, 18:00 CEST",
    ]
    due(place, "toy", "none", "--student", "ann")
    assert "ann" not in capsys.readouterr().out


def test_the_handout_tells_points_date_and_penalty_as_they_are_now(place, course):
    assert readme(place).splitlines()[1:3] == ["Points:     7", ""], "there is no due date to show"
    with (place / "nbgrader_config.py").open("a") as file:
        file.write("c.Course.show_solutions = 'after_due'\nc.Course.late_penalty = 0.1\n")
    due(place, "toy", "2026-07-12", "18:00")
    assert readme(place).splitlines()[1:5] == [
        "Points:     7",
        "Due:        Sunday, 12 July 2026, 18:00 CEST",
        "Late:       10% of your points are taken off for each day late or part of one",
        "",
    ]
    with zipfile.ZipFile(place / "handout" / "toy.zip") as archive:
        for text in (archive.read(f"toy/{SETTING}"), (place / "release" / "toy" / SETTING).read_bytes()):
            assert json.loads(text)["due"] == "2026-07-12T16:00:00+00:00"
    assert classroom.release(place, root=course).unchanged == ("toy",)
    with gradebook(load(classroom.open_class(place))) as book:
        book.update_or_create_assignment("toy", duedate="2026-07-13 16:00 UTC")
    assert classroom.release(place, root=course).released == ("toy",), "nbgrader's own date is shown at a release"
    assert "Monday, 13 July 2026" in readme(place)
