"""Write the expected calibration error: how far what a network promises is from what it keeps."""

import numpy as np

from autograder.authoring import (
    alternative,
    close,
    core,
    hidden,
    misconception,
    neighbour,
    number,
    require,
    same_mistake_as,
    weight,
)

points = 4
returns = number
hints = (
    "Three arrays of n entries come first: how sure the network is of its answer, whether the answer is right, and the "
    "interval that it falls into.",
    "Work interval by interval: the mean of the confidences in it, the share of its answers that are right, and what "
    "part of all answers it holds. An interval without answers adds nothing.",
    "`np.ceil(confidence * bins) - 1` is the number of the interval, from 0. Or compare the confidences with both "
    "edges of each interval.",
)

VALUE = "it must be the sum of the intervals' gaps, each times the share of the answers that are in the interval"
ONE = "with one interval it must be the gap between the mean confidence and the share of right answers"
OPPOSITE = "intervals that promise too much and too little must not cancel each other"
EMPTY = "intervals without answers must add nothing"
NAN = "intervals without answers must not lead to nan"
EDGE = "an answer at an edge must be in the interval below it, and in no other"
NONE_RIGHT = "even if no answer is right, the error must be a number"
SURE = "answers with confidence 1 must be counted"
PERFECT = "if every interval keeps its promise, the error must be 0"


def solution(probabilities, y, *, bins=10):
    """Mean distance of confidence and accuracy over the intervals."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == y
    error = 0.0
    for k in range(bins):
        inside = (k / bins < confidence) & (confidence <= (k + 1) / bins)
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    return float(error)


@core
@weight(3)
def check_gaps_by_answers(calibration_error, rng):
    """Each interval's gap is weighted by the answers that it holds, for several classes and numbers of intervals."""
    for n, classes, bins in ((60, 4, 10), (80, 3, 5)):
        p, y = _answers(rng, n, classes, bins)
        close(calibration_error(p, y, bins=bins), _error(p, y, bins), VALUE)


@weight(2)
def check_opposite_gaps(calibration_error, rng):
    """An interval that promises too much does not make up for another that promises too little."""
    p, y = _two(0.65, 10, 10, 0.85, 10, 6)
    found = calibration_error(p, y)
    require(abs(abs(found) - (0.5 * 0.35 - 0.5 * 0.25)) > 1e-5, OPPOSITE)
    close(found, 0.5 * 0.35 + 0.5 * 0.25, VALUE)


def check_one_interval(calibration_error, rng):
    """With bins=1 it is one gap, whatever its sign."""
    for right in (12, 3):
        p, y = _two(0.7, 12, right, 0.7, 4, 1)
        close(calibration_error(p, y, bins=1), abs((right + 1) / 16 - 0.7), ONE)


def check_few_answers(calibration_error, rng):
    """When most intervals are empty, and there is only one answer, nothing is divided by zero."""
    one = np.array([[0.79, 0.21]])
    for label, right in ((0, 0.21), (1, 0.79)):  # by itself it fills the only interval
        found = calibration_error(one, np.array([label]), bins=1)
        require(np.isfinite(found), NONE_RIGHT if label else ONE)
        close(found, right, ONE)
    for label, right in ((0, 0.21), (1, 0.79)):
        found = calibration_error(one, np.array([label]), bins=40)
        require(np.isfinite(found), NAN)
        close(found, right, EMPTY)
    p, y = _two(0.75, 4, 3, 0.75, 4, 3)
    close(calibration_error(p, y, bins=25), 0.0, PERFECT)


@weight(2)
def check_edges(calibration_error, rng):
    """The upper edge belongs to an interval, the lower one does not, and confidence 1 is in the last one."""
    for edge, others, bins, sentence in (
        (0.5, (6, 0, 0.75, 4, 4), 2, EDGE),
        (0.5, (4, 4, 0.625, 4, 1), 4, EDGE),
        (1.0, (5, 3, 0.85, 5, 4), 10, SURE),
    ):
        at, below = (calibration_error(*_two(place, *others), bins=bins) for place in (edge, edge - 1e-7))
        close(at, below, sentence)


@hidden(like=(check_gaps_by_answers, check_opposite_gaps, check_one_interval))
def check_other_answers(calibration_error, rng):
    """The same holds for two classes, for ten, and for probabilities in float32."""
    for n, classes, bins, dtype in ((40, 2, 8, float), (90, 10, 15, np.float32), (30, 3, 1, float)):
        p, y = _answers(rng, n, classes, bins)
        close(calibration_error(p.astype(dtype), y, bins=bins), _error(p, y, bins), VALUE, rtol=1e-4)


covers = {
    "Write `calibration_error(probabilities, y, *, bins=10)`": (check_gaps_by_answers, check_opposite_gaps),
    "`probabilities` has shape (n, classes)": check_gaps_by_answers,
    "`y` holds the right classes": check_gaps_by_answers,
    "answer is the class with the largest probability, and its confidence is that probability": check_gaps_by_answers,
    "no example has two classes with the same largest probability": "where the answer would be open",
    "Confidences from 0 to 1 are divided into `bins` intervals of equal width": check_gaps_by_answers,
    "each answer goes into the interval that contains its confidence": check_gaps_by_answers,
    "The upper edge of an interval belongs to it, the lower edge does not": check_edges,
    "$\\text{accuracy}_k$ is the share of right answers": (check_gaps_by_answers, check_opposite_gaps),
    "Return $\\sum_k": (check_gaps_by_answers, check_one_interval),
    "Intervals without answers add nothing": check_few_answers,
    "Leave both arrays as they are": check_gaps_by_answers,
    "For example, two answers with confidence 0.9": "the example, by hand",
    "Mean distance of confidence and accuracy": check_gaps_by_answers,
}
equivalent = {
    "`right[inside].mean() - confidence[inside].mean()` becomes `confidence[inside].mean() - right[inside].mean()`": (
        "the distance has no sign"
    ),
}


@misconception(
    "The confidence is taken to be the probability of the *right* class. A network does not know which that is: it is "
    "sure, or not, of the answer that it gives.",
    caught_by=check_gaps_by_answers,
)
def probability_of_the_right_class(probabilities, y, *, bins=10):
    return _by_bins(probabilities[np.arange(len(y)), y], probabilities.argmax(axis=1) == y, bins)


@misconception(
    "Every interval counts the same, however many answers it holds: three answers weigh as much as three hundred. "
    "Weight each gap by its share of the answers.",
    caught_by=check_gaps_by_answers,
)
def unweighed(probabilities, y, *, bins=10):
    gaps, shares = _gaps(probabilities.max(axis=1), probabilities.argmax(axis=1) == y, bins)
    return float(np.mean(np.abs(gaps[shares > 0])))


@same_mistake_as(unweighed)
def summed(probabilities, y, *, bins=10):
    gaps, _ = _gaps(probabilities.max(axis=1), probabilities.argmax(axis=1) == y, bins)
    return float(np.abs(gaps).sum())


@same_mistake_as(unweighed)
def divided_by_all_intervals(probabilities, y, *, bins=10):
    return summed(probabilities, y, bins=bins) / bins


@misconception(
    "There is one interval too few: n edges enclose n - 1 intervals. `bins` intervals have `bins + 1` edges.",
    caught_by=check_gaps_by_answers,
)
def one_interval_too_few(probabilities, y, *, bins=10):
    return _between(probabilities, y, np.linspace(0, 1, bins)) if bins > 1 else 0.0


@misconception(
    "The gaps are added with their signs, so that being too sure in one interval makes up for being not sure enough in "
    "another. Take the absolute value of each.",
    caught_by=check_one_interval,
)
def signs_kept(probabilities, y, *, bins=10):
    gaps, shares = _gaps(probabilities.max(axis=1), probabilities.argmax(axis=1) == y, bins)
    return float(gaps @ shares)


@same_mistake_as(signs_kept)
def signs_of_the_formula_kept(probabilities, y, *, bins=10):
    return -signs_kept(probabilities, y, bins=bins)


@misconception(
    "The absolute value is taken after the gaps have been added, or all answers are put into one interval, which "
    "amounts to the same: gaps of opposite signs have cancelled by then.",
    caught_by=check_opposite_gaps,
)
def absolute_value_too_late(probabilities, y, *, bins=10):
    return abs(signs_kept(probabilities, y, bins=bins))


@misconception(
    "That is the largest gap of all intervals, which is another measure: it may rest on a single answer.",
    caught_by=check_gaps_by_answers,
)
def largest_gap(probabilities, y, *, bins=10):
    gaps, _ = _gaps(probabilities.max(axis=1), probabilities.argmax(axis=1) == y, bins)
    return float(np.abs(gaps).max())


@misconception(
    "The middle of an interval is used as the confidence of its answers. They may all lie near one of its ends: take "
    "their mean.",
    caught_by=check_gaps_by_answers,
)
def middle_of_the_interval(probabilities, y, *, bins=10):
    confidence = probabilities.max(axis=1)
    middles = (np.ceil(confidence * bins) - 0.5) / bins
    return _by_bins(confidence, probabilities.argmax(axis=1) == y, bins, stands_for=middles)


@misconception(
    "The distance between confidence and 0 or 1 is taken answer by answer. One answer is right or wrong, never 70% "
    "right: compare means over an interval.",
    caught_by=check_gaps_by_answers,
    worth=0.3,
)
def answer_by_answer(probabilities, y, *, bins=10):
    return float(np.abs(probabilities.max(axis=1) - (probabilities.argmax(axis=1) == y)).mean())


@misconception(
    "An interval holds its lower edge and not its upper one. It should be the other way round, and then the last one "
    "holds the answers with confidence 1 without a special case.",
    caught_by=check_edges,
    worth=0.85,
)
def lower_edge_counts(probabilities, y, *, bins=10):
    confidence = probabilities.max(axis=1)
    place = np.minimum(np.floor(confidence * bins + 1e-12).astype(int), bins - 1)
    return _by_bins(confidence, probabilities.argmax(axis=1) == y, bins, place=place)


@misconception(
    "An interval holds both of its edges, so that an answer at an edge is counted twice. The lower edge belongs to the "
    "interval below.",
    caught_by=check_edges,
    worth=0.85,
)
def both_edges_count(probabilities, y, *, bins=10):
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == y
    inside = [(k / bins <= confidence) & (confidence <= (k + 1) / bins) for k in range(bins)]
    return sum(abs((confidence - right)[those].sum()) for those in inside) / len(y)


@misconception(
    "The gaps are squared before they are averaged. That is another measure, in another unit: it does not say by how "
    "much a promise is missed.",
    caught_by=check_gaps_by_answers,
)
def squared(probabilities, y, *, bins=10):
    gaps, shares = _gaps(probabilities.max(axis=1), probabilities.argmax(axis=1) == y, bins)
    return float(gaps**2 @ shares)


@misconception(
    "Intervals without answers are not left out: their means are 0 divided by 0, and the resulting nan spreads.",
    caught_by=check_few_answers,
    worth=0.5,
    said_by=NAN,
)
def nan_spreads(probabilities, y, *, bins=10):
    gaps, shares = _gaps(probabilities.max(axis=1), probabilities.argmax(axis=1) == y, bins)
    return float(np.where(shares > 0, np.abs(gaps), np.nan) @ shares)


@misconception(
    "`bins` is ignored: there are ten intervals, however many are asked for.",
    caught_by=check_gaps_by_answers,
    worth=0.6,
)
def always_ten(probabilities, y, *, bins=10):
    return _by_bins(probabilities.max(axis=1), probabilities.argmax(axis=1) == y, 10)


@misconception(
    "All probabilities are counted, not only those of the answers: in each example only the largest is a confidence.",
    caught_by=check_gaps_by_answers,
    worth=0.4,
)
def every_probability(probabilities, y, *, bins=10):
    happened = np.arange(probabilities.shape[1]) == np.asarray(y)[:, None]
    return _by_bins(probabilities.ravel(), happened.ravel(), bins)


@misconception(
    "The intervals do not go from 0 to 1, but begin at the smallest confidence that there is, or could be. Then two "
    "networks are not measured alike: divide the range from 0 to 1.",
    caught_by=check_gaps_by_answers,
    worth=0.6,
)
def from_the_smallest_possible(probabilities, y, *, bins=10):
    return _between(probabilities, y, np.linspace(1 / probabilities.shape[1], 1, bins + 1))


@same_mistake_as(from_the_smallest_possible)
def from_the_smallest_to_the_largest(probabilities, y, *, bins=10):
    confidence = probabilities.max(axis=1)
    return _between(probabilities, y, np.linspace(confidence.min(), confidence.max(), bins + 1))


@misconception(
    "The confidence is compared with the share of *wrong* answers. A network that keeps its promise of 70% is right in "
    "70 of 100 cases.",
    caught_by=check_gaps_by_answers,
    worth=0.3,
)
def share_of_the_wrong(probabilities, y, *, bins=10):
    return _by_bins(probabilities.max(axis=1), probabilities.argmax(axis=1) != y, bins)


@misconception(
    "The probabilities that came in are changed, perhaps sorted. The caller may still need them: take `max`, or sort a "
    "copy.",
    caught_by=check_opposite_gaps,
    worth=0.85,
    said_by="probabilities must not be changed in place",
)
def sorted_in_place(probabilities, y, *, bins=10):
    right = probabilities.argmax(axis=1) == y
    probabilities.sort(axis=1)
    return _by_bins(probabilities[:, -1], right, bins)


@neighbour("the root of the mean square of the gaps")
def root_of_the_squares(probabilities, y, *, bins=10):
    return squared(probabilities, y, bins=bins) ** 0.5


@neighbour("one minus what it should be")
def kept_promises(probabilities, y, *, bins=10):
    return 1 - solution(probabilities, y, bins=bins)


@alternative("a loop over the intervals, with their edges")
def by_a_loop(probabilities, y, *, bins=10):
    confidence, right, total = np.max(probabilities, axis=1), np.argmax(probabilities, axis=1) == y, 0.0
    for k in range(bins):
        inside = (confidence > k / bins) & (confidence <= (k + 1) / bins)
        if inside.any():
            total += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    return total


@alternative("sums instead of means: the gap of an interval is the sum of its confidences minus its right answers")
def by_sums(probabilities, y, *, bins=10):
    gaps = {}
    for row, label in zip(np.asarray(probabilities, float).tolist(), y):
        confidence = max(row)
        k = int(np.ceil(confidence * bins - 1e-9))
        gaps[k] = gaps.get(k, 0.0) + confidence - (row.index(confidence) == label)
    return sum(map(abs, gaps.values())) / len(y)


@alternative("histograms by digitize")
def by_digitize(probabilities, y, *, bins=10):
    confidence = probabilities.max(1)
    place = np.digitize(confidence, np.linspace(0, 1, bins + 1), right=True)
    wrong_by = np.bincount(place, confidence - (probabilities.argmax(1) == y), minlength=bins + 1)
    return np.abs(wrong_by).sum() / len(confidence)


def _answers(rng, n, classes, bins):
    """Return what `_drawn` does, such that signs matter if there are several intervals, and so does their number."""
    while True:
        p, y = _drawn(rng, n, classes)
        right = _error(p, y, bins)
        signs_count = bins == 1 or abs(signs_kept(p, y, bins=bins)) < right - 0.005
        if signs_count and (bins == 10 or abs(_error(p, y, 10) - right) > 0.001):
            return p, y


def _drawn(rng, n, classes):
    """Return probabilities that promise too much, none of which lies near an edge, and the right classes."""
    rows, labels = [], []
    while len(rows) < n:
        label = rng.integers(classes)
        logits = 1.5 * rng.standard_normal(classes) + 1.2 * np.eye(classes)[label]
        p = np.exp(logits) / np.exp(logits).sum()
        first, second = np.sort(p)[[-1, -2]]
        if first - second > 1e-3 and all(abs(first * bins % 1 - 0.5) < 0.49 for bins in (5, 8, 10, 15)):
            rows.append(p)
            labels.append(label)
    return np.array(rows), np.array(labels)


def _two(first, n_first, right_first, second, n_second, right_second):
    """Return answers with two confidences among two classes, given how many there are of each and are right."""
    confidence = np.repeat([first, second], [n_first, n_second])
    right = np.r_[np.arange(n_first) < right_first, np.arange(n_second) < right_second]
    answer = np.arange(len(right)) % 2
    p = np.where(np.arange(2) == answer[:, None], confidence[:, None], 1 - confidence[:, None])
    if min(first, second) <= 0.5:  # a third class, so that 0.5 is the largest
        p = np.where(np.arange(3) == answer[:, None], confidence[:, None], (1 - confidence[:, None]) / 2)
    return p, np.where(right, answer, 1 - answer)


def _gaps(confidence, right, bins, place=None):
    """Return confidence minus accuracy of each interval (0 if it has no answer) and its share of the answers."""
    place = np.ceil(np.asarray(confidence, float) * bins - 1e-9).astype(int) - 1 if place is None else place
    place = np.maximum(place, 0)
    counts = np.bincount(place, minlength=bins)
    sums = np.bincount(place, np.asarray(confidence, float) - right, minlength=bins)
    return sums / np.maximum(counts, 1), counts / len(right)


def _by_bins(confidence, right, bins, *, stands_for=None, place=None):
    if stands_for is not None:
        place = np.maximum(np.ceil(np.asarray(confidence, float) * bins - 1e-9).astype(int) - 1, 0)
        confidence = stands_for
    gaps, shares = _gaps(confidence, right, bins, place)
    return float(np.abs(gaps) @ shares)


def _between(p, y, edges):
    """Return the error with intervals between these edges, each containing its upper one."""
    confidence = p.max(axis=1)
    return float(
        np.abs(np.bincount(np.digitize(confidence, edges, right=True), confidence - (p.argmax(axis=1) == y))).sum()
        / len(y)
    )


def _error(p, y, bins):
    return _by_bins(p.max(axis=1), p.argmax(axis=1) == y, bins)
