"""Write a test that tells right random searches from wrong ones."""

import math

import numpy as np

from autograder.authoring import alternative, lazy

tests = "random_search"
points = 4
hints = (
    "Your objective decides what a search meets: it may write down every configuration, and return losses from a list "
    "of your own, whatever the configuration is.",
    "Go through the exercise line by line. Put the lowest loss in the middle of the list, then try a tie, then NaN as "
    "the very first.",
    "Of 100 trials look at the shares: about half of the values must be below the square root of low times high, and "
    "each of two hyperparameters must be above its middle equally often when the other is above its own and when it is "
    "below.",
)


def solution(random_search):
    space = {"a": (0.01, 100.0), "b": (1.0, 1e4)}

    def run(losses, seed):
        left, tried = list(losses), []

        def objective(config):
            tried.append(dict(config))
            return left.pop(0)

        best, loss = random_search(objective, space, n_trials=len(losses), rng=np.random.default_rng(seed))
        assert not left, "one call for each trial"
        return tried, best, loss

    for losses, place in (([3, 2, 1, 5, 4], 2), ([2, 1, 3, 1], 1), ([np.nan, 2, 3], 1), ([5, 4, np.nan], 1)):
        tried, best, loss = run(losses, seed=1)
        assert loss == losses[place], "the lowest loss"
        assert best == tried[place], "the configuration that had it"
    assert tried == run([1, 2, 3], seed=1)[0], "the same seed, the same search"
    assert tried != run([1, 2, 3], seed=2)[0], "another seed, another search"
    tried, _, _ = run([1.0] * 100, seed=3)
    low = np.array([[each["a"] < 1, each["b"] < 100] for each in tried])
    assert (np.abs(low.mean(axis=0) - 0.5) < 0.2).all(), "half of the logarithms are below their middle"
    assert abs((low[:, 0] == low[:, 1]).mean() - 0.5) < 0.2, "the two are independent"


@alternative("by returning False, with correlations of the logarithms")
def by_returning(random_search):
    space, right = {"x": (1e-4, 1.0), "y": (0.1, 10.0)}, []
    seen = []

    def search(losses, rng):
        seen.clear()
        given = iter(losses)

        def objective(config):
            seen.append((config["x"], config["y"]))
            return next(given)

        config, loss = random_search(objective, space, n_trials=len(losses), rng=rng)
        return (config["x"], config["y"]), loss

    for losses in ([0.5, 0.25, 0.75], [0.25, 0.25, 0.5], [math.nan, 0.5, 0.25, math.nan]):
        config, loss = search(losses, np.random.default_rng(5))
        right += [len(seen) == len(losses), loss == 0.25, config == seen[losses.index(0.25)]]
    first = search([1.0] * 100, np.random.default_rng(6)) and np.log(seen)
    again = search([1.0] * 100, np.random.default_rng(6)) and np.log(seen)
    other = search([1.0] * 100, np.random.default_rng(7)) and np.log(seen)
    right += [np.array_equal(first, again), not np.array_equal(first, other)]
    right += [abs(first[:, 0].mean() - math.log(1e-2)) < 1, abs(np.corrcoef(first.T)[0, 1]) < 0.6]
    return all(right)


@lazy("It only checks that something comes back.")
def something(random_search):
    config, loss = random_search(lambda config: 1.0, {"a": (1.0, 2.0)}, n_trials=3, rng=np.random.default_rng(0))
    assert 1 <= config["a"] <= 2
    assert loss == 1


@lazy("It makes only one trial.")
def one_trial(random_search):
    seen = []
    config, _ = random_search(
        lambda config: seen.append(1) or 0.5, {"a": (1.0, 9.0)}, n_trials=1, rng=np.random.default_rng(1)
    )
    assert len(seen) == 1
    assert 1 <= config["a"] <= 9
