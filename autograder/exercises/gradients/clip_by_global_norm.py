"""Shorten the gradients of all parameters together, and keep their direction."""

import numpy as np

from autograder.authoring import (
    alternative,
    array,
    close,
    core,
    equal,
    hidden,
    misconception,
    neighbour,
    number,
    require,
    same_mistake_as,
    weight,
)

points = 4
returns = ([array], number)
hints = (
    "Imagine all entries of all arrays in one long vector. How long is it, and by which one factor does it become "
    "max_norm long?",
    "The joint norm is the root of the sum of the squares of all entries, over all arrays.",
    "One factor for all: min(1, max_norm / norm). If all gradients are 0, the norm is 0, and nothing is to be divided.",
)

LONG = "gradients with a joint norm above max_norm must all be multiplied by max_norm / norm"
SHORT = "gradients with a joint norm of at most max_norm must stay as they are"
NORM = "the second result must be the joint norm of the gradients before they were clipped"
ZEROS = "gradients that are all 0 must stay 0, with norm 0"
NUMBERS = "if all gradients are 0, numbers must come out, not nan"
TINY = "tiny gradients with a joint norm above max_norm must not become shorter than max_norm"
COUNT = "there must be one clipped array for each gradient"
WHOLE = "gradients of whole numbers must be clipped without rounding"
BYTES = "the squares of whole numbers of 8 bits must be added without overflowing"


def solution(grads, max_norm):
    """Return grads scaled to a joint norm of at most max_norm, and the old norm."""
    norm = np.sqrt(sum(np.sum(np.square(grad, dtype=float)) for grad in grads))
    factor = max_norm / norm if norm > max_norm else 1.0
    return [grad * factor for grad in grads], norm


@core
@weight(3)
def check_long_gradients_are_shortened_together(clip_by_global_norm, rng):
    """Above max_norm every gradient is multiplied by the same factor, max_norm / norm."""
    for shapes in (((3, 4), (4,)), ((2,), (1, 5), (2, 3))):
        grads = _grads(rng, shapes)
        max_norm = 0.3 * _norm(grads)
        _compare(clip_by_global_norm(grads, max_norm)[0], [0.3 * grad for grad in grads], LONG)


@weight(2)
def check_short_gradients_stay(clip_by_global_norm, rng):
    """Up to max_norm nothing changes, though one array, or the sum of the arrays' norms, may look longer."""
    for share, size in ((1.05, 1e-3), (1.05, 1), (7.0, 1)):
        grads = [size * grad for grad in _grads(rng, ((3, 4), (4,), (2, 2)))]
        _compare(clip_by_global_norm(grads, share * _norm(grads))[0], grads, SHORT)


@weight(2)
def check_norm_before_clipping(clip_by_global_norm, rng):
    """The second result is the joint norm before clipping, clipped or not."""
    for share in (0.2, 1.5):
        grads = _grads(rng, ((5, 2), (2,)))
        close(clip_by_global_norm(grads, share * _norm(grads))[1], _norm(grads), NORM)


def check_zeros_and_whole_numbers(clip_by_global_norm, rng):
    """Gradients of 0 cause no division by 0, nothing is added to the norm for them, and whole numbers stay exact."""
    clipped, norm = clip_by_global_norm([np.zeros((2, 3)), np.zeros(3)], 1.0)
    require(all(np.isfinite(entries).all() for entries in (*clipped, norm)), NUMBERS)
    _compare(clipped, [np.zeros((2, 3)), np.zeros(3)], ZEROS)
    close(norm, 0.0, ZEROS)
    signs = np.array([[1, -1, 1], [1, 1, -1]], np.int8)  # or the matrix is nearly of rank one
    grads = [signs * rng.integers(3, 9, (2, 3)), -rng.integers(3, 9, 3)]
    _compare(clip_by_global_norm(grads, 0.6 * _norm(grads))[0], [0.6 * grad for grad in grads], WHOLE)
    grads = [signs * rng.integers(60, 99, (2, 3)).astype(np.int8), -rng.integers(60, 99, 3).astype(np.int8)]
    close(clip_by_global_norm(grads, 2.0)[1], _norm(grads), BYTES)
    grads = [1e-7 * grad for grad in _grads(rng, ((2, 3), (3,)))]
    clipped = clip_by_global_norm(grads, 0.3 * _norm(grads))[0]
    require(_norm(clipped) > 0.29999 * _norm(grads), TINY)
    _compare(clipped, [0.3 * grad for grad in grads], LONG)


@hidden(like=(check_long_gradients_are_shortened_together, check_short_gradients_stay, check_norm_before_clipping))
def check_other_gradients(clip_by_global_norm, rng):
    """The same holds for one gradient, for float32, for equal shapes and three axes."""
    for shapes, dtype in ((((4,),), float), (((3, 3), (3, 3), (3,)), np.float32), (((2, 3, 2), (1,)), float)):
        grads = [grad.astype(dtype) for grad in _grads(rng, shapes)]
        for share in (0.5, 2.0):
            clipped, norm = clip_by_global_norm(grads, share * _norm(grads))
            _compare(clipped, [min(1.0, share) * grad for grad in grads], LONG if share < 1 else SHORT)
            close(norm, _norm(grads), NORM)


equivalent = {"`norm > max_norm` becomes `norm >= max_norm`": "the factor is 1 there"}

covers = {
    "Write `clip_by_global_norm(grads, max_norm)`": check_long_gradients_are_shortened_together,
    "`grads` is a list of arrays of any shapes, the gradients of all parameters": (
        check_long_gradients_are_shortened_together,
        check_zeros_and_whole_numbers,
    ),
    "the joint norm is the root of the sum of the squares of *all* their entries": check_norm_before_clipping,
    "larger than `max_norm`": check_long_gradients_are_shortened_together,
    "Otherwise they stay as they are": check_short_gradients_stay,
    "Return the clipped gradients, a list of arrays, and the joint norm before clipping": (
        check_long_gradients_are_shortened_together,
        check_norm_before_clipping,
    ),
    "All gradients may be 0": check_zeros_and_whole_numbers,
    "may hold whole numbers, even of 8 bits": check_zeros_and_whole_numbers,
    "Leave `grads` and its arrays as they are": check_long_gradients_are_shortened_together,
    "For `grads = [np.array([3]), np.array([[4]])]`": "the example, by hand",
    "Return grads scaled to a joint norm of at most max_norm": check_long_gradients_are_shortened_together,
}


@misconception(
    "Each array is clipped by its own norm. The shorter ones then keep their length while the longer ones shrink, and "
    "the step points in another direction: one joint norm, one factor.",
    caught_by=check_long_gradients_are_shortened_together,
)
def each_alone(grads, max_norm):
    clipped = [grad * min(1, max_norm / (np.linalg.norm(grad) or 1)) for grad in grads]
    return clipped, _norm(grads)


@same_mistake_as(each_alone)
def each_alone_if_all_are_long(grads, max_norm):
    clipped = [grad * max_norm / (np.linalg.norm(grad) or 1) for grad in grads]
    return (clipped if _norm(grads) > max_norm else grads), _norm(grads)


@misconception(
    "Every entry is cut to [-max_norm, max_norm]. That is clipping by value, which turns the direction of the step "
    "towards the small entries: scale all entries by one factor.",
    caught_by=check_long_gradients_are_shortened_together,
)
def by_value(grads, max_norm):
    return [np.clip(grad, -max_norm, max_norm) for grad in grads], _norm(grads)


@misconception(
    "The gradients always get the norm max_norm, even those that were shorter: near a minimum, where gradients are "
    "small, the steps would never become short. Clip, and do not stretch.",
    caught_by=check_short_gradients_stay,
    worth=0.7,
)
def always_rescaled(grads, max_norm):
    norm = _norm(grads)
    return [grad * max_norm / (norm or 1) for grad in grads], norm


@same_mistake_as(always_rescaled)
def always_rescaled_even_zeros(grads, max_norm):
    with np.errstate(invalid="ignore"):
        return [grad * (max_norm / np.float64(_norm(grads) or np.nan)) for grad in grads], _norm(grads)


@misconception(
    "The norm that is returned is the one after clipping. It is max_norm whenever it matters; the one before shows "
    "whether and how much was clipped.",
    caught_by=check_norm_before_clipping,
    worth=0.8,
)
def norm_afterwards(grads, max_norm):
    clipped, norm = solution(grads, max_norm)
    return clipped, min(norm, max_norm)


@misconception(
    "The root is missing: the sum of squares is taken for the norm.",
    caught_by=check_norm_before_clipping,
)
def root_forgotten(grads, max_norm):
    square = _norm(grads) ** 2
    return _shortened(grads, max_norm, square), square


@misconception(
    "The norms of the arrays are added. Lengths at right angles add as squares: the root of the sum of the squared "
    "norms.",
    caught_by=check_norm_before_clipping,
)
def norms_added(grads, max_norm):
    norm = float(sum(np.linalg.norm(grad) for grad in grads))
    return _shortened(grads, max_norm, norm), norm


@misconception(
    "The largest of the arrays' norms is taken for the joint one. All entries count.",
    caught_by=check_norm_before_clipping,
)
def largest_norm(grads, max_norm):
    norm = float(max(np.linalg.norm(grad) for grad in grads))
    return _shortened(grads, max_norm, norm), norm


@misconception(
    "The squares are averaged, not added. A mean makes the bound depend on how many parameters there are.",
    caught_by=check_norm_before_clipping,
)
def mean_for_sum(grads, max_norm):
    norm = _norm(grads) / sum(grad.size for grad in grads) ** 0.5
    return _shortened(grads, max_norm, norm), norm


@misconception(
    "Whole numbers stay whole: the clipped gradients are put into arrays of the original dtype, where 0.6 becomes 0.",
    caught_by=check_zeros_and_whole_numbers,
    worth=0.9,
)
def rounded_to_whole_numbers(grads, max_norm):
    clipped, norm = solution(grads, max_norm)
    return [np.array(new, dtype=grad.dtype) for new, grad in zip(clipped, grads)], norm


@misconception(
    "The squares overflow where the gradients are whole numbers of few bits: 99 times 99 does not fit into 8 bits. "
    "Square floats.",
    caught_by=check_zeros_and_whole_numbers,
    worth=0.9,
)
def squares_overflow(grads, max_norm):
    norm = float(np.sqrt(sum(np.sum(np.square(grad)) for grad in grads)))
    return _shortened(grads, max_norm, norm), norm


@misconception(
    "The norm of a matrix is taken as `np.linalg.norm(grad, 2)` defines it: its largest singular value. What counts "
    "here is the root of the sum of the squares of its entries, which is the norm of the flattened matrix.",
    caught_by=check_norm_before_clipping,
)
def spectral_norm(grads, max_norm):
    norm = float(np.sqrt(sum(np.linalg.norm(grad, 2) ** 2 for grad in grads)))
    return _shortened(grads, max_norm, norm), norm


@misconception(
    "The gradients are changed in place (`grad *= factor`, or `grads[i] = ...`). The caller may still need them: make "
    "a new list of new arrays.",
    caught_by=check_long_gradients_are_shortened_together,
    worth=0.85,
    said_by="grads must not be changed in place",
)
def changed_in_place(grads, max_norm):
    clipped, norm = solution(grads, max_norm)
    for grad, new in zip(grads, clipped):
        grad[...] = new
    return [grad.copy() for grad in grads], norm


@misconception(
    "The norm is divided by without a check for 0: if all gradients are 0, nan comes out and spreads to all weights.",
    caught_by=check_zeros_and_whole_numbers,
    worth=0.9,
    said_by=NUMBERS,
)
def zero_divided(grads, max_norm):
    norm = _norm(grads)
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.minimum(1.0, np.float64(max_norm) / norm)
        return [np.nan * grad if norm == 0 else grad * factor for grad in grads], norm


@same_mistake_as(zero_divided)
def zero_divided_in_another_way(grads, max_norm):
    norm = _norm(grads)
    with np.errstate(invalid="ignore", divide="ignore"):
        return [np.asarray(grad) / norm * min(norm, max_norm) for grad in grads], norm


@misconception(
    "A small number is added to the norm, or is a lower bound on it, to guard against a division by 0. Tiny gradients "
    "then come out much too short: only a norm of 0 needs a special rule.",
    caught_by=check_zeros_and_whole_numbers,
    worth=0.9,
    said_by=TINY,
)
def epsilon_added(grads, max_norm):
    norm = _norm(grads)
    return [grad * min(1, max_norm / (norm + 1e-6)) for grad in grads], norm


@neighbour("the norm is squared where it is compared with max_norm")
def square_compared(grads, max_norm):
    norm = _norm(grads)
    return [grad * (max_norm / norm if norm**2 > max_norm else 1) for grad in grads], norm


@neighbour("the factor is applied twice")
def factor_twice(grads, max_norm):
    clipped, norm = solution(grads, max_norm)
    return _shortened(clipped, max_norm, norm), norm


@neighbour("only the longest array is shortened")
def only_the_longest(grads, max_norm):
    norm, longest = _norm(grads), max(range(len(grads)), key=lambda i: np.linalg.norm(grads[i]))
    factor = min(1, max_norm / (norm or 1))
    return [grad * (factor if i == longest else 1) for i, grad in enumerate(grads)], norm


@neighbour("gradients that are too long are set to 0, as if the step were left out")
def left_out(grads, max_norm):
    norm = _norm(grads)
    return [grad * (norm <= max_norm) for grad in grads], norm


@alternative("one long vector, cut up again")
def one_vector(grads, max_norm):
    flat = np.concatenate([np.ravel(grad).astype(float) for grad in grads])
    norm = np.sqrt(flat @ flat)
    if norm > max_norm:
        flat = flat * (max_norm / norm)
    cuts = np.cumsum([grad.size for grad in grads])[:-1]
    return [part.reshape(grad.shape) for part, grad in zip(np.split(flat, cuts), grads)], norm


@alternative("the norm of the arrays' norms")
def norm_of_norms(grads, max_norm):
    norm = np.linalg.norm([np.linalg.norm(grad) for grad in grads])
    return [grad * min(max_norm / max(norm, 1e-300), 1.0) for grad in grads], norm


@alternative("the same arrays handed back where nothing is to be clipped")
def as_they_came(grads, max_norm):
    norm = sum(float((np.asarray(grad, float) ** 2).sum()) for grad in grads) ** 0.5
    return (grads if norm <= max_norm else [max_norm / norm * grad for grad in grads]), norm


def _grads(rng, shapes):
    """Return gradients of norms from small to large: what holds for one array must not hold for all."""
    return [rng.uniform(0.5, 2, shape) * rng.choice([-1.0, 1.0], shape) * 2.0**i for i, shape in enumerate(shapes)]


def _shortened(grads, max_norm, norm):
    """Return gradients scaled down as if that were their norm."""
    return [grad * min(1, max_norm / (norm or 1)) for grad in grads]


def _norm(grads):
    return float(np.sqrt(sum(np.sum(np.square(grad, dtype=float)) for grad in grads)))


def _compare(clipped, expected, sentence):
    equal(len(clipped), len(expected), COUNT)
    for found, right in zip(clipped, expected):
        close(found, right, sentence)
