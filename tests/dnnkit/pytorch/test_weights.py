"""initialize and lsuv, by distribution and by their effect on a batch."""

import copy
import math

import numpy as np
import pytest
import torch
from scipy import stats
from torch import nn

from dnnkit import initialization
from dnnkit.pytorch import initialize, lsuv, record_layers
from tests.dnnkit.pytorch.models import IMAGES, TOKENS, Transformer, assert_unchanged, convolutional, rng, snapshot
from tests.dnnkit.pytorch.structures import GPT


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


def test_tied_embeddings_are_not_drawn_and_conv1d_has_its_fans():
    model = GPT(width=64)
    before = copy.deepcopy(model.state_dict())
    names = initialize(model, scheme="lecun", rng=rng(1))
    assert names == [f"{kind}.{k}.weight" for kind in ("c_fc", "c_proj") for k in range(3)]
    assert names.left == {"lm_head.weight": "tied to wte.weight"}
    torch.testing.assert_close(model.wte.weight, before["wte.weight"], rtol=0, atol=0)
    for name, fan_in in (("c_fc.0.weight", 64), ("c_proj.0.weight", 256)):
        assert model.get_parameter(name).std().item() == pytest.approx(fan_in**-0.5, rel=0.05)
    assert str(names).endswith("left alone: lm_head.weight (tied to wte.weight)")


def test_layers_that_share_a_weight_draw_it_once():
    model = nn.Sequential(nn.Linear(5, 5), nn.Linear(5, 5))
    model[1].weight = model[0].weight
    assert initialize(model, scheme="he", rng=rng(1)) == ["0.weight"]
    expected = rng(1).normal(0, math.sqrt(2 / 5), (5, 5))
    np.testing.assert_allclose(model[1].weight.detach().numpy(), expected, rtol=1e-6)


def test_frozen_weights_are_left_alone_and_that_is_said():
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3), nn.Linear(3, 2))
    model[0].requires_grad_(False)
    model[2].bias.requires_grad_(False)
    before = copy.deepcopy(model.state_dict())
    names = initialize(model, scheme="he", rng=rng())
    assert names == ["1.weight", "2.weight"]
    assert names.to_dict() == {"changed": names, "left": {"0.weight": "frozen"}}
    for name in ("0.weight", "0.bias", "2.bias"):
        torch.testing.assert_close(model.state_dict()[name], before[name], rtol=0, atol=0)
    assert not model[1].bias.any()
    assert lsuv(model, torch.randn(50, 3)).left == {"0.weight": "frozen"}


@pytest.mark.filterwarnings("ignore:.*weight_norm.* is deprecated:FutureWarning")
@pytest.mark.parametrize(
    "parametrize",
    [nn.utils.parametrizations.weight_norm, nn.utils.weight_norm, nn.utils.parametrizations.orthogonal],
)
def test_a_weight_that_is_computed_is_left_alone_and_that_is_said(parametrize):
    model = nn.Sequential(parametrize(nn.Linear(3, 3)), nn.Linear(3, 2))
    before = model[0].weight.detach().clone()
    names = initialize(model, scheme="he", rng=rng())
    assert (names, names.left) == (["1.weight"], {"0.weight": "computed from other parameters"})
    torch.testing.assert_close(model[0].weight, before, rtol=0, atol=0)


def test_a_compiled_or_parallel_model_is_initialized_like_the_plain_one():
    for wrap in (nn.DataParallel, lambda m: torch.compile(m, backend="eager")):
        plain, inner = nn.Sequential(nn.Linear(3, 4)), nn.Sequential(nn.Linear(3, 4))
        wrapped = wrap(inner)
        wrapped(torch.ones(1, 3))
        assert initialize(plain, scheme="he", rng=rng(1)) == initialize(wrapped, scheme="he", rng=rng(1))
        assert torch.equal(plain[0].weight, inner[0].weight)


def test_nothing_to_draw():
    assert initialize(nn.ReLU(), scheme="he", rng=rng()) == []
    assert str(initialize(nn.Embedding(3, 2), scheme="he", rng=rng())) == "changed: none"


# lsuv


def test_lsuv_is_the_references_without_biases():
    weights = [initialization.init_weights(12, 12, scheme="he", rng=rng(seed)) * 3 for seed in range(4)]
    x = rng(9).standard_normal((50, 12))
    model = nn.Sequential()
    for W in weights:
        linear = nn.Linear(12, 12, bias=False, dtype=torch.float64)
        linear.weight.data[:] = torch.tensor(W.T)
        model.extend([linear, nn.Tanh()])
    expected = initialization.lsuv(weights, x, activation="tanh")
    assert lsuv(model, torch.tensor(x)) == ["0.weight", "2.weight", "4.weight", "6.weight"]
    for module, W in zip(model[::2], expected):
        np.testing.assert_allclose(module.weight.detach().numpy().T, W, rtol=1e-9)


@pytest.mark.parametrize(("make", "inputs"), [(convolutional, IMAGES[0]), (GPT, torch.arange(32).reshape(2, 16))])
def test_each_layer_has_variance_one(make, inputs):
    model = make()
    names = lsuv(model, inputs)
    assert len(names) == (3 if make is convolutional else 6)
    state = torch.get_rng_state()
    with record_layers(model) as layers, torch.no_grad():
        model(inputs)
    for layer in layers:
        if f"{layer.name}.weight" in names:
            assert layer.std**2 == pytest.approx(1, abs=1e-5)
    torch.set_rng_state(state)


def test_lsuv_changes_nothing_but_the_weights_and_biases():
    model = convolutional()
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    before = snapshot(model)
    names = lsuv(model, IMAGES[0])
    after = snapshot(model)
    assert not any(torch.equal(before[0].pop(name), after[0].pop(name)) for name in names)
    for name in names:
        assert not after[0].pop(name.replace("weight", "bias")).any()
        del before[0][name.replace("weight", "bias")]
    torch.testing.assert_close(after, before, rtol=0, atol=0)


def test_attention_never_calls_its_projections_and_a_layer_may_not_be_called():
    model = Transformer()
    model.spare = nn.Linear(2, 2)
    names = lsuv(model, TOKENS[0])
    assert names.left["spare.weight"] == "not called by itself"
    assert names.left["encoder.layers.0.self_attn.in_proj_weight"] == "not called by itself"
    assert "head.weight" in names


def test_an_output_that_does_not_vary_is_named_and_nothing_changes():
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    model[1].weight.data.zero_()
    x = torch.randn(9, 3)
    before = snapshot(model)
    with pytest.raises(ValueError, match="inputs must make the output of '1.weight' vary, got standard deviation 0"):
        lsuv(model, x)
    assert_unchanged(model, before)


def test_a_layer_that_standardizes_its_weights_is_left_alone():
    class Standardized(nn.Linear):
        def forward(self, x):
            weight = self.weight - self.weight.mean(dim=1, keepdim=True)
            return nn.functional.linear(x, 5 * weight / weight.std(dim=1, keepdim=True), self.bias)

    model = nn.Sequential(Standardized(4, 4), nn.Linear(4, 4))
    before = copy.deepcopy(model[0].state_dict())
    names = lsuv(model, torch.randn(50, 4))
    assert (names, names.left) == (["1.weight"], {"0.weight": "its output does not follow the size of its weights"})
    torch.testing.assert_close(model[0].state_dict(), before, rtol=0, atol=0)
