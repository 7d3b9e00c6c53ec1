"""Copies of a training set against SciPy's distributions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dnnkit.augmentation import augment


def rng(seed=0):
    return np.random.default_rng(seed)


def images_of(shape, dtype=np.float64, seed=0):
    return rng(seed).standard_normal(shape).astype(dtype)


def slopes_and_middle(images):
    """The slopes along rows and columns, and the value at the centre, of images that are planes near their middle."""
    y, x = (side // 2 for side in images.shape[1:])
    middle = images[:, y, x]
    return images[:, y + 1, x] - middle, images[:, y, x + 1] - middle, middle


def test_augment_draws_uniform_angles_and_log_uniform_factors():
    """Interpolation keeps a plane a plane, so that its slopes reveal the angle and the factor."""
    _, ramp = np.indices((15, 15), dtype=float)
    more, _ = augment([ramp] * 1500, np.zeros(1500), copies=1, max_shift=0, max_degrees=25, rng=rng(4), max_factor=1.5)
    down, right, _ = slopes_and_middle(more[1500:])
    degrees, logs = np.rad2deg(np.arctan2(-down, right)), -np.log(np.hypot(down, right))
    assert stats.kstest(degrees, "uniform", args=(-25, 50)).pvalue > 1e-4
    assert stats.kstest(logs, "uniform", args=(-np.log(1.5), 2 * np.log(1.5))).pvalue > 1e-4
    assert abs(stats.spearmanr(degrees, logs).statistic) < 0.12


def test_augment_draws_uniform_shifts_along_both_axes():
    ramps = np.indices((15, 15), dtype=float)
    coded = 100 * ramps[0] + ramps[1]  # 100 dy + dx: a second set of the same draws tells dx from dy
    found = []
    for image in (ramps[0], ramps[1], coded):
        more, _ = augment([image] * 1500, np.zeros(1500), copies=1, max_shift=2.5, max_degrees=0, rng=rng(5))
        found.append(image[7, 7] - slopes_and_middle(more[1500:])[2])
    dy, dx, both = found
    np.testing.assert_allclose(both, 100 * dy + dx, atol=1e-9)
    for moved in (dy, dx):
        assert stats.kstest(moved, "uniform", args=(-2.5, 5)).pvalue > 1e-4
    assert abs(stats.spearmanr(dy, dx).statistic) < 0.12


@settings(max_examples=25, deadline=None)
@given(
    n=st.integers(1, 4),
    copies=st.integers(0, 3),
    sides=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    dtype=st.sampled_from([np.float32, np.float64]),
    one_hot=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_augment_gives_the_originals_and_then_copies_with_their_labels(n, copies, sides, dtype, one_hot, seed):
    images = images_of((n, *sides), dtype, seed)
    labels = np.eye(n, dtype=np.float32) if one_hot else np.arange(n)
    before = images.copy()
    more, more_labels = augment(images, labels, copies=copies, max_shift=1, max_degrees=30, rng=rng(seed))
    assert (more.shape, more.dtype, more_labels.dtype) == ((n * (copies + 1), *sides), dtype, labels.dtype)
    np.testing.assert_array_equal(more[:n], images)
    for copy in range(copies + 1):
        np.testing.assert_array_equal(more_labels[copy * n : (copy + 1) * n], labels)
    np.testing.assert_array_equal(images, before)
    assert not np.shares_memory(more, images)
    assert not np.shares_memory(more_labels, labels)


def test_each_copy_keeps_the_order_of_the_originals():
    """Bright images stay bright: a label that moved to another image would be noticed."""
    brightness = np.array([1.0, 10.0, 100.0])
    images = brightness[:, None, None] * np.ones((3, 12, 12))
    more, labels = augment(images, brightness, copies=4, max_shift=1, max_degrees=20, rng=rng())
    np.testing.assert_allclose(more[:, 6, 6], labels)


def test_augment_transforms_each_image_of_each_copy_by_itself_and_repeats_from_a_seed():
    images = np.repeat(images_of((1, 8, 8)), 5, axis=0)
    more, _ = augment(images, np.zeros(5), copies=3, max_shift=1, max_degrees=10, rng=rng(6))
    assert len(np.unique(more[5:].reshape(15, -1), axis=0)) == 15
    again, _ = augment(images, np.zeros(5), copies=3, max_shift=1, max_degrees=10, rng=rng(6))
    np.testing.assert_array_equal(more, again)


def test_images_of_integers_stay_integers():
    images = rng().integers(256, size=(5, 8, 8)).astype(np.uint8)
    more, _ = augment(images, np.arange(5), copies=2, max_shift=2, max_degrees=20, rng=rng(1))
    exact, _ = augment(images.astype(np.float64), np.arange(5), copies=2, max_shift=2, max_degrees=20, rng=rng(1))
    assert more.dtype == np.uint8
    np.testing.assert_array_equal(more[:5], images)
    assert np.abs(more - exact).max() < 0.51


ONE = np.ones((2, 3, 4))


@pytest.mark.parametrize(
    ("setting", "error", "message"),
    [
        ({"images": np.ones(3)}, ValueError, "images must have 3 axes"),
        ({"labels": [1]}, ValueError, r"labels must have shape \(2,\) or \(2, ...\), one for each image, got \(1,\)"),
        ({"labels": 1}, ValueError, "labels must have shape"),
        ({"copies": -1}, ValueError, "copies must be at least 0, got -1"),
        ({"copies": 1.5}, TypeError, "copies must be an integer"),
        ({"max_shift": -1}, ValueError, "max_shift must be in"),
        ({"max_degrees": float("nan")}, ValueError, "max_degrees must be in"),
        ({"max_factor": 0.9}, ValueError, r"max_factor must be in \[1, 1000\], got 0.9"),
        ({"rng": None}, TypeError, "rng must be a numpy.random.Generator"),
    ],
)
def test_bad_input_of_augment_is_named(setting, error, message):
    good = {"images": ONE, "labels": [0, 1], "copies": 1, "max_shift": 1, "max_degrees": 10, "rng": rng()}
    arguments = {**good, **setting}
    with pytest.raises(error, match=message):
        augment(arguments.pop("images"), arguments.pop("labels"), **arguments)
