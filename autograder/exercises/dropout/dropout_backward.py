"""Write the backward pass of inverted dropout: the gradient returns through the neurons that were kept."""

import numpy as np

from autograder.authoring import (
    alternative,
    array,
    close,
    core,
    default_rng,
    equal,
    hidden,
    misconception,
    neighbour,
    require,
    weight,
)
from dnnkit.dropout import dropout_backward as solution
from dnnkit.dropout import inverted_dropout

points = 2
returns = array
hints = (
    "In the forward pass y = mask * a / keep_prob. What is the derivative of one y by its own a, once the mask is "
    "drawn?",
    "The derivative is 1 / keep_prob where the mask is True and 0 where it is False.",
    "By the chain rule each entry of grad is multiplied by that derivative; nothing is drawn here.",
)

SHAPE = "the gradient must have the shape of grad"
AGAIN = "the same call must give the same gradient: draw nothing here"
WHOLE = "whole numbers in grad must be divided without rounding"
VALUE = "the gradient must be grad / keep_prob where the mask is True and 0 elsewhere"


def check_dropped_neurons_get_nothing(dropout_backward, rng):
    """The gradient is 0 where the mask is False, and only there."""
    grad, kept = _case(rng, (12, 9), 0.5)
    out = dropout_backward(grad, kept, 0.5)
    equal(out.shape, grad.shape, SHAPE)
    require(np.array_equal(dropout_backward(grad, kept, 0.5), out, equal_nan=True), AGAIN)
    require((out[kept] != 0).any(), "a neuron that was kept must get its gradient")
    require((out[~kept] == 0).all(), "a dropped neuron must get no gradient")


def check_survivors_gradient_is_rescaled(dropout_backward, rng):
    """Where the mask is True, the gradient is grad / keep_prob."""
    grad, kept = _case(rng, (11, 9), 0.8)  # with this many entries no mask keeps exactly that share
    out = dropout_backward(grad, kept, 0.8)
    equal(out.shape, grad.shape, SHAPE)
    close(out, np.where(kept, grad / 0.8, out), "the gradient of a survivor must be grad / keep_prob")


@core
@weight(2)
def check_slope_is_that_of_the_forward_pass(dropout_backward, rng):
    """The gradient is the slope of the loss, measured by moving each input a little."""
    a, target, q, seed, eps = *rng.standard_normal((2, 4, 6)), 0.6, rng.integers(2**32), 1e-5
    a[1], a[2, 3] = 0, 0  # so that the mask cannot be read off the output

    def forward(a):
        return inverted_dropout(a, q, rng=default_rng(seed), train=True)

    def loss(a):
        return np.sum((forward(a)[0] - target) ** 2)

    steps = eps * np.eye(a.size).reshape(a.size, *a.shape)
    slope = np.array([(loss(a + step) - loss(a - step)) / (2 * eps) for step in steps]).reshape(a.shape)
    out, kept = forward(a)
    found = dropout_backward(2 * (out - target), kept, q)
    close(found, slope, "the gradient must be the slope of the loss through the forward pass")


def check_any_shape(dropout_backward, rng):
    """A vector, three axes and whole numbers are treated alike, and with keep_prob 1 the gradient is grad."""
    for shape, q in (((60,), 0.3), ((3, 4, 5), 0.9), ((5, 5), 1.0)):
        grad, kept = _case(rng, shape, q)
        out = dropout_backward(grad, kept, q)
        equal(out.shape, grad.shape, SHAPE)
        if q == 1:
            close(out, grad, "with keep_prob 1 and a mask that is all True the gradient must be grad")
    grad, kept = rng.integers(1, 9, (6, 7)), _case(rng, (6, 7), 0.4)[1]
    close(dropout_backward(grad, kept, 0.4), dropout_backward(grad.astype(float), kept, 0.4), WHOLE)


@hidden(like=(check_dropped_neurons_get_nothing, check_survivors_gradient_is_rescaled, check_any_shape))
def check_other_shapes_and_masks(dropout_backward, rng):
    """The same holds for other shapes and probabilities, float32, and masks that drop all or nothing."""
    for shape, q in (((60,), 0.3), ((1, 7), 0.75), ((8, 8), 0.5), ((2, 3, 4, 5), 0.9), ((40, 1), 0.05)):
        grad, kept = _case(rng, shape, q)
        for mask in (kept, ~kept):
            close(dropout_backward(grad, mask, q), np.where(mask, grad / q, 0), VALUE)
    grad = rng.standard_normal((6, 5)).astype(np.float32)
    for mask in (np.ones((6, 5), bool), np.zeros((6, 5), bool)):
        close(dropout_backward(grad, mask, 0.4), np.where(mask, grad / 0.4, 0), VALUE)


covers = {
    "Write `dropout_backward(grad, mask, keep_prob)`": check_slope_is_that_of_the_forward_pass,
    "the same shape, of one or more axes": check_any_shape,
    "Return the gradient with respect to the layer's input": (
        check_slope_is_that_of_the_forward_pass,
        check_dropped_neurons_get_nothing,
        check_survivors_gradient_is_rescaled,
    ),
    "Leave `grad` and `mask` as they are": check_dropped_neurons_get_nothing,
    "For example": "one mask of many",
    "Carry the gradient back": check_slope_is_that_of_the_forward_pass,
}
equivalent = {
    "`apply_mask(grad, mask, _inputs.probability('keep_prob', keep_prob))` becomes `apply_mask(mask, grad, "
    "_inputs.probability('keep_prob', keep_prob))`": "the product is the same",
}


def _case(rng, shape, keep_prob):
    """Return a gradient, 0 at some neurons, and a mask that keeps the first entry and, below keep_prob 1, not the last.

    Neither of the two is 0.
    """
    kept = rng.random(shape) < keep_prob
    kept.flat[0], kept.flat[-1] = True, keep_prob == 1
    grad = rng.uniform(0.5, 2, shape) * rng.choice([-1.0, 1.0], shape)
    grad.flat[1] = 0
    return grad, kept


@misconception(
    "The gradient of the survivors is not divided by keep_prob. They were scaled up in the forward pass, so a small "
    "step of the input moves the output 1 / keep_prob times as far.",
    caught_by=check_survivors_gradient_is_rescaled,
)
def no_rescale(grad, mask, keep_prob):
    return grad * mask


@misconception(
    "A fresh mask is drawn in the backward pass, so that gradient reaches neurons that had no part in the output. Use "
    "the mask of the forward pass.",
    caught_by=check_dropped_neurons_get_nothing,
    said_by=AGAIN,
)
def fresh_mask(grad, mask, keep_prob):
    return grad * (default_rng().random(grad.shape) < keep_prob) / keep_prob


@misconception(
    "The mask is drawn anew, with a seed fixed in the function. The forward pass drew another one: use the mask that "
    "is passed in.",
    caught_by=check_dropped_neurons_get_nothing,
)
def seeded_mask(grad, mask, keep_prob):
    return grad * (default_rng(0).random(grad.shape) < keep_prob) / keep_prob


@misconception(
    "The gradient is multiplied by keep_prob: scaling was undone where it must be repeated. The forward pass "
    "multiplies by 1 / keep_prob, and a constant factor is its own derivative.",
    caught_by=check_slope_is_that_of_the_forward_pass,
)
def scaled_the_other_way(grad, mask, keep_prob):
    return grad * mask * keep_prob


@misconception(
    "The gradient is divided by 1 - keep_prob, the share that was dropped. The forward pass divided by keep_prob.",
    caught_by=check_any_shape,
)
def divided_by_the_dropped_share(grad, mask, keep_prob):
    return grad * mask / (1 - keep_prob)


@misconception(
    "Whole numbers stay whole: the quotients are put into an array of integers like grad, where they lose their "
    "decimals.",
    caught_by=check_any_shape,
    worth=0.85,
)
def rounded_to_whole_numbers(grad, mask, keep_prob):
    return solution(grad, mask, keep_prob).astype(grad.dtype)


@misconception(
    "Every entry is rescaled, whether its neuron was kept or not. A dropped neuron had no part in the output, so the "
    "loss does not depend on it: its gradient is 0.",
    caught_by=check_dropped_neurons_get_nothing,
)
def mask_forgotten(grad, mask, keep_prob):
    return grad / keep_prob


@misconception(
    "The gradient goes to the neurons that were dropped instead of those that were kept: the mask is read the wrong "
    "way round. It is True where a neuron was kept.",
    caught_by=check_dropped_neurons_get_nothing,
)
def mask_reversed(grad, mask, keep_prob):
    return grad * ~mask / keep_prob


@misconception(
    "grad is overwritten (`grad *= mask`). The caller may need it again, for instance when the output feeds two "
    "branches. Make a new array.",
    caught_by=check_survivors_gradient_is_rescaled,
    worth=0.85,
    said_by="grad must not be changed in place",
)
def changed_in_place(grad, mask, keep_prob):
    grad *= mask
    grad /= keep_prob
    return grad


@neighbour("the gradient is divided by keep_prob twice")
def divided_twice(grad, mask, keep_prob):
    return grad * mask / keep_prob**2


@neighbour("a dropped neuron gets the gradient as it came, though not rescaled")
def dropped_ones_get_some(grad, mask, keep_prob):
    return np.where(mask, grad / keep_prob, grad)


@neighbour("the gradient is divided by the share that this mask kept, not by its probability")
def divided_by_the_share_kept(grad, mask, keep_prob):
    return grad * mask / max(np.mean(mask), 1e-9)


@alternative("a loop over the entries, returned as nested lists")
def looped(grad, mask, keep_prob):
    out = np.zeros(grad.shape)
    for place in np.ndindex(grad.shape):
        if mask[place]:
            out[place] = grad[place] / keep_prob
    return out.tolist()


@alternative("indexing the survivors, in float32")
def indexed(grad, mask, keep_prob):
    out = np.zeros_like(grad, dtype=np.float32)
    out[mask] = grad[mask] / keep_prob
    return out


@alternative("a copy of grad in which the dropped entries are set to 0")
def from_a_copy(grad, mask, keep_prob):
    out = grad / keep_prob
    out[np.logical_not(mask)] = 0
    return out
