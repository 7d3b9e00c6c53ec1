"""Attempts stay on the student's side: kept next to a notebook, few, complete, and never in the way."""

import json
import os

import nbformat
import pytest
from nbclient import NotebookClient

from autograder import attempts as tried_by
from autograder import check, keep_attempts, share_attempts
from autograder.exercise import BadExercise
from autograder.language import using
from autograder.tries import FOLDER, KEPT, MAX_FILE, SHARED, Attempt, attempts, passed, record

ID = "dropout/inverted_dropout"
SETUP = "import numpy as np\nfrom autograder import attempts, check, keep_attempts, others"
RIGHT = "from dnnkit.dropout import inverted_dropout"
WRONG = "def inverted_dropout(a, keep_prob, *, rng, train):\n    return a, a == a  # nothing is dropped"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty working directory, and no memory of passed exercises."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("autograder.tries._passed", set())
    return tmp_path


@pytest.fixture
def in_notebook(monkeypatch):
    """This process, made to look like a notebook's kernel."""
    monkeypatch.setattr("autograder.tries._in_notebook", lambda: True)


def notebook(folder, *cells):
    """Run cells in a fresh kernel in a folder, and return the plain text that the last one shows."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in (SETUP, *cells)])
    NotebookClient(made, timeout=120, allow_errors=True, resources={"metadata": {"path": str(folder)}}).execute()
    (output,) = made.cells[-1].outputs
    return output.data["text/plain"]


def test_a_notebook_keeps_attempts_with_the_answers_text_and_opens_the_solutions_after_a_pass(folder):
    before = notebook(folder, WRONG, f"check('{ID}', inverted_dropout)", f"others('{ID}')")
    assert "Pass it first" in before
    (line,) = (folder / FOLDER / "dropout.jsonl").read_text().splitlines()
    kept = json.loads(line)
    assert (kept["exercise"], kept["verdict"], kept["text"].rstrip()) == (ID, "wrong", WRONG)
    report = notebook(folder, RIGHT, f"check('{ID}', inverted_dropout)")
    assert f'others("{ID}")' in report
    again = notebook(folder, f"others('{ID}')")  # another session, which finds the pass next to the notebook
    assert "def inverted_dropout(a, keep_prob, *, rng, train):" in again
    assert "The reference" in again
    shown = notebook(folder, f"attempts('{ID}')")
    assert shown.index("wrong") < shown.index("passed")
    assert "# nothing is dropped" in shown


def test_attempts_are_shared_only_when_asked_and_that_can_be_taken_back(folder, in_notebook):
    record(ID, "wrong", 1)
    assert not (folder / FOLDER / SHARED).exists()
    share_attempts()
    assert (folder / FOLDER / SHARED).is_file()
    assert len(attempts(ID)) == 1
    share_attempts(False)
    share_attempts(False)
    assert not (folder / FOLDER / SHARED).exists()


def test_nothing_is_kept_outside_of_a_notebook(folder):
    check(ID, lambda a, keep_prob, *, rng, train: (a, a == a))
    assert list(folder.iterdir()) == []


def test_an_empty_answer_is_no_attempt(folder, in_notebook):
    check(ID, ...)
    assert list(folder.iterdir()) == []


def test_the_last_fifty_of_each_exercise_stay(in_notebook):
    for number in range(KEPT + 5):
        record("topic/one", "wrong", number)
        if number < 3:
            record("topic/other", "passed", number)
    assert [attempt.text for attempt in attempts("topic/one")] == [str(number) for number in range(5, KEPT + 5)]
    assert len(attempts("topic/other")) == 3


def test_attempts_at_an_exercise_that_is_gone_are_still_shown(in_notebook):
    record("topic/gone", "wrong", 1)
    assert [attempt.text for attempt in attempts("topic/gone")] == ["1"]
    with pytest.raises(BadExercise, match="there is no exercise 'topic/other'"):
        attempts("topic/other")


def test_a_file_has_a_largest_size(in_notebook, folder):
    for number in range(5):
        for each in range(KEPT):
            record(f"topic/{number}", "wrong", f"{each}" * 100_000)
    assert (folder / FOLDER / "topic.jsonl").stat().st_size <= MAX_FILE
    assert len(attempts("topic/4")) == KEPT


def test_they_can_be_switched_off_and_on(in_notebook):
    keep_attempts(False)
    record(ID, "wrong", 1)
    assert attempts(ID) == ()
    keep_attempts()
    record(ID, "wrong", 2)
    assert [attempt.text for attempt in attempts(ID)] == ["2"]


@pytest.mark.parametrize(
    ("keep", "share", "told"),
    [
        (True, False, ["last 50 attempts", "in the folder .attempts", "nobody but you looks at them"]),
        (True, True, ["last 50 attempts", "if you hand in that folder, your instructor's report counts which"]),
        (False, False, ["Further attempts are not kept", "until you delete it; nobody but you looks at them"]),
        (False, True, ["Further attempts are not kept", "until you delete it; if you hand in that folder"]),
    ],
)
def test_what_is_kept_where_and_who_sees_it_is_one_sentence_whichever_was_asked_last(keep, share, told):
    keep_attempts(keep)
    said = repr(share_attempts(share))
    assert all(words in said for words in told), said
    assert said.endswith(".")
    assert said.count(". ") == 0
    assert repr(keep_attempts(keep)) == said
    with using("de"):
        assert not {"attempts", "exercise", "folder"} & set(repr(share_attempts(share)).split())


@pytest.mark.parametrize(("ask", "name"), [(keep_attempts, "keep"), (share_attempts, "share")])
@pytest.mark.parametrize("given", ["no", ID, None, check])
def test_what_is_neither_yes_nor_no_is_refused_and_changes_nothing(folder, ask, name, given):
    with pytest.raises(TypeError, match=f"{name} must be True or False; got "):
        ask(given)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("hinder", ["a file in the folder's place", "a full disk"])
def test_what_cannot_be_written_stops_no_check(in_notebook, folder, hinder, monkeypatch):
    if hinder == "a full disk":
        record(ID, "wrong", "kept")

        def full(*names):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "replace", full)
    else:
        (folder / FOLDER).write_text("")
    from dnnkit.dropout import inverted_dropout

    assert check(ID, inverted_dropout).verdict == "passed"
    assert passed(ID)
    if hinder == "a full disk":
        assert [attempt.text for attempt in attempts(ID)] == ["'kept'"]
        assert [path.name for path in (folder / FOLDER).iterdir()] == ["dropout.jsonl"]


def test_lines_that_are_no_attempts_are_passed_over(in_notebook, folder):
    record(ID, "passed", 1)
    path = folder / FOLDER / "dropout.jsonl"
    no_text, deep = b'{"time": 1, "exercise": "", "verdict": "", "text": ""}', b"[" * 100_000
    path.write_bytes(b"\n".join((b"\xff", b"{}", b"[1]", no_text, deep, path.read_bytes())))
    assert [attempt.text for attempt in attempts(ID)] == ["1"]
    record(ID, "wrong", 2)
    assert len(path.read_text().splitlines()) == 2


class Unshowable:
    def __repr__(self):
        raise ValueError


@pytest.mark.parametrize("answer", [Unshowable(), len, {"a": 1}, "x" * 10**6])
def test_any_answer_has_a_text(in_notebook, answer):
    record(ID, "wrong", answer)
    (attempt,) = attempts(ID)
    assert 0 < len(attempt.text) <= 20_000


def test_attempts_read_as_text():
    one = Attempt("2026-01-01T00:00:00+00:00", ID, "wrong", "def f():\n    return 1")
    assert str(one).splitlines()[1:] == ["    def f():", "        return 1"]
    assert repr(attempts(ID)) == "No attempts are kept here."
    assert callable(tried_by)


def test_grading_keeps_nothing_and_shows_nothing(monkeypatch, folder, in_notebook):
    from autograder import others
    from autograder.check import grade
    from dnnkit.dropout import inverted_dropout

    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert check(ID, inverted_dropout) is None
    assert others(ID) is None
    assert grade(ID, {"inverted_dropout": inverted_dropout}) == 4.0
    assert list(folder.iterdir()) == []
