"""InvertedDropout against the reference and torch."""

import copy

import numpy as np
import pytest
import torch
from scipy import stats
from torch import nn

from dnnkit import dropout
from dnnkit.pytorch import InvertedDropout
from tests.dnnkit.pytorch.models import (
    rng,
)


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
@pytest.mark.parametrize("keep_prob", [0.3, 0.8])
def test_dropout_is_the_references_with_the_same_mask(keep_prob, dtype):
    layer = InvertedDropout(keep_prob, generator=torch.Generator().manual_seed(1))
    a = torch.tensor(rng(1).standard_normal((40, 30)), dtype=dtype, requires_grad=True)
    y = layer(a)
    mask = y.detach().numpy() != 0
    grad = torch.ones_like(y)
    y.backward(grad)
    wide = grad.float() if dtype == torch.float16 else grad  # which the reference refuses
    reference = dropout.dropout_backward(wide.numpy(), mask, keep_prob)
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
