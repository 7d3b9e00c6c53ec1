"""Read a table of tuned runs: where does the linear rule end, and what do more machines buy?"""

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

points = 3
solution = {"linear": 2.048, "ends": 64, "noise_scale": 192, "machines": 5.2, "examples": 3.8}
returns = dict.fromkeys(solution, number)
hints = (
    "The linear rule multiplies the rate by the same factor as the batch. Write its rate next to each best rate, and "
    "compare.",
    "Where are the steps twice the fewest possible? In steps = fewest · (1 + B / n) set n to B; then find B from any "
    "column.",
    "Steps times batch size are the examples of a run.",
)

LINEAR = "linear is not the rate that the linear rule gives for 1024"
ENDS = "ends is not the largest batch size at which the linear rule's rate is at most a quarter above the best one"
SCALE = "noise_scale is not the batch size at which the run takes twice the fewest steps"
MACHINES = "machines is not the factor by which the steps fall from 16 to 128"
EXAMPLES = "examples is not the factor by which the examples of a run grow from 128 to 1024"
ROUNDING = 0.03


def check_linear_rule(linear_ends, rng):
    """The rate that the linear rule gives."""
    _right(linear_ends, "linear", LINEAR)


@core
@weight(2)
def check_end_of_the_rule(linear_ends, rng):
    """The batch size up to which the linear rule is good."""
    require(linear_ends["ends"] == solution["ends"], ENDS)


@weight(2)
def check_noise_scale(linear_ends, rng):
    """The noise scale, from the steps."""
    _right(linear_ends, "noise_scale", SCALE)


def check_machines(linear_ends, rng):
    """What eight machines buy in steps."""
    _right(linear_ends, "machines", MACHINES)


def check_examples(linear_ends, rng):
    """What a batch above the noise scale costs in examples."""
    _right(linear_ends, "examples", EXAMPLES)


@hidden(
    like=(check_linear_rule, check_end_of_the_rule, check_noise_scale, check_machines, check_examples),
)
def check_all_five(linear_ends, rng):
    """All five are right."""
    for name, right in solution.items():
        require(abs(linear_ends[name] - right) <= ROUNDING * right, "not all of the five are right")


covers = {
    "The table holds tuned runs of another network": "the setting",
    "the rate that the linear rule gives for batches of 1024": check_linear_rule,
    "at most a quarter above the best": check_end_of_the_rule,
    "takes twice the fewest steps": check_noise_scale,
    "the factor, above 1, by which the steps fall": check_machines,
    "the factor, above 1, by which the examples that a run reads grow": check_examples,
    "batch size 16 32 64 128 256 512 1024": "how the table is read",
    "best rate 0.032 0.059 0.104 0.166 0.238 0.303 0.350": (check_linear_rule, check_end_of_the_rule),
    "steps 13,000 7,000 4,000 2,500 1,750 1,375 1,188": (check_noise_scale, check_machines, check_examples),
    "the number for batches of all the examples there are": check_noise_scale,
    "Give a dictionary of five numbers": "what is given is judged part by part",
    "Two significant digits are enough": (check_noise_scale, check_machines, check_examples),
}


@misconception(
    "The rate is multiplied by 8, which is the square root of what the batch is multiplied by. By the linear rule the "
    "rate grows by the same factor as the batch.",
    caught_by=check_linear_rule,
    worth=0.9,
)
def square_root():
    return solution | {"linear": 0.256}


@misconception(
    "Eight times as many examples at a step are taken to mean an eighth of the steps. The table says how many steps "
    "there were: near the noise scale they fall by less.",
    caught_by=check_machines,
    worth=0.9,
)
def perfect_scaling():
    return solution | {"machines": 8}


@misconception(
    "Steps are given instead of examples: from 128 to 1024 the steps fall. Each of them reads eight times as many "
    "examples; multiply by the batch size.",
    caught_by=check_examples,
    worth=0.9,
)
def steps_for_examples():
    return solution | {"examples": 2500 / 1187.5}


@same_mistake_as(steps_for_examples)
def steps_for_examples_as_they_fall():
    return solution | {"examples": 1188 / 2500}


@same_mistake_as(steps_for_examples)
def steps_for_examples_in_two_digits():
    return solution | {"examples": 0.48}


@misconception(
    "The examples are taken to grow by as much as the batch, eightfold. The run needs fewer steps, though, by more "
    "than half.",
    caught_by=check_examples,
    worth=0.9,
)
def batches_for_examples():
    return solution | {"examples": 8}


@misconception(
    "The batch size at which the steps are half of those at 16 is taken for the noise scale. It does not depend on "
    "which batch the table begins with: compare with the fewest steps possible, 1,000.",
    caught_by=check_noise_scale,
    worth=0.75,
)
def half_of_the_first():
    return solution | {"noise_scale": 35}


@same_mistake_as(half_of_the_first)
def half_of_the_first_in_three_digits():
    return solution | {"noise_scale": 34.9}


@misconception(
    "A column of the table is given. At 128 a run takes more than twice the fewest steps and at 256 fewer: the batch "
    "size asked for lies between, and steps = fewest · (1 + B / n) says where.",
    caught_by=check_noise_scale,
    worth=0.75,
)
def column_above():
    return solution | {"noise_scale": 256}


@same_mistake_as(column_above)
def column_below():
    return solution | {"noise_scale": 128}


@misconception(
    "The noise scale is read off a straight line between two columns. The steps do not follow a straight line between "
    "them but steps = fewest · (1 + B / n), into which you can put any one column.",
    caught_by=check_noise_scale,
    worth=0.75,
)
def on_a_straight_line():
    return solution | {"noise_scale": 640 / 3}


@same_mistake_as(on_a_straight_line)
def on_a_straight_line_in_three_digits():
    return solution | {"noise_scale": 213}


@same_mistake_as(on_a_straight_line)
def on_a_straight_line_in_two_digits():
    return solution | {"noise_scale": 210}


@misconception(
    "The steps at 1024 are taken for the fewest. Even larger batches take fewer still, and come as near to 1,000 as "
    "you like.",
    caught_by=check_noise_scale,
    worth=0.75,
)
def twice_the_last_column():
    return solution | {"noise_scale": 139.5}


@same_mistake_as(twice_the_last_column)
def twice_the_last_column_in_two_digits():
    return solution | {"noise_scale": 140}


@misconception(
    "The rule is said to hold as long as the best rate still grows. It grows more slowly than the batch long before "
    "that: compare the linear rule's rate with the best one, column by column.",
    caught_by=check_end_of_the_rule,
)
def as_long_as_it_grows():
    return solution | {"ends": 1024}


@misconception(
    "At this batch size the rule's rate is already half as large again as the best one: the rule ends before it.",
    caught_by=check_end_of_the_rule,
)
def one_column_late():
    return solution | {"ends": 128}


@misconception(
    "The rule is said to end at 32, where its rate is an eleventh above the best. At 64 it is 0.128 against 0.104: "
    "that is also less than a quarter above.",
    caught_by=check_end_of_the_rule,
)
def one_column_early():
    return solution | {"ends": 32}


@misconception(
    "The factor by which the batch grows is given. The rule's rate is the best one at 16, multiplied by that factor.",
    caught_by=check_linear_rule,
    worth=0.9,
)
def factor_for_rate():
    return solution | {"linear": 64}


@misconception(
    "This is the best rate at 1024, from the table. The question asks for the rate that the linear rule would give "
    "there.",
    caught_by=check_linear_rule,
    worth=0.9,
)
def best_for_linear():
    return solution | {"linear": 0.35}


@misconception(
    "A factor is upside down. The steps fall and the examples grow: both factors are above 1.",
    caught_by=check_machines,
    worth=0.9,
)
def upside_down():
    return solution | {"machines": 2500 / 13000, "examples": 2500 * 128 / (1188 * 1024)}


@same_mistake_as(upside_down)
def steps_upside_down():
    return solution | {"machines": 2500 / 13000}


@same_mistake_as(upside_down)
def steps_upside_down_in_two_digits():
    return solution | {"machines": 0.19}


@same_mistake_as(upside_down)
def examples_upside_down():
    return solution | {"examples": 2500 * 128 / (1188 * 1024)}


@same_mistake_as(upside_down)
def examples_upside_down_in_two_digits():
    return solution | {"examples": 0.26}


@neighbour("the rule is said to hold at no batch size but the first")
def nowhere_else():
    return solution | {"ends": 16}


@neighbour("the steps are those from 16 to 1024")
def to_the_last_column():
    return solution | {"machines": 13000 / 1188}


@alternative("rounded to two digits")
def rounded():
    return {"linear": 2.0, "ends": 64, "noise_scale": 190, "machines": 5.2, "examples": 3.8}


@alternative("computed from the table")
def computed():
    steps = {16: 13000, 128: 2500, 1024: 1188}
    return {
        "linear": 0.032 * 1024 / 16,
        "ends": 64.0,
        "noise_scale": 128 * (steps[128] / 1000 - 1),
        "machines": steps[16] / steps[128],
        "examples": 1024 * steps[1024] / (128 * steps[128]),
    }


def _right(linear_ends, key, sentence):
    require(abs(linear_ends[key] - solution[key]) <= ROUNDING * solution[key], sentence)
