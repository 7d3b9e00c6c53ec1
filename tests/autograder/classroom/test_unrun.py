"""A cell that does not run is reported with its line and Python's message: in feedback, tables, page and notebook."""

import csv
import json
import shutil

import nbformat
import pytest
from nbclient import NotebookClient
from rich.console import Console

from autograder import classroom
from autograder.__main__ import main
from autograder.classroom.config import gradebook, load
from autograder.live.page import reply
from autograder.sandbox.doctor import doctor

QUIET = Console(quiet=True)
ISOLATION = "namespaces" if doctor()[0] else "none"
SLIPS = {  # an answer to toy/double, the line that Python names, and its message
    "colon": ("def double(x)\n    return 2 * x", 1, "SyntaxError: expected ':'"),
    "dedent": (
        "def double(x):\n        return 2 * x\n    return x",
        3,
        "IndentationError: unindent does not match any outer indentation level",
    ),
    "closed": ("x = 1\ndef double(x:\n    return 2 * x", 2, "SyntaxError: '(' was never closed"),
}
RAISING = {
    "import": ("import nothing\ndef double(x):\n    return 2 * x", 1, "ModuleNotFoundError: No module named 'nothing'"),
    "name": ("x = 1\n@cached\ndef double(x):\n    return 2 * x", 2, "NameError: name 'cached' is not defined"),
}
RIGHT = nbformat.v4.new_code_cell("def double(x):\n    return 2 * x")


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory, released, hand_in):
    """A class in which each slip was handed in, graded and reported."""
    place = shutil.copytree(released, tmp_path_factory.mktemp("unrun") / "class")
    for student, (source, _, _) in (SLIPS | RAISING).items():
        hand_in(place, student, double=source)
    hand_in(place, "brief", double="%xmode Minimal\nimport nothing\ndef double(x):\n    return 2 * x")
    hand_in(place, "endless", double="while True: pass\ndef double(x):\n    return 2 * x")
    hand_in(place, "behind", double=f"{RIGHT.source}\nreturn")  # a kernel runs what is above this
    hand_in(place, "elsewhere", lambda notebook: notebook.cells.insert(-1, RIGHT), double=SLIPS["colon"][0])
    with (place / "nbgrader_config.py").open("a") as file:
        file.write("c.Execute.timeout = 2\nc.Course.hidden_verdicts = 'never'\n")
    classroom.grade(place, console=QUIET, isolation=ISOLATION)
    classroom.feedback(place, console=QUIET)
    classroom.export(place)
    return place


def told(place, student):
    """Return the verdict on toy/double, and the only finding in its feedback."""
    record = json.loads((place / "records" / student / "toy.json").read_text())["exercises"]["toy/double"]
    (finding,) = record["findings"]
    return record["verdict"], finding["sentence"], finding["detail"]


def test_an_error_that_names_no_line_is_told_without_one(handed_in):
    message = "ModuleNotFoundError: No module named 'nothing'"
    assert told(handed_in, "brief") == (
        "crashed",
        "it raised ModuleNotFoundError, so there is no answer to check",
        message,
    )
    record = json.loads((handed_in / "records" / "brief" / "toy.json").read_text())
    assert record["notices"] == ["double: its cell does not run here (ModuleNotFoundError); a person will look at it."]


@pytest.mark.parametrize("student", [*SLIPS, *RAISING])
def test_feedback_and_tables_tell_line_and_message(handed_in, student):
    source, line, message = (SLIPS | RAISING)[student]
    verdict, sentence, detail = told(handed_in, student)
    assert (verdict, sentence) == (
        "crashed",
        f"it raised {message.partition(':')[0]}, so there is no answer to check",
    )
    assert detail == f"line {line}\n    {source.splitlines()[line - 1].strip()}\n{message}"
    page = (handed_in / "feedback" / student / "toy" / "toy.html").read_text(encoding="utf-8")
    assert 'class="dnn-report dnn-crashed"' in page
    assert f"line {line}" in page
    with (handed_in / "exercises.csv").open(encoding="utf-8", newline="") as file:
        (row,) = [row for row in csv.DictReader(file) if (row["student"], row["exercise"]) == (student, "toy/double")]
    assert (row["verdict"], float(row["points"])) == ("crashed", 0)
    assert f"its cell does not run here ({message.partition(':')[0]} in line {line}); a person" in row["flags"]
    with gradebook(load(classroom.open_class(handed_in))) as book:
        assert book.find_grade("double", "toy", "toy", student).needs_manual_grade


def test_a_cell_that_never_ends_is_reported_as_such(handed_in):
    verdict, sentence, _ = told(handed_in, "endless")
    assert (verdict, sentence) == ("timed out", "it did not finish, so there is no answer to check")
    assert "dnn-timed-out" in (handed_in / "feedback" / "endless" / "toy" / "toy.html").read_text(encoding="utf-8")


def test_the_instructor_is_told_what_to_look_at_and_no_more_once_it_is_marked(handed_in, capsys):
    command = ["grade", str(handed_in), "--isolation", ISOLATION]
    asked = f"For you to look at, in autograder mark {handed_in}:\n"
    line = "  colon, toy/double: its cell does not run here (SyntaxError in line 1)\n"
    assert main(command) == 0
    said = capsys.readouterr().out
    assert asked in said
    assert line in said.partition(asked)[2]
    with gradebook(load(classroom.open_class(handed_in))) as book:
        book.find_grade("double", "toy", "toy", "colon").needs_manual_grade = False
        book.db.commit()
    assert main(command) == 0
    said = capsys.readouterr().out
    assert asked in said
    assert line not in said
    assert "a person will look at it" not in said


@pytest.mark.parametrize("student", ["behind", "elsewhere"])
def test_an_answer_that_is_there_all_the_same_is_judged(handed_in, student):
    record = json.loads((handed_in / "records" / student / "toy.json").read_text())["exercises"]
    assert record["toy/double"]["verdict"] == "passed"


@pytest.mark.parametrize("slip", SLIPS)
def test_the_page_tells_the_same(slip):
    source, line, message = SLIPS[slip]
    source = source.replace("double", "by_hand")
    said = json.loads(reply(json.dumps({"do": "judge", "exercise": "dropout/by_hand", "given": [], "source": source})))
    assert (said["line"], said["message"]) == (line, message)


def test_a_notebook_tells_the_same_and_judges_no_older_answer(tmp_path):
    cells = ["from autograder import check\ndef shown(report): print(report.verdict, report.findings[0].detail)"]
    cells.append("by_hand, In = 3, None")
    for source, _, _ in SLIPS.values():
        cells += [source.replace("double", "by_hand"), 'shown(check("dropout/by_hand", by_hand))']
    cells += ["by_hand = 4\nreturn", 'print(check("dropout/by_hand", by_hand).verdict)']
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    here = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=60, allow_errors=True, resources=here).execute()
    said = [cell.outputs[0].text for cell in notebook.cells[3::2]]
    for text, (_, line, message) in zip(said, SLIPS.values()):
        assert text.startswith(f"crashed line {line}\n")
        assert text.endswith(f"{message}\n")
    assert said[-1] == "wrong\n"
