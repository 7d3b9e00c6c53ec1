"""Find the configurations that no other one beats in both error and cost."""

import numpy as np

from autograder.authoring import (
    alternative,
    array,
    core,
    equal,
    hidden,
    misconception,
    neighbour,
    require,
    same_mistake_as,
    weight,
)
from dnnkit.capstone import pareto as solution

points = 3
returns = array
hints = (
    "Take one configuration, and look for another one that is no worse in both and better in one. If there is none, it "
    "is on the front.",
    "Comparing all pairs is fine: `errors[:, None]` against `errors[None, :]`.",
    "Sort those that are left by cost; equal costs on the front have equal errors too.",
)

FRONT = "the result must hold exactly the configurations that no other one beats"
BEATEN = "the result holds a configuration that another one beats"
MISSING = "a configuration that no other one beats is missing"
COST_TIE = "of two equal costs the one with the higher error is beaten"
ERROR_TIE = "of two equal errors the one with the higher cost is beaten"
TWINS = "configurations that are equal in both do not beat each other: both belong to the front"
ORDER = "the order must go from the lowest cost to the highest"
TWIN_ORDER = "of configurations that are equal in both, the one with the lower index must come first"
MASK = "the result is a mask, True or False for each configuration, and must be indices"
INDICES = "the result must be indices: whole numbers from 0 to n − 1, none of them twice"


@core
@weight(3)
def check_front(pareto, rng):
    """The result holds exactly the configurations that no other one beats, in any order."""
    for n in (9, 30):
        errors, costs = _cloud(rng, n)
        _same(pareto(errors, costs), errors, costs)
    for errors, costs in (_bulge(rng), _near(rng)):
        _same(pareto(errors, costs), errors, costs)


@weight(3)
def check_ties(pareto, rng):
    """Of equal costs only the lowest error stays, of equal errors only the lowest cost."""
    for given in (0, 1) * 8:
        better, equal_in = rng.uniform(0.2, 0.8, 4), rng.uniform(0.1, 0.9)
        apart = (better, np.full(4, equal_in))
        errors, costs = apart[given], apart[1 - given]
        found = _indices(pareto(errors, costs), 4)
        require(found == [int(better.argmin())], (COST_TIE, ERROR_TIE)[given])


def check_twins(pareto, rng):
    """Configurations that are equal in both stay together, in the order of their indices."""
    errors, costs = np.array([0.3, 0.1, 0.3, 0.2, 0.1, 0.4]), np.array([2, 8, 2, 5, 8, 6])
    for _ in range(6):
        order = rng.permutation(6)
        found = _indices(pareto(errors[order], costs[order]), 6)
        require(set(found) == set(solution(errors[order], costs[order]).tolist()), TWINS)


@weight(2)
def check_order(pareto, rng):
    """The indices go from the cheapest configuration to the most accurate one; twins by their index."""
    for errors, costs in (_staircase(rng, 12), _staircase(rng, 25), _many_twins(rng)):
        found = _indices(pareto(errors, costs), len(errors))
        require(bool(found), MISSING)
        require(len(found) > 1 and (np.diff(costs[found]) >= 0).all(), ORDER)
        require(found == sorted(found, key=lambda i: (costs[i], i)), TWIN_ORDER)


@hidden(like=(check_front, check_ties, check_twins, check_order))
def check_other_configurations(pareto, rng):
    """The same holds for one configuration, for many, and for whole numbers with many ties."""
    equal(_indices(pareto(np.array([0.3]), np.array([5])), 1), [0], FRONT)
    for n in (40, 200):
        errors, costs = rng.integers(0, 9, (2, n))
        equal(_indices(pareto(errors, costs), n), solution(errors, costs).tolist(), FRONT)
    errors, costs = _cloud(rng, 300)
    equal(_indices(pareto(errors, costs), 300), solution(errors, costs).tolist(), FRONT)


covers = {
    "Write `pareto(errors, costs)`": check_front,
    "two arrays of shape (n,)": check_front,
    "the lower, the better": check_front,
    "*beats* another": (check_front, check_ties),
    "equal in both do not beat each other": check_twins,
    "Return the indices of all configurations that no other one beats": check_front,
    "from the lowest cost to the highest": check_order,
    "of equal ones the lower index first": check_order,
    "For errors": "the example, by hand",
    "Indices of the configurations that no other one beats": check_front,
}


def _cloud(rng, n):
    """Errors and costs without ties, some of which are on the front in no order of index."""
    return rng.permutation(n) / n + 0.01, rng.permutation(n) + 1.0


def _staircase(rng, n):
    """A cloud, more than half of which is the front, with twins."""
    errors, costs = np.linspace(0.9, 0.1, n - 2), np.arange(1.0, n - 1)
    errors, costs = (np.append(values, [values[3], values[7]]) for values in (errors, costs))
    order = rng.permutation(n)
    return errors[order], costs[order]


def _many_twins(rng):
    """A front of five places with nine configurations in each, which an unstable sort mixes up."""
    errors = rng.permutation(np.repeat(np.linspace(0.9, 0.1, 5), 9))
    return errors, 1 - errors


def _bulge(rng):
    """A front that lies above the line between its ends, and a configuration that is beaten."""
    errors = np.array([0.9, 0.88, 0.8, 0.6, 0.1, 0.95]) * rng.uniform(0.5, 1)
    order = rng.permutation(6)
    return errors[order], np.array([1, 2, 3, 4, 5, 3])[order]


def _near(rng):
    """A front whose errors differ by millionths, as its costs do: what nearly ties does not tie."""
    order = rng.permutation(8)
    return (0.5 - 1e-6 * np.arange(8))[order], (1e6 + np.arange(8.0))[order]


def _indices(found, n):
    require(found.dtype.kind != "b", MASK)
    whole = found.ndim == 1 and found.dtype.kind in "iuf" and bool((found == np.round(found)).all())
    require(whole and len(set(found.tolist())) == len(found) and set(found.tolist()) <= set(range(n)), INDICES)
    return [int(index) for index in found]


def _same(found, errors, costs):
    found, right = set(_indices(found, len(errors))), set(solution(errors, costs).tolist())
    require(found >= right, MISSING)
    require(found == right, BEATEN)


def _by_pairs(errors, costs, beats):
    """The indices of what no other one beats, by a rule for the differences in error and cost, the cheapest first."""
    errors, costs = errors.astype(float), costs.astype(float)
    beaten = beats(errors[None] - errors[:, None], costs[None] - costs[:, None]).any(axis=1)
    left = np.flatnonzero(~beaten)
    return left[np.lexsort((left, costs[left]))]


@misconception(
    "A configuration is beaten only by one that is better in *both*. Of two that cost the same, the one with the "
    "higher error is of no use, yet it stays.",
    caught_by=check_ties,
    worth=0.6,
)
def better_in_both(errors, costs):
    return _by_pairs(errors, costs, lambda e, c: (e < 0) & (c < 0))


@misconception(
    "Of configurations that are equal in both, only the first stays. Neither is better than the other: both are on the "
    "front.",
    caught_by=check_twins,
    worth=0.8,
)
def first_of_twins(errors, costs):
    front = solution(errors, costs)
    seen, kept = set(), []
    for i in front:
        if (errors[i], costs[i]) not in seen:
            kept.append(i)
        seen.add((errors[i], costs[i]))
    return np.array(kept)


@misconception(
    "Twins knock each other out: a configuration counts as beaten by one that is no worse, even if it is no better "
    "either.",
    caught_by=check_twins,
    worth=0.8,
)
def twins_lost(errors, costs):
    e, c = errors.astype(float), costs.astype(float)
    no_worse = (e[None] <= e[:, None]) & (c[None] <= c[:, None])
    np.fill_diagonal(no_worse, False)
    left = np.flatnonzero(~no_worse.any(axis=1))
    return left[np.argsort(c[left], kind="stable")]


@misconception(
    "The configurations come in the order of their indices. A front is read from cheap to accurate: sort it by cost.",
    caught_by=check_order,
    worth=0.75,
)
def not_sorted(errors, costs):
    return np.sort(solution(errors, costs))


@misconception(
    "The front goes from the most accurate configuration to the cheapest, the other way round.",
    caught_by=check_order,
    worth=0.75,
)
def from_the_most_accurate(errors, costs):
    front = solution(errors, costs)
    return front[np.lexsort((front, errors[front]))]


@same_mistake_as(from_the_most_accurate)
def turned_round(errors, costs):
    return solution(errors, costs)[::-1]


@misconception(
    "The front is that of the highest errors and costs. Here less is better, for both.",
    caught_by=check_front,
)
def more_is_better(errors, costs):
    return solution(-errors, -costs)


@misconception(
    "Only the corners of the convex hull are kept. A configuration between two corners, and above their line, is still "
    "beaten by nobody: to have a mixture of two configurations you would have to train both.",
    caught_by=check_front,
)
def convex_hull(errors, costs):
    corners = []
    for i in solution(errors, costs):
        while len(corners) > 1:
            a, b = corners[-2:]
            slope = (errors[i] - errors[a]) * (costs[b] - costs[a])
            if slope > (errors[b] - errors[a]) * (costs[i] - costs[a]):
                break
            corners.pop()
        corners.append(i)
    return np.array(corners)


@misconception(
    "Twins change places: `np.argsort` does not keep the order of equal costs. `kind='stable'` does, and so does "
    "`sorted`.",
    caught_by=check_order,
    said_by=TWIN_ORDER,
    worth=0.8,
)
def twins_change_places(errors, costs):
    front = np.sort(solution(errors, costs))
    return front[np.argsort(costs[front])]


@same_mistake_as(twins_change_places)
def twins_turned_round(errors, costs):
    front = solution(errors, costs)
    return front[np.lexsort((-front, costs[front]))]


@misconception(
    "The configurations are sorted by cost alone, and each one with a new lowest error is kept: of two that cost the "
    "same, one that happens to come first stays, though the other has the lower error. Sort equal costs by error.",
    caught_by=check_ties,
    worth=0.6,
)
def sorted_by_cost_alone(errors, costs):
    best, front = np.inf, []
    for i in np.argsort(costs, kind="stable"):
        if errors[i] < best:
            best = errors[i]
            front.append(i)
    return np.array(front)


@same_mistake_as(sorted_by_cost_alone)
def sorted_by_cost_alone_and_equal_errors_stay(errors, costs):
    best, front = np.inf, []
    for i in np.argsort(costs, kind="stable"):
        if errors[i] <= best:
            best = errors[i]
            front.append(i)
    return np.array(front)


@misconception(
    "What comes back is True or False for each configuration. The question asks for the indices: `np.flatnonzero` gets "
    "them from a mask, and then they have to be sorted by cost.",
    caught_by=check_front,
    said_by=MASK,
    worth=0.2,
)
def mask_of_the_front(errors, costs):
    return np.isin(np.arange(len(errors)), solution(errors, costs))


@misconception(
    "The places in a sorted list are returned instead of the indices in the arrays that were given: look them up in "
    "the order that sorted them.",
    caught_by=check_front,
)
def places_when_sorted(errors, costs):
    order = np.lexsort((errors, costs))
    return solution(errors[order], costs[order])


@same_mistake_as(places_when_sorted)
def places_when_sorted_by_cost(errors, costs):
    order = np.argsort(costs, kind="stable")
    return solution(errors[order], costs[order])


@misconception(
    "To be better at one of the two is taken to be enough to beat another configuration. It must not be worse at the "
    "other one.",
    caught_by=check_front,
)
def better_at_one(errors, costs):
    return _by_pairs(errors, costs, lambda e, c: (e < 0) | (c < 0)).astype(int)


@misconception(
    "An equal error at a higher cost stays. The cheaper one beats it: no worse in error, and better in cost.",
    caught_by=check_ties,
    worth=0.7,
)
def equal_errors_stay(errors, costs):
    best, front = np.inf, []
    for i in np.lexsort((errors, costs)):
        if errors[i] <= best:
            best = errors[i]
            front.append(i)
    return np.array(front)


@neighbour("the front of errors and negative costs")
def dear_is_good(errors, costs):
    return solution(errors, -costs)


@neighbour("the errors on the front, not their indices")
def errors_of_the_front(errors, costs):
    return errors[solution(errors, costs)]


@neighbour("only the two ends of the front")
def two_ends(errors, costs):
    return solution(errors, costs)[[0, -1]]


@alternative("all pairs at once")
def all_pairs(errors, costs):
    def beats(e, c):
        return (e <= 0) & (c <= 0) & ((e < 0) | (c < 0))

    return _by_pairs(errors, costs, beats).tolist()


@alternative("by loops")
def by_loops(errors, costs):
    front = []
    for i in range(len(errors)):
        beaten = False
        for j in range(len(errors)):
            no_worse = errors[j] <= errors[i] and costs[j] <= costs[i]
            if no_worse and (errors[j] < errors[i] or costs[j] < costs[i]):
                beaten = True
        if not beaten:
            front.append(i)
    return sorted(front, key=lambda i: costs[i])


@alternative("by the lowest error that is as cheap, and the lowest cost that is as good")
def by_two_minima(errors, costs):
    left = [
        i
        for i in range(len(errors))
        if errors[costs <= costs[i]].min() == errors[i] and costs[errors <= errors[i]].min() == costs[i]
    ]
    return np.array(sorted(left, key=lambda i: (costs[i], i)), dtype=np.float64)


equivalent = {}
