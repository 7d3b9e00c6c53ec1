"""Write the forward pass of layer norm."""

import numpy as np

from autograder.authoring import alternative, anything, array, close, equal, hidden, misconception, require
from dnnkit.norm_layers import layernorm_forward as solution

points = 3
returns = (array, anything)
hints = (
    "One mean and one variance for each example: which axis must disappear, and how does it stay for broadcasting?",
    "`x.mean(axis=1, keepdims=True)` has the shape (n, 1), which broadcasts against (n, features).",
    "Divide by np.sqrt(var + eps) with the biased variance; then multiply by gamma and add beta, one number a feature.",
)


def check_each_example_is_normalized(layernorm_forward, rng):
    """Each example has mean 0 and variance var / (var + eps) over its features."""
    x = _data(rng)
    out = _call(layernorm_forward, x, np.ones(5), np.zeros(5), eps=0.1)
    close(out, _normalized(x, 0.1), "each example must be normalized over its own features")


def check_scale_and_shift_of_each_feature(layernorm_forward, rng):
    """The normalized example is scaled and shifted, feature by feature."""
    x, gamma, beta = _data(rng), rng.uniform(0.5, 2, 5), rng.uniform(1, 2, 5)
    out = _call(layernorm_forward, x, gamma, beta, eps=0.1)
    close(
        out,
        gamma * _normalized(x, 0.1) + beta,
        "after normalizing, feature j must be scaled by gamma[j], shifted by beta[j]",
    )


@hidden
def check_an_example_does_not_hang_on_its_batch(layernorm_forward, rng):
    """An example comes out the same alone and in company."""
    x, gamma, beta = _data(rng), rng.uniform(0.5, 2, 5), rng.uniform(1, 2, 5)
    together = _call(layernorm_forward, x, gamma, beta, eps=1e-5)
    raised = _call(layernorm_forward, x + rng.uniform(1, 5), gamma, beta, eps=1e-5)
    close(raised, together, "adding one number to all features must not change the output")
    for i in range(len(x)):
        alone = _call(layernorm_forward, x[i : i + 1].copy(), gamma, beta, eps=1e-5)
        close(alone, _row(together, i), "an example must not depend on the others of its batch")


@hidden
def check_a_faint_example_is_normalized_with_eps(layernorm_forward, rng):
    """An example of a variance as small as eps comes out smaller, in proportion to std / sqrt(var + eps)."""
    x, gamma, beta = _data(rng) * 1e-2, rng.uniform(0.5, 2, 5), rng.uniform(1, 2, 5)
    out = _call(layernorm_forward, x, gamma, beta, eps=1e-4)
    close(out, gamma * _normalized(x, 1e-4) + beta, "eps must be added to the variance, inside the root")


@misconception(
    "Mean and variance are taken over the batch, for each feature. That is batch norm; layer norm takes them over the "
    "features of each example, along axis 1, and needs no batch.",
    caught_by=check_an_example_does_not_hang_on_its_batch,
)
def batch_norm(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta, x


@misconception(
    "One mean and one variance are taken over the whole batch. Each example needs its own: with axis=1, and "
    "keepdims=True for the shape (n, 1).",
    caught_by=check_each_example_is_normalized,
)
def whole_batch(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta, x


@misconception(
    "The variance is the unbiased one, with features - 1 below the line. Layer norm describes this one example and "
    "estimates nothing: divide by the number of features.",
    caught_by=check_each_example_is_normalized,
)
def unbiased(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, ddof=1, keepdims=True) + eps) + beta, x


@misconception(
    "eps is added outside the root. It belongs to the variance, inside: for a faint example the two differ much.",
    caught_by=check_a_faint_example_is_normalized_with_eps,
)
def eps_outside_the_root(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean(axis=1, keepdims=True)) / (x.std(axis=1, keepdims=True) + eps) + beta, x


@misconception(
    "The mean is not subtracted. What is left is known as RMSNorm when the mean square replaces the variance; layer "
    "norm centres each example first.",
    caught_by=check_each_example_is_normalized,
)
def not_centred(x, gamma, beta, *, eps=1e-5):
    return gamma * x / np.sqrt(x.var(axis=1, keepdims=True) + eps) + beta, x


@misconception(
    "The division is by the variance, without the root: the output has the reciprocal of the example's unit and not "
    "the variance 1.",
    caught_by=check_each_example_is_normalized,
)
def divided_by_the_variance(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean(axis=1, keepdims=True)) / (x.var(axis=1, keepdims=True) + eps) + beta, x


@misconception(
    "gamma and beta come before the normalization, which then takes their effect out again. They come after it.",
    caught_by=check_scale_and_shift_of_each_feature,
)
def scaled_before(x, gamma, beta, *, eps=1e-5):
    return _normalized(gamma * x + beta, eps), x


@misconception(
    "The batch is changed in place. It belongs to the layer below, which needs it for its own gradient: make a new "
    "array.",
    caught_by=check_each_example_is_normalized,
    worth=0.8,
    said_by="x must not be changed in place",
)
def changed_in_place(x, gamma, beta, *, eps=1e-5):
    x -= x.mean(axis=1, keepdims=True)
    x /= np.sqrt((x**2).mean(axis=1, keepdims=True) + eps)
    return gamma * x + beta, x


@alternative("one example after the other")
def looped(x, gamma, beta, *, eps=1e-5):
    out = []
    for row in x:
        mean = sum(row) / len(row)
        var = sum((value - mean) ** 2 for value in row) / len(row)
        out.append([g * (value - mean) / (var + eps) ** 0.5 + b for value, g, b in zip(row, gamma, beta)])
    return out, x


def _data(rng):
    """Five examples of five features: a mix-up of the axes is not caught by its shape."""
    return rng.normal(rng.uniform(2, 6, (5, 1)), rng.uniform(0.5, 2, (5, 1)), size=(5, 5))


def _normalized(x, eps):
    return (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + eps)


def _row(together, i):
    equal(together.shape, (5, 5), "the output must have the shape of the batch")
    require((np.ptp(together, axis=0) > 0).any(), "the output must differ from example to example")
    return together[i : i + 1]


def _call(layernorm_forward, x, gamma, beta, *, eps):
    out, _ = layernorm_forward(x, gamma, beta, eps=eps)
    return out
