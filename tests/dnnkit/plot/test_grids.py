"""Images by Pillow, masks square by square."""

import base64
import io
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dnnkit import plot
from dnnkit.plot import png
from tests.dnnkit.plot.reading import SVG, Drawing

RNG = np.random.default_rng(0)


def pictures(drawing):
    """The images in a drawing, as Pillow reads them."""
    found = [element.get("href") for element, *_ in drawing.of("image")]
    contents = [base64.b64decode(href.removeprefix("data:image/png;base64,")) for href in found]
    return [np.asarray(Image.open(io.BytesIO(content))) for content in contents]


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_pillow_reads_the_images_that_we_write(height, width, seed):
    grey = np.random.default_rng(seed).integers(256, size=(height, width), dtype=np.uint8)
    image = Image.open(io.BytesIO(png.encoded(grey)))
    image.verify()  # checksums
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(png.encoded(grey)))), grey)


def test_images_share_one_scale_from_paper_to_ink():
    given_ = np.arange(12.0).reshape(3, 2, 2)
    found = pictures(Drawing(plot.images(given_, columns=2)))
    np.testing.assert_array_equal(found, np.round(255 * (1 - given_ / 11)).astype(np.uint8))


@pytest.mark.parametrize("value", [0.0, -3.0, 1e308])
def test_images_of_one_value_are_paper(value):
    assert np.all(np.array(pictures(Drawing(plot.images(np.full((2, 3, 3), value))))) == 255)


def test_large_images_become_means_of_blocks():
    image = RNG.random((1, 130, 70))
    (found,) = pictures(Drawing(plot.images(image)))
    assert found.shape == (44, 35)  # blocks of 3 by 2
    blocks = np.array([[image[0, i : i + 3, j : j + 2].mean() for j in range(0, 70, 2)] for i in range(0, 130, 3)])
    low, high = image.min(), image.max()
    np.testing.assert_allclose(found, 255 * (1 - (blocks - low) / (high - low)), atol=0.51)
    assert len(plot.images(RNG.random((16, 500, 500)))._repr_html_()) < 150_000


@pytest.mark.parametrize("width", [720, 360])
def test_masks_fill_what_is_kept(width):
    given_ = RNG.random((3, 5, 30)) < 0.4
    found = [element for element, *_ in Drawing(plot.masks(given_), width).of("path", "cells")]
    for mask, path in zip(given_, found):
        squares = re.findall(r"M([\d.]+) ([\d.]+)h\.86", path.get("d"))
        shown = np.zeros_like(mask)
        for x, y in squares:
            shown[int(float(y)), int(float(x))] = True
        np.testing.assert_array_equal(shown, mask)


def test_titles_stand_above_their_images_inside_the_picture():
    titles = [f"{i} labelled {i}\nsays {i}" for i in range(10)]
    drawing = Drawing(plot.images(RNG.random((10, 8, 8)), titles=titles, title="all", columns=5))
    assert drawing.texts()[0] == "all"
    assert drawing.texts()[1:3] == ["0 labelled 0", "says 0"]
    tiles = [(float(e.get("transform")[10:-1].split()[1]) + y) for e, _, y in drawing.of("g", "tile")]
    assert len(tiles) == 10
    for index, top in enumerate(tiles):
        own = [float(e.get("y")) + y for e, _, y in drawing.of("text")[1 + 2 * index : 3 + 2 * index]]
        assert max(own) < top
    assert len(set(np.round(tiles, 1))) == 2  # rows


def test_what_is_written_is_escaped():
    root = Drawing(plot.masks(np.ones((1, 2, 2), bool), titles=["<b>a & b</b>"])).root
    assert [text.text for text in root.iter(f"{SVG}text")] == ["<b>a & b</b>"]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: plot.images(np.ones((8, 8))), ValueError, "images must have 3 axes"),
        (lambda: plot.images(np.ones((2, 8, 8)), titles=["a"]), ValueError, "titles must hold one for each of 2"),
        (lambda: plot.images(np.ones((2, 8, 8)), columns=0), ValueError, "columns must be at least 1, got 0"),
        (lambda: plot.masks(np.ones((1, 2, 2))), TypeError, "masks must be a boolean array"),
        (lambda: plot.masks(np.ones((0, 2, 2), bool)), ValueError, "masks must not be empty"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
