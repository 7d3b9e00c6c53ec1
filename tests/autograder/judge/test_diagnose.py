"""Naming a mistake: by what the checks say, then by what was returned, and never by guessing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import exercise
from autograder.judge import diagnose
from autograder.judge import judge as judging
from autograder.judge.diagnose import same_values
from autograder.judge.judge import judge
from autograder.judge.looked import Looked
from autograder.judge.seeds import PUBLIC

EXERCISES = [exercise.load(id_) for id_ in exercise.ids()]
WRONG = [(asked, wrong) for asked in EXERCISES for wrong in asked.misconceptions]


@pytest.mark.parametrize(("asked", "wrong"), WRONG, ids=[f"{a.id}-{w.name}" for a, w in WRONG])
def test_every_misconception_of_the_course_is_named_in_practice(asked, wrong):
    report = judge(asked, wrong.answer, PUBLIC, checks=asked.public_checks)
    assert report.verdict != "passed"
    assert (report.misconception, report.with_others) == (wrong.sentence, False)


def test_the_same_mistake_in_other_words_gets_the_same_name(toy):
    asked = toy()

    def squares_in_a_loop(x, *, times=2):
        return np.array([value**times for value in x])

    report = judge(asked, squares_in_a_loop, b"key", checks=asked.checks)
    assert report.misconception == "Squaring is not doubling."


def test_known_answers_meet_the_same_inputs_once(toy, monkeypatch):
    """Those of practice were met when the findings were learned; others are met once if the behaviour is kept."""
    asked, keys, met = toy(), [], {}

    def looked(exercise, connect, key, checks, look=judging.look):
        keys.append(key)
        return look(exercise, connect, key, checks)

    monkeypatch.setattr(judging, "look", looked)

    def looks(key, **kept):
        keys.clear()
        report = judge(asked, lambda x, *, times=2: x**times, key, checks=asked.checks, **kept)
        assert report.misconception == "Squaring is not doubling."
        return keys.count(key)

    looks(PUBLIC)
    assert looks(PUBLIC) == 1, "the answer itself"
    carried = {place: Looked(each.finding, seen=None) for place, each in diagnose.learnt().items()}  # as into a page
    monkeypatch.setattr(diagnose, "_learnt_before", carried)
    assert looks(PUBLIC) > 1
    assert looks(PUBLIC) == 1
    assert looks(b"key", met=met) > 1
    assert looks(b"key", met=met) == 1
    assert looks(b"key") > 1


def test_equal_failures_are_no_reason_for_a_name(toy):
    """Elimination would fail: the only misconception with these failures, and yet a different mistake."""
    asked = toy()
    squared = judge(asked, lambda x, *, times=2: x**times, b"key", checks=asked.checks)
    for answer in (lambda x, *, times=2: x + times, lambda x, *, times=2: 1.001 * x**times):
        report = judge(asked, answer, b"key", checks=asked.checks)
        assert [f.sentence for f in report.findings] == [f.sentence for f in squared.findings]
        assert report.misconception == ""


def test_values_agree_in_another_type_and_form(toy):
    asked = toy()
    for change in (np.float32, np.ndarray.tolist, lambda out: out.reshape(1, -1)[0]):
        report = judge(asked, lambda x, *, times=2, change=change: change(x**times), b"key", checks=asked.checks)
        assert report.misconception == "Squaring is not doubling."


LIKE_DRAWN = """@misconception("Nothing comes from rng.", caught_by=check_doubles, said_by="SAID")
def drawn(x, *, times=2):
    return np.random.default_rng().random(x.shape)

@alternative("a loop")"""


@pytest.mark.parametrize(
    ("said_by", "name"), [("each number must be doubled", "Nothing comes from rng."), ("another sentence", "")]
)
def test_a_marked_sentence_is_the_mistake_where_values_cannot_agree(toy, said_by, name):
    asked = toy(('@alternative("a loop")', LIKE_DRAWN.replace("SAID", said_by)))
    report = judge(asked, lambda x, *, times=2: np.random.default_rng().random(x.shape), b"key", checks=asked.checks)
    assert report.misconception == name
    squared = judge(asked, lambda x, *, times=2: x**times, b"key", checks=asked.checks)
    assert squared.misconception == "Squaring is not doubling."  # agreement comes first


def test_a_marked_sentence_is_the_mistake_whichever_check_says_it(toy):
    marked = (
        "caught_by=check_keeps_its_input, worth=0.7",
        'caught_by=check_keeps_its_input, worth=0.7, said_by="SAID"',
    )
    asked = toy((marked[0], marked[1].replace("SAID", "times must be used")))
    report = judge(asked, lambda x, *, times=2: x * (2 if times == 2 else 7), b"key", checks=asked.checks)
    assert [finding.verdict for finding in report.findings] == ["passed", "passed", "wrong"]
    assert report.misconception == "The input is overwritten."


FREE = '''"""Halve and keep something."""
from autograder.authoring import anything, array, close, free, misconception, same_mistake_as

points = 2
returns = (array, free(anything))
hints = ("one", "two", "three")

def solution(x, *, rng):
    return x / 2, x

def check_half(halve, rng):
    """The half comes back."""
    from numpy.random import default_rng
    x = rng.random(3)
    out, _ = halve(x, rng=default_rng(5))
    close(out, x / 2, "it must be the half")

@misconception("Noise is added.", caught_by=check_half)
def noisy(x, *, rng):
    return x / 2 + rng.random(3), "cache"

@same_mistake_as(noisy)
def noisy_one_by_one(x, *, rng):
    return x / 2 + [rng.integers(9) for _ in x], 3
'''


def test_what_is_free_is_left_out_and_a_variant_has_the_same_name(tmp_path):
    (tmp_path / "toys").mkdir()
    (tmp_path / "toys" / "halve.py").write_text(FREE)
    asked = exercise.load("toys/halve", root=tmp_path)

    def named(answer):
        return judge(asked, answer, b"key", checks=asked.checks).misconception

    assert named(lambda x, *, rng: (x / 2 + rng.random(3), {"mine": object()})) == "Noise is added."
    assert named(lambda x, *, rng: (x / 2 + [rng.integers(9) for _ in x], 0)) == "Noise is added."
    assert named(lambda x, *, rng: (x / 2 + rng.standard_normal(3), 0)) == ""
    assert named(lambda x, *, rng: (x / 2 + rng.random(4)[1:], 0)) == ""


def test_of_two_mistakes_one_is_named_as_one_of_several(toy):
    """The input is overwritten, and the factor is written out."""
    asked = toy()

    def both(x, *, times=2):
        x *= 2
        return x

    report = judge(asked, both, b"key", checks=asked.checks)
    assert [finding.verdict for finding in report.findings] == ["wrong", "passed", "wrong"]
    # Either is true; of two that explain equally much, the one that a reader meets first is reported.
    assert (report.misconception, report.with_others) == ("The input is overwritten.", True)

    def fixed_and_wrong_for_four(x, *, times=2):
        return 2 * x + (len(x) == 4)

    report = judge(asked, fixed_and_wrong_for_four, b"key", checks=asked.checks)
    assert (report.misconception, report.with_others) == ("The factor is written out.", True)

    def another_factor(x, *, times=2):
        return 2.5 * x  # fails where a written-out factor fails, but not with its values

    assert judge(asked, another_factor, b"key", checks=asked.checks).misconception == ""


def test_a_value_with_a_marked_mistake_and_another_is_said_to_have_more():
    asked = exercise.load("optimization/rate_from_curves")
    reports = {}
    for changed in ({"G": "warm-up"}, {"G": "warm-up", "F": "good"}):
        reports[len(changed)] = judge(asked, asked.solution | changed, PUBLIC, checks=asked.checks)
    assert reports[1].misconception == reports[2].misconception != ""
    assert [reports[number].with_others for number in (1, 2)] == [False, True]


def test_a_value_is_named_by_its_wrong_parts_however_the_right_ones_are_rounded():
    asked = exercise.load("regularization/equilibrium")
    rounded = {"decayed": 1.21, "half": 139, "at_rest": 6, "slower": 6, "bias": 2}
    report = judge(asked, rounded | {"half": 100}, PUBLIC, checks=asked.checks)
    named = next(wrong for wrong in asked.misconceptions if wrong.name == "half_in_equal_steps")
    assert (report.misconception, report.with_others) == (named.sentence, False)


def test_a_name_does_not_depend_on_lucky_inputs(toy):
    """A check that meets the mistake on some seeds only says nothing about it when it is learned, or nothing later."""
    rarely = '''def check_doubles_rarely(double, rng):
    """A number above one is doubled."""
    x = rng.random(1) * 2
    close(double(x), 2 * x, "each number must be doubled, also above one")

@misconception("One is added, but to a number above one by itself.", caught_by=check_doubles)
def one_added(x, *, times=2):
    return times * x if len(x) == 1 and x[0] > 1 else x + 1

@alternative("a loop")'''
    asked = toy(('@alternative("a loop")', rarely))

    def answer(x, *, times=2):
        return [times * x[0]] if len(x) == 1 and max(x) > 1 else [value + 1 for value in x]

    reports = [judge(asked, answer, str(seed).encode(), checks=asked.checks) for seed in range(20)]
    said = {tuple(finding.verdict for finding in report.findings) for report in reports}
    assert len(said) > 1
    name = "One is added, but to a number above one by itself."
    assert {(report.misconception, report.with_others) for report in reports} == {(name, False)}


def test_where_nothing_came_back_there_is_nothing_that_agrees(toy):
    crash = '@misconception("It has no such method.", caught_by=check_doubles)\n'
    crash += 'def crashes(x, *, times=2):\n    return x.none\n\n@alternative("a loop")'
    asked = toy(('@alternative("a loop")', crash))
    report = judge(asked, lambda x, *, times=2: x.other, b"key", checks=asked.checks)
    assert (report.verdict, report.misconception) == ("crashed", "")


def test_a_name_costs_little(toy):
    """Each one's findings are learned once; values are compared only for those that fail alike, up to a difference."""
    asked, runs = toy(), []
    for wrong in asked.misconceptions:
        answer = wrong.answer
        object.__setattr__(
            wrong, "answer", lambda x, *, times=2, f=answer, n=wrong.name: (runs.append(n), f(x, times=times))[1]
        )
    judge(asked, lambda x, *, times=2: x + times, b"key", checks=asked.checks)
    runs.clear()
    judge(asked, lambda x, *, times=2: x + times, b"other", checks=asked.checks)
    assert runs[0] == "squared"
    assert len(runs) <= 3


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


def test_a_tie_within_rounding_goes_to_who_is_equal_to_the_last_digits(toy):
    nearly = '@misconception("A little is added.", caught_by=check_doubles)\n'
    nearly += 'def nearly(x, *, times=2):\n    return x**times + 1e-9\n\n@alternative("a loop")'
    asked = toy(('@alternative("a loop")', nearly))
    for little, name in ((0, "Squaring is not doubling."), (1e-9, "A little is added."), (5e-10, "")):
        report = judge(asked, lambda x, *, times=2, little=little: x**times + little, b"key", checks=asked.checks)
        assert report.misconception == name


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
        (np.full(2, 1e-17), np.zeros(2), True),  # 0 after two roundings
        (np.full(2, 1e-9), np.zeros(2), False),
        (np.full(2, 1e-9), np.full(2, 2e-9), False),
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


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (np.array([20.0, 0.0]), np.array([20.0, 1e-8]), False),
        (np.array([20.0, 1e-8]), np.array([20.0, 1e-8 * (1 + 1e-7)]), True),
        (np.array([[20.0, 0.0], [10.0, 0.0]]), np.array([[20.0, 1e-8], [10.0, 2e-8]]), False),
        (np.array([[20.0, 1.0], [0.0, 2.0]]), np.array([[20.0, 1.0], [1e-6, 2.0]]), True),
        (np.array([3e6, 0.0]), np.array([3e6, 1e-9]), True),
        (np.zeros((2, 0)), np.zeros((2, 0)), True),
        (np.full((2, 3, 2), np.nan), np.full((2, 3, 2), np.nan), True),
    ],
    ids=["a feature of 0", "rounding", "a column of 0", "a 0 in a column", "noise", "nothing", "three axes"],
)
def test_each_column_is_compared_on_its_own_scale(one, other, same):
    assert same_values(one, other) is same
