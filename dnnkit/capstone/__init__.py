"""Capstone: a problem to solve within a budget, and choices judged with their uncertainty and their cost."""

from dnnkit.capstone.choices import compare, pareto, probability_of_improvement, t_quantile, tune
from dnnkit.capstone.problem import BUDGET, LONGEST, SPACE, OverBudgetError, Problem, problem

__all__ = [
    "BUDGET",
    "LONGEST",
    "SPACE",
    "OverBudgetError",
    "Problem",
    "compare",
    "pareto",
    "probability_of_improvement",
    "problem",
    "t_quantile",
    "tune",
]
