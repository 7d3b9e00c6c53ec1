"""Write a test that tells right steps of Adam from wrong ones."""

import numpy as np

from autograder.authoring import alternative, lazy

tests = "adam_step"
points = 3
hints = (
    "What is known of Adam without computing its means? Its first step is as long as the learning rate whatever the "
    "gradient, and with a large eps it is shorter by a factor that you can work out on paper.",
    "Many mistakes show only from the second step on, and with beta1 and beta2 far from 1 and from each other. Work "
    "out three steps in a loop of your own, and pass on the state that the function returned. A default shows only "
    "when it is left alone, and that of eps only next to a gradient just as small.",
    "Ask twice for the same step from the same state, with a step of another run in between, and check that `w` is "
    "unchanged.",
)


def solution(adam_step):
    w, grads, rates = np.array([2.0, -1.0]), [np.array([0.5, -3.0]), np.array([-2.0, 0.4])], (0.1, 0.3)
    for eps in (1e-8, 1.0):
        here, state, mean, square = w.copy(), None, np.zeros(2), np.zeros(2)
        for t, (grad, rate) in enumerate(zip(grads, rates), start=1):
            mean, square = 0.6 * mean + 0.4 * grad, 0.8 * square + 0.2 * grad**2
            moved = rate * mean / (1 - 0.6**t) / (np.sqrt(square / (1 - 0.8**t)) + eps)
            before = here.copy()
            settings = {"learning_rate": rate, "beta1": 0.6, "beta2": 0.8, "eps": eps}
            for _ in range(2):
                new, after = adam_step(here, grad, state, **settings)
                assert np.allclose(new, before - moved, rtol=1e-4), "a step by the formulas, twice the same"
                assert (here == before).all(), "w stays"
            here, state = np.array(new, dtype=float), after
    new, state = adam_step(w, np.array([1e-8, 0.0]), learning_rate=0.5)
    assert np.allclose(new, [1.75, -1.0], rtol=1e-3), "eps is 1e-8, and no gradient is no step"
    new, _ = adam_step(w, np.array([0.0, 1.0]), state, learning_rate=0.5)
    mean, square = 0.1 / (1 - 0.9**2), 0.001 / (1 - 0.999**2)
    assert np.isclose(new[1], -1.0 - 0.5 * mean / np.sqrt(square), rtol=1e-3), "beta1 is 0.9 and beta2 is 0.999"
    assert new[0] < 1.9, "a weight whose gradient has become 0 moves on"


@alternative("returns True or False, from random gradients and all of the past")
def by_returning(adam_step):
    rng = np.random.default_rng(3)
    w, settings, right = rng.normal(size=4), {"beta1": 0.5, "beta2": 0.7, "eps": 0.2}, []
    grads, state, here = rng.normal(size=(4, 4)) * [0.1, 1, 3, 10], None, w.copy()
    for t in range(1, 5):
        a, b = (np.array([beta ** (t - 1 - i) for i in range(t)]) for beta in (0.5, 0.7))
        mean, square = a @ grads[:t] / a.sum(), b @ grads[:t] ** 2 / b.sum()
        right_one = here - 0.1 * t * mean / (square**0.5 + 0.2)
        kept = here.copy()
        adam_step(w.copy(), grads[0].copy(), None, learning_rate=9.0, **settings)
        first, _ = adam_step(here.copy(), grads[t - 1].copy(), state, learning_rate=0.1 * t, **settings)
        new, state = adam_step(here, grads[t - 1].copy(), state, learning_rate=0.1 * t, **settings)
        right += [np.allclose(first, right_one, rtol=1e-3), np.allclose(new, right_one, rtol=1e-3)]
        right.append(np.array_equal(kept, here))
        here = right_one
    found, _ = adam_step(np.ones(3), np.array([1e-3, -1.0, 1e3]), learning_rate=0.25)
    right.append(np.allclose(found, [0.75, 1.25, 0.75], rtol=1e-3))
    found, _ = adam_step(np.ones(2), np.array([1e-8, 0.0]), learning_rate=0.5)
    right.append(np.allclose(found, [0.75, 1.0], rtol=1e-3))
    _, state = adam_step(np.ones(2), np.ones(2), learning_rate=0.5)
    found, _ = adam_step(np.ones(2), np.zeros(2), state, learning_rate=0.5)
    return bool(all(right) and (found < 0.9).all())


@lazy("It looks only at the first step with the usual settings, and only at its direction.")
def direction_alone(adam_step):
    new, _ = adam_step(np.array([1.0]), np.array([2.0]), learning_rate=0.1)
    assert new[0] < 1


@lazy("It only checks that the function runs.")
def runs_at_all(adam_step):
    adam_step(np.ones(3), np.ones(3), learning_rate=0.1)
