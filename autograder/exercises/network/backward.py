"""Write the backward pass of a ReLU network: from the gradient of its outputs to those of its parameters."""

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
    shaped,
    weight,
)

points = 4
returns = [(array, array)]
hints = (
    "Begin at the last layer, whose `grad` you are given. Its inputs are `a`, of shape (n, fan_in): which product of "
    "`a` and `grad` has the shape of W?",
    "A bias is added to the pre-activation of each example, so its gradient collects a sum over the examples. The "
    "gradient of a layer's inputs is `grad @ W.T`.",
    "On the way to the layer before, the gradient passes its ReLU: multiply by `z > 0` with the z of that layer. Work "
    "from the last layer to the first, and reverse the list at the end.",
)

PAIRS = "there must be one pair (dW, db) for each layer"
WEIGHTS = "the gradient of the weights must be that of the loss, by finite differences"
BIASES = "the gradient of the biases must be that of the loss, by finite differences"
LAST = "the gradient of the last weights must be the inputs of that layer, transposed, times grad"
LAST_BIAS = "the gradient of the last biases must be the sum of grad over the examples"
CARRIED = "if every ReLU is open, the gradient must come through the weights of each layer above"
CLOSED = "no gradient may come through a neuron whose pre-activation is 0 or below"
OPEN = "all of the gradient must come through a neuron whose pre-activation is above 0"
SQUARE = "even in layers of equal size, each ReLU must be opened and closed by the pre-activations in front of it"


def solution(params, cache, grad):
    grads = []
    for layer in reversed(range(len(params))):
        a, _ = cache[layer]
        grads.append((a.T @ grad, grad.sum(axis=0)))
        if layer > 0:
            grad = grad @ params[layer][0].T * (cache[layer - 1][1] > 0)
    return grads[::-1]


@core
@weight(4)
def check_gradients_of_the_loss(backward, rng):
    """The gradients are those of the loss with respect to every weight and bias, by finite differences."""
    params, x, grad = _network(rng, 5, (4, 3, 6, 2))
    found = _pairs(backward, params, _forward(params, x)[1], grad)
    for (dW, db), (slope_W, slope_b) in zip(found, _slopes(params, x, grad)):
        close(dW, slope_W, WEIGHTS, rtol=1e-4, scale=1)
        close(db, slope_b, BIASES, rtol=1e-4, scale=1)


@weight(2)
def check_last_layer(backward, rng):
    """The last layer gets its gradients from its inputs and grad; a network may have no other."""
    for sizes in ((4, 3), (3, 5, 2)):
        params, x, grad = _network(rng, 6, sizes)
        cache = _forward(params, x)[1]
        dW, db = _pairs(backward, params, cache, grad)[-1]
        close(dW, cache[-1][0].T @ grad, LAST, scale=1)
        close(db, grad.sum(axis=0), LAST_BIAS, scale=1)


def check_through_the_weights(backward, rng):
    """When all pre-activations are above 0, the gradient comes through the weights as they are."""
    params, x, grad = _network(rng, 4, (3, 5, 4, 2))
    params = [(np.abs(W), np.abs(b) + 0.1) for W, b in params]
    cache = _forward(params, np.abs(x))[1]
    carried = grad = np.abs(grad) * [[1], [-1], [1], [-1]]  # of either sign, and no ReLU looks at that
    expected = []
    for (W, _), (a, _) in zip(params[::-1], cache[::-1]):
        expected.append((a.T @ carried, carried.sum(axis=0)))
        carried = carried @ W.T
    for (dW, db), (right_W, right_b) in zip(_pairs(backward, params, cache, grad), expected[::-1]):
        close(dW, right_W, CARRIED, scale=1)
        close(db, right_b, CARRIED, scale=1)


def check_closed_and_open_neurons(backward, rng):
    """A hidden neuron passes the gradient for an example if its pre-activation is above 0, and not otherwise."""
    z = np.array([[1.5, -0.5, 0.0, 0.2], [0.2, 2.0, -3.0, -0.1], [-1.0, 0.3, 0.7, 4.0]])
    x, grad = rng.normal(0, 1, (3, 2)), rng.uniform(0.5, 2, (3, 1)) * [[1], [-1], [1]]
    W = rng.uniform(0.5, 2, (4, 1))
    params = [(rng.normal(0, 1, (2, 4)), np.zeros(4)), (W, np.zeros(1))]
    for example in range(3):
        one = slice(example, example + 1)
        cache = [(x[one], z[one]), (np.maximum(z[one], 0), np.ones((1, 1)))]
        _, db = _pairs(backward, params, cache, grad[one])[0]
        db = shaped(db, (4,), "the gradient of the biases must have their shape")
        is_open = z[example] > 0
        require((db[~is_open] == 0).all(), CLOSED)
        close(db, np.where(is_open, grad[one] * W[:, 0], db)[0], OPEN)


def check_layers_of_equal_size(backward, rng):
    """Nothing is mixed up when all layers have the same size."""
    params, x, grad = _network(rng, 3, (3, 3, 3, 3))
    cache = _forward(params, x)[1]
    for (dW, db), (right_W, right_b) in zip(_pairs(backward, params, cache, grad), solution(params, cache, grad)):
        close(dW, right_W, SQUARE, scale=1)
        close(db, right_b, SQUARE, scale=1)


@weight(2)
@hidden(
    like=(
        check_gradients_of_the_loss,
        check_last_layer,
        check_through_the_weights,
        check_closed_and_open_neurons,
        check_layers_of_equal_size,
    )
)
def check_other_networks(backward, rng):
    """The same holds for one example, one layer, four, five, one neuron, equal sizes, single precision and zeros."""
    for n, sizes in ((1, (3, 4, 2)), (7, (5, 2)), (6, (2, 7, 1, 5, 3)), (4, (4, 4, 4)), (2, (3, 6, 4, 2, 5, 3))):
        params, x, grad = _network(rng, n, sizes)
        _compare(backward, params, x, grad)
    params, x, grad = _network(rng, 6, (4, 8, 3))
    single = [(W.astype(np.float32), b.astype(np.float32)) for W, b in params]
    _compare(backward, single, x.astype(np.float32), grad.astype(np.float32))
    params[0][0][:, 2], x[1] = 0, 0
    _compare(backward, [(params[0][0], np.zeros(8)), params[1]], x, grad)


covers = {
    "Write `backward(params, cache, grad)` for": check_gradients_of_the_loss,
    "one or more": (check_gradients_of_the_loss, check_last_layer, check_layers_of_equal_size),
    "Return the gradients of the loss": (check_gradients_of_the_loss, check_through_the_weights),
    "`params` is a list of pairs `(W, b)`": check_gradients_of_the_loss,
    "the inputs of each layer and its pre-activations": (check_gradients_of_the_loss, check_closed_and_open_neurons),
    "the gradient of the loss with respect to the outputs": check_last_layer,
    "a list of pairs `(dW, db)` in the order of `params`": check_gradients_of_the_loss,
    "in the shapes of W and b": (check_gradients_of_the_loss, check_last_layer),
    "slope of ReLU is 1 where the pre-activation is above 0, and 0 elsewhere": check_closed_and_open_neurons,
    "has been averaged over the batch already": (check_last_layer, check_gradients_of_the_loss),
    "Leave the arguments as they are": check_gradients_of_the_loss,
    "For the network above that computes": "the example, by hand",
    "of every W and b": check_gradients_of_the_loss,
}


@misconception(
    "The gradients are divided by n. `grad` is that of a loss that has been averaged already, so the examples' "
    "contributions are added up: divided once more, every step is n times too short.",
    caught_by=check_last_layer,
)
def divided_by_n_again(params, cache, grad):
    return solution(params, cache, grad / len(grad))


@misconception(
    "The gradient of the biases is not summed over the batch: there is a row for each example. All examples use the "
    "same bias, so it collects a contribution from each of them.",
    caught_by=check_last_layer,
)
def bias_not_summed(params, cache, grad):
    grads = []
    for layer in reversed(range(len(params))):
        grads.append((cache[layer][0].T @ grad, grad))
        if layer > 0:
            grad = grad @ params[layer][0].T * (cache[layer - 1][1] > 0)
    return grads[::-1]


@misconception(
    "The gradient of the biases is averaged over the batch, and that of the weights is summed. The loss has been "
    "averaged already: sum both.",
    caught_by=check_last_layer,
)
def bias_averaged(params, cache, grad):
    return [(dW, db / len(grad)) for dW, db in solution(params, cache, grad)]


@misconception(
    "The gradient of the biases is that of one example only. All examples of the batch use the same bias: add up their "
    "contributions.",
    caught_by=check_last_layer,
)
def bias_of_one_example(params, cache, grad):
    return [(cache[i][0].T @ delta, delta[0]) for i, delta in enumerate(_deltas(params, cache, grad))]


@misconception(
    "The slope of ReLU is left out, so that gradient comes through neurons that passed nothing on. Where the "
    "pre-activation is below 0, a small change of it changes nothing: multiply by `z > 0`.",
    caught_by=check_closed_and_open_neurons,
)
def slope_forgotten(params, cache, grad):
    return _carried(params, cache, grad, lambda layer, grad: grad @ params[layer][0].T)


@misconception(
    "The slope of ReLU is taken from the pre-activations of the wrong layer: the one that the gradient comes from, and "
    "not the one that it comes to. The gradient of a layer's inputs passes the ReLU that made these inputs.",
    caught_by=check_layers_of_equal_size,
)
def slope_of_the_layer_above(params, cache, grad):
    return _carried(params, cache, grad, lambda layer, grad: grad @ params[layer][0].T * (cache[layer][1] > 0))


@misconception(
    "The gradient is multiplied by the slope of a ReLU before the last layer's gradients are taken too. The outputs "
    "have no ReLU after them: a negative logit gets its gradient like any other.",
    caught_by=check_last_layer,
)
def relu_at_the_outputs(params, cache, grad):
    return solution(params, cache, grad * (cache[-1][1] > 0))


@misconception(
    "The gradient is multiplied by the values of the neurons, and not by the slope of ReLU. The slope is 1 where the "
    "pre-activation is above 0, however large it is.",
    caught_by=check_gradients_of_the_loss,
)
def times_the_activation(params, cache, grad):
    return _carried(params, cache, grad, lambda layer, grad: grad @ params[layer][0].T * cache[layer][0])


@same_mistake_as(times_the_activation)
def times_the_pre_activation(params, cache, grad):
    return _carried(params, cache, grad, lambda layer, grad: grad @ params[layer][0].T * cache[layer - 1][1])


@misconception(
    "ReLU is applied to the gradient itself: its negative entries are cut off. In the forward pass ReLU cuts off "
    "pre-activations; in the backward pass these decide, by `z > 0`, which neurons pass the gradient on, and its own "
    "sign does not matter.",
    caught_by=check_through_the_weights,
)
def gradient_cut_off(params, cache, grad):
    return _carried(params, cache, grad, lambda layer, grad: np.maximum(grad @ params[layer][0].T, 0))


@same_mistake_as(gradient_cut_off)
def gradient_cut_off_too(params, cache, grad):
    return _carried(
        params, cache, grad, lambda layer, grad: np.maximum(grad @ params[layer][0].T, 0) * (cache[layer - 1][1] > 0)
    )


@misconception(
    "Gradient comes through a neuron whose pre-activation is exactly 0 (`z >= 0`). The slope there is 0 by agreement: "
    "a neuron that passes on 0 gets no blame.",
    caught_by=check_closed_and_open_neurons,
    worth=0.9,
)
def open_at_zero(params, cache, grad):
    return _carried(params, cache, grad, lambda layer, grad: grad @ params[layer][0].T * (cache[layer - 1][1] >= 0))


@misconception(
    "The gradient of the weights is taken with the pre-activations of the layer before, as if it had no ReLU. W was "
    "multiplied by the activations, the first of each pair in `cache`.",
    caught_by=check_gradients_of_the_loss,
)
def weights_from_pre_activations(params, cache, grad):
    inputs = [cache[0][0], *(z for _, z in cache[:-1])]
    return [(a.T @ delta, delta.sum(axis=0)) for a, delta in zip(inputs, _deltas(params, cache, grad))]


@misconception(
    "The slope of ReLU is used for the last hidden layer alone. Each hidden layer has its own ReLU, and on its way "
    "back the gradient has to pass every one of them.",
    caught_by=check_gradients_of_the_loss,
    worth=0.6,
)
def slope_used_once(params, cache, grad):
    def back(layer, grad):
        passed = grad @ params[layer][0].T
        return passed * (cache[layer - 1][1] > 0) if layer == len(params) - 1 else passed

    return _carried(params, cache, grad, back)


@misconception(
    "The weights are not transposed in the backward pass, which runs only if a layer has as many neurons as the one "
    "before. Forward, a neuron's output is spread along a row of W; backward, the gradient is collected along that "
    "row: `grad @ W.T`.",
    caught_by=check_layers_of_equal_size,
)
def not_transposed(params, cache, grad):
    return _carried(params, cache, grad, lambda layer, grad: grad @ params[layer][0] * (cache[layer - 1][1] > 0))


@misconception(
    "The gradients of the weights are transposed: outputs by inputs. A gradient has the shape of what it is the "
    "gradient of, and W is (fan_in, fan_out): `a.T @ grad`, not `grad.T @ a`.",
    caught_by=check_last_layer,
)
def weights_transposed(params, cache, grad):
    return [(dW.T, db) for dW, db in solution(params, cache, grad)]


@misconception(
    "The gradients are in the order in which they were computed, the last layer first. They belong in the order of "
    "params: reverse the list.",
    caught_by=check_last_layer,
)
def last_layer_first(params, cache, grad):
    return solution(params, cache, grad)[::-1]


@misconception(
    "`grad` is passed on unchanged: every layer is given the gradient of the outputs, which has not gone through the "
    "weights in between.",
    caught_by=check_through_the_weights,
)
def not_carried_through(params, cache, grad):
    return [(a.T @ grad, grad.sum(axis=0)) for a, _ in cache]


@misconception(
    "The inputs of the network are taken as the inputs of each layer. The last layer saw the activations of the one "
    "before: `cache[layer][0]`.",
    caught_by=check_layers_of_equal_size,
)
def inputs_of_the_first_layer(params, cache, grad):
    return [(cache[0][0].T @ delta, delta.sum(axis=0)) for delta in _deltas(params, cache, grad)]


@misconception(
    "An array that was handed in is overwritten (`grad *= ...`). The caller may still need it: make a new one.",
    caught_by=check_last_layer,
    worth=0.85,
    said_by="grad must not be changed in place",
)
def changed_in_place(params, cache, grad):
    found = solution(params, cache, grad)
    grad *= 0.5
    return found


@neighbour("a little of the gradient comes through closed neurons, as with a leaky ReLU")
def leaky(params, cache, grad):
    return _carried(
        params, cache, grad, lambda layer, grad: grad @ params[layer][0].T * np.where(cache[layer - 1][1] > 0, 1, 0.1)
    )


@neighbour("the gradients of the weights are twice as large as they should be")
def weights_doubled(params, cache, grad):
    return [(2 * dW, db) for dW, db in solution(params, cache, grad)]


@neighbour("closed neurons pass the gradient and open ones do not")
def opened_and_closed_swapped(params, cache, grad):
    return _carried(params, cache, grad, lambda layer, grad: grad @ params[layer][0].T * (cache[layer - 1][1] <= 0))


@alternative("a loop over the examples, with outer products")
def looped(params, cache, grad):
    grads = [[np.zeros(W.shape), np.zeros(b.shape)] for W, b in params]
    for example in range(len(grad)):
        delta = np.array(grad[example], float)
        for layer in range(len(params) - 1, -1, -1):
            a, _ = cache[layer]
            grads[layer][0] += np.outer(a[example], delta)
            grads[layer][1] += delta
            delta = params[layer][0] @ delta
            if layer:
                delta[cache[layer - 1][1][example] <= 0] = 0
    return grads


@alternative("by recursion, the slope read off the activations, lists of lists")
def recursive(params, cache, grad):
    (W, _), (a, _) = params[-1], cache[-1]
    own = [(a.T @ grad).tolist(), np.sum(grad, axis=0).tolist()]
    if len(params) == 1:
        return [own]
    return [*recursive(params[:-1], cache[:-1], np.where(a > 0, grad @ W.T, 0)), own]


@alternative("by einsum, the list filled from its end, a tuple of tuples")
def by_einsum(params, cache, grad):
    grads = ()
    for layer, ((W, _), (a, z)) in reversed(list(enumerate(zip(params, cache)))):
        if layer < len(params) - 1:
            grad = np.heaviside(z, 0) * grad
        grads = ((np.einsum("ni,no->io", a, grad), np.einsum("no->o", grad)), *grads)
        grad = np.einsum("no,io->ni", grad, W)
    return grads


@alternative("in single precision")
def in_single_precision(params, cache, grad):
    cache = [(a.astype(np.float32), z.astype(np.float32)) for a, z in cache]
    return solution([(W.astype(np.float32), b) for W, b in params], cache, grad.astype(np.float32))


def _carried(params, cache, grad, back):
    """Gradients where `back(layer, grad)` gives that of the layer before."""
    grads = []
    for layer in reversed(range(len(params))):
        grads.append((cache[layer][0].T @ grad, grad.sum(axis=0)))
        if layer > 0:
            grad = back(layer, grad)
    return grads[::-1]


def _deltas(params, cache, grad):
    deltas = [grad]
    for layer in reversed(range(1, len(params))):
        deltas.append(deltas[-1] @ params[layer][0].T * (cache[layer - 1][1] > 0))
    return deltas[::-1]


def _network(rng, n, sizes):
    """Parameters, a batch and a gradient of the outputs; no pre-activation is so near 0 that a nudge would cross it."""
    while True:
        params = [(rng.normal(0, 1, (i, o)), rng.normal(0, 0.5, o)) for i, o in zip(sizes, sizes[1:])]
        x, grad = rng.normal(0, 1, (n, sizes[0])), rng.normal(0.3, 1, (n, sizes[-1]))
        outputs, cache = _forward(params, x)
        sums = [z for _, z in cache[:-1]]
        mixed = all(0.2 < np.mean(z > 0) < 0.9 for z in sums if z.size > 5)
        mixed &= outputs.size < 4 or np.mean(outputs < 0) > 0.15  # or a ReLU after them would go unseen
        if mixed and all(np.abs(z).min() > 1e-3 for z in sums):
            return params, x, grad


def _forward(params, x):
    cache, a = [], x
    for W, b in params:
        z = a @ W + b
        cache.append((a, z))
        a = np.maximum(z, 0)
    return z, cache


def _slopes(params, x, grad, step=1e-5):
    """Finite differences of the sum of grad times the outputs, which has the gradient `grad` at the outputs."""
    slopes = [(np.empty_like(W), np.empty_like(b)) for W, b in params]
    for pair, slope in zip(params, slopes):
        for array_, out in zip(pair, slope):
            for i in np.ndindex(*array_.shape):
                kept = array_[i]
                ends = []
                for nudged in (kept + step, kept - step):
                    array_[i] = nudged
                    ends.append((grad * _forward(params, x)[0]).sum())
                array_[i] = kept
                out[i] = (ends[0] - ends[1]) / (2 * step)
    return slopes


def _pairs(backward, params, cache, grad):
    found = backward(params, cache, grad)
    equal(len(found), len(params), PAIRS)
    return found


def _compare(backward, params, x, grad):
    cache = _forward(params, x)[1]
    exact = [(a.astype(float), z.astype(float)) for a, z in cache]
    expected = solution([(W.astype(float), b.astype(float)) for W, b in params], exact, grad.astype(float))
    for (dW, db), (right_W, right_b) in zip(_pairs(backward, params, cache, grad), expected):
        close(dW, right_W, WEIGHTS, rtol=1e-4, scale=1)
        close(db, right_b, BIASES, rtol=1e-4, scale=1)
