"""Write one step of Adam."""

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
    require,
    same_mistake_as,
    shaped,
    weight,
)

from ._shared import RTOL, follow, gradients, weights

points = 5
returns = (array, free(anything))
hints = (
    "The state holds three things: the mean of the gradients, the mean of their squares, and how many steps have been "
    "made. In the first step the means are zero, and t becomes 1.",
    "Correct copies of the two means for this step only: the state keeps the means as they are.",
    "Take the root of the corrected mean of squares first and add eps afterwards; then divide.",
)

STEPS = "after several steps the weights must be where Adam's formulas take them"
LENGTH = "the first step must be as long as the learning rate, whatever the size of the gradient"
EPS = "eps must be added to the root of the corrected mean of squares, outside the root"
MOVES = "a weight that has a gradient must move"
STILL = "a weight whose gradients are all 0 must stay where it is"
COASTS = "a weight whose gradient has become 0 must move on by what is left of the mean"
RATE = "each step must use the learning rate it is given"
DEFAULT = "beta1 must be 0.9, beta2 0.999 and eps 1e-8 unless they are given"
SHAPE = "the new weights must have the shape of w"
FINITE = "the new weights must be finite numbers"
TWICE = "the same step from the same state must give the same result again"


def solution(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    """One step of Adam: return the new w and the new state."""
    mean, square, t = (0.0, 0.0, 0) if state is None else state
    mean = beta1 * mean + (1 - beta1) * grad
    square = beta2 * square + (1 - beta2) * grad**2
    t = t + 1
    root = np.sqrt(square / (1 - beta2**t))
    return w - learning_rate * mean / (1 - beta1**t) / (root + eps), (mean, square, t)


@core
@weight(3)
def check_several_steps(adam_step, rng):
    """Four steps with new gradients end up where the formulas say."""
    for shape, beta1, beta2 in (((3, 2), 0.6, 0.8), ((4,), 0.8, 0.5)):
        grads = gradients(rng, shape, 4)
        follow(adam_step, solution, weights(rng, shape), grads, [0.1] * 4, STEPS, beta1=beta1, beta2=beta2)


@weight(2)
def check_length_of_the_first_step(adam_step, rng):
    """The first step is as long as the learning rate for gradients from 0.001 to 1000, and goes against their sign."""
    sizes = rng.permutation([-1e3, -1.0, -1e-3, 1e-3, 1.0, 1e3])
    w = weights(rng, (6,))
    for rate, beta1, beta2 in ((0.05, 0.9, 0.99), (0.4, 0.5, 0.9)):
        found, _ = adam_step(w, sizes, learning_rate=rate, beta1=beta1, beta2=beta2)
        close(found, w - rate * np.sign(sizes), LENGTH, rtol=RTOL)


@weight(2)
def check_eps_outside_the_root(adam_step, rng):
    """A large eps shortens the steps as a number added to the root does."""
    for eps in (0.3, 4.0):
        w, grads = weights(rng, (4,)), gradients(rng, (4,), 2)
        follow(adam_step, solution, w, grads, [0.5] * 2, EPS, beta1=0.5, beta2=0.75, eps=eps)


def check_no_gradient_no_step(adam_step, rng):
    """A weight whose gradients are all 0 stays put, without a division by 0; a weight that had a gradient moves on."""
    w, state = weights(rng, (3,)), None
    for grad, moves in ((1.0, MOVES), (1.0, MOVES), (0.0, COASTS)):
        found, state = adam_step(w, np.array([0.0, grad, 0.0]), state, learning_rate=0.1)
        found = shaped(found, (3,), SHAPE)
        close(found[[0, 2]], w[[0, 2]], STILL)
        require(found[1] != w[1], moves)


def check_rate_may_change(adam_step, rng):
    """Each step uses its own learning rate."""
    settings = {"beta1": 0.7, "beta2": 0.9}
    follow(adam_step, solution, weights(rng, (4,)), gradients(rng, (4,), 3), [0.1, 0.4, 0.02], RATE, **settings)


def check_defaults(adam_step, rng):
    """The default settings are 0.9, 0.999 and 1e-8; a gradient of 1e-8 then makes half a step."""
    grads = [size * grad for size, grad in zip((4.0, 1.0, 0.25), gradients(rng, (3,), 3, spread=0.1))]
    follow(adam_step, solution, weights(rng, (3,)), grads, [1.0] * 3, DEFAULT)  # 0.99 for beta2 ends some 0.005 off
    found, _ = adam_step(np.array([2.0]), np.array([1e-8]), learning_rate=0.5)
    require(abs(found[0] - 1.75) < 1e-3, DEFAULT)


@weight(2)
def check_same_step_twice(adam_step, rng):
    """A step that is asked for twice gives the same result, and another run in between disturbs nothing."""
    w, signs = weights(rng, (3,)), np.array([1.0, -1.0, 1.0])
    first, one, two, other = (signs * np.abs(grad) for grad in gradients(rng, (3,), 4))
    settings = {"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.8}
    _, state = adam_step(w, first, **settings)
    _, state = adam_step(w, one, state, **settings)
    found, state_after = adam_step(w, two, state, **settings)
    found = shaped(found, w.shape, SHAPE)
    require(np.isfinite(found).all(), FINITE)
    adam_step(w, other, state_after, **settings)
    close(adam_step(w, two, state, **settings)[0], found, TWICE, rtol=RTOL)


@hidden(like=(check_several_steps, check_length_of_the_first_step))
def check_other_runs(adam_step, rng):
    """The same holds for one number, three axes, float32, beta1 or beta2 of 0, and ten steps."""
    for shape, beta1, beta2, steps, dtype in (
        ((), 0.9, 0.99, 10, float),
        ((2, 3, 2), 0.0, 0.9, 4, float),
        ((1,), 0.8, 0.0, 3, float),
        ((3, 3), 0.9, 0.95, 6, np.float32),
    ):
        w = weights(rng, shape).astype(dtype)
        grads = [grad.astype(dtype) for grad in gradients(rng, shape, steps)]
        rates = rng.uniform(0.05, 0.4, steps).tolist()
        follow(adam_step, solution, w, grads, rates, STEPS, beta1=beta1, beta2=beta2)


covers = {
    "Write `adam_step(w, grad, state=None": (check_several_steps, check_defaults),
    "which makes one step": check_several_steps,
    "As before, `w` and `grad` are arrays of floats of one shape": check_several_steps,
    "`state` is None in the first step": check_length_of_the_first_step,
    "What you keep in it is up to you": "freedom",
    "Return the new weights and the new state": check_several_steps,
    "The learning rate may change from step to step": check_rate_may_change,
    "Gradients may be 0": check_no_gradient_no_step,
    "`eps` is outside the root": check_eps_outside_the_root,
    "Leave `w`, `grad` and `state` as they are": (check_several_steps, check_same_step_twice),
    "asked for twice": check_same_step_twice,
    "For `w = [2, 2]`": "the example, by hand",
    "One step of Adam: return the new w and the new state": check_several_steps,
}


@misconception(
    "The two means are used as they are, without the correction for their start at zero. With the usual settings the "
    "first step is then over three times as long as it should be.",
    caught_by=check_length_of_the_first_step,
)
def no_correction(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam(w, grad, state, learning_rate, beta1, beta2, eps, corrected=lambda mean, square, t: (mean, square))


@misconception(
    "Only the mean of the gradients is corrected for its start at zero, not the mean of their squares. While the "
    "latter is too small, whatever is divided by it is too large: the first steps are too long.",
    caught_by=check_length_of_the_first_step,
)
def squares_uncorrected(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    def corrected(mean, square, t):
        return mean / (1 - beta1**t), square

    return _adam(w, grad, state, learning_rate, beta1, beta2, eps, corrected=corrected)


@misconception(
    "Only the mean of the squares is corrected for its start at zero, not the mean of the gradients: the first steps "
    "are too short.",
    caught_by=check_length_of_the_first_step,
)
def mean_uncorrected(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    def corrected(mean, square, t):
        return mean, square / (1 - beta2**t)

    return _adam(w, grad, state, learning_rate, beta1, beta2, eps, corrected=corrected)


@misconception(
    "eps is inside the root, added to the mean of the squares. There a small eps weighs far more: the root of 1e-8 is "
    "1e-4. Add it to the root.",
    caught_by=check_eps_outside_the_root,
    worth=0.8,
)
def eps_inside(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    def below(square, t):
        return np.sqrt(square + eps)

    return _adam(w, grad, state, learning_rate, beta1, beta2, eps, below=below)


@misconception(
    "eps is added before the correction, to the root of the uncorrected mean of the squares. Correct first, then take "
    "the root, then add eps.",
    caught_by=check_eps_outside_the_root,
    worth=0.8,
)
def eps_before_the_correction(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    def below(square, t):
        return (np.sqrt(square * (1 - beta2**t)) + eps) / np.sqrt(1 - beta2**t)

    return _adam(w, grad, state, learning_rate, beta1, beta2, eps, below=below)


@misconception(
    "The count of steps starts one too high: in the first step the correction is already that of the second. Let t be "
    "1 there.",
    caught_by=check_length_of_the_first_step,
)
def counted_from_two(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    def corrected(mean, square, t):
        return mean / (1 - beta1 ** (t + 1)), square / (1 - beta2 ** (t + 1))

    return _adam(w, grad, state, learning_rate, beta1, beta2, eps, corrected=corrected)


@misconception(
    "The first step is nan, as happens when the count of steps starts at 0: both corrections then divide by 1 - "
    "beta^0, which is 0. Let t be 1 there.",
    caught_by=check_length_of_the_first_step,
    worth=0.3,
)
def counted_from_zero(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    def corrected(mean, square, t):
        with np.errstate(invalid="ignore", divide="ignore"):
            return mean / np.subtract(1.0, beta1 ** (t - 1)), square / np.subtract(1.0, beta2 ** (t - 1))

    with np.errstate(invalid="ignore"):
        return _adam(w, grad, state, learning_rate, beta1, beta2, eps, corrected=corrected)


@misconception(
    "The count of steps never grows: each step is corrected as if it were the first.",
    caught_by=check_several_steps,
)
def always_the_first(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    def corrected(mean, square, t):
        return mean / (1 - beta1), square / (1 - beta2)

    return _adam(w, grad, state, learning_rate, beta1, beta2, eps, corrected=corrected)


@misconception(
    "The corrections divide by (1 - beta)^t, which is soon next to nothing. They should divide by 1 - beta^t, which "
    "grows to 1.",
    caught_by=check_several_steps,
)
def power_of_the_difference(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    def corrected(mean, square, t):
        return mean / (1 - beta1) ** t, square / (1 - beta2) ** t

    return _adam(w, grad, state, learning_rate, beta1, beta2, eps, corrected=corrected)


@misconception(
    "The shares are swapped: beta1 and beta2 belong to the old means, and the gradient and its square enter with the "
    "rest, 1 - beta1 and 1 - beta2.",
    caught_by=check_several_steps,
)
def shares_swapped(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    def corrected(mean, square, t):
        return mean / (1 - beta1**t), square / (1 - beta2**t)

    return _adam(w, grad, state, learning_rate, 1 - beta1, 1 - beta2, eps, corrected=corrected)


@misconception(
    "The corrected means are kept in the state, so that the next step corrects them once more. Keep the means as they "
    "are; the correction is for this step only.",
    caught_by=check_several_steps,
)
def correction_kept(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    new, (mean, square, t) = solution(w, grad, state, learning_rate=learning_rate, beta1=beta1, beta2=beta2, eps=eps)
    return new, (mean / (1 - beta1**t), square / (1 - beta2**t), t)


@misconception(
    "The root is missing: the mean of the gradients is divided by the mean of their squares, so that small gradients "
    "make long steps.",
    caught_by=check_length_of_the_first_step,
)
def root_forgotten(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam(w, grad, state, learning_rate, beta1, beta2, eps, below=lambda square, t: square + eps)


@misconception(
    "The mean of the squares is corrected outside the root, after the root is taken. Divide by 1 - beta2^t first, then "
    "take the root.",
    caught_by=check_length_of_the_first_step,
)
def corrected_outside_the_root(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    def below(square, t):
        return np.sqrt(square * (1 - beta2**t)) / (1 - beta2**t) + eps

    return _adam(w, grad, state, learning_rate, beta1, beta2, eps, below=below)


@misconception(
    "The gradients are averaged instead of their squares. A mean below 0 has no root, and the result is nan.",
    caught_by=check_length_of_the_first_step,
    worth=0.4,
)
def not_squared(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    with np.errstate(invalid="ignore"):
        return _adam(w, grad, state, learning_rate, beta1, beta2, eps, squared=lambda mean, t: grad)


@misconception(
    "The squares averaged are those of the mean gradient. Average the squares of the gradients that come in.",
    caught_by=check_several_steps,
)
def square_of_the_mean(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    def squared(mean, t):
        return (mean / (1 - beta1**t)) ** 2

    return _adam(w, grad, state, learning_rate, beta1, beta2, eps, squared=squared)


@same_mistake_as(square_of_the_mean)
def square_of_the_uncorrected_mean(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam(w, grad, state, learning_rate, beta1, beta2, eps, squared=lambda mean, t: mean**2)


@misconception(
    "The means start at the first gradient and its square, and are not corrected. Let them start at zero, and correct "
    "them.",
    caught_by=check_several_steps,
)
def started_at_the_gradient(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    mean, square = (grad, grad**2) if state is None else state
    mean, square = beta1 * mean + (1 - beta1) * grad, beta2 * square + (1 - beta2) * grad**2
    return w - learning_rate * mean / (np.sqrt(square) + eps), (mean, square)


@misconception(
    "The state is ignored: both means start from zero at every step, and only the sign of the newest gradient is left.",
    caught_by=check_several_steps,
)
def state_ignored(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return solution(w, grad, None, learning_rate=learning_rate, beta1=beta1, beta2=beta2, eps=eps)


@misconception(
    "The gradient enters its mean whole, as it enters the velocity of momentum. In Adam it enters with the share "
    "1 - beta1.",
    caught_by=check_length_of_the_first_step,
)
def gradient_enters_whole(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    def corrected(mean, square, t):
        return mean / (1 - beta1) / (1 - beta1**t), square / (1 - beta2**t)

    return _adam(w, grad, state, learning_rate, beta1, beta2, eps, corrected=corrected)


@misconception(
    "The second mean is that of the gradients themselves, squared afterwards. A gradient that changes sign then seems "
    "small: square first, then average.",
    caught_by=check_several_steps,
)
def mean_squared(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    def below(kept, t):
        return np.abs(kept) + eps  # the root of its square

    return _adam(w, grad, state, learning_rate, beta1, beta2, eps, squared=lambda mean, t: grad, below=below)


@misconception(
    "beta1 and beta2 are swapped. beta1 belongs to the mean of the gradients, beta2 to that of their squares.",
    caught_by=check_several_steps,
)
def betas_swapped(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return solution(w, grad, state, learning_rate=learning_rate, beta1=beta2, beta2=beta1, eps=eps)


@misconception(
    "The learning rate is applied twice, once to the gradient and once to the step. Adam divides the first one out "
    "again as long as the rate stays the same and eps is small; leave it out.",
    caught_by=check_rate_may_change,
    worth=0.8,
)
def rate_on_the_gradient(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    settings = {"learning_rate": learning_rate, "beta1": beta1, "beta2": beta2, "eps": eps}
    return solution(w, learning_rate * np.asarray(grad), state, **settings)


@misconception(
    "The learning rate is inside the mean of the gradients. That makes no difference while the rate stays the same; "
    "when it changes, older gradients keep their old rate.",
    caught_by=check_rate_may_change,
    worth=0.85,
)
def rate_in_the_mean(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    mean, square, t = (0.0, 0.0, 0) if state is None else state
    mean, square, t = beta1 * mean + (1 - beta1) * learning_rate * grad, beta2 * square + (1 - beta2) * grad**2, t + 1
    return w - mean / (1 - beta1**t) / (np.sqrt(square / (1 - beta2**t)) + eps), (mean, square, t)


@misconception(
    "The learning rate is applied twice when the weights move: the first step has the length of its square.",
    caught_by=check_length_of_the_first_step,
)
def rate_squared(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return solution(w, grad, state, learning_rate=learning_rate**2, beta1=beta1, beta2=beta2, eps=eps)


@misconception(
    "The weights move up the gradient: the step is added, and the loss grows. Subtract it.",
    caught_by=check_length_of_the_first_step,
    worth=0.3,
)
def uphill(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return solution(w, grad, state, learning_rate=-learning_rate, beta1=beta1, beta2=beta2, eps=eps)


@misconception(
    "Unless it is given, eps is 1e-7, as in Keras. Here, as in the paper, it is 1e-8.",
    caught_by=check_defaults,
    worth=0.95,
)
def another_eps_by_default(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-7):
    return solution(w, grad, state, learning_rate=learning_rate, beta1=beta1, beta2=beta2, eps=eps)


@misconception(
    "eps is left out. For a weight that has never had a gradient, zero is then divided by zero, which gives nan.",
    caught_by=check_no_gradient_no_step,
    worth=0.8,
)
def eps_left_out(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    with np.errstate(invalid="ignore", divide="ignore"):
        return _adam(w, grad, state, learning_rate, beta1, beta2, eps, below=lambda square, t: np.sqrt(square))


@misconception(
    "A weight stands still when its newest gradient is 0, though the mean of its gradients is not. The formula needs "
    "no such guard: if all gradients were 0, eps keeps it from dividing by 0, and the step is 0.",
    caught_by=check_no_gradient_no_step,
    worth=0.95,
)
def still_without_a_gradient(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    settings = {"learning_rate": learning_rate, "beta1": beta1, "beta2": beta2, "eps": eps}
    new, state = solution(w, grad, state, **settings)
    return np.where(grad == 0, w, new), state


@misconception(
    "The means or the count of steps are kept in the function instead of in `state`, so that two runs disturb each "
    "other.",
    caught_by=check_same_step_twice,
    said_by=TWICE,
    worth=0.9,
)
def count_in_the_function(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    kept = count_in_the_function.__dict__
    kept["t"] = 1 if state is None else kept.get("t", 0) + 1
    mean, square = (0.0, 0.0) if state is None else state
    settings = {"learning_rate": learning_rate, "beta1": beta1, "beta2": beta2, "eps": eps}
    new, (mean, square, _) = solution(w, grad, (mean, square, kept["t"] - 1), **settings)
    return new, (mean, square)


@misconception(
    "The weights are moved in place (`w -= ...`). The caller may still need the old ones: make a new array.",
    caught_by=check_several_steps,
    said_by="w must not be changed in place",
    worth=0.85,
)
def weights_in_place(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    settings = {"learning_rate": learning_rate, "beta1": beta1, "beta2": beta2, "eps": eps}
    new, state = solution(w, grad, state, **settings)
    w[...] = new
    return new, state


@misconception(
    "The state that came in is changed in place. The same step from the same state then comes out differently: make "
    "new means and a new count.",
    caught_by=check_eps_outside_the_root,
    said_by="state must not be changed in place",
    worth=0.85,
)
def state_in_place(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    mean, square, t = (np.zeros_like(w), np.zeros_like(w), 0) if state is None else state
    mean[...], square[...] = beta1 * mean + (1 - beta1) * grad, beta2 * square + (1 - beta2) * grad**2
    root = np.sqrt(square / (1 - beta2 ** (t + 1)))
    return w - learning_rate * mean / (1 - beta1 ** (t + 1)) / (root + eps), (mean, square, t + 1)


@same_mistake_as(state_in_place)
def list_in_place(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    state = [np.zeros_like(w), np.zeros_like(w), 0] if state is None else state
    settings = {"learning_rate": learning_rate, "beta1": beta1, "beta2": beta2, "eps": eps}
    new, state[:] = solution(w, grad, state, **settings)
    return new, state


@same_mistake_as(state_ignored)
def sign_of_the_gradient(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return w - learning_rate * grad / (np.abs(grad) + eps), "nothing"


@misconception(
    "The newest gradient is divided, not the mean of the gradients: that is RMSProp with a correction. The numerator "
    "should be the corrected mean.",
    caught_by=check_several_steps,
)
def newest_gradient(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    _, state = solution(w, grad, state, learning_rate=learning_rate, beta1=beta1, beta2=beta2, eps=eps)
    _, square, t = state
    return w - learning_rate * grad / (np.sqrt(square / (1 - beta2**t)) + eps), state


@neighbour("the first gradient is lost, those after it are not")
def first_gradient_lost(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    settings = {"learning_rate": learning_rate, "beta1": beta1, "beta2": beta2, "eps": eps}
    new, after = solution(w, grad, state, **settings)
    return new, (0.0, 0.0, 0) if state is None else after


@neighbour("the mean looks one step ahead (NAdam)")
def looks_ahead(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    def corrected(mean, square, t):
        return (beta1 * mean + (1 - beta1) * grad) / (1 - beta1**t), square / (1 - beta2**t)

    return _adam(w, grad, state, learning_rate, beta1, beta2, eps, corrected=corrected)


@neighbour("the divisor is the largest mean of squares so far (AMSGrad)")
def largest_so_far(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    mean, square, most, t = (0.0, 0.0, 0.0, 0) if state is None else state
    mean, square, t = beta1 * mean + (1 - beta1) * grad, beta2 * square + (1 - beta2) * grad**2, t + 1
    most = np.maximum(most, square / (1 - beta2**t))
    return w - learning_rate * mean / (1 - beta1**t) / (np.sqrt(most) + eps), (mean, square, most, t)


@alternative("all gradients are kept, and weighted by their age")
def all_gradients(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    grads = [*(state or []), np.asarray(grad, dtype=float)]
    ages = range(len(grads) - 1, -1, -1)
    mean = sum(beta1**age * each for age, each in zip(ages, grads)) / sum(beta1**age for age in ages)
    square = sum(beta2**age * each**2 for age, each in zip(ages, grads)) / sum(beta2**age for age in ages)
    return w - learning_rate * mean / (square**0.5 + eps), grads


@alternative("a dictionary as the state, and one factor for both corrections")
def one_factor(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    state = state or {"m": np.zeros_like(w), "s": np.zeros_like(w), "t": 0}
    m = state["m"] + (1 - beta1) * (grad - state["m"])
    s = state["s"] + (1 - beta2) * (grad * grad - state["s"])
    t = state["t"] + 1
    factor = (1 - beta2**t) ** 0.5 / (1 - beta1**t)
    new = w - learning_rate * factor * m / (s**0.5 + eps * (1 - beta2**t) ** 0.5)
    return new, {"m": m, "s": s, "t": t}


@alternative("the powers of the betas are kept instead of a count, in an object of a class")
def powers_kept(w, grad, state=None, *, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    class Memory:
        pass

    new = Memory()
    new.m = beta1 * (state.m if state else 0.0) + (1 - beta1) * np.asarray(grad)
    new.s = beta2 * (state.s if state else 0.0) + (1 - beta2) * np.square(grad)
    new.power1 = beta1 * (state.power1 if state else 1.0)
    new.power2 = beta2 * (state.power2 if state else 1.0)
    step = new.m / (1 - new.power1) / (np.sqrt(new.s / (1 - new.power2)) + eps)
    return np.asarray(w) - learning_rate * step, new


def _adam(w, grad, state, rate, beta1, beta2, eps, *, squared=None, corrected=None, below=None):
    """Return a step of Adam with the squares that are averaged, the correction, or the divisor replaced."""
    mean, square, t = (0.0, 0.0, 0) if state is None else state
    mean, t = beta1 * mean + (1 - beta1) * grad, t + 1
    square = beta2 * square + (1 - beta2) * (squared(mean, t) if squared else grad**2)
    used, divided = corrected(mean, square, t) if corrected else (mean / (1 - beta1**t), square / (1 - beta2**t))
    return w - rate * used / (below(divided, t) if below else np.sqrt(divided) + eps), (mean, square, t)
