"""Repair a learning curve whose points differ in more than the number of examples."""

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

points = 2
returns = (array, array)
hints = (
    "Take five examples and the sizes 1 and 3, and write down which examples each model is trained on, and on which it "
    "is measured.",
    "What is drawn at random once, and what is drawn anew for every size?",
    "The order of the examples belongs to the whole curve: draw it before the loop.",
)

NESTED = "each smaller training set must be part of the next larger one"
DEV = "the dev set must be the same for all sizes"
APART = "no model may be trained on an example of the dev set"
SIZES = "each model must be trained on as many examples as its size says"
ALL = "the dev set must be what the largest size leaves over"
VALUES = "the errors must be those of each model on its own training set and on the dev set, in the order of sizes"
RANDOM = "the examples must be put into a random order by rng"
PAIRS = "x and y must keep belonging together"


def given(fit, error, x, y, sizes, *, rng):
    """Training and dev error for each number of training examples."""
    train_errors, dev_errors = [], []
    for size in sizes:
        order = rng.permutation(len(x))
        train, dev = order[:size], order[max(sizes):]  # fmt: skip
        model = fit(x[train], y[train])
        train_errors.append(error(model, x[train], y[train]))
        dev_errors.append(error(model, x[dev], y[dev]))
    return np.array(train_errors), np.array(dev_errors)


def solution(fit, error, x, y, sizes, *, rng):
    """Training and dev error for each number of training examples."""
    train_errors, dev_errors = [], []
    order = rng.permutation(len(x))
    for size in sizes:
        train, dev = order[:size], order[max(sizes):]  # fmt: skip
        model = fit(x[train], y[train])
        train_errors.append(error(model, x[train], y[train]))
        dev_errors.append(error(model, x[dev], y[dev]))
    return np.array(train_errors), np.array(dev_errors)


@core
@weight(3)
def check_training_sets_grow(learning_curve, rng):
    """Each training set contains the next smaller one, for sizes in any order."""
    for sizes in ([8, 20, 40], [30, 10]):
        seen = _run(learning_curve, 60, sizes, rng)
        ranked = [seen.trained[place] for place in np.argsort(sizes)]
        for smaller, larger in zip(ranked, ranked[1:]):
            require(smaller <= larger, NESTED)


@weight(3)
def check_one_dev_set(learning_curve, rng):
    """All models are measured on one dev set, which is all that the largest size leaves over."""
    seen = _run(learning_curve, 15, [3, 6, 10], rng)
    require(len(set(map(frozenset, seen.dev))) == 1, DEV)
    require(not any(dev & train for dev in seen.dev for train in seen.trained), APART)
    equal(len(seen.dev[0]), 5, ALL)


def check_sizes(learning_curve, rng):
    """Each model is trained on as many examples as its size says, with their own labels."""
    seen = _run(learning_curve, 12, [8, 2, 5], rng)
    equal([len(train) for train in seen.trained], [8, 2, 5], SIZES)
    require(seen.paired, PAIRS)


def check_errors(learning_curve, rng):
    """Errors on train and dev are returned in the order of sizes."""
    for sizes in ([6, 3, 9], [2, 8]):
        _run(learning_curve, 12, sizes, rng)


@weight(2)
def check_order_is_random(learning_curve, rng):
    """Two calls with generators that have other seeds use other examples, and the first of x are not preferred."""
    found = [_run(learning_curve, 40, [10], rng).trained[0] for _ in range(6)]
    require(len(set(map(frozenset, found))) > 1, RANDOM)
    require(len(frozenset().union(*found)) > 20, RANDOM)


@hidden(
    like=(
        check_training_sets_grow,
        check_one_dev_set,
        check_sizes,
        check_errors,
        check_order_is_random,
    )
)
def check_other_curves(learning_curve, rng):
    """So it is for one size, for equal sizes, for a dev set of one example, and for x with more axes."""
    for n, sizes, shape in ((9, [8, 1, 4], (2,)), (20, [5], ()), (11, [4, 4, 7], (2, 3)), (30, [1, 2, 4, 8, 16], (1,))):
        seen = _run(learning_curve, n, sizes, rng, shape)
        equal([len(train) for train in seen.trained], sizes, SIZES)
        ranked = [seen.trained[place] for place in np.argsort(sizes)]
        require(all(smaller <= larger for smaller, larger in zip(ranked, ranked[1:])), NESTED)
        require(len(set(map(frozenset, seen.dev))) == 1, DEV)
        require(not seen.dev[0] & frozenset().union(*seen.trained), APART)
        equal(len(seen.dev[0]), n - max(sizes), ALL)
        require(seen.paired, PAIRS)
    found = {frozenset(_run(learning_curve, 40, [10], rng).trained[0]) for _ in range(4)}
    require(len(found) > 1, RANDOM)


covers = {
    "This function draws learning curves, and they zigzag": "an introduction",
    "It has one fault; find it and repair it": (check_training_sets_grow, check_one_dev_set),
    "The points of a curve must differ in nothing": (check_training_sets_grow, check_one_dev_set),
    "all of them are measured on the same dev set": check_one_dev_set,
    "`fit(x, y)` trains on these examples and returns a model": check_sizes,
    "returns its error, a number": check_errors,
    "`x` and `y` are arrays with one row for each example": check_sizes,
    "The examples are put into a random order by `rng`": check_order_is_random,
    "The dev set is what the largest size leaves over": check_one_dev_set,
    "Two arrays are returned, in the order of `sizes`": check_errors,
    "Training and dev error for each number of training examples": check_errors,
}


class _Seen:
    """What a learning curve did, by the numbers of the examples."""

    def __init__(self):
        self.trained, self.dev, self.paired = [], [], True


def _run(learning_curve, n, sizes, rng, shape=(1,)):
    """Draw a curve over n examples whose x tells their number, and watch which of them are used for what."""
    x = np.arange(n, dtype=float).reshape(n, *[1] * len(shape)) + np.zeros((n, *shape))
    y = 1000.0 + np.arange(n)
    seen = _Seen()

    def numbers(x, y):
        found = np.asarray(x).reshape(len(x), -1)[:, 0]
        seen.paired &= np.array_equal(found + 1000, y)
        return frozenset(int(number) for number in found)

    def fit(x, y):
        seen.trained.append(numbers(x, y))
        return len(seen.trained) - 1

    def error(model, x, y):
        used, trained = numbers(x, y), seen.trained[model]
        if used == trained:
            return float(np.mean([*used]))
        seen.dev.append(used)
        return 100.0 * len(trained) + float(np.mean([*used]))

    found = learning_curve(fit, error, x, y, sizes, rng=np.random.default_rng(int(rng.integers(2**31))))
    for errors in found:
        equal(errors.shape, (len(sizes),), "there must be one error for each size")
    equal(len(seen.trained), len(sizes), "fit must be called once for each size")
    equal(len(seen.dev), len(sizes), "each model must be measured on its own training set and on the dev set")
    measured = [100 * len(train) + np.mean([*dev]) for train, dev in zip(seen.trained, seen.dev)]
    close(found[0], [np.mean([*train]) for train in seen.trained], VALUES)
    close(found[1], measured, VALUES)
    return seen


def _curve(fit, error, x, y, sizes, order, parts):
    """A learning curve by a rule that says which examples a size is trained on and measured on."""
    pairs = []
    for size in sizes:
        train, dev = parts(order, size)
        model = fit(x[train], y[train])
        pairs.append((error(model, x[train], y[train]), error(model, x[dev], y[dev])))
    train_errors, dev_errors = zip(*pairs)
    return np.array(train_errors), np.array(dev_errors)


@misconception(
    "The dev set is now what each size leaves over, so that small training sets are measured on other examples than "
    "large ones. It was right as it stood: what the largest size leaves over.",
    caught_by=check_one_dev_set,
    worth=0.65,
)
def dev_of_each_size(fit, error, x, y, sizes, *, rng):
    order = rng.permutation(len(x))
    return _curve(fit, error, x, y, sizes, order, lambda order, size: (order[:size], order[size:]))


@misconception(
    "The examples are no longer shuffled: the first ones are taken. Data are often sorted, by class or by date, and "
    "then a small training set is all of one kind.",
    caught_by=check_order_is_random,
    worth=0.75,
)
def not_shuffled(fit, error, x, y, sizes, *, rng):
    order = np.arange(len(x))
    return _curve(fit, error, x, y, sizes, order, lambda order, size: (order[:size], order[max(sizes) :]))


@misconception(
    "The dev set is fixed, and the training sets are still drawn anew for each size. Their points then differ by the "
    "luck of the draw as well: let each be part of the next.",
    caught_by=check_training_sets_grow,
    worth=0.75,
)
def only_dev_fixed(fit, error, x, y, sizes, *, rng):
    order = rng.permutation(len(x))
    pool, dev = order[: max(sizes)], order[max(sizes) :]
    return _curve(fit, error, x, y, sizes, pool, lambda pool, size: (rng.permutation(pool)[:size], dev))


@misconception(
    "A generator with a fixed seed is made in the function, which hides the fault: every curve now uses the same "
    "order, whatever rng the caller hands over.",
    caught_by=check_order_is_random,
    worth=0.75,
)
def seed_of_its_own(fit, error, x, y, sizes, *, rng):
    return solution(fit, error, x, y, sizes, rng=np.random.default_rng(0))


@misconception(
    "The sizes are sorted, so that the errors come back in another order than the sizes that were asked for.",
    caught_by=check_sizes,
    worth=0.75,
)
def sizes_sorted(fit, error, x, y, sizes, *, rng):
    return solution(fit, error, x, y, sorted(sizes), rng=rng)


@misconception(
    "The training error is measured on the largest training set for all models. It is a model's error on the examples "
    "that *it* was trained on.",
    caught_by=check_errors,
    said_by="each model must be measured on its own training set and on the dev set",
)
def measured_on_the_largest(fit, error, x, y, sizes, *, rng):
    order = rng.permutation(len(x))
    most, dev, pairs = order[: max(sizes)], order[max(sizes) :], []
    for size in sizes:
        model = fit(x[order[:size]], y[order[:size]])
        pairs.append((error(model, x[most], y[most]), error(model, x[dev], y[dev])))
    return tuple(np.array(pairs).T)


@misconception(
    "The training sets lie beside each other, each behind the last one. They should lie within each other: always the "
    "first examples of one order.",
    caught_by=check_training_sets_grow,
)
def beside_each_other(fit, error, x, y, sizes, *, rng):
    order, dev = np.split(rng.permutation(len(x)), [max(sizes)])
    starts = dict(zip(sizes, np.cumsum([0, *sizes])))
    return _curve(fit, error, x, y, sizes, order, lambda order, size: (np.roll(order, -starts[size])[:size], dev))


@neighbour("the dev set leaves one example out")
def dev_one_short(fit, error, x, y, sizes, *, rng):
    order = rng.permutation(len(x))
    return _curve(fit, error, x, y, sizes, order, lambda order, size: (order[:size], order[max(sizes) + 1 :]))


@neighbour("each training set has one example too few")
def train_one_short(fit, error, x, y, sizes, *, rng):
    order = rng.permutation(len(x))
    return _curve(fit, error, x, y, sizes, order, lambda order, size: (order[1:size], order[max(sizes) :]))


@alternative("x and y are shuffled once, then sliced")
def sliced(fit, error, x, y, sizes, *, rng):
    order = rng.permutation(len(x))
    x, y, most = x[order], y[order], max(sizes)
    train_errors, dev_errors = np.zeros(len(sizes)), np.zeros(len(sizes))
    for i, size in enumerate(sizes):
        model = fit(x[:size], y[:size])
        train_errors[i] = error(model, x[:size], y[:size])
        dev_errors[i] = error(model, x[most:], y[most:])
    return train_errors, dev_errors


@alternative("the last examples of the order are trained on, the first are dev")
def from_the_end(fit, error, x, y, sizes, *, rng):
    order = rng.permutation(len(x))
    left = len(x) - max(sizes)
    return _curve(fit, error, x, y, sizes, order, lambda order, size: (order[len(x) - size :], order[:left]))


@alternative("the dev set is drawn first, and lists are returned")
def dev_first(fit, error, x, y, sizes, *, rng):
    dev = rng.choice(len(x), len(x) - max(sizes), replace=False)
    rest = rng.permutation(np.setdiff1d(np.arange(len(x)), dev))
    models = [fit(x[rest[:size]], y[rest[:size]]) for size in sizes]
    train_errors = [error(model, x[rest[:size]], y[rest[:size]]) for model, size in zip(models, sizes)]
    return train_errors, [error(model, x[dev], y[dev]) for model in models]
