"""Work out by hand what dropout does to a layer of equal neurons."""

from fractions import Fraction

from autograder.authoring import (
    alternative,
    close,
    core,
    hidden,
    misconception,
    neighbour,
    number,
    require,
    weight,
)

points = 2
returns = {"kept": number, "survivor": number, "evaluation": number}
solution = {"kept": 300, "survivor": 3.2, "evaluation": 2.4}
hints = (
    "PyTorch's p is the probability to drop. How likely is a neuron to be kept?",
    "On average that share of the 400 neurons survives. The sum over the layer must stay the same: what must become of "
    "each survivor?",
    "In evaluation nothing is dropped and nothing is scaled.",
)


def check_number_of_survivors(by_hand, rng):
    """The number of survivors is its mean over many training passes."""
    close(by_hand["kept"], 300, "kept is not the mean number of neurons that survive")


@core
@weight(2)
def check_value_of_a_survivor(by_hand, rng):
    """A survivor is scaled so that the mean stays."""
    close(by_hand["survivor"], 3.2, "survivor is not the activation that keeps the layer's mean")


def check_value_in_evaluation(by_hand, rng):
    """In evaluation the layer passes on what it gets."""
    close(by_hand["evaluation"], 2.4, "evaluation is not what a neuron passes on in evaluation")


@hidden(like=(check_number_of_survivors, check_value_of_a_survivor, check_value_in_evaluation))
def check_training_and_evaluation_agree(by_hand, rng):
    """The sum over the layer is, on average, the same in training as in evaluation."""
    kept, survivor = by_hand["kept"], by_hand["survivor"]
    require(kept > 0, "kept must be above 0")
    close(kept * survivor, 400 * by_hand["evaluation"], "the layer's mean sum differs between training and evaluation")


covers = {
    "A layer has 400 neurons": "the question",
    "with three numbers": "what is given is judged part by part",
    "how many neurons survive a training pass": check_number_of_survivors,
    "what a survivor passes on": check_value_of_a_survivor,
    "what each neuron passes on in evaluation": check_value_in_evaluation,
}


@misconception(
    "p is taken for the probability to keep. In PyTorch it is the probability to drop.",
    caught_by=check_number_of_survivors,
)
def keep_and_drop_swapped():
    return {"kept": 100, "survivor": 9.6, "evaluation": 2.4}


@misconception(
    "The neurons that are dropped are counted instead of those that survive.",
    caught_by=check_number_of_survivors,
    worth=0.75,
)
def dropped_ones_counted():
    return {"kept": 100, "survivor": 3.2, "evaluation": 2.4}


@misconception(
    "The survivors are divided by the share that is dropped. Divide by the share that stays.",
    caught_by=check_value_of_a_survivor,
)
def divided_by_the_dropped_share():
    return {"kept": 300, "survivor": 9.6, "evaluation": 2.4}


@misconception(
    "Survivors are left as they are. The layer's sum then falls in training, and the next layer meets a different sum "
    "in evaluation: inverted dropout scales survivors up.",
    caught_by=check_value_of_a_survivor,
)
def no_rescale():
    return {"kept": 300, "survivor": 2.4, "evaluation": 2.4}


@misconception(
    "This is dropout as first published: nothing is scaled in training, and in evaluation everything is multiplied by "
    "the probability to keep. Inverted dropout, including PyTorch's, divides in training and leaves evaluation alone.",
    caught_by=check_value_in_evaluation,
)
def scaled_in_evaluation():
    return {"kept": 300, "survivor": 2.4, "evaluation": 1.8}


@misconception(
    "The layer is scaled twice: up in training and down again in evaluation. One of the two keeps the mean; both "
    "together make the layer too small in evaluation.",
    caught_by=check_value_in_evaluation,
    worth=0.75,
)
def scaled_twice():
    return {"kept": 300, "survivor": 3.2, "evaluation": 1.8}


@misconception(
    "Survivors are multiplied by the probability to keep. That shrinks the layer once more: divide by it.",
    caught_by=check_value_of_a_survivor,
)
def multiplied():
    return {"kept": 300, "survivor": 1.8, "evaluation": 2.4}


@misconception(
    "`kept` is the share of the neurons that survive. The question asks how many there are, out of 400.",
    caught_by=check_number_of_survivors,
    worth=0.75,
)
def a_share_for_a_number():
    return {"kept": 0.75, "survivor": 3.2, "evaluation": 2.4}


@neighbour("in evaluation the neurons are scaled up like survivors")
def scaled_up_in_evaluation():
    return {"kept": 300, "survivor": 3.2, "evaluation": 3.2}


@neighbour("the share p is added to survivors instead of being made up for")
def a_quarter_added():
    return {"kept": 300, "survivor": 3.0, "evaluation": 2.4}


@alternative("computed, and not rounded")
def computed():
    p = 0.25
    return {"kept": 400 * (1 - p), "survivor": 2.4 / (1 - p), "evaluation": 2.4}


@alternative("as fractions")
def fractions():
    p, a = Fraction(1, 4), Fraction("2.4")
    return {"kept": 400 * (1 - p), "survivor": a / (1 - p), "evaluation": a}
