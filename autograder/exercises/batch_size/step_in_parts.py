"""Repair a step of gradient descent that goes through its batch in parts."""

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
    weight,
)

points = 4
returns = array
hints = (
    "Run it with parts as large as the batch, then with parts half as large. By what factor does the step change?",
    "The step follows the gradient of the mean over all examples. In it, how much does one example count, and how much "
    "does it count in your sum?",
    "In the mean over the batch each example counts 1 / len(x), whichever part it is in. The examples of a short last "
    "part must not count more than others.",
)

EQUAL = "with parts of equal size the step must be that of the whole batch"
SHORT = "with a short last part the step must be that of the whole batch"
WHOLE = "with a single part the step must be that of the whole batch"
LONG = "the step is as many times too long as there are parts"


def given(W, x, y, *, part, learning_rate):
    """A step down the gradient of the mean over x of half the squared error."""
    gradient = np.zeros(W.shape)
    for start in range(0, len(x), part):
        rows = slice(start, start + part)
        error = x[rows] @ W - y[rows]
        gradient += x[rows].T @ error / len(error)
    return W - learning_rate * gradient


def solution(W, x, y, *, part, learning_rate):
    """A step down the gradient of the mean over x of half the squared error."""
    gradient = np.zeros(W.shape)
    for start in range(0, len(x), part):
        rows = slice(start, start + part)
        error = x[rows] @ W - y[rows]
        gradient += x[rows].T @ error / len(x)
    return W - learning_rate * gradient


@core
@weight(3)
def check_short_last_part(step_in_parts, rng):
    """If the last part is short, the step is still that of the whole batch."""
    for n, part in ((7, 3), (11, 4), (13, 6)):
        case = _case(rng, n)
        _compare(step_in_parts(*case, part=part, learning_rate=0.3), case, SHORT)


@weight(2)
def check_equal_parts(step_in_parts, rng):
    """With parts of equal size the step is that of the whole batch."""
    for n, part in ((8, 2), (9, 3), (5, 1)):
        case = _case(rng, n)
        found = step_in_parts(*case, part=part, learning_rate=0.2)
        times = n // part
        right = _whole(*case, 0.2)
        stretched = case[0] + times * (right - case[0])
        require(not np.allclose(found, stretched, rtol=1e-4), LONG)
        _compare(found, case, EQUAL, 0.2)


def check_one_part(step_in_parts, rng):
    """A part as large as the batch, or larger, is the whole batch."""
    for n, part in ((6, 6), (4, 100)):
        case = _case(rng, n)
        _compare(step_in_parts(*case, part=part, learning_rate=0.3), case, WHOLE)


@hidden(like=(check_short_last_part, check_equal_parts, check_one_part))
def check_other_batches(step_in_parts, rng):
    """The same holds for one example, other shapes and another rate."""
    for n, features, outputs, part in ((1, 2, 3, 1), (10, 1, 1, 4), (9, 5, 2, 8), (12, 3, 1, 4)):
        case = _case(rng, n, features, outputs)
        _compare(step_in_parts(*case, part=part, learning_rate=0.07), case, SHORT if n % part else EQUAL, 0.07)


covers = {
    "goes through its batch in parts": "an introduction",
    "With smaller parts it diverges": "an introduction",
    "has one fault": check_short_last_part,
    "Find it and repair it": check_short_last_part,
    "the step must equal the step with the whole batch at once, whatever `part` is": (
        check_short_last_part,
        check_equal_parts,
        check_one_part,
    ),
    "the last part may be shorter than the others": check_short_last_part,
    "`W` has shape (features, outputs), `x` has (n, features) and `y` has (n, outputs)": check_short_last_part,
    "Leave all three as they are": check_short_last_part,
    "of the mean over x of half the squared error": check_short_last_part,
}


@misconception(
    "The sum is divided by the number of parts. That is right as long as all parts are equal; in a short last part "
    "each example then counts more than elsewhere.",
    caught_by=check_short_last_part,
)
def mean_of_means(W, x, y, *, part, learning_rate):
    return W - learning_rate * np.mean(_means(W, x, y, part), axis=0)


@misconception(
    "Nothing is divided any more: the step follows the sum over the examples, and is as many times too long as the "
    "batch has examples.",
    caught_by=check_one_part,
)
def summed(W, x, y, *, part, learning_rate):
    return W - learning_rate * x.T @ (x @ W - y)


@misconception(
    "The mean is taken twice, by the size of the part and once more by that of the batch. The step is then too short.",
    caught_by=check_one_part,
)
def divided_twice(W, x, y, *, part, learning_rate):
    return W - learning_rate * np.sum(_means(W, x, y, part), axis=0) / len(x)


@misconception(
    "Each part is divided by `part`, as if all were full. With one part that is larger than the batch the step is too "
    "short; with several it is too long, as the parts are still summed.",
    caught_by=check_short_last_part,
    worth=0.6,
)
def divided_by_part(W, x, y, *, part, learning_rate):
    return W - learning_rate * x.T @ (x @ W - y) / part


@misconception(
    "The weights move after each part. Those are several steps with small batches, each from where the last one ended; "
    "all parts must be read at the same weights.",
    caught_by=check_equal_parts,
    worth=0.4,
)
def several_steps(W, x, y, *, part, learning_rate):
    for start in range(0, len(x), part):
        rows = slice(start, start + part)
        W = W - learning_rate * x[rows].T @ (x[rows] @ W - y[rows]) / len(x[rows])
    return W


@same_mistake_as(several_steps)
def several_short_steps(W, x, y, *, part, learning_rate):
    for start in range(0, len(x), part):
        rows = slice(start, start + part)
        W = W - learning_rate * x[rows].T @ (x[rows] @ W - y[rows]) / len(x)
    return W


@misconception(
    "The means of the parts are still summed as they were: in a sum of means the step is as many times too long as "
    "there are parts.",
    caught_by=check_equal_parts,
    worth=0.3,
)
def unchanged(W, x, y, *, part, learning_rate):
    return W - learning_rate * np.sum(_means(W, x, y, part), axis=0)


@misconception(
    "Each part's mean is weighted by part / n, as if all parts were full. If the last part is short, or the only one, "
    "each of its examples then counts for more than 1 / n.",
    caught_by=check_short_last_part,
)
def weighed_as_if_full(W, x, y, *, part, learning_rate):
    return W - learning_rate * part / len(x) * np.sum(_means(W, x, y, part), axis=0)


@misconception(
    "The gradient is twice as long as it should be. The loss is half of the squared error, and the half takes away the "
    "2 of the square.",
    caught_by=check_one_part,
)
def two_of_the_square(W, x, y, *, part, learning_rate):
    return _whole(W, x, y, 2 * learning_rate)


@misconception(
    "The mean is taken over the outputs as well. It is only over the examples: the errors of one example's outputs are "
    "summed.",
    caught_by=check_one_part,
)
def mean_over_the_outputs(W, x, y, *, part, learning_rate):
    return _whole(W, x, y, learning_rate / y.shape[1])


@misconception(
    "The gradient of each part replaces the one before, and only the last part counts.",
    caught_by=check_equal_parts,
    worth=0.4,
)
def last_part_alone(W, x, y, *, part, learning_rate):
    return W - learning_rate * _means(W, x, y, part)[-1]


@misconception(
    "A last part that is short is left out, so that the step is that of fewer examples. Each example of the batch "
    "counts.",
    caught_by=check_short_last_part,
)
def short_part_dropped(W, x, y, *, part, learning_rate):
    full = max(len(x) // part * part, min(part, len(x)))
    return W - learning_rate * x[:full].T @ (x[:full] @ W - y[:full]) / full


@same_mistake_as(short_part_dropped)
def short_part_left_out_of_the_sum(W, x, y, *, part, learning_rate):
    full = len(x) // part * part
    return W - learning_rate * x[:full].T @ (x[:full] @ W - y[:full]) / len(x)


@misconception(
    "The weights are changed in place, with `W -=`. The caller may still need them: make new ones.",
    caught_by=check_short_last_part,
    said_by="W must not be changed in place",
    worth=0.85,
)
def changed_in_place(W, x, y, *, part, learning_rate):
    W[...] = _whole(W, x, y, learning_rate)
    return W.copy()


@neighbour("the sum over the examples is divided by the number of parts")
def sum_by_parts(W, x, y, *, part, learning_rate):
    return W - learning_rate * x.T @ (x @ W - y) / -(-len(x) // part)


@neighbour("the step goes up the gradient")
def upwards(W, x, y, *, part, learning_rate):
    return _whole(W, x, y, -learning_rate)


@alternative("each part's mean weighted by its share of the batch")
def by_shares(W, x, y, *, part, learning_rate):
    gradient = 0 * W
    for start in range(0, len(x), part):
        a, b = x[start : start + part], y[start : start + part]
        gradient = gradient + a.T @ (a @ W - b) / len(a) * (len(a) / len(x))
    return W - learning_rate * gradient


@alternative("sums, divided once at the end")
def divided_at_the_end(W, x, y, *, part, learning_rate):
    total = np.zeros_like(W, dtype=float)
    for start in range(0, len(x), part):
        total += x[start : start + part].T @ (x[start : start + part] @ W - y[start : start + part])
    return W - learning_rate * total / len(x)


@alternative("the whole batch at once")
def at_once(W, x, y, *, part, learning_rate):
    return _whole(W, x, y, learning_rate)


def _case(rng, n, features=3, outputs=2):
    x = rng.uniform(0.5, 1.5, (n, features)) * rng.choice([-1.0, 1.0], (n, features))
    return rng.standard_normal((features, outputs)), x, rng.uniform(2, 4, (n, outputs))


def _whole(W, x, y, learning_rate):
    return W - learning_rate * x.T @ (x @ W - y) / len(x)


def _means(W, x, y, part):
    starts = range(0, len(x), part)
    return [x[i : i + part].T @ (x[i : i + part] @ W - y[i : i + part]) / len(x[i : i + part]) for i in starts]


def _compare(found, case, sentence, learning_rate=0.3):
    close(found, _whole(*case, learning_rate), sentence, scale=1)
