"""Write a test that tells right gradients of the L2 penalty from wrong ones."""

import numpy as np

from autograder.authoring import alternative, lazy

tests = "l2_gradient"
points = 3
hints = (
    "Write down what the exercise promises, a line for each: weights, biases, the list, three axes, whole numbers, "
    "lam 0, and what must stay as it is. Each line is an assert.",
    "With lam equal to m, or with weights of 1, several mistakes look right: choose numbers that tell them apart.",
    "For W = [[2, -4]], lam = 3 and m = 12 the gradient can be computed by hand. What would it be for L1, without m, "
    "or for the norm that is not squared?",
)


def solution(l2_gradient):
    W, b, filters = np.array([[2.0, -4.0]]), np.array([5.0, 6.0]), np.full((2, 1, 2), 8.0)
    arrays = [W, b, filters]
    found = l2_gradient(arrays, 3.0, m=12)
    assert len(found) == 3, "one gradient for each array"
    assert np.allclose(found[0], [[0.5, -1.0]], rtol=1e-4), "the derivative, entry by entry"
    assert np.shape(found[0]) == (1, 2), "of the shape of the array"
    assert np.shape(found[1]) == (2,), "biases get a gradient"
    assert np.allclose(found[1], 0), "which is zero"
    assert np.shape(found[2]) == (2, 1, 2), "three axes"
    assert np.allclose(found[2], 2.0, rtol=1e-4), "are weights too"
    assert len(arrays) == 3, "the list stays as it is"
    assert all(now is was for now, was in zip(arrays, (W, b, filters))), "with its arrays"
    assert (W == [[2.0, -4.0]]).all(), "weights stay as they are"
    assert (b == [5.0, 6.0]).all(), "and so do biases"
    first, second = l2_gradient([W, W], 3.0, m=12)
    assert np.allclose(second, [[0.5, -1.0]], rtol=1e-4), "a layer may have no bias"
    without = l2_gradient([W, b], 0, m=12)
    assert [np.shape(grad) for grad in without] == [(1, 2), (2,)], "lam 0 has gradients too"
    assert not any(np.any(grad) for grad in without), "of zeros"
    (whole,) = l2_gradient([np.array([[2, 3]])], 1, m=4)
    assert np.allclose(whole, [[0.5, 0.75]], rtol=1e-4), "whole numbers are not rounded"


@alternative("returns True or False, by differences of the penalty")
def by_returning(l2_gradient):
    def penalty(W):
        return 1.7 / (2 * 9) * np.sum(np.square(W, dtype=float))

    arrays = [np.array([[1, 2], [3, 7]]), np.array([2.0, 9.0]), np.array([[[2.0, -3.0]]]), np.array([[4.0], [1.0]])]
    before = [W.copy() for W in arrays]
    found = l2_gradient(arrays, 1.7, m=9)
    if len(l2_gradient(arrays, 0, m=9)) != 4:
        return False
    if len(found) != 4 or any(np.shape(grad) != W.shape for grad, W in zip(found, arrays)):
        return False
    right = [not np.any(found[1]), *(np.array_equal(W, was) for W, was in zip(arrays, before))]
    for k in (0, 2, 3):
        for index in np.ndindex(arrays[k].shape):
            up, down = arrays[k].astype(float), arrays[k].astype(float)
            up[index] += 0.5
            down[index] -= 0.5
            right.append(abs(penalty(up) - penalty(down) - np.asarray(found[k])[index]) < 1e-4)
    return bool(all(right))


@lazy("It looks only at the sign.")
def sign_alone(l2_gradient):
    (grad,) = l2_gradient([np.array([[2.0, -4.0]])], 3.0, m=12)
    assert (np.sign(grad) == [[1, -1]]).all()


@lazy("It only checks that the function runs.")
def runs_at_all(l2_gradient):
    l2_gradient([np.ones((1, 1))], 1.0, m=1)
