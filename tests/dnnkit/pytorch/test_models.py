"""Models of torchvision and timm as they start, with random weights: nothing is downloaded.

Marked `models`. Both packages are in the extra of that name; if they are missing, these tests are skipped with a
message, and in continuous integration that is an error.
"""

import functools
import importlib
import os

import numpy as np
import pytest
import torch
from torch import nn

from dnnkit.pytorch import gradient_report, initialize, lsuv, parameter_groups, record_layers, watch
from tests.dnnkit.pytorch.models import assert_unchanged, rng, snapshot

pytestmark = pytest.mark.models


@functools.cache
def package(name):
    """The package, ready to make models."""
    try:
        importlib.import_module("torchvision")
    except ImportError:
        pass  # reported below, for the requested package
    except RuntimeError as error:
        # Built for another accelerator than torch, it cannot load its operators, and it stumbles over two that it
        # describes all the same. No model here uses one.
        if "torchvision::" not in str(error):
            raise
        library = torch.library.Library("torchvision", "FRAGMENT")
        for operator in ("nms", "qnms"):
            library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    try:
        return importlib.import_module(name)
    except ImportError:
        if "CI" in os.environ:
            raise
        pytest.skip(f"{name} is not installed: pip install '.[models]' has it")


def make(name, **options):
    origin, _, model = name.partition("/")
    if origin == "timm":
        return package("timm").create_model(model, pretrained=False, **options)
    return package("torchvision").models.get_model(model, weights=None, **options)


def images(size, count=4):
    values = rng(1).standard_normal((count, 3, size, size))
    return torch.tensor(values, dtype=torch.float32), torch.arange(count)


# With the size of their images, and the options that make a model of the kind small.
STABLE = {
    "torchvision/resnet50": (64, {}),
    "torchvision/densenet121": (64, {}),
    "torchvision/mobilenet_v3_small": (64, {}),
    "torchvision/efficientnet_b0": (64, {}),
    "torchvision/convnext_tiny": (64, {}),
    "torchvision/regnet_y_400mf": (64, {}),
    "torchvision/shufflenet_v2_x1_0": (64, {}),
    "torchvision/squeezenet1_1": (64, {}),
    "timm/resnet50": (64, {}),
    "timm/resnetv2_50": (64, {}),
    "timm/nf_resnet50": (64, {}),
    "timm/convnext_atto": (64, {}),
    "timm/poolformer_s12": (64, {}),
    "timm/vit_tiny_patch16_224": (64, {"img_size": 64}),
    "timm/deit_tiny_distilled_patch16_224": (64, {"img_size": 64}),
    "timm/levit_128s": (224, {}),
    "timm/cait_xxs24_224": (64, {"img_size": 64}),
    "timm/mixer_s32_224": (64, {"img_size": 64}),
    "timm/resmlp_12_224": (64, {"img_size": 64}),
    "timm/beit_base_patch16_224": (64, {"img_size": 64, "depth": 6, "embed_dim": 96, "num_heads": 4}),
    "timm/sequencer2d_s": (64, {"img_size": 64, "layers": (1, 1, 1, 1)}),
}


@pytest.mark.parametrize("name", STABLE)
def test_no_false_alarm_at_a_models_own_start(name):
    size, options = STABLE[name]
    report = gradient_report(make(name, **options), images(size))
    assert report.verdict == "stable", report.reason
    assert len(report.rows) > 15


@pytest.mark.parametrize("seed", range(2))
def test_resnet50_is_stable_for_any_seed(seed):
    package("torchvision")
    torch.manual_seed(seed)
    assert gradient_report(make("torchvision/resnet50"), images(64, count=8)).verdict == "stable"


def test_zero_heads_are_named():
    report = gradient_report(make("timm/mixer_s32_224", img_size=64), images(64))
    assert report.notes == ["a head's weights start at zero, and let little pass in the first step: head"]


def test_gains_of_zero_are_named():
    expected = {f"layer{k}.{block}.bn3.weight" for k, count in enumerate((3, 4, 6, 3), 1) for block in range(count)}
    for model in (make("timm/resnet50"), package("torchvision").models.resnet50(zero_init_residual=True)):
        zero = {name for name, p in model.named_parameters() if name.endswith("bn3.weight") and not p.any()}
        assert zero == expected
        note = "gains start at zero, and let little pass in the first step: layer1.0.bn3.weight, layer1.1.bn3.weight"
        assert gradient_report(model, images(64)).notes == [f"{note} and 14 more"]


@pytest.mark.parametrize(("scale", "verdict"), [(0.2, "vanishing"), (4.0, "exploding")])
def test_weights_of_a_wrong_size_are_still_found(scale, verdict):
    model = make("torchvision/squeezenet1_1")
    with torch.no_grad():
        for parameter in model.parameters():
            parameter *= scale
    report = gradient_report(model, images(64))
    assert report.verdict == verdict
    assert f"the weights are too {'small' if scale < 1 else 'large'}" in report.reason


@pytest.mark.parametrize("name", ["torchvision/mobilenet_v3_small", "timm/convnext_atto"])
def test_a_look_leaves_no_trace(name):
    model = make(name).train()
    batch = images(64)
    before = snapshot(model)
    gradient_report(model, batch)
    with pytest.raises(ZeroDivisionError):
        gradient_report(model, batch, loss=lambda out, y: 1 / 0)
    assert_unchanged(model, before)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("vit_tiny_patch16_224", {}),
        ("swin_tiny_patch4_window7_224", {"depths": (2, 2)}),
        ("resnet50", {}),
        ("convnext_atto", {}),
        ("beit_base_patch16_224", {"depth": 2, "use_rel_pos_bias": True}),
    ],
)
def test_timms_own_groups_are_ours_but_for_vectors_in_disguise(name, options):
    package("timm")
    from_timm = importlib.import_module("timm.optim").param_groups_weight_decay
    model = make(f"timm/{name}", **options)
    skipped = getattr(model, "no_weight_decay", set)()
    (kept, decayed) = from_timm(model, weight_decay=0.1, no_weight_decay_list=skipped)
    ours = parameter_groups(model, weight_decay=0.1)
    names = {id(p): n for n, p in model.named_parameters()}
    theirs = {names[id(p)] for p in decayed["params"]}
    found = set(ours[0]["param_names"])
    assert found <= theirs
    assert all("bias" in name or "token" in name or "pos" in name for name in theirs - found)
    assert len(kept["params"]) + len(decayed["params"]) == sum(len(group["params"]) for group in ours)


def test_initialization_and_lsuv_of_a_resnet():
    model = make("torchvision/resnet18")
    names = initialize(model, scheme="he", rng=rng())
    assert names == [n for n, p in model.named_parameters() if p.ndim > 1]
    (x, _) = images(64)
    assert sorted(lsuv(model, x)) == sorted(names)
    with record_layers(model) as layers, torch.no_grad():
        model(x)
    stds = [layer.std for layer in layers if layer.weighted]
    np.testing.assert_allclose(stds, 1, atol=0.02)


def test_a_training_is_watched_to_the_bit():
    package("torchvision")
    batch, states = images(64), []
    for watched in (False, True):
        torch.manual_seed(1)
        model = make("torchvision/mobilenet_v3_small")
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        watching = watch(model, every=1) if watched else None
        for _ in range(2):
            nn.functional.cross_entropy(model(batch[0]), batch[1]).backward()
            optimizer.step()
        states.append(model.state_dict())
    torch.testing.assert_close(*states, rtol=0, atol=0)
    watching.close()
    assert len(watching.records) == 2
