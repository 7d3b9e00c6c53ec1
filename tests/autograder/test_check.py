"""`check`, `hint` and `grade` as a student and nbgrader use them, including in a real kernel."""

import tempfile

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbgrader.utils import determine_grade

import autograder
from autograder import attempts, check, exercise, hint, others
from autograder.chapter import ROOT
from autograder.check import grade
from autograder.exercise import BadExercise
from autograder.judge.seeds import VARIABLE

ID = "dropout/inverted_dropout"
ASKED = exercise.load(ID)
WRONG = {wrong.name: wrong.answer for wrong in ASKED.misconceptions}


def test_practice_runs_no_hidden_check():
    report = check(ID, ASKED.solution)
    hidden = {check.name for check in ASKED.checks if check.hidden}
    assert report.verdict == "passed"
    assert hidden
    assert not hidden & {finding.check for finding in report.findings}


def test_practice_is_silent_while_nbgrader_grades(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert check(ID, ASKED.solution) is None
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    assert check(ID, ASKED.solution).verdict == "passed"


def test_practice_says_the_same_each_time():
    assert check(ID, WRONG["no_rescale"]) == check(ID, WRONG["no_rescale"])


def test_hints_come_one_at_a_time():
    ids = [id_ for id_ in exercise.ids() if exercise.load(id_).kind != "text"]
    given = [str(hint(ids[-1])) for _ in range(4)]
    assert [words.split(":")[0] for words in given] == ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 1 of 3"]
    assert repr(hint(ids[-1])).startswith("Hint 2 of 3: ")


def test_what_does_not_exist_is_refused():
    for ask in (lambda: check("dropout/none", 1), lambda: hint("dropout/none")):
        with pytest.raises(BadExercise, match="there is no exercise 'dropout/none'"):
            ask()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("dropout/inverted", "'dropout/inverted'; there are dropout/by_hand, .*dropout/inverted_dropout, [^;]*;"),
        ("dropot/by_hand", "an id is topic/name, and the topics are .*dropout, [^/]*;"),
        ("drop\0out/by_hand", "an id is topic/name"),
        (max, 'goes by its id, a string such as "dropout/inverted_dropout"; got <built-in function max>'),
        (["dropout/by_hand"], r"goes by its id, .*; got \['dropout/by_hand'\]"),
    ],
)
def test_a_wrong_id_is_reported_with_similar_ones(asked, told):
    for ask in (lambda: check(asked, 1), lambda: hint(asked), lambda: others(asked), lambda: attempts(asked)):
        with pytest.raises(BadExercise, match=told) as caught:
            ask()
        assert "network/softmax" not in str(caught.value)


def test_a_free_text_is_not_checked():
    texts = [id_ for id_ in exercise.ids() if exercise.load(id_).kind == "text"]
    assert texts
    with pytest.raises(BadExercise, match="a person reads"):
        check(texts[0], "words")


@pytest.mark.parametrize(
    ("namespace", "low", "high"),
    [
        ({"inverted_dropout": ASKED.solution}, 4, 4),
        ({"inverted_dropout": WRONG["no_rescale"]}, 0.1, 2),
        ({"inverted_dropout": None}, 0, 0),
        ({"inverted_dropout": ...}, 0, 0),
        ({}, 0, 0),
        ({"inverted_dropout": lambda *args, **kwargs: 1 / 0}, 0, 0),
    ],
)
def test_grade_gives_a_float_within_the_points(namespace, low, high, capsys):
    points = grade(ID, namespace)
    assert type(points) is float
    assert low <= points <= high
    assert capsys.readouterr().err == ""


def test_grade_never_raises(monkeypatch, capsys):
    monkeypatch.setenv(VARIABLE, "no hexadecimal")
    for id_, namespace in [(ID, {"inverted_dropout": ASKED.solution}), ("no/exercise", {}), (ID, None)]:
        assert grade(id_, namespace) == 0.0
    assert "could not be judged" in capsys.readouterr().out


def run(*cells):
    """Run cells in a fresh kernel and return the outputs of the last one."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    with tempfile.TemporaryDirectory() as folder:  # attempts are kept there
        here = {"metadata": {"path": folder}}
        NotebookClient(notebook, timeout=60, allow_errors=True, resources=here).execute()
    return notebook.cells[-1]


SETUP = "import numpy as np\nfrom autograder import check, hint"
CRASHING = (
    "def inverted_dropout(a, keep_prob, *, rng, train):\n    kept = rng.random(a.shape) < keep\n    return a, kept"
)


@pytest.fixture(scope="module")
def checked():
    return run(SETUP, CRASHING, f'check("{ID}", inverted_dropout)').outputs


def test_a_notebook_shows_html_text_and_json(checked):
    (output,) = checked
    assert output.output_type == "execute_result"
    assert 'class="dnn-report dnn-crashed"' in output.data["text/html"]
    assert "kept = rng.random(a.shape) &lt; keep" in output.data["text/html"]
    assert "name &#x27;keep&#x27; is not defined" in output.data["text/html"]
    assert "judge.py" not in output.data["text/html"]
    assert output.data["application/vnd.autograder.report+json"]["verdict"] == "crashed"


def test_nbgrader_reads_the_graded_cells_points():
    cell = run(
        SETUP,
        "from dnnkit.dropout import inverted_dropout as solution\n"
        "def inverted_dropout(a, keep_prob, *, rng, train):\n"
        "    print('on stderr', file=__import__('sys').stderr)\n"
        "    out, kept = solution(a, keep_prob, rng=rng, train=True)\n"
        "    return out, kept",
        f'from autograder.check import grade\ngrade("{ID}", globals())',
    )
    cell.metadata["nbgrader"] = {"grade": True, "solution": False, "points": 4, "grade_id": "x", "schema_version": 3}
    points, possible = determine_grade(cell)
    worth = next(wrong.worth for wrong in ASKED.misconceptions if wrong.name == "active_in_evaluation")
    assert possible == 4
    assert 0 < points <= 4 * worth
    assert not [output for output in cell.outputs if output.output_type == "stream" and output.name == "stderr"]


def test_the_package_offers_five_names():
    assert autograder.__all__ == ["attempts", "check", "hint", "keep_attempts", "others", "share_attempts"]


def test_the_readme_shows_what_check_says():
    def inverted_dropout(a, keep_prob, *, rng, train):
        kept = rng.random(a.shape) < keep_prob if train else np.ones(a.shape, bool)
        return a * kept, kept

    said = " ".join(str(check("dropout/inverted_dropout", inverted_dropout)).split())
    assert said in " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
