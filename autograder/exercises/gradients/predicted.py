"""Predict, before the run, what share of a gradient arrives at the first of twenty layers."""

from autograder.authoring import (
    alternative,
    core,
    hidden,
    misconception,
    neighbour,
    number,
    require,
    same_mistake_as,
    weight,
)

points = 2
solution = {"shrinking": 0.8**19, "relu": 0.5 ** (19 / 2), "mixed": 0.2875 ** (19 / 2), "half_left": 0.5 ** (1 / 19)}
returns = dict.fromkeys(("shrinking", "relu", "mixed", "half_left"), number)
hints = (
    "From the output of layer 20 to the output of layer 1 the gradient passes 19 layers. What does each one do to it?",
    "The rate of a layer is the root of the mean of its squared singular values. Half of the mean square is not half "
    "of the norm.",
    "For half_left ask which number, to the power of 19, gives one half.",
)

ROUNDING = 0.08  # two significant digits are enough: 0.0014 is right for 0.00138
SHRINKING = "shrinking is not the share that arrives where each layer passes 0.8 of the norm"
RELU = "relu is not the share that arrives where each layer passes half of the mean square"
MIXED = "mixed is not the share that arrives at the root-mean-square rate of these singular values"
HALF = "half_left is not the rate at which half arrives"


@core
@weight(2)
def check_shrinking(predicted, rng):
    """The share that arrives through layers of rate 0.8."""
    _right(predicted, "shrinking", SHRINKING)


def check_relu(predicted, rng):
    """The share that arrives through layers that each pass half of the mean square."""
    _right(predicted, "relu", RELU)


def check_mixed(predicted, rng):
    """The share that arrives where one singular value is large and all others are small."""
    _right(predicted, "mixed", MIXED)


def check_half_left(predicted, rng):
    """The rate at which half of the gradient arrives, to three digits."""
    require(abs(predicted["half_left"] - solution["half_left"]) < 0.0008, HALF)


@hidden(like=check_half_left)
def check_half_is_left(predicted, rng):
    """The rate, nineteen times, leaves about one half."""
    require(0.492 < predicted["half_left"] ** 19 < 0.508, "half_left, nineteen times, must leave about one half")


covers = {
    "A gradient without a preferred direction": "the setting",
    "its norm is 1 at the output of layer 20": "the setting",
    "What is its norm at the output of layer 1": (check_shrinking, check_relu, check_mixed),
    "the rate of each layer is 0.8": check_shrinking,
    "keeps half of the *mean square*": check_relu,
    "one of them 2 and the other 99 equal to 0.5": check_mixed,
    "at which rate would half of the gradient's norm arrive": check_half_left,
    "Answer with a dictionary of four numbers": check_shrinking,
    "two significant digits are enough": (check_shrinking, check_relu, check_mixed),
    "three for `half_left`": check_half_left,
}


@misconception(
    "Twenty factors are taken. Between the outputs of layer 20 and layer 1 lie 19 layers: as with fence posts, there "
    "is one step fewer than there are layers.",
    caught_by=check_shrinking,
    worth=0.85,
)
def twenty_factors():
    return {"shrinking": 0.8**20, "relu": 0.5**10, "mixed": 0.2875**10, "half_left": 0.5 ** (1 / 20)}


@misconception(
    "A layer that passes half of the mean square is taken to pass half of the norm. The norm is the root of a sum of "
    "squares: it falls by the root of one half, 0.707.",
    caught_by=check_relu,
    worth=0.85,
)
def half_of_the_norm():
    return solution | {"relu": 0.5**19}


@misconception(
    "The largest singular value is taken for the rate, so that the gradient seems to explode. Only one direction in a "
    "hundred is stretched; all others shrink, and a gradient without a preferred direction lies mostly in those.",
    caught_by=check_mixed,
    worth=0.85,
)
def largest_decides():
    return solution | {"mixed": 2.0**19}


@misconception(
    "The singular values are averaged as they are. Norms add as squares: average the squares, and take the root.",
    caught_by=check_mixed,
    worth=0.85,
)
def mean_of_the_values():
    return solution | {"mixed": 0.515**19}


@misconception(
    "The mean of the squared singular values is taken for the rate. It is what happens to the squared norm: the root "
    "is missing.",
    caught_by=check_mixed,
    worth=0.85,
)
def root_forgotten():
    return solution | {"mixed": 0.2875**19}


@misconception(
    "The loss is divided evenly among the layers, as if shares were added. They are multiplied: the rate is the 19th "
    "root of one half.",
    caught_by=check_half_left,
    worth=0.85,
)
def divided_evenly():
    return solution | {"half_left": 1 - 0.5 / 19}


@same_mistake_as(divided_evenly)
def divided_evenly_among_twenty():
    return solution | {"half_left": 1 - 0.5 / 20}


@neighbour("the share that is lost, and not the one that arrives")
def lost_share():
    return {name: 1 - value for name, value in solution.items()}


@neighbour("one factor too few")
def eighteen_factors():
    return {"shrinking": 0.8**18, "relu": 0.5**9, "mixed": 0.2875**9, "half_left": 0.5 ** (1 / 18)}


@alternative("two digits, and three for the last")
def rounded():
    return {"shrinking": 0.014, "relu": 0.0014, "mixed": 7.2e-6, "half_left": 0.964}


@alternative("by logarithms")
def by_logarithms():
    import math

    return {
        "shrinking": math.exp(19 * math.log(0.8)),
        "relu": math.exp(9.5 * math.log(0.5)),
        "mixed": math.exp(9.5 * math.log((4 + 99 / 4) / 100)),
        "half_left": math.exp(-math.log(2) / 19),
    }


def _right(predicted, key, sentence):
    share = predicted[key]
    require(abs(share - solution[key]) <= ROUNDING * solution[key], sentence)
