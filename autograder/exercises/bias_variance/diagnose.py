"""Name the causes of an error from the gaps between four errors, the worst first."""

import numpy as np

from autograder.authoring import alternative, core, equal, hidden, misconception, neighbour, require, text, weight

points = 4
returns = [text]
hints = (
    "There are three gaps between four errors. Write each down with its cause next to it.",
    "Each gap is the later error minus the one before. Only those above `tolerance` are kept, and the largest is "
    "first.",
    "Put pairs (gap, cause) into a list, keep those with gap > tolerance, and sort them: "
    "`sorted(pairs, reverse=True)` begins with the largest gap.",
)

NAMES = ("avoidable_bias", "variance", "data_mismatch")
CAUSES = "the causes must be those whose gaps are above tolerance"
ORDER = "the cause with the largest gap must be first"
HUMAN = "the avoidable bias is the training error minus the human error"
STEP = "each gap is the difference to the error just before it"
FALLS = "an error that falls from one set to the next has no cause there"
NONE = "if no gap is above tolerance there is no cause"
EQUAL = "a gap that equals tolerance is left alone"
TIED = "of equal gaps none may be lost"
TOLERANCE = "tolerance decides which gaps are left alone"


def solution(human, train, train_dev, dev, *, tolerance):
    """Return the causes of the error that are worth acting on, the worst first."""
    gaps = {"avoidable_bias": train - human, "variance": train_dev - train, "data_mismatch": dev - train_dev}
    return [cause for cause in sorted(gaps, key=gaps.get, reverse=True) if gaps[cause] > tolerance]


@core
@weight(3)
def check_causes_in_order(diagnose, rng):
    """All three causes are found, or two or one of them, the one with the largest gap first."""
    for gaps in _orders(rng):
        errors = _errors(0.02, gaps)
        found = diagnose(*errors, tolerance=0.015)
        expected = _expected(gaps, 0.015)
        _same(sorted(found), sorted(expected), CAUSES)
        _same(found, expected, ORDER)


@weight(2)
def check_human_error_counts(diagnose, rng):
    """A training error that is hardly above the human error is not bias, however large it is."""
    human = float(rng.uniform(0.12, 0.2))
    for gaps in ((0.01, 0.01, 0.01), (0.01, 0.06, 0.01)):
        found = diagnose(*_errors(human, gaps), tolerance=0.02)
        require("avoidable_bias" not in found, HUMAN)


@weight(2)
def check_steps_are_from_one_to_the_next(diagnose, rng):
    """Error that one set already has is not counted again for the next."""
    for gaps, cause in zip(((0.2, 0.01, 0.01), (0.01, 0.2, 0.01), (0.01, 0.01, 0.2)), NAMES):
        found = diagnose(*_errors(0.01, gaps), tolerance=0.02)
        _same(found, [cause], STEP if set(found) > {cause} else CAUSES)


@weight(2)
def check_falling_errors(diagnose, rng):
    """A step down is not a cause, however large it is, and does not hide the next one."""
    for errors, expected in (
        ((0.15, 0.02, 0.03, 0.04), []),
        ((0.02, 0.03, 0.2, 0.05), ["variance"]),
        ((0.15, 0.02, 0.03, 0.3), ["data_mismatch"]),
        ((0.1, 0.05, 0.12, 0.13), ["variance"]),
    ):
        found = diagnose(*errors, tolerance=0.04)
        falls = {name for name, gap in zip(NAMES, np.diff(errors)) if gap < 0}
        _same(found, expected, FALLS if falls & set(found) else CAUSES)


def check_tolerance(diagnose, rng):
    """The same errors have more causes under a smaller tolerance, and none under a large one."""
    errors = _errors(0.03, (0.05, 0.02, 0.09))
    _same(diagnose(*errors, tolerance=0.01), ["data_mismatch", "avoidable_bias", "variance"], TOLERANCE)
    _same(diagnose(*errors, tolerance=0.04), ["data_mismatch", "avoidable_bias"], TOLERANCE)
    _same(diagnose(*_errors(0.03, (0.05, 0.024, 0.09)), tolerance=0.02), _expected((0.05, 0.024, 0.09), 0), TOLERANCE)
    _same(diagnose(*errors, tolerance=0.1), [], NONE)
    _same(diagnose(0.0, 0.5, 0.5, 0.5, tolerance=0.5), [], EQUAL)
    _same(sorted(diagnose(0, 0, 0.25, 0.5, tolerance=0.1)), ["data_mismatch", "variance"], TIED)


@hidden(
    like=(
        check_causes_in_order,
        check_human_error_counts,
        check_steps_are_from_one_to_the_next,
        check_falling_errors,
        check_tolerance,
    )
)
def check_other_errors(diagnose, rng):
    """The same holds for other errors, for a tolerance of 0, for equal errors and for errors of 0 and 1."""
    _same(diagnose(0.01, 0.02, 0.12, 0.4, tolerance=0.03), ["data_mismatch", "variance"], CAUSES)
    _same(diagnose(0.0, 0.0, 0.0, 0.0, tolerance=0.0), [], NONE)
    _same(diagnose(0.2, 0.1, 0.21, 0.244, tolerance=0.03), ["variance", "data_mismatch"], CAUSES)
    for _ in range(12):
        human, *gaps = rng.uniform(0, 0.25, 4).round(3).tolist()
        signs = rng.choice([1, 1, -0.3], 3).tolist()
        gaps = tuple(gap * sign for gap, sign in zip(gaps, signs))
        errors = np.clip(_errors(human, gaps), 0, 1).tolist()
        steps = [after - before for before, after in zip(errors, errors[1:])]
        if min(abs(step - 0.03) for step in steps) > 1e-3 and len({round(step, 4) for step in steps}) == 3:
            _same(diagnose(*errors, tolerance=0.03), _expected(steps, 0.03), CAUSES)
    _same(diagnose(0, 1, 1, 1, tolerance=0), ["avoidable_bias"], STEP)
    _same(diagnose(0.1, 0.1, 0.4, 0.4, tolerance=0), ["variance"], STEP)
    _same(diagnose(0.05, 0.04, 0.5, 0.4, tolerance=0.01), ["variance"], FALLS)
    _same(sorted(diagnose(0, 0.0, 0.5, 1, tolerance=0.1)), ["data_mismatch", "variance"], TIED)


covers = {
    "Write diagnose(human, train, train_dev, dev, *, tolerance)": check_causes_in_order,
    "errors of the best people": check_human_error_counts,
    "as shares such as 0.15": check_causes_in_order,
    "Each step from one of them to the next has a cause": check_steps_are_from_one_to_the_next,
    "Return those whose gap is larger than `tolerance`": (check_causes_in_order, check_tolerance),
    "the one with the largest gap first": check_causes_in_order,
    "Equal gaps may come in either order": check_tolerance,
    "An error may fall from one set to the next": check_falling_errors,
    "such a step has no cause": check_falling_errors,
    "For the errors 0.01, 0.05, 0.15 and 0.16": "the example, by hand",
    "Return the causes of the error that are worth acting on": check_causes_in_order,
}


@misconception(
    "The human error is taken for zero, so that all of the training error is bias. Only the part above the best "
    "people's error can be avoided.",
    caught_by=check_human_error_counts,
)
def human_is_perfect(human, train, train_dev, dev, *, tolerance):
    return solution(0.0, train, train_dev, dev, tolerance=tolerance)


@misconception(
    "Every error is compared with the human error. The training error is part of all later ones: compare each with the "
    "one just before it.",
    caught_by=check_steps_are_from_one_to_the_next,
)
def all_from_the_human(human, train, train_dev, dev, *, tolerance):
    return _worst_first((train - human, train_dev - human, dev - human), tolerance)


@misconception(
    "Variance and mismatch are both measured from the training error, so that variance is counted a second time as "
    "mismatch. The mismatch is the dev error minus the train-dev error.",
    caught_by=check_steps_are_from_one_to_the_next,
    worth=0.7,
)
def mismatch_from_the_training_error(human, train, train_dev, dev, *, tolerance):
    return _worst_first((train - human, train_dev - train, dev - train), tolerance)


@misconception(
    "The dev error is used where the train-dev error belongs: from train to dev is variance and mismatch together, "
    "which is what the train-dev set was made to tell apart.",
    caught_by=check_steps_are_from_one_to_the_next,
)
def variance_up_to_dev(human, train, train_dev, dev, *, tolerance):
    return _worst_first((train - human, dev - train, dev - train_dev), tolerance)


@misconception(
    "A gap counts whichever way it points. An error that falls is good news: a network below the human error has no "
    "avoidable bias.",
    caught_by=check_falling_errors,
    worth=0.75,
)
def signs_ignored(human, train, train_dev, dev, *, tolerance):
    return _worst_first((abs(train - human), abs(train_dev - train), abs(dev - train_dev)), tolerance)


@misconception(
    "The causes come in the order of the sets and not of their gaps. The first name is what is worked on first: it "
    "must be that of the largest gap.",
    caught_by=check_causes_in_order,
    worth=0.6,
)
def in_order_of_the_sets(human, train, train_dev, dev, *, tolerance):
    found = solution(human, train, train_dev, dev, tolerance=tolerance)
    return [name for name in NAMES if name in found]


@misconception(
    "The smallest gap comes first. Sorting goes upwards unless you ask for the reverse.",
    caught_by=check_causes_in_order,
    worth=0.6,
)
def smallest_first(human, train, train_dev, dev, *, tolerance):
    return solution(human, train, train_dev, dev, tolerance=tolerance)[::-1]


@misconception(
    "Only the worst cause is returned. The others are worth acting on as well, if they are above the tolerance.",
    caught_by=check_causes_in_order,
    worth=0.6,
)
def worst_alone(human, train, train_dev, dev, *, tolerance):
    return solution(human, train, train_dev, dev, tolerance=tolerance)[:1]


@misconception(
    "All errors above the tolerance are named, not all gaps. An error is not large or small by itself.",
    caught_by=check_human_error_counts,
)
def errors_for_gaps(human, train, train_dev, dev, *, tolerance):
    return _worst_first((train, train_dev, dev), tolerance)


@misconception(
    "The tolerance is ignored: every step up is named as a cause, even one of a hundredth of a point, which is luck.",
    caught_by=check_tolerance,
    worth=0.6,
)
def every_step_up(human, train, train_dev, dev, *, tolerance):
    return solution(human, train, train_dev, dev, tolerance=0.0)


@misconception(
    "A gap that equals the tolerance counts as well. Only a gap that is larger is worth acting on.",
    caught_by=check_tolerance,
    worth=0.9,
    said_by=EQUAL,
)
def tolerance_reached(human, train, train_dev, dev, *, tolerance):
    return solution(human, train, train_dev, dev, tolerance=np.nextafter(tolerance, -np.inf))


@neighbour("of equal gaps one is lost")
def equal_gaps_lost(human, train, train_dev, dev, *, tolerance):
    names = {train - human: NAMES[0], train_dev - train: NAMES[1], dev - train_dev: NAMES[2]}
    return [names[gap] for gap in sorted(names, reverse=True) if gap > tolerance]


@neighbour("a step counts from the largest error before it")
def above_all_before(human, train, train_dev, dev, *, tolerance):
    most = np.maximum.accumulate([human, train, train_dev, dev])
    return solution(*most.tolist(), tolerance=tolerance)


@neighbour("gaps are rounded to whole points")
def whole_points(human, train, train_dev, dev, *, tolerance):
    return _worst_first(np.diff((human, train, train_dev, dev)).round(2), tolerance)


@neighbour("the first gap that is too small ends the search")
def stops_at_a_small_gap(human, train, train_dev, dev, *, tolerance):
    gaps = [train - human, train_dev - train, dev - train_dev]
    end = next((i for i, gap in enumerate(gaps) if gap <= tolerance), 3)
    return _worst_first(gaps[:end], tolerance)


@neighbour("avoidable bias and variance have swapped names")
def names_changed(human, train, train_dev, dev, *, tolerance):
    other = {"avoidable_bias": "variance", "variance": "avoidable_bias"}
    return [other.get(name, name) for name in solution(human, train, train_dev, dev, tolerance=tolerance)]


@neighbour("a fixed tolerance of two points")
def fixed_tolerance(human, train, train_dev, dev, *, tolerance):
    return solution(human, train, train_dev, dev, tolerance=0.02)


@alternative("pairs, sorted in reverse")
def by_pairs(human, train, train_dev, dev, *, tolerance):
    pairs = [(train - human, NAMES[0]), (train_dev - train, NAMES[1]), (dev - train_dev, NAMES[2])]
    return [name for gap, name in sorted(pairs, reverse=True) if gap > tolerance]


@alternative("np.diff and argsort")
def by_argsort(human, train, train_dev, dev, *, tolerance):
    gaps = np.diff([human, train, train_dev, dev])
    return tuple(NAMES[i] for i in np.argsort(-gaps, kind="stable") if gaps[i] > tolerance)


@alternative("the largest is taken out until none is left")
def one_by_one(human, train, train_dev, dev, *, tolerance):
    gaps = {"data_mismatch": dev - train_dev, "variance": train_dev - train, "avoidable_bias": train - human}
    found = []
    while gaps and max(gaps.values()) > tolerance:
        worst = max(gaps, key=gaps.get)
        found.append(worst)
        del gaps[worst]
    return found


def _same(found, expected, sentence):
    equal(tuple(found), tuple(expected), sentence)


def _worst_first(gaps, tolerance):
    pairs = sorted(zip(gaps, NAMES), key=lambda pair: pair[0], reverse=True)  # stable, as most answers sort
    return [name for gap, name in pairs if gap > tolerance]


def _orders(rng):
    """Gaps in every order, with one that is below tolerance in some."""
    small, middle, large = 0.02, 0.05, 0.11
    low = float(rng.uniform(0.001, 0.01))
    return [
        (small, large, middle),
        (large, small, middle),
        (middle, large, small),
        (small, middle, large),
        (low, large, middle),
        (middle, low, large),
        (large, middle, low),
        (low, middle, low),
    ]


def _errors(human, gaps):
    return (human, *(human + np.cumsum(gaps)).tolist())


def _expected(gaps, tolerance):
    return _worst_first(gaps, tolerance)
