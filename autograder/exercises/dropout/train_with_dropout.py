"""Repair a training loop whose dropout switches off the same inputs at every step."""

import numpy as np

from autograder.authoring import alternative, array, close, default_rng, equal, hidden, misconception, require
from dnnkit import dropout

points = 3
returns = (array, array)
hints = (
    "Print which inputs are dropped at the first three steps. What do you notice?",
    "How many different generators does the loop draw from, and what is the state of each when it draws?",
    "A generator moves on by itself: use the rng that was handed in, and never make another one.",
)


def given(x, y, w, keep_prob, *, learning_rate, steps, rng):
    """Least squares with dropout on the inputs; return weights and losses."""
    losses = []
    for _ in range(steps):
        rng = np.random.default_rng(0)
        dropped, _ = dropout.inverted_dropout(x, keep_prob, rng=rng, train=True)
        grad = dropped.T @ (dropped @ w - y) / len(x)
        w = w - learning_rate * grad
        losses.append(np.mean((x @ w - y) ** 2) / 2)
    return w, np.array(losses)


def solution(x, y, w, keep_prob, *, learning_rate, steps, rng):
    """Least squares with dropout on the inputs; return weights and losses."""
    losses = []
    for _ in range(steps):
        dropped, _ = dropout.inverted_dropout(x, keep_prob, rng=rng, train=True)
        grad = dropped.T @ (dropped @ w - y) / len(x)
        w = w - learning_rate * grad
        losses.append(np.mean((x @ w - y) ** 2) / 2)
    return w, np.array(losses)


# The checks' data: one input is on in each example, so that each weight meets its own target alone, and sees by itself
# whether its input was ever kept. With fresh masks it settles at keep_prob times the target.


def check_every_input_learns(train_with_dropout, rng):
    """In forty steps every input is kept at some step, and its weight moves."""
    y = rng.uniform(1, 2, 30)
    w, _ = _run(train_with_dropout, y, 0.5, 40, default_rng(rng.integers(2**32)))
    require(
        (w > 1e-6 * y).all(), "an input that is dropped at every step never learns", weights_never_moved=np.sum(w == 0)
    )
    require((w < 0.501 * y).all(), "a weight must not move past keep_prob times its target")


def check_masks_come_from_rng(train_with_dropout, rng):
    """The same rng gives the same run, another one another run."""
    y, seed = rng.uniform(1, 2, 30), int(rng.integers(2**31))
    (one, _), (same, _), (other, _) = (
        _run(train_with_dropout, y, 0.5, 3, default_rng(number)) for number in (seed, seed, seed + 1)
    )
    equal(one, same, "two runs from the same rng must be the same")
    require((one != other).any(), "two runs from different rngs must drop different inputs")


def check_one_step_is_a_step_of_dropout(train_with_dropout, rng):
    """One step moves the weights of the inputs that were kept, and the loss after it is measured without dropout."""
    y, source, q = rng.uniform(1, 2, 40), default_rng(rng.integers(2**32)), 0.6
    (w, losses), (later, _) = (_run(train_with_dropout, y, q, 1, source) for _ in range(2))
    require((w == 0).any(), "in a step some inputs must be dropped, and their weights stay")
    moved = 0.5 * q**2 * y / q
    close(w, np.where(w == 0, 0, moved), "the weight of an input that was kept must move by its gradient")
    close(losses[0], np.mean((w - y) ** 2) / 2, "the loss must be that of all inputs, without dropout")
    require((w != later).any(), "a second run from the same generator must go on with other masks")


@hidden
def check_weights_settle_as_theory_says(train_with_dropout, rng):
    """In the long run each weight settles at keep_prob times its target: dropout on inputs shrinks like a penalty."""
    q = float(rng.choice([0.5, 0.6, 0.7]))
    y = rng.uniform(1, 2, 20)
    w, losses = _run(train_with_dropout, y, q, 120, default_rng(rng.integers(2**32)))
    close(w, q * y, "in the long run every weight must settle at keep_prob times its target")
    close(losses[-1], np.mean((w - y) ** 2) / 2, "the loss must be that of all inputs, without dropout")


def _run(train_with_dropout, y, keep_prob, steps, source):
    """Train on the identity, at the rate that halves an error whenever its input is kept."""
    n = len(y)
    rate = 0.5 * keep_prob**2 * n
    w, losses = train_with_dropout(np.eye(n), y, np.zeros(n), keep_prob, learning_rate=rate, steps=steps, rng=source)
    equal(w.shape, y.shape, "the weights must keep their shape")
    equal(losses.shape, (steps,), "there must be one loss for each step")
    return w, losses


@misconception(
    "The seed was changed, but a generator is still made anew at every step and draws the same mask each time. Draw"
    " from the rng that was handed in, which moves on from step to step.",
    caught_by=check_every_input_learns,
)
def another_seed(x, y, w, keep_prob, *, learning_rate, steps, rng):
    losses = []
    for _ in range(steps):
        rng = np.random.default_rng(42)
        dropped, _ = dropout.inverted_dropout(x, keep_prob, rng=rng, train=True)
        w = w - learning_rate * (dropped.T @ (dropped @ w - y) / len(x))
        losses.append(np.mean((x @ w - y) ** 2) / 2)
    return w, np.array(losses)


@misconception(
    "The generator is now made once, before the loop, so the masks change. But it is still not the rng that was handed "
    "in: every run draws the same masks, whatever seed its caller chose.",
    caught_by=check_masks_come_from_rng,
)
def seeded_before_the_loop(x, y, w, keep_prob, *, learning_rate, steps, rng):
    rng = np.random.default_rng(0)
    return solution(x, y, w, keep_prob, learning_rate=learning_rate, steps=steps, rng=rng)


@misconception(
    "Each step makes a generator from its own number, so the masks change from step to step. But every run draws "
    "the same masks, whatever seed its caller chose: use the rng that was handed in.",
    caught_by=check_masks_come_from_rng,
)
def seeded_by_the_step(x, y, w, keep_prob, *, learning_rate, steps, rng):
    losses = []
    for step in range(steps):
        dropped, _ = dropout.inverted_dropout(x, keep_prob, rng=np.random.default_rng(step), train=True)
        w = w - learning_rate * (dropped.T @ (dropped @ w - y) / len(x))
        losses.append(np.mean((x @ w - y) ** 2) / 2)
    return w, np.array(losses)


@misconception(
    "The mask is drawn once, before the loop. It comes from rng now, but the same inputs are still switched off at "
    "every step. Draw inside the loop.",
    caught_by=check_weights_settle_as_theory_says,
)
def mask_drawn_once(x, y, w, keep_prob, *, learning_rate, steps, rng):
    dropped, _ = dropout.inverted_dropout(x, keep_prob, rng=rng, train=True)
    losses = []
    for _ in range(steps):
        w = w - learning_rate * (dropped.T @ (dropped @ w - y) / len(x))
        losses.append(np.mean((x @ w - y) ** 2) / 2)
    return w, np.array(losses)


@misconception(
    "Dropout was switched off. The inputs all learn now, but nothing is regularized: repair the masks, keep the "
    "dropout.",
    caught_by=check_one_step_is_a_step_of_dropout,
)
def dropout_removed(x, y, w, keep_prob, *, learning_rate, steps, rng):
    losses = []
    for _ in range(steps):
        w = w - learning_rate * (x.T @ (x @ w - y) / len(x))
        losses.append(np.mean((x @ w - y) ** 2) / 2)
    return w, np.array(losses)


@misconception(
    "The masks are right, but the loss is now measured with inputs dropped. Measure with all of them: that is the "
    "network that will be used.",
    caught_by=check_one_step_is_a_step_of_dropout,
)
def loss_with_dropout(x, y, w, keep_prob, *, learning_rate, steps, rng):
    losses = []
    for _ in range(steps):
        dropped, _ = dropout.inverted_dropout(x, keep_prob, rng=rng, train=True)
        w = w - learning_rate * (dropped.T @ (dropped @ w - y) / len(x))
        losses.append(np.mean((dropped @ w - y) ** 2) / 2)
    return w, np.array(losses)


@misconception(
    "The gradient goes back through all inputs, also those that were dropped. An input that had no part in the "
    "prediction gets no gradient: the same mask on the way back.",
    caught_by=check_one_step_is_a_step_of_dropout,
)
def gradient_through_all(x, y, w, keep_prob, *, learning_rate, steps, rng):
    losses = []
    for _ in range(steps):
        dropped, _ = dropout.inverted_dropout(x, keep_prob, rng=rng, train=True)
        w = w - learning_rate * (x.T @ (dropped @ w - y) / len(x))
        losses.append(np.mean((x @ w - y) ** 2) / 2)
    return w, np.array(losses)


@alternative("the mask drawn by hand, the losses in an array made beforehand")
def by_hand(x, y, w, keep_prob, *, learning_rate, steps, rng):
    losses = np.empty(steps)
    for step in range(steps):
        dropped = x * (rng.random(x.shape) < keep_prob) / keep_prob
        w = w - learning_rate * dropped.T @ (dropped @ w - y) / len(x)
        losses[step] = 0.5 * np.mean(np.square(x @ w - y))
    return w, losses
