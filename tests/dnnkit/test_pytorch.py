"""pytorch on real modules (convolutions, a transformer, a recurrent cell), against torch and the reference."""

import copy
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from torch import nn

from dnnkit import dropout, early_stopping, gradients, initialization, mlp
from dnnkit.pytorch import (
    EarlyStopping,
    InvertedDropout,
    gradient_report,
    initialize,
    parameter_groups,
    record_layers,
)

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def convolutional():
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(inplace=True),
        nn.Conv2d(8, 16, 3, stride=2, groups=2),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(64, 10),
    )


class Transformer(nn.Module):
    """A small classifier of sequences, with a parameter of its own beside its layers."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(30, 16)
        self.position = nn.Parameter(torch.randn(1, 7, 16) / 10)
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2, 32, batch_first=True), 2)
        self.head = nn.Linear(16, 5)

    def forward(self, tokens):
        return self.head(self.encoder(self.embedding(tokens) + self.position).mean(dim=1))


IMAGES = (torch.tensor(rng(1).standard_normal((6, 1, 9, 9)), dtype=torch.float32), torch.arange(6))
TOKENS = (torch.arange(28).reshape(4, 7), torch.arange(4))
REAL = {"convolutional": (convolutional, IMAGES), "transformer": (Transformer, TOKENS)}


def deep(activation, *, layers=12, width=32, classes=10):
    hidden = [module for _ in range(layers) for module in (nn.Linear(width, width), activation())]
    return nn.Sequential(*hidden, nn.Linear(width, classes))


DEEP_BATCH = (torch.tensor(rng(2).standard_normal((16, 32)), dtype=torch.float32), torch.arange(16) % 10)


def hooks_of(model):
    return sum(len(module._forward_hooks) + len(module._backward_hooks) for module in model.modules())


def snapshot(model):
    """All that a look at a model must leave alone."""
    return (
        copy.deepcopy(model.state_dict()),
        [None if p.grad is None else p.grad.clone() for p in model.parameters()],
        [module.training for module in model.modules()],
        torch.get_rng_state(),
        hooks_of(model),
    )


def assert_unchanged(model, before):
    after = snapshot(model)
    torch.testing.assert_close(after, before, rtol=0, atol=0)


# record_layers


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
    assert weighted == ["embedding", *inside, "head"]  # not the network itself, whose position is no layer
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


# gradient_report


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", REAL)
def test_a_look_at_a_real_network_changes_nothing(name, training, capsys):
    make, batch = REAL[name]
    model = make().train(training)
    nn.functional.cross_entropy(model(batch[0]), batch[1]).backward()  # gradients to be left alone
    before = snapshot(model)
    report = gradient_report(model, batch)
    assert_unchanged(model, before)
    assert report.verdict == "stable"
    printed = capsys.readouterr().out
    assert printed == f"{report}\n"
    assert all(layer.name in printed for layer in report.layers)
    assert "stable, " in repr(report)


@pytest.mark.parametrize("failing", ["loss", "model"])
def test_a_look_that_fails_changes_nothing_either(failing):
    model = convolutional()
    before = snapshot(model)
    images = IMAGES[0] if failing == "loss" else IMAGES[0][..., :2]
    with pytest.raises((RuntimeError, ZeroDivisionError)):
        gradient_report(model, (images, IMAGES[1]), loss=lambda out, y: 1 / 0)
    assert_unchanged(model, before)


@pytest.mark.parametrize(
    ("activation", "scheme", "scale", "bias", "verdict", "cause"),
    [
        (nn.Sigmoid, "glorot", 1, 0, "vanishing", "a sigmoid passes a quarter of the gradient at most"),
        (nn.Tanh, "lecun", 1, 5, "vanishing", "12 of 12 activations are flat for over three quarters"),
        (nn.ReLU, "he", 0.4, 0, "vanishing", "forward the signal shrinks too, by 0."),
        (nn.ReLU, "he", 1, 0, "stable", ""),
        (nn.ReLU, "he", 2.5, 0, "exploding", "forward the signal grows too, by 2."),
        (nn.GELU, "he", 1, 0, "stable", ""),
    ],
)
def test_verdict_and_cause_of_deep_networks(activation, scheme, scale, bias, verdict, cause):
    model = deep(activation)
    initialize(model, scheme=scheme, rng=rng(1))
    with torch.no_grad():
        for module in model[::2]:
            module.weight *= scale
            module.bias += bias
    report = gradient_report(model, DEEP_BATCH)
    assert report.verdict == verdict
    assert cause in report.reason
    assert ("flat" in report.reason) == (activation is nn.Tanh)  # a ReLU is off half of the time, and that is no fault
    assert report.loss == pytest.approx(nn.functional.cross_entropy(model(DEEP_BATCH[0]), DEEP_BATCH[1]).item())
    weighted = [layer.gradient_norm for layer in report.layers[::2]]
    assert report.rate == pytest.approx((weighted[0] / weighted[-1]) ** (1 / 12))


def test_a_bottleneck_is_named():
    model = deep(nn.ReLU, layers=6)
    initialize(model, scheme="he", rng=rng(1))
    model[4].weight.data *= 1e-4
    report = gradient_report(model, DEEP_BATCH)
    assert report.verdict == "vanishing"
    assert "most of that happens between 4 and 2, by a factor of" in report.reason


def test_where_nothing_passes_is_named():
    model = deep(nn.ReLU, layers=4)
    nn.init.zeros_(model[-1].weight)
    report = gradient_report(model, DEEP_BATCH)
    assert (report.verdict, report.rate) == ("vanishing", 0.0)
    assert "nothing passes from 8 to 6" in report.reason


def test_few_layers_are_harmless_unless_told_otherwise():
    model = deep(nn.Sigmoid, layers=2)
    assert gradient_report(model, DEEP_BATCH).verdict == "stable"
    report = gradient_report(model, DEEP_BATCH, harmless=2)
    assert report.verdict == "vanishing"
    assert gradient_report(model, DEEP_BATCH, harmless=2, low=0.01).verdict == "stable"


@pytest.mark.parametrize("spoilt", ["weight", "loss", "gradient"])
def test_what_is_not_finite_is_exploding_and_named(spoilt):
    model = deep(nn.ReLU, layers=2)
    losses = {
        "weight": nn.functional.cross_entropy,
        "loss": lambda out, y: (0 * out).sum() + math.inf,
        "gradient": lambda out, y: (out - out.detach()).square().sum(dim=1).sqrt().sum(),
    }
    if spoilt == "weight":
        model[2].weight.data[0, 0] = math.inf
    report = gradient_report(model, DEEP_BATCH, loss=losses[spoilt])
    assert (report.verdict, report.rate) == ("exploding", math.inf)
    where = {"weight": "the output of 2", "loss": "the loss", "gradient": "the gradient at 4"}[spoilt]
    assert report.reason == f"{where} is not finite"
    assert str(report).endswith("is not finite")


def test_relative_gradient_is_that_of_the_weights():
    model, (images, targets) = convolutional().eval(), IMAGES
    report = gradient_report(model, IMAGES)
    nn.functional.cross_entropy(model(images), targets).backward()
    for index, layer in enumerate(report.layers):
        if index in (0, 3, 8):
            weight = model[index].weight
            assert layer.relative_gradient == pytest.approx((weight.grad.norm() / weight.norm()).item(), rel=1e-4)
        else:
            assert math.isnan(layer.relative_gradient)


def test_attention_counts_all_its_projections():
    model = Transformer().eval()
    report = gradient_report(model, TOKENS)
    nn.functional.cross_entropy(model(TOKENS[0]), TOKENS[1]).backward()
    attention = model.encoder.layers[0].self_attn
    both = [attention.in_proj_weight, attention.out_proj.weight]
    expected = math.hypot(*(p.grad.norm().item() for p in both)) / math.hypot(*(p.norm().item() for p in both))
    assert report.layers[1].relative_gradient == pytest.approx(expected, rel=1e-4)


def test_inputs_may_be_several_named_or_not():
    model = nn.Transformer(8, 2, 1, 1, 16, dropout=0.0, batch_first=True)
    sources, targets = torch.randn(2, 3, 8), torch.randn(2, 4, 8)
    by_place = gradient_report(model, ((sources, targets), targets), loss=nn.MSELoss())
    by_name = gradient_report(model, ({"src": sources, "tgt": targets}, targets), loss=nn.MSELoss())
    assert by_place.loss == pytest.approx(by_name.loss)
    assert len(by_place.layers) == len(by_name.layers) > 6


def test_frozen_layers_have_no_gradient_and_the_others_are_judged():
    model = deep(nn.ReLU, layers=4)
    for module in model[:4]:
        module.requires_grad_(False)
    report = gradient_report(model, DEEP_BATCH)
    assert [math.isnan(layer.gradient_norm) for layer in report.layers] == [True] * 4 + [False] * 5
    assert report.verdict == "stable"


def test_a_tiny_gradient_in_float32_is_measured_and_not_zero():
    model = deep(nn.Identity, layers=8)
    for module in model[::2]:
        module.weight.data[:] = torch.eye(*module.weight.shape) * 1e-4
    report = gradient_report(model, DEEP_BATCH)
    assert 0 < report.layers[0].gradient_norm < 1e-30
    assert report.rate == pytest.approx(1e-4, rel=0.3)


# parameter_groups


@pytest.mark.parametrize("name", REAL)
def test_a_step_without_gradients_shrinks_weights_only(name):
    model = REAL[name][0]()
    groups = parameter_groups(model, weight_decay=0.5)
    assert sum(len(group["params"]) for group in groups) == len(list(model.parameters()))
    before = {key: value.detach().clone() for key, value in model.named_parameters()}
    optimizer = torch.optim.AdamW(groups, lr=0.1)
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    for key, value in model.named_parameters():
        norm_or_bias = "bias" in key or "norm" in key or key == "1.weight"
        torch.testing.assert_close(value, before[key] * (1 if norm_or_bias else 0.95))


def test_norms_with_many_axes_frozen_and_shared_parameters():
    model = nn.Sequential(nn.LayerNorm((4, 3)), nn.Flatten(), nn.Linear(12, 12), nn.Linear(12, 12), nn.Linear(12, 2))
    model[3].weight = model[2].weight
    model[4].requires_grad_(False)
    decayed, kept = (group["params"] for group in parameter_groups(model, weight_decay=0.1))
    assert [id(p) for p in decayed] == [id(model[2].weight)]
    expected = {id(p) for p in (*model[0].parameters(), model[2].bias, model[3].bias)}
    assert {id(p) for p in kept} == expected


# initialize


@pytest.mark.parametrize(
    ("scheme", "theirs"),
    [
        ("he", lambda w: nn.init.kaiming_normal_(w, nonlinearity="relu")),
        ("lecun", lambda w: nn.init.kaiming_normal_(w, nonlinearity="linear")),
        ("glorot", nn.init.xavier_normal_),
    ],
)
@pytest.mark.parametrize(
    "make", [lambda: nn.Linear(60, 90), lambda: nn.Conv2d(20, 30, 3), lambda: nn.Conv1d(50, 20, 5)]
)
def test_weights_have_the_distribution_of_torchs_own(make, scheme, theirs):
    ours, reference = make(), make()
    assert initialize(ours, scheme=scheme, rng=rng(1)) == ["weight"]
    theirs(reference.weight)
    a, b = (layer.weight.detach().ravel().numpy() for layer in (ours, reference))
    assert stats.ks_2samp(a, b).pvalue > 1e-3
    assert a.std() == pytest.approx(b.std(), rel=0.05)
    assert not ours.bias.any()


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(16, 32, 5, groups=4),
        nn.ConvTranspose2d(16, 32, 3),
        nn.ConvTranspose1d(32, 16, 5, groups=2),
        nn.Conv3d(4, 8, 3),
    ],
)
def test_lecun_keeps_the_mean_square_through_any_convolution(layer):
    initialize(layer, scheme="lecun", rng=rng(2))
    size = [14] * (layer.weight.ndim - 2)
    with torch.no_grad():
        out = layer(torch.randn(20, layer.in_channels, *size))
    inner = out[(..., *[slice(5, 9)] * len(size))]  # away from the border, where a transposed kernel is cut
    assert inner.square().mean().item() == pytest.approx(1, rel=0.15)


def test_all_weights_of_a_transformer_and_nothing_else():
    model = Transformer()
    nn.init.constant_(model.encoder.layers[0].self_attn.in_proj_bias, 3.0)
    before = copy.deepcopy(model.state_dict())
    names = initialize(model, scheme="glorot", rng=rng(1))
    drawn = ("linear1.weight", "linear2.weight", "in_proj_weight", "out_proj.weight", "head.weight")
    assert names == [key for key in before if key.endswith(drawn)]
    for key, value in model.state_dict().items():
        if key in names:
            assert not torch.equal(value, before[key])
        elif key.endswith("bias"):
            assert not value.any()
        else:
            torch.testing.assert_close(value, before[key], rtol=0, atol=0)
    projection = model.encoder.layers[0].self_attn.in_proj_weight
    assert projection.std().item() == pytest.approx(initialization.init_std(16, 16, scheme="glorot"), rel=0.15)


def test_attention_with_keys_and_values_of_other_sizes():
    attention = nn.MultiheadAttention(64, 4, kdim=16, vdim=256)
    assert len(initialize(attention, scheme="lecun", rng=rng(1))) == 4
    for name, fan_in in (("q", 64), ("k", 16), ("v", 256)):
        weight = getattr(attention, f"{name}_proj_weight")
        assert weight.std().item() == pytest.approx(fan_in**-0.5, rel=0.1)


def test_initialization_repeats_from_a_seed_and_keeps_the_dtype():
    first, second = (nn.Linear(5, 4, dtype=torch.float16) for _ in range(2))
    for model in (first, second):
        initialize(model, scheme="he", rng=rng(7))
    torch.testing.assert_close(first.weight, second.weight, rtol=0, atol=0)
    assert first.weight.dtype == torch.float16
    assert first.weight.requires_grad


def test_a_parametrized_weight_is_left_alone():
    model = nn.utils.parametrizations.weight_norm(nn.Linear(3, 4))
    before = copy.deepcopy(model.state_dict())
    assert initialize(model, scheme="he", rng=rng()) == []
    torch.testing.assert_close(model.state_dict(), before, rtol=0, atol=0)


def test_an_unknown_scheme_is_told_before_anything_changes():
    model = convolutional()
    before = copy.deepcopy(model.state_dict())
    with pytest.raises(ValueError, match="scheme must be one of 'lecun', 'glorot', 'he', got 'xavier'"):
        initialize(model, scheme="xavier", rng=rng())
    torch.testing.assert_close(model.state_dict(), before, rtol=0, atol=0)


# InvertedDropout


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
@pytest.mark.parametrize("keep_prob", [0.3, 0.8])
def test_dropout_is_the_references_with_the_same_mask(keep_prob, dtype):
    layer = InvertedDropout(keep_prob, generator=torch.Generator().manual_seed(1))
    a = torch.tensor(rng(1).standard_normal((40, 30)), dtype=dtype, requires_grad=True)
    y = layer(a)
    mask = y.detach().numpy() != 0
    grad = torch.ones_like(y)
    y.backward(grad)
    reference = dropout.dropout_backward(grad.numpy(), mask, keep_prob)
    assert (y.dtype, y.shape) == (dtype, a.shape)
    np.testing.assert_allclose(a.grad.numpy(), reference, rtol=1e-3 if dtype == torch.float16 else 1e-6)
    np.testing.assert_allclose(y.detach().numpy(), a.detach().numpy() * reference, rtol=2e-3)
    assert stats.binomtest(int(mask.sum()), mask.size, keep_prob).pvalue > 1e-4


def test_dropout_takes_the_place_of_torchs():
    layer = InvertedDropout(0.75)
    a = torch.ones(200, 200)
    kept = [int(torch.count_nonzero(module(a))) for module in (layer, nn.Dropout(0.25))]
    assert stats.chi2_contingency([kept, [a.numel() - n for n in kept]]).pvalue > 1e-4
    torch.manual_seed(3)
    first = layer(a)
    assert not torch.equal(layer(a), first)
    torch.manual_seed(3)
    assert torch.equal(layer(a), first)
    assert layer.eval()(a) is a
    assert repr(nn.Sequential(layer)).endswith("(0): InvertedDropout(keep_prob=0.75)\n)")
    assert InvertedDropout(1)(a).equal(a)
    assert not layer.state_dict()


def test_a_model_with_dropout_can_be_copied():
    copied = copy.deepcopy(nn.Sequential(nn.Linear(2, 2), InvertedDropout(0.5)))
    assert copied[1].keep_prob == 0.5


# EarlyStopping


@settings(max_examples=50, deadline=None)
@given(
    losses=st.lists(st.sampled_from([0.1, 0.2, 0.25, 0.3, 0.5, float("nan"), float("inf")]), min_size=1, max_size=15),
    patience=st.integers(1, 4),
    min_delta=st.sampled_from([0.0, 0.07]),
)
def test_stopping_is_the_references_and_goes_back_to_the_best_state(losses, patience, min_delta):
    model = nn.Linear(1, 1)
    stopping = EarlyStopping(model, patience=patience, min_delta=min_delta)
    for epoch, loss in enumerate(losses):
        nn.init.constant_(model.weight, epoch)
        if stopping.step(loss):
            break
    stopped_at, best_at = early_stopping.stop_epoch(losses, patience=patience, min_delta=min_delta)
    assert (epoch, stopping.best_step) == (stopped_at, best_at)
    if best_at is None:
        assert stopping.best_loss == math.inf
        with pytest.raises(RuntimeError, match="no best state to restore"):
            stopping.restore()
    else:
        assert stopping.best_loss == losses[best_at]
        stopping.restore()
        assert model.weight.item() == best_at


def test_running_statistics_are_restored_with_the_parameters():
    model = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    stopping = EarlyStopping(model, patience=1)
    model(torch.randn(8, 3))
    assert stopping.step(torch.tensor(1.0, requires_grad=True)) is False
    best = copy.deepcopy(model.state_dict())
    model(torch.randn(8, 3) + 5).square().sum().backward()
    optimizer.step()
    assert stopping.step(2.0) is True
    assert not torch.equal(model[1].running_mean, best["1.running_mean"])
    torch.testing.assert_close(stopping.best_state, best, rtol=0, atol=0)
    stopping.restore()
    torch.testing.assert_close(model.state_dict(), best, rtol=0, atol=0)
    model(torch.randn(8, 3))  # the copy is not the model's own
    torch.testing.assert_close(stopping.best_state, best, rtol=0, atol=0)


# the public door


MODEL = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
BATCH = (torch.ones(1, 2), torch.tensor([0]))


def not_a_tensor(outputs, targets):
    return 0.5


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: record_layers("model").__enter__(), TypeError, "model must be a torch.nn.Module, got str"),
        (lambda: gradient_report(nn.Linear, BATCH), TypeError, "model must be a torch.nn.Module, got type"),
        (lambda: gradient_report(MODEL, BATCH[0]), TypeError, r"batch must be a pair \(inputs, targets\), got Tensor"),
        (lambda: gradient_report(MODEL, BATCH, loss="mse"), TypeError, "loss must be callable as loss"),
        (lambda: gradient_report(MODEL, BATCH, loss=not_a_tensor), TypeError, "loss must return a tensor, got float"),
        (lambda: gradient_report(MODEL, BATCH, loss=lambda out, y: out), ValueError, r"one number.*shape \(1, 2\)"),
        (lambda: gradient_report(MODEL, BATCH, loss=lambda out, y: y.sum()), ValueError, "requires_grad=False"),
        (lambda: gradient_report(MODEL, BATCH, harmless=0), ValueError, r"harmless must be in \[1, inf\), got 0"),
        (lambda: gradient_report(MODEL, BATCH, low=2), ValueError, "low must be in"),
        (lambda: gradient_report(MODEL[:1], BATCH), ValueError, "two layers with weights .*, got 1"),
        (lambda: parameter_groups(MODEL, weight_decay=-1), ValueError, r"weight_decay must be in \[0, inf\), got -1"),
        (lambda: parameter_groups([], weight_decay=0.1), TypeError, "model must be a torch.nn.Module, got list"),
        (lambda: initialize(MODEL, scheme="he", rng=0), TypeError, "rng must be a numpy.random.Generator"),
        (lambda: initialize(MODEL, scheme="he"), TypeError, "rng"),
        (lambda: initialize(None, scheme="he", rng=rng()), TypeError, "model must be a torch.nn.Module, got NoneType"),
        (lambda: initialize(nn.Sequential(nn.LazyLinear(2)), scheme="he", rng=rng()), ValueError, "lazy layer '0'"),
        (lambda: InvertedDropout(0), ValueError, r"keep_prob must be in \(0, 1\], got 0"),
        (lambda: InvertedDropout("0.5"), TypeError, "keep_prob must be a real number"),
        (lambda: EarlyStopping(MODEL.parameters(), patience=1), TypeError, "model must be a torch.nn.Module"),
        (lambda: EarlyStopping(MODEL, patience=0), ValueError, "patience must be at least 1, got 0"),
        (lambda: EarlyStopping(MODEL, patience=1, min_delta=-0.1), ValueError, "min_delta must be in"),
        (lambda: EarlyStopping(MODEL, patience=1).step("low"), TypeError, "loss must be a real number, got str 'low'"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
