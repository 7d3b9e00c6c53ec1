"""Compute the lowest loss that n trials find on average, from the losses of many."""

import itertools
import math

import numpy as np

from autograder.authoring import (
    alternative,
    call,
    close,
    core,
    hidden,
    misconception,
    neighbour,
    number,
    require,
    same_mistake_as,
    several,
    weight,
)
from dnnkit.search import expected_best as solution

points = 3
returns = number
hints = (
    "Sort the losses. In how many of the subsets of n is the lowest of all losses the lowest? And in how many is the "
    "second lowest, which needs a subset without the lowest?",
    "With N losses there are `math.comb(N, n)` subsets. If a certain loss is the lowest of a subset, the other n - 1 "
    "members are among those above it.",
    "Add up each loss times the share of the subsets in which it is the lowest. With two losses and n = 1 both have "
    "the share 1/2, with n = 2 only the lower one counts.",
)

MEAN = "the result must be the mean, over all subsets of n losses, of the lowest loss in each"
CHANGES = "the result changes from call to call"
ONE = "with n = 1 the result must be the mean of all losses"
ALL = "with n = N the result must be the lowest of all losses"
ORDER = "the order of the losses must not matter"
TIES = "equal losses each count separately, and losses may be negative"
LARGE = "with more than a thousand losses the result must be the same mean over all subsets"


@core
@weight(4)
def check_mean_over_subsets(expected_best, rng):
    """The result is the mean of the lowest loss over all subsets of n."""
    cases = [(rng.exponential(size=N), n) for N, n in ((5, 2), (6, 3), (8, 4), (7, 5))]
    require(expected_best(*cases[0]) == expected_best(*cases[0]), CHANGES)
    for (scores, n), found in zip(cases, several(expected_best, [call(scores, n) for scores, n in cases])):
        close(found, _over_subsets(scores, n), MEAN)


def check_ends(expected_best, rng):
    """One trial finds the mean of all losses on average, and N trials find the lowest."""
    scores = np.sort(rng.uniform(1, 3, 6))[::-1].copy()
    close(expected_best(scores, 1), scores.mean(), ONE)
    close(expected_best(scores, 6), scores.min(), ALL)
    close(expected_best(scores[:1], 1), scores[0], ONE)


def check_order(expected_best, rng):
    """The losses may come in any order."""
    scores = np.sort(rng.normal(3, 1, 7))
    expected = _over_subsets(scores, 3)
    for order in (scores, scores[::-1].copy(), rng.permutation(scores)):
        close(expected_best(order, 3), expected, ORDER)


def check_ties_and_signs(expected_best, rng):
    """Equal losses each count separately, and losses may be negative."""
    falling = np.sort(-rng.uniform(1, 2, 6))[::-1].copy()
    for scores in (np.array([2.0, 1.0, 1.0, 3.0]), falling, np.array([4, 7, 5, 4, 9])):
        close(expected_best(scores, 2), _over_subsets(scores, 2), TIES)


def check_a_thousand(expected_best, rng):
    """More than a thousand losses are no trouble."""
    scores = rng.exponential(size=1200)
    for n in (3, 40, 600):
        close(expected_best(scores, n), solution(scores, n), LARGE)


@weight(2)
@hidden(like=(check_mean_over_subsets, check_ends, check_order, check_ties_and_signs, check_a_thousand))
def check_other_losses(expected_best, rng):
    """The same holds for other losses and numbers of trials."""
    for N, n in ((9, 2), (4, 3), (10, 9)):
        scores = rng.normal(0, 5, N)
        close(expected_best(scores, n), _over_subsets(scores, n), MEAN, scale=np.abs(scores).max())
    for n in (2, 700):
        scores = rng.integers(1, 9, 1152)
        close(expected_best(scores, n), solution(scores, n), LARGE)


covers = {
    "Write `expected_best(scores, n)`": check_mean_over_subsets,
    "Equal losses belong to different trials": check_ties_and_signs,
    "`scores` is an array of shape (N,)": (check_mean_over_subsets, check_order, check_ties_and_signs),
    "the losses of N trials, in any order": check_order,
    "Some may be equal, and some negative": check_ties_and_signs,
    "`n` is a whole number from 1 to N": check_ends,
    "the mean, over all subsets of `n` of the N trials, of the lowest loss in the subset": check_mean_over_subsets,
    "N may be more than 1000": check_a_thousand,
    "so do not make a list of the subsets": check_a_thousand,
    "Leave `scores` as it is": check_mean_over_subsets,
    "For `scores = [0.3, 0.1, 0.2]`": "the example, by hand",
    "The mean of the lowest": check_mean_over_subsets,
}


@misconception(
    "The n trials are drawn with replacement, so that a subset may hold the same trial twice. It then has fewer "
    "different ones than n, and its best is too high: no search runs the same configuration twice on purpose.",
    caught_by=check_mean_over_subsets,
)
def with_replacement(scores, n):
    ranked, N = np.sort(scores), len(scores)
    share = (np.arange(N, -1, -1) / N) ** n
    return float(ranked @ -np.diff(share))


@misconception(
    "The first n losses are taken as they come, and the lowest of them returned. That is one subset of many: another "
    "order of the same trials gives another result.",
    caught_by=check_order,
)
def first_n(scores, n):
    return float(np.min(scores[:n]))


@misconception(
    "The n lowest losses are averaged. It is the lowest of n trials that is asked for, and nobody knows in advance "
    "which trials will be the good ones.",
    caught_by=check_ends,
)
def mean_of_the_lowest(scores, n):
    return float(np.sort(scores)[:n].mean())


@misconception(
    "Equal losses are counted once. Two trials with the same loss are two trials, and a subset may hold either.",
    caught_by=check_ties_and_signs,
    worth=0.9,
)
def equal_ones_once(scores, n):
    different = np.unique(scores)
    return solution(different, min(n, len(different)))


@misconception(
    "The numbers of subsets are computed as floats, which end at about 1e308. Of 1200 losses there are more subsets of "
    "600: divide whole numbers by one another, as `math.comb` gives them, or use logarithms.",
    caught_by=check_a_thousand,
    worth=0.9,
)
def overflows(scores, n):
    ranked, N = np.sort(scores), len(scores)

    def comb(a, b):
        return float(np.prod(np.arange(a - b + 1, a + 1, dtype=float)) / np.prod(np.arange(1, b + 1, dtype=float)))

    with np.errstate(all="ignore"):
        return float(sum(ranked[i] * np.float64(comb(N - i - 1, n - 1)) / comb(N, n) for i in range(N - n + 1)))


@same_mistake_as(overflows)
def too_large_for_a_float(scores, n):
    ranked, N = np.sort(scores), len(scores)
    return sum(loss * float(math.comb(N - i - 1, n - 1)) for i, loss in enumerate(ranked)) / float(math.comb(N, n))


@misconception(
    "The highest of each subset is taken, as for accuracies. These are losses: the best is the lowest.",
    caught_by=check_mean_over_subsets,
)
def highest(scores, n):
    return -solution(-np.asarray(scores), n)


@misconception(
    "The losses are not sorted, so that each gets the weight of its place in the array instead of its rank.",
    caught_by=check_mean_over_subsets,
)
def not_sorted(scores, n):
    return _weighted(scores, n)


@misconception(
    "The shares are divided not by the number of subsets of n but by that of n - 1, or of one loss fewer: they do not "
    "add up to 1. Of N losses there are `math.comb(N, n)` subsets.",
    caught_by=check_mean_over_subsets,
)
def other_total(scores, n):
    N = len(scores)
    return _weighted(np.sort(scores), n) * math.comb(N, n) / math.comb(N, n - 1)


@same_mistake_as(other_total)
def one_loss_fewer(scores, n):
    N = len(scores)
    return _weighted(np.sort(scores), n) * math.comb(N, n) / max(math.comb(N - 1, n), 1)


@misconception(
    "A few subsets are drawn at random and averaged over. That comes near the mean over all of them, but two calls do "
    "not agree: count instead of drawing.",
    caught_by=check_mean_over_subsets,
    said_by=CHANGES,
)
def drawn(scores, n):
    rng = np.random.default_rng()
    return float(np.mean([rng.choice(scores, n, replace=False).min() for _ in range(200)]))


@misconception(
    "Only trials that follow one another are taken together, in groups or windows of n. That is a handful of the "
    "subsets, and the result depends on the order of the trials.",
    caught_by=check_mean_over_subsets,
)
def groups(scores, n):
    return float(np.mean([np.min(scores[i : i + n]) for i in range(0, len(scores) - n + 1, n)]))


@same_mistake_as(groups)
def windows(scores, n):
    return float(np.lib.stride_tricks.sliding_window_view(scores, n).min(axis=1).mean())


@misconception(
    "The lowest of all losses is returned, whatever n is. That is what N trials find; fewer miss it in most subsets.",
    caught_by=check_ends,
)
def lowest_of_all(scores, n):
    return float(np.min(scores))


@misconception(
    "The shares are one place off. If the loss of rank i, counted from 1, is the lowest of a subset, its other n - 1 "
    "members are among the N - i above it.",
    caught_by=check_mean_over_subsets,
)
def one_place_off(scores, n):
    N, ranked = len(scores), np.sort(scores)
    return float(sum(loss * (math.comb(N - i, n - 1) / math.comb(N, n)) for i, loss in enumerate(ranked)))


@same_mistake_as(one_place_off)
def n_others(scores, n):
    N, ranked = len(scores), np.sort(scores)
    return float(sum(loss * (math.comb(N - i, n) / math.comb(N, n)) for i, loss in enumerate(ranked, 1)))


@neighbour("the median over subsets instead of the mean")
def median_of_subsets(scores, n):
    if len(scores) > 12:
        return float(np.sort(scores)[len(scores) // (2 * n)])
    return float(np.median([min(subset) for subset in itertools.combinations(scores, n)]))


@neighbour("one trial more than n")
def one_more(scores, n):
    return solution(scores, min(n + 1, len(scores)))


@alternative("all subsets if they are few, else by the share that each loss leaves")
def by_listing(scores, n):
    if len(scores) <= 12:
        return _over_subsets(scores, n)
    return by_survival(scores, n)


@alternative("as a sum of the probabilities that all of n are above")
def by_survival(scores, n):
    ranked, total, share = sorted(map(float, scores)), 0.0, 1.0
    for left, loss in zip(range(len(ranked), 0, -1), ranked):  # of `left` losses none is lower
        rest = share * max(left - n, 0) / left  # this one is not in the subset either
        total += loss * (share - rest)
        share = rest
    return total


@alternative("by logarithms of factorials")
def by_logarithms(scores, n):
    N, ranked = len(scores), np.sort(np.asarray(scores, float))

    def log_comb(a, b):
        return math.lgamma(a + 1) - math.lgamma(b + 1) - math.lgamma(a - b + 1)

    total = 0.0
    for place in range(N - n + 1):
        total += ranked[place] * math.exp(log_comb(N - place - 1, n - 1) - log_comb(N, n))
    return np.array(total)


def _over_subsets(scores, n):
    return float(np.mean([min(subset) for subset in itertools.combinations(np.asarray(scores, float), n)]))


def _weighted(ranked, n):
    N = len(ranked)
    return float(np.dot(ranked, [math.comb(N - i, n - 1) / math.comb(N, n) for i in range(1, N + 1)]))
