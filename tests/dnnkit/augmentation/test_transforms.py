"""Transformations of images against scipy.ndimage and torch's affine_grid and grid_sample."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from dnnkit.augmentation import affine_transform, rotate, scale, shift

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
    """Some shapes take several blocks, the last of them not full."""
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


INTEGERS = [np.uint8, np.int16, np.int32, np.int64]


@pytest.mark.parametrize("dtype", INTEGERS)
def test_images_of_integers_stay_integers_rounded_as_by_scipy(dtype):
    info = np.iinfo(dtype)
    images = rng().integers(max(info.min, -(2**40)), min(info.max, 2**40), size=(20, 9, 7)).astype(dtype)
    before = images.copy()
    dy, dx = 0.25 * rng(1).integers(-12, 13, size=(2, 20))  # quarters are exact, so that halves are met, and rounded
    ours = shift(images, dy, dx)
    assert ours.dtype == dtype
    for image, moved, down, right in zip(images, ours, dy, dx):
        theirs = ndimage.shift(image, (down, right), order=1, mode="grid-constant")
        assert np.abs(theirs.astype(np.float64) - moved).max() <= (0 if dtype != np.int64 else 1)
    np.testing.assert_array_equal(images, before)
    assert rotate(images, 90).dtype == scale(images, 2).dtype == dtype
    np.testing.assert_array_equal(rotate(images[:, :7], 90), np.rot90(images[:, :7], axes=(1, 2)))


def test_half_precision_is_refused():
    with pytest.raises(TypeError, match="images must be float32 or float64, got dtype float16"):
        rotate(np.ones((1, 3, 3), np.float16), 20)


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
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
