"""Fit a standardizer to training data that arrives in batches and is seen once."""

import numpy as np

from autograder.authoring import (
    alternative,
    array,
    close,
    equal,
    hidden,
    instance,
    integer,
    misconception,
    record,
    require,
)
from dnnkit.normalization import Standardizer
from dnnkit.normalization import StreamingStandardizer as solution

points = 5
returns = instance(update=integer, standardizer=record(Standardizer, mean=array, std=array))
hints = (
    "Three things about the past are enough: how many examples, their mean, and the sum of their squared deviations "
    "from that mean. None of them needs the examples again.",
    "A batch of n examples whose mean is delta away from the mean of m examples moves it by delta * n / (m + n).",
    "Sums of squared deviations about two different means do not simply add up: add delta**2 * m * n / (m + n) as "
    "well.",
)


def check_count_of_all_examples(StreamingStandardizer, rng):
    """`update` returns how many examples there were so far."""
    stream, seen = StreamingStandardizer(), 0
    for batch in _batches(rng, sizes=(5, 1, 8)):
        seen += len(batch)
        equal(stream.update(batch), seen, "update must return the number of all examples so far")


def check_mean_of_unequal_batches(StreamingStandardizer, rng):
    """The mean is that of all examples, each with the same weight."""
    batches = _batches(rng, sizes=(2, 9, 4))
    expected = np.concatenate(batches).mean(axis=0)
    close(_fitted(StreamingStandardizer, batches).mean, expected, "the mean must be that of all examples so far")


def check_std_of_batches_that_differ(StreamingStandardizer, rng):
    """The standard deviation is that of all examples, and so sees how the batches differ."""
    batches = _batches(rng, sizes=(7, 3, 5))
    expected = np.concatenate(batches).std(axis=0)
    close(
        _fitted(StreamingStandardizer, batches).std,
        expected,
        "the standard deviation must be that of all examples so far",
    )


@hidden
def check_one_example_at_a_time(StreamingStandardizer, rng):
    """Batches of one example lead to the same mean and standard deviation."""
    batches = _batches(rng, sizes=(1,) * 9)
    standardizer, x = _fitted(StreamingStandardizer, batches), np.concatenate(batches)
    close(standardizer.mean, x.mean(axis=0), "one example at a time, the mean must be that of all")
    close(standardizer.std, x.std(axis=0), "one example at a time, the standard deviation must be that of all")


@hidden
def check_far_from_zero(StreamingStandardizer, rng):
    """Large numbers with a small spread keep their spread."""
    batches = [batch + 1e8 for batch in _batches(rng, sizes=(6, 4, 8))]
    x = np.concatenate(batches)
    standardizer = _fitted(StreamingStandardizer, batches)
    close(standardizer.mean, x.mean(axis=0), "far from zero, the mean must be that of all examples")
    close(standardizer.std, x.std(axis=0), "far from zero, the standard deviation must keep its digits")


class _Pieces:
    """What the wrong answers share: they look at each batch by itself."""

    def __init__(self):
        self.sizes, self.means, self.vars = [], [], []

    def update(self, x):
        self.sizes.append(len(x))
        self.means.append(x.mean(axis=0))
        self.vars.append(x.var(axis=0))
        return sum(self.sizes)


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
    caught_by=check_count_of_all_examples,
)
class OnlyTheLastBatch(_Pieces):
    def update(self, x):
        super().update(x)
        return len(x)

    def standardizer(self):
        return Standardizer(mean=self.means[-1], std=np.sqrt(self.vars[-1]))


@misconception(
    "Mean and variance move a tenth of the way to each batch, as in batch norm's running statistics. Those forget: "
    "the last batches weigh most. The scale of the training data gives every example the same weight.",
    caught_by=check_one_example_at_a_time,
)
class MovesATenthOfTheWay(_Pieces):
    def standardizer(self):
        mean, var = 0.0, 1.0
        for batch_mean, batch_var in zip(self.means, self.vars):
            mean, var = 0.9 * mean + 0.1 * batch_mean, 0.9 * var + 0.1 * batch_var
        return Standardizer(mean=mean, std=np.sqrt(var))


@misconception(
    "The batches themselves are kept, not copied: a loader that fills the same array again changes the past. Keep a "
    "few numbers a feature instead of the data, then memory does not grow with the data either.",
    caught_by=check_mean_of_unequal_batches,
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
    worth=0.8,
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
    """Batches whose means lie far apart, as those of sorted data do."""
    return [
        rng.normal(10 * (k % 3) + rng.uniform(1, 3, 3), rng.uniform(1.5, 3, 3), (n, 3)) for k, n in enumerate(sizes)
    ]


def _fitted(StreamingStandardizer, batches):
    stream = StreamingStandardizer()
    for batch in batches:
        buffer = batch.copy()
        stream.update(buffer)
        buffer[...] = np.nan  # the caller uses the memory for something else
    standardizer = stream.standardizer()
    require(
        not np.isnan(standardizer.mean).any(),
        "a batch must not be kept: when its memory is used again, the mean changes",
    )
    return standardizer
