"""Write RMSNorm: divide each example by the root of its mean square."""

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
from dnnkit.norm_layers import rmsnorm_forward as solution

from ._shared import RTOL, STANDARD, scales

points = 2
returns = array
hints = (
    "One number for each example: square, take the mean over its features, take the root.",
    "`(x**2).mean(axis=1, keepdims=True)` has the shape (n, 1), which broadcasts against (n, features).",
    "`x / np.sqrt(mean_square + eps) * gamma`: gamma has one number for each feature, and broadcasts along the last "
    "axis.",
)

NORMALIZED = "each example must be divided by the root of its own mean square"
SCALED = "after the division, feature j must be multiplied by gamma[j]"
EPS = "eps must be added to the mean square, inside the root"
DEFAULT = "eps must be 1e-5 unless it is given"
ALONE = "an example must come out the same alone and in company"
SHAPE = "the output must have the shape of x"


@core
@weight(2)
def check_each_example_is_divided(rmsnorm_forward, rng):
    """Each example is divided by the root of its own mean square."""
    for n, features in ((5, 5), (4, 6)):
        x = _data(rng, (n, features))
        close(rmsnorm_forward(x, np.ones(features), eps=1e-5), _normalized(x, 1e-5), NORMALIZED, rtol=RTOL)


def check_scale_of_each_feature(rmsnorm_forward, rng):
    """What has been divided is multiplied by gamma, feature by feature."""
    gamma = scales(rng, 5)
    for x in (_data(rng, (5, 5)), rng.integers(-9, 9, (5, 5)) + np.arange(5)):
        plain = shaped(rmsnorm_forward(x, np.ones(5), eps=1e-5), x.shape, SHAPE)
        close(rmsnorm_forward(x, gamma, eps=1e-5), gamma * plain, SCALED, rtol=RTOL)
    require(np.ptp(plain) > 1e-6, "with a gamma of ones, the output must differ from feature to feature")


def check_eps_inside_the_root(rmsnorm_forward, rng):
    """An example as faint as eps comes out smaller, one of zeros as zeros; eps is 1e-5 unless it is given."""
    ones = np.ones(4)
    for size, eps in ((0.02, 1e-3), (2.0, 3.0), (5.0, 0.1)):
        close(rmsnorm_forward(size * STANDARD, ones, eps=eps), size * STANDARD / np.sqrt(size**2 + eps), EPS, rtol=RTOL)
    close(rmsnorm_forward(0.004 * STANDARD, ones), 0.004 * STANDARD / np.sqrt(0.004**2 + 1e-5), DEFAULT, rtol=RTOL)
    close(rmsnorm_forward(0.0 * STANDARD, ones), 0.0 * STANDARD, "an example of zeros must come out as zeros")


def check_an_example_alone(rmsnorm_forward, rng):
    """An example comes out the same alone and in company."""
    x, ones = _data(rng, (4, 6)), np.ones(6)
    together = shaped(rmsnorm_forward(x, ones, eps=1e-5), x.shape, SHAPE)
    for i in range(4):
        close(rmsnorm_forward(x[i : i + 1].copy(), ones, eps=1e-5), together[i : i + 1], ALONE, rtol=RTOL)
    require((np.ptp(together, axis=0) > 1e-6).any(), "examples that differ must not all have the same output")


@hidden(like=(check_each_example_is_divided, check_scale_of_each_feature, check_an_example_alone))
def check_other_examples(rmsnorm_forward, rng):
    """The same holds for other shapes, whole numbers, single precision, large numbers and constant examples."""
    constant = np.array([[0.1], [-4.0], [0.0], [1.0]]) * np.ones(7)
    for x in (
        _data(rng, (1, 8)),
        _data(rng, (6, 1)),
        _data(rng, (6, 6)),
        1000 * _data(rng, (3, 7)),
        0.003 * _data(rng, (3, 5)),
        rng.integers(-5, 30, (4, 3)),
        _data(rng, (9, 4)).astype(np.float32),
        constant,
    ):
        gamma = scales(rng, x.shape[1]).astype(x.dtype if x.dtype.kind == "f" else float)
        close(rmsnorm_forward(x, gamma, eps=1e-5), gamma * _normalized(x, 1e-5), NORMALIZED, rtol=RTOL)


equivalent = {"`x, gamma, eps = _checked(x, gamma, eps)` becomes `pass`": "it only refuses bad input"}

covers = {
    "for `x` of shape (n, features)": check_each_example_is_divided,
    "root of the mean square of its features": check_each_example_is_divided,
    "with `eps` added to the mean square, inside the root": check_eps_inside_the_root,
    "multiply feature $j$ by `gamma[j]`": check_scale_of_each_feature,
    "Return one array": check_each_example_is_divided,
    "on no other example": check_an_example_alone,
    "Leave the arguments as they are": check_scale_of_each_feature,
    "For `x = [[3, 4], [30, -40]]`": "the example, by hand",
    "Divide each example by its root mean square": check_each_example_is_divided,
}


@misconception(
    "The mean is subtracted first. That is layer norm; RMSNorm leaves the mean in the numbers, and saves the pass over "
    "the features that it takes to compute it.",
    caught_by=check_each_example_is_divided,
)
def centred(x, gamma, *, eps=1e-5):
    return gamma * (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + eps)


@misconception(
    "The division is by the standard deviation, which is measured from the mean. The mean square is measured from 0: "
    "nothing is subtracted, neither in the numerator nor in the denominator.",
    caught_by=check_each_example_is_divided,
)
def by_the_standard_deviation(x, gamma, *, eps=1e-5):
    return gamma * x / np.sqrt(x.var(axis=1, keepdims=True) + eps)


@misconception(
    "The mean square is taken over the batch, for each feature. Take it over the features of each example, along axis "
    "1, with keepdims=True for the shape (n, 1).",
    caught_by=check_an_example_alone,
)
def over_the_batch(x, gamma, *, eps=1e-5):
    return gamma * x / np.sqrt((x**2).mean(axis=0) + eps)


@misconception(
    "One mean square is taken over the whole batch. Each example needs its own: axis=1, and keepdims=True for the "
    "shape (n, 1).",
    caught_by=check_an_example_alone,
)
def whole_batch(x, gamma, *, eps=1e-5):
    return gamma * x / np.sqrt((x**2).mean() + eps)


@misconception(
    "The squares are summed, not averaged. Divided by its length, an example of 10,000 features would be left with "
    "numbers of about 0.01; divided by the root of the *mean* square, its numbers are about 1 at any width.",
    caught_by=check_each_example_is_divided,
)
def by_the_length(x, gamma, *, eps=1e-5):
    return gamma * x / np.sqrt((x**2).sum(axis=1, keepdims=True) + eps)


@misconception(
    "The sum of squares is divided by the number of examples. The mean over the features divides by how many features "
    "there are: `(x**2).mean(axis=1, keepdims=True)` does both.",
    caught_by=check_each_example_is_divided,
)
def divided_by_the_examples(x, gamma, *, eps=1e-5):
    return gamma * x / np.sqrt((x**2).sum(axis=1, keepdims=True) / len(x) + eps)


@misconception(
    "The root is missing: the division is by the mean square itself. An example that is ten times as large then comes "
    "out ten times smaller.",
    caught_by=check_each_example_is_divided,
)
def without_the_root(x, gamma, *, eps=1e-5):
    return gamma * x / ((x**2).mean(axis=1, keepdims=True) + eps)


@misconception(
    "eps is added to the root. It belongs to the mean square, inside the root: for a faint example the two differ "
    "widely.",
    caught_by=check_eps_inside_the_root,
    worth=0.8,
)
def eps_outside_the_root(x, gamma, *, eps=1e-5):
    return gamma * x / (np.sqrt((x**2).mean(axis=1, keepdims=True)) + eps)


@misconception(
    "eps is not added to the mean square of every example. A faint example then comes out as large as any other, and "
    "one of zeros would be 0/0.",
    caught_by=check_eps_inside_the_root,
    worth=0.8,
)
def without_eps(x, gamma, *, eps=1e-5):
    return gamma * x / np.sqrt((x**2).mean(axis=1, keepdims=True))


@misconception(
    "gamma comes before the division, which then takes part of its effect out again. It comes after.",
    caught_by=check_scale_of_each_feature,
    worth=0.8,
)
def scaled_before(x, gamma, *, eps=1e-5):
    return _normalized(gamma * x, eps)


@misconception(
    "Feature j is multiplied by 1 + gamma[j]. Some language models store the scale this way, to begin at 0; here gamma "
    "is the scale itself.",
    caught_by=check_scale_of_each_feature,
    worth=0.8,
)
def one_plus_gamma(x, gamma, *, eps=1e-5):
    return (1 + gamma) * _normalized(x, eps)


@misconception(
    "gamma is not used. It lets the network choose the scale of each feature.",
    caught_by=check_scale_of_each_feature,
    worth=0.8,
)
def without_gamma(x, gamma, *, eps=1e-5):
    return _normalized(x, eps)


@misconception(
    "`x` is overwritten. It belongs to the layer below, which needs it for its own gradient: make a new array.",
    caught_by=check_scale_of_each_feature,
    worth=0.85,
    said_by="x must not be changed in place",
)
def changed_in_place(x, gamma, *, eps=1e-5):
    if x.dtype.kind == "i":
        return gamma * _normalized(x, eps)
    x /= np.sqrt((x**2).mean(axis=1, keepdims=True) + eps)
    return gamma * x


@neighbour("the mean absolute value instead of the root of the mean square")
def by_the_mean_absolute_value(x, gamma, *, eps=1e-5):
    return gamma * x / (np.abs(x).mean(axis=1, keepdims=True) + eps)


@misconception(
    "One number for each example has the shape (n,), which broadcasts along the features: feature j is divided by the "
    "root of example j, or nothing fits. keepdims=True leaves the shape (n, 1).",
    caught_by=check_each_example_is_divided,
)
def axis_lost(x, gamma, *, eps=1e-5):
    return gamma * x / np.sqrt((x**2).mean(axis=1) + eps)


@neighbour("gamma is multiplied twice")
def gamma_twice(x, gamma, *, eps=1e-5):
    return gamma**2 * _normalized(x, eps)


@neighbour("the largest value instead of the root of the mean square")
def by_the_largest(x, gamma, *, eps=1e-5):
    return gamma * x / np.sqrt((x**2).max(axis=1, keepdims=True) + eps)


@alternative("one example after the other, in lists")
def looped(x, gamma, *, eps=1e-5):
    out = []
    for row in x.tolist():
        rms = (sum(value * value for value in row) / len(row) + eps) ** 0.5
        out.append([g * value / rms for g, value in zip(gamma.tolist(), row)])
    return out


@alternative("in single precision")
def in_single_precision(x, gamma, *, eps=1e-5):
    return solution(x.astype(np.float32), gamma.astype(np.float32), eps=eps)


@alternative("by the length of each example")
def by_norms(x, gamma, *, eps=1e-5):
    length = np.linalg.norm(x, axis=1)
    return (x.T / np.hypot(length / x.shape[1] ** 0.5, eps**0.5)).T * gamma


def _data(rng, shape):
    """Examples of root mean squares on both sides of 1, whose means are on both sides of 0 and count."""
    size = 10 ** rng.permutation(np.linspace(-0.4, 1.2, shape[0]))[:, None]
    mean = rng.choice([-1, 1], (shape[0], 1)) * rng.uniform(0.7, 1.5, (shape[0], 1))
    return size * (mean + rng.normal(size=shape))


def _normalized(x, eps):
    return x / np.sqrt((np.asarray(x, float) ** 2).mean(axis=1, keepdims=True) + eps)
