"""Normalization against torch, scikit-learn and finite differences."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import preprocessing
from sklearn.model_selection import KFold

from dnnkit import normalization
from dnnkit.normalization import RunningStatistics

FEATURES = 3


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def batches(rng, count=4):
    return [rng.normal(5 * k, 1 + k, size=(6 + k, FEATURES)) for k in range(count)]


def parameters(rng):
    return rng.normal(size=FEATURES), rng.normal(size=FEATURES)


def torch_batchnorm(gamma, beta, *, momentum=0.1, eps=1e-5, dtype=torch.float64):
    layer = torch.nn.BatchNorm1d(FEATURES, momentum=momentum, eps=eps, dtype=dtype)
    with torch.no_grad():
        layer.weight.copy_(torch.as_tensor(gamma))
        layer.bias.copy_(torch.as_tensor(beta))
    return layer


def numerical_gradient(f, x, eps=1e-6):
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = eps
        grad[i] = (f(x + step) - f(x - step)) / (2 * eps)
    return grad


# Inputs

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


# Batches and layers


@pytest.mark.parametrize("momentum", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("eps", [1e-5, 0.1])
def test_batchnorm_equals_torch_over_several_batches_in_both_modes(momentum, eps, rng):
    gamma, beta = parameters(rng)
    layer = torch_batchnorm(gamma, beta, momentum=momentum, eps=eps)
    state = RunningStatistics.start(FEATURES)
    for train in (True, False):
        layer.train(train)
        for x in batches(rng):
            out, _, state = normalization.batchnorm_forward(
                x, gamma, beta, state, train=train, momentum=momentum, eps=eps
            )
            np.testing.assert_allclose(out, layer(torch.as_tensor(x)).detach(), rtol=1e-10, atol=1e-12)
            np.testing.assert_allclose(state.mean, layer.running_mean, rtol=1e-12, atol=1e-12)
            np.testing.assert_allclose(state.var, layer.running_var, rtol=1e-12)


@pytest.mark.parametrize("train", [True, False])
def test_batchnorm_gradients_equal_torch(train, rng):
    gamma, beta = parameters(rng)
    layer = torch_batchnorm(gamma, beta)
    first, second = batches(rng, count=2)
    layer(torch.as_tensor(first))
    state = normalization.batchnorm_forward(first, gamma, beta, RunningStatistics.start(FEATURES), train=True)[2]
    layer.train(train)
    x = torch.as_tensor(second).requires_grad_()
    grad = rng.normal(size=second.shape)
    layer(x).backward(torch.as_tensor(grad))

    cache = normalization.batchnorm_forward(second, gamma, beta, state, train=train)[1]
    grads = normalization.batchnorm_backward(grad, cache)
    layer_grads = (x.grad, *(p.grad for p in layer.parameters()))
    # The first backward pass of the layer saw no gradient, so p.grad is that of the second batch alone.
    for ours, theirs in zip(grads, layer_grads, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("train", [True, False])
def test_batchnorm_gradients_equal_finite_differences(train, rng):
    gamma, beta = parameters(rng)
    state = RunningStatistics(mean=rng.normal(size=FEATURES), var=rng.uniform(0.5, 2, size=FEATURES))
    x, weights = rng.normal(size=(7, FEATURES)), rng.normal(size=(7, FEATURES))

    def loss(x, gamma, beta):
        return (weights * normalization.batchnorm_forward(x, gamma, beta, state, train=train)[0]).sum()

    grads = normalization.batchnorm_backward(
        weights, normalization.batchnorm_forward(x, gamma, beta, state, train=train)[1]
    )
    expected = (
        numerical_gradient(lambda v: loss(v, gamma, beta), x),
        numerical_gradient(lambda v: loss(x, v, beta), gamma),
        numerical_gradient(lambda v: loss(x, gamma, v), beta),
    )
    for ours, numeric in zip(grads, expected, strict=True):
        np.testing.assert_allclose(ours, numeric, rtol=1e-6, atol=1e-7)


@given(x=hnp.arrays(np.float64, st.tuples(st.integers(1, 6), st.just(FEATURES)), elements=st.floats(-1e3, 1e3)))
@settings(max_examples=40, deadline=None)
def test_layernorm_equals_torch(x):
    gamma, beta = parameters(np.random.default_rng(1))
    layer = torch.nn.LayerNorm(FEATURES, eps=1e-3, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.as_tensor(gamma))
        layer.bias.copy_(torch.as_tensor(beta))
    expected = layer(torch.as_tensor(x)).detach().numpy()
    np.testing.assert_allclose(
        normalization.layernorm_forward(x, gamma, beta, eps=1e-3), expected, rtol=1e-7, atol=1e-9
    )


# What holds for all


def every_array_of(answer):
    if isinstance(answer, np.ndarray):
        yield answer
    elif isinstance(answer, tuple | list):
        for part in answer:
            yield from every_array_of(part)
    else:
        yield from every_array_of([v for v in vars(answer).values() if not isinstance(v, bool)])


def streamed(x):
    stream = normalization.StreamingStandardizer()
    stream.update(x[:2])
    stream.update(x[2:])
    return stream.standardizer()


def calls(dtype):
    """Each public function once, with inputs of one dtype that are made read-only."""
    rng = np.random.default_rng(0)
    x, grad = (rng.normal(size=(5, FEATURES)).astype(dtype) for _ in range(2))
    gamma, beta, mean = (rng.normal(size=FEATURES).astype(dtype) for _ in range(3))
    state = RunningStatistics(mean=mean, var=np.ones(FEATURES, dtype))
    for a in (x, grad, gamma, beta, state.mean, state.var):
        a.flags.writeable = False
    cache = normalization.batchnorm_forward(x, gamma, beta, state, train=True)[1]
    for a in (cache.x_hat, cache.inv_std):
        a.flags.writeable = False
    return {
        "fit_standardizer": lambda: normalization.fit_standardizer(x),
        "Standardizer.transform": lambda: normalization.fit_standardizer(x).transform(x),
        "fit_minmax": lambda: normalization.fit_minmax(x),
        "MinMaxScaler.transform": lambda: normalization.fit_minmax(x).transform(x),
        "StreamingStandardizer": lambda: streamed(x),
        "standardize_folds": lambda: normalization.standardize_folds(x, [[0, 1], [2]]),
        "batchnorm_forward in training": lambda: normalization.batchnorm_forward(x, gamma, beta, state, train=True),
        "batchnorm_forward in evaluation": lambda: normalization.batchnorm_forward(x, gamma, beta, state, train=False),
        "batchnorm_backward": lambda: normalization.batchnorm_backward(grad, cache),
        "layernorm_forward": lambda: normalization.layernorm_forward(x, gamma, beta),
    }


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", calls(np.float64))
def test_read_only_inputs_do_and_the_dtype_is_kept(name, dtype):
    arrays = list(every_array_of(calls(dtype)[name]()))
    assert arrays
    assert {a.dtype for a in arrays} == {np.dtype(dtype)}
    assert all(np.isfinite(a).all() for a in arrays)


def test_the_dtype_of_the_input_wins_over_that_of_the_parameters(rng):
    x = rng.normal(size=(4, FEATURES)).astype(np.float32)
    parts = normalization.batchnorm_forward(
        x, np.ones(FEATURES), np.zeros(FEATURES), RunningStatistics.start(FEATURES), train=True
    )
    assert {a.dtype for a in every_array_of(parts)} == {np.dtype(np.float32)}
    assert normalization.fit_standardizer(x.astype(np.float64)).transform(x).dtype == np.float32


X = np.arange(6.0).reshape(2, 3)
ONES, ZEROS, START = np.ones(3), np.zeros(3), RunningStatistics.start(3)
CACHE = normalization.batchnorm_forward(X, ONES, ZEROS, START, train=True)[1]


def batchnorm(x=X, gamma=ONES, beta=ZEROS, state=START, train=True, **options):
    return normalization.batchnorm_forward(x, gamma, beta, state, train=train, **options)


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
        (lambda: RunningStatistics.start(0), ValueError, "features must be at least 1, got 0"),
        (lambda: batchnorm(x=X[0]), ValueError, "x must have 2 axes"),
        (lambda: batchnorm(x=X[:1]), ValueError, "x must hold at least 2 examples in training, got 1"),
        (lambda: batchnorm(gamma=ONES[:2]), ValueError, r"gamma must have shape \(3\), got \(2,\)"),
        (lambda: batchnorm(beta=[0, np.inf, 0]), ValueError, "beta must be finite"),
        (lambda: batchnorm(state=(ZEROS, ONES)), TypeError, "state must be a RunningStatistics, got tuple"),
        (
            lambda: batchnorm(state=RunningStatistics(ZEROS, -ONES)),
            ValueError,
            "state.var must not be negative, got -1",
        ),
        (lambda: batchnorm(train=1), TypeError, "train must be True or False, got int 1"),
        (lambda: batchnorm(momentum=1.5), ValueError, r"momentum must be in \[0, 1\], got 1.5"),
        (lambda: batchnorm(eps=0), ValueError, r"eps must be in \(0, inf\), got 0"),
        (
            lambda: normalization.batchnorm_backward(X[:1], CACHE),
            ValueError,
            r"grad must have shape \(2, 3\), got \(1, 3\)",
        ),
        (lambda: normalization.batchnorm_backward(X, None), TypeError, "cache must be a BatchNormCache, got NoneType"),
        (lambda: normalization.layernorm_forward(X, ONES, ZEROS[:1]), ValueError, r"beta must have shape \(3\)"),
        (lambda: normalization.layernorm_forward(X, ONES, ZEROS, eps=-1), ValueError, "eps must be in .*got -1"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
