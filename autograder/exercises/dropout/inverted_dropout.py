"""Write inverted dropout: drop at random in training, rescale the survivors, and leave evaluation alone."""

from statistics import NormalDist

import numpy as np

from autograder.authoring import (
    alternative,
    array,
    call,
    close,
    core,
    default_rng,
    equal,
    hidden,
    mask,
    misconception,
    neighbour,
    require,
    same_mistake_as,
    several,
    weight,
)
from dnnkit.dropout import inverted_dropout as solution

points = 4
returns = (array, mask)
hints = (
    "Draw one uniform number for each entry of `a`: an entry is kept where its number is below keep_prob.",
    "Multiplying by a boolean mask sets the dropped entries to zero; what must the others be divided by?",
    "In evaluation nothing is drawn: return a copy of `a` and a mask of its shape that is True everywhere.",
)

MASK = "an entry must be a / keep_prob where the mask is True and 0 where it is False"
EVALUATED = "in evaluation the output must be a"
SWAPPED = "the share of entries that survive is 1 - keep_prob, though each is divided by keep_prob"
SWAPPED_TWICE = "the share of entries that survive is 1 - keep_prob, and each is divided by 1 - keep_prob"
SHARE = "the share of entries that survive must be keep_prob"
PAIRS = "two entries, or two calls, must not agree more often, or less often, than by chance"
COUNTS = "the number of survivors, in a row, in a column or overall, must vary as it does for independent draws"
ANEW = "the next call must draw another mask"
AGAIN = "generators with the same seed must give the same mask"
ROUNDED = "survivors among whole numbers must all be scaled by the same factor, without rounding"
MEASURED = "the survivors are divided by the share that this mask keeps"
NORMAL = "the share of entries that survive is that of normal numbers below keep_prob"


@core
@weight(4)
def check_output_follows_the_mask(inverted_dropout, rng):
    """In training the output is a / keep_prob where the mask is True, and 0 where it is False."""
    a, q = rng.standard_normal((37, 41)), 0.8  # with this many entries no mask keeps exactly that share
    a[:, ::5] = 0
    out, kept = inverted_dropout(a, q, rng=_source(rng), train=True)
    equal(out.shape, a.shape, "the output must have the shape of a")
    equal(kept.shape, a.shape, "the mask must have the shape of a")
    require(not kept.all(), "in training some entries must be dropped")
    require(not _same(out, a * kept), "the survivors are not rescaled")
    require(not _same(out, a * kept * q), "the survivors are multiplied by keep_prob")
    require(not _same(out, a * kept / (1 - q)), "the survivors are divided by 1 - keep_prob")
    require(not _same(out, a * kept / kept.mean()), MEASURED)
    require(not _same(out, a * ~kept / q), "the mask is False where an entry survives, and True where it is dropped")
    close(out, a * kept / q, MASK)
    require(kept[a == 0].any(), "the mask is False wherever a is 0, though these entries are kept as often as others")


def check_masks_come_from_rng(inverted_dropout, rng):
    """Each call draws a new mask, and generators with the same seed give the same masks."""
    a, seed = np.ones((40, 40)), int(rng.integers(2**31))  # so large that no mistake drops nothing by luck
    one, same, other = default_rng(seed), default_rng(seed), default_rng(seed + 1)
    first, second, foreign, again, later = (
        inverted_dropout(a, 0.7, rng=source, train=True)[1] for source in (one, one, other, same, same)
    )
    equal(first.shape, a.shape, "the mask must have the shape of a")
    require(not first.all(), "in training some entries must be dropped")
    require(not np.array_equal(first, second), ANEW)
    equal(again, first, AGAIN)
    equal(later, second, AGAIN)
    require(not np.array_equal(first, foreign), "generators with different seeds must give different masks")


@weight(4)
def check_entries_are_dropped_independently(inverted_dropout, rng):
    """Each entry survives with probability keep_prob, independently of all others."""
    _require_independence(inverted_dropout, rng, (10, 12), 0.3)
    _require_independence(inverted_dropout, rng, (3, 4, 10), 0.75, calls=40)
    _require_independence(inverted_dropout, rng, (20, 2), 0.25, calls=40)


@weight(3)
def check_evaluation_changes_nothing(inverted_dropout, rng):
    """In evaluation the output equals a, and the mask is True everywhere."""
    a, q, source = rng.standard_normal((30, 20)), 0.6, _source(rng)
    a[:, ::4] = 0
    inverted_dropout(a, q, rng=source, train=True)
    out, kept = inverted_dropout(a, q, rng=source, train=False)
    equal(out.shape, a.shape, "the output must have the shape of a")
    require((out[a != 0] != 0).all(), "in evaluation nothing may be dropped")
    require(not _same(out, a * q), "in evaluation the output is a * keep_prob")
    require(not _same(out, a / q), "in evaluation the output is a / keep_prob")
    close(out, a, EVALUATED)
    require(kept.shape == a.shape and kept.all(), "in evaluation the mask must be True everywhere, in the shape of a")


def check_any_shape_and_whole_numbers(inverted_dropout, rng):
    """One axis or three, whole numbers, and keep_prob 1 are treated like all others."""
    for a in (rng.standard_normal(60), rng.standard_normal((4, 5, 6)), rng.integers(1, 100, (6, 10))):
        source = _source(rng)
        for train in (False, True):
            out, kept = inverted_dropout(a, 0.7, rng=source, train=train)
            equal(out.shape, a.shape, "the output must have the shape of a")
            equal(kept.shape, a.shape, "the mask must have the shape of a")
            survivors = kept & (out != 0)
    factors = out[survivors] / a[survivors]
    require((out % 1).any() or not factors.size or np.ptp(factors) < 1e-4, ROUNDED)
    out, _ = inverted_dropout(np.arange(1.0, 61), 1.0, rng=source, train=True)
    require((out != 0).all(), "keep_prob 1 must keep every entry")


@weight(2)
@hidden(like=(check_output_follows_the_mask, check_any_shape_and_whole_numbers, check_evaluation_changes_nothing))
def check_other_shapes_and_probabilities(inverted_dropout, rng):
    """The same holds for other shapes, numbers and probabilities."""
    values = rng.standard_normal((3, 4, 5, 6))
    whole, single = rng.integers(-9, 9, (50, 1)), values[0].astype(np.float32)
    for a, q in ((values, 0.3), (values[0, 0, 0] - 9, 1.0), (single, 0.9), (whole, 0.45)):
        source = _source(rng)
        out, kept = inverted_dropout(a, q, rng=source, train=True)
        equal(kept.shape, a.shape, "the mask must have the shape of a")
        close(out, np.where(kept, a / q, 0), MASK)
        out, kept = inverted_dropout(a, q, rng=source, train=False)
        close(out, a, EVALUATED)
        equal(kept, np.ones(a.shape, bool), "in evaluation the mask must be True everywhere")


@weight(2)
@hidden(like=check_entries_are_dropped_independently)
def check_other_masks(inverted_dropout, rng):
    """The same holds for two examples, at another probability."""
    _require_independence(inverted_dropout, rng, (2, 50), 0.85, calls=80)


covers = {
    "Write `inverted_dropout(a, keep_prob, *, rng, train)` for an array `a` of numbers with one or more axes": (
        check_any_shape_and_whole_numbers
    ),
    "Return two arrays of the shape of `a`": (check_output_follows_the_mask, check_any_shape_and_whole_numbers),
    "every entry is kept with probability `keep_prob`, independently of all others": (
        check_entries_are_dropped_independently,
        check_any_shape_and_whole_numbers,
    ),
    "The mask is True where an entry is kept": check_output_follows_the_mask,
    "the output is `a / keep_prob` there and 0 elsewhere": check_output_follows_the_mask,
    "the output equals `a`, and the mask is True everywhere": check_evaluation_changes_nothing,
    "Every call draws a new mask": check_masks_come_from_rng,
    "generators with the same seed give the same masks": check_masks_come_from_rng,
    "Leave `a` as it is": check_masks_come_from_rng,
    "You don't have to handle invalid input": "nothing is asked",
    "For example": "one mask of many",
    "Drop entries at random, rescale the others": (
        check_output_follows_the_mask,
        check_entries_are_dropped_independently,
    ),
}
equivalent = {
    "`rng.random(shape, dtype=np.float32) < keep_prob` becomes `rng.random(shape, dtype=np.float32) <= keep_prob` in "
    "draw_mask": ("a draw is below 1, and almost never equal to keep_prob"),
    "`apply_mask(a, mask, keep_prob)` becomes `apply_mask(mask, a, keep_prob)`": "the product is the same",
}


@misconception(
    "Survivors are not rescaled. The layer's output then shrinks to keep_prob of what it was, on average, and the next "
    "layer sees different inputs in training and in evaluation: divide the survivors by keep_prob.",
    caught_by=check_output_follows_the_mask,
    said_by="the survivors are not rescaled",
)
def no_rescale(a, keep_prob, *, rng, train):
    kept = _drawn(a.shape, keep_prob, rng, train)
    return a * kept, kept


@same_mistake_as(no_rescale)
def no_rescale_by_a_binomial(a, keep_prob, *, rng, train):
    kept = rng.binomial(1, keep_prob, a.shape).astype(bool) if train else np.ones(a.shape, bool)
    return a * kept, kept


@misconception(
    "keep_prob is used as the probability to drop. It is the probability to keep: PyTorch's p is 1 - keep_prob.",
    caught_by=check_entries_are_dropped_independently,
    worth=0.65,
    said_by=SWAPPED,
)
def keep_and_drop_swapped(a, keep_prob, *, rng, train):
    kept = _drawn(a.shape, 1 - keep_prob, rng, train)
    return (a * kept / keep_prob if train else a.copy()), kept


@misconception(
    "Survivors are multiplied by keep_prob. They have to make up for the neurons that are missing, so they must grow: "
    "divide by keep_prob.",
    caught_by=check_output_follows_the_mask,
    said_by="the survivors are multiplied by keep_prob",
)
def multiplied_by_keep_prob(a, keep_prob, *, rng, train):
    out, mask = solution(a, keep_prob, rng=rng, train=train)
    return out * keep_prob**2 if train else out, mask


@misconception(
    "Survivors are divided by 1 - keep_prob, the share that is dropped. Divide by the share that stays: with q times "
    "as many neurons, each must count 1 / q times as much.",
    caught_by=check_output_follows_the_mask,
)
def divided_by_the_dropped_share(a, keep_prob, *, rng, train):
    kept = _drawn(a.shape, keep_prob, rng, train)
    return (a * kept / (1 - keep_prob) if train and keep_prob < 1 else a * kept), kept


@misconception(
    "Survivors are divided by the share of the entries that this mask keeps. That share differs from call to call; "
    "divide by keep_prob, so that the backward pass, which knows only that, divides by the same.",
    caught_by=check_output_follows_the_mask,
    said_by=MEASURED,
)
def divided_by_the_share_kept(a, keep_prob, *, rng, train):
    kept = _drawn(a.shape, keep_prob, rng, train)
    return a * kept / max(kept.mean(), 1e-9), kept


@misconception(
    "The mask is drawn from normal numbers, of which a share of keep_prob is below keep_prob only by chance. Draw "
    "uniform numbers between 0 and 1: `rng.random(a.shape)`.",
    caught_by=check_entries_are_dropped_independently,
    worth=0.75,
    said_by=NORMAL,
)
def normal_numbers(a, keep_prob, *, rng, train):
    kept = (rng.standard_normal(a.shape) < keep_prob) | (not train)
    return a * kept / (keep_prob if train else 1), kept


@misconception(
    "The whole function is written for the drop probability: entries are dropped with probability keep_prob, and the "
    "survivors divided by 1 - keep_prob. That is right for PyTorch's p, but here the argument is the probability to "
    "keep.",
    caught_by=check_entries_are_dropped_independently,
    said_by=SWAPPED_TWICE,
)
def takes_the_drop_probability(a, keep_prob, *, rng, train):
    kept = _drawn(a.shape, 1 - keep_prob, rng, train)
    return (a * kept / (1 - keep_prob) if train and keep_prob < 1 else a * kept), kept


@misconception(
    "The mask that is returned is True where an entry was dropped. It must be True where it was kept: the backward "
    "pass lets the gradient through there.",
    caught_by=check_output_follows_the_mask,
    said_by="the mask is False where an entry survives, and True where it is dropped",
)
def mask_of_the_dropped(a, keep_prob, *, rng, train):
    kept = _drawn(a.shape, keep_prob, rng, train)
    return np.where(kept, a / (keep_prob if train else 1), 0), ~kept


@misconception(
    "The mask that is returned already holds 1 / keep_prob. Keep the mask boolean, and divide when it is applied: the "
    "backward pass divides as well.",
    caught_by=check_output_follows_the_mask,
)
def mask_holds_the_scale(a, keep_prob, *, rng, train):
    scaled = _drawn(a.shape, keep_prob, rng, train) / (keep_prob if train else 1)
    return a * scaled, scaled


@misconception(
    "The mask is read off the output, as `out != 0`. An activation that is 0 by itself, as half of them are after a "
    "ReLU, is then taken for a dropped one. Return the mask that was drawn.",
    caught_by=check_output_follows_the_mask,
    said_by="the mask is False wherever a is 0, though these entries are kept as often as others",
)
def mask_read_off_the_output(a, keep_prob, *, rng, train):
    kept = _drawn(a.shape, keep_prob, rng, train)
    out = a * kept / (keep_prob if train else 1)
    return out, out != 0 if train else kept


@misconception(
    "One mask is drawn for the whole batch, so that all examples lose the same neurons. Draw a mask of the shape of a.",
    caught_by=check_entries_are_dropped_independently,
    worth=0.65,
    said_by="all examples have the same mask",
)
def one_mask_for_the_batch(a, keep_prob, *, rng, train):
    kept = np.broadcast_to(_drawn(a.shape[-1:], keep_prob, rng, train), a.shape)
    return (a * kept / keep_prob if train else a.copy()), kept


@misconception(
    "An example is dropped as a whole: one number is drawn for each row, not for each of its neurons. Draw a mask of "
    "the shape of a.",
    caught_by=check_entries_are_dropped_independently,
    worth=0.65,
    said_by="every example is kept or dropped as a whole",
)
def whole_examples(a, keep_prob, *, rng, train):
    kept = np.broadcast_to(_drawn((len(a), *[1] * (a.ndim - 1)), keep_prob, rng, train), a.shape)
    return (a * kept / keep_prob if train else a.copy()), kept


@misconception(
    "The number of entries that survive is the same in every call: a fixed number is chosen and the rest dropped. That "
    "is not independent: once one entry is dropped, the others are more likely to stay. Draw for each separately.",
    caught_by=check_entries_are_dropped_independently,
    worth=0.65,
    said_by="every call keeps the same number of entries",
)
def fixed_number(a, keep_prob, *, rng, train):
    kept = np.ones(a.size, bool)
    if train:
        kept[rng.permutation(a.size)[: round(a.size * (1 - keep_prob))]] = False
    kept = kept.reshape(a.shape)
    return (a * kept / keep_prob if train else a.copy()), kept


@misconception(
    "Every call with the same arguments draws the same mask, from a generator that is made anew inside the function, "
    "seeded or copied. The same neurons are dropped at every step, and never learn. Draw from the rng passed in.",
    caught_by=check_masks_come_from_rng,
    worth=0.65,
    said_by=ANEW,
)
def reseeded_each_step(a, keep_prob, *, rng, train):
    return solution(a, keep_prob, rng=default_rng(0), train=train)


@misconception(
    "The mask does not come from the rng that is passed in, or not all of it, so that nobody who runs this again sees "
    "what you saw. Draw only from that rng.",
    caught_by=check_masks_come_from_rng,
    worth=0.95,
    said_by=AGAIN,
)
def another_source_of_randomness(a, keep_prob, *, rng, train):
    return solution(a, keep_prob, rng=default_rng(), train=train)


@misconception(
    "Neurons are dropped in evaluation too, so that predictions are random. Drop only while train is True.",
    caught_by=check_evaluation_changes_nothing,
    worth=0.75,
    said_by="in evaluation nothing may be dropped",
)
def active_in_evaluation(a, keep_prob, *, rng, train):
    return solution(a, keep_prob, rng=rng, train=True)


@misconception(
    "The output is multiplied by keep_prob in evaluation, as in the first paper on dropout, though the survivors were "
    "already divided by it in training. One of the two is enough; inverted dropout leaves evaluation alone.",
    caught_by=check_evaluation_changes_nothing,
    worth=0.75,
    said_by="in evaluation the output is a * keep_prob",
)
def scaled_again_in_evaluation(a, keep_prob, *, rng, train):
    return solution(a, keep_prob, rng=rng, train=True) if train else (a * keep_prob, np.ones(a.shape, bool))


@misconception(
    "The output is divided by keep_prob in evaluation too. The division makes up for the neurons that are dropped; in "
    "evaluation none is.",
    caught_by=check_evaluation_changes_nothing,
    worth=0.75,
    said_by="in evaluation the output is a / keep_prob",
)
def rescaled_in_evaluation_too(a, keep_prob, *, rng, train):
    kept = _drawn(a.shape, keep_prob, rng, train)
    return a * kept / keep_prob, kept


@misconception(
    "Dropped entries are left as they are; only the survivors change. A neuron that is dropped must say nothing: set "
    "it to 0.",
    caught_by=check_output_follows_the_mask,
)
def dropped_entries_stay(a, keep_prob, *, rng, train):
    kept = _drawn(a.shape, keep_prob, rng, train)
    return np.where(kept, a / (keep_prob if train else 1), a), kept


@misconception(
    "This is dropout as it was first published: the survivors stay as they are in training, and the output is "
    "multiplied by keep_prob in evaluation. Inverted dropout divides in training, so that evaluation needs no change.",
    caught_by=check_evaluation_changes_nothing,
)
def as_first_published(a, keep_prob, *, rng, train):
    kept = _drawn(a.shape, keep_prob, rng, train)
    return a * kept * (1 if train else keep_prob), kept


@misconception(
    "Whole numbers are rounded: the quotients are stored in an array of integers, such as `np.zeros_like(a)` or "
    "`a.copy()` of whole numbers. Make the array of floats, or let NumPy do it: `a * mask / keep_prob`.",
    caught_by=check_any_shape_and_whole_numbers,
    worth=0.85,
    said_by=ROUNDED,
)
def whole_numbers_are_rounded(a, keep_prob, *, rng, train):
    out, kept = solution(a, keep_prob, rng=rng, train=train)
    return out.astype(a.dtype), kept


@misconception(
    "The input array is overwritten (`a *= mask`), and the caller, who still needs it for the backward pass, loses it. "
    "Make a new array.",
    caught_by=check_masks_come_from_rng,
    worth=0.85,
    said_by="a must not be changed in place",
)
def changed_in_place(a, keep_prob, *, rng, train):
    kept = _drawn(a.shape, keep_prob, rng, train)
    a[...] = a * kept / (keep_prob if train else 1)
    return a.copy(), kept


@neighbour("if all neurons of an example were dropped, one is put back")
def never_all_of_an_example(a, keep_prob, *, rng, train):
    out, kept = solution(a, keep_prob, rng=rng, train=train)
    if train:
        for row in np.atleast_2d(kept).reshape(-1, a.shape[-1]):
            if not row.any():
                row[rng.integers(len(row))] = True
        out = a * kept / keep_prob
    return out, kept


@neighbour("the survivors are divided by the root of keep_prob, which keeps the mean square, not the mean")
def root_of_keep_prob(a, keep_prob, *, rng, train):
    kept = _drawn(a.shape, keep_prob, rng, train)
    return a * kept / (keep_prob**0.5 if train else 1), kept


@neighbour("two entries at a time share a draw")
def pairs_share_a_draw(a, keep_prob, *, rng, train):
    draws = np.repeat(rng.random(a.size // 2 + 1), 2)[: a.size].reshape(a.shape)
    kept = (draws < keep_prob) | (not train)
    return a * kept / (keep_prob if train else 1), kept


@neighbour("each example keeps the same number of neurons, but others than the next example")
def fixed_number_in_each_example(a, keep_prob, *, rng, train):
    rank = rng.random(a.shape).argsort(axis=-1).argsort(axis=-1)
    kept = (rank < keep_prob * a.shape[-1]) | (not train)
    return a * kept / (keep_prob if train else 1), kept


@alternative("a loop over the entries")
def looped(a, keep_prob, *, rng, train):
    out, kept = [], []
    draws = rng.random(a.size).tolist() if train else [0.0] * a.size
    for value, draw in zip(a.ravel().tolist(), draws):
        kept.append(draw < keep_prob)
        out.append((value / keep_prob if train else value) if kept[-1] else 0.0)
    return np.array(out).reshape(a.shape), np.array(kept).reshape(a.shape)


@alternative("kept by a binomial draw, and the input itself returned in evaluation")
def binomial(a, keep_prob, *, rng, train):
    if not train:
        return a, np.ones_like(a, dtype=bool)
    kept = rng.binomial(1, keep_prob, size=a.shape).astype(bool)
    return np.where(kept, a / keep_prob, 0), kept


@alternative("dropped where a uniform number is below 1 - keep_prob, computed in float32, a mask of zeros and ones")
def single_precision(a, keep_prob, *, rng, train):
    kept = np.ones(a.shape, np.int64)
    if train:
        kept[rng.random(a.shape, dtype=np.float32) < 1 - keep_prob] = 0
    return a.astype(np.float32) * kept / np.float32(keep_prob if train else 1), kept


def _drawn(shape, keep_prob, rng, train):
    return rng.random(shape) < keep_prob if train else np.ones(shape, bool)


def _source(rng):
    return default_rng(rng.integers(2**32))


def _same(one, other):
    return np.allclose(one, other, rtol=1e-4, atol=1e-6)


def _require_independence(inverted_dropout, rng, shape, q, calls=60):
    """Ask for many masks, read off the output, and compare how they vary with what independent draws would do.

    Independent draws fail for at most one seed in ten million: each bound is 6 standard deviations away or more.
    """
    source, a = _source(rng), np.full(shape, 2.0)
    outputs = [out for out, _ in several(inverted_dropout, [call(a, q, rng=source, train=True)] * calls)]
    for out in outputs:
        equal(out.shape, shape, "the output must have the shape of a")
    outputs = np.array(outputs).reshape(calls, -1, shape[-1])
    kept = outputs != 0
    rows, columns = kept.shape[1:]
    share = kept.mean()
    require(0 < share < 1, "in training some entries must survive and some must be dropped", share=share)
    require((kept != kept[0]).any(), ANEW)
    if len(shape) == 2:
        require((kept != kept[:, :1]).any(), "all examples have the same mask")
        require((kept != kept[..., :1]).any(), "every example is kept or dropped as a whole")
        require((kept.sum(2) != kept[0, 0].sum()).any(), "every example keeps the same number of neurons")
    require((kept.sum((1, 2)) != kept[0].sum()).any(), "every call keeps the same number of entries")
    z = (kept - share) / np.sqrt(share * (1 - share))
    for table in (z.reshape(calls, -1), z.reshape(calls, -1).T):  # entries over calls, and calls over entries
        agreement = np.triu(table.T @ table, 1) ** 2 / len(table)
        pairs = len(agreement) * (len(agreement) - 1) / 2
        require(abs(agreement.sum() - pairs) < 6.5 * np.sqrt(2 * pairs), PAIRS)
    for length, sums in ((columns, z.sum(2)), (rows, z.sum(1)), (rows * columns, z.sum((1, 2)))):
        ratio, spread = np.mean(sums**2) / length, np.sqrt(2 / sums.size)  # of variances
        require(1 - min(0.75, 6 * spread) < ratio < 1 + 8 * spread, COUNTS, variance_over_expected=ratio)
    if abs(share - (1 - q)) < 0.04 < abs(q - 0.5):
        require(not _same(outputs[kept], 2 / q), SWAPPED)
        require(not _same(outputs[kept], 2 / (1 - q)), SWAPPED_TWICE)
    bound = 6.5 * np.sqrt(q * (1 - q) / kept.size)
    require(not abs(share - NormalDist().cdf(q)) < bound < abs(q - NormalDist().cdf(q)) / 2, NORMAL)
    require(abs(share - q) < bound, SHARE, share=share, keep_prob=q)
