"""Quizzes as forms: what an author may write, and what is refused, with a reason."""

import json

import pytest
from bs4 import BeautifulSoup

from autograder.live import quiz

YES = {"answer": "yes", "correct": True, "feedback": "Right."}
NO = {"answer": "no", "correct": False, "feedback": "Wrong."}


def question(kind="multiple_choice", answers=(YES, NO), **more):
    return {"question": "Is it?", "type": kind, "answers": list(answers), **more}


def soup(asked):
    return BeautifulSoup(quiz.form("topic", asked)[1], "html.parser")


def test_choices_are_named_by_their_place_and_stand_in_the_same_order_in_each_build():
    answers = [{"answer": str(n), "correct": n == 3, "feedback": "."} for n in range(6)]
    asked = question(answers=answers)
    labels = [label.text.strip() for label in soup(asked).select("label")]
    assert labels == [each["value"] for each in soup(asked).select("input")]
    assert sorted(labels) == list("012345") != labels
    assert quiz.form("topic", asked) == quiz.form("topic", asked)


def test_an_answer_is_to_a_question_as_it_was_asked():
    names = [
        quiz.form("topic", asked)[0]
        for asked in (question(), question(answers=(NO, YES)), question(question="Is it not?"))
    ]
    assert len(set(names)) == 3


def test_text_is_text_and_marks_are_marks():
    asked = question(answers=[YES | {"answer": "<b> & $a < b$ `x < y`", "code": "if a < b:"}, NO])
    choice = soup(asked).select_one('input[value="0"]').parent
    assert choice.span.text == "<b> & \\(a < b\\) x < yif a < b:"
    assert choice.select_one("span.math").text == "\\(a < b\\)"
    assert [code.text for code in choice.select("code")] == ["x < y", "if a < b:"]


def test_a_number_carries_what_it_is_compared_with():
    answers = [
        {"value": 0.1, "correct": True, "feedback": "."},
        {"range": [0, 1], "correct": False, "feedback": "."},
        {"type": "default", "feedback": "."},
    ]
    facts = json.loads(soup(question("numeric", answers, precision=2)).form["data-answers"])
    assert facts == [
        {"right": True, "value": 0.1, "precision": 2},
        {"right": False, "range": [0, 1], "precision": 2},
        {"right": False, "precision": 2},
    ]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (question("string"), "of type 'string'; the types are multiple_choice, many_choice, numeric"),
        (question(answers=()), "has 0 right answers; a multiple_choice question has exactly one"),
        (question(answers=(NO,)), "has 0 right answers"),
        (question(answers=(YES, YES)), "has 2 right answers"),
        (question("many_choice", (NO, NO)), "has 0 right answers; a many_choice question has one or more"),
        (question(answers=(YES, {"answer": "no"})), "has no response to the answer 'no'; give it `feedback`"),
        (question("numeric", ({"value": 1, "correct": True},)), "has no response to the answer 1"),
    ],
    ids=range(7),
)
def test_a_slip_of_the_author_is_told(asked, said):
    with pytest.raises(quiz.BadQuestion, match="quiz: 'Is it\\?' ") as slip:
        quiz.form("topic", asked)
    assert said in str(slip.value)
