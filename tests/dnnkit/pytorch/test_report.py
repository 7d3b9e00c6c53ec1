"""gradient_report: its verdicts, causes and numbers."""

import collections
import dataclasses
import json
import math

import pytest
import torch
from bs4 import BeautifulSoup
from torch import nn

from dnnkit.pytorch import gradient_report, initialize
from tests.dnnkit.pytorch.models import (
    DEEP_BATCH,
    IMAGES,
    REAL,
    TOKENS,
    Transformer,
    assert_unchanged,
    convolutional,
    deep,
    rng,
    snapshot,
)
from tests.dnnkit.pytorch.structures import GPT, LayerScale, Recurrent, ResNet, ViT


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
    assert capsys.readouterr().out == ""  # it speaks when it is asked
    assert all(layer.name in str(report) for layer in report.layers)
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
        (nn.Sigmoid, "glorot", 1, 0, "vanishing", "a sigmoid passes at most a quarter of the gradient"),
        (nn.Tanh, "lecun", 1, 5, "vanishing", "12 of 12 activations are flat for over three quarters"),
        (nn.ReLU, "he", 0.4, 0, "vanishing", "going forward, the signal shrinks too, by 0."),
        (nn.ReLU, "he", 1, 0, "stable", ""),
        (nn.ReLU, "he", 2.5, 0, "exploding", "going forward, the signal grows too, by 2."),
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
    assert ("flat" in report.reason) == (activation is nn.Tanh)  # a ReLU is off half of the time, which is no fault
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


# structures that people use, as they start


IMAGES64 = (torch.tensor(rng(5).standard_normal((8, 3, 64, 64)), dtype=torch.float32), torch.arange(8))
IMAGES16 = (torch.tensor(rng(5).standard_normal((8, 3, 16, 16)), dtype=torch.float32), torch.arange(8))


@pytest.mark.parametrize("zero", [False, True])
def test_a_resnet_of_fifty_layers_is_stable(zero):
    report = gradient_report(ResNet(width=16, zero=zero), IMAGES64)
    assert report.verdict == "stable"
    behind = {layer.name: layer.norm.name for layer in report.layers if layer.norm}
    assert len(behind) == 53  # each convolution, and not the head
    assert behind["stages.0.conv3"] == "stages.0.bn3"
    assert behind["stages.0.downsample.0"] == "stages.0.downsample.1"
    said = "gains start at zero, and let little pass in the first step: stages.0.bn3.weight, stages.1.bn3.weight and 14"
    assert any(note.startswith(said) for note in report.notes) == zero


def test_a_norm_behind_an_activation_counts_and_one_behind_a_sum_does_not():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.act, self.norm_a = nn.Linear(8, 8), nn.ReLU(inplace=True), nn.LayerNorm(8)
            self.b, self.norm_b, self.head = nn.Linear(8, 8), nn.LayerNorm(8), nn.Linear(8, 3)

        def forward(self, x):
            x = self.norm_a(self.act(self.a(x)))
            return self.head(self.norm_b(x + self.b(x)))

    report = gradient_report(Net(), (torch.randn(6, 8), torch.arange(6) % 3))
    assert {layer.name: layer.norm and layer.norm.name for layer in report.layers if layer.weighted} == {
        "a": "norm_a",
        "b": None,
        "head": None,
    }
    a, *_ = report.layers
    assert a.compared_gradient == report.layers[2].gradient_norm != a.gradient_norm


def test_scaled_weights_in_front_of_norms_change_no_verdict():
    layers = [m for _ in range(8) for m in (nn.Linear(32, 32, bias=False), nn.LayerNorm(32), nn.GELU())]
    model = nn.Sequential(*layers, nn.Linear(32, 10))
    before = gradient_report(model, DEEP_BATCH)
    for module in model[:-1:3]:
        module.weight.data *= 30
    after = gradient_report(model, DEEP_BATCH)
    assert (after.verdict, after.rate) == ("stable", pytest.approx(before.rate, rel=1e-3))


@pytest.mark.parametrize(("head", "word"), [(0.0, "start at zero"), (1e-4, "start close to zero"), (1.0, "")])
def test_a_head_that_starts_at_zero_is_named_and_is_no_fault(head, word):
    report = gradient_report(ViT(head=head), IMAGES16)
    assert report.verdict == "stable"
    assert ("with head as if no longer close to zero" in report.reason) == bool(word)
    assert [note for note in report.notes if "head" in note] == (
        [f"a head's weights {word}, and let little pass in the first step: head"] if word else []
    )
    if not head:
        assert report.layers[0].gradient_norm == 0  # the table shows what is
    assert 0.5 < report.rate < 1.5


def test_gains_next_to_zero_on_the_only_way_are_excused():
    class Only(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.gain = nn.Linear(32, 32), LayerScale(32, 1e-6)
            self.last = nn.Linear(32, 10)

        def forward(self, x):
            return self.last(self.gain(self.first(x)))

    report = gradient_report(Only(), DEEP_BATCH)
    assert report.verdict == "stable"
    assert "with gain.gamma as if no longer close to zero" in report.reason
    report = gradient_report(ViT(start=1e-5, head=1.0), IMAGES16)  # patches reach the class token only through gains
    assert (report.verdict, "as if" in report.reason) == ("stable", True)


@pytest.mark.parametrize("activation", [nn.ReLU, nn.Sigmoid, nn.Tanh])
@pytest.mark.parametrize("scale", [0.0, 1e-3])
def test_weights_next_to_zero_throughout_are_a_fault(activation, scale):
    model = deep(activation, layers=5)
    with torch.no_grad():
        for module in model[::2]:
            module.weight *= scale
            module.bias.zero_()
    assert gradient_report(model, DEEP_BATCH).verdict == "vanishing"


def test_gains_at_zero_one_after_the_other_are_a_fault():
    layers = [m for _ in range(4) for m in (nn.Linear(32, 32), nn.BatchNorm1d(32), nn.ReLU())]
    model = nn.Sequential(*layers, nn.Linear(32, 10))
    for norm in model[1:-1:3]:
        nn.init.zeros_(norm.weight)
    assert gradient_report(model, DEEP_BATCH).verdict == "vanishing"


def test_a_dead_network_is_named():
    model = deep(nn.ReLU, layers=4)
    model[6].bias.data[:] = -100.0
    report = gradient_report(model, DEEP_BATCH)
    assert (report.verdict, report.rate) == ("vanishing", 0.0)
    assert "nothing passes from 8 to 6" in report.reason


def test_very_many_layers_that_each_take_little_are_told():
    model = deep(nn.Identity, layers=300, width=32)
    for module in model[::2]:
        module.weight.data = torch.eye(*module.weight.shape) * 0.95
    report = gradient_report(model, DEEP_BATCH)
    assert report.rate == pytest.approx(0.95, abs=0.01)
    assert report.verdict == "vanishing"


def test_a_language_model_with_tied_embeddings_is_stable():
    tokens = torch.arange(32).reshape(2, 16)
    report = gradient_report(GPT(), (tokens, tokens), loss=nn.functional.cross_entropy)
    assert report.verdict == "stable"
    assert [row["kind"] for row in report.rows if row["weighted"]].count("Conv1D") == 6


# permitted inputs


def test_what_wraps_a_model_is_looked_through():
    plain = deep(nn.ReLU, layers=3)
    expected = gradient_report(plain, DEEP_BATCH).to_dict()
    compiled = torch.compile(plain, backend="eager")
    compiled(DEEP_BATCH[0])
    assert gradient_report(compiled, DEEP_BATCH).to_dict() == expected
    assert gradient_report(nn.DataParallel(plain), DEEP_BATCH).to_dict() == expected
    assert gradient_report(torch.compile(nn.DataParallel(plain), backend="eager"), DEEP_BATCH).to_dict() == expected


def test_parts_that_were_compiled_are_looked_through():
    model, inner = deep(nn.ReLU, layers=3), deep(nn.ReLU, layers=3)
    inner.load_state_dict(model.state_dict())
    expected = gradient_report(nn.Sequential(model), DEEP_BATCH).to_dict()
    whole = nn.Sequential(torch.compile(inner, backend="eager"))
    whole(DEEP_BATCH[0])
    assert gradient_report(whole, DEEP_BATCH).to_dict() == expected
    model.compile(backend="eager")
    model(DEEP_BATCH[0])
    assert gradient_report(nn.Sequential(model), DEEP_BATCH).to_dict() == expected


def test_what_cannot_be_looked_into_says_so():
    with pytest.raises(ValueError, match="model must hold values, got 'weight' on the meta device"):
        gradient_report(nn.Linear(2, 2, device="meta"), (torch.ones(1, 2), torch.tensor([0])))
    with pytest.raises(TypeError, match=r"loss must return a tensor, got tuple \(several losses have to be added up\)"):
        gradient_report(deep(nn.ReLU, layers=2), DEEP_BATCH, loss=lambda out, y: (out.sum(), out.mean()))
    with pytest.raises(ValueError, match="no parameter of the model gets a gradient"):
        gradient_report(Recurrent(nn.RNN(4, 4)).requires_grad_(False), (torch.randn(5, 2, 4), torch.zeros(2).long()))


Point = collections.namedtuple("Point", "x y")
Outputs = dataclasses.make_dataclass("Outputs", ["logits", "hidden"])


class Structured(nn.Module):
    """Takes a named tuple, and returns a dataclass that holds a dict and a list."""

    def __init__(self):
        super().__init__()
        self.first, self.inner, self.last = nn.Linear(32, 32), nn.Identity(), nn.Linear(32, 10)

    def forward(self, point):
        found = self.inner(Outputs({"none": None, "scores": self.first(point.x + point.y)}, []))
        return {"logits": self.last(found.logits["scores"])}


def test_named_tuples_dataclasses_and_mappings():
    x, y = DEEP_BATCH
    loss = lambda out, targets: nn.functional.cross_entropy(out["logits"], targets)  # noqa: E731
    report = gradient_report(Structured(), Point(Point(x, x), y), loss=loss)
    assert [layer.shape for layer in report.layers] == [(16, 32), (16, 32), (16, 10)]
    report = gradient_report(Structured(), (collections.UserDict(point=Point(x, x)), y), loss=loss)
    assert report.verdict == "stable"


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_gradients_are_had_where_they_are_switched_off(mode):
    model = deep(nn.ReLU, layers=2)
    expected = gradient_report(model, DEEP_BATCH).to_dict()
    with mode():
        assert gradient_report(model, DEEP_BATCH).to_dict() == expected


def test_half_precision_is_measured_like_single():
    model = deep(nn.ReLU, layers=6)
    single = gradient_report(model, DEEP_BATCH)
    half = gradient_report(model.bfloat16(), (DEEP_BATCH[0].bfloat16(), DEEP_BATCH[1]))
    assert half.rate == pytest.approx(single.rate, rel=0.05)


def test_frozen_parameters_are_said():
    model = deep(nn.ReLU, layers=4)
    model[0].requires_grad_(False)
    assert gradient_report(model, DEEP_BATCH).notes == ["frozen: 0.weight, 0.bias"]


# data


def test_a_report_is_data_that_json_takes():
    report = gradient_report(convolutional(), IMAGES)
    found = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert found["verdict"] == report.verdict
    assert found["layers"] == json.loads(json.dumps(report.rows))
    assert found["layers"][0]["norm"] == "1"
    assert found["layers"][1]["factor"] is None
    weighted = [row for row in report.rows if row["weighted"]]
    for row, layer, above in zip(weighted, [report.layers[0], report.layers[3]], [report.layers[3], report.layers[8]]):
        assert row["factor"] == pytest.approx(layer.compared_gradient / above.compared_gradient)
    model = deep(nn.ReLU, layers=2)
    model[2].weight.data[0, 0] = math.inf
    found = json.loads(json.dumps(gradient_report(model, DEEP_BATCH).to_dict(), allow_nan=False))
    assert found["rate"] == "inf"


def test_a_notebook_shows_a_table_and_no_tags_of_a_name():
    model = nn.Sequential(collections.OrderedDict({"<b>first</b>": nn.Linear(2, 2), "last": nn.Linear(2, 2)}))
    page = gradient_report(model, (torch.ones(1, 2), torch.tensor([0])))._repr_html_()
    found = BeautifulSoup(page, "html.parser")
    assert [row.td.get_text() for row in found.select("tbody tr")] == ["<b>first</b>", "last"]
    assert found.caption.get_text().startswith("stable: ")
    assert not found.select("b")
