"""The class board: who is on it, in which order and under which name, and what is on the Pareto front."""

import csv
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import classroom, exercise
from autograder.classroom import board
from autograder.classroom.aliases import aliases
from autograder.judge.judge import judge
from autograder.judge.seeds import PUBLIC
from autograder.judge.verdict import collected, measured


def write(place, student, verdict="passed", **numbers):
    folder = place.step("records") / student
    folder.mkdir(parents=True)
    told = [[name.replace("_", " "), value] for name, value in numbers.items()]
    findings = [{"verdict": verdict, "measured": told}, {"verdict": "passed", "measured": []}]
    (folder / "toy.json").write_text(json.dumps({"exercises": {"toy/double": {"findings": findings}}}))


@pytest.fixture
def place(copied):
    """A class in which nobody's answer was measured."""
    return classroom.open_class(copied)


def test_a_class_without_a_measured_exercise_has_no_board(place):
    assert board.boards(place) == {}
    assert [path.name for path in classroom.export(place.root)] == ["grades.csv", "exercises.csv"]


def test_the_lowest_error_is_first_and_of_equal_ones_the_cheapest(place):
    write(place, "dear", test_error=0.25, epochs=400.0, baseline=0.5)
    write(place, "cheap", test_error=0.25, epochs=300.0)
    write(place, "best", test_error=0.125, epochs=486.0)
    write(place, "beaten", test_error=0.375, epochs=301.0)
    write(place, "wrong", "wrong", test_error=0.0, epochs=1.0)
    (found,) = board.boards(place).values()
    assert [(each.student, each.place, each.front) for each in found] == [
        ("best", 1, True),
        ("cheap", 2, True),
        ("dear", 3, False),
        ("beaten", 4, False),
    ]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12))
def test_the_front_is_what_no_other_beats(numbers):
    told = [(str(i), {board.ERROR: e, board.COST: c}, {}) for i, (e, c) in enumerate(numbers)]
    for each in board._ranked("toy/double", told):
        e, c = numbers[int(each.student)]
        assert each.front == (not any(a <= e and b <= c and (a, b) != (e, c) for a, b in numbers))


@pytest.mark.parametrize("names", ["aliases", "names"])
def test_export_writes_it_under_the_names_that_are_asked_for(place, names):
    write(place, "a", test_error=0.5, epochs=9.0)
    write(place, "=b", test_error=0.25, epochs=9.0, baseline=0.75)
    *_, path = classroom.export(place.root, board=names)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = aliases(place, ["a", "=b"])
    shown = [known["=b"], known["a"]] if names == "aliases" else ["'=b", "a"]
    assert [(row["place"], row["student"], row["test error"], row["baseline"]) for row in rows] == [
        ("1", shown[0], "0.25", "0.75"),
        ("2", shown[1], "0.5", ""),
    ]


def test_another_word_for_the_names_is_refused(place):
    with pytest.raises(ValueError, match="board must be 'aliases' or 'names', got 'initials'"):
        classroom.export(place.root, board="initials")


def test_aliases_are_the_students_own_and_always_the_same(place):
    students = [f"student-{number}" for number in range(2000)]
    found = aliases(place, students)
    assert len(set(found.values())) == len(found) == 2000
    assert aliases(place, students[::-1]) == found


def test_the_capstones_choice_is_measured():
    asked = exercise.load("capstone/tune")
    report = judge(asked, asked.solution, PUBLIC, checks=asked.public_checks)
    told = [dict(finding.measured) for finding in report.findings if finding.measured]
    assert [list(numbers) for numbers in told] == [["test error", "baseline", "epochs"]]
    assert told[0]["test error"] < told[0]["baseline"]
    assert 81 <= told[0]["epochs"] <= 486
    assert f"Measured: test error {told[0]['test error']:.3g}" in str(report)
    assert f"Measured: test error {told[0]['test error']:.3g}" in report._repr_mimebundle_()["text/html"]


def test_what_is_measured_outside_of_judging_goes_nowhere():
    measured("test error", 1)
    with collected() as (_, numbers):
        measured("epochs", 2)
    assert numbers == [("epochs", 2.0)]
