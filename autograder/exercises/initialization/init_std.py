"""Standard deviation of the first weights of a layer, for three schemes."""

import math

from autograder.authoring import alternative, close, hidden, misconception, number, require
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


def compare(init_std, fan_in, fan_out):
    for scheme, expected in EXPECTED.items():
        close(init_std(fan_in, fan_out, scheme=scheme), expected(fan_in, fan_out), SENTENCE[scheme])


def check_narrowing_layer(init_std, rng):
    """In a layer with more inputs than outputs, each scheme has its standard deviation."""
    compare(init_std, int(rng.integers(300, 900)), int(rng.integers(20, 200)))


def check_widening_layer(init_std, rng):
    """In a layer with fewer inputs than outputs, each scheme has its standard deviation."""
    compare(init_std, int(rng.integers(20, 200)), int(rng.integers(300, 900)))


@hidden
def check_square_layer(init_std, rng):
    """In a square layer Glorot equals LeCun, and He is the square root of 2 times as large."""
    n = int(rng.integers(20, 900))
    lecun, glorot, he = (init_std(n, n, scheme=scheme) for scheme in ("lecun", "glorot", "he"))
    require(lecun > 0, "a standard deviation is positive", lecun=lecun)
    close(glorot, lecun, "in a square layer Glorot's standard deviation must equal LeCun's")
    close(
        he / lecun, math.sqrt(2), "in a square layer He's standard deviation must be the square root of 2 times LeCun's"
    )


@hidden
def check_signal_is_kept(init_std, rng):
    """The schemes keep what they promise: n Var(w) is 1, and 2 for He."""
    fan_in, fan_out = (int(n) for n in rng.integers(20, 900, size=2) * (1, 3))
    lecun, glorot, he = (init_std(fan_in, fan_out, scheme=scheme) ** 2 for scheme in ("lecun", "glorot", "he"))
    close(fan_in * lecun, 1, "LeCun must keep the variance on the way forward: fan_in times the variance is 1")
    close((fan_in + fan_out) / 2 * glorot, 1, "Glorot must average both ways: mean fan times the variance is 1")
    close(fan_in * he, 2, "He must double the variance, as ReLU halves it: fan_in times the variance is 2")


@misconception(
    "This is the variance. The schemes are stated as variances, but a draw is multiplied by a standard deviation: "
    "take the square root.",
    caught_by=check_narrowing_layer,
)
def variance(fan_in, fan_out, *, scheme):
    return EXPECTED[scheme](fan_in, fan_out) ** 2


@misconception(
    "For Glorot you return 1 / fan_in, which many texts call Xavier; it is LeCun's variance, and equals Glorot's only "
    "in a square layer. Glorot and Bengio divide 2 by fan_in + fan_out.",
    caught_by=check_widening_layer,
    worth=0.3,
)
def xavier_is_lecun(fan_in, fan_out, *, scheme):
    return math.sqrt({"lecun": 1, "glorot": 1, "he": 2}[scheme] / fan_in)


@misconception(
    "Glorot's variance is one over the mean of fan_in and fan_out; one over their sum is half of that.",
    caught_by=check_square_layer,
)
def glorot_without_the_two(fan_in, fan_out, *, scheme):
    return EXPECTED[scheme](fan_in, fan_out) / (math.sqrt(2) if scheme == "glorot" else 1)


@misconception(
    "The number of outputs stands where the number of inputs belongs: a unit sums over its fan_in inputs, so it is "
    "fan_in that the variance must make up for.",
    caught_by=check_signal_is_kept,
)
def outputs_for_inputs(fan_in, fan_out, *, scheme):
    return EXPECTED[scheme](fan_out, fan_in)


@misconception(
    "The root covers the denominator only: 2 / sqrt(fan_in) is not sqrt(2 / fan_in).",
    caught_by=check_narrowing_layer,
)
def root_of_the_denominator(fan_in, fan_out, *, scheme):
    return {"lecun": 1 / math.sqrt(fan_in), "glorot": 2 / math.sqrt(fan_in + fan_out), "he": 2 / math.sqrt(fan_in)}[
        scheme
    ]


@misconception(
    "He gets no factor of 2 here, so it is LeCun again. ReLU passes half of the mean square, and the 2 makes up for "
    "it.",
    caught_by=check_square_layer,
)
def he_without_the_two(fan_in, fan_out, *, scheme):
    return EXPECTED["lecun" if scheme == "he" else scheme](fan_in, fan_out)


@misconception(
    "This is the bound of a uniform draw, the square root of 3 too large; the standard deviation is asked for.",
    caught_by=check_narrowing_layer,
)
def uniform_bound(fan_in, fan_out, *, scheme):
    return math.sqrt(3) * EXPECTED[scheme](fan_in, fan_out)


@alternative("one branch a scheme, with powers")
def branches(fan_in, fan_out, *, scheme):
    if scheme == "lecun":
        return fan_in**-0.5
    if scheme == "he":
        return (fan_in / 2) ** -0.5
    return ((fan_in + fan_out) / 2) ** -0.5
