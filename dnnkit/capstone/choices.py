"""Capstone: hyperparameters chosen within a budget, and judged with their uncertainty and their cost."""

import numpy as np

from dnnkit import _inputs, claim, search
from dnnkit.claim.interval import quantile
from dnnkit.search.halving import halve

_ETA = 3  # of the halving; Li et al. 2018 recommend 3 or 4


def tune(evaluate, space, budget, *, rng):
    r"""Choose a configuration by successive halving, for at most `budget` epochs of training in all.

    Begins with :math:`n = 2 \cdot 3^s` configurations drawn at random and :math:`e` epochs each; each of the s + 1
    rounds keeps a third and trains it three times as long, until the better of the last two is taken. Evaluations start
    from scratch, so each round costs n e epochs: s is the largest with :math:`(s + 1) n \le \mathrm{budget}`, and e is
    what the budget then allows.

    Parameters
    ----------
    evaluate : callable
        ``evaluate(config, epochs)`` trains from scratch for that many epochs and returns the dev error, or NaN on
        failure. The test set plays no part in it.
    space : dict of str to axis
        As for :func:`dnnkit.search.sample`.
    budget : int
        Most epochs that all evaluations together may cost, at least 1.
    rng : numpy.random.Generator
        Draws the configurations.

    Returns
    -------
    dict
        The chosen configuration.

    Raises
    ------
    ValueError
        If all dev errors of a round are NaN, and no configuration that was dropped before had a finite one.

    References
    ----------
    Li et al. 2018, *Hyperband: a novel bandit-based approach to hyperparameter optimization*.

    Examples
    --------
    >>> import math
    >>> spent = []
    >>> def evaluate(config, epochs):
    ...     spent.append(epochs)
    ...     return abs(math.log10(config["rate"]) + 2) + 1 / epochs
    >>> config = tune(evaluate, {"rate": search.LogUniform(1e-5, 1)}, 60, rng=np.random.default_rng(0))
    >>> 0.003 < config["rate"] < 0.03, sum(spent), spent.count(1), spent.count(3), spent.count(9)
    (True, 54, 18, 6, 2)
    """
    _inputs.function("evaluate", evaluate, "evaluate(config, epochs)")
    budget, rounds = _inputs.count("budget", budget), 1
    while (rounds + 1) * _first_round(rounds + 1) <= budget:
        rounds += 1
    n = min(_first_round(rounds), budget)  # a budget of one epoch leaves no choice
    drawn = [search.sample(space, rng=rng) for _ in range(n)]

    def advance(config, trained, epochs):
        trained = (trained or 0) + epochs
        return evaluate(config, trained), trained

    return halve(drawn, advance, budget // (rounds * n), _ETA, "evaluate").best_config


def pareto(errors, costs):
    """The points that no other point beats: none has both a lower or equal error and a lower or equal cost.

    Points that are equal in both do not beat each other.

    Parameters
    ----------
    errors, costs : arrays of shape (n,)
        Of the same n configurations, the lower the better, in any unit: seconds, parameters, epochs.

    Returns
    -------
    int64 array
        Indices of the points on the front, from the cheapest to the most accurate.

    References
    ----------
    Deb 2001, *Multi-objective optimization using evolutionary algorithms*, section 2.4.

    Examples
    --------
    >>> pareto([0.10, 0.05, 0.07, 0.12], [1, 9, 4, 5])
    array([0, 2, 1])
    """
    errors = _inputs.array("errors", errors, ndim=1)
    costs = _inputs.array("costs", costs, shape=errors.shape)
    front = []
    for i in np.lexsort((errors, costs)):  # by cost, equal costs by error: a point is beaten only by one before it
        last = front[-1] if front else None
        if last is None or errors[i] < errors[last] or (errors[i], costs[i]) == (errors[last], costs[last]):
            front.append(i)
    return np.array(front, dtype=np.int64)


def compare(scores_a, scores_b, *, confidence=0.95):
    r"""How much two arms differ over the same seeds: the mean difference a − b and its paired t interval.

    .. math:: \bar d \pm t_{n-1} \, \frac{s_d}{\sqrt n}, \qquad d_i = a_i - b_i

    If the interval contains 0, the seeds do not tell the arms apart.

    Parameters
    ----------
    scores_a, scores_b : arrays of shape (seeds,)
        One score per seed, in the same unit; entry i of both comes from the same seed and data.
    confidence : float
        Share of such intervals that contain the true mean, in (0, 1), if the differences are normal.

    Returns
    -------
    mean, low, high : float
        In the unit of the scores.

    References
    ----------
    Student 1908, *The probable error of a mean*. Bouthillier et al. 2021, *Accounting for variance in machine learning
    benchmarks*, on pairing.

    Examples
    --------
    >>> mean, low, high = compare([0.12, 0.10, 0.13, 0.11, 0.12], [0.10, 0.09, 0.10, 0.10, 0.11])
    >>> print(f"{mean:.3f}, from {low:.3f} to {high:.3f}")
    0.016, from 0.005 to 0.027
    """
    a = _inputs.array("scores_a", scores_a, ndim=1).astype(np.float64, copy=False)
    b = _inputs.array("scores_b", scores_b, shape=a.shape).astype(np.float64, copy=False)
    if len(a) < 2:
        raise ValueError(f"scores_a must hold at least two seeds, got {len(a)}")
    mean, _, low, high = claim.t_interval(a - b, confidence)
    return mean, low, high


def t_quantile(p, dof):
    """The number that Student's t stays below with the probability p.

    Parameters
    ----------
    p : float
        In [0.5, 1); by symmetry, the quantile of 1 − p is minus that of p.
    dof : int
        Degrees of freedom, at least 1: n − 1 for the mean of n differences.

    Returns
    -------
    float

    References
    ----------
    Student 1908, *The probable error of a mean*.

    Examples
    --------
    >>> round(t_quantile(0.975, 4), 3)
    2.776
    """
    return quantile(_inputs.number("p", p, low=0.5, high=1, high_open=True), _inputs.count("dof", dof))


def probability_of_improvement(a, b):
    r"""How often a run of one arm beats a run of the other: all pairs of seeds compared, a tie counting as half a win.

    .. math:: P(a < b) = \frac{1}{n_a n_b} \sum_{i, j} \left([a_i < b_j] + \tfrac12 [a_i = b_j]\right)

    At .5 neither is better. Bouthillier et al. call a difference *meaningful* from .75 on.

    Parameters
    ----------
    a, b : arrays of shape (n_a,) and (n_b,)
        Losses or errors, the lower the better, one per run; the seeds need not be the same.

    Returns
    -------
    float
        In [0, 1]: near 1 if `a` is better.

    References
    ----------
    Bouthillier et al. 2021, *Accounting for variance in machine learning benchmarks*, section 4; Mann and Whitney 1947,
    *On a test of whether one of two random variables is stochastically larger than the other*.

    Examples
    --------
    >>> probability_of_improvement([0.10, 0.12], [0.11, 0.13, 0.12, 0.15])     # 6.5 of 8 pairs
    0.8125
    """
    a, b = _inputs.array("a", a, ndim=1), _inputs.array("b", b, ndim=1)
    b = np.sort(b)
    wins = 2 * len(b) - np.searchsorted(b, a, side="right") - np.searchsorted(b, a, side="left")
    return float(wins.mean() / (2 * len(b)))


def _first_round(rounds):
    """Number of configurations to begin with, so that the last of `rounds` rounds has two to choose from."""
    return 2 * _ETA ** (rounds - 1)
