"""Training, dev and test data: dividing examples so that dev and test come from what the model will meet.

Fractions are shares that sum to 1, training first by convention. Every function returns positions, so that inputs,
labels and whatever else belongs to an example are divided alike: ``x[train], y[train]``.
"""

import numpy as np

from dnnkit import _inputs


def split(y, fractions, *, rng):
    """Divide examples into parts at random, with every class in the same proportions in each part (stratified).

    A part's size is its fraction of all examples, and a class's count in it is the class's share of the part, both
    rounded by the largest remainder. Parts are filled one after the other from what is left.

    Parameters
    ----------
    y : array of shape (n,)
        The class of each example: integers, booleans or text, in any order.
    fractions : sequence of float
        Share of each part, two or more; they sum to 1.
    rng : numpy.random.Generator
        Draws which examples of a class go where, and the order in each part.

    Returns
    -------
    tuple of int64 arrays
        Positions in `y`, one array per part: each position is in exactly one of them.

    Raises
    ------
    ValueError
        If a part is left without examples.

    References
    ----------
    Kohavi 1995, *A study of cross-validation and bootstrap*, section 2, for stratification.

    Examples
    --------
    >>> y = np.repeat([0, 1], [80, 20])                      # sorted, four to one
    >>> train, dev, test = split(y, (0.6, 0.2, 0.2), rng=np.random.default_rng(0))
    >>> np.bincount(y[train]), np.bincount(y[dev]), np.bincount(y[test])
    (array([48, 12]), array([16,  4]), array([16,  4]))
    """
    y = _inputs.categories("y", y)
    sizes = _sizes(len(y), fractions)
    _refuse_empty(sizes, "examples")
    return _stratified(y, sizes, _inputs.generator(rng))


def group_split(groups, fractions, *, rng):
    """Divide examples into parts at random with each group, such as a person's images, kept whole in one part.

    Parameters
    ----------
    groups : array of shape (n,)
        The group of each example: integers, booleans or text, in any order.
    fractions : sequence of float
        Share of each part in the *groups*, two or more; they sum to 1. The shares in the examples are the same on
        average, and in each draw only if all groups are equally large.
    rng : numpy.random.Generator
        Draws which groups go where, and the order in each part.

    Returns
    -------
    tuple of int64 arrays
        Positions in `groups`, one array per part: each position is in exactly one of them.

    Raises
    ------
    ValueError
        If a part is left without groups.

    References
    ----------
    Saeb et al. 2017, *The need to approximate the use-case in clinical machine learning*.

    Examples
    --------
    >>> groups = np.array(["ann", "bo", "cy", "ann", "bo", "cy", "di", "di"])
    >>> train, test = group_split(groups, (0.5, 0.5), rng=np.random.default_rng(0))
    >>> set(groups[train]) & set(groups[test]), len(set(groups[train]))
    (set(), 2)
    """
    names, member = np.unique(_inputs.categories("groups", groups), return_inverse=True)
    sizes, rng = _sizes(len(names), fractions), _inputs.generator(rng)
    _refuse_empty(sizes, "groups")
    part_of_group = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    return tuple(rng.permutation(_where(part_of_group[member] == part)) for part in range(len(sizes)))


def auc(scores, labels):
    r"""Area under the ROC curve: the probability that a random positive example scores above a random negative one.

    .. math::
        \mathrm{AUC} = \frac{1}{n_1 n_0} \sum_{i: y_i = 1} \sum_{j: y_j = 0}
        \left([s_i > s_j] + \tfrac12 [s_i = s_j]\right)
        = \frac{R_1 - n_1 (n_1 + 1) / 2}{n_1 n_0},

    where :math:`R_1` is the sum of the ranks of the positive scores, ties sharing their mean rank.

    Parameters
    ----------
    scores : array of shape (n,)
        Larger means more likely positive; only their order counts.
    labels : array of shape (n,)
        1 or True for positive examples, 0 or False for negative ones.

    Returns
    -------
    float
        In [0, 1]: 1 for a perfect order, 0.5 for scores that know nothing, 0 for the reverse order.

    Raises
    ------
    ValueError
        If a class is missing.

    References
    ----------
    Hanley and McNeil 1982, *The meaning and use of the area under a receiver operating characteristic curve*.

    Examples
    --------
    >>> auc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])             # 3 of the 4 pairs are in the right order
    0.75
    """
    scores = _inputs.array("scores", scores, ndim=1)
    labels = np.asarray(labels)
    labels = labels.astype(np.int64) if labels.dtype.kind == "b" else labels
    labels = _inputs.labels("labels", labels, classes=2, n=len(scores))
    if labels.min() == labels.max():
        raise ValueError(f"labels must hold both classes, got only {labels[0]}")
    return _auc(scores, labels)


def shift_auc(a, b, *, fit_score, rng, folds=5):
    """How well a classifier tells two data sets apart, cross-validated: 0.5 if it cannot, 1 if it always can.

    The classifier sees only the differences that it can express: a linear score is blind to a change in covariance.

    Parameters
    ----------
    a : array of shape (n_a, ...)
        Examples of one data set, such as the training data.
    b : array of shape (n_b, ...)
        Examples of the other, such as what the model meets.
    fit_score : callable
        ``fit_score(x, y, held_out)`` fits a classifier to x, whose y is 0 for examples from `a` and 1 for those from
        `b`, and returns an array of shape (len(held_out),): the larger, the more likely from `b`.
    rng : numpy.random.Generator
        Draws the folds.
    folds : int
        Parts of the cross-validation, at least 2. Each is scored by a fit to the others.

    Returns
    -------
    float
        Mean of the folds' areas under the ROC curve; scores of different fits are never compared with each other.

    Raises
    ------
    ValueError
        If `a` or `b` has fewer than two examples per fold.

    References
    ----------
    Lopez-Paz and Oquab 2017, *Revisiting classifier two-sample tests*; Forman and Scholz 2010, *Apples-to-apples in
    cross-validation studies*, for the mean over folds.

    Examples
    --------
    >>> def difference_of_means(x, y, held_out):
    ...     return held_out @ (x[y == 1].mean(axis=0) - x[y == 0].mean(axis=0))
    >>> rng = np.random.default_rng(0)
    >>> a, b = rng.standard_normal((2, 500, 3))
    >>> round(shift_auc(a, b, fit_score=difference_of_means, rng=rng), 1)
    0.5
    >>> round(shift_auc(a, b + 1, fit_score=difference_of_means, rng=rng), 1)
    0.9
    """
    a = _inputs.array("a", a)
    b = _inputs.array("b", b, shape=(None, *a.shape[1:]))
    fit_score = _inputs.function("fit_score", fit_score, "fit_score(x, y, held_out)")
    rng, folds = _inputs.generator(rng), _inputs.count("folds", folds, low=2)
    for name, array in (("a", a), ("b", b)):
        _inputs.count(f"the number of examples of {name}", len(array), low=2 * folds)
    x, y = np.concatenate([a, b]), np.repeat(np.array([0, 1], np.int64), [len(a), len(b)])
    areas = []
    for held_out in _stratified(y, _sizes(len(y), (1 / folds,) * folds), rng):
        fitted = np.ones(len(y), dtype=bool)
        fitted[held_out] = False
        scores = fit_score(x[fitted], y[fitted], x[held_out])
        areas.append(_auc(_inputs.array("fit_score's scores", scores, shape=held_out.shape), y[held_out]))
    return float(np.mean(areas))


def importance_weights(probability, *, n_source, n_target):
    r"""Weights that make a training set count like target-distribution data, from a classifier's probabilities.

    .. math:: w(x) = \frac{p_\text{target}(x)}{p_\text{source}(x)}
        = \frac{q(x)}{1 - q(x)} \cdot \frac{n_\text{source}}{n_\text{target}}

    Parameters
    ----------
    probability : array of any shape
        q in [0, 1): a calibrated classifier's probability, for each training example, that it comes from the target.
    n_source, n_target : int
        How many examples of each the classifier was trained on; its probabilities reflect their ratio.

    Returns
    -------
    array of the shape and dtype of `probability`
        Not negative, with mean about 1 over the source.

    Raises
    ------
    ValueError
        If a probability is 1, where the source has no such example.

    References
    ----------
    Shimodaira 2000, *Improving predictive inference under covariate shift*; Bickel, Brückner and Scheffer 2009,
    *Discriminative learning under covariate shift*.

    Examples
    --------
    >>> importance_weights([0.5, 0.25, 0.0], n_source=300, n_target=100)
    array([3., 1., 0.])
    """
    q = _inputs.array("probability", probability)
    if q.min() < 0 or q.max() >= 1:
        raise ValueError(f"probability must be in [0, 1), got values from {q.min():g} to {q.max():g}")
    ratio = _inputs.count("n_source", n_source) / _inputs.count("n_target", n_target)
    return q / (1 - q) * q.dtype.type(ratio)


def allocate_sources(sources, target, fractions, *, rng):
    """Divide data from several sources: dev and test take examples of the target source only, training takes the rest.

    Parameters
    ----------
    sources : array of shape (n,)
        The source of each example: integers, booleans or text.
    target : int, bool or str
        The source that the model will meet.
    fractions : sequence of float
        Shares of the *target's* examples: the first for training, which may be 0, then dev, test and so on; they sum
        to 1. All examples of other sources are trained on too.
    rng : numpy.random.Generator
        Draws which examples of the target go where, and the order in each part.

    Returns
    -------
    tuple of int64 arrays
        Positions in `sources`, one array per part, training first: each position is in exactly one of them.

    Raises
    ------
    ValueError
        If `target` is not among the sources, or a part is left without examples.

    References
    ----------
    Ng 2018, *Machine Learning Yearning*, on dev and test sets from one distribution.

    Examples
    --------
    >>> sources = np.repeat(["web", "app"], [90, 10])
    >>> train, dev, test = allocate_sources(sources, "app", (0.2, 0.4, 0.4), rng=np.random.default_rng(0))
    >>> len(train), set(sources[dev].tolist()), set(sources[test].tolist())
    (92, {'app'}, {'app'})
    """
    sources = _inputs.categories("sources", sources)
    is_target = np.asarray(sources == target)
    if not is_target.any():
        raise ValueError(f"target must be one of the sources {np.unique(sources).tolist()}, got {target!r}")
    ours, others = _where(is_target), _where(~is_target)
    sizes, rng = _sizes(len(ours), fractions), _inputs.generator(rng)
    _refuse_empty([sizes[0] + len(others), *sizes[1:]], "examples")
    train, *rest = np.split(rng.permutation(ours), np.cumsum(sizes)[:-1])
    return rng.permutation(np.concatenate([train, others])), *rest


def _sizes(n, fractions):
    """Sizes of the parts of `n` things, by the largest remainder."""
    if not isinstance(fractions, (tuple, list, np.ndarray)):
        raise TypeError(f"fractions must be a sequence of numbers, got {type(fractions).__name__} {fractions!r}")
    shares = np.array([_inputs.number(f"fractions[{i}]", share, low=0, high=1) for i, share in enumerate(fractions)])
    if len(shares) < 2 or abs(shares.sum() - 1) > 1e-9:
        raise ValueError(f"fractions must be two or more that sum to 1, got {len(shares)} with sum {shares.sum():g}")
    return _round(n * shares, n, np.arange(len(shares)))


def _refuse_empty(sizes, what):
    if not all(sizes):
        raise ValueError(f"fractions must leave no part empty, got parts of {list(map(int, sizes))} {what}")


def _round(exact, total, order):
    """Integers with sum `total`, each the floor of an exact share or one more; ties go to the lowest `order`."""
    rounded = np.floor(exact).astype(np.intp)  # what `np.repeat` takes: 32 bits in a browser
    largest_remainders = np.lexsort((order, rounded - exact))
    rounded[largest_remainders[: total - rounded.sum()]] += 1
    return rounded


def _stratified(y, sizes, rng):
    classes, member = np.unique(y, return_inverse=True)
    left = [rng.permutation(_where(member == index)) for index in range(len(classes))]
    parts = []
    for size in sizes:
        counts = np.array([len(positions) for positions in left], np.float64)
        take = _round(size * counts / counts.sum(), size, rng.permutation(len(classes)))
        parts.append(rng.permutation(np.concatenate([positions[:k] for positions, k in zip(left, take)])))
        left = [positions[k:] for positions, k in zip(left, take)]
    return tuple(parts)


def _where(condition):
    return np.flatnonzero(condition).astype(np.int64)  # not the platform's integer, which has 32 bits in a browser


def _auc(scores, labels):
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    positives = int(labels.sum())
    negatives = len(labels) - positives
    return float((ranks[labels == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives))
