"""The baseline that the capstone's exercise compares with: its numbers for each problem, measured again."""

import math

import numpy as np
import pytest

from autograder import exercise
from autograder.exercises.capstone import tune
from autograder.judge.judge import judge
from autograder.judge.seeds import PUBLIC
from dnnkit import search


@pytest.mark.parametrize("place", [0, 11, 23])
def test_the_baseline_is_what_random_search_reaches(place):
    assert tune.baseline(tune.FIRST + place) == pytest.approx(tune.BASELINES[place], abs=0.002)


@pytest.mark.parametrize("epochs", [0, 82, 1.5, True, math.inf, math.nan, 10**400, "1", None, np.ones(2)])
def test_what_is_no_number_of_epochs_is_told(epochs):
    def answer(evaluate, space, budget, *, rng):
        evaluate(search.sample(space, rng=rng), epochs)

    asked = exercise.load("capstone/tune")
    report = judge(asked, answer, PUBLIC, checks=[check for check in asked.checks if check.name == "check_budget"])
    assert [finding.sentence for finding in report.findings] == [tune.EPOCHS]
