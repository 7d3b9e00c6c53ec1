"""Optimizer steps against torch.optim, a hundred steps in float64."""

import hypothesis
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dnnkit import optimization

# step, its settings, torch's optimizer with the same
FAMILY = {
    "sgd": (optimization.sgd_step, {}, torch.optim.SGD, {}),
    "momentum": (optimization.momentum_step, {"momentum": 0.8}, torch.optim.SGD, {"momentum": 0.8}),
    "rmsprop": (
        optimization.rmsprop_step,
        {"decay": 0.9, "eps": 1e-6},
        torch.optim.RMSprop,
        {"alpha": 0.9, "eps": 1e-6},
    ),
    "adam": (
        optimization.adam_step,
        {"beta1": 0.8, "beta2": 0.99, "eps": 1e-7},
        torch.optim.Adam,
        {"betas": (0.8, 0.99), "eps": 1e-7},
    ),
    "adamw": (optimization.adamw_step, {"weight_decay": 0.3}, torch.optim.AdamW, {"weight_decay": 0.3}),
}
# Further settings, including edge cases.
SETTINGS = {
    **FAMILY,
    "no momentum": (optimization.momentum_step, {"momentum": 0.0}, torch.optim.SGD, {"momentum": 0.0}),
    "long momentum": (optimization.momentum_step, {"momentum": 0.99}, torch.optim.SGD, {"momentum": 0.99}),
    "rmsprop of one gradient": (
        optimization.rmsprop_step,
        {"decay": 0.0, "eps": 1e-3},
        torch.optim.RMSprop,
        {"alpha": 0.0, "eps": 1e-3},
    ),
    "adam without a mean": (optimization.adam_step, {"beta1": 0.0}, torch.optim.Adam, {"betas": (0.0, 0.999)}),
    "adam with a large eps": (optimization.adam_step, {"eps": 0.1}, torch.optim.Adam, {"eps": 0.1}),
    "adamw's moments": (
        optimization.adamw_step,
        {"weight_decay": 0.01, "beta1": 0.5, "beta2": 0.9, "eps": 1e-4},
        torch.optim.AdamW,
        {"weight_decay": 0.01, "betas": (0.5, 0.9), "eps": 1e-4},
    ),
    "adamw without decay": (optimization.adamw_step, {"weight_decay": 0.0}, torch.optim.AdamW, {"weight_decay": 0.0}),
}
family = pytest.mark.parametrize(("step", "settings", "theirs", "their_settings"), FAMILY.values(), ids=FAMILY)


def gradient(w, t):
    """Of a badly scaled bowl, plus what a minibatch would add."""
    return np.array([1.0, 30.0, 0.01, -2.0]) * w + np.cos(t + np.arange(4))


@pytest.mark.parametrize(("step", "settings", "theirs", "their_settings"), SETTINGS.values(), ids=SETTINGS)
def test_a_hundred_steps_equal_torch(step, settings, theirs, their_settings):
    w = np.array([1.0, -2.0, 3.0, 0.5])
    leaf = torch.from_numpy(w.copy()).requires_grad_()
    optimizer = theirs([leaf], lr=0.02, **their_settings)
    state = None
    for t in range(100):
        w, state = step(w, gradient(w, t), state, learning_rate=0.02, **settings)
        leaf.grad = torch.from_numpy(gradient(leaf.detach().numpy(), t))
        optimizer.step()
        np.testing.assert_allclose(w, leaf.detach().numpy(), rtol=1e-12, atol=1e-12)


@family
def test_defaults_are_those_of_torch(step, settings, theirs, their_settings):
    """If a setting has a default, it is torch's (except momentum, which torch leaves at 0)."""
    settings = {name: settings[name] for name in ("weight_decay", "momentum") if name in settings}
    w, state = np.array([1.0, -2.0]), None
    leaf = torch.from_numpy(w.copy()).requires_grad_()
    optimizer = theirs([leaf], lr=0.1, **settings)
    for scale in (1e-6, 1.0, -3.0):
        w, state = step(w, scale * w, state, learning_rate=0.1, **settings)
        leaf.grad = scale * leaf.detach().clone()
        optimizer.step()
    np.testing.assert_allclose(w, leaf.detach().numpy(), rtol=1e-12)


@family
def test_a_step_changes_nothing_in_place_and_keeps_dtype_and_shape(step, settings, theirs, their_settings):
    rng = np.random.default_rng(0)
    w, grad = rng.standard_normal((2, 3, 4)).astype(np.float32)
    _, state = step(w, grad, None, learning_rate=0.1, **settings)
    kept = [np.copy(array) for array in (w, grad, *(state or ()))]
    new, new_state = step(w, grad, state, learning_rate=0.1, **settings)
    assert (new.shape, new.dtype) == ((3, 4), np.float32)
    assert not np.array_equal(new, w)
    for now, then in zip((w, grad, *(state or ())), kept):
        np.testing.assert_array_equal(now, then)
    assert type(new_state) is type(state)
    assert not any(np.shares_memory(a, b) for a, b in zip(new_state or (), state or ()))


@family
@given(st.data())
@hypothesis.settings(max_examples=15, deadline=None)
def test_any_shape_dtype_and_strides_are_taken_entry_by_entry(step, settings, theirs, their_settings, data):
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    shape = data.draw(hnp.array_shapes(max_dims=3, max_side=5))
    strided = np.random.default_rng(data.draw(st.integers(0, 99))).standard_normal((2, *shape, 2)).astype(dtype)
    w, grad = strided[..., 0]
    (found, _), (flat, _) = (
        step(a, b, learning_rate=0.1, **settings) for a, b in ((w, grad), (w.ravel(), grad.ravel()))
    )
    assert (found.shape, found.dtype) == (shape, dtype)
    np.testing.assert_array_equal(found.ravel(), flat)


@family
@pytest.mark.parametrize("wrap", [float, np.float64, np.array], ids=["float", "scalar", "0-d"])
def test_a_single_number_steps_as_an_array_of_one(step, settings, theirs, their_settings, wrap):
    w, state, flat, flat_state = wrap(5.0), None, np.array([5.0]), None
    for grad in (10.0, -3.0, 0.5):
        w, state = step(w, wrap(grad), state, learning_rate=0.1, **settings)
        flat, flat_state = step(flat, [grad], flat_state, learning_rate=0.1, **settings)
        assert (np.shape(w), w.dtype) == ((), np.float64)
        assert w == flat[0]


@family
def test_half_precision_is_refused(step, settings, theirs, their_settings):
    half = np.ones(3, np.float16)
    with pytest.raises(TypeError, match="w must be float32 or float64, got dtype float16"):
        step(half, np.ones(3), None, learning_rate=0.1, **settings)
    with pytest.raises(TypeError, match="grad must be float32 or float64, got dtype float16"):
        step(np.ones(3), half, None, learning_rate=0.1, **settings)


@family
def test_every_step_goes_downhill_on_a_bowl(step, settings, theirs, their_settings):
    w, state = np.array([3.0, -2.0]), None
    for _ in range(200):
        w, state = step(w, w, state, learning_rate=0.05, **settings)
    assert np.abs(w).max() < 0.2


def test_every_step_is_in_the_family():
    steps = {name.removesuffix("_step") for name in optimization.__all__ if name.endswith("_step")}
    assert steps == set(FAMILY)


@family
def test_integer_weights_and_lists_are_taken_as_floats(step, settings, theirs, their_settings):
    w, _ = step([1, 2], [3, 4], None, learning_rate=0.1, **settings)
    expected, _ = step(np.array([1.0, 2.0]), np.array([3.0, 4.0]), None, learning_rate=0.1, **settings)
    np.testing.assert_array_equal(w, expected)


@family
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"learning_rate": 0}, ValueError, r"learning_rate must be in \(0, inf\), got 0"),
        ({"learning_rate": "0.1"}, TypeError, "learning_rate must be a real number"),
        ({"grad": np.ones(3)}, ValueError, r"grad must have shape \(2\), got \(3,\)"),
        ({"grad": np.array([1.0, np.inf])}, ValueError, "grad must be finite"),
        ({"w": np.array([np.nan, 0.0]), "grad": np.ones(2)}, ValueError, "w must be finite"),
    ],
)
def test_bad_input_is_named(step, settings, theirs, their_settings, change, error, message):
    arguments = {"w": np.ones(2), "grad": np.ones(2), "learning_rate": 0.1, **settings, **change}
    with pytest.raises(error, match=message):
        step(**arguments)


@pytest.mark.parametrize("name", ["momentum", "rmsprop", "adam", "adamw"])
@pytest.mark.parametrize(("beta", "message"), [(1.0, r"must be in \[0, 1\), got 1"), (-0.1, r"must be in \[0, 1\)")])
def test_what_decays_must_decay(name, beta, message):
    step, settings, *_ = FAMILY[name]
    setting = {"momentum": "momentum", "rmsprop": "decay"}.get(name, "beta2")
    with pytest.raises(ValueError, match=f"{setting} {message}"):
        step([1.0], [1.0], None, learning_rate=0.1, **{**settings, setting: beta})


def test_a_state_of_another_optimizer_or_shape_is_refused():
    _, momentum = optimization.momentum_step([1.0], [1.0], learning_rate=0.1)
    _, adam = optimization.adam_step([1.0], [1.0], learning_rate=0.1)
    with pytest.raises(TypeError, match="state must be None or a AdamState, got MomentumState"):
        optimization.adam_step([1.0], [1.0], momentum, learning_rate=0.1)
    with pytest.raises(TypeError, match="state must be None, got AdamState"):
        optimization.sgd_step([1.0], [1.0], adam, learning_rate=0.1)
    with pytest.raises(ValueError, match=r"state\.mean must have shape \(2\), got \(1,\)"):
        optimization.adam_step([1.0, 2.0], [1.0, 2.0], adam, learning_rate=0.1)
    with pytest.raises(TypeError, match=r"state\.step must be an integer"):
        optimization.adam_step([1.0], [1.0], adam._replace(step=0.5), learning_rate=0.1)
