"""parameter_groups against AdamW."""

import pytest
import torch
from torch import nn

from dnnkit.pytorch import parameter_groups
from tests.dnnkit.pytorch.models import REAL, convolutional
from tests.dnnkit.pytorch.structures import GPT, ViT


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


def named(groups):
    return {group["name"]: set(group["param_names"]) for group in groups}


def test_groups_have_names_that_an_optimizer_keeps():
    model = convolutional()
    groups = parameter_groups(model, weight_decay=0.1)
    parameters = dict(model.named_parameters())
    for group in groups:
        assert [id(p) for p in group["params"]] == [id(parameters[name]) for name in group["param_names"]]
    assert named(groups)["decay"] == {"0.weight", "3.weight", "8.weight"}
    saved = torch.optim.AdamW(groups).state_dict()["param_groups"]
    assert [group["param_names"] for group in saved] == [group["param_names"] for group in groups]


class Biased(nn.Module):
    def __init__(self):
        super().__init__()
        self.bias, self.gain = nn.Parameter(torch.zeros(1, 4)), nn.Parameter(torch.ones(4, 1, 1))
        self.relative_position_bias_table = nn.Parameter(torch.zeros(9, 2))
        self.kernel, self.weight = nn.Parameter(torch.ones(4, 3)), nn.Parameter(torch.ones(1, 4))
        self.attention = nn.MultiheadAttention(4, 2, add_bias_kv=True)
        self.head, self.rnn = nn.Linear(4, 1), nn.GRU(4, 1)
        self.prelu, self.instance = nn.PReLU(4), nn.InstanceNorm1d(4, affine=True)


def test_biases_and_gains_of_any_shape_do_not_decay_and_weights_of_one_output_do():
    assert named(parameter_groups(Biased(), weight_decay=0.1))["decay"] == {
        "kernel",
        "weight",
        "attention.in_proj_weight",
        "attention.out_proj.weight",
        "head.weight",
        "rnn.weight_ih_l0",
        "rnn.weight_hh_l0",
    }


@pytest.mark.parametrize("wrap", [lambda m: m, nn.Sequential, lambda m: torch.compile(m, backend="eager")])
def test_what_a_model_says_should_not_decay_does_not(wrap):
    found = named(parameter_groups(wrap(ViT()), weight_decay=0.1))
    names = {name.rpartition("0.")[2] if name.endswith("_embed") else name for name in found["no_decay"]}
    assert {"pos_embed"} <= names
    assert not any("_orig_mod" in name for name in found["decay"])
    model = ViT()
    model.no_weight_decay = lambda: ["blocks.*.mlp.2.weight"]
    found = named(parameter_groups(nn.Sequential(model), weight_decay=0.1))
    assert {"0.blocks.0.mlp.2.weight", "0.blocks.5.mlp.2.weight"} <= found["no_decay"]
    assert {"0.blocks.0.mlp.0.weight", "0.pos_embed"} <= found["decay"]


def test_a_predicate_decides_alone_and_once_for_each_parameter():
    model, asked = GPT(), []
    groups = parameter_groups(
        model, weight_decay=0.1, decays=lambda name, p: asked.append(name) or name.endswith("c_fc.0.bias")
    )
    assert named(groups)["decay"] == {"c_fc.0.bias"}
    assert asked == [name for name, _ in model.named_parameters()]
    with pytest.raises(TypeError, match=r"decays\('wte.weight', parameter\) must be True or False, got NoneType"):
        parameter_groups(model, weight_decay=0.1, decays=lambda name, p: None)


def test_a_shared_parameter_is_there_once_and_undecayed_if_one_of_its_places_is():
    model = GPT()
    groups = parameter_groups(model, weight_decay=0.1)
    names = [name for group in groups for name in group["param_names"]]
    assert sorted(names) == sorted(name for name, _ in model.named_parameters())
    assert "wte.weight" in groups[0]["param_names"]
    model.no_weight_decay = lambda: {"lm_head.weight"}
    assert "wte.weight" in parameter_groups(model, weight_decay=0.1)[1]["param_names"]


def test_weight_norm_decays_what_makes_the_weight_small():
    model = nn.utils.parametrizations.weight_norm(nn.Linear(3, 4))
    groups = parameter_groups(model, weight_decay=0.5)
    before = model.weight.detach().clone()
    optimizer = torch.optim.AdamW(groups, lr=0.1)
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    torch.testing.assert_close(model.weight, 0.95 * before)


def test_a_model_without_parameters_or_without_values():
    assert [group["params"] for group in parameter_groups(nn.ReLU(), weight_decay=0.1)] == [[], []]
    assert named(parameter_groups(nn.Linear(2, 2, device="meta"), weight_decay=0.1))["decay"] == {"weight"}
