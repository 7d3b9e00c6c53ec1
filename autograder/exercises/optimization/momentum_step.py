"""Write one step of gradient descent with momentum."""

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

points = 3
returns = (array, free(anything))
hints = (
    "Two lines do it: first the velocity, then the weights. Where does the velocity of the step before come from, and "
    "what is it in the first step?",
    "Keep only the velocity as the state. None means that it is zero: an array of zeros of the shape of w.",
    "The learning rate multiplies the new velocity when the weights move; it does not enter the velocity itself.",
)

STEPS = "after several steps the weights must be where the velocities take them"
FIRST = "the first step must be the learning rate times the gradient"
COAST = "once the gradient has become zero, the weights must move on by what is left of the velocity"
RATE = "a changed learning rate must multiply the whole velocity, including what is left of older gradients"
DEFAULT = "the momentum must be 0.9 unless it is given"
SHAPE = "the new weights must have the shape of w"
FINITE = "the new weights must be finite numbers"
TWICE = "the same step from the same state must give the same result again"


def solution(w, grad, state=None, *, learning_rate, momentum=0.9):
    """One step with momentum: return the new w and the new state."""
    velocity = grad if state is None else momentum * state + grad
    return w - learning_rate * velocity, velocity


@core
@weight(3)
def check_several_steps(momentum_step, rng):
    """Three steps with new gradients end up where the two formulas say."""
    for shape in ((3, 2), (4,)):
        follow(momentum_step, solution, weights(rng, shape), gradients(rng, shape, 3), [0.3] * 3, STEPS, momentum=0.6)


def check_first_step(momentum_step, rng):
    """The velocity starts at zero, so that the first step is one of plain gradient descent."""
    for rate in (0.2, 3.0):
        follow(momentum_step, solution, weights(rng, (2, 3)), gradients(rng, (2, 3), 1), [rate], FIRST, momentum=0.8)


@weight(2)
def check_velocity_is_kept(momentum_step, rng):
    """After two steps the gradient is zero, and the weights coast, less with every step."""
    grads = [*gradients(rng, (5,), 2), np.zeros(5), np.zeros(5)]
    follow(momentum_step, solution, weights(rng, (5,)), grads, [0.5] * 4, COAST, momentum=0.7)


@weight(2)
def check_rate_may_change(momentum_step, rng):
    """Each step has its own learning rate, which multiplies the velocity as a whole."""
    follow(momentum_step, solution, weights(rng, (4,)), gradients(rng, (4,), 3), [0.1, 0.4, 0.02], RATE, momentum=0.5)


def check_momentum_by_default(momentum_step, rng):
    """Momentum is 0.9 unless it is given."""
    w, state, velocity = weights(rng, (3,)), None, 0.0
    expected = w
    for grad in gradients(rng, (3,), 3):  # the weights in between show what else may be wrong
        w, state = momentum_step(w, grad, state, learning_rate=0.2)
        velocity = 0.9 * velocity + grad
        expected = expected - 0.2 * velocity
    close(w, expected, DEFAULT, rtol=RTOL)


@weight(2)
def check_same_step_twice(momentum_step, rng):
    """A step that is asked for twice gives the same result, and another run in between disturbs nothing."""
    w, (first, one, two, other) = weights(rng, (3,)), gradients(rng, (3,), 4)
    _, state = momentum_step(w, first, learning_rate=0.1, momentum=0.6)
    _, state = momentum_step(w, one, state, learning_rate=0.1, momentum=0.6)
    found, _ = momentum_step(w, two, state, learning_rate=0.1, momentum=0.6)
    found = shaped(found, w.shape, SHAPE)
    require(np.isfinite(found).all(), FINITE)
    momentum_step(w, other, learning_rate=0.3, momentum=0.2)
    close(momentum_step(w, two, state, learning_rate=0.1, momentum=0.6)[0], found, TWICE)


@hidden(like=(check_several_steps, check_velocity_is_kept, check_rate_may_change))
def check_other_runs(momentum_step, rng):
    """The same holds for one number, three axes, float32, momentum 0, and ten steps."""
    for shape, momentum, steps, dtype in (
        ((), 0.9, 10, float),
        ((2, 3, 2), 0.3, 4, float),
        ((1,), 0.0, 3, float),
        ((3, 3), 0.95, 6, np.float32),
    ):
        w = weights(rng, shape).astype(dtype)
        grads = [grad.astype(dtype) for grad in gradients(rng, shape, steps)]
        rates = rng.uniform(0.05, 0.4, steps).tolist()
        follow(momentum_step, solution, w, grads, rates, STEPS, momentum=momentum)


covers = {
    "Write `momentum_step(w, grad, state=None, *, learning_rate, momentum=0.9)`": (
        check_several_steps,
        check_momentum_by_default,
    ),
    "`w` and `grad` are arrays of floats of one shape": check_several_steps,
    "In the first step `state` is None, and the velocity before it is zero": check_first_step,
    "your function is given the state that it returned": (check_several_steps, check_velocity_is_kept),
    "What you keep in it is up to you": "freedom",
    "Return the new weights and the new state": check_several_steps,
    "The learning rate may change from step to step": check_rate_may_change,
    "Leave `w`, `grad` and `state` as they are": (check_several_steps, check_same_step_twice),
    "asked for twice": check_same_step_twice,
    "With `learning_rate` 0.1 and `momentum` 0.5": "the example, by hand",
    "One step with momentum: return the new w and the new state": check_several_steps,
}


@misconception(
    "The velocity begins anew at each step, so that nothing is left of the older gradients: that is plain gradient "
    "descent. Take the velocity out of `state`, and return the new one in it.",
    caught_by=check_velocity_is_kept,
)
def velocity_reset(w, grad, state=None, *, learning_rate, momentum=0.9):
    velocity = momentum * np.zeros_like(w) + grad
    return w - learning_rate * velocity, velocity


@misconception(
    "The learning rate is applied twice, once when the gradient enters the velocity and once more when the weights "
    "move.",
    caught_by=check_first_step,
)
def rate_twice(w, grad, state=None, *, learning_rate, momentum=0.9):
    velocity = _left(state, momentum) + learning_rate * grad
    return w - learning_rate * velocity, velocity


@misconception(
    "The learning rate is inside the velocity. That makes no difference while the rate stays the same; when it "
    "changes, older gradients keep their old rate.",
    caught_by=check_rate_may_change,
    worth=0.85,
)
def rate_inside(w, grad, state=None, *, learning_rate, momentum=0.9):
    velocity = _left(state, momentum) + learning_rate * grad
    return w - velocity, velocity


@misconception(
    "The learning rate is not used: the weights move by the whole velocity, whatever rate is given. Multiply the new "
    "velocity by it when the weights move.",
    caught_by=check_first_step,
)
def rate_missing(w, grad, state=None, *, learning_rate, momentum=0.9):
    velocity = _left(state, momentum) + grad
    return w - velocity, velocity


@misconception(
    "The state is the step that was made, the learning rate times the velocity, so that older gradients are multiplied "
    "by the rate once more at each step. Return the velocity itself as the state.",
    caught_by=check_velocity_is_kept,
)
def step_kept(w, grad, state=None, *, learning_rate, momentum=0.9):
    step = learning_rate * (_left(state, momentum) + grad)
    return w - step, step


@misconception(
    "`momentum` shrinks what is left of the velocity twice, for example once before the velocity is kept and once more "
    "in the next step. Once is enough.",
    caught_by=check_velocity_is_kept,
)
def shrunk_twice(w, grad, state=None, *, learning_rate, momentum=0.9):
    velocity = _left(state, momentum) + grad
    return w - learning_rate * velocity, momentum * velocity


@misconception(
    "The new gradient enters with the share 1 - momentum: the velocity is then a running mean, and steps are shorter "
    "by that factor. Here it is a running sum: the gradient enters whole.",
    caught_by=check_first_step,
)
def running_mean(w, grad, state=None, *, learning_rate, momentum=0.9):
    velocity = _left(state, momentum) + (1 - momentum) * grad
    return w - learning_rate * velocity, velocity


@misconception(
    "The step looks ahead: the gradient is added once more to what is left of the new velocity. That is Nesterov's "
    "momentum, a different method.",
    caught_by=check_first_step,
)
def nesterov(w, grad, state=None, *, learning_rate, momentum=0.9):
    velocity = _left(state, momentum) + grad
    return w - learning_rate * (grad + momentum * velocity), velocity


@misconception(
    "The weights move along the velocity of the step before; the gradient of this step comes one step late.",
    caught_by=check_several_steps,
)
def one_step_late(w, grad, state=None, *, learning_rate, momentum=0.9):
    before = np.zeros_like(w) if state is None else state
    return w - learning_rate * before, momentum * before + grad


@same_mistake_as(one_step_late)
def late_from_the_second_step_on(w, grad, state=None, *, learning_rate, momentum=0.9):
    return w - learning_rate * (grad if state is None else state), _left(state, momentum) + grad


@same_mistake_as(one_step_late)
def late_and_shrunk(w, grad, state=None, *, learning_rate, momentum=0.9):
    return w - learning_rate * _left(state, momentum), _left(state, momentum) + grad


@misconception(
    "The weights move up the gradient, and the loss grows: a sign is wrong. Add the gradient to the velocity, and "
    "subtract the velocity from the weights.",
    caught_by=check_first_step,
    worth=0.2,
)
def uphill(w, grad, state=None, *, learning_rate, momentum=0.9):
    velocity = _left(state, momentum) + grad
    return w + learning_rate * velocity, velocity


@misconception(
    "Only the gradient of this step reaches the next one. The rest of the velocity is lost: return the velocity as the "
    "state.",
    caught_by=check_velocity_is_kept,
)
def gradient_kept(w, grad, state=None, *, learning_rate, momentum=0.9):
    return w - learning_rate * (_left(state, momentum) + grad), grad


@misconception(
    "`momentum` is ignored: it is 0.9, whatever is given.",
    caught_by=check_several_steps,
)
def always_nine_tenths(w, grad, state=None, *, learning_rate, momentum=0.9):
    return solution(w, grad, state, learning_rate=learning_rate, momentum=0.9)


@misconception(
    "The new state comes first and the new weights second. Return them the other way round.",
    caught_by=check_first_step,
)
def state_first(w, grad, state=None, *, learning_rate, momentum=0.9):
    return solution(w, grad, state, learning_rate=learning_rate, momentum=momentum)[::-1]


@misconception(
    "The velocity is a running sum that forgets nothing: `momentum` does not shrink what is left of older gradients.",
    caught_by=check_velocity_is_kept,
)
def nothing_forgotten(w, grad, state=None, *, learning_rate, momentum=0.9):
    velocity = _left(state, 1.0) + grad
    return w - learning_rate * velocity, velocity


@misconception(
    "Unless it is given, the momentum is 0, as in PyTorch's SGD. Here it is 0.9.",
    caught_by=check_momentum_by_default,
    worth=0.95,
)
def no_momentum_by_default(w, grad, state=None, *, learning_rate, momentum=0.0):
    return solution(w, grad, state, learning_rate=learning_rate, momentum=momentum)


@misconception(
    "The velocity is kept in the function instead of in `state`, so that two runs push each other's weights.",
    caught_by=check_same_step_twice,
    said_by=TWICE,
    worth=0.9,
)
def velocity_in_the_function(w, grad, state=None, *, learning_rate, momentum=0.9):
    kept = velocity_in_the_function.__dict__
    old = 0.0 if state is None or np.shape(kept.get("velocity")) != np.shape(w) else kept["velocity"]
    kept["velocity"] = momentum * old + grad
    return w - learning_rate * kept["velocity"], "in the function"


@misconception(
    "The weights are moved in place (`w -= ...`). The caller may still need the old ones: make a new array.",
    caught_by=check_several_steps,
    said_by="w must not be changed in place",
    worth=0.85,
)
def weights_in_place(w, grad, state=None, *, learning_rate, momentum=0.9):
    new, velocity = solution(w, grad, state, learning_rate=learning_rate, momentum=momentum)
    w[...] = new
    return new, velocity


@misconception(
    "The velocity that came in is changed in place (`state *= ...`). The same step from the same state then comes out "
    "differently: make a new array.",
    caught_by=check_velocity_is_kept,
    said_by="state must not be changed in place",
    worth=0.85,
)
def state_in_place(w, grad, state=None, *, learning_rate, momentum=0.9):
    state = np.zeros_like(w) if state is None else state
    state *= momentum
    state += grad
    return w - learning_rate * state, state


@same_mistake_as(state_in_place)
def first_gradient_in_place(w, grad, state=None, *, learning_rate, momentum=0.9):
    if state is None:
        return w - learning_rate * grad, grad
    state *= momentum
    state += grad
    return w - learning_rate * state, state


@neighbour("the momentum shrinks the new gradient as well")
def shrunk_afterwards(w, grad, state=None, *, learning_rate, momentum=0.9):
    velocity = momentum * (grad if state is None else state + grad)
    return w - learning_rate * velocity, velocity


@neighbour("the first gradient is lost, those after it are not")
def first_gradient_lost(w, grad, state=None, *, learning_rate, momentum=0.9):
    new, velocity = solution(w, grad, state, learning_rate=learning_rate, momentum=momentum)
    return new, np.zeros_like(w) if state is None else velocity


@neighbour("the weights shrink instead of the velocity")
def weights_shrink(w, grad, state=None, *, learning_rate, momentum=0.9):
    return momentum * w - learning_rate * grad, grad


@neighbour("the share that is kept is 1 - momentum")
def other_share(w, grad, state=None, *, learning_rate, momentum=0.9):
    velocity = _left(state, 1 - momentum) + grad
    return w - learning_rate * velocity, velocity


@alternative("all gradients are kept, and weighted by their age")
def allgradients(w, grad, state=None, *, learning_rate, momentum=0.9):
    grads = [*(state or []), grad]
    velocity = sum(momentum**age * each for age, each in enumerate(reversed(grads)))
    return w - learning_rate * velocity, grads


@alternative("a dictionary as the state, entry by entry")
def by_entry(w, grad, state=None, *, learning_rate, momentum=0.9):
    v = np.array(state["v"] if state else np.zeros(np.shape(w)), dtype=float).reshape(-1)
    new, push = np.array(w, dtype=float).reshape(-1), np.asarray(grad, dtype=float).reshape(-1)
    for i in range(new.size):
        v[i] = momentum * v[i] + push[i]
        new[i] -= learning_rate * v[i]
    return new.reshape(np.shape(w)), {"v": v}


@alternative("the state is an object of a class")
def an_object(w, grad, state=None, *, learning_rate, momentum=0.9):
    class Velocity:
        def __init__(self, v):
            self.v = v

    v = np.multiply(momentum, state.v if state else 0) + grad
    return np.subtract(w, learning_rate * v), Velocity(v)


def _left(state, momentum):
    return 0.0 if state is None else momentum * state
