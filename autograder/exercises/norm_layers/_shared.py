"""What the checks of normalization layers share: numbers on both sides of 0 and of 1."""

import numpy as np

RTOL = 1e-4  # leaves room for single precision, in which centring costs digits
# Over rows and over columns alike, the mean is 0, and the biased variance and the mean square are 1; sizes differ.
STANDARD = np.array([[1.4, -1.4, 0.2, -0.2], [-1.4, 1.4, -0.2, 0.2], [0.2, -0.2, 1.4, -1.4], [-0.2, 0.2, -1.4, 1.4]])


def scales(rng, features):
    """A number for each feature: 0, negative, below and above 1."""
    return rng.permutation(np.resize([0.0, -1.5, 0.4, 2.5, 1.0], features))


def rows(rng, shape, *, largest, centred=False):
    """Rows of deviations on both sides of 1, the largest 10 to that power; of means on both sides of 0, or near it."""
    n, length = shape
    size = 10 ** rng.permutation(np.linspace(-0.4, largest, n))[:, None]
    mean = 0 if centred else rng.choice([-1, 1], (n, 1)) * rng.uniform(0.7, 1.5, (n, 1))
    spread = rng.permuted(np.tile(np.linspace(-1.5, 1.5, length), (n, 1)), axis=1)
    return size * (mean + spread + rng.normal(0, 0.2, shape))


def columns(rng, shape, **options):
    """Columns with the properties that `rows` gives to rows."""
    return np.ascontiguousarray(rows(rng, shape[::-1], **options).T)
