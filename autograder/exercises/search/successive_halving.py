"""Train many configurations a little, keep the best share of them, and train these further."""

import math

import numpy as np

from autograder.authoring import (
    alternative,
    anything,
    call,
    core,
    default_rng,
    equal,
    free,
    hidden,
    integer,
    misconception,
    neighbour,
    number,
    require,
    same_mistake_as,
    weight,
)

points = 4
returns = (integer, number)
hints = (
    "Keep three things for each configuration: its state, its last loss, and how many epochs it has had. Between "
    "rounds only the list of those that are still in the race changes.",
    "`advance` trains for that many *more* epochs. How many does a configuration lack that has had `min_budget` and "
    "should have `eta * min_budget`?",
    "A loop while anything is in the race: advance each, sort the race by loss (NaN last), keep the first "
    "`len(race) // eta`, and multiply the budget by eta. The answer is the first of the last sorted race.",
)

ROUNDS = "the rounds must train n, n // eta, ... configurations, until none would go on"
KEPT = "those that go on must be the ones with the lowest losses of their round"
WORST = "those that go on are the ones with the highest losses of their round"
BUDGET = "each round must train a configuration until it has had eta times as many epochs as in the round before"
AGAIN = "a configuration that goes on is trained again from the beginning"
TOTAL = "a configuration that goes on is trained for its whole budget on top of what it has had"
STATE = "advance must be given the state that it last returned for this configuration, and None in the first round"
OTHERS = "a configuration goes on training from the state of another one"
WINNER = "the result must be the place of the configuration with the lowest loss in the last round"
EARLIER = "the loss returned is one of an earlier round, where training was shorter"
LOSS = "the loss returned must be that of the winner in the last round"
ADDED = "every round after the first trains for as many epochs as the first"
RETURNED = "the result must be the place of a configuration, and a loss that it had"
NAN = "a loss of NaN must count as higher than all others"
TIES = "of equal losses the earlier configuration must come first"


def solution(configs, advance, *, min_budget, eta):
    """Return the place of the winner in configs, and its loss in the last round."""
    states, losses = [None] * len(configs), [np.nan] * len(configs)
    race, budget, before = list(range(len(configs))), min_budget, 0
    while race:
        for i in race:
            losses[i], states[i] = advance(configs[i], states[i], budget - before)
        race.sort(key=lambda i: (np.isnan(losses[i]), losses[i]))
        winner = race[0]
        race = race[: len(race) // eta]
        budget, before = budget * eta, budget
    return winner, losses[winner]


@core
@weight(3)
def check_best_go_on(successive_halving, rng):
    """In each round the share 1 / eta with the lowest losses goes on."""
    for n, eta in ((9, 3), (8, 2)):
        seen = _run(successive_halving, _curves(rng, n), 1, eta)
        _require_rounds(seen, n, eta)
        _require_best(seen)


@weight(4)
def check_training_is_resumed(successive_halving, rng):
    """Training goes on from the configuration's own state, for as many epochs as it lacks."""
    for n, eta, min_budget in ((9, 3, 2), (8, 2, 1)):
        _require_resumed(_run(successive_halving, _curves(rng, n), min_budget, eta), min_budget, eta)


@weight(2)
def check_winner(successive_halving, rng):
    """The winner is the best of the last round, and its loss is the one that it had there."""
    for n, eta in ((9, 3), (5, 2), (6, 3)):
        _require_winner(_run(successive_halving, _curves(rng, n, rising=True), 1, eta))


def check_uneven_numbers(successive_halving, rng):
    """If the number is not divisible by eta, the share is rounded down."""
    for n, eta in ((7, 2), (11, 3), (2, 4), (1, 2), (243, 3)):  # log(243) / log(3) is below 5 in floats
        seen = _run(successive_halving, _curves(rng, n), 3, eta)
        _require_rounds(seen, n, eta)
        _require_winner(seen)


def check_nan_and_ties(successive_halving, rng):
    """NaN counts as higher than all other losses, and of equal losses the earlier one comes first."""
    curves = _curves(rng, 8)
    _require_best(_run(successive_halving, curves, 1, 2))
    curves[[0, 3, 5]] = np.nan
    for unit in (1, 1e30):  # higher than any number that is put in place of NaN
        seen = _run(successive_halving, unit * curves, 1, 2)
        require(not math.isnan(seen.loss), NAN)
        _require_best(seen, NAN)
    for n in (8, 40):  # an unstable sort keeps few of many in their order
        level = np.arange(n) % 3 > 0
        ranked = np.argsort(level, kind="stable").tolist()
        seen = _run(successive_halving, level[:, None] + np.array([3.0, 2.0, 1.0, 0.5, 0.4, 0.3, 0.2]), 1, 2)
        equal(seen.winner, 0, TIES)
        require(all(sorted(each.places) == sorted(ranked[: len(each.places)]) for each in seen.rounds), TIES)


@weight(3)
@hidden(like=(check_best_go_on, check_training_is_resumed, check_winner, check_uneven_numbers, check_nan_and_ties))
def check_other_races(successive_halving, rng):
    """The same holds for other numbers of configurations, shares and budgets."""
    for n, eta, min_budget in ((27, 3, 1), (16, 4, 2), (8, 3, 5)):
        curves = _curves(rng, n, rising=n == 16)
        curves[0 if n == 27 else curves[:, 0].argmax()] = np.nan  # to a sort that lets it pass, the first is the best
        seen = _run(successive_halving, curves, min_budget, eta)
        _require_rounds(seen, n, eta)
        _require_best(seen)
        _require_resumed(seen, min_budget, eta)
        _require_winner(seen)


covers = {
    "Write `successive_halving(configs, advance, *, min_budget, eta)`": check_best_go_on,
    "`configs` is a list of n configurations": check_best_go_on,
    "trains a configuration for `epochs` *more* epochs and returns the pair `(loss, state)`": check_training_is_resumed,
    "Hand it the `state` that it last returned for the same configuration": check_training_is_resumed,
    "The first round trains all configurations for `min_budget` epochs": (check_best_go_on, check_training_is_resumed),
    "After a round that has trained k configurations, the k // eta with the lowest losses go on": (
        check_best_go_on,
        check_uneven_numbers,
    ),
    "`eta` times as many epochs, in all": check_training_is_resumed,
    "A loss is a finite number or NaN": "a promise",
    "NaN counts as higher than any other": check_nan_and_ties,
    "the one that comes first in `configs`": check_nan_and_ties,
    "(If a single one is left, it still has its last round.)": check_best_go_on,
    "The race is over when none would go on": (check_uneven_numbers, check_best_go_on),
    "Return the place in `configs`, counted from 0, of the configuration with the lowest loss in the last round": (
        check_winner
    ),
    "In a round at least one loss is not NaN": "a promise",
    "Leave `configs` as it is": check_best_go_on,
    "With four configurations, `min_budget=1` and `eta=2`": "the example",
    "Return the place of the winner in configs": check_winner,
}
equivalent = {}


@misconception(
    "Those with the highest losses go on. The lower a loss, the better.",
    caught_by=check_best_go_on,
    said_by=WORST,
)
def keeps_the_worst(configs, advance, *, min_budget, eta):
    return _race(configs, advance, min_budget, eta, key=lambda loss: (math.isnan(loss), -loss))


@misconception(
    "Every round starts training anew, from no state. All that was learned is paid for again: 27 configurations with "
    "eta 3 then cost 108 epochs, instead of 81 if training goes on from where it was.",
    caught_by=check_training_is_resumed,
    said_by=AGAIN,
)
def restarted(configs, advance, *, min_budget, eta):
    return _race(configs, advance, min_budget, eta, state=lambda states, i, _: None, more=lambda budget, had: budget)


@misconception(
    "`advance` is asked for the whole budget of the round, on top of what the configuration has had. It trains for "
    "*more* epochs: ask for what is lacking.",
    caught_by=check_training_is_resumed,
    said_by=TOTAL,
)
def whole_budget_on_top(configs, advance, *, min_budget, eta):
    return _race(configs, advance, min_budget, eta, more=lambda budget, had: budget)


@misconception(
    "The budget does not grow: every round adds as many epochs as the first. What is saved by dropping the worst is "
    "meant to be spent on the rest, eta times as much on each.",
    caught_by=check_training_is_resumed,
    said_by=ADDED,
)
def budget_does_not_grow(configs, advance, *, min_budget, eta):
    return _race(configs, advance, min_budget, eta, more=lambda budget, had: min_budget)


@misconception(
    "The states are kept by the place in the race, and the race is sorted: a configuration goes on training from the "
    "network of another one. Keep them by the configuration.",
    caught_by=check_training_is_resumed,
    said_by=OTHERS,
    worth=0.7,
)
def states_by_rank(configs, advance, *, min_budget, eta):
    return _race(configs, advance, min_budget, eta, state=lambda states, i, rank: states[rank])


@misconception(
    "The result is the lowest loss of the whole race, wherever it was measured. Losses after different budgets are not "
    "comparable: a configuration dropped with a good loss might have got worse, and was no longer watched.",
    caught_by=check_winner,
    said_by=EARLIER,
    worth=0.8,
)
def best_of_all_rounds(configs, advance, *, min_budget, eta):
    lowest = []

    def noted(config, state, epochs):
        loss, state = advance(config, state, epochs)
        lowest.append((loss, configs.index(config)))
        return loss, state

    _race(configs, noted, min_budget, eta)
    loss, place = min(lowest, key=lambda pair: (math.isnan(pair[0]), pair[0]))
    return place, loss


@misconception(
    "The race ends as soon as one is left, before that one has had its last round. Only the last round trains it to "
    "the full budget.",
    caught_by=check_best_go_on,
    worth=0.6,
)
def ends_with_one_left(configs, advance, *, min_budget, eta):
    return _race(configs, advance, min_budget, eta, share=lambda k: k // eta if k // eta > 1 else 0)


@same_mistake_as(ends_with_one_left)
def ends_with_eta_left(configs, advance, *, min_budget, eta):
    return _race(configs, advance, min_budget, eta, share=lambda k: k // eta if k > eta else 0)


@misconception(
    "Half of them always go on, whatever eta says.",
    caught_by=check_best_go_on,
    worth=0.6,
)
def always_halves(configs, advance, *, min_budget, eta):
    return _race(configs, advance, min_budget, eta, share=lambda k: k // 2)


@misconception(
    "The share that goes on is rounded up or to the nearest whole number, or is never less than one. It is k // eta, "
    "and the race is over when that is zero.",
    caught_by=check_uneven_numbers,
    worth=0.8,
)
def rounded_up(configs, advance, *, min_budget, eta):
    return _race(configs, advance, min_budget, eta, share=lambda k: -(-k // eta) if k > 1 else 0)


@same_mistake_as(rounded_up)
def at_least_one(configs, advance, *, min_budget, eta):
    return _race(configs, advance, min_budget, eta, share=lambda k: max(k // eta, 1) if k > 1 else 0)


@same_mistake_as(rounded_up)
def rounded(configs, advance, *, min_budget, eta):
    return _race(configs, advance, min_budget, eta, share=lambda k: round(k / eta) if k > 1 else 0)


@misconception(
    "NaN is sorted like a number. Every comparison with it is False, so that a run that has diverged may stay in the "
    "race, or scramble the order of the others; and a number that is put in its place may be below a loss. Put it last "
    "yourself, or infinity in its place.",
    caught_by=check_nan_and_ties,
    said_by=NAN,
    worth=0.95,
)
def nan_is_best(configs, advance, *, min_budget, eta):
    return _race(configs, advance, min_budget, eta, key=lambda loss: (not math.isnan(loss), loss))


@same_mistake_as(nan_is_best)
def nan_is_zero(configs, advance, *, min_budget, eta):
    return _race(configs, advance, min_budget, eta, key=lambda loss: -1e300 if math.isnan(loss) else loss)


@same_mistake_as(nan_is_best)
def nan_is_left_in(configs, advance, *, min_budget, eta):
    return _race(configs, advance, min_budget, eta, key=lambda loss: loss)


@same_mistake_as(nan_is_best)
def nan_is_a_large_number(configs, advance, *, min_budget, eta):
    return _race(configs, advance, min_budget, eta, key=lambda loss: 1e9 if math.isnan(loss) else loss)


@misconception(
    "The number of rounds is computed by logarithms, and cut off: `log(243) / log(3)` is 4.999... in floats, and a "
    "round is missing. Let the loop run while anything is in the race.",
    caught_by=check_uneven_numbers,
    worth=0.95,
)
def rounds_by_logarithms(configs, advance, *, min_budget, eta):
    left = [int(math.log(len(configs)) / math.log(eta))]

    def share(k):
        left[0] -= 1
        return k // eta if left[0] >= 0 else 0

    return _race(configs, advance, min_budget, eta, share=share)


@misconception(
    "Equal losses are put in any order: `np.argsort` does not keep theirs unless it is told to. `kind='stable'` does, "
    "and so does `sorted`.",
    caught_by=check_nan_and_ties,
    worth=0.95,
)
def ties_mixed_up(configs, advance, *, min_budget, eta):
    states, losses = [None] * len(configs), np.full(len(configs), np.nan)
    race, budget, before = np.arange(len(configs)), min_budget, 0
    while len(race):
        for i in race:
            losses[i], states[i] = advance(configs[i], states[i], budget - before)
        race = race[np.argsort(losses[race])]
        winner, race = int(race[0]), race[: len(race) // eta]
        budget, before = budget * eta, budget
    return winner, losses[winner]


@misconception(
    "Of equal losses the later one goes on. A stable sort of the race by the loss alone leaves the earlier one in "
    "front.",
    caught_by=check_nan_and_ties,
    worth=0.95,
)
def ties_to_the_later(configs, advance, *, min_budget, eta):
    return _race(configs, advance, min_budget, eta, later=True)


@neighbour("the second best of the last round")
def runner_up(configs, advance, *, min_budget, eta):
    place, loss = solution(configs, advance, min_budget=min_budget, eta=eta)
    return (place + 1) % len(configs), loss


@neighbour("one more epoch in each round")
def one_epoch_more(configs, advance, *, min_budget, eta):
    return _race(configs, advance, min_budget, eta, more=lambda budget, had: budget - had + 1)


@alternative("by NumPy: a stable argsort, which puts NaN last")
def by_argsort(configs, advance, *, min_budget, eta):
    alive, states, budget = np.arange(len(configs)), {}, 0
    target = min_budget
    while True:
        losses = np.empty(len(alive))
        for rank, i in enumerate(alive):
            losses[rank], states[int(i)] = advance(configs[i], states.get(int(i)), target - budget)
        order = np.argsort(losses, kind="stable")
        alive, losses = alive[order], losses[order]
        if not len(alive) // eta:
            return alive[0], losses[0]
        alive = np.sort(alive[: len(alive) // eta])
        budget, target = target, target * eta


@alternative("recursively, with the racers as tuples")
def recursively(configs, advance, *, min_budget, eta):
    def race(racers, had, budget):
        trained = []
        for place, state in racers:
            loss, state = advance(configs[place], state, budget - had)
            trained.append((float("inf") if loss != loss else loss, place, state))
        trained.sort(key=lambda each: each[:2])
        left = [(place, state) for _, place, state in trained[: len(trained) // eta]]
        return race(left, budget, budget * eta) if left else (trained[0][1], trained[0][0])

    return race([(place, None) for place in range(len(configs))], 0, min_budget)


@alternative("the best are picked one by one")
def picked_one_by_one(configs, advance, *, min_budget, eta):
    race = [{"place": place, "state": None, "had": 0} for place in range(len(configs))]
    budget = min_budget
    while True:
        for one in race:
            one["loss"], one["state"] = advance(configs[one["place"]], one["state"], budget - one["had"])
            one["had"] = budget
        left, kept = list(race), []
        while len(kept) < max(1, len(race) // eta):
            finite = [one for one in left if one["loss"] == one["loss"]] or left
            lowest = min(finite, key=lambda one: (one["loss"], one["place"]))
            kept.append(lowest)
            left.remove(lowest)
        if len(race) < eta:
            return kept[0]["place"], kept[0]["loss"]
        race, budget = kept, budget * eta


class _Round:
    """What was asked of the configurations between two sizes of the race."""

    def __init__(self):
        self.places, self.losses, self.epochs, self.states = [], {}, {}, {}


class _Seen:
    """A race, round by round: which call belongs to which round follows from how often a configuration was called."""

    def __init__(self, n):
        self.rounds, self.calls = [], [0] * n

    def note(self, place, loss, state, epochs):
        turn = self.calls[place]
        self.calls[place] += 1
        while len(self.rounds) <= turn:
            self.rounds.append(_Round())
        this = self.rounds[turn]
        this.places.append(place)
        this.losses[place], this.epochs[place], this.states[place] = loss, epochs, state


def _curves(rng, n, rising=False):
    """Losses of n configurations by round, no two alike, and in no round in the order of another or of the places.

    If `rising`, the lowest loss of all is one of the first round, of a configuration that does worst in the
    second.
    """
    curves = rng.permuted(np.arange(6 * n, dtype=float).reshape(6, n), axis=1).T / n
    if not rising:
        return 6 - curves + rng.uniform(0, 1 / (3 * n), curves.shape)
    first, worst = curves[:, 0].argmin(), curves[:, 1].argmax()
    curves[[first, worst], 1] = curves[[worst, first], 1]
    return curves


def _run(successive_halving, curves, min_budget, eta):
    """Run a race in which a configuration's losses are given by round, whatever its budget is."""
    n = len(curves)
    configs, seen = [{"number": place} for place in range(n)], _Seen(n)

    def advance(config, state, epochs):
        place = config["number"]
        require(seen.calls[place] < curves.shape[1], ROUNDS)
        loss = float(curves[place, seen.calls[place]])
        seen.note(place, loss, state, epochs)
        return loss, {"of": place, "calls": seen.calls[place]}

    seen.winner, seen.loss = successive_halving(configs, advance, min_budget=min_budget, eta=eta)
    had = [loss for each in seen.rounds for place, loss in each.losses.items() if place == seen.winner]
    require(any(np.isclose(seen.loss, loss, rtol=1e-6, atol=0, equal_nan=True) for loss in had), RETURNED)
    return seen


def _ranked(losses):
    return sorted(losses, key=lambda place: (math.isnan(losses[place]), losses[place], place))


def _require_rounds(seen, n, eta):
    sizes = []
    while n:
        sizes.append(n)
        n //= eta
    found = [len(each.places) for each in seen.rounds]
    require(found == sizes, ROUNDS, trained_in_each_round=str(found), expected=str(sizes))


def _require_best(seen, sentence=KEPT):
    best, worst = [], []
    for this, after in zip(seen.rounds, seen.rounds[1:]):
        ranked, k = _ranked(this.losses), len(after.places)
        finite = [place for place in ranked if not math.isnan(this.losses[place])]
        best.append(set(after.places) == set(ranked[:k]))
        if k < len(finite):
            worst.append(set(after.places) == set(finite[::-1][:k]))
    require(all(best) or not worst or not all(worst) or sentence != KEPT, WORST)
    require(all(best), sentence)


def _require_resumed(seen, min_budget, eta):
    wanted, had = min_budget, 0
    added = all(epochs == min_budget for each in seen.rounds for epochs in each.epochs.values())
    for turn, this in enumerate(seen.rounds):
        for place in this.places:
            state, epochs = this.states[place], this.epochs[place]
            if turn:
                require(state is not None, AGAIN)
                require(isinstance(state, dict) and "of" in state, STATE)
                require(state["of"] == place, OTHERS)
            require(state == ({"of": place, "calls": turn} if turn else None), STATE)
            require(not turn or epochs != wanted, TOTAL)
            require(not turn or not added or epochs == wanted - had, ADDED)
            equal(epochs, wanted - had, BUDGET)
        wanted, had = wanted * eta, wanted


def _require_winner(seen):
    last = seen.rounds[-1].losses
    best = _ranked(last)[0]
    earlier = np.array([loss for each in seen.rounds[:-1] for loss in each.losses.values()])
    require(seen.loss > last[best] - 1e-6 or min(np.abs(seen.loss - earlier), default=1) > 1e-6, EARLIER)
    equal(seen.winner, best, WINNER)
    require(abs(seen.loss - last[best]) < 1e-6, LOSS)


def _race(configs, advance, min_budget, eta, *, key=None, state=None, more=None, share=None, later=False):
    """Successive halving with one part replaced."""
    key = key or (lambda loss: (math.isnan(loss), loss))
    state = state or (lambda states, i, rank: states[i])
    more = more or (lambda budget, had: budget - had)
    share = share or (lambda k: k // eta)
    states, losses = [None] * len(configs), [math.nan] * len(configs)
    race, budget, had = list(range(len(configs))), min_budget, 0
    while race:
        for rank, i in enumerate(race):
            losses[i], states[i] = advance(configs[i], state(states, i, rank), more(budget, had))
        race.sort(key=lambda i: (key(losses[i]), -i) if later else key(losses[i]))
        winner = race[0]
        race = race[: share(len(race))]
        budget, had = budget * eta, budget
    return winner, losses[winner]
