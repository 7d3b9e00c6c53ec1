"""Predict how much of the spread of an error comes from the split, the start and the order, and what averaging does."""

import math

from autograder.authoring import (
    alternative,
    core,
    hidden,
    integer,
    misconception,
    neighbour,
    number,
    require,
    same_mistake_as,
    weight,
)

points = 3
solution = {"together": 1.34536, "share": 0.447514, "one_split": 1.02956, "paired": 1.41421, "runs": 29}
returns = dict.fromkeys(("together", "share", "one_split", "paired"), number) | {"runs": integer}
hints = (
    "Square first: for independent sources the variances add, but the standard deviations do not.",
    "A mean over n runs divides the variance of what is drawn anew in each run by n. What all runs share stays as it "
    "is. In a difference, what both sides share cancels, and the variances of the rest add.",
    "With n runs the standard deviation of their mean is together / √n. Which is the first whole n that brings it to "
    "0.25 or below?",
)

ROUNDING = 0.01  # three digits are enough, and a little less
VARIANCES = 0.81, 0.64, 0.36  # of split, start and order
TOGETHER = "together is not the standard deviation of a run in which all three are drawn anew"
SHARE = "share is not what the split contributes to the variance"
ONE_SPLIT = "one_split is not the standard deviation of the mean of four runs that share one split"
PAIRED = "paired is not the standard deviation of the difference of two runs that share their split"
RUNS = "runs is not the smallest number of runs whose mean has a standard deviation of at most 0.25"

ADDED = "together is the sum of the standard deviations"
NO_ROOT = "together is the variance, not its root"
OF_DEVIATIONS = "share is the split's part of the sum of standard deviations"
PERCENT = "share is in percent, and must be a number from 0 to 1"
AVERAGED = "one_split is the standard deviation of a mean over runs that each have a split of their own"
FORGOTTEN = "one_split has no split in it"
LEFT_IN = "paired still has the split in it"
ONCE = "paired has start and order of one method only"
NOTHING_LEFT = "paired must not be 0: start and order are each method's own"
ROUNDED_DOWN = "with that number of runs, the standard deviation of their mean is a little above 0.25"
NO_ROOT_OF_N = "runs is together divided by 0.25"
MISTAKES = {  # a sentence, and the numbers that give it away
    "together": {ADDED: (2.3,), NO_ROOT: (1.81,)},
    "share": {OF_DEVIATIONS: (0.9 / 2.3,), PERCENT: (44.7514,)},
    "one_split": {AVERAGED: (1.34536 / 2,), FORGOTTEN: (0.5,)},
    "paired": {LEFT_IN: (math.sqrt(2) * 1.34536,), ONCE: (1.0,), NOTHING_LEFT: (0.0,)},
    "runs": {ROUNDED_DOWN: (28,), NO_ROOT_OF_N: (5, 6)},
}


@core
@weight(2)
def check_together(spread, rng):
    """The standard deviation when all three are drawn anew."""
    _right(spread, "together", TOGETHER)


def check_share(spread, rng):
    """The split's share of the variance."""
    if _near(spread["together"], sum(math.sqrt(v) for v in VARIANCES)):
        require(_near(spread["share"], solution["share"]), SHARE)  # one mistake, and `together` has reported it
    _right(spread, "share", SHARE)


@weight(2)
def check_one_split(spread, rng):
    """The standard deviation of a mean over runs that share their split."""
    _right(spread, "one_split", ONE_SPLIT)


@weight(2)
def check_paired(spread, rng):
    """The standard deviation of the difference of two runs that share their split."""
    _right(spread, "paired", PAIRED)


def check_runs(spread, rng):
    """The number of runs, all drawn anew, that it takes for a standard deviation of 0.25."""
    if spread["runs"] != solution["runs"]:
        for mistake, values in MISTAKES["runs"].items():
            require(spread["runs"] not in values, mistake)
        require(False, RUNS)


@hidden(like=(check_together, check_share, check_one_split, check_paired, check_runs))
def check_all_five(spread, rng):
    """All five are right."""
    for name, right in solution.items():
        require(abs(spread[name] - right) <= ROUNDING * right, "not all of the five are right")


covers = {
    "Somebody has measured how the test error": "the setting",
    "standard deviation of 0.9 points": (check_together, check_share, check_one_split),
    "0.8 points when only the start is": (check_together, check_paired),
    "0.6 points when only the order": (check_together, check_paired),
    "Take the three to be independent": check_together,
    "Predict": "the parts follow",
    "the standard deviation of the error, in points, when all three are drawn anew": check_together,
    "the share of that *variance*": check_share,
    "that all use one split": check_one_split,
    "the difference between two methods": check_paired,
    "the smallest number of runs": check_runs,
    "Give a dictionary of five numbers": "what is given is judged part by part",
    "Three significant digits": (check_together, check_share, check_one_split, check_paired),
}


@misconception(
    "The standard deviations are added. Independent sources rarely push in the same direction at once: their variances "
    "add, and the root of the sum is less than the sum of the roots.",
    caught_by=check_together,
    said_by=ADDED,
)
def deviations_added():
    return solution | {"together": 2.3}


@misconception(
    "The split's share of the sum of standard deviations is taken. Only variances add up to a whole, so only of them "
    "can there be shares.",
    caught_by=check_share,
    worth=0.9,
    said_by=OF_DEVIATIONS,
)
def share_of_deviations():
    return solution | {"share": 0.9 / 2.3}


@misconception(
    "The split is averaged away as well. Four runs on one split all share its luck, and no mean over them gets rid of "
    "it: divide only the variances of what is drawn anew.",
    caught_by=check_one_split,
    worth=0.8,
    said_by=AVERAGED,
)
def split_averaged_too():
    return solution | {"one_split": solution["together"] / 2}


@misconception(
    "The difference still contains the split. Both methods have the same one, and if it moves both by as much, it "
    "cancels in the difference.",
    caught_by=check_paired,
    worth=0.8,
    said_by=LEFT_IN,
)
def split_left_in_the_difference():
    return solution | {"paired": math.sqrt(2) * solution["together"]}


@misconception(
    "Start and order are counted once. Each of the two methods has its own, so that their variances come in twice.",
    caught_by=check_paired,
    worth=0.8,
    said_by=ONCE,
)
def one_of_two_methods():
    return solution | {"paired": math.sqrt(sum(VARIANCES[1:]))}


@misconception(
    "The number of runs is rounded down, and with it the standard deviation is still a little above 0.25.",
    caught_by=check_runs,
    worth=0.9,
    said_by=ROUNDED_DOWN,
)
def one_run_short():
    return solution | {"runs": 28}


@misconception(
    "The number of runs is taken to be in proportion to the standard deviation. It falls with the root of the number: "
    "halving it takes four times as many runs.",
    caught_by=check_runs,
    worth=0.9,
    said_by=NO_ROOT_OF_N,
)
def root_forgotten():
    return solution | {"runs": 6}


@same_mistake_as(root_forgotten)
def root_forgotten_and_rounded_down():
    return solution | {"runs": 5}


@misconception(
    "The variances are added, but the root is forgotten: the question asks for a standard deviation.",
    caught_by=check_together,
    said_by=NO_ROOT,
)
def root_not_taken():
    return solution | {"together": 1.81}


@misconception(
    "The share is given in percent. The question asks for a number from 0 to 1.",
    caught_by=check_share,
    worth=0.9,
    said_by=PERCENT,
)
def share_in_percent():
    return solution | {"share": 44.7514}


@misconception(
    "The split is left out. All four runs have one and the same, but which one was luck: its variance stays whole.",
    caught_by=check_one_split,
    worth=0.8,
    said_by=FORGOTTEN,
)
def split_left_out():
    return solution | {"one_split": 0.5}


@misconception(
    "Everything is taken to cancel in the difference. Only what both methods share does: start and order are each "
    "method's own.",
    caught_by=check_paired,
    worth=0.8,
    said_by=NOTHING_LEFT,
)
def nothing_left():
    return solution | {"paired": 0.0}


@neighbour("all three are divided by the number of runs, not by its root")
def by_four():
    return solution | {"one_split": solution["together"] / 4}


@neighbour("the share of start and order")
def share_of_the_rest():
    return solution | {"share": 1 - solution["share"]}


@alternative("three digits")
def rounded():
    return {"share": 0.448, "together": 1.35, "one_split": 1.03, "paired": 1.41, "runs": 29.0}


@alternative("by standard deviations of sums")
def by_hypotenuse():
    return {
        "together": math.hypot(0.9, 0.8, 0.6),
        "share": 0.81 / 1.81,
        "one_split": math.hypot(0.9, math.hypot(0.8, 0.6) / math.sqrt(4)),
        "paired": math.hypot(0.8, 0.8, 0.6, 0.6),
        "runs": math.ceil(1.81 / 0.25**2),
    }


def _near(found, value):
    return abs(found - value) <= ROUNDING * abs(value)


def _right(spread, name, sentence):
    """Say which mistake a wrong number is, if it is a known one: even rounded, it agrees with no other number."""
    found = spread[name]
    if not _near(found, solution[name]):
        for mistake, values in MISTAKES[name].items():
            require(not any(_near(found, value) for value in values), mistake)
        require(False, sentence)
