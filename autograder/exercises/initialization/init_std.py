"""Standard deviation of the first weights of a layer, for three schemes."""

import math

from autograder.authoring import (
    alternative,
    close,
    core,
    hidden,
    misconception,
    neighbour,
    number,
    same_mistake_as,
    weight,
)
from dnnkit.initialization import init_std as solution

points = 2
returns = number
hints = (
    "Each scheme is a variance first: write down the three fractions, then think about what the function must return.",
    "The standard deviation is the square root of the whole fraction, numerator and denominator.",
    'Only "glorot" looks at fan_out: 2 / (fan_in + fan_out) is one over the mean of the two.',
)

EXPECTED = {
    "lecun": lambda fan_in, fan_out: math.sqrt(1 / fan_in),
    "glorot": lambda fan_in, fan_out: math.sqrt(2 / (fan_in + fan_out)),
    "he": lambda fan_in, fan_out: math.sqrt(2 / fan_in),
}
SENTENCE = {
    "lecun": "LeCun's standard deviation must be the square root of 1 / fan_in",
    "glorot": "Glorot's standard deviation must be the square root of 2 / (fan_in + fan_out)",
    "he": "He's standard deviation must be the square root of 2 / fan_in",
}


def check_lecun(init_std, rng):
    """LeCun's standard deviation is that of its variance, in layers that narrow and that widen."""
    _compare(init_std, "lecun", *_layers(rng))


@core
@weight(2)
def check_glorot(init_std, rng):
    """Glorot's standard deviation is that of its variance, in layers that narrow and that widen."""
    _compare(init_std, "glorot", *_layers(rng))


def check_he(init_std, rng):
    """He's standard deviation is that of its variance, in layers that narrow and that widen."""
    _compare(init_std, "he", *_layers(rng))


@hidden(like=(check_lecun, check_glorot, check_he))
def check_other_layers(init_std, rng):
    """The same holds in square layers, in tiny ones and in huge ones."""
    n = int(rng.integers(20, 900))
    for scheme in EXPECTED:
        _compare(init_std, scheme, (n, n), (1, 1), (1, n), (n, 1), (2, 1), (1_000_000, 3))


covers = {
    "Write init_std(fan_in, fan_out": (check_lecun, check_glorot, check_he),
    "returns the standard deviation of the first weights": (check_lecun, check_glorot, check_he),
    "takes the root of these variances": (check_lecun, check_glorot, check_he),
    "For example, with fan_in 50": "the example, by hand",
    "the standard deviation that a scheme gives": (check_lecun, check_glorot, check_he),
}


@misconception(
    "This is the variance. The schemes are stated as variances, but a draw is multiplied by a standard deviation: "
    "take the square root.",
    caught_by=check_glorot,
)
def variance(fan_in, fan_out, *, scheme):
    return EXPECTED[scheme](fan_in, fan_out) ** 2


@misconception(
    "For Glorot you return 1 / fan_in, which many texts call Xavier; it is LeCun's variance, and equals Glorot's only "
    "in a square layer. Glorot and Bengio divide 2 by fan_in + fan_out.",
    caught_by=check_glorot,
)
def xavier_is_lecun(fan_in, fan_out, *, scheme):
    return math.sqrt({"lecun": 1, "glorot": 1, "he": 2}[scheme] / fan_in)


@misconception(
    "Glorot's variance is one over the mean of fan_in and fan_out; one over their sum is half of that.",
    caught_by=check_glorot,
)
def glorot_without_the_two(fan_in, fan_out, *, scheme):
    return EXPECTED[scheme](fan_in, fan_out) / (math.sqrt(2) if scheme == "glorot" else 1)


@misconception(
    "The number of outputs is used where the number of inputs belongs: a neuron sums over its fan_in inputs, so it is "
    "fan_in that the variance must make up for.",
    caught_by=check_lecun,
    worth=0.6,
)
def outputs_for_inputs(fan_in, fan_out, *, scheme):
    return EXPECTED[scheme](fan_out, fan_in)


@misconception(
    "For He the number of outputs is used where the number of inputs belongs. fan_out keeps the gradient in the "
    "backward pass; the scheme that is asked for keeps the signal, and divides by fan_in.",
    caught_by=check_he,
    worth=0.7,
)
def he_by_the_outputs(fan_in, fan_out, *, scheme):
    return EXPECTED[scheme](*((fan_out, fan_in) if scheme == "he" else (fan_in, fan_out)))


@misconception(
    "For Glorot this is the bound of the uniform draw, the root of 6 / (fan_in + fan_out). The standard deviation is "
    "smaller by the root of 3.",
    caught_by=check_glorot,
    worth=0.7,
)
def glorot_by_its_bound(fan_in, fan_out, *, scheme):
    return EXPECTED[scheme](fan_in, fan_out) * (math.sqrt(3) if scheme == "glorot" else 1)


@misconception(
    "The root covers the numerator only: sqrt(2) / fan_in is not sqrt(2 / fan_in).",
    caught_by=check_he,
)
def root_of_the_numerator(fan_in, fan_out, *, scheme):
    return {"lecun": 1 / fan_in, "glorot": math.sqrt(2) / (fan_in + fan_out), "he": math.sqrt(2) / fan_in}[scheme]


@misconception(
    "He's and LeCun's variance have changed places. The 2 is He's: it makes up for the half that a ReLU drops.",
    caught_by=check_he,
)
def he_and_lecun_swapped(fan_in, fan_out, *, scheme):
    return EXPECTED[{"he": "lecun", "lecun": "he"}.get(scheme, scheme)](fan_in, fan_out)


@misconception(
    "The root covers the denominator only: 2 / sqrt(fan_in) is not sqrt(2 / fan_in).",
    caught_by=check_he,
    worth=0.6,
)
def root_of_the_denominator(fan_in, fan_out, *, scheme):
    return {"lecun": 1 / math.sqrt(fan_in), "glorot": 2 / math.sqrt(fan_in + fan_out), "he": 2 / math.sqrt(fan_in)}[
        scheme
    ]


@same_mistake_as(root_of_the_denominator)
def root_of_the_denominator_for_he(fan_in, fan_out, *, scheme):
    return 2 / math.sqrt(fan_in) if scheme == "he" else EXPECTED[scheme](fan_in, fan_out)


@misconception(
    "He gets no factor of 2 here, so it is LeCun again. ReLU passes half of the mean square, and the 2 makes up for "
    "it.",
    caught_by=check_he,
    worth=0.7,
)
def he_without_the_two(fan_in, fan_out, *, scheme):
    return EXPECTED["lecun" if scheme == "he" else scheme](fan_in, fan_out)


@misconception(
    "This is the bound of a uniform draw, the square root of 3 too large; the standard deviation is asked for.",
    caught_by=check_lecun,
)
def uniform_bound(fan_in, fan_out, *, scheme):
    return math.sqrt(3) * EXPECTED[scheme](fan_in, fan_out)


@neighbour("the root is taken twice")
def fourth_root(fan_in, fan_out, *, scheme):
    return EXPECTED[scheme](fan_in, fan_out) ** 0.5


@neighbour("the mean of the two fans is rounded down")
def whole_mean(fan_in, fan_out, *, scheme):
    return ((fan_in + fan_out) // 2) ** -0.5 if scheme == "glorot" else EXPECTED[scheme](fan_in, fan_out)


@neighbour("Glorot's is taken with the geometric mean of the two fans")
def geometric_mean(fan_in, fan_out, *, scheme):
    return (fan_in * fan_out) ** -0.25 if scheme == "glorot" else EXPECTED[scheme](fan_in, fan_out)


@alternative("one branch a scheme, with powers")
def branches(fan_in, fan_out, *, scheme):
    if scheme == "lecun":
        return fan_in**-0.5
    if scheme == "he":
        return (fan_in / 2) ** -0.5
    return ((fan_in + fan_out) / 2) ** -0.5


@alternative("the variance by a match, then one root")
def matched(fan_in, fan_out, *, scheme):
    match scheme:
        case "lecun":
            variance = 1 / fan_in
        case "glorot":
            variance = 2 / (fan_in + fan_out)
        case _:
            variance = 2 / fan_in
    return variance**0.5


def _layers(rng):
    """Return the fans of a layer that narrows and of one that widens, far from square and from one another.

    No fan_in and no sum of two fans is even, since integer division would get even ones right.
    """
    small, large = 2 * rng.integers(10, 100, 2), 2 * rng.integers(150, 450, 2)
    return (int(large[0]) + 1, int(small[0])), (int(small[1]) + 1, int(large[1]))


def _compare(init_std, scheme, *layers):
    for fan_in, fan_out in layers:
        close(init_std(fan_in, fan_out, scheme=scheme), EXPECTED[scheme](fan_in, fan_out), SENTENCE[scheme])
