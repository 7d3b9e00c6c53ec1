"""Repair a loop of Adam in which the decay of the weights goes through the moments."""

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
    shaped,
    weight,
)

points = 4
returns = array
hints = (
    "Follow `weight_decay * w` through the loop, line by line. What is it divided by before it reaches the weights?",
    "An input that is always 0 has a gradient of 0. What share of its weight does a step of this loop take off, and "
    "what share should it take off?",
    "`mean` and `square` must only ever see the gradient of the loss. Where else can the decay act?",
)

STEP = "the first step must take the share learning_rate * weight_decay off each weight, and move it as Adam does"
MORE = "further steps must do what the first one does, with the running means of the loss's gradient alone"
IDLE = "a weight whose input is always 0 must lose the share learning_rate * weight_decay at every step, and no more"
PLAIN = "without decay the loop must be Adam's"
SHAPE = "the weights must keep their shape"
NO_DECAY = "the weights are those of Adam without any decay"
NO_RATE = "the decay does not contain the learning rate"
UP = "a weight whose input is always 0 grows"


def given(x, y, w, *, learning_rate, weight_decay, steps):
    """Least squares by Adam with decay of the weights; return the new weights."""
    mean, square = np.zeros(len(w)), np.zeros(len(w))
    for step in range(1, steps + 1):
        grad = weight_decay * w + x.T @ (x @ w - y) / len(x)
        mean = 0.9 * mean + 0.1 * grad
        square = 0.999 * square + 0.001 * grad**2
        move = mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        w = w - learning_rate * move
    return w


def solution(x, y, w, *, learning_rate, weight_decay, steps):
    """Least squares by Adam with decay of the weights; return the new weights."""
    mean, square = np.zeros(len(w)), np.zeros(len(w))
    for step in range(1, steps + 1):
        grad = x.T @ (x @ w - y) / len(x)
        mean = 0.9 * mean + 0.1 * grad
        square = 0.999 * square + 0.001 * grad**2
        move = mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        w = w - learning_rate * weight_decay * w - learning_rate * move
    return w


@core
@weight(3)
def check_one_step(train_with_decay, rng):
    """The first step takes the same share off all weights and moves them by the learning rate against the gradient."""
    for rate, decay in ((0.1, 0.5), (0.3, 2.0)):
        x, y, w = _data(rng, 12, (10.0, 1.0, *[0.01] * 12))
        y = y / 1000  # so that no gradient changes sign if the weights have decayed before it
        grad = x.T @ (x @ w - y) / len(x)
        right = (1 - rate * decay) * w - rate * grad / (np.abs(grad) + 1e-8)
        close(train_with_decay(x, y, w, learning_rate=rate, weight_decay=decay, steps=1), right, STEP, rtol=1e-4)


@weight(2)
def check_idle_weights(train_with_decay, rng):
    """A weight whose input is always 0 decays, and does nothing else."""
    x, y, w = _data(rng, 9, (3.0, 0.0, 0.2, 0.0))
    w[[1, 3]] = np.abs(w[[1, 3]]) * [1, -1]
    found = shaped(train_with_decay(x, y, w, learning_rate=0.05, weight_decay=3.0, steps=6), w.shape, SHAPE)
    left, right = found[[1, 3]] / w[[1, 3]], np.full(2, (1 - 0.05 * 3.0) ** 6)
    without = solution(x, y, w, learning_rate=0.05, weight_decay=0.0, steps=6)
    require(not np.allclose(found, without), NO_DECAY)
    require(not np.allclose(left, (1 - 3.0) ** 6), NO_RATE)
    require(not np.allclose(left, (1 + 0.05 * 3.0) ** 6), UP)
    close(left, right, IDLE)


@weight(2)
def check_several_steps(train_with_decay, rng):
    """The running means of several steps hold the gradient of the loss and nothing else."""
    x, y, w = _data(rng, 10, (5.0, 1.0, 0.1, 0.5))
    settings = {"learning_rate": 0.1, "weight_decay": 2.0, "steps": 6}
    close(train_with_decay(x, y, w, **settings), solution(x, y, w, **settings), MORE)


def check_no_decay(train_with_decay, rng):
    """With weight_decay 0 it is Adam; with no step the weights are those at the start."""
    x, y, w = _data(rng, 8, (2.0, 0.3))
    settings = {"learning_rate": 0.1, "weight_decay": 0.0}
    close(train_with_decay(x, y, w, steps=4, **settings), solution(x, y, w, steps=4, **settings), PLAIN, rtol=1e-4)
    close(train_with_decay(x, y, w, steps=0, **settings), w, PLAIN)


@hidden(like=(check_one_step, check_several_steps, check_idle_weights))
def check_other_data(train_with_decay, rng):
    """The same holds for one weight, one example, and more steps."""
    for n, scales, steps in ((1, (1.0, 4.0), 3), (7, (0.5,), 12), (6, (20.0, 0.0, 1.0), 7)):
        x, y, w = _data(rng, n, scales)
        settings = {"learning_rate": 0.04, "weight_decay": 2.5, "steps": steps}
        close(train_with_decay(x, y, w, **settings), solution(x, y, w, **settings), MORE, rtol=1e-5)


covers = {
    "This loop trains a linear model with Adam": check_no_decay,
    "at every step, each weight loses the share `learning_rate * weight_decay` of its value before the step": (
        check_one_step,
        check_idle_weights,
    ),
    "whatever the gradients of the loss are": (check_one_step, check_several_steps),
    "The loop has **one** fault": (check_one_step, check_several_steps),
    "weights with large gradients hardly decay": "what was seen",
    "Find it and repair it; everything else is as it should be": (check_several_steps, check_no_decay),
    "`x` has shape (n, features), `y` has (n,) and `w` has (features,)": check_one_step,
    "all three stay as they are": check_one_step,
    "Least squares by Adam with decay of the weights": (check_one_step, check_no_decay),
}
equivalent = {
    "`x.T @ (x @ w - y) / len(x)` becomes `x.T @ (x @ w - y) * len(x)`": "Adam's step does not depend on the scale",
    "`np.sqrt(square / (1 - 0.999 ** step)) + 1e-08` becomes `np.sqrt(square / (1 - 0.999 ** step)) - 1e-08`": "tiny",
    "`np.sqrt(square / (1 - 0.999 ** step)) + 1e-08` becomes `np.sqrt(square / (1 - 0.999 ** step)) + 2e-08`": "tiny",
}


@misconception(
    "The loop does what it did before: the decay is part of the gradient, and is divided by its size. Take it out of "
    "`grad`, and subtract it from the weights separately.",
    caught_by=check_one_step,
    worth=0.3,
)
def unrepaired(x, y, w, *, learning_rate, weight_decay, steps):
    return given(x, y, w, learning_rate=learning_rate, weight_decay=weight_decay, steps=steps)


@misconception(
    "The decay is still part of the gradient that the running mean sees. It is kept out of the squares only, and is "
    "still divided by their root, so that weights with large gradients decay less.",
    caught_by=check_one_step,
    worth=0.4,
)
def in_the_mean_only(x, y, w, *, learning_rate, weight_decay, steps):
    mean, square = np.zeros(len(w)), np.zeros(len(w))
    for step in range(1, steps + 1):
        grad = x.T @ (x @ w - y) / len(x)
        mean = 0.9 * mean + 0.1 * (grad + weight_decay * w)
        square = 0.999 * square + 0.001 * grad**2
        w = w - learning_rate * mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return w


@misconception(
    "The decay is added to the running mean at the moment of the step, and is divided by the root of the squares with "
    "it. Divide only Adam's part.",
    caught_by=check_one_step,
    worth=0.4,
)
def under_the_root(x, y, w, *, learning_rate, weight_decay, steps):
    mean, square = np.zeros(len(w)), np.zeros(len(w))
    for step in range(1, steps + 1):
        grad = x.T @ (x @ w - y) / len(x)
        mean = 0.9 * mean + 0.1 * grad
        square = 0.999 * square + 0.001 * grad**2
        root = np.sqrt(square / (1 - 0.999**step)) + 1e-8
        w = w - learning_rate * (mean / (1 - 0.9**step) + weight_decay * w) / root
    return w


@misconception(
    "The decay was taken out of the gradient and put nowhere else: this is Adam without any decay.",
    caught_by=check_idle_weights,
    said_by=NO_DECAY,
)
def taken_out(x, y, w, **settings):
    return _run(x, y, w, **settings, share=0.0)


@misconception(
    "The decay does not contain the learning rate: a step takes off the share weight_decay. The convention here, and "
    "PyTorch's, is learning_rate times weight_decay, so that a rate that falls brings the decay down with it.",
    caught_by=check_idle_weights,
    said_by=NO_RATE,
)
def rate_left_out(x, y, w, *, learning_rate, weight_decay, steps):
    share = 1 / learning_rate
    return _run(x, y, w, learning_rate=learning_rate, weight_decay=weight_decay, steps=steps, share=share)


@misconception(
    "The decay contains the learning rate twice: it is inside the parentheses that the learning rate multiplies "
    "already.",
    caught_by=check_one_step,
    worth=0.4,
)
def rate_twice(x, y, w, *, learning_rate, weight_decay, steps):
    settings = {"learning_rate": learning_rate, "weight_decay": weight_decay, "steps": steps}
    return _run(x, y, w, **settings, share=learning_rate)


@misconception(
    "The decay has the wrong sign: weights grow at every step.",
    caught_by=check_idle_weights,
    said_by=UP,
)
def grows(x, y, w, **settings):
    return _run(x, y, w, **settings, share=-1.0)


@misconception(
    "The decay acts twice: once on the weights, as it should, and once more through the gradient, where it was before.",
    caught_by=check_several_steps,
    worth=0.45,
)
def twice(x, y, w, *, learning_rate, weight_decay, steps):
    def step(w, grad, adam):
        return w - learning_rate * (adam(grad + weight_decay * w) + weight_decay * w)

    return _loop(x, y, w, steps, step)


@misconception(
    "The decay takes its share of the weights after the step has moved them. It is meant to take it of the weights "
    "before the step.",
    caught_by=check_one_step,
    worth=0.5,
)
def after_the_move(x, y, w, *, learning_rate, weight_decay, steps):
    def step(w, grad, adam):
        return (w - learning_rate * adam(grad)) * (1 - learning_rate * weight_decay)

    return _loop(x, y, w, steps, step)


@misconception(
    "The decay pulls all weights alike, by their sign, as L1 does. Decay takes a share of each weight.",
    caught_by=check_one_step,
    worth=0.4,
)
def by_the_sign(x, y, w, *, learning_rate, weight_decay, steps):
    def step(w, grad, adam):
        return w - learning_rate * (adam(grad) + weight_decay * np.sign(w))

    return _loop(x, y, w, steps, step)


@misconception(
    "The steps are not Adam's any more, but plain gradient descent with decay. Adam's part of the step was right: "
    "its running means stay, and only the decay leaves them.",
    caught_by=check_no_decay,
    worth=0.3,
)
def plain_descent(x, y, w, *, learning_rate, weight_decay, steps):
    for _ in range(steps):
        w = w - learning_rate * (x.T @ (x @ w - y) / len(x) + weight_decay * w)
    return w


@misconception(
    "The weights decay before the gradient is computed, which is then that of other weights. Both parts of a step "
    "start from the weights before it.",
    caught_by=check_several_steps,
    worth=0.8,  # Adam's first step goes by signs alone, which seldom change
)
def before_the_gradient(x, y, w, *, learning_rate, weight_decay, steps):
    mean, square = np.zeros(len(w)), np.zeros(len(w))
    for step in range(1, steps + 1):
        w = w * (1 - learning_rate * weight_decay)
        grad = x.T @ (x @ w - y) / len(x)
        mean, square, move = _adam(mean, square, grad, step)
        w = w - learning_rate * move
    return w


@misconception(
    "The share is taken of the weights at the start, at every step. It should be taken of the weights as they are now.",
    caught_by=check_several_steps,
    worth=0.6,
)
def of_the_first_weights(x, y, w, *, learning_rate, weight_decay, steps):
    pull = weight_decay * w

    def step(w, grad, adam):
        return w - learning_rate * (adam(grad) + pull)

    return _loop(x, y, w, steps, step)


@misconception(
    "The decay is divided by the number of examples. That turns a λ into a weight decay; `weight_decay` is one "
    "already.",
    caught_by=check_one_step,
    worth=0.4,
)
def divided_by_the_examples(x, y, w, **settings):
    return _run(x, y, w, **settings, share=1 / len(x))


@misconception(
    "The weights that came in are changed in place: the caller may want to begin another run from them. Make a new "
    "array at each step, `w = w - ...`, as the loop did.",
    caught_by=check_no_decay,
    worth=0.9,
    said_by="w must not be changed in place",
)
def changed_in_place(x, y, w, **settings):
    w[...] = solution(x, y, w, **settings)
    return w


@neighbour("half of the decay")
def half(x, y, w, **settings):
    return _run(x, y, w, **settings, share=0.5)


@neighbour("decay at the last step only")
def once(x, y, w, *, learning_rate, weight_decay, steps):
    moved = solution(x, y, w, learning_rate=learning_rate, weight_decay=0.0, steps=steps)
    return moved - (learning_rate * weight_decay * w if steps else 0)


@alternative("a factor in front of the weights")
def by_a_factor(x, y, w, *, learning_rate, weight_decay, steps):
    mean, square = np.zeros_like(w), np.zeros_like(w)
    for step in range(1, steps + 1):
        grad = x.T @ (x @ w - y) / len(x)
        mean, square, move = _adam(mean, square, grad, step)
        w = (1 - learning_rate * weight_decay) * w
        w -= learning_rate * move
    return w


@alternative("the course's own step of AdamW")
def by_adamw_step(x, y, w, *, learning_rate, weight_decay, steps):
    from dnnkit import optimization

    state = None
    for _ in range(steps):
        grad = x.T @ (x @ w - y) / len(x)
        w, state = optimization.adamw_step(w, grad, state, learning_rate=learning_rate, weight_decay=weight_decay)
    return w


@alternative("the decay added to the move")
def added_to_the_move(x, y, w, *, learning_rate, weight_decay, steps):
    means = np.zeros((2, len(w)))
    for step in range(1, steps + 1):
        grad = (x @ w - y) @ x / len(y)
        means[0] += 0.1 * (grad - means[0])
        means[1] += 0.001 * (grad**2 - means[1])
        move = means[0] / (1 - 0.9**step) / (np.sqrt(means[1] / (1 - 0.999**step)) + 1e-8)
        w = w - learning_rate * (move + weight_decay * w)
    return w


def _run(x, y, w, *, learning_rate, weight_decay, steps, share=1.0):
    """Return the weights of a loop that decays by `share` times the right share."""

    def step(w, grad, adam):
        return w - learning_rate * (share * weight_decay * w + adam(grad))

    return _loop(x, y, w, steps, step)


def _loop(x, y, w, steps, step):
    """Return the weights after steps of ``step(w, grad, adam)``, where ``adam(grad)`` is Adam's move."""
    mean, square, t = np.zeros(len(w)), np.zeros(len(w)), 0

    def adam(grad):
        nonlocal mean, square, t
        t += 1
        mean, square, move = _adam(mean, square, grad, t)
        return move

    for _ in range(steps):
        w = step(w, x.T @ (x @ w - y) / len(x), adam)
    return w


def _adam(mean, square, grad, step):
    mean, square = 0.9 * mean + 0.1 * grad, 0.999 * square + 0.001 * grad**2
    return mean, square, mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)


def _data(rng, n, scales):
    """Return inputs of unlike scales, targets, and weights that lie well away from zero."""
    x = rng.uniform(0.5, 1.5, (n, len(scales))) * rng.choice([-1.0, 1.0], (n, len(scales))) * np.array(scales)
    w = rng.uniform(1.2, 2.5, len(scales)) * rng.choice([-1.0, 1.0], len(scales))
    return x, rng.standard_normal(n), w
