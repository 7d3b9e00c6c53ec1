"""What results say about exercises: how hard they are, whom they tell apart, and which mistakes they meet."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from ...judge.show import FAILED
from ...judge.verdict import NOT_ATTEMPTED, PASSED
from ..results import NOT_JUDGED

FEWEST = 3  # students for a correlation to say something
QUARTERS = 4


@dataclass(frozen=True)
class Item:
    """One exercise as an item of a test.

    Attributes
    ----------
    difficulty : float or None
        The mean share of the points, from 0 to 1: the higher, the easier, as psychometrics has it.
    discrimination : float or None
        The corrected item-total correlation: Pearson's between the points here and those in all other exercises.
    verdicts : dict of str to tuple of str
        The students by verdict.
    """

    exercise: str
    possible: float
    difficulty: float | None
    discrimination: float | None
    verdicts: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Check:
    """One check of an exercise: who failed it, and who passed, of those whose answer was judged by it."""

    exercise: str
    title: str
    failed: tuple[str, ...]
    passed: tuple[str, ...]


@dataclass(frozen=True)
class Mistake:
    """A named misconception, and who has it."""

    exercise: str
    misconception: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Cluster:
    """Wrong answers without a name that broke in the same way: `signature` is (title, verdict, sentence) by check.

    `is_judged` says whether a check has seen them; it has not if, for instance, their cell does not run.
    """

    exercise: str
    signature: tuple[tuple[str, str, str], ...]
    is_judged: bool
    students: tuple[str, ...]

    @property
    def key(self):
        """The cluster's name in a report, and for ``autograder name``: the same as long as its signature is."""
        return f"{self.exercise}:{hashlib.sha256(repr(self.signature).encode()).hexdigest()[:6]}"


@dataclass(frozen=True)
class Spread:
    """How shares of points are spread: their number, mean, standard deviation (of a sample), and quartiles."""

    count: int
    mean: float
    deviation: float
    quartiles: tuple[float, float, float]


def items(results) -> tuple[Item, ...]:
    """Return each exercise of one assignment as an `Item`, in the order of the results.

    Students with an exercise that could not be judged have no total, and are left out of both numbers. An exercise in
    which someone is waiting for a mark has neither number, and is not part of another's total.

    Examples
    --------
    >>> from autograder.classroom import Result
    >>> table = {"ada": (2, 3), "bob": (1, 2), "eve": (0, 1)}
    >>> found = [Result(name, "t", f"t/{k}", given[k], 4.0, "", "") for name, given in table.items() for k in (0, 1)]
    >>> [(item.difficulty, round(item.discrimination, 3)) for item in items(found)]
    [(0.25, 1.0), (0.5, 1.0)]
    """
    unjudged = {result.student for result in results if result.verdict == NOT_JUDGED}
    points, possible, verdicts = defaultdict(dict), {}, defaultdict(lambda: defaultdict(list))
    for result in results:
        possible[result.exercise] = result.possible
        verdicts[result.exercise][result.verdict].append(result.student)
        if result.student not in unjudged:
            points[result.exercise][result.student] = result.points
    whole = [exercise for exercise in possible if None not in points[exercise].values()]
    found = []
    for exercise in possible:
        by_verdict = {verdict: tuple(students) for verdict, students in verdicts[exercise].items()}
        difficulty = discrimination = None
        if exercise in whole and points[exercise]:
            own = points[exercise]
            difficulty = float(np.mean([*own.values()]) / possible[exercise]) if possible[exercise] else None
            others = [points[other] for other in whole if other != exercise]
            rest = [sum(other.get(student, 0.0) for other in others) for student in own]
            discrimination = correlation([*own.values()], rest)
        found.append(Item(exercise, possible[exercise], difficulty, discrimination, by_verdict))
    return tuple(found)


def correlation(a, b):
    """Return Pearson's correlation of two sequences of numbers, or None where it says nothing.

    >>> correlation([0, 1, 2], [1, 2, 3.5]) > 0.99
    True
    >>> correlation([1, 1, 1], [1, 2, 3]) is None
    True
    """
    a, b = np.asarray(a, float), np.asarray(b, float)
    if len(a) < FEWEST:
        return None
    a, b = a - a.mean(), b - b.mean()
    norms = np.linalg.norm(a) * np.linalg.norm(b)
    return None if norms < 1e-12 else float(np.clip(a @ b / norms, -1.0, 1.0))


def checks(results, findings) -> tuple[Check, ...]:
    """Return what each check found, over the answers that were judged; `findings` are by (student, exercise)."""
    found = defaultdict(lambda: ([], []))
    for result in results:
        if result.verdict == NOT_ATTEMPTED:
            continue
        for finding in findings.get((result.student, result.exercise), ()):
            if finding["check"]:  # it was no check that found, for instance, that a cell did not run
                sides = found[result.exercise, finding["check"], finding["title"]]
                sides[finding["verdict"] == PASSED].append(result.student)
    return tuple(
        Check(exercise, title, tuple(failed), tuple(passed)) for (exercise, _, title), (failed, passed) in found.items()
    )


def mistakes(results) -> tuple[Mistake, ...]:
    """Return the misconceptions that were named, by exercise, most frequent first."""
    found, order = defaultdict(list), {}
    for result in results:
        order.setdefault(result.exercise, len(order))
        if result.misconception:
            found[result.exercise, result.misconception].append(result.student)
    sized = sorted(found.items(), key=lambda each: (order[each[0][0]], -len(each[1]), each[0]))
    return tuple(Mistake(*key, tuple(students)) for key, students in sized)


def clusters(results, findings) -> tuple[Cluster, ...]:
    """Return the wrong answers without a name, by what broke in them, most frequent first."""
    found = defaultdict(list)
    for result in results:
        told = findings.get((result.student, result.exercise), ())
        if result.verdict in FAILED and not result.misconception and told:
            signature = tuple((each["title"], each["verdict"], each["sentence"]) for each in told)
            found[result.exercise, signature, any(each["check"] for each in told)].append(result.student)
    sized = sorted(found.items(), key=lambda each: (-len(each[1]), each[0]))
    return tuple(Cluster(*key, tuple(students)) for key, students in sized)


def spread(shares) -> Spread | None:
    """Return how shares are spread, or None where there are none; one alone deviates by 0."""
    if not len(shares):
        return None
    deviation = float(np.std(shares, ddof=1)) if len(shares) > 1 else 0.0
    quartiles = tuple(float(each) for each in np.quantile(shares, (0.25, 0.5, 0.75)))
    return Spread(len(shares), float(np.mean(shares)), deviation, quartiles)


def quarters(shares):
    """Return, by student, the quarter of the class, 0 for the best, from a dictionary of shares; ties go by the id."""
    ranked = sorted(shares, key=lambda student: (-shares[student], student))
    return {student: rank * QUARTERS // len(ranked) for rank, student in enumerate(ranked)}
