"""Measure how well scores put positive examples above negative ones."""

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
from dnnkit.distribution import auc as solution

points = 4
returns = number
hints = (
    "The plain way: compare every positive score with every negative one, and average over the pairs.",
    "`scores[labels == 1][:, None]` against `scores[labels == 0][None, :]` gives all pairs at once.",
    "A pair counts 1 if the positive score is larger, one half if both are equal, and 0 otherwise; average over all "
    "pairs.",
)

PAIRS = "the result must be the share of pairs in which the positive example scores higher"
REVERSED = "the result is one minus the share of pairs in order"
TIED = "pairs with equal scores must count one half"
TIES_LOST = "pairs with equal scores count nothing"
TIES_WON = "pairs with equal scores count as if they were in order"
TIES_LEFT_OUT = "pairs with equal scores are left out of the average"
ORDER = "only the order of the scores may count"
BOOLEANS = "labels of True and False must count as 1 and 0"
THRESHOLD = "the result is that of one threshold, 0.5, and not of all pairs"


@core
@weight(4)
def check_share_of_pairs(auc, rng):
    """The result is the share of pairs in which the positive example scores higher, however many each class has."""
    data = [_data(rng, 7, 12), _data(rng, 15, 4, low=0.15)]
    expected = np.array([_pairs(*case) for case in data])
    found = np.array([auc(*case) for case in data])
    require(np.abs(found - (1 - expected)).max() > 1e-9, REVERSED)
    require(np.abs(found - [_at_half(*case) for case in data]).max() > 1e-9, THRESHOLD)
    close(found, expected, PAIRS)
    scores, labels = _data(rng, 6, 9)
    close(auc(scores, labels == 1), _pairs(scores, labels), BOOLEANS)
    for sizes in ((1, 6), (6, 1)):
        scores, labels = _data(rng, *sizes)
        close(auc(scores, labels), _pairs(scores, labels), PAIRS)


@weight(2)
def check_ties_count_half(auc, rng):
    """Pairs with equal scores count one half."""
    data = [_tied(rng, 9, 6), _tied(rng, 5, 11)]
    higher, tied = np.array([_counts(*case) for case in data]).T
    found = np.array([auc(*case) for case in data])
    require(np.abs(found - higher).max() > 1e-9, TIES_LOST)
    require(np.abs(found - higher - tied).max() > 1e-9, TIES_WON)
    require(np.abs(found - higher / (1 - tied)).max() > 1e-9, TIES_LEFT_OUT)
    close(found, higher + tied / 2, TIED)
    close(auc(np.full(9, 0.3), np.array([0, 1, 1] * 3)), 0.5, TIED)


def check_order_alone_counts(auc, rng):
    """Scores need not be probabilities: negative, huge or nearly equal ones count by their order alone."""
    scores, labels = _data(rng, 8, 5)
    for other in (40 * scores - 90, np.exp(200 * scores), scores * 1e-6 + 7):
        close(auc(other, labels), _pairs(scores, labels), ORDER)


@hidden(like=(check_share_of_pairs, check_ties_count_half))
def check_other_scores(auc, rng):
    """The same holds for perfect and reversed orders, whole numbers, float32 and two examples."""
    labels = rng.permutation(np.repeat([0, 1], [11, 6]))
    close(auc(labels * 2.0 - 5, labels), 1.0, PAIRS)
    close(auc(-labels.astype(np.float32), labels), 0.0, PAIRS)
    close(auc(np.array([0.2, 0.1]), np.array([True, False])), 1.0, PAIRS)
    scores, labels = _tied(rng, 8, 7)
    close(auc((4 * scores - 2).astype(int), labels), _pairs(scores, labels), TIED)


covers = {
    "Write `auc(scores, labels)`": check_share_of_pairs,
    "`scores` is an array of shape (n,)": (check_share_of_pairs, check_order_alone_counts),
    "`labels` has the same shape and holds 1 or True": check_share_of_pairs,
    "at least one of each": check_share_of_pairs,
    "Return the share of the pairs": check_share_of_pairs,
    "Pairs with equal scores count": check_ties_count_half,
    "For `scores = [0.1": "the example, by hand",
    "Share of the pairs (positive, negative)": check_share_of_pairs,
}
equivalent = {"`labels = np.asarray(labels)` becomes `pass`": "labels come as an array"}


@misconception(
    "The negative examples are expected to score higher, so that a perfect order gets 0. Count the pairs in which the "
    "positive one is above.",
    caught_by=check_share_of_pairs,
    worth=0.3,
    said_by=REVERSED,
)
def negatives_above(scores, labels):
    return 1 - solution(scores, labels)


@misconception(
    "Pairs with equal scores count nothing (`>`). A classifier that gives all the same score would then be worse than "
    "chance: count one half.",
    caught_by=check_ties_count_half,
    worth=0.75,
    said_by=TIES_LOST,
)
def ties_lost(scores, labels):
    return _counts(scores, labels)[0]


@misconception(
    "Pairs with equal scores count as if they were in order (`>=`). A classifier that gives all the same score would "
    "then be perfect: count one half.",
    caught_by=check_ties_count_half,
    worth=0.75,
    said_by=TIES_WON,
)
def ties_won(scores, labels):
    return sum(_counts(scores, labels))


@misconception(
    "The labels 0 and 1 are used as positions: `scores[labels]` with whole numbers takes the first two scores again "
    "and again, and `~labels` is -1 and -2. Compare first: `labels == 1`.",
    caught_by=check_share_of_pairs,
    worth=0.3,
)
def labels_used_as_positions(scores, labels):
    scores, labels = np.asarray(scores), np.asarray(labels).astype(int)
    difference = scores[labels][:, None] - scores[~labels]
    return float((difference > 0).mean() + (difference == 0).mean() / 2)


@misconception(
    "Tied pairs are left out of the average. They are pairs too, and count one half each.",
    caught_by=check_ties_count_half,
    worth=0.75,
    said_by=TIES_LEFT_OUT,
)
def ties_left_out(scores, labels):
    higher, tied = _counts(scores, labels)
    return higher / (1 - tied) if tied < 1 else 0.5


@misconception(
    "The scores are cut at 0.5 and compared with the labels. That is one threshold of many, and an accuracy; the AUC "
    "has no threshold and looks at the order of pairs.",
    caught_by=check_share_of_pairs,
    worth=0.1,
)
def accuracy_at_half(scores, labels):
    return float(np.mean((np.asarray(scores) > 0.5) == (np.asarray(labels) == 1)))


@misconception(
    "The scores are cut at 0.5, and the shares of both classes that are then right are averaged. That is one point of "
    "the curve; the AUC needs the order of all pairs.",
    caught_by=check_share_of_pairs,
    worth=0.2,
)
def balanced_accuracy_at_half(scores, labels):
    return _at_half(np.asarray(scores), np.asarray(labels))


@misconception(
    "The number of pairs in order is divided by all pairs of examples, n (n - 1) / 2. Only pairs of a positive and a "
    "negative example count: n₁ · n₀.",
    caught_by=check_share_of_pairs,
    worth=0.2,
)
def all_pairs_of_examples(scores, labels):
    labels = np.asarray(labels).astype(int)
    n, positive = len(labels), labels.sum()
    return solution(scores, labels) * positive * (n - positive) / (n * (n - 1) / 2)


@misconception(
    "The pairs are taken one to one: the first positive with the first negative, and so on. Every positive meets every "
    "negative.",
    caught_by=check_share_of_pairs,
    worth=0.2,
)
def one_to_one(scores, labels):
    return _one_to_one(scores, labels)


@misconception(
    "Nothing is subtracted from the sum of the positives' ranks. The positives have ranks among themselves: subtract "
    "n₁ (n₁ + 1) / 2, and divide what is left by n₁ · n₀.",
    caught_by=check_share_of_pairs,
    worth=0.2,
)
def ranks_not_corrected(scores, labels):
    labels = np.asarray(labels).astype(int)
    positive, negative = labels.sum(), len(labels) - labels.sum()
    return solution(scores, labels) + (positive + 1) / (2 * negative)


@misconception(
    "Equal scores are put in an order, by their place in the array. They must share the mean of their ranks, or one "
    "step of the curve, so that a tied pair counts one half.",
    caught_by=check_ties_count_half,
    worth=0.8,
)
def ranks_without_ties(scores, labels):
    return _by_place(scores, labels)


@same_mistake_as(ranks_without_ties)
def steps_without_ties(scores, labels):
    return 1 - _by_place(-np.asarray(scores), labels)


@misconception(
    "The curve has no start. It begins at (0, 0), above the highest score, where nothing is called positive: without "
    "that point the first trapezoid is missing, which has an area if both classes have the highest score.",
    caught_by=check_ties_count_half,
    worth=0.8,
)
def curve_without_a_start(scores, labels):
    return _without_a_start(scores, labels)


@misconception(
    "The thresholds go from 0 to 1, as if every score were a probability. Scores may be anything, and only their order "
    "counts: take the scores themselves for thresholds, or compare pairs.",
    caught_by=check_order_alone_counts,
    worth=0.85,
)
def thresholds_from_zero_to_one(scores, labels):
    scores, labels = np.asarray(scores, float), np.asarray(labels) == 1
    thresholds = np.r_[np.inf, np.linspace(1, 0, 201)]
    hits, alarms = ([(part >= t).mean() for t in thresholds] for part in (scores[labels], scores[~labels]))
    return float(np.trapezoid(hits, alarms))


@misconception(
    "The thresholds are spaced equally from the lowest score to the highest. Where scores lie close together there is "
    "no threshold between them, and they count as tied: take the scores themselves for thresholds, or compare pairs.",
    caught_by=check_order_alone_counts,
    worth=0.9,
)
def thresholds_equally_spaced(scores, labels):
    scores, labels = np.asarray(scores, float), np.asarray(labels) == 1
    thresholds = np.r_[np.inf, np.linspace(scores.max(), scores.min(), 101)]
    hits, alarms = ([(part >= t).mean() for t in thresholds] for part in (scores[labels], scores[~labels]))
    return float(np.trapezoid(hits, alarms))


@neighbour("twice the area, minus one")
def gini(scores, labels):
    return 2 * solution(scores, labels) - 1


@neighbour("a tied pair counts a quarter")
def ties_a_quarter(scores, labels):
    higher, tied = _counts(scores, labels)
    return higher + tied / 4


@neighbour("whichever order is better")
def better_order(scores, labels):
    found = solution(scores, labels)
    return max(found, 1 - found)


@alternative("two loops over lists")
def looped(scores, labels):
    positive = [float(s) for s, label in zip(scores, labels) if label]
    negative = [float(s) for s, label in zip(scores, labels) if not label]
    total = 0.0
    for high in positive:
        for low in negative:
            total += 1.0 if high > low else 0.5 if high == low else 0.0
    return total / (len(positive) * len(negative))


@alternative("the area under the curve, by trapezoids over all thresholds")
def trapezoids(scores, labels):
    scores, labels = np.asarray(scores, float), np.asarray(labels).astype(bool)
    thresholds = np.r_[np.inf, np.unique(scores)[::-1]]
    hits = [(scores[labels] >= t).mean() for t in thresholds]
    alarms = [(scores[~labels] >= t).mean() for t in thresholds]
    return np.array(np.trapezoid(hits, alarms))


@alternative("signs of all differences at once")
def by_signs(scores, labels):
    scores, labels = np.asarray(scores, dtype=np.float64), np.asarray(labels) == 1
    return (np.sign(scores[labels][:, None] - scores[~labels]).mean() + 1) / 2


def _data(rng, n_positive, n_negative, *, low=0.55):
    """Scores without ties, of which a share from `low`, but not much more, of the pairs is in order."""
    labels = rng.permutation(np.repeat([1, 0], [n_positive, n_negative]))
    while True:
        scores = rng.permutation(np.linspace(0.05, 0.95, len(labels)))
        share = _pairs(scores, labels)
        if min(n_positive, n_negative) == 1 or (
            low < share < low + 0.3
            and abs(share - _at_half(scores, labels)) > 0.02
            and abs(share - _one_to_one(scores, labels)) > 0.02
        ):
            return scores, labels


def _tied(rng, n_positive, n_negative):
    """Scores of four values, so that some pairs are tied, more are in order, and some are not."""
    labels = rng.permutation(np.repeat([1, 0], [n_positive, n_negative]))
    while True:
        scores = np.minimum(rng.integers(0, 4, len(labels)) + labels * rng.integers(0, 2, len(labels)), 3) / 4
        higher, tied = _counts(scores, labels)
        if not (0.1 < tied < 0.4 and 0.4 < higher < 0.75):
            continue
        told = [higher, higher + tied / 2, higher + tied, higher / (1 - tied), _by_place(scores, labels)]
        told += [1 - _by_place(-scores, labels), _without_a_start(scores, labels), _one_to_one(scores, labels)]
        if np.diff(np.sort(told)).min() > 0.01:
            return scores, labels


def _counts(scores, labels):
    """Shares of the pairs that are in order, and that are tied."""
    scores, labels = np.asarray(scores), np.asarray(labels) == 1
    difference = scores[labels][:, None] - scores[~labels]
    return float((difference > 0).mean()), float((difference == 0).mean())


def _by_place(scores, labels):
    """The share of pairs in order where equal scores are ranked by their places in the array."""
    labels = np.asarray(labels).astype(int)
    ranks = np.argsort(np.argsort(scores, kind="stable"), kind="stable") + 1
    positive = labels.sum()
    return float((ranks[labels == 1].sum() - positive * (positive + 1) / 2) / (positive * (len(labels) - positive)))


def _without_a_start(scores, labels):
    """The area under the curve from its second corner on."""
    scores, labels = np.asarray(scores), np.asarray(labels) == 1
    thresholds = np.unique(scores)[::-1]
    hits, alarms = ([(part >= t).mean() for t in thresholds] for part in (scores[labels], scores[~labels]))
    return float(np.trapezoid(hits, alarms))


def _one_to_one(scores, labels):
    scores, labels = np.asarray(scores), np.asarray(labels)
    pairs = list(zip(scores[labels == 1].tolist(), scores[labels == 0].tolist()))
    return sum((a > b) + (a == b) / 2 for a, b in pairs) / len(pairs)


def _pairs(scores, labels):
    higher, tied = _counts(scores, labels)
    return higher + tied / 2


def _at_half(scores, labels):
    labels = labels == 1
    return float(((scores[labels] > 0.5).mean() + (scores[~labels] <= 0.5).mean()) / 2)
