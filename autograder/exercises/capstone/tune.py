"""Choose a configuration within a budget of epochs, judged by what it reaches on the judge's own problems."""

import math
import numbers
from functools import lru_cache

import numpy as np

from autograder.authoring import (
    alternative,
    anything,
    core,
    default_rng,
    equal,
    hidden,
    measured,
    misconception,
    neighbour,
    require,
    same_mistake_as,
    weight,
)
from dnnkit import search
from dnnkit.capstone import BUDGET, problem
from dnnkit.capstone import tune as solution
from dnnkit.capstone.problem import SPACE
from dnnkit.search import Choice

from ._shared import LONGEST, Made

points = 7
returns = anything
hints = (
    "Begin with random search: draw as many configurations as the budget allows, evaluate each for the same "
    "number of epochs, and return the one with the lowest error.",
    "How long must a training run be before it tells good from bad? With 81 epochs each, 486 epochs buy six "
    "configurations; with 9 they buy 54. You can also begin with many short runs and give the best of them more.",
    "Keep count yourself and check before each evaluation whether it still fits. NaN is never lower than anything, and "
    "`min` can return it: turn it into infinity first.",
)

OVER = "the evaluations cost more than the budget"
FAR_OVER = "evaluations go on after the budget is spent"
WIRED = "with a smaller budget the same runs are asked for as with a larger one, and cost more than it"
UNUSED = "the choice must rest on evaluations"
EPOCHS = "evaluate must be given a whole number of epochs, from 1 to 81"
NOT_A_CONFIG = "the configuration must be a dict with a value for each name of the space, and no others"
OUTSIDE = "each value must lie on its axis"
CHAPTERS = "the configuration has the names of the chapter's space, not those of the space that was given"
EVALUATED = "evaluate must be given a configuration of the space"
POOR = "on problems whose dev errors tell good from bad, the choice must be among the better ones"
LAST_ONE = "the last configuration that was evaluated is returned, though others had a lower error"
HIGHEST = "the configuration with the highest error is returned"
DIVERGED = "a configuration whose training diverged was chosen, though others did not diverge"
FIRST_NAN = "the first configuration that gave NaN was chosen, each time, as if NaN were the lowest error"
REPEAT = "the same rng must give the same choice"
OWN_SEED = "the configurations are those of a seed that the function sets itself, not those of rng"
REMEMBERS = "the same problem with the same rng must be tuned by the same evaluations, whatever was tuned in between"
BASELINE = "on average over the problems, the test error must be below that of the baseline"
UNTUNED = "on average over the problems, the test error is about that of a configuration that nobody chose"
ONE_EPOCH = "every training run was one epoch long, and the test error is not below the baseline's"
LINEAR = "nearly all learning rates that were tried lie in the upper sixth of their axis, which is logarithmic"
# Mean test error, on the problems FIRST and after, of a random search that trains six configurations to the end: see
# `baseline`. Their seeds are not ones that come to mind, so that no answer opens its problem by itself.
FIRST = 7_316_000_451
# fmt: off
BASELINES = (
    0.375, 0.463, 0.398, 0.470, 0.444, 0.408, 0.418, 0.594, 0.420, 0.553, 0.456, 0.377,
    0.374, 0.511, 0.528, 0.490, 0.552, 0.339, 0.393, 0.527, 0.443, 0.429, 0.396, 0.612,
)
# fmt: on
PROBLEMS = len(BASELINES)  # of a check
UNTUNED_AT = 0.6
LUCK = 0.1  # by which the mean over eight problems may be too high: two standard deviations
FAILED = 0.9  # the error of a network that knows nothing


@weight(2)
def check_budget(tune, rng):
    """All evaluations together cost at most the budget, whatever it is, and each is for 1 to 81 epochs."""
    largest = None
    for budget in (487, 243, 162, 100, 81, *rng.integers(81, 600, 4).tolist()):
        talk = _tuned(tune, Made(rng), budget, rng, patience=487)
        numbers = {"budget": budget, "asked_for": talk.spent}
        require(talk.spent <= budget or talk.epochs != largest, WIRED, **numbers)
        require((np.cumsum(talk.epochs) > budget).sum() <= 1, FAR_OVER, **numbers)
        require(talk.spent <= budget, OVER, **numbers)
        largest = largest or talk.epochs


@weight(2)
def check_dev_error_decides(tune, rng):
    """The choice is a configuration of the space, and one of the better ones by its dev error."""
    ranks, talks = [], []
    for budget in (250, 300, 486) * 6:
        made = Made(rng)
        talks.append(_tuned(tune, made, budget, rng))
        ranks.append(made.rank(talks[-1].chosen))
    if np.mean(ranks) >= 0.3:
        require(not all(talk.chosen == talk.configs[np.argmax(talk.errors)] for talk in talks), HIGHEST)
        require(not all(talk.chosen == talk.configs[-1] for talk in talks), LAST_ONE)
        require(False, POOR, mean_rank=float(np.mean(ranks)))


def check_what_diverges_is_not_chosen(tune, rng):
    """NaN is worse than any error."""
    diverged, first = 0, 0
    for budget in (300, 486) * 10:
        made = Made(rng, diverging=True)
        talk = _tuned(tune, made, budget, rng)
        failed = [config for config, error in zip(talk.configs, talk.errors) if math.isnan(error)]
        if made.fails(talk.chosen) and len(failed) < len(talk.errors):
            diverged += 1
            first += bool(failed) and talk.chosen == failed[0]
    require(diverged < 2 or first < diverged, FIRST_NAN)
    require(not diverged, DIVERGED)


def check_same_rng_same_choice(tune, rng):
    """Everything that is drawn is drawn from rng, and nothing is kept from one call to the next."""
    made, seed = Made(rng), int(rng.integers(2**30, 2**31))
    first, second = (_tuned(tune, made, 250, rng, seed) for _ in range(2))
    usual = (search.sample(made.space, rng=default_rng(own)) for own in (*range(100), 123, 1234, 12345))
    require(first.configs[0] not in usual, OWN_SEED)
    equal(sorted(first.chosen.items()) == sorted(second.chosen.items()), True, REPEAT)
    for _ in range(3):
        _tuned(tune, Made(rng), 250, rng)
    require(_tuned(tune, made, 250, rng, seed).configs == first.configs, REMEMBERS)


@core
@weight(5)
def check_beats_the_baseline(tune, rng):
    """On average over 24 problems, the test error is below that of the baseline."""
    _beats(tune, rng, range(FIRST, FIRST + PROBLEMS), BASELINES)


@hidden(like=(check_budget, check_dev_error_decides))
def check_other_spaces(tune, rng):
    """The same holds for other budgets, and for a space of one axis."""
    for budget in (*rng.integers(81, 600, 3).tolist(), 162):
        _tuned(tune, Made(rng, diverging=True), budget, rng)
    for _ in range(4):
        made = Made(rng)
        made.space = {"depth": Choice((1, 2, 4, 8))}
        best = int(rng.integers(4))
        made.evaluate = lambda config, epochs, best=best: 0.1 + abs((1, 2, 4, 8).index(config["depth"]) - best) / 10
        talk = _tuned(tune, made, 162, rng)
        tried = [made.evaluate(config, 1) for config in talk.configs]
        require(made.evaluate(talk.chosen, 1) == min(tried), POOR)


@hidden(like=check_beats_the_baseline)
@weight(2)
def check_beats_the_baseline_elsewhere(tune, rng):
    """The same holds on other problems, which nobody has opened before."""
    seeds = rng.integers(2**40, size=PROBLEMS // 3).tolist()
    _beats(tune, rng, seeds, [baseline(seed, draws=12) for seed in seeds], luck=LUCK)


covers = {
    "Write `tune(evaluate, space, budget, *, rng)`": check_beats_the_baseline,
    "returns one configuration, a dict with a value for each name of `space`": check_dev_error_decides,
    "trains the configuration from the start": check_dev_error_decides,
    "`epochs` is a whole number from 1 to 81": check_budget,
    "NaN if the training diverged": check_what_diverges_is_not_chosen,
    "`space` is a dict of names to axes": check_dev_error_decides,
    "search.sample(space, rng=rng)": check_same_rng_same_choice,
    "Other spaces than the chapter's occur": check_dev_error_decides,
    "at most `budget` epochs": check_budget,
    "The judge counts": check_budget,
    "One epoch more is over the budget": check_budget,
    "`budget` is at least 81": "a promise",
    "What you draw, draw from `rng`": check_same_rng_same_choice,
    "each call begins with nothing": check_same_rng_same_choice,
    "All it knows of a problem is what `evaluate` and `space` reveal": "its seeds are the judge's",
    "If every evaluation gives NaN": "what it allows",
    "Leave `space` as it is": "the judge looks at every argument after each call",
    "What counts is what you reach": check_beats_the_baseline,
    "24 problems like those of this chapter": check_beats_the_baseline,
    "reads its test set once": "a promise of the judge",
    "the mean of these 24 test errors must be below that of the baseline": check_beats_the_baseline,
    "six configurations drawn at random": "what the baseline is",
    "the dev errors alone tell": check_dev_error_decides,
    "Choose a configuration for at most `budget` epochs in all": (check_budget, check_dev_error_decides),
}


class _Talk:
    """What an answer evaluated, and what it chose."""

    def __init__(self, evaluate, space, budget, patience):
        self.configs, self.errors, self.epochs = [], [], []
        self._evaluate, self._space, self._budget, self._patience = evaluate, space, budget, patience

    def evaluate(self, config, epochs):
        """Count, and end the check at the first epoch beyond the budget plus the patience."""
        is_number = isinstance(epochs, numbers.Real) and not isinstance(epochs, bool)
        require(is_number and 1 <= epochs <= LONGEST and epochs == int(epochs), EPOCHS)
        config = _checked(config, self._space, EVALUATED)
        self.configs.append(config)
        self.epochs.append(int(epochs))
        over = FAR_OVER if self._patience else OVER
        require(self.spent <= self._budget + self._patience, over, budget=self._budget, asked_for=self.spent)
        self.errors.append(float(self._evaluate(dict(config), int(epochs))))
        return self.errors[-1]

    @property
    def spent(self):
        return sum(self.epochs)


def _tuned(tune, made, budget, rng, seed=None, *, patience=0):
    """Have an answer tune a problem; return the talk, with what was `chosen`."""
    talk = _Talk(made.evaluate, made.space, budget, patience)
    seed = int(rng.integers(2**31)) if seed is None else seed
    found = tune(talk.evaluate, dict(made.space), budget, rng=default_rng(seed))
    talk.chosen = _checked(found, made.space, NOT_A_CONFIG)
    require(bool(talk.epochs), UNUSED)
    return talk


def _checked(config, space, sentence):
    require(isinstance(config, dict), sentence)
    require(set(config) == set(space) or set(config) != set(SPACE), CHAPTERS)
    require(set(config) == set(space), sentence)
    for name, axis in space.items():
        try:
            axis.check(name, config[name])
        except (TypeError, ValueError):
            require(False, OUTSIDE)
    return config


def _beats(tune, rng, seeds, baselines, luck=0.0):
    """Tune the problems of these seeds, read each test set once, and compare with the baseline."""
    talks, errors = [], []
    for seed in seeds:
        one = problem(int(seed))
        talks.append(_tuned(tune, one, BUDGET, rng))
        error = one.test_error(talks[-1].chosen)
        errors.append(FAILED if math.isnan(error) else error)
    mean, baseline = float(np.mean(errors)), float(np.mean(baselines))
    measured("test error", mean)
    measured("baseline", baseline)
    measured("epochs", np.mean([talk.spent for talk in talks]))
    if mean < baseline + luck:
        return
    numbers = {"mean_test_error": mean, "of_the_baseline": baseline}
    axis = SPACE["learning_rate"]
    rates = [axis.share(config["learning_rate"]) for talk in talks for config in talk.configs]
    require(max(max(talk.epochs) for talk in talks) > 1, ONE_EPOCH, **numbers)
    require(np.mean(np.array(rates) > 5 / 6) < 0.8, LINEAR, **numbers)
    require(mean < UNTUNED_AT, UNTUNED, **numbers)
    require(False, BASELINE, **numbers)


@lru_cache  # what is learned of misconceptions meets the same problems again and again
def baseline(seed, draws=400):
    """The expected test error of six random configurations, each trained to the end, of which dev chooses one."""
    rng = default_rng([seed, 1])
    one = problem(seed, budget=draws * LONGEST)
    configs = [search.sample(one.space, rng=rng) for _ in range(draws)]
    dev = np.nan_to_num([one.evaluate(config, LONGEST) for config in configs], nan=2.0)
    test = np.array([problem(seed).test_error(config) for config in configs])
    ranked = np.nan_to_num(test, nan=FAILED)[np.argsort(dev, kind="stable")]
    tried = BUDGET // LONGEST
    ways = np.array([math.comb(draws - 1 - place, tried - 1) for place in range(draws)], float)
    return float(ranked @ ways / math.comb(draws, tried))


def _best(configs, errors):
    return configs[int(np.argmin([math.inf if math.isnan(error) else error for error in errors]))]


def _random(evaluate, space, budget, rng, epochs, *, n=None, choose=_best, draw=search.sample):
    """Random search with some parts replaced."""
    configs = [draw(space, rng=rng) for _ in range(max(budget // epochs, 1) if n is None else n)]
    return choose(configs, [evaluate(config, epochs) for config in configs])


@misconception(
    "The count is looked at after the evaluation instead of before it, so that the last one is over the budget. Ask "
    "whether it still fits, and only then evaluate.",
    caught_by=check_budget,
    said_by=OVER,
)
def looked_at_afterwards(evaluate, space, budget, *, rng):
    configs, errors, spent = [], [], 0
    while spent <= budget:
        configs.append(search.sample(space, rng=rng))
        errors.append(evaluate(configs[-1], 20))
        spent += 20
    return _best(configs, errors)


@same_mistake_as(looked_at_afterwards)
def one_too_many(evaluate, space, budget, *, rng):
    return _random(evaluate, space, budget, rng, 27, n=budget // 27 + 1)


@same_mistake_as(looked_at_afterwards)
def trained_once_more(evaluate, space, budget, *, rng):
    config = _random(evaluate, space, budget, rng, 27)
    evaluate(config, 81)
    return config


@misconception(
    "Evaluations go on after the budget is spent: the costs do not add up to what was planned. Each training begins "
    "anew, so that a configuration that is trained for longer costs all its epochs again. Keep a count.",
    caught_by=check_budget,
    said_by=FAR_OVER,
)
def rounds_not_counted(evaluate, space, budget, *, rng):
    configs, epochs = [search.sample(space, rng=rng) for _ in range(max(budget // 3, 2))], 3
    while len(configs) > 1 and epochs <= LONGEST:
        losses = [np.nan_to_num(evaluate(config, epochs), nan=np.inf) for config in configs]
        configs = [configs[i] for i in np.argsort(losses, kind="stable")[: max(len(configs) // 3, 1)]]
        epochs *= 3
    return configs[0]


@misconception(
    "The number of training runs and their length are hard-coded: the budget that is given is ignored, though it may "
    "be as small as 81.",
    caught_by=check_budget,
    said_by=WIRED,
    worth=0.8,
)
def budget_not_looked_at(evaluate, space, budget, *, rng):
    return _random(evaluate, space, budget, rng, 27, n=18)


@misconception(
    "The names of the chapter's space are hard-coded. Other spaces occur: take the names from `space`, or draw with "
    "`search.sample`.",
    caught_by=check_dev_error_decides,
    said_by=CHAPTERS,
)
def names_of_the_chapter(evaluate, space, budget, *, rng):
    return _random(evaluate, SPACE, budget, rng, 27)


@misconception(
    "Nothing is evaluated: the configuration is drawn at random, or was fixed beforehand. What is good on one problem "
    "need not be good on the next; `evaluate` tells you.",
    caught_by=check_dev_error_decides,
    said_by=UNUSED,
    worth=0.2,
)
def nothing_evaluated(evaluate, space, budget, *, rng):
    return search.sample(space, rng=rng)


@misconception(
    "The last configuration is returned instead of the best one.",
    caught_by=check_dev_error_decides,
    said_by=LAST_ONE,
    worth=0.35,
)
def last_one(evaluate, space, budget, *, rng):
    return _random(evaluate, space, budget, rng, 27, choose=lambda configs, errors: configs[-1])


@misconception(
    "The configuration with the *highest* error is returned. These are errors: lower is better.",
    caught_by=check_dev_error_decides,
    said_by=HIGHEST,
    worth=0.35,
)
def highest_error(evaluate, space, budget, *, rng):
    def choose(configs, errors):
        return configs[int(np.argmax([-1 if math.isnan(error) else error for error in errors]))]

    return _random(evaluate, space, budget, rng, 27, choose=choose)


@misconception(
    "NaN was taken for the lowest error: `np.argmin` returns its place, and `min` does if it comes first. Turn it into "
    "infinity before you compare.",
    caught_by=check_what_diverges_is_not_chosen,
    said_by=FIRST_NAN,
)
def nan_is_lowest(evaluate, space, budget, *, rng):
    return _random(evaluate, space, budget, rng, 9, choose=lambda c, errors: c[int(np.argmin(errors))])


@same_mistake_as(nan_is_lowest)
def nan_is_zero(evaluate, space, budget, *, rng):
    return _random(evaluate, space, budget, rng, 9, choose=lambda c, errors: c[int(np.argmin(np.nan_to_num(errors)))])


@misconception(
    "As many configurations as possible, each for a single epoch: after one epoch the errors say how fast a network "
    "begins, and hardly how good it will be.",
    caught_by=check_beats_the_baseline,
    said_by=ONE_EPOCH,
)
def one_epoch_each(evaluate, space, budget, *, rng):
    return _random(evaluate, space, budget, rng, 1, n=60)  # more would be no better, and take long to judge


@misconception(
    "The learning rate is drawn evenly between its ends, so that nearly all that are tried are large. Its axis is "
    "logarithmic: `search.sample` draws as many between 0.001 and 0.01 as between 1 and 10.",
    caught_by=check_beats_the_baseline,
    said_by=LINEAR,
)
def linear_rates(evaluate, space, budget, *, rng):
    def draw(space, rng):
        config = search.sample(space, rng=rng)
        if "learning_rate" in config:
            axis = space["learning_rate"]
            config["learning_rate"] = float(rng.uniform(axis.low, axis.high))
        return config

    return _random(evaluate, space, budget, rng, 27, draw=draw)


@misconception(
    "Numbers are drawn from a generator of your own, so that nobody can repeat the choice: draw all of them from rng.",
    caught_by=check_same_rng_same_choice,
    worth=0.95,
    said_by=REPEAT,
)
def own_generator(evaluate, space, budget, *, rng):
    return _random(evaluate, space, budget, np.random.default_rng(), 20)


@misconception(
    "A generator is made inside, with a seed of its own, so that rng changes nothing: draw all numbers from rng.",
    caught_by=check_same_rng_same_choice,
    worth=0.95,
    said_by=OWN_SEED,
)
def seed_of_its_own(evaluate, space, budget, *, rng):
    return _random(evaluate, space, budget, default_rng(0), 20)


@same_mistake_as(seed_of_its_own)
def another_seed_of_its_own(evaluate, space, budget, *, rng):
    return _random(evaluate, space, budget, default_rng(42), 20)


@neighbour("one of the better third is returned instead of the best")
def better_third(evaluate, space, budget, *, rng):
    def choose(configs, errors):
        return configs[int(np.argsort([2 if math.isnan(error) else error for error in errors])[len(errors) // 3])]

    return _random(evaluate, space, budget, rng, 20, choose=choose)


@neighbour("two configurations are tried, and the rest of the budget is left unused")
def two_tries(evaluate, space, budget, *, rng):
    return _random(evaluate, space, budget, rng, 40, n=2)


@alternative("random search, 27 epochs each")
def random_search(evaluate, space, budget, *, rng):
    return _random(evaluate, space, budget, rng, 27)


@alternative("random search with a third of the budget, then better neighbours of the best")
def climb(evaluate, space, budget, *, rng):
    epochs = 12
    configs = [search.sample(space, rng=rng) for _ in range(max(budget // (3 * epochs), 1))]
    errors = [evaluate(config, epochs) for config in configs]
    for _ in range(budget // epochs - len(configs)):
        configs.append(search.mutate(_best(configs, errors), space, scale=0.15, rng=rng))
        errors.append(evaluate(configs[-1], epochs))
    return _best(configs, errors)


@alternative("many short runs, and the best quarter of them again for longer")
def two_rounds(evaluate, space, budget, *, rng):
    n = max(budget // 16, 1)
    configs = [search.sample(space, rng=rng) for _ in range(n)]
    order = sorted(range(n), key=lambda i: np.nan_to_num(evaluate(configs[i], np.int64(8)), nan=np.inf))
    left = [configs[i] for i in order[: max(n // 4, 1)]]
    epochs = min((budget - 8 * n) // len(left), 81)
    if epochs < 1:
        return left[0]
    return min(left, key=lambda config: np.nan_to_num(evaluate(config, epochs), nan=np.inf))


METHOD = "another method: it keeps to the budget, and chooses as well"
equivalent = {
    "`_ETA = 3` becomes `_ETA = 4` in _ETA": METHOD,
    "`2 * _ETA ** (rounds - 1)` becomes `1 * _ETA ** (rounds - 1)` in _first_round": METHOD,
    "`_ETA ** (rounds - 1)` becomes `(rounds - 1) ** _ETA` in _first_round": METHOD,
    "`rounds - 1` becomes `rounds - 2` in _first_round": METHOD,
    "`1` becomes `0`": "the loop counts up from 0 as well",
    "`1` becomes `2`": "the loop would come to 2 for any budget that occurs",
    "`(rounds + 1) * _first_round(rounds + 1) <= budget` becomes "
    "`(rounds + 1) * _first_round(rounds + 1) < budget`": "one round fewer if the last one would just fit",
    "`rounds + 1` becomes `rounds + 2`": METHOD,
}
borderline = {
    "`return 2 * _ETA ** (rounds - 1)` becomes `return rounds` in _first_round": "so few configurations that the "
    "error is that of the baseline",
    "`_ETA ** (rounds - 1)` becomes `_ETA * (rounds - 1)` in _first_round": "below the baseline by two standard "
    "deviations, from one rng to another, and no more",
}
