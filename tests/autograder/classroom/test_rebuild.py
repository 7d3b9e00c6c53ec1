"""Any submission becomes a notebook that nbgrader can record, with the student's answers in it."""

import copy

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import v4
from nbgrader.nbgraderformat import MetadataValidator

from autograder.classroom import strays
from autograder.classroom.cells import Cell
from autograder.classroom.rebuild import NO_CELLS, NONE_OF_OURS, rebuild, texts, untouched
from autograder.classroom.source import _locked, _mark
from autograder.classroom.strays import LACKING

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
    """Rebuild, check the result by nbformat's and nbgrader's own rules, and return sources by id and the notices."""
    made = rebuild(RELEASE, cells_of(cells))
    notebook = made.notebook
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(
        nbformat.from_dict(notebook | {"cells": [c for c in notebook.cells if "nbgrader" in c.metadata]})
    )
    return {cell.id: cell.source for cell in notebook.cells}, made.notices


def cells_of(cells):
    return tuple(Cell(*cell) for cell in cells)


def answered(source, at=2):
    return tuple((kind, source if i == at else old, ids) for i, (kind, old, ids) in enumerate(CELLS))


def test_only_an_answer_is_changed_and_what_else_was_written_is_kept_beside_it():
    changed = [(kind, f"{source}\nhacked", ids) for kind, source, ids in CELLS]
    sources, notices = rebuilt(*changed)
    assert [name for name in sources if not name.startswith("added-")] == IDS
    for cell in RELEASE.cells:
        written = "\nhacked" if cell.metadata.nbgrader.solution else ""
        assert sources[cell.id] == cell.source + written
    assert [source for name, source in sources.items() if name.startswith("added-")] == ["hacked"] * 4
    assert notices == (
        "What you wrote into locked cells (setup-1, double-check, double) ran as a cell of your own beside them.",
        "What you wrote into locked cells (introduction) is kept beside them, and did not run.",
    )


def test_a_locked_cell_as_an_earlier_release_had_it_holds_nothing_of_the_students():
    earlier = [(*cell, {}, cell[2][0] in ("introduction", "setup-1")) for cell in answered("# Old", at=0)]
    earlier[1] = ("code", "import math", *earlier[1][2:])
    sources, notices = rebuilt(*earlier, earlier[0])
    assert (list(sources), notices) == (IDS, ())


def test_no_submission_gives_the_release():
    made = rebuild(RELEASE, None)
    assert made.notebook == RELEASE
    assert made.notebook is not RELEASE
    assert (made.notices, made.changed) == ((), ())


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
    notebook = rebuild(RELEASE, cells_of((*CELLS[:2], ("markdown", "answer", CELLS[2][2]), *CELLS[3:]))).notebook
    assert notebook.cells[2].cell_type == "code"
    assert notebook.cells[2].source == "answer"


@pytest.mark.parametrize("blank", [STARTER, "", "def double(a):\n    pass", f"{STARTER}  # ...", "# "])
@pytest.mark.parametrize("first", [True, False])
def test_a_copy_that_was_left_empty_does_not_undo_the_answer(first, blank):
    empty, written = ("code", blank, CELLS[2][2]), ("code", "answer", CELLS[2][2])
    pair = (empty, written) if first else (written, empty)
    sources, notices = rebuilt(*CELLS[:2], *pair, *CELLS[3:])
    assert sources["double-answer"] == "answer"
    assert list(sources) == IDS
    assert len(notices) == 1
    assert "more than once: double-answer." in notices[0]


def test_of_two_written_copies_both_run_and_the_last_counts():
    pair = [("code", f"answer = {number}", CELLS[2][2]) for number in (1, 2)]
    notebook = rebuild(RELEASE, cells_of((*CELLS[:2], *pair, *CELLS[3:]))).notebook
    assert [cell.source for cell in notebook.cells[2:4]] == ["answer = 1", "answer = 2"]
    assert [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells[2:4]] == [
        None,
        "double-answer",
    ]


def test_the_cells_of_another_notebook_run_before_anything_is_judged():
    sources, notices = rebuilt(("code", "def double(a): return 2 * a", ("other", "other")))
    assert list(sources) == [*IDS[:2], "added-0", *IDS[2:]]
    assert sources["double-answer"] == LACKING
    assert notices == (NONE_OF_OURS,)


def test_cells_that_have_lost_their_names_are_known_by_locked_text():
    """Some editors drop cells' metadata and ids."""
    own = "def double(a): return 2 * a"
    sources, _ = rebuilt(*((kind, own if at == 2 else text, ()) for at, (kind, text, _) in enumerate(CELLS)))
    order = list(sources.values())
    assert order.index("import numpy") < order.index(own) < order.index("grade()")


def changed(cells, **sources):
    """The release's cells with other texts."""
    return tuple((kind, sources.get(ids[0].replace("-", "_"), text), ids) for kind, text, ids in cells)


ANSWERED = answered("def double(a): return 2 * a")
TITLE, SETUP, ANSWER, CHECK, GRADED, TEXT = ANSWERED


@pytest.mark.parametrize(
    "cells",
    [
        (TITLE, SETUP, CHECK, GRADED, ANSWER, TEXT),
        (TITLE, SETUP, CHECK, GRADED, TEXT, ANSWER),
        (*CELLS[:5], ("code", ANSWER[1], ()), TEXT),
        (*CELLS, ("code", "double = lambda a: 2 * a", ())),
        (*CELLS, ("code", "double = lambda a: a", ()), ("code", "%time 1\ndouble = lambda a: 2 * a", ())),
        tuple(reversed(ANSWERED)),
        (TITLE, SETUP, ("code", "def double(a): return a", ()), CHECK, GRADED, TEXT, ANSWER),
    ],
)
def test_an_answer_below_the_place_of_judging_is_judged_where_it_stands(cells):
    sources, notices = rebuilt(*cells)
    order = list(sources.values())
    last = max(place for place, text in enumerate(order) if "2 * a" in text)
    assert order[last + 1] == "grade()"
    assert any(notice.endswith("were judged where they are: double.") for notice in notices)


@pytest.mark.parametrize(
    "cells",
    [
        (*ANSWERED, ("code", "double = 3", ())),
        (*CELLS[:2], ("code", ANSWER[1], ()), *CELLS[2:], ("code", "double = 3", ())),
        (*answered("from helper import *"), ("code", "double = 3", ())),
        (*CELLS, ("code", "x = [double(1) for double in ()]\ndef f():\n    double = 3", ())),
    ],
)
def test_any_other_is_judged_in_its_place(cells):
    sources, notices = rebuilt(*cells)
    order = list(sources)
    assert order[order.index("double-check") + 1] == "double"
    assert notices == ()


LOCKED = _locked("code", "import numpy as np\n\nx = [1, 2]", "setup-1")


@pytest.mark.parametrize(
    ("source", "text", "runs"),
    [
        ("import numpy as np\n\nx = [1, 2]", "", False),
        ("import numpy as np\n\nx = [1,2]  ", "", False),  # an editor formats on saving
        ("import math\nimport numpy as np\n\nx = [1, 2]\ny = 3\n", "import math\ny = 3", True),
        ("import numpy as np\nx = [1, 2]\n%matplotlib inline", "%matplotlib inline", True),
        ("import numpy as np\n# why\nx = [1,2]", "# why", True),
        ("import numpy as np  # why\n\nx = [1, 2]", "# why", True),
        ("import numpy as np\n\nx = [1, 2, 3]", "x = [1, 2, 3]", False),
        ("import numpy as np\nx = [1, 2]\nIt is so.", "It is so.", False),
        ("", "", False),
    ],
)
def test_what_was_written_into_locked_code_is_told_from_what_was_given(source, text, runs):
    found, run = strays.written(LOCKED, source)
    assert (found, run and bool(found)) == (text, runs)


def test_hidden_tests_do_not_count_as_removed_by_a_student():
    graded = _mark(v4.new_code_cell("# G\n### BEGIN HIDDEN TESTS\ngrade()\n### END HIDDEN TESTS", id="x"), grade=True)
    assert strays.written(graded, "# G") == ("", True)
    assert strays.written(graded, "# G\nx = 3") == ("x = 3", True)


def test_of_copies_the_one_with_lines_removed_is_taken():
    starter = "def double(a):\n    a = a + 1\n    return 2 * a"
    given = copy.deepcopy(RELEASE)
    next(cell for cell in given.cells if cell.id == "double-answer").source = starter
    cells = answered("def double(a):\n    return 2 * a")
    made = rebuild(given, cells_of((*cells[:3], ("code", starter, cells[2][2]), *cells[3:])))
    assert {cell.id: cell.source for cell in made.notebook.cells}["double-answer"] == cells[2][1]


def test_pictures_stay_with_the_cells_that_they_were_pasted_into():
    pasted = {"a.png": {"image/png": "QUJD"}}
    cells = [*CELLS[:5], ("markdown", "![a](attachment:a.png)", CELLS[5][2], pasted), ("markdown", "b", (), pasted)]
    *_, answer, added = rebuild(RELEASE, cells_of(cells)).notebook.cells
    assert answer.attachments == added.attachments == pasted


def test_an_answer_is_the_same_as_long_as_its_text_is():
    def digests(*cells):
        return texts(rebuild(RELEASE, cells_of(cells)).notebook)

    first = digests(*answered("So.", at=5))
    assert digests(*answered("So.", at=5), ("code", "1", ()))["why"] == first["why"]
    assert digests(*answered("So!", at=5))["why"] != first["why"]
    assert digests(*answered("So!", at=5))["double"] == first["double"]
    assert digests(*answered("So.", at=5), ("code", "1", ()))["double"] != first["double"]


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
    notebook = rebuild(RELEASE, cells_of(cells)).notebook
    kept = {line.strip() for cell in (*notebook.cells, *RELEASE.cells) for line in cell.source.splitlines()}
    for _, source, _ in cells:
        assert {line.strip() for line in source.splitlines()} <= kept | {""}, "nothing that was written is lost"


EDITS = {
    "below": lambda cell, _, word: [(cell[0], f"{cell[1]}\n{word}", cell[2])],
    "at its end": lambda cell, _, word: [(cell[0], f"{cell[1]}  # {word}", cell[2])],
    "above": lambda cell, _, word: [(cell[0], f"{word} = 1\n{cell[1]}", cell[2])],
    "instead": lambda cell, _, word: [(cell[0], f"def double(a):\n    return {word}", cell[2])],
    "in its middle": lambda cell, _, word: [(cell[0], cell[1].replace("a", word, 1), cell[2])],
    "copied": lambda cell, _, word: [cell, (cell[0], f"{cell[1]}\n{word}", cell[2])],
    "merged": lambda cell, other, word: [(cell[0], f"{cell[1]}\n\n{other[1]}\n{word}", cell[2])],
    "of another name": lambda cell, other, word: [(cell[0], f"{cell[1]}\n{word}", other[2])],
    "without a name": lambda cell, _, word: [(cell[0], f"{cell[1]}\n{word}", ())],
    "of another kind": lambda cell, _, word: [("raw", f"{cell[1]}\n{word}", cell[2])],
    "another cell": lambda cell, _, word: [("code", f"def double(a):\n    return {word}", ()), cell],
}


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(EDITS)), st.integers(0, 5), st.integers(0, 5)), max_size=4))
def test_whatever_is_done_to_the_cells_no_word_of_a_students_is_lost(edits):
    cells = list(CELLS)
    for number, (edit, place, other) in enumerate(edits):
        cells[place : place + 1] = EDITS[edit](cells[place], cells[other], f"word{number}")
    sources, _ = rebuilt(*cells)
    text = "\n".join(sources.values())
    for number in range(len(edits)):
        if any(f"word{number}" in source for _, source, _ in cells):
            assert f"word{number}" in text


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
    assert ("double" in untouched(release, notebook)) is still


def test_a_notebook_without_cells_is_reported_as_such():
    assert rebuild(RELEASE, ()).notices == (NO_CELLS,)
    assert rebuild(RELEASE, cells_of([("code", "x = 1", ())])).notices == (NONE_OF_OURS,)
