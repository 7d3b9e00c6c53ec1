"""range_test against a training with the same rates, by torch and by the reference."""

import copy
import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from dnnkit import mlp, optimization
from dnnkit.hyperparameters import Hyperparameters
from dnnkit.pytorch import range_test
from tests.dnnkit.pytorch.models import IMAGES, assert_unchanged, convolutional, rng, snapshot

BATCHES = [(IMAGES[0][:3], IMAGES[1][:3]), (IMAGES[0][3:], IMAGES[1][3:])]


@pytest.mark.parametrize("optimizer", [torch.optim.SGD, torch.optim.Adam])
def test_losses_are_those_of_a_training_with_these_rates(optimizer):
    model = convolutional()
    before = snapshot(model)
    rates, losses = range_test(model, BATCHES, low=1e-3, high=1, steps=7, optimizer=optimizer)
    assert_unchanged(model, before)
    np.testing.assert_allclose(rates, np.geomspace(1e-3, 1, 7))
    copied, expected = copy.deepcopy(model), []
    trained = optimizer(copied.parameters(), lr=1)
    for step, rate in enumerate(rates):
        loss = nn.functional.cross_entropy(copied(BATCHES[step % 2][0]), BATCHES[step % 2][1])
        expected.append(loss.item())
        trained.zero_grad()
        loss.backward()
        trained.param_groups[0]["lr"] = rate
        trained.step()
    np.testing.assert_array_equal(losses, expected)


def test_it_is_the_references_range_test():
    x = rng(1).standard_normal((20, 5))
    y = x @ rng(2).standard_normal((5, 1))
    params = mlp.init([5, 1], scheme="lecun", rng=rng(3))
    model = nn.Linear(5, 1, dtype=torch.float64)
    model.weight.data[:], model.bias.data[:] = torch.tensor(params[0][0].T), torch.tensor(params[0][1])
    h = Hyperparameters(learning_rate=1, epochs=60, batch_size=20, loss="squared_error")

    def train(schedule, steps):
        growing = dataclasses.replace(h, learning_rate=schedule)
        return mlp.train(params, (x, y), growing, rng=rng(), on_divergence="record").losses

    expected = optimization.range_test(train, low=1e-3, high=0.3, steps=60)
    data = [(torch.tensor(x), torch.tensor(y, dtype=torch.float64))]
    found = range_test(model, data, loss=nn.MSELoss(), low=1e-3, high=0.3, steps=60)
    assert isinstance(found, optimization.RangeTest)
    np.testing.assert_allclose(found.rates, expected.rates)
    np.testing.assert_allclose(found.losses, expected.losses, rtol=1e-5)


def test_it_ends_where_training_diverges():
    model = nn.Linear(5, 1)
    x = torch.randn(20, 5)
    rates, losses = range_test(model, [(x, x.sum(1, keepdim=True))], loss=nn.MSELoss(), low=1, high=1e9, steps=90)
    assert len(rates) == len(losses) < 90
    assert np.isfinite(losses[:-1]).all()
    assert not np.isfinite(losses[-1])


def test_frozen_parameters_stay_and_a_loader_is_begun_anew():
    model = nn.Sequential(nn.Linear(5, 5), nn.Linear(5, 3))
    model[0].requires_grad_(False)
    seen = []

    def optimizer(parameters, lr):
        seen.extend(parameters)
        return torch.optim.SGD(seen, lr=lr)

    data = torch.utils.data.TensorDataset(torch.randn(8, 5), torch.arange(8) % 3)
    loader = torch.utils.data.DataLoader(data, batch_size=4, shuffle=True)
    state = torch.get_rng_state()
    assert len(range_test(model, loader, low=0.1, high=1, steps=5, optimizer=optimizer).losses) == 5
    assert list(map(id, seen)) == list(map(id, model[1].parameters()))
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"batches": []}, ValueError, "batches must last for all steps or restart, got 0 and then none"),
        ({"batches": iter(BATCHES)}, ValueError, "batches must last for all steps or restart, got 2 and then none"),
        ({"batches": 3}, TypeError, "batches must be an iterable of pairs .*, got int"),
        ({"batches": [IMAGES[0]]}, TypeError, "batch must be a pair"),
        ({"low": 0}, ValueError, "low must be in"),
        ({"high": 1e-4}, ValueError, "high must be in"),
        ({"steps": 1}, ValueError, "steps must be at least 2, got 1"),
        ({"loss": None}, TypeError, "loss must be callable"),
        ({"optimizer": "sgd"}, TypeError, "optimizer must be callable"),
    ],
)
def test_bad_input_is_named_and_leaves_no_trace(change, error, message):
    model = convolutional()
    before = snapshot(model)
    arguments = {"batches": BATCHES, "low": 1e-3, "high": 1, "steps": 5} | change
    with pytest.raises(error, match=message):
        range_test(model, arguments.pop("batches"), **arguments)
    assert_unchanged(model, before)
