"""Update an exponential moving average in which the start counts no more than it should."""

import numpy as np

from autograder.authoring import (
    alternative,
    array,
    close,
    core,
    equal,
    hidden,
    misconception,
    neighbour,
    same_mistake_as,
    weight,
)
from dnnkit.batch_size import ema_update as solution

points = 4
returns = array
hints = (
    "Write the formula down for t = 2 and for t = 3. Which share of the average does the newest parameter have each "
    "time?",
    "The newest parameters have the weight 1 of a sum 1 + d + d² + ..., t terms long. That is their share in the "
    "average; the old average has the rest.",
    "1 + d + ... + d^(t-1) = (1 - d^t) / (1 - d). At step 1 the share of the new parameters is 1.",
)

FIRST = "at step 1 the average must be the parameters themselves, whatever was there before"
SECOND = "at step 2 the parameters must have the weights d and 1, divided by their sum"
MANY = "after several steps the average must be the mean of all parameters with the weights of the definition"
LATE = "after very many steps the share of the new parameters must be 1 - decay"
ZERO = "with decay 0 the average must be the newest parameters"
WHOLE = "whole numbers must be averaged without rounding"


@core
@weight(3)
def check_several_steps(ema_update, rng):
    """After several steps the average has the weights of the definition, whatever it began with."""
    for decay, steps in ((0.9, 6), (0.5, 4)):
        seen, average = [], np.zeros((2, 3))
        for step in range(1, steps + 1):
            seen.append(rng.uniform(1, 5, (2, 3)))
            before = _mean(seen[:-1], decay) if step > 1 else average
            average = ema_update(before, seen[-1], decay=decay, step=step)
        close(average, _mean(seen, decay), MANY)


@weight(2)
def check_first_and_second_step(ema_update, rng):
    """The first average is the parameters; in the second they have weights d and 1."""
    one, two = rng.uniform(1, 2, 4), rng.uniform(3, 5, 4)
    close(ema_update(rng.uniform(5, 9, 4), one, decay=0.8, step=1), one, FIRST)
    close(ema_update(one, two, decay=0.8, step=2), (0.8 * one + two) / 1.8, SECOND)


def check_after_very_many_steps(ema_update, rng):
    """After very many steps the new parameters have a share of 1 - decay."""
    average, params = rng.uniform(1, 2, 3), rng.uniform(3, 5, 3)
    close(ema_update(average, params, decay=0.7, step=500), 0.7 * average + 0.3 * params, LATE)


def check_decay_zero_and_whole_numbers(ema_update, rng):
    """With decay 0 only the newest parameters count, and whole numbers are not rounded."""
    average, params = rng.uniform(1, 2, (2, 2)), rng.uniform(3, 5, (2, 2))
    for step in (1, 4):
        close(ema_update(average, params, decay=0.0, step=step), params, ZERO)
    _compare_whole(ema_update, ([1, 2, 3], [5, 2, 4]), decay=0.5)


@hidden(
    like=(
        check_several_steps,
        check_first_and_second_step,
        check_after_very_many_steps,
        check_decay_zero_and_whole_numbers,
    )
)
def check_other_averages(ema_update, rng):
    """The same holds for other shapes, for a decay near 1 and for 32 bits."""
    for shape, decay, steps, dtype in (((), 0.6, 3, float), ((2, 1, 3), 0.99, 5, np.float32), ((4,), 0.3, 9, float)):
        seen = [rng.uniform(1, 5, shape).astype(dtype) for _ in range(steps)]
        average = np.asarray(_mean(seen[:-1], decay), dtype)
        found = ema_update(average, seen[-1], decay=decay, step=steps)
        equal(np.shape(found), shape, "the average must have the shape of the parameters")
        close(found, _mean(seen, decay), MANY, rtol=1e-4)
        close(ema_update(seen[0], seen[1], decay=decay, step=1), seen[1], FIRST, rtol=1e-4)
        close(ema_update(seen[0], seen[1], decay=0.0, step=steps), seen[1], ZERO, rtol=1e-4)
    _compare_whole(ema_update, ([7, 0], [2, 1]), decay=0.25)


covers = {
    "Write `ema_update(average, params, *, decay, step)`": check_several_steps,
    "`average` is the average after the step before": check_several_steps,
    "`params` are the parameters after this step": check_several_steps,
    "an array of the same shape": (check_several_steps, check_first_and_second_step),
    "Both may hold whole numbers": check_decay_zero_and_whole_numbers,
    "`decay` is $d$, at least 0 and below 1": (check_several_steps, check_decay_zero_and_whole_numbers),
    "`step` is $t$, counted from 1": (check_first_and_second_step, check_after_very_many_steps),
    "at step 1 it holds arbitrary numbers, which do not count": check_first_and_second_step,
    "Return the new average, an array of that shape": check_several_steps,
    "leave both arrays as they are": check_several_steps,
    "With decay 0.5": check_first_and_second_step,
    "Return the average after one more step": check_several_steps,
}


@misconception(
    "The share of the new parameters is 1 - decay from the first step on. What the average began with then keeps a "
    "large weight for a long time: at step 1 the new parameters are all there is.",
    caught_by=check_first_and_second_step,
)
def no_correction(average, params, *, decay, step):
    return decay * np.asarray(average) + (1 - decay) * np.asarray(params)


@misconception(
    "The first parameters are copied, and from then on the share is 1 - decay. The first parameters then keep the "
    "weight d^(t-1) without a factor of 1 - d: 1 / (1 - d) times what they should have compared with the others.",
    caught_by=check_first_and_second_step,
    worth=0.6,
)
def copied_then_plain(average, params, *, decay, step):
    return np.array(params, float) if step == 1 else decay * np.asarray(average) + (1 - decay) * np.asarray(params)


@misconception(
    "Adam's correction is applied to an average that has been corrected before. Dividing by 1 - d^t is right for a "
    "plain average that began at 0 and is kept uncorrected; here `average` is already the corrected one.",
    caught_by=check_first_and_second_step,
)
def corrected_again(average, params, *, decay, step):
    return (decay * np.asarray(average) + (1 - decay) * np.asarray(params)) / (1 - decay**step)


@same_mistake_as(corrected_again)
def corrected_again_after_the_first(average, params, *, decay, step):
    return np.array(params, float) if step == 1 else corrected_again(average, params, decay=decay, step=step)


@misconception(
    "Old and new are swapped: the new parameters get the share that the old average should have.",
    caught_by=check_after_very_many_steps,
)
def old_and_new_swapped(average, params, *, decay, step):
    share = (1 - decay) / (1 - decay**step)
    return share * np.asarray(average) + (1 - share) * np.asarray(params)


@same_mistake_as(old_and_new_swapped)
def swapped_after_the_first(average, params, *, decay, step):
    return np.array(params, float) if step == 1 else old_and_new_swapped(average, params, decay=decay, step=step)


@misconception(
    "It is a plain mean over all steps: the share of the new parameters is 1 / t and goes on falling. It must not fall "
    "below 1 - decay.",
    caught_by=check_after_very_many_steps,
)
def plain_mean(average, params, *, decay, step):
    return average + (np.asarray(params) - average) / step


@misconception(
    "The step is taken to be counted from 0, so that each share is that of the step after it. It is counted from 1: "
    "the power is decay^step.",
    caught_by=check_first_and_second_step,
)
def counted_from_zero(average, params, *, decay, step):
    return solution(average, params, decay=decay, step=step + 1)


@same_mistake_as(counted_from_zero)
def counted_from_zero_after_the_first(average, params, *, decay, step):
    return np.array(params, float) if step == 1 else counted_from_zero(average, params, decay=decay, step=step)


@misconception(
    "Each share is that of the step before: at step 2 the old average is gone. The power is decay^step there as well.",
    caught_by=check_first_and_second_step,
)
def share_of_the_step_before(average, params, *, decay, step):
    return solution(average, params, decay=decay, step=max(step - 1, 1))


@misconception(
    "The weights are d for the old average and 1 for the new parameters at each step. That is right at step 2 alone: "
    "later the average stands for more parameters, and its weight is d + d² + ... + d^(t-1).",
    caught_by=check_several_steps,
)
def always_the_second_step(average, params, *, decay, step):
    return solution(average, params, decay=decay, step=min(step, 2))


@misconception(
    "The old average is used as the old sum in the numerator. It has been divided by its own weights already: multiply "
    "it by their sum, 1 + d + ... + d^(t-2), first.",
    caught_by=check_several_steps,
)
def average_for_its_sum(average, params, *, decay, step):
    return (decay * np.asarray(average) + np.asarray(params)) / sum(decay**age for age in range(step))


@same_mistake_as(average_for_its_sum)
def average_for_its_sum_after_the_first(average, params, *, decay, step):
    return np.array(params, float) if step == 1 else average_for_its_sum(average, params, decay=decay, step=step)


@misconception(
    "The sum of the weights is not divided by: the new parameters are added to d times the average, and the result is "
    "larger than any of the parameters.",
    caught_by=check_first_and_second_step,
    worth=0.3,
)
def not_divided(average, params, *, decay, step):
    return decay * np.asarray(average) + np.asarray(params)


@same_mistake_as(not_divided)
def not_divided_after_the_first(average, params, *, decay, step):
    return np.array(params, float) if step == 1 else not_divided(average, params, decay=decay, step=step)


@misconception(
    "The weights are the wrong way round: the newest parameters have d^(t-1), and the first ones 1. Older parameters "
    "weigh less.",
    caught_by=check_first_and_second_step,
)
def oldest_weighs_most(average, params, *, decay, step):
    share = decay ** (step - 1) * (1 - decay) / (1 - decay**step)
    return (1 - share) * np.asarray(average) + share * np.asarray(params)


@misconception(
    "The share is max(1 / t, 1 - d): a plain mean at first, then at once the exponential one. Its weights are not "
    "those of the definition: within the plain mean the older parameters count as much as the newer ones.",
    caught_by=check_several_steps,
    worth=0.6,
)
def mean_then_plain(average, params, *, decay, step):
    share = max(1 / step, 1 - decay)
    return (1 - share) * np.asarray(average) + share * np.asarray(params)


@misconception(
    "The decay itself is warmed up, by (1 + t) / (10 + t), as in some libraries. That forgets the start too, but its "
    "weights are not those of the definition.",
    caught_by=check_first_and_second_step,
)
def decay_warmed_up(average, params, *, decay, step):
    now = min(decay, (1 + step) / (10 + step))
    return now * np.asarray(average) + (1 - now) * np.asarray(params)


@misconception(
    "The result is put into an array of the dtype that came in, so that averages of whole numbers lose their decimals.",
    caught_by=check_decay_zero_and_whole_numbers,
    worth=0.9,
)
def rounded_to_whole_numbers(average, params, *, decay, step):
    return solution(average, params, decay=decay, step=step).astype(np.asarray(params).dtype)


@misconception(
    "The average is changed in place. The caller may still need the one before: make a new array.",
    caught_by=check_several_steps,
    said_by="average must not be changed in place",
    worth=0.85,
)
def changed_in_place(average, params, *, decay, step):
    found = solution(average, params, decay=decay, step=step)
    average[...] = found
    return found


@same_mistake_as(changed_in_place)
def changed_in_place_and_returned(average, params, *, decay, step):
    share = (1 - decay) / (1 - decay**step)
    if average.dtype.kind != "f":
        return average + share * (params - average)
    average *= 1 - share
    average += share * params
    return average


@neighbour("the share is 1 - d^t")
def another_share(average, params, *, decay, step):
    share = 1 - decay**step
    return (1 - share) * np.asarray(average) + share * np.asarray(params)


@neighbour("the parameters are added, and the average not reduced")
def added(average, params, *, decay, step):
    return average + (1 - decay) / (1 - decay**step) * np.asarray(params)


@alternative("by the sum of the weights")
def by_the_sum(average, params, *, decay, step):
    total = sum(decay**age for age in range(step))
    return ((total - 1) * np.asarray(average) + np.asarray(params)) / total


@alternative("the plain average that began at 0, uncorrected, updated and corrected anew")
def through_the_plain_average(average, params, *, decay, step):
    plain = np.asarray(average) * (1 - decay ** (step - 1))
    plain = decay * plain + (1 - decay) * np.asarray(params)
    return plain / (1 - decay**step)


@alternative("the decay that is in force at this step")
def by_a_decay_of_its_own(average, params, *, decay, step):
    now = decay * (1 - decay ** (step - 1)) / (1 - decay**step)
    return now * np.asarray(average, dtype=float) + (1 - now) * np.asarray(params, dtype=float)


def _compare_whole(ema_update, numbers, decay):
    """Whole numbers must get the average that the answer itself returns for the same numbers as floats."""
    whole, floats = (
        ema_update(*(np.array(each, dtype) for each in numbers), decay=decay, step=2) for dtype in (int, float)
    )
    close(whole, floats, WHOLE)


def _mean(seen, decay):
    """The weighted mean of the definition."""
    weights = [float(decay) ** age for age in range(len(seen))][::-1]
    return np.average(np.asarray(seen, float), axis=0, weights=weights)
