"""batch_size against torch (autograd over parts, Adam's mean, AveragedModel), NumPy's covariance and closed forms."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dnnkit.batch_size import accumulate, ema_update, noise_scale, scaled_rate, steps_to_target

SEEDS = st.integers(0, 2**32 - 1)


def rng(seed=0):
    return np.random.default_rng(seed)


# noise_scale


@settings(max_examples=40, deadline=None)
@given(batches=st.integers(2, 9), parameters=st.integers(1, 6), batch_size=st.integers(1, 50), seed=SEEDS)
def test_noise_scale_solves_the_equations_of_two_batch_sizes(batches, parameters, batch_size, seed):
    gradients = rng(seed).standard_normal((batches, parameters)) + rng(seed).normal(0, 2, parameters)
    found = noise_scale(gradients, batch_size)
    small, union = np.mean(np.sum(gradients**2, axis=1)), np.sum(gradients.mean(axis=0) ** 2)
    many = batches * batch_size
    np.testing.assert_allclose(found.squared_norm + found.trace / batch_size, small, rtol=1e-9)
    np.testing.assert_allclose(found.squared_norm + found.trace / many, union, rtol=1e-9, atol=1e-9 * small)


def test_trace_from_single_examples_is_that_of_the_covariance_matrix():
    gradients = rng(1).standard_normal((40, 5)) * [1, 2, 3, 4, 5]
    np.testing.assert_allclose(noise_scale(gradients, 1).trace, np.trace(np.cov(gradients.T)), rtol=1e-12)


def test_noise_scale_has_no_bias_in_trace_and_squared_norm():
    mean, std, batch_size = np.array([0.5, -1.0, 0.0]), np.array([1.0, 2.0, 0.5]), 4
    found = [
        noise_scale((mean + std * rng([7, seed]).standard_normal((3, batch_size, 3))).mean(axis=1), batch_size)
        for seed in range(4000)
    ]
    for name, right in (("trace", np.sum(std**2)), ("squared_norm", np.sum(mean**2))):
        values = np.array([getattr(one, name) for one in found])
        assert abs(values.mean() - right) < 4 * values.std() / math.sqrt(len(values))


def test_noise_scale_of_examples_equals_torch_autograd_per_example():
    x, y = torch.from_numpy(rng(5).standard_normal((12, 4))), torch.from_numpy(rng(6).standard_normal(12))
    w = torch.ones(4, dtype=torch.float64, requires_grad=True)
    each = [torch.autograd.grad((x[i] @ w - y[i]) ** 2, w)[0].numpy() for i in range(12)]
    parts = [torch.autograd.grad(((x[i : i + 3] @ w - y[i : i + 3]) ** 2).mean(), w)[0].numpy() for i in (0, 3, 6, 9)]
    by_hand = np.reshape(each, (4, 3, 4)).mean(axis=1)
    np.testing.assert_allclose(noise_scale(parts, 3), noise_scale(by_hand, 3), rtol=1e-10)


def test_no_signal_is_an_infinite_scale_and_no_noise_one_of_zero():
    assert noise_scale([[1.0], [-1.0]], 3) == (math.inf, 6.0, -1.0)
    assert noise_scale([[2.0, 1.0]] * 3, 5) == (0.0, 0.0, 5.0)
    assert noise_scale(np.zeros((2, 3)), 5).scale == math.inf


def test_noise_scale_of_float32_is_computed_in_float64():
    gradients = (1e4 + rng(2).standard_normal((20, 3))).astype(np.float32)
    np.testing.assert_allclose(noise_scale(gradients, 2), noise_scale(gradients.astype(float), 2), rtol=1e-12)


# accumulate


@pytest.mark.parametrize("part", [1, 3, 4, 7, 20])
def test_accumulated_gradient_is_autograds_of_the_whole_batch(part):
    model = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.Tanh(), torch.nn.Linear(5, 4)).double()
    x, y = torch.from_numpy(rng(5).standard_normal((10, 3))), torch.from_numpy(rng(6).integers(4, size=10))

    def gradient(rows):
        loss = torch.nn.functional.cross_entropy(model(x[rows]), y[rows])
        return torch.autograd.grad(loss, model[0].weight)[0].numpy()

    parts = [slice(start, start + part) for start in range(0, 10, part)]
    found = accumulate([gradient(rows) for rows in parts], [len(x[rows]) for rows in parts])
    np.testing.assert_allclose(found, gradient(slice(None)), atol=1e-13)


@settings(max_examples=30, deadline=None)
@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=6), seed=SEEDS)
def test_accumulate_is_the_weighted_average(sizes, seed):
    gradients = rng(seed).standard_normal((len(sizes), 2, 3))
    np.testing.assert_allclose(accumulate(gradients, sizes), np.average(gradients, axis=0, weights=sizes), atol=1e-12)


def test_accumulate_keeps_float32_and_changes_no_argument():
    gradients = [np.ones(3, np.float32), np.full(3, 4, np.float32)]
    assert accumulate(gradients, [1, 2]).dtype == np.float32
    assert gradients[0].tolist() == [1, 1, 1]
    assert accumulate([[1, 2], [2, 2]], [1, 1]).tolist() == [1.5, 2]


# scaled_rate


def test_rules_are_powers_of_the_quotient():
    assert scaled_rate(0.1, 512, 64, rule="linear") == pytest.approx(0.8)
    assert scaled_rate(0.1, 576, 64, rule="sqrt") == pytest.approx(0.3)
    for rule in ("linear", "sqrt"):
        assert scaled_rate(0.3, 64, 64, rule=rule) == 0.3
        there = scaled_rate(0.3, 7, 64, rule=rule)
        assert scaled_rate(there, 64, 7, rule=rule) == pytest.approx(0.3)


# ema_update


@pytest.mark.parametrize("decay", [0.0, 0.5, 0.9, 0.999])
def test_average_has_weights_that_decay_geometrically(decay):
    params = rng(3).standard_normal((30, 2, 3))
    average = np.full((2, 3), 1e6)  # what was there before does not count
    for step, now in enumerate(params, start=1):
        average = ema_update(average, now, decay=decay, step=step)
        weights = decay ** np.arange(step - 1, -1, -1.0)
        np.testing.assert_allclose(average, np.average(params[:step], axis=0, weights=weights), rtol=1e-8)


def test_average_of_gradients_is_adams_corrected_mean():
    w = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    adam, average = torch.optim.Adam([w], betas=(0.8, 0.99)), np.zeros(4)
    for step, gradient in enumerate(rng(4).standard_normal((12, 4)), start=1):
        w.grad = torch.from_numpy(gradient.copy())
        adam.step()
        average = ema_update(average, gradient, decay=0.8, step=step)
        corrected = adam.state[w]["exp_avg"].numpy() / (1 - 0.8**step)
        np.testing.assert_allclose(average, corrected, rtol=1e-12)


def test_averages_a_module_of_torch():
    model = torch.nn.Linear(3, 2).double()
    kept = torch.optim.swa_utils.AveragedModel(
        model,
        avg_fn=lambda average, now, seen: torch.from_numpy(
            np.asarray(ema_update(average.numpy(), now.numpy(), decay=0.7, step=int(seen) + 1))
        ),
    )
    seen = []
    for seed in range(5):
        with torch.no_grad():
            model.weight.copy_(torch.from_numpy(rng(seed).standard_normal((2, 3))))
        kept.update_parameters(model)
        seen.append(model.weight.detach().numpy().copy())
    right = np.average(seen, axis=0, weights=0.7 ** np.arange(4, -1, -1.0))
    np.testing.assert_allclose(kept.module.weight.detach().numpy(), right, rtol=1e-12)


def test_whole_numbers_are_averaged_without_rounding_and_float32_stays():
    assert ema_update([1, 1], [4, 1], decay=0.5, step=2).tolist() == [3, 1]
    single = np.ones(2, np.float32)
    assert ema_update(single, 2 * single, decay=0.9, step=3).dtype == np.float32


# steps_to_target


@pytest.mark.parametrize("every", [1, 5])
def test_steps_along_an_exponential_are_those_of_the_logarithm(every):
    losses = 2.3 * np.exp(-0.1 * every * np.arange(1, 60))
    steps = steps_to_target(losses, 0.5, every=every)
    assert steps == every * math.ceil(math.log(2.3 / 0.5) / (0.1 * every))
    assert isinstance(steps, int)


def test_the_first_time_counts_and_a_tie_is_there():
    assert steps_to_target([3, 1, 2, 0], 1) == 2
    assert steps_to_target([0.5], 0.5) == 1
    assert steps_to_target([3.0, np.nan, 1.0], 1) == 3
    assert steps_to_target([3.0, -np.inf, np.inf], 1) is None


# errors


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda: noise_scale([[1.0, 2.0]], 4), ValueError, "gradients must be those of at least 2 batches, got 1"),
        (lambda: noise_scale([1.0, 2.0], 4), ValueError, "gradients must have 2 axes"),
        (lambda: noise_scale([[1.0], [2.0]], 0), ValueError, "batch_size must be at least 1"),
        (lambda: accumulate([], []), ValueError, "gradients must not be empty"),
        (lambda: accumulate([[1.0]], [1, 2]), ValueError, "sizes must have length 1, one for each gradient, got 2"),
        (lambda: accumulate([[1.0], [1.0, 2.0]], [1, 2]), ValueError, r"gradients\[1\] must have shape"),
        (lambda: accumulate([[1.0], [1.0]], [1, 0]), ValueError, r"sizes\[1\] must be at least 1"),
        (lambda: accumulate([[1.0]], [1.5]), TypeError, r"sizes\[0\] must be an integer"),
        (lambda: scaled_rate(0, 8, 4, rule="linear"), ValueError, "learning_rate must be in"),
        (lambda: scaled_rate(0.1, 8, 4, rule="cubic"), ValueError, "rule must be one of 'linear', 'sqrt'"),
        (lambda: scaled_rate(0.1, 8.0, 4, rule="sqrt"), TypeError, "batch_size must be an integer"),
        (lambda: ema_update([1.0], [1.0, 2.0], decay=0.9, step=1), ValueError, "params must have shape"),
        (lambda: ema_update([1.0], [1.0], decay=1.0, step=1), ValueError, "decay must be in"),
        (lambda: ema_update([1.0], [1.0], decay=0.9, step=0), ValueError, "step must be at least 1"),
        (lambda: steps_to_target([], 0.5), ValueError, "losses must have one axis"),
        (lambda: steps_to_target([[1.0]], 0.5), ValueError, "losses must have one axis"),
        (lambda: steps_to_target(["low"], 0.5), TypeError, "losses must be an array of real numbers"),
        (lambda: steps_to_target([1.0], math.nan), ValueError, "target must be in"),
        (lambda: steps_to_target([1.0], 0.5, every=0), ValueError, "every must be at least 1"),
    ],
)
def test_what_does_not_fit_is_named(call, kind, says):
    with pytest.raises(kind, match=says):
        call()
