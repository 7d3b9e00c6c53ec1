"""Sharpness against the eigenvalues of torch's Hessian."""

import numpy as np
import pytest
import torch

from dnnkit import mlp, network
from dnnkit.optimization import sharpness
from tests.dnnkit.torch_activations import MODULES

THEIRS = {
    "cross_entropy": torch.nn.functional.cross_entropy,
    "squared_error": torch.nn.functional.mse_loss,
    "huber": torch.nn.functional.huber_loss,
}


def problem(loss, seed=0, scheme="he"):
    rng = np.random.default_rng(seed)
    params = mlp.init([3, 5, 2], scheme=scheme, rng=rng, dtype="float64")
    params = [(W, b + 0.1 * rng.standard_normal(b.shape)) for W, b in params]
    y = rng.integers(2, size=12) if loss == "cross_entropy" else rng.standard_normal((12, 2))
    return params, rng.standard_normal((12, 3)), y


def eigenvalues(params, x, y, loss, activation):
    flat = torch.from_numpy(np.concatenate([array.ravel() for pair in params for array in pair]))

    def value(w):
        parts, a = iter(torch.split(w, [array.size for pair in params for array in pair])), torch.from_numpy(x)
        for layer, (W, _) in enumerate(params):
            a = a @ next(parts).reshape(W.shape) + next(parts)
            a = MODULES[activation]()(a) if layer < len(params) - 1 else a
        return THEIRS[loss](a, torch.from_numpy(y))

    return torch.linalg.eigvalsh(torch.autograd.functional.hessian(value, flat)).numpy()


@pytest.mark.parametrize("activation", ["linear", "tanh", "gelu", "sigmoid"])
@pytest.mark.parametrize("loss", network.LOSSES)
def test_it_is_the_largest_eigenvalue_of_torchs_hessian(loss, activation):
    params, x, y = problem(loss)
    found = sharpness(
        params, x, y, loss=loss, activation=activation, rng=np.random.default_rng(1), tolerance=1e-9, max_steps=5000
    )
    assert found == pytest.approx(eigenvalues(params, x, y, loss, activation).max(), rel=1e-4)


def test_it_is_the_largest_and_not_the_most_negative():
    """Where the loss curves down more strongly than up, the largest in magnitude would be the wrong one."""
    x, y = np.ones((1, 1)), np.array([[10.0]])
    params = [(np.array([[0.0]]), np.array([0.0])), (np.array([[0.0]]), np.array([0.0]))]
    expected = eigenvalues(params, x, y, "huber", "linear")
    assert -expected.min() == pytest.approx(expected.max())  # a saddle
    params[0] = (np.array([[-0.5]]), np.array([-0.5]))
    params[1] = (np.array([[0.5]]), np.array([0.0]))
    expected = eigenvalues(params, x, y, "huber", "linear")
    found = sharpness(
        params, x, y, loss="huber", activation="linear", rng=np.random.default_rng(0), tolerance=1e-9, max_steps=5000
    )
    assert found == pytest.approx(expected.max(), rel=1e-4)


def test_gradient_descent_diverges_above_two_over_it_on_a_quadratic():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((30, 4)), rng.standard_normal((30, 1))
    params = mlp.init([4, 1], scheme="lecun", rng=rng, dtype="float64")
    top = sharpness(params, x, y, loss="squared_error", rng=rng)
    sizes = {}
    for share in (0.95, 1.05):
        moved = params
        for _ in range(400):
            out, cache = network.forward(moved, x)
            grads = network.backward(moved, cache, network.squared_error_gradient(out, y))
            moved = [(W - share * 2 / top * dW, b - share * 2 / top * db) for (W, b), (dW, db) in zip(moved, grads)]
        sizes[share] = network.squared_error(network.forward(moved, x)[0], y)
    assert sizes[0.95] < network.squared_error(network.forward(params, x)[0], y)
    assert sizes[1.05] > 1e6


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"loss": "hinge"}, ValueError, "loss must be one of 'cross_entropy'"),
        ({"activation": ["relu"]}, ValueError, "activation must be one of"),
        ({"tolerance": 0}, ValueError, r"tolerance must be in \(0, inf\), got 0"),
        ({"max_steps": 0}, ValueError, "max_steps must be at least 1, got 0"),
        ({"y": [0, 1]}, ValueError, r"y must have shape \(12,\)"),
        ({"rng": 1}, TypeError, "rng must be a numpy.random.Generator"),
    ],
)
def test_bad_input_is_named(change, error, message):
    params, x, y = problem("cross_entropy")
    with pytest.raises(error, match=message):
        sharpness(**{"params": params, "x": x, "y": y, "rng": np.random.default_rng(0), **change})
