"""Write the cross-entropy of a batch, from logits of any size and the right classes."""

import math

import numpy as np

from autograder.authoring import (
    alternative,
    close,
    core,
    hidden,
    misconception,
    neighbour,
    number,
    require,
    same_mistake_as,
    weight,
)
from dnnkit.network import cross_entropy as solution

points = 3
returns = number
hints = (
    "Pick one number from each row: with rows 0, 1, ... n - 1 and columns y, two integer arrays side by side in the "
    "brackets do that.",
    "Do not take the logarithm of a probability that may have been rounded to 0. By the rules of logarithms "
    "-log p[y] is log(sum of exp(z)) - z[y].",
    "Subtract each row's largest logit from the row first, which changes nothing: then the sum of the exponentials is "
    "at least 1, and its logarithm is safe.",
)

VALUES = "the result must be the mean of -log p over the examples, p the probability of the right class"
LARGE = "logits of any size must give the loss that their differences imply"
FINITE = "logits of any size must give a finite loss"
CAPPED = "an example that is 1,000 off costs as much as one that is 800 off: beyond some point the loss does not grow"
TOGETHER = "a loss that is finite for each example alone must be finite for them together"
MEAN = "the loss of a batch that is repeated must be that of the batch"
EQUAL = "equal logits must cost the logarithm of the number of classes"


@core
@weight(3)
def check_mean_over_the_examples(cross_entropy, rng):
    """The loss is the mean of minus the logarithm of the probabilities of the right classes."""
    for n, classes in ((7, 4), (5, 5)):
        logits, y = _batch(rng, n, classes)
        close(cross_entropy(logits, y), _each(logits, y).mean(), VALUES)


def check_equal_logits(cross_entropy, rng):
    """Equal logits cost ln K for K classes, whatever the labels are."""
    for classes in (3, 2, 10):
        logits, y = np.full((6, classes), rng.normal(0, 2)), rng.permutation(np.arange(6) % max(classes - 1, 2))
        close(cross_entropy(logits, y), math.log(classes), EQUAL)


def check_batch_repeated(cross_entropy, rng):
    """A batch has the same loss as the batch repeated, and one example its own."""
    logits, y = _batch(rng, 5, 3)
    once, again = cross_entropy(logits, y), cross_entropy(np.tile(logits, (3, 1)), np.tile(y, 3))
    require(once > 0, "the loss must be above 0")
    close(again, once, MEAN)
    close(cross_entropy(logits[:1], y[:1]), _each(logits[:1], y[:1])[0], "a single example must have its own loss")


@weight(2)
def check_large_logits(cross_entropy, rng):
    """Logits of any size give a finite loss, even if the right class's probability rounds to 0."""
    logits = np.array([[0.0, 1000.0, -500.0], [-3000.0, -3001.0, -2999.0], [2000.0, 1.0, 0.0], [0.0, 0.0, -800.0]])
    logits += rng.normal(0, 1, (4, 3))
    y = np.array([0, 1, 0, 2])
    alone = np.array([cross_entropy(logits[[i]], y[[i]]) for i in range(4)])
    require(np.isfinite(alone).all(), FINITE)
    require(not alone[0] == alone[3] > 5, CAPPED)
    close(alone, _each(logits, y), LARGE)
    found = cross_entropy(logits, y)
    require(np.isfinite(found), TOGETHER)
    close(found, _each(logits, y).mean(), LARGE)


@hidden(like=(check_mean_over_the_examples, check_equal_logits, check_batch_repeated, check_large_logits))
def check_other_batches(cross_entropy, rng):
    """The same holds for one example, two classes, a class never seen, single precision and other large logits."""
    six, labels = _batch(rng, 8, 6)
    for logits, y in ((six, labels), _batch(rng, 1, 4), _batch(rng, 9, 2), (six.astype(np.float32), labels)):
        close(cross_entropy(logits, y), _each(logits.astype(float), y).mean(), VALUES)
    logits, y = _batch(rng, 6, 6)
    logits *= rng.permutation([[1.0], [300.0], [900.0], [5.0], [2000.0], [0.0]])
    close(cross_entropy(logits, y), _each(logits, y).mean(), LARGE)


covers = {
    "Write `cross_entropy(logits, y)`": check_mean_over_the_examples,
    "logits of shape (n, classes) and the right classes": check_mean_over_the_examples,
    "the mean over the examples of minus the natural logarithm": (check_mean_over_the_examples, check_batch_repeated),
    "the natural logarithm of the right class's probability": (check_equal_logits, check_mean_over_the_examples),
    "Logits may be of any size": check_large_logits,
    "Leave both arguments as they are": check_mean_over_the_examples,
    "For example": "the example, by hand",
    "of the right classes": (check_mean_over_the_examples, check_equal_logits),
}
GRADIENT = "the gradient, which the loss does not need"
equivalent = {
    "`np.ascontiguousarray(logits.T)` becomes `logits.T` in _cross_entropy": "the same numbers, stored in another "
    "order",
    "`np.maximum.reduce(shifted, axis=0)` becomes `np.maximum.reduce(shifted)` in _cross_entropy": "axis 0 is its "
    "default",
    "`np.add.reduce(grad, axis=0)` becomes `np.add.reduce(grad)` in _cross_entropy": "axis 0 is its default",
    "`grad /= total * n` becomes `grad *= total * n` in _cross_entropy": GRADIENT,
    "`grad /= total * n` becomes `pass` in _cross_entropy": GRADIENT,
    "`total * n` becomes `total / n` in _cross_entropy": GRADIENT,
    "`grad[right] -= 1 / n` becomes `grad[right] += 1 / n` in _cross_entropy": GRADIENT,
    "`grad[right] -= 1 / n` becomes `pass` in _cross_entropy": GRADIENT,
    "`1 / n` becomes `1 * n` in _cross_entropy": GRADIENT,
    "`1 / n` becomes `n / 1` in _cross_entropy": GRADIENT,
    "`1 / n` becomes `0 / n` in _cross_entropy": GRADIENT,
    "`1 / n` becomes `2 / n` in _cross_entropy": GRADIENT,
}


@misconception(
    "The losses of the examples are summed, not averaged. The loss, its gradient and so the steps of training then "
    "grow with the size of the batch: divide by n.",
    caught_by=check_batch_repeated,
)
def summed(logits, y):
    return _each(logits, y).sum()


@misconception(
    "The mean runs over all entries, n times classes of them, though each example has one right class. Divide by the "
    "number of examples.",
    caught_by=check_equal_logits,
)
def averaged_over_the_classes_too(logits, y):
    return _each(logits, y).mean() / logits.shape[1]


@misconception(
    "A probability that was rounded to 0 goes into the logarithm, and the loss becomes infinite. Take the logarithm "
    "before rounding can happen: -log p is log(sum of exp(z)) - z, for the logit z of the right class.",
    caught_by=check_large_logits,
    worth=0.8,
)
def logarithm_of_zero(logits, y):
    with np.errstate(divide="ignore"):
        return -np.log(_softmax(logits)[np.arange(len(y)), y]).mean()


@misconception(
    "The exponential of a large logit overflows. Subtract the largest logit of each row first; that changes no "
    "probability.",
    caught_by=check_large_logits,
    worth=0.8,
)
def overflows(logits, y):
    with np.errstate(all="ignore"):
        e = np.exp(logits.astype(float))
        return -np.log(e / e.sum(axis=1, keepdims=True))[np.arange(len(y)), y].mean()


@same_mistake_as(overflows)
def overflows_in_the_logarithm_of_the_sum(logits, y):
    with np.errstate(all="ignore"):
        return (np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(y)), y]).mean()


@misconception(
    "One number, the largest logit of all, is subtracted from every row. In a row far below it the exponentials are "
    "then all 0, and so is their sum, whose logarithm is not finite. Each row needs its own.",
    caught_by=check_large_logits,
    worth=0.8,
    said_by=TOGETHER,
)
def one_shift_for_all_rows(logits, y):
    shifted = logits - logits.max()
    with np.errstate(divide="ignore"):
        return (np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(y)), y]).mean()


@misconception(
    "The largest logit is subtracted under the logarithm, and not from the logit of the right class: log(sum of "
    "exp(z)) - z wants the same z in both places, or the largest logit added again.",
    caught_by=check_mean_over_the_examples,
)
def shifted_on_one_side(logits, y):
    lost = logits.max(axis=1)
    return (_each(logits, y) - lost).mean()


@misconception(
    "A small number is added to the probability, or it is cut off there, so that the logarithm stays finite. The loss "
    "can then not rise above some 20 to 40, and its slope there is 0: an answer that is far off is never corrected.",
    caught_by=check_large_logits,
    worth=0.8,
    said_by=CAPPED,
)
def cut_off(logits, y):
    return -np.log(np.maximum(_softmax(logits)[np.arange(len(y)), y], 1e-12)).mean()


@same_mistake_as(cut_off)
def small_number_added(logits, y):
    return -np.log(_softmax(logits)[np.arange(len(y)), y] + 1e-12).mean()


@same_mistake_as(cut_off)
def larger_number_added(logits, y):
    return -np.log(_softmax(logits)[np.arange(len(y)), y] + 1e-8).mean()


@misconception(
    "The logits are taken for probabilities: their own logarithm is used. A logit may be negative; softmax comes "
    "first.",
    caught_by=check_mean_over_the_examples,
)
def logits_for_probabilities(logits, y):
    with np.errstate(all="ignore"):
        return -np.log(logits[np.arange(len(y)), y]).mean()


@misconception(
    "Softmax is taken twice. The second one makes all probabilities alike: with ten classes the loss can never fall "
    "below 1.46.",
    caught_by=check_mean_over_the_examples,
)
def softmax_twice(logits, y):
    return _each(_softmax(logits), y).mean()


@misconception(
    "The probabilities are averaged before the logarithm is taken. The loss is the mean of the examples' losses: the "
    "logarithm first, or one hopeless example hides behind the others.",
    caught_by=check_mean_over_the_examples,
)
def logarithm_of_the_mean(logits, y):
    return -np.log(_softmax(logits)[np.arange(len(y)), y].mean())


@misconception(
    "The logarithm has base 2, so that the loss is in bits. In nats, as here and in PyTorch, a guess among ten costs "
    "2.30.",
    caught_by=check_equal_logits,
)
def in_bits(logits, y):
    return _each(logits, y).mean() / math.log(2)


@misconception(
    "The minus sign is missing: a logarithm of a probability is below 0. Training, which makes the loss small, would "
    "then make the right classes unlikely.",
    caught_by=check_batch_repeated,
)
def sign_missing(logits, y):
    return -_each(logits, y).mean()


@misconception(
    "`p[:, y]` takes the columns y of every row, n times n numbers, and not one from each row. Pair each row with its "
    "label: `p[np.arange(n), y]`.",
    caught_by=check_mean_over_the_examples,
)
def all_labels_for_all_rows(logits, y):
    return -(_log_softmax(logits)[:, y]).mean()


@misconception(
    "The loss looks at the class with the largest probability, and not at the right one. A network that is sure and "
    "wrong is then told that all is well.",
    caught_by=check_mean_over_the_examples,
)
def of_the_answer_given(logits, y):
    return _each(logits, logits.argmax(axis=1)).mean()


@misconception(
    "Softmax runs over the examples, axis 0. The probabilities that compete are those of one example: a row.",
    caught_by=check_mean_over_the_examples,
)
def softmax_over_the_examples(logits, y):
    return -_log_softmax(logits.T).T[np.arange(len(y)), y].mean()


@misconception(
    "The rows of zeros and a one are only as long as the largest label of the batch asks for. A class that no example "
    "of a batch has is a class too: take the number of classes from the logits.",
    caught_by=check_mean_over_the_examples,
)
def classes_counted_in_the_labels(logits, y):
    right = np.zeros((len(y), y.max() + 1))
    right[np.arange(len(y)), y] = 1
    return -(right * _log_softmax(logits)).sum(axis=1).mean()


@misconception(
    "The logits are overwritten (`logits -= ...`). The caller still needs them, for the backward pass. Make a new "
    "array.",
    caught_by=check_mean_over_the_examples,
    worth=0.9,
    said_by="logits must not be changed in place",
)
def changed_in_place(logits, y):
    found = solution(logits, y)
    logits -= logits.max(axis=1, keepdims=True)
    return found


@neighbour("one minus the probability instead of minus its logarithm")
def one_minus_probability(logits, y):
    return (1 - _softmax(logits)[np.arange(len(y)), y]).mean()


@neighbour("the median of the examples' losses, and not their mean")
def median(logits, y):
    return np.median(_each(logits, y))


@neighbour("the wrong classes' chances are counted as well, as if each class were a question by itself")
def a_question_for_each_class(logits, y):
    p = _softmax(logits)
    right = np.arange(logits.shape[1]) == y[:, None]
    return -np.log(np.where(right, p, 1 - p) + 1e-300).sum(axis=1).mean()


@alternative("a loop over the examples, by the standard library")
def looped(logits, y):
    total = 0.0
    for row, label in zip(logits.tolist(), y.tolist()):
        largest = max(row)
        total += largest + math.log(sum(math.exp(logit - largest) for logit in row)) - row[label]
    return total / len(y)


@alternative("the right classes as rows of zeros and a one")
def one_hot(logits, y):
    right = np.eye(logits.shape[1])[y]
    return -np.einsum("ij,ij->", right, _log_softmax(logits)) / len(logits)


@alternative("by logaddexp, a 0-d array comes back")
def by_logaddexp(logits, y):
    chosen = np.take_along_axis(logits, y[:, None], axis=1)[:, 0]
    return np.asarray(np.mean(np.logaddexp.reduce(logits, axis=1) - chosen))


@alternative("in single precision")
def in_single_precision(logits, y):
    return np.mean([-_log_softmax(row[None].astype(np.float32))[0, label] for row, label in zip(logits, y)])


def _batch(rng, n, classes):
    """Logits on both sides of 0, and labels: the first example is misread, the second is not.

    Of more than two classes the last one is never right, and the one before it is, of the third example.
    """
    occur = max(classes - 1, 2)
    logits, y = rng.normal(0.3, 1.5, (n, classes)), rng.integers(0, occur, n)
    logits[1:2, occur:] -= 9
    y[0], y[1:2], y[2:3] = logits[0, :occur].argmin(), logits[1:2].argmax(axis=1), occur - 1
    return logits, y


def _log_softmax(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _softmax(z):
    return np.exp(_log_softmax(z))


def _each(logits, y):
    return -_log_softmax(logits)[np.arange(len(y)), y]
