"""record_layers against torch's own gradients and the reference."""

import math

import numpy as np
import pytest
import torch
from scipy import special, stats
from torch import nn

from dnnkit import gradients, initialization, mlp
from dnnkit.pytorch import gradient_report, record_layers
from dnnkit.pytorch.slopes import steepest
from tests.dnnkit.pytorch.models import IMAGES, TOKENS, Transformer, convolutional, hooks_of, rng

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gradient_norms_are_those_of_the_reference(activation, dtype):
    sizes = [6, 9, 8, 4]
    params = mlp.init(sizes, scheme="he", rng=rng(1), dtype="float64")
    model = nn.Sequential()
    for W, b in params:
        linear = nn.Linear(*W.shape, dtype=dtype)
        linear.weight.data[:], linear.bias.data[:] = torch.tensor(W.T), torch.tensor(b)
        model.extend([linear, ACTIVATIONS[activation]()])
    model = model[:-1]
    x, y = rng(2).standard_normal((5, 6)), np.array([0, 1, 2, 3, 0])
    with record_layers(model) as layers:
        loss = nn.functional.cross_entropy(model(torch.tensor(x, dtype=dtype)), torch.tensor(y))
        assert all(math.isnan(layer.gradient_norm) for layer in layers)
        loss.backward()
    ends = [*layers[1::2], layers[-1]]  # the outputs of the activations, and the logits
    ours = gradients.layer_gradient_norms(params, x, y, activation=activation)
    np.testing.assert_allclose(
        [layer.gradient_norm for layer in ends], ours, rtol=1e-4 if dtype == torch.float32 else 1e-10
    )


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activation_statistics_are_those_of_the_reference(activation):
    weights = [initialization.init_weights(20, 20, scheme="he", rng=rng(seed)) * 2 for seed in range(4)]
    model = nn.Sequential()
    for W in weights:
        linear = nn.Linear(20, 20, bias=False, dtype=torch.float64)
        linear.weight.data[:] = torch.tensor(W.T)
        model.extend([linear, ACTIVATIONS[activation]()])
    x = rng(9).standard_normal((50, 20))
    with record_layers(model) as layers, torch.no_grad():
        model(torch.tensor(x))
    reference = initialization.activation_statistics(weights, x, activation=activation)
    seen = layers[1::2]
    np.testing.assert_allclose([layer.mean for layer in seen], reference.mean, rtol=1e-9)
    np.testing.assert_allclose([layer.std**2 for layer in seen], reference.variance, rtol=1e-9)
    np.testing.assert_allclose([layer.saturated for layer in seen], reference.saturated, rtol=1e-12)
    assert all(math.isnan(layer.saturated) for layer in layers[::2])


def test_layers_of_a_convolutional_network_as_autograd_sees_them():
    model, (images, targets) = convolutional().eval(), IMAGES
    with record_layers(model) as layers:
        nn.functional.cross_entropy(model(images), targets).backward()
    model[2].inplace = False
    outputs, a = [], images
    for module in model:
        a = module(a)
        a.retain_grad()
        outputs.append(a)
    nn.functional.cross_entropy(a, targets).backward()
    assert [layer.name for layer in layers] == [str(index) for index in range(9)]
    for layer, output in zip(layers, outputs):
        assert layer.shape == tuple(output.shape)
        assert layer.mean == pytest.approx(output.mean().item(), abs=1e-6)
        assert layer.std == pytest.approx(output.std(correction=0).item(), rel=1e-5)
        assert layer.gradient_norm == pytest.approx(output.grad.norm().item(), rel=1e-5)
    assert [layer.weighted for layer in layers] == [index in (0, 3, 8) for index in range(9)]


@pytest.mark.parametrize("training", [True, False])
def test_layers_of_a_transformer(training):
    model = Transformer().train(training)
    with record_layers(model) as layers:
        nn.functional.cross_entropy(model(TOKENS[0]), TOKENS[1]).backward()
    weighted = [layer.name for layer in layers if layer.weighted]
    inside = [f"encoder.layers.{i}.{name}" for i in (0, 1) for name in ("self_attn", "linear1", "linear2")]
    assert weighted == ["embedding", *inside, "head"]  # not the network itself, whose position is not a layer
    assert all(layer.gradient_norm > 0 for layer in layers)
    assert layers[1].shape == (4, 7, 16)


def test_a_cell_is_recorded_at_each_step_in_time():
    cell = nn.RNNCell(3, 4)
    h, states = torch.zeros(2, 4), []
    with record_layers(cell) as layers:
        for t in range(5):
            h = cell(torch.full((2, 3), float(t)), h)
            h.retain_grad()
            states.append(h)
        h.square().sum().backward()
    assert [layer.call for layer in layers] == [0, 1, 2, 3, 4]
    assert all(layer.weighted for layer in layers)
    np.testing.assert_allclose([layer.gradient_norm for layer in layers], [s.grad.norm() for s in states], rtol=1e-5)


def test_tuples_dicts_and_integers_among_the_outputs():
    class Named(nn.Module):
        def forward(self, x):
            return {"classes": x.argmax(dim=-1), "scores": 2 * x}

    class Classes(nn.Module):
        def forward(self, x):
            return x["scores"].argmax(dim=-1)

    class LastOnly(nn.Module):
        def forward(self, x):
            return x[0][:, -1]

    model = nn.Sequential(nn.LSTM(3, 4, batch_first=True), LastOnly(), Named(), Classes())
    with record_layers(model) as layers:
        model(torch.randn(2, 5, 3))
    assert [(layer.name, layer.shape) for layer in layers] == [("0", (2, 5, 4)), ("1", (2, 4)), ("2", (2, 4))]


def test_weight_norm_is_seen_as_one_layer():
    model = nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(3, 4, bias=False)), nn.Linear(4, 2))
    report = gradient_report(model, (torch.randn(5, 3), torch.zeros(5, dtype=torch.int64)))
    assert [layer.name for layer in report.layers] == ["0", "1"]
    assert all(layer.weighted and layer.relative_gradient > 0 for layer in report.layers)


@pytest.mark.parametrize("where", ["forward", "context", "backward"])
def test_hooks_are_removed_after_an_error_anywhere(where):
    model = convolutional()
    seen = []

    def fail():
        with record_layers(model) as layers:
            seen.append(hooks_of(model))
            out = model(IMAGES[0] if where != "forward" else torch.randn(2, 3, 9, 9))
            seen.append(len(layers))
            if where == "context":
                raise KeyError(where)
            out.backward()  # not one number

    with pytest.raises(KeyError if where == "context" else RuntimeError):
        fail()
    assert seen == ([9] if where == "forward" else [9, 9])
    assert hooks_of(model) == 0


def test_nothing_is_recorded_after_the_context():
    model = convolutional()
    with record_layers(model) as layers:
        pass
    model(IMAGES[0]).sum().backward()
    assert layers == []
    assert hooks_of(model) == 0


def test_tensor_hooks_are_removed_with_the_context():
    model = nn.Linear(2, 2)
    with record_layers(model) as layers:
        out = model(torch.ones(1, 2))
    out.sum().backward()
    assert math.isnan(layers[0].gradient_norm)


class Shifted(nn.ReLU):
    """A subclass whose values say nothing about its slope."""

    def forward(self, x):
        return super().forward(x) - 0.5


@pytest.mark.parametrize(
    ("module", "slope"),
    [
        (nn.ReLU(), lambda z: z > 0),
        (nn.ReLU(inplace=True), lambda z: z > 0),
        (Shifted(), lambda z: z > 0),
        (nn.ReLU6(), lambda z: (z > 0) & (z < 6)),
        (nn.LeakyReLU(0.01), lambda z: np.where(z > 0, 1, 0.01)),
        (nn.LeakyReLU(0.2), lambda z: np.where(z > 0, 1, 0.2)),
        (nn.Tanh(), lambda z: 1 - np.tanh(z) ** 2),
        (nn.Sigmoid(), lambda z: special.expit(z) * special.expit(-z) * 4),
        (nn.GELU(), lambda z: (stats.norm.cdf(z) + z * stats.norm.pdf(z)) / 1.1289),
        (nn.SiLU(inplace=True), lambda z: special.expit(z) * (1 + z * special.expit(-z)) / 1.0998),
        (nn.ELU(), lambda z: np.where(z > 0, 1, np.exp(np.minimum(z, 0)))),
        (nn.Hardswish(inplace=True), lambda z: np.where(z > 3, 1, np.where(z < -3, 0, z / 3 + 0.5)) / 1.5),
        (nn.Softplus(), special.expit),
    ],
)
def test_saturated_is_the_share_of_small_slopes(module, slope):
    z = rng(3).standard_normal((40, 50)) * 3
    with record_layers(module) as layers:
        module(torch.tensor(z))
    assert layers[0].saturated == pytest.approx((np.abs(slope(z)) < 0.05).mean(), abs=1e-12)


@pytest.mark.parametrize("kind", [nn.GELU, nn.SiLU, nn.Mish, nn.Hardswish, nn.SELU, nn.Hardsigmoid, nn.Tanh])
def test_the_largest_slope_of_each_activation_is_the_one_that_is_found(kind):
    z = torch.linspace(-8, 8, 20001, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(kind()(z).sum(), z)
    assert steepest(kind()) == pytest.approx(slope.abs().max().item(), rel=1e-3)


def test_a_look_at_activations_draws_no_random_numbers():
    model = nn.Sequential(nn.Linear(4, 4), nn.RReLU(), nn.Dropout(0.5), nn.GELU(), nn.Linear(4, 2))
    x = torch.randn(5, 4)
    torch.manual_seed(3)
    expected = model(x)
    torch.manual_seed(3)
    with record_layers(model) as layers:
        assert torch.equal(model(x), expected)
    assert math.isnan(layers[1].saturated)


class Bias(nn.Module):
    def __init__(self):
        super().__init__()
        self.bias, self.offset = nn.Parameter(torch.zeros(1, 4)), nn.Parameter(torch.zeros(1, 1, 4))

    def forward(self, x):
        return x + self.bias + self.offset[0]


def test_a_bias_with_two_axes_makes_no_layer_with_weights():
    model = nn.Sequential(nn.Linear(4, 4), Bias(), nn.Linear(4, 1))
    with record_layers(model) as layers:
        model(torch.randn(3, 4)).sum().backward()
    assert [layer.weighted for layer in layers] == [True, False, True]


def test_a_compiled_model_that_has_run_is_looked_into():
    model = nn.Sequential(nn.Linear(4, 4), nn.ReLU())
    compiled = torch.compile(model, backend="eager")
    compiled(torch.ones(2, 4))
    with record_layers(compiled) as layers:
        model(torch.ones(2, 4)).sum().backward()
    assert [layer.name for layer in layers] == ["0", "1"]
    assert layers[1].gradient_norm > 0


def test_hooks_of_the_users_own_stay_and_see_what_they_saw():
    model, seen = convolutional(), []
    model[0].register_forward_hook(lambda module, inputs, output: seen.append(output.shape))
    with record_layers(model):
        model(IMAGES[0])
    assert (len(seen), hooks_of(model)) == (1, 1)


def test_packed_sequences_are_recorded():
    packed = nn.utils.rnn.pack_padded_sequence(torch.randn(5, 2, 3), [5, 2])
    model = nn.GRU(3, 4)
    with record_layers(model) as layers:
        model(packed)[0].data.sum().backward()
    assert (layers[0].shape, layers[0].label) == ((7, 4), "GRU")
    assert layers[0].gradient_norm == pytest.approx(28**0.5)
