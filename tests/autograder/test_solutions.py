"""How others solved it is shown after a pass, in correct code, and when the class allows it."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from autograder import check, others, solutions
from autograder import exercise as model
from autograder.check import judge
from autograder.judge.seeds import PUBLIC

CODE = [
    exercise for exercise in map(model.load, model.ids()) if exercise.kind != "text" and not exercise.asks_for_value
]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("autograder.tries._passed", set())
    return tmp_path


@pytest.mark.parametrize("exercise", CODE, ids=lambda exercise: exercise.id)
def test_before_a_pass_there_is_nothing_and_afterwards_two_answers(exercise):
    assert str(others(exercise.id)).startswith("Pass it first")
    assert "others(" in check(exercise.id, exercise.solution).note
    shown = others(exercise.id)
    assert len(shown.answers) == 1 + bool(exercise.alternatives)
    for _, code in shown.answers:
        assert f"def {exercise.name}(" in code or f"class {exercise.name}" in code
        assert code in repr(shown)
    assert shown._repr_html_().count("<pre") == len(shown.answers)


def test_the_alternative_that_is_shown_is_right():
    exercise = model.load("dropout/inverted_dropout")
    namespace = {"np": np}
    exec(solutions.of(exercise).answers[1][1], namespace)
    assert judge(exercise, namespace["inverted_dropout"], PUBLIC, checks=exercise.checks).verdict == "passed"


def test_of_the_reference_the_docstring_is_left_out():
    _, code = solutions.of(model.load("dropout/inverted_dropout")).answers[0]
    assert "References" not in code
    assert code.endswith("(a, mask, keep_prob), mask")


def test_a_wrong_answer_opens_nothing():
    assert check("dropout/inverted_dropout", lambda a, *args, **kwargs: (a, a == a)).note == ""
    assert str(others("dropout/inverted_dropout")).startswith("Pass it first")


def test_a_value_has_nothing_more_to_show():
    asked = model.load("dropout/by_hand")
    assert check(asked.id, asked.solution).note == ""
    assert str(others(asked.id)).startswith("What you found")


NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (None, ""),
        ({"show_solutions": "after_pass"}, ""),
        ({"show_solutions": "never"}, "Your class does not show solutions."),
        ({"show_solutions": "after_due"}, "which is not set"),
        ({"show_solutions": "after_due", "due": (NOW + timedelta(hours=1)).isoformat()}, "01 May 2026, 13:00 UTC"),
        ({"show_solutions": "after_due", "due": (NOW - timedelta(hours=1)).isoformat()}, ""),
        ({"show_solutions": "after_due", "due": "soon"}, ""),
        (["never"], ""),
        ("broken", ""),
    ],
)
def test_the_class_says_when(folder, setting, said):
    if setting is not None:
        (folder / solutions.SETTING).write_text(setting if isinstance(setting, str) else json.dumps(setting))
    reason = solutions.closed(NOW)
    assert (said in reason) if said else reason == ""


def test_what_is_closed_is_neither_offered_nor_shown(folder):
    (folder / solutions.SETTING).write_text('{"show_solutions": "never"}')
    exercise = CODE[0]
    assert check(exercise.id, exercise.solution).note == ""
    assert str(others(exercise.id)) == "Your class does not show solutions."
