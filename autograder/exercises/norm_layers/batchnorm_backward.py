"""Write the backward pass of batch norm in training, from the gradient of its output to those of its inputs."""

import numpy as np

from autograder.authoring import alternative, array, close, equal, hidden, misconception, require
from dnnkit.norm_layers import RunningStatistics, batchnorm_forward
from dnnkit.norm_layers import batchnorm_backward as solution

points = 6
returns = (array, array, array)
hints = (
    "gamma and beta are shared by all examples of the batch: their gradients are sums over the batch.",
    "x reaches the output on three ways: directly, through the mean and through the variance. "
    "The last two subtract something from `grad`, the same for all examples or proportional to `x_hat`.",
    "grad_x = gamma * inv_std * (grad - grad.mean(axis=0) - x_hat * (grad * x_hat).mean(axis=0)): "
    "derive each of the three terms before you write it.",
)

EPS = 1e-9


def check_gradient_of_gamma(batchnorm_backward, rng):
    """The gradient of gamma is the sum of grad times x_hat over the batch."""
    grad, cache, _ = _batch(rng)
    _, grad_gamma, _ = _call(batchnorm_backward, grad, cache)
    close(grad_gamma, (grad * cache.x_hat).sum(axis=0), "the gradient of gamma must be the sum of grad times x_hat")


def check_gradient_of_beta(batchnorm_backward, rng):
    """The gradient of beta is the sum of grad over the batch."""
    grad, cache, _ = _batch(rng)
    _, _, grad_beta = _call(batchnorm_backward, grad, cache)
    close(grad_beta, grad.sum(axis=0), "the gradient of beta must be the sum of grad over the batch")


def check_gradient_of_the_input(batchnorm_backward, rng):
    """The gradient of the input equals finite differences of the forward pass."""
    grad, cache, layer = _batch(rng)
    grad_x, _, _ = _call(batchnorm_backward, grad, cache)
    close(grad_x, _numerical(grad, *layer), "the gradient of the input must equal finite differences", rtol=1e-4)


@hidden
def check_a_shift_of_the_batch_changes_nothing(batchnorm_backward, rng):
    """The gradient of the input sums to zero over the batch: shifting all examples alike is undone by the mean."""
    grad, cache, _ = _batch(rng)
    grad_x, _, _ = _call(batchnorm_backward, grad, cache)
    close(1 + grad_x.sum(axis=0), np.ones(3), "over the batch, the gradient of the input must sum to 0", rtol=1e-3)


@hidden
def check_a_stretch_of_the_batch_changes_nothing(batchnorm_backward, rng):
    """The gradient of the input is at right angles to x_hat: stretching the batch is undone by the variance."""
    grad, cache, _ = _batch(rng)
    grad_x, _, _ = _call(batchnorm_backward, grad, cache)
    equal(grad_x.shape, grad.shape, "the gradient of the input must have the shape of the batch")
    close(
        1 + (grad_x * cache.x_hat).sum(axis=0), np.ones(3), "grad_x times x_hat must sum to 0 over the batch", rtol=1e-3
    )


@hidden
def check_twice_the_scale_twice_the_gradient(batchnorm_backward, rng):
    """The gradient of the input is that of a layer with gamma 1, times gamma."""
    seed = rng.integers(2**32)
    for gamma in (np.ones(3), np.array([2.0, 0.5, -3.0])):
        grad, cache, layer = _batch(np.random.default_rng(seed), gamma)
        grad_x, _, _ = _call(batchnorm_backward, grad, cache)
        close(grad_x, _numerical(grad, *layer), "the gradient of the input must be in proportion to gamma", rtol=1e-4)


@misconception(
    "Mean and variance are taken for constants. They are made of the batch: to move one input moves both, and with "
    "them the output of every example. Two more terms follow, one for the mean and one for the variance.",
    caught_by=check_gradient_of_the_input,
)
def statistics_as_constants(grad, cache):
    return cache.gamma * cache.inv_std * grad, (grad * cache.x_hat).sum(axis=0), grad.sum(axis=0)


@misconception(
    "The way through the variance is missing. To move an input away from the mean makes the batch wider and all x_hat "
    "smaller: subtract x_hat times the mean of grad times x_hat.",
    caught_by=check_a_stretch_of_the_batch_changes_nothing,
)
def variance_as_constant(grad, cache):
    grad_x = cache.gamma * cache.inv_std * (grad - grad.mean(axis=0))
    return grad_x, (grad * cache.x_hat).sum(axis=0), grad.sum(axis=0)


@misconception(
    "The way through the mean is missing. To raise an input raises the mean and lowers all other outputs: subtract "
    "the mean of grad over the batch.",
    caught_by=check_a_shift_of_the_batch_changes_nothing,
)
def mean_as_constant(grad, cache):
    through_variance = cache.x_hat * (grad * cache.x_hat).mean(axis=0)
    return cache.gamma * cache.inv_std * (grad - through_variance), (grad * cache.x_hat).sum(axis=0), grad.sum(axis=0)


@misconception(
    "The two terms of mean and variance are sums where they must be means: a single input moves the mean of n "
    "examples by only 1/n of its own step.",
    caught_by=check_gradient_of_the_input,
)
def sums_for_means(grad, cache):
    grad_gamma, grad_beta = (grad * cache.x_hat).sum(axis=0), grad.sum(axis=0)
    return cache.gamma * cache.inv_std * (grad - grad_beta - cache.x_hat * grad_gamma), grad_gamma, grad_beta


@misconception(
    "gamma is missing in the gradient of the input. The output is gamma * x_hat + beta, so what flows back into "
    "x_hat is grad times gamma.",
    caught_by=check_twice_the_scale_twice_the_gradient,
    worth=0.7,
)
def gamma_forgotten(grad, cache):
    grad_x, grad_gamma, grad_beta = solution(grad, cache)
    return grad_x / cache.gamma, grad_gamma, grad_beta


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
    worth=0.9,
)
def beta_times_gamma(grad, cache):
    grad_x, grad_gamma, grad_beta = solution(grad, cache)
    return grad_x, grad_gamma, grad_beta * cache.gamma


@misconception(
    "`grad` is overwritten. The array belongs to the layer above, or to the caller, who may still need it: "
    "write `grad = grad - ...`, not `grad -= ...`.",
    caught_by=check_gradient_of_the_input,
    worth=0.85,
    said_by="grad must not be changed in place",
)
def overwrites_grad(grad, cache):
    grad_gamma, grad_beta = (grad * cache.x_hat).sum(axis=0), grad.sum(axis=0)
    grad -= grad_beta / len(grad) + cache.x_hat * grad_gamma / len(grad)
    return cache.gamma * cache.inv_std * grad, grad_gamma, grad_beta


@alternative("by the Jacobian matrix of each feature")
def by_jacobians(grad, cache):
    n = len(grad)
    columns = [
        gamma * inv_std * (np.eye(n) - 1 / n - np.outer(x_hat, x_hat) / n) @ g
        for gamma, inv_std, x_hat, g in zip(cache.gamma, cache.inv_std, cache.x_hat.T, grad.T)
    ]
    return np.column_stack(columns).tolist(), np.einsum("ij,ij->j", grad, cache.x_hat), grad.T @ np.ones(n)


def _batch(rng, gamma=None):
    """A gradient, the cache of a batch, and the layer's input and parameters."""
    x = rng.normal(rng.uniform(-2, 2, 3), rng.uniform(0.8, 2, 3), size=(6, 3))
    gamma = rng.uniform(1.5, 3, 3) if gamma is None else gamma
    layer = (x, gamma, rng.normal(size=3))
    _, cache, _ = batchnorm_forward(*layer, RunningStatistics.start(3), train=True, eps=EPS)
    return rng.normal(1, 2, size=x.shape), cache, layer


def _numerical(grad, x, gamma, beta, step=1e-4):
    """Finite differences of the sum of grad times the output."""

    def loss(x):
        return (grad * (gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + EPS) + beta)).sum()

    out = np.empty_like(x)
    for i in np.ndindex(*x.shape):
        nudge = np.zeros_like(x)
        nudge[i] = step
        out[i] = (loss(x + nudge) - loss(x - nudge)) / (2 * step)
    return out


def _call(batchnorm_backward, grad, cache):
    answer = batchnorm_backward(grad, cache)
    require(np.abs(answer[0]).max() > 1e-9 * np.abs(grad).max(), "the gradient of the input must not be 0 everywhere")
    return answer
