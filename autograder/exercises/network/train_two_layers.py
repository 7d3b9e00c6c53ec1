"""Repair a training loop in which one layer's gradient is computed with weights that have moved already."""

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

points = 2
returns = ([(array, array)], array)
hints = (
    "All four gradients belong to one place: the parameters with which the forward pass was done. Where does the loop "
    "use others?",
    "Read the second half of the loop line by line, and note for each name whether it is still what the forward pass "
    "has seen.",
    "The gradient goes back through `W2`, and by then `W2` has moved. Compute what goes back before you move it.",
)

FIRST = "a step must move W1 and b1 against the gradient of the loss at the parameters that the step began with"
LAST = "a step must move W2 and b2 against the gradient of the loss at the parameters that the step began with"
MOVED = "W1 and b1 move against a gradient that went back through a W2 that had moved already"
AGAIN = "several steps must be several times one step"
LOSS = "the loss of a step must be that of the parameters that the step began with"


def given(x, y, params, *, learning_rate, steps):
    """Gradient descent on the mean squared error; return parameters and losses."""
    (W1, b1), (W2, b2) = params
    losses = []
    for _ in range(steps):
        z = x @ W1 + b1
        a = np.maximum(z, 0)
        error = a @ W2 + b2 - y
        losses.append(np.mean(error**2))
        delta = 2 * error / len(x)
        W2 = W2 - learning_rate * (a.T @ delta)
        b2 = b2 - learning_rate * delta.sum(axis=0)
        delta = delta @ W2.T * (z > 0)
        W1 = W1 - learning_rate * (x.T @ delta)
        b1 = b1 - learning_rate * delta.sum(axis=0)
    return [(W1, b1), (W2, b2)], np.array(losses)


def solution(x, y, params, *, learning_rate, steps):
    """Gradient descent on the mean squared error; return parameters and losses."""
    (W1, b1), (W2, b2) = params
    losses = []
    for _ in range(steps):
        z = x @ W1 + b1
        a = np.maximum(z, 0)
        error = a @ W2 + b2 - y
        losses.append(np.mean(error**2))
        delta = 2 * error / len(x)
        back = delta @ W2.T * (z > 0)
        W2 = W2 - learning_rate * (a.T @ delta)
        b2 = b2 - learning_rate * delta.sum(axis=0)
        W1 = W1 - learning_rate * (x.T @ back)
        b1 = b1 - learning_rate * back.sum(axis=0)
    return [(W1, b1), (W2, b2)], np.array(losses)


@core
@weight(3)
def check_step_of_the_first_layer(train_two_layers, rng):
    """A step moves W1 and b1 against the gradient at the parameters that it began with."""
    x, y, params = _data(rng, 6, 3, 4)
    (found, _), _ = _run(train_two_layers, x, y, params, 0.3, 1)
    (right, _), _ = solution(x, y, params, learning_rate=0.3, steps=1)
    (moved, _), _ = given(x, y, params, learning_rate=0.3, steps=1)
    require(not all(np.allclose(one, other, rtol=1e-4, atol=1e-6) for one, other in zip(found, moved)), MOVED)
    for one, other in zip(found, right):
        close(one, other, FIRST, scale=1)


def check_step_of_the_last_layer(train_two_layers, rng):
    """A step moves W2 and b2 against the gradient at the parameters that it began with."""
    x, y, params = _data(rng, 6, 3, 4)
    (_, found), _ = _run(train_two_layers, x, y, params, 0.3, 1)
    (_, right), _ = solution(x, y, params, learning_rate=0.3, steps=1)
    for one, other in zip(found, right):
        close(one, other, LAST, scale=1)


def check_each_step_begins_where_the_last_ended(train_two_layers, rng):
    """Five steps are five times one step."""
    x, y, params = _data(rng, 6, 3, 4)
    found, _ = _run(train_two_layers, x, y, params, 0.01, 5)
    for _ in range(5):
        params, _ = _run(train_two_layers, x, y, params, 0.01, 1)
    for one, other in zip(_flat(found), _flat(params)):
        close(one, other, AGAIN, scale=1)


def check_losses(train_two_layers, rng):
    """There is a loss for each step: that of the parameters which it began with."""
    x, y, params = _data(rng, 5, 2, 6)
    for rate, steps in ((0.0, 1), (0.01, 24)):
        _, losses = _run(train_two_layers, x, y, params, rate, steps)
        _, right = solution(x, y, params, learning_rate=rate, steps=steps)
        require(abs(losses[0] - right[0]) < 1e-4 * right[0], LOSS)
    for loss in losses:
        params, first = _run(train_two_layers, x, y, params, 0.01, 1)
        require(np.allclose(first[0], loss, rtol=1e-4), "each step's loss must be the first loss of a run from there")


@hidden(
    like=(
        check_step_of_the_first_layer,
        check_step_of_the_last_layer,
        check_each_step_begins_where_the_last_ended,
        check_losses,
    )
)
def check_other_data(train_two_layers, rng):
    """The same holds for one example, one neuron, one feature, another rate and more steps."""
    for n, features, neurons, rate in ((7, 3, 1, 0.05), (8, 1, 5, 0.08), (1, 4, 3, 0.03)):
        x, y, params = _data(rng, n, features, neurons)
        losses, start = [], params
        for _ in range(4):
            found, (loss,) = _run(train_two_layers, x, y, params, rate, 1)
            right, (right_loss,) = solution(x, y, params, learning_rate=rate, steps=1)
            for one, other, sentence in zip(_flat(found), _flat(right), (FIRST, FIRST, LAST, LAST)):
                close(one, other, sentence, rtol=1e-4, scale=1)
            close(loss, right_loss, LOSS, rtol=1e-4)
            params, losses = right, [*losses, right_loss]
        found, together = _run(train_two_layers, x, y, start, rate, 4)
        for one, other in zip(_flat(found), _flat(params)):
            close(one, other, AGAIN, rtol=1e-4, scale=1)
        close(together, losses, LOSS, rtol=1e-4)


covers = {
    "predicts numbers": "an introduction",
    "It runs, and the loss falls": "an introduction",
    "has one fault": check_step_of_the_first_layer,
    "Find it and repair it": check_step_of_the_first_layer,
    "`x` has shape (n, features), `y` has (n, 1)": check_step_of_the_first_layer,
    "`params` is a list of two pairs": check_step_of_the_first_layer,
    "all of them stay as they are": check_step_of_the_first_layer,
    "Each step moves every W and b by `learning_rate` against the gradient of the mean squared error": (
        check_step_of_the_first_layer,
        check_step_of_the_last_layer,
        check_each_step_begins_where_the_last_ended,
    ),
    "the loss with which each step began": check_losses,
    "Gradient descent on the mean squared error": (check_step_of_the_first_layer, check_step_of_the_last_layer),
}
equivalent = {
    "`delta @ W2.T` becomes `delta * W2.T`": "the same, since there is one output",
    "`delta.sum(axis=0)` becomes `delta.sum()`": "the same, since there is one output",
    "`z > 0` becomes `z >= 0`": "a pre-activation is never exactly 0",
}


def _data(rng, n, features, neurons):
    """A batch and parameters; no pre-activation is so near 0 that rounding could flip its ReLU."""
    while True:
        x, y = rng.normal(0, 1, (n, features)), rng.normal(1, 1, (n, 1))
        params = [
            (rng.normal(0, 1, (features, neurons)), rng.normal(0, 0.3, neurons)),
            (rng.normal(0, 1, (neurons, 1)), rng.normal(0, 0.3, 1)),
        ]
        z = x @ params[0][0] + params[0][1]
        if np.abs(z).min() > 1e-3 and (z > 0).any() and ((z < 0).any() or z.size < 9):
            return x, y, params


def _run(train_two_layers, x, y, params, learning_rate, steps):
    found, losses = train_two_layers(x, y, params, learning_rate=learning_rate, steps=steps)
    equal(len(found), 2, "the parameters must be a list of two pairs (W, b)")
    for one, other in zip(_flat(found), _flat(params)):
        equal(one.shape, other.shape, "the parameters must keep their shapes")
    equal(losses.shape, (steps,), "there must be one loss for each step")
    return found, losses


def _flat(params):
    return [each for pair in params for each in pair]


@misconception(
    "The gradient of the first layer goes back through weights that have moved, as in the loop that you were given: "
    "the fault is still there.",
    caught_by=check_step_of_the_first_layer,
)
def unrepaired(x, y, params, *, learning_rate, steps):
    return given(x, y, params, learning_rate=learning_rate, steps=steps)


@misconception(
    "Only the learning rate was made smaller. The gradient of the first layer still goes back through weights that "
    "have moved; with a smaller step they moved less far, which hides the fault and does not repair it.",
    caught_by=check_step_of_the_last_layer,
)
def smaller_steps(x, y, params, *, learning_rate, steps):
    return given(x, y, params, learning_rate=learning_rate / 10, steps=steps)


@misconception(
    "The gradient goes back through the W2 with which the training began, at every step. Keep the W2 of this step: "
    "inside the loop, before it moves.",
    caught_by=check_each_step_begins_where_the_last_ended,
    worth=0.75,
)
def weights_of_the_beginning(x, y, params, *, learning_rate, steps):
    first_W2 = params[1][0]
    return _with_back(x, y, params, learning_rate, steps, lambda delta, W2, z, a: delta @ first_W2.T * (z > 0))


@misconception(
    "Now the first layer moves first, and the last layer's gradient is computed from activations of the weights that "
    "have moved: the fault has changed sides. All four gradients belong to the parameters of one forward pass.",
    caught_by=check_step_of_the_last_layer,
    worth=0.8,
)
def first_layer_first(x, y, params, *, learning_rate, steps):
    (W1, b1), (W2, b2) = params
    losses = []
    for _ in range(steps):
        z = x @ W1 + b1
        error = np.maximum(z, 0) @ W2 + b2 - y
        losses.append(np.mean(error**2))
        delta = 2 * error / len(x)
        back = delta @ W2.T * (z > 0)
        W1 = W1 - learning_rate * (x.T @ back)
        b1 = b1 - learning_rate * back.sum(axis=0)
        a = np.maximum(x @ W1 + b1, 0)
        W2 = W2 - learning_rate * (a.T @ delta)
        b2 = b2 - learning_rate * delta.sum(axis=0)
    return [(W1, b1), (W2, b2)], np.array(losses)


@misconception(
    "A second forward pass is done in the middle of the step, with the new W2: each layer now takes a separate step. "
    "That is another method, which costs a second pass; gradient descent moves all parameters from one place.",
    caught_by=check_step_of_the_first_layer,
)
def two_forward_passes(x, y, params, *, learning_rate, steps):
    (W1, b1), (W2, b2) = params
    losses = []
    for _ in range(steps):
        z = x @ W1 + b1
        a = np.maximum(z, 0)
        error = a @ W2 + b2 - y
        losses.append(np.mean(error**2))
        delta = 2 * error / len(x)
        W2 = W2 - learning_rate * (a.T @ delta)
        b2 = b2 - learning_rate * delta.sum(axis=0)
        delta = 2 * (a @ W2 + b2 - y) / len(x)
        delta = delta @ W2.T * (z > 0)
        W1 = W1 - learning_rate * (x.T @ delta)
        b1 = b1 - learning_rate * delta.sum(axis=0)
    return [(W1, b1), (W2, b2)], np.array(losses)


@misconception(
    "The slope of ReLU was taken out, so that gradient comes through closed neurons as well. It was right as it stood, "
    "and not the fault.",
    caught_by=check_step_of_the_first_layer,
)
def slope_removed(x, y, params, *, learning_rate, steps):
    return _with_back(x, y, params, learning_rate, steps, lambda delta, W2, z, a: delta @ W2.T)


@misconception(
    "The slope of ReLU is now taken from the sign of what came back, not from z. It was right as it stood: z is that "
    "of the forward pass.",
    caught_by=check_step_of_the_first_layer,
)
def slope_of_the_gradient(x, y, params, *, learning_rate, steps):
    return _with_back(x, y, params, learning_rate, steps, lambda delta, W2, z, a: np.maximum(delta @ W2.T, 0))


@misconception(
    "The factor 2 was taken out. The derivative of a square has it: it was right as it stood, and not the fault.",
    caught_by=check_step_of_the_last_layer,
)
def factor_removed(x, y, params, *, learning_rate, steps):
    return given(x, y, params, learning_rate=learning_rate / 2, steps=steps)


@same_mistake_as(factor_removed)
def factor_removed_and_repaired(x, y, params, *, learning_rate, steps):
    return solution(x, y, params, learning_rate=learning_rate / 2, steps=steps)


@misconception(
    "The division by the number of examples was taken out, so that the step grows with the batch. The loss is a mean, "
    "and so is its gradient: the division was right as it stood, and not the fault.",
    caught_by=check_step_of_the_last_layer,
)
def division_removed(x, y, params, *, learning_rate, steps):
    return given(x, y, params, learning_rate=learning_rate * len(x), steps=steps)


@misconception(
    "The parameters are moved in place (`W2 -= ...`), and with them those of the caller, who wanted to begin another "
    "run from the same start.",
    caught_by=check_step_of_the_first_layer,
    worth=0.9,
    said_by="params must not be changed in place",
)
def changed_in_place(x, y, params, *, learning_rate, steps):
    found, losses = solution(x, y, params, learning_rate=learning_rate, steps=steps)
    for old, new in zip(_flat(params), _flat(found)):
        old[...] = new
    return params, losses


@misconception(
    "The losses are measured after the steps, so that the list lacks the loss at the start, which is the one to read "
    "first. It was right as it stood.",
    caught_by=check_losses,
    worth=0.85,
)
def loss_after_the_step(x, y, params, *, learning_rate, steps):
    found, losses = solution(x, y, params, learning_rate=learning_rate, steps=steps + 1)
    return solution(x, y, params, learning_rate=learning_rate, steps=steps)[0], losses[1:]


@neighbour("the gradient goes back through the mean of the old and the new W2")
def half_moved(x, y, params, *, learning_rate, steps):
    losses = []
    for _ in range(steps):
        (first, _), loss = given(x, y, params, learning_rate=learning_rate, steps=1)
        (other, last), _ = solution(x, y, params, learning_rate=learning_rate, steps=1)
        params = [tuple((one + two) / 2 for one, two in zip(first, other)), last]
        losses.append(loss[0])
    return params, np.array(losses)


@neighbour("the biases of the first layer stay where they are")
def first_biases_stay(x, y, params, *, learning_rate, steps):
    losses, b1 = [], params[0][1]
    for _ in range(steps):
        params, loss = solution(x, y, params, learning_rate=learning_rate, steps=1)
        params = [(params[0][0], b1), params[1]]
        losses.append(loss[0])
    return params, np.array(losses)


@alternative("the old weights kept under another name until the gradient has gone back through them")
def old_weights_kept(x, y, params, *, learning_rate, steps):
    (W1, b1), (W2, b2) = params
    losses = []
    for _ in range(steps):
        z = x @ W1 + b1
        a = np.maximum(z, 0)
        error = a @ W2 + b2 - y
        losses.append(np.mean(error**2))
        delta, old = 2 * error / len(x), W2.copy()
        W2 = W2 - learning_rate * (a.T @ delta)
        b2 = b2 - learning_rate * delta.sum(axis=0)
        delta = delta @ old.T * (z > 0)
        W1 = W1 - learning_rate * (x.T @ delta)
        b1 = b1 - learning_rate * delta.sum(axis=0)
    return [(W1, b1), (W2, b2)], losses


@alternative("all gradients first, then all parameters in one statement")
def all_at_once(x, y, params, *, learning_rate, steps):
    flat, losses = _flat(params), np.zeros(steps)
    for step in range(steps):
        W1, b1, W2, b2 = flat
        z = x @ W1 + b1
        a = np.where(z > 0, z, 0)
        error = a @ W2 + b2 - y
        losses[step] = np.square(error).mean()
        delta = error * 2 / error.size
        hidden_delta = np.where(a > 0, np.outer(delta, W2), 0)
        grads = [x.T @ hidden_delta, hidden_delta.sum(0), a.T @ delta, delta.sum(0)]
        flat = [value - learning_rate * grad for value, grad in zip(flat, grads)]
    return ((flat[0], flat[1]), (flat[2], flat[3])), losses


@alternative("the first layer moves first, with what had gone back before, on copies that are changed in place")
def first_layer_first_rightly(x, y, params, *, learning_rate, steps):
    W1, b1, W2, b2 = (np.array(each, float) for each in _flat(params))
    losses = []
    for _ in range(steps):
        a = np.maximum(x @ W1 + b1, 0)
        delta = a @ W2 + b2 - y
        losses.append(float((delta**2).mean()))
        delta *= 2 / len(x)
        back = (delta @ W2.T) * (a > 0)
        W1 -= learning_rate * (x.T @ back)
        b1 -= learning_rate * back.sum(axis=0)
        W2 -= learning_rate * (a.T @ delta)
        b2 -= learning_rate * delta.sum(axis=0)
    return [[W1, b1], [W2, b2]], losses


def _with_back(x, y, params, learning_rate, steps, back):
    (W1, b1), (W2, b2) = params
    losses = []
    for _ in range(steps):
        z = x @ W1 + b1
        a = np.maximum(z, 0)
        error = a @ W2 + b2 - y
        losses.append(np.mean(error**2))
        delta = 2 * error / len(x)
        W2, old = W2 - learning_rate * (a.T @ delta), W2
        b2 = b2 - learning_rate * delta.sum(axis=0)
        delta = back(delta, old, z, a)
        W1 = W1 - learning_rate * (x.T @ delta)
        b1 = b1 - learning_rate * delta.sum(axis=0)
    return [(W1, b1), (W2, b2)], np.array(losses)
