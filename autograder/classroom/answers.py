"""Answers to hand in, taken from an exercise's own file: right ones, each misconception, nothing, and a crash."""

import ast
from dataclasses import dataclass

from ..judge.verdict import CRASHED, PASSED
from .results import BY_HAND, NOT_ATTEMPTED

FULL, PART, NONE = "full", "part", "none"


@dataclass(frozen=True)
class Answer:
    """What goes into an answer's cell (None leaves the starter), and the result it must get."""

    source: str | None
    expected: dict


def expect(points, verdict=None, misconception=""):
    """Return what a result must be: full points, part of them (or none), or none; None stands for points to come."""
    return {"points": points, "verdict": verdict, "misconception": misconception}


def right(exercise) -> Answer:
    """Return the solution, or the best of the marked texts."""
    if exercise.kind == "text":
        return _text(max(exercise.anchors)[1])
    return Answer(exercise.solution_source, expect(FULL, PASSED))


def right_otherwise(exercise) -> Answer:
    """Return a right answer that is written another way, where the exercise has one."""
    if exercise.kind == "text" or not exercise.alternatives:
        return right(exercise)
    return Answer(written_out(exercise, exercise.alternatives[0].name), expect(FULL, PASSED))


def mistake(number):
    """Return the function that gives an exercise's wrong answer of that number, or the solution where it has none."""

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
        return Answer(f"{exercise.name} = 1 / 0", expect(NONE, NOT_ATTEMPTED))
    return Answer(f"def {exercise.name}(*args, **kwargs):\n    return 1 / 0", expect(NONE, CRASHED))


def _text(words):
    return Answer(words, expect(None, BY_HAND))


def written_out(exercise, name) -> str:
    """Return the code of an answer in an exercise's file, as a student writes it: under the name that is asked for.

    What the answer uses of the file (imports, helpers, constants) goes before it.
    """
    text = exercise.path.read_text(encoding="utf-8")
    nodes = ast.parse(text).body
    node = next(node for node in nodes if getattr(node, "name", None) == name)
    parts = [_statement(text, other) for other in _needed(nodes, node)]
    own = ast.get_source_segment(text, node)
    if exercise.asks_for_value:
        return "\n\n".join([*parts, own, f"{exercise.name} = {name}()"])
    own = own.replace(name, exercise.name, 1)
    again = [f"{name} = {exercise.name}"] if name in _used(node) else []
    return "\n\n".join([*parts, own, *again])


def _statement(text, node):
    """Return the text of a statement; a student takes generators from NumPy, not from the judge."""
    if isinstance(node, ast.ImportFrom) and node.module == "autograder.authoring":
        return "from numpy.random import default_rng"
    return ast.get_source_segment(text, node)


def _needed(nodes, node):
    """Return the other statements of a file that a statement needs, in their order."""
    binding = {name: other for other in nodes for name in _bound(other)}
    needed, waiting = [], [node]
    while waiting:
        for name in _used(waiting.pop()):
            other = binding.get(name)
            if other is not None and other is not node and other not in needed:
                needed.append(other)
                waiting.append(other)
    return [other for other in nodes if other in needed]


def _bound(node):
    """Return the names that a top-level statement binds."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
    return [name.id for name in ast.walk(node) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)]


def _used(node):
    """Return the names that a statement's own code reads, without its decorators."""
    decorators = {id(part) for decorator in getattr(node, "decorator_list", ()) for part in ast.walk(decorator)}
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and id(part) not in decorators}
