"""How the public functions answer bad input."""

import pytest
import torch
from torch import nn

from dnnkit.pytorch import (
    EarlyStopping,
    InvertedDropout,
    gradient_report,
    initialize,
    lsuv,
    parameter_groups,
    range_test,
    record_layers,
    watch,
)
from tests.dnnkit.pytorch.models import rng

MODEL = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
BATCH = (torch.ones(1, 2), torch.tensor([0]))
META = nn.Linear(2, 2, device="meta")


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
        (lambda: watch("model"), TypeError, "model must be a torch.nn.Module, got str"),
        (lambda: watch(MODEL, every=0), ValueError, "every must be at least 1, got 0"),
        (lambda: watch(MODEL, callback=[]), TypeError, r"callback must be callable as callback\(record\), got list"),
        (lambda: lsuv(META, BATCH[0]), ValueError, "model must hold values, got 'weight' on the meta device"),
        (lambda: initialize(META, scheme="he", rng=rng()), ValueError, "model must hold values"),
        (lambda: range_test(META, [BATCH], low=1, high=2, steps=2), ValueError, "model must hold values"),
        (lambda: parameter_groups(MODEL, weight_decay=0.1, decays=1), TypeError, r"decays must be callable as decays"),
        (lambda: EarlyStopping(MODEL, patience=1, mode="best"), ValueError, "mode must be one of 'min', 'max'"),
        (lambda: EarlyStopping(MODEL, patience=1).step(True), TypeError, "loss must be a real number, got bool"),
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
