"""Write the backward pass of inverted dropout: the gradient returns through the neurons that were kept."""

import numpy as np

from autograder.authoring import alternative, array, close, default_rng, equal, hidden, misconception, require
from dnnkit.dropout import dropout_backward as solution
from dnnkit.dropout import inverted_dropout

points = 3
returns = array
hints = (
    "In the forward pass y = mask * a / keep_prob. What is the derivative of one y by its own a, once the mask is "
    "drawn?",
    "The derivative is 1 / keep_prob where the mask is True and 0 where it is False.",
    "By the chain rule each entry of grad is multiplied by that derivative; nothing is drawn here.",
)


def check_gradient_returns_where_kept(dropout_backward, rng):
    """The gradient is zero exactly where the neuron was dropped."""
    grad, kept = _case(rng, (12, 9), 0.5)
    out = dropout_backward(grad, kept, 0.5)
    equal(out.shape, grad.shape, "the gradient must have the shape of grad")
    equal(dropout_backward(grad, kept, 0.5), out, "the same call must give the same gradient: draw nothing here")
    require((out[kept] != 0).any(), "the neurons that were kept must get the gradient")
    require((out[~kept] == 0).all(), "a dropped neuron must get no gradient")
    require((out[kept] != 0).all(), "every neuron that was kept must get its gradient")


def check_survivors_gradient_is_rescaled(dropout_backward, rng):
    """A survivor's gradient is divided by keep_prob, in a new array."""
    grad, kept = _case(rng, (12, 10), 0.8)
    out = dropout_backward(grad, kept, 0.8)
    equal(out.shape, grad.shape, "the gradient must have the shape of grad")
    close(out[kept], grad[kept] / 0.8, "the gradient of a survivor must be divided by keep_prob")


def check_slope_is_that_of_the_forward_pass(dropout_backward, rng):
    """The gradient agrees with the slope of the loss, measured by moving each input a little."""
    a, target, q, seed, eps = *rng.standard_normal((2, 4, 6)), 0.6, rng.integers(2**32), 1e-5

    def forward(a):
        return inverted_dropout(a, q, rng=default_rng(seed), train=True)

    def loss(a):
        return np.sum((forward(a)[0] - target) ** 2)

    steps = eps * np.eye(a.size).reshape(a.size, *a.shape)
    slope = np.array([(loss(a + step) - loss(a - step)) / (2 * eps) for step in steps]).reshape(a.shape)
    out, kept = forward(a)
    found = dropout_backward(2 * (out - target), kept, q)
    close(found, slope, "the gradient must be the slope of the loss through the forward pass")


@hidden
def check_any_shape_and_keep_prob(dropout_backward, rng):
    """Vectors, batches and batches of images, each with its own keep_prob; the arguments stay as they were."""
    for shape, q in (((60,), 0.3), ((9, 7), 0.75), ((3, 4, 5), 0.9)):
        grad, kept = _case(rng, shape, q)
        out = dropout_backward(grad, kept, q)
        close(out, np.where(kept, grad / q, 0), "the gradient must be grad / keep_prob where kept and 0 elsewhere")


def _case(rng, shape, keep_prob):
    """Return a gradient and a mask that keeps the first entry and drops the last."""
    kept = rng.random(shape) < keep_prob
    kept.flat[0], kept.flat[-1] = True, False
    return rng.uniform(0.5, 2, shape) * rng.choice([-1.0, 1.0], shape), kept


@misconception(
    "The gradient of the survivors is not divided by keep_prob. They were scaled up on the way forward, so a small "
    "step of the input moves the output 1 / keep_prob times as far.",
    caught_by=check_survivors_gradient_is_rescaled,
)
def no_rescale(grad, mask, keep_prob):
    return grad * mask


@misconception(
    "A fresh mask is drawn in the backward pass, so that gradient reaches neurons that had no part in the output. Use "
    "the mask of the forward pass.",
    caught_by=check_gradient_returns_where_kept,
    said_by="the same call must give the same gradient: draw nothing here",
)
def fresh_mask(grad, mask, keep_prob):
    return grad * (default_rng().random(grad.shape) < keep_prob) / keep_prob


@misconception(
    "The gradient is multiplied by keep_prob: scaling was undone where it must be repeated. The forward pass "
    "multiplies by 1 / keep_prob, and a constant factor is its own derivative.",
    caught_by=check_slope_is_that_of_the_forward_pass,
)
def scaled_the_other_way(grad, mask, keep_prob):
    return grad * mask * keep_prob


@misconception(
    "The gradient is divided by 1 - keep_prob, the share that was dropped. The forward pass divided by keep_prob.",
    caught_by=check_any_shape_and_keep_prob,
)
def divided_by_the_dropped_share(grad, mask, keep_prob):
    return grad * mask / (1 - keep_prob)


@misconception(
    "Every entry is rescaled, whether its neuron was kept or not. A dropped neuron had no part in the output, so the "
    "loss does not depend on it: its gradient is 0.",
    caught_by=check_gradient_returns_where_kept,
)
def mask_forgotten(grad, mask, keep_prob):
    return grad / keep_prob


@misconception(
    "The gradient goes to the neurons that were dropped, and not to those that were kept: the mask is read the "
    "wrong way round. It is True where a neuron was kept.",
    caught_by=check_gradient_returns_where_kept,
)
def mask_reversed(grad, mask, keep_prob):
    return grad * ~mask / keep_prob


@misconception(
    "grad is overwritten (`grad *= mask`). The caller may need it again, for instance where the output feeds two "
    "branches. Make a new array.",
    caught_by=check_survivors_gradient_is_rescaled,
    worth=0.75,
    said_by="grad must not be changed in place",
)
def changed_in_place(grad, mask, keep_prob):
    grad *= mask
    grad /= keep_prob
    return grad


@alternative("a loop over the entries, as nested lists would be written")
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
