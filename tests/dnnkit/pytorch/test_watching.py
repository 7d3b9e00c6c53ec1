"""watch reports what happened, and training is the same with and without it."""

import copy
import gc
import json
import weakref

import pytest
import torch
from bs4 import BeautifulSoup
from torch import nn
from torch.optim import optimizer as torch_optimizer

from dnnkit.pytorch import watch
from tests.dnnkit.pytorch.models import IMAGES, TOKENS, Transformer, convolutional, hooks_of

OPTIMIZERS = {
    "adamw": lambda parameters: torch.optim.AdamW(parameters, lr=1e-2),
    "momentum": lambda parameters: torch.optim.SGD(parameters, lr=1e-2, momentum=0.9),
}


def train(model, batch, *, steps=6, optimizer="adamw", looking=None):
    torch.manual_seed(1)
    trained = OPTIMIZERS[optimizer](model.parameters())
    for step in range(steps):
        for _ in range(2):  # gradients are accumulated over two passes
            nn.functional.cross_entropy(model(batch[0]), batch[1]).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        if looking:
            looking(step, trained)
        trained.step()
        trained.zero_grad()
        with torch.no_grad():
            model(batch[0][:2])  # dev data
    return trained


def hooks():
    return len(torch_optimizer._global_optimizer_pre_hooks) + len(torch_optimizer._global_optimizer_post_hooks)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("every", [1, 3])
@pytest.mark.parametrize(("make", "batch"), [(convolutional, IMAGES), (Transformer, TOKENS)])
def test_training_is_the_same_to_the_bit(make, batch, every, optimizer):
    plain = make()
    watched = copy.deepcopy(plain)
    expected = train(plain, batch, optimizer=optimizer)
    state = torch.get_rng_state()
    with watch(watched, every=every) as watching:
        found = train(watched, batch, optimizer=optimizer)
    assert torch.equal(torch.get_rng_state(), state)
    torch.testing.assert_close(watched.state_dict(), plain.state_dict(), rtol=0, atol=0)
    torch.testing.assert_close(found.state_dict(), expected.state_dict(), rtol=0, atol=0)
    assert [record.step for record in watching.records] == list(range(0, 6, every))


def test_what_is_told_is_what_happened():
    model, told, before = convolutional(), [], {}

    def looking(step, trained):
        told.append({name: p.grad.norm().item() for name, p in model.named_parameters()})
        before[step] = {name: p.detach().clone() for name, p in model.named_parameters()}

    def callback(record):
        (images, _), parameters = IMAGES, dict(model.named_parameters())
        assert [p.name for p in record.parameters] == list(parameters)
        for p in record.parameters:
            old = before[record.step][p.name]
            assert p.shape == tuple(old.shape)
            assert p.norm == pytest.approx(old.norm().item(), rel=1e-5)
            assert p.gradient_norm == pytest.approx(told[record.step][p.name], rel=1e-5)
            change = (parameters[p.name] - old).norm().item()
            assert p.update_ratio != p.update_ratio or p.update_ratio == pytest.approx(change / p.norm, rel=1e-5)
        assert [layer.name for layer in record.layers] == [str(k) for k in range(9)]
        assert all(layer.shape[0] == len(images) for layer in record.layers)  # not the two of the dev data
        assert all(layer.gradient_norm > 0 for layer in record.layers)
        seen.append(record.step)

    seen = []
    with watch(model, every=2, callback=callback) as watching:
        train(model, IMAGES, looking=looking)
    assert seen == [0, 2, 4] == [record.step for record in watching.records]


def test_the_handle_can_be_closed_and_nothing_is_left():
    model, hooked = convolutional(), hooks()
    watching = watch(model, every=1)
    assert (hooks(), hooks_of(model) > 0) == (hooked + 2, True)
    train(model, IMAGES, steps=2)
    watching.close()
    watching.close()
    assert (hooks(), hooks_of(model)) == (hooked, 0)
    train(model, IMAGES, steps=2)
    assert len(watching.records) == 2


def test_an_error_in_the_callback_or_the_training_is_the_users_and_all_hooks_go():
    model, hooked = convolutional(), hooks()

    def callback(record):
        raise KeyError(record.step)

    def run():
        with watch(model, every=2, callback=callback):
            train(model, IMAGES)

    with pytest.raises(KeyError, match="0"):
        run()
    assert (hooks(), hooks_of(model)) == (hooked, 0)


def test_optimizers_of_others_are_none_of_our_business_and_several_count_for_themselves():
    model, other = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 2)), nn.Linear(3, 1)
    first, second = (torch.optim.SGD(part.parameters(), lr=0.1) for part in model)
    foreign = torch.optim.SGD(other.parameters(), lr=0.1)
    with watch(model, every=2) as watching:
        for step in range(4):
            other(torch.ones(1, 3)).sum().backward()
            foreign.step()
            model(torch.ones(1, 3)).sum().backward()
            first.step()
            if step % 2:
                second.step()
    told = [(record.step, [p.name for p in record.parameters]) for record in watching.records]
    assert told == [(0, ["0.weight", "0.bias"]), (0, ["1.weight", "1.bias"]), (2, ["0.weight", "0.bias"])]


def test_a_compiled_model_and_frozen_parameters():
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 2))
    model[0].requires_grad_(False)
    compiled = torch.compile(model, backend="eager")
    compiled(torch.ones(1, 3))
    optimizer = torch.optim.SGD(compiled.parameters(), lr=0.1)
    with watch(compiled, every=1) as watching:
        compiled(torch.ones(1, 3)).sum().backward()
        optimizer.step()
    (record,) = watching.records
    told = {p.name: (p.gradient_norm, p.update_ratio) for p in record.parameters}
    assert list(told) == ["0.weight", "0.bias", "1.weight", "1.bias"]
    assert told["0.weight"][1] == 0
    assert told["1.bias"][0] == pytest.approx(2**0.5)


def test_a_sparse_gradient_and_a_weight_of_zero():
    model = nn.Sequential(nn.Embedding(5, 3, sparse=True), nn.Linear(3, 1))
    nn.init.zeros_(model[1].bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with watch(model) as watching:
        model(torch.tensor([1, 1, 2])).sum().backward()
        optimizer.step()
    embedding, weight, bias = watching.records[0].parameters
    expected = (5**0.5) * model[1].weight.detach().norm().item()
    assert embedding.gradient_norm == pytest.approx(expected, rel=0.3)
    assert weight.update_ratio > 0
    assert bias.to_dict()["update_ratio"] is None


def test_a_record_is_data_and_is_shown_when_asked(capsys):
    model = convolutional()
    with watch(model, every=9) as watching:
        train(model, IMAGES, steps=1)
    (record,) = watching.records
    assert capsys.readouterr().out == ""
    found = json.loads(json.dumps(record.to_dict(), allow_nan=False))
    assert found["parameters"] == record.rows
    assert [row["name"] for row in found["layers"]] == [layer.name for layer in record.layers]
    assert len(BeautifulSoup(record._repr_html_(), "html.parser").select("tbody tr")) == 9 + len(record.parameters)
    assert str(record).count("\n") > 9 + len(record.parameters)
    assert repr(record) == f"StepRecord(step 0, 9 layers, {len(record.parameters)} parameters)"


def test_an_optimizer_is_not_kept_alive():
    model = nn.Linear(2, 2)
    with watch(model, every=1):
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        model(torch.ones(1, 2)).sum().backward()
        optimizer.step()
        reference = weakref.ref(optimizer)
        del optimizer
        gc.collect()
        assert reference() is None
