"""A look leaves no trace, whatever a forward pass does to the model, the batch and the random numbers."""

import collections
import copy
import random

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from dnnkit.pytorch import (
    InvertedDropout,
    gradient_report,
    initialize,
    lsuv,
    parameter_groups,
    range_test,
    record_layers,
    watch,
)
from tests.dnnkit.pytorch.models import hooks_of, rng


class Net(nn.Module):
    """Two layers, and between them whatever a subclass does."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 3)

    def forward(self, x):
        return self.second(self.between(self.first(x)))


class Rebound(Net):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(4))

    def between(self, z):
        self.mean = 0.9 * self.mean + 0.1 * z.detach().mean(dim=0)
        return z - self.mean


class Expanded(Net):
    def __init__(self):
        super().__init__()
        self.register_buffer("base", torch.zeros(1))
        self.register_buffer("mean", self.base.expand(4))

    def between(self, z):
        self.base += 1
        return z - self.mean


class Registers(Net):
    def between(self, z):
        self.register_buffer("late", z.detach())
        self.count = getattr(self, "count", 0) + 1
        return z


class Attributes(Net):
    def __init__(self):
        super().__init__()
        self.kept, self.seen, self.last = [], collections.Counter(), torch.zeros(4)
        self.recent, self.names = collections.deque([1], maxlen=2), {"a"}

    def between(self, z):
        self.kept.append(z)
        self.seen["calls"] += 1
        self.last += 1
        self.recent.append(2)
        self.names.add("b")
        return z


class Draws(Net):
    def __init__(self):
        super().__init__()
        self.own, self.numpys, self.pythons = torch.Generator().manual_seed(1), rng(1), random.Random(1)
        self.drop, self.inverted = nn.Dropout(0.5), InvertedDropout(0.5, generator=torch.Generator().manual_seed(2))

    def between(self, z):
        noise = torch.rand(4, generator=self.own) + self.numpys.random() + self.pythons.random()
        noise = noise + np.random.random() + random.random()  # noqa: NPY002  # a model may draw from it
        return self.inverted(self.drop(z)) * noise.float()


class Embedded(nn.Module):
    """The embedding shortens its own weights when it is called."""

    def __init__(self):
        super().__init__()
        self.embedding, self.head = nn.Embedding(5, 4, max_norm=0.1), nn.Linear(4, 3)

    def forward(self, x):
        return self.head(self.embedding(x.abs().long()[:, 0] % 5))


class Sparse(Net):
    def __init__(self):
        super().__init__()
        self.register_buffer("graph", torch.eye(4).to_sparse())

    def between(self, z):
        return torch.sparse.mm(self.graph, z.T).T


class Checkpointed(Net):
    def __init__(self, reentrant=True):
        super().__init__()
        self.middle, self.reentrant = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Dropout(0.2)), reentrant

    def between(self, z):
        return checkpoint(self.middle, z, use_reentrant=self.reentrant)


class Modes(Net):
    def between(self, z):
        self.second.eval()
        self.first.requires_grad_(True)
        return z


MODELS = {
    **{kind.__name__: kind for kind in (Rebound, Expanded, Registers, Attributes, Draws, Embedded, Sparse)},
    **{kind.__name__: kind for kind in (Checkpointed, Modes)},
    "not reentrant": lambda: Checkpointed(reentrant=False),
    "norm": lambda: nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4, momentum=None), nn.Linear(4, 3)),
    "input overwritten": lambda: nn.Sequential(nn.ReLU(inplace=True), nn.Linear(4, 4), nn.SiLU(True), nn.Linear(4, 3)),
    "spectral norm": lambda: nn.Sequential(nn.utils.parametrizations.spectral_norm(nn.Linear(4, 4)), nn.Linear(4, 3)),
    "half": lambda: nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Linear(4, 3)).bfloat16(),
    "evaluation": lambda: nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Linear(4, 3)).eval(),
}


def batch_for(model):
    dtype = next(model.parameters()).dtype
    return torch.tensor(rng(3).standard_normal((6, 4)), dtype=dtype), torch.arange(6) % 3


def attribute(value):
    """The comparable part of an attribute."""
    if isinstance(value, torch.Generator):
        return value.get_state()
    if isinstance(value, np.random.Generator):
        return str(value.bit_generator.state)
    if isinstance(value, random.Random):
        return value.getstate()
    if isinstance(value, (list, set, collections.deque, collections.Counter)):
        return copy.copy(value)
    return value.clone() if isinstance(value, torch.Tensor) else value


def everything(model, batch):
    """Copies of all values, and the tensors themselves: a name must also mean the same tensor as before."""
    tensors = [*model.parameters(), *model.buffers()]
    values = [tensor.to_dense().clone() for tensor in tensors]
    gradients = [parameter.grad for parameter in model.parameters()]
    others = [
        {name: attribute(value) for name, value in vars(module).items() if not name.startswith("_")}
        for module in model.modules()
    ]
    numbers = (torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate())  # noqa: NPY002
    names = [name for name, _ in (*model.named_parameters(), *model.named_buffers())]
    return (values, others, numbers, names, batch[0].clone(), hooks_of(model)), (tensors, gradients)


def assert_same(after, before):
    torch.testing.assert_close(after[0][0], before[0][0], rtol=0, atol=0)
    assert list(map(id, (*after[1][0], *after[1][1]))) == list(map(id, (*before[1][0], *before[1][1])))
    for now, then in zip(after[0][1], before[0][1]):
        assert now.keys() == then.keys()
        for name in now:
            assert same(now[name], then[name]), name
    assert all(map(same, after[0][2], before[0][2]))
    assert after[0][3] == before[0][3]
    assert torch.equal(after[0][4], before[0][4])
    assert after[0][5] == before[0][5]


def same(now, then):
    if isinstance(now, torch.Tensor):
        return torch.equal(now, then)
    return np.array_equal(now, then) if isinstance(now, np.ndarray) else now == then


LOOKS = {
    "report": lambda model, batch: gradient_report(model, batch),
    "failing report": lambda model, batch: gradient_report(model, batch, loss=lambda out, y: 1 / 0),
    "failing backward": lambda model, batch: gradient_report(model, batch, loss=lambda out, y: Fails.apply(out)),
    "range test": lambda model, batch: range_test(model, [batch], low=1e-3, high=1, steps=3),
    "failing range test": lambda model, batch: range_test(model, [batch, 3], low=1e-3, high=1, steps=3),
    "failing lsuv": lambda model, batch: lsuv(model, (batch[0] * float("nan"),)),
}


class Fails(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.sum()

    @staticmethod
    def backward(ctx, gradient):
        raise ZeroDivisionError


# an embedding turns any input into a sound one, so that nothing can fail
PAIRS = [(name, look) for name in MODELS for look in LOOKS if (name, look) != ("Embedded", "failing lsuv")]


@pytest.mark.parametrize(("name", "look"), PAIRS)
def test_nothing_has_changed(name, look):
    model = MODELS[name]()
    batch = batch_for(model)
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    before = everything(model, batch)
    if look.startswith("failing"):
        with pytest.raises((ZeroDivisionError, TypeError, ValueError)):
            LOOKS[look](model, batch)
    else:
        assert LOOKS[look](model, batch) is not None
    assert_same(everything(model, batch), before)
    model(batch[0])  # and it goes on


@pytest.mark.parametrize("reentrant", [True, False])
def test_a_checkpoint_is_seen_as_if_it_were_none(reentrant):
    model = Checkpointed(reentrant).eval()
    model.first.weight.data *= 2
    found = gradient_report(model, batch := batch_for(model)).to_dict()
    model.between = model.middle
    assert found == gradient_report(model, batch).to_dict()
    assert [row["name"] for row in found["layers"]] == ["first", "middle.0", "middle.1", "middle.2", "second"]


def test_a_layer_that_several_checkpoints_share_is_told_call_by_call():
    class Shared(Net):
        def between(self, z):
            for _ in range(3):
                z = checkpoint(self.middle, z, use_reentrant=self.reentrant)
            return z

    model = Shared()
    model.middle, model.reentrant = nn.Linear(4, 4), True
    batch = batch_for(model)
    rows = gradient_report(model, batch).rows
    model.reentrant = False
    assert [row["call"] for row in rows] == [0, 0, 1, 2, 0]
    assert rows == gradient_report(model, batch).rows


def test_an_optimizer_that_steps_in_the_backward_pass_does_not_step():
    for reentrant in (True, False):
        model, stepped = Checkpointed(reentrant), []
        for parameter in model.parameters():
            parameter.register_post_accumulate_grad_hook(stepped.append)
        batch = batch_for(model)
        gradient_report(model, batch)
        assert stepped == []
        model(batch[0]).sum().backward()
        assert len(stepped) == 6


def test_gradients_of_what_a_loss_holds_are_left_alone():
    model, weight = Checkpointed(), torch.ones(3, requires_grad=True)
    batch = batch_for(model)
    batch[0].requires_grad_()
    learned = nn.Linear(3, 1)
    gradient_report(model, batch, loss=lambda out, y: learned(out * weight).sum())
    assert all(tensor.grad is None for tensor in (weight, batch[0], *learned.parameters()))


def test_a_loss_with_a_state_is_put_back_too():
    class Averaging(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("total", torch.zeros(1))

        def forward(self, outputs, targets):
            self.total += 1
            return nn.functional.cross_entropy(outputs, targets)

    model, loss = Net(), Averaging()
    model.between = nn.ReLU()
    gradient_report(model, batch_for(model), loss=loss)
    range_test(model, [batch_for(model)], loss=loss, low=0.1, high=1, steps=2)
    assert loss.total.item() == 0


def test_no_change_is_made_to_a_model_with_lazy_layers_and_it_is_judged():
    model = nn.Sequential(nn.LazyLinear(8), nn.LazyBatchNorm1d(), nn.ReLU(), nn.LazyLinear(3))
    batch, state = (torch.randn(6, 4), torch.arange(6) % 3), torch.get_rng_state()
    report = gradient_report(model, batch)
    assert [layer.shape for layer in report.layers] == [(6, 8), (6, 8), (6, 8), (6, 3)]
    assert model[0].has_uninitialized_params()
    assert torch.equal(torch.get_rng_state(), state)
    with record_layers(model) as layers:
        model(batch[0]).sum().backward()
    assert len(layers) == 4
    assert layers[0].gradient_norm > 0


@pytest.mark.parametrize(
    "tool",
    [
        lambda model: initialize(model, scheme="he", rng=rng()),
        lambda model: lsuv(model, torch.ones(2, 4)),
        lambda model: range_test(model, [], low=0.1, high=1, steps=2),
        lambda model: parameter_groups(model, weight_decay=0.1),
        lambda model: watch(model),
    ],
)
def test_what_needs_the_weights_of_a_lazy_layer_says_so(tool):
    with pytest.raises(ValueError, match="model must have seen a batch, which its lazy layer '0' waits for"):
        tool(nn.Sequential(nn.LazyLinear(8)))
