"""Fit a standardizer to training data that arrives in batches and is seen once."""

import numpy as np

from autograder.authoring import (
    alternative,
    array,
    close,
    core,
    equal,
    hidden,
    instance,
    integer,
    misconception,
    neighbour,
    record,
    require,
    same_mistake_as,
    spoil,
    weight,
)
from dnnkit.normalization import Standardizer
from dnnkit.normalization import StreamingStandardizer as solution

points = 4
returns = instance(update=integer, standardizer=record(Standardizer, mean=array, std=array))
hints = (
    "Three things about the past are enough: how many examples, their mean, and the sum of their squared deviations "
    "from that mean. None of them needs the examples again.",
    "A batch of n examples whose mean is delta away from the mean of m examples moves it by delta * n / (m + n).",
    "Sums of squared deviations about two different means do not simply add up: add delta**2 * m * n / (m + n) as "
    "well.",
)

COUNT = "update must return the number of all examples so far"
MEAN = "the mean must be that of all examples so far, each with the same weight"
STD = "the standard deviation must be that of all examples so far"
FAR = "if numbers are large and their spread is small, the standard deviation must keep its digits"
KEPT = "a batch must not be kept: its memory is filled again, and the result changes"
FINITE = "the mean and the standard deviation must be finite numbers"
AGAIN = "asked again without a new batch, `standardizer` must give the same answer"
APART = "two objects that were given the same batch must give the same answer, so they must share nothing"


def check_count_of_all_examples(StreamingStandardizer, rng):
    """`update` returns how many examples there have been so far."""
    stream, seen = StreamingStandardizer(), 0
    for batch in _batches(rng, sizes=(5, 1, 8)):
        seen += len(batch)
        equal(stream.update(batch), seen, COUNT)


def check_mean_of_unequal_batches(StreamingStandardizer, rng):
    """The mean is that of all examples, each with the same weight."""
    batches = _batches(rng, sizes=(2, 9, 4))
    close(_fitted(StreamingStandardizer, batches).mean, np.concatenate(batches).mean(axis=0), MEAN)


@core
@weight(2)
def check_std_of_batches_that_differ(StreamingStandardizer, rng):
    """The standard deviation is that of all examples, and so sees how the batches differ."""
    batches = _batches(rng, sizes=(1, 7, 5, 300))
    close(_fitted(StreamingStandardizer, batches).std, np.concatenate(batches).std(axis=0), STD)


def check_far_from_zero(StreamingStandardizer, rng):
    """Large numbers with a small spread keep their spread."""
    batches = [batch + 1e8 for batch in _batches(rng, sizes=(6, 4, 8))]
    close(_fitted(StreamingStandardizer, batches).std, np.concatenate(batches).std(axis=0), FAR)


def check_a_batch_is_not_kept(StreamingStandardizer, rng):
    """Overwriting a batch's memory later changes nothing."""
    batches = _batches(rng, sizes=(3, 6, 2))
    _finite(_fitted(StreamingStandardizer, batches), FINITE)
    stream = StreamingStandardizer()
    for batch in batches:
        stream.update(batch)
        spoil(StreamingStandardizer)
    _finite(stream.standardizer(), KEPT)


def check_asked_in_between(StreamingStandardizer, rng):
    """`standardizer` can be called after each batch, and again, and on two objects."""
    first, second = _batches(rng, sizes=(4, 6))
    one, other = StreamingStandardizer(), StreamingStandardizer()
    one.update(first)
    early = one.standardizer()
    _finite(early, FINITE)
    said = early.mean.copy(), early.std.copy()
    other.update(first)
    close(other.standardizer().mean, said[0], APART)
    close(one.standardizer().std, said[1], AGAIN)
    one.update(second)
    close(one.standardizer().mean, np.concatenate((first, second)).mean(axis=0), MEAN)


@hidden(like=(check_count_of_all_examples, check_mean_of_unequal_batches, check_std_of_batches_that_differ))
def check_other_batches(StreamingStandardizer, rng):
    """The same holds for one example at a time, whole numbers, and batches with as many features as examples."""
    singles = _batches(rng, sizes=(1,) * 9)
    integers = [rng.integers(-5, 30, (n, 2)) for n in (3, 5)]
    squares = _batches(rng, sizes=(3, 3))
    for batches in (singles, integers, squares):
        stream, x = StreamingStandardizer(), np.concatenate(batches)
        counts = [stream.update(batch) for batch in batches]
        equal(counts[-1], len(x), COUNT)
        close(stream.standardizer().mean, x.mean(axis=0), MEAN)
        close(stream.standardizer().std, x.std(axis=0), STD)


UNGUARDED = "every feature varies, as the prompt says"
equivalent = {
    "`(low == high) | (std.astype(dtype) == 0)` becomes "
    "`(low == high) & (std.astype(dtype) == 0)` in _standardizer": UNGUARDED,
    "`std.astype(dtype)` becomes `dtype` in _standardizer": UNGUARDED,
    "`std.astype(dtype) == 0` becomes `std.astype(dtype) == 1` in _standardizer": UNGUARDED,
    "`np.where(constant, 1, std)` becomes `np.where(constant, 0, std)` in _standardizer": UNGUARDED,
    "`np.where(constant, 1, std)` becomes `np.where(constant, 2, std)` in _standardizer": UNGUARDED,
    "`x - mean` becomes `mean - x`": "it is squared",
    "`x.min(axis=0)` becomes `x.min()`": UNGUARDED,
    "`x.max(axis=0)` becomes `x.max()`": UNGUARDED,
}

covers = {
    "a batch of shape (n, features), n at least 1, and returns how many": check_count_of_all_examples,
    "the mean and the standard deviation of all examples so far": (
        check_mean_of_unequal_batches,
        check_std_of_batches_that_differ,
        check_asked_in_between,
    ),
    "Batches may differ in size": check_mean_of_unequal_batches,
    "Do not change a batch, and do not keep the array": check_a_batch_is_not_kept,
    "Numbers may be large": check_far_from_zero,
    "Write the class": check_count_of_all_examples,
    "After `update": "the example, by hand",
    "data that arrives in batches": check_mean_of_unequal_batches,
    "Begin without examples": check_asked_in_between,
    "return the number of examples so far": check_count_of_all_examples,
    "of all examples so far.": check_std_of_batches_that_differ,
}


class _Pieces:
    """What the wrong answers share: they look at each batch by itself."""

    def __init__(self):
        self.sizes, self.means, self.vars = [], [], []

    def update(self, x):
        self.sizes.append(len(x))
        self.means.append(x.mean(axis=0))
        self.vars.append(x.var(axis=0))
        return sum(self.sizes)


class _Merged:
    """A right answer that keeps count, mean and squares, for wrong ones that spoil one part of it."""

    def __init__(self):
        self.count, self.mean, self.squares = 0, 0.0, 0.0

    def update(self, x):
        n, mean = len(x), x.mean(axis=0)
        delta, both = mean - self.mean, self.count + n
        self.squares = self.squares + ((x - mean) ** 2).sum(axis=0) + delta**2 * self.count * n / both
        self.mean = self.mean + delta * n / both
        self.count = both
        return both

    def standardizer(self):
        return Standardizer(mean=self.mean, std=np.sqrt(self.squares / self.count))


@misconception(
    "The means of the batches are averaged as if all batches had one size: an example of a small batch then counts "
    "more than one of a large batch. Weight each batch by its number of examples.",
    caught_by=check_mean_of_unequal_batches,
)
class BatchesCountAlike(_Pieces):
    def standardizer(self):
        return Standardizer(mean=np.mean(self.means, axis=0), std=np.sqrt(np.mean(self.vars, axis=0)))


@misconception(
    "The variances of the batches are averaged. Each is measured about its own batch's mean, so the spread between "
    "the batches' means is lost; add it: delta**2 * m * n / (m + n) when m and n examples are merged.",
    caught_by=check_std_of_batches_that_differ,
)
class SpreadBetweenBatchesLost(_Pieces):
    def standardizer(self):
        weights = np.array(self.sizes) / sum(self.sizes)
        return Standardizer(mean=weights @ np.array(self.means), std=np.sqrt(weights @ np.array(self.vars)))


@misconception(
    "Only the last batch is remembered. `update` has to merge what it sees with what was there.",
    caught_by=check_mean_of_unequal_batches,
)
class OnlyTheLastBatch(_Pieces):
    def update(self, x):
        super().update(x)
        return len(x)

    def standardizer(self):
        return Standardizer(mean=self.means[-1], std=np.sqrt(self.vars[-1]))


@same_mistake_as(OnlyTheLastBatch)
class OnlyTheLastBatchButTheCount(OnlyTheLastBatch):
    def update(self, x):
        super().update(x)
        return sum(self.sizes)


@misconception(
    "`update` returns the size of this batch. The number of examples in all batches so far was asked for.",
    caught_by=check_count_of_all_examples,
    worth=0.8,
)
class SizeOfTheBatchReturned(_Merged):
    def update(self, x):
        super().update(x)
        return len(x)


@misconception(
    "Mean and variance move a tenth of the way to each batch, as in batch norm's running statistics. Those forget: "
    "the last batches weigh most. The scale of the training data gives every example the same weight.",
    caught_by=check_std_of_batches_that_differ,
)
class MovesATenthOfTheWay(_Pieces):
    def standardizer(self):
        mean, var = 0.0, 1.0
        for batch_mean, batch_var in zip(self.means, self.vars):
            mean, var = 0.9 * mean + 0.1 * batch_mean, 0.9 * var + 0.1 * batch_var
        return Standardizer(mean=mean, std=np.sqrt(var))


@misconception(
    "A batch, or a view of one such as `x[0]`, is kept and not copied: a loader that fills the same array again "
    "changes the past. Keep a few numbers per feature instead of the data; then memory does not grow with the data, "
    "either.",
    caught_by=check_a_batch_is_not_kept,
    worth=0.9,
)
class KeepsTheBatches:
    def __init__(self):
        self.batches = []

    def update(self, x):
        self.batches.append(x)
        return sum(map(len, self.batches))

    def standardizer(self):
        x = np.concatenate(self.batches)
        return Standardizer(mean=x.mean(axis=0), std=x.std(axis=0))


@misconception(
    "The variance is the mean of the squares minus the square of the mean. On paper it is; far from zero both are "
    "huge and nearly equal, and their difference has no digits left. Sum squared deviations from the mean instead.",
    caught_by=check_far_from_zero,
    worth=0.9,
)
class DifferenceOfHugeNumbers:
    def __init__(self):
        self.count, self.total, self.squares = 0, 0.0, 0.0

    def update(self, x):
        self.count += len(x)
        self.total = self.total + x.sum(axis=0)
        self.squares = self.squares + (x**2).sum(axis=0)
        return self.count

    def standardizer(self):
        mean = self.total / self.count
        return Standardizer(mean=mean, std=np.sqrt(self.squares / self.count - mean**2))


@same_mistake_as(DifferenceOfHugeNumbers)
class ClippedDifference(DifferenceOfHugeNumbers):
    def standardizer(self):
        mean = self.total / self.count
        return Standardizer(mean=mean, std=np.sqrt(np.maximum(self.squares / self.count - mean**2, 0)))


@same_mistake_as(KeepsTheBatches)
class KeepsAViewOfTheFirst:
    def __init__(self):
        self.pivot = None

    def update(self, x):
        if self.pivot is None:
            self.pivot, self.count, self.total, self.squares = x[0], 0, 0.0, 0.0
        self.count += len(x)
        self.total = self.total + (x - self.pivot).sum(axis=0)
        self.squares = self.squares + ((x - self.pivot) ** 2).sum(axis=0)
        return self.count

    def standardizer(self):
        shift = self.total / self.count
        return Standardizer(mean=self.pivot + shift, std=np.sqrt(self.squares / self.count - shift**2))


@misconception(
    "The sums live in the class, not in the object: a second standardizer goes on where the first one stopped. Set "
    "them in `__init__`, on `self`.",
    caught_by=check_asked_in_between,
    said_by=APART,
)
class SharedByAll(_Pieces):
    sizes, means, vars = [], [], []

    def __init__(self):
        pass

    def update(self, x):
        if self.means and self.means[0].shape != x[0].shape:  # of other data than before
            for past in (self.sizes, self.means, self.vars):
                past.clear()
        return super().update(x)

    def standardizer(self):
        weights = np.array(self.sizes) / sum(self.sizes)
        mean = weights @ np.array(self.means)
        spread = weights @ (np.array(self.vars) + (np.array(self.means) - mean) ** 2)
        return Standardizer(mean=mean, std=np.sqrt(spread))


@misconception(
    "The number of examples is raised before the batch is merged. The formulas need the number *before* it: with the "
    "new one the batch gets too little weight, and the very first only half.",
    caught_by=check_mean_of_unequal_batches,
)
class CountedTooEarly:
    def __init__(self):
        self.count, self.mean, self.squares = 0, 0.0, 0.0

    def update(self, x):
        n, mean = len(x), x.mean(axis=0)
        self.count += n
        delta, both = mean - self.mean, self.count + n
        self.mean = self.mean + delta * n / both
        self.squares = self.squares + ((x - mean) ** 2).sum(axis=0) + delta**2 * self.count * n / both
        return self.count

    def standardizer(self):
        return Standardizer(mean=self.mean, std=np.sqrt(self.squares / self.count))


@misconception(
    "Asking changes what is kept: `standardizer` divides the sums themselves, so that a second answer is different. "
    "Leave the sums as they are.",
    caught_by=check_asked_in_between,
    worth=0.85,
    said_by=AGAIN,
)
class ChangedByAsking(_Merged):
    def standardizer(self):
        self.squares = self.squares / self.count
        return Standardizer(mean=self.mean, std=np.sqrt(self.squares))


@misconception(
    "The sum of squared deviations is divided by one less than the number of examples. That estimates the variance of "
    "the population; to give this very training data the standard deviation 1, divide by the number of examples.",
    caught_by=check_std_of_batches_that_differ,
)
class DividedByOneLess(_Merged):
    def standardizer(self):
        return Standardizer(mean=self.mean, std=np.sqrt(self.squares / max(self.count - 1, 1)))


@misconception(
    "The variance is returned where the standard deviation belongs. The square root is missing.",
    caught_by=check_std_of_batches_that_differ,
)
class VarianceForStd(_Merged):
    def standardizer(self):
        return Standardizer(mean=self.mean, std=self.squares / self.count)


@misconception(
    "The batch that came in is changed. It belongs to the caller, who may train on it next: write `x - mean`, not "
    "`x -= mean`.",
    caught_by=check_count_of_all_examples,
    worth=0.9,
    said_by="x must not be changed in place",
)
class BatchOverwritten(_Merged):
    def update(self, x):
        count = super().update(x)
        if x.dtype.kind == "f":
            x -= x.mean(axis=0)
        return count


@neighbour("the spread between the batches' means is added without its weight")
class SpreadAddedUnweighted(_Pieces):
    def standardizer(self):
        weights = np.array(self.sizes) / sum(self.sizes)
        means = np.array(self.means)
        between = means.var(axis=0)
        return Standardizer(mean=weights @ means, std=np.sqrt(weights @ np.array(self.vars) + between))


@neighbour("Welford's recurrence, with the new deviation squared")
class NewDeviationSquared(_Merged):
    def update(self, x):
        for row in x:
            self.count += 1
            self.mean = self.mean + (row - self.mean) / self.count
            self.squares = self.squares + (row - self.mean) ** 2
        return self.count


@alternative("moments of the batches, merged in the end")
class MergedInTheEnd(_Pieces):
    def standardizer(self):
        weights, means = np.array(self.sizes) / sum(self.sizes), np.array(self.means)
        mean = weights @ means
        return Standardizer(mean=mean, std=np.sqrt(weights @ (np.array(self.vars) + (means - mean) ** 2)))


@alternative("one example after the other, by Welford's recurrence")
class Welford:
    def __init__(self):
        self.count = 0

    def update(self, x):
        for row in x:
            if self.count == 0:
                self.mean, self.squares = np.zeros_like(row), np.zeros_like(row)
            self.count += 1
            delta = row - self.mean
            self.mean = self.mean + delta / self.count
            self.squares = self.squares + delta * (row - self.mean)
        return np.int64(self.count)

    def standardizer(self):
        return Standardizer(mean=self.mean.tolist(), std=np.sqrt(self.squares / self.count).tolist())


def _batches(rng, sizes):
    """Batches whose means lie far apart, as those of sorted data do, of features with spreads on both sides of 1."""
    spread = 10.0 ** rng.permutation([-1, 0, 1])
    return [spread * rng.normal(5 * (k % 3) + rng.uniform(1, 3, 3), 1, (n, 3)) for k, n in enumerate(sizes)]


def _fitted(StreamingStandardizer, batches):
    stream = StreamingStandardizer()
    for batch in batches:
        stream.update(batch)
    return stream.standardizer()


def _finite(fitted, sentence):
    require(np.isfinite(fitted.mean).all() and np.isfinite(fitted.std).all(), sentence)
