"""Data made by a formula against scikit-learn's, and against the geometry and statistics that it promises."""

import numpy as np
import pytest
from scipy import stats
from sklearn.datasets import make_moons

from dnnkit import data


def rng(seed=0):
    return np.random.default_rng(seed)


def test_moons_without_noise_lie_on_the_half_circles_of_scikit_learn():
    x, y = data.moons(500, noise=0, rng=rng())
    theirs, their_y = make_moons(500, noise=None, shuffle=False)
    for label in (0, 1):
        distances = np.linalg.norm(x[y == label][:, None] - theirs[their_y == label], axis=2)
        spacing = np.pi / 249
        assert distances.min(axis=1).max() < spacing  # each of ours has one of theirs next to it
        assert distances.min(axis=0).max() < 10 * spacing  # and they are covered from end to end
    assert np.bincount(y).tolist() == [250, 250]


@pytest.mark.parametrize("noise", [0.1, 0.5])
def test_noise_of_moons_has_its_standard_deviation(noise):
    clean, _ = data.moons(4000, noise=0, rng=rng(2))
    noisy, _ = data.moons(4000, noise=noise, rng=rng(2))
    assert stats.kstest((noisy - clean).ravel(), "norm", args=(0, noise)).pvalue > 1e-3


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_blobs_are_normal_clouds_on_the_unit_circle(classes):
    x, y = data.blobs(300 * classes + 1, classes=classes, spread=0.2, rng=rng(classes))
    counts = np.bincount(y, minlength=classes)
    assert counts.max() - counts.min() <= 1
    for label in range(classes):
        angle = 2 * np.pi * label / classes
        centred = x[y == label] - [np.cos(angle), np.sin(angle)]
        assert stats.kstest(centred.ravel(), "norm", args=(0, 0.2)).pvalue > 1e-3


def test_blobs_of_two_calls_have_the_same_centres():
    (x, y), (other, other_y) = (data.blobs(6, classes=3, spread=0, rng=rng(seed)) for seed in (0, 1))
    np.testing.assert_allclose(x[np.argsort(y)], other[np.argsort(other_y)], atol=1e-15)


def test_noisy_sine_is_a_sine_plus_normal_noise():
    x, y = data.noisy_sine(3000, noise=0.3, rng=rng())
    assert x.shape == y.shape == (3000, 1)
    assert stats.kstest(x.ravel(), "uniform").pvalue > 1e-3
    assert stats.kstest((y - np.sin(2 * np.pi * x)).ravel(), "norm", args=(0, 0.3)).pvalue > 1e-3


MADE = {
    "moons": lambda rng: data.moons(20, noise=0.1, rng=rng),
    "blobs": lambda rng: data.blobs(20, classes=3, spread=0.1, rng=rng),
    "noisy_sine": lambda rng: data.noisy_sine(20, noise=0.1, rng=rng),
}


@pytest.mark.parametrize("name", MADE)
def test_a_seed_repeats_the_data_and_the_generator_is_required(name):
    make = MADE[name]
    for first, again in zip(make(rng(5)), make(rng(5))):
        np.testing.assert_array_equal(first, again)
    assert any(not np.array_equal(first, other) for first, other in zip(make(rng(5)), make(rng(6))))
    with pytest.raises(TypeError, match="rng must be a numpy.random.Generator"):
        make(None)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: data.moons(1, noise=0.1, rng=rng()), ValueError, "n must be at least 2, got 1"),
        (lambda: data.moons(10, noise=-0.1, rng=rng()), ValueError, r"noise must be in \[0, inf\), got -0.1"),
        (lambda: data.blobs(10, classes=1, spread=0.1, rng=rng()), ValueError, "classes must be at least 2"),
        (lambda: data.blobs(10, classes=2, spread=np.nan, rng=rng()), ValueError, "spread must be in"),
        (lambda: data.noisy_sine(2.5, noise=0.1, rng=rng()), TypeError, "n must be an integer, got float 2.5"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
