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
    """In training every survivor is a / keep_prob, and every other entry is 0."""
    a = rng.standard_normal((40, 50))
    out, kept = inverted_dropout(a, 0.8, rng=_source(rng), train=True)
    equal(kept.shape, a.shape, "the mask must have the shape of a")
    require(kept.any() and not kept.all(), "in training some entries must be kept and some dropped")
    require(out.shape == a.shape and (out != a * kept).any(), "a survivor must not stay as it was")
    close(out, np.where(kept, a / 0.8, 0), "a survivor must be divided by keep_prob, and every other entry must be 0")


def check_each_mask_is_drawn_anew(inverted_dropout, rng):
    """Each entry is kept with probability keep_prob, with a mask for each example and each step, drawn from rng."""
    a, source = np.ones((30, 40)), _source(rng)
    (_, first), (_, second) = (inverted_dropout(a, 0.7, rng=source, train=True) for _ in range(2))
    equal(first.shape, a.shape, "the mask must have the shape of a")
    require(
        abs(first.mean() - 0.7) < 6 * np.sqrt(0.7 * 0.3 / a.size) or _repeats(first),
        "the share of entries that are kept must be keep_prob",
        keep_prob=0.7,
        share=first.mean(),
    )
    require(not _repeats(first), "the examples of a batch must not share one mask")
    require((first != second).any(), "the next step must draw a new mask")
    seed = rng.integers(2**32)
    one, other = (inverted_dropout(a, 0.7, rng=default_rng(seed), train=True)[1] for _ in range(2))
    equal(one, other, "all randomness must come from rng: the same rng must give the same mask")


def check_evaluation_changes_nothing(inverted_dropout, rng):
    """After a training pass that drops, the evaluation pass gives back a, with a mask that is all True."""
    a = rng.uniform(1, 2, (30, 20))
    trained, _ = inverted_dropout(a.copy(), 0.6, rng=_source(rng), train=True)
    equal(trained.shape, a.shape, "the output must have the shape of a")
    require((trained == 0).any(), "in training some entries must be dropped")
    out, kept = inverted_dropout(a, 0.6, rng=_source(rng), train=False)
    equal(out.shape, a.shape, "the output must have the shape of a")
    require((out != 0).all(), "in evaluation nothing must be dropped")
    close(out, a, "in evaluation the output must be a, not scaled")
    equal(kept, np.ones(a.shape, bool), "in evaluation the mask must be all True")


@hidden
def check_mean_and_spread_over_masks(inverted_dropout, rng):
    """Over masks the output has mean a, which evaluation gives, and variance a² (1 - keep_prob) / keep_prob."""
    q, steps, n = 0.6, 20, 20
    a = np.tile(rng.uniform(1, 2, 30), (n, 1))
    before, source = a.copy(), _source(rng)
    passes = [inverted_dropout(a, q, rng=source, train=True)[0] for _ in range(steps)]
    for out in passes:
        equal(out.shape, a.shape, "the output must have the shape of a")
    out = np.concatenate(passes)
    sigma = before[0] * np.sqrt((1 - q) / q / len(out))
    # Root mean square over 30 neurons: 2 is 1e-12 away for independent masks, and 4.5 is usual where masks are shared.
    off = np.sqrt(np.mean(((out.mean(axis=0) - before[0]) / sigma) ** 2))
    require(off < 2, "the mean of the output over many masks must be a", standard_errors_away=off)
    ratio = out.std() / np.sqrt(np.mean(before[0] ** 2) / q - before[0].mean() ** 2)
    require(abs(ratio - 1) < 0.05, "the output must vary from mask to mask", measured_over_expected=ratio)
    evaluated, _ = inverted_dropout(a, q, rng=source, train=False)
    close(evaluated, before, "the evaluation pass must give the mean over masks, which is a")


def _source(rng):
    return default_rng(rng.integers(2**32))


def _repeats(kept):
    """Whether all examples have the same mask; the share of entries kept then says little."""
    return bool((kept == kept[0]).all() and kept[0].any() and not kept[0].all())


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
    caught_by=check_each_mask_is_drawn_anew,
)
def keep_and_drop_swapped(a, keep_prob, *, rng, train):
    kept = rng.random(a.shape) >= keep_prob if train else np.ones(a.shape, bool)
    return (a * kept / keep_prob if train else a.copy()), kept


@misconception(
    "Survivors are divided by 1 - keep_prob, the share that is dropped. Divide by the share that stays: of q times as "
    "many neurons each must count 1 / q times as much.",
    caught_by=check_mean_and_spread_over_masks,
)
def divided_by_the_dropped_share(a, keep_prob, *, rng, train):
    kept = rng.random(a.shape) < keep_prob if train else np.ones(a.shape, bool)
    return (a * kept / (1 - keep_prob) if train else a.copy()), kept


@misconception(
    "The whole function is that of the drop probability: entries are dropped with probability keep_prob, and the "
    "survivors divided by 1 - keep_prob. Right for PyTorch's p, but here the argument is the probability to keep.",
    caught_by=check_each_mask_is_drawn_anew,
)
def takes_the_drop_probability(a, keep_prob, *, rng, train):
    kept = rng.random(a.shape) >= keep_prob if train else np.ones(a.shape, bool)
    return (a * kept / (1 - keep_prob) if train else a.copy()), kept


@misconception(
    "The mask that is returned is True where an entry was dropped. It must be True where it was kept: the backward "
    "pass lets the gradient through there.",
    caught_by=check_survivors_are_rescaled,
)
def mask_of_the_dropped(a, keep_prob, *, rng, train):
    if not train:
        return a.copy(), np.zeros(a.shape, bool)
    dropped = rng.random(a.shape) >= keep_prob
    return np.where(dropped, 0, a / keep_prob), dropped


@misconception(
    "The mask that is returned already holds 1 / keep_prob. Keep the mask boolean, and divide when it is applied: the "
    "backward pass divides as well.",
    caught_by=check_survivors_are_rescaled,
)
def mask_holds_the_scale(a, keep_prob, *, rng, train):
    if not train:
        return a.copy(), np.ones(a.shape)
    scaled = (rng.random(a.shape) < keep_prob) / keep_prob
    return a * scaled, scaled


@misconception(
    "One mask is drawn for the whole batch, so that all examples lose the same neurons. Draw a mask of the shape of a.",
    caught_by=check_each_mask_is_drawn_anew,
)
def one_mask_for_the_batch(a, keep_prob, *, rng, train):
    row = rng.random(a.shape[1:]) < keep_prob if train else np.ones(a.shape[1:], bool)
    kept = np.broadcast_to(row, a.shape).copy()
    return (a * kept / keep_prob if train else a.copy()), kept


@misconception(
    "The mask is drawn from a generator that is seeded inside the function, so that every step drops the same neurons, "
    "and these never learn. Draw from the rng that is handed in.",
    caught_by=check_each_mask_is_drawn_anew,
)
def reseeded_each_step(a, keep_prob, *, rng, train):
    kept = default_rng(0).random(a.shape) < keep_prob if train else np.ones(a.shape, bool)
    return (a * kept / keep_prob if train else a.copy()), kept


@misconception(
    "The mask is drawn from NumPy's global generator, so that nobody who runs this again sees what you saw. Draw from "
    "the rng that is handed in.",
    caught_by=check_each_mask_is_drawn_anew,
    worth=0.75,  # it is dropout, only not a repeatable one
    said_by="all randomness must come from rng: the same rng must give the same mask",
)
def another_source_of_randomness(a, keep_prob, *, rng, train):
    kept = default_rng().random(a.shape) < keep_prob if train else np.ones(a.shape, bool)
    return (a * kept / keep_prob if train else a.copy()), kept


@misconception(
    "Neurons are dropped in evaluation too, so that predictions are random. Drop only while train is True.",
    caught_by=check_evaluation_changes_nothing,
)
def active_in_evaluation(a, keep_prob, *, rng, train):
    kept = rng.random(a.shape) < keep_prob
    return a * kept / keep_prob, kept


@misconception(
    "The output is multiplied by keep_prob in evaluation, as in the first paper on dropout, though the survivors were "
    "already divided by it in training. One of the two is enough; inverted dropout leaves evaluation alone.",
    caught_by=check_evaluation_changes_nothing,
)
def scaled_again_in_evaluation(a, keep_prob, *, rng, train):
    if not train:
        return a * keep_prob, np.ones(a.shape, bool)
    kept = rng.random(a.shape) < keep_prob
    return a * kept / keep_prob, kept


@misconception(
    "The input array is overwritten (`a *= mask`), and the caller, who still needs it for the backward pass, loses it. "
    "Make a new array.",
    caught_by=check_survivors_are_rescaled,
    worth=0.75,
    said_by="a must not be changed in place",
)
def changed_in_place(a, keep_prob, *, rng, train):
    kept = rng.random(a.shape) < keep_prob if train else np.ones(a.shape, bool)
    if train:
        a *= kept
        a /= keep_prob
    return a, kept


@alternative("a loop over the entries")
def looped(a, keep_prob, *, rng, train):
    out, kept = a.copy(), np.ones(a.shape, bool)
    for place in np.ndindex(a.shape) if train else ():
        kept[place] = rng.random() < keep_prob
        out[place] = a[place] / keep_prob if kept[place] else 0
    return out, kept


@alternative("kept by a binomial draw, and the input itself given back in evaluation")
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


@alternative("the share that is kept is exact: a random choice of the entries to drop")
def exact_share(a, keep_prob, *, rng, train):
    kept = np.ones(a.size, bool)
    if train:
        kept[rng.permutation(a.size)[: round(a.size * (1 - keep_prob))]] = False
    kept = kept.reshape(a.shape)
    return (a * kept / keep_prob if train else a.copy()), kept
