"""Windows of images against torch's interpolate and SciPy's distributions."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dnnkit.augmentation import crop, cutmix_labels, cutout

SHAPES = [(3, 9, 9), (2, 6, 11), (4, 10, 4), (1, 1, 1), (2, 1, 7), (5, 8, 1)]


TOLERANCE = {np.float32: 1e-4, np.float64: 1e-11}


def rng(seed=0):
    return np.random.default_rng(seed)


def images_of(shape, dtype=np.float64, seed=0):
    return rng(seed).standard_normal(shape).astype(dtype)


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


@given(st.integers(1, 6), st.integers(2, 5), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_cutmix_labels_are_the_share_of_the_pixels_of_each_class(n, classes, seed):
    """Every pixel carries the label of its image, and rectangles are pasted: the mean over pixels is the soft label."""
    draw = rng(seed)
    height, width = draw.integers(1, 9, size=2)
    y, partners = draw.integers(classes, size=n), draw.integers(n, size=n)
    boxes = np.column_stack([draw.integers(-6, 10, size=(n, 2)), draw.integers(0, 12, size=(n, 2))])
    pixels = np.broadcast_to(np.eye(classes)[y][:, None, None], (n, height, width, classes))
    mixed = pixels.copy()
    for image, partner, (top, left, h, w) in zip(range(n), partners, boxes):
        rows, columns = slice(max(top, 0), max(top + h, 0)), slice(max(left, 0), max(left + w, 0))
        mixed[image, rows, columns] = pixels[partner, rows, columns]
    ours = cutmix_labels(y, partners, boxes, shape=(height, width), classes=classes)
    np.testing.assert_allclose(ours, mixed.mean(axis=(1, 2)), atol=1e-12)
    np.testing.assert_allclose(ours.sum(axis=1), 1, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.uint8, np.int32])
def test_images_of_integers_stay_integers(dtype):
    images = rng().integers(100, 200, size=(6, 8, 9)).astype(dtype)
    cut = cutout(images, 3, rng=rng(1))
    assert cut.dtype == dtype
    assert ((cut == images) | (cut == 0)).all()
    cropped, exact = crop(images, 5, rng=rng(1)), crop(images.astype(np.float64), 5, rng=rng(1))
    assert cropped.dtype == dtype
    np.testing.assert_allclose(cropped, exact, atol=0.5001)


ONE = np.ones((2, 3, 4))


def cutmix(y=(0, 1), partners=(1, 0), boxes=((0, 0, 1, 1),) * 2, shape=(3, 3)):
    return cutmix_labels(y, partners, boxes, shape=shape, classes=3)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: crop(ONE, 4, rng=rng()), ValueError, "size must be at most the images' shorter side, 3, got 4"),
        (lambda: crop(ONE, 0, rng=rng()), ValueError, "size must be at least 1, got 0"),
        (lambda: crop(ONE, 2.0, rng=rng()), TypeError, "size must be an integer"),
        (lambda: crop(ONE, 2), TypeError, "rng"),
        (lambda: crop(ONE, 2, rng=0), TypeError, "rng must be a numpy.random.Generator"),
        (lambda: cutout(ONE, 4, rng=rng()), ValueError, "size must be at most"),
        (lambda: cutout(ONE, 2, rng=np.random), TypeError, "rng must be a numpy.random.Generator"),
        (lambda: cutmix((0, 3)), ValueError, r"y must be labels in 0 \.\. 2, got values from 0 to 3"),
        (lambda: cutmix(partners=[0, 2]), ValueError, r"partners must be in \[0, 1\], got 0 to 2"),
        (lambda: cutmix(partners=[0]), ValueError, "partners must hold one position for each of 2 images, got 1"),
        (lambda: cutmix(boxes=[[0, 0, 1, 1]]), ValueError, r"boxes must be integers of shape \(2, 4\), .* \(1, 4\)"),
        (lambda: cutmix(boxes=[[0, 0, 1, 0.5]] * 2), ValueError, "boxes must be integers of .* got dtype float64"),
        (lambda: cutmix(boxes=[[0, 0, 1, -1]] * 2), ValueError, "boxes must have non-negative sides, got -1"),
        (lambda: cutmix(shape=(0, 3)), ValueError, r"shape\[0\] must be at least 1, got 0"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
