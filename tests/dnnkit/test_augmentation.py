"""augmentation against scipy.ndimage and torch's affine_grid, grid_sample and interpolate."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, stats

from dnnkit.augmentation import affine_transform, augment, crop, cutout, rotate, scale, shift

SHAPES = [(3, 9, 9), (2, 6, 11), (4, 10, 4), (1, 1, 1), (2, 1, 7), (5, 8, 1)]
TOLERANCE = {np.float32: 1e-4, np.float64: 1e-11}


def rng(seed=0):
    return np.random.default_rng(seed)


def images_of(shape, dtype=np.float64, seed=0):
    return rng(seed).standard_normal(shape).astype(dtype)


def by_scipy(image, degrees, factor, dy, dx):
    angle = np.deg2rad(degrees)
    matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) / factor
    centre = (np.array(image.shape) - 1) / 2
    offset = centre - matrix @ (centre + [dy, dx])
    return ndimage.affine_transform(image.astype(np.float64), matrix, offset, order=1, mode="grid-constant")


def by_torch(images, degrees, factor, dy, dx):
    """In the coordinates of affine_grid: x before y, the image from -1 to 1 along each axis."""
    _, height, width = images.shape
    theta = []
    for angle, f, down, right in zip(np.deg2rad(degrees), factor, dy, dx):
        cos, sin = np.cos(angle) / f, np.sin(angle) / f
        rows = [
            [cos, -sin * height / width, 2 / width * (sin * down - cos * right)],
            [sin * width / height, cos, -2 / height * (cos * down + sin * right)],
        ]
        theta.append(rows)
    batch = torch.from_numpy(images)[:, None]
    grid = torch.nn.functional.affine_grid(torch.tensor(theta, dtype=batch.dtype), batch.shape, align_corners=False)
    return torch.nn.functional.grid_sample(batch, grid, padding_mode="zeros", align_corners=False)[:, 0].numpy()


def random_settings(n, seed):
    generator = rng(seed)
    return {
        "degrees": generator.uniform(-200, 200, n),
        "factor": np.exp(generator.uniform(-1, 1, n)),
        "dy": generator.uniform(-4, 4, n),
        "dx": generator.uniform(-4, 4, n),
    }


# affine_transform, rotate, scale, shift


@settings(max_examples=60, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 4), st.integers(1, 12), st.integers(1, 12)),
    seed=st.integers(0, 2**32 - 1),
    dtype=st.sampled_from([np.float32, np.float64]),
    contiguous=st.booleans(),
)
def test_affine_transform_equals_scipy(shape, seed, dtype, contiguous):
    images = images_of(shape, dtype, seed)
    if not contiguous:
        images = np.repeat(images, 2, axis=2).transpose(0, 2, 1)[:, ::2].transpose(0, 2, 1)
    before = images.copy()
    given_settings = random_settings(len(images), seed)
    ours = affine_transform(images, **given_settings)
    theirs = [by_scipy(image, *values) for image, *values in zip(images, *given_settings.values())]
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=TOLERANCE[dtype])
    assert (ours.shape, ours.dtype) == (shape, dtype)
    np.testing.assert_array_equal(images, before)
    assert not np.shares_memory(ours, images)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(3, 9, 9), (2, 6, 11), (60, 28, 28), (700, 5, 6)])
def test_affine_transform_equals_torch(shape, dtype):
    """Among the shapes are ones of several blocks, the last of them not full."""
    images = images_of(shape, dtype)
    given_settings = random_settings(len(images), 1)
    theirs = by_torch(images, **given_settings)
    np.testing.assert_allclose(affine_transform(images, **given_settings), theirs, rtol=0, atol=TOLERANCE[dtype])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("degrees", [0, 30, -45, 90, 180.0, 271.5, -720])
def test_rotate_equals_scipy(shape, degrees):
    images = images_of(shape)
    theirs = ndimage.rotate(images, degrees, axes=(2, 1), reshape=False, order=1, mode="grid-constant")
    np.testing.assert_allclose(rotate(images, degrees), theirs, atol=1e-11)


def test_rotate_by_quarter_turns_is_rot90():
    images = images_of((3, 7, 7))
    for turns in range(-4, 5):
        np.testing.assert_allclose(rotate(images, 90 * turns), np.rot90(images, turns, axes=(1, 2)), atol=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("dy", "dx"), [(0, 0), (1, 0), (-2, 3), (0.25, -1.5), (100, 0), (0, -1e6)])
def test_shift_equals_scipy(shape, dy, dx):
    images = images_of(shape)
    theirs = ndimage.shift(images, (0, dy, dx), order=1, mode="grid-constant")
    np.testing.assert_allclose(shift(images, dy, dx), theirs, atol=1e-11)


def test_whole_shifts_are_exact_in_float32():
    images = images_of((2, 5, 6), np.float32)
    expected = np.zeros_like(images)
    expected[:, 2:, :-1] = images[:, :-2, 1:]
    np.testing.assert_array_equal(shift(images, 2, -1), expected)


@pytest.mark.parametrize(("shape", "factor"), [((2, 8, 6), 2), ((2, 7, 5), 3), ((2, 8, 6), 3), ((1, 9, 4), 5)])
def test_scale_equals_the_middle_of_scipys_zoom(shape, factor):
    images = images_of(shape)
    theirs = ndimage.zoom(images, (1, factor, factor), order=1, mode="grid-constant", grid_mode=True)
    top, left = ((factor - 1) * side // 2 for side in shape[1:])
    middle = theirs[:, top : top + shape[1], left : left + shape[2]]
    np.testing.assert_allclose(scale(images, factor), middle, atol=1e-12)


@pytest.mark.parametrize("factor", [0.3, 0.5, 1, 1.7])
def test_scale_equals_scipys_affine_transform(factor):
    images = images_of((2, 9, 6))
    theirs = [by_scipy(image, 0, factor, 0, 0) for image in images]
    np.testing.assert_allclose(scale(images, factor), theirs, atol=1e-12)


def test_nothing_to_do_changes_nothing():
    for dtype in (np.float32, np.float64):
        images = images_of((3, 8, 5), dtype)
        np.testing.assert_array_equal(affine_transform(images), images)


def test_each_image_may_have_its_own_setting():
    images = images_of((3, 6, 6))
    for function, values in ((rotate, ([10, 20, 30],)), (scale, ([0.5, 1, 2],)), (shift, ([0, 1, 2], [3, 0.5, -1]))):
        together = function(images, *values)
        alone = [function(image[None], *each)[0] for image, *each in zip(images, *values)]
        np.testing.assert_allclose(together, alone, atol=1e-12)


def test_half_precision_and_integers_are_taken():
    images = images_of((2, 5, 5), np.float16)
    ours = rotate(images, 20)
    assert ours.dtype == np.float16
    np.testing.assert_allclose(ours, rotate(images.astype(np.float64), 20), atol=2e-3)
    assert rotate(np.ones((1, 3, 3), np.uint8), 20).dtype == np.float64


# crop


def windows_of(image, size):
    """Each window of an image and its place, enlarged by torch."""
    height, width = image.shape
    for top in range(height - size + 1):
        for left in range(width - size + 1):
            window = torch.from_numpy(image[None, None, top : top + size, left : left + size].copy())
            large = torch.nn.functional.interpolate(window, image.shape, mode="bilinear", align_corners=False)
            yield (top, left), large[0, 0].numpy()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("shape", "size"), [((8, 6, 6), 4), ((8, 5, 8), 3), ((8, 7, 3), 1), ((3, 4, 4), 4)])
def test_crop_is_a_window_enlarged_as_by_torch(shape, size, dtype):
    images = images_of(shape, dtype)
    before = images.copy()
    ours = crop(images, size, rng=rng(1))
    assert (ours.shape, ours.dtype) == (shape, dtype)
    for image, cropped in zip(images, ours):
        matches = [place for place, window in windows_of(image, size) if np.allclose(cropped, window, atol=1e-5)]
        assert len(matches) == 1
    np.testing.assert_array_equal(images, before)


def test_crop_takes_all_places_equally_often():
    n, height, width, size = 4000, 4, 5, 3
    coded = np.broadcast_to(np.arange(20.0).reshape(height, width), (n, height, width))
    middle = crop(coded, size, rng=rng(2)).mean(axis=(1, 2))  # the mean of a ramp is the window's middle
    places, counts = np.unique(middle.round(6), return_counts=True)
    assert len(places) == (height - size + 1) * (width - size + 1)
    assert stats.chisquare(counts).pvalue > 1e-4


# cutout


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("shape", "size"), [((40, 6, 6), 4), ((40, 5, 8), 3), ((40, 7, 3), 1), ((9, 4, 4), 4)])
def test_cutout_is_zero_in_a_square_around_a_pixel_and_the_image_elsewhere(shape, size, dtype):
    images = 1 + rng().random(shape).astype(dtype)
    before = images.copy()
    ours = cutout(images, size, rng=rng(1))
    assert (ours.shape, ours.dtype) == (shape, dtype)
    pixels = np.stack(np.indices(shape[1:]))
    squares = [
        (abs(pixels + 0.5 - np.reshape(centre, (2, 1, 1)) - size % 2 / 2) < size / 2).all(axis=0)
        for centre in np.ndindex(shape[1:])
    ]
    for image, cut in zip(images, ours):
        hole = cut == 0
        assert any(np.array_equal(hole, square) for square in squares)
        np.testing.assert_array_equal(cut[~hole], image[~hole])
    np.testing.assert_array_equal(images, before)
    assert not np.shares_memory(ours, images)


def test_cutout_takes_all_places_equally_often():
    cut = cutout(np.ones((6000, 4, 5)), 1, rng=rng(3))
    assert ((cut == 0).sum(axis=(1, 2)) == 1).all()
    assert stats.chisquare((cut == 0).sum(axis=0).ravel()).pvalue > 1e-4


# augment


def slopes_and_middle(images):
    """Of images that are planes near their middle: the slopes along rows and columns, and the value at the centre."""
    y, x = (side // 2 for side in images.shape[1:])
    middle = images[:, y, x]
    return images[:, y + 1, x] - middle, images[:, y, x + 1] - middle, middle


def test_augment_draws_uniform_angles_and_log_uniform_factors():
    """Interpolation keeps a plane a plane, so that its slopes give angle and factor away."""
    _, ramp = np.indices((15, 15), dtype=float)
    more, _ = augment([ramp] * 1500, np.zeros(1500), copies=1, max_shift=0, max_degrees=25, rng=rng(4), max_factor=1.5)
    down, right, _ = slopes_and_middle(more[1500:])
    degrees, logs = np.rad2deg(np.arctan2(-down, right)), -np.log(np.hypot(down, right))
    assert stats.kstest(degrees, "uniform", args=(-25, 50)).pvalue > 1e-4
    assert stats.kstest(logs, "uniform", args=(-np.log(1.5), 2 * np.log(1.5))).pvalue > 1e-4
    assert abs(stats.spearmanr(degrees, logs).statistic) < 0.12


def test_augment_draws_uniform_shifts_along_both_axes():
    ramps = np.indices((15, 15), dtype=float)
    coded = 100 * ramps[0] + ramps[1]  # 100 dy + dx: dx is told from dy by a second set of the same draws
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
    """Bright images stay bright: a label that moved to another image would be seen."""
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


# the public door

ONE = np.ones((2, 3, 4))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: rotate(np.ones((3, 4)), 1), ValueError, r"images must have 3 axes, got shape \(3, 4\)"),
        (lambda: rotate([], 1), ValueError, "images must have 3 axes"),
        (lambda: rotate(np.ones((0, 3, 4)), 1), ValueError, "images must not be empty"),
        (lambda: rotate([[["a"]]], 1), TypeError, "images must be an array of real numbers"),
        (lambda: rotate([[[np.nan]]], 1), ValueError, r"images must be finite, got nan at index \(0, 0, 0\)"),
        (lambda: rotate(ONE, "1"), TypeError, "degrees must be an array of real numbers"),
        (lambda: rotate(ONE, np.inf), ValueError, "degrees must be finite"),
        (lambda: rotate(ONE, [1, 2, 3]), ValueError, r"degrees must be a number or have shape \(2,\)"),
        (lambda: scale(ONE, 0), ValueError, r"factor must be in \[0.001, 1000\], got values from 0 to 0"),
        (lambda: scale(ONE, [1, -2]), ValueError, r"factor must be in \[0.001, 1000\], got values from -2 to 1"),
        (lambda: shift(ONE, 2e6, 0), ValueError, r"dy must be in \[-1e\+06, 1e\+06\]"),
        (lambda: shift(ONE, 0, [[1], [2]]), ValueError, "dx must be a number or have shape"),
        (lambda: crop(ONE, 4, rng=rng()), ValueError, "size must be at most the images' shorter side, 3, got 4"),
        (lambda: crop(ONE, 0, rng=rng()), ValueError, "size must be at least 1, got 0"),
        (lambda: crop(ONE, 2.0, rng=rng()), TypeError, "size must be an integer"),
        (lambda: crop(ONE, 2), TypeError, "rng"),
        (lambda: crop(ONE, 2, rng=0), TypeError, "rng must be a numpy.random.Generator"),
        (lambda: cutout(ONE, 4, rng=rng()), ValueError, "size must be at most"),
        (lambda: cutout(ONE, 2, rng=np.random), TypeError, "rng must be a numpy.random.Generator"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


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
