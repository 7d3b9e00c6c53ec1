"""What hidden checks found is on no page before its time, not even a word of it, and points are always the same."""

import json

import pytest
from bs4 import BeautifulSoup
from rich.console import Console

from autograder import classroom
from autograder.classroom.config import gradebook, load

QUIET = Console(quiet=True)
NAME, NOTE = "Anything is doubled", "Hidden checks also count in the points"
BY_HEART = "def double(a):\n    return a + 1"  # right for ones, which is what the public check asks for


def told(directory, student):
    """Return the words on a student's page and in Gradescope's results, and the score there."""
    classroom.feedback(directory, console=QUIET)
    (folder,) = classroom.FORMATS["gradescope"](directory)
    html = (directory / "feedback" / student / "toy" / "toy.html").read_text(encoding="utf-8")
    results = json.loads((folder / student / "toy" / "results.json").read_text())
    reports = BeautifulSoup(html, "html.parser").select(".dnn-report")
    (gradescope,) = [test["output"] for test in results["tests"] if test["name"] == "toy/double"]
    return [reports[0].get_text(" "), gradescope], results["score"], html


def setting(directory, value):
    with open(directory / "nbgrader_config.py", "a") as file:
        file.write(f"c.Course.hidden_verdicts = {value!r}\n")


@pytest.mark.parametrize("when", ["never", "after_due"])
def test_nothing_tells_of_a_hidden_check_before_its_time(fresh, hand_in, when):
    hand_in(fresh, "heart", double=BY_HEART)
    hand_in(fresh, "same", double="def double(a):\n    return a")
    classroom.grade(fresh, console=QUIET)
    shown, score, _ = told(fresh, "heart")
    assert all(NAME in words and "One is added." in words and NOTE not in words for words in shown)
    setting(fresh, when)
    assert classroom.grade(fresh, console=QUIET).graded == (), "no grade depends on it"
    hidden, same, html = told(fresh, "heart")
    assert same == score == 1.0
    for words in hidden:
        assert "passed" in words.lower()
        assert "(1 of 1 checks pass)" in words
        assert NOTE in words
    assert not [word for word in (NAME, "One is added.", "every entry must be doubled") if word in html]
    assert all("Nothing is done." in words and NAME not in words for words in told(fresh, "same")[0])
    with gradebook(load(classroom.open_class(fresh))) as book:
        book.update_or_create_assignment("toy", duedate="2026-01-01 12:00:00 UTC")
    assert (told(fresh, "heart")[0] == shown) == (when == "after_due")
    with gradebook(load(classroom.open_class(fresh))) as book:
        book.grant_extension("toy", "heart", weeks=50_000)
    assert all(NAME not in words for words in told(fresh, "heart")[0]), "a student's own due date counts"
    assert all((NAME in words) == (when == "after_due") for words in told(fresh, "same")[0])


def test_another_word_is_refused(copied):
    setting(copied, "sometimes")
    with pytest.raises(classroom.ClassError, match="c.Course.hidden_verdicts must be one of 'always', 'after_due'"):
        classroom.feedback(copied, console=QUIET)
