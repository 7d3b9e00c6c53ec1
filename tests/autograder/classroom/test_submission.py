"""Whatever is handed in becomes a notebook that nbgrader can record, with the student's answers in it."""

import json
import os

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import v4
from nbgrader.nbgraderformat import MetadataValidator

from autograder.classroom import submission
from autograder.classroom.source import _locked, _mark

STARTER = "def double(a):\n    ..."


def release():
    """A release of one function and one free text."""
    answer = _mark(v4.new_code_cell(STARTER, id="double-answer"), solution=True)
    graded = _mark(v4.new_code_cell("grade()", id="double"), grade=True, locked=True, points=2.0)
    text = _mark(v4.new_markdown_cell("*Write here.*", id="why"), grade=True, solution=True, points=4.0)
    locked = (("markdown", "# Title", "introduction"), ("code", "import numpy", "setup-1"))
    check = _locked("code", "check()", "double-check")
    return v4.new_notebook(cells=[*(_locked(*each) for each in locked), answer, check, graded, text])


RELEASE = release()
CELLS = tuple((cell.cell_type, cell.source, (cell.id, cell.id)) for cell in RELEASE.cells)
IDS = [cell.id for cell in RELEASE.cells]


def rebuilt(*cells):
    """Rebuild, hold the result to nbformat's and nbgrader's own rules, and return sources by id, and the notices."""
    notebook, notices = submission.rebuild(RELEASE, cells)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(
        nbformat.from_dict(notebook | {"cells": [c for c in notebook.cells if "nbgrader" in c.metadata]})
    )
    return {cell.id: cell.source for cell in notebook.cells}, notices


def answered(source, at=2):
    return tuple((kind, source if i == at else old, ids) for i, (kind, old, ids) in enumerate(CELLS))


def test_an_answer_is_taken_and_nothing_else():
    changed = [(kind, f"{source}\nhacked", ids) for kind, source, ids in CELLS]
    sources, notices = rebuilt(*changed)
    assert list(sources) == IDS
    assert sources == {
        cell.id: f"{cell.source}\nhacked" if cell.metadata.nbgrader.solution else cell.source for cell in RELEASE.cells
    }
    assert notices == ()


def test_no_submission_gives_the_release():
    notebook, notices = submission.rebuild(RELEASE, None)
    assert notebook == RELEASE
    assert notebook is not RELEASE
    assert notices == ()


def test_added_cells_keep_their_place():
    one, two = ("code", "helper = 1", ()), ("markdown", "A note.", ("x",))
    sources, _ = rebuilt(*CELLS[:2], one, *CELLS[2:4], two, *CELLS[4:])
    assert list(sources.values()) == [
        RELEASE.cells[0].source,
        RELEASE.cells[1].source,
        "helper = 1",
        STARTER,
        "check()",
        "A note.",
        "grade()",
        "*Write here.*",
    ]


def test_a_deleted_locked_cell_comes_back_after_its_predecessor():
    sources, notices = rebuilt(*(cell for cell in CELLS if cell[2][0] not in ("introduction", "double")))
    assert list(sources) == IDS
    assert notices == ("Cells were missing and have been put back: introduction, double.",)


def test_a_deleted_answer_leaves_an_answer_in_a_cell_of_ones_own():
    own = ("code", "def double(a): return 2 * a", ())
    sources, _ = rebuilt(*CELLS[:2], own, *CELLS[3:])
    assert STARTER not in sources.values()
    order = list(sources.values())
    assert order.index(own[1]) < order.index("grade()")


def test_a_renamed_cell_is_known_by_its_own_id():
    renamed = ("code", "answer", ("mine", "double-answer"))
    sources, notices = rebuilt(*CELLS[:2], renamed, *CELLS[3:])
    assert sources["double-answer"] == "answer"
    assert notices == ()


def test_a_cell_turned_into_another_kind_is_turned_back():
    notebook, _ = submission.rebuild(RELEASE, (*CELLS[:2], ("markdown", "answer", CELLS[2][2]), *CELLS[3:]))
    assert notebook.cells[2].cell_type == "code"
    assert notebook.cells[2].source == "answer"


@pytest.mark.parametrize("first", [True, False])
def test_a_copy_that_was_left_empty_does_not_undo_the_answer(first):
    empty, written = CELLS[2], ("code", "answer", CELLS[2][2])
    pair = (empty, written) if first else (written, empty)
    sources, notices = rebuilt(*CELLS[:2], *pair, *CELLS[3:])
    assert sources["double-answer"] == "answer"
    assert STARTER not in sources.values()
    assert len(notices) == 1
    assert "more than once: double-answer." in notices[0]


def test_of_two_written_copies_both_run_and_the_last_counts():
    pair = [("code", f"answer = {number}", CELLS[2][2]) for number in (1, 2)]
    notebook, _ = submission.rebuild(RELEASE, (*CELLS[:2], *pair, *CELLS[3:]))
    assert [cell.source for cell in notebook.cells[2:4]] == ["answer = 1", "answer = 2"]
    assert [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells[2:4]] == [
        None,
        "double-answer",
    ]


def test_another_notebook_is_told_from_this_one():
    sources, notices = rebuilt(("code", "print()", ("other", "other")))
    assert list(sources) == IDS
    assert notices == ("This notebook holds none of the assignment's cells for answers.",)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["code", "markdown", "raw"]),
            st.text(max_size=20),
            st.lists(st.sampled_from([*IDS, "x", ""]), max_size=2).map(tuple),
        ),
        max_size=12,
    )
)
def test_any_cells_give_a_notebook_that_nbgrader_takes(cells):
    sources, _ = rebuilt(*cells)
    for cell in RELEASE.cells:
        if not cell.metadata.nbgrader.solution:
            assert sources[cell.id] == cell.source
    notebook, _ = submission.rebuild(RELEASE, tuple(cells))
    order = [cell.source for cell in notebook.cells if cell.id.startswith("added-")]
    handed_in = iter(source for _, source, _ in cells)
    assert all(source in handed_in for source in order), "added cells must keep their order"


@pytest.fixture
def folder(tmp_path):
    """A submission's folder."""
    folder = tmp_path / "toy"
    folder.mkdir()
    return folder


def read(folder):
    return submission.read(folder, "toy", 100)


GOOD = json.dumps({"cells": [{"cell_type": "code", "source": ["a\n", "b"], "id": "x"}], "nbformat": 4})


def test_a_notebook_is_read(folder):
    (folder / "toy.ipynb").write_text(GOOD)
    assert read(folder) == submission.Submission((("code", "a\nb", ("x",)),), (), "")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is damaged or not complete"),
        (b"{", "is damaged or not complete"),
        (b"\xff\xfe", "is damaged or not complete"),
        (b"[" * 50_000, "is damaged or not complete"),
        (b"[" + b"1" * 5000 + b"]", "is damaged or not complete"),
        (b"[]", "it has no list of cells"),
        (b'{"worksheets": []}', "it has no list of cells"),
        (b'{"cells": 3}', "it has no list of cells"),
        (b'{"cells": [3]}', "one of its cells is not a cell"),
        (b'{"cells": [{"cell_type": "code", "source": 3}]}', "one of its cells is not a cell"),
        (b'{"cells": [{"cell_type": "evil", "source": ""}]}', "one of its cells is not a cell"),
        (b" " * 100_001, "toy.ipynb is too large: 0.1 MB, where at most 0.1 MB are read"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(folder, content, message):
    (folder / "toy.ipynb").write_bytes(content)
    got = read(folder)
    assert got.cells is None
    assert len(got.notices) == 1
    assert message in got.notices[0]


def test_hostile_marks_are_no_trouble(folder):
    cells = [
        {"cell_type": "code", "source": "\ud800", "metadata": metadata, "id": 3}
        for metadata in (3, {"nbgrader": 3}, {"nbgrader": {"grade_id": [1], "points": "many", "schema_version": 99}})
    ]
    (folder / "toy.ipynb").write_text(json.dumps({"cells": cells}))
    assert read(folder).cells == (("code", "?", ()),) * 3


def test_a_missing_notebook_is_said(folder):
    assert read(folder).notices == ("There is no notebook toy.ipynb in your submission.",)


def test_the_only_notebook_is_taken_whatever_its_name(folder):
    (folder / "toy (1)<b>.ipynb").write_text(GOOD)
    got = read(folder)
    assert got.cells is not None
    assert got.notices == (
        "Your notebook is called toy (1)?b?.ipynb; it was graded as toy.ipynb. Keep the name next time.",
    )


def test_of_several_wrong_names_none_is_taken(folder):
    for name in ("a", "b"):
        (folder / f"{name}.ipynb").write_text(GOOD)
    assert read(folder).notices == ("There is no toy.ipynb in your submission, but several others: a.ipynb, b.ipynb.",)


def test_links_and_pipes_are_not_followed(folder, tmp_path):
    (tmp_path / "secret.ipynb").write_text(GOOD)
    (folder / "toy.ipynb").symlink_to(tmp_path / "secret.ipynb")
    os.mkfifo(folder / "other.ipynb")
    assert read(folder).cells is None
    assert len(submission.digest(folder)) == 64


def test_the_time_is_nbgraders(folder):
    (folder / "toy.ipynb").write_text(GOOD)
    (folder / "timestamp.txt").write_text("2026-02-02 15:58:23 UTC\n")
    assert read(folder).timestamp == "2026-02-02 15:58:23 UTC"
    (folder / "timestamp.txt").write_text("yesterday")
    assert read(folder).timestamp == ""
    assert read(folder).notices == ("The time of your submission could not be read.",)


def test_the_digest_changes_with_all_that_is_handed_in(folder):
    digests = {submission.digest(folder)}
    files = (("toy.ipynb", "a"), ("toy.ipynb", "b"), ("timestamp.txt", "x"), ("other.ipynb", "b"), ("data.csv", "1"))
    for name, text in files:
        (folder / name).write_text(text)
        digests.add(submission.digest(folder))
    assert len(digests) == 6
    (folder / "data.csv").write_text("1")
    assert submission.digest(folder) in digests


@pytest.mark.parametrize(
    ("answer", "added", "still"),
    [
        (None, None, True),
        ("# thinking\n{starter}", None, True),
        ("{starter}\nx = 1", None, False),
        ("def double(a):\n    return 2 * a", None, False),
        ("def broken(", None, False),
        (None, "double = 3", False),
        (None, "y = 3", True),
    ],
)
def test_an_answer_is_untouched_while_it_does_what_the_release_gave(released, answer, added, still):
    release = nbformat.read(released / "release" / "toy" / "toy.ipynb", as_version=4)
    notebook = nbformat.read(released / "release" / "toy" / "toy.ipynb", as_version=4)
    cell = next(cell for cell in notebook.cells if cell.id == "double-answer")
    cell.source = (answer or "{starter}").replace("{starter}", cell.source)
    if added is not None:
        notebook.cells.append(nbformat.v4.new_code_cell(added, id="added-0"))
    assert ("double" in submission.untouched(release, notebook)) is still
