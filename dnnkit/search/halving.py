"""Successive halving: many configurations trained a little, the best of them further."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dnnkit import _inputs
from dnnkit.search.results import ranked, real_loss


@dataclass(frozen=True, eq=False)
class HalvingResult:
    """What successive halving has trained and kept.

    Parameters
    ----------
    best_config : dict
        The configuration that was never dropped; or, if those left have all diverged, the best of those dropped last.
    best_loss : float
        Its loss at the largest budget that it had.
    best_state : any
        What `advance` returned with that loss: the trained network.
    losses : float64 array of shape (configurations,)
        The last loss of each, at the budget at which it was dropped: comparable only for equal `epochs`.
    epochs : int64 array of shape (configurations,)
        How long each was trained; the sum is what the search cost.
    """

    best_config: dict
    best_loss: float
    best_state: Any
    losses: np.ndarray
    epochs: np.ndarray


def successive_halving(configs, advance, *, min_budget, eta):
    r"""Train many configurations a little, keep the best 1/`eta` of them, train these further, and so on to the last.

    Round i (from 0) trains the best ⌊n / eta^i⌋ configurations until each has had min_budget · eta^i epochs, so that
    the rounds cost about the same. Training goes on from where it was: 27 configurations with eta = 3 and one epoch to
    begin with cost 81 epochs (27·1 + 9·2 + 3·6 + 1·18), against 108 if each round began anew and 729 for all. If
    everything a round trains diverges, to NaN or infinity, the search ends, and the best dropped before it is the
    result.

    Parameters
    ----------
    configs : sequence of dict
    advance : callable
        ``advance(config, state, epochs)`` trains for that many *more* epochs and returns ``(loss, state)``; `state` is
        None in the first round and later what the last call returned.
    min_budget : int
        Epochs of the first round.
    eta : int
        At least 2.

    Returns
    -------
    HalvingResult

    Raises
    ------
    ValueError
        If all losses of a round are NaN, and no configuration that was dropped before had a finite one.

    References
    ----------
    Jamieson and Talwalkar 2016, *Non-stochastic best arm identification and hyperparameter optimization*.
    Li et al. 2018, *Hyperband*.

    Examples
    --------
    >>> def advance(config, state, epochs):
    ...     trained = (state or 0) + epochs
    ...     return config["floor"] + 1 / trained, trained
    >>> result = successive_halving([{"floor": f} for f in (3, 1, 2, 4)], advance, min_budget=1, eta=2)
    >>> result.best_config, result.best_state
    ({'floor': 1}, 4)
    >>> result.epochs
    array([1, 4, 2, 1])
    """
    if not isinstance(configs, Sequence):
        raise TypeError(f"configs must be a list of configurations, got {type(configs).__name__}")
    if not configs:
        raise ValueError("configs must hold at least one configuration, got none")
    _inputs.function("advance", advance, "advance(config, state, epochs)")
    return halve(configs, advance, _inputs.count("min_budget", min_budget), _inputs.count("eta", eta, low=2), "advance")


def halve(configs, advance, min_budget, eta, name):
    """What :func:`successive_halving` does, without checking the arguments; `name` is what errors call `advance`."""
    n = len(configs)
    states, losses, epochs = [None] * n, np.zeros(n), np.zeros(n, np.int64)
    alive, reserve = np.arange(n), None
    for n_alive, budget in _rounds(n, min_budget, eta):
        alive, dropped = alive[:n_alive], list(alive[n_alive:])
        if dropped and losses[dropped[0]] < math.inf:
            dropped[0], reserve = reserve, dropped[0]
        for i in dropped:
            if i is not None:
                states[i] = None  # a state may be a whole network
        for i in alive:
            more = budget - int(epochs[i])
            losses[i], states[i] = _checked_pair(advance(dict(configs[i]), states[i], more), name)
            epochs[i] = budget
        alive = ranked(losses, alive)
        if math.isnan(losses[alive[0]]) and reserve is None:
            raise ValueError(f"{name} returned NaN for each of {n_alive} configurations, after {budget} epochs")
        if not losses[alive[0]] < math.inf:
            break
    best = alive[0] if reserve is None or losses[alive[0]] < math.inf else reserve
    return HalvingResult(dict(configs[best]), float(losses[best]), states[best], losses, epochs)


def _rounds(n, min_budget, eta):
    """How many configurations each round of halving trains, and to how many epochs in all."""
    while n:
        yield n, min_budget
        n, min_budget = n // eta, min_budget * eta


def _checked_pair(found, name):
    if not isinstance(found, tuple) or len(found) != 2:
        raise TypeError(f"{name} must return a pair (loss, state), got {type(found).__name__} {found!r}"[:200])
    return real_loss(name, found[0]), found[1]
