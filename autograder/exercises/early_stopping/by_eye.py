"""Say by eye where six training runs stop with a patience of 3, and which epoch they go back to."""

import numpy as np

from autograder.authoring import (
    alternative,
    array,
    core,
    hidden,
    misconception,
    neighbour,
    require,
    same_mistake_as,
    weight,
)

points = 2
solution = {"A": (6, 3), "B": (9, 7), "C": (4, 1), "D": (5, 2), "E": (8, 5), "F": (9, 9)}
returns = dict.fromkeys(solution, array)
hints = (
    "Go through a row from the left with a finger on the best loss so far, and count failures aloud. At an improvement "
    "the count begins again at zero.",
    "Once a run has stopped, its later losses are never seen: cover them with your hand.",
    "A loss that equals the best so far is not below it, and neither is NaN.",
)

AFTER_THREE = "in runs A and C, not every number says where training stops or what it goes back to"
IN_A_ROW = "in runs B and F, not every number says where training stops or what it goes back to"
TIE = "run D does not stop or go back where it should: a tie counts as a failure"
NOT_A_NUMBER = "run E does not stop or go back where it should: NaN counts as a failure"


@core
@weight(2)
def check_three_failures(by_eye, rng):
    """A run stops at its third failure in a row, whatever would have come later."""
    _same(by_eye, "AC", AFTER_THREE)


@weight(2)
def check_in_a_row(by_eye, rng):
    """An improvement starts the count again, and a run whose patience lasts is trained to its last epoch."""
    _same(by_eye, "BF", IN_A_ROW)


def check_tie(by_eye, rng):
    """A loss that equals the best so far is a failure."""
    _same(by_eye, "D", TIE)


def check_nan(by_eye, rng):
    """A loss that is NaN is a failure."""
    _same(by_eye, "E", NOT_A_NUMBER)


@hidden(like=(check_three_failures, check_in_a_row, check_tie, check_nan))
def check_all_six(by_eye, rng):
    """All six answers are right."""
    _same(by_eye, solution, "not all of the six are right")


covers = {
    "Here are the dev losses of six training runs": "the setting",
    "run 0 1 2": "how the table is read",
    "Each is watched with a patience of 3": check_three_failures,
    "what is to the right of a stop was never trained": check_three_failures,
    "A loss that only equals the best so far fails, and so does NaN": (check_tie, check_nan),
    "If patience lasts to the end, the last epoch that is trained is epoch 9": check_in_a_row,
    "the last epoch that is trained, and the epoch that training goes back to": (
        check_three_failures,
        check_in_a_row,
        check_tie,
        check_nan,
    ),
    "A 0.90": check_three_failures,
    "B 0.90": check_in_a_row,
    "C 0.90": check_three_failures,
    "D 0.80": check_tie,
    "E 0.90": check_nan,
    "F 0.90": check_in_a_row,
}

NAN = float("nan")
LOSSES = {
    "A": (0.90, 0.60, 0.50, 0.40, 0.45, 0.50, 0.55, 0.60, 0.70, 0.80),
    "B": (0.90, 0.70, 0.75, 0.80, 0.60, 0.65, 0.70, 0.50, 0.55, 0.60),
    "C": (0.90, 0.50, 0.60, 0.55, 0.52, 0.45, 0.40, 0.35, 0.30, 0.35),
    "D": (0.80, 0.50, 0.40, 0.40, 0.40, 0.40, 0.35, 0.30, 0.35, 0.40),
    "E": (0.90, 0.60, 0.50, NAN, NAN, 0.45, 0.55, NAN, 0.50, 0.40),
    "F": (0.90, 0.85, 0.80, 0.84, 0.79, 0.83, 0.78, 0.82, 0.77, 0.76),
}


def _stopped(improves=lambda loss, best: loss < best, patience=3, reset=True, skips=lambda loss: False):
    """Answers to all six by a rule that may be wrong."""
    found = {}
    for run, losses in LOSSES.items():
        best, best_at, failures = float("inf"), 0, 0
        for epoch, loss in enumerate(losses):
            if improves(loss, best):
                best, best_at, failures = loss, epoch, failures * (not reset)
            elif not skips(loss):
                failures += 1
            if failures == patience:
                break
        found[run] = (epoch, best_at)
    return found


@misconception(
    "Run C goes back to a loss that it never reached: training had stopped before. At the time nobody knows what would "
    "have come, and that is the risk of every patience.",
    caught_by=check_three_failures,
    worth=0.7,
)
def hindsight():
    return solution | {"C": (9, 8)}


@same_mistake_as(hindsight)
def hindsight_after_the_stop():
    return solution | {"C": (4, 8)}


@misconception(
    "Training goes on for one epoch after the third failure. A patience of 3 is used up at the third, and this is the "
    "last epoch that is trained.",
    caught_by=check_three_failures,
    worth=0.6,
)
def one_too_many():
    return _stopped(patience=4)


@misconception(
    "Training already stops at the second failure. A patience of 3 lasts until the third failure in a row.",
    caught_by=check_three_failures,
    worth=0.6,
)
def one_too_few():
    return _stopped(patience=2)


@misconception(
    "All failures are added up, over the whole run. They have to be in a row: an improvement starts the count again.",
    caught_by=check_in_a_row,
    worth=0.6,
)
def added_up():
    return _stopped(reset=False)


@misconception(
    "A loss that equals the best so far counts as an improvement. If ties were progress, a run that stands still would "
    "never stop.",
    caught_by=check_tie,
    worth=0.85,
)
def ties_improve():
    return _stopped(improves=lambda loss, best: loss <= best)


@misconception(
    "An epoch whose loss is NaN is passed over, or starts the count again. It is a failure like any other: a run that "
    "only gives NaN has to end.",
    caught_by=check_nan,
    worth=0.85,
)
def nan_is_passed_over():
    return _stopped(skips=lambda loss: loss != loss)


@misconception(
    "Run E ends at its first NaN. That is one failure, and a patience of 3 lasts until the third in a row.",
    caught_by=check_nan,
    worth=0.85,
)
def ends_at_nan():
    return solution | {"E": (3, 2)}


@misconception(
    "Each loss is compared with that of the epoch before it. It has to be below the best of all epochs so far: a rise "
    "followed by a fall is no progress.",
    caught_by=check_three_failures,
    worth=0.5,
)
def falls_count():
    found = {}
    for run, losses in LOSSES.items():
        failures, best_at = 0, 0
        for epoch, loss in enumerate(losses):
            falls = epoch == 0 or loss < losses[epoch - 1]
            failures = 0 if falls else failures + 1
            best_at = epoch if falls else best_at
            if failures == 3:
                break
        found[run] = (epoch, best_at)
    return found


@same_mistake_as(falls_count)
def falls_count_and_the_lowest_is_kept():
    stops = {run: stopped for run, (stopped, _) in falls_count().items()}
    return {run: (stopped, int(np.nanargmin(LOSSES[run][: stopped + 1]))) for run, stopped in stops.items()}


@misconception(
    "Epochs are counted from 1. The table counts them from 0.",
    caught_by=check_three_failures,
    worth=0.7,
)
def counted_from_one():
    return {run: (stopped + 1, best + 1) for run, (stopped, best) in solution.items()}


@misconception(
    "The two epochs are swapped: first the last one that is trained, then the one that training goes back to.",
    caught_by=check_three_failures,
    worth=0.7,
)
def changed_places():
    return {run: (best, stopped) for run, (stopped, best) in solution.items()}


@misconception(
    "The epoch after the stop is given, the first that is *not* trained. Training ends with the third failure, and "
    "that is the last epoch trained.",
    caught_by=check_three_failures,
    worth=0.6,
)
def first_not_trained():
    return {run: (min(stopped + 1, 9), best) for run, (stopped, best) in solution.items()}


@same_mistake_as(first_not_trained)
def first_not_trained_of_all():
    return {run: (stopped + 1, best) for run, (stopped, best) in solution.items()}


@misconception(
    "All runs go on to the last epoch, as if there were no patience. A run ends at its third failure in a row, and "
    "nobody sees what is to the right.",
    caught_by=check_three_failures,
    worth=0.6,
)
def never_stops():
    return {run: (9, int(np.nanargmin(losses))) for run, losses in LOSSES.items()}


@misconception(
    "A run whose patience lasts is trained to epoch 9, the last of the table. It has ten epochs, which are counted "
    "from 0.",
    caught_by=check_in_a_row,
    worth=0.6,
)
def ten_for_nine():
    return solution | {"B": (10, 7), "F": (10, 9)}


@neighbour("the run goes back to where it stopped")
def stays():
    return {run: (stopped, stopped) for run, (stopped, _) in solution.items()}


@neighbour("the run goes back by three epochs, whatever the losses are")
def three_back():
    return {run: (stopped, stopped - 3) for run, (stopped, _) in solution.items()}


@alternative("lists instead of pairs")
def lists():
    return {run: list(pair) for run, pair in solution.items()}


@alternative("by the rule, from the table")
def computed():
    return _stopped()


def _same(by_eye, runs, sentence):
    require(all(np.array_equal(by_eye[run], solution[run]) for run in runs), sentence)
