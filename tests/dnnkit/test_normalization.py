"""Normalization of inputs against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import preprocessing
from sklearn.model_selection import KFold

from dnnkit import normalization
from tests.dnnkit.arrays import every_array_of

FEATURES = 3


@pytest.fixture
def rng():
    return np.random.default_rng(0)


matrices = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=8),
    elements=st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda v: round(v, 3)),
)


@pytest.mark.parametrize(
    ("fit", "scaler"),
    [
        (normalization.fit_standardizer, preprocessing.StandardScaler),
        (normalization.fit_minmax, preprocessing.MinMaxScaler),
    ],
)
@given(train=matrices, seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_scalers_equal_scikit_learn_on_training_and_on_new_data(fit, scaler, train, seed):
    dev = np.random.default_rng(seed).normal(size=(5, train.shape[1]))
    ours, theirs = fit(train), scaler().fit(train)
    np.testing.assert_allclose(ours.transform(train), theirs.transform(train), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(ours.transform(dev), theirs.transform(dev), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("fit", [normalization.fit_standardizer, normalization.fit_minmax])
@pytest.mark.parametrize("value", [0.1, 7.0, 1e-200, 123456.789])
def test_a_constant_feature_becomes_zero(fit, value, rng):
    x = np.column_stack([np.full(11, value), rng.normal(size=11)])
    np.testing.assert_allclose(fit(x).transform(x)[:, 0], 0, atol=1e-9)


def test_a_deviation_too_small_for_the_dtype_counts_as_constant():
    x = np.array([[1e-200], [2e-200]])
    assert normalization.fit_standardizer(x).std == 1


def test_float32_moments_do_not_lose_digits_over_many_rows():
    x = np.full((200_000, 1), 1000.0, dtype=np.float32)
    x[::2] += 1
    standardizer = normalization.fit_standardizer(x)
    assert standardizer.std.dtype == np.float32
    np.testing.assert_allclose(standardizer.mean, 1000.5, rtol=1e-7)
    np.testing.assert_allclose(standardizer.std, 0.5, rtol=1e-6)


@given(x=matrices, cuts=st.sets(st.integers(1, 7)))
@settings(max_examples=40, deadline=None)
def test_a_stream_of_batches_equals_scikit_learn_and_the_whole(x, cuts):
    stream, theirs = normalization.StreamingStandardizer(), preprocessing.StandardScaler()
    seen = 0
    for batch in np.split(x, [c for c in sorted(cuts) if c < len(x)]):
        theirs.partial_fit(batch)
        seen += len(batch)
        assert stream.update(batch) == seen
        batch[...] = np.nan  # a caller may use its buffer again
        standardizer = stream.standardizer()
        np.testing.assert_allclose(standardizer.mean, theirs.mean_, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(standardizer.std, theirs.scale_, rtol=1e-9)


def test_a_stream_does_not_cancel_digits_far_from_zero(rng):
    x = 1e9 + rng.normal(size=(1000, 2))
    stream = normalization.StreamingStandardizer()
    for batch in np.split(x, 10):
        stream.update(batch)
    np.testing.assert_allclose(stream.standardizer().std, x.std(axis=0), rtol=1e-6)


def test_folds_equal_a_scikit_learn_pipeline(rng):
    x = rng.normal(size=(17, 3)) * [1, 10, 100]
    splits = list(KFold(5, shuffle=True, random_state=0).split(x))
    ours = normalization.standardize_folds(x, [dev for _, dev in splits])
    assert len(ours) == 5
    for (train, dev), (train_rows, dev_rows) in zip(ours, splits):
        scaler = preprocessing.StandardScaler().fit(x[train_rows])
        np.testing.assert_allclose(train, scaler.transform(x[train_rows]), rtol=1e-12)
        np.testing.assert_allclose(dev, scaler.transform(x[dev_rows]), rtol=1e-12)


def streamed(x):
    stream = normalization.StreamingStandardizer()
    stream.update(x[:2])
    stream.update(x[2:])
    return stream.standardizer()


def calls(dtype):
    """Each public function once, with read-only inputs of one dtype."""
    x = np.random.default_rng(0).normal(size=(5, FEATURES)).astype(dtype)
    x.flags.writeable = False
    return {
        "fit_standardizer": lambda: normalization.fit_standardizer(x),
        "Standardizer.transform": lambda: normalization.fit_standardizer(x).transform(x),
        "fit_minmax": lambda: normalization.fit_minmax(x),
        "MinMaxScaler.transform": lambda: normalization.fit_minmax(x).transform(x),
        "StreamingStandardizer": lambda: streamed(x),
        "standardize_folds": lambda: normalization.standardize_folds(x, [[0, 1], [2]]),
    }


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", calls(np.float64))
def test_read_only_inputs_do_and_the_dtype_is_kept(name, dtype):
    arrays = list(every_array_of(calls(dtype)[name]()))
    assert arrays
    assert {a.dtype for a in arrays} == {np.dtype(dtype)}
    assert all(np.isfinite(a).all() for a in arrays)


def test_the_dtype_of_new_data_wins_over_that_of_the_fitted(rng):
    x = rng.normal(size=(4, FEATURES))
    assert normalization.fit_standardizer(x).transform(x.astype(np.float32)).dtype == np.float32


X, ONES, ZEROS = np.arange(6.0).reshape(2, 3), np.ones(3), np.zeros(3)


def mixed_stream():
    stream = normalization.StreamingStandardizer()
    stream.update(X)
    stream.update(X[:, :2])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: normalization.fit_standardizer([1.0, 2.0]), ValueError, r"x must have 2 axes, got shape \(2,\)"),
        (lambda: normalization.fit_standardizer(np.zeros((0, 3))), ValueError, "x must not be empty"),
        (lambda: normalization.fit_standardizer([[1.0, np.nan]]), ValueError, r"x must be finite, got nan at .*0, 1"),
        (lambda: normalization.fit_minmax([["a"]]), TypeError, "x must be an array of real numbers"),
        (
            lambda: normalization.fit_minmax(X).transform(X[:, :2]),
            ValueError,
            r"x must have shape \(any, 3\), got \(2, 2\)",
        ),
        (lambda: normalization.Standardizer(ZEROS, ZEROS).transform(X), ValueError, "std must be positive, got 0.0"),
        (lambda: normalization.Standardizer(ZEROS[:2], ONES).transform(X), ValueError, r"mean must have shape \(3\)"),
        (lambda: normalization.MinMaxScaler(ZEROS, -ONES).transform(X), ValueError, "span must be positive, got -1.0"),
        (lambda: normalization.StreamingStandardizer().standardizer(), ValueError, "update must be called"),
        (mixed_stream, ValueError, r"x must have shape \(any, 3\), got \(2, 2\)"),
        (lambda: normalization.standardize_folds(X, []), ValueError, "folds must hold at least one fold"),
        (lambda: normalization.standardize_folds(X, [[0], [2]]), ValueError, r"folds\[1\] must be in \[0, 1\], got 2"),
        (lambda: normalization.standardize_folds(X, [[-1]]), ValueError, r"folds\[0\] must be in \[0, 1\], got -1"),
        (lambda: normalization.standardize_folds(X, [[0, 1]]), ValueError, r"folds\[0\] must leave rows to train on"),
        (lambda: normalization.standardize_folds(X, [[True, False]]), TypeError, r"folds\[0\] must be .* integers"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
