"""Standardize data for cross-validation, in each fold by the rows that it trains on."""

import numpy as np

from autograder.authoring import alternative, array, close, equal, hidden, misconception, require
from autograder.judge.forms import form_of
from dnnkit.normalization import fit_standardizer
from dnnkit.normalization import standardize_folds as solution

points = 4


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


def check_training_rows_have_the_scale_of_their_fold(standardize_folds, rng):
    """In each fold, the training rows are standardized by their own mean and standard deviation."""
    x, folds = _data(rng)
    for fold, (train, _) in zip(folds, _pairs(standardize_folds, x, folds)):
        rows = np.delete(x, fold, axis=0)
        close(
            train,
            (rows - rows.mean(axis=0)) / rows.std(axis=0),
            "training rows must have mean 0 and std 1 in each fold",
        )


def check_dev_rows_have_the_scale_of_the_training_rows(standardize_folds, rng):
    """In each fold, the dev rows are standardized by the training rows' mean and standard deviation."""
    x, folds = _data(rng)
    for fold, (_, dev) in zip(folds, _pairs(standardize_folds, x, folds)):
        rows = np.delete(x, fold, axis=0)
        close(
            dev, (x[fold] - rows.mean(axis=0)) / rows.std(axis=0), "dev rows must be on the scale of the training rows"
        )


@hidden
def check_dev_rows_do_not_leak(standardize_folds, rng):
    """Whatever the dev rows hold, the training rows of the fold stay as they are."""
    x, folds = _data(rng)
    for k, fold in enumerate(folds):
        changed = x.copy()
        changed[fold] += rng.uniform(50, 100, x.shape[1])
        train, _ = _pairs(standardize_folds, x, folds)[k]
        train_after, _ = _pairs(standardize_folds, changed, folds)[k]
        close(train_after, train, "a change of dev rows must not change the training rows of their fold")


@hidden
def check_a_fold_of_one_row(standardize_folds, rng):
    """A single dev row is placed where the training rows' scale puts it."""
    x, _ = _data(rng)
    folds = [np.array([i]) for i in rng.permutation(len(x))]
    for fold, (_, dev) in zip(folds, _pairs(standardize_folds, x, folds)):
        rows = np.delete(x, fold, axis=0)
        close(dev, (x[fold] - rows.mean(axis=0)) / rows.std(axis=0), "a single dev row needs the training rows' scale")


@misconception(
    "The standardizer is fitted once, on all rows, before the folds are made. Each dev row then has a say in the "
    "scale of the data that it is to judge: fit inside the loop, on the training rows of the fold.",
    caught_by=check_dev_rows_do_not_leak,
)
def fitted_outside_the_folds(x, folds):
    z = fit_standardizer(x).transform(x)
    return [(np.delete(z, fold, axis=0), z[fold]) for fold in folds]


@misconception(
    "The dev rows are standardized by their own mean and standard deviation. The network learned what a number means "
    "on the training scale; on another scale the same example becomes another number. Fit once a fold, transform "
    "twice.",
    caught_by=check_a_fold_of_one_row,
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
    "of the others: each fold needs a standardizer of its own.",
    caught_by=check_training_rows_have_the_scale_of_their_fold,
)
def first_fold_serves_all(x, folds):
    standardizer = fit_standardizer(np.delete(x, folds[0], axis=0))
    z = standardizer.transform(x)
    return [(np.delete(z, fold, axis=0), z[fold]) for fold in folds]


@misconception(
    "Training and dev rows are only centred, each part is then divided by the standard deviation of all rows. The "
    "standard deviation is a statistic as the mean is, and leaks as the mean does.",
    caught_by=check_dev_rows_do_not_leak,
)
def only_the_mean_is_fitted_inside(x, folds):
    std = x.std(axis=0)
    means = [np.delete(x, fold, axis=0).mean(axis=0) for fold in folds]
    return [((np.delete(x, fold, axis=0) - mean) / std, (x[fold] - mean) / std) for fold, mean in zip(folds, means)]


@misconception(
    "The dev rows come back in the order of the data, not of the fold. Whoever pairs them with `y[fold]` gets the "
    "labels of other rows: take them with `x[fold]`, not with a mask.",
    caught_by=check_dev_rows_have_the_scale_of_the_training_rows,
)
def dev_rows_in_the_order_of_the_data(x, folds):
    return solution(x, [np.sort(fold) for fold in folds])


@misconception(
    "Training and dev part are swapped: the fold names the rows that are held out, and the pair is (train, dev).",
    caught_by=check_training_rows_have_the_scale_of_their_fold,
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
    x = rng.normal(rng.uniform(-3, 3, 3), rng.uniform(1.5, 4, 3), size=(13, 3))
    rows = rng.permutation(12)
    # Folds of unequal size, none of them sorted; row 12 is in no fold and always trains.
    return x, [np.sort(part)[::-1].copy() for part in np.split(rows, [5, 9])]


def _pairs(standardize_folds, x, folds):
    pairs = standardize_folds(x, folds)
    require(len(pairs) == len(folds), "there must be one pair (train, dev) for each fold", got=len(pairs))
    for fold, (train, dev) in zip(folds, pairs):
        rows = np.delete(x, fold, axis=0)
        require(train.shape == rows.shape, "the first of a pair must hold the rows outside the fold", got=train.shape)
        require(dev.shape == x[fold].shape, "the second of a pair must hold the rows of the fold", got=dev.shape)
        require(_same_ranks(train, rows), "the training rows must stand in the order of the data")
        require(_same_ranks(dev, x[fold]), "the dev rows must stand in the order of the fold")
    return pairs


def _same_ranks(z, rows):
    """Whatever the scale, a standardized feature rises where the feature rises."""
    return (np.diff(np.take_along_axis(z, rows.argsort(axis=0), axis=0), axis=0) > -1e-4).all()
