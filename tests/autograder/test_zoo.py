"""The junk zoo holds meaningless answers for every kind of exercise, and keeps nothing of a right one."""

import numpy as np
import pytest

from autograder import exercise as model
from autograder.audit import zoo
from autograder.audit.answers import LAZY_WORTH
from autograder.judge.judge import judge

FORMS = {"NaN", "inf", "a wrong shape", "an empty array of gigantic shape", "complex numbers"}
CONSTANT = {"zeros", "ones", "tiny numbers", "constant rows", "constant columns"}


@pytest.mark.parametrize("name", ["normalization/StreamingStandardizer", "normalization/fit_standardizer"])
def test_a_class_and_a_function_meet_the_same_junk_and_it_earns_next_to_nothing(name):
    exercise = model.load(name)
    junk, lazy = dict(zoo.junk(exercise)), dict(zoo.lazy(exercise))
    assert junk.keys() >= FORMS
    assert lazy.keys() >= CONSTANT
    for worth, answers in ((0, junk), (LAZY_WORTH, lazy)):
        for kind, answer in answers.items():
            report = judge(exercise, answer, b"zoo", checks=exercise.checks)
            assert report.points <= worth * exercise.points, kind


def test_what_a_classs_members_give_is_changed_and_nothing_else():
    exercise = model.load("normalization/StreamingStandardizer")
    x = np.arange(6.0).reshape(3, 2)
    right, changed = exercise.solution(), dict(zoo.lazy(exercise))["zeros"]()
    assert (right.update(x), changed.update(x)) == (3, 0)
    assert type(changed.standardizer()) is type(right.standardizer())
    assert not changed.standardizer().mean.any()
    with pytest.raises(AttributeError):
        changed.no_such_member  # noqa: B018
