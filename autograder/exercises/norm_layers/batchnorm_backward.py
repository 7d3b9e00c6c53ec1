"""Write the backward pass of batch norm in training, from the gradient of its output to those of its inputs."""

from functools import partial

import numpy as np

from autograder.authoring import (
    alternative,
    array,
    close,
    core,
    hidden,
    misconception,
    neighbour,
    require,
    shaped,
    weight,
)
from dnnkit.norm_layers import BatchNormCache
from dnnkit.norm_layers import batchnorm_backward as solution

from ._shared import RTOL, columns, scales

points = 4
returns = (array, array, array)
hints = (
    "gamma and beta are shared by all examples of the batch: their gradients are sums over the batch.",
    "x reaches the output in three ways: directly, through the mean and through the variance. "
    "The last two subtract something from `grad`, the same for all examples or proportional to `x_hat`.",
    "grad_x = gamma * inv_std * (grad - grad.mean(axis=0) - x_hat * (grad * x_hat).mean(axis=0)): "
    "derive each of the three terms before you write it.",
)

INPUT = "the gradient of the input must be that of the loss, by all three paths"
MEAN = "if no gradient goes through the variance, the gradient of the input must be that of the first two paths"
VARIANCE = "if no gradient goes through the mean, the gradient of the input must be that of the other two paths"
SCALED = "the gradient of the input must be gamma times what it is for a gamma of 1"
GAMMA = "the gradient of gamma must be the sum of grad times x_hat over the batch"
BETA = "the gradient of beta must be the sum of grad over the batch"
_data = partial(columns, largest=0.6, centred=True)


@core
@weight(3)
def check_gradient_of_the_input(batchnorm_backward, rng):
    """The gradient of the input is that of the loss, by finite differences."""
    x, grad = _data(rng, (5, 5)), rng.normal(1, 2, (5, 5))
    grad_x, _, _ = batchnorm_backward(grad, _cache(x, np.ones(5)))
    close(grad_x, _numerical(grad, x), INPUT, rtol=RTOL)


def check_path_through_the_mean(batchnorm_backward, rng):
    """If grad is at right angles to x_hat, only its mean is subtracted: if it is all ones, nothing is left."""
    x = _data(rng, (6, 4))
    cache = _cache(x, np.ones(4))
    grad = rng.normal(1, 2, (6, 4))
    grad -= cache.x_hat * (grad * cache.x_hat).sum(axis=0) / (cache.x_hat**2).sum(axis=0)
    grad_x, _, _ = batchnorm_backward(grad, cache)
    close(grad_x, cache.inv_std * (grad - grad.mean(axis=0)), MEAN, rtol=RTOL)
    grad_x, _, _ = batchnorm_backward(np.ones((6, 4)), cache)
    close(grad_x, np.zeros((6, 4)), "for a grad of ones, the gradient of the input must be 0", rtol=RTOL, scale=1)


def check_path_through_the_variance(batchnorm_backward, rng):
    """If grad has mean 0 over the batch, only its part along x_hat is subtracted."""
    x, grad = _data(rng, (6, 4)), rng.normal(0, 2, (6, 4))
    grad += 2 * x / x.std(axis=0)
    grad -= grad.mean(axis=0)
    cache = _cache(x, np.ones(4))
    grad_x, _, _ = batchnorm_backward(grad, cache)
    expected = cache.inv_std * (grad - cache.x_hat * (grad * cache.x_hat).mean(axis=0))
    close(grad_x, expected, VARIANCE, rtol=RTOL, scale=cache.inv_std.max() * np.abs(grad).max())


def check_gamma_in_the_gradient_of_the_input(batchnorm_backward, rng):
    """The gradient of the input is gamma times that of a layer whose gamma is 1."""
    x, grad, gamma = _data(rng, (5, 5)), rng.normal(1, 2, (5, 5)), scales(rng, 5)
    plain, _, _ = batchnorm_backward(grad, _cache(x, np.ones(5)))
    grad_x, _, _ = batchnorm_backward(grad, _cache(x, gamma))
    plain = shaped(plain, x.shape, "the gradient of the input must have the shape of x_hat")
    require(np.abs(plain).max() > 1e-3, "the gradient of the input must not be 0 everywhere")
    close(grad_x, gamma * plain, SCALED, rtol=RTOL)


def check_gradient_of_gamma(batchnorm_backward, rng):
    """The gradient of gamma is the sum of grad times x_hat over the batch."""
    x, grad = _data(rng, (5, 5)), rng.normal(1, 2, (5, 5))
    for gamma in (np.ones(5), scales(rng, 5)):
        cache = _cache(x, gamma)
        _, grad_gamma, _ = batchnorm_backward(grad, cache)
        close(grad_gamma, (grad * cache.x_hat).sum(axis=0), GAMMA, rtol=RTOL, scale=5)


def check_gradient_of_beta(batchnorm_backward, rng):
    """The gradient of beta is the sum of grad over the batch."""
    x, grad = _data(rng, (5, 5)), rng.normal(1, 2, (5, 5))
    for gamma in (np.ones(5), scales(rng, 5)):
        _, _, grad_beta = batchnorm_backward(grad, _cache(x, gamma))
        close(grad_beta, grad.sum(axis=0), BETA, rtol=RTOL, scale=5)


@hidden(
    like=(
        check_gradient_of_the_input,
        check_gamma_in_the_gradient_of_the_input,
        check_gradient_of_gamma,
        check_gradient_of_beta,
    )
)
def check_other_batches(batchnorm_backward, rng):
    """The same holds for two examples, one feature, single precision, a large eps, and a feature that is constant."""
    constant = _data(rng, (7, 3))
    constant[:, 1] = 0.1
    for x, eps in (
        (_data(rng, (2, 3)), 0.1),
        (_data(rng, (6, 1)), 1e-3),
        (_data(rng, (6, 6)), 2.0),
        (_data(rng, (9, 4)).astype(np.float32), 1e-2),
        (constant, 1e-2),
    ):
        grad, gamma = rng.normal(-1, 2, x.shape).astype(x.dtype), scales(rng, x.shape[1]).astype(x.dtype)
        cache = _cache(x, gamma, eps)
        expected = solution(grad.astype(float), _cache(x.astype(float), gamma.astype(float), eps))
        size = (np.abs(grad).max() * cache.inv_std.max(), 5, 5)
        for one, other, sentence, scale in zip(batchnorm_backward(grad, cache), expected, (INPUT, GAMMA, BETA), size):
            close(one, other, sentence, rtol=RTOL, scale=scale)


covers = {
    "for a batch in training": check_gradient_of_the_input,
    "holds the gradient of the loss": check_gradient_of_the_input,
    "use its fields": check_gradient_of_the_input,
    "the gradients of the input": (
        check_gradient_of_the_input,
        check_path_through_the_mean,
        check_path_through_the_variance,
        check_gamma_in_the_gradient_of_the_input,
    ),
    "of `gamma` and of `beta`, both": (check_gradient_of_gamma, check_gradient_of_beta),
    "Leave the arguments as they are": check_gradient_of_beta,
    "the gradient of the input is 0": check_path_through_the_mean,
    "the gradients of the input, gamma and beta": (check_gradient_of_the_input, check_gradient_of_gamma),
}

equivalent = {
    "`np.add.reduce(grad, axis=0)` becomes `np.add.reduce(grad)` in normalize_batch_backward": "axis 0 is its default",
}


@misconception(
    "Mean and variance are taken for constants. They are computed from the batch: moving one input moves both, and "
    "with them the output of every example. Two more terms follow, one for the mean and one for the variance.",
    caught_by=check_gradient_of_the_input,
)
def statistics_as_constants(grad, cache):
    return cache.gamma * cache.inv_std * grad, (grad * cache.x_hat).sum(axis=0), grad.sum(axis=0)


@misconception(
    "The path through the variance is missing. Moving an input away from the mean makes the batch wider and all x_hat "
    "smaller: subtract x_hat times the mean of grad times x_hat.",
    caught_by=check_path_through_the_variance,
)
def variance_as_constant(grad, cache):
    grad_x = cache.gamma * cache.inv_std * (grad - grad.mean(axis=0))
    return grad_x, (grad * cache.x_hat).sum(axis=0), grad.sum(axis=0)


@misconception(
    "The path through the mean is missing. Raising an input raises the mean and lowers all other outputs: subtract "
    "the mean of grad over the batch.",
    caught_by=check_path_through_the_mean,
)
def mean_as_constant(grad, cache):
    through_variance = cache.x_hat * (grad * cache.x_hat).mean(axis=0)
    return cache.gamma * cache.inv_std * (grad - through_variance), (grad * cache.x_hat).sum(axis=0), grad.sum(axis=0)


@misconception(
    "The terms of mean and variance are sums where they must be means: a single input moves the mean of n "
    "examples by only 1/n of its own step.",
    caught_by=check_gradient_of_the_input,
)
def sums_for_means(grad, cache):
    grad_gamma, grad_beta = (grad * cache.x_hat).sum(axis=0), grad.sum(axis=0)
    return cache.gamma * cache.inv_std * (grad - grad_beta - cache.x_hat * grad_gamma), grad_gamma, grad_beta


@misconception(
    "The gradient of the input is n times too large. If everything is written with sums, as n * grad minus two of "
    "them, the whole must still be divided by n.",
    caught_by=check_gradient_of_the_input,
)
def not_divided_by_n(grad, cache):
    grad_x, grad_gamma, grad_beta = solution(grad, cache)
    return len(grad) * grad_x, grad_gamma, grad_beta


@misconception(
    "The paths through mean and variance have the wrong sign. Raising an input raises the mean, which is "
    "subtracted from all examples: both terms take something away.",
    caught_by=check_gradient_of_the_input,
)
def wrong_sign(grad, cache):
    grad_gamma, grad_beta = (grad * cache.x_hat).sum(axis=0), grad.sum(axis=0)
    through = grad + (grad_beta + cache.x_hat * grad_gamma) / len(grad)
    return cache.gamma * cache.inv_std * through, grad_gamma, grad_beta


@misconception(
    "The factor 1/sqrt(var + eps) is missing in the gradient of the input. The forward pass "
    "shrinks a batch that is spread out, and the backward pass shrinks its gradient.",
    caught_by=check_gradient_of_the_input,
)
def inv_std_forgotten(grad, cache):
    grad_x, grad_gamma, grad_beta = solution(grad, cache)
    return grad_x / cache.inv_std, grad_gamma, grad_beta


@misconception(
    "gamma is missing in the gradient of the input. The output is gamma * x_hat + beta, so what flows back into "
    "x_hat is grad times gamma.",
    caught_by=check_gamma_in_the_gradient_of_the_input,
    worth=0.8,
)
def gamma_forgotten(grad, cache):
    grad_gamma, grad_beta = (grad * cache.x_hat).sum(axis=0), grad.sum(axis=0)
    return cache.inv_std * (grad - (grad_beta + cache.x_hat * grad_gamma) / len(grad)), grad_gamma, grad_beta


@misconception(
    "The gradients of gamma and beta are means over the batch. `grad` is the gradient of a loss that has been "
    "averaged already; what many examples share collects a sum.",
    caught_by=check_gradient_of_gamma,
    worth=0.7,
)
def averaged_twice(grad, cache):
    grad_x, grad_gamma, grad_beta = solution(grad, cache)
    return grad_x, grad_gamma / len(grad), grad_beta / len(grad)


@misconception(
    "The gradient of beta carries gamma. beta is added after the multiplication, so `grad` reaches it as it is.",
    caught_by=check_gradient_of_beta,
    worth=0.8,
)
def beta_times_gamma(grad, cache):
    grad_x, grad_gamma, grad_beta = solution(grad, cache)
    return grad_x, grad_gamma, grad_beta * cache.gamma


@misconception(
    "The gradient of gamma carries gamma. The output is gamma * x_hat + beta: its derivative with respect to gamma is "
    "x_hat alone.",
    caught_by=check_gradient_of_gamma,
    worth=0.8,
)
def gamma_times_gamma(grad, cache):
    grad_x, grad_gamma, grad_beta = solution(grad, cache)
    return grad_x, grad_gamma * cache.gamma, grad_beta


@misconception(
    "The gradients of gamma and beta are taken from grad times gamma. That is what flows into x_hat; gamma and beta "
    "themselves get `grad` as it came.",
    caught_by=check_gradient_of_gamma,
    worth=0.7,
)
def both_times_gamma(grad, cache):
    grad_x, grad_gamma, grad_beta = solution(grad, cache)
    return grad_x, grad_gamma * cache.gamma, grad_beta * cache.gamma


@misconception(
    "The gradients of gamma and beta are swapped. The order is that of the arguments: x, gamma, beta; and the "
    "plain sum of `grad` belongs to beta, which is only added.",
    caught_by=check_gradient_of_gamma,
    worth=0.7,
)
def gamma_and_beta_swapped(grad, cache):
    grad_x, grad_gamma, grad_beta = solution(grad, cache)
    return grad_x, grad_beta, grad_gamma


@misconception(
    "`grad` is overwritten. The array belongs to the layer above, or to the caller, who may still need it: "
    "write `grad = grad - ...`, not `grad -= ...`.",
    caught_by=check_path_through_the_mean,
    worth=0.9,
    said_by="grad must not be changed in place",
)
def overwrites_grad(grad, cache):
    grad_gamma, grad_beta = (grad * cache.x_hat).sum(axis=0), grad.sum(axis=0)
    grad -= grad_beta / len(grad) + cache.x_hat * grad_gamma / len(grad)
    return cache.gamma * cache.inv_std * grad, grad_gamma, grad_beta


@neighbour("gamma is multiplied twice")
def gamma_twice(grad, cache):
    grad_x, grad_gamma, grad_beta = solution(grad, cache)
    return grad_x * cache.gamma, grad_gamma, grad_beta


@neighbour("the path through the variance has twice its size")
def variance_path_twice(grad, cache):
    grad_x, grad_gamma, grad_beta = solution(grad, cache)
    return grad_x - cache.gamma * cache.inv_std * cache.x_hat * grad_gamma / len(grad), grad_gamma, grad_beta


@neighbour("the mean in the first path is divided by n - 1")
def unbiased_mean(grad, cache):
    grad_gamma, grad_beta, n = (grad * cache.x_hat).sum(axis=0), grad.sum(axis=0), len(grad)
    grad_x = cache.gamma * cache.inv_std * (grad - grad_beta / (n - 1) - cache.x_hat * grad_gamma / n)
    return grad_x, grad_gamma, grad_beta


@alternative("by the Jacobian matrix of each feature")
def by_jacobians(grad, cache):
    n = len(grad)
    columns = [
        gamma * inv_std * (np.eye(n) - 1 / n - np.outer(x_hat, x_hat) / n) @ g
        for gamma, inv_std, x_hat, g in zip(cache.gamma, cache.inv_std, cache.x_hat.T, grad.T)
    ]
    return np.column_stack(columns).tolist(), np.einsum("ij,ij->j", grad, cache.x_hat), grad.T @ np.ones(n)


@alternative("step by step through the graph of the forward pass")
def by_the_graph(grad, cache):
    n, centred = len(grad), cache.x_hat / cache.inv_std
    grad_x_hat = grad * cache.gamma
    grad_var = (grad_x_hat * centred).sum(axis=0) * -0.5 * cache.inv_std**3
    grad_mean = -(grad_x_hat * cache.inv_std).sum(axis=0) - 2 * grad_var * centred.mean(axis=0)
    grad_x = grad_x_hat * cache.inv_std + 2 * grad_var * centred / n + grad_mean / n
    return grad_x, (grad * cache.x_hat).sum(axis=0), grad.sum(axis=0)


@alternative("in single precision")
def in_single_precision(grad, cache):
    x_hat, inv_std, gamma = (a.astype(np.float32) for a in (cache.x_hat, cache.inv_std, cache.gamma))
    return solution(grad.astype(np.float32), BatchNormCache(x_hat, inv_std, gamma, True))


def _cache(x, gamma, eps=1e-9):
    """The cache of a batch in training."""
    inv_std = 1 / np.sqrt(x.var(axis=0) + eps)
    inv_std = inv_std.astype(x.dtype)
    return BatchNormCache(x_hat=(x - x.mean(axis=0)) * inv_std, inv_std=inv_std, gamma=gamma, train=True)


def _numerical(grad, x, step=1e-4):
    """Finite differences of the sum of grad times the output, where gamma is 1."""

    def loss(x):
        return (grad * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-9)).sum()

    out = np.empty_like(x)
    for i in np.ndindex(*x.shape):
        nudge = np.zeros_like(x)
        nudge[i] = step
        out[i] = (loss(x + nudge) - loss(x - nudge)) / (2 * step)
    return out
