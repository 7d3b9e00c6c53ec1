"""Configurations drawn at random or laid out in a grid, and the best of them kept."""

import itertools

from dnnkit import _inputs
from dnnkit.search.results import SearchResult, evaluated
from dnnkit.search.space import checked_space, draw


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

    References
    ----------
    Bergstra and Bengio 2012, *Random search for hyper-parameter optimization*.

    Examples
    --------
    >>> import numpy as np
    >>> from dnnkit.search import Choice, IntUniform
    >>> space = {"width": IntUniform(8, 64), "activation": Choice(["relu", "tanh"])}
    >>> sample(space, rng=np.random.default_rng(0))
    {'width': 44, 'activation': 'tanh'}
    """
    return draw(checked_space(space), _inputs.generator(rng))


def grid(space, *, points_per_axis, layout="midpoints"):
    r"""All combinations of evenly spaced values, evenly in the logarithm for :class:`~dnnkit.search.LogUniform`.

    .. math:: u_i = \frac{i + 1/2}{k} \ \text{(midpoints)} \quad \text{or} \quad u_i = \frac{i}{k - 1}
        \ \text{(endpoints)}, \qquad i = 0, \dots, k - 1

    are the positions along each axis, as shares of its length.

    Parameters
    ----------
    space : dict of str to axis
    points_per_axis : int
        k; an :class:`~dnnkit.search.IntUniform` gives no value twice, and a :class:`~dnnkit.search.Choice` gives each
        of its options.
    layout : {"midpoints", "endpoints"}
        Whether each axis is cut into k equal parts and their middles taken, or the ends of the axis are among the
        points (for k = 1 its low end).

    Returns
    -------
    list of dict
        The last name of `space` changes fastest.

    References
    ----------
    Bergstra and Bengio 2012, *Random search for hyper-parameter optimization*, on what a grid leaves out.

    Examples
    --------
    >>> from dnnkit.search import Choice, Uniform
    >>> grid({"a": Uniform(0, 1), "b": Choice(["x", "y"])}, points_per_axis=2)
    [{'a': 0.25, 'b': 'x'}, {'a': 0.25, 'b': 'y'}, {'a': 0.75, 'b': 'x'}, {'a': 0.75, 'b': 'y'}]
    >>> grid({"a": Uniform(0, 1)}, points_per_axis=3, layout="endpoints")
    [{'a': 0.0}, {'a': 0.5}, {'a': 1.0}]
    """
    space = checked_space(space)
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
        ``objective(config)`` returns the loss. It should depend on `config` alone: a seed that it needs may be an
        :class:`~dnnkit.search.IntUniform` of the space.
    space : dict of str to axis
    n_trials : int
        Configurations T; all are drawn before the first is evaluated.
    rng : numpy.random.Generator
    map : callable
        ``map(objective, configs)`` returns the losses in order. That of a ``concurrent.futures`` or ``multiprocessing``
        pool evaluates on all cores, with the same result.

    Returns
    -------
    SearchResult

    Raises
    ------
    ValueError
        If every loss is NaN.

    References
    ----------
    Bergstra and Bengio 2012, *Random search for hyper-parameter optimization*.

    Examples
    --------
    >>> import numpy as np
    >>> from dnnkit.search import IntUniform, LogUniform
    >>> def objective(config):
    ...     return abs(config["rate"] - 0.1)
    >>> space = {"rate": LogUniform(1e-4, 1), "seed": IntUniform(0, 10**6)}
    >>> result = random_search(objective, space, n_trials=60, rng=np.random.default_rng(0))
    >>> result.best_loss < 0.02, len(result.configs)
    (True, 60)
    """
    _inputs.function("objective", objective, "objective(config)")
    space, rng = checked_space(space), _inputs.generator(rng)
    configs = [draw(space, rng) for _ in range(_inputs.count("n_trials", n_trials))]
    return SearchResult.of(configs, evaluated(objective, configs, map))
