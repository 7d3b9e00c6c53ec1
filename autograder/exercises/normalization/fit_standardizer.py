"""Measure the mean and the standard deviation of every feature of the training data."""

import numpy as np

from autograder.authoring import alternative, array, close, equal, hidden, misconception, record, require
from dnnkit.normalization import Standardizer
from dnnkit.normalization import fit_standardizer as solution

points = 3
returns = record(Standardizer, mean=array, std=array)
hints = (
    "One number a feature, not one an example: for x of shape (m, features), which axis must disappear?",
    "`x.mean(axis=0)` and `x.std(axis=0)` have the shape (features,). The standard deviation divides by m, not by m "
    "- 1.",
    "Where the standard deviation is 0, put a 1: `np.where(std == 0, 1.0, std)`.",
)


def check_mean_of_each_feature(fit_standardizer, rng):
    """The mean is that of each feature over all examples."""
    x = _data(rng)
    close(_fitted(fit_standardizer, x).mean, x.mean(axis=0), "the mean must be that of each feature, over the examples")


def check_std_of_each_feature(fit_standardizer, rng):
    """The standard deviation is that of each feature over all examples."""
    x = _data(rng)
    close(
        _fitted(fit_standardizer, x).std,
        x.std(axis=0),
        "the standard deviation must be that of each feature, over the examples",
    )


def check_training_data_becomes_z_scores(fit_standardizer, rng):
    """Transformed training data has mean 0 and standard deviation 1, or is 0 where it was constant."""
    x = _data(rng)
    x[:, 1] = 4.0
    z = _transformed(_fitted(fit_standardizer, x), x)
    require(np.isfinite(z).all(), "z-scores of the training data must be finite, also those of a constant feature")
    close(z.mean(axis=0) + 1, np.ones(5), "z-scores of the training data must have mean 0")
    close(z.std(axis=0), np.array([1.0, 0, 1, 1, 1]), "z-scores of the training data must have standard deviation 1")


def check_a_constant_feature_gets_std_one(fit_standardizer, rng):
    """A constant feature gets the standard deviation 1."""
    x = _data(rng)
    x[:, 2] = 7.0
    std = _fitted(fit_standardizer, x).std
    require(std.shape == (5,), "there must be one standard deviation for each feature", shape=std.shape)
    close(std[2], 1.0, "the standard deviation of a constant feature must be set to 1")


@hidden
def check_new_data_is_measured_on_the_scale_of_the_training_data(fit_standardizer, rng):
    """New data is transformed by the training data's scale, also where that was constant."""
    x, new = _data(rng), _data(rng)
    x[:, 0] = -2.0
    std = x.std(axis=0)
    std[0] = 1.0
    z = _transformed(_fitted(fit_standardizer, x), new)
    close(z, (new - x.mean(axis=0)) / std, "new data must be measured on the scale of the training data")


@misconception(
    "Mean and standard deviation are taken along axis 1, over the features of each example. A z-score compares an "
    "example with other examples, so the axis of the examples, 0, must be the one that disappears.",
    caught_by=check_mean_of_each_feature,
)
def wrong_axis(x):
    return Standardizer(mean=x.mean(axis=1), std=x.std(axis=1))


@misconception(
    "One mean and one standard deviation serve all features. A feature with large numbers then sets the scale of all "
    "others, which is the very thing that standardizing is to prevent.",
    caught_by=check_mean_of_each_feature,
)
def one_scale_for_all(x):
    return Standardizer(mean=np.full(x.shape[1], x.mean()), std=np.full(x.shape[1], x.std()))


@misconception(
    "The variance is stored where the standard deviation belongs. The square root is missing; see the units: a length "
    "in metres divided by a variance in square metres is no z-score.",
    caught_by=check_std_of_each_feature,
)
def variance_for_std(x):
    var = x.var(axis=0)
    return Standardizer(mean=x.mean(axis=0), std=np.where(var == 0, 1.0, var))


@misconception(
    "The squared deviations are divided by m - 1. That estimates the variance of the population; to give this very "
    "training data the standard deviation 1, divide by m.",
    caught_by=check_new_data_is_measured_on_the_scale_of_the_training_data,
)
def divided_by_one_less(x):
    std = x.std(axis=0, ddof=1)
    return Standardizer(mean=x.mean(axis=0), std=np.where(std == 0, 1.0, std))


@misconception(
    "A constant feature keeps the standard deviation 0, and 0/0 becomes NaN in every example. One pixel that is "
    "always dark is enough to make all weights NaN at the first step.",
    caught_by=check_training_data_becomes_z_scores,
)
def constant_unguarded(x):
    return Standardizer(mean=x.mean(axis=0), std=x.std(axis=0))


@misconception(
    "A small number keeps the division by a constant feature's standard deviation finite, but does not tame it: a new "
    "example in which that feature moves by 1 gets a z-score of a hundred million. Set the standard deviation to 1.",
    caught_by=check_a_constant_feature_gets_std_one,
    worth=0.6,
)
def tiny_std_for_constant(x):
    return Standardizer(mean=x.mean(axis=0), std=x.std(axis=0) + 1e-8)


@misconception(
    "The training data is centred in place: whoever calls the function finds their data changed. "
    "Write `x - mean`, not `x -= mean`.",
    caught_by=check_mean_of_each_feature,
)
def changed_in_place(x):
    mean = x.mean(axis=0)
    x -= mean
    std = np.sqrt((x**2).mean(axis=0))
    return Standardizer(mean=mean, std=np.where(std == 0, 1.0, std))


@alternative("a loop over the features, in lists")
def looped(x):
    mean, std = [], []
    for column in zip(*x.tolist()):
        mean.append(sum(column) / len(column))
        std.append((sum((value - mean[-1]) ** 2 for value in column) / len(column)) ** 0.5 or 1.0)
    return Standardizer(mean=mean, std=std)


@alternative("in float32")
def in_single_precision(x):
    return solution(x.astype(np.float32))


def _data(rng):
    return rng.normal(rng.uniform(-3, 3, 5), rng.uniform(1.5, 4, 5), size=(12, 5))


def _fitted(fit_standardizer, x):
    before = x.copy()
    standardizer = fit_standardizer(x)
    equal(x, before, "the training data must not be changed in place")
    return standardizer


def _transformed(standardizer, x):
    for values in (standardizer.mean, standardizer.std):
        require(values.shape == (x.shape[1],), "there must be one number for each feature", shape=values.shape)
    return (x - standardizer.mean) / standardizer.std
