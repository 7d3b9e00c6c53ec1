"""Comparisons in which every arm gets the same chance: its own learning rate and number of epochs, chosen on dev."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from dnnkit import _inputs
from dnnkit.claim import runs, table
from dnnkit.claim.sentence import MIN_SEEDS

_MIN_RATES = 3
_TOLERATED = 1 / 4  # share of the seeds that may choose an end


class UntunedError(AssertionError):
    """An arm had no room to show its best: it chose an end of what it was offered."""


@dataclass(frozen=True, eq=False)
class Arm:
    """What one arm of a comparison chose on dev, seed by seed, and how it scored there: ``arm["test_errors"]``.

    Parameters
    ----------
    name : str
    grid : tuple of float
        The learning rates that were tried, ascending.
    seeds : tuple of int
    rates : float array of shape (seeds,)
        The rate chosen.
    epochs : int64 array of shape (seeds,)
        The epoch chosen.
    records : dict
        By (rate, seed), what was recorded for that run, as by :func:`record`.
    """

    name: str
    grid: tuple
    seeds: tuple
    rates: np.ndarray
    epochs: np.ndarray
    records: dict = field(repr=False)

    def __getitem__(self, score):
        """What the chosen run of each seed recorded at the chosen epoch: a float array of shape (seeds,), or a list."""
        found = []
        for rate, epoch, seed in zip(self.rates.tolist(), self.epochs.tolist(), self.seeds):
            columns = self.records[rate, seed]
            if score not in columns:
                raise KeyError(f"{score!r} was not recorded for {self.name!r}; there are {', '.join(columns)}")
            found.append(columns[score][np.searchsorted(columns["epochs"], epoch)])
        return np.array(found, float) if all(isinstance(one, (float, np.number)) for one in found) else found


@dataclass(frozen=True, eq=False)
class Tuned(Mapping):
    """Arms by name, each at what dev chose for it; displays those choices in a notebook.

    Parameters
    ----------
    arms : dict of Arm
    by : str
        The score that was smallest on dev.
    budget : int or None
        The most epochs that could be chosen, if the comparison is about them.
    """

    arms: dict
    by: str
    budget: int | None

    def __getitem__(self, name):
        return self.arms[name]

    def __iter__(self):
        return iter(self.arms)

    def __len__(self):
        return len(self.arms)

    def __repr__(self):
        return table.text(self)

    def _repr_html_(self):
        return table.html(self)


def tuned(train, rates, *, seeds, by="dev_errors", budget=None, processes=None):
    """Compare arms, each at the learning rate and the number of epochs that suit it best on dev.

    Every arm is trained at each rate of its grid and on each seed. For each seed separately, the rate and the epoch
    with the smallest score on dev are chosen together; among equal scores, the one whose rate is nearer the middle of
    the grid (then the smaller rate, then the earlier epoch), so that an end is chosen only if it is better. Scores that
    are not finite are never chosen.

    A seed is thus one independent trial of the whole procedure, search included, as :func:`claim` requires: one rate
    for all seeds would tie them together, and its luck would not show in the interval. The chosen score on dev is the
    best of many and flatters the arm, the more so the more it was offered: that is why all arms get the same number of
    rates, and why a claim about how good an arm is should read a score that played no part in the choice, on the test
    set.

    An arm that on more than a quarter of the seeds chose an end of what it was offered (its lowest or highest rate, or
    the last epoch of a run that had not diverged) might be better than it seemed. It is refused, with advice on what to
    do.

    Runs are spread over processes where they can be forked, and cached: no run is repeated as long as `train`, the
    functions that it calls and the globals that they read stay the same.

    Parameters
    ----------
    train : callable
        ``train(arm, rate, seed)`` trains one network and returns its :class:`dnnkit.mlp.History`, or a dict with
        ``epochs`` and scores of that length (see :func:`record`). All its randomness must come from the seed. It runs
        in a separate process: it must not use torch if torch has already computed something.
    rates : dict
        By the name of the arm, the learning rates that it is offered: at least three, the same number for each arm. A
        rate that diverges is a good upper end.
    seeds : iterable of int
        At least five.
    by : str
        The score to choose by; smaller is better. It must be on dev: its name begins with ``dev_``.
    budget : int or None
        Declares that the comparison is about what can be reached within this many epochs: later ones are not chosen,
        and the last one may be. The sentence that is claimed should then name the budget. It lifts no other rule.
    processes : int or None
        At most this many; None for as many as there are cores.

    Returns
    -------
    Tuned

    Raises
    ------
    UntunedError
        If an arm chose an end on more than a quarter of the seeds, or diverged at all rates on one.
    TypeError, ValueError
        If an argument or a result of `train` is not valid.

    References
    ----------
    Bouthillier et al. 2021, *Accounting for variance in machine learning benchmarks*, on search as a source of
    variance. Dodge et al. 2019, *Show your work*, on budgets.

    Examples
    --------
    A loss that is smallest at epoch 30 and at rate 0.1 for one arm, 0.01 for the other:

    >>> def train(arm, rate, seed):
    ...     noise = np.random.default_rng(seed).uniform(0, 0.01)
    ...     epochs = np.arange(10, 60, 10)
    ...     error = 0.1 + noise + np.log10(rate / BEST[arm]) ** 2 + (epochs - 30) ** 2 / 1e4
    ...     return {"epochs": epochs, "dev_errors": error, "test_errors": error + 0.01}
    >>> BEST = {"plain": 0.1, "careful": 0.01}
    >>> grids = {"plain": (0.03, 0.1, 0.3), "careful": (0.003, 0.01, 0.03)}
    >>> compared = tuned(train, grids, seeds=range(5), processes=1)
    >>> compared
    Chosen by dev errors, for each of 5 seeds.
    arm      learning rate (seeds)          epoch     dev errors       test errors
    plain    0.03 (0), 0.1 (5), 0.3 (0)     30 of 50  0.1049 ± 0.0015  0.1149 ± 0.0015
    careful  0.003 (0), 0.01 (5), 0.03 (0)  30 of 50  0.1049 ± 0.0015  0.1149 ± 0.0015
    >>> compared["plain"]["test_errors"] - compared["careful"]["test_errors"]
    array([0., 0., 0., 0., 0.])
    >>> tuned(train, grids | {"careful": (0.01, 0.03, 0.1)}, seeds=range(5), processes=1)
    Traceback (most recent call last):
    dnnkit.claim.tuning.UntunedError: 'careful' chose its lowest rate of (0.01, 0.03, 0.1) on 5 of 5 seeds...
    """
    _inputs.function("train", train, "train(arm, rate, seed)")
    grids = _grids(rates)
    seeds = tuple(_inputs.count(f"seeds[{index}]", seed, low=0) for index, seed in enumerate(seeds))
    if len(seeds) < MIN_SEEDS or len(set(seeds)) < len(seeds):
        raise ValueError(f"seeds must be at least {MIN_SEEDS} different integers, got {seeds}")
    if not isinstance(by, str):
        raise TypeError(f"by must be a string, got {type(by).__name__}")
    if not by.startswith("dev_"):
        raise ValueError(f"by must name a score on dev, such as 'dev_errors' or 'dev_losses', got {by!r}")
    if budget is not None:
        budget = _inputs.count("budget", budget)
    if processes is not None:
        processes = _inputs.count("processes", processes)

    jobs = [(name, rate, seed) for name, grid in grids.items() for seed in seeds for rate in grid]
    found = runs.collect(train, jobs, processes)
    arms, complaints = {}, []
    for name, grid in grids.items():
        records = {(rate, seed): found[name, rate, seed] for rate in grid for seed in seeds}
        arms[name], complaint = _arm(name, grid, seeds, records, by, budget)
        complaints += complaint
    compared = Tuned(arms, by, budget)
    if complaints:
        raise UntunedError("\n".join([*complaints, repr(compared)]))
    return compared


def _grids(rates):
    if not isinstance(rates, Mapping):
        raise TypeError(f"rates must be a dict of learning rates by arm, got {type(rates).__name__}")
    if not rates:
        raise ValueError("rates must hold at least one arm, got none")
    grids = {}
    for name, grid in rates.items():
        grid = tuple(sorted(_inputs.number(f"rates[{name!r}]", rate, low=0, low_open=True) for rate in grid))
        if len(grid) < _MIN_RATES or len(set(grid)) < len(grid):
            raise ValueError(f"rates[{name!r}] must hold at least {_MIN_RATES} different rates, got {grid}")
        grids[name] = grid
    lengths = {name: len(grid) for name, grid in grids.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"rates must be the same number for each arm, got {lengths}")
    return grids


def _arm(name, grid, seeds, records, by, budget):
    """The arm with its choices, and the complaint about them, if there is one."""
    if budget is not None and budget > max(columns["epochs"][-1] for columns in records.values()):
        raise ValueError(f"budget must be at most the epochs that {name!r} was trained for, got {budget}")
    chosen = []
    for seed in seeds:
        ranked = _ranked(grid, [records[rate, seed] for rate in grid], by, budget)
        if not ranked:
            raise UntunedError(f"{name!r} diverged on seed {seed} at each rate of {grid}: give it smaller rates")
        chosen.append(min(ranked))
    indices, places = np.array([(index, place) for *_, index, place in chosen]).T
    rates = np.array(grid)[indices]
    ran = [records[rate, seed]["epochs"] for rate, seed in zip(rates.tolist(), seeds)]
    epochs = np.array([run[place] for run, place in zip(ran, places)], np.int64)
    ends = {
        f"its lowest rate of {grid}": (indices == 0, "give it smaller rates"),
        f"its highest rate of {grid}": (indices == len(grid) - 1, "give it larger rates"),
    }
    if budget is None:
        at_last = places == np.array([len(run) - 1 for run in ran])
        ends[f"its last epoch ({epochs[at_last].max(initial=0)})"] = (at_last, "train it longer")
    arm = Arm(name, grid, seeds, rates, epochs, records)
    return arm, _complaints(name, ends, len(seeds))


def _ranked(grid, columns_by_rate, by, budget):
    """For every finite score on dev: the score, and what breaks ties; rate and epoch by their positions."""
    middle = (len(grid) - 1) / 2
    ranked = []
    for index, columns in enumerate(columns_by_rate):
        if by not in columns:
            raise ValueError(f"by must name a score that train returns, got {by!r}; there are {', '.join(columns)}")
        for place, (score, epoch) in enumerate(zip(columns[by].tolist(), columns["epochs"].tolist())):
            if np.isfinite(score) and (budget is None or epoch <= budget):
                ranked.append((score, abs(index - middle), index, place))
    return ranked


def _complaints(name, ends, n):
    at_an_end = np.any([where for where, _ in ends.values()], axis=0)
    if at_an_end.sum() <= _TOLERATED * n:
        return []
    parts = [f"{end} on {where.sum()} of {n} seeds: {remedy}" for end, (where, remedy) in ends.items() if where.any()]
    return [f"{name!r} chose " + "; ".join(parts) + "."]
