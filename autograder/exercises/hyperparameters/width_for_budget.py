"""How wide may the hidden layers be if a network may have only so many parameters?"""

import math

from autograder.authoring import (
    alternative,
    core,
    equal,
    hidden,
    integer,
    misconception,
    neighbour,
    require,
    same_mistake_as,
    weight,
)
from dnnkit import hyperparameters
from dnnkit.hyperparameters import width_for_budget as solution

points = 4
returns = integer
hints = (
    "Without algebra: try the widths 1, 2, 3, ... and stop before the count is over the budget. "
    "`hyperparameters.count_parameters` counts for you.",
    "The sizes of a network of width h are `(n_inputs, *[h] * hidden_layers, n_outputs)`.",
    "With algebra: for more than one hidden layer, $N(h) = \\text{budget}$ is a quadratic equation; round its positive "
    "root down. For one hidden layer there is no $h^2$, and dividing by its coefficient is dividing by zero.",
)

OVER = "a network of this width has more parameters than the budget"
UNDER = "a wider network would still be within the budget"
EXACT = "a network that uses the budget down to the last parameter is within it"
LESS = "if the budget is one parameter short of what a width takes, that width is over it"
ONE = "with a single hidden layer the width must be the largest within the budget"
BOTH = "the width must be the largest within the budget"


@core
@weight(2)
def check_largest_width(width_for_budget, rng):
    """The width is the largest within the budget, for two and for five hidden layers."""
    beyond = []
    for hidden_layers in (2, 5):
        (n_inputs, n_outputs), width = _ends(rng, 10, 20), int(rng.integers(30, 60))
        low, high = (_count(n_inputs, n_outputs, h, hidden_layers) for h in (width, width + 1))
        for budget in (low + 1, low + int(0.3 * (high - low)), low + int(0.7 * (high - low))):
            beyond.append(width_for_budget(n_inputs, n_outputs, budget, hidden_layers=hidden_layers) - width)
    require(max(beyond) <= 0, OVER)
    require(min(beyond) >= 0, UNDER)


def check_one_hidden_layer(width_for_budget, rng):
    """The same holds for one hidden layer."""
    (n_inputs, n_outputs), width = _ends(rng, 3, 9), int(rng.integers(60, 90))
    low, high = (_count(n_inputs, n_outputs, h, 1) for h in (width, width + 1))
    few = int(rng.integers(20, 30))  # if a square is wrongly counted, the last budget barely suffices for it
    wide = 1 + solution(n_inputs, n_outputs, _count(n_inputs, n_outputs, few, 1) + few**2 - 1, hidden_layers=1)
    budgets = (low + 1, high - 1, _count(n_inputs, n_outputs, wide, 1) + 1)
    found = [width_for_budget(n_inputs, n_outputs, budget, hidden_layers=1) for budget in budgets]
    equal(found, [width, width, wide], ONE)


@weight(2)
def check_edge_of_the_budget(width_for_budget, rng):
    """A network with exactly as many parameters as the budget is within it; with a budget of one less it is not."""
    at, before = [], []
    for hidden_layers in (1, 3):
        n_inputs, n_outputs = _ends(rng, 3, 9)
        for width in (1, *(int(width) for width in rng.choice(range(60, 90), 2, replace=False))):
            exact = _count(n_inputs, n_outputs, width, hidden_layers)
            at.append(width_for_budget(n_inputs, n_outputs, exact, hidden_layers=hidden_layers) - width)
            if width > 1:
                before.append(width_for_budget(n_inputs, n_outputs, exact - 1, hidden_layers=hidden_layers) - width)
    require(min(at) >= 0, EXACT)
    require(max(before) < 0, LESS)
    equal([*at, *before], [0] * len(at) + [-1] * len(before), BOTH)


@hidden(like=(check_largest_width, check_one_hidden_layer, check_edge_of_the_budget))
def check_other_budgets(width_for_budget, rng):
    """The same holds for the smallest budget and larger ones, more outputs than inputs, and ten hidden layers."""
    for n_inputs, n_outputs, hidden_layers in ((1, 1, 1), (1, 1, 2), (3, 200, 2), (200, 3, 10), (30, 30, 4)):
        for width in (1, 2, int(rng.integers(50, 90))):
            exact = _count(n_inputs, n_outputs, width, hidden_layers)
            for budget in (exact, _count(n_inputs, n_outputs, width + 1, hidden_layers) - 1):
                found = width_for_budget(n_inputs, n_outputs, budget, hidden_layers=hidden_layers)
                equal(found, width, BOTH)
    equal(width_for_budget(1, 1, 1_000_000, hidden_layers=1), 333_333, BOTH)  # the largest within the million


covers = {
    "Write width_for_budget(n_inputs, n_outputs, budget, *, hidden_layers)": check_largest_width,
    "hidden_layers layers of equal width": (check_largest_width, check_one_hidden_layer),
    "the largest width": (check_largest_width, check_one_hidden_layer),
    "at most budget parameters, biases included": (check_edge_of_the_budget, check_largest_width),
    "The budget is enough for a width of 1": "what need not be handled",
    "at most a million": "what the checks ask for",
    "hyperparameters.count_parameters(sizes)": "an offer",
    "For example": "the example, by hand",
    "Return the largest width within the budget": (check_largest_width, check_edge_of_the_budget),
}
SMALLEST = "it only decides which budgets are rejected as too small for a width of 1"
equivalent = {
    "`n_inputs, n_outputs = (_inputs.count('n_inputs', n_inputs), _inputs.count('n_outputs', n_outputs))` becomes "
    "`pass`": "it rejects bad input, and turns NumPy's numbers into Python's",
    "`1` becomes `0`": SMALLEST,
    "`_count((n_inputs, *[1] * hidden, n_outputs), True)` becomes `_count((n_inputs, *[1] * hidden, n_outputs), "
    "False)`": SMALLEST,
    "`(fan_in + bias) * fan_out` becomes `(fan_in + bias) / fan_out` in _count": SMALLEST,
    "`fan_in + bias` becomes `fan_in - bias` in _count": SMALLEST,
}


@misconception(
    "The first width that is over the budget is returned. Stop one earlier: at the last width that is within it.",
    caught_by=check_largest_width,
)
def first_over(n_inputs, n_outputs, budget, *, hidden_layers):
    width = 1
    while _count(n_inputs, n_outputs, width, hidden_layers) <= budget:
        width += 1
    return width


@misconception(
    "A network that has exactly as many parameters as the budget is taken to be over it. 'At most' includes the budget "
    "itself: compare with <=.",
    caught_by=check_edge_of_the_budget,
    worth=0.75,
)
def strictly_less(n_inputs, n_outputs, budget, *, hidden_layers):
    return _largest(budget - 1, lambda h: _count(n_inputs, n_outputs, h, hidden_layers))


@same_mistake_as(strictly_less)
def strictly_less_from_one(n_inputs, n_outputs, budget, *, hidden_layers):
    return max(1, strictly_less(n_inputs, n_outputs, budget, hidden_layers=hidden_layers))


@same_mistake_as(strictly_less)
def strictly_less_by_the_reference(n_inputs, n_outputs, budget, *, hidden_layers):
    return solution(n_inputs, n_outputs, budget - 1, hidden_layers=hidden_layers)


@misconception(
    "The biases are left out of the count, so that there seems to be more room than there is.",
    caught_by=check_edge_of_the_budget,
    worth=0.75,
)
def no_biases(n_inputs, n_outputs, budget, *, hidden_layers):
    return _largest(
        budget, lambda h: hyperparameters.count_parameters(_sizes(n_inputs, n_outputs, h, hidden_layers), bias=False)
    )


@misconception(
    "The biases of the output layer are left out of the count.",
    caught_by=check_edge_of_the_budget,
    worth=0.8,
)
def no_output_biases(n_inputs, n_outputs, budget, *, hidden_layers):
    return solution(n_inputs, n_outputs, budget + n_outputs, hidden_layers=hidden_layers)


@misconception(
    "A square matrix is counted for each hidden layer. D hidden layers have only D - 1 of them in between; the first "
    "layer is fed by the inputs.",
    caught_by=check_largest_width,
)
def one_square_too_many(n_inputs, n_outputs, budget, *, hidden_layers):
    return _largest(budget, lambda h: _count(n_inputs, n_outputs, h, hidden_layers) + h * h)


@misconception(
    "The hidden layers are counted as if each were fed by the inputs. Only the first is; the others are fed by a layer "
    "of their own width, which is what makes the count quadratic.",
    caught_by=check_largest_width,
)
def linear_in_the_width(n_inputs, n_outputs, budget, *, hidden_layers):
    return (budget - n_outputs) // (hidden_layers * (n_inputs + 1) + n_outputs)


@misconception(
    "The width nearest to the root, or with the count nearest to the budget, is returned. Half the time that is one "
    "neuron too many: take the width below, which is within the budget.",
    caught_by=check_edge_of_the_budget,
    worth=0.75,
)
def rounded_to_nearest(n_inputs, n_outputs, budget, *, hidden_layers):
    return round(_root(n_inputs, n_outputs, budget, hidden_layers))


@misconception(
    "The root is rounded up. That gives the smallest width over the budget, or exactly on it; to find the largest "
    "within it, round down.",
    caught_by=check_largest_width,
)
def rounded_up(n_inputs, n_outputs, budget, *, hidden_layers):
    return math.ceil(_root(n_inputs, n_outputs, budget, hidden_layers))


@misconception(
    "The output layer is left out. Its weights grow with the width too: h for each output.",
    caught_by=check_largest_width,
)
def without_the_output_layer(n_inputs, n_outputs, budget, *, hidden_layers):
    return _largest(
        budget, lambda h: hyperparameters.count_parameters(_sizes(n_inputs, n_outputs, h, hidden_layers)[:-1])
    )


@misconception(
    "The number of neurons in all hidden layers together is returned. The width is the number in one of them.",
    caught_by=check_largest_width,
)
def neurons_of_all_layers(n_inputs, n_outputs, budget, *, hidden_layers):
    return hidden_layers * solution(n_inputs, n_outputs, budget, hidden_layers=hidden_layers)


@misconception(
    "The formula for the root of a quadratic equation is used for a single hidden layer too. There is no square then, "
    "and dividing by its coefficient is dividing by zero: solve the linear equation.",
    caught_by=check_one_hidden_layer,
    worth=0.6,
)
def always_quadratic(n_inputs, n_outputs, budget, *, hidden_layers):
    square, linear, left = hidden_layers - 1, n_inputs + n_outputs + hidden_layers, budget - n_outputs
    return int((math.sqrt(linear**2 + 4 * square * left) - linear) / (2 * square))


@misconception(
    "One hidden layer too many is counted: there are `hidden_layers` layers between the inputs and the outputs, and "
    "the output layer is not among them.",
    caught_by=check_one_hidden_layer,
)
def one_layer_too_many(n_inputs, n_outputs, budget, *, hidden_layers):
    return _largest(budget, lambda h: _count(n_inputs, n_outputs, h, hidden_layers + 1))


@same_mistake_as(one_layer_too_many)
def one_layer_too_many_from_one(n_inputs, n_outputs, budget, *, hidden_layers):
    return max(1, one_layer_too_many(n_inputs, n_outputs, budget, hidden_layers=hidden_layers))


@misconception(
    "`hidden_layers` is not used: the width is that of a single hidden layer, whatever number is asked for.",
    caught_by=check_largest_width,
    worth=0.6,
)
def always_one_hidden_layer(n_inputs, n_outputs, budget, *, hidden_layers):
    return solution(n_inputs, n_outputs, budget, hidden_layers=1)


@misconception(
    "The biases of the hidden layers are left out of the count.",
    caught_by=check_one_hidden_layer,
)
def no_hidden_biases(n_inputs, n_outputs, budget, *, hidden_layers):
    return _largest(budget, lambda h: _count(n_inputs, n_outputs, h, hidden_layers) - hidden_layers * h)


@neighbour("one neuron fewer than possible")
def one_too_few(n_inputs, n_outputs, budget, *, hidden_layers):
    return solution(n_inputs, n_outputs, budget, hidden_layers=hidden_layers) - 1


@neighbour("inputs and outputs are swapped")
def ends_swapped(n_inputs, n_outputs, budget, *, hidden_layers):
    return solution(n_outputs, n_inputs, budget, hidden_layers=hidden_layers)


@alternative("a loop that counts")
def counted(n_inputs, n_outputs, budget, *, hidden_layers):
    width = 0
    while hyperparameters.count_parameters(_sizes(n_inputs, n_outputs, width + 1, hidden_layers)) <= budget:
        width += 1
    return width


@alternative("the root of the quadratic equation, or of the linear one if there is no square, rounded down")
def by_algebra(n_inputs, n_outputs, budget, *, hidden_layers):
    return math.floor(_root(n_inputs, n_outputs, budget, hidden_layers) + 1e-9)


@alternative("bisection, with the formula written out")
def bisected(n_inputs, n_outputs, budget, *, hidden_layers):
    low, high = 1, budget + 1
    while high - low > 1:
        middle = (low + high) // 2
        count = n_inputs * middle + middle + (hidden_layers - 1) * (middle + 1) * middle + (middle + 1) * n_outputs
        low, high = (middle, high) if count <= budget else (low, middle)
    return low


def _ends(rng, low, high):
    """Return different numbers of inputs and outputs, both below the widths that are asked for."""
    return tuple(int(size) for size in rng.choice(range(low, high), 2, replace=False))


def _sizes(n_inputs, n_outputs, width, hidden_layers):
    return (n_inputs, *[width] * hidden_layers, n_outputs)


def _count(n_inputs, n_outputs, width, hidden_layers):
    return hyperparameters.count_parameters(_sizes(n_inputs, n_outputs, width, hidden_layers))


def _largest(budget, count):
    width = 0
    while count(width + 1) <= budget:
        width += 1
    return width


def _root(n_inputs, n_outputs, budget, hidden_layers):
    square, linear, left = hidden_layers - 1, n_inputs + n_outputs + hidden_layers, budget - n_outputs
    if not square:
        return left / linear
    return (math.sqrt(linear**2 + 4 * square * left) - linear) / (2 * square)
