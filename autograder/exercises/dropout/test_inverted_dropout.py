"""Write a test that tells right implementations of inverted dropout from wrong ones."""

import numpy as np

from autograder.authoring import alternative, lazy

tests = "inverted_dropout"
points = 3
leaves_out = {"normal_numbers": "at keep_prob 0.8, which the hints suggest, it keeps 79%: no sound bound can tell"}
hints = (
    "Write down what the exercise promises, a line for each: what becomes of a survivor, of a dropped entry, of a "
    "itself, of the mask, and what changes in evaluation. Each line is an assert.",
    "Randomness is tested on an array with many entries: of 4,000 the share that is kept has a standard deviation of "
    "0.006 around a keep_prob of 0.8, so a bound of 0.05 refuses no right function and finds a wrong one.",
    "Call the function again: once more with the same rng, which must give another mask, and with two rngs of the same "
    "seed, which must give the same mask.",
)


def solution(inverted_dropout):
    a = np.random.default_rng(0).uniform(1, 2, (40, 100))
    a[:, ::10] = 0
    before, rng = a.copy(), np.random.default_rng(1)
    (out, mask), *later = (inverted_dropout(a, 0.8, rng=rng, train=True) for _ in range(4))
    mask = np.asarray(mask)
    assert (a == before).all(), "a was changed"
    assert np.shape(out) == mask.shape == a.shape, "output and mask must have the shape of a"
    assert np.isin(mask, (0, 1)).all(), "the mask must be True or False"
    kept = mask.astype(bool)
    assert np.allclose(out, np.where(kept, a / 0.8, 0)), "survivors are divided by keep_prob, the others are 0"
    assert abs(kept.mean() - 0.8) < 0.05, "the share that is kept must be keep_prob"
    assert kept[a == 0].any(), "an entry that is 0 by itself is kept as often as others"
    assert (kept[0] != kept[1]).any(), "each example needs a mask of its own"
    assert (kept[:, 0] != kept[:, 1]).any(), "each neuron is dropped by itself"
    assert (later[0][1] != mask).any(), "the next step needs another mask"
    assert len({np.sum(other) for _, other in later} | {kept.sum()}) > 1, "the number that is kept must vary"
    _, again = inverted_dropout(a, 0.8, rng=np.random.default_rng(1), train=True)
    assert np.array_equal(again, mask), "the same rng must give the same mask"
    out, mask = inverted_dropout(a, 0.8, rng=rng, train=False)
    assert np.allclose(out, a), "evaluation must leave a as it is"
    assert np.all(mask), "in evaluation nothing is dropped"
    whole = np.arange(1, 101).reshape(10, 10)
    out, mask = inverted_dropout(whole, 0.8, rng=rng, train=True)
    assert np.allclose(out, np.where(mask, whole / 0.8, 0)), "whole numbers are divided too"


@alternative("returns True or False, and looks at entries one by one")
def by_returning(inverted_dropout):
    a, q = np.arange(1.0, 601).reshape(20, 30), 0.6
    first, again, twin = np.random.default_rng(3), np.random.default_rng(3), np.random.default_rng(3)
    out, mask = inverted_dropout(a, q, rng=first, train=True)
    fine = a[0, 0] == 1 and a[-1, -1] == 600 and a.sum() == 600 * 601 / 2
    fine = fine and out.shape == mask.shape == (20, 30)
    for value, kept_or_not, given in zip(np.ravel(out).tolist(), np.ravel(mask).tolist(), np.ravel(a).tolist()):
        fine = fine and kept_or_not in (0, 1) and abs(value - kept_or_not * given / q) < 1e-4 * given
    fine = fine and 0.45 < np.mean(mask) < 0.75
    fine = fine and len({tuple(map(bool, row)) for row in mask}) == 20
    masks = [np.asarray(inverted_dropout(a, q, rng=rng, train=True)[1]) for rng in (again, twin, twin)]
    fine = fine and np.array_equal(masks[0], masks[1]) and not np.array_equal(masks[1], masks[2])
    fine = fine and len({tuple(map(bool, column)) for column in np.transpose(mask)}) > 1
    fine = fine and len({int(np.sum(inverted_dropout(a, q, rng=first, train=True)[1])) for _ in range(8)}) > 1
    whole = np.array([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]] * 20)
    quotients, kept = inverted_dropout(whole, q, rng=first, train=True)
    fine = fine and np.allclose(quotients, np.where(kept, whole / q, 0)) and bool(np.any(np.asarray(kept)[:, 0]))
    out, mask = inverted_dropout(a, q, rng=first, train=False)
    return bool(fine and np.allclose(out, np.arange(1.0, 601).reshape(20, 30)) and np.all(mask))


@lazy("Only the shapes are compared.")
def shapes_alone(inverted_dropout):
    a = np.ones((20, 30))
    for train in (True, False):
        out, mask = inverted_dropout(a, 0.8, rng=np.random.default_rng(0), train=train)
        assert np.shape(out) == np.shape(mask) == a.shape


@lazy("It only checks that the function runs.")
def runs_at_all(inverted_dropout):
    inverted_dropout(np.ones((2, 3)), 0.5, rng=np.random.default_rng(0), train=True)


@lazy("One output, for one seed, is compared with an earlier one: a right answer may draw its numbers differently.")
def golden_numbers(inverted_dropout):
    out, _ = inverted_dropout(np.ones((2, 3)), 0.5, rng=np.random.default_rng(2), train=True)
    assert np.array_equal(out, [[2, 2, 0], [2, 0, 0]])
