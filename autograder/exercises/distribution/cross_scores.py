"""Repair a cross-validation that scales and chooses features before it divides."""

import numpy as np

from autograder.authoring import (
    alternative,
    array,
    close,
    core,
    hidden,
    misconception,
    neighbour,
    require,
    same_mistake_as,
    shaped,
    weight,
)

points = 3
returns = array
hints = (
    "Which of the numbers that training uses change if one of the held-out examples changes?",
    "Three numbers per feature are computed from examples: its mean, its standard deviation and the difference between "
    "the classes. In each fold all three must come from the training examples.",
    "Move the first four lines into the loop, below `train`. Compute mean, standard deviation and difference from "
    "`x[train]` and `y[train]`, and apply the first two to all of `x`.",
)

SCORES = "the scores must be those of classifiers that were scaled, chosen and fitted on the other examples"
LABELS = "the labels of held-out examples must not change their own scores"
SHAPE = "there must be one score for each example"
SAY = "training examples must affect the scores of the others"
ROWS = "a held-out example must not change the scores of the others that are held out with it"


def given(x, y, folds):
    """Score of each example by a classifier that was made without it."""
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    difference = z[y == 1].mean(axis=0) - z[y == 0].mean(axis=0)
    best = np.argsort(-np.abs(difference))[:5]
    z = z[:, best]
    scores = np.zeros(len(y))
    for held_out in folds:
        train = np.delete(np.arange(len(y)), held_out)
        zero = z[train][y[train] == 0].mean(axis=0)
        one = z[train][y[train] == 1].mean(axis=0)
        to_zero = ((z[held_out] - zero) ** 2).sum(axis=1)
        to_one = ((z[held_out] - one) ** 2).sum(axis=1)
        scores[held_out] = to_zero - to_one
    return scores


def solution(x, y, folds):
    """Score of each example by a classifier that was made without it."""
    scores = np.zeros(len(y))
    for held_out in folds:
        train = np.delete(np.arange(len(y)), held_out)
        z = (x - x[train].mean(axis=0)) / x[train].std(axis=0)
        zero = z[train][y[train] == 0].mean(axis=0)
        one = z[train][y[train] == 1].mean(axis=0)
        best = np.argsort(-np.abs(one - zero))[:5]
        to_zero = ((z[held_out] - zero)[:, best] ** 2).sum(axis=1)
        to_one = ((z[held_out] - one)[:, best] ** 2).sum(axis=1)
        scores[held_out] = to_zero - to_one
    return scores


@core
@weight(2)
def check_scores(cross_scores, rng):
    """The scores are those of classifiers that were scaled, chosen and fitted on the other examples."""
    for sizes in ((9, 5, 10), (6, 6, 6, 6)):
        x, y, folds = _case(rng, sizes)
        close(cross_scores(x, y, folds), solution(x, y, folds), SCORES)


@weight(2)
def check_labels_have_no_say(cross_scores, rng):
    """Flipping the labels of a fold leaves the scores of that fold as they are, but not those of the others."""
    x, y, folds = _case(rng, (9, 5, 10))
    scores = shaped(cross_scores(x, y, folds), y.shape, SHAPE)
    for fold in folds:
        turned = y.copy()
        turned[fold] = 1 - y[fold]
        found = shaped(cross_scores(x, turned, folds), y.shape, SHAPE)
        _stays(found, scores, fold, np.setdiff1d(np.arange(len(y)), fold), LABELS)


@weight(2)
def check_rows_have_no_say(cross_scores, rng):
    """Replacing an example leaves the scores of the others in its fold as they are, but not those of the rest."""
    x, y, folds = _case(rng, (8, 7, 9))
    scores = shaped(cross_scores(x, y, folds), y.shape, SHAPE)
    for fold in folds:
        changed = x.copy()
        changed[fold[0]] = 30 * rng.standard_normal(x.shape[1])
        found = shaped(cross_scores(changed, y, folds), y.shape, SHAPE)
        _stays(found, scores, fold[1:], np.setdiff1d(np.arange(len(y)), fold), ROWS)


@hidden(like=(check_scores, check_labels_have_no_say, check_rows_have_no_say))
def check_other_studies(cross_scores, rng):
    """The same holds for folds of one example, for two folds, and for no more than five features."""
    for sizes, n_features in (((1,) * 14, 9), ((11, 11), 30), ((5, 8, 9), 5)):
        x, y, folds = _case(rng, sizes, n_features)
        close(cross_scores(x, y, folds), solution(x, y, folds), SCORES)


covers = {
    "cross-validates a classifier for two classes": check_scores,
    "`x` has shape (n, features)": check_scores,
    "It returns an array of shape (n,)": check_scores,
    "The larger the score, the more likely is class 1": check_scores,
    "Two steps are done too early": (check_labels_have_no_say, check_rows_have_no_say),
    "features are scaled, and the five best chosen, with the examples that are *not* held out": (
        check_scores,
        check_labels_have_no_say,
        check_rows_have_no_say,
    ),
    "How features are scaled": check_scores,
    "No feature is constant": "a promise",
    "Leave `x` and `y` as they are": check_scores,
    "by a classifier that was made without it": (check_labels_have_no_say, check_rows_have_no_say),
}


SHIFT = "differences to a mean of the same shift do not see it"
TURNED = "the sign is lost in the square, or in the size"
equivalent = {
    "`x - x[train].mean(axis=0)` becomes `x + x[train].mean(axis=0)`": SHIFT,
    "`x - x[train].mean(axis=0)` becomes `x[train].mean(axis=0) - x`": TURNED,
    "`x[train].mean(axis=0)` becomes `x[train].mean()`": SHIFT,
    "`one - zero` becomes `zero - one`": TURNED,
    "`z[held_out] - zero` becomes `zero - z[held_out]`": TURNED,
    "`z[held_out] - one` becomes `one - z[held_out]`": TURNED,
}


@misconception(
    "The features are still chosen on all examples. The labels of those that are held out say which features suit "
    "them: choose inside the loop, by the training examples.",
    caught_by=check_labels_have_no_say,
)
def chosen_on_all(x, y, folds):
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    best = np.argsort(-np.abs(z[y == 1].mean(axis=0) - z[y == 0].mean(axis=0)))[:5]
    return _cross(x, y, folds, choose=lambda z, y, train: best)


@same_mistake_as(chosen_on_all)
def chosen_on_all_within_the_loop(x, y, folds):
    return _cross(x, y, folds, choose=lambda z, y, train: _best(z, y, np.arange(len(y))))


@misconception(
    "The features are still scaled by numbers from all examples, by their standard deviation or by their mean too. "
    "These need no label, but they are computed from the held-out examples all the same.",
    caught_by=check_rows_have_no_say,
)
def scaled_on_all(x, y, folds):
    return _cross(x, y, folds, scale=lambda x, train, held_out: (x - x.mean(axis=0)) / x.std(axis=0))


@misconception(
    "The scores are those of the code that you were given: scaling and choosing still use all examples. Moving lines "
    "into the loop is not enough: there, they must look at `x[train]` and `y[train]`.",
    caught_by=check_labels_have_no_say,
)
def moved_and_not_mended(x, y, folds):
    return given(x, y, folds)


@misconception(
    "The features are chosen by differences in unscaled data, so that those with the largest numbers win. Scale first, "
    "by the training examples.",
    caught_by=check_scores,
)
def chosen_before_scaling(x, y, folds):
    return _cross(x, y, folds, choose=lambda z, y, train: _best(x, y, train))


@misconception(
    "The held-out examples are scaled by their own mean and standard deviation. They are then on a different scale "
    "from the one that the classifier learned: fit on the training examples, apply to both.",
    caught_by=check_rows_have_no_say,
)
def held_out_by_their_own(x, y, folds):
    def scale(x, train, held_out):
        z = (x - x[train].mean(axis=0)) / x[train].std(axis=0)
        own = x[held_out].std(axis=0)
        z[held_out] = (x[held_out] - x[held_out].mean(axis=0)) / np.where(own == 0, 1, own)
        return z

    return _cross(x, y, folds, scale=scale)


@misconception(
    "Scaling and choosing use the first fold's training examples, and then serve all folds. Examples that trained in "
    "the first fold are held out in the others: do both anew in each.",
    caught_by=check_scores,
)
def first_fold_serves_all(x, y, folds):
    train = np.delete(np.arange(len(y)), folds[0])
    z = (x - x[train].mean(axis=0)) / x[train].std(axis=0)
    best = _best(z, y, train)
    return _cross(x, y, folds, scale=lambda x, train, held_out: z, choose=lambda z, y, train: best)


@misconception(
    "Training and held-out examples are swapped: the classifier is made from the fold. `held_out` are the examples "
    "that are scored, all others train.",
    caught_by=check_labels_have_no_say,
)
def fold_trains(x, y, folds):
    return _cross(x, y, folds, made_by=lambda train, held_out: held_out)


@misconception(
    "The held-out examples are not scaled, only the training examples are. The classifier then meets numbers that it "
    "was not made for.",
    caught_by=check_scores,
)
def held_out_not_scaled(x, y, folds):
    def scale(x, train, held_out):
        z = (x - x[train].mean(axis=0)) / x[train].std(axis=0)
        z[held_out] = x[held_out]
        return z

    return _cross(x, y, folds, scale=scale)


@misconception(
    "The scores are in the order of the folds, one fold after the other. Each belongs at the place of its example: "
    "`scores[held_out] = ...`.",
    caught_by=check_scores,
)
def in_the_order_of_the_folds(x, y, folds):
    return solution(x, y, folds)[np.concatenate(folds)]


@misconception(
    "Scaling has been taken out. It is not a leak by itself, and without it the features with the largest numbers "
    "decide alone: scale by the training examples.",
    caught_by=check_scores,
)
def scaling_taken_out(x, y, folds):
    return _cross(x, y, folds, scale=lambda x, train, held_out: x + 0.0)


@misconception(
    "The choice of features has been taken out. It leaks only if held-out labels have a say: choose the five best in "
    "each fold, by the training examples.",
    caught_by=check_scores,
)
def choice_taken_out(x, y, folds):
    return _cross(x, y, folds, choose=lambda z, y, train: np.arange(z.shape[1]))


@neighbour("the five features that differ least")
def worst_five(x, y, folds):
    return _cross(x, y, folds, choose=lambda z, y, train: _best(z, y, train, n=z.shape[1])[-5:])


@neighbour("scores of the other sign")
def sign_turned(x, y, folds):
    return -solution(x, y, folds)


@neighbour("four features instead of five")
def four_features(x, y, folds):
    return _cross(x, y, folds, choose=lambda z, y, train: _best(z, y, train, n=4))


@alternative("the four lines moved into the loop")
def moved_into_the_loop(x, y, folds):
    scores = np.zeros(len(y))
    for held_out in folds:
        train = np.delete(np.arange(len(y)), held_out)
        mean, std = x[train].mean(axis=0), x[train].std(axis=0)
        z = (x - mean) / std
        difference = z[train][y[train] == 1].mean(axis=0) - z[train][y[train] == 0].mean(axis=0)
        best = np.argsort(-np.abs(difference))[:5]
        z = z[:, best]
        zero = z[train][y[train] == 0].mean(axis=0)
        one = z[train][y[train] == 1].mean(axis=0)
        to_zero = ((z[held_out] - zero) ** 2).sum(axis=1)
        to_one = ((z[held_out] - one) ** 2).sum(axis=1)
        scores[held_out] = to_zero - to_one
    return scores


@alternative("a loop over the examples, with masks, and the square multiplied out")
def by_example(x, y, folds):
    scores = [0.0] * len(y)
    for fold in folds:
        trains = ~np.isin(np.arange(len(y)), fold)
        mean, std = x[trains].mean(axis=0), x[trains].std(axis=0)
        zero, one = (((x[trains & (y == c)] - mean) / std).mean(axis=0) for c in (0, 1))
        best = sorted(range(x.shape[1]), key=lambda j: -abs(one[j] - zero[j]))[:5]
        for i in fold:
            z = (x[i] - mean) / std
            scores[i] = sum(2 * z[j] * (one[j] - zero[j]) + zero[j] ** 2 - one[j] ** 2 for j in best)
    return scores


def _cross(x, y, folds, *, scale=None, choose=None, made_by=lambda train, held_out: train):
    """Return the scores with one part of the repaired study replaced."""
    scores = np.zeros(len(y))
    for held_out in folds:
        others = np.delete(np.arange(len(y)), held_out)
        train = made_by(others, held_out)
        spread = x[train].std(axis=0)
        z = (x - x[train].mean(axis=0)) / np.where(spread == 0, 1, spread) if not scale else scale(x, train, held_out)
        best = (choose or _best)(z, y, train)
        z = z[:, best]
        zero, one = (_mean(z[train], y[train], c) for c in (0, 1))
        scores[held_out] = ((z[held_out] - zero) ** 2).sum(axis=1) - ((z[held_out] - one) ** 2).sum(axis=1)
    return scores


def _best(z, y, train, n=5):
    difference = _mean(z[train], y[train], 1) - _mean(z[train], y[train], 0)
    return np.argsort(-np.abs(difference))[:n]


def _mean(z, y, label):
    """The mean of a class, or of all where the class is missing."""
    return z[y == label].mean(axis=0) if (y == label).any() else z.mean(axis=0)


def _stays(found, scores, stay, change, sentence):
    """What trains changes the scores of the other folds, and what is held out changes none."""
    require(np.abs(found - scores)[change].max() > 1e-6 * np.abs(scores).max(), SAY)
    close(found[stay], scores[stay], sentence)


def _case(rng, sizes, n_features=40):
    """Random features on scales from 0.1 to 10, both classes in every fold of more than one, folds that are not sorted.

    No feature stands out, so that which ones are chosen depends on every example.
    """
    n = sum(sizes)
    scale = 10.0 ** rng.permutation(np.linspace(-1, 1, n_features))
    x = scale * rng.normal(rng.uniform(-2, 2, n_features), 1, (n, n_features))
    parts = np.split(np.arange(n), np.cumsum(sizes)[:-1])
    y = np.concatenate([rng.permutation(np.arange(len(part)) % 2) for part in parts])
    if max(sizes) == 1:
        y = rng.permutation(np.arange(n) % 2)
    order = rng.permutation(n)
    place = np.argsort(order)
    return x[order], y[order], [place[part] for part in parts]
