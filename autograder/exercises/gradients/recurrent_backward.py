"""Repair the backward pass of a recurrent network, whose gradient is a little wrong."""

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

points = 3
returns = array
hints = (
    "Compare with central differences for one step, for two and for three. From which number of steps on, and in which "
    "entries, do the two differ?",
    "At time t the forward pass computes h_t = tanh(z_t). Which state does the derivative of this tanh need?",
    "The slope of tanh at z_t is 1 - h_t², with the state that came out of it and not the one that went in.",
)

VALUE = "the gradient must be that of the loss through all time steps"
ONE = "with one time step the gradient must be zero, since W meets only a state of zeros"
LAST = "the gradient must be that of the loss through the last time steps"
STILL = "the last step must be passed with its own slope, but has the same wrong one as before"


def given(W, xs, target):
    """Gradient with respect to W of the loss ½ |h - target|², h the last state."""
    states = [np.zeros(len(W))]
    for x in xs:
        states.append(np.tanh(states[-1] @ W + x))
    gradient = np.zeros(W.shape)
    dh = states[-1] - target
    for t in range(len(xs), 0, -1):
        dz = dh * (1 - states[t - 1] ** 2)
        gradient += np.outer(states[t - 1], dz)
        dh = dz @ W.T
    return gradient


def solution(W, xs, target):
    """Gradient with respect to W of the loss ½ |h - target|², h the last state."""
    states = [np.zeros(len(W))]
    for x in xs:
        states.append(np.tanh(states[-1] @ W + x))
    gradient = np.zeros(W.shape)
    dh = states[-1] - target
    for t in range(len(xs), 0, -1):
        dz = dh * (1 - states[t] ** 2)
        gradient += np.outer(states[t - 1], dz)
        dh = dz @ W.T
    return gradient


@core
@weight(3)
def check_gradient_through_time(recurrent_backward, rng):
    """The gradient is the slope of the loss, measured by central differences, through four and seven time steps."""
    for steps in (4, 7):
        case = _case(rng, 3, steps)
        close(recurrent_backward(*case), _slope(*case), VALUE, rtol=1e-4)


@weight(2)
def check_last_two_steps(recurrent_backward, rng):
    """Through two time steps W meets one state that is not zero, and the gradient has one term."""
    W, xs, target = _case(rng, 4, 2)
    first = np.tanh(xs[0])
    last = np.tanh(first @ W + xs[1])
    found, right, given = recurrent_backward(W, xs, target), 1 - last**2, 1 - first**2
    require(found.shape != W.shape or not np.allclose(found, np.outer(first, (last - target) * given)), STILL)
    close(found, np.outer(first, (last - target) * right), LAST)


def check_one_step(recurrent_backward, rng):
    """With one time step W meets only a state of zeros, and its gradient is zero."""
    W, xs, target = _case(rng, 3, 1)
    found = recurrent_backward(W, xs, target)
    close(found, np.zeros((3, 3)), ONE)


@hidden(like=(check_gradient_through_time, check_last_two_steps))
def check_other_networks(recurrent_backward, rng):
    """The same holds for one neuron, for five, and for weights that let gradients grow."""
    for neurons, steps, gain in ((1, 5, 1.0), (5, 3, 2.0), (2, 12, 1.5)):
        case = _case(rng, neurons, steps, gain)
        close(recurrent_backward(*case), _slope(*case), VALUE, rtol=1e-3)


covers = {
    "The network keeps a state": "the setting",
    "It starts with zeros": check_one_step,
    "The loss is half of the squared distance": check_last_two_steps,
    "has **one** fault": check_gradient_through_time,
    "Find it and repair it": check_gradient_through_time,
    "everything else is as it should be": (check_gradient_through_time, check_one_step),
    "`W` has shape (neurons, neurons)": check_gradient_through_time,
    "returns the gradient with respect to `W`": (check_gradient_through_time, check_last_two_steps),
    "Leave all three as they are": check_gradient_through_time,
    "Gradient with respect to W of the loss": check_gradient_through_time,
}
equivalent = {
    "`range(len(xs), 0, -1)` becomes `range(len(xs), 1, -1)`": "the first step adds a product with a state of zeros",
}


@misconception(
    "The slope of tanh was taken out, so that nothing goes wrong there and nothing right: the gradient must pass "
    "1 - h_t² at each step.",
    caught_by=check_last_two_steps,
)
def slope_left_out(W, xs, target):
    return _backward(W, xs, target, slope=lambda states, t: 1.0)


@misconception(
    "The slope is taken at the pre-activation as if h were z: 1 - tanh(h)². The state already is the tanh: 1 - h².",
    caught_by=check_last_two_steps,
)
def tanh_twice(W, xs, target):
    return _backward(W, xs, target, slope=lambda states, t: 1 - np.tanh(states[t]) ** 2)


@misconception(
    "The slope of a sigmoid, h (1 - h), is used where that of tanh belongs: 1 - h².",
    caught_by=check_last_two_steps,
)
def slope_of_a_sigmoid(W, xs, target):
    return _backward(W, xs, target, slope=lambda states, t: states[t] * (1 - states[t]))


@misconception(
    "The outer product now takes the state that came out of the step. W multiplied the state that went in: that part "
    "was right, and the fault lies in the slope.",
    caught_by=check_one_step,
)
def state_moved_as_well(W, xs, target):
    return _backward(W, xs, target, entered=0)


@same_mistake_as(state_moved_as_well)
def state_moved_in_place_of_the_slope(W, xs, target):
    return _backward(W, xs, target, slope=lambda states, t: 1 - states[t - 1] ** 2, entered=0)


@misconception(
    "What was changed was right as it stood, and the fault is still there. At each step something takes the state that "
    "went in, where the one that came out belongs: undo your change, and compare the four lines of the loop with the "
    "forward pass.",
    caught_by=check_last_two_steps,
    said_by=STILL,
)
def fault_kept(W, xs, target):
    return _backward(W, xs, target, slope=lambda states, t: 1 - states[t - 1] ** 2, back=lambda W: W)


@misconception(
    "The gradient goes back through W, and not through its transpose. Forward the state is multiplied by W from the "
    "right; backward by the transpose.",
    caught_by=check_gradient_through_time,
    worth=0.7,
)
def transpose_dropped(W, xs, target):
    return _backward(W, xs, target, back=lambda W: W)


@misconception(
    "Only the last step counts: the loop ends after one step, or nothing is sent back to the one before. W is used at "
    "every step, and each adds its share.",
    caught_by=check_gradient_through_time,
    worth=0.7,
)
def last_step_alone(W, xs, target):
    return _backward(W, xs[:], target, back=lambda W: np.zeros_like(W))


@misconception(
    "Each step overwrites the gradient of the step after it. The one that is left belongs to the first step, where W "
    "met a state of zeros: add them up.",
    caught_by=check_last_two_steps,
    worth=0.3,
)
def overwritten(W, xs, target):
    return 0 * W


@misconception(
    "The gradient is sent back past the tanh: what goes to the step before is dh, and not dz, which has been through "
    "the slope.",
    caught_by=check_gradient_through_time,
    worth=0.7,
)
def sent_back_past_the_tanh(W, xs, target):
    return _backward(W, xs, target, sent=lambda dh, dz: dh)


@neighbour("the gradient is averaged over the time steps")
def averaged(W, xs, target):
    return solution(W, xs, target) / len(xs)


@neighbour("the gradient is returned transposed")
def transposed(W, xs, target):
    return solution(W, xs, target).T


@alternative("pre-activations stored, and the slope computed from them")
def from_pre_activations(W, xs, target):
    h, zs, hs = np.zeros(len(W)), [], []
    for x in xs:
        hs.append(h)
        zs.append(h @ W + x)
        h = np.tanh(zs[-1])
    dh, gradient = h - target, 0 * W
    for z, before in zip(reversed(zs), reversed(hs)):
        dz = dh / np.cosh(z) ** 2
        gradient = gradient + before[:, None] * dz[None, :]
        dh = W @ dz
    return gradient


@alternative("central differences of the loss itself")
def by_differences(W, xs, target):
    return _slope(W, xs, target)


def _backward(
    W,
    xs,
    target,
    *,
    slope=lambda states, t: 1 - states[t] ** 2,
    entered=-1,
    sent=lambda dh, dz: dz,
    back=lambda W: W.T,
):
    """Return the gradient with one part of the backward pass replaced."""
    states = [np.zeros(len(W))]
    for x in xs:
        states.append(np.tanh(states[-1] @ W + x))
    gradient, dh = np.zeros(W.shape), states[-1] - target
    for t in range(len(xs), 0, -1):
        dz = dh * slope(states, t)
        gradient += np.outer(states[t + entered], dz)
        dh = sent(dh, dz) @ back(W)
    return gradient


def _case(rng, neurons, steps, gain=1.0):
    W = gain * rng.standard_normal((neurons, neurons)) / np.sqrt(neurons)
    return W, rng.uniform(-1, 1, (steps, neurons)), rng.uniform(-1, 1, neurons)


def _slope(W, xs, target, eps=1e-5):
    def loss(W):
        h = np.zeros(len(W))
        for x in xs:
            h = np.tanh(h @ W + x)
        return np.sum((h - target) ** 2) / 2

    moves = eps * np.eye(W.size).reshape(-1, *W.shape)
    return np.reshape([(loss(W + move) - loss(W - move)) / (2 * eps) for move in moves], W.shape)
