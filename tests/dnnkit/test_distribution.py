"""distribution against scikit-learn's splitters, scores and classifiers, and against exact density ratios."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.covariance import EmpiricalCovariance
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupShuffleSplit, StratifiedKFold, StratifiedShuffleSplit, cross_val_score

from dnnkit.distribution import allocate_sources, auc, group_split, importance_weights, shift_auc, split

CLASSES = (np.repeat(np.arange(10), 179), np.repeat([0, 1], [97, 3]), np.array(["b", "a", "a"] * 20))
FRACTIONS = ((0.8, 0.2), (0.5, 0.25, 0.25), (0.6, 0.1, 0.1, 0.2), (1 / 3, 1 / 3, 1 / 3))


def rng(seed=0):
    return np.random.default_rng(seed)


def assert_partition(parts, n):
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(n))
    assert all(part.dtype == np.int64 for part in parts)
    assert all(len(part) for part in parts)


def shares(y, part):
    return np.array([(y[part] == name).sum() for name in np.unique(y)])


# split


@pytest.mark.parametrize("fractions", FRACTIONS)
@pytest.mark.parametrize("y", CLASSES, ids=["digits", "rare", "text"])
def test_split_parts_all_examples_by_fraction_and_class(y, fractions):
    parts = split(y, fractions, rng=rng())
    assert isinstance(parts, tuple)
    assert_partition(parts, len(y))
    for part, fraction in zip(parts, fractions):
        assert abs(len(part) - fraction * len(y)) < 1
        assert (np.abs(shares(y, part) - fraction * shares(y, np.arange(len(y)))) < 2).all()


@pytest.mark.parametrize("y", CLASSES, ids=["digits", "rare", "text"])
@pytest.mark.parametrize("dev_fraction", [0.1, 0.2, 0.4])
def test_two_parts_hold_the_classes_as_scikit_learns_do(y, dev_fraction):
    n_dev = round(dev_fraction * len(y))
    splitter = StratifiedShuffleSplit(n_splits=1, train_size=len(y) - n_dev, test_size=n_dev, random_state=0)
    theirs = next(splitter.split(y, y))
    ours = split(y, (1 - n_dev / len(y), n_dev / len(y)), rng=rng())
    for our_part, their_part in zip(ours, theirs):
        assert len(our_part) == len(their_part)
        # a remainder that several classes share goes to any of them
        np.testing.assert_array_equal(np.sort(shares(y, our_part)), np.sort(shares(y, their_part)))


def test_split_shuffles_which_examples_and_their_order():
    y = np.repeat([0, 1], 50)
    (first, _), (second, _), (again, _) = (split(y, (0.5, 0.5), rng=rng(seed)) for seed in (1, 2, 1))
    assert set(first.tolist()) != set(second.tolist())
    assert (np.diff(first) < 0).any()
    assert 0 < y[first[:25]].sum() < 25  # classes mixed, not one after the other
    np.testing.assert_array_equal(first, again)


def test_split_sends_each_example_everywhere_with_the_probability_of_the_part():
    y, draws = np.repeat([0, 1, 2], [7, 5, 3]), 3000
    generator = rng(3)
    in_dev = np.zeros(len(y))
    for _ in range(draws):
        in_dev[split(y, (0.7, 0.3), rng=generator)[1]] += 1
    for name in range(3):
        assert stats.chisquare(in_dev[y == name]).pvalue > 1e-4
    assert in_dev.sum() == draws * 4  # 0.3 of 15 is 4.5, a tie that goes to training


def test_split_draws_which_of_equal_classes_gets_what_is_left_over():
    generator, hits = rng(4), np.zeros(3)
    for _ in range(1500):
        hits[split(np.arange(3), (2 / 3, 1 / 3), rng=generator)[1]] += 1
    assert hits.sum() == 1500
    assert stats.chisquare(hits).pvalue > 1e-4


@settings(max_examples=60, deadline=None)
@given(
    y=st.lists(st.integers(-3, 3), min_size=20, max_size=80),
    weights=st.lists(st.integers(1, 9), min_size=2, max_size=5),
    seed=st.integers(0, 2**32 - 1),
)
def test_split_is_a_partition_with_the_right_proportions(y, weights, seed):
    y, fractions = np.array(y), np.array(weights) / sum(weights)
    before = y.copy()
    assume((fractions * len(y)).min() >= 1)
    parts = split(y, fractions, rng=rng(seed))
    assert_partition(parts, len(y))
    np.testing.assert_array_equal(y, before)
    first = parts[0]
    assert (np.abs(shares(y, first) - len(first) / len(y) * shares(y, np.arange(len(y)))) < 1).all()


def test_split_takes_booleans_lists_and_every_other_entry():
    assert_partition(split([True, False] * 5, [0.5, 0.5], rng=rng()), 10)
    assert_partition(split(np.arange(40)[::2] % 2, (0.5, 0.5), rng=rng()), 20)


# group_split


@pytest.mark.parametrize("dev_fraction", [0.2, 0.5])
def test_groups_stay_whole_and_are_counted_as_scikit_learn_does(dev_fraction):
    groups = rng(5).integers(0, 20, size=300)
    train, dev = group_split(groups, (1 - dev_fraction, dev_fraction), rng=rng())
    their_train, their_dev = next(
        GroupShuffleSplit(1, test_size=dev_fraction, random_state=0).split(groups, None, groups)
    )
    assert_partition((train, dev), 300)
    for ours, theirs in ((train, their_train), (dev, their_dev)):
        assert len(np.unique(groups[ours])) == len(np.unique(groups[theirs]))
    assert not set(groups[train]) & set(groups[dev])
    assert (np.diff(train) < 0).any()


@settings(max_examples=40, deadline=None)
@given(
    groups=st.lists(st.text("abc", max_size=3), min_size=20, max_size=60),
    weights=st.lists(st.integers(1, 3), min_size=2, max_size=4),
    seed=st.integers(0, 2**32 - 1),
)
def test_group_split_is_a_partition_of_groups(groups, weights, seed):
    groups, fractions = np.array(groups), np.array(weights) / sum(weights)
    names = np.unique(groups)
    assume((fractions * len(names)).min() >= 1)
    parts = group_split(groups, fractions, rng=rng(seed))
    assert_partition(parts, len(groups))
    found = [set(groups[part].tolist()) for part in parts]
    assert sum(map(len, found)) == len(names)
    assert all(abs(len(part) - fraction * len(names)) < 1 for part, fraction in zip(found, fractions))


def test_every_group_is_as_likely_in_every_part():
    groups, generator = np.repeat(np.arange(5), [1, 2, 3, 4, 20]), rng(6)
    hits = np.zeros(5)
    for _ in range(2000):
        hits[np.unique(groups[group_split(groups, (0.6, 0.4), rng=generator)[1]])] += 1
    assert hits.sum() == 2 * 2000
    assert stats.chisquare(hits).pvalue > 1e-4


# auc


@settings(max_examples=60, deadline=None)
@given(
    pairs=st.lists(st.tuples(st.integers(-4, 4), st.booleans()), min_size=2, max_size=60),
    dtype=st.sampled_from([np.float32, np.float64, np.int64]),
)
def test_auc_equals_scikit_learn_with_ties(pairs, dtype):
    scores = np.array([score for score, _ in pairs]).astype(dtype)
    labels = np.array([label for _, label in pairs])
    if labels.all() or not labels.any():
        with pytest.raises(ValueError, match="labels must hold both classes, got only"):
            auc(scores, labels)
        return
    assert auc(scores, labels) == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
    assert auc(scores, labels.astype(np.int64)) == auc(scores, labels)
    assert auc(-scores, labels) == pytest.approx(1 - auc(scores, labels), abs=1e-12)


def test_auc_is_mann_whitneys_u_over_the_pairs():
    scores, labels = rng(1).standard_normal(500), rng(2).random(500) < 0.2
    u = stats.mannwhitneyu(scores[labels], scores[~labels]).statistic
    assert auc(scores, labels) == pytest.approx(u / labels.sum() / (~labels).sum(), abs=1e-12)
    assert type(auc(scores[::2], labels[::2])) is float


# shift_auc


def linear(x, y, held_out):
    return LinearDiscriminantAnalysis().fit(x, y).decision_function(held_out)


def quadratic(x, y, held_out):
    distances = [EmpiricalCovariance().fit(x[y == label]).mahalanobis(held_out) for label in (0, 1)]
    return distances[0] - distances[1]


def test_shift_auc_is_scikit_learns_cross_validated_auc():
    a, b = rng(1).standard_normal((2, 400, 3))
    b = b + 0.4
    ours = shift_auc(a, b, fit_score=linear, rng=rng(), folds=5)
    x, y = np.concatenate([a, b]), np.repeat([0, 1], 400)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    theirs = cross_val_score(LinearDiscriminantAnalysis(), x, y, cv=folds, scoring="roc_auc").mean()
    exact = stats.norm.cdf(np.sqrt(3) * 0.4 / np.sqrt(2))
    assert ours == pytest.approx(theirs, abs=0.02)
    assert ours == pytest.approx(exact, abs=0.06)


def test_a_linear_score_cannot_see_a_change_of_covariance_and_a_quadratic_one_can():
    a = rng(1).standard_normal((500, 2))
    b = rng(2).multivariate_normal([0, 0], [[1, 0.9], [0.9, 1]], size=500)
    assert abs(shift_auc(a, b, fit_score=linear, rng=rng()) - 0.5) < 0.08
    assert shift_auc(a, b, fit_score=quadratic, rng=rng()) > 0.7


def test_shift_auc_scores_every_example_once_and_never_one_it_was_fitted_on():
    a, b = np.arange(20.0).reshape(20, 1), 100 + np.arange(31.0).reshape(31, 1)
    before, scored = (a.copy(), b.copy()), []

    def memory(x, y, held_out):
        assert not set(x.ravel()) & set(held_out.ravel())
        assert len(x) + len(held_out) == 51
        np.testing.assert_array_equal(y, x.ravel() >= 100)
        scored.extend(held_out.ravel())
        x[:] = 0  # a copy: nothing of ours changes
        return rng(0).random(len(held_out))

    shift_auc(a, b, fit_score=memory, rng=rng(), folds=10)
    assert sorted(scored) == [*a.ravel(), *b.ravel()]
    np.testing.assert_array_equal(a, before[0])
    np.testing.assert_array_equal(b, before[1])


def test_scores_of_different_folds_are_not_compared():
    """Each fit adds its own offset to perfect scores: pooled, they would look bad."""
    offsets = iter([0.0, 1e6, -1e6, 5e5])
    a, b = np.zeros((8, 2)), np.ones((12, 2))
    found = shift_auc(a, b, fit_score=lambda x, y, new: new[:, 0] + next(offsets), rng=rng(), folds=4)
    assert found == 1.0


@pytest.mark.parametrize("n_a", [4, 5, 7, 400])
def test_smallest_sets_have_both_kinds_in_every_fold(n_a):
    for seed in range(20):
        shift_auc(np.zeros((n_a, 1)), np.ones((4, 1)), fit_score=lambda x, y, new: new[:, 0], rng=rng(seed), folds=2)


# importance_weights


def test_weights_are_the_density_ratio_of_two_normals():
    x = rng(1).standard_normal(2000)
    ratio = stats.norm.pdf(x, loc=0.5) / stats.norm.pdf(x)
    q = 100 * stats.norm.pdf(x, loc=0.5) / (100 * stats.norm.pdf(x, loc=0.5) + 2000 * stats.norm.pdf(x))
    weights = importance_weights(q, n_source=2000, n_target=100)
    np.testing.assert_allclose(weights, ratio, rtol=1e-10)
    assert weights.mean() == pytest.approx(1, abs=0.1)


def test_weights_of_a_fitted_classifier_move_a_mean_to_the_target():
    source, target = rng(1).standard_normal((4000, 1)), rng(2).standard_normal((1000, 1)) + 0.8
    x, y = np.concatenate([source, target]), np.repeat([0, 1], [4000, 1000])
    q = LogisticRegression().fit(x, y).predict_proba(source)[:, 1]
    weights = importance_weights(q, n_source=4000, n_target=1000)
    assert np.average(source[:, 0], weights=weights) == pytest.approx(0.8, abs=0.15)


def test_weights_keep_dtype_and_input():
    q = np.array([0.5, 0.9], dtype=np.float32)
    weights = importance_weights(q, n_source=3, n_target=7)
    assert weights.dtype == np.float32
    np.testing.assert_array_equal(q, np.array([0.5, 0.9], dtype=np.float32))


# allocate_sources


@pytest.mark.parametrize("fractions", [(0.5, 0.25, 0.25), (0, 0.5, 0.5), (0.1, 0.9), (0.4, 0.2, 0.2, 0.2)])
def test_only_training_sees_other_sources(fractions):
    sources = rng(4).permutation(np.repeat(["web", "app", "scan"], [500, 60, 41]))
    train, *others = allocate_sources(sources, "app", fractions, rng=rng())
    assert_partition((train, *others), 601)
    assert len(train) == 541 + fractions[0] * 60
    for part, fraction in zip(others, fractions[1:]):
        assert set(sources[part].tolist()) == {"app"}
        assert len(part) == pytest.approx(fraction * 60)
    assert (np.diff(train) < 0).any()


# the public door


def zeros(x, y, held_out):
    return np.zeros(len(held_out))


TEN = np.zeros((10, 2))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: split([], (0.5, 0.5), rng=rng()), TypeError, "y must be an array of integers, booleans or text"),
        (lambda: split(np.array([], int), (0.5, 0.5), rng=rng()), ValueError, "y must not be empty"),
        (lambda: split([0.5, 1.0], (0.5, 0.5), rng=rng()), TypeError, "y must be an array of integers, booleans"),
        (lambda: split([[0], [1]], (0.5, 0.5), rng=rng()), ValueError, r"y must have shape \(any\), got \(2, 1\)"),
        (lambda: split([0, 1], 0.5, rng=rng()), TypeError, "fractions must be a sequence of numbers, got float 0.5"),
        (lambda: split([0, 1], (1.0,), rng=rng()), ValueError, "fractions must be two or more that sum to 1, got 1"),
        (lambda: split([0, 1], (0.5, 0.4), rng=rng()), ValueError, "sum to 1, got 2 with sum 0.9"),
        (lambda: split([0, 1], (1.5, -0.5), rng=rng()), ValueError, r"fractions\[0\] must be in \[0, 1\], got 1.5"),
        (lambda: split([0, 1], (0.5, "half"), rng=rng()), TypeError, r"fractions\[1\] must be a real number"),
        (lambda: split([0, 1], (0.9, 0.1), rng=rng()), ValueError, r"no part empty, got parts of \[2, 0\] examples"),
        (lambda: split([0, 1], (0.5, 0.5), rng=0), TypeError, "rng must be a numpy.random.Generator"),
        (lambda: split([0, 1], (0.5, 0.5)), TypeError, "rng"),
        (lambda: group_split([0, 0, 0, 0], (0.5, 0.5), rng=rng()), ValueError, r"parts of \[1, 0\] groups"),
        (lambda: group_split([0.5], (0.5, 0.5), rng=rng()), TypeError, "groups must be an array of integers"),
        (lambda: auc([1.0, 2.0], [0, 1, 1]), ValueError, r"labels must have shape \(2,\)"),
        (lambda: auc([1.0, np.nan], [0, 1]), ValueError, "scores must be finite, got nan"),
        (lambda: auc([1.0, 2.0], [0, 2]), ValueError, "labels must be labels in 0 .. 1"),
        (lambda: auc([1.0, 2.0], [0.0, 1.0]), TypeError, "labels must be an array of integer labels"),
        (lambda: auc([[1.0], [2.0]], [0, 1]), ValueError, "scores must have 1 axes"),
        (
            lambda: shift_auc(TEN, TEN, fit_score=None, rng=rng()),
            TypeError,
            r"fit_score must be callable as fit_score\(",
        ),
        (lambda: shift_auc(TEN, TEN[:, :1], fit_score=zeros, rng=rng()), ValueError, r"b must have shape \(any, 2\)"),
        (lambda: shift_auc(TEN, TEN[:9], fit_score=zeros, rng=rng()), ValueError, "examples of b must be at least 10"),
        (lambda: shift_auc(TEN, TEN, fit_score=zeros, rng=rng(), folds=1), ValueError, "folds must be at least 2"),
        (
            lambda: shift_auc(TEN, TEN, fit_score=lambda x, y, new: [1.0], rng=rng()),
            ValueError,
            r"fit_score's scores must have shape \(4\), got \(1,\)",
        ),
        (
            lambda: importance_weights([0.5, 1.0], n_source=1, n_target=1),
            ValueError,
            r"probability must be in \[0, 1\)",
        ),
        (lambda: importance_weights([0.5], n_source=0, n_target=1), ValueError, "n_source must be at least 1"),
        (
            lambda: allocate_sources(["a", "b"], "c", (0.5, 0.5), rng=rng()),
            ValueError,
            r"target must be one of the sources \['a', 'b'\], got 'c'",
        ),
        (lambda: allocate_sources([1, 2], "1", (0.5, 0.5), rng=rng()), ValueError, "target must be one of the sources"),
        (lambda: allocate_sources([1, 1], 1, (0, 0.5, 0.5), rng=rng()), ValueError, r"parts of \[0, 1, 1\] examples"),
        (lambda: allocate_sources([1, 2], 1, (0.5, 0.5), rng=rng()), ValueError, r"parts of \[2, 0\] examples"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
