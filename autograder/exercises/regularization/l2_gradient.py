"""Write the gradient of the L2 penalty for all the parameters of a network, weights and biases."""

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
from dnnkit.regularization import l2_gradient as solution

points = 3
returns = [array]
hints = (
    "Write the penalty of one weight w down: λ/(2m) w². What is its derivative?",
    "The gradient of an array has the array's shape, and each of its entries depends only on the entry at its place.",
    "The penalty does not look at arrays of one axis. What is the gradient with respect to something that it does not "
    "look at?",
)

VALUE = "the gradient of an array with two axes or more must be the derivative of the penalty at each of its entries"
BIAS = "the gradient of an array with one axis must be zero"
COUNT = "there must be one gradient for each array"
SHAPE = "a gradient must have the shape of its array"
WHOLE = "whole numbers must get a gradient that is not rounded"
ZERO = "lam 0 must give gradients of zero"
NONE = "the weights get no gradient when there are biases too"
PENALIZED = "the biases get the gradient that weights get"


@core
@weight(3)
def check_weights(l2_gradient, rng):
    """Weights get the derivative of the penalty at each entry, over several layers."""
    for shapes, lam, m in ((((4, 3), (3, 2)), 0.7, 25), (((2, 3), (3, 5), (5, 1)), 6.0, 4)):
        for grad, W in _pairs(l2_gradient, _weights(rng, shapes), lam, m):
            close(grad, _slope(W, lam, m), VALUE)


@weight(2)
def check_biases(l2_gradient, rng):
    """Biases get a gradient of zeros, of their shape and at their place in the list."""
    weights = _weights(rng, ((3, 4), (4,), (4, 2), (2,)))
    found = l2_gradient(weights, 2.5, m=10)
    equal(len(found), 4, COUNT)
    require(np.max(np.abs(found[0]), initial=0) > 1e-3, NONE)
    for grad, b in zip(found[1::2], weights[1::2]):
        equal(grad.shape, b.shape, SHAPE)
        require(not np.allclose(grad, _slope(b, 2.5, 10)), PENALIZED)
        close(grad, np.zeros(b.shape), BIAS)


def check_axes_and_whole_numbers(l2_gradient, rng):
    """Three axes, a single row or column, whole numbers and lam 0 are treated like all others."""
    weights = _weights(rng, ((2, 3, 4), (1, 5), (5, 1), (1, 1)))
    for grad, W in _pairs(l2_gradient, weights, 1.5, 8):
        close(grad, _slope(W, 1.5, 8), VALUE)
    whole = [rng.integers(1, 9, (3, 2)), -rng.integers(1, 9, (2, 2))]
    for grad, W in _pairs(l2_gradient, whole, 1, 7):
        close(grad, _slope(W, 1, 7), WHOLE)
    for grad, W in _pairs(l2_gradient, weights, 0, 8):
        close(grad, np.zeros(W.shape), ZERO)


@hidden(like=(check_weights, check_biases, check_axes_and_whole_numbers))
def check_other_networks(l2_gradient, rng):
    """The same holds for biases that come first, for float32, one example, lam 0, and a bias of a single neuron."""
    first, last = ((3,), (2, 3), (1,), (3, 1)), ((6, 2), (2,), (2, 2, 2))
    cases = ((first, 0.3, 1, float), (last, 40.0, 300, np.float32), (last, 0, 30, float))
    for shapes, lam, m, dtype in cases:
        weights = [W.astype(dtype) for W in _weights(rng, shapes)]
        for grad, W in _pairs(l2_gradient, weights, lam, m):
            close(grad, _slope(W, lam, m) if W.ndim > 1 else np.zeros(W.shape), VALUE if W.ndim > 1 else BIAS)


covers = {
    "Write `l2_gradient(weights, lam, *, m)`": check_weights,
    "`weights` is a list of arrays": (check_weights, check_biases),
    "those with two axes or more are weights": (check_weights, check_axes_and_whole_numbers),
    "those with one axis are biases": check_biases,
    "`lam` is λ, which may be 0": (check_weights, check_axes_and_whole_numbers),
    "`m` is the number of training examples": check_weights,
    "Return a list of arrays of the same shapes, in the same order": (check_weights, check_biases),
    "the gradient of the penalty": check_weights,
    "The penalty does not contain the biases": check_biases,
    "may hold whole numbers": check_axes_and_whole_numbers,
    "Leave `weights` and its arrays as they are": check_weights,
    "For `weights = [np.array([[1.0, -2.0]])": "the example, by hand",
    "Gradient of the L2 penalty with respect to each array": check_weights,
}
equivalent = {
    "`weights = [_inputs.array(f'weights[{index}]', W) for index, W in enumerate(weights)]` becomes `pass` "
    "in _checked": "arrays come as arrays",
    "`weights, lam, m = _checked(weights, lam, m)` becomes `pass`": "no invalid input is asked about",
    "`l2_term(W, lam, m)` becomes `l2_term(lam, W, m)`": "the product is the same",
}


@misconception(
    "The biases are penalized like weights. They only shift what a neuron computes, and are left out of the penalty: "
    "their gradient is zero.",
    caught_by=check_biases,
    worth=0.65,
    said_by=PENALIZED,
)
def biases_penalized(weights, lam, *, m):
    return [lam / m * W for W in weights]


@misconception(
    "The gradient is twice as large as it should be: the derivative of w² is 2w, but the penalty is divided by 2m, so "
    "that the 2 cancels.",
    caught_by=check_weights,
)
def doubled(weights, lam, *, m):
    return [2 * grad for grad in _right(weights, lam, m)]


@misconception(
    "The gradient is half of what it should be: the 1/2 of the penalty is kept, though the derivative of the square "
    "brings a factor 2 that cancels it.",
    caught_by=check_weights,
)
def halved(weights, lam, *, m):
    return [grad / 2 for grad in _right(weights, lam, m)]


@misconception(
    "The number of training examples is left out. The loss is a mean over the examples, and the penalty is divided by "
    "m as well.",
    caught_by=check_weights,
)
def examples_left_out(weights, lam, *, m):
    return _right(weights, lam, 1)


@misconception(
    "The sign is the wrong way round: descent, which subtracts the gradient, would make the weights grow.",
    caught_by=check_weights,
)
def sign_flipped(weights, lam, *, m):
    return [-grad for grad in _right(weights, lam, m)]


@misconception(
    "That is the gradient of the L1 penalty, which pulls all weights with the same force. L2 pulls each in proportion "
    "to itself.",
    caught_by=check_weights,
)
def l1_for_l2(weights, lam, *, m):
    return _right([np.sign(W) for W in weights], lam, m)


@misconception(
    "The norm was not squared: the gradient of the norm itself is W divided by its norm. The penalty takes the "
    "*square* of the Frobenius norm.",
    caught_by=check_weights,
)
def norm_not_squared(weights, lam, *, m):
    return _right([W / np.linalg.norm(W) for W in weights], lam, m)


@same_mistake_as(norm_not_squared)
def half_the_norm(weights, lam, *, m):
    return [grad / 2 for grad in norm_not_squared(weights, lam, m=m)]


@misconception(
    "That is the penalty, a number, not its gradient, which says for each weight how the penalty changes with it.",
    caught_by=check_weights,
)
def penalty_for_gradient(weights, lam, *, m):
    return [np.float64(lam / (2 * m) * np.sum(np.square(W, dtype=float)) * (W.ndim > 1)) for W in weights]


@same_mistake_as(penalty_for_gradient)
def whole_penalty_for_gradient(weights, lam, *, m):
    return sum(penalty_for_gradient(weights, lam, m=m))


@misconception(
    "Those are the terms of the penalty, one for each weight, not their derivatives: that of w² is 2w.",
    caught_by=check_weights,
)
def terms_of_the_penalty(weights, lam, *, m):
    return [grad / 2 for grad in _right([np.square(W, dtype=float) for W in weights], lam, m)]


@same_mistake_as(terms_of_the_penalty)
def twice_the_terms_of_the_penalty(weights, lam, *, m):
    return _right([np.square(W, dtype=float) for W in weights], lam, m)


@misconception(
    "A bias itself is returned instead of its gradient. The penalty does not depend on it, so its gradient is zero.",
    caught_by=check_biases,
    worth=0.65,
)
def biases_handed_back(weights, lam, *, m):
    return [lam / m * W if W.ndim > 1 else W for W in weights]


@misconception(
    "The biases are missing from the list. An optimizer takes one gradient for each array: zeros where nothing pulls.",
    caught_by=check_biases,
    worth=0.65,
)
def biases_left_out_of_the_list(weights, lam, *, m):
    return [lam / m * W for W in weights if W.ndim > 1]


@misconception(
    "Whole numbers stay whole: the gradient is written into an array of integers like the one that came in, where 0.6 "
    "becomes 0.",
    caught_by=check_axes_and_whole_numbers,
    worth=0.9,
)
def rounded_to_whole_numbers(weights, lam, *, m):
    return [grad.astype(W.dtype) for grad, W in zip(_right(weights, lam, m), weights)]


@misconception(
    "Only matrices count, and arrays of three axes are left out with the biases: every array with two axes or more "
    "holds weights.",
    caught_by=check_axes_and_whole_numbers,
    worth=0.9,
)
def two_axes_only(weights, lam, *, m):
    return [lam / m * W if W.ndim == 2 else np.zeros(W.shape) for W in weights]


@misconception(
    "What came in is changed: the list, or an array in it, which a network still uses. Make a new list of new arrays.",
    caught_by=check_weights,
    worth=0.75,
    said_by="weights must not be changed in place",
)
def written_over(weights, lam, *, m):
    for W in weights:
        W[...] = lam / m * W if W.ndim > 1 else 0
    return list(weights)


@same_mistake_as(written_over)
def list_written_over(weights, lam, *, m):
    weights[:] = _right(weights, lam, m)
    return weights


@same_mistake_as(written_over)
def biases_written_over(weights, lam, *, m):
    for W in weights:
        W *= W.ndim > 1
    return [lam / m * W for W in weights]


@misconception(
    "A bias gets None, a single 0 or an empty array. Its gradient is an array of zeros of the shape of the bias, which "
    "an optimizer can use.",
    caught_by=check_biases,
    worth=0.7,
)
def zero_for_the_biases(weights, lam, *, m):
    return [lam / m * W if W.ndim > 1 else 0.0 for W in weights]


@same_mistake_as(zero_for_the_biases)
def nothing_for_the_biases(weights, lam, *, m):
    return [lam / m * W if W.ndim > 1 else None for W in weights]


@same_mistake_as(zero_for_the_biases)
def empty_for_the_biases(weights, lam, *, m):
    return [lam / m * W if W.ndim > 1 else np.array([]) for W in weights]


@misconception(
    "Each array is divided by its own number of rows. `m` is the number of training examples, the same for all.",
    caught_by=check_weights,
)
def rows_for_examples(weights, lam, *, m):
    return [lam / len(W) * W if W.ndim > 1 else np.zeros(W.shape) for W in weights]


@misconception(
    "Every second array is taken for a bias, whatever it is. What marks a bias is that it has one axis: some layers "
    "have none.",
    caught_by=check_weights,
)
def biases_by_their_place(weights, lam, *, m):
    return [lam / m * W if place % 2 == 0 else np.zeros(W.shape) for place, W in enumerate(weights)]


@misconception(
    "The gradients of the weights come first, and those of the biases after them. Each belongs at the place of its "
    "array, where an optimizer looks for it.",
    caught_by=check_biases,
    worth=0.65,
)
def weights_first(weights, lam, *, m):
    return sorted(_right(weights, lam, m), key=lambda grad: grad.ndim == 1)


@misconception(
    "With `lam` 0 there are no gradients at all. Even no penalty has a gradient, which is zero for every array.",
    caught_by=check_axes_and_whole_numbers,
    worth=0.9,
)
def none_without_a_penalty(weights, lam, *, m):
    return _right(weights, lam, m) if lam else []


@same_mistake_as(none_without_a_penalty)
def nothing_without_a_penalty(weights, lam, *, m):
    return _right(weights, lam, m) if lam else None


@neighbour("divided by the number of weights of each array")
def divided_by_the_size(weights, lam, *, m):
    return [grad / W.size for grad, W in zip(_right(weights, lam, m), weights)]


@neighbour("divided by m twice")
def divided_twice(weights, lam, *, m):
    return _right(weights, lam, m * m)


@neighbour("the gradient of the cube")
def cubed(weights, lam, *, m):
    return _right([W * np.abs(W) for W in weights], lam, m)


@alternative("a loop with a branch")
def by_a_loop(weights, lam, *, m):
    found = []
    for W in weights:
        grad = np.zeros(np.shape(W))
        if len(np.shape(W)) >= 2:
            grad += W
            grad *= lam
            grad /= m
        found.append(grad)
    return found


@alternative("central differences of the penalty")
def by_differences(weights, lam, *, m):
    found = []
    for W in weights:
        W = np.asarray(W, float)
        up, down = (W + 0.5) ** 2, (W - 0.5) ** 2
        found.append(lam / (2 * m) * (up - down) if W.ndim > 1 else 0 * W)
    return found


@alternative("in single precision, rounded in another order")
def in_float32(weights, lam, *, m):
    return [W.astype(np.float32) * np.float32(lam * (W.ndim > 1)) / np.float32(m) for W in weights]


def _pairs(l2_gradient, weights, lam, m):
    """Return each gradient with its array; there must be as many of them, or a loop over both would skip some."""
    found = l2_gradient(weights, lam, m=m)
    equal(len(found), len(weights), COUNT)
    return zip(found, weights)


def _right(weights, lam, m):
    return [_slope(W, lam, m) if np.ndim(W) > 1 else np.zeros(np.shape(W)) for W in weights]


def _slope(W, lam, m):
    return np.asarray(W, float) * lam / m


def _weights(rng, shapes):
    """Return arrays of unlike sizes, none of whose entries is near 0, 1 or -1."""
    return [
        (i + 1) * rng.uniform(1.2, 2, shape) * rng.choice([-1.0, 1.0], shape) * 0.4**i for i, shape in enumerate(shapes)
    ]
