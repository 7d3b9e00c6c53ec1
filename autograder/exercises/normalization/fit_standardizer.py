"""Measure the mean and the standard deviation of every feature of the training data."""

import numpy as np

from autograder.authoring import (
    alternative,
    array,
    close,
    core,
    hidden,
    misconception,
    neighbour,
    record,
    same_mistake_as,
    shaped,
    weight,
)
from dnnkit.normalization import Standardizer
from dnnkit.normalization import fit_standardizer as solution

points = 3
returns = record(Standardizer, mean=array, std=array)
hints = (
    "One number per feature, not one per example: for x of shape (m, features), which axis must disappear?",
    "`x.mean(axis=0)` and `x.std(axis=0)` have the shape (features,). The standard deviation divides by m, not by m "
    "- 1.",
    "A feature is constant where its smallest and its largest value are equal: "
    "`np.where(x.min(axis=0) == x.max(axis=0), 1.0, std)`.",
)

MEAN = "the mean must be that of each feature, over the examples"
STD = "the standard deviation must be that of each feature, over the examples"
CONSTANT = "the standard deviation of a constant feature must be 1, and that of the others their own"
SMALL = "a feature that varies by very little must keep its own standard deviation"


def check_mean_of_each_feature(fit_standardizer, rng):
    """The mean is that of each feature over all examples."""
    for x in (_data(rng, (80, 5)), _whole(rng)):
        close(fit_standardizer(x).mean, x.mean(axis=0), MEAN)


@core
@weight(2)
def check_std_of_each_feature(fit_standardizer, rng):
    """The standard deviation is that of each feature over all examples, and divides by m."""
    for x in (_data(rng, (80, 5)), _whole(rng)):
        close(fit_standardizer(x).std, x.std(axis=0), STD)


def check_a_constant_feature_gets_std_one(fit_standardizer, rng):
    """A constant feature gets the standard deviation 1, whatever its value; the others keep theirs."""
    x = rng.normal(rng.uniform(-2, 2, 5), [0.1, 1, 1, 20, 1], (7, 5))
    x[:, 1], x[:, 2], x[:, 4] = 0.0, -4.0, 0.1
    x[1, 0], x[-1, 3] = x[0, 0], x[0, 3]  # two equal values do not make a feature constant
    fitted = fit_standardizer(x)
    close(fitted.mean, x.mean(axis=0), MEAN)
    close(fitted.std, [x[:, 0].std(), 1, 1, x[:, 3].std(), 1], CONSTANT)


def check_a_small_spread_is_not_constant(fit_standardizer, rng):
    """A feature that varies by very little keeps its standard deviation."""
    x = rng.normal(0, [1e-3, 1e-6, 1e-18, 2], (7, 4))
    found = shaped(fit_standardizer(x).std, (4,), STD)
    close(found / x.std(axis=0), np.ones(4), SMALL, rtol=1e-3)


@hidden(like=(check_mean_of_each_feature, check_std_of_each_feature, check_a_constant_feature_gets_std_one))
def check_other_training_data(fit_standardizer, rng):
    """The same holds for as many features as examples, for whole numbers, and for a single example."""
    for x in (_data(rng, (6, 6)), _whole(rng), _data(rng, (1, 3))):
        fitted = fit_standardizer(x)
        close(fitted.mean, x.mean(axis=0), MEAN)
        close(fitted.std, np.where(x.min(axis=0) == x.max(axis=0), 1, x.std(axis=0)), STD)


SUBNORMAL = "only where a spread is too small for float32 to hold, under 1e-45"
equivalent = {
    "`std.astype(dtype)` becomes `dtype` in _standardizer": SUBNORMAL,
    "`std.astype(dtype) == 0` becomes `std.astype(dtype) == 1` in _standardizer": SUBNORMAL,
}

covers = {
    "training data `x` of shape (m, features)": check_std_of_each_feature,
    "the mean and the standard deviation of each feature": (check_mean_of_each_feature, check_std_of_each_feature),
    "divides by m": check_std_of_each_feature,
    "It may hold whole numbers": (check_mean_of_each_feature, check_std_of_each_feature),
    "One that varies by very little keeps its own": check_a_small_spread_is_not_constant,
    "A feature that is constant gets the standard deviation 1": check_a_constant_feature_gets_std_one,
    "rounding may leave": check_a_constant_feature_gets_std_one,
    "Leave `x` as it is": check_mean_of_each_feature,
    "For `x = [[1, 7], [3, 7]]`": "the example, by hand",
    "Mean and standard deviation of every feature": (check_mean_of_each_feature, check_std_of_each_feature),
}


@misconception(
    "Mean and standard deviation are taken along axis 1, over the features of each example. A z-score compares an "
    "example with other examples, so the axis of the examples, 0, must be the one that disappears.",
    caught_by=check_std_of_each_feature,
)
def wrong_axis(x):
    return Standardizer(mean=x.mean(axis=1), std=x.std(axis=1))


@misconception(
    "One mean and one standard deviation serve all features. A feature with large numbers then sets the scale of all "
    "others, which is the very thing that standardizing is meant to prevent.",
    caught_by=check_std_of_each_feature,
)
def one_scale_for_all(x):
    return Standardizer(mean=np.full(x.shape[1], x.mean()), std=np.full(x.shape[1], x.std()))


@misconception(
    "The variance is stored where the standard deviation belongs. The square root is missing; see the units: a length "
    "in metres divided by a variance in square metres is not a z-score.",
    caught_by=check_std_of_each_feature,
)
def variance_for_std(x):
    var = x.var(axis=0)
    return Standardizer(mean=x.mean(axis=0), std=np.where(_constant(x), 1.0, var))


@misconception(
    "The squared deviations are divided by m - 1. That estimates the variance of the population; to give this very "
    "training data the standard deviation 1, divide by m.",
    caught_by=check_std_of_each_feature,
)
def divided_by_one_less(x):
    std = x.std(axis=0, ddof=1) if len(x) > 1 else np.ones(x.shape[1])
    return Standardizer(mean=x.mean(axis=0), std=np.where(_constant(x), 1.0, std))


@misconception(
    "A constant feature keeps the standard deviation 0, and 0/0 becomes NaN in every example. One pixel that is "
    "always dark is enough to make all weights NaN at the first step.",
    caught_by=check_a_constant_feature_gets_std_one,
    worth=0.7,
)
def constant_unguarded(x):
    return Standardizer(mean=x.mean(axis=0), std=x.std(axis=0))


@misconception(
    "A small number keeps the division by a constant feature's standard deviation finite, but does not tame it: a new "
    "example in which that feature moves by 1 gets a z-score of a hundred million. Set the standard deviation to 1.",
    caught_by=check_a_constant_feature_gets_std_one,
    worth=0.7,
)
def tiny_std_for_constant(x):
    return Standardizer(mean=x.mean(axis=0), std=x.std(axis=0) + 1e-8)


@misconception(
    "A constant feature is recognized by a standard deviation of exactly 0. The mean of seven times 0.1 is rounded, so "
    "the deviation comes out as 1e-17, and dividing by it blows the feature up. Compare the values themselves.",
    caught_by=check_a_constant_feature_gets_std_one,
    worth=0.85,
)
def constant_hidden_by_rounding(x):
    std = x.std(axis=0)
    return Standardizer(mean=x.mean(axis=0), std=np.where(std == 0, 1.0, std))


@misconception(
    "A fixed threshold decides what is constant. How small a spread can be depends on the unit: a length of a "
    "nanometre, written in metres, is 0.000000001. Compare the values of the feature with one another.",
    caught_by=check_a_small_spread_is_not_constant,
    worth=0.85,
)
def fixed_threshold(x):
    std = x.std(axis=0)
    return Standardizer(mean=x.mean(axis=0), std=np.where(std < 1e-8, 1.0, std))


@same_mistake_as(fixed_threshold)
def larger_threshold(x):
    std = x.std(axis=0)
    return Standardizer(mean=x.mean(axis=0), std=np.where(std < 1e-5, 1.0, std))


@same_mistake_as(fixed_threshold)
def smaller_threshold(x):
    std = x.std(axis=0)
    return Standardizer(mean=x.mean(axis=0), std=np.where(std < 1e-12, 1.0, std))


@misconception(
    "A small number is added to every standard deviation, which changes those that are smaller still. Nothing needs to "
    "be added where a feature varies.",
    caught_by=check_a_small_spread_is_not_constant,
    worth=0.85,
)
def a_little_added(x):
    return Standardizer(mean=x.mean(axis=0), std=np.where(_constant(x), 1.0, x.std(axis=0) + 1e-8))


@same_mistake_as(a_little_added)
def a_millionth_added(x):
    return Standardizer(mean=x.mean(axis=0), std=np.where(_constant(x), 1.0, x.std(axis=0) + 1e-6))


@misconception(
    "Every standard deviation below 1 is raised to 1, not that of constant features alone. A feature that varies by "
    "0.01 then stays as small as it was.",
    caught_by=check_std_of_each_feature,
)
def at_least_one(x):
    return Standardizer(mean=x.mean(axis=0), std=np.maximum(x.std(axis=0), 1.0))


@misconception(
    "The training data is centred in place: the caller finds their data changed. Write `x - mean`, not `x -= mean`.",
    caught_by=check_mean_of_each_feature,
    worth=0.6,
    said_by="x must not be changed in place",
)
def changed_in_place(x):
    mean, constant = x.mean(axis=0), _constant(x)
    x -= mean
    return Standardizer(mean=mean, std=np.where(constant, 1.0, np.sqrt((x**2).mean(axis=0))))


@neighbour("the mean absolute deviation instead of the standard deviation")
def mean_absolute_deviation(x):
    mean = x.mean(axis=0)
    return Standardizer(mean=mean, std=np.where(_constant(x), 1.0, np.abs(x - mean).mean(axis=0)))


@neighbour("one standard deviation for all features, but a mean for each")
def one_std_for_all(x):
    return Standardizer(mean=x.mean(axis=0), std=np.full(x.shape[1], x.std()))


@alternative("a loop over the features, in lists")
def looped(x):
    mean, std = [], []
    for column in zip(*np.asarray(x).tolist()):
        mean.append(sum(column) / len(column))
        spread = (sum((value - mean[-1]) ** 2 for value in column) / len(column)) ** 0.5
        std.append(1.0 if min(column) == max(column) else spread)
    return Standardizer(mean=np.array(mean), std=np.array(std))


@alternative("a deviation that is tiny compared with the values is taken as 0")
def by_a_tolerance(x):
    x = np.asarray(x, float)
    mean, std = x.mean(axis=0), x.std(axis=0)
    return Standardizer(mean=mean, std=np.where(std <= 1e-12 * np.abs(x).max(axis=0), 1.0, std))


@alternative("in float32")
def in_single_precision(x):
    return solution(np.asarray(x, np.float32))


def _data(rng, shape):
    """Features whose means lie on both sides of 0, and whose deviations on both sides of 1."""
    spread = 10 ** rng.permutation(np.linspace(-1.5, 1.5, shape[1]))
    return spread * rng.normal(rng.uniform(-2, 2, shape[1]), 1, shape)


def _whole(rng):
    """Nine examples of whole numbers, none of them twice in a feature, with means that are not whole."""
    return rng.permuted((np.arange(9)[:, None] ** 2 - 9) * [1, 2, 4, 5], axis=0)


def _constant(x):
    return x.min(axis=0) == x.max(axis=0)
