"""Underfitting, overfitting and good fits: telling them apart by their errors, and what to do about each."""

import numpy as np

from dnnkit import _inputs

CAUSES = ("avoidable_bias", "variance", "data_mismatch", "dev_overfitting")

_ACTIONS = {
    "avoidable_bias": (
        "bigger network",
        "train longer",
        "other architecture or layers",
        "other learning rate, activation or optimizer",
        "loss that suits the task",
        "less regularization",
    ),
    "variance": (
        "more, better-spread data",
        "more regularization",
        "dropout",
        "other architecture or layers",
        "compare the distributions of train and dev",
    ),
    "data_mismatch": (
        "compare the distributions of train and dev",
        "training data from the source of dev",
        "augmentation that imitates dev",
    ),
    "dev_overfitting": ("larger or fresh dev set", "fewer choices made on dev"),
}

# Each undoes the other: prescribed together they cancel out.
_OPPOSED = {"less regularization": {"more regularization", "dropout"}}


def bias_variance(predictions, truth):
    r"""Squared bias and variance of a learning algorithm, from its predictions after training on several data sets.

    .. math::
        \text{bias}^2 = \frac1P \sum_{p} \left(\bar y_p - f_p\right)^2, \qquad
        \text{variance} = \frac1P \sum_{p} \frac1D \sum_{d} \left(\hat y_{dp} - \bar y_p\right)^2, \qquad
        \bar y_p = \frac1D \sum_d \hat y_{dp}

    Their sum is exactly the mean squared error against the truth f. Against noisy targets, the variance of the noise is
    added, in expectation.

    Parameters
    ----------
    predictions : array of shape (n_datasets, n_points)
        Row d: what the algorithm predicts at the points after training on data set d. At least two rows.
    truth : array of shape (n_points,)
        The noise-free f at the same points.

    Returns
    -------
    bias_squared, variance : float
        Means over the points, in squared units of the predictions.

    Raises
    ------
    ValueError
        If there is only one data set.

    References
    ----------
    Geman, Bienenstock and Doursat 1992, *Neural networks and the bias/variance dilemma*.

    Examples
    --------
    >>> bias_variance([[1.0, 5.0], [3.0, 5.0]], [2.0, 3.0])  # right on average but scattered; wrong, without scatter
    (2.0, 0.5)
    """
    predictions = _inputs.array("predictions", predictions, ndim=2)
    truth = _inputs.array("truth", truth, shape=(predictions.shape[1],))
    _inputs.count("the number of data sets in predictions", len(predictions), low=2)
    predictions = predictions.astype(np.float64, copy=False)
    mean = predictions.mean(axis=0)
    return float(np.mean((mean - truth) ** 2)), float(np.mean((predictions - mean) ** 2))


def learning_curve(fit, error, x, y, sizes, *, rng):
    """Training and dev error against the number of training examples.

    The examples are shuffled once. The dev set is what the largest size leaves, the same for every size, and
    each smaller training set is part of the next larger one.

    Parameters
    ----------
    fit : callable
        ``fit(x, y)`` trains on these examples and returns a model, of any kind.
    error : callable
        ``error(model, x, y)`` returns a number.
    x : array of shape (n, ...)
    y : array of shape (n, ...)
        Labels or numbers, passed on as they are.
    sizes : sequence of int
        Numbers of training examples, each below n.
    rng : numpy.random.Generator
        Draws the order of the examples.

    Returns
    -------
    train_errors, dev_errors : float64 arrays of shape (len(sizes),)
        A model's error on the examples that it was trained on, and on the dev set.

    Raises
    ------
    ValueError
        If a size leaves no dev set, or an error is not finite.

    References
    ----------
    Cortes et al. 1994, *Learning curves: asymptotic values and rate of convergence*.

    Examples
    --------
    >>> def fit(x, y):
    ...     return y.mean()
    >>> def error(model, x, y):
    ...     return np.mean((y - model) ** 2)
    >>> y = np.tile([0.0, 2.0], 1000)
    >>> train, dev = learning_curve(fit, error, y, y, (1, 1000), rng=np.random.default_rng(0))
    >>> train.round(), dev.round()                           # one example is learned by heart
    (array([0., 1.]), array([2., 1.]))
    """
    fit = _inputs.function("fit", fit, "fit(x, y)")
    error = _inputs.function("error", error, "error(model, x, y)")
    x, y = _inputs.array("x", x), np.asarray(y)
    if x.ndim == 0 or y.shape[:1] != x.shape[:1]:
        raise ValueError(f"x and y must have one entry for each example, got shapes {x.shape} and {y.shape}")
    if not isinstance(sizes, (tuple, list, np.ndarray)):
        raise TypeError(f"sizes must be a sequence of integers, got {type(sizes).__name__} {sizes!r}")
    if len(sizes) == 0:
        raise ValueError("sizes must hold at least one integer, got none")
    sizes = [_inputs.count(f"sizes[{i}]", size) for i, size in enumerate(sizes)]
    if max(sizes) >= len(x):
        raise ValueError(f"sizes must be below {len(x)}, the number of examples, to leave a dev set, got {max(sizes)}")
    order = _inputs.generator(rng).permutation(len(x))
    dev = order[max(sizes) :]
    found = []
    for size in sizes:
        model = fit(x[order[:size]], y[order[:size]])
        for part in (order[:size], dev):
            found.append(_inputs.number("error(model, x, y)", error(model, x[part], y[part])))
    return np.array(found[::2]), np.array(found[1::2])


def error_gaps(human, train, train_dev, dev, test=None):
    """Where an error comes from, step by step: the differences between the errors of one model on several sets.

    Parameters
    ----------
    human : float
        Error of the best humans, such as a committee of experts, which stands in for the best possible (Bayes) error.
    train : float
        Error on the training set.
    train_dev : float
        Error on data from the training set's distribution that was not trained on; the dev error if there is no such
        set because training data and dev share one distribution.
    dev : float
        Error on the dev set.
    test : float, optional
        Error on the test set, read once.

    Returns
    -------
    dict of float
        ``avoidable_bias`` (train - human), ``variance`` (train_dev - train), ``data_mismatch`` (dev - train_dev) and,
        if `test` is given, ``dev_overfitting`` (test - dev). A gap may be negative: machines can surpass humans.

    Raises
    ------
    ValueError
        If an error is outside [0, 1]: all are shares, not percentages.

    References
    ----------
    Ng 2018, *Machine Learning Yearning*, on bias, variance and data mismatch.

    Examples
    --------
    >>> gaps = error_gaps(0.20, 0.21, 0.22, 0.30)            # 21% of training error, and hardly any of it is avoidable
    >>> {name: round(gap, 2) for name, gap in gaps.items()}
    {'avoidable_bias': 0.01, 'variance': 0.01, 'data_mismatch': 0.08}
    """
    errors = {"human": human, "train": train, "train_dev": train_dev, "dev": dev}
    if test is not None:
        errors["test"] = test
    errors = [_inputs.number(name, error, low=0, high=1) for name, error in errors.items()]
    return {cause: after - before for cause, before, after in zip(CAUSES, errors, errors[1:])}


def diagnose_errors(gaps, *, tolerance):
    """The causes of a model's error that are worth acting on, the worst first.

    Parameters
    ----------
    gaps : dict of float
        From :func:`error_gaps`.
    tolerance : float
        Largest gap that is left alone, as a share; not negative.

    Returns
    -------
    tuple of str
        Names of the gaps above `tolerance`, the largest first; empty if nothing is wrong.

    Raises
    ------
    ValueError
        If a name is not that of a gap.

    References
    ----------
    Ng 2018, *Machine Learning Yearning*, on bias, variance and data mismatch.

    Examples
    --------
    >>> diagnose_errors(error_gaps(0.01, 0.05, 0.15, 0.16), tolerance=0.02)
    ('variance', 'avoidable_bias')
    """
    if not isinstance(gaps, dict):
        raise TypeError(f"gaps must be a dict, as error_gaps returns it, got {type(gaps).__name__}")
    tolerance = _inputs.number("tolerance", tolerance, low=0)
    checked = {_cause("gaps", name): _inputs.number(f"gaps[{name!r}]", gap) for name, gap in gaps.items()}
    return tuple(sorted((name for name, gap in checked.items() if gap > tolerance), key=lambda name: -checked[name]))


def next_actions(causes):
    """What to try about each cause of an error, in order.

    Parameters
    ----------
    causes : sequence of str
        From :func:`diagnose_errors`, the worst first.

    Returns
    -------
    tuple of str
        Each action once. If two causes ask for opposite things (less and more regularization), the first wins.

    Raises
    ------
    ValueError
        If a cause is unknown.

    References
    ----------
    Ng 2018, *Machine Learning Yearning*, on techniques for reducing avoidable bias and variance.

    Examples
    --------
    >>> "bigger network" in next_actions(("variance",)), "more, better-spread data" in next_actions(("variance",))
    (False, True)
    >>> next_actions(())
    ()
    """
    if not isinstance(causes, (tuple, list)):
        raise TypeError(f"causes must be a sequence of names, as diagnose_errors returns it, got {causes!r}")
    actions = []
    for cause in causes:
        wanted = _ACTIONS[_cause("causes", cause)]
        actions += [action for action in wanted if not any(_opposed(action, earlier) for earlier in actions)]
    return tuple(dict.fromkeys(actions))


def committee_error(votes, y):
    r"""Error of a committee that decides by plurality vote: a stand-in for the best possible error.

    .. math:: E = 1 - \frac1n \sum_i \frac{[y_i \in T_i]}{|T_i|}, \qquad T_i = \text{classes with the most votes}

    A tie is decided by lot, and the expected error is counted.

    Parameters
    ----------
    votes : array of shape (experts, n)
        The class that each expert gives to each case: integers, booleans or text.
    y : array of shape (n,)
        The right class of each case.

    Returns
    -------
    float
        Expected share of the cases that are decided wrongly, in [0, 1].

    References
    ----------
    Ng 2018, *Machine Learning Yearning*, on defining human-level performance.

    Examples
    --------
    >>> committee_error([[0, 0, 1, 1], [0, 1, 1, 0], [1, 0, 0, 0]], [0, 0, 1, 1])
    0.25
    """
    votes = _inputs.categories("votes", votes, shape=(None, None))
    y = _inputs.categories("y", y, shape=(votes.shape[1],), like=votes)
    counts = np.array([(votes == name).sum(axis=0) for name in np.unique(votes)])
    for_the_truth = (votes == y).sum(axis=0)
    most = counts.max(axis=0)
    right = (for_the_truth == most) / (counts == most).sum(axis=0)
    return float(1 - right.mean())


def adjudicate(machine, committee, reread):
    """Errors of machine and committee after experts have re-read the cases in which the two disagree.

    Where the two agree, their answer is taken as the truth. Cases that both get wrong in the same way go unseen, so
    both errors are lower bounds; their difference is exact.

    Parameters
    ----------
    machine, committee : arrays of shape (n,)
        The class that each gives to each case: integers, booleans or text.
    reread : callable
        ``reread(cases)`` takes the positions of the cases in dispute, an int64 array of shape (k,) in ascending order,
        and returns their classes after re-reading, of shape (k,). It is called only if there are any.

    Returns
    -------
    machine_error, committee_error : float
        Shares of all n cases.

    References
    ----------
    Miller 1998, *Bias in discrepant analysis: when two wrongs don't make a right*, on what stays unseen.

    Examples
    --------
    >>> truth = np.array([0, 1, 1, 0])
    >>> adjudicate([0, 1, 1, 1], [0, 0, 0, 1], lambda cases: truth[cases])  # both are wrong about the last, unseen
    (0.0, 0.5)
    """
    machine = _inputs.categories("machine", machine)
    committee = _inputs.categories("committee", committee, shape=machine.shape, like=machine)
    reread = _inputs.function("reread", reread, "reread(cases)")
    disputed = np.flatnonzero(machine != committee).astype(np.int64)
    if not len(disputed):
        return 0.0, 0.0
    truth = _inputs.categories("reread(cases)", reread(disputed.copy()), shape=disputed.shape, like=machine)
    wrong = ((answers[disputed] != truth).sum() / len(machine) for answers in (machine, committee))
    return tuple(map(float, wrong))


def _cause(name, value):
    return _inputs.one_of(name, value, CAUSES)


def _opposed(one, other):
    return other in _OPPOSED.get(one, ()) or one in _OPPOSED.get(other, ())
