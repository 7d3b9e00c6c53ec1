"""Work out by hand what dropout does to a layer of equal neurons."""

from autograder.authoring import alternative, close, hidden, misconception, number, require

points = 2
returns = {"kept": number, "survivor": number, "evaluation": number}
solution = {"kept": 300, "survivor": 3.2, "evaluation": 2.4}
hints = (
    "PyTorch's p is the probability to drop; the probability to keep is 1 - p.",
    "Of 400 neurons 400 (1 - p) are kept on average, and each is divided by 1 - p.",
    "In evaluation nothing is dropped and nothing is scaled.",
)


def check_number_of_survivors(by_hand, rng):
    """On average a quarter of the neurons is dropped."""
    close(by_hand["kept"], 300, "kept must be the number of neurons times the probability to keep")


def check_value_of_a_survivor(by_hand, rng):
    """A survivor is scaled up so that the mean stays."""
    close(by_hand["survivor"], 3.2, "a survivor must be its activation divided by the probability to keep")


def check_value_in_evaluation(by_hand, rng):
    """In evaluation the layer gives back what it gets."""
    close(by_hand["evaluation"], 2.4, "in evaluation a neuron must pass on its activation as it is")


@hidden
def check_training_and_evaluation_agree(by_hand, rng):
    """The sum over the layer is, on average, the same in training as in evaluation."""
    kept, survivor = by_hand["kept"], by_hand["survivor"]
    require(kept >= 1, "some neurons must be kept")
    close(kept * survivor, 400 * by_hand["evaluation"], "training and evaluation must agree in the layer's mean sum")


@misconception(
    "p = 0.25 is taken for the probability to keep. It is the probability to drop: three in four neurons stay.",
    caught_by=check_number_of_survivors,
)
def keep_and_drop_swapped():
    return {"kept": 100, "survivor": 9.6, "evaluation": 2.4}


@misconception(
    "The survivors are counted rightly but divided by p, the share that is dropped. Divide by the share that stays.",
    caught_by=check_value_of_a_survivor,
)
def divided_by_the_dropped_share():
    return {"kept": 300, "survivor": 9.6, "evaluation": 2.4}


@misconception(
    "Survivors are left as they are. The layer's sum then falls to three quarters in training, and the next layer "
    "meets another sum in evaluation: survivors are divided by 0.75.",
    caught_by=check_training_and_evaluation_agree,
)
def no_rescale():
    return {"kept": 300, "survivor": 2.4, "evaluation": 2.4}


@misconception(
    "This is dropout as first published: nothing is scaled in training, and in evaluation all is multiplied by the "
    "probability to keep. Inverted dropout, PyTorch's too, divides in training and leaves evaluation alone.",
    caught_by=check_value_in_evaluation,
)
def scaled_in_evaluation():
    return {"kept": 300, "survivor": 2.4, "evaluation": 1.8}


@misconception(
    "The layer is scaled twice: up in training and down again in evaluation. One of the two keeps the mean; both "
    "together make the layer too small in evaluation.",
    caught_by=check_value_in_evaluation,
)
def scaled_twice():
    return {"kept": 300, "survivor": 3.2, "evaluation": 1.8}


@misconception(
    "Survivors are multiplied by the probability to keep. That shrinks the layer once more: divide by it.",
    caught_by=check_value_of_a_survivor,
)
def multiplied():
    return {"kept": 300, "survivor": 1.8, "evaluation": 2.4}


@alternative("computed, and not rounded")
def computed():
    p = 0.25
    return {"kept": 400 * (1 - p), "survivor": 2.4 / (1 - p), "evaluation": 2.4}
