"""Predict, before the run, how many steps gradient descent needs at other ratios of scales."""

import numpy as np

from autograder.authoring import alternative, close, core, misconception, neighbour, number, weight

points = 3
solution = {"steps_20": 4 * 340, "rate_20": 0.02 / 4, "steps_100": 100 * 340, "rate_100": 0.02 / 100}
returns = {"steps_20": number, "rate_20": number, "steps_100": number, "rate_100": number}
hints = (
    "The Hessian of the squared error is the mean of x xᵀ. What happens to an entry of it when a feature doubles?",
    "Curvature goes with the square of a feature's scale. The largest stable rate is 2 / (largest curvature).",
    "The number of steps goes with the condition number, largest over smallest curvature: the square of the ratio of "
    "scales. From ratio 10 to ratio 20 it grows four times.",
)

# Rounding to one digit shows as much understanding: 1360 steps are then 1000.
ROUNDING = 0.27


def check_steps_at_twice_the_ratio(predicted, rng):
    """The number of steps at a ratio of 20."""
    _right(predicted, "steps_20", "the number of steps at a ratio of 20 is not right")


def check_rate_at_twice_the_ratio(predicted, rng):
    """The largest stable learning rate at a ratio of 20."""
    _right(predicted, "rate_20", "the largest stable learning rate at a ratio of 20 is not right")


@core
@weight(2)
def check_steps_at_ten_times_the_ratio(predicted, rng):
    """The number of steps at a ratio of 100."""
    _right(predicted, "steps_100", "the number of steps at a ratio of 100 is not right")


def check_rate_at_ten_times_the_ratio(predicted, rng):
    """The largest stable learning rate at a ratio of 100."""
    _right(predicted, "rate_100", "the largest stable learning rate at a ratio of 100 is not right")


covers = {
    "A linear neuron with two features": "the setting",
    "When the scales of the features are 1 and 10": "what was measured",
    "what are the largest stable learning rate and the number of steps when the scales are 1 and 20": (
        check_steps_at_twice_the_ratio,
        check_rate_at_twice_the_ratio,
    ),
    "And when they are 1 and 100": (check_steps_at_ten_times_the_ratio, check_rate_at_ten_times_the_ratio),
    "Answer with a dictionary of four numbers": check_steps_at_twice_the_ratio,
}


@misconception(
    "Steps and rate are taken to follow the ratio of the scales. Both follow the curvature, and the curvature of a "
    "squared error is quadratic in the feature: twice the ratio costs four times the steps.",
    caught_by=check_steps_at_twice_the_ratio,
)
def linear_in_the_ratio():
    return {"steps_20": 680, "rate_20": 0.01, "steps_100": 3400, "rate_100": 0.002}


@misconception(
    "The learning rate is taken to be free of the data's scale. It is not: beyond 2 / (largest curvature) the steps "
    "overshoot ever further, and the largest curvature grows with the square of the largest scale.",
    caught_by=check_rate_at_twice_the_ratio,
    worth=0.6,
)
def rate_stays():
    return solution | {"rate_20": 0.02, "rate_100": 0.02}


@misconception(
    "A feature with larger numbers is taken to allow a larger learning rate. Its gradient grows with its scale, and "
    "so does the step: to land in the same place the rate has to shrink, with the square of the scale.",
    caught_by=check_rate_at_ten_times_the_ratio,
    worth=0.6,
)
def rate_grows_with_the_scale():
    return solution | {"rate_20": 0.08, "rate_100": 2.0}


@misconception(
    "A learning rate that fits is taken to make up for the scale, so that the number of steps stays. The one rate "
    "has to be small enough for the steep direction, and is then too small for the flat one: the steps follow the "
    "ratio of the curvatures.",
    caught_by=check_steps_at_ten_times_the_ratio,
)
def steps_stay():
    return solution | {"steps_20": 340, "steps_100": 340}


@misconception(
    "The steps are taken to follow the ratio of the scales, which is the root of the condition number. That is what "
    "the best momentum reaches; plain gradient descent pays the condition number itself, the square of the ratio.",
    caught_by=check_steps_at_ten_times_the_ratio,
)
def steps_as_with_momentum():
    return solution | {"steps_20": 680, "steps_100": 3400}


@misconception(
    "The rate is taken to follow the ratio of the scales. It follows the largest curvature, which grows with the "
    "square of the largest scale: twice the scale allows a quarter of the rate.",
    caught_by=check_rate_at_twice_the_ratio,
    worth=0.6,
)
def rate_linear_in_the_ratio():
    return solution | {"rate_20": 0.01, "rate_100": 0.002}


@misconception(
    "The rate is 1 / (largest curvature). That one goes straight to the minimum of the steepest direction; the largest "
    "that does not diverge is twice as large.",
    caught_by=check_rate_at_ten_times_the_ratio,
    worth=0.6,
)
def half_the_limit():
    return solution | {"rate_20": 0.0025, "rate_100": 0.0001}


@neighbour("the rate follows the root of the ratio")
def rate_by_the_root():
    return solution | {"rate_20": 0.0141, "rate_100": 0.0063}


@neighbour("the third power of the ratio")
def cubic_in_the_ratio():
    return {"steps_20": 2720, "rate_20": 0.0025, "steps_100": 340_000, "rate_100": 0.00002}


@alternative("each number rounded to its first digit")
def rounded():
    return {"steps_20": 1000, "rate_20": 0.005, "steps_100": 30000, "rate_100": 0.0002}


def _right(predicted, key, sentence):
    close(np.asarray(predicted[key]), np.asarray(float(solution[key])), sentence, rtol=ROUNDING)
