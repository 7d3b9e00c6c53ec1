"""Write inverted dropout: drop at random in training, rescale the survivors, and leave evaluation alone."""

import numpy as np

from autograder.authoring import alternative, array, close, default_rng, equal, hidden, mask, misconception, require
from dnnkit.dropout import inverted_dropout as solution

points = 4
returns = (array, mask)
hints = (
    "Draw one uniform number for each entry of `a`: an entry is kept where its number is below keep_prob.",
    "Multiplying by a boolean mask sets the dropped entries to zero; what must the others be divided by?",
    "In evaluation nothing is drawn: return a copy of `a` and a mask of its shape in which all is True.",
)


def check_survivors_are_rescaled(inverted_dropout, rng):
    """Every survivor is a / keep_prob, and every other entry is 0."""
    a = rng.standard_normal((6, 5))
    out, kept = inverted_dropout(a, 0.8, rng=default_rng(rng.integers(2**32)), train=True)
    equal(kept.shape, a.shape, "the mask must have the shape of a")
    close(out, np.where(kept, a / 0.8, 0), "a survivor must be divided by keep_prob, and the others must be 0")


def check_share_kept_is_keep_prob(inverted_dropout, rng):
    """The share of entries that are kept is keep_prob."""
    for keep_prob in (0.3, 0.9):
        _, kept = inverted_dropout(np.ones((500, 8)), keep_prob, rng=default_rng(rng.integers(2**32)), train=True)
        sigma = np.sqrt(keep_prob * (1 - keep_prob) / kept.size)
        require(
            abs(kept.mean() - keep_prob) < 6 * sigma,
            "the share of entries that are kept must be keep_prob",
            keep_prob=keep_prob,
            share=kept.mean(),
        )


def check_masks_are_fresh(inverted_dropout, rng):
    """Each example and each step has a mask of its own."""
    a, source = np.ones((20, 30)), default_rng(rng.integers(2**32))
    (_, first), (_, second) = (inverted_dropout(a, 0.5, rng=source, train=True) for _ in range(2))
    equal(first.shape, a.shape, "the mask must have the shape of a")
    require((first != first[0]).any(), "the examples of a batch must not share one mask")
    require((first != second).any(), "the next step must draw a new mask from rng")


def check_evaluation_changes_nothing(inverted_dropout, rng):
    """In evaluation the output is a and the mask is all True; a itself is never changed."""
    a = rng.standard_normal((4, 3))
    before = a.copy()
    inverted_dropout(a, 0.6, rng=default_rng(rng.integers(2**32)), train=True)
    equal(a, before, "the input must not be changed in place")
    out, kept = inverted_dropout(a, 0.6, rng=default_rng(rng.integers(2**32)), train=False)
    close(out, a, "in evaluation the output must be a")
    equal(kept, np.ones(a.shape, bool), "in evaluation the mask must be all True")


@hidden
def check_mean_is_kept(inverted_dropout, rng):
    """On average over masks the output is a."""
    a, q, out = _many(inverted_dropout, rng, keep_prob=0.7)
    sigma = np.abs(a) * np.sqrt((1 - q) / q / len(out))
    off = np.max(np.abs(out.mean(axis=0) - a) / sigma)
    require(off < 6, "the mean of the output over many masks must be a", standard_errors_away=off)


@hidden
def check_spread_grows_as_it_must(inverted_dropout, rng):
    """The variance over masks is a² (1 - keep_prob) / keep_prob."""
    a, q, out = _many(inverted_dropout, rng, keep_prob=0.4)
    ratio = out.var(axis=0) / (a**2 * (1 - q) / q)
    require(
        np.all(np.abs(ratio - 1) < 0.2),
        "the variance of the output over many masks must be a squared times (1 - keep_prob) / keep_prob",
        smallest_ratio=ratio.min(),
        largest_ratio=ratio.max(),
    )


def _many(inverted_dropout, rng, keep_prob):
    """Return a row of activations, keep_prob, and its output under 4,000 masks."""
    a = rng.uniform(1, 2, 6)
    rows = np.tile(a, (4000, 1))
    out, _ = inverted_dropout(rows, keep_prob, rng=default_rng(rng.integers(2**32)), train=True)
    equal(out.shape, rows.shape, "the output must have the shape of a")
    return a, keep_prob, out


@misconception(
    "Survivors are not rescaled. The layer's output then shrinks to keep_prob of what it was, on average, and the next "
    "layer sees other inputs in training than in evaluation: divide the survivors by keep_prob.",
    caught_by=check_survivors_are_rescaled,
)
def no_rescale(a, keep_prob, *, rng, train):
    kept = rng.random(a.shape) < keep_prob if train else np.ones(a.shape, bool)
    return a * kept, kept


@misconception(
    "keep_prob is used as the probability to drop. It is the probability to keep: PyTorch's p is 1 - keep_prob.",
    caught_by=check_share_kept_is_keep_prob,
)
def keep_and_drop_swapped(a, keep_prob, *, rng, train):
    kept = rng.random(a.shape) >= keep_prob if train else np.ones(a.shape, bool)
    return a * kept / keep_prob, kept


@misconception(
    "Survivors are divided by the share that is dropped, 1 - keep_prob. Divide by the share that stays.",
    caught_by=check_mean_is_kept,
)
def divided_by_the_dropped_share(a, keep_prob, *, rng, train):
    kept = rng.random(a.shape) < keep_prob if train else np.ones(a.shape, bool)
    return (a * kept / (1 - keep_prob) if train else a.copy()), kept


@misconception(
    "One mask is drawn for the whole batch, so that all examples lose the same neurons. Draw a mask of the shape of a.",
    caught_by=check_spread_grows_as_it_must,
)
def one_mask_for_the_batch(a, keep_prob, *, rng, train):
    row = rng.random(a.shape[1:]) < keep_prob if train else np.ones(a.shape[1:], bool)
    kept = np.broadcast_to(row, a.shape).copy()
    return (a * kept / keep_prob if train else a.copy()), kept


@misconception(
    "The mask is drawn from a generator that is seeded inside the function, so that every step drops the same neurons "
    "and the rest of the network is never trained without them. Draw from the rng that is handed in.",
    caught_by=check_masks_are_fresh,
    worth=0.85,
)
def reseeded_each_step(a, keep_prob, *, rng, train):
    kept = default_rng(0).random(a.shape) < keep_prob if train else np.ones(a.shape, bool)
    return (a * kept / keep_prob if train else a.copy()), kept


@misconception(
    "Neurons are dropped in evaluation too, so that predictions are random. Drop only while train is True.",
    caught_by=check_evaluation_changes_nothing,
    worth=0.85,
)
def active_in_evaluation(a, keep_prob, *, rng, train):
    kept = rng.random(a.shape) < keep_prob
    return a * kept / keep_prob, kept


@misconception(
    "The output is multiplied by keep_prob in evaluation, as in the first paper on dropout, though the survivors were "
    "already divided by it in training. One of the two is enough; inverted dropout leaves evaluation alone.",
    caught_by=check_evaluation_changes_nothing,
    worth=0.85,
)
def scaled_again_in_evaluation(a, keep_prob, *, rng, train):
    if not train:
        return a * keep_prob, np.ones(a.shape, bool)
    kept = rng.random(a.shape) < keep_prob
    return a * kept / keep_prob, kept


@misconception(
    "The input array is overwritten (`a *= mask`), and the caller, who still needs it for the backward pass, loses it. "
    "Make a new array.",
    caught_by=check_evaluation_changes_nothing,
    worth=0.85,
)
def changed_in_place(a, keep_prob, *, rng, train):
    kept = rng.random(a.shape) < keep_prob if train else np.ones(a.shape, bool)
    a *= kept
    if train:
        a /= keep_prob
    return a, kept


@alternative("a loop over the entries")
def looped(a, keep_prob, *, rng, train):
    out, kept = a.copy(), np.ones(a.shape, bool)
    for place in np.ndindex(a.shape) if train else ():
        kept[place] = rng.random() < keep_prob
        out[place] = a[place] / keep_prob if kept[place] else 0
    return out, kept


@alternative("kept with probability keep_prob by a binomial draw")
def binomial(a, keep_prob, *, rng, train):
    if not train:
        return a, np.ones_like(a, dtype=bool)
    kept = rng.binomial(1, keep_prob, size=a.shape).astype(bool)
    return np.where(kept, a / keep_prob, 0), kept
