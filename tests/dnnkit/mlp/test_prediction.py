"""A network's answers against a torch module in evaluation mode."""

import numpy as np
import pytest
import torch

from dnnkit import mlp, network
from dnnkit.mlp import BatchNormParameters
from dnnkit.norm_layers import RunningStatistics
from tests.dnnkit.torch_activations import MODULES


def trained(batchnorm, dtype="float64", activation="tanh"):
    """A network with its batch norm, and the same as a torch module in evaluation mode."""
    rng = np.random.default_rng(0)
    params = [
        (rng.standard_normal(shape).astype(dtype), rng.standard_normal(shape[1]).astype(dtype))
        for shape in ((4, 6), (6, 5), (5, 3))
    ]
    norms, modules = [], []
    for layer, (W, b) in enumerate(params):
        affine = torch.nn.Linear(*W.shape, dtype=getattr(torch, dtype))
        affine.weight.data, affine.bias.data = torch.from_numpy(W.T.copy()), torch.from_numpy(b)
        modules.append(affine)
        if layer < 2 and batchnorm:
            gamma, beta, mean, var = rng.uniform(0.5, 2, size=(4, len(b))).astype(dtype)
            norms.append(BatchNormParameters(gamma, beta, RunningStatistics(mean, var), 1e-5))
            norm = torch.nn.BatchNorm1d(len(b), dtype=getattr(torch, dtype))
            norm.weight.data, norm.bias.data = torch.from_numpy(gamma), torch.from_numpy(beta)
            norm.running_mean, norm.running_var = torch.from_numpy(mean), torch.from_numpy(var)
            modules.append(norm)
        if layer < 2:
            modules.append(MODULES[activation]())
    return params, norms, torch.nn.Sequential(*modules).eval(), rng.standard_normal((7, 4)).astype(dtype)


@pytest.mark.parametrize("batchnorm", [False, True])
@pytest.mark.parametrize("activation", network.ACTIVATIONS)
def test_answers_are_those_of_torch(activation, batchnorm):
    params, norms, model, x = trained(batchnorm, activation=activation)
    with torch.no_grad():
        expected = model(torch.from_numpy(x)).numpy()
    options = {"activation": activation, "batchnorm": norms}
    np.testing.assert_allclose(mlp.outputs(params, x, **options), expected, rtol=1e-12)
    found = mlp.predict(params, x, **options)
    assert found.dtype == np.int64
    np.testing.assert_array_equal(found, expected.argmax(axis=1))
    y = np.arange(7) % 3
    assert mlp.error(params, x, y, **options) == np.mean(expected.argmax(axis=1) != y)


@pytest.mark.parametrize("batchnorm", [False, True])
def test_float32_stays_float32_and_nothing_is_changed(batchnorm):
    params, norms, _, x = trained(batchnorm, dtype="float32")
    arrays = [x, *(array for pair in params for array in pair), *(norm.gamma for norm in norms)]
    before = [array.copy() for array in arrays]
    assert mlp.outputs(params, x, batchnorm=norms).dtype == np.float32
    for now, then in zip(arrays, before):
        np.testing.assert_array_equal(now, then)


def test_answers_can_be_had_from_mlp():
    assert (mlp.outputs, mlp.predict, mlp.error) == (mlp.outputs, mlp.predict, mlp.error)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda p, x: mlp.outputs(p, x[:, :3]), ValueError, r"params\[0\]\[0\] must have shape \(3, any\)"),
        (lambda p, x: mlp.outputs(p, x, activation="swish"), ValueError, "activation must be one of"),
        (lambda p, x: mlp.outputs(p, x, batchnorm=[None]), ValueError, "batchnorm must have an entry for each"),
        (lambda p, x: mlp.predict(p, x * np.nan), ValueError, "x must be finite"),
        (lambda p, x: mlp.error(p, x, [0, 1]), ValueError, r"y must have shape \(7,\)"),
        (lambda p, x: mlp.error(p, x, np.zeros(7)), TypeError, "y must be an array of integer labels"),
    ],
)
def test_bad_input_is_named(call, error, message):
    params, _, _, x = trained(batchnorm=False)
    with pytest.raises(error, match=message):
        call(params, x)
