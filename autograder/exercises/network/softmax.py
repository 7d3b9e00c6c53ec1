"""Write softmax: from logits of any size to the probabilities of each example."""

import math

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
    same_mistake_as,
    weight,
)
from dnnkit.network import softmax as solution

points = 2
returns = array
hints = (
    "Exponentials first, then each row is divided by its own sum: which axis is summed over, and which shape must the "
    "sums have to be divided by row?",
    "An exponential overflows from about 710 on. Subtracting the same number from all logits of a row changes nothing: "
    "with which number can no exponential overflow?",
    "Each row needs its own number, and its largest logit is one that always works: `z.max(axis=1, keepdims=True)`.",
)

VALUES = "an entry must be the exponential of its logit over the sum of those of its row"
FINITE = "logits of any size must give probabilities, no NaN and no infinity"
LARGE = "large logits must give the same probabilities as the small ones that differ by as much"
LIFTED = "an unlikely class must not get more than its logit says: the loss takes the logarithm of what it gets"
SMALL = "a small probability must be as exact, in proportion, as a large one: the loss takes its logarithm"
ROWS = "each row must have the probabilities that it has alone"


@core
@weight(3)
def check_probabilities(softmax, rng):
    """Each entry is the exponential of its logit over the sum of those of its row."""
    for shape in ((5, 3), (4, 4)):
        z = rng.normal(0.5, 1.5, shape)
        close(softmax(z), _softmax(z), VALUES)


def check_each_row_by_itself(softmax, rng):
    """The rows are independent of each other, and each sums to 1."""
    z = rng.normal(0, 1, (4, 4))
    together = softmax(z)
    equal(together.shape, z.shape, "the result must have the shape of z")
    require(np.allclose(together.sum(axis=1), 1, atol=1e-4), "each row must sum to 1", first_sum=together[0].sum())
    for row, alone in enumerate([softmax(z[[row]]) for row in range(4)]):
        close(together[[row]], alone, ROWS)


@weight(2)
def check_large_logits(softmax, rng):
    """Logits of any size give probabilities, whichever of them is the largest."""
    z = rng.normal(0, 1, (7, 3))
    z[3:] = [[0, -3000, -1500], [-3000, 0, -1500], [-3000, -1500, 0], [0, 0, -9000]]
    for shift in ([[3000.0], [-3000.0], [100_000.0], [3000.0], [0.0], [500.0], [-4000.0]], -4000.0):
        found = softmax(z + shift)
        require(np.isfinite(found).all(), FINITE)
        close(found, _softmax(z + shift), LARGE)
    z = rng.normal(0, 1, (5, 3)) + [0, -30, -80] + [[0.0], [0.0], [690.0], [-690.0], [-690.0]]
    found, right = softmax(z), _softmax(z)
    require((found < 1.001 * right).all(), LIFTED)
    require(np.allclose(found, right, rtol=1e-3, atol=0), SMALL)


def check_whole_numbers(softmax, rng):
    """Whole numbers are logits like any others."""
    z = rng.integers(-3, 4, (4, 3))
    z[0] = [2, 0, -1]
    close(softmax(z), _softmax(z.astype(float)), "whole numbers must give the same as the floats of their values")


@hidden(like=(check_probabilities, check_each_row_by_itself, check_large_logits, check_whole_numbers))
def check_other_logits(softmax, rng):
    """The same holds for one example, one class, two classes, single precision, equal logits and other large ones."""
    single = rng.normal(0, 2, (6, 6)).astype(np.float32)
    for z in (rng.normal(0, 3, (1, 7)), rng.normal(0, 3, (4, 1)), rng.normal(0, 3, (9, 2)), single, np.zeros((3, 5))):
        close(softmax(z), _softmax(z.astype(float)), VALUES)
    z = rng.normal(0, 1, (4, 6)) + rng.permutation([[-20_000.0], [900.0], [0.0], [1e6]])
    close(softmax(z), _softmax(z), LARGE)
    z[:2] = [[5000, -5000, 10, 0, 0, -2], [-5000, 10, 0, 5000, 4999, 0]]
    close(softmax(z), _softmax(z), LARGE)
    z = rng.integers(-900, 900, (6, 1)) + [
        [0, 1, -2, 1],
        [3, 0, 0, 1],
        [1, 2, 2, 1],
        [0, 0, 0, -9],
        [4, 5, 0, 0],
        [1, 1, 3, 2],
    ]
    close(softmax(z), _softmax(z.astype(float)), LARGE)


covers = {
    "Write `softmax(z)`": check_probabilities,
    "an array of logits of shape (n, classes), floats or whole numbers": (check_probabilities, check_whole_numbers),
    "an array of the same shape": (check_probabilities, check_each_row_by_itself),
    "probabilities of each example in its row": (check_probabilities, check_each_row_by_itself),
    "Logits may be of any size": check_large_logits,
    "only a probability too small for a float may come out as 0": check_large_logits,
    "Leave `z` as it is": check_probabilities,
    "For example": "the example, by hand",
    "from the logits of each example": check_probabilities,
}


@misconception(
    "The exponential overflows: e to the power of 1000 is infinity for a float, and infinity over infinity is NaN. "
    "Subtract a number from all logits of a row first, which changes no probability.",
    caught_by=check_large_logits,
    worth=0.75,
)
def overflows(z):
    return _with_shift(z, 0.0)


@misconception(
    "One number, the largest logit of all, is subtracted from every row. The exponentials of a row far below it are "
    "then all 0, and 0 over 0 is NaN. Each row needs its own.",
    caught_by=check_large_logits,
    worth=0.75,
)
def one_shift_for_all_rows(z):
    return _with_shift(z, z.max())


@misconception(
    "The mean of each row is subtracted, and not the largest logit. A logit above the mean may still be large enough "
    "to overflow.",
    caught_by=check_large_logits,
    worth=0.75,
)
def shifted_by_the_mean(z):
    return _with_shift(z, z.mean(axis=1, keepdims=True))


@misconception(
    "The largest logit is subtracted only where it is above 0. In a row whose logits are all far below 0 the "
    "exponentials are then all 0, and 0 over 0 is NaN.",
    caught_by=check_large_logits,
    worth=0.75,
)
def shifted_down_only(z):
    return _with_shift(z, np.maximum(z.max(axis=1, keepdims=True), 0))


@misconception(
    "Values near 0, exponentials or probabilities, are made larger, by adding a small number or by clipping. The small "
    "value becomes the probability of every unlikely class, and the loss of an example that is badly wrong can no "
    "longer grow.",
    caught_by=check_large_logits,
    worth=0.75,
    said_by=LIFTED,
)
def lifted(z):
    e = np.exp(z - z.max(axis=1, keepdims=True)) + 1e-8
    return e / e.sum(axis=1, keepdims=True)


@same_mistake_as(lifted)
def probabilities_cut_off(z):
    return np.clip(solution(z), 1e-12, 1)


@same_mistake_as(lifted)
def exponents_cut_off(z):
    e = np.exp(np.maximum(z - z.max(axis=1, keepdims=True), -50))
    return e / e.sum(axis=1, keepdims=True)


@misconception(
    "The largest logit is subtracted only where a logit of the batch is large. Without one nothing is subtracted, and "
    "if all logits are far below 0 the exponentials are all 0, and 0 over 0 is NaN.",
    caught_by=check_large_logits,
    worth=0.9,
)
def shifted_only_if_large(z):
    return _with_shift(z, z.max(axis=1, keepdims=True) if z.max() > 500 else 0.0)


@misconception(
    "The first logit of each row is subtracted, and not the largest. Another one may lie far above it, and overflow.",
    caught_by=check_large_logits,
    worth=0.75,
)
def shifted_by_the_first(z):
    return _with_shift(z, z[:, :1])


@misconception(
    "Large logits are cut off so that the exponential stays finite, or what overflowed is replaced afterwards. Two of "
    "them become equal, though one should win: subtract before the exponential is taken.",
    caught_by=check_large_logits,
    worth=0.75,
)
def cut_off(z):
    e = np.exp(np.clip(z.astype(float), -500, 500))
    return e / e.sum(axis=1, keepdims=True)


@misconception(
    "The sums run over the examples, axis 0, so that the columns sum to 1. The probabilities that compete are those of "
    "the classes of one example: a row.",
    caught_by=check_each_row_by_itself,
)
def wrong_axis(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


@misconception(
    "The whole array sums to 1, and not each row. The examples do not compete with each other.",
    caught_by=check_each_row_by_itself,
)
def one_sum_for_all_rows(z):
    e = np.exp(z - z.max())
    return e / e.sum()


@misconception(
    "The exponentials are missing: the logits themselves are divided by their sum. That sum may be negative or 0.",
    caught_by=check_probabilities,
)
def no_exponentials(z):
    with np.errstate(all="ignore"):
        return z / z.sum(axis=1, keepdims=True)


@misconception(
    "Each logit goes through the logistic function by itself, so that the rows do not sum to 1: the classes must share "
    "one probability.",
    caught_by=check_each_row_by_itself,
)
def sigmoid_of_each(z):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z.astype(float)))


@misconception(
    "The exponentials are divided by the largest of them, and not by their sum: the winner gets 1, whatever the others "
    "say.",
    caught_by=check_each_row_by_itself,
)
def divided_by_the_largest(z):
    return np.exp(z - z.max(axis=1, keepdims=True))


@misconception(
    "The logarithms of the probabilities are returned. The probabilities themselves were asked for.",
    caught_by=check_probabilities,
)
def log_probabilities(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@misconception(
    "The logits are overwritten (`z -= ...`). The caller still needs them, for the loss or the backward pass. Make a "
    "new array.",
    caught_by=check_probabilities,
    worth=0.9,
    said_by="z must not be changed in place",
)
def changed_in_place(z):
    found = solution(z)
    z[...] = z - z.max(axis=1, keepdims=True)
    return found


@misconception(
    "Whole numbers are rounded: the probabilities are stored in an array of integers, such as `np.zeros_like(z)` of "
    "whole numbers. Make the array of floats.",
    caught_by=check_whole_numbers,
    worth=0.9,
)
def whole_numbers_are_rounded(z):
    return solution(z).astype(z.dtype)


@neighbour("powers of 2 instead of powers of e")
def powers_of_two(z):
    e = np.exp2(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@neighbour("the sign of the logits is flipped, so that the smallest wins")
def turned(z):
    return solution(-z)


@neighbour("a small number is added to the sum, so that it is never 0")
def sum_made_larger(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / (e.sum(axis=1, keepdims=True) + 0.01)


@alternative("a loop over the rows, in lists, by the standard library")
def looped(z):
    found = []
    for row in z.tolist():
        largest = max(row)
        e = [math.exp(logit - largest) for logit in row]
        found.append([value / sum(e) for value in e])
    return found


@alternative("each probability by its differences to the other logits")
def by_differences(z):
    with np.errstate(over="ignore"):
        return 1 / np.exp(z[:, None, :].astype(float) - z[:, :, None]).sum(axis=2)


@alternative("through the logarithm of the sum of exponentials")
def by_logaddexp(z):
    return np.exp(z - np.logaddexp.reduce(z.astype(float), axis=1, keepdims=True))


@alternative("shifted in float64, the exponentials in single precision")
def in_single_precision(z):
    e = np.exp((z - np.max(z, 1)[:, np.newaxis]).astype(np.float32))
    return (e.T / e.sum(axis=-1)).T


def _softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _with_shift(z, shift):
    """Return softmax computed from what is left of the logits, which may overflow."""
    with np.errstate(all="ignore"):
        e = np.exp(z - shift)
        return e / e.sum(axis=1, keepdims=True)
