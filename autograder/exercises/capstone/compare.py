"""Compare two arms over the same seeds: the mean difference and its paired t interval."""

import math

import numpy as np

from autograder.authoring import (
    alternative,
    close,
    core,
    hidden,
    misconception,
    neighbour,
    number,
    require,
    same_mistake_as,
    weight,
)
from dnnkit.capstone import compare as solution
from dnnkit.capstone import t_quantile

points = 4
returns = (number, number, number)
hints = (
    "Subtract first. From then on there is one list of numbers, and only its mean and its spread count.",
    "The standard error is the sample's standard deviation (`ddof=1`) divided by √n.",
    "An interval that holds 95% leaves 2.5% on each side: the quantile is that of 0.975, and in general of "
    "(1 + confidence) / 2, with n − 1 degrees of freedom.",
)

MEAN = "the first number must be the mean of a − b"
REVERSED = "the first number is the mean of b − a"
ENDS = "low and high must be the ends of the paired t interval"
ORDER = "low must be below the mean, and high above it"
AROUND_0 = "low and high are as far below 0 as above it, but must be so around the mean"
MIDDLE = "the mean must lie midway between low and high"
COMMON = "what both arms have in common on a seed must not change the interval"
CONFIDENCE = "the reach of the interval must follow the confidence as Student's t does"
DEFAULT = "without a confidence the interval must be that of 0.95"


def check_mean(compare, rng):
    """The first number is the mean difference a − b."""
    for n in (5, 8):
        a, b = _runs(rng, n)
        found = compare(a, b)[0]
        require(abs(found - (b - a).mean()) > 1e-9, REVERSED)
        close(found, (a - b).mean(), MEAN)


@core
@weight(3)
def check_interval(compare, rng):
    """Low and high are the ends of the paired t interval."""
    for n, confidence in ((5, 0.95), (3, 0.9), (12, 0.99)):
        a, b = _runs(rng, n)
        mean, low, high = compare(a, b, confidence=confidence)
        if abs(mean - (a - b).mean()) < 1e-6:
            require(abs(low + high) > 1e-6 * abs(high - low), AROUND_0)
        require(low < mean < high, ORDER)
        require(abs((low + high) / 2 - mean) < 1e-6 * (high - low), MIDDLE)
        close([low, high], solution(a, b, confidence=confidence)[1:], ENDS)


@weight(2)
def check_what_is_common_cancels(compare, rng):
    """Adding a number to both arms on a seed, a different one on each seed, changes nothing."""
    a, b = _runs(rng, 6)
    hard = 30 * rng.standard_normal(6)
    reaches = []
    for common in (0, hard):
        _, low, high = compare(a + common, b + common)
        require(low < high, ORDER)
        reaches.append((high - low) / 2)
    close(reaches[1], reaches[0], COMMON)


def check_confidence(compare, rng):
    """More confidence reaches further, as Student's t says for that many seeds; 0.95 is the default."""
    for n in (2, 7):
        a, b = _runs(rng, n)
        reach = {}
        for confidence in (0.5, 0.8, 0.95):
            _, low, high = compare(a, b, confidence=confidence)
            reach[confidence] = high - low
        require(min(reach.values()) > 0, ORDER)
        for confidence in (0.5, 0.8):
            expected = t_quantile((1 + confidence) / 2, n - 1) / t_quantile(0.975, n - 1)
            close(reach[confidence] / reach[0.95], expected, CONFIDENCE)
        _, low, high = compare(a, b)
        close(high - low, reach[0.95], DEFAULT)


@hidden(like=(check_interval, check_mean))
def check_other_runs(compare, rng):
    """The same holds for two seeds and for many, for whole numbers, and when b is the better one."""
    for n in (2, 4, 40):
        a, b = _runs(rng, n)
        close(compare(b, a), solution(b, a), ENDS)
    a = rng.permutation(9) + 3
    b = rng.permutation(9)
    close(compare(a, b, confidence=0.68), solution(a, b, confidence=0.68), ENDS)


covers = {
    "Write `compare(scores_a, scores_b, *, confidence=0.95)`": (check_interval, check_confidence),
    "arrays of shape (seeds,), with at least two seeds": (check_interval, check_confidence),
    "comes from the same seed": check_what_is_common_cancels,
    "Return a tuple of three numbers": (check_mean, check_interval),
    "the mean of the differences": check_mean,
    "the lower and the upper end": check_interval,
    "Student's t interval": check_interval,
    "the sample's standard deviation of the differences": check_interval,
    "Here `dof` is": check_interval,
    "the interval goes from about": "the example, by hand",
    "`capstone.t_quantile(p, dof)`": check_interval,
    "holds the true mean with the probability `confidence`": check_confidence,
    "as much on either side": check_interval,
    "For `scores_a": "the example, by hand",
    "Mean difference a - b and the ends of its paired t interval": (check_mean, check_interval),
}


def _runs(rng, n):
    """Errors in percent of two arms on n seeds, some of which are hard for both; never symmetric about 0."""
    seeds = rng.normal(0, 4, n)
    return 15 + seeds + rng.normal(1.5, 1, n), 15 + seeds + rng.normal(0, 1, n)


def _interval(a, b, confidence, *, error, dof=None, p=None):
    """The interval with another standard error, other degrees of freedom or another probability."""
    dof = len(a) - 1 if dof is None else dof
    return _around(a, b, t_quantile((1 + confidence) / 2 if p is None else p, dof) * error)


def _around(a, b, reach):
    mean = float(np.mean(a - b))
    return mean, mean - reach, mean + reach


def _paired(a, b):
    return (a - b).std(ddof=1) / math.sqrt(len(a))


def _independent(a, b):
    return math.sqrt((a.var(ddof=1) + b.var(ddof=1)) / len(a))


@misconception(
    "The arms are treated as if their seeds had nothing to do with each other: the variances of a and b are added. On "
    "a hard seed both are bad, and that cancels only if the differences are taken first.",
    caught_by=check_what_is_common_cancels,
    worth=0.6,
)
def unpaired(scores_a, scores_b, *, confidence=0.95):
    return _interval(scores_a, scores_b, confidence, error=_independent(scores_a, scores_b))


@misconception(
    "The arms are treated as two independent samples, with 2n − 2 degrees of freedom. They come from the same seeds: "
    "take the differences first, and there are n − 1.",
    caught_by=check_what_is_common_cancels,
    worth=0.6,
)
def two_samples(scores_a, scores_b, *, confidence=0.95):
    error = _independent(scores_a, scores_b)
    return _interval(scores_a, scores_b, confidence, error=error, dof=2 * len(scores_a) - 2)


@misconception(
    "The deviation is divided by n instead of n − 1 before its root is taken, so that the interval is too short, for "
    "five seeds by a tenth: NumPy's `std` needs `ddof=1`.",
    caught_by=check_interval,
)
def ddof_forgotten(scores_a, scores_b, *, confidence=0.95):
    error = (scores_a - scores_b).std() / math.sqrt(len(scores_a))
    return _interval(scores_a, scores_b, confidence, error=error)


@misconception(
    "The interval is that of single differences, not of their mean: the division by √n is missing.",
    caught_by=check_interval,
)
def root_n_forgotten(scores_a, scores_b, *, confidence=0.95):
    return _interval(scores_a, scores_b, confidence, error=(scores_a - scores_b).std(ddof=1))


@misconception(
    "The quantile leaves all that is outside on one side. The interval has two ends: ask for (1 + confidence) / 2, or "
    "0.975 for 95%.",
    caught_by=check_interval,
)
def one_sided(scores_a, scores_b, *, confidence=0.95):
    return _interval(scores_a, scores_b, confidence, error=_paired(scores_a, scores_b), p=confidence)


@misconception(
    "The quantile has n degrees of freedom. One is used up by the mean: n − 1.",
    caught_by=check_interval,
)
def dof_n(scores_a, scores_b, *, confidence=0.95):
    return _interval(scores_a, scores_b, confidence, error=_paired(scores_a, scores_b), dof=len(scores_a))


@misconception(
    "The difference is taken the other way round, b − a.",
    caught_by=check_mean,
)
def the_other_way_round(scores_a, scores_b, *, confidence=0.95):
    return solution(scores_b, scores_a, confidence=confidence)


@misconception(
    "The confidence is not used: the interval is always that of 95%.",
    caught_by=check_confidence,
)
def always_95(scores_a, scores_b, *, confidence=0.95):
    return solution(scores_a, scores_b)


@misconception(
    "Twice the standard error is taken, whatever the number of seeds and the confidence. With few seeds the deviation "
    "itself is uncertain, and t reaches further: 2.78 for five seeds.",
    caught_by=check_interval,
)
def two_standard_errors(scores_a, scores_b, *, confidence=0.95):
    return _around(scores_a, scores_b, 2 * _paired(scores_a, scores_b))


@misconception(
    "The deviation is divided by n. That of a mean over n differences falls only with the root of n.",
    caught_by=check_interval,
)
def divided_by_n(scores_a, scores_b, *, confidence=0.95):
    return _interval(scores_a, scores_b, confidence, error=(scores_a - scores_b).std(ddof=1) / len(scores_a))


@misconception(
    "The quantile is that of a normal distribution, 1.96 for 95%, however few the seeds. The deviation itself is "
    "uncertain, and Student's t reaches further: 2.78 for five seeds.",
    caught_by=check_interval,
)
def normal_quantile(scores_a, scores_b, *, confidence=0.95):
    from statistics import NormalDist

    return _around(scores_a, scores_b, NormalDist().inv_cdf((1 + confidence) / 2) * _paired(scores_a, scores_b))


@same_mistake_as(normal_quantile)
def one_point_nine_six(scores_a, scores_b, *, confidence=0.95):
    return _around(scores_a, scores_b, 1.96 * _paired(scores_a, scores_b))


@misconception(
    "What comes back is how far the interval reaches to either side, not where it ends: the mean has to be added.",
    caught_by=check_interval,
    said_by=AROUND_0,
)
def reach_for_ends(scores_a, scores_b, *, confidence=0.95):
    mean, low, high = solution(scores_a, scores_b, confidence=confidence)
    return mean, low - mean, high - mean


@misconception(
    "The variance of the differences is used as their standard deviation: its root is missing.",
    caught_by=check_interval,
)
def variance_for_deviation(scores_a, scores_b, *, confidence=0.95):
    error = (scores_a - scores_b).var(ddof=1) / math.sqrt(len(scores_a))
    return _interval(scores_a, scores_b, confidence, error=error)


@neighbour("the median instead of the mean")
def median(scores_a, scores_b, *, confidence=0.95):
    mean, low, high = solution(scores_a, scores_b, confidence=confidence)
    middle = float(np.median(scores_a - scores_b))
    return middle, middle - mean + low, middle - mean + high


@neighbour("the ends in the other order")
def ends_swapped(scores_a, scores_b, *, confidence=0.95):
    mean, low, high = solution(scores_a, scores_b, confidence=confidence)
    return mean, high, low


@alternative("step by step")
def step_by_step(scores_a, scores_b, *, confidence=0.95):
    d = scores_a - scores_b
    n = len(d)
    s = np.sqrt(np.sum((d - d.mean()) ** 2) / (n - 1))
    reach = t_quantile(1 - (1 - confidence) / 2, n - 1) * s / np.sqrt(n)
    return d.mean(), d.mean() - reach, d.mean() + reach


@alternative("with the variance of the difference from the covariance")
def by_covariance(scores_a, scores_b, *, confidence=0.95):
    (va, c), (_, vb) = np.cov(scores_a, scores_b)
    mean = np.mean(scores_a) - np.mean(scores_b)
    reach = t_quantile(0.5 + confidence / 2, len(scores_a) - 1) * ((va + vb - 2 * c) / len(scores_a)) ** 0.5
    return np.array([mean, mean - reach, mean + reach]).tolist()


@alternative("in Python alone")
def in_python(scores_a, scores_b, *, confidence=0.95):
    from statistics import mean, stdev

    d = [float(x) - float(y) for x, y in zip(scores_a, scores_b)]
    reach = stdev(d) / len(d) ** 0.5 * t_quantile((1 + confidence) / 2, len(d) - 1)
    return mean(d), mean(d) - reach, mean(d) + reach


equivalent = {}
