"""Every submission is read, with its faults named, and raises nothing."""

import base64
import json
import os
import tempfile
import unicodedata
from datetime import datetime
from pathlib import Path

import pytest
from nbformat import v4
from nbgrader.utils import compute_checksum, parse_utc

from autograder.classroom import cells as reading
from autograder.classroom import parcel, submission
from autograder.classroom.cells import Cell

from .hostile import PIXEL


@pytest.fixture
def folder(tmp_path):
    """A submission's folder."""
    folder = tmp_path / "toy"
    folder.mkdir()
    return folder


def read(folder, max_kilobytes=100):
    """Read a submission in place; laid out elsewhere, it must read the same for the judge."""
    got = submission.read(folder, "toy", max_kilobytes)
    with tempfile.TemporaryDirectory() as elsewhere:
        parcel.lay(parcel.pack(folder, max_kilobytes), elsewhere)
        assert submission.read(Path(elsewhere), "toy", max_kilobytes) == got
        assert submission.exchanged(Path(elsewhere)) == submission.exchanged(folder)
    return got


GOOD = json.dumps({"cells": [{"cell_type": "code", "source": ["a\n", "b"], "id": "x"}], "nbformat": 4})


def test_a_notebook_is_read(folder):
    (folder / "toy.ipynb").write_text(GOOD)
    assert read(folder) == submission.Submission((Cell("code", "a\nb", ("x",)),))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty. Open your notebook in Jupyter"),
        (b"{", "is damaged or incomplete"),
        (b"\xff\xfe", "is damaged or incomplete"),
        (b"PK\x03\x04\xff\xfe", "is damaged or incomplete"),
        ("{".encode("utf-32"), "is damaged or incomplete"),
        (b"[" * 50_000, "is damaged or incomplete"),
        (b"[" + b"1" * 5000 + b"]", "is damaged or incomplete"),
        (b"[]", "it has no list of cells"),
        (b'{"worksheets": []}', "it has no list of cells"),
        (b'{"cells": 3}', "it has no list of cells"),
        (b'{"cells": [3]}', "one of its cells is not a cell"),
        (b'{"cells": [{"cell_type": "code", "source": 3}]}', "one of its cells is not a cell"),
        (b'{"cells": [{"cell_type": 3, "source": ""}]}', "one of its cells is not a cell"),
        (b" " * 100_001, "toy.ipynb is too large: 0.1 MB, but at most 0.1 MB are read"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(folder, content, message):
    (folder / "toy.ipynb").write_bytes(content)
    got = read(folder)
    assert got.cells is None
    assert len(got.notices) == 1
    assert message in got.notices[0]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"])
def test_a_notebook_is_read_in_whatever_it_was_saved(folder, encoding):
    text = GOOD.replace("b", "é")
    (folder / "toy.ipynb").write_bytes(text.encode(encoding))
    got = read(folder)
    assert got.cells == (Cell("code", "a\né", ("x",)),)
    assert ["not in UTF-8" in notice for notice in got.notices] == [True] * (not encoding.startswith("utf-8"))


def test_hostile_marks_are_no_trouble(folder):
    cells = [
        {"cell_type": "code", "source": "\ud800", "metadata": metadata, "id": 3}
        for metadata in (3, {"nbgrader": 3}, {"nbgrader": {"grade_id": [1], "points": "many", "schema_version": 99}})
    ]
    (folder / "toy.ipynb").write_text(json.dumps({"cells": cells}))
    assert read(folder).cells == (Cell("code", "?"),) * 3


def test_a_missing_notebook_is_said(folder):
    assert read(folder).notices == ("There is no notebook toy.ipynb in your submission.",)


def test_the_only_notebook_is_taken_whatever_its_name(folder):
    (folder / "toy (1)<b>.ipynb").write_text(GOOD)
    got = read(folder)
    assert got.cells is not None
    assert got.notices == (
        "Your notebook is called toy (1)?b?.ipynb; it was graded as toy.ipynb. Keep the name next time.",
    )


@pytest.mark.parametrize(
    ("marks", "given"),
    [
        ({}, True),
        ({"points": 2}, True),  # which counts only for a graded cell
        ({"checksum": "0"}, False),
        ({"locked": False}, False),
        ({"grade": []}, False),
        ({"grade": True, "points": "many"}, False),
        ({"grade": True, "points": 10**400}, False),
        ({"grade": True}, False),
        ({"grade_id": "\ud800"}, False),
    ],
)
def test_a_locked_cell_is_as_given_where_nbgraders_checksum_says_so(folder, marks, given):
    cell = v4.new_markdown_cell("An earlier prompt.", id="a")
    cell.metadata.nbgrader = {"grade_id": "a", "locked": True, "grade": False, "solution": False}
    cell.metadata.nbgrader = {**cell.metadata.nbgrader, "checksum": compute_checksum(cell), **marks}
    (folder / "toy.ipynb").write_text(json.dumps(v4.new_notebook(cells=[cell])))
    (got,) = read(folder).cells
    assert got.is_as_given is given


@pytest.mark.parametrize("damaged", ["", GOOD[:50], "<html>Log in</html>"])
def test_a_good_copy_is_graded_where_the_notebook_cannot_be_read(folder, damaged):
    (folder / "toy.ipynb").write_text(damaged)
    (folder / "notes.ipynb").write_text(GOOD)
    assert read(folder).cells is None
    (folder / "toy (1).ipynb").write_text(GOOD)
    got = read(folder)
    assert got.cells is not None
    assert got.others == ("toy.ipynb", "notes.ipynb")
    called, graded, why = got.notices
    assert called.startswith("Your notebook is called toy (1).ipynb; it was graded as toy.ipynb.")
    assert graded == "toy (1).ipynb was graded, not toy.ipynb, notes.ipynb."
    assert why.startswith("toy.ipynb cannot be read" if damaged else "toy.ipynb is empty.")
    (folder / "toy (2).ipynb").write_text(GOOD)
    assert read(folder).cells is None


def test_a_long_name_is_shown_in_short():
    assert submission.shown("z" + "\u0301" * 200 + ".md") == "ź" + "?" * 59 + "..." + "?" * 14 + ".md"


def lay(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(GOOD if "._" not in name else "Mac OS X")


@pytest.mark.parametrize(
    ("names", "graded", "left"),
    [
        (["toy (1).ipynb", "._toy (1).ipynb"], "toy (1).ipynb", ""),
        (["toy.ipynb", "._toy.ipynb"], "", ""),
        (["toy.IPYNB"], "toy.IPYNB", ""),
        (["Toy.ipynb"], "Toy.ipynb", ""),
        (["toy.ipynb.json"], "toy.ipynb.json", ""),
        (["toy.ipynb.txt"], "toy.ipynb.txt", ""),
        (["toy/toy.ipynb"], "toy/toy.ipynb", ""),
        (["a b/toy.ipynb", "__MACOSX/._toy.ipynb", "__MACOSX/toy.ipynb"], "a b/toy.ipynb", ""),
        (["toy.ipynb", "toy/toy.ipynb"], "", ""),
        (["toy.ipynb", "toy-Copy1.ipynb", "old.ipynb"], "toy.ipynb", "old.ipynb, toy-Copy1.ipynb"),
        (["toy (2).ipynb", "notes.ipynb"], "toy (2).ipynb", "notes.ipynb"),
        ([".ipynb_checkpoints/toy-checkpoint.ipynb", "x.ipynb"], "x.ipynb", ""),
    ],
)
def test_a_notebook_is_found_under_the_names_that_it_comes_with(folder, names, graded, left):
    lay(folder, *names)
    got = read(folder)
    assert got.cells is not None
    said = " ".join(got.notices)
    assert ("Your notebook is called " in said) is (graded not in ("", "toy.ipynb"))
    assert graded in said
    assert (f" was graded, not {left}." in said) is bool(left)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ["toy (1).ipynb", "toy (2).ipynb"],
            "no toy.ipynb in your submission, but several other notebooks: toy (1).ipynb, toy (2)",
        ),
        (["a/x.ipynb", "b/y.ipynb"], "but several other notebooks: a/x.ipynb, b/y.ipynb."),
        (["toy.zip", "toy.py"], "no notebook toy.ipynb in your submission; it contains: toy.py, toy.zip."),
        (["a/b/toy.ipynb"], "no notebook toy.ipynb in your submission; it contains: a."),
        ([f"{n}.txt" for n in range(9)], "it contains: 0.txt, 1.txt, 2.txt, 3.txt, 4.txt and 4 more."),
        (["._toy.ipynb"], "it contains: ._toy.ipynb."),
    ],
)
def test_what_is_not_found_is_named(folder, names, message):
    lay(folder, *names)
    got = read(folder)
    assert got.cells is None
    (notice,) = got.notices
    assert message in notice


def test_names_in_notices_hold_nothing_that_a_terminal_obeys(folder):
    open(os.fsencode(folder) + b"/\xff\x1b[31m.ipynb", "wb").close()
    (notice, *_) = read(folder).notices
    assert notice.startswith("Your notebook is called ???31m.ipynb")


def test_a_name_is_shown_as_it_is_read_however_its_letters_are_written(folder):
    (folder / unicodedata.normalize("NFD", "Übung é.ipynb")).write_text(GOOD)
    assert read(folder).notices[0].startswith("Your notebook is called Übung é.ipynb;")


def test_what_lies_beside_the_notebook_is_read_where_it_is_little(folder):
    lay(folder, "toy/toy.ipynb", "toy/other.ipynb")
    (folder / "toy" / "data.csv").write_text("1,2")
    (folder / "toy" / "timestamp.txt").write_text("2026-02-02 15:58:23 UTC")
    (folder / "outside.csv").write_text("3")
    lay(
        folder,
        "toy/data/2026/x.csv",
        "toy/pack/__init__.py",
        "toy/.git/config",
        "toy/pack/__pycache__/x.pyc",
        "toy/e/._x",
    )
    got = read(folder)
    assert {name: len(text) for name, text in got.files.items()} == {
        "data.csv": 3,
        "data/2026/x.csv": len(GOOD),
        "pack/__init__.py": len(GOOD),
        "e/._x": len("Mac OS X"),
    }
    assert got.others == ("other.ipynb",)


def test_folders_with_too_much_in_them_leave_what_lies_beside_the_notebook(folder):
    lay(folder, "toy.ipynb", "data.csv", *(f"much/{number}.txt" for number in range(submission.MOST_FILES)))
    (notice,) = (got := read(folder)).notices
    assert list(got.files) == ["data.csv"]
    assert notice.startswith("In folders beside your notebook are 1000 files,")


def test_a_link_to_a_folder_is_not_followed(folder, tmp_path):
    lay(tmp_path, "elsewhere/secret.txt")
    lay(folder, "toy.ipynb")
    (folder / "data").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert read(folder).files == {}


def test_too_many_files_beside_the_notebook_are_told_to_that_student_alone(folder):
    (folder / "toy.ipynb").write_text(GOOD)
    for number in range(submission.MOST_FILES + 1):
        (folder / f"{number}.txt").touch()
    got = read(folder)
    assert (got.cells is not None, got.files) == (True, {})
    (notice,) = got.notices
    assert "Beside your notebook are more than 1000 files; at most 1000 files of 16 MiB in all are read" in notice
    assert len(submission.digest(folder)) == 64


def test_a_folder_that_cannot_be_read_is_told(folder, monkeypatch):
    (folder / "toy.ipynb").write_text(GOOD)

    def fail(self):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(type(folder), "read_bytes", fail)
    got = submission.read(folder, "toy", 100)
    assert (got.cells, got.notices) == (None, ("Your submission cannot be read (Input/output error).",))


def test_the_exchanges_own_files_are_carried_where_they_are_small_and_plain(folder, tmp_path):
    (folder / "submission_secret.txt").write_text("secret")
    (tmp_path / "other").write_text("2026-02-02 15:58:23 UTC")
    (folder / "timestamp.txt").symlink_to(tmp_path / "other")
    assert submission.exchanged(folder) == {"submission_secret.txt": b"secret"}
    (folder / "submission_secret.txt").write_bytes(bytes(2000))
    assert submission.exchanged(folder) == {}


def test_pasted_pictures_are_read_with_their_cells(folder):
    picture = {"a.png": {"image/png": PIXEL}}
    cell = {"cell_type": "markdown", "source": "![a](attachment:a.png)", "attachments": picture}
    (folder / "toy.ipynb").write_text(json.dumps({"cells": [cell]}))
    assert read(folder).cells[0].attachments == picture


def test_a_picture_that_cannot_be_shown_is_told(folder):
    text = {"cell_type": "markdown", "source": "![a](attachment:a.webp)"}
    got = handed_in(folder, text, text | {"attachments": {"a.webp": {"image/webp": PIXEL}}})
    assert got.notices == (reading.NOT_SHOWN.format("2"),)


def test_a_picture_in_an_address_is_read_as_one_that_was_pasted(folder):
    large = base64.b64encode(base64.b64decode(PIXEL) + bytes(300_000)).decode()
    source = f"So: ![a](data:image/png;base64,{large}) <img src='data:image/png;base64,{PIXEL}'> it is."
    cell = {"cell_type": "markdown", "source": source, "attachments": {"embedded-1": {"image/png": PIXEL}}}
    got = handed_in(folder, cell, {"cell_type": "code", "source": f"'data:image/png;base64,{PIXEL}'"})
    assert got.notices == ()
    assert got.cells[0].source == "So: ![a](attachment:embedded-2) <img src='attachment:embedded-3'> it is."
    assert [data["image/png"] for data in got.cells[0].attachments.values()] == [PIXEL, large, PIXEL]
    assert PIXEL in got.cells[1].source


def test_a_cell_of_another_programs_kind_costs_nothing_but_itself(folder):
    got = handed_in(folder, {"cell_type": "sql", "source": "SELECT"}, {"cell_type": "code", "source": "x = 1"})
    assert [(cell.kind, cell.source) for cell in got.cells] == [("raw", "SELECT"), ("code", "x = 1")]


def test_of_several_wrong_names_none_is_taken(folder):
    for name in ("a", "b"):
        (folder / f"{name}.ipynb").write_text(GOOD)
    assert read(folder).notices == (
        "There is no toy.ipynb in your submission, but several other notebooks: a.ipynb, b.ipynb.",
    )


def test_links_and_pipes_are_not_followed(folder, tmp_path):
    (tmp_path / "secret.ipynb").write_text(GOOD)
    (folder / "toy.ipynb").symlink_to(tmp_path / "secret.ipynb")
    os.mkfifo(folder / "other.ipynb")
    assert read(folder).cells is None
    assert len(submission.digest(folder)) == 64


def test_of_endless_files_no_more_are_looked_at_than_needed_to_see_that(folder, monkeypatch):
    monkeypatch.setattr(submission, "MOST_FILES", 5)
    lay(folder, "toy.ipynb", "timestamp.txt", *(f"another-{number}.ipynb" for number in range(3)))
    lay(folder, *(f"a{number}.txt" for number in range(100)))
    found = [path.name for path in submission.everything(folder)]
    names = {"toy.ipynb", "timestamp.txt", *(f"another-{number}.ipynb" for number in range(3))}
    assert (names.issubset(found), len(found)) == (True, len(names) + 6)
    assert any("are more than 5 files" in notice for notice in read(folder).notices)


@pytest.mark.parametrize(
    "zone", ["../../etc/localtime", "/etc/localtime", "~/zone", "Europe/../../zone", "9" * 50, "\0", "A" * 90]
)
def test_a_zone_is_no_path(folder, zone):
    (folder / "toy.ipynb").write_text(GOOD)
    (folder / "timestamp.txt").write_text(f"2026-02-02 15:58:23 {zone}")
    got = read(folder)
    if zone[0] != "A":
        assert (got.timestamp, got.notices) == ("", ("The time of your submission could not be read.",))
    assert got.cells is not None


def test_the_time_is_nbgraders(folder):
    (folder / "toy.ipynb").write_text(GOOD)
    (folder / "timestamp.txt").write_text("2026-02-02 15:58:23 UTC\n")
    assert read(folder).timestamp == "2026-02-02 15:58:23 UTC"
    (folder / "timestamp.txt").write_text("2026-02-02 15:58:23 UTC\r\n", encoding="utf-8-sig")
    assert read(folder).timestamp == "2026-02-02 15:58:23 UTC"
    for text in ("2026-02-02 16:58:23 +01:00", "2026-02-02 16:58:23 +0100", "2026-02-02T16:58:23+01:00"):
        (folder / "timestamp.txt").write_text(text)
        assert parse_utc(read(folder).timestamp) == datetime(2026, 2, 2, 15, 58, 23)
        assert read(folder).notices == ()
    (folder / "timestamp.txt").write_text("2026-02-02 15:58:23 NOWHERE")
    assert parse_utc(read(folder).timestamp) == datetime(2026, 2, 2, 15, 58, 23)
    assert read(folder).notices == (
        "The time of your submission was read as UTC: the zone 'NOWHERE' is not known here.",
    )
    for text in ("yesterday", "Mon", "10"):
        (folder / "timestamp.txt").write_text(text)
        assert read(folder).timestamp == ""
        assert read(folder).notices == ("The time of your submission could not be read.",)


def test_the_digest_changes_with_all_that_is_handed_in(folder):
    digests = {submission.digest(folder)}
    (folder / "inner").mkdir()
    digests = {submission.digest(folder)}
    files = (
        ("toy.ipynb", "a"),
        ("toy.ipynb", "b"),
        ("inner/toy.ipynb", "b"),
        ("data.csv", "1"),
        ("inner/a/b/data.csv", "1"),
    )
    for name, text in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
        digests.add(submission.digest(folder))
    assert len(digests) == 6
    (folder / "data.csv").write_text("1")
    assert submission.digest(folder) in digests
    before, dated = submission.digest(folder), submission.dated(folder)
    (folder / "timestamp.txt").write_text("2026-02-02 15:58:24 UTC")
    assert (submission.digest(folder), submission.dated(folder) == dated) == (before, False)


def handed_in(folder, *cells):
    (folder / "toy.ipynb").write_text(json.dumps({"cells": cells}))
    return read(folder, 10**6)


def test_what_nobody_writes_by_hand_is_left_out_and_that_is_told_once(folder):
    code, text = ({"cell_type": kind, "source": "x" * 50_001} for kind in ("code", "markdown"))
    short = {"cell_type": "code", "source": "x = 1"}
    got = handed_in(folder, code, short, *[text] * 9)
    left_out = reading.TOO_LONG.format(50_001)
    assert [cell.source for cell in got.cells] == [f"# {left_out}", "x = 1", *[left_out] * 9]
    assert got.notices == (reading.LEFT_OUT.format("1, 3, 4, 5, 6 and 5 more"),)


def test_all_cells_together_are_capped(folder):
    got = handed_in(folder, *[{"cell_type": "code", "source": "x" * 45_000}] * 7)
    assert sum(len(cell.source) for cell in got.cells) < reading.MOST_SOURCES + 1000
    assert got.notices == (reading.LEFT_OUT.format("6, 7"),)


def test_pictures_without_end_are_left_out(folder):
    large = base64.b64encode(base64.b64decode(PIXEL) + bytes(3 * 10**6)).decode()
    picture = {"a.png": {"image/png": large}}
    got = handed_in(folder, *[{"cell_type": "markdown", "source": "", "attachments": picture}] * 4)
    assert [bool(cell.attachments) for cell in got.cells] == [True, True, False, False]
    assert got.notices == ("Cells lost their pictures (limit: 8 MB in all): 3, 4.",)


def test_what_was_handed_out_beside_the_notebook_is_not_read(folder):
    (folder / "toy.ipynb").write_text(GOOD)
    for name in ("exercises/toy/double.py", "exercises/other/mine.py", "exercises/mine.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x = 1")
    assert set(read(folder).files) == {"exercises/other/mine.py", "exercises/mine.py"}
