"""Write the forward pass of layer norm."""

from functools import partial

import numpy as np

from autograder.authoring import (
    alternative,
    anything,
    array,
    close,
    core,
    free,
    hidden,
    misconception,
    neighbour,
    require,
    same_mistake_as,
    shaped,
    weight,
)
from dnnkit.norm_layers import layernorm_forward as solution

from ._shared import RTOL, STANDARD, rows, scales

points = 2
returns = (array, free(anything))
hints = (
    "One mean and one variance for each example: which axis must disappear, and how does it stay for broadcasting?",
    "`x.mean(axis=1, keepdims=True)` has the shape (n, 1), which broadcasts against (n, features).",
    "Divide by np.sqrt(var + eps) with the biased variance; then multiply by gamma and add beta, one number a feature.",
)

NORMALIZED = "each example must be normalized by the mean and the biased variance of its own features"
SCALED = "after normalizing, feature j must be multiplied by gamma[j]"
SHIFTED = "in the end, beta[j] must be added to feature j"
EPS = "eps must be added to the variance, inside the root"
DEFAULT = "eps must be 1e-5 unless it is given"
CONSTANT = "an example whose features are all equal must come out as beta"
ALONE = "an example must come out the same alone and in company"
SHAPE = "the output must have the shape of x"
_data = partial(rows, largest=1.2)


@core
@weight(2)
def check_each_example_is_normalized(layernorm_forward, rng):
    """Each example is normalized by the mean and the biased variance of its own features."""
    for n, features in ((5, 5), (4, 6)):
        x = _data(rng, (n, features))
        out, _ = layernorm_forward(x, np.ones(features), np.zeros(features), eps=1e-5)
        close(out, _normalized(x, 1e-5), NORMALIZED, rtol=RTOL)


def check_scale_of_each_feature(layernorm_forward, rng):
    """What has been normalized is multiplied by gamma, feature by feature."""
    x, gamma, zeros = _data(rng, (5, 5)), scales(rng, 5), np.zeros(5)
    plain = shaped(layernorm_forward(x, np.ones(5), zeros, eps=1e-5)[0], x.shape, SHAPE)
    close(layernorm_forward(x, gamma, zeros, eps=1e-5)[0], gamma * plain, SCALED, rtol=RTOL)
    require((np.ptp(plain, axis=1) > 1e-6).all(), "an output must differ from feature to feature")


def check_shift_of_each_feature(layernorm_forward, rng):
    """Beta is added to what has been normalized and multiplied, feature by feature, for whole numbers too."""
    gamma, beta = scales(rng, 5), scales(rng, 5)
    for x in (_data(rng, (5, 5)), rng.integers(-9, 9, (5, 5)) + np.arange(5)):
        plain = shaped(layernorm_forward(x, gamma, np.zeros(5), eps=1e-5)[0], x.shape, SHAPE)
        close(layernorm_forward(x, gamma, beta, eps=1e-5)[0], plain + beta, SHIFTED, rtol=RTOL)


def check_eps_inside_the_root(layernorm_forward, rng):
    """An example as faint as eps comes out smaller, a constant one as beta; eps is 1e-5 unless it is given."""
    ones, zeros = np.ones(4), np.zeros(4)
    for size, eps in ((0.02, 1e-3), (2.0, 3.0), (5.0, 0.1)):
        out, _ = layernorm_forward(size * STANDARD, ones, zeros, eps=eps)
        close(out, size * STANDARD / np.sqrt(size**2 + eps), EPS, rtol=RTOL)
    out, _ = layernorm_forward(0.004 * STANDARD, ones, zeros)
    close(out, 0.004 * STANDARD / np.sqrt(0.004**2 + 1e-5), DEFAULT, rtol=RTOL)
    for constant in (0.0, 2.0, 0.1):
        out, _ = layernorm_forward(np.full((4, 4), constant), ones, zeros)
        close(out, np.zeros((4, 4)), CONSTANT, rtol=RTOL, scale=1)


def check_an_example_alone(layernorm_forward, rng):
    """An example comes out the same alone and in company."""
    x, ones, zeros = _data(rng, (4, 6)), np.ones(6), np.zeros(6)
    together = shaped(layernorm_forward(x, ones, zeros, eps=1e-5)[0], x.shape, SHAPE)
    for i in range(4):
        alone, _ = layernorm_forward(x[i : i + 1].copy(), ones, zeros, eps=1e-5)
        close(alone, together[i : i + 1], ALONE, rtol=RTOL)
    require((np.ptp(together, axis=0) > 1e-6).any(), "examples that differ must not all have the same output")


@hidden(like=(check_each_example_is_normalized, check_scale_of_each_feature, check_an_example_alone))
def check_other_examples(layernorm_forward, rng):
    """The same holds for other shapes, whole, small and large numbers, single precision and constant examples."""
    constant = np.array([[0.1], [-4.0], [0.0], [1.0]]) * np.ones(7)
    for x in (
        _data(rng, (1, 8)),
        _data(rng, (6, 1)),
        _data(rng, (4, 2)),
        _data(rng, (6, 6)),
        1000 * _data(rng, (3, 7)),
        0.003 * _data(rng, (3, 5)),
        rng.integers(-5, 30, (4, 3)),
        _data(rng, (9, 4)).astype(np.float32),
        constant,
    ):
        kind = x.dtype if x.dtype.kind == "f" else float
        gamma, beta = (scales(rng, x.shape[1]).astype(kind) for _ in range(2))
        out, _ = layernorm_forward(x, gamma, beta, eps=1e-5)
        close(out, gamma * _normalized(x, 1e-5) + beta, NORMALIZED, rtol=RTOL, scale=3)


covers = {
    "for `x` of shape (n, features)": check_each_example_is_normalized,
    "the mean and the biased variance of its own features": check_each_example_is_normalized,
    "with `eps` added to the variance, inside the root": check_eps_inside_the_root,
    "multiply feature $j$ by `gamma[j]`": check_scale_of_each_feature,
    "and add `beta[j]`": check_shift_of_each_feature,
    "Return the pair (out, cache)": check_each_example_is_normalized,
    "whatever a backward pass would need": "it is free; only None is refused, by the form of the answer",
    "on no other example": check_an_example_alone,
    "Leave the arguments as they are": check_scale_of_each_feature,
    "For `x = [[1, 3], [10, 30]]`": "the example, by hand",
    "Normalize each example over its features": check_each_example_is_normalized,
}


@misconception(
    "Mean and variance are taken over the batch, for each feature. That is batch norm; layer norm takes them over the "
    "features of each example, along axis 1, and needs no batch.",
    caught_by=check_an_example_alone,
)
def batch_norm(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta, x


@misconception(
    "One mean and one variance are taken over the whole batch. Each example needs its own: with axis=1, and "
    "keepdims=True for the shape (n, 1).",
    caught_by=check_an_example_alone,
)
def whole_batch(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta, x


@misconception(
    "The variance is the unbiased one, with features - 1 in the denominator. Layer norm describes this one example and "
    "estimates nothing: divide by the number of features.",
    caught_by=check_each_example_is_normalized,
)
def unbiased(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, ddof=1, keepdims=True) + eps) + beta, x


@misconception(
    "eps is added outside the root. It belongs to the variance, inside: for a faint example the two differ widely.",
    caught_by=check_eps_inside_the_root,
    worth=0.85,
)
def eps_outside_the_root(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean(axis=1, keepdims=True)) / (x.std(axis=1, keepdims=True) + eps) + beta, x


@misconception(
    "eps is not added to the variance of every example. A faint example then comes out as large as any other, and one "
    "whose features are all equal would be 0/0.",
    caught_by=check_eps_inside_the_root,
    worth=0.85,
)
def without_eps(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True) + beta, x


@misconception(
    "The mean is not subtracted. Layer norm centres each example first, and then divides.",
    caught_by=check_each_example_is_normalized,
)
def not_centred(x, gamma, beta, *, eps=1e-5):
    return gamma * x / np.sqrt(x.var(axis=1, keepdims=True) + eps) + beta, x


@misconception(
    "The mean is not subtracted, and the division is by the root of the mean square. That is RMSNorm; layer norm "
    "centres each example first.",
    caught_by=check_each_example_is_normalized,
)
def rms_norm(x, gamma, beta, *, eps=1e-5):
    return gamma * x / np.sqrt((x**2).mean(axis=1, keepdims=True) + eps) + beta, x


@misconception(
    "The mean is subtracted in the numerator, but the denominator is the root of the mean square of `x` itself. The "
    "variance is measured from the mean.",
    caught_by=check_each_example_is_normalized,
)
def centred_above_only(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean(axis=1, keepdims=True)) / np.sqrt((x**2).mean(axis=1, keepdims=True) + eps) + beta, x


@misconception(
    "The division is by the variance, without the root. An example that is ten times as large then comes out ten times "
    "smaller.",
    caught_by=check_each_example_is_normalized,
)
def divided_by_the_variance(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean(axis=1, keepdims=True)) / (x.var(axis=1, keepdims=True) + eps) + beta, x


@misconception(
    "gamma and beta come before the normalization, which then takes their effect out again. They come after it.",
    caught_by=check_scale_of_each_feature,
    worth=0.75,
)
def scaled_before(x, gamma, beta, *, eps=1e-5):
    return _normalized(gamma * x + beta, eps), x


@misconception(
    "beta is added before the multiplication by gamma, which then scales the shift as well. The order is gamma, beta.",
    caught_by=check_shift_of_each_feature,
    worth=0.85,
)
def shifted_first(x, gamma, beta, *, eps=1e-5):
    return gamma * (_normalized(x, eps) + beta), x


@misconception(
    "gamma and beta are not used. Without them the layer could return nothing but mean 0 and variance 1.",
    caught_by=check_shift_of_each_feature,
    worth=0.75,
)
def no_scale_and_shift(x, gamma, beta, *, eps=1e-5):
    return _normalized(x, eps), x


@misconception(
    "beta is not added. Every example then has mean 0 over its features, whatever the network could have learned.",
    caught_by=check_shift_of_each_feature,
    worth=0.85,
)
def beta_forgotten(x, gamma, beta, *, eps=1e-5):
    return gamma * _normalized(x, eps), x


@misconception(
    "gamma is not used. It lets the network choose the scale of each feature.",
    caught_by=check_scale_of_each_feature,
    worth=0.75,
)
def gamma_forgotten(x, gamma, beta, *, eps=1e-5):
    return _normalized(x, eps) + beta, x


@misconception(
    "The sum over the features is divided by the number of examples. A mean over the features divides by how many "
    "features there are: `x.var(axis=1, keepdims=True)` does both.",
    caught_by=check_each_example_is_normalized,
)
def divided_by_the_examples(x, gamma, beta, *, eps=1e-5):
    centred = x - x.mean(axis=1, keepdims=True)
    return gamma * centred / np.sqrt((centred**2).sum(axis=1, keepdims=True) / len(x) + eps) + beta, x


@misconception(
    "`x` is overwritten. It belongs to the layer below, which needs it for its own gradient: make a new array.",
    caught_by=check_scale_of_each_feature,
    worth=0.87,
    said_by="x must not be changed in place",
)
def changed_in_place(x, gamma, beta, *, eps=1e-5):
    if x.dtype.kind == "i":
        return gamma * _normalized(x, eps) + beta, x
    x -= x.mean(axis=1, keepdims=True)
    x /= np.sqrt((x**2).mean(axis=1, keepdims=True) + eps)
    return gamma * x + beta, x


@misconception(
    "One number for each example has the shape (n,), which broadcasts along the features: feature j is normalized by "
    "what example j has, or nothing fits. keepdims=True leaves the shape (n, 1).",
    caught_by=check_each_example_is_normalized,
)
def axis_lost(x, gamma, beta, *, eps=1e-5):
    return gamma * (x.T - x.mean(axis=1)).T / np.sqrt(x.var(axis=1) + eps) + beta, x


@same_mistake_as(axis_lost)
def both_axes_lost(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean(axis=1)) / np.sqrt(x.var(axis=1) + eps) + beta, x


@neighbour("gamma is multiplied twice")
def gamma_twice(x, gamma, beta, *, eps=1e-5):
    return gamma**2 * _normalized(x, eps) + beta, x


@neighbour("the mean is taken over the batch, the variance over the features")
def mean_of_the_batch(x, gamma, beta, *, eps=1e-5):
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=1, keepdims=True) + eps) + beta, x


@neighbour("the median is subtracted instead of the mean")
def by_the_median(x, gamma, beta, *, eps=1e-5):
    centred = x - np.median(x, axis=1, keepdims=True)
    return gamma * centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + eps) + beta, x


@alternative("one example after the other")
def looped(x, gamma, beta, *, eps=1e-5):
    out = []
    for row in x.tolist():
        mean = sum(row) / len(row)
        var = sum((value - mean) ** 2 for value in row) / len(row)
        out.append([g * (value - mean) / (var + eps) ** 0.5 + b for value, g, b in zip(row, gamma, beta)])
    return out, x


@alternative("in single precision, with a cache of its own making")
def in_single_precision(x, gamma, beta, *, eps=1e-5):
    x, gamma, beta = (a.astype(np.float32) for a in (x, gamma, beta))
    centred = x - x.mean(axis=1, keepdims=True)
    inv_std = 1 / np.sqrt((centred**2).mean(axis=1, keepdims=True) + np.float32(eps))
    return centred * inv_std * gamma + beta, {"centred": centred, "inv_std": inv_std, "gamma": gamma}


@alternative("on the transposed batch, by the mean square minus the square of the mean")
def transposed(x, gamma, beta, *, eps=1e-5):
    columns = x.T.astype(float)
    mean = columns.mean(axis=0)
    var = np.maximum((columns**2).mean(axis=0) - mean**2, 0)
    return ((columns - mean) / (var + eps) ** 0.5).T * gamma + beta, (x, mean, var)


def _normalized(x, eps):
    x = np.asarray(x, float)
    return (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + eps)
