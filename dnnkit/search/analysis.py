"""What a search says besides its winner: what counted, where to look next, and how good more trials would be."""

import contextlib
import itertools
import math

import numpy as np

from dnnkit import _inputs
from dnnkit.search.results import SearchResult
from dnnkit.search.space import Ordered, checked_space


def expected_best(scores, n):
    r"""The lowest loss that `n` trials find on average, from the losses of at least as many trials.

    .. math:: \mathrm{E}[\min] = \sum_{i=1}^{N} s_{(i)} \binom{N - i}{n - 1} \Big/ \binom{N}{n}

    over the scores in ascending order: the mean over all subsets of n. It is unbiased, as neither the best of one draw
    nor a mean over draws with replacement is.

    Parameters
    ----------
    scores : array of shape (N,)
        Losses of independent trials, the lower the better.
    n : int
        From 1 to N.

    Returns
    -------
    float

    References
    ----------
    Tang et al. 2020, *Showing your work doesn't always work*; Dodge et al. 2019, *Show your work*, for the question.

    Examples
    --------
    >>> losses = [0.1, 0.2, 0.3]
    >>> [round(expected_best(losses, n), 4) for n in (1, 2, 3)]            # for two: 0.1, 0.1 and 0.2, of three pairs
    [0.2, 0.1333, 0.1]
    """
    scores = np.sort(_inputs.array("scores", scores, ndim=1).astype(np.float64, copy=False))
    n = _inputs.count("n", n)
    if n > len(scores):
        raise ValueError(f"n must be at most the number of scores, {len(scores)}, got {n}")
    subsets = math.comb(len(scores), n)
    weights = [math.comb(len(scores) - i, n - 1) / subsets for i in range(1, len(scores) + 1)]
    return float(scores @ weights)


def importance(table):
    r"""Which hyperparameters, alone and together, explain how the losses of a full grid differ: an exact ANOVA.

    .. math:: f_U = \overline{f}_U - \sum_{W \subsetneq U} f_W, \qquad
        \text{share}_U = \frac{\operatorname{mean} f_U^2}{\operatorname{Var} f}

    where :math:`\overline{f}_U` is the loss as a function of the hyperparameters in U, averaged over all others.

    Parameters
    ----------
    table : SearchResult
        Each combination of a grid once, in any order; every loss finite.

    Returns
    -------
    dict of tuple of str to float
        For each set of hyperparameters, the smaller sets first, its share of the variance: they sum to 1.

    Raises
    ------
    ValueError
        If a combination is missing or occurs twice, a loss is not finite, or all losses are equal.

    References
    ----------
    Hutter, Hoos and Leyton-Brown 2014, *An efficient approach for assessing hyperparameter importance*.

    Examples
    --------
    >>> configs = [{"rate": rate, "width": width} for rate in (1, 2) for width in (8, 16)]
    >>> importance(SearchResult.of(configs, [0.0, 1.0, 4.0, 5.0]))
    {('rate',): 0.9411764705882353, ('width',): 0.058823529411764705, ('rate', 'width'): 0.0}
    """
    names, losses = _as_grid(_result("table", table))
    if not np.isfinite(losses).all():
        raise ValueError("table must hold finite losses only")
    variance = losses.var()
    if variance == 0:
        raise ValueError("table must hold losses that differ")
    effects, shares = {(): losses.mean(keepdims=True)}, {}
    for size in range(1, len(names) + 1):
        for axes in itertools.combinations(range(len(names)), size):
            others = tuple(axis for axis in range(len(names)) if axis not in axes)
            effect = losses.mean(axis=others, keepdims=True)
            for smaller in range(size):
                for within in itertools.combinations(axes, smaller):
                    effect = effect - effects[within]
            effects[axes] = effect
            shares[tuple(names[axis] for axis in axes)] = float(np.mean(effect**2) / variance)
    return shares


def at_boundary(result, space, *, margin=0.1):
    """Which hyperparameters of the best configuration lie at an end of their axis, beyond which better ones may lie.

    Parameters
    ----------
    result : SearchResult
    space : dict of str to axis
        That was searched.
    margin : float
        Share of an axis that counts as its end, in [0, 0.5); of its logarithm for
        :class:`~dnnkit.search.LogUniform`. A value that no trial went beyond counts too, such as the last of a grid.

    Returns
    -------
    dict of str to {"low", "high"}
        In the order of `space`; a :class:`~dnnkit.search.Choice` has no ends.

    References
    ----------
    Godbole et al. 2023, *Deep learning tuning playbook*, on bad search space boundaries.

    Examples
    --------
    >>> from dnnkit.search import LogUniform, Uniform
    >>> space = {"rate": LogUniform(1e-4, 1), "momentum": Uniform(0, 1)}
    >>> configs = [{"rate": 0.001, "momentum": 0.5}, {"rate": 0.8, "momentum": 0.4}, {"rate": 0.9, "momentum": 0.7}]
    >>> at_boundary(SearchResult.of(configs, [0.3, 0.1, 0.2]), space)
    {'rate': 'high', 'momentum': 'low'}
    """
    result, space = _result("result", result), checked_space(space)
    margin = _inputs.number("margin", margin, low=0, high=0.5, high_open=True)
    found = {}
    for name, axis in space.items():
        if not isinstance(axis, Ordered):
            continue
        for config in result.configs:
            if name not in config:
                raise ValueError(f"result must have the names of space, {list(space)}, got {list(config)}")
        tried = [axis.share(config[name]) for config in result.configs]
        best = axis.share(result.best_config[name])
        first, last = (min(tried), max(tried)) if min(tried) < max(tried) else (None, None)  # one value has no ends
        if best <= max(margin, axis.share(axis.low)) or best == first:
            found[name] = "low"
        elif best >= min(1 - margin, axis.share(axis.high)) or best == last:
            found[name] = "high"
    return found


def isolation(result, name):
    """The best loss found at each value of one hyperparameter, whatever the others were.

    A curve of these tells more than all trials at once: whether the best value is inside, and what others cost at their
    best. If each value was tried only once, as in random search, round the values first.

    Parameters
    ----------
    result : SearchResult
    name : str
        A hyperparameter that all configurations have.

    Returns
    -------
    values : list
        Each value once, in ascending order, or in that of their first trial if they have no order.
    losses : float64 array of shape (values,)
        NaN where nothing else was found.

    References
    ----------
    Godbole et al. 2023, *Deep learning tuning playbook*, on isolation plots.

    Examples
    --------
    >>> configs = [{"rate": 0.1, "width": 8}, {"rate": 0.1, "width": 16}, {"rate": 0.01, "width": 8}]
    >>> isolation(SearchResult.of(configs, [0.3, 0.2, 0.5]), "rate")
    ([0.01, 0.1], array([0.5, 0.2]))
    """
    result = _result("result", result)
    for config in result.configs:
        if name not in config:
            raise ValueError(f"name must be in each configuration, got {name!r}, which is not in {list(config)}")
    values = _distinct(config[name] for config in result.configs)
    with contextlib.suppress(TypeError):
        values = sorted(values)
    best = np.full(len(values), np.nan)
    for config, loss in zip(result.configs, result.losses):
        place = _place(values, config[name])
        best[place] = np.fmin(best[place], loss)
    return values, best


def _result(name, value):
    if not isinstance(value, SearchResult):
        raise TypeError(f"{name} must be a SearchResult, got {type(value).__name__}")
    return value


def _distinct(values):
    found = []
    for value in values:
        if not any(_inputs.same(value, other) for other in found):
            found.append(value)
    return found


def _place(values, value):
    return next(place for place, other in enumerate(values) if _inputs.same(value, other))


def _as_grid(table):
    """The names, and the losses as an array with one axis for each."""
    names = list(table.configs[0])
    if any(list(config) != names for config in table.configs):
        raise ValueError(f"table must have the same names in each configuration, {names}")
    levels = [_distinct(config[name] for config in table.configs) for name in names]
    losses = np.full([len(values) for values in levels], np.nan)
    seen = np.zeros(losses.shape, bool)
    for config, loss in zip(table.configs, table.losses):
        place = tuple(_place(values, config[name]) for name, values in zip(names, levels))
        if seen[place]:
            raise ValueError(f"table must hold each combination once, got {config} twice")
        seen[place], losses[place] = True, loss
    if not seen.all():
        raise ValueError(f"table must hold each of {seen.size} combinations, got {int(seen.sum())}")
    return names, losses
