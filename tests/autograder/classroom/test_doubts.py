"""Whatever a student wrote is judged, or a person looks at it; correctly judged or unwritten work needs nobody."""

import copy
import time

import pytest

from autograder.classroom.doubts import BESIDE, NOT_RUN, TOO_LATE, UNANSWERED, UNJUDGED, doubts
from autograder.classroom.rebuild import rebuild
from autograder.judge.verdict import NOT_ATTEMPTED, PASSED, WRONG

from .test_rebuild import ANSWERED, CELLS, RELEASE, STARTER, answered, cells_of

NOTE = ("markdown", "My answer.", ())


def asked(cells, verdict, files=None, others=()):
    """Return what a person is asked to look at."""
    return doubts(RELEASE, rebuild(RELEASE, cells_of(cells)), {"double": verdict}, files or {}, others)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (CELLS, {}),
        ((*CELLS, NOTE), {"why": UNANSWERED}),
        ((*CELLS[:5], NOTE), {"why": UNANSWERED}),  # instead of the given cell
        ((*CELLS, ("code", "# My answer.", ())), {"why": UNANSWERED}),
        ((*CELLS, ("code", "It is so.", ())), {"why": UNANSWERED}),
        ((*CELLS, ("code", "%timeit 1", ())), {}),
        ((*CELLS, ("code", "'It is so.'", ())), {"why": UNANSWERED}),
        ((*CELLS, ("code", "print('It is so, since I have said it.')", ())), {"why": UNANSWERED}),
        ((*CELLS, ("code", "print('epoch', 3)", ())), {}),
        ((*CELLS, ("raw", "My answer.", ())), {"why": UNANSWERED}),
        ((("markdown", "# Title\nMy answer.", ("introduction",)), *CELLS[1:]), {"why": UNANSWERED}),
        ((*answered("My answer.", at=5), NOTE), {}),  # the person who marks it reads what is next to it
        ((*answered("", at=5), NOTE), {"why": UNANSWERED}),
        (
            (CELLS[0], ("code", "import math", ("setup-1",)), *CELLS[2:]),
            {"double": NOT_RUN.format("setup-1"), "why": UNANSWERED},
        ),
        ((CELLS[0], ("code", "import numpy\nimport math", ("setup-1",)), *CELLS[2:]), {}),
    ],
)
def test_text_in_another_cell_is_looked_at(cells, expected):
    assert asked(cells, NOT_ATTEMPTED) == expected


@pytest.mark.parametrize(
    "source",
    [
        "def double(a)\n    return 2 * a",  # does not compile
        "def double(a):\n\u00a0\u00a0return 2 * a",
        "%%bash\ndef double(a): return 2 * a",
        "import nothing\ndef double(a): return 2 * a",
        "```python\ndef double(a): return 2 * a\n```",
        "~~~\nold\n~~~\nand\n~~~\nnew\n~~~",
        "def doubled(a): return 2 * a",
        "if False:\n    def double(a): return 2 * a",
        "# def double(a): return 2 * a",
        f"{STARTER}\n# I would take it twice",
        "while True: pass\ndef double(a): return 2 * a",
        "# This cell had 60000 characters, more than the limit (50000 per cell). It was left out.",
    ],
)
@pytest.mark.parametrize("kind", ["code", "markdown", "raw"])
def test_an_answers_cell_that_gave_no_answer_is_looked_at(source, kind):
    cells = [(kind, *cell[1:]) if cell[2] == ("double-answer",) * 2 else cell for cell in answered(source)]
    assert asked(cells, NOT_ATTEMPTED) == {"double": UNJUDGED}


@pytest.mark.parametrize(
    "source", [STARTER, "", "def double(a):\n    pass", "def double(a):\n    ...\n    return None", "#"]
)
def test_what_says_nothing_asks_nobody(source):
    assert asked(answered(source), NOT_ATTEMPTED) == {}


@pytest.mark.parametrize(
    "added",
    [
        ("code", "exec('def double(a): return 2 * a')", ()),
        ("code", "def twice(a): return 2 * a", ()),
        ("code", "def double(a) return 2 * a", ()),
        ("raw", "return 2 * a", ()),
    ],
)
def test_code_in_another_cell_of_its_section_is_looked_at(added):
    assert asked((*CELLS[:4], added, *CELLS[4:]), NOT_ATTEMPTED)["double"] == UNANSWERED
    assert "double" not in asked((*answered(ANSWERED[2][1])[:4], added, *CELLS[4:]), PASSED)


@pytest.mark.parametrize(
    ("files", "others", "expected"),
    [
        ({"helper.py": b"def double(a): return 2 * a"}, (), {"double": BESIDE.format("helper.py")}),
        ({"why.md": b"So."}, (), {"why": BESIDE.format("why.md")}),
        ({"text/Why.DOCX": b"", "b.csv": b""}, (), {"why": BESIDE.format("text/Why.DOCX")}),
        ({"helper.py": "def double(a): return 2 * a".encode("utf-16")}, (), {"double": BESIDE.format("helper.py")}),
        ({"answers": b"def double(a): return 2 * a"}, (), {"double": BESIDE.format("answers")}),
        ({"a.zip": b"PK"}, (), dict.fromkeys(("double", "why"), BESIDE.format("a.zip"))),
        ({}, ("old<b>.ipynb",), {"double": BESIDE.format("old?b?.ipynb")}),
        ({f"{n}.md": b"" for n in range(7)}, (), {"why": BESIDE.format("0.md, 1.md, 2.md, 3.md, 4.md and 2 more")}),
        ({"data.csv": b"1", "helper.py": b"x = double(3)"}, (), {}),
    ],
)
def test_a_file_beside_the_notebook_is_looked_at(files, others, expected):
    assert asked(CELLS, NOT_ATTEMPTED, files, others) == expected
    assert asked((*ANSWERED[:5], ("markdown", "So.", CELLS[5][2])), PASSED, files, others) == {}


@pytest.mark.parametrize(("code", "late"), [("def double(a): return 3 * a", True), ("print(double(2) == 4)", False)])
def test_an_answer_that_is_written_again_below_is_looked_at_unless_it_passed(code, late):
    cells = (*ANSWERED, ("code", code, ()))
    assert asked(cells, WRONG) == ({"double": TOO_LATE} if late else {})
    assert asked(cells, PASSED) == {}


GIVEN = "def double(a):\n    a = a + 1\n    return 2 * a"
REPAIRED = "def double(a):\n    return 2 * a"


def of_other_kinds(source, cells, verdict):
    """Return what a person is asked to look at if the starter is a different one."""
    release = copy.deepcopy(RELEASE)
    next(cell for cell in release.cells if cell.id == "double-answer").source = source
    return doubts(release, rebuild(release, cells_of(cells)), {"double": verdict}, {})


@pytest.mark.parametrize("above", [True, False])
def test_a_repair_beside_what_was_to_be_repaired_is_looked_at(above):
    cells = list(answered(f"# It adds.\n{GIVEN}"))
    cells.insert(2 if above else 3, ("code", REPAIRED, ()))
    assert of_other_kinds(GIVEN, cells, WRONG) == {"double": UNANSWERED}
    assert of_other_kinds(GIVEN, cells, PASSED) == {}
    assert of_other_kinds(GIVEN, answered(GIVEN), WRONG) == {}


@pytest.mark.parametrize(("source", "why"), [(GIVEN, ""), (REPAIRED, UNJUDGED), ("# " + REPAIRED[4:], UNJUDGED)])
def test_a_repair_that_takes_lines_away_is_an_answer(source, why):
    assert of_other_kinds(GIVEN, answered(source), NOT_ATTEMPTED) == ({"double": why} if why else {})


def test_a_value_under_another_name_is_looked_at_where_a_value_was_asked_for():
    for starter, said in (("double = ...", {"double": UNANSWERED}), (STARTER, {})):
        cells = answered(starter)
        cells = (*cells[:4], ("code", "answer = 3", ()), *cells[4:])
        assert of_other_kinds(starter, cells, NOT_ATTEMPTED) == said


@pytest.mark.parametrize("text", [b"\0", b"double ", b"def double\n", b"double" + b" " * 1000, b"if x:\n double()\n"])
@pytest.mark.parametrize("name", ["data.bin", "long.py"])
def test_files_beside_the_notebook_take_no_time(name, text):
    began = time.process_time()
    said = asked(CELLS, NOT_ATTEMPTED, {name: text * (12 * 2**20 // len(text))})
    assert said == ({"double": BESIDE.format(name)} if (name, text) == ("long.py", b"def double\n") else {})
    assert time.process_time() - began < 2
