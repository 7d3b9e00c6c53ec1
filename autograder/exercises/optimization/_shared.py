"""What the checks of optimizer steps share: weights and gradients of sizes on both sides of 1, and a run to follow."""

import numpy as np

from autograder.authoring import close

RTOL = 1e-4  # leaves room for single precision


def weights(rng, shape):
    """Weights of either sign, none of them near 0."""
    return rng.uniform(1, 3, shape) * rng.choice([-1.0, 1.0], shape)


def gradients(rng, shape, steps, spread=0.4):
    """Gradients of sizes from below to above 1, all of them different."""
    return [10 ** rng.uniform(-spread, spread, shape) * rng.choice([-1.0, 1.0], shape) for _ in range(steps)]


def follow(step, right, w, grads, rates, sentence, **settings):
    """Compare the weights after each of several steps with those of the right step, from the same start."""
    state, kept, expected = None, None, w
    for grad, rate in zip(grads, rates):
        w, state = step(w, grad, state, learning_rate=rate, **settings)
        expected, kept = right(expected, grad, kept, learning_rate=rate, **settings)
        close(w, expected, sentence, rtol=RTOL)
