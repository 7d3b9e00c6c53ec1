"""The handwritten digits against scikit-learn, and label noise against statistics."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.datasets import load_digits

from dnnkit import data


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
        (lambda: data.split_digits(n_train=1500, n_dev=297, rng=rng()), ValueError, r"n_train \+ n_dev must be under"),
        (lambda: data.with_label_noise([0, 3], 0.2, 3, rng=rng()), ValueError, r"y must be labels in 0 \.\. 2"),
        (lambda: data.with_label_noise([0, 1], 1.2, 3, rng=rng()), ValueError, r"share must be in \[0, 1\], got 1.2"),
        (lambda: data.with_label_noise([0.0], 0.2, 3, rng=rng()), TypeError, "y must be an array of integer labels"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
