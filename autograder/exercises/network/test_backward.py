"""Write a test that tells right backward passes from wrong ones, by finite differences."""

import numpy as np

from autograder.authoring import alternative, lazy

tests = "backward"
points = 3
hints = (
    "A loss whose gradient at the outputs is `grad` is easy to find: the sum of `grad` times the outputs. Move one "
    "weight up and down by a small step, run forward both times, and divide the difference of the two losses by the "
    "two steps.",
    "A mistake shows only on a network that has it: several layers of different sizes, another one in which all layers "
    "have one size, a batch of several examples, and pre-activations on both sides of zero.",
    "Copy `grad` before the call and compare afterwards. Compare gradients with `np.allclose`, after their shapes.",
)


def solution(backward):
    def forward(params, x):
        cache, a = [], x
        for W, b in params:
            z = a @ W + b
            cache.append((a, z))
            a = np.maximum(z, 0)
        return z, cache

    layer, zero = (np.ones((1, 1)), np.zeros(1)), np.zeros((1, 1))
    found = backward([layer, layer], [(zero, zero), (zero, zero)], np.ones((1, 1)))
    assert np.all(np.asarray(found[0][1]) == 0), "closed at 0"
    rng = np.random.default_rng(0)
    for sizes in ((3, 4, 2), (3, 3, 3, 3)):
        params = [(rng.normal(size=(i, o)), rng.normal(size=o)) for i, o in zip(sizes, sizes[1:])]
        x, grad = rng.normal(size=(4, sizes[0])), rng.normal(1, 1, (4, sizes[-1]))
        before, cache = grad.copy(), forward(params, x)[1]
        found = backward(params, cache, grad)
        assert np.array_equal(grad, before), "grad was changed"
        assert len(found) == len(params), "one pair for each layer"
        for pair, gradients in zip(params, found):
            for array, gradient in zip(pair, gradients):
                assert np.shape(gradient) == array.shape, "a gradient has the shape of its parameter"
                for place in np.ndindex(array.shape):
                    kept, losses = array[place], []
                    for nudged in (kept + 1e-5, kept - 1e-5):
                        array[place] = nudged
                        losses.append((before * forward(params, x)[0]).sum())
                    array[place] = kept
                    slope = (losses[0] - losses[1]) / 2e-5
                    assert abs(np.asarray(gradient)[place] - slope) < 1e-3 * (1 + abs(slope)), "not the slope"


@alternative("three layers of one neuron each worked out by hand, and a square network; True or False comes back")
def by_hand(backward):
    W1, W2 = np.array([[1.0, -2.0], [0.5, 1.0]]), np.array([[3.0, -1.0], [2.0, 4.0]])
    W3 = np.array([[1.0, 2.0], [-1.0, 1.0]])
    params = [(W1, np.zeros(2)), (W2, np.zeros(2)), (W3, np.zeros(2))]
    x = np.array([[1.0, 2.0], [2.0, -1.0], [-1.0, 3.0]])
    z1 = x @ W1
    a1 = np.where(z1 > 0, z1, 0)
    z2 = a1 @ W2
    a2 = np.where(z2 > 0, z2, 0)
    grad = np.array([[1.0, 0.5], [0.5, 2.0], [3.0, -1.0]])
    d2 = grad @ W3.T * (z2 > 0)
    d1 = d2 @ W2.T * (z1 > 0)
    expected = [(x.T @ d1, d1.sum(axis=0)), (a1.T @ d2, d2.sum(axis=0)), (a2.T @ grad, grad.sum(axis=0))]
    found = backward(params, [(x, z1), (a1, z2), (a2, a2 @ W3)], grad)
    fine = grad.tolist() == [[1.0, 0.5], [0.5, 2.0], [3.0, -1.0]] and len(found) == 3
    for pair, right in zip(found, expected):
        for one, other in zip(pair, right):
            fine = fine and np.shape(one) == np.shape(other) and np.allclose(one, other, rtol=1e-3, atol=1e-3)
    return bool(fine)


@lazy("Only the number of pairs is looked at.")
def number_of_pairs(backward):
    params = [(np.ones((2, 3)), np.zeros(3)), (np.ones((3, 1)), np.zeros(1))]
    x = np.ones((4, 2))
    cache = [(x, x @ np.ones((2, 3))), (2 * np.ones((4, 3)), 6 * np.ones((4, 1)))]
    assert len(backward(params, cache, np.ones((4, 1)))) == 2


@lazy("The test only asks whether the function runs.")
def runs_at_all(backward):
    backward([(np.ones((2, 3)), np.zeros(3))], [(np.ones((4, 2)), np.ones((4, 3)))], np.ones((4, 3)))
