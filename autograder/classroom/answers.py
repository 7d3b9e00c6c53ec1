"""Answers to hand in, taken from an exercise's own file: right ones, each misconception, nothing, and a crash."""

from dataclasses import dataclass

from ..judge.verdict import CRASHED, PASSED
from ..written import written_out
from .results import BY_HAND, NOT_ATTEMPTED

FULL, PART, NONE = "full", "part", "none"


@dataclass(frozen=True)
class Answer:
    """What goes into an answer's cell (None leaves the starter), and the result it must get."""

    source: str | None
    expected: dict


def expect(points, verdict=None, misconception=""):
    """Return what a result must be: full points, part of them (or none), or none; None means points still to come."""
    return {"points": points, "verdict": verdict, "misconception": misconception}


def right(exercise) -> Answer:
    """Return the solution, or the best of the marked texts."""
    if exercise.kind == "text":
        return _text(max(exercise.anchors)[1])
    return Answer(exercise.solution_source, expect(FULL, PASSED))


def right_otherwise(number):
    """Return a function that gives a right answer written another way: the exercise's alternatives, in rotation."""

    def answer(exercise):
        if exercise.kind == "text" or not exercise.alternatives:
            return right(exercise)
        other = exercise.alternatives[(number - 1) % len(exercise.alternatives)]
        return Answer(written_out(exercise, other.name), expect(FULL, PASSED))

    return answer


def mistake(number):
    """Return a function that gives an exercise's wrong answer with that number, or the solution if there is none."""

    def answer(exercise):
        if exercise.kind == "text":
            return _text(exercise.mistakes[(number - 1) % len(exercise.mistakes)])
        if number <= len(exercise.lazy):
            return Answer(written_out(exercise, exercise.lazy[number - 1].name), expect(PART))
        if number > len(exercise.misconceptions):
            return right(exercise)
        wrong = exercise.misconceptions[number - 1]
        return Answer(written_out(exercise, wrong.name), expect(PART, misconception=wrong.sentence))

    return answer


def blank(exercise) -> Answer:
    """Return no answer."""
    return Answer(None, expect(NONE, NOT_ATTEMPTED))


def crash(exercise) -> Answer:
    """Return an answer that raises."""
    if exercise.kind == "text":
        return blank(exercise)
    if exercise.asks_for_value:  # the cell itself raises, and there is no value to judge
        return Answer(f"{exercise.name} = 1 / 0", expect(NONE, CRASHED))
    return Answer(f"def {exercise.name}(*args, **kwargs):\n    return 1 / 0", expect(NONE, CRASHED))


def _text(words):
    return Answer(words, expect(None, BY_HAND))
