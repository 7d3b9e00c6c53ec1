"""Configurations that are bred: crossed and mutated, the best of them becoming parents of the next."""

import numpy as np

from dnnkit import _inputs
from dnnkit.search.results import SearchResult, evaluated, ranked
from dnnkit.search.space import checked_space, draw


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
    return _cross(a, b, _inputs.generator(rng))


def mutate(config, space, *, scale, rng):
    """A configuration near another one, inside the space.

    Ordered values move by a normal step whose standard deviation is `scale` times the length of the axis (of its
    logarithm for :class:`~dnnkit.search.LogUniform`) and stop at its ends; a :class:`~dnnkit.search.Choice` is redrawn
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
    ValueError
        If the names differ, or a value lies outside its axis.

    References
    ----------
    Bäck and Schwefel 1993, *An overview of evolutionary algorithms for parameter optimization*.

    Examples
    --------
    >>> from dnnkit.search import IntUniform
    >>> space = {"depth": IntUniform(1, 8), "width": IntUniform(8, 64)}
    >>> mutate({"depth": 4, "width": 8}, space, scale=0.2, rng=np.random.default_rng(1))
    {'depth': 5, 'width': 17}
    """
    space = checked_space(space)
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
    ValueError
        If every loss is NaN.

    References
    ----------
    Bäck and Schwefel 1993, *An overview of evolutionary algorithms for parameter optimization*.

    Examples
    --------
    >>> from dnnkit.search import Uniform
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
    space, rng, scale = checked_space(space), _inputs.generator(rng), _scale(scale)
    population = _inputs.count("population", population)
    generations = _inputs.count("generations", generations)
    configs = [draw(space, rng) for _ in range(population)]
    losses = evaluated(objective, configs, map)
    for _ in range(generations - 1):
        parents = [configs[i] for i in ranked(losses, np.arange(len(losses)))[: max(2, population // 2)]]
        children = []
        for _ in range(population):
            a, b = rng.integers(len(parents), size=2)
            children.append(_mutate(_cross(parents[a], parents[b], rng), space, scale, rng))
        configs = configs + children
        losses = np.concatenate([losses, evaluated(objective, children, map)])
    return SearchResult.of(configs, losses)


def _cross(a, b, rng):
    return {name: a[name] if rng.random() < 0.5 else b[name] for name in a}


def _mutate(config, space, scale, rng):
    return {name: axis.mutate(config[name], scale, rng) for name, axis in space.items()}


def _scale(value):
    return _inputs.number("scale", value, low=0, high=1)
