"""Activations and their slopes against torch, float64 and float32."""

import inspect
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from dnnkit import network
from dnnkit.network import activations

TORCH = {
    "linear": lambda z: z,
    "relu": torch.relu,
    "leaky_relu": torch.nn.functional.leaky_relu,
    "gelu": torch.nn.functional.gelu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}
NAMES = [name for name in activations.ACTIVATIONS if name != "linear"]
by_name = pytest.mark.parametrize("name", NAMES)


@by_name
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_activation_equals_torch(name, dtype):
    z = np.concatenate([np.linspace(-800, 800, 101), np.linspace(-5, 5, 101), [0.0]]).astype(dtype)
    before = z.copy()
    ours = getattr(activations, name)(z)
    assert ours.dtype == dtype
    np.testing.assert_array_equal(z, before)
    info = np.finfo(dtype)  # torch flushes anything below `tiny` to zero
    # In GELU's left tail torch subtracts numbers that are nearly equal: only rounding is left there.
    atol = 10 * info.eps if name == "gelu" else info.tiny
    np.testing.assert_allclose(ours, TORCH[name](torch.from_numpy(z)).numpy(), rtol=20 * info.eps, atol=atol)
    np.testing.assert_array_equal(ours, activations.ACTIVATIONS[name].value(z))


@pytest.mark.parametrize("name", activations.ACTIVATIONS)
def test_slope_is_the_derivative_by_autograd(name):
    z = (torch.linspace(-6, 6, 121, dtype=torch.float64) + 1e-3).requires_grad_()  # misses 0, the corner of relu
    TORCH[name](z).sum().backward()
    activation = activations.ACTIVATIONS[name]
    values = z.detach().numpy()
    np.testing.assert_allclose(activation.slope(values, activation.value(values)), z.grad.numpy(), 1e-9, atol=1e-15)


@pytest.mark.parametrize("name", [name for name, found in activations.ACTIVATIONS.items() if not found.needs_input])
def test_slope_from_the_value_needs_no_input(name):
    z = np.linspace(-3, 3, 12)
    value, slope, _ = activations.ACTIVATIONS[name]
    np.testing.assert_array_equal(slope(None, value(z)), slope(z, value(z)))


@pytest.mark.parametrize("name", activations.ACTIVATIONS)
def test_slope_at_zero_is_that_of_torch_and_keeps_the_dtype(name):
    z = torch.zeros(3, dtype=torch.float32, requires_grad=True)
    TORCH[name](z).sum().backward()
    activation = activations.ACTIVATIONS[name]
    slope = np.ones(3, np.float32) * activation.slope(
        np.zeros(3, np.float32), activation.value(np.zeros(3, np.float32))
    )
    assert slope.dtype == np.float32
    np.testing.assert_allclose(slope, z.grad.numpy(), rtol=1e-6)


@pytest.mark.parametrize(("dtype", "within"), [(np.float64, 1e-15), (np.float32, 2e-7)])
def test_gelu_is_as_near_as_its_docstring_says(dtype, within):
    z = np.concatenate([np.linspace(-9.5, 9.5, 100_001), np.arange(-5000, 5001) / 1024]).astype(dtype)
    share = special.ndtr(z.astype(np.float64))
    assert np.all(np.abs(activations.gelu(z) - z * share) <= within * np.maximum(np.abs(z), 1))


@pytest.mark.parametrize("name", ["gelu", "sigmoid"])
def test_what_is_not_finite_goes_through_without_a_crash(name):
    """As in a training run that diverges, whose loss shows it."""
    z = np.array([np.nan, np.inf, 1e300, -1e300])
    with np.errstate(all="ignore"):
        found = activations.ACTIVATIONS[name].value(z)
    theirs = TORCH[name](torch.from_numpy(z)).numpy()
    np.testing.assert_array_equal(np.isnan(found), np.isnan(theirs))
    np.testing.assert_array_equal(found[1:], theirs[1:])


@given(st.floats(0, 0.99), st.floats(-1e6, 1e6))
@settings(max_examples=50, deadline=None)
def test_leaky_relu_has_the_slope_asked_for(slope, z):
    expected = TORCH["leaky_relu"](torch.tensor(z, dtype=torch.float64), slope).item()
    assert activations.leaky_relu([z], negative_slope=slope)[0] == pytest.approx(expected, rel=1e-15, abs=0)


@by_name
def test_any_shape_is_taken_and_strides_too(name):
    function = getattr(activations, name)
    z = np.random.default_rng(0).standard_normal((4, 6, 5))
    np.testing.assert_array_equal(function(z[::2, :, ::-1]), function(z[::2, :, ::-1].copy()))
    assert function(1.5) == pytest.approx(TORCH[name](torch.tensor(1.5, dtype=torch.float64)).item(), rel=1e-14)


@by_name
@given(st.floats(-30, 30), st.floats(0, 5))
@settings(max_examples=50, deadline=None)
def test_no_activation_falls_from_zero_on_and_each_is_smooth_enough_to_train(name, z, step):
    """GELU falls a little below zero; from zero on all of them rise."""
    value = activations.ACTIVATIONS[name].value
    here, there = value(np.array([z])), value(np.array([z + step]))
    assert np.abs(there - here) <= 1.13 * step + 1e-12  # the largest slope of all, GELU's
    assert there - here >= (0 if z >= 0 else -0.171)


def test_every_activation_is_in_the_family():
    own = {name for name, thing in vars(activations).items() if inspect.getmodule(thing) is activations}
    public = {name for name in own if inspect.isfunction(getattr(activations, name)) and name[0] != "_"}
    assert public | {"linear"} == set(activations.ACTIVATIONS) == set(TORCH)
    assert public < set(network.__all__)


@by_name
def test_half_precision_is_refused(name):
    with pytest.raises(TypeError, match="z must be float32 or float64, got dtype float16"):
        getattr(activations, name)(np.ones(3, np.float16))


@by_name
@pytest.mark.parametrize(
    ("z", "error", "message"),
    [
        (["a"], TypeError, "z must be an array of real numbers"),
        ([np.nan], ValueError, "z must be finite, got nan"),
        ([], ValueError, "z must not be empty"),
    ],
)
def test_bad_input_is_named(name, z, error, message):
    with pytest.raises(error, match=message):
        getattr(activations, name)(z)


@pytest.mark.parametrize("slope", [-0.1, 1.0, math.nan])
def test_slope_of_the_leak_is_a_share(slope):
    with pytest.raises(ValueError, match=r"negative_slope must be in \[0, 1\)"):
        activations.leaky_relu([1.0], negative_slope=slope)
