"""Repair a training loop whose dropout switches off the same inputs at every step."""

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
    same_mistake_as,
    weight,
)
from dnnkit import dropout

points = 2
returns = (array, array)
hints = (
    "Print which inputs are dropped at the first three steps. What do you notice?",
    "How many different generators does the loop draw from, and what is the state of each when it draws?",
    "A generator moves on by itself: use the rng that was passed in, and never make another one.",
)

RUN = "runs from the same rng must be the same"
OTHER = "runs from different rngs must drop different inputs"
GRADIENT = "one step must be a step along the gradient through the inputs that are left"
LOSS = "the loss must be that of the new weights, without dropout"
ALL_RUNS = "the same inputs are dropped at every step of every run"
ONE_RUN = "the same inputs are dropped at every step of a run"
NO_DROPOUT = "in a step some inputs must be dropped"


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


@weight(3)
def check_inputs_are_dropped_anew_at_each_step(train_with_dropout, rng):
    """At each step every input is kept or dropped anew, so that in the long run each of them learns."""
    q, steps, n, seed = 0.4, 12, 150, int(rng.integers(2**31))
    one, other = (_times_kept(train_with_dropout, rng, q, steps, n, default_rng(seed + run)) for run in (0, 1))
    require(not (np.isin(one, (0, steps)).all() and np.array_equal(one, other)) or (one == steps).all(), ALL_RUNS)
    require((one < steps).any(), NO_DROPOUT)
    require(not np.isin(one, (0, steps)).all(), ONE_RUN)
    kept = np.concatenate([one, other])
    ratio = np.var(kept) / (steps * q * (1 - q))
    require(0.45 < ratio < 1.65, "how often an input is kept must vary as it does for masks drawn anew", ratio=ratio)
    share = np.mean(kept) / steps
    require(abs(share - q) < 0.055, "the share of inputs kept must be keep_prob", share=share)


def check_masks_come_from_rng(train_with_dropout, rng):
    """The same rng gives the same run, a different one a different run."""
    y, seed = rng.uniform(1, 2, 40), int(rng.integers(2**31))

    def run(steps, source):
        return _run(train_with_dropout, np.eye(40), y, np.zeros(40), 0.5, 0.05, steps, source)[0]

    source = default_rng(seed)
    first, one, later = run(1, source), run(8, source), run(8, source)
    again, same, other = default_rng(seed), default_rng(seed), default_rng(seed + 1)
    equal(run(1, again), first, RUN)
    equal(run(8, again), one, RUN)
    if np.array_equal(run(8, other), run(8, same)):
        require((first == 0).any(), NO_DROPOUT)
        require(np.mean(one == 0) < 0.25, ALL_RUNS)
        require(False, OTHER)
    require((one != later).any(), "a second run from the same generator must go on with new masks")


@core
@weight(3)
def check_one_step_is_a_step_of_dropout(train_with_dropout, rng):
    """One step goes along the gradient through the inputs that are left, for each example separately."""
    n, q = 14, 0.6
    kept, seed = _mask(train_with_dropout, rng, (n, 25), q)
    require(not kept.all(), NO_DROPOUT)
    require((kept != kept[:1]).any(), "all examples drop the same inputs")
    require((kept != kept[:, :1]).any(), "every example is kept or dropped as a whole")
    x, y, w = rng.standard_normal((n, 25)), rng.standard_normal(n), rng.standard_normal(25)
    new, _ = _run(train_with_dropout, x, y, w, q, 0.2, 1, default_rng(seed))
    dropped = x * kept / q
    close(new, w - 0.2 * dropped.T @ (dropped @ w - y) / n, GRADIENT)


def check_loss_is_measured_without_dropout(train_with_dropout, rng):
    """The loss of a step is that of its new weights, with no input dropped."""
    x, y, w = rng.standard_normal((12, 5)), rng.standard_normal(12), rng.standard_normal(5)
    for learning_rate, steps in ((0, 4), (0.3, 1)):
        new, losses = _run(train_with_dropout, x, y, w, 0.6, learning_rate, steps, _source(rng))
        close(losses, np.full(steps, np.mean((x @ new - y) ** 2) / 2), LOSS)
    new, losses = _run(train_with_dropout, x, y, w, 0.6, 0.3, 15, _source(rng))
    close(losses[-1], np.mean((x @ new - y) ** 2) / 2, LOSS)


@hidden(like=(check_one_step_is_a_step_of_dropout, check_loss_is_measured_without_dropout))
def check_other_shapes_and_keep_prob_one(train_with_dropout, rng):
    """The same holds for other shapes; and if all is kept, the loop is plain gradient descent, step by step."""
    for n, features, q in ((8, 8, 0.3), (1, 30, 0.8)):
        kept, seed = _mask(train_with_dropout, rng, (n, features), q)
        x, y, w = rng.standard_normal((n, features)), rng.standard_normal(n), rng.standard_normal(features)
        new, losses = _run(train_with_dropout, x, y, w, q, 0.01, 1, default_rng(seed))
        dropped = x * kept / q
        close(new, w - 0.01 * dropped.T @ (dropped @ w - y) / n, GRADIENT)
        close(losses[0], np.mean((x @ new - y) ** 2) / 2, LOSS)
    x, y, w = rng.standard_normal((12, 5)), rng.standard_normal(12), rng.standard_normal(5)
    new, losses = _run(train_with_dropout, x, y, w, 1.0, 0.1, 6, _source(rng))
    for loss in losses:
        w = w - 0.1 * x.T @ (x @ w - y) / 12
        close(loss, np.mean((x @ w - y) ** 2) / 2, LOSS)
    close(new, w, GRADIENT)


@hidden(like=check_inputs_are_dropped_anew_at_each_step)
def check_weights_settle_as_theory_says(train_with_dropout, rng):
    """In the long run each weight settles at keep_prob times its target: dropout on inputs shrinks like a penalty."""
    q, n = float(rng.choice([0.5, 0.6, 0.7])), 20
    y = rng.uniform(1, 2, n)
    w, _ = _run(train_with_dropout, np.eye(n), y, np.zeros(n), q, 0.5 * q**2 * n, 120, _source(rng))
    close(w, q * y, "in the long run every weight must settle at keep_prob times its target")


covers = {
    "has one fault": check_inputs_are_dropped_anew_at_each_step,
    "some inputs never learn": check_inputs_are_dropped_anew_at_each_step,
    "Find it and repair it": check_inputs_are_dropped_anew_at_each_step,
    "Each step keeps an input with probability `keep_prob`, for each example separately": (
        check_inputs_are_dropped_anew_at_each_step,
        check_one_step_is_a_step_of_dropout,
    ),
    "all three stay as they are": check_masks_come_from_rng,
    "returns the new weights": check_one_step_is_a_step_of_dropout,
    "the loss after each step, measured without dropout": check_loss_is_measured_without_dropout,
    "generators with the same seed give the same run": check_masks_come_from_rng,
    "Least squares with dropout on the inputs": check_one_step_is_a_step_of_dropout,
}
equivalent = {"`x @ w - y` becomes `y - x @ w`": "the loss squares it"}


def _source(rng):
    return default_rng(rng.integers(2**32))


def _run(train_with_dropout, x, y, w, keep_prob, learning_rate, steps, source):
    new, losses = train_with_dropout(x, y, w, keep_prob, learning_rate=learning_rate, steps=steps, rng=source)
    equal(new.shape, w.shape, "the weights must keep their shape")
    equal(losses.shape, (steps,), "there must be one loss for each step")
    return new, losses


def _mask(train_with_dropout, rng, shape, q):
    """Return the mask of a first step, read off its weights, and the seed of the generator that it was drawn with.

    With inputs of 1, targets 1, 2, 4, ... and weights 0, a weight moves by the sum of the targets of those examples
    whose input was kept, and each sum says which these were.
    """
    n, seed = shape[0], int(rng.integers(2**32))
    y = 2.0 ** np.arange(n)
    w, _ = _run(train_with_dropout, np.ones(shape), y, np.zeros(shape[1]), q, n * q, 1, default_rng(seed))
    sums = np.round(w)
    close(w, np.clip(sums, 0, 2**n - 1), GRADIENT)
    return (sums.astype(np.int64) >> np.arange(n)[:, None]) % 2 == 1, seed


def _times_kept(train_with_dropout, rng, q, steps, n, source):
    """Return how often each of n inputs was kept.

    Each example has an input of its own, so that a weight meets only its own target: with this rate it comes half way
    closer to keep_prob times the target whenever its input is kept.
    """
    y = rng.uniform(1, 2, n)
    w, _ = _run(train_with_dropout, np.eye(n), y, np.zeros(n), q, 0.5 * q**2 * n, steps, source)
    left = 1 - w / (q * y)
    require((left > 0.5 ** (steps + 0.5)).all() and (left < 1.1).all(), GRADIENT)
    return np.round(-np.log2(left)).astype(int)


@misconception(
    "A generator is made anew at every step, with a fixed seed, and draws the same mask each time; another seed is "
    "only another mask. Draw from the rng that was passed in, which moves on from step to step.",
    caught_by=check_inputs_are_dropped_anew_at_each_step,
    said_by=ALL_RUNS,
)
def another_seed(x, y, w, keep_prob, *, learning_rate, steps, rng):
    losses = []
    for _ in range(steps):
        rng = np.random.default_rng(42)
        w, loss = _step(x, y, w, keep_prob, learning_rate, rng)
        losses.append(loss)
    return w, np.array(losses)


@misconception(
    "The masks change from step to step now, but every run draws the same ones, whatever seed its caller chose: the "
    "generator is still not the rng that was passed in.",
    caught_by=check_masks_come_from_rng,
    worth=0.9,
    said_by=OTHER,
)
def seeded_before_the_loop(x, y, w, keep_prob, *, learning_rate, steps, rng):
    rng = np.random.default_rng(0)
    return solution(x, y, w, keep_prob, learning_rate=learning_rate, steps=steps, rng=rng)


@same_mistake_as(seeded_before_the_loop)
def seeded_by_the_step(x, y, w, keep_prob, *, learning_rate, steps, rng):
    losses = []
    for step in range(steps):
        w, loss = _step(x, y, w, keep_prob, learning_rate, np.random.default_rng(step))
        losses.append(loss)
    return w, np.array(losses)


@misconception(
    "The masks come from a generator without a seed, so that nobody can repeat a run. Use the rng that was passed in.",
    caught_by=check_masks_come_from_rng,
    worth=0.9,
    said_by=RUN,
)
def without_a_seed(x, y, w, keep_prob, *, learning_rate, steps, rng):
    return solution(x, y, w, keep_prob, learning_rate=learning_rate, steps=steps, rng=default_rng())


@misconception(
    "Every step of a run has the same mask, so that the same inputs are switched off throughout. Draw a new mask from "
    "rng inside the loop.",
    caught_by=check_inputs_are_dropped_anew_at_each_step,
    worth=0.7,
    said_by=ONE_RUN,
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
    return solution(x, y, w, 1.0, learning_rate=learning_rate, steps=steps, rng=rng)


@misconception(
    "The masks are right, but the loss is now measured with inputs dropped. Measure with all of them: that is the "
    "network that will be used.",
    caught_by=check_loss_is_measured_without_dropout,
    worth=0.8,
)
def loss_with_dropout(x, y, w, keep_prob, *, learning_rate, steps, rng):
    losses = []
    for _ in range(steps):
        dropped, _ = dropout.inverted_dropout(x, keep_prob, rng=rng, train=True)
        w = w - learning_rate * (dropped.T @ (dropped @ w - y) / len(x))
        losses.append(np.mean((dropped @ w - y) ** 2) / 2)
    return w, np.array(losses)


@misconception(
    "The loss is measured before the step, with the weights that it begins with. Measure after it, as the loop did.",
    caught_by=check_loss_is_measured_without_dropout,
    worth=0.8,
)
def loss_before_the_step(x, y, w, keep_prob, *, learning_rate, steps, rng):
    losses = []
    for _ in range(steps):
        losses.append(np.mean((x @ w - y) ** 2) / 2)
        w, _ = _step(x, y, w, keep_prob, learning_rate, rng)
    return w, np.array(losses)


@misconception(
    "The gradient goes back through all inputs, even those that were dropped. An input that had no part in the "
    "prediction gets no gradient: use the same mask in the backward pass.",
    caught_by=check_one_step_is_a_step_of_dropout,
)
def gradient_through_all(x, y, w, keep_prob, *, learning_rate, steps, rng):
    losses = []
    for _ in range(steps):
        dropped, _ = dropout.inverted_dropout(x, keep_prob, rng=rng, train=True)
        w = w - learning_rate * (x.T @ (dropped @ w - y) / len(x))
        losses.append(np.mean((x @ w - y) ** 2) / 2)
    return w, np.array(losses)


@misconception(
    "One mask is drawn for all examples of a step, so that all lose the same inputs. Draw a mask of the shape of x.",
    caught_by=check_one_step_is_a_step_of_dropout,
    said_by="all examples drop the same inputs",
)
def one_mask_for_all_examples(x, y, w, keep_prob, *, learning_rate, steps, rng):
    losses = []
    for _ in range(steps):
        dropped = x * (rng.random(x.shape[1]) < keep_prob) / keep_prob
        w = w - learning_rate * (dropped.T @ (dropped @ w - y) / len(x))
        losses.append(np.mean((x @ w - y) ** 2) / 2)
    return w, np.array(losses)


@misconception(
    "The weights that came in are changed in place: the caller may want to begin another run from them. Make a new "
    "array at each step, `w = w - ...`, as the loop did.",
    caught_by=check_masks_come_from_rng,
    worth=0.9,
    said_by="w must not be changed in place",
)
def changed_in_place(x, y, w, keep_prob, *, learning_rate, steps, rng):
    w[...], losses = solution(x, y, w, keep_prob, learning_rate=learning_rate, steps=steps, rng=rng)
    return w.copy(), losses


@misconception(
    "`x` is replaced by what is left of it, so that an input once dropped stays dropped and the others grow at every "
    "step. Give what is left its own name.",
    caught_by=check_loss_is_measured_without_dropout,
)
def drops_pile_up(x, y, w, keep_prob, *, learning_rate, steps, rng):
    losses = []
    for _ in range(steps):
        x, _ = dropout.inverted_dropout(x, keep_prob, rng=rng, train=True)
        w = w - learning_rate * (x.T @ (x @ w - y) / len(x))
        losses.append(np.mean((x @ w - y) ** 2) / 2)
    return w, np.array(losses)


@neighbour("the mask is drawn anew at every second step only")
def mask_at_every_second_step(x, y, w, keep_prob, *, learning_rate, steps, rng):
    losses = []
    for step in range(steps):
        if step % 2 == 0:
            dropped, _ = dropout.inverted_dropout(x, keep_prob, rng=rng, train=True)
        w = w - learning_rate * (dropped.T @ (dropped @ w - y) / len(x))
        losses.append(np.mean((x @ w - y) ** 2) / 2)
    return w, np.array(losses)


@neighbour("the inputs that are left are not scaled up")
def not_rescaled(x, y, w, keep_prob, *, learning_rate, steps, rng):
    losses = []
    for _ in range(steps):
        dropped = x * (rng.random(x.shape) < keep_prob)
        w = w - learning_rate * (dropped.T @ (dropped @ w - y) / len(x))
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


@alternative("all masks drawn before the loop, the steps along the last axis")
def drawn_beforehand(x, y, w, keep_prob, *, learning_rate, steps, rng):
    masks, losses = rng.random((*x.shape, steps)) < keep_prob, []
    for step in range(steps):
        dropped = x * masks[..., step] / keep_prob
        w = w - learning_rate * dropped.T @ (dropped @ w - y) / len(x)
        losses.append(np.mean((x @ w - y) ** 2) / 2)
    return w, losses


@alternative("a separate generator for each step, seeded from rng")
def seeded_from_rng(x, y, w, keep_prob, *, learning_rate, steps, rng):
    losses = []
    for seed in rng.integers(2**63, size=steps):
        w, loss = _step(x, y, w, keep_prob, learning_rate, default_rng(seed))
        losses.append(loss)
    return w, np.array(losses)


def _step(x, y, w, keep_prob, learning_rate, rng):
    w, losses = solution(x, y, w, keep_prob, learning_rate=learning_rate, steps=1, rng=rng)
    return w, losses[0]
