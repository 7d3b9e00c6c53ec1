"""Repair a pipeline that makes copies first and divides afterwards."""

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
from dnnkit import augmentation

points = 3
returns = (array, array, array, array)
hints = (
    "Take one image of dev. Where are its eight changed copies, or the original that it was made from?",
    "Only images that training is allowed to see may be copied. Which two lines have to change places?",
    "Draw the order of the originals first. Then call `augment` with the training images and their labels only.",
)

SHAPE = "both sets must hold images of the same shape as those that came in"
SIZES = "dev must hold n_dev images, and training copies + 1 times all the others, each with a label"
LEAK = "images of dev are in training as well, changed or not"
COPIES_LEAK = "dev holds originals, but changed copies of them are in training as well"
DEV_ONLY_CHANGED = "dev has n_dev images and none of them is in training, but all of them are changed"
TWICE = "an image is in dev more than once"
DEV_CHANGED = "dev must hold images as they came in"
LABEL = "each image must keep its label"
COUNT = "training must hold each image that is not in dev once as it is, and in as many changed copies as `copies` says"
UNCHANGED = "training must hold each of its images once as it is"
COPIED = "the copies in training must be changed ones"
RANGE = "the copies must be turned by up to 10 degrees, and moved by up to 1 pixel"
DRAWN = "which images go into dev must be drawn at random"
OTHER = "generators with different seeds must give different dev sets"
AGAIN = "generators with the same seed must give the same sets"


def given(images, labels, *, n_dev, copies, rng):
    """Draw a dev set and augment the training set; return both, with labels."""
    images, labels = augmentation.augment(images, labels, copies=copies, max_shift=1, max_degrees=10, rng=rng)
    order = rng.permutation(len(images))
    dev, train = order[:n_dev], order[n_dev:]
    return images[train], labels[train], images[dev], labels[dev]


def solution(images, labels, *, n_dev, copies, rng):
    """Draw a dev set and augment the training set; return both, with labels."""
    order = rng.permutation(len(images))
    dev, train = order[:n_dev], order[n_dev:]
    more, more_labels = augmentation.augment(
        images[train], labels[train], copies=copies, max_shift=1, max_degrees=10, rng=rng
    )
    return more, more_labels, images[dev], labels[dev]


@core
@weight(4)
def check_nothing_leaks(training_and_dev, rng):
    """No image of dev is in training, either as it is or as a changed copy."""
    images = _images(24)
    x, y, x_dev, y_dev = _sets(training_and_dev, images, n_dev=8, copies=3, rng=_source(rng))
    leaked, as_it_is = np.isin(y, y_dev), (x == images[y]).all(axis=(1, 2))
    copies_only = leaked.any() and not as_it_is[leaked].any() and np.array_equal(x_dev, images[y_dev])
    require(not copies_only, COPIES_LEAK)
    require(not np.isin(y_dev, y).any(), LEAK)
    require(len(np.unique(np.concatenate([y, y_dev]))) == 24, SIZES)


@weight(3)
def check_dev_is_as_it_was(training_and_dev, rng):
    """Dev holds n_dev images as they came in, each once, with their labels."""
    images = _images(20)
    for n_dev, copies in ((18, 4), (1, 1)):
        _, y, x_dev, y_dev = _sets(training_and_dev, images, n_dev=n_dev, copies=copies, rng=_source(rng))
        equal(len(x_dev), n_dev, SIZES)
        as_it_was = (x_dev == images[y_dev]).all(axis=(1, 2))
        require(as_it_was.any() or np.isin(y_dev, y).any(), DEV_ONLY_CHANGED)
        require(np.array_equal(x_dev, images[y_dev]), DEV_CHANGED)
        require(len(np.unique(y_dev)) == n_dev or np.isin(y_dev, y).any(), TWICE)
        require(len(np.unique(y_dev)) == n_dev, SIZES)


@weight(2)
def check_training_grows(training_and_dev, rng):
    """Training holds each of the other images once as it is, and in `copies` changed copies, with their labels."""
    images = _images(20)
    for copies in (3, 1):
        # A single image cannot be in dev twice: which images are drawn does not matter here.
        x, y, _, _ = _sets(training_and_dev, images, n_dev=1, copies=copies, rng=_source(rng))
        equal(len(x), 19 * (copies + 1), SIZES)
        require((np.unique(y, return_counts=True)[1] == copies + 1).all(), COUNT)
        as_it_is = (x == images[y]).all(axis=(1, 2)).sum()
        require(as_it_is >= 19, UNCHANGED)
        require(as_it_is <= 19, COPIED)


def check_ranges(training_and_dev, rng):
    """The copies in training are turned by up to 10 degrees, and moved by up to 1 pixel along each axis."""
    for along in (0, 1):
        images = _images(60, along=along)
        x, y, _, _ = _sets(training_and_dev, images, n_dev=10, copies=4, rng=_source(rng))
        x = x[(x != images[y]).any(axis=(1, 2))]
        require(len(x) > 150, COPIED)
        middle = x[:, 4, 4]
        down, right = x[:, 5, 4] - middle, x[:, 4, 5] - middle
        turned = np.rad2deg(np.arctan2(-down, right) if along else np.arctan2(right, down))
        moved = 2 * np.abs(middle - np.round(middle, -1))
        require(9.2 < np.abs(turned).max(initial=0) < 10.01, RANGE, largest=np.abs(turned).max(initial=0))
        require(0.85 < moved.max(initial=0) < 1.2, RANGE, largest=moved.max(initial=0))


def check_drawn(training_and_dev, rng):
    """Dev is drawn at random from the generator, and the same seed gives the same sets."""
    images, seed = _images(30), int(rng.integers(2**31))
    first, again, other = (
        _sets(training_and_dev, images, n_dev=10, copies=1, rng=default_rng(each)) for each in (seed, seed, seed + 1)
    )
    for one, same in zip(first, again):
        equal(same, one, AGAIN)
    dev = set(first[3].tolist())
    require(dev not in (set(range(10)), set(range(20, 30))), DRAWN)
    require(dev != set(other[3].tolist()), OTHER)


@hidden(like=(check_nothing_leaks, check_dev_is_as_it_was, check_training_grows))
def check_other_sizes(training_and_dev, rng):
    """The same holds for images that are not square, other sizes, and no copies."""
    images = _images(33, shape=(7, 11))
    for n_dev, copies in ((11, 2), (30, 4), (9, 0)):
        x, y, x_dev, y_dev = _sets(training_and_dev, images, n_dev=n_dev, copies=copies, rng=_source(rng))
        equal((len(x), len(x_dev)), ((33 - n_dev) * (copies + 1), n_dev), SIZES)
        require(not np.isin(y_dev, y).any(), LEAK)
        require(np.array_equal(x_dev, images[y_dev]), DEV_CHANGED)
        require((np.unique(y, return_counts=True)[1] == copies + 1).all(), COUNT)


covers = {
    "far too good": "the symptom",
    "There is one fault": check_nothing_leaks,
    "Find it and mend it": (check_nothing_leaks, check_dev_is_as_it_was),
    "draws `n_dev` of the images, at random, for dev": (check_dev_is_as_it_was, check_drawn),
    "as they are": check_dev_is_as_it_was,
    "gets `copies` changed copies of each as well": check_training_grows,
    "training images, training labels, dev images and dev labels": (check_training_grows, check_dev_is_as_it_was),
    "in any order": "nothing is asked of the order",
    "turned by up to 10 degrees and moved by up to 1 pixel": check_ranges,
    "All random numbers come from the generator `rng`": check_drawn,
    "Leave `images` and `labels` as they are": "the judge looks at every argument after each call",
    "Draw a dev set and augment the training set": (check_nothing_leaks, check_training_grows),
}


def _source(rng):
    return default_rng(rng.integers(2**32))


def _images(n, shape=(9, 9), along=1):
    """Images that grow evenly to the right (or down, along 0) from a level in their middle that shows their place."""
    return 10.0 * np.arange(1, n + 1)[:, None, None] + 0.5 * (np.indices(shape)[along] - shape[along] // 2)


def _sets(training_and_dev, images, *, n_dev, copies, rng):
    """What the answer returns for images whose labels are their places, once it is seen to be two sets of them."""
    n = len(images)
    x, y, x_dev, y_dev = training_and_dev(images, np.arange(n), n_dev=n_dev, copies=copies, rng=rng)
    middle = tuple(side // 2 for side in images.shape[1:])
    for some, labels in ((x, y), (x_dev, y_dev)):
        require(some.shape == (len(some), *images.shape[1:]), SHAPE)
        require(labels.shape == (len(some),), SIZES)
        require(np.isin(labels, np.arange(n)).all(), LABEL)
        require((np.abs(some[:, *middle] - 10 * (labels + 1.0)) < 2).all(), LABEL)
    return x, y.astype(int), x_dev, y_dev.astype(int)


def _augmented(images, labels, copies, rng):
    """As the function was given: turned by up to 10 degrees, and moved by up to 1 pixel."""
    return augmentation.augment(images, labels, copies=copies, max_shift=1, max_degrees=10, rng=rng)


@misconception(
    "Copies are still made before the division: most images of dev then have changed copies in training, and dev "
    "itself holds changed images. Divide first, and augment only what training got.",
    caught_by=check_nothing_leaks,
)
def unrepaired(images, labels, *, n_dev, copies, rng):
    return given(images, labels, n_dev=n_dev, copies=copies, rng=rng)


@misconception(
    "Dev now holds originals, but their changed copies are still in training, since the copies were made of all "
    "images. A copy of a dev image leaks as much as the image itself.",
    caught_by=check_nothing_leaks,
    said_by=COPIES_LEAK,
)
def copies_of_dev_train(images, labels, *, n_dev, copies, rng):
    n = len(images)
    more, y = _augmented(images, labels, copies, rng)
    order = rng.permutation(n)
    train = np.concatenate([order[n_dev:], np.arange(n, len(more))])
    return more[train], y[train], images[order[:n_dev]], labels[order[:n_dev]]


@misconception(
    "The sets are divided first, but dev is augmented too. Dev should say how the network does on images as they come; "
    "changed copies make it a different and a larger set.",
    caught_by=check_dev_is_as_it_was,
    worth=0.7,
)
def dev_augmented_too(images, labels, *, n_dev, copies, rng):
    x, y, x_dev, y_dev = solution(images, labels, n_dev=n_dev, copies=copies, rng=rng)
    x_dev, y_dev = _augmented(x_dev, y_dev, copies, rng)
    return x, y, x_dev, y_dev


@misconception(
    "Dev is drawn, but its images are not taken out of the training set, which is augmented as a whole. Only what is "
    "not in dev may train.",
    caught_by=check_nothing_leaks,
)
def dev_not_taken_out(images, labels, *, n_dev, copies, rng):
    dev = rng.permutation(len(images))[:n_dev]
    more, y = _augmented(images, labels, copies, rng)
    return more, y, images[dev], labels[dev]


@misconception(
    "Nothing is augmented any more. That mends the leak, but the copies were the purpose of the function.",
    caught_by=check_training_grows,
    worth=0.8,
)
def no_copies(images, labels, *, n_dev, copies, rng):
    return solution(images, labels, n_dev=n_dev, copies=0, rng=rng)


@misconception(
    "The first or the last images are used for dev, and no longer drawn at random. An order that means something, by "
    "class or by day, would make dev a different kind of set.",
    caught_by=check_drawn,
    worth=0.95,
    said_by=DRAWN,
)
def first_for_dev(images, labels, *, n_dev, copies, rng):
    more, y = _augmented(images[n_dev:], labels[n_dev:], copies, rng)
    return more, y, images[:n_dev], labels[:n_dev]


@same_mistake_as(first_for_dev)
def last_for_dev(images, labels, *, n_dev, copies, rng):
    split = len(images) - n_dev
    more, y = _augmented(images[:split], labels[:split], copies, rng)
    return more, y, images[split:], labels[split:]


@misconception(
    "The changes of the copies are no longer those of the function as it was given. Weaker copies leak as much, and "
    "the range was right.",
    caught_by=check_ranges,
    worth=0.95,
    said_by=RANGE,
)
def weakened(images, labels, *, n_dev, copies, rng):
    order = rng.permutation(len(images))
    dev, train = order[:n_dev], order[n_dev:]
    x, y = augmentation.augment(images[train], labels[train], copies=copies, max_shift=0.5, max_degrees=5, rng=rng)
    return x, y, images[dev], labels[dev]


@misconception(
    "The labels are no longer those of the images: the images are taken in the order that was drawn, the labels in the "
    "order in which they came in.",
    caught_by=check_nothing_leaks,
)
def labels_left_behind(images, labels, *, n_dev, copies, rng):
    order = rng.permutation(len(images))
    x, y = _augmented(images[order[n_dev:]], labels[n_dev:], copies, rng)
    return x, y, images[order[:n_dev]], labels[:n_dev]


@misconception(
    "Dev is divided off first, as it should be, but then holds changed copies instead of its images. Dev should say "
    "how the network does on images as they come.",
    caught_by=check_dev_is_as_it_was,
    worth=0.7,
    said_by=DEV_ONLY_CHANGED,
)
def dev_replaced(images, labels, *, n_dev, copies, rng):
    x, y, x_dev, y_dev = solution(images, labels, n_dev=n_dev, copies=copies, rng=rng)
    x_dev, y_dev = _augmented(x_dev, y_dev, 1, rng)
    return x, y, x_dev[n_dev:], y_dev[n_dev:]


@misconception(
    "Dev is drawn with replacement, as `rng.integers` and `rng.choice` do unless told otherwise, so that some of its "
    "images are in it twice. A permutation takes each image once.",
    caught_by=check_dev_is_as_it_was,
    worth=0.7,
    said_by=TWICE,
)
def drawn_with_replacement(images, labels, *, n_dev, copies, rng):
    dev = rng.integers(len(images), size=n_dev)
    train = np.setdiff1d(np.arange(len(images)), dev)
    x, y = _augmented(images[train], labels[train], copies, rng)
    return x, y, images[dev], labels[dev]


@misconception(
    "Which images go into dev does not depend on the generator that is passed in: a seed inside the function, or a "
    "fixed choice, gives the same dev set in every run.",
    caught_by=check_drawn,
    worth=0.95,
    said_by=OTHER,
)
def seeded_inside(images, labels, *, n_dev, copies, rng):
    return solution(images, labels, n_dev=n_dev, copies=copies, rng=default_rng(0))


@misconception(
    "Some of the random numbers do not come from the generator that is passed in, so that a run cannot be repeated.",
    caught_by=check_drawn,
    worth=0.95,
    said_by=AGAIN,
)
def another_generator(images, labels, *, n_dev, copies, rng):
    return solution(images, labels, n_dev=n_dev, copies=copies, rng=default_rng())


@neighbour("dev and training are drawn by two permutations, so that they overlap")
def drawn_apart(images, labels, *, n_dev, copies, rng):
    dev, train = rng.permutation(len(images))[:n_dev], rng.permutation(len(images))[n_dev:]
    x, y = _augmented(images[train], labels[train], copies, rng)
    return x, y, images[dev], labels[dev]


@neighbour("the originals are left out of the training set")
def originals_left_out(images, labels, *, n_dev, copies, rng):
    x, y, x_dev, y_dev = solution(images, labels, n_dev=n_dev, copies=copies + 1, rng=rng)
    n = len(images) - n_dev
    return x[n:], y[n:], x_dev, y_dev


@neighbour("the two sets are swapped")
def sets_swapped(images, labels, *, n_dev, copies, rng):
    x, y, x_dev, y_dev = solution(images, labels, n_dev=n_dev, copies=copies, rng=rng)
    return x_dev, y_dev, x, y


@alternative("dev chosen without replacement, the rest by a mask")
def by_a_mask(images, labels, *, n_dev, copies, rng):
    dev = np.zeros(len(images), bool)
    dev[rng.choice(len(images), n_dev, replace=False)] = True
    x, y = augmentation.augment(images[~dev], labels[~dev], copies=copies, max_shift=1, max_degrees=10, rng=rng)
    return x, y, images[dev], labels[dev]


@alternative("all are copied, and the copies of dev thrown away")
def thrown_away(images, labels, *, n_dev, copies, rng):
    n = len(images)
    dev = np.sort(rng.permutation(n)[:n_dev])
    more, y = augmentation.augment(images, labels, copies=copies, max_shift=1, max_degrees=10, rng=rng)
    train = ~np.isin(np.arange(len(more)) % n, dev)
    return more[train], y[train], more[dev], y[dev]


@alternative("shuffled once more in the end")
def shuffled(images, labels, *, n_dev, copies, rng):
    x, y, x_dev, y_dev = solution(images, labels, n_dev=n_dev, copies=copies, rng=rng)
    order = rng.permutation(len(x))
    return x[order], y[order], x_dev, y_dev
