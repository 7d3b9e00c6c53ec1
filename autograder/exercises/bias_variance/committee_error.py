"""Measure how often a committee of experts that decides by the most votes is wrong."""

from collections import Counter
from fractions import Fraction

import numpy as np

from autograder.authoring import (
    alternative,
    close,
    core,
    default_rng,
    hidden,
    misconception,
    neighbour,
    number,
    require,
    same_mistake_as,
    weight,
)
from dnnkit.bias_variance import committee_error as solution

points = 3
returns = number
hints = (
    "Look at one case, a column of `votes`. Which classes have the most votes, and how likely is it that the right "
    "one is taken?",
    "If T classes share the most votes and the right one is among them, the case is right with probability 1 / T. "
    "Otherwise it is wrong.",
    "For each column: count the votes for each class (`np.unique(column, return_counts=True)` counts for you), find "
    "the largest count and the classes that have it; add up the probabilities of being right, and divide by n.",
)

EXPECTED = "the error must be the expected share of the cases that are wrong"
CLEAR = "if one class has the most votes, the committee is right if that class is"
PLURALITY = "the most votes decide, even if they are less than half of all"
TIE = "of classes that share the most votes each is drawn with the same probability"
WRONG_TIE = "if the right class does not share the most votes, the case is wrong"
DRAWN = "the same votes must always have the same error"
SHARE = "the error must be a share from 0 to 1"
ALONE = "a committee of one errs as often as that expert"
ANY = "a vote counts for whatever class it names, even one above 9 or one that no case belongs to"


@core
@weight(3)
def check_expected_error(committee_error, rng):
    """The error is the expected share of wrong cases, with both clear decisions and ties."""
    for experts, n, classes in ((5, 40, 4), (4, 30, 3)):
        votes, y = _telling(rng, experts, n, classes)
        found = committee_error(votes, y)
        require(-1e-9 <= found <= 1 + 1e-9, SHARE)
        close(found, _by_case(votes, y), EXPECTED, scale=1)
    found = committee_error(votes.tolist(), y.tolist())
    close(found, _by_case(votes, y), "lists must be read as arrays are", scale=1)


def check_clear_decisions(committee_error, rng):
    """If more than half of the votes agree, they decide, whether they are right or wrong."""
    y = rng.integers(0, 4, 25)
    wrong = rng.permutation(25) < 8
    said = np.where(wrong, (y + 1) % 4, y)
    votes = np.stack([said, (said + 2) % 4, said])  # whose mean is never what two of them say
    close(committee_error(votes, y), wrong.mean(), CLEAR, scale=1)
    require(abs(committee_error(said[None], y) - wrong.mean()) < 1e-6, ALONE)
    close(committee_error([[12, 40, 31]] * 2, [12, 7, 5]), 2 / 3, ANY, scale=1)


@weight(2)
def check_most_votes_need_not_be_half(committee_error, rng):
    """Two votes of five decide if no other class has two."""
    y = np.append(rng.permutation(6), rng.permutation(10) % 6)
    first = np.arange(16) < 6  # each class once: it has two votes there, and elsewhere another one
    leader = np.where(first, y, (y + 1) % 6)
    votes = np.stack([leader, (y + 2) % 6, leader, (y + 3) % 6, (y + 4) % 6])
    close(committee_error(votes, y), 10 / 16, PLURALITY, scale=1)


@weight(2)
def check_ties(committee_error, rng):
    """A tie of two or three classes is decided by lot, even if the right class is not among them."""
    y = rng.permutation(np.arange(12) % 4)
    many = rng.integers(0, 4, 300)
    again = {float(committee_error(np.stack([many, (many + 1) % 4]), many)) for _ in range(4)}
    require(len(again) == 1, DRAWN)
    close(committee_error(np.stack([y, (y + 1) % 4]), y), 1 / 2, TIE, scale=1)
    close(committee_error(np.stack([(y + 1) % 4, y, (y + 3) % 4]), y), 2 / 3, TIE, scale=1)
    close(committee_error(np.stack([(y + 1) % 4, (y + 2) % 4]), y), 1.0, WRONG_TIE, scale=1)


@hidden(like=(check_expected_error, check_clear_decisions, check_most_votes_need_not_be_half, check_ties))
def check_other_committees(committee_error, rng):
    """The same holds for one case, for many experts, for a single one, and for classes with large numbers."""
    votes, y = np.array([[4, 2, 0], [7, 2, 1], [9, 2, 1]]), np.array([7, 2, 0])
    close(committee_error(votes, y), (2 / 3 + 0 + 1) / 3, EXPECTED, scale=1)
    for experts, n, classes in ((6, 1, 3), (12, 9, 3), (1, 20, 5), (2, 2, 2), (7, 60, 10)):
        votes, y = _case(rng, experts, n, classes)
        for shift in (0, 1000):
            found = committee_error(votes + shift, y + shift)
            close(found, _by_case(votes, y), EXPECTED, scale=1)
    y = np.full(7, 2)
    close(committee_error(np.stack([y, y, y]), y), 0.0, CLEAR, scale=1)


covers = {
    "Write committee_error(votes, y)": check_expected_error,
    "`votes` is a list of lists or an array of shape (experts, n)": check_expected_error,
    "`y` holds the right classes": check_expected_error,
    "decides each case for the class with the most votes": (check_clear_decisions, check_expected_error),
    "an absolute majority is not needed": check_most_votes_need_not_be_half,
    "If several classes share the most votes": check_ties,
    "the *expected* error counts": check_ties,
    "Return the committee's error": check_expected_error,
    "For example, with the votes": "the example, by hand",
    "Return the expected share": check_expected_error,
}


@misconception(
    "The errors of the experts are averaged. That is how good one of them is; the committee votes, and its members "
    "outvote each other's mistakes.",
    caught_by=check_clear_decisions,
)
def mean_of_the_experts(votes, y):
    return float((np.asarray(votes) != np.asarray(y)).mean())


@misconception(
    "A case counts as right only if more than half of the experts are right. The most votes decide: when opinions "
    "differ, two votes can be enough, and a tie is not always lost.",
    caught_by=check_most_votes_need_not_be_half,
)
def majority_asked_for(votes, y):
    return float(((np.asarray(votes) == np.asarray(y)).mean(axis=0) <= 0.5).mean())


@misconception(
    "A tie is decided for the class with the smallest number. A committee has no reason to prefer it, and whether it "
    "is right depends on how the classes were numbered: all tied classes are equally likely.",
    caught_by=check_ties,
    worth=0.6,
)
def smallest_class_wins(votes, y):
    return float(np.mean([_leaders(column)[0] != right for column, right in zip(np.transpose(votes), y)]))


@misconception(
    "A tie counts as wrong altogether. If the right class is among those tied, it is drawn with probability 1 / T.",
    caught_by=check_ties,
    worth=0.6,
)
def tie_is_wrong(votes, y):
    return float(np.mean([_leaders(column) != [right] for column, right in zip(np.transpose(votes), y)]))


@misconception(
    "A tie counts as right as soon as the right class is among those tied. It is drawn only with probability 1 / T.",
    caught_by=check_ties,
    worth=0.6,
)
def tie_is_right(votes, y):
    return float(np.mean([right not in _leaders(column) for column, right in zip(np.transpose(votes), y)]))


@misconception(
    "Every tie counts one half. With three classes in the tie the right one is drawn in one case of three, and if it "
    "is not among them, never.",
    caught_by=check_ties,
    worth=0.7,
)
def every_tie_is_half(votes, y):
    leaders = [_leaders(column) for column in np.transpose(votes)]
    return float(np.mean([0.5 if len(tied) > 1 else tied != [right] for tied, right in zip(leaders, y)]))


@same_mistake_as(every_tie_is_half)
def half_where_it_is_tied(votes, y):
    leaders = [_leaders(column) for column in np.transpose(votes)]
    wrong = [0.5 if len(tied) > 1 and right in tied else tied != [right] for tied, right in zip(leaders, y)]
    return float(np.mean(wrong))


@misconception(
    "What is returned is how often the committee is right. The error is 1 minus that.",
    caught_by=check_clear_decisions,
    worth=0.3,
)
def share_of_right_ones(votes, y):
    return 1 - solution(votes, y)


@misconception(
    "The error of the best expert is returned. Which of them is best shows only afterwards, and a committee is often "
    "better than its best member.",
    caught_by=check_expected_error,
    worth=0.4,
)
def best_expert(votes, y):
    return float((np.asarray(votes) != np.asarray(y)).mean(axis=1).min())


@misconception(
    "The numbers of the classes are averaged or sorted as if they were amounts. Classes are names: between a 3 and a 7 "
    "there is no 5.",
    caught_by=check_most_votes_need_not_be_half,
)
def median_class(votes, y):
    return float((np.median(votes, axis=0) != np.asarray(y)).mean())


@same_mistake_as(median_class)
def mean_class(votes, y):
    return float((np.rint(np.mean(votes, axis=0)) != np.asarray(y)).mean())


@misconception(
    "In a tie the class that was named first wins. The order in which experts speak should not decide: all tied "
    "classes are equally likely.",
    caught_by=check_ties,
    worth=0.6,
)
def first_named_wins(votes, y):
    first = [Counter(column.tolist()).most_common(1)[0][0] for column in np.transpose(votes)]
    return float(np.mean(np.array(first) != y))


@misconception(
    "Lots are drawn, so that the same votes have a different error in the next call. The expected error is the mean "
    "over all draws: a tie of T classes is right with probability 1 / T.",
    caught_by=check_ties,
    worth=0.6,
    said_by=DRAWN,
)
def lot_is_drawn(votes, y):
    rng = default_rng()
    return float(np.mean([rng.choice(_leaders(column)) != right for column, right in zip(np.transpose(votes), y)]))


@misconception(
    "A tie of T classes is given the error 1 / T. That is how likely the draw is right; it is wrong with probability 1 "
    "- 1 / T, which is the same only for two classes.",
    caught_by=check_ties,
    worth=0.7,
)
def lot_is_right(votes, y):
    leaders = [_leaders(column) for column in np.transpose(votes)]
    wrong = [(1 / len(tied) if len(tied) > 1 else 0) if right in tied else 1 for tied, right in zip(leaders, y)]
    return float(np.mean(wrong))


@misconception(
    "Each row is taken for a case. A row holds what one expert says of all cases; the votes on a case are a column.",
    caught_by=check_clear_decisions,
    worth=0.3,
)
def rows_for_cases(votes, y):
    return float(np.mean([1 - (right in _leaders(row)) / len(_leaders(row)) for row, right in zip(votes, y)]))


@misconception(
    "Only some classes are counted, such as 0 to 9, or those up to the largest in y. Count every class that is voted "
    "for, as `np.unique` and `Counter` do.",
    caught_by=check_clear_decisions,
    worth=0.8,
    said_by=ANY,
)
def ten_classes(votes, y):
    return _of_classes(votes, y, 10)


@same_mistake_as(ten_classes)
def classes_of_y(votes, y):
    return _of_classes(votes, y, max(y) + 1)


@neighbour("the last of the tied classes wins")
def largest_class_wins(votes, y):
    return float(np.mean([_leaders(column)[-1] != right for column, right in zip(np.transpose(votes), y)]))


@neighbour("the number of wrong cases, not their share")
def number_of_cases(votes, y):
    return solution(votes, y) * len(y)


@alternative("one case after the other, with a Counter")
def by_counter(votes, y):
    right = 0.0
    for i in range(len(y)):
        counts = Counter(row[i] for row in votes)
        most = max(counts.values())
        tied = [name for name in counts if counts[name] == most]
        right += (y[i] in tied) / len(tied)
    return 1 - right / len(y)


@alternative("an array of counts, one row for each class")
def by_one_hot(votes, y):
    votes, y = np.asarray(votes), np.asarray(y)
    names = np.unique(np.append(votes, y))
    counts = (votes[None] == names[:, None, None]).sum(axis=1)
    tied = counts == counts.max(axis=0)
    return np.mean(1 - tied[np.searchsorted(names, y), np.arange(len(y))] / tied.sum(axis=0))


@alternative("exactly, in fractions")
def in_fractions(votes, y):
    wrong = Fraction(0)
    for column, right in zip(zip(*np.asarray(votes).tolist()), np.asarray(y).tolist()):
        ranked = Counter(column).most_common()
        tied = [name for name, count in ranked if count == ranked[0][1]]
        wrong += 1 - Fraction(tied.count(right), len(tied))
    return float(wrong / len(y))


def _leaders(column):
    """The classes with the most votes, ascending."""
    names, counts = np.unique(column, return_counts=True)
    return [int(name) for name in names[counts == counts.max()]]


def _of_classes(votes, y, classes):
    """The error if only the first `classes` classes are counted."""
    counts = [np.bincount(column, minlength=classes)[:classes] for column in np.transpose(votes)]
    tied = [np.flatnonzero(each == each.max()).tolist() for each in counts]
    return float(np.mean([1 - (right in leaders) / len(leaders) for leaders, right in zip(tied, y)]))


def _case(rng, experts, n, classes):
    return rng.integers(0, classes, (experts, n)), rng.integers(0, classes, n)


def _telling(rng, experts, n, classes):
    """A case in which wrong ways of counting, by ties or by single experts, give different results."""
    by_ties = (tie_is_wrong, tie_is_right, smallest_class_wins, every_tie_is_half, first_named_wins)
    while True:
        votes, y = _case(rng, experts, n, classes)
        told = [wrong(votes, y) for wrong in (*by_ties, mean_of_the_experts, best_expert, mean_class)]
        told.append(_by_case(votes, y))
        if np.diff(np.sort(told)).min() > 0.004:
            return votes, y


def _by_case(votes, y):
    leaders = [_leaders(column) for column in votes.T]
    return float(np.mean([1 - (right in tied) / len(tied) for tied, right in zip(leaders, y.tolist())]))
