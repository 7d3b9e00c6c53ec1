"""Naming a mistake: by what the checks say, then by what came back, and never by guessing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import exercise
from autograder.judge.diagnose import same_values
from autograder.judge.judge import judge
from autograder.judge.seeds import PUBLIC

EXERCISES = [exercise.load(id_) for id_ in exercise.ids()]
WRONG = [(asked, wrong) for asked in EXERCISES for wrong in asked.misconceptions]


@pytest.mark.parametrize(("asked", "wrong"), WRONG, ids=[f"{a.id}-{w.name}" for a, w in WRONG])
def test_every_misconception_of_the_course_is_named_in_practice_where_a_public_check_catches_it(asked, wrong):
    public = tuple(check for check in asked.checks if not check.hidden)
    report = judge(asked, wrong.answer, PUBLIC, checks=public)
    if report.verdict != "passed":
        assert report.misconception in (wrong.sentence, "")  # "" where only a hidden check tells it from another
    if wrong.caught_by in {check.name for check in public}:
        assert report.verdict != "passed"


def test_the_same_mistake_in_other_words_gets_the_same_name(toy):
    asked = toy()

    def squares_in_a_loop(x, *, times=2):
        return np.array([value**times for value in x])

    report = judge(asked, squares_in_a_loop, b"key", checks=asked.checks)
    assert report.misconception == "Squaring is not doubling."


def test_a_tie_goes_to_equal_values_and_else_stays_unnamed(toy):
    cubed = '@misconception("Cubing is not doubling.", caught_by=check_doubles)\n'
    asked = toy(
        (
            '@alternative("a loop")',
            cubed + 'def cubed(x, *, times=2):\n    return x**(times + 1)\n\n@alternative("a loop")',
        )
    )

    def named(answer):
        return judge(asked, answer, b"key", checks=asked.checks).misconception

    assert named(lambda x, *, times=2: x**times) == "Squaring is not doubling."
    assert named(lambda x, *, times=2: x * x * x ** (times - 1)) == "Cubing is not doubling."
    assert named(lambda x, *, times=2: x**5) == ""


METER = '''"""Write a running mean."""
from autograder.authoring import close, instance, misconception, number

points = 2
hints = ("one", "two", "three")
returns = instance(update=lambda value: value, mean=number)

class solution:
    def __init__(self): self.seen = []
    def update(self, x): self.seen.append(x)
    def mean(self): return sum(self.seen) / len(self.seen)

def check_mean(Meter, rng):
    """The mean of both numbers is returned."""
    meter = Meter()
    for x in (2.0, 4.0):
        meter.update(x)
    close(meter.mean(), 3.0, "the mean must be that of all numbers")

@misconception("The last number is returned.", caught_by=check_mean)
class last(solution):
    def mean(self): return self.seen[-1]

@misconception("The sum is returned.", caught_by=check_mean)
class added(solution):
    def mean(self): return sum(self.seen)
'''


def test_a_tie_of_classes_goes_to_equal_values_whatever_a_class_is_called(tmp_path):
    (tmp_path / "toys").mkdir()
    (tmp_path / "toys" / "Meter.py").write_text(METER)
    asked = exercise.load("toys/Meter", root=tmp_path)

    class Meter(asked.solution):
        def mean(self):
            return self.seen[0] + self.seen[1]

    assert judge(asked, Meter, b"key", checks=asked.checks).misconception == "The sum is returned."


def test_a_right_answer_has_no_mistake(toy):
    asked = toy()
    assert judge(asked, asked.solution, b"key", checks=asked.checks).misconception == ""


NESTED = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=6,
)


@given(NESTED)
def test_a_value_is_the_same_as_itself(value):
    assert same_values(value, value)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1.0, 1.0 + 1e-12, True),
        (np.ones(3), np.ones(3) * (1 + 1e-9), True),
        (np.array([np.nan]), np.array([np.nan]), True),
        (np.ones(3), np.ones((3, 1)), False),
        (np.ones(2), np.zeros(2), False),
        ((1, 2), [1, 2], True),
        ([1], [1, 2], False),
        ({"a": 1}, {"b": 1}, False),
        ("a", "b", False),
        ("1", 1, False),
        (None, 0, False),
    ],
)
def test_values_are_compared_up_to_rounding(one, other, same):
    assert same_values(one, other) is same
