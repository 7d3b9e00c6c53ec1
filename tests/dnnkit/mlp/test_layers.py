"""The stack that training runs: its gradient against finite differences with everything switched on, float64."""

import numpy as np
import pytest
import torch

from dnnkit import mlp, network
from dnnkit.hyperparameters import Hyperparameters
from dnnkit.mlp import layers


def stack_and_batch(dropper=None, **settings):
    rng = np.random.default_rng(1)
    params = mlp.init([5, 7, 6, 3], scheme="glorot", rng=rng, dtype="float64")
    h = Hyperparameters(learning_rate=0.1, epochs=1, **settings)
    x = rng.standard_normal((9, 5))
    y = rng.integers(3, size=9) if h.loss == "cross_entropy" else rng.standard_normal((9, 3))
    return layers.Stack(params, h, dropper or np.random.default_rng(0)), x, y


@pytest.mark.parametrize("loss", network.LOSSES)
@pytest.mark.parametrize("activation", network.ACTIVATIONS)
@pytest.mark.parametrize("batchnorm", [False, True])
@pytest.mark.parametrize("keep_prob", [1.0, (0.6, 1.0), (0.7, 0.5)])
def test_gradient_equals_finite_differences(loss, activation, batchnorm, keep_prob):
    dropper = np.random.default_rng(0)
    masks = dropper.bit_generator.state
    stack, x, y = stack_and_batch(dropper, loss=loss, activation=activation, batchnorm=batchnorm, keep_prob=keep_prob)
    stack.vector += 0.1 * np.random.default_rng(2).standard_normal(stack.vector.size)  # scales and shifts not 1 and 0
    stack.backpropagate(x, y)
    gradient, point, eps = stack.gradient.copy(), stack.vector.copy(), 1e-6
    numerical = np.empty_like(point)
    for index in range(point.size):
        sides = []
        for sign in (1, -1):
            dropper.bit_generator.state = masks
            stack.vector[...] = point
            stack.vector[index] += sign * eps
            sides.append(stack.backpropagate(x, y))
        numerical[index] = (sides[0] - sides[1]) / (2 * eps)
    assert np.linalg.norm(gradient - numerical) / np.linalg.norm(numerical) < 1e-7


TORCH = {
    "linear": lambda z: z,
    "relu": torch.relu,
    "leaky_relu": torch.nn.functional.leaky_relu,
    "gelu": torch.nn.functional.gelu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}


@pytest.mark.parametrize("activation", network.ACTIVATIONS)
def test_gradient_with_batch_norm_and_dropout_equals_autograd_with_the_same_masks(activation):
    stack, x, y = stack_and_batch(activation=activation, batchnorm=True, keep_prob=(0.6, 0.8))
    stack.vector += 0.1 * np.random.default_rng(2).standard_normal(stack.vector.size)
    ours = stack.backpropagate(x, y)
    masks = [layer.mask for layer in stack.layers if isinstance(layer, layers.Dropout)]
    leaf = torch.from_numpy(stack.vector.copy()).requires_grad_()
    groups = stack.Ws, [b for _, b in stack.params], [n.gamma for n in stack.norms], [n.beta for n in stack.norms]
    parts = iter(torch.split(leaf, [array.size for group in groups for array in group]))
    Ws, bs, gammas, betas = ([next(parts).reshape(array.shape) for array in group] for group in groups)
    a = torch.from_numpy(x)
    for layer, keep_prob in enumerate((0.6, 0.8)):
        z = a @ Ws[layer] + bs[layer]
        z = torch.nn.functional.batch_norm(z, None, None, gammas[layer], betas[layer], training=True)
        a = TORCH[activation](z) * torch.from_numpy(masks[layer]) / keep_prob
    loss = torch.nn.functional.cross_entropy(a @ Ws[2] + bs[2], torch.from_numpy(y))
    loss.backward()
    assert ours == pytest.approx(loss.item(), rel=1e-12)
    assert np.linalg.norm(stack.gradient - leaf.grad.numpy()) / np.linalg.norm(leaf.grad.numpy()) < 1e-10


def test_without_options_it_is_the_plain_network():
    stack, x, y = stack_and_batch(activation="tanh")
    outputs, cache = network.forward(stack.params, x, activation="tanh")
    grads = network.backward(stack.params, cache, network.cross_entropy_gradient(outputs, y), activation="tanh")
    assert stack.backpropagate(x, y) == network.cross_entropy(outputs, y)
    expected = np.concatenate([g.ravel() for which in (0, 1) for g in [pair[which] for pair in grads]])
    np.testing.assert_allclose(stack.gradient, expected, rtol=1e-12, atol=1e-15)


def test_weights_are_the_front_of_the_vector_and_biases_are_not_among_them():
    stack, _, _ = stack_and_batch(batchnorm=True)
    stack.weights[...] = 7.0
    assert all((W == 7).all() and (b == 0).all() for W, b in stack.params)
    assert all((norm.gamma == 1).all() and (norm.beta == 0).all() for norm in stack.norms)
    assert stack.weights.size == 5 * 7 + 7 * 6 + 6 * 3
    assert stack.vector.size == stack.weights.size + 7 + 6 + 3 + 2 * (7 + 6)


def test_each_batch_gets_a_fresh_mask():
    stack, x, y = stack_and_batch(keep_prob=0.5)
    masks = []
    for _ in range(2):
        stack.backpropagate(x, y)
        masks.append(next(layer.mask for layer in stack.layers if isinstance(layer, layers.Dropout)))
    assert not np.array_equal(*masks)


def test_a_loss_that_is_not_finite_leaves_the_gradient_alone():
    stack, x, y = stack_and_batch(loss="squared_error")
    stack.backpropagate(x, y)
    before = stack.gradient.copy()
    stack.weights[0] = np.inf
    with np.errstate(all="ignore"):
        assert not np.isfinite(stack.backpropagate(x, y))
    np.testing.assert_array_equal(stack.gradient, before)
