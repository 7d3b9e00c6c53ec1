"""Send one example through a network with two inputs, three hidden neurons and two classes, on paper."""

from fractions import Fraction

from autograder.authoring import (
    alternative,
    array,
    close,
    core,
    integer,
    misconception,
    neighbour,
    require,
    shaped,
    weight,
)

points = 2
returns = {"z": array, "a": array, "logits": array, "label": integer}
solution = {"z": [-2, 1, 3], "a": [0, 1, 3], "logits": [-2, 4], "label": 1}
hints = (
    "A hidden neuron has a column of W1 and an entry of b1: two products, their sum, and the bias.",
    "ReLU keeps what is above zero and sets the rest to zero, in the hidden layer only. The second layer takes its "
    "inputs from there: three products for each logit.",
    "Check the signs: one pre-activation is below zero, and so is one logit. The label is the place of the larger "
    "logit, counted from 0.",
)

W2, B2 = [[5, -4], [2, 1], [-1, 2]], [-1, -3]
PLACES = {"z": 3, "a": 3, "logits": 2}


def check_pre_activations(by_hand, rng):
    """z holds the weighted sums of the hidden layer, each with its bias."""
    close(_part(by_hand, "z"), solution["z"], "z must be x W1 + b1, a number for each hidden neuron")


def check_relu(by_hand, rng):
    """a is what ReLU makes of the z that you give."""
    z, a = _part(by_hand, "z"), _part(by_hand, "a")
    require((z < 0).any(), "one entry of z must be below zero")
    close(a, z * (z > 0), "a must be z where z is above zero, and 0 elsewhere")


@core
@weight(2)
def check_logits(by_hand, rng):
    """logits holds the weighted sums of the last layer, each with its bias."""
    close(_part(by_hand, "logits"), solution["logits"], "logits must be a W2 + b2, a number for each class")


def check_logits_follow_from_a(by_hand, rng):
    """logits is what the second layer makes of the a that you give."""
    a, logits = _part(by_hand, "a"), _part(by_hand, "logits")
    require((a != 0).any(), "an entry of a must be above zero")
    sums = [sum(value * row[k] for value, row in zip(a.tolist(), W2)) + B2[k] for k in range(2)]
    close(logits, sums, "logits must be what the second layer makes of your a")


def check_label(by_hand, rng):
    """label is the class of the larger one of the logits that you give."""
    logits = _part(by_hand, "logits").tolist()
    require(logits[0] != logits[1], "the two logits must differ")
    require(by_hand["label"] == (logits[1] > logits[0]), "label must be the class with the larger logit, from 0")


covers = {
    "A network has two inputs": "the question",
    "Its parameters, and one example": "the question",
    "Do the forward pass on paper": "what is given is judged part by part",
    "the three pre-activations of the hidden layer": check_pre_activations,
    "the three activations that ReLU makes of them": check_relu,
    "the two logits": (check_logits, check_logits_follow_from_a),
    "the class with the larger logit": check_label,
}


@misconception(
    "The hidden layer has no ReLU: what is below zero is passed on. Without it the two layers are one linear map.",
    caught_by=check_relu,
)
def no_relu():
    return {"z": [-2, 1, 3], "a": [-2, 1, 3], "logits": [-12, 12], "label": 1}


@misconception(
    "The biases are left out, in both layers. A layer computes z = a W + b.",
    caught_by=check_pre_activations,
)
def no_biases():
    return {"z": [-1, 3, 0], "a": [0, 3, 0], "logits": [6, 3], "label": 0}


@misconception(
    "The bias of the hidden layer is left out. It belongs to z as b2 belongs to the logits.",
    caught_by=check_pre_activations,
)
def no_first_bias():
    return {"z": [-1, 3, 0], "a": [0, 3, 0], "logits": [5, 0], "label": 0}


@misconception(
    "The bias of the last layer is left out. It belongs to the logits as b1 belongs to z.",
    caught_by=check_logits,
)
def no_last_bias():
    return {"z": [-2, 1, 3], "a": [0, 1, 3], "logits": [-1, 7], "label": 1}


@misconception(
    "ReLU is applied to the logits too. It acts between layers; after the last one nothing is cut off, since a logit "
    "below zero is an answer too.",
    caught_by=check_logits_follow_from_a,
)
def relu_on_the_logits():
    return {"z": [-2, 1, 3], "a": [0, 1, 3], "logits": [0, 4], "label": 1}


@misconception(
    "The sign of a negative pre-activation is dropped, as the absolute value does. ReLU sets it to zero.",
    caught_by=check_relu,
)
def absolute_values():
    return {"z": [-2, 1, 3], "a": [2, 1, 3], "logits": [8, -4], "label": 0}


@misconception(
    "The classes are counted from 1. The first class is 0 here, as in NumPy: the label is an index.",
    caught_by=check_label,
    worth=0.85,
)
def counted_from_one():
    return solution | {"label": 2}


@misconception(
    "The label is the class with the smaller logit. A logit speaks for its class: the larger, the surer.",
    caught_by=check_label,
    worth=0.85,
)
def smaller_logit():
    return solution | {"label": 0}


@misconception(
    "The largest logit is given instead of its class. The label says which class, 0 or 1.",
    caught_by=check_label,
    worth=0.85,
)
def logit_for_label():
    return solution | {"label": 4}


@neighbour("the biases of the first layer are subtracted")
def bias_subtracted():
    return {"z": [0, 5, -3], "a": [0, 5, 0], "logits": [9, 2], "label": 0}


@neighbour("a slip in the second logit")
def slip():
    return {"z": [-2, 1, 3], "a": [0, 1, 3], "logits": [-2, 3], "label": 1}


@alternative("tuples of floats")
def floats():
    return {"z": (-2.0, 1.0, 3.0), "a": (0.0, 1.0, 3.0), "logits": (-2.0, 4.0), "label": 1.0}


@alternative("arrays of one row each, as NumPy computes them from a batch of one example")
def rows():
    return {name: [solution[name]] for name in PLACES} | {"label": 1}


@alternative("as fractions")
def fractions():
    return {name: [Fraction(entry) for entry in solution[name]] for name in PLACES} | {"label": Fraction(1)}


def _part(by_hand, name):
    """Return a part as a row of numbers; a batch of one example is right as well."""
    part = by_hand[name]
    return shaped(
        part.reshape(-1) if part.ndim == 2 else part, (PLACES[name],), f"{name} must hold {PLACES[name]} numbers"
    )
