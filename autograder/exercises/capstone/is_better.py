"""Judge evidence: say from five seeds whether a new method is better than the old one."""

import itertools
import math

import numpy as np

from autograder.authoring import (
    alternative,
    boolean,
    call,
    core,
    hidden,
    misconception,
    neighbour,
    require,
    same_mistake_as,
    several,
    weight,
)
from dnnkit import capstone
from dnnkit.capstone import t_quantile as quantile

points = 3
returns = boolean
hints = (
    "What would `new.mean() < old.mean()` answer when both methods are equally good, and how often?",
    "Measure the mean difference in units of its own uncertainty, from the five differences alone.",
    "`capstone.compare(new, old)` gives an interval for the difference of the errors. Where must it lie for an answer "
    "of True?",
)

SEEDS = 5
LUCK = "when the new method is as good as the old one, True may come out in at most 8% of the comparisons"
COIN = "when both are equally good, the answer is True about as often as a coin shows heads"
BLIND = "when the new method is better by two standard deviations, True must come out in at least 80%"
CLEAR = "when the new method is far better on every seed, the answer must be True"
WORSE = "when the new method is worse, True may come out in at most 8% of the comparisons"
WORSE_TRUE = "when the new method is far worse on every seed, the answer is True"
ALWAYS = "the answer is True whatever the errors are"
UNIT = "errors in percent and errors as shares must give the same answer"


@weight(3)
def check_luck_is_no_evidence(is_better, rng):
    """Of 1,000 comparisons of equally good methods, at most 8% come out True."""
    _clear(is_better, rng)
    require(not all(several(is_better, [call(*_runs(rng, effect)) for effect in (0, -9) for _ in range(10)])), ALWAYS)
    share = _share(is_better, (_runs(rng, 0, noise=noise) for noise in _noises(rng, 1000)))
    require(not 0.4 < share < 0.6, COIN, share=share)
    require(share <= 0.08, LUCK, share=share)


@core
@weight(3)
def check_effects_are_found(is_better, rng):
    """When the new method is better by two standard deviations of the differences, at least 80% come out True."""
    if all(several(is_better, [call(*_runs(rng, -9)) for _ in range(10)])):
        _clear(is_better, rng)
        require(False, WORSE_TRUE)
    share = _share(is_better, (_runs(rng, 2) for _ in range(200)))
    require(share >= 0.8, BLIND, share=share)


@weight(2)
def check_worse_is_not_better(is_better, rng):
    """When the new method is worse, at most 8% come out True, however clear it is."""
    _clear(is_better, rng)
    require(not all(several(is_better, [call(*_runs(rng, -9)) for _ in range(10)])), WORSE_TRUE)
    share = _share(is_better, (_runs(rng, -0.1, noise=noise) for noise in _noises(rng, 300)))
    require(share <= 0.08, WORSE, share=share)
    share = _share(is_better, (_runs(rng, -2) for _ in range(100)))
    require(share <= 0.08, WORSE, share=share)


def check_unit(is_better, rng):
    """Errors in percent and as shares give the same answer."""
    pairs = [_runs(rng, effect) for effect in (0, 1, 2, 4) for _ in range(10)]
    _clear(is_better, rng)
    found = list(several(is_better, [call(*pair) for pair in pairs]))
    require(list(several(is_better, [call(new / 128, old / 128) for new, old in pairs])) == found, UNIT)


@hidden(like=(check_luck_is_no_evidence, check_effects_are_found, check_worse_is_not_better))
def check_other_comparisons(is_better, rng):
    """The same holds when seeds matter little, and when they matter a lot."""
    for seeds in (0.3, 30):
        share = _share(is_better, (_runs(rng, 0, seeds=seeds, noise=noise) for noise in _noises(rng, 400)))
        require(share <= 0.1, LUCK, share=share)
        share = _share(is_better, (_runs(rng, 2, seeds=seeds) for _ in range(150)))
        require(share >= 0.76, BLIND, share=share)
        require(_share(is_better, (_runs(rng, -2, seeds=seeds) for _ in range(50))) <= 0.08, WORSE)


covers = {
    "A new method and the old one": "the setting",
    "Write `is_better(new, old)`": check_effects_are_found,
    "arrays of shape (5,)": check_effects_are_found,
    "the test errors, in percent or as shares": check_unit,
    "Return True if the five pairs are evidence": (check_luck_is_no_evidence, check_effects_are_found),
    "There is no single right rule": "what it allows",
    "The judge simulates thousands": (check_luck_is_no_evidence, check_effects_are_found),
    "Some seeds are hard for both methods": (check_luck_is_no_evidence, check_effects_are_found),
    "The differences new − old are normal": (check_luck_is_no_evidence, check_effects_are_found),
    "as good as the old one, at most 8%": check_luck_is_no_evidence,
    "if it is worse, by however much": check_worse_is_not_better,
    "at least 80%": check_effects_are_found,
    "Whether five seeds say that `new` has the lower error": check_effects_are_found,
}


def solution(new, old):
    """Whether five seeds say that `new` has the lower error."""
    _, _, high = capstone.compare(new, old, confidence=0.9)
    return high < 0


def _noises(rng, n):
    """Noise of n comparisons of two methods, of shape (n, 2, SEEDS), in an order drawn at random.

    It is every fiftieth of many, in the order of their t: how often a t lies beyond a bound is then hardly luck.
    """
    many = rng.standard_normal((50 * n, 2, SEEDS))
    d = many[:, 0] - many[:, 1]
    ranked = np.argsort(d.mean(axis=1) / d.std(axis=1))
    return many[rng.permutation(ranked[25::50])]


def _runs(rng, effect, seeds=5.0, noise=None, deviation=None):
    """Errors in percent of both methods on five seeds; the new one is better by `effect` deviations of a difference."""
    deviation = rng.uniform(0.3, 6) if deviation is None else deviation
    common = 40 + seeds * rng.standard_normal(SEEDS)
    noise = rng.standard_normal((2, SEEDS)) if noise is None else noise
    new, old = common + deviation / math.sqrt(2) * noise
    return new - effect * deviation, old


def _share(is_better, pairs):
    """The share of True over pairs that are made as they are needed: what the judge still holds is looked at again."""
    pairs, answers = iter(pairs), []
    while batch := [call(*pair) for pair in itertools.islice(pairs, 20)]:
        answers += several(is_better, batch)
    return float(np.mean(answers))


def _clear(is_better, rng):
    """Require True when the difference is far beyond what any seed does."""
    require(all(several(is_better, [call(*_runs(rng, 9, deviation=3)) for _ in range(10)])), CLEAR)


def _t(new, old):
    """How many standard errors the new method is better by."""
    d = old - new
    return d.mean() / (d.std(ddof=1) / math.sqrt(len(d)))


def _unpaired(new, old, p):
    error = math.sqrt((new.var(ddof=1) + old.var(ddof=1)) / SEEDS)
    return bool((old.mean() - new.mean()) / error > quantile(p, 2 * SEEDS - 2))


@misconception(
    "Only the means are compared. When both methods are equally good, one of the two means is still lower, and in half "
    "of the cases it is the new one's.",
    caught_by=check_luck_is_no_evidence,
)
def means_alone(new, old):
    return bool(new.mean() < old.mean())


@misconception(
    "The best seed of each is compared. The best of five is luck more than anything: when both methods are equally "
    "good, the new one wins in half of the cases.",
    caught_by=check_luck_is_no_evidence,
)
def best_seed(new, old):
    return bool(new.min() < old.min())


@misconception(
    "A majority of the seeds decides. Of five fair coins, three or more show heads in half of the cases.",
    caught_by=check_luck_is_no_evidence,
)
def majority(new, old):
    return int((new < old).sum()) >= 3


@misconception(
    "Four wins in five are taken for evidence. Of five fair coins, four or more show heads in 19% of the cases.",
    caught_by=check_luck_is_no_evidence,
    worth=0.7,
)
def four_of_five(new, old):
    return int((new < old).sum()) >= 4


@misconception(
    "The two methods are compared as if their seeds had nothing to do with each other. The spread from hard and easy "
    "seeds, which both share, then hides the difference: take it seed by seed.",
    caught_by=check_effects_are_found,
)
def unpaired(new, old):
    return _unpaired(new, old, 0.95)


@same_mistake_as(unpaired)
def unpaired_and_two_sided(new, old):
    return _unpaired(new, old, 0.975)


@misconception(
    "The rule checks whether the interval excludes 0, but not on which side it lies: a method that is clearly worse is "
    "called better.",
    caught_by=check_worse_is_not_better,
    said_by=WORSE_TRUE,
)
def either_side(new, old):
    return bool(abs(_t(new, old)) > quantile(0.975, SEEDS - 1))


@misconception(
    "The new method is called better when its error is *higher*. These are errors: lower is better.",
    caught_by=check_luck_is_no_evidence,
)
def higher_is_better(new, old):
    return bool(_t(old, new) > quantile(0.95, SEEDS - 1))


@misconception(
    "The bound is that of a normal distribution, 1.645. With five seeds the deviation itself is uncertain: when both "
    "methods are equally good, 8.8% of the cases lie beyond 1.645, and Student's t requires 2.13.",
    caught_by=check_luck_is_no_evidence,
    worth=0.8,
)
def normal_bound(new, old):
    return bool(_t(new, old) > 1.645)


@misconception(
    "The answer is always False. That is never a false alarm, and finds nothing either.",
    caught_by=check_effects_are_found,
)
def always_false(new, old):
    return False


@misconception(
    "The answer is always True: better, worse and equal methods are all called better.",
    caught_by=check_luck_is_no_evidence,
    said_by=ALWAYS,
)
def always_true(new, old):
    return True


@misconception(
    "One standard error is taken for evidence. When both methods are equally good, the mean of five differences is "
    "beyond it, on the good side, in 19% of the cases.",
    caught_by=check_luck_is_no_evidence,
    worth=0.7,
)
def one_standard_error(new, old):
    return bool(_t(new, old) > 1)


@misconception(
    "The mean difference is required to be more than one point. How much a point is depends on the unit, and how much "
    "it says depends on how far the differences spread: measure it in standard errors.",
    caught_by=check_unit,
    worth=0.65,
)
def more_than_a_point(new, old):
    return bool(old.mean() - new.mean() > 1)


@neighbour("all five must win, and by a whole point in percent")
def all_by_a_point(new, old):
    return bool((old - new > 1).all())


@neighbour("more certainty is asked for than five seeds can give")
def beyond_doubt(new, old):
    return bool(_t(new, old) > quantile(0.9995, SEEDS - 1))


@alternative("the new method wins on all five seeds")
def all_five(new, old):
    return all(n < o for n, o in zip(new, old))


@alternative("the two-sided interval of 95% lies below 0")
def two_sided(new, old):
    return np.bool_(capstone.compare(new, old)[2] < 0)


@alternative("a permutation test: of the 32 ways to exchange the names, at most two have a mean as low")
def permutations(new, old):
    d = new - old
    signs = 1 - 2 * (np.arange(32)[:, None] >> np.arange(5) & 1)
    return int(((signs * d).mean(axis=1) <= d.mean() + 1e-12).sum()) <= 2


equivalent = {
    "`capstone.compare(new, old, confidence=0.9)` becomes `capstone.compare(new, old)`": "both rules are within what "
    "the prompt allows",
    "`high < 0` becomes `high <= 0`": "the end of an interval is never exactly 0",
}
