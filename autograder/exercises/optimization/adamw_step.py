"""Repair a step of AdamW, whose decay goes through the means."""

import numpy as np

from autograder.authoring import (
    alternative,
    anything,
    array,
    close,
    core,
    free,
    hidden,
    misconception,
    neighbour,
    same_mistake_as,
    weight,
)
from dnnkit import optimization

from ._shared import RTOL, follow, gradients, weights

points = 3
returns = (array, free(anything))
hints = (
    "Set the gradient to zero and the weights to 1 and 100. By what share does each of them move in the first step?",
    "Adam divides whatever comes in by its own size. What becomes of a decay that comes in with the gradient?",
    "Take the decay out of the gradient, and let the weights that came in shrink by learning_rate * weight_decay of "
    "themselves, in addition to Adam's step.",
)

SHARE = "without any gradient every weight must lose the share learning_rate * weight_decay of itself"
STEPS = "each step must be one of Adam, and take off the share learning_rate * weight_decay of the weights that came in"
NONE = "with weight_decay 0 the step must be one of Adam"


def given(w, grad, state=None, *, learning_rate, weight_decay, beta1=0.9, beta2=0.999, eps=1e-8):
    """One step of AdamW: return the new w and the new state."""
    if state is not None:
        state = optimization.AdamState(*state)  # as adam_step wants it
    grad = grad + weight_decay * w
    return optimization.adam_step(w, grad, state, learning_rate=learning_rate, beta1=beta1, beta2=beta2, eps=eps)


def solution(w, grad, state=None, *, learning_rate, weight_decay, beta1=0.9, beta2=0.999, eps=1e-8):
    """One step of AdamW: return the new w and the new state."""
    if state is not None:
        state = optimization.AdamState(*state)  # as adam_step wants it
    new, state = optimization.adam_step(w, grad, state, learning_rate=learning_rate, beta1=beta1, beta2=beta2, eps=eps)
    return new - learning_rate * weight_decay * w, state


@core
@weight(3)
def check_several_steps(adamw_step, rng):
    """Three steps are those of Adam, plus the decay."""
    for shape, decay in (((3, 2), 0.5), ((4,), 0.05)):
        settings = {"weight_decay": decay, "beta1": 0.6, "beta2": 0.8, "eps": 0.1}
        rates = [0.3, 0.1, 0.2]
        follow(adamw_step, solution, weights(rng, shape), gradients(rng, shape, 3), rates, STEPS, **settings)


@weight(2)
def check_every_weight_loses_its_share(adamw_step, rng):
    """Without a gradient, weights of every size lose the same share, step after step."""
    w, state = rng.permutation([-30.0, -1.0, 0.02, 0.5, 8.0]), None
    expected = w
    for rate, decay in ((0.1, 0.5), (0.4, 0.3)):
        w, state = adamw_step(w, np.zeros(5), state, learning_rate=rate, weight_decay=decay)
        expected = (1 - rate * decay) * expected
        close(w, expected, SHARE, rtol=RTOL)


def check_without_decay(adamw_step, rng):
    """With weight_decay 0 nothing but Adam is left."""
    settings = {"weight_decay": 0.0, "beta1": 0.7, "beta2": 0.5, "eps": 0.2}
    follow(adamw_step, solution, weights(rng, (4,)), gradients(rng, (4,), 3), [0.2] * 3, NONE, **settings)


@hidden(like=(check_several_steps, check_every_weight_loses_its_share))
def check_other_runs(adamw_step, rng):
    """The same holds for one number, three axes, float32, and the usual settings."""
    for shape, dtype in (((), float), ((2, 1, 3), float), ((3, 3), np.float32)):
        w = weights(rng, shape).astype(dtype)
        grads = [grad.astype(dtype) for grad in gradients(rng, shape, 4)]
        follow(adamw_step, solution, w, grads, [0.3, 0.1, 0.2, 0.05], STEPS, weight_decay=0.2)


covers = {
    "This step of AdamW has **one** fault": (check_several_steps, check_every_weight_loses_its_share),
    "Find it and repair it": (check_several_steps, check_every_weight_loses_its_share),
    "everything else is as it should be": (check_several_steps, check_without_decay),
    "Every weight is to lose the share": check_every_weight_loses_its_share,
    "of what it was when it came in": check_several_steps,
    "`weight_decay` may be 0": check_without_decay,
    "Leave `w`, `grad` and `state` as they are": check_several_steps,
    "One step of AdamW: return the new w and the new state": check_several_steps,
}


@misconception(
    "The decay still goes through both of Adam's means, and is divided by its own size: without any gradient, large "
    "weights and small ones lose the same amount, not the same share.",
    caught_by=check_every_weight_loses_its_share,
)
def through_both_means(w, grad, state=None, *, learning_rate, weight_decay, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adamw(w, grad + weight_decay * w, state, learning_rate, 0.0, beta1, beta2, eps)


@same_mistake_as(through_both_means)
def share_through_both_means(w, grad, state=None, *, learning_rate, weight_decay, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adamw(w, grad + learning_rate * weight_decay * w, state, learning_rate, 0.0, beta1, beta2, eps)


@misconception(
    "The decay was taken out of the gradient and put nowhere else: this is Adam without any decay.",
    caught_by=check_every_weight_loses_its_share,
)
def no_decay_at_all(w, grad, state=None, *, learning_rate, weight_decay, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adamw(w, grad, state, learning_rate, 0.0, beta1, beta2, eps)


@misconception(
    "The decay is there twice: the weights shrink by themselves, and the decay is still in the gradient as well.",
    caught_by=check_every_weight_loses_its_share,
)
def decayed_twice(w, grad, state=None, *, learning_rate, weight_decay, beta1=0.9, beta2=0.999, eps=1e-8):
    grad = grad + weight_decay * w
    return _adamw(w, grad, state, learning_rate, weight_decay, beta1, beta2, eps)


@misconception(
    "The decay is not multiplied by the learning rate. Then weights go on shrinking when a schedule has brought the "
    "rate to zero.",
    caught_by=check_every_weight_loses_its_share,
)
def without_the_rate(w, grad, state=None, *, learning_rate, weight_decay, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adamw(w, grad, state, learning_rate, weight_decay / learning_rate, beta1, beta2, eps)


@misconception(
    "`weight_decay` is ignored: the weights lose a fixed share, whatever it is.",
    caught_by=check_without_decay,
    worth=0.2,
)
def fixed_share(w, grad, state=None, *, learning_rate, weight_decay, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adamw(w, grad, state, learning_rate, 0.01, beta1, beta2, eps)


@misconception(
    "The weights shrink after they have moved, so that a share of the new step is taken off as well. It is the weights "
    "that came in that lose their share.",
    caught_by=check_several_steps,
)
def after_the_step(w, grad, state=None, *, learning_rate, weight_decay, beta1=0.9, beta2=0.999, eps=1e-8):
    new, state = _adamw(w, grad, state, learning_rate, 0.0, beta1, beta2, eps)
    return (1 - learning_rate * weight_decay) * new, state


@misconception(
    "The weights grow: the decay has the wrong sign.",
    caught_by=check_every_weight_loses_its_share,
    worth=0.3,
)
def growing(w, grad, state=None, *, learning_rate, weight_decay, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adamw(w, grad, state, learning_rate, -weight_decay, beta1, beta2, eps)


@misconception(
    "The weights are multiplied by the share that they are to lose. They keep the rest: 1 minus that share.",
    caught_by=check_every_weight_loses_its_share,
    worth=0.3,
)
def only_the_share_is_left(w, grad, state=None, *, learning_rate, weight_decay, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adamw(learning_rate * weight_decay * w, grad, state, learning_rate, 0.0, beta1, beta2, eps)


@misconception(
    "Not all settings are passed on: Adam's step is made with the default beta1, beta2 or eps, whatever is given.",
    caught_by=check_without_decay,
    worth=0.6,
)
def settings_lost(w, grad, state=None, *, learning_rate, weight_decay, beta1=0.9, beta2=0.999, eps=1e-8):
    return solution(w, grad, state, learning_rate=learning_rate, weight_decay=weight_decay)


@same_mistake_as(settings_lost)
def betas_lost(w, grad, state=None, *, learning_rate, weight_decay, beta1=0.9, beta2=0.999, eps=1e-8):
    return solution(w, grad, state, learning_rate=learning_rate, weight_decay=weight_decay, eps=eps)


@same_mistake_as(settings_lost)
def eps_lost(w, grad, state=None, *, learning_rate, weight_decay, beta1=0.9, beta2=0.999, eps=1e-8):
    return solution(w, grad, state, learning_rate=learning_rate, weight_decay=weight_decay, beta1=beta1, beta2=beta2)


@misconception(
    "The state is thrown away, and each step of Adam is a first one. The line that turns a plain tuple into an "
    "AdamState was right: put it back.",
    caught_by=check_without_decay,
)
def state_thrown_away(w, grad, state=None, *, learning_rate, weight_decay, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adamw(w, grad, None, learning_rate, weight_decay, beta1, beta2, eps)


@misconception(
    "The weights are changed in place (`w *= ...`). The caller may still need the old ones: make a new array.",
    caught_by=check_every_weight_loses_its_share,
    said_by="w must not be changed in place",
    worth=0.85,
)
def weights_in_place(w, grad, state=None, *, learning_rate, weight_decay, beta1=0.9, beta2=0.999, eps=1e-8):
    w *= 1 - learning_rate * weight_decay
    return _adamw(w, grad, state, learning_rate, 0.0, beta1, beta2, eps)


@neighbour("the decay has half of its strength")
def half_the_decay(w, grad, state=None, *, learning_rate, weight_decay, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adamw(w, grad, state, learning_rate, weight_decay / 2, beta1, beta2, eps)


@neighbour("every weight loses the same amount, not the same share")
def same_amount(w, grad, state=None, *, learning_rate, weight_decay, beta1=0.9, beta2=0.999, eps=1e-8):
    new, state = _adamw(w, grad, state, learning_rate, 0.0, beta1, beta2, eps)
    return new - learning_rate * weight_decay * np.sign(w), state


@alternative("decay first, then a step of Adam from there")
def decay_first(w, grad, state=None, *, learning_rate, weight_decay, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adamw((1 - learning_rate * weight_decay) * w, grad, state, learning_rate, 0.0, beta1, beta2, eps)


@alternative("the decay is added to Adam's step, outside the division")
def beside_the_step(w, grad, state=None, *, learning_rate, weight_decay, beta1=0.9, beta2=0.999, eps=1e-8):
    state = state or {"m": np.zeros_like(w), "s": np.zeros_like(w), "t": 0}
    m, s, t = beta1 * state["m"] + (1 - beta1) * grad, beta2 * state["s"] + (1 - beta2) * grad**2, state["t"] + 1
    step = (m / (1 - beta1**t)) / (np.sqrt(s / (1 - beta2**t)) + eps) + weight_decay * w
    return w - learning_rate * step, {"m": m, "s": s, "t": t}


def _adamw(w, grad, state, rate, decay, beta1, beta2, eps):
    """Return a step of Adam, plus a decay of the weights that came in."""
    state = None if state is None else optimization.AdamState(*state)
    moved, state = optimization.adam_step(w, grad, state, learning_rate=rate, beta1=beta1, beta2=beta2, eps=eps)
    return moved - rate * decay * w, state
