"""Gradients through the steps in time of recurrent networks, against autograd."""

import json
import math

import numpy as np
import pytest
import torch
from torch import nn

from dnnkit.pytorch import gradient_report
from tests.dnnkit.pytorch.models import rng
from tests.dnnkit.pytorch.structures import Recurrent

STEPS = 200
LABELS = torch.arange(6) % 4


def sequence(steps=STEPS, batch=6, width=8):
    return torch.tensor(rng(4).standard_normal((steps, batch, width)), dtype=torch.float32)


def keeping(layer):
    """A recurrent layer that forgets nothing: a gate held open, or an identity."""
    hidden = layer.hidden_size
    with torch.no_grad():
        if not isinstance(layer, nn.RNN):
            layer.bias_ih_l0[hidden : 2 * hidden] = 6.0
        else:
            layer.weight_hh_l0.copy_(torch.eye(hidden))
            layer.weight_ih_l0.abs_()
    return layer


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
@pytest.mark.parametrize("batch_first", [False, True])
def test_a_network_that_forgets_is_not_called_stable(kind, batch_first):
    model = Recurrent(kind(8, 16, batch_first=batch_first))
    x = sequence().transpose(0, 1) if batch_first else sequence()
    report = gradient_report(model, (x, LABELS))
    assert report.verdict == "vanishing"
    assert report.reason.startswith("through time, over the 200 steps of layer, the gradient is ")
    (statistics,) = report.time
    assert (statistics.steps, statistics.kind) == (STEPS, kind.__name__)
    assert 0.2 < report.rate == statistics.rate < 0.9


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_a_network_that_forgets_nothing_is_stable(kind):
    options = {"nonlinearity": "relu"} if kind is nn.RNN else {}
    report = gradient_report(Recurrent(keeping(kind(8, 16, **options))), (sequence(), LABELS))
    assert report.verdict == "stable"
    assert report.time[0].change > 1e-3


def test_change_and_rate_are_those_of_autograd():
    model = Recurrent(nn.RNN(8, 16, num_layers=2, dtype=torch.float64)).double()
    x = sequence(30).double().requires_grad_()
    nn.functional.cross_entropy(model(x), LABELS).backward()
    norms = x.grad.norm(dim=(1, 2))
    (found,) = gradient_report(model, (x.detach(), LABELS)).time
    assert found.change == pytest.approx((norms[0] / norms[-1]).item(), rel=1e-9)
    assert found.rate == pytest.approx((norms[0] / norms[-1]).item() ** (1 / 29), rel=1e-9)


def test_a_sequence_that_has_a_gradient_already_and_is_used_twice():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.rnn, self.head = nn.Linear(8, 8), nn.RNN(8, 8), nn.Linear(8, 4)

        def forward(self, x):
            z = self.embed(x)
            return self.head(self.rnn(input=z)[0][-1] + z.mean(dim=0))  # which alone would hide what is forgotten

    assert gradient_report(Twice(), (sequence(), LABELS)).verdict == "vanishing"


def test_what_exploded_through_time_is_told():
    model = Recurrent(nn.RNN(8, 16, nonlinearity="relu"))
    with torch.no_grad():
        model.layer.weight_hh_l0.copy_(torch.eye(16) * 1.1)
        model.layer.weight_ih_l0.abs_()
    report = gradient_report(model, (sequence(), LABELS))
    assert (report.verdict, report.rate) == ("exploding", pytest.approx(1.1, abs=0.02))


@pytest.mark.parametrize("enforce_sorted", [True, False])
def test_packed_sequences_are_judged_by_the_longest(enforce_sorted):
    lengths = [200, 150, 12, 3, 200, 11]
    x = sequence()
    order = sorted(range(6), key=lambda k: -lengths[k]) if enforce_sorted else range(6)
    packed = nn.utils.rnn.pack_padded_sequence(
        x[:, list(order)], [lengths[k] for k in order], enforce_sorted=enforce_sorted
    )
    model = Recurrent(nn.LSTM(8, 16))
    report = gradient_report(model, (packed, LABELS))
    assert report.verdict == "vanishing"  # although short sequences bring a gradient to the first steps
    assert report.time[0].steps == 200
    assert gradient_report(Recurrent(keeping(nn.LSTM(8, 16))), (packed, LABELS)).verdict == "stable"


def test_padding_after_the_end_of_a_sequence_is_no_sign_of_anything():
    class Padded(Recurrent):
        def forward(self, x):
            outputs, _ = self.layer(x)
            return self.head(outputs[torch.tensor([150, 40, 149, 30, 150, 20]), torch.arange(6)])

    report = gradient_report(Padded(keeping(nn.LSTM(8, 16))), (sequence(), LABELS))
    assert (report.verdict, report.time[0].steps) == ("stable", 151)
    report = gradient_report(Padded(nn.LSTM(8, 16)), (sequence(), LABELS))
    assert (report.verdict, report.time[0].steps) == ("vanishing", 151)


@pytest.mark.parametrize(("read", "verdict"), [("last", "vanishing"), ("ends", "vanishing"), ("all", "stable")])
def test_both_directions(read, verdict):
    model = Recurrent(nn.LSTM(8, 16, bidirectional=True), read=read)
    report = gradient_report(model, (sequence(), LABELS))
    assert report.verdict == verdict
    assert "the 200 steps" in report.reason


class Cells(nn.Module):
    """A loop over a cell, or over linear layers; the head reads the last state."""

    def __init__(self, kind):
        super().__init__()
        self.cell = kind(8, 16) if kind is not nn.Linear else None
        self.read, self.turn, self.head = nn.Linear(8, 16), nn.Linear(16, 16), nn.Linear(16, 4)

    def forward(self, x):
        state = torch.zeros(x.shape[1], 16)
        state = (state, state) if isinstance(self.cell, nn.LSTMCell) else state
        for row in x:
            state = torch.tanh(self.read(row) + self.turn(state)) if self.cell is None else self.cell(row, state)
        return self.head(state[0] if isinstance(state, tuple) else state)


@pytest.mark.parametrize("kind", [nn.RNNCell, nn.LSTMCell, nn.GRUCell, nn.Linear])
def test_a_loop_over_a_cell(kind):
    report = gradient_report(Cells(kind), (sequence(100), LABELS))
    assert report.verdict == "vanishing"
    assert max(item.steps for item in report.time) == 100


def test_a_loop_whose_cell_forgets_little_at_a_time():
    model = Cells(nn.Linear)
    with torch.no_grad():
        model.turn.weight.copy_(torch.eye(16) * 0.95)
        model.read.weight *= 0.01
        model.turn.bias.zero_()
        model.read.bias.zero_()
    report = gradient_report(model, (sequence(), LABELS))
    assert (report.verdict, report.rate) == ("vanishing", pytest.approx(0.95, abs=0.03))
    model.turn.weight.data.copy_(torch.eye(16))
    assert gradient_report(model, (sequence(), LABELS)).verdict == "stable"


def test_few_steps_are_no_matter_of_time():
    report = gradient_report(Recurrent(nn.LSTM(8, 16)), (sequence(5), LABELS))
    assert (report.verdict, report.time) == ("stable", [])


def test_one_sequence_without_a_batch_axis():
    model = Recurrent(nn.LSTM(8, 16))
    report = gradient_report(model, (sequence()[:, 0], torch.tensor(1)))
    assert (report.verdict, report.time[0].steps) == ("vanishing", STEPS)


def test_what_underflows_is_nothing_and_has_a_rate():
    model = Recurrent(nn.RNN(8, 16))
    model.layer.weight_hh_l0.data *= 0.1
    report = gradient_report(model, (sequence(), LABELS))
    assert "the gradient is 0 in float32 at the first as at the last" in report.reason
    assert 0 < report.rate < 0.2
    found = json.loads(json.dumps(report.to_dict(), allow_nan=False))["time"]
    assert found == [{"name": "layer", "kind": "RNN", "steps": 200, "change": 0.0, "rate": report.rate}]


def test_the_numbers_of_a_pass_stay_what_they_are():
    model, seen = Recurrent(nn.LSTM(8, 16, dropout=0.5, num_layers=2)), []
    loss = lambda out, y: seen.append(out.detach()) or nn.functional.cross_entropy(out, y)  # noqa: E731
    torch.manual_seed(3)
    report = gradient_report(model, (sequence(20), LABELS), loss=loss)
    np.testing.assert_array_equal(seen[0], model(sequence(20)).detach())
    assert math.isfinite(report.loss)
