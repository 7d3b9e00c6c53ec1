"""Add standard normal noise."""

import numpy as np

from autograder.authoring import array, close, default_rng, hidden, misconception, require

points = 2
returns = array
hints = ("a", "b", "c")


def solution(a, *, rng):
    return a + rng.standard_normal(np.shape(a))


def check_noise_comes_from_rng(noisy, rng):
    """The same generator gives the same noise, a different one different noise."""
    a = rng.standard_normal(400)
    seed = int(rng.integers(2**32))
    before = a.copy()
    first, again, other = (noisy(a, rng=default_rng(seed + step)) for step in (0, 0, 1))
    require(first.shape == before.shape == other.shape, "the shape of a must be kept")
    close(again, first, "the same generator must give the same noise")
    require(np.abs(other - first).max() > 0.1, "another generator must give other noise")


@hidden
def check_noise_is_standard(noisy, rng):
    """The noise has mean 0 and standard deviation 1."""
    a = 5 * rng.standard_normal(4000)
    before = a.copy()
    out = noisy(a, rng=default_rng(int(rng.integers(2**32))))
    require(out.shape == before.shape, "the shape of a must be kept")
    noise = out - before
    require(abs(noise.mean()) < 0.1, "the noise must have mean 0", mean=noise.mean())
    require(abs(noise.std() - 1) < 0.1, "the noise must have standard deviation 1", std=noise.std())


@misconception("The noise is the same each time.", caught_by=check_noise_comes_from_rng)
def fixed(a, *, rng):
    return a + np.random.Generator(np.random.PCG64(0)).standard_normal(np.shape(a))


@misconception("The noise is uniform.", caught_by=check_noise_is_standard)
def uniform(a, *, rng):
    return a + rng.random(np.shape(a))


@misconception("No noise is added.", caught_by=check_noise_is_standard)
def none(a, *, rng):
    return a
