"""Watch a dev loss, say when to stop, and keep the best parameters."""

import copy
import math

import numpy as np

from autograder.authoring import (
    alternative,
    array,
    boolean,
    close,
    core,
    equal,
    hidden,
    instance,
    integer,
    misconception,
    neighbour,
    number,
    require,
    same_mistake_as,
    spoil,
    weight,
)
from autograder.judge.verdict import Wrong, note
from dnnkit.early_stopping import EarlyStopper as solution

NOTHING = "step must return False, not None, while it is not time to stop"


def told(value):
    """True or False"""
    if value is None:  # which a loop takes for False: it costs one check
        note(Wrong(NOTHING, "expected False, got None"))
        return False
    return boolean(value)


points = 5
returns = instance(step=told, best_loss=number, best_step=integer, best_params=[(array, array)])
hints = (
    "The object has to remember five things from one step to the next: the best loss, its step, its parameters, how "
    "many steps there have been, and how many have failed since the last improvement.",
    "Start with a best loss of infinity. Then the first step needs no special case, and comparisons with NaN are "
    "always False. Minus infinity is below everything: `math.isfinite` rules it out.",
    "The arrays in the list go on changing after `step` has returned. `list(params)` copies the list but not the "
    "arrays; `copy.deepcopy` copies both.",
)

STOPS = "step must return True when the last `patience` steps have failed, and False before"
BEST = "best_loss must be the loss of the last improvement"
FIRST = "the first step with a finite loss must improve, however large the loss is"
WHICH = "best_step must be the step of the last improvement, counted from 0"
PARAMS = "best_params must be the parameters of the last improvement"
COPIED = "best_params must stay as they were when the arrays in params are changed after step"
WORSE = "a loss above the best so far is a failure, however small the difference"
DELTA = "a step improves only if its loss is below the loss of the last improvement by more than min_delta"
TIE = "a loss that equals the best so far is a failure"
FINITE = "a loss that is NaN or infinite is a failure"
FROM_THE_START = "failures before the first improvement must count like all others"
MINUS = "a loss of minus infinity is a failure"
APART = "two stoppers must share nothing"


@core
@weight(3)
def check_when_it_stops(EarlyStopper, rng):
    """`step` returns True once `patience` steps in a row have failed."""
    for patience in (1, 2, 3, 5):
        for losses in _curves(rng):
            _stops(EarlyStopper, losses, STOPS, BEST, patience=patience)


def check_best_loss_and_step(EarlyStopper, rng):
    """After each step `best_loss` and `best_step` are those of the last improvement."""
    stopper, right = EarlyStopper(patience=20), solution(patience=20)
    for t, loss in enumerate((0.8, 0.9, 0.6, 0.5, 0.7, 0.75, 0.4, 0.45)):
        for each in (stopper, right):
            each.step(loss, _params(t))
        close(stopper.best_loss, right.best_loss, BEST)
        equal(stopper.best_step, right.best_step, WHICH)
    stopper = EarlyStopper(patience=20)
    require(not stopper.step(1e30, _params(0)), STOPS)
    close(stopper.best_loss, 1e30, FIRST)


@weight(2)
def check_params_of_the_best(EarlyStopper, rng):
    """After each step `best_params` are the parameters of the last improvement, even when it is time to stop."""
    stopper, best = EarlyStopper(patience=2), 0
    for t, loss in enumerate((0.8, 0.9, 0.6, 0.5, 0.7, 0.4, 0.45, 0.5)):
        stopper.step(loss, _params(t))
        best = t if t in (0, 2, 3, 5) else best
        _same(stopper.best_params, _params(best), PARAMS)


@weight(2)
def check_params_are_copied(EarlyStopper, rng):
    """What is done to the arrays in `params` after the step changes nothing."""
    stopper = EarlyStopper(patience=20)
    for t, loss in enumerate((0.7, 0.5)):
        stopper.step(loss, _params(t))
        spoil(EarlyStopper)
        found = stopper.best_params
        require(all(np.isfinite(each).all() for pair in found for each in pair), COPIED)
        _same(found, _params(t), PARAMS)


def check_min_delta(EarlyStopper, rng):
    """An improvement is more than `min_delta` below the last one; smaller gains fail, and add up."""
    _stops(EarlyStopper, (4, 4.25, 4.125, 4.375, 5, 6), WORSE, DELTA, patience=3, min_delta=0.5)
    for losses in (
        (2, 1.75, 1.5, 1.25, 1.5, 2, 3, 4, 5),  # a gain of exactly min_delta fails, and together they are enough
        (2, 2.25, 1.75, 1.5, 1.375, 0.75, 0.5, 0.5, 0.25, 0.25, 1),
        (4, 3.75, 3.875, 3.75, 2, 5, 5, 6),
    ):
        _stops(EarlyStopper, losses, DELTA, DELTA, patience=3, min_delta=0.5)


def check_ties(EarlyStopper, rng):
    """A loss that equals the best so far is a failure."""
    for losses in ((0.5, 0.5, 0.5, 0.5, 0.5, 1, 1, 1), (0.5, 0.25, 0.5, 0.25, 0.25, 0.25, 1, 1, 1)):
        _stops(EarlyStopper, losses, TIE, BEST, patience=3)


def check_not_finite(EarlyStopper, rng):
    """A loss that is NaN or infinite is a failure, at the beginning as well."""
    for losses in (
        (0.5, math.nan, 0.25, math.nan, math.inf, 1, 1),
        (0.25, math.nan, math.nan, 1, 1),
        (0.5, math.inf, math.nan, 1, 1),
        (math.inf, 0.5, math.nan, 0.25, 1, 1, 1),
        (math.nan, 0.25, 0.5, math.nan, 1, 1, 1),
    ):
        _stops(EarlyStopper, losses, FINITE, FINITE, patience=2)
    _stops(EarlyStopper, (math.nan, math.nan, math.nan, 0.5, 1), FROM_THE_START, FINITE, patience=3)
    for patience, losses in ((2, (math.inf, math.nan, 1)), (1, (math.inf, 1, 2))):
        _stops(EarlyStopper, losses, FINITE, FINITE, patience=patience)
    for losses in ((0.5, -math.inf, 1, 1, 1), (0.5, math.nan, 0.25, -math.inf, -math.inf, 1, 1)):
        _stops(EarlyStopper, losses, MINUS, MINUS, patience=2)


def check_two_stoppers(EarlyStopper, rng):
    """A stopper knows nothing of what another one was told."""
    one, other = EarlyStopper(patience=2), EarlyStopper(patience=2)
    one.step(-3e6, _params(0))  # lower than any loss of another check, which a class may remember too
    require(one.best_loss < -2e6, BEST)
    other.step(-1e6, _params(1))
    require(-2e6 < other.best_loss < 0, APART)
    close(other.best_loss, -1e6, BEST)
    equal(other.best_step, one.best_step, APART)
    _same(other.best_params, _params(1), APART)
    _same(one.best_params, _params(0), APART)


@weight(2)
@hidden(
    like=(
        check_when_it_stops,
        check_best_loss_and_step,
        check_params_of_the_best,
        check_params_are_copied,
        check_min_delta,
        check_ties,
        check_not_finite,
    )
)
def check_other_losses(EarlyStopper, rng):
    """The same holds for whole numbers, NumPy's floats, losses far above 1 and below, and for one layer and three."""
    _stops(EarlyStopper, [2, 5, 4, 7, 6, 9, 8, 20, 21, 22], STOPS, BEST, patience=2)
    falls = [9, 12, *(int(loss) for loss in rng.permutation(8)), 20, 19, 21, 20, 22]
    for losses in (falls, [np.float32(loss / 8) for loss in falls], [1e6 * loss for loss in falls]):
        for patience in (1, 4):
            _stops(EarlyStopper, losses, STOPS, BEST, patience=patience)
    _stops(EarlyStopper, [5, 5.125, 5.25, 6, 7], WORSE, DELTA, patience=2, min_delta=3)
    for min_delta in (0.125, 2):  # gains below it, exactly equal to it, and above it
        losses = [9, 8.9375, 8.875, 8.75, 6.5, 6.375, 6.25, 3, 3, 2.875, 2.75, 0.5, 0.5, 0.4375, 0.25, 1, 2, 3, 4, 5]
        for patience in (2, 4):
            _stops(EarlyStopper, losses, DELTA, DELTA, patience=patience, min_delta=min_delta)
    _stops(EarlyStopper, [3, 3, 3, 4, 4], TIE, BEST, patience=2)
    _stops(EarlyStopper, [1, math.nan, math.inf, 2, 2], FINITE, FINITE, patience=2)
    _stops(EarlyStopper, [math.inf, 3, math.nan, 2, -math.inf, math.inf, 1], FINITE, FINITE, patience=2)
    _stops(EarlyStopper, [math.inf, math.inf, 2, 3], FINITE, FINITE, patience=2)
    _stops(EarlyStopper, [math.nan, math.nan, 1], FROM_THE_START, FINITE, patience=1)
    for layers in (1, 3):
        stopper = EarlyStopper(patience=3, min_delta=0.25)
        for t, loss in enumerate((5, 4.875, 3, 4)):
            stopper.step(loss, _params(t, layers))
            spoil(EarlyStopper)
        require(all(np.isfinite(each).all() for pair in stopper.best_params for each in pair), COPIED)
        _same(stopper.best_params, _params(2, layers), PARAMS)
        equal(stopper.best_step, 2, WHICH)
        close(stopper.best_loss, 3, BEST)


covers = {
    "Write the class": check_when_it_stops,
    "is called after each step with the dev loss and the parameters": check_when_it_stops,
    "A step here is whatever lies between two evaluations": "what a word means",
    "A step improves if its loss is below the loss of the last improvement by more than `min_delta`": check_min_delta,
    "the first step with a finite loss improves": (check_best_loss_and_step, check_not_finite),
    "All other steps fail, including ties and steps whose loss is NaN or infinite, of either sign": (
        check_ties,
        check_not_finite,
    ),
    "returns True if the last `patience` steps have all failed, and False otherwise": check_when_it_stops,
    "No one calls `step` again after that": "nothing is asked after a stop",
    "`best_loss`, `best_step` and `best_params` belong to the last improvement": (
        check_best_loss_and_step,
        check_params_of_the_best,
    ),
    "Before the first improvement they may hold what you like": "nothing is asked before there was one",
    "Training goes on to change the arrays in `params`": check_params_are_copied,
    "must stay as they were": check_params_are_copied,
    "They share nothing": check_two_stoppers,
    "Then `best_loss` is 0.5": "the example, by hand",
    "There may be several stoppers at a time": check_two_stoppers,
    "For the losses 0.9, 0.5": "the example, by hand",
    "Tells when to stop": check_when_it_stops,
    "Take note of one more step": check_when_it_stops,
}
equivalent = {}


class _Base:
    """A right answer, in pieces that the wrong ones replace."""

    def __init__(self, *, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best_loss, self.best_step, self.best_params = math.inf, None, None
        self.t, self.failures = -1, 0

    def better(self, loss):
        return math.isfinite(loss) and loss < self.best_loss - self.min_delta

    def kept(self, params):
        return copy.deepcopy(params)

    def step(self, loss, params):
        self.t += 1
        self.failures += 1
        if self.better(loss):
            self.best_loss, self.best_step, self.failures = float(loss), self.t, 0
            self.best_params = self.kept(params)
        return self.failures >= self.patience


@misconception(
    "Training stops one failure too late: patience is used up when the number of failures *reaches* it.",
    caught_by=check_when_it_stops,
    worth=0.8,
)
class OneTooLate(_Base):
    def step(self, loss, params):
        super().step(loss, params)
        return self.failures > self.patience


@misconception(
    "The count of failures is never set back to 0. Failures have to be in a row: each improvement starts the count "
    "again.",
    caught_by=check_when_it_stops,
)
class NeverReset(_Base):
    def step(self, loss, params):
        failures = self.failures + (not self.better(loss))
        super().step(loss, params)
        self.failures = failures
        return failures >= self.patience


@misconception(
    "Each loss is compared with that of the step before it. A run whose loss rises and falls by turns would then never "
    "stop: compare with the best so far.",
    caught_by=check_when_it_stops,
)
class AgainstTheOneBefore(_Base):
    previous = math.inf

    def better(self, loss):
        previous, self.previous = self.previous, loss
        return math.isfinite(loss) and loss < previous - self.min_delta


@same_mistake_as(AgainstTheOneBefore)
class BestIsKeptApart(_Base):
    previous = math.inf

    def step(self, loss, params):
        failures = self.failures + 1
        super().step(loss, params)
        falls = math.isfinite(loss) and loss < self.previous - self.min_delta
        self.failures, self.previous = 0 if falls else failures, loss
        return self.failures >= self.patience


@misconception(
    "`best_params` are those of the latest step, improvement or not. Keep them only when the step improves.",
    caught_by=check_params_of_the_best,
    worth=0.8,
)
class LatestParams(_Base):
    def step(self, loss, params):
        stop = super().step(loss, params)
        self.best_params = copy.deepcopy(params)
        return stop


@misconception(
    "`best_params` holds, for all arrays or some, the very memory that was passed in: the arrays themselves, perhaps "
    "in a new list, or slices such as `W[:]`. Training goes on changing it, so that what is restored in the end is the "
    "last step. Copy each array when the step improves.",
    caught_by=check_params_are_copied,
    worth=0.8,
    said_by=COPIED,
)
class KeepsTheArrays(_Base):
    def kept(self, params):
        return params


@same_mistake_as(KeepsTheArrays)
class CopiesTheList(_Base):
    def kept(self, params):
        return list(params)


@same_mistake_as(KeepsTheArrays)
class CopiesThePairs(_Base):
    def kept(self, params):
        return [(W, b) for W, b in params]


@same_mistake_as(KeepsTheArrays)
class CopiesHalf(_Base):
    def kept(self, params):
        return [(W.copy(), b) for W, b in params]


@same_mistake_as(KeepsTheArrays)
class KeepsSlices(_Base):
    def kept(self, params):
        return [(W[:], b[:]) for W, b in params]


@misconception(
    "`min_delta` has the wrong sign: a loss that is a little *worse* than the best counts as an improvement.",
    caught_by=check_min_delta,
    worth=0.8,
)
class WrongSign(_Base):
    def better(self, loss):
        return math.isfinite(loss) and (self.best_loss == math.inf or loss < self.best_loss + self.min_delta)


@misconception(
    "Small gains lower the bar: the best loss follows each of them, though they count as failures, so that a slow fall "
    "never adds up to an improvement. Change `best_loss` only when the step improves.",
    caught_by=check_min_delta,
    worth=0.8,
)
class BarCreeps(_Base):
    def step(self, loss, params):
        stop = super().step(loss, params)
        if math.isfinite(loss) and loss < self.best_loss:
            self.best_loss = float(loss)
        return stop


@misconception(
    "`min_delta` counts for the patience only: what is kept as the best follows every lower loss. A gain of "
    "`min_delta` or less is no improvement, and changes nothing.",
    caught_by=check_min_delta,
    worth=0.8,
)
class KeepsTheLowest(_Base):
    bar = math.inf

    def better(self, loss):
        return math.isfinite(loss) and loss < self.best_loss

    def step(self, loss, params):
        failures = self.failures + 1
        super().step(loss, params)
        if math.isfinite(loss) and loss < self.bar - self.min_delta:
            self.bar, failures = loss, 0
        self.failures = failures
        return failures >= self.patience


@misconception(
    "`min_delta` is left out: any gain counts as an improvement, however small.",
    caught_by=check_min_delta,
    worth=0.8,
)
class NoMinDelta(_Base):
    def better(self, loss):
        return math.isfinite(loss) and loss < self.best_loss


@misconception(
    "A gain of exactly `min_delta` counts as an improvement. If `min_delta` is 0, that may be a tie, and a run whose "
    "loss stands still would never stop. It has to be *more* than `min_delta`.",
    caught_by=check_ties,
    worth=0.8,
)
class TiesImprove(_Base):
    def better(self, loss):
        return math.isfinite(loss) and loss <= self.best_loss - self.min_delta


@same_mistake_as(TiesImprove)
class ExactGainsImprove(_Base):
    def better(self, loss):
        return math.isfinite(loss) and loss < self.best_loss and loss <= self.best_loss - self.min_delta


@misconception(
    "NaN counts as an improvement: a step improves here unless its loss is at least the best, and with NaN that "
    "comparison is False, like every other. Ask whether the loss *is* below.",
    caught_by=check_not_finite,
    worth=0.8,
)
class NanImproves(_Base):
    def better(self, loss):
        return not math.isinf(loss) and not loss >= self.best_loss - self.min_delta


@same_mistake_as(NanImproves)
class NanAndMinusInfinityImprove(_Base):
    def better(self, loss):
        return not loss >= self.best_loss - self.min_delta


@misconception(
    "Minus infinity counts as an improvement, since it is below every other loss; nothing can be better after it. A "
    "comparison keeps NaN and infinity out, but not this one: ask `math.isfinite` as well.",
    caught_by=check_not_finite,
    worth=0.8,
)
class MinusInfinityImproves(_Base):
    def better(self, loss):
        return loss < self.best_loss - self.min_delta


@misconception(
    "The first step counts as an improvement whatever its loss is, even NaN or infinite. The first one with a *finite* "
    "loss does: check that before anything else.",
    caught_by=check_not_finite,
    worth=0.8,
)
class FirstOneImproves(_Base):
    def better(self, loss):
        return self.t == 0 or (math.isfinite(loss) and loss < self.best_loss - self.min_delta)


@same_mistake_as(FirstOneImproves)
class FirstOneIsNotAsked(_Base):
    def better(self, loss):
        return self.best_step is None or loss < self.best_loss - self.min_delta


@same_mistake_as(FirstOneImproves)
class FirstInfinityImproves(_Base):
    def better(self, loss):
        return (self.best_step is None and loss == math.inf) or super().better(loss)


@same_mistake_as(FirstOneImproves)
class FirstInfinityAndMinusInfinityImprove(_Base):
    def better(self, loss):
        return not math.isnan(loss) and (self.best_step is None or loss < self.best_loss - self.min_delta)


@misconception(
    "Failures before the first improvement are not all counted, as if step 0 had been one: a run that gives NaN from "
    "the start stops too late, or never. Let the count of failures begin with the first step.",
    caught_by=check_not_finite,
    worth=0.8,
)
class FromStepZero(_Base):
    def __init__(self, **settings):
        super().__init__(**settings)
        self.best_step = 0

    def step(self, loss, params):
        super().step(loss, params)
        return self.t - self.best_step >= self.patience


@same_mistake_as(FromStepZero)
class FromStepZeroAndMinusInfinityImproves(FromStepZero):
    def better(self, loss):
        return loss < self.best_loss - self.min_delta


@same_mistake_as(FromStepZero)
class NotBeforeTheFirst(_Base):
    def step(self, loss, params):
        super().step(loss, params)
        self.failures *= self.best_step is not None
        return self.failures >= self.patience


@misconception(
    "A step whose loss is NaN or infinite is passed over, or starts the count of failures again. It is a failure like "
    "any other: a run that gives nothing else has to end.",
    caught_by=check_not_finite,
    worth=0.8,
)
class NanIsPassedOver(_Base):
    passed_over = staticmethod(math.isnan)
    starts_again = False

    def step(self, loss, params):
        if self.passed_over(loss):
            self.t += 1
            self.failures *= not self.starts_again
            return False
        return super().step(loss, params)


@same_mistake_as(NanIsPassedOver)
class NanStartsAgain(NanIsPassedOver):
    starts_again = True


@same_mistake_as(NanIsPassedOver)
class InfinityIsPassedOver(NanIsPassedOver):
    passed_over = staticmethod(math.isinf)


@same_mistake_as(NanIsPassedOver)
class BothArePassedOver(NanIsPassedOver):
    passed_over = staticmethod(lambda loss: not math.isfinite(loss))


@misconception(
    "A loss that is NaN or infinite ends the training at once. It is one failure like any other: while there is "
    "patience left, training goes on.",
    caught_by=check_not_finite,
    worth=0.8,
)
class NanEndsIt(_Base):
    ends = staticmethod(lambda loss: not math.isfinite(loss))

    def step(self, loss, params):
        return super().step(loss, params) or self.ends(loss)


@same_mistake_as(NanEndsIt)
class OnlyNanEndsIt(NanEndsIt):
    ends = staticmethod(math.isnan)


@misconception(
    "`step` returns True in time, and before that nothing, which is None. A loop takes that for False, but code that "
    "asks whether it *is* False is misled: return False.",
    caught_by=check_best_loss_and_step,
    worth=0.95,
    said_by=NOTHING,
)
class ReturnsNothing(_Base):
    def step(self, loss, params):
        return super().step(loss, params) or None


@misconception(
    "Steps are counted from 1; `best_step` counts them from 0.",
    caught_by=check_best_loss_and_step,
    worth=0.85,
)
class CountedFromOne(_Base):
    def __init__(self, **settings):
        super().__init__(**settings)
        self.t = 0


@misconception(
    "What is remembered lives in the class instead of in the object, so that a second stopper goes on where the first "
    "one left off. Set it in `__init__`, on `self`.",
    caught_by=check_two_stoppers,
    worth=0.95,
    said_by=APART,
)
class SharedByAll(_Base):
    def __setattr__(self, name, value):
        setattr(type(self), name, value)


@same_mistake_as(SharedByAll)
class OneListForAll:
    losses = []

    def __init__(self, *, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best_loss, self.best_step, self.best_params = math.inf, -1, []

    def step(self, loss, params):
        best = min((each for each in self.losses if np.isfinite(each)), default=math.inf)
        if math.isfinite(loss) and loss < best - self.min_delta:
            self.best_step, self.best_params = len(self.losses), copy.deepcopy(params)
        self.losses.append(float(loss))
        self.best_loss = min(best, loss)
        return len(self.losses) - 1 - self.best_step >= self.patience


@same_mistake_as(SharedByAll)
class OneListByDefault(_Base):
    def __init__(self, *, patience, min_delta=0.0, losses=[]):  # noqa: B006
        super().__init__(patience=patience, min_delta=min_delta)
        self.losses = losses

    def better(self, loss):
        self.losses.append(loss if math.isfinite(loss) else math.inf)
        return math.isfinite(loss) and loss < min(self.losses[:-1], default=math.inf) - self.min_delta


@same_mistake_as(SharedByAll)
class OneListOfParamsForAll(_Base):
    everyones = []

    def kept(self, params):
        self.everyones[:] = copy.deepcopy(params)
        return self.everyones


@same_mistake_as(SharedByAll)
class OneCounterForAll(_Base):
    steps = -1

    def step(self, loss, params):
        type(self).steps += 1
        self.t = self.steps - 1
        return super().step(loss, params)


@neighbour("the parameters of the last step, once it is time to stop")
class LastOnesWhenItStops(_Base):
    def step(self, loss, params):
        stop = super().step(loss, params)
        if stop:
            self.best_params = copy.deepcopy(params)
        return stop


@neighbour("stops after twice the patience")
class TwiceThePatience(_Base):
    def step(self, loss, params):
        super().step(loss, params)
        return self.failures >= 2 * self.patience


@neighbour("a gain is relative to the best loss")
class RelativeGain(_Base):
    def better(self, loss):
        return math.isfinite(loss) and (self.best_loss == math.inf or loss < self.best_loss * (1 - self.min_delta))


@alternative("all losses are kept, and everything is worked out anew")
class KeepsAllLosses:
    def __init__(self, *, patience, min_delta=0.0):
        self.patience, self.min_delta, self.losses = patience, min_delta, []

    def step(self, loss, params):
        self.losses.append(float(loss))
        improved = []
        for t, each in enumerate(self.losses):
            if np.isfinite(each) and (not improved or self.losses[improved[-1]] - each > self.min_delta):
                improved.append(t)
        if improved and improved[-1] == len(self.losses) - 1:
            self.best_params = [(np.array(W), np.array(b)) for W, b in params]
        if improved:
            self.best_step, self.best_loss = improved[-1], self.losses[improved[-1]]
        last = improved[-1] if improved else -1
        return len(self.losses) - 1 - last >= self.patience


@alternative("counts down what is left of the patience")
class CountsDown:
    def __init__(self, patience, min_delta=0):
        self.patience = self.left = patience
        self.min_delta = min_delta
        self.best_loss = self.best_step = self.best_params = None
        self.steps = 0

    def step(self, loss, params):
        if np.isfinite(loss) and (self.best_loss is None or loss + self.min_delta < self.best_loss):
            self.best_loss, self.best_step, self.left = loss, self.steps, self.patience
            self.best_params = [tuple(each.copy() for each in pair) for pair in params]
        else:
            self.left -= 1
        self.steps += 1
        return np.bool_(self.left == 0)


@alternative("compares the step with the best one")
class ComparesSteps:
    def __init__(self, *, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.now = self.best_step = -1
        self.best_loss, self.best_params = float("inf"), []

    def step(self, loss, params):
        self.now = self.now + 1
        if self.best_loss - loss > self.min_delta and not np.isinf(loss):
            self.best_loss = loss
            self.best_step = self.now
            self.best_params = copy.deepcopy(params)
        return self.now - self.best_step >= self.patience


def _curves(rng):
    """Losses without ties: a fall to 0 and a rise, a rising zigzag, a falling one, and a random order; then a rise."""
    rise = (20, 21, 22, 23, 24, 25)
    drawn = tuple((rng.permutation(16) + 1)[:9].tolist())
    for losses in ((8, 4, 2, 0, 1, 3), (2, 5, 4, 7, 6, 9, 8), (9, 11, 7, 8, 5, 6, 3, 4), drawn):
        yield tuple(loss / 16 for loss in losses + rise)


def _params(t, layers=2):
    """Parameters that show which step they belong to."""
    sizes = (2, 3, 1, 2)[: layers + 1]
    return [(t + np.ones((m, n)), t + np.arange(1.0, n + 1)) for m, n in zip(sizes, sizes[1:])]


def _stops(EarlyStopper, losses, sentence, of_best, **settings):
    """Compare what each step returns, up to the first True, and the best loss then, with the reference's."""
    stopper, returned = _until_it_stops(EarlyStopper(**settings), losses)
    right, expected = _until_it_stops(solution(**settings), losses)
    improved = np.isfinite(right.best_loss)  # before that an attribute may hold anything, or be missing
    best = stopper.best_loss if improved else None
    require(returned == expected, sentence, got_after=len(returned), expected_after=len(expected))
    if improved:
        close(best, right.best_loss, of_best)


def _until_it_stops(stopper, losses):
    returned = []
    for t, loss in enumerate(losses):
        returned.append(stopper.step(loss, _params(t)))
        if returned[-1]:
            break
    return stopper, returned


def _same(found, right, sentence):
    equal(len(found), len(right), sentence)
    for one, other in zip(found, right):
        for mine, yours in zip(one, other):
            close(mine, yours, sentence)
