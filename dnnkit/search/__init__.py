"""Search: configurations of hyperparameters drawn, laid out in a grid, thinned out or bred, and the best one kept.

A space is a dict from the name of a hyperparameter to its axis, ``Uniform``, ``LogUniform``, ``IntUniform`` or
``Choice``; a configuration is a dict with the same names and a value for each. An objective takes a configuration and
gives a loss, the lower the better, measured on dev data. NaN counts as worse than anything.
"""

from dnnkit.search.analysis import at_boundary, expected_best, importance, isolation
from dnnkit.search.evolution import crossover, evolve, mutate
from dnnkit.search.halving import HalvingResult, successive_halving
from dnnkit.search.results import SearchResult
from dnnkit.search.space import Axis, Choice, IntUniform, LogUniform, Uniform
from dnnkit.search.strategies import grid, random_search, sample

__all__ = [
    "Axis",
    "Choice",
    "HalvingResult",
    "IntUniform",
    "LogUniform",
    "SearchResult",
    "Uniform",
    "at_boundary",
    "crossover",
    "evolve",
    "expected_best",
    "grid",
    "importance",
    "isolation",
    "mutate",
    "random_search",
    "sample",
    "successive_halving",
]
