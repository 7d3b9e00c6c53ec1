"""dnnkit.initialization against torch.nn.init and SciPy, by distribution."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special, stats

from dnnkit import initialization, network
from tests.dnnkit.torch_activations import MODULES

fans = st.integers(1, 40)
seeds = st.integers(0, 2**32 - 1)

# torch stores W transposed, and knows LeCun's variance as Kaiming's with the gain of a linear layer.
TORCH = {
    ("lecun", "normal"): lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="linear"),
    ("lecun", "uniform"): lambda w: torch.nn.init.kaiming_uniform_(w, nonlinearity="linear"),
    ("glorot", "normal"): torch.nn.init.xavier_normal_,
    ("glorot", "uniform"): torch.nn.init.xavier_uniform_,
    ("he", "normal"): lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="relu"),
    ("he", "uniform"): lambda w: torch.nn.init.kaiming_uniform_(w, nonlinearity="relu"),
}
FAMILY = pytest.mark.parametrize(("scheme", "distribution"), TORCH, ids="-".join)


@FAMILY
@pytest.mark.parametrize(("fan_in", "fan_out"), [(300, 60), (60, 300)])
def test_weights_are_distributed_as_torch_draws_them(scheme, distribution, fan_in, fan_out):
    ours = initialization.init_weights(
        fan_in, fan_out, scheme=scheme, distribution=distribution, rng=np.random.default_rng(1)
    )
    torch.manual_seed(1)
    theirs = TORCH[scheme, distribution](torch.empty(fan_out, fan_in)).numpy().T
    assert ours.shape == theirs.shape == (fan_in, fan_out)
    assert ours.dtype == np.float64
    assert stats.ks_2samp(ours.ravel(), theirs.ravel()).pvalue > 1e-3
    # A wrong factor of sqrt(2) or sqrt(3) is caught by far: 18,000 draws determine a spread to half a percent.
    assert ours.std() == pytest.approx(theirs.std(), rel=0.03)


@FAMILY
def test_weights_follow_the_distribution_that_scipy_knows(scheme, distribution):
    std = initialization.init_std(120, 90, scheme=scheme)
    w = initialization.init_weights(120, 90, scheme=scheme, distribution=distribution, rng=np.random.default_rng(2))
    bound = math.sqrt(3) * std
    law = stats.norm(0, std) if distribution == "normal" else stats.uniform(-bound, 2 * bound)
    assert law.std() == pytest.approx(std)
    assert stats.kstest(w.ravel(), law.cdf).pvalue > 1e-3


@settings(max_examples=30, deadline=None)
@given(fan_in=fans, fan_out=fans, seed=seeds)
@pytest.mark.parametrize("scheme", ["lecun", "glorot", "he"])
def test_std_is_exactly_the_factor_that_torch_applies(scheme, fan_in, fan_out, seed):
    torch.manual_seed(seed)
    scaled = TORCH[scheme, "normal"](torch.empty(fan_out, fan_in, dtype=torch.float64))
    torch.manual_seed(seed)
    standard = torch.nn.init.normal_(torch.empty_like(scaled))
    std = initialization.init_std(fan_in, fan_out, scheme=scheme)
    np.testing.assert_allclose(scaled, std * standard, rtol=1e-12)


def test_square_layer_makes_lecun_and_glorot_equal():
    assert initialization.init_std(64, 64, scheme="lecun") == initialization.init_std(64, 64, scheme="glorot") == 1 / 8


@settings(max_examples=30, deadline=None)
@given(fan_in=fans, fan_out=fans, gain=st.floats(0.1, 10), seed=seeds)
def test_orthogonal_singular_values_are_the_gain(fan_in, fan_out, gain, seed):
    w = initialization.orthogonal(fan_in, fan_out, gain=gain, rng=np.random.default_rng(seed))
    assert w.shape == (fan_in, fan_out)
    np.testing.assert_allclose(np.linalg.svd(w, compute_uv=False), gain, rtol=1e-10)


@pytest.mark.parametrize(("fan_in", "fan_out"), [(3, 3), (4, 2), (2, 4)])
def test_orthogonal_is_uniform_like_scipy_and_torch(fan_in, fan_out):
    rng = np.random.default_rng(3)
    big = max(fan_in, fan_out)
    ours = np.array([initialization.orthogonal(fan_in, fan_out, gain=1, rng=rng) for _ in range(4000)])
    scipys = stats.ortho_group(big, seed=np.random.default_rng(4)).rvs(4000)[:, :fan_in, :fan_out]
    torch.manual_seed(5)
    torchs = np.array([torch.nn.init.orthogonal_(torch.empty(fan_out, fan_in)).numpy().T for _ in range(4000)])
    # The first entry, and a diagonal one whose sign a bare QR would favour.
    for i, j in [(0, 0), (1, 1), (fan_in - 1, 0)]:
        for others in (scipys, torchs):
            assert stats.ks_2samp(ours[:, i, j], others[:, i, j]).pvalue > 1e-3


@pytest.mark.parametrize("activation", ["linear", "sigmoid", "tanh", "relu", "leaky_relu"])
def test_gain_is_torchs(activation):
    theirs = torch.nn.init.calculate_gain(activation)
    assert initialization.gain(activation) == pytest.approx(theirs, rel=1e-12)


def test_gain_makes_up_for_what_gelu_takes_away():
    passed, _ = integrate.quad(lambda z: (z * special.ndtr(z)) ** 2 * stats.norm.pdf(z), -12, 12)
    assert initialization.gain("gelu") == pytest.approx(1 / math.sqrt(passed), rel=1e-9)


@pytest.mark.parametrize("activation", network.ACTIVATIONS)
def test_every_activation_has_a_gain(activation):
    assert initialization.gain(activation) >= 1


def test_gelu_is_saturated_where_hardly_any_gradient_passes_up_or_down():
    """It falls between -3 and -0.75, with a slope down to -0.13: a twentieth of its largest slope, 1.13, is 0.056."""
    z = np.linspace(-6, 6, 12_001)[:, None]
    found = initialization.activation_statistics([np.ones((1, 1))], z, activation="gelu").saturated
    slope = special.ndtr(z) + z * stats.norm.pdf(z)
    assert found == np.mean(np.abs(slope) < 0.05 * slope.max())
    normal = np.random.default_rng(0).standard_normal((100_000, 1))
    (share,) = initialization.activation_statistics([np.ones((1, 1))], normal, activation="gelu").saturated
    assert share == pytest.approx(0.091, abs=0.003)


ACTIVATION = pytest.mark.parametrize("activation", MODULES)


def layers_of(sizes, rng):
    return [rng.normal(0, 0.6, size=shape) for shape in zip(sizes[:-1], sizes[1:])]


@ACTIVATION
def test_statistics_are_those_of_a_torch_network(activation):
    rng = np.random.default_rng(7)
    weights, x = layers_of([6, 20, 15, 9], rng), rng.standard_normal((50, 6))
    found = initialization.activation_statistics(weights, x, activation=activation)
    a, expected = torch.from_numpy(x), []
    places = torch.linspace(-4, 4, 8001, dtype=torch.float64, requires_grad=True)
    steepest = torch.autograd.grad(MODULES[activation]()(places).sum(), places)[0].max()
    for w in weights:
        z = (a @ torch.from_numpy(w)).requires_grad_()
        out = MODULES[activation]()(z)
        (slope,) = torch.autograd.grad(out.sum(), z)
        a = out.detach()
        share = (slope.abs() < 0.05 * steepest).double().mean()
        expected.append([float(v) for v in (a.mean(), a.var(correction=0), a.square().mean(), share)])
    ours = np.stack([found.mean, found.variance, found.mean_square, found.saturated], axis=1)
    np.testing.assert_allclose(ours, expected, rtol=1e-10)


@ACTIVATION
@settings(max_examples=15, deadline=None)
@given(seed=seeds, scale=st.floats(1e-3, 1e3), depth=st.integers(1, 6))
def test_lsuv_gives_every_layer_unit_variance(activation, seed, scale, depth):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((64, 10))
    given_weights = [scale * w for w in layers_of([10] + [12] * depth, rng)]
    kept = [w.copy() for w in given_weights]
    scaled = initialization.lsuv(given_weights, x, activation=activation)
    a = torch.from_numpy(x)
    for before, same, after in zip(kept, given_weights, scaled):
        np.testing.assert_array_equal(before, same)
        np.testing.assert_allclose(after / np.abs(after).max(), before / np.abs(before).max(), rtol=1e-10)
        z = a @ torch.from_numpy(after)
        assert float(z.var(correction=0)) == pytest.approx(1, rel=1e-9)
        a = MODULES[activation]()(z)


def test_lsuv_keeps_float32():
    rng = np.random.default_rng(8)
    weights = [w.astype(np.float32) for w in layers_of([5, 4, 3], rng)]
    scaled = initialization.lsuv(weights, rng.standard_normal((9, 5), dtype=np.float32), activation="relu")
    assert [w.dtype for w in scaled] == [np.float32] * 2


@pytest.mark.parametrize("depth", [1, 10, 30])
def test_he_keeps_the_mean_square_of_relu_layers_on_average(depth):
    """The claim of the paper, as an average over networks: wide layers, so that few networks suffice."""
    ratios = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((8, 256))
        weights = [initialization.init_weights(256, 256, scheme="he", rng=rng) for _ in range(depth)]
        found = initialization.activation_statistics(weights, x, activation="relu").mean_square
        ratios.append(found[-1] / np.mean(x**2))
    error = np.std(ratios, ddof=1) / math.sqrt(len(ratios))
    assert abs(np.mean(ratios) - 1) < 5 * error


def test_the_same_generator_gives_the_same_weights_and_moves_on():
    rng, again = np.random.default_rng(6), np.random.default_rng(6)
    first = initialization.init_weights(5, 4, scheme="he", rng=rng)
    np.testing.assert_array_equal(first, initialization.init_weights(5, 4, scheme="he", rng=again))
    assert not np.array_equal(first, initialization.init_weights(5, 4, scheme="he", rng=rng))


GOOD = {
    initialization.init_std: {"fan_in": 3, "fan_out": 2, "scheme": "he"},
    initialization.init_weights: {"fan_in": 3, "fan_out": 2, "scheme": "he", "rng": np.random.default_rng(0)},
    initialization.orthogonal: {"fan_in": 3, "fan_out": 2, "gain": 1.0, "rng": np.random.default_rng(0)},
    initialization.gain: {"activation": "relu"},
    initialization.activation_statistics: {"weights": [np.eye(2)], "x": np.ones((3, 2)), "activation": "relu"},
    initialization.lsuv: {"weights": [np.eye(2)], "x": np.array([[1.0, 2.0]]), "activation": "relu"},
}
STATISTICS, LSUV = initialization.activation_statistics, initialization.lsuv


@pytest.mark.parametrize(
    ("function", "bad", "error", "message"),
    [
        (initialization.init_std, {"fan_in": 0}, ValueError, "fan_in must be at least 1, got 0"),
        (initialization.init_std, {"fan_out": 2.5}, TypeError, "fan_out must be an integer, got float 2.5"),
        (initialization.init_std, {"fan_in": True}, TypeError, "fan_in must be an integer, got bool"),
        (initialization.init_std, {"scheme": "xavier"}, ValueError, "scheme must be one of 'lecun', 'glorot', 'he'"),
        (initialization.init_weights, {"fan_out": -1}, ValueError, "fan_out must be at least 1, got -1"),
        (initialization.init_weights, {"rng": 0}, TypeError, "rng must be a numpy.random.Generator"),
        (initialization.init_weights, {"rng": None}, TypeError, "rng must be a numpy.random.Generator"),
        (initialization.init_weights, {"distribution": "cauchy"}, ValueError, "distribution must be one of"),
        (initialization.orthogonal, {"gain": 0}, ValueError, r"gain must be in \(0, inf\), got 0"),
        (initialization.orthogonal, {"gain": math.nan}, ValueError, "gain must be in"),
        (initialization.orthogonal, {"gain": "relu"}, TypeError, "gain must be a real number, got str 'relu'"),
        (initialization.orthogonal, {"rng": np.random}, TypeError, "rng must be a numpy.random.Generator"),
        (initialization.gain, {"activation": "swish"}, ValueError, "activation must be one of"),
        (STATISTICS, {"activation": "swish"}, ValueError, "activation must be one of 'linear'"),
        (STATISTICS, {"x": np.ones(2)}, ValueError, r"x must have 2 axes, got shape \(2,\)"),
        (STATISTICS, {"x": [[1.0, math.nan]]}, ValueError, r"x must be finite, got nan at index \(0, 1\)"),
        (STATISTICS, {"x": np.ones((0, 2))}, ValueError, "x must not be empty"),
        (STATISTICS, {"weights": []}, ValueError, "weights must hold at least one array"),
        (STATISTICS, {"weights": [np.eye(3)]}, ValueError, r"weights\[0\] must have shape \(2, any\), got \(3, 3\)"),
        (STATISTICS, {"weights": [np.eye(2), np.eye(3)]}, ValueError, r"weights\[1\] must have shape \(2, any\)"),
        (STATISTICS, {"weights": [[["a", "b"]] * 2]}, TypeError, r"weights\[0\] must be an array of real numbers"),
        (
            LSUV,
            {"weights": [np.eye(2), np.zeros((2, 2))]},
            ValueError,
            r"weights\[1\] .* varies over x, got variance 0",
        ),
        (LSUV, {"activation": None}, ValueError, "activation must be one of"),
    ],
)
def test_bad_input_is_named(function, bad, error, message):
    with pytest.raises(error, match=message):
        function(**(GOOD[function] | bad))


@pytest.mark.parametrize("function", [initialization.init_weights, initialization.orthogonal])
def test_randomness_must_be_given(function):
    options = {name: value for name, value in GOOD[function].items() if name != "rng"}
    with pytest.raises(TypeError, match="rng"):
        function(**options)
