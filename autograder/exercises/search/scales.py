"""Say for eight settings of a search what is to be drawn evenly."""

from autograder.authoring import (
    alternative,
    chosen,
    core,
    hidden,
    misconception,
    neighbour,
    require,
    same_mistake_as,
    text,
    weight,
)

points = 2
solution = {
    "learning_rate": "log",
    "momentum": "gap",
    "weight_decay": "log",
    "keep_prob": "value",
    "width": "log",
    "layers": "value",
    "activation": "option",
    "seed": "fixed",
}
returns = dict.fromkeys(solution, text)
hints = (
    "Divide the upper end of each range by the lower one. Is it more than 10?",
    "Of momentum and keep_prob, both ranges end near 1. Which of the two says how many steps are averaged over?",
    "Three settings are drawn by their logarithm, two by their value, and one each is left for the other words.",
)

WORDS = ("value", "log", "gap", "option", "fixed")
WORD = 'each of the eight must be "value", "log", "gap", "option" or "fixed"'
RATES = "of learning_rate, weight_decay and width, at least one is drawn evenly on the wrong scale"
SHARES = "of momentum, keep_prob and layers, at least one is drawn evenly on the wrong scale"
OTHERS = "of activation and seed, at least one has the wrong word"
LUCK = "the seed is searched over"


@core
@weight(2)
def check_many_factors(scales, rng):
    """The settings whose range spans more than a factor of 10 are drawn evenly on the right scale."""
    require(_holds(scales, ("learning_rate", "weight_decay", "width")), RATES)


@weight(2)
def check_few_factors(scales, rng):
    """The settings whose range spans less than a factor of 10 are drawn evenly on the right scale."""
    require(_holds(scales, ("momentum", "keep_prob", "layers")), SHARES)


def check_no_range(scales, rng):
    """What has no order, and what is not to be searched, are told apart from the rest."""
    found = chosen(scales, ("activation", "seed"), WORDS, WORD)
    require(found["seed"] == "fixed", LUCK)
    require(found.items() <= solution.items(), OTHERS)


@hidden(like=(check_many_factors, check_few_factors, check_no_range))
def check_all_eight(scales, rng):
    """All eight answers are right."""
    require(_holds(scales, solution), "not all of the eight are right")


covers = {
    "A search is about to draw these eight settings": "the setting",
    "Go down this list and take the first that fits": (check_many_factors, check_few_factors, check_no_range),
    "Give each setting a word": (check_many_factors, check_few_factors, check_no_range),
    "one of several options that have no order": check_no_range,
    "it is left at one value": check_no_range,
    "the logarithm of its distance from 1": check_few_factors,
    "the range spans a factor of more than 10": check_many_factors,
    "for all other numbers": check_few_factors,
    "setting from to what it does": "how the table is read",
    "`learning_rate` 0.0001": check_many_factors,
    "`momentum` 0.5": check_few_factors,
    "`weight_decay` 0.000001": check_many_factors,
    "`keep_prob` 0.5": check_few_factors,
    "`width` 16": check_many_factors,
    "`layers` 1": check_few_factors,
    "`activation` ReLU": check_no_range,
    "`seed` 0": check_no_range,
}


@misconception(
    "Nothing is drawn by its logarithm. Drawn by its value, nine of ten learning rates from 0.0001 to 1 are above 0.1, "
    "and three of the four powers of ten share the tenth one.",
    caught_by=check_many_factors,
    worth=0.5,
)
def all_by_value():
    return {name: "value" if word in ("log", "gap") else word for name, word in solution.items()}


@misconception(
    "The width is drawn by its value because it is a whole number. From 16 to 1024 neurons half of the draws are then "
    "above 520, though a step from 16 to 32 changes as much as one from 512 to 1024: draw its logarithm, and round.",
    caught_by=check_many_factors,
    worth=0.8,
)
def whole_numbers_by_value():
    return solution | {"width": "value"}


@misconception(
    "Momentum is drawn by its value. From 0.5 to 0.6 hardly anything changes, and from 0.9 to 0.99 ten times as many "
    "steps are averaged over: what counts is the distance from 1.",
    caught_by=check_few_factors,
    worth=0.8,
)
def momentum_by_value():
    return solution | {"momentum": "value"}


@misconception(
    "Momentum is drawn by its logarithm. Its range spans no more than a factor of 2, so that this is nearly the same "
    "as drawing its value; it is the distance from 1 that spans a factor of 500.",
    caught_by=check_few_factors,
    worth=0.8,
)
def momentum_by_log():
    return solution | {"momentum": "log"}


@misconception(
    "The distance from 1 is used for keep_prob as well. Its range ends at 1 itself, where the distance is 0 and has no "
    "logarithm, and 0.5 to 1 is a factor of 2.",
    caught_by=check_few_factors,
    worth=0.8,
)
def keep_prob_by_gap():
    return solution | {"keep_prob": "gap"}


@misconception(
    "All numbers are drawn by their logarithm. That is for ranges of many factors; one to four layers is a range where "
    "the values can be counted on one hand.",
    caught_by=check_few_factors,
    worth=0.6,
)
def numbers_by_log():
    return solution | {"momentum": "log", "keep_prob": "log", "layers": "log"}


@misconception(
    "The seed is searched over like a setting. A seed that won on dev was lucky there, and its luck does not carry "
    "over: leave it at one value in the search, and report over several.",
    caught_by=check_no_range,
    said_by=LUCK,
    worth=0.85,
)
def seed_is_searched():
    return solution | {"seed": "value"}


@neighbour("the activation is drawn as if it had an order")
def activation_by_value():
    return solution | {"activation": "value"}


@misconception(
    "A setting that spans many powers of ten is drawn by its value. Nine of ten draws then lie in the uppermost of "
    "them: divide the upper end of the range by the lower one.",
    caught_by=check_many_factors,
    worth=0.8,
)
def rate_by_value():
    return solution | {"learning_rate": "value"}


@same_mistake_as(rate_by_value)
def decay_by_value():
    return solution | {"weight_decay": "value"}


@same_mistake_as(rate_by_value)
def both_by_value():
    return solution | {"learning_rate": "value", "weight_decay": "value"}


@misconception(
    "A range of a factor of 2 or 4 is drawn by its logarithm. On so short a range that is nearly a straight line: the "
    "rule asks for a factor of more than 10.",
    caught_by=check_few_factors,
    worth=0.8,
)
def layers_by_log():
    return solution | {"layers": "log"}


@same_mistake_as(layers_by_log)
def keep_prob_by_log():
    return solution | {"keep_prob": "log"}


@same_mistake_as(layers_by_log)
def both_by_log():
    return solution | {"layers": "log", "keep_prob": "log"}


@misconception(
    "The number of layers is taken for one of several options. Options have no order, but whole numbers do: three "
    "layers lie between two and four.",
    caught_by=check_few_factors,
    worth=0.8,
)
def layers_as_option():
    return solution | {"layers": "option"}


@neighbour("the rate by the distance from 1, all else right")
def rate_by_gap():
    return solution | {"learning_rate": "gap"}


@alternative("capital letters and spaces")
def shouted():
    return {name: f" {word.upper()} " for name, word in solution.items()}


@alternative("from lists")
def from_lists():
    lists = {"log": ("width", "weight_decay", "learning_rate"), "value": ("layers", "keep_prob"), "gap": ("momentum",)}
    found = {name: word for word, names in lists.items() for name in names}
    return found | {"seed": "fixed", "activation": "option"}


def _holds(scales, names):
    return chosen(scales, names, WORDS, WORD).items() <= solution.items()
