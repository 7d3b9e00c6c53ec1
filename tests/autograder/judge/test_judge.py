"""Judging: the verdicts are told apart, points are the share of checks passed, and nothing gets out of hand."""

import functools
import re
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import torch

from autograder import exercise
from autograder import exercise as model
from autograder.judge.judge import UNEXAMINED, judge
from autograder.judge.seeds import check_rng


@pytest.fixture
def double(toy):
    return toy()


def verdict(exercise, answer, key=b"key"):
    return judge(exercise, answer, key, checks=exercise.checks)


def practised(exercise, answer, key=b"key"):
    return judge(exercise, answer, key, checks=exercise.public_checks)


def test_the_solution_passes(double):
    report = verdict(double, double.solution)
    assert (report.verdict, report.points, report.possible) == ("passed", 4.0, 4.0)
    assert all(finding.sentence == finding.detail == "" for finding in report.findings)


def test_an_empty_answer_is_not_attempted(double):
    def empty(x, *, times=2):
        """What to write."""

    report = verdict(double, empty)
    assert (report.verdict, report.points, report.findings) == ("not attempted", 0.0, ())


def test_a_forgotten_return_is_wrong(double):
    def forgot(x, *, times=2):
        x * times

    report = verdict(double, forgot)
    assert report.verdict == "wrong"
    assert "is a `return` missing" in report.findings[0].sentence


def test_a_crash_shows_the_answers_own_lines(double):
    def crashing(x, *, times=2):
        return undefined_name * x  # noqa: F821

    report = verdict(double, crashing)
    assert (report.verdict, report.points) == ("crashed", 0.0)
    detail = report.findings[0].detail
    assert "in crashing" in detail
    assert "return undefined_name * x" in detail
    assert "NameError" in detail
    assert "standin" not in detail


def test_a_wrong_answer_says_which_check_and_which_numbers(double):
    report = verdict(double, lambda x, *, times=2: 3 * x)
    assert report.verdict == "wrong"
    assert report.findings[0].sentence == "each number must be doubled"
    assert "4 of 4 entries differ" in report.findings[0].detail
    assert report.misconception == ""


def test_points_are_the_share_of_checks_passed(double):
    fixed = next(wrong for wrong in double.misconceptions if wrong.name == "fixed")
    report = verdict(double, fixed.answer)
    assert report.points == pytest.approx(4 * 2 / 3)
    assert report.misconception == "The factor is written out."


def test_points_follow_weights_and_a_failed_core_check_leaves_half(toy):
    importing = ("require\n", "require, core, weight\n")
    last = ("@hidden\ndef check_uses_times", "@hidden\n@weight(2)\ndef check_uses_times")
    fixed = next(wrong for wrong in toy().misconceptions if wrong.name == "fixed").answer
    assert verdict(toy(importing, last, name="heavy"), fixed).points == pytest.approx(4 * 2 / 4)
    core = ("@hidden\ndef check_uses_times", "@hidden\n@core\ndef check_uses_times")
    assert verdict(toy(importing, core, name="core"), fixed).points == 2.0
    light = ("@hidden\ndef check_uses_times", "@hidden\n@core\n@weight(9)\ndef check_uses_times")
    assert verdict(toy(importing, light, name="both"), fixed).points == pytest.approx(4 * 2 / 11)


@pytest.mark.parametrize("answer", [3, "text", np.ones(3), None, [1]])
def test_what_is_no_function_is_wrong(double, answer):
    report = verdict(double, answer)
    assert (report.verdict, report.points) == ("wrong", 0.0)
    assert report.findings[0].sentence == "double must be a function"


def test_each_key_has_inputs_of_its_own_and_the_same_again(double):
    seen = []

    def spy(x, *, times=2):
        seen.append(x.copy())
        return x * times

    for key in (b"a", b"a", b"b"):
        verdict(double, spy, key)
    first, again, other = seen[0], seen[3], seen[6]
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_an_answer_cannot_write_or_warn_or_raise_floating_point_errors(double, capsys):
    def loud(x, *, times=2):
        import sys

        print("hello")
        print("error", file=sys.stderr)
        warnings.warn("careful", stacklevel=1)
        np.log(np.zeros(1))
        return x * times

    report = practised(double, loud)
    assert report.verdict == "passed"
    assert report.printed.startswith("hello\n")
    assert capsys.readouterr() == ("", "")


def test_printing_without_end_is_cut(double):
    def loud(x, *, times=2):
        print("x" * 10**6)
        return x * times

    assert len(practised(double, loud).printed) == 2000


def test_no_hidden_input_is_shown_by_whatever_an_answer_says(toy):
    """A second hand-in meets the same inputs again; the answer can choose its results, messages and names."""
    asked = toy()
    secret = "0.1234"

    def returns(x, *, times=2):
        return np.full(x.shape, float(secret))

    def raises(x, *, times=2):
        raise type(f"E{secret[2:]}", (ValueError,), {})(secret)

    def raises_a_known_one(x, *, times=2):
        print(secret)
        exec(f"def x{secret[2:]}(): raise KeyError({secret})\nx{secret[2:]}()")

    def returns_a_strange_thing(x, *, times=2):
        return {secret: secret}

    for answer in (returns, raises, raises_a_known_one, returns_a_strange_thing):
        report = verdict(asked, answer)
        assert report.printed == ""
        open_ones, hidden = report.findings[:2], report.findings[2]
        assert secret[2:] in repr(open_ones)  # in practice all of it helps
        assert secret[2:] not in repr(hidden)
        assert (hidden.went_in, hidden.came_out, hidden.expected) == ("", "", "")
        assert hidden.verdict != "passed"
    crashed = verdict(asked, raises_a_known_one).findings[2]
    assert crashed.sentence == "your code raised KeyError"
    assert crashed.detail == "line 1"
    assert verdict(asked, raises).findings[2].sentence == "your code raised an error"


def test_a_wrong_result_is_told_with_what_went_in_and_what_should_have_come_out(toy):
    report = practised(toy(), lambda x, *, times=2: x + 1)
    finding = report.findings[0]
    x = check_rng(b"key", "toys/double", "check_doubles").standard_normal(4)
    shown = [f"[{', '.join(f'{value:.4g}' for value in values)}]" for values in (x, x + 1, 2 * x)]
    assert [finding.went_in, finding.came_out, finding.expected] == [f"x = {shown[0]}", *shown[1:]]
    assert finding.detail == "at [0]; 4 of 4 entries differ"
    crashed = practised(toy(), lambda x, *, times=2: x.nothing).findings[0]
    assert crashed.went_in == f"x = {shown[0]}"


def test_what_was_read_of_an_object_is_told_by_its_name():
    asked = model.load("early_stopping/EarlyStopper")
    (too_late,) = (wrong.answer for wrong in asked.misconceptions if wrong.name == "OneTooLate")
    stops = next(finding for finding in practised(asked, too_late).findings if finding.verdict != "passed")
    assert stops.detail.startswith("got after ")
    assert stops.went_in.startswith("step: loss = ")
    assert stops.came_out.startswith("best_loss = ")  # which was read last, and is right
    assert stops.expected == ""


VALUES = [id_ for id_ in model.ids() if model.load(id_).kind == "value"]


@pytest.mark.parametrize("id_", VALUES)
def test_a_value_exercise_never_says_what_is_right(id_):
    asked = model.load(id_)
    right = asked.solution if isinstance(asked.solution, dict) else {"": asked.solution}
    numbers = [value for value in right.values() if type(value) in (int, float)]
    for change in (lambda n: n * 7.03125, lambda n: -n, lambda n: n + 0.71875, lambda n: "text", lambda n: None):
        wrong = {key: change(value) if value in numbers else value for key, value in right.items()}
        report = verdict(asked, wrong if isinstance(asked.solution, dict) else wrong[""])
        for finding in report.findings:
            said = f"{finding.sentence} {finding.detail} {finding.came_out} {finding.expected}"
            for number in numbers:
                assert not re.search(rf"(?<![\d.]){re.escape(f'{number:g}')}(?![\d.])", said), said


def test_a_value_says_which_way_it_misses(toy):
    asked = model.load("dropout/by_hand")
    report = verdict(asked, asked.solution | {"kept": 4000, "survivor": 3.0})
    assert [finding.detail for finding in report.findings[:3]] == ["more than ten times too large", "too small", ""]


def test_a_fault_of_a_check_is_no_exception_but_says_so(toy):
    faulty = toy(('    close(double(x), 2 * x, "each', '    [][0]\n    close(double(x), 2 * x, "each'))
    report = verdict(faulty, faulty.solution)
    assert report.findings[0].sentence == UNEXAMINED
    assert "IndexError" in report.findings[0].detail


def test_an_answer_is_left_as_it_was(double):
    state = {"calls": 0}

    def counting(x, *, times=2):
        state["calls"] += 1
        return x * times

    verdict(double, counting)
    assert state["calls"] == 3


WORKED = '''"""Work two numbers out."""
from autograder.authoring import close, misconception, number

points = 2
hints = ("one", "two", "three")
returns = {"sum": number, "product": number}
solution = {"sum": 5.5, "product": 7}

def check_sum(worked, rng):
    """The sum."""
    close(worked["sum"], 5.5, "sum is another")

def check_product(worked, rng):
    """The product."""
    close(worked["product"], 7, "product is another")
'''


@pytest.fixture
def worked(tmp_path):
    """An exercise that asks for a dict of two numbers."""
    (tmp_path / "toys").mkdir()
    (tmp_path / "toys" / "worked.py").write_text(WORKED)
    return exercise.load("toys/worked", root=tmp_path)


@pytest.mark.parametrize("part", [None, ..., "", "seven", [1, 2], 6])
def test_a_blank_in_a_value_costs_no_more_than_a_wrong_guess(worked, part):
    report = verdict(worked, {"sum": 5.5, "product": part})
    assert [finding.verdict for finding in report.findings] == ["passed", "wrong"]
    assert report.points == 1
    assert ("was left blank" in report.findings[1].sentence) == (part in (None, ..., ""))


def test_a_part_that_is_not_there_is_blank_and_one_too_many_is_wrong(worked):
    assert verdict(worked, {"sum": 5.5}).points == 1
    assert verdict(worked, {"sum": 5.5, "produkt": 7}).points == 0
    assert verdict(worked, {"sum": ..., "product": None}).verdict == "not attempted"
    assert verdict(worked, (5.5, 7)).points == 0


@pytest.mark.parametrize(
    "five_and_a_half",
    [Fraction(11, 2), Decimal("5.5"), np.array(5.5), np.float32(5.5), torch.tensor(5.5), np.longdouble("5.5")],
    ids=lambda value: type(value).__name__,
)
def test_a_number_may_be_written_in_other_ways(worked, five_and_a_half):
    assert verdict(worked, {"sum": five_and_a_half, "product": np.array(7)}).verdict == "passed"


class _Twice:
    def __call__(self, x, *, times=2):
        return times * x


@pytest.mark.parametrize(
    "answer",
    [
        lambda x, times=2: x * times,
        functools.partial(lambda x, y, times: x * times, y=None, times=2),
        lambda x, times=2: [Fraction(value) * times for value in x],
        lambda x, times=2: torch.tensor(x, requires_grad=True) * times,
        lambda x, **options: x * options.get("times", 2),
        _Twice(),
        _Twice().__call__,
    ],
    ids=["a lambda", "a partial", "fractions", "a tensor", "options", "an object", "a method"],
)
def test_a_function_may_be_written_in_other_ways(double, answer):
    assert verdict(double, answer).verdict == "passed"
