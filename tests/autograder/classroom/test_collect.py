"""A download becomes submissions that nbgrader reads, and nothing that was there before is lost."""

import argparse
import os
import re
import zipfile
from datetime import datetime, timedelta

import pytest
from nbgrader.apps.api import NbGraderAPI
from rich.console import Console
from traitlets.config import Config

from autograder import classroom
from autograder.__main__ import main
from autograder.classroom import ClassError, config, untimed
from autograder.classroom.collect import told
from autograder.commands import add_class_commands

ROSTER = """id,first_name,last_name,email,lms_user_id
ann,Ann,Able,ann@x.example,11
ben,Ben,O'Brien,ben@x.example,12
cat,Çağla,Öz,cat@x.example,
dan,Dan,Doe,dan@x.example,
"""
MONDAY, TUESDAY = (2026, 2, 2, 15, 58, 24), (2026, 2, 3, 8, 0, 0)


@pytest.fixture
def place(fresh):
    """A class of four in which toy is released."""
    place = classroom.open_class(fresh)
    place.roster_file.write_text(ROSTER, encoding="utf-8")
    return place


@pytest.fixture
def archive(tmp_path):
    """A function that makes a download: a zip of members, each (name, content) or (name, content, time)."""

    def archive(*members, name="download.zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as zipped:
            for member, content, *time in members:
                zipped.writestr(zipfile.ZipInfo(member, *time), content)
        return tmp_path / name

    return archive


@pytest.fixture
def folder(tmp_path):
    """A function that makes a download: a folder of files, each (name, content, time)."""

    def folder(*members):
        for name, content, time in members:
            path = tmp_path / "download" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            os.utime(path, (datetime(*time).timestamp(),) * 2)
        return tmp_path / "download"

    return folder


def submitted(place):
    """Return the files under `submitted/`, by path."""
    top = place.step("submitted")
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*") if path.is_file()}


def states(done):
    return {(row.student, row.topic): row.state for row in done.rows}


def all_of(place):
    """Return every file of a class, with its content and time."""
    found = [path for path in place.root.rglob("*") if path.is_file() and path.name != "lock"]
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in found}


CANVAS = (
    ("ableann_11_901_toy.ipynb", b"A1", MONDAY),
    ("ableann_11_902_toy-2.ipynb", b"A2", MONDAY),
    ("ableann_11_903_data.csv", b"1,2", MONDAY),
    ("obrienben_LATE_12_904_toy (1).IPYNB", b"B", MONDAY),
    ("özçağla_13_905_Toy.ipynb.json", b"C", MONDAY),
    ("__MACOSX/._ableann_11_901_toy.ipynb", b"mac", MONDAY),
)
MOODLE = (
    ("Ann Able_501_assignsubmission_file/toy.ipynb", b"A2", MONDAY),
    ("Ann Able_501_assignsubmission_file/data.csv", b"1,2", MONDAY),
    ("Ben OBrien_502_assignsubmission_file_toy (1).ipynb", b"B", TUESDAY),
    ("Çağla Öz_503_assignsubmission_file/hw/toy.ipynb.txt", b"C", MONDAY),
)
LAID = {
    "ann/toy/toy.ipynb": b"A2",
    "ann/toy/data.csv": b"1,2",
    "ben/toy/toy.ipynb": b"B",
    "cat/toy/toy.ipynb": b"C",
}


def test_late_without_a_time_is_reported_as_such_until_the_time_is_known(place, archive):
    classroom.collect(place.root, archive(*CANVAS), dry_run=True)
    assert untimed.late(place) == set()
    classroom.collect(place.root, archive(*CANVAS))
    assert untimed.late(place) == {("ben", "toy")}
    classroom.grade(place.root, console=Console(quiet=True), isolation="none")
    page = classroom.report(place.root).read_text(encoding="utf-8")
    assert page.count("late, unknown by how much") == 1
    assert re.search(r"<li><a [^>]*>1</a> late</li>", page)
    (place.root / "submitted" / "ben" / "toy" / "timestamp.txt").write_text("2026-02-02 15:58:24 UTC")
    assert untimed.late(place) == set()
    classroom.collect(place.root, archive(("obrienben_12_907_toy.ipynb", b"B2")))
    assert untimed.late(place) == set()


def test_which_hand_in_counts_is_the_classs_setting_unless_the_command_says(place, archive):
    with place.config_file.open("a") as file:
        file.write("\nc.Course.counts = 'first'\n")
    classroom.collect(place.root, archive(*CANVAS))
    assert submitted(place)["ann/toy/toy.ipynb"] == b"A1"
    classroom.collect(place.root, archive(*CANVAS), keep="last")
    assert submitted(place)["ann/toy/toy.ipynb"] == b"A2"


def test_canvas(place, archive):
    done = classroom.collect(place.root, archive(*CANVAS))
    assert done.form == "canvas"
    assert submitted(place) == LAID
    assert [row.student for row in done.rows if row.late] == ["ben"]
    assert done.missing == {"toy": ["dan"]}
    assert "handed in 2 times, not taken: ableann_11_901_toy.ipynb" in done.rows[0].note
    assert done.is_whole
    assert "All files are dated within ten minutes" in " ".join(done.notices)


def test_who_has_handed_in_before_is_not_missing_in_a_later_download(place, archive):
    classroom.collect(place.root, archive(*CANVAS))
    done = classroom.collect(place.root, archive(("obrienben_12_907_toy.ipynb", b"B2")))
    assert done.missing == {"toy": ["dan"]}
    assert done.is_whole


def test_moodle(place, archive):
    done = classroom.collect(place.root, archive(*MOODLE))
    assert done.form == "moodle"
    laid = submitted(place)
    stamps = {name: laid.pop(name) for name in list(laid) if name.endswith("timestamp.txt")}
    assert laid == LAID
    assert len(stamps) == 3
    assert done.missing == {"toy": ["dan"]}


@pytest.mark.parametrize("form", [None, "folder"])
def test_a_folder_in_nbgraders_own_layout(place, folder, form):
    names = ("ann/toy/toy.ipynb", "ben/toy.ipynb", "cat_toy.ipynb", "Dan Doe/a/b/toy.ipynb")
    done = classroom.collect(place.root, folder(*((name, b"x", MONDAY) for name in names)), form=form)
    assert states(done) == {(student, "toy"): "new" for student in ("ann", "ben", "cat", "dan")}
    assert done.missing == {"toy": []}


def test_a_canvas_download_that_was_unpacked_is_the_same(place, folder):
    assert classroom.collect(place.root, folder(*CANVAS)).form == "canvas"
    assert submitted(place) == LAID


@pytest.mark.parametrize(("setting", "hour"), [("", 15), ("Europe/Berlin", 14), ("America/New_York", 20)])
def test_times_are_what_nbgrader_reads(place, archive, setting, hour):
    if setting:
        with place.config_file.open("a") as file:
            file.write(f"\nc.Exchange.timezone = {setting!r}\n")
    classroom.collect(place.root, archive(*MOODLE))
    theirs = Config({"CourseDirectory": {"root": str(place.root)}})
    with config.nbgrader_at_work():
        api = NbGraderAPI(config=theirs)
        assert api.get_submitted_students("toy") == {"ann", "ben", "cat"}
        assert api.get_submitted_timestamp("toy", "ann") == datetime(2026, 2, 2, hour, 58, 24)


def test_a_files_time_is_what_nbgrader_reads(place, folder):
    classroom.collect(place.root, folder(("ann/toy.ipynb", b"x", MONDAY)))
    path = place.step("submitted", "ann", "toy", "timestamp.txt")
    moment = datetime.fromtimestamp(datetime(*MONDAY).timestamp(), config.UTC)
    assert path.read_text() == f"{moment:%Y-%m-%d %H:%M:%S} UTC\n"


@pytest.mark.parametrize(
    ("times", "members", "dated"),
    [
        (None, CANVAS, False),
        ("archive", CANVAS, True),
        (None, MOODLE, True),
        ("none", MOODLE, False),
        (None, (("ann/toy.ipynb", b"x", MONDAY), ("ben/toy.ipynb", b"x", MONDAY)), True),
    ],
)
def test_what_was_dated_when_it_was_packed_gives_no_times(place, archive, times, members, dated):
    done = classroom.collect(place.root, archive(*members), times=times)
    assert {row.time is not None for row in done.rows} == {dated}
    assert any(name.endswith("timestamp.txt") for name in submitted(place)) is dated


def test_a_list_of_moodles_says_when_it_was_handed_in(place, archive, tmp_path):
    listed = tmp_path / "list.csv"
    listed.write_text(
        "Identifier,Full name,Email address,Last modified (submission)\n"
        'Participant 501,Ann Able,ann@x.example,"Monday, 2 February 2026, 3:58 PM"\n'
        "Participant 502,Ben O'Brien,ben@x.example,-\n"
    )
    done = classroom.collect(place.root, archive(*MOODLE), listed=listed, times="none")
    assert {row.student: row.time and row.time.minute for row in done.rows} == {"ann": 58, "ben": None, "cat": None}
    assert done.notices == []


def test_what_is_no_whole_date_in_a_list_is_told_and_not_taken(place, archive, tmp_path):
    listed = tmp_path / "list.csv"
    listed.write_text(
        "Identifier,Full name,Last modified (submission)\n"
        "Participant 501,Ann Able,Mon\nParticipant 502,Ben O'Brien,-\nParticipant 503,Cat Clay,10\n"
    )
    done = classroom.collect(place.root, archive(*MOODLE), listed=listed, times="none")
    assert {row.time for row in done.rows} == {None}
    (told,) = done.notices
    assert "for ann ('Mon'); what it says there was ignored" in told
    assert "ben" not in told


def test_late_is_after_the_due_date_and_extension(place, archive):
    with config.gradebook(config.load(place)) as book:
        book.find_assignment("toy").duedate = datetime(2026, 2, 2, 15, 58, 23)
        book.add_student("ann")
        book.add_submission("toy", "ann").extension = timedelta(seconds=2)
        book.db.commit()
    done = classroom.collect(place.root, archive(*MOODLE))
    assert {row.student: row.late for row in done.rows} == {"ann": False, "ben": True, "cat": True}


def test_a_dry_run_says_the_same_and_writes_nothing(place, archive):
    before = all_of(place)
    dry = classroom.collect(place.root, archive(*MOODLE), dry_run=True)
    assert all_of(place) == before
    assert classroom.collect(place.root, archive(*MOODLE)) == dry


def test_collecting_again_changes_nothing(place, archive):
    classroom.collect(place.root, archive(*MOODLE))
    before = all_of(place)
    done = classroom.collect(place.root, archive(*MOODLE))
    assert {row.state for row in done.rows} == {"unchanged"}
    done = classroom.collect(place.root, archive(*CANVAS))  # which has no times
    assert {row.state for row in done.rows} == {"unchanged"}
    assert all_of(place) == before


def test_what_is_replaced_is_kept(place, archive):
    classroom.collect(place.root, archive(("ann/toy.ipynb", b"1", MONDAY), ("ann/old.csv", b"o", MONDAY)))
    for content, day in ((b"2", 3), (b"3", 4)):
        done = classroom.collect(place.root, archive(("ann/toy.ipynb", content, (2026, 2, day, 0, 0, 0))))
        assert states(done) == {("ann", "toy"): "replaces another"}
    assert submitted(place)["ann/toy/toy.ipynb"] == b"3"
    assert "ann/toy/old.csv" not in submitted(place)
    kept = sorted((place.root / "replaced" / "ann" / "toy").iterdir())
    assert [(path / "toy.ipynb").read_bytes() for path in kept] == [b"1", b"2"]
    assert (kept[0] / "old.csv").read_bytes() == b"o"
    assert (kept[0] / "timestamp.txt").read_text() == "2026-02-02 15:58:24 UTC\n"
    assert "What was replaced is kept under replaced/STUDENT/TOPIC/." in told(done)


@pytest.mark.parametrize(
    ("keep", "first", "then", "stands"),
    [
        ("last", MONDAY, TUESDAY, b"then"),
        ("last", TUESDAY, MONDAY, b"first"),
        ("first", MONDAY, TUESDAY, b"first"),
        ("first", TUESDAY, MONDAY, b"then"),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_the_last_counts_or_the_first_whatever_comes_when(place, archive, keep, first, then, stands, at_once):
    members = ("ann/a/toy.ipynb", b"first", first), ("ann/b/toy.ipynb", b"then", then)
    for download in (members,) if at_once else [(member,) for member in members]:
        done = classroom.collect(place.root, archive(*download), keep=keep)
    assert submitted(place)["ann/toy/toy.ipynb"] == stands
    assert done.is_whole


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nobody_99_1_toy.ipynb", "neither the name nor the number 99"),
        ("ableann_12_1_toy.ipynb", "the number 12 is ben's, but the name is ann's"),
        ("toy.ipynb", "it is not named the way Canvas names"),
        ("../../ableann_11_1_toy.ipynb", ""),
    ],
)
def test_what_is_nobodys_is_named_and_the_rest_is_taken(place, archive, name, why):
    done = classroom.collect(place.root, archive(*CANVAS, (name, b"x")), form="canvas")
    problems = done.unmatched | {row.student: row.note for row in done.rows if row.state == "nothing taken"}
    assert len(problems) == 1
    assert why in next(iter(problems.values()))
    assert submitted(place).items() >= (LAID if name.startswith("..") is False else {}).items()
    assert not done.is_whole
    assert not (place.root.parent / "ableann_11_1_toy.ipynb").exists()


def test_two_people_of_one_name_are_not_one_student_twice(place, archive):
    done = classroom.collect(place.root, archive(("doedan_1_1_toy.ipynb", b"1"), ("doedan_2_2_toy.ipynb", b"2")))
    assert submitted(place) == {}
    assert set(done.unmatched.values()) == {"the name is dan's, but several people have it: numbers 1, 2"}


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ((("ann/a/toy.ipynb", b"1"), ("ann/b/toy.ipynb", b"2")), "it is unclear which of these counts"),
        ((("ann/x.ipynb", b"1"), ("ann/y.ipynb", b"2")), "it is unclear which of these counts"),
        ((("ann/toy.pdf", b"1"),), "there is no notebook, only ann/toy.pdf"),
        ((("ann/hw.zip", b"PK"),), "ann/hw.zip is a zip that cannot be read"),
    ],
)
def test_what_is_unclear_is_left_and_named(place, archive, members, why):
    done = classroom.collect(place.root, archive(*members))
    assert submitted(place) == {}
    ((row,), missing) = done.rows, done.missing
    assert (row.student, row.state) == ("ann", "nothing taken")
    assert why in row.note
    assert not done.is_whole
    assert "ann" not in missing.get("toy", [])


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        (("toy.ipynb", "notes.ipynb"), "toy.ipynb"),
        (("toy-1.ipynb", "notes.ipynb"), "toy-1.ipynb"),
        (("toy_final.ipynb", "notes.ipynb"), "toy_final.ipynb"),
        (("toy - Copy (2).ipynb", "toyota.ipynb"), "toy - Copy (2).ipynb"),
        (("homework.ipynb",), "homework.ipynb"),
        (("hw.zip/deep/toy.ipynb",), "hw.zip/deep/toy.ipynb"),
    ],
)
def test_the_notebook_is_the_one_that_is_called_so_or_the_only_one(place, archive, names, taken):
    done = classroom.collect(place.root, archive(*((f"ann/{name}", name.encode()) for name in names)))
    assert submitted(place)["ann/toy/toy.ipynb"] == taken.encode()
    assert done.rows[0].file == f"ann/{taken}"


def test_the_topic_is_what_the_name_says_or_the_command(place, archive, monkeypatch):
    monkeypatch.setattr("autograder.classroom.pin.read", lambda _: {"topics": {"toy": "", "toys2": "", "week1": ""}})
    names = ("ann_toy.ipynb", "ben/toys2 (1).ipynb", "cat/week1/final.ipynb", "dan/week12.ipynb")
    download = archive(*((name, b"x") for name in names))
    done = classroom.collect(place.root, download)
    found = {row.student: row.topic for row in done.rows}
    assert found == {"ann": "toy", "ben": "toys2", "cat": "week1", "dan": ""}
    assert "to say which it is: --assignment TOPIC" in done.rows[3].note
    done = classroom.collect(place.root, download, assignment="toy", dry_run=True)
    notes = {row.student: row.note for row in done.rows if row.state == "nothing taken"}
    assert set(notes) == {"ben", "cat"}
    assert "if it is: --assignment toys2" in notes["ben"]


def test_students_do_not_date_their_own_work(place, archive):
    classroom.collect(
        place.root,
        archive(("ann/toy.ipynb", b"1", MONDAY), ("ann/timestamp.txt", b"2020-01-01 00:00:00 UTC", MONDAY)),
    )
    assert submitted(place)["ann/toy/timestamp.txt"] == b"2026-02-02 15:58:24 UTC\n"


def test_a_link_in_the_class_is_not_followed(place, archive, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    place.step("submitted", "ann").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    done = classroom.collect(place.root, archive(("ann/toy.ipynb", b"1"), ("ben/toy.ipynb", b"2")))
    assert states(done) == {("ann", "toy"): "nothing taken", ("ben", "toy"): "new"}
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_too_much_beside_the_notebook_is_left_out_and_said(place, archive, monkeypatch):
    monkeypatch.setattr("autograder.classroom.laying.MOST_BYTES", 1000)
    done = classroom.collect(place.root, archive(("ann/toy.ipynb", b"1"), ("ann/data.csv", bytes(1000))))
    assert set(submitted(place)) == {"ann/toy/toy.ipynb"}
    assert "what is next to it was left out, since it is larger than" in done.rows[0].note
    done = classroom.collect(place.root, archive(("ann/toy.ipynb", bytes(1001))))
    assert done.rows[0].state == "nothing taken"
    assert submitted(place)["ann/toy/toy.ipynb"] == b"1"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"assignment": "other"}, "'other' is not released in this class; released: toy"),
        ({"form": "folder"}, "does not fit --from folder; leave that out"),
        ({"listed": "nowhere.csv"}, "nowhere.csv is not a CSV file"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(place, archive, options, message):
    with pytest.raises(ClassError, match=message):
        classroom.collect(place.root, archive(*CANVAS), **options)


def test_a_class_without_students_or_a_clock_says_so(place, archive):
    place.roster_file.write_text("id\n")
    with pytest.raises(ClassError, match="the class has no students; add them to"):
        classroom.collect(place.root, archive(*CANVAS))
    with config.gradebook(config.load(place)) as book:
        book.add_student("ann", first_name="Ann", last_name="Able")
    assert states(classroom.collect(place.root, archive(("ableann_1_2_toy.ipynb", b"1")))) == {("ann", "toy"): "new"}
    with place.config_file.open("a") as file:
        file.write("\nc.Exchange.timezone = 'Atlantis'\n")
    with pytest.raises(ClassError, match="c.Exchange.timezone: expected the name of a time zone"):
        classroom.collect(place.root, archive(*CANVAS))


@pytest.fixture
def run(capsys):
    """A function that runs `autograder collect` and returns its exit status and what it printed."""
    parser = argparse.ArgumentParser()
    add_class_commands(parser.add_subparsers(required=True))

    def run(*arguments):
        parsed = parser.parse_args(["collect", *map(str, arguments)])
        return parsed.run(parsed), " ".join("".join(capsys.readouterr()).split())

    return run


def test_the_command_says_all_of_it_and_ends_with_what_to_do(place, archive, run):
    status, said = run(place.root, archive(*CANVAS), "--dry-run")
    assert status == 0
    assert "Missing, toy (1): dan" in said
    assert "By Canvas's names: 3 new, 1 late, 0 unmatched." in said
    assert "Late, unknown by how much: ben. For a late penalty, write the time of handing in to" in said
    assert said.endswith("Nothing was written (--dry-run).")
    status, said = run(place.root, archive(*CANVAS, ("no[red]body_9_1_\x1b[31m.ipynb", b"x")))
    assert status == 1
    assert "Unmatched: no[red]body_9_1_\\x1b[31m.ipynb: it has a name with control characters; neither the name" in said
    assert "then collect again." in said
    status, said = run(place.root, place.root / "nowhere.zip")
    assert status == 2
    assert said.startswith("autograder: there is no file or folder")


def test_what_was_collected_is_graded(place, archive, hand_in, points):
    path = hand_in(place.root, "x", double="def double(a):\n    return a + a")
    content = path.read_bytes()
    path.unlink()
    path.parent.rmdir()
    path.parent.parent.rmdir()
    classroom.collect(place.root, archive(("ableann_11_1_toy-2.ipynb", content), ("doedan_LATE_9_2_toy.ipynb", b"{")))
    done = classroom.grade(place.root, console=Console(quiet=True), isolation="none")
    assert done.graded == (("ann", "toy"), ("dan", "toy"))
    assert points(place.root, "ann")["double"] > 0
    assert points(place.root, "dan")["double"] == 0


def test_the_table_has_no_column_that_says_nothing_and_breaks_no_name(place, archive, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    long = f"ableann_11_902_{'a' * 150} (final version).ipynb"
    parsed = ["collect", str(place.root), str(archive((long, b"1"))), "--assignment", "toy", "--dry-run"]
    assert main(parsed) == 0
    title, head, _, row, *rest = capsys.readouterr().out.splitlines()
    assert title.strip() == "toy"
    assert head.replace("┃", " ").split() == ["student", "result", "file"]
    assert row.endswith(f"│ {long}")
    assert not any(line.startswith(" ") or line.endswith(" ") for line in rest)


def test_totals_count_each_state(place, archive):
    done = classroom.collect(place.root, archive(*MOODLE, ("Zed_1_assignsubmission_file/toy.ipynb", b"x")))
    assert "By Moodle's names: 3 new, 0 late, 1 unmatched." in "\n".join(told(done))
