"""Search: configurations of hyperparameters drawn, laid out in a grid, thinned out or bred, and the best one kept.

A space is a dict from the name of a hyperparameter to its axis, ``Uniform``, ``LogUniform``, ``IntUniform``,
``Ordinal`` or ``Choice``; a configuration is a dict with the same names and a value for each. An objective takes a
configuration and returns a loss, the lower the better, measured on dev data. NaN counts as worse than anything.
"""

from dnnkit.search.analysis import at_boundary, expected_best, importance, isolation
from dnnkit.search.evolution import crossover, evolve, mutate
from dnnkit.search.halving import HalvingResult, successive_halving
from dnnkit.search.model import expected_improvement
from dnnkit.search.results import SearchResult
from dnnkit.search.runs import Table, measure, optuna_trials, table
from dnnkit.search.space import Axis, Choice, IntUniform, LogUniform, Ordinal, Uniform
from dnnkit.search.strategies import grid, random_search, sample

__all__ = [
    "Axis",
    "Choice",
    "HalvingResult",
    "IntUniform",
    "LogUniform",
    "Ordinal",
    "SearchResult",
    "Table",
    "Uniform",
    "at_boundary",
    "crossover",
    "evolve",
    "expected_best",
    "expected_improvement",
    "grid",
    "importance",
    "isolation",
    "measure",
    "mutate",
    "optuna_trials",
    "random_search",
    "sample",
    "successive_halving",
    "table",
]
