"""The best of several hand-ins counts, each judged by itself, whichever came last and wherever a kill struck."""

import json
import os
import shutil
import zipfile
from datetime import UTC, datetime

import pytest
from rich.console import Console

from autograder import classroom
from autograder.classroom import attempts, config
from autograder.classroom.config import gradebook, load

QUIET = Console(quiet=True)
DOUBLE, SQUARE = "def double(a):\n    return 2 * a", "def double(a):\n    return a * a"
GOOD, FAIR, POOR = {"double": DOUBLE}, {"share": "share = 0.75"}, {"double": SQUARE}


@pytest.fixture
def place(fresh):
    place = classroom.open_class(fresh)
    place.roster_file.write_text("id\nann\nben\n")
    with place.config_file.open("a") as file:
        file.write("c.Course.counts = 'best'\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    return place


@pytest.fixture
def collect(place, hand_in, tmp_path):
    """A function that collects a download of hand-ins, each (student, day, answers), and returns its rows."""

    def collect(*given):
        archive = tmp_path / "download.zip"
        with zipfile.ZipFile(archive, "w") as zipped:
            for student, day, answers in given:
                path = hand_in(tmp_path / "made", student, **answers)
                name = zipfile.ZipInfo(f"{student}/{day}/toy.ipynb", (2026, 2, day, 12, 0, 0))
                zipped.writestr(name, path.read_bytes())
        return classroom.collect(place.root, archive).rows

    (tmp_path / "made").mkdir()
    os.symlink(place.step("release"), tmp_path / "made" / "release")
    return collect


def grade(place):
    return classroom.grade(place.root, console=QUIET)


def kept(place, student="ann"):
    """Return the number of hand-ins, and the day of the one that counts."""
    return len(list((place.root / "replaced" / student / "toy").glob("*/"))) + 1, int(
        (place.step("submitted", student, "toy") / "timestamp.txt").read_text()[8:10]
    )


def test_the_best_counts_and_the_history_says_which(place, collect, points):
    three = ("ann", 1, FAIR), ("ann", 2, GOOD), ("ann", 3, POOR)
    rows = collect(*three, ("ben", 1, POOR), ("ben", 2, POOR))
    assert [(row.student, row.note) for row in rows] == [("ann", "handed in 3 times"), ("ben", "handed in 2 times")]
    assert (kept(place), kept(place, "ben")) == ((3, 3), (2, 2))
    done = grade(place)
    assert done.warnings == ("ann/toy: of 3 hand-ins (1, 2, 0 points), the best now counts",)
    assert (kept(place), kept(place, "ben")) == ((3, 2), (2, 2)), "among equals the last stays"
    assert points(place.root, "ann") == {"double": 2.0, "share": 0.0, "why": 0.0}
    assert grade(place).graded == ()
    rows = collect(*three)
    assert [row.state for row in rows] == ["unchanged"], "earlier hand-ins are recognized wherever they are"
    collect(("ann", 4, POOR))
    assert kept(place) == (4, 4)
    assert grade(place).graded == ()
    assert kept(place) == (4, 2)
    collect(("ann", 5, GOOD | FAIR))
    grade(place)
    assert kept(place) == (5, 5)
    entries = classroom.history(place.root, "ann")["toy"]
    assert [(each.why, each.handed_in[:10], each.score) for each in entries] == [
        (("first hand-in",), "2026-02-02", 2.0),
        (("new hand-in",), "2026-02-05", 3.0),
    ]


@pytest.mark.long
def test_a_deadline_and_a_mark_are_heeded_as_they_are_now(place, collect, points):
    collect(("ann", 1, FAIR), ("ann", 9, GOOD | {"why": "It is so."}))
    os.mkfifo(place.step("submitted", "ann", "toy") / "pipe")  # of which no copy is made
    grade(place)
    assert kept(place) == (2, 9)
    with gradebook(load(place)) as book:
        given = book.find_grade("why", "toy", "toy", "ann")
        given.manual_score, given.needs_manual_grade = 4.0, False
        book.update_or_create_assignment("toy", duedate="2026-02-05 12:00:00 UTC")
        book.db.commit()
    grade(place)
    assert kept(place) == (2, 1), "the better one is late, and then gets nothing"
    with gradebook(load(place)) as book:
        book.grant_extension("toy", "ann", days=9)
    grade(place)
    assert kept(place) == (2, 9)
    why = [each.why for each in classroom.history(place.root, "ann")["toy"] if each.by.startswith("grading run")]
    assert [each[0] for each in why] == ["first hand-in", "new hand-in", "an earlier hand-in"]


@pytest.mark.long
def test_the_daily_limit_holds_for_all_that_are_judged(place, collect, monkeypatch):
    """There is one even if none is set, since a student may hand in hundreds."""
    monkeypatch.setattr(config, "BEST_A_DAY", 2)
    collect(("ann", 1, FAIR))
    grade(place)
    collect(("ann", 2, POOR), ("ann", 3, GOOD), ("ann", 4, GOOD | FAIR), ("ben", 1, GOOD), ("ben", 2, POOR))
    waits = (
        "ann/toy: 2 of 4 hand-ins must wait for another day, per c.Course.daily_limit (2 a day); "
        "to judge them now: --force"
    )
    best = "of 2 hand-ins ({}, 0 points), the best now counts"
    assert grade(place).warnings == (waits, f"ann/toy: {best.format(1)}", f"ben/toy: {best.format(2)}")
    assert (kept(place), kept(place, "ben")) == ((4, 1), (2, 1))
    with place.config_file.open("a") as file:
        file.write("c.Execute.timeout = 20\n")
    done = grade(place)
    assert (len(done.graded), done.warnings) == (2, (waits,)), "those judged before are judged again, and no others"
    found = {("ann", "toy"): [attempts.Attempt("ann", "toy", None, f"{number}" * 64, "") for number in range(4)]}
    for day, judged in (("2026-01-01", 2), (str(datetime.now(UTC).date()), 1)):
        (place.state / "judged.json").write_text(json.dumps({"ann/toy": {"0" * 12: day}}))
        shutil.rmtree(place.step("history", "ann"), ignore_errors=True)
        allowed, _ = attempts._within_limit(place, found, 2, UTC)
        assert len(allowed["ann", "toy"]) == 1 + judged
    classroom.grade(place.root, force=True, console=QUIET)
    assert kept(place) == (4, 4)


def test_each_is_judged_once_a_kill_loses_none_and_an_update_touches_none(
    place, collect, monkeypatch, course, tmp_path
):
    collect(("ann", 1, GOOD), ("ann", 2, POOR))
    target, rename = place.step("submitted", "ann", "toy"), os.rename

    def killed(old, new):
        if new == target:  # when the other is gone, and this one is not there yet
            raise KeyboardInterrupt
        rename(old, new)

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", killed)
        with pytest.raises(KeyboardInterrupt):
            grade(place)
    assert not target.exists()
    with monkeypatch.context() as patched:
        patched.setattr(attempts, "_scores", lambda *_: pytest.fail("they are known"))
        assert grade(place).graded == (("ann", "toy"),)
        assert grade(place).graded == ()
    assert kept(place) == (2, 1)
    assert sorted(json.loads((place.state / "attempts.json").read_text()).values()) == [0.0, 2.0]
    before = {path: path.read_bytes() for path in place.root.rglob("*") if path.is_file()}
    changed = shutil.copytree(course, tmp_path / "course")
    exercise = changed / "autograder/exercises/toy/double.py"
    exercise.write_text(exercise.read_text().replace("2 * a,", "3 * a,"))
    moved = []
    options = {"update": True, "dry_run": True, "root": changed, "console": QUIET}
    classroom.release(place.root, announce=moved.extend, **options)
    assert [(each.student, each.before, each.after) for each in moved] == [("ann", 2.0, 1.0)]
    assert {path: path.read_bytes() for path in place.root.rglob("*") if path.is_file()} == before
