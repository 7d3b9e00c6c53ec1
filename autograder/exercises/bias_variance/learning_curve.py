"""Repair a learning curve whose points differ in more than the number of examples."""

import zlib

import numpy as np

from autograder.authoring import (
    alternative,
    array,
    core,
    default_rng,
    equal,
    hidden,
    misconception,
    neighbour,
    require,
    same_mistake_as,
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
SEEDED = "generators with other seeds must give other orders"
REPEATED = "two generators in the same state must give the same order"
PAIRS = "x and y must keep belonging together"
OWN = "each model must be measured on the very examples that it was trained on, and on the dev set"
LARGEST = "each model must be measured on its own training set, not on the largest one"
FIRST = "the errors on the training sets come first, those on the dev set second"
ONCE = "no example may be in a training set twice"
GRID = 2**20  # errors are multiples of 1 / GRID, which float32 holds


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
    for sizes in ([7, 20, 41], [30, 11]):
        seen = _run(learning_curve, 60, sizes, rng)
        ranked = [seen.trained[place] for place in np.argsort(sizes)]
        for smaller, larger in zip(ranked, ranked[1:]):
            require(smaller <= larger, NESTED)


@weight(3)
def check_one_dev_set(learning_curve, rng):
    """All models are measured on one dev set, which is all that the largest size leaves over."""
    for n, sizes in ((15, [3, 6, 10]), (17, [6, 10, 3])):
        seen = _run(learning_curve, n, sizes, rng)
        require(len(set(seen.dev)) == 1, DEV)
        require(not any(dev & train for dev in seen.dev for train in seen.trained), APART)
        equal(len(seen.dev[0]), n - 10, ALL)


def check_sizes(learning_curve, rng):
    """Each model is trained on as many examples as its size says, with their own labels."""
    seen = _run(learning_curve, 12, [8, 2, 5], rng)
    equal([len(train) for train in seen.trained], [8, 2, 5], SIZES)


def check_errors(learning_curve, rng):
    """Errors on train and dev are returned in the order of sizes."""
    for sizes in ([6, 3, 9], [2, 8]):
        _run(learning_curve, 12, sizes, rng)


@weight(2)
def check_order_is_random(learning_curve, rng):
    """Generators with other seeds give other examples, those in the same state the same; no example is preferred."""
    found = [_run(learning_curve, 40, [10], rng).trained[0] for _ in range(6)]
    require(len(set(found)) > 1 or max(found[0]) - min(found[0]) == 9, SEEDED)  # ten in their order: not shuffled
    require(len(frozenset().union(*found)) > 20, RANDOM)
    one, other = (_run(learning_curve, 40, [10], default_rng(5)).trained for _ in range(2))
    require(one == other, REPEATED)


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
    """The same holds for one size, for equal sizes, for a dev set of one example, and for x with more axes."""
    for n, sizes, shape in ((9, [8, 1, 4], (2,)), (20, [5], ()), (11, [4, 4, 7], (2, 3)), (30, [1, 2, 4, 8, 16], (1,))):
        seen = _run(learning_curve, n, sizes, rng, shape)
        equal([len(train) for train in seen.trained], sizes, SIZES)
        ranked = [seen.trained[place] for place in np.argsort(sizes)]
        require(all(smaller <= larger for smaller, larger in zip(ranked, ranked[1:])), NESTED)
        require(len(set(seen.dev)) == 1, DEV)
        require(not seen.dev[0] & frozenset().union(*seen.trained), APART)
        equal(len(seen.dev[0]), n - max(sizes), ALL)
    found = {_run(learning_curve, 40, [10], rng).trained[0] for _ in range(4)}
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
    """What a learning curve did for each of its sizes, by the numbers of the examples."""

    def __init__(self, measured):
        (self.trained, self.dev) = ([frozenset(used) for _, used in half] for half in measured)


def _run(learning_curve, n, sizes, rng, shape=(1,)):
    """Draw a curve over n examples whose x holds their number, and tell from each error what it was measured on.

    No two pairs of a training set and of examples share an error: when and how often models are trained is left open.
    """
    x = np.arange(n, dtype=float).reshape(n, *[1] * len(shape)) + np.zeros((n, *shape))
    y = 1000.0 + np.arange(n)
    models, torn, calls = [], [], {}

    def numbers(x, y):
        found = np.asarray(x).reshape(len(x), -1)[:, 0]
        torn.append(not np.array_equal(found + 1000, y))
        return tuple(sorted(int(number) for number in found))

    def fit(x, y):
        models.append(numbers(x, y))
        return len(models) - 1

    def error(model, x, y):
        call = models[model], numbers(x, y)
        code = zlib.crc32(repr(call).encode()) % GRID
        while calls.setdefault(code, call) != call:
            code = (code + 1) % GRID
        return code / GRID

    found = learning_curve(fit, error, x, y, sizes, rng=np.random.default_rng(int(rng.integers(2**31))))
    require(not any(torn), PAIRS)
    for errors in found:
        equal(errors.shape, (len(sizes),), "there must be one error for each size")
    codes = [(GRID * errors).tolist() for errors in found]
    require(all(code in calls for half in codes for code in half), VALUES)
    on_train, on_dev = measured = [[calls[code] for code in half] for half in codes]
    own, swapped = (all(model == used for model, used in half) for half in measured)
    require(own or not swapped, FIRST)
    largest = max((model for model, _ in on_train), key=len)
    require(own or any(used != largest for _, used in on_train), LARGEST)
    require(own, OWN)
    require(all(one[0] == other[0] for one, other in zip(on_train, on_dev)), VALUES)
    require(all(len(set(model)) == len(model) for model, _ in on_train), ONCE)
    return _Seen(measured)


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


@same_mistake_as(only_dev_fixed)
def chosen_from_the_rest(fit, error, x, y, sizes, *, rng):
    order = rng.permutation(len(x))
    pool, dev = order[: max(sizes)], order[max(sizes) :]
    return _curve(fit, error, x, y, sizes, pool, lambda pool, size: (rng.choice(pool, size, replace=False), dev))


@misconception(
    "A generator with a fixed seed is made in the function, which hides the fault: every curve now uses the same "
    "order, whatever rng the caller hands over.",
    caught_by=check_order_is_random,
    worth=0.75,
    said_by=SEEDED,
)
def seed_of_its_own(fit, error, x, y, sizes, *, rng):
    return solution(fit, error, x, y, sizes, rng=np.random.default_rng(0))


@misconception(
    "The order comes from a generator other than rng, such as `np.random`, so that nobody can draw the same curve "
    "again: call `rng.permutation`.",
    caught_by=check_order_is_random,
    worth=0.85,
    said_by=REPEATED,
)
def not_from_rng(fit, error, x, y, sizes, *, rng):
    return solution(fit, error, x, y, sizes, rng=default_rng())


@misconception(
    "The two arrays are swapped: return the errors on the training sets first.",
    caught_by=check_errors,
    said_by=FIRST,
)
def changed_places(fit, error, x, y, sizes, *, rng):
    return solution(fit, error, x, y, sizes, rng=rng)[::-1]


@misconception(
    "The sizes are sorted, so that the errors come back in a different order from the sizes that were asked for.",
    caught_by=check_sizes,
    worth=0.75,
)
def sizes_sorted(fit, error, x, y, sizes, *, rng):
    return solution(fit, error, x, y, sorted(sizes), rng=rng)


@misconception(
    "The training error is measured on the largest training set for all models. It is a model's error on the examples "
    "that *it* was trained on.",
    caught_by=check_errors,
    said_by=LARGEST,
)
def measured_on_the_largest(fit, error, x, y, sizes, *, rng):
    order = rng.permutation(len(x))
    most, dev, pairs = order[: max(sizes)], order[max(sizes) :], []
    for size in sizes:
        model = fit(x[order[:size]], y[order[:size]])
        pairs.append((error(model, x[most], y[most]), error(model, x[dev], y[dev])))
    return tuple(np.array(pairs).T)


@misconception(
    "The training sets lie side by side, each after the last. They should be nested: always the first examples of one "
    "order.",
    caught_by=check_training_sets_grow,
)
def beside_each_other(fit, error, x, y, sizes, *, rng):
    order, dev = np.split(rng.permutation(len(x)), [max(sizes)])
    starts = dict(zip(sizes, np.cumsum([0, *sizes])))
    return _curve(fit, error, x, y, sizes, order, lambda order, size: (np.roll(order, -starts[size])[:size], dev))


@misconception(
    "The dev set begins after the last of the sizes, which need not be the largest. It is what the largest one leaves "
    "over, as it was.",
    caught_by=check_one_dev_set,
    worth=0.65,
)
def behind_the_last_size(fit, error, x, y, sizes, *, rng):
    order = rng.permutation(len(x))
    return _curve(fit, error, x, y, sizes, order, lambda order, size: (order[:size], order[sizes[-1] :]))


@misconception(
    "x and y are put into two different orders, so that examples get the labels of others. One order serves both.",
    caught_by=check_sizes,
    said_by=PAIRS,
)
def two_orders(fit, error, x, y, sizes, *, rng):
    return solution(fit, error, rng.permutation(x), rng.permutation(y), sizes, rng=rng)


@neighbour("the dev set is the largest training set")
def dev_is_trained_on(fit, error, x, y, sizes, *, rng):
    order = rng.permutation(len(x))
    return _curve(fit, error, x, y, sizes, order, lambda order, size: (order[:size], order[: max(sizes)]))


@neighbour("one model, trained on the largest set, is measured on parts of it")
def one_model(fit, error, x, y, sizes, *, rng):
    order = rng.permutation(len(x))
    most, dev = order[: max(sizes)], order[max(sizes) :]
    model = fit(x[most], y[most])
    train_errors = [error(model, x[most[:size]], y[most[:size]]) for size in sizes]
    return train_errors, [error(model, x[dev], y[dev]) for _ in sizes]


@neighbour("examples are drawn with replacement")
def with_replacement(fit, error, x, y, sizes, *, rng):
    order = rng.integers(0, len(x), len(x))
    return _curve(fit, error, x, y, sizes, order, lambda order, size: (order[:size], order[max(sizes) :]))


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


@alternative("the smallest size first, and none twice")
def each_size_once(fit, error, x, y, sizes, *, rng):
    order, errors = np.argsort(rng.random(len(x))), {}
    train, dev = np.split(order, [max(sizes)])
    for size in sorted(set(sizes)):
        model = fit(x[train[:size]], y[train[:size]])
        errors[size] = error(model, x[dev], y[dev]), error(model, x[train[:size]], y[train[:size]])
    return np.array([errors[size][1] for size in sizes], np.float32), np.array([errors[size][0] for size in sizes])
