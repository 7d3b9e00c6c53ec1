"""The class board: who achieved what, and at what cost, in exercises where right answers can still be compared."""

from dataclasses import dataclass

import numpy as np

from dnnkit.capstone import pareto

from ..judge.verdict import PASSED
from .results import record_of

ERROR, COST = (
    "test error",
    "epochs",
)  # an exercise has a board if a check that passes reports these; the lower, the better


@dataclass(frozen=True)
class Place:
    """One answer's place on the board of an exercise.

    Attributes
    ----------
    exercise, student : str
    place : int
        1 for the lowest error; among equal errors, the lower cost comes first.
    front : bool
        Whether no other answer has a lower or equal error at a lower or equal cost.
    numbers : dict of str to float
        What the first check that reports an error and a cost reported, including those two.
    elsewhere : dict of str to float
        What a hidden check reported, on inputs that differ from answer to answer: an answer that knows the first inputs
        does worse on these.
    """

    exercise: str
    student: str
    place: int
    front: bool
    numbers: dict
    elsewhere: dict


def boards(place):
    """Return the board of each exercise that has one, from the class's records; see `ranked`."""
    findings = {}
    for file in sorted(place.step("records").glob("*/*.json")):
        student = file.parent.name
        for exercise, report in record_of(place, student, file.stem).get("exercises", {}).items():
            findings[student, exercise] = report["findings"]
    return ranked(findings)


def ranked(findings):
    """Return the Places by exercise, lowest error first; `findings` are by (student, exercise)."""
    told = {}
    for (student, exercise), found in findings.items():
        if numbers := _told(found):
            told.setdefault(exercise, []).append((student, *numbers))
    return {exercise: _ranked(exercise, told[exercise]) for exercise in sorted(told)}


def _told(findings):
    """Return the numbers that an answer's checks reported, here and elsewhere, or None."""
    told = [dict(finding.get("measured", ())) for finding in findings if finding["verdict"] == PASSED]
    told = [numbers for numbers in told if ERROR in numbers and COST in numbers]
    return (told[0], told[1] if len(told) > 1 else {}) if told else None


def _ranked(exercise, told):
    errors, costs = (np.array([numbers[name] for _, numbers, _ in told]) for name in (ERROR, COST))
    front = set(pareto(errors, costs).tolist())
    order = np.lexsort((costs, errors)).tolist()
    return tuple(Place(exercise, told[i][0], place, i in front, *told[i][1:]) for place, i in enumerate(order, 1))
