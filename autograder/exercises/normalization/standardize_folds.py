"""Standardize data for cross-validation, in each fold by the rows that it trains on."""

import numpy as np

from autograder.authoring import (
    alternative,
    array,
    close,
    core,
    equal,
    hidden,
    misconception,
    neighbour,
    require,
    weight,
)
from autograder.judge.forms import form_of
from dnnkit.normalization import fit_standardizer
from dnnkit.normalization import standardize_folds as solution

points = 3


def returns(value):
    """a list of pairs (train, dev)"""
    require(isinstance(value, (list, tuple)), "the result must be a list of pairs (train, dev)")
    return [form_of((array, array))(pair) for pair in value]


hints = (
    "What may a fold know of its dev rows before it has trained? Not even their mean.",
    "Fit inside the loop: for each fold pick its training rows first, then call `normalization.fit_standardizer` on "
    "them.",
    "`np.delete(x, fold, axis=0)` gives the training rows in their order, `x[fold]` the dev rows; "
    "transform both with the one standardizer.",
)


TRAIN = "the training rows must be standardized by their own mean and standard deviation in each fold"
DEV = "the dev rows must be standardized by the training rows' mean and standard deviation"
ORDER = "the dev rows must be in the order of the fold"
ROWS = "each pair must hold the rows outside the fold, then the rows of the fold"


@core
@weight(2)
def check_dev_rows_have_the_scale_of_the_training_rows(standardize_folds, rng):
    """In each fold, the dev rows are standardized by the training rows' mean and standard deviation."""
    x, folds = _data(rng)
    folds = [np.sort(fold) for fold in folds]
    for fold, (_, dev) in zip(folds, _pairs(standardize_folds, x, folds)):
        close(dev, _scaled(x, fold)[1], DEV)


def check_training_rows_have_the_scale_of_their_fold(standardize_folds, rng):
    """In each fold, the training rows are standardized by their own mean and standard deviation."""
    data, folds = _data(rng)
    for x in (data, np.rint(40 * data).astype(int)):
        for fold, (train, _) in zip(folds, _pairs(standardize_folds, x, folds)):
            close(train, _scaled(x, fold)[0], TRAIN)


def check_dev_rows_stand_in_the_order_of_the_fold(standardize_folds, rng):
    """The dev rows are in the order of the fold, sorted or not."""
    x, folds = _data(rng)
    for fold, (_, dev) in zip(folds, _pairs(standardize_folds, x, folds)):
        require(_same_ranks(dev, x[fold]), ORDER)


def check_each_fold_holds_its_rows(standardize_folds, rng):
    """There is a pair for each fold: all rows outside it, then all rows in it."""
    x, folds = _data(rng)
    pairs = standardize_folds(x, folds)
    equal(len(pairs), len(folds), "there must be one pair (train, dev) for each fold")
    for fold, (train, dev) in zip(folds, pairs):
        equal((len(train), len(dev)), (len(x) - len(fold), len(fold)), ROWS)


@hidden(like=(check_dev_rows_have_the_scale_of_the_training_rows, check_training_rows_have_the_scale_of_their_fold))
def check_other_folds(standardize_folds, rng):
    """The same holds for folds of a single row, folds that overlap, and whole numbers."""
    x = rng.integers(-9, 40, (7, 7))
    folds = [np.array([i]) for i in rng.permutation(7)] + [np.array([0, 2, 3]), np.array([3, 1])]
    for fold, (train, dev) in zip(folds, _pairs(standardize_folds, x, folds)):
        close(train, _scaled(x, fold)[0], TRAIN)
        close(dev, _scaled(x, fold)[1], DEV)


VARIES = "no feature is constant in the training rows, as the prompt says"
equivalent = {
    "`x.min(axis=0)` becomes `x.min()` in _fit": VARIES,
    "`x.max(axis=0)` becomes `x.max()` in _fit": VARIES,
    "`(low == high) | (std.astype(dtype) == 0)` becomes "
    "`(low == high) & (std.astype(dtype) == 0)` in _standardizer": VARIES,
    "`std.astype(dtype)` becomes `dtype` in _standardizer": VARIES,
    "`std.astype(dtype) == 0` becomes `std.astype(dtype) == 1` in _standardizer": VARIES,
    "`np.where(constant, 1, std)` becomes `np.where(constant, 0, std)` in _standardizer": VARIES,
    "`np.where(constant, 1, std)` becomes `np.where(constant, 2, std)` in _standardizer": VARIES,
}

covers = {
    "Write `standardize_folds(x, folds)`": check_each_fold_holds_its_rows,
    "`x` has shape (m, features) and may hold whole numbers": check_training_rows_have_the_scale_of_their_fold,
    "the indices of its dev rows": check_each_fold_holds_its_rows,
    "Return a list with one pair": (
        check_each_fold_holds_its_rows,
        check_training_rows_have_the_scale_of_their_fold,
        check_dev_rows_have_the_scale_of_the_training_rows,
        check_dev_rows_stand_in_the_order_of_the_fold,
    ),
    "In the training rows of each fold every feature varies": "a promise about the data",
    "You may use": "a permission",
    "Leave `x` as it is": check_training_rows_have_the_scale_of_their_fold,
    "For `x = [[1], [3], [6]]`": "the example, by hand",
    "training and dev rows, on the scale of its training rows": check_dev_rows_have_the_scale_of_the_training_rows,
}


@misconception(
    "The standardizer is fitted once, on all rows, before the folds are made. Each dev row then has a say in the "
    "scale of the data that it is to judge: fit inside the loop, on the training rows of the fold.",
    caught_by=check_dev_rows_have_the_scale_of_the_training_rows,
)
def fitted_outside_the_folds(x, folds):
    z = fit_standardizer(x).transform(x)
    return [(np.delete(z, fold, axis=0), z[fold]) for fold in folds]


@misconception(
    "The dev rows are standardized by their own mean and standard deviation. The network learned what a number means "
    "on the training scale; on another scale the same example becomes another number. Fit once per fold, transform "
    "twice.",
    caught_by=check_dev_rows_have_the_scale_of_the_training_rows,
)
def dev_by_its_own_statistics(x, folds):
    parts = [(np.delete(x, fold, axis=0), x[fold]) for fold in folds]
    return [tuple(fit_standardizer(part).transform(part) for part in pair) for pair in parts]


@misconception(
    "The standardizer is fitted on the dev rows. In cross-validation the indices of a fold name the rows that are "
    "held out; all other rows train, and they give the scale.",
    caught_by=check_training_rows_have_the_scale_of_their_fold,
)
def fitted_on_the_held_out_rows(x, folds):
    pairs = []
    for fold in folds:
        standardizer = fit_standardizer(x[fold])
        pairs.append((standardizer.transform(np.delete(x, fold, axis=0)), standardizer.transform(x[fold])))
    return pairs


@misconception(
    "One standardizer, that of the first fold, serves all folds. The rows that the first fold trained on are dev rows "
    "of the others: each fold needs its own standardizer.",
    caught_by=check_training_rows_have_the_scale_of_their_fold,
)
def first_fold_serves_all(x, folds):
    standardizer = fit_standardizer(np.delete(x, folds[0], axis=0))
    z = standardizer.transform(x)
    return [(np.delete(z, fold, axis=0), z[fold]) for fold in folds]


@misconception(
    "In each fold the rows are only centred; they are then divided by the standard deviation of all rows. The standard "
    "deviation is a statistic like the mean, and leaks like it.",
    caught_by=check_dev_rows_have_the_scale_of_the_training_rows,
)
def only_the_mean_is_fitted_inside(x, folds):
    std = x.std(axis=0)
    means = [np.delete(x, fold, axis=0).mean(axis=0) for fold in folds]
    return [((np.delete(x, fold, axis=0) - mean) / std, (x[fold] - mean) / std) for fold, mean in zip(folds, means)]


@misconception(
    "The dev rows come back in the order of the data, not of the fold. Paired with `y[fold]`, they get the labels of "
    "other rows: take them with `x[fold]`, not with a mask.",
    caught_by=check_dev_rows_stand_in_the_order_of_the_fold,
    worth=0.9,
)
def dev_rows_in_the_order_of_the_data(x, folds):
    return solution(x, [np.sort(fold) for fold in folds])


@misconception(
    "The rows that a fold names are taken to train. They are held out: all other rows train, and give the scale.",
    caught_by=check_each_fold_holds_its_rows,
)
def fold_trains(x, folds):
    pairs = []
    for fold in folds:
        standardizer = fit_standardizer(x[fold])
        pairs.append((standardizer.transform(x[fold]), standardizer.transform(np.delete(x, fold, axis=0))))
    return pairs


@misconception(
    "Training and dev part are swapped: the fold names the rows that are held out, and the pair is (train, dev).",
    caught_by=check_each_fold_holds_its_rows,
)
def parts_swapped(x, folds):
    return [(dev, train) for train, dev in solution(x, folds)]


@misconception(
    "The rows of the caller's data are overwritten by their z-scores, so that the next fold standardizes what is "
    "standardized already. Make new arrays.",
    caught_by=check_training_rows_have_the_scale_of_their_fold,
    worth=0.75,
    said_by="x must not be changed in place",
)
def written_into_the_data(x, folds):
    pairs = []
    for fold in folds:
        rows = np.delete(np.arange(len(x)), fold)
        x[:] = fit_standardizer(x[rows]).transform(x)
        pairs.append((x[rows], x[fold]))
    return pairs


@misconception(
    "The dev rows are centred by the training rows' mean, but divided by their own standard deviation. Both numbers "
    "are the training rows'.",
    caught_by=check_dev_rows_have_the_scale_of_the_training_rows,
)
def dev_by_its_own_deviation(x, folds):
    pairs = zip(folds, solution(x, folds))
    return [
        (train, (x[fold] - np.delete(x, fold, axis=0).mean(axis=0)) / x[fold].std(axis=0)) for fold, (train, _) in pairs
    ]


@misconception(
    "Dev rows are told apart from training rows by their values. Two examples may be equal: one that looks like a dev "
    "row still trains. Tell them apart by their indices.",
    caught_by=check_each_fold_holds_its_rows,
)
def rows_told_apart_by_value(x, folds):
    pairs = []
    for fold in folds:
        rows = np.array([row for row in x.tolist() if row not in x[fold].tolist()])
        standardizer = fit_standardizer(rows)
        pairs.append((standardizer.transform(rows), standardizer.transform(x[fold])))
    return pairs


@misconception(
    "`~fold` is not the rest: it turns indices into others, counted from the end. Only for a mask is it the rest; take "
    "`np.delete(x, fold, axis=0)`.",
    caught_by=check_each_fold_holds_its_rows,
)
def indices_inverted(x, folds):
    pairs = []
    for fold in folds:
        standardizer = fit_standardizer(x[~fold])
        pairs.append((standardizer.transform(x[~fold]), standardizer.transform(x[fold])))
    return pairs


@misconception(
    "The z-scores are written into an array of whole numbers, which cuts off everything after the decimal point. Let "
    "NumPy make a new array, or make one of floats.",
    caught_by=check_training_rows_have_the_scale_of_their_fold,
    worth=0.7,
)
def written_into_whole_numbers(x, folds):
    pairs = []
    for fold in folds:
        z = np.empty_like(x)
        z[:] = fit_standardizer(np.delete(x, fold, axis=0)).transform(x)
        pairs.append((np.delete(z, fold, axis=0), z[fold]))
    return pairs


@misconception(
    "The training rows are those of the other folds. A row that is in no fold trains as well, and rows joined fold by "
    "fold are in a different order from `x`: take all rows but the fold's.",
    caught_by=check_each_fold_holds_its_rows,
)
def other_folds_train(x, folds):
    pairs = []
    for k, fold in enumerate(folds):
        rows = x[np.concatenate([other for j, other in enumerate(folds) if j != k])]
        standardizer = fit_standardizer(rows)
        pairs.append((standardizer.transform(rows), standardizer.transform(x[fold])))
    return pairs


@neighbour("the dev rows of each fold are left as they are")
def dev_rows_untouched(x, folds):
    return [(train, x[fold] + 0.0) for (train, _), fold in zip(solution(x, folds), folds)]


@neighbour("centred by the training rows' mean, and divided by their variance")
def divided_by_the_variance(x, folds):
    pairs = []
    for fold in folds:
        rows = np.delete(x, fold, axis=0)
        pairs.append(tuple((part - rows.mean(axis=0)) / rows.var(axis=0) for part in (rows, x[fold])))
    return pairs


@alternative("a mask of the training rows, and sums by hand")
def by_mask(x, folds):
    pairs = []
    for fold in folds:
        trains = np.ones(len(x), bool)
        trains[fold] = False
        mean = x[trains].mean(axis=0)
        std = np.sqrt(((x[trains] - mean) ** 2).mean(axis=0))
        pairs.append([(x[trains] - mean) / std, (x[fold] - mean) / std])
    return tuple(pairs)


@alternative("masks, sets and sums")
def spelled_out(x, folds):
    pairs = []
    for fold in folds:
        held_out = set(np.asarray(fold).tolist())
        train = np.array([row for i, row in enumerate(x) if i not in held_out])
        mean = sum(train) / len(train)
        std = np.sqrt(sum((row - mean) ** 2 for row in train) / len(train))
        pairs.append(([((row - mean) / std).tolist() for row in train], [((x[i] - mean) / std).tolist() for i in fold]))
    return pairs


def _data(rng):
    """Features with spreads on both sides of 1, and unsorted folds of unequal size; row 12 equals row 0, and trains."""
    spread = 10.0 ** rng.permutation([-1, 0, 1, 1])
    x = spread * rng.normal(rng.uniform(-2, 2, 4), 1, size=(13, 4))
    x[12] = x[0]
    return x, [np.sort(part)[::-1].copy() for part in np.split(rng.permutation(12), [5, 9])]


def _scaled(x, fold):
    rows = np.delete(x, fold, axis=0)
    return (rows - rows.mean(axis=0)) / rows.std(axis=0), (x[fold] - rows.mean(axis=0)) / rows.std(axis=0)


def _pairs(standardize_folds, x, folds):
    pairs = standardize_folds(x, folds)
    equal(len(pairs), len(folds), "there must be one pair (train, dev) for each fold")
    return pairs


def _same_ranks(z, rows):
    """Whatever the scale, a standardized feature rises where the feature rises."""
    if z.shape != rows.shape:
        return False
    ascending = np.take_along_axis(z, rows.argsort(axis=0), axis=0)
    return (np.diff(ascending, axis=0) > -1e-4).all()
