"""The printed digits against the fonts that they are drawn with."""

import importlib.util
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnnkit import data, mlp
from dnnkit.hyperparameters import Hyperparameters


def rng(seed=0):
    return np.random.default_rng(seed)


def load_tool():
    path = Path(__file__).parents[3] / "tools" / "draw_glyphs.py"
    spec = importlib.util.spec_from_file_location("draw_glyphs", path)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


@pytest.mark.parametrize("font", data.FONTS)
def test_glyphs_are_those_of_the_fonts(font):
    """Drawn again; another FreeType may set a pixel at an edge differently."""
    tool = load_tool()
    drawn = tool.draw(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / tool.FILES[font])
    still = {"max_degrees": 0, "max_shift": 0, "max_factor": 1}
    images, labels = data.glyphs(10, font=font, rng=rng(), **still)
    expected = drawn.reshape(10, 8, 4, 8, 4).mean(axis=(2, 4)) / 255
    assert np.abs(images - expected[labels]).mean() < 0.01
    assert images.dtype == np.float32
    assert labels.dtype == np.int64


def test_fonts_are_sources_of_their_own():
    """Each font is nearer to itself, rotated and shifted, than to any other: a difference that a network can learn."""
    tool = load_tool()
    assert tuple(tool.FILES) == data.FONTS
    still = {"max_degrees": 0, "max_shift": 0, "max_factor": 1}
    means = [data.glyphs(10, font=font, rng=rng(), **still).images.mean(axis=0) for font in data.FONTS]
    distances = [np.abs(a - b).max() for i, a in enumerate(means) for b in means[:i]]
    assert min(distances) > 0.05


@given(st.integers(1, 60), st.sampled_from(data.FONTS), st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_glyphs_are_balanced_images_with_ink(n, font, seed):
    images, labels = data.glyphs(n, font=font, rng=rng(seed))
    counts = np.bincount(labels, minlength=10)
    assert counts.max() - counts.min() <= 1
    assert images.shape == (n, 8, 8)
    assert images.min() >= 0
    assert images.max() <= 1
    assert (images.sum(axis=(1, 2)) > 3).all()


def test_a_network_reads_the_font_that_it_was_trained_on_best():
    draw = rng(0)
    sets = {font: data.glyphs(600, font=font, rng=draw) for font in ("sans", "italic")}
    start = mlp.init([64, 32, 10], scheme="he", rng=draw)
    h = Hyperparameters(learning_rate=0.05, epochs=30, momentum=0.9)
    x, y = sets["sans"].images.reshape(-1, 64), sets["sans"].labels
    history = mlp.train(start, (x, y), h, rng=draw, evaluate_every=30)
    fresh, other = data.glyphs(600, font="sans", rng=draw), sets["italic"]
    assert history.error(fresh.images.reshape(-1, 64), fresh.labels) < 0.05
    assert history.error(other.images.reshape(-1, 64), other.labels) > 0.15


def test_a_seed_repeats_the_glyphs_and_the_generator_is_required():
    first, again, other = (data.glyphs(20, font="sans", rng=rng(seed)).images for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    with pytest.raises(TypeError, match="rng must be a numpy.random.Generator"):
        data.glyphs(20, font="sans", rng=None)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: data.glyphs(0, font="sans", rng=rng()), ValueError, "n must be at least 1, got 0"),
        (lambda: data.glyphs(5, font="comic", rng=rng()), ValueError, "font must be one of 'sans', .* got 'comic'"),
        (lambda: data.glyphs(5, font="sans", rng=rng(), max_shift=-1), ValueError, r"max_shift must be in \[0, inf\)"),
        (lambda: data.glyphs(5, font="sans", rng=rng(), max_factor=0.5), ValueError, "max_factor must be in"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
