"""Residual blocks against torch and its autograd."""

import numpy as np
import pytest
import torch

from dnnkit.norm_layers import Block, residual_backward, residual_forward
from tests.dnnkit.torch_activations import MODULES

WIDTH, HIDDEN, N = 5, 7, 4
SHAPES = Block((WIDTH,), (WIDTH,), (WIDTH, HIDDEN), (HIDDEN,), (HIDDEN, WIDTH), (WIDTH,))


def rng(seed=0):
    return np.random.default_rng(seed)


def stack(n_blocks=3, dtype=np.float64, seed=0):
    draw = rng(seed)
    return [Block(*(0.5 * draw.standard_normal(shape).astype(dtype) for shape in SHAPES)) for _ in range(n_blocks)]


def by_torch(blocks, x, norm, scale, activation):
    """The output, and the leaves whose gradients are asked for."""
    x = torch.from_numpy(x.copy()).requires_grad_()
    leaves = [Block(*(torch.from_numpy(array.copy()).requires_grad_() for array in block)) for block in blocks]
    a = x
    for block in leaves:

        def normed(v, block=block):
            return torch.nn.functional.layer_norm(v, (WIDTH,), block.gamma, block.beta, eps=1e-3)

        inside = normed(a) if norm == "pre" else a
        a = a + scale * (MODULES[activation]()(inside @ block.W1 + block.b1) @ block.W2 + block.b2)
        a = normed(a) if norm == "post" else a
    return a, x, leaves


@pytest.mark.parametrize("activation", MODULES)
@pytest.mark.parametrize("scale", [1.0, 0.3])
@pytest.mark.parametrize("norm", ["pre", "post", None])
def test_stack_and_its_gradients_equal_torch(norm, scale, activation):
    blocks, x = stack(), rng(1).standard_normal((N, WIDTH))
    grad = rng(2).standard_normal((N, WIDTH))
    out, cache = residual_forward(blocks, x, norm=norm, scale=scale, activation=activation, eps=1e-3)
    theirs, leaf, leaves = by_torch(blocks, x, norm, scale, activation)
    theirs.backward(torch.from_numpy(grad))
    np.testing.assert_allclose(out, theirs.detach().numpy(), rtol=1e-11, atol=1e-12)
    grad_x, grads = residual_backward(grad, cache)
    np.testing.assert_allclose(grad_x, leaf.grad.numpy(), rtol=1e-9, atol=1e-11)
    for ours, torchs in zip(grads, leaves, strict=True):
        for name, array, other in zip(Block._fields, ours, torchs):
            expected = np.zeros(WIDTH) if other.grad is None else other.grad.numpy()
            np.testing.assert_allclose(array, expected, rtol=1e-9, atol=1e-11, err_msg=name)
            assert (other.grad is None) == (norm is None and name in ("gamma", "beta"))


@pytest.mark.parametrize("norm", ["pre", "post", None])
def test_dtype_is_kept_and_nothing_is_changed(norm):
    blocks, x = stack(dtype=np.float32), rng(1).standard_normal((N, WIDTH)).astype(np.float32)
    for array in (x, *(array for block in blocks for array in block)):
        array.flags.writeable = False
    out, cache = residual_forward(blocks, x, norm=norm)
    grad_x, grads = residual_backward(np.ones((N, WIDTH)), cache)
    assert {array.dtype for array in (out, grad_x, *(array for block in grads for array in block))} == {np.dtype("f4")}


def test_branches_of_scale_zero_let_all_through():
    x, grad = rng(1).standard_normal((2, N, WIDTH))
    out, cache = residual_forward(stack(), x, norm="pre", scale=0)
    np.testing.assert_array_equal(out, x)
    np.testing.assert_array_equal(residual_backward(grad, cache)[0], grad)


def test_post_norm_gives_outputs_of_unit_scale_and_pre_norm_lets_them_grow():
    """The reason for a warm-up in the former, and for a final norm in the latter."""
    plain = [block._replace(gamma=np.ones(WIDTH), beta=np.zeros(WIDTH)) for block in stack(24)]
    x = rng(1).standard_normal((N, WIDTH))
    post, _ = residual_forward(plain, x, norm="post")
    pre, _ = residual_forward(plain, x, norm="pre")
    np.testing.assert_allclose(post.std(axis=1), 1, atol=1e-3)
    assert pre.std() > 2


BLOCKS, X = stack(), np.ones((N, WIDTH))
CACHE = residual_forward(BLOCKS, X, norm="pre")[1]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: residual_forward([], X, norm=None), ValueError, "blocks must hold at least one Block, got none"),
        (lambda: residual_forward([tuple(BLOCKS[0])], X, norm=None), TypeError, "blocks must be a list of Blocks"),
        (lambda: residual_forward(BLOCKS, X[0], norm=None), ValueError, "x must have 2 axes"),
        (
            lambda: residual_forward(BLOCKS, X, norm="inside"),
            ValueError,
            "norm must be one of None, 'pre', 'post', got",
        ),
        (lambda: residual_forward(BLOCKS, X, norm="pre", eps=0), ValueError, r"eps must be in \(0, inf\), got 0"),
        (lambda: residual_forward(BLOCKS, X, norm="pre", activation="no"), ValueError, "activation must be one of"),
        (lambda: residual_forward(BLOCKS, X, norm="pre", scale=np.inf), ValueError, "scale must be in"),
        (
            lambda: residual_forward([BLOCKS[0], BLOCKS[1]._replace(W2=np.ones((6, WIDTH)))], X, norm="pre"),
            ValueError,
            r"blocks\[1\].W2 must have shape \(7, 5\), got \(6, 5\)",
        ),
        (
            lambda: residual_forward([BLOCKS[0]._replace(W1=np.ones(5))], X, norm="pre"),
            ValueError,
            r"blocks\[0\].W1 must have shape \(5, any\), got \(5,\)",
        ),
        (lambda: residual_backward(X, BLOCKS), TypeError, "cache must be a ResidualCache, got list"),
        (lambda: residual_backward(X[:1], CACHE), ValueError, r"grad must have shape \(4, 5\), got \(1, 5\)"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
