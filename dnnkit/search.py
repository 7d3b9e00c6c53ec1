"""Search: configurations of hyperparameters drawn, laid out in a grid, thinned out or bred, and the best one kept.

A space is a dict from the name of a hyperparameter to its axis from :mod:`dnnkit.space`, ``Uniform``, ``LogUniform``,
``IntUniform`` or ``Choice``; a configuration is a dict with the same names and a value for each. An objective takes a
configuration and gives a loss, the lower the better, measured on dev data. NaN counts as worse than anything.
"""

import itertools
import math
import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dnnkit import _inputs
from dnnkit.space import Axis
from dnnkit.space import Choice as Choice
from dnnkit.space import IntUniform as IntUniform
from dnnkit.space import LogUniform as LogUniform
from dnnkit.space import Uniform as Uniform


@dataclass(frozen=True, eq=False)
class SearchResult:
    """What a search has tried and found.

    Parameters
    ----------
    best_config : dict
        The configuration of the lowest loss; the first of them, if there are several.
    best_loss : float
    configs : tuple of dict
        All that were evaluated, in their order.
    losses : float64 array of shape (evaluations,)
    """

    best_config: dict
    best_loss: float
    configs: tuple
    losses: np.ndarray


@dataclass(frozen=True, eq=False)
class HalvingResult:
    """What successive halving has trained and kept.

    Parameters
    ----------
    best_config : dict
        The configuration that was never dropped.
    best_loss : float
        Its loss at its full budget.
    best_state : any
        What `advance` returned with that loss: the trained network.
    losses : float64 array of shape (configurations,)
        The last loss of each, at the budget at which it was dropped: comparable for equal `epochs` only.
    epochs : int64 array of shape (configurations,)
        How long each was trained; the sum is what the search cost.
    """

    best_config: dict
    best_loss: float
    best_state: Any
    losses: np.ndarray
    epochs: np.ndarray


def sample(space, *, rng):
    """Draw a configuration, each value by its axis and independently of the others.

    Parameters
    ----------
    space : dict of str to axis
    rng : numpy.random.Generator

    Returns
    -------
    dict
        In the order of `space`.

    Raises
    ------
    TypeError
        If `space` is not a dict of names to axes or `rng` is no Generator.
    ValueError
        If `space` is empty.

    References
    ----------
    Bergstra and Bengio 2012, *Random search for hyper-parameter optimization*.

    Examples
    --------
    >>> space = {"width": IntUniform(8, 64), "activation": Choice(["relu", "tanh"])}
    >>> sample(space, rng=np.random.default_rng(0))
    {'width': 44, 'activation': 'tanh'}
    """
    return _sample(_checked(space), _inputs.generator(rng))


def grid(space, *, points_per_axis, layout="midpoints"):
    r"""All combinations of evenly spaced values, evenly in the logarithm for :class:`~dnnkit.space.LogUniform`.

    .. math:: u_i = \frac{i + 1/2}{k} \ \text{(midpoints)} \quad \text{or} \quad u_i = \frac{i}{k - 1}
        \ \text{(endpoints)}, \qquad i = 0, \dots, k - 1

    are the places along each axis, as shares of its length.

    Parameters
    ----------
    space : dict of str to axis
    points_per_axis : int
        k; of an :class:`~dnnkit.space.IntUniform` no value comes twice, and a :class:`~dnnkit.space.Choice` gives each
        of its options.
    layout : {"midpoints", "endpoints"}
        Whether each axis is cut into k equal parts and their middles taken, or the ends of the axis are among the
        points (for k = 1 its low end).

    Returns
    -------
    list of dict
        The last name of `space` changes fastest.

    Raises
    ------
    TypeError
        If `space` is not a dict of names to axes or `points_per_axis` is no integer.
    ValueError
        If `space` is empty, `points_per_axis` is below 1 or `layout` unknown.

    References
    ----------
    Bergstra and Bengio 2012, *Random search for hyper-parameter optimization*, on what a grid leaves out.

    Examples
    --------
    >>> grid({"a": Uniform(0, 1), "b": Choice(["x", "y"])}, points_per_axis=2)
    [{'a': 0.25, 'b': 'x'}, {'a': 0.25, 'b': 'y'}, {'a': 0.75, 'b': 'x'}, {'a': 0.75, 'b': 'y'}]
    >>> grid({"a": Uniform(0, 1)}, points_per_axis=3, layout="endpoints")
    [{'a': 0.0}, {'a': 0.5}, {'a': 1.0}]
    """
    space = _checked(space)
    k = _inputs.count("points_per_axis", points_per_axis)
    if _inputs.one_of("layout", layout, ("midpoints", "endpoints")) == "midpoints":
        shares = [(i + 0.5) / k for i in range(k)]
    else:
        shares = [i / max(k - 1, 1) for i in range(k)]
    points = (axis.points(shares) for axis in space.values())
    return [dict(zip(space, values)) for values in itertools.product(*points)]


def random_search(objective, space, *, n_trials, rng, map=map):
    r"""Evaluate configurations drawn at random, and keep the best.

    One of T draws is among the best share p of the space with probability :math:`1 - (1 - p)^T`: .954 for 60 draws and
    the best 5%, whatever the number of axes.

    Parameters
    ----------
    objective : callable
        ``objective(config)`` gives the loss. It should depend on `config` alone: a seed that it needs may be an
        :class:`~dnnkit.space.IntUniform` of the space.
    space : dict of str to axis
    n_trials : int
        Configurations T; all are drawn before the first is evaluated.
    rng : numpy.random.Generator
    map : callable
        ``map(objective, configs)`` gives the losses in order. That of a ``concurrent.futures`` or ``multiprocessing``
        pool evaluates on all cores, with the same result.

    Returns
    -------
    SearchResult

    Raises
    ------
    TypeError
        If an argument is of the wrong type, or a loss is no number.
    ValueError
        If `space` is empty, `n_trials` below 1 or every loss NaN.

    References
    ----------
    Bergstra and Bengio 2012, *Random search for hyper-parameter optimization*.

    Examples
    --------
    >>> def objective(config):
    ...     return abs(config["rate"] - 0.1)
    >>> space = {"rate": LogUniform(1e-4, 1), "seed": IntUniform(0, 10**6)}
    >>> result = random_search(objective, space, n_trials=60, rng=np.random.default_rng(0))
    >>> result.best_loss < 0.02, len(result.configs)
    (True, 60)
    """
    _inputs.function("objective", objective, "objective(config)")
    space, rng = _checked(space), _inputs.generator(rng)
    configs = [_sample(space, rng) for _ in range(_inputs.count("n_trials", n_trials))]
    return _result(configs, _evaluate(objective, configs, map))


def successive_halving(configs, advance, *, min_budget, eta):
    r"""Train many configurations a little, keep the best share 1/`eta`, train these on, and so on to the last.

    Round i (from 0) trains the best ⌊n / eta^i⌋ configurations until each has had min_budget · eta^i epochs, so that
    the rounds cost about the same. Training goes on from where it was: 27 configurations with eta = 3 and one epoch to
    begin with cost 81 epochs (27·1 + 9·2 + 3·6 + 1·18), against 108 if each round began anew and 729 for all.

    Parameters
    ----------
    configs : sequence of dict
    advance : callable
        ``advance(config, state, epochs)`` trains for so many *more* epochs and gives ``(loss, state)``; `state` is None
        in the first round and later what the last call gave.
    min_budget : int
        Epochs of the first round.
    eta : int
        At least 2.

    Returns
    -------
    HalvingResult

    Raises
    ------
    TypeError
        If an argument is of the wrong type, or `advance` does not give a pair of a number and a state.
    ValueError
        If `configs` is empty, `min_budget` is below 1 or `eta` below 2, or all losses of a round are NaN.

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
    min_budget, eta = _inputs.count("min_budget", min_budget), _inputs.count("eta", eta, low=2)
    n = len(configs)
    states, losses, epochs = [None] * n, np.zeros(n), np.zeros(n, np.int64)
    alive = np.arange(n)
    for n_alive, budget in _rounds(n, min_budget, eta):
        for dropped in alive[n_alive:]:
            states[dropped] = None  # a state may be a whole network
        alive = alive[:n_alive]
        for i in alive:
            more = budget - int(epochs[i])
            losses[i], states[i] = _checked_pair(advance(dict(configs[i]), states[i], more))
            epochs[i] = budget
        alive = _ranked(losses, alive)
        if math.isnan(losses[alive[0]]):
            raise ValueError(f"advance gave NaN for each of {n_alive} configurations, after {budget} epochs")
    best = alive[0]
    return HalvingResult(dict(configs[best]), float(losses[best]), states[best], losses, epochs)


def crossover(a, b, *, rng):
    """A child of two configurations: each value comes from one parent or the other, with equal probability.

    Parameters
    ----------
    a, b : dict
        Configurations with the same names.
    rng : numpy.random.Generator

    Returns
    -------
    dict
        In the order of `a`; the parents are not changed.

    Raises
    ------
    TypeError
        If `a` or `b` is no dict or `rng` is no Generator.
    ValueError
        If the names differ.

    References
    ----------
    Syswerda 1989, *Uniform crossover in genetic algorithms*.

    Examples
    --------
    >>> crossover({"rate": 0.1, "width": 8}, {"rate": 0.2, "width": 64}, rng=np.random.default_rng(3))
    {'rate': 0.1, 'width': 8}
    """
    for name, parent in (("a", a), ("b", b)):
        if not isinstance(parent, dict):
            raise TypeError(f"{name} must be a dict, got {type(parent).__name__}")
    if a.keys() != b.keys():
        raise ValueError(f"a and b must have the same names, got {list(a)} and {list(b)}")
    return _crossover(a, b, _inputs.generator(rng))


def mutate(config, space, *, scale, rng):
    """A configuration near another one, inside the space.

    Ordered values move by a normal step whose standard deviation is `scale` times the length of the axis (of its
    logarithm for :class:`~dnnkit.space.LogUniform`) and stop at its ends; a :class:`~dnnkit.space.Choice` is drawn anew
    with probability `scale`.

    Parameters
    ----------
    config : dict
        With the names of `space`.
    space : dict of str to axis
    scale : float
        In [0, 1].
    rng : numpy.random.Generator

    Returns
    -------
    dict
        In the order of `space`; `config` is not changed.

    Raises
    ------
    TypeError
        If an argument, or a value of `config`, is of the wrong type.
    ValueError
        If the names differ, a value lies outside its axis or `scale` outside [0, 1].

    References
    ----------
    Bäck and Schwefel 1993, *An overview of evolutionary algorithms for parameter optimization*.

    Examples
    --------
    >>> space = {"depth": IntUniform(1, 8), "width": IntUniform(8, 64)}
    >>> mutate({"depth": 4, "width": 8}, space, scale=0.2, rng=np.random.default_rng(1))
    {'depth': 5, 'width': 17}
    """
    space = _checked(space)
    if not isinstance(config, dict):
        raise TypeError(f"config must be a dict, got {type(config).__name__}")
    if config.keys() != space.keys():
        raise ValueError(f"config must have the names of space, {list(space)}, got {list(config)}")
    for name, axis in space.items():
        axis.check(f"config[{name!r}]", config[name])
    return _mutate(config, space, _scale(scale), _inputs.generator(rng))


def evolve(objective, space, *, population, generations, rng, scale=0.2, map=map):
    """Breed configurations: the best of all so far are parents of the next generation, so that none of them is lost.

    The first generation is drawn from the space. Each child of a later one is the :func:`crossover` of two parents,
    then changed by :func:`mutate`. The search costs population · generations evaluations.

    Parameters
    ----------
    objective : callable
        As for :func:`random_search`.
    space : dict of str to axis
    population : int
        Configurations of each generation; half that many (at least two), the best so far, are parents of the next.
    generations : int
        At least 1, which is a random search.
    rng : numpy.random.Generator
    scale : float
        Of the mutations, in [0, 1].
    map : callable
        As for :func:`random_search`; it is called once a generation.

    Returns
    -------
    SearchResult

    Raises
    ------
    TypeError
        If an argument is of the wrong type, or a loss is no number.
    ValueError
        If `space` is empty, `population` or `generations` below 1, `scale` outside [0, 1] or every loss NaN.

    References
    ----------
    Bäck and Schwefel 1993, *An overview of evolutionary algorithms for parameter optimization*.

    Examples
    --------
    >>> result = evolve(
    ...     lambda config: (config["x"] - 0.3) ** 2,
    ...     {"x": Uniform(-1, 1)},
    ...     population=10,
    ...     generations=6,
    ...     rng=np.random.default_rng(0),
    ... )
    >>> round(result.best_config["x"], 2), len(result.configs)
    (0.3, 60)
    """
    _inputs.function("objective", objective, "objective(config)")
    space, rng, scale = _checked(space), _inputs.generator(rng), _scale(scale)
    population = _inputs.count("population", population)
    generations = _inputs.count("generations", generations)
    configs = [_sample(space, rng) for _ in range(population)]
    losses = _evaluate(objective, configs, map)
    for _ in range(generations - 1):
        parents = [configs[i] for i in _ranked(losses, np.arange(len(losses)))[: max(2, population // 2)]]
        children = []
        for _ in range(population):
            a, b = rng.integers(len(parents), size=2)
            children.append(_mutate(_crossover(parents[a], parents[b], rng), space, scale, rng))
        configs = configs + children
        losses = np.concatenate([losses, _evaluate(objective, children, map)])
    return _result(configs, losses)


def _sample(space, rng):
    return {name: axis.draw(rng) for name, axis in space.items()}


def _crossover(a, b, rng):
    return {name: a[name] if rng.random() < 0.5 else b[name] for name in a}


def _mutate(config, space, scale, rng):
    return {name: axis.mutate(config[name], scale, rng) for name, axis in space.items()}


def _rounds(n, min_budget, eta):
    """How many configurations each round of halving trains, and to how many epochs in all."""
    while n:
        yield n, min_budget
        n, min_budget = n // eta, min_budget * eta


def _ranked(losses, indices):
    """The indices from the lowest loss to the highest, NaN behind it, equal ones in their order."""
    return indices[np.argsort(losses[indices], kind="stable")]


def _evaluate(objective, configs, map):
    # Copies, for an objective that changes what it is given would do so under the built-in map only.
    losses = list(map(objective, [dict(config) for config in configs]))
    if len(losses) != len(configs):
        raise ValueError(f"map must give one loss for each of {len(configs)} configurations, got {len(losses)}")
    return np.array([_loss("objective", loss) for loss in losses])


def _loss(name, value):
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must give a loss that is a real number, got {type(value).__name__} {value!r}"[:200])
    return float(value)


def _checked_pair(found):
    if not isinstance(found, tuple) or len(found) != 2:
        raise TypeError(f"advance must give a pair (loss, state), got {type(found).__name__} {found!r}"[:200])
    return _loss("advance", found[0]), found[1]


def _result(configs, losses):
    if np.isnan(losses).all():
        raise ValueError(f"objective gave NaN for each of {len(losses)} configurations")
    best = int(np.nanargmin(losses))
    return SearchResult(configs[best], float(losses[best]), tuple(configs), losses)


def _checked(space):
    if not isinstance(space, dict):
        raise TypeError(f"space must be a dict of names to axes, got {type(space).__name__}")
    if not space:
        raise ValueError("space must hold at least one axis, got none")
    for name, axis in space.items():
        if not isinstance(axis, Axis):
            raise TypeError(f"space[{name!r}] must be an axis such as Uniform(0, 1), got {type(axis).__name__}")
    return space


def _scale(value):
    return _inputs.number("scale", value, low=0, high=1)
