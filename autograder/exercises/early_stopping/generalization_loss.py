"""Say by how many percent the dev loss is above the lowest so far."""

import numpy as np

from autograder.authoring import (
    alternative,
    close,
    core,
    hidden,
    misconception,
    neighbour,
    number,
    require,
    same_mistake_as,
    weight,
)
from dnnkit.early_stopping import generalization_loss as solution

points = 2
returns = number
hints = (
    "Two numbers are enough: the loss of the last epoch, and the lowest of all epochs, the last one included.",
    "How many percent is 0.6 above 0.5? And by how many is 6 above 5?",
    "Divide the last loss by the lowest, take 1 off, and multiply by 100.",
)

PERCENT = "the result must be the percentage by which the last loss is above the lowest so far"
LOWEST = "when the last loss is the lowest so far, the result must be 0"
UNIT = "the result must not change with the unit of the loss"
ABOVE = "when the last loss is above the lowest so far, the result must be a number above 0"


@core
@weight(3)
def check_percentage(generalization_loss, rng):
    """The result is the percentage by which the last loss is above the lowest so far."""
    for lowest, epochs in ((1, 7), (4, 7), (2, 40)):
        losses = rng.uniform(2, 3, epochs)
        losses[lowest], losses[-1] = 0.7, 1.4 + 0.2 * lowest
        close(generalization_loss(losses), solution(losses), PERCENT, rtol=1e-4)
    losses[-1] = 0.7 * 1.00123
    close(generalization_loss(losses), solution(losses), PERCENT, rtol=1e-2)


def check_lowest_is_last(generalization_loss, rng):
    """When the last loss is the lowest so far, or the only one, the result is 0; otherwise it is above 0."""
    for losses in ([0.9, 0.8, 0.5, 0.6, 0.4], [0.9, 0.5, 0.6, 0.5], [2.5]):
        require(0.01 < generalization_loss(np.array([*losses, 3.0])) < np.inf, ABOVE)
        require(abs(generalization_loss(np.array(losses))) < 1e-4, LOWEST)


def check_unit(generalization_loss, rng):
    """The result does not change if all losses are multiplied by the same number."""
    losses = np.array([2.5, 1.8, 0.8, 1.0, 2.2]) + rng.uniform(0, 0.2, 5)
    found = generalization_loss(losses)
    require(0.01 < found < np.inf, ABOVE)
    for unit in (1000, 1e-15):
        require(np.isclose(generalization_loss(unit * losses), found, rtol=1e-3), UNIT)


@hidden(like=(check_percentage, check_lowest_is_last, check_unit))
def check_other_losses(generalization_loss, rng):
    """The same holds for losses in float32, for whole numbers, and for many epochs."""
    many = np.append(rng.uniform(3, 9, 300), 8.5)
    many[rng.integers(50)] = 2.5
    for losses in (
        many.astype(np.float32),
        np.array([40, 10, 20, 30]),
        1e-3 * many,
        np.array([5.0, 3.0]),
        np.array([3, 3]),
    ):
        close(generalization_loss(losses), solution(losses), PERCENT, rtol=1e-3, scale=1)


covers = {
    "Write `generalization_loss(dev_losses)`": check_percentage,
    "an array of shape (epochs,)": check_lowest_is_last,
    "all are positive": check_percentage,
    "is above the lowest of all epochs so far, the last one included": (check_percentage, check_lowest_is_last),
    "The unit of the loss must not matter": check_unit,
    "Leave `dev_losses` as it is": "the judge looks at the argument after each call",
    "the result is 20": "the example, by hand",
    "in percent, how far": check_percentage,
}


@misconception(
    "The result is a share, and should be in percent: the factor 100 is missing.",
    caught_by=check_percentage,
    worth=0.8,
)
def share(dev_losses):
    return solution(dev_losses) / 100


@misconception(
    "The difference of the two losses is returned. It depends on the unit of the loss; divide it by the lowest.",
    caught_by=check_unit,
)
def difference(dev_losses):
    return 100 * (dev_losses[-1] - np.min(dev_losses))


@misconception(
    "The lowest loss is sought among the earlier epochs only. When the last one is the lowest, the result is then "
    "negative, and should be 0.",
    caught_by=check_lowest_is_last,
    worth=0.7,
)
def without_the_last(dev_losses):
    return 100 * (dev_losses[-1] / np.min(dev_losses[:-1]) - 1)


@misconception(
    "The last loss is compared with the first, not with the lowest.",
    caught_by=check_percentage,
)
def against_the_first(dev_losses):
    return 100 * (dev_losses[-1] / dev_losses[0] - 1)


@misconception(
    "The last loss is compared with that of the epoch before, not with the lowest of all.",
    caught_by=check_percentage,
)
def against_the_one_before(dev_losses):
    return 100 * (dev_losses[-1] / dev_losses[max(len(dev_losses) - 2, 0)] - 1)


@misconception(
    "The difference is divided by the last loss. A percentage above the lowest is a share of the lowest.",
    caught_by=check_percentage,
    worth=0.7,
)
def of_the_last(dev_losses):
    return 100 * (1 - np.min(dev_losses) / dev_losses[-1])


@misconception(
    "The ratio of the two losses is given in percent, and 100 is not taken off: 120% *of* the lowest is 20% *above* "
    "it.",
    caught_by=check_lowest_is_last,
    worth=0.8,
)
def one_not_taken_off(dev_losses):
    return 100 * dev_losses[-1] / np.min(dev_losses)


@misconception(
    "The difference is divided by the first loss. A percentage above the lowest is a share of the lowest.",
    caught_by=check_percentage,
    worth=0.7,
)
def of_the_first(dev_losses):
    return 100 * (dev_losses[-1] - np.min(dev_losses)) / dev_losses[0]


@misconception(
    "The highest loss is compared with the lowest, but the question is where the dev loss is *now*: take the last.",
    caught_by=check_percentage,
)
def of_the_highest(dev_losses):
    return 100 * (np.max(dev_losses) / np.min(dev_losses) - 1)


@same_mistake_as(of_the_highest)
def of_the_highest_since(dev_losses):
    return 100 * (np.max(dev_losses[np.argmin(dev_losses) :]) / np.min(dev_losses) - 1)


@misconception(
    "An array comes back, with a number for each epoch. The question asks for one number, that of the last epoch.",
    caught_by=check_percentage,
)
def of_every_epoch(dev_losses):
    return 100 * (dev_losses / np.minimum.accumulate(dev_losses) - 1)


@misconception(
    "The sign is the wrong way round: when the last loss is *above* the lowest, the result is a number above 0.",
    caught_by=check_percentage,
)
def sign_flipped(dev_losses):
    return 100 * (1 - dev_losses[-1] / np.min(dev_losses))


@misconception(
    "The array that came in is changed: the caller will go on using this record of losses. Sort or scale a copy, or do "
    "without.",
    caught_by=check_percentage,
    worth=0.85,
    said_by="dev_losses must not be changed in place",
)
def sorted_in_place(dev_losses):
    last = dev_losses[-1]
    dev_losses.sort()
    return 100 * (last / dev_losses[0] - 1)


@same_mistake_as(sorted_in_place)
def scaled_in_place(dev_losses):
    dev_losses /= np.min(dev_losses)
    return 100 * (dev_losses[-1] - 1)


@misconception(
    "A small number is added to the lowest loss, to avoid a division by 0. All losses are positive, so nothing is "
    "divided by 0, and in a unit in which they are small it changes the result.",
    caught_by=check_unit,
    worth=0.9,
)
def with_an_epsilon(dev_losses):
    return 100 * (dev_losses[-1] - np.min(dev_losses)) / (np.min(dev_losses) + 1e-8)


@same_mistake_as(with_an_epsilon)
def with_a_smaller_epsilon(dev_losses):
    return 100 * (dev_losses[-1] - np.min(dev_losses)) / (np.min(dev_losses) + 1e-12)


@misconception(
    "The result is rounded, so that a dev loss that is a tenth of a percent above the lowest is said to be as low. "
    "Return the number as it is.",
    caught_by=check_percentage,
)
def rounded(dev_losses):
    return round(float(solution(dev_losses)))


@same_mistake_as(rounded)
def rounded_to_two_decimals(dev_losses):
    return round(float(solution(dev_losses)), 2)


@same_mistake_as(rounded)
def cut_off(dev_losses):
    return int(solution(dev_losses))


@neighbour("against the mean of all losses")
def against_the_mean(dev_losses):
    return 100 * (dev_losses[-1] / np.mean(dev_losses) - 1)


@neighbour("in per mille")
def per_mille(dev_losses):
    return 10 * solution(dev_losses)


@alternative("by running minimum, of which the last is taken")
def running_minimum(dev_losses):
    lowest = np.minimum.accumulate(np.asarray(dev_losses, float))
    return (100 * (dev_losses - lowest) / lowest)[-1]


@alternative("plain Python")
def plain(dev_losses):
    losses = [float(loss) for loss in dev_losses]
    return (losses[-1] - min(losses)) / min(losses) * 100.0
