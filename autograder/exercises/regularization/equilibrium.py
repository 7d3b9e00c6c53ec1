"""Predict, before the run, what a penalty does to a weight by itself, and where it holds one that the loss pulls."""

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
solution = {"decayed": 2 * 0.995**100, "half": 138, "at_rest": 6.0, "slower": 6.0, "bias": 2.0}
returns = dict.fromkeys(solution, number)
hints = (
    "What is λ/m here, and by which factor does one step multiply a weight that only the penalty pulls?",
    "A hundred steps are a hundred factors. For `half`, how often must the factor be multiplied by itself to give 0.5?",
    "A weight rests where the two gradients that act on it add up to zero. Does the learning rate appear in that "
    "equation?",
)

DECAYED = "decayed is not what a hundred steps of the penalty leave of the weight"
HALF = "half is not the number of steps that leave one half"
REST = "at_rest is not where the gradients of loss and penalty add up to zero"
SLOWER = "slower is not where the gradients of loss and penalty add up to zero"
# These name the mistake itself: values that were rounded agree to only three digits.
LINEAR = "decayed is what as many equal steps leave of the weight"
SHARE = "decayed is not a weight but a share of it"
LOST = "decayed is what the weight has lost, not what is left"
NO_RATE = "decayed is what a step of λ/m leaves, without the learning rate"
DOUBLED = "decayed is what is left if the penalty pulls twice as strongly"
HALVED = "decayed is what is left if the penalty pulls half as strongly"
AGAINST = "at_rest has the wrong sign"
ENDLESS = "at_rest is not a place at which a weight could rest"
RATE_IN_REST = "at_rest depends on the learning rate"
MOVED = "slower differs from at_rest, which is right"
DECAYS_TOO = "bias is what is left of a weight, not of a bias"
BIAS = "bias is not what a hundred steps leave of a bias"


@core
@weight(2)
def check_decayed(equilibrium, rng):
    """What a hundred steps leave of a weight that only the penalty pulls."""
    left = equilibrium["decayed"]
    require(not _near(left, 1, 0.01), LINEAR)
    require(not _near(left, solution["decayed"] / 2, 0.003), SHARE)
    require(not _near(left, 2 - solution["decayed"], 0.006), LOST)
    require(not _near(left, 2 * 0.95**100, 0.0003), NO_RATE)
    require(not _near(left, 2 * 0.99**100, 0.004), DOUBLED)
    require(not _near(left, 2 * 0.9975**100, 0.008), HALVED)
    require(_near(left, solution["decayed"], 0.006), DECAYED)


def check_half(equilibrium, rng):
    """After how many steps half of the weight is left."""
    require(abs(equilibrium["half"] - solution["half"]) <= 1, HALF)


@weight(2)
def check_at_rest(equilibrium, rng):
    """Where a weight that the loss pulls with a constant gradient comes to rest, at two learning rates."""
    rest, slower = equilibrium["at_rest"], equilibrium["slower"]
    require(not abs(rest) > 1e6, ENDLESS)
    require(not _near(rest, -6, 0.06), AGAINST)
    require(not _near(rest, 60, 0.6) and not _near(rest, 0.6, 0.006), RATE_IN_REST)
    require(_near(rest, 6, 0.06), REST)
    require(not _near(slower, 3, 0.03) and not _near(slower, 12, 0.12), MOVED)
    require(_near(slower, 6, 0.06), SLOWER)


def check_bias(equilibrium, rng):
    """What a hundred steps leave of a bias."""
    bias = equilibrium["bias"]
    require(not _near(bias, solution["decayed"], 0.006), DECAYS_TOO)
    require(_near(bias, 2, 0.02), BIAS)


@hidden(like=check_decayed)
def check_a_hundredth_root(equilibrium, rng):
    """One step multiplies the weight by the factor whose hundredth power is left."""
    factor = (max(equilibrium["decayed"], 0) / 2) ** (1 / 100)
    require(abs(factor - 0.995) < 0.00006, "a step must multiply the weight by its factor")


covers = {
    "A network is trained on $m = 400$ examples": "the setting",
    "Predict": "what is asked follows",
    "a weight is 2, and the loss does not depend on it": check_decayed,
    "What is left of it after 100 steps": check_decayed,
    "how many steps leave half of that weight": check_half,
    "the loss has the constant gradient": check_at_rest,
    "At which value does it come to rest": check_at_rest,
    "the same weight at half the learning rate": check_at_rest,
    "a bias is 2, and the loss does not depend on it": check_bias,
    "What is left of the bias": check_bias,
    "Answer with a dictionary of five numbers": check_decayed,
    "three significant digits are enough": (check_decayed, check_at_rest),
    "`half` may be off by one": check_half,
}


@misconception(
    "The number of examples is left out: λ itself is taken for the pull. The loss is a mean over the m training "
    "examples, and so is the penalty, so that a weight is pulled by λ/m times itself.",
    caught_by=check_at_rest,
    worth=0.75,
)
def examples_left_out():
    return solution | {"decayed": 2 * (1 - 0.1 * 20) ** 100, "half": 0, "at_rest": 0.015, "slower": 0.015}


@same_mistake_as(examples_left_out)
def examples_left_out_at_rest_only():
    return solution | {"at_rest": 0.015, "slower": 0.015}


@misconception(
    "The same amount is taken off at every step, 0.5% of the 2 that there was at first. A step takes 0.5% of what is "
    "left: a hundred factors, not a hundred differences.",
    caught_by=check_decayed,
    worth=0.5,
    said_by=LINEAR,
)
def linear_decay():
    return solution | {"decayed": 1.0, "half": 100}


@misconception(
    "The number of steps is taken to be one half divided by half a percent. But the share is taken of what is left, so "
    "it takes longer: solve 0.5 = factor to the power of the steps.",
    caught_by=check_half,
    worth=0.9,
)
def half_in_equal_steps():
    return solution | {"half": 100}


@misconception(
    "The learning rate is left out of a step, which then takes off λ/m of the weight. A step takes off the learning "
    "rate times the gradient of the penalty.",
    caught_by=check_decayed,
    worth=0.5,
    said_by=NO_RATE,
)
def rate_left_out():
    return solution | {"decayed": 2 * 0.95**100, "half": 14}


@same_mistake_as(rate_left_out)
def rate_left_out_of_the_weight_alone():
    return solution | {"decayed": 0.0118}


@misconception(
    "The gradient of the penalty is taken to be twice as large: the square's factor 2 is counted, but the 1/2 in front "
    "of it is not.",
    caught_by=check_decayed,
    worth=0.4,
    said_by=DOUBLED,
)
def doubled():
    return solution | {"decayed": 2 * 0.99**100, "half": 69, "at_rest": 3.0, "slower": 3.0}


@misconception(
    "The gradient of the penalty is taken to be half as large: the 1/2 in front of the square is kept, but the factor "
    "2 that its derivative brings is not.",
    caught_by=check_decayed,
    worth=0.4,
    said_by=HALVED,
)
def halved():
    return solution | {"decayed": 2 * 0.9975**100, "half": 277, "at_rest": 12.0, "slower": 12.0}


@misconception(
    "With half the learning rate the weight is expected to rest elsewhere. The rate scales both pulls alike: the "
    "weight takes longer to get there and rests at the same place.",
    caught_by=check_at_rest,
    worth=0.75,
    said_by=MOVED,
)
def rate_moves_the_rest():
    return solution | {"slower": 3.0}


@same_mistake_as(rate_moves_the_rest)
def rate_moves_the_rest_up():
    return solution | {"slower": 12.0}


@misconception(
    "The bias decays like a weight. The penalty sums over the weights only, so that nothing pulls on a bias here.",
    caught_by=check_bias,
    worth=0.9,
    said_by=DECAYS_TOO,
)
def bias_decays():
    return solution | {"bias": 2 * 0.995**100}


@misconception(
    "The sign of the resting place is that of the loss's gradient. Descent moves *against* a gradient: one of -0.3 "
    "pushes the weight up, and it rests where the penalty pulls it down as strongly.",
    caught_by=check_at_rest,
    worth=0.75,
    said_by=AGAINST,
)
def wrong_sign():
    return solution | {"at_rest": -6.0, "slower": -6.0}


@misconception(
    "The learning rate is kept in the resting place, on one side of the balance only. It scales both pulls alike, and "
    "where they add up to zero it does not matter.",
    caught_by=check_at_rest,
    worth=0.75,
    said_by=RATE_IN_REST,
)
def rate_in_the_rest():
    return solution | {"at_rest": 60.0, "slower": 120.0}


@same_mistake_as(rate_in_the_rest)
def rate_in_the_rest_of_the_loss():
    return solution | {"at_rest": 0.6, "slower": 0.3}


@misconception(
    "The weight is taken to grow without end, as it would if nothing held it. The penalty's pull grows with it, and at "
    "some place is as strong as that of the loss.",
    caught_by=check_at_rest,
    worth=0.75,
    said_by=ENDLESS,
)
def without_end():
    return solution | {"at_rest": float("inf"), "slower": float("inf")}


@misconception(
    "The share of the weight that is left is given instead of the weight: it was 2 at the start.",
    caught_by=check_decayed,
    worth=0.5,
    said_by=SHARE,
)
def share_that_is_left():
    return solution | {"decayed": 0.995**100, "bias": 1.0}


@same_mistake_as(share_that_is_left)
def share_of_the_weight_alone():
    return solution | {"decayed": 0.995**100}


@misconception(
    "What the weight has lost is given. The question is what is left of it.",
    caught_by=check_decayed,
    worth=0.5,
    said_by=LOST,
)
def what_is_lost():
    return solution | {"decayed": 2 - 2 * 0.995**100}


@same_mistake_as(what_is_lost)
def what_both_have_lost():
    return solution | {"decayed": 2 - 2 * 0.995**100, "bias": 0.0}


@neighbour("a resting place at two thirds of what it should be, the same at both rates")
def another_rest():
    return solution | {"at_rest": 4.0, "slower": 4.0}


@neighbour("the steps until half is left at half the learning rate")
def half_at_half_the_rate():
    return solution | {"half": 277}


@alternative("rounded")
def rounded():
    return {"decayed": 1.21, "half": 139, "at_rest": 6, "slower": 6, "bias": 2}


@alternative("by running it")
def run():
    w, steps = 2.0, 0
    while w > 1:
        w, steps = w - 0.1 * 20 / 400 * w, steps + 1
    rest = 0.0
    for _ in range(5000):
        rest -= 0.1 * (-0.3 + 20 / 400 * rest)
    decayed = 2.0
    for _ in range(100):
        decayed *= 1 - 0.1 * 20 / 400
    return {"decayed": decayed, "half": steps, "at_rest": rest, "slower": rest, "bias": 2.0}


def _near(number, other, within):
    return abs(number - other) < within
