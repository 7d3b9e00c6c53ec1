"""Write a test that tells right ways of clipping from wrong ones."""

import numpy as np

from autograder.authoring import alternative, lazy

tests = "clip_by_global_norm"
points = 3
leaves_out = {"epsilon_added": "it shows with gradients that are smaller than a test need think of"}
hints = (
    "Write down what the exercise promises, a line for each: long gradients, short ones, the norm, zeros, whole "
    "numbers, and the arrays that were handed in. Each line is an assert.",
    "With one array there is no difference between its own norm and the joint one: take two, and let neither be much "
    "longer than max_norm by itself.",
    "Gradients [3, 0] and [[0, 4]] have the joint norm 5. What must come out for max_norm 2.5, and what for 6?",
)


def solution(clip_by_global_norm):
    def joined(arrays):
        return np.concatenate([np.ravel(array) for array in arrays])

    grads = [np.array([3.0, 0.0]), np.array([[0.0, 4.0]])]
    clipped, norm = clip_by_global_norm(grads, 2.5)
    assert len(clipped) == 2, "one array for each gradient"
    assert np.allclose(joined(clipped), [1.5, 0, 0, 2], rtol=1e-4), "the same factor for all"
    assert np.isclose(norm, 5), "the norm before clipping"
    assert (joined(grads) == [3, 0, 0, 4]).all(), "grads must stay"
    clipped, norm = clip_by_global_norm(grads, 6.0)
    assert np.allclose(joined(clipped), [3, 0, 0, 4]), "short gradients stay"
    clipped, norm = clip_by_global_norm([np.zeros(2), np.zeros((1, 2))], 1.0)
    assert (joined(clipped) == 0).all(), "zeros stay"
    assert norm == 0, "zeros have the norm 0"
    clipped, norm = clip_by_global_norm([np.array([3, 0]), np.array([[0, 4]])], 1.0)
    assert np.allclose(joined(clipped), [0.6, 0, 0, 0.8], rtol=1e-4), "whole numbers are not rounded"
    clipped, norm = clip_by_global_norm([3 * np.eye(2), np.full(4, 70, dtype=np.int8)], 500.0)
    assert np.isclose(norm, np.sqrt(2 * 3**2 + 4 * 70**2)), "every entry counts, and no square overflows"


@alternative("returns True or False, from random arrays")
def by_returning(clip_by_global_norm):
    rng = np.random.default_rng(1)
    grads = [rng.normal(size=(3, 2)), rng.normal(size=4)]
    flat = np.concatenate([grad.ravel() for grad in grads])
    size = float(np.sqrt((flat**2).sum()))
    right = []
    for max_norm in (size / 4, size * 1.01):
        clipped, norm = clip_by_global_norm([grad.copy() for grad in grads], max_norm)
        found = np.concatenate([np.ravel(each) for each in clipped])
        right += [np.allclose(found, flat * min(1, max_norm / size), rtol=1e-3), np.isclose(norm, size, rtol=1e-3)]
    kept = [grad.copy() for grad in grads]
    clip_by_global_norm(kept, size / 2)
    right.append(all(np.array_equal(one, two) for one, two in zip(kept, grads)))
    zeros, norm = clip_by_global_norm([np.zeros(3)], 1.0)
    right.append(np.array_equal(zeros[0], [0, 0, 0]) and norm == 0)
    whole, norm = clip_by_global_norm([np.full((2, 2), 90, dtype=np.int8)], 1.0)
    right.append(np.allclose(whole[0], 0.5) and np.isclose(norm, 180))
    return bool(all(right))


@lazy("Only the joint norm of what comes out is looked at.")
def norm_alone(clip_by_global_norm):
    clipped, _ = clip_by_global_norm([np.array([3.0])], 1.0)
    assert np.linalg.norm(clipped[0]) < 1.01


@lazy("The test only asks whether the function runs.")
def runs_at_all(clip_by_global_norm):
    clip_by_global_norm([np.ones(3)], 1.0)
