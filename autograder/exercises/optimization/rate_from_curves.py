"""Diagnose the learning rate of eight runs from their losses."""

from autograder.authoring import (
    alternative,
    chosen,
    core,
    hidden,
    misconception,
    neighbour,
    require,
    same_mistake_as,
    text,
    weight,
)

points = 3
solution = {
    "A": "good",
    "B": "low",
    "C": "warm-up",
    "D": "high",
    "E": "low",
    "F": "low",
    "G": "good",
    "H": "high",
}
returns = dict.fromkeys(solution, text)
hints = (
    "First compare each last loss with that of a guess. Two losses of different kinds cannot be compared with each "
    "other: a guess has 2.30 in one column and 0.09 in another.",
    "Of the runs that are no better than a guess, or not much better, which still fall and which have fallen and come "
    "back?",
    "Three runs are low and two are high. One run dies early and lives with a warm-up.",
)

WORDS = ("low", "good", "high", "warm-up")
WORD = 'each of the eight must be "low", "good", "high" or "warm-up"'
TRAINED = "at least one of the diagnoses of A and G is wrong"
SLOW = "at least one of the diagnoses of B, E and F is wrong"
BROKEN = "at least one of the diagnoses of D and H is wrong"
DEAD = "the diagnosis of run C is wrong"
REVIVED = "run C is said to have a rate that is too high, but with the same rate after a warm-up it trains"
CREEPING = "run E is said to have a rate that is too high, but its loss falls all the way"
RISING = "run G is said to be ill because its loss rises in the first steps"


@core
@weight(2)
def check_slow_runs(rate_from_curves, rng):
    """The runs whose rate is too low are told apart from all others."""
    found = chosen(rate_from_curves, "BEF", WORDS, WORD)
    require(found["E"] not in ("high", "warm-up"), CREEPING)
    require(found.items() <= solution.items(), SLOW)


@weight(2)
def check_broken_runs(rate_from_curves, rng):
    """The runs whose rate is too high even with a warm-up are told apart from all others."""
    require(chosen(rate_from_curves, "DH", WORDS, WORD).items() <= solution.items(), BROKEN)


def check_run_that_dies(rate_from_curves, rng):
    """The run that only needs a warm-up gets its diagnosis."""
    found = chosen(rate_from_curves, "C", WORDS, WORD)
    require(found["C"] != "high", REVIVED)
    require(found.items() <= solution.items(), DEAD)


def check_trained_runs(rate_from_curves, rng):
    """The runs that train well get their diagnosis."""
    found = chosen(rate_from_curves, "AG", WORDS, WORD)
    require(found["G"] not in ("high", "warm-up"), RISING)
    require(found.items() <= solution.items(), TRAINED)


@hidden(like=(check_slow_runs, check_broken_runs, check_run_that_dies, check_trained_runs))
def check_all_eight(rate_from_curves, rng):
    """All eight diagnoses are right."""
    require(chosen(rate_from_curves, "ABCDEFGH", WORDS, WORD) == solution, "not all of the eight are right")


covers = {
    "Which word describes the learning rate of each of these eight runs": (
        check_slow_runs,
        check_broken_runs,
        check_run_that_dies,
        check_trained_runs,
    ),
    "the loss falls to the end, and is far above": check_slow_runs,
    "fails with and without a warm-up": check_broken_runs,
    "the run fails as it is, and trains with a warm-up": check_run_that_dies,
    "the run trains, with and without a warm-up": check_trained_runs,
    "the loss of the whole training set": "how the table is read",
    "The last column": "how the table is read",
    "Losses of the two kinds": "how the table is read",
    "run loss start": "how the table is read",
    "2.50, 2.09, 0.28, 0.031": check_trained_runs,
    "2.50, 2.48, 2.17, 1.60": check_slow_runs,
    "0.23, 6·10⁶": check_run_that_dies,
    "2.50, 1.64, 2.06, 2.34": check_broken_runs,
    "2.50, 2.50, 2.49, 2.44": check_slow_runs,
    "0.23, 0.22, 0.16, 0.12": check_slow_runs,
    "0.23, 0.61, 0.05, 0.031": check_trained_runs,
    "2.50, 2.18, 2.35, 2.32": check_broken_runs,
}


@misconception(
    "A flat loss is taken for a rate that is too low. D and H did not creep: both had come down and were thrown back, "
    "and both end where a guess ends, even with a warm-up. A higher rate would not help them.",
    caught_by=check_broken_runs,
    worth=0.7,
)
def flat_is_low():
    return solution | {"D": "low", "H": "low"}


@same_mistake_as(flat_is_low)
def flat_is_low_in_d():
    return solution | {"D": "low"}


@same_mistake_as(flat_is_low)
def flat_is_low_in_h():
    return solution | {"H": "low"}


@misconception(
    "A flat loss is taken for a rate that is too high. E falls all the way, if slowly; with a lower rate it would "
    "stand still.",
    caught_by=check_slow_runs,
    said_by=CREEPING,
)
def flat_is_high():
    return solution | {"E": "high"}


@misconception(
    "F is called good because its numbers are small. They are losses of another kind: a guess has 0.09, and after 1000 "
    "steps F has not even come that far.",
    caught_by=check_slow_runs,
)
def small_is_good():
    return solution | {"F": "good"}


@misconception(
    "F's rate is called too high because F ends where a guess ends. It started far above that, and has fallen all the "
    "way: it just has not come far.",
    caught_by=check_slow_runs,
)
def not_far_is_high():
    return solution | {"F": "high"}


@misconception(
    "A rate is called too high because the loss falls fast. It is too high if the run fails; A trains, with and "
    "without a warm-up.",
    caught_by=check_trained_runs,
    worth=0.8,
)
def fast_is_high():
    return solution | {"A": "high"}


@misconception(
    "G's rate is called too low because C, after a warm-up, comes to half of its loss. That is not far above, and a "
    "low rate would not have thrown G upwards in the first steps.",
    caught_by=check_trained_runs,
    worth=0.8,
)
def not_the_best_is_low():
    return solution | {"G": "low"}


@misconception(
    "A loss that rises in the first steps is taken for an illness. G is thrown once, recovers, and is as good as with "
    "a warm-up.",
    caught_by=check_trained_runs,
    said_by=RISING,
    worth=0.8,
)
def any_rise_is_ill():
    return solution | {"G": "warm-up"}


@misconception(
    "C's rate is taken to be too high because the run ends in nan. It is too high for the first steps only: after a "
    "warm-up the same rate trains as well as any.",
    caught_by=check_run_that_dies,
    said_by=REVIVED,
    worth=0.8,
)
def nan_is_too_high():
    return solution | {"C": "high"}


@misconception(
    "A run whose loss falls is called good, however little it falls. B has 1.00 after 1000 steps, where A, with the "
    "same loss, has 0.009.",
    caught_by=check_slow_runs,
)
def falling_is_good():
    return solution | {"B": "good", "E": "good", "F": "good"}


@same_mistake_as(falling_is_good)
def falling_is_good_in_b():
    return solution | {"B": "good"}


@same_mistake_as(falling_is_good)
def falling_is_good_in_b_and_f():
    return solution | {"B": "good", "F": "good"}


@misconception(
    "A warm-up is prescribed where it does not help. D and H had one, in the last column, and ended at the loss of a "
    "guess all the same.",
    caught_by=check_broken_runs,
    worth=0.7,
)
def warm_up_for_all():
    return solution | {"D": "warm-up", "H": "warm-up"}


@same_mistake_as(warm_up_for_all)
def warm_up_for_d():
    return solution | {"D": "warm-up"}


@same_mistake_as(warm_up_for_all)
def warm_up_for_h():
    return solution | {"H": "warm-up"}


@neighbour("C is taken for low")
def dead_for_low():
    return solution | {"C": "low"}


@neighbour("the same word for all")
def always_low():
    return dict.fromkeys(solution, "low")


@alternative("capital letters and spaces")
def shouted():
    return {run: f" {word.upper()} " for run, word in solution.items()}


@alternative("from lists")
def from_lists():
    lists = {"high": "DH", "low": "BEF", "good": "GA", "warm-up": "C"}
    return {run: word for word, runs in lists.items() for run in runs}
