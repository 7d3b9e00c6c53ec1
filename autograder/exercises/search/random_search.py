"""Draw configurations by the logarithm, evaluate them, and keep the best."""

import itertools
import math

import numpy as np

from autograder.authoring import (
    alternative,
    anything,
    core,
    equal,
    hidden,
    misconception,
    neighbour,
    number,
    require,
    same_mistake_as,
    weight,
)

points = 4
returns = (anything, number)
hints = (
    "A logarithm that is uniform between two ends: `rng.uniform(np.log(low), np.log(high))`. What takes you back from "
    "the logarithm to the value?",
    "Make a new dict for each trial, with a separate draw for each name. Then ask for its loss once, and remember both "
    "if it is better than what you remember.",
    "Begin with no best at all, and `loss < best_loss` against infinity: a comparison with NaN is False, and a tie is "
    "not below.",
)

COUNT = "the objective must be called once for each of the n_trials configurations"
NAMES = "a configuration must be a dict with the names of space, and a number for each"
NOT_UNDONE = "the exponential must undo the logarithm that was taken"
INSIDE = "a value must lie between low and high"
RETURNED = "the result must be a configuration that was tried, and the loss that it had"
BEST = "the configuration returned must be the one that had the lowest loss"
LAST = "the configuration of the last trial is returned, though another had the lowest loss"
WORST = "the configuration with the highest loss is returned"
TIES = "of several trials with the lowest loss the first must be returned"
NAN = "a trial whose loss is NaN must not be the best"
LINEAR = "the values themselves are spread evenly from low to high, not their logarithms"
UNIFORM = "the logarithm of a value must be uniform between those of low and high"
SHARED = "all values of a configuration lie at the same place between their ends"
REPEATED = "all trials have the same configuration"
APART = "values, and trials, must be independent of one another"
AGAIN = "generators with the same seed must give the same result"
ANEW = "generators with other seeds must give other configurations"
NEXT = "the next search with the same generator must give other configurations"
GRID = "the values are those of a grid, which begins at low and ends at high, and nothing is drawn"
FEW = "the values must come from anywhere between low and high, not be the same few again and again"

SPACE = {"rate": (1e-4, 1.0), "width": (8.0, 4096.0)}


def solution(objective, space, *, n_trials, rng):
    """Return the best of n_trials random configurations, and its loss."""
    best, best_loss = None, np.inf
    for _ in range(n_trials):
        tried = {name: np.exp(rng.uniform(np.log(low), np.log(high))) for name, (low, high) in space.items()}
        loss = objective(tried)
        if best is None or loss < best_loss or np.isnan(best_loss):
            best, best_loss = tried, loss
    return best, best_loss


@core
@weight(4)
def check_best_is_returned(random_search, rng):
    """The configuration with the lowest loss is returned, with its loss."""
    for low, place in ((0.1, 3), (1e12, 6), (-7.0, 1)):
        losses = low + np.append(rng.permutation(np.arange(1.0, 9.0)), 9.0) * max(abs(low), 1)
        losses[place], losses[4] = low, low + 20 * max(abs(low), 1)
        seen = _run(random_search, SPACE, losses, rng)
        require(seen.calls <= len(losses) + 1, COUNT)
        require(seen.calls < len(losses) or not _is(seen.best, seen.tried[-1]), LAST)
        require(not _is(seen.best, seen.tried[int(np.argmax(seen.losses))]), WORST)
        require(_is(seen.best, seen.tried[int(np.argmin(seen.losses))]), BEST)


@weight(2)
def check_calls(random_search, rng):
    """The objective is called once a trial, with a value inside the range for each name."""
    for n_trials in (1, 7):
        losses = np.sort(rng.uniform(-2, -1, n_trials))[::-1]  # the last is the best: not checked here
        seen = _run(random_search, SPACE, losses, rng)
        equal(seen.calls, n_trials, COUNT)


@weight(3)
def check_logarithm_is_uniform(random_search, rng):
    """The logarithm of each value is uniform from low to high."""
    _require_uniform(random_search, SPACE, 600, rng)


@weight(2)
def check_independence(random_search, rng):
    """Values are independent of one another, and so are trials."""
    _require_independence(random_search, SPACE, rng)


def check_nan(random_search, rng):
    """A trial whose loss is NaN is not the best, wherever it comes."""
    for places in ([0], [2, 5], [5], [0, 1, 2, 3]):
        for unit in (1, 1e30):  # higher than any number that is put in place of NaN
            losses = unit * (np.array([1.5, 1.2, 1.4, 1.1, 1.3, 1.6]) + rng.uniform(0, 0.05, 6))
            losses[places] = np.nan
            seen = _run(random_search, SPACE, losses, rng)
            require(not math.isnan(seen.best_loss), NAN)
            require(_is(seen.best, seen.tried[int(np.nanargmin(seen.losses))]), BEST)


def check_ties(random_search, rng):
    """Of several trials with the lowest loss the first is returned."""
    for losses in ([3.0, 1.0, 2.0, 1.0, 3.0], [0.5] * 4):
        seen = _run(random_search, SPACE, losses, rng)
        require(_is(seen.best, seen.tried[int(np.argmin(seen.losses))]), TIES)


def check_randomness(random_search, rng):
    """The same seed gives the same search; another seed, or the same generator once more, gives another."""
    seed = int(rng.integers(2**31))
    one, again, other = (np.random.default_rng(each) for each in (seed, seed, seed + 1))
    losses = [2.0, 1.5, 3.0]
    first, second, same, foreign = (
        _run(random_search, SPACE, losses, rng, source).tried for source in (one, one, again, other)
    )
    shares = _shares(first, SPACE)
    require(not (np.isclose(shares, 0, atol=1e-9) | np.isclose(shares, 1, atol=1e-9)).any(axis=0).all(), GRID)
    require(first == same, AGAIN)
    require(first != foreign, ANEW)
    require(first != second, NEXT)


@weight(2)
@hidden(like=(check_best_is_returned, check_calls, check_nan, check_ties))
def check_other_losses(random_search, rng):
    """The same holds for one name and for three, and for other losses."""
    wide = {"a": (1e-3, 2.0), "b": (0.5, 80.0), "c": (30.0, 1e6)}
    for space, losses in (
        ({"lam": (1e-6, 1e-2)}, [float("nan"), -1.0, -4.0, float("nan"), -4.0, 0.0]),
        (wide, np.append(rng.permutation(12), 12) + 1e9),
        (wide, [5]),
    ):
        seen = _run(random_search, space, losses, rng)
        equal(seen.calls, len(losses), COUNT)
        require(_is(seen.best, seen.tried[int(np.nanargmin(seen.losses))]), BEST)


@weight(2)
@hidden(like=(check_logarithm_is_uniform, check_independence))
def check_other_draws(random_search, rng):
    """The same holds for other ranges."""
    space = {"a": (1e-5, 1e-1), "b": (2.0, 2e4), "c": (0.01, 30.0)}
    _require_uniform(random_search, space, 600, rng)
    _require_independence(random_search, space, rng)


covers = {
    "Write `random_search(objective, space, *, n_trials, rng)`": check_best_is_returned,
    "`space` is a dict from the name of a hyperparameter to a pair `(low, high)`": check_calls,
    "A configuration is a dict with the same names": check_calls,
    "Each value is drawn so that its *logarithm* is uniform": check_logarithm_is_uniform,
    "independently of all other values and of all other trials": check_independence,
    "`objective(config)` returns the loss of a configuration": (check_best_is_returned, check_calls),
    "Call it once for each of the `n_trials` configurations": check_calls,
    "does not change it": "a promise",
    "Return the pair `(config, loss)` of the trial with the lowest loss": check_best_is_returned,
    "of the first of them, if there are several": check_ties,
    "such a trial is never the best": check_nan,
    "A loss is a finite number, or NaN": "a promise",
    "At least one loss is not NaN": "a promise",
    "Generators with the same seed give the same search": check_randomness,
    "the next search with the same generator is another": check_randomness,
    "Leave `space` as it is": check_calls,
    "You don't have to handle invalid input": "nothing is asked",
    "For example, with": check_logarithm_is_uniform,
    "Return the best of n_trials random configurations, and its loss": check_best_is_returned,
}


@misconception(
    "The values themselves are drawn evenly. Of the rates from 0.0001 to 1 nine in ten are then above 0.1, and three "
    "of the four powers of ten are hardly ever tried: draw the logarithm, and take the exponential of it.",
    caught_by=check_logarithm_is_uniform,
    said_by=LINEAR,
    worth=0.75,
)
def linear(objective, space, *, n_trials, rng):
    return _searched(objective, space, n_trials, rng, value=lambda low, high, rng: rng.uniform(low, high))


@misconception(
    "The last configuration is returned instead of the best. Remember the best so far, in a dict that no later trial "
    "changes, and replace it only by a better one.",
    caught_by=check_best_is_returned,
    said_by=LAST,
)
def last(objective, space, *, n_trials, rng):
    return _searched(objective, space, n_trials, rng, better=lambda loss, best: True)


@same_mistake_as(last)
def one_dict_for_all(objective, space, *, n_trials, rng):
    tried, best, best_loss = {}, None, math.inf
    for _ in range(n_trials):
        for name, (low, high) in space.items():
            tried[name] = _log_uniform(low, high, rng)
        loss = objective(tried)
        if loss < best_loss:
            best, best_loss = tried, loss
    return best, best_loss


@misconception(
    "The highest loss wins, as if it were an accuracy. The lower a loss, the better.",
    caught_by=check_best_is_returned,
    said_by=WORST,
)
def highest(objective, space, *, n_trials, rng):
    return _searched(objective, space, n_trials, rng, better=lambda loss, best: math.isinf(best) or loss > best)


@misconception(
    "A NaN may become the best. Every comparison with NaN is False: a search that begins with the first trial, or "
    "takes `not loss >= best`, does not get away from it; and a number that is put in its place may be below a loss.",
    caught_by=check_nan,
    said_by=NAN,
    worth=0.95,
)
def nan_stays(objective, space, *, n_trials, rng):
    tried = [_draw(space, rng) for _ in range(n_trials)]
    losses = [objective(each) for each in tried]
    best = int(np.argmin(losses))
    return tried[best], losses[best]


@same_mistake_as(nan_stays)
def begins_with_the_first(objective, space, *, n_trials, rng):
    best = _draw(space, rng)
    best_loss = objective(best)
    for _ in range(n_trials - 1):
        tried = _draw(space, rng)
        loss = objective(tried)
        if loss < best_loss:
            best, best_loss = tried, loss
    return best, best_loss


@same_mistake_as(nan_stays)
def nan_is_a_large_number(objective, space, *, n_trials, rng):
    tried = [_draw(space, rng) for _ in range(n_trials)]
    losses = [objective(each) for each in tried]
    best = int(np.argmin(np.nan_to_num(losses, nan=1e9)))
    return tried[best], losses[best]


@misconception(
    "The logarithm is not undone: what was drawn is still a logarithm, or was undone in another base. `np.exp` undoes "
    "`np.log`, and `10 **` undoes `np.log10`.",
    caught_by=check_best_is_returned,
    said_by=NOT_UNDONE,
    worth=0.2,
)
def not_undone(objective, space, *, n_trials, rng):
    return _searched(
        objective, space, n_trials, rng, value=lambda low, high, rng: rng.uniform(math.log(low), math.log(high))
    )


@same_mistake_as(not_undone)
def another_base(objective, space, *, n_trials, rng):
    return _searched(
        objective, space, n_trials, rng, value=lambda a, b, rng: math.exp(rng.uniform(math.log10(a), math.log10(b)))
    )


@misconception(
    "One number is drawn for all hyperparameters of a trial. They then rise and fall together, and the search runs "
    "along the diagonal of the space only: draw one for each name.",
    caught_by=check_independence,
    said_by=SHARED,
    worth=0.9,
)
def one_draw_for_all_names(objective, space, *, n_trials, rng):
    def draw(space, rng):
        share = rng.random()
        return {name: low ** (1 - share) * high**share for name, (low, high) in space.items()}

    return _searched(objective, space, n_trials, rng, draw=draw)


@misconception(
    "A configuration is drawn once, before the loop, and tried again and again. Each trial draws its own.",
    caught_by=check_independence,
    said_by=REPEATED,
    worth=0.75,
)
def drawn_once(objective, space, *, n_trials, rng):
    config = _draw(space, rng)
    return _searched(objective, space, n_trials, rng, draw=lambda space, rng: dict(config))


@misconception(
    "The generator is made inside, with a seed of its own. Every search then tries the same configurations, whatever "
    "the caller passes in.",
    caught_by=check_randomness,
    said_by=ANEW,
    worth=0.9,
)
def seed_of_its_own(objective, space, *, n_trials, rng):
    return _searched(objective, space, n_trials, np.random.default_rng(0))


@misconception(
    "A grid is laid over the space, and nothing is drawn. A grid tries few values of each hyperparameter, again and "
    "again; draw each value anew.",
    caught_by=check_randomness,
    said_by=GRID,
    worth=0.6,
)
def grid(objective, space, *, n_trials, rng):
    side = math.ceil(n_trials ** (1 / len(space)))
    axes = [np.geomspace(low, high, max(side, 2)).tolist() for low, high in space.values()]
    trials = [dict(zip(space, values)) for values in itertools.islice(itertools.product(*axes), n_trials)]
    losses = [objective(each) for each in trials]
    best = int(np.nanargmin(losses))
    return trials[best], losses[best]


@misconception(
    "The numbers do not come from the generator that is passed in but from one without a seed, such as "
    "`np.random.uniform` or `np.random.default_rng()`: nobody can repeat the search.",
    caught_by=check_randomness,
    said_by=AGAIN,
    worth=0.95,
)
def without_a_seed(objective, space, *, n_trials, rng):
    return _searched(objective, space, n_trials, np.random.default_rng())


@neighbour("values from a fine grid")
def from_a_grid(objective, space, *, n_trials, rng):
    return _searched(
        objective, space, n_trials, rng, value=lambda a, b, rng: float(rng.choice(np.geomspace(a, b, 100)))
    )


@misconception(
    "The winner is evaluated once more at the end, which costs a run that nobody asked for. Its loss is known: keep it "
    "with the configuration.",
    caught_by=check_calls,
    worth=0.9,
)
def evaluated_again(objective, space, *, n_trials, rng):
    best, best_loss = solution(objective, space, n_trials=n_trials, rng=rng)
    objective(best)
    return best, best_loss


@misconception(
    "A tie counts as better, so that of several equal trials the last is returned.",
    caught_by=check_ties,
    said_by=TIES,
    worth=0.95,
)
def ties_win(objective, space, *, n_trials, rng):
    return _searched(objective, space, n_trials, rng, better=lambda loss, best: loss <= best)


@neighbour("the logarithm is normal, within the range")
def normal(objective, space, *, n_trials, rng):
    def value(low, high, rng):
        return low * (high / low) ** float(np.clip(rng.normal(0.5, 0.25), 0.001, 0.999))

    return _searched(objective, space, n_trials, rng, value=value)


@neighbour("the loss that is nearest to 0 wins")
def nearest_to_zero(objective, space, *, n_trials, rng):
    return _searched(objective, space, n_trials, rng, better=lambda loss, best: abs(loss) < abs(best))


@neighbour("one trial too few")
def one_too_few(objective, space, *, n_trials, rng):
    return solution(objective, space, n_trials=max(n_trials - 1, 1), rng=rng)


@neighbour("the square of the value is spread evenly")
def other_scale(objective, space, *, n_trials, rng):
    return _searched(objective, space, n_trials, rng, value=lambda a, b, rng: rng.uniform(a**0.5, b**0.5) ** 2)


@alternative("all are drawn first, and the powers of ten are uniform")
def drawn_first(objective, space, *, n_trials, rng):
    low, high = np.log10(np.array(list(space.values()))).T
    drawn = 10 ** rng.uniform(low, high, (n_trials, len(space)))
    tried = [dict(zip(space, row)) for row in drawn]
    losses = [objective(each) for each in tried]
    best = int(np.nanargmin(losses))
    return tried[best], losses[best]


@alternative("a list of pairs, sorted, NaN as infinity")
def sorted_pairs(objective, space, *, n_trials, rng):
    trials = []
    for _ in range(n_trials):
        tried = {}
        for name in space:
            low, high = space[name]
            tried[name] = low * (high / low) ** rng.random()
        loss = objective(tried)
        trials.append((float("inf") if loss != loss else loss, len(trials), tried))
    loss, _, tried = min(trials, key=lambda trial: trial[:2])
    return dict(tried), loss


@alternative("ends at the limits of rounding, and a list instead of a pair")
def as_a_list(objective, space, *, n_trials, rng):
    def value(low, high, rng):
        return float(np.clip(np.exp2(rng.uniform(np.log2(low), np.log2(high))), low, high))

    return list(_searched(objective, space, n_trials, rng, value=value))


class _Seen:
    """What a search has tried, what it was told, and what it returned."""

    def __init__(self, tried, losses, found):
        self.calls = len(tried)
        self.tried, self.losses = tried[: len(losses)], losses[: len(tried)]
        self.best, self.best_loss = found


def _run(random_search, space, losses, rng, source=None):
    """Run a search whose trials have the losses given, in turn, and see what it asked for."""
    losses, tried = [float(loss) for loss in losses], []

    def objective(config):
        require(len(tried) < 3 * len(losses), COUNT)
        tried.append(dict(config) if isinstance(config, dict) else None)
        if len(tried) > len(losses) and tried[-1] in tried[:-1]:
            return losses[tried.index(tried[-1])]
        return losses[min(len(tried), len(losses)) - 1]

    source = source or np.random.default_rng(int(rng.integers(2**31)))
    best, best_loss = random_search(objective, dict(space), n_trials=len(losses), rng=source)
    require(len(tried) > 0, COUNT)
    for each in (*tried, best):
        require(isinstance(each, dict) and each.keys() == space.keys(), NAMES)
        each.update({name: number(value) for name, value in each.items()})
    if not all(_inside([each[name] for each in tried], *ends) for name, ends in space.items()):
        require(not _not_undone(tried, space), NOT_UNDONE)
        require(False, INSIDE)
    require(all(_inside([best[name]], *ends) for name, ends in space.items()), INSIDE)
    had = [loss for each, loss in zip(tried, losses) if _is(best, each)]
    require(any(np.isclose(best_loss, loss, rtol=1e-6, atol=0, equal_nan=True) for loss in had), RETURNED)
    return _Seen(tried, losses, (best, best_loss))


def _inside(values, low, high):
    return low - 1e-6 * abs(low) <= min(values) and max(values) <= high + 1e-6 * abs(high)


def _not_undone(tried, space):
    """Whether all values look as if the logarithm had been left as it is, or undone in another base."""
    for taken, left in (
        (np.log, lambda x: x),
        (np.log10, lambda x: x),
        (np.log10, np.log),
        (np.log, np.log10),
        (np.log2, np.log),
        (np.log, np.log2),
    ):
        with np.errstate(invalid="ignore", divide="ignore"):
            if all(_inside(left([each[name] for each in tried]), *taken(ends)) for name, ends in space.items()):
                return True
    return False


def _is(one, other):
    return one.keys() == other.keys() and all(math.isclose(one[name], other[name], rel_tol=1e-6) for name in one)


def _shares(tried, space):
    """Where the values lie on the logarithmic axis, from 0 to 1: an array of shape (trials, names)."""
    low, high = np.log(np.array(list(space.values()))).T
    return (np.log([[each[name] for name in space] for each in tried]) - low) / (high - low)


def _require_uniform(random_search, space, n, rng):
    u = _shares(_run(random_search, space, 2 + np.arange(n) / n, rng).tried, space)
    if np.ptp(u, axis=0).max() < 1e-6:  # the same trial again and again: what another check is for
        return
    require(min(len(set(column)) for column in u.T) > 0.9 * n, FEW)
    for place, (low, high) in enumerate(space.values()):
        values = (low * (high / low) ** u[:, place] - low) / (high - low)
        require(_distance(values) > 0.16, LINEAR)
        require(_distance(u[:, place]) < 0.16, UNIFORM)
        spread = np.mean((u[:, place] - 0.5) ** 2)  # of 5.5 standard errors
        require(abs(spread - 1 / 12) < 5.5 / math.sqrt(180 * n), UNIFORM)


def _distance(u):
    """Largest distance of a sample's distribution function from the uniform one (Kolmogorov and Smirnov)."""
    steps = np.arange(len(u) + 1) / len(u)
    ranked = np.sort(u)
    return max(np.abs(ranked - steps[:-1]).max(), np.abs(ranked - steps[1:]).max())


def _require_independence(random_search, space, rng, calls=40, n=6):
    u = np.array([_shares(_run(random_search, space, 2 + np.arange(n) / n, rng).tried, space) for _ in range(calls)])
    require(u.shape[1] < 2 or np.ptp(u, axis=1).max() > 1e-6, REPEATED)
    require(len(space) < 2 or np.ptp(u, axis=2).max() > 1e-6, SHARED)
    centred = (u - u.mean(axis=(0, 1))) / u.std(axis=(0, 1))
    flat = centred.reshape(-1, len(space))
    limit = 6.5 / math.sqrt(len(flat))
    together = np.corrcoef(flat.T)[np.triu_indices(len(space), 1)]
    require(np.abs(together).max(initial=0) < limit, APART)
    require(np.abs((centred[:, 1:] * centred[:, :-1]).mean(axis=(0, 1))).max() < limit * 1.2, APART)
    # The variance of a search's mean relative to what it should be.
    ratio = (centred.mean(axis=1) ** 2 * u.shape[1]).mean(axis=0)
    require(ratio.min() > 0.25 and ratio.max() < 1 + 8 * math.sqrt(2 / calls), APART)


def _log_uniform(low, high, rng):
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def _draw(space, rng, value=_log_uniform):
    return {name: value(low, high, rng) for name, (low, high) in space.items()}


def _searched(objective, space, n_trials, rng, *, value=_log_uniform, draw=None, better=lambda loss, best: loss < best):
    """A random search with one part replaced."""
    best, best_loss = None, math.inf
    for _ in range(n_trials):
        tried = draw(space, rng) if draw else _draw(space, rng, value)
        loss = objective(tried)
        if best is None or math.isnan(best_loss) or better(loss, best_loss):
            best, best_loss = tried, loss
    return best, best_loss
