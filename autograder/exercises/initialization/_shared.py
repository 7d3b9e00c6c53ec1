"""What the checks of random weights share: generators, and where the draws come from."""

import numpy as np

from autograder.authoring import default_rng, require

FIXED_SEED = "two generators in different states give the same weights"
OTHER_SOURCE = "two generators in the same state give different weights"
STUCK = "a second draw from the same rng gives the same weights"
BETWEEN = "the weights must not depend on what was drawn from other generators in between"


def source(rng):
    """Return a generator to be handed over, in a state of its own."""
    return default_rng(int(rng.integers(2**32)))


def require_draws_from_rng_alone(draw, rng):
    """Check that ``draw`` obeys its generator: other weights from another one and later, the same from an equal one."""
    one, other = rng.integers(2**32, size=2)
    source, elsewhere = default_rng(one), default_rng(other)
    first, apart = draw(source), draw(elsewhere)
    require(not np.array_equal(first, apart), FIXED_SEED)
    second = draw(source)
    require(not np.array_equal(first, second), STUCK)
    source = default_rng(one)
    require(np.array_equal(first, draw(source)), OTHER_SOURCE)
    require(np.array_equal(second, draw(source)), BETWEEN)
