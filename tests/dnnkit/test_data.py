"""The data that ship with the package against scikit-learn and the fonts, and label noise against statistics."""

import importlib.util
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.datasets import load_digits

from dnnkit import data, mlp
from dnnkit.hyperparameters import Hyperparameters


def rng(seed=0):
    return np.random.default_rng(seed)


def test_digits_are_those_of_scikit_learn():
    theirs = load_digits()
    images, labels = data.digits()
    np.testing.assert_array_equal(images * 16, theirs.images)
    np.testing.assert_array_equal(labels, theirs.target)
    assert (images.dtype, labels.dtype) == (np.float32, np.int64)


def test_digits_are_fresh_at_each_call():
    data.digits().images[...] = 0
    data.digits().labels[...] = 0
    images, labels = data.digits()
    assert images.any()
    assert labels.any()


@given(st.integers(1, 1000), st.integers(1, 700), st.integers(0, 2**32 - 1))
@settings(max_examples=10, deadline=None)
def test_split_has_the_sizes_and_every_digit_once(n_train, n_dev, seed):
    split = data.split_digits(n_train=n_train, n_dev=n_dev, rng=rng(seed))
    assert [len(y) for y in split[1::2]] == [n_train, n_dev, 1797 - n_train - n_dev]
    images, labels = data.digits()
    rows = np.column_stack([np.concatenate(split[0::2]), np.concatenate(split[1::2])])
    expected = np.column_stack([images.reshape(1797, 64), labels])
    np.testing.assert_array_equal(rows[np.lexsort(rows.T)], expected[np.lexsort(expected.T)])
    assert {x.dtype for x in split[0::2]} == {np.dtype(np.float32)}
    assert {y.dtype for y in split[1::2]} == {np.dtype(np.int64)}


def test_split_is_shuffled():
    """Labels in the file run 0, 1, 2, ... in long stretches; a shuffle leaves neighbours unrelated."""
    y = data.split_digits(n_train=1500, n_dev=100, rng=rng()).y_train
    successors = int((np.diff(y) == 1).sum())
    assert stats.binomtest(successors, len(y) - 1, 0.09).pvalue > 1e-4


def load_tool():
    path = Path(__file__).parents[2] / "tools" / "draw_glyphs.py"
    spec = importlib.util.spec_from_file_location("draw_glyphs", path)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


@pytest.mark.parametrize("font", data.FONTS)
def test_glyphs_are_those_of_the_fonts(font):
    """Drawn anew; another FreeType may set a pixel at an edge differently."""
    tool = load_tool()
    drawn = tool.draw(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / tool.FILES[font])
    still = {"max_degrees": 0, "max_shift": 0, "max_factor": 1}
    images, labels = data.glyphs(10, font=font, rng=rng(), **still)
    expected = drawn.reshape(10, 8, 4, 8, 4).mean(axis=(2, 4)) / 255
    assert np.abs(images - expected[labels]).mean() < 0.01
    assert images.dtype == np.float32
    assert labels.dtype == np.int64


def test_fonts_are_sources_of_their_own():
    """Each font is nearer to itself, turned and moved, than to any other: a difference that a network can learn."""
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


@pytest.mark.parametrize("share", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("classes", [2, 10])
def test_label_noise_redraws_the_share_uniformly(share, classes):
    y = np.full(5000, classes - 1)
    noisy = data.with_label_noise(y, share, classes, rng=rng(2))
    wrong = int((noisy != y).sum())
    redrawn = round(share * 5000)
    if redrawn == 0:
        assert wrong == 0
        return
    assert stats.binomtest(wrong, redrawn, 1 - 1 / classes).pvalue > 1e-4
    values = np.bincount(noisy[noisy != y], minlength=classes)[:-1]
    assert classes == 2 or stats.chisquare(values).pvalue > 1e-4
    if share < 1:  # anywhere in the array
        assert stats.kstest(np.flatnonzero(noisy != y) / 5000, "uniform").pvalue > 1e-4


@given(st.integers(1, 50), st.floats(0, 1), st.integers(2, 6), st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_label_noise_stays_among_the_classes_and_within_the_share(n, share, classes, seed):
    y = rng(seed).integers(classes, size=n).astype(np.int32)
    before = y.copy()
    noisy = data.with_label_noise(y, share, classes, rng=rng(seed))
    np.testing.assert_array_equal(y, before)
    assert noisy.dtype == np.int64
    assert set(noisy.tolist()) <= set(range(classes))
    assert (noisy != y).sum() <= round(share * n)


MADE = {
    "glyphs": lambda rng: data.glyphs(20, font="sans", rng=rng),
    "with_label_noise": lambda rng: (data.with_label_noise(np.zeros(20, int), 0.5, 4, rng=rng),),
    "split_digits": lambda rng: data.split_digits(n_train=20, n_dev=20, rng=rng),
}


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_a_seed_repeats_the_data_and_the_generator_is_required(make):
    for first, again in zip(make(rng(5)), make(rng(5))):
        np.testing.assert_array_equal(first, again)
    assert any(not np.array_equal(first, other) for first, other in zip(make(rng(5)), make(rng(6))))
    with pytest.raises(TypeError, match="rng must be a numpy.random.Generator"):
        make(None)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: data.glyphs(0, font="sans", rng=rng()), ValueError, "n must be at least 1, got 0"),
        (lambda: data.glyphs(5, font="comic", rng=rng()), ValueError, "font must be one of 'sans', .* got 'comic'"),
        (lambda: data.glyphs(5, font="sans", rng=rng(), max_shift=-1), ValueError, r"max_shift must be in \[0, inf\)"),
        (lambda: data.glyphs(5, font="sans", rng=rng(), max_factor=0.5), ValueError, "max_factor must be in"),
        (lambda: data.split_digits(n_train=1500, n_dev=297, rng=rng()), ValueError, r"n_train \+ n_dev must be under"),
        (lambda: data.with_label_noise([0, 3], 0.2, 3, rng=rng()), ValueError, r"y must be labels in 0 \.\. 2"),
        (lambda: data.with_label_noise([0, 1], 1.2, 3, rng=rng()), ValueError, r"share must be in \[0, 1\], got 1.2"),
        (lambda: data.with_label_noise([0.0], 0.2, 3, rng=rng()), TypeError, "y must be an array of integer labels"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
