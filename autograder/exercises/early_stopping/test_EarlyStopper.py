"""Write a test that tells right early stoppers from wrong ones."""

import numpy as np

from autograder.authoring import alternative, lazy

tests = "EarlyStopper"
points = 4
most_calls = 60
leaves_out = {"ReturnsNothing": "a loop takes None for False, and a test that asks `assert not stopper.step(...)` may"}
hints = (
    "Write down what the exercise promises, a line for each: when it stops, ties, NaN, infinity (on the first step "
    "too), min_delta, the best loss and step, whose parameters, a copy. Each line is one short list of losses and an "
    "assert.",
    "To see whether the parameters were copied, do what training does: change the arrays in place after the step, and "
    "then look at `best_params`.",
    "With min_delta 0.5 try a loss that falls by 0.25 at each step, and one that rises a little. What must `step` "
    "return, and what must `best_loss` be?",
)


def solution(EarlyStopper):
    def told(losses, **settings):
        stopper = EarlyStopper(**settings)
        return [bool(stopper.step(loss, [(np.full((1, 1), t), np.zeros(1))])) for t, loss in enumerate(losses)]

    assert told([3, 2, 4, 2.5, 1, 2, 3], patience=3) == [False] * 7, "failures must be in a row"
    assert told([1, 3, 2], patience=2) == [False, False, True], "the best so far counts, not the step before"
    assert told([0.5, 0.5], patience=1) == [False, True], "a tie fails"
    assert told([0.5, np.nan], patience=1) == [False, True], "NaN fails"
    assert told([0.5, -np.inf], patience=1) == [False, True], "minus infinity fails"
    assert told([np.inf], patience=1) == [True], "infinity fails, on the first step as well"
    assert told([np.nan, np.nan], patience=2) == [False, True], "there need not be an improvement before"
    assert told([3, 2.75, 2.25, 3, 2.5], patience=2, min_delta=0.5) == [False, False, False, False, True]
    assert told([3, 2.75], patience=1, min_delta=0.5) == [False, True], "a small gain fails"

    stopper = EarlyStopper(patience=9, min_delta=0.5)
    for loss in (3, 2.75):
        stopper.step(loss, [(np.ones((1, 1)), np.zeros(1))])
    assert (stopper.best_step, stopper.best_loss) == (0, 3), "a small gain changes nothing"

    one, other = EarlyStopper(patience=9), EarlyStopper(patience=9)
    W, b = np.ones((2, 2)), np.ones(2)
    for loss in (0.5, 0.25, 0.75):
        one.step(loss, [(W, b)])
        W += 1
        b += 1
    assert one.best_loss == 0.25
    assert one.best_step == 1
    kept_W, kept_b = one.best_params[0]
    assert (np.asarray(kept_W) == 2).all(), "the weights of the best step"
    assert (np.asarray(kept_b) == 2).all(), "the biases of the best step"
    other.step(0.75, [(W, b)])
    assert other.best_loss == 0.75, "two stoppers share nothing"


@alternative("against a stopper of its own, which is given the same losses")
def against_a_model(EarlyStopper):
    for losses, patience, min_delta in (
        ([4, 3, 5, 6, 2, 3, 4, 5], 3, 0.0),
        ([4, 4.5, 4.25, 1], 2, 0.0),
        ([2, np.nan, 2, 2], 3, 0.0),
        ([4, 3.75, 3.25, 3.5, 2.75], 2, 0.5),
        ([np.inf, np.nan], 2, 0.0),
        ([2, -np.inf], 1, 0.0),
    ):
        stopper, best, best_at = EarlyStopper(patience=patience, min_delta=min_delta), np.inf, -1
        W, b = np.zeros((2, 1)), np.zeros(1)
        for t, loss in enumerate(losses):
            W[:], b[:] = t, t
            if np.isfinite(loss) and loss < best - min_delta:
                best, best_at = loss, t
            stop = stopper.step(loss, [(W, b)])
            W[:], b[:] = -1, -1
            if bool(stop) != (t - best_at >= patience):
                return False
            if best_at >= 0 and (stopper.best_step, stopper.best_loss) != (best_at, best):
                return False
            if stop:
                break
        if best_at >= 0 and any((np.asarray(each) != best_at).any() for each in stopper.best_params[0]):
            return False
    first, second = EarlyStopper(patience=5), EarlyStopper(patience=5)
    first.step(1.0, [(np.ones((1, 1)), np.ones(1))])
    second.step(2.0, [(np.ones((1, 1)), np.ones(1))])
    return first.best_loss == 1.0 and second.best_loss == 2.0


@lazy("It only checks that it does not stop at once.")
def first_step(EarlyStopper):
    assert not EarlyStopper(patience=2).step(1.0, [(np.ones((1, 1)), np.ones(1))])


@lazy("It tries only a loss that keeps falling.")
def falling(EarlyStopper):
    stopper = EarlyStopper(patience=3)
    for loss in (3.0, 2.0, 1.0):
        assert not stopper.step(loss, [(np.ones((1, 1)), np.ones(1))])
    assert stopper.best_loss == 1.0
