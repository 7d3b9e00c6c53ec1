"""What chapters and exercises must agree on, and what each exercise's file must hold."""

import inspect
import re

import numpy as np

from .. import exercise as model
from ..judge.attempt import attempted

SECRET = re.compile(r"BEGIN SOLUTION|BEGIN HIDDEN|@misconception|@hidden|import \w+ as solution")


def file_problems(exercise):
    """Yield a sentence for each thing that the exercise's file lacks."""
    if exercise.kind == "text":
        yield from _text_problems(exercise)
        return
    if exercise.kind == "test":
        if len(exercise.lazy) < 2:
            yield f"a test's file has at least two lazy tests, this one has {len(exercise.lazy)}"
        yield from _source_problems(exercise)
        return
    if len(exercise.misconceptions) < 3:
        yield f"an exercise has at least three misconceptions, this one has {len(exercise.misconceptions)}"
    if not any(check.hidden for check in exercise.checks):
        yield "no check is hidden, so that practice inputs could be learnt by heart"
    if all(check.hidden for check in exercise.checks):
        yield "every check is hidden, so that practice says nothing"
    for wrong in exercise.misconceptions:
        if not wrong.sentence.endswith("."):
            yield f"{wrong.name}: {wrong.sentence[:40]!r} must be a sentence that helps"
    sentences = [wrong.sentence for wrong in exercise.misconceptions]
    if len(set(sentences)) < len(sentences):
        yield "two misconceptions have the same sentence"
    yield from _source_problems(exercise)


def _text_problems(exercise):
    if len(exercise.rubric) != 4 or sum(points for points, _ in exercise.rubric) != exercise.points:
        yield "a rubric has four rows, whose points sum to the exercise's"
    if len(exercise.anchors) != 2:
        yield f"a free text has two anchor answers, this one has {len(exercise.anchors)}"
    for points, words in exercise.anchors:
        if len(words.split()) > exercise.words or not 0 <= points <= exercise.points:
            yield f"the anchor answer worth {points} must have at most {exercise.words} words and the points that exist"
    if len(exercise.mistakes) != 3:
        yield f"a free text names three usual mistakes, this one names {len(exercise.mistakes)}"


def _source_problems(exercise):
    """The statement in the instructor's notebook makes the solution that the checks were proven with."""
    namespace = {"np": np}
    try:
        exec(exercise.solution_source, namespace)
    except Exception as error:
        yield f"the statement of the solution does not run by itself: {error}"
        return
    made = namespace.get(exercise.name, ...)
    if inspect.isclass(made) or inspect.isfunction(made):
        if made is not exercise.solution and inspect.getmodule(made) is not None:
            yield f"solution_source makes another {exercise.name}"
    elif repr(made) != repr(exercise.solution):
        yield f"solution_source makes {made!r}, the solution is {exercise.solution!r}"


def chapter_problems(read, root):
    """Yield (where, sentence) for each thing in which a chapter and its exercises' files do not agree."""
    where = f"chapters/{read.topic}.md"
    text = (root / where).read_text(encoding="utf-8")
    for secret in SECRET.findall(text):
        yield where, f"{secret!r} has no place in a chapter"
    in_chapter = {section.exercise for section in read.sections}
    in_files = set(model.ids(read.topic))
    for lost in sorted(in_files - in_chapter):
        yield where, f"no section asks for {lost}"
    for lost in sorted(in_chapter - in_files):
        yield where, f"asks for {lost}, which has no file"
    if not read.claims:
        yield where, "a chapter measures at least one claim"
    namespace = {}
    for cell in read.setup:
        exec(cell.source, namespace)
    for section in read.sections:
        if section.exercise in in_files:
            exercise = model.load(section.exercise)
            for sentence in _starter_problems(exercise, section, dict(namespace)):
                yield section.exercise, sentence


def _starter_problems(exercise, section, namespace):
    """The starter is not attempted, has the solution's signature, and runs after the setup cells and its section's."""
    if (exercise.kind == "text") != (section.kind == "text"):
        yield f"is a {exercise.kind} in its file and a {section.kind} in the chapter"
    if exercise.kind == "text":
        return
    for cell in section.cells:
        if cell.kind == "code" and "check" not in cell.tags:
            exec(cell.source, namespace)
    starter = namespace.get(exercise.name, None)
    if attempted(starter, exercise.given):
        yield "the chapter's starter does not count as not attempted"
    if callable(exercise.solution):
        yield from _signature_problems(starter, exercise.solution, exercise.name)


def _signature_problems(starter, solution, name):
    if inspect.isclass(solution):
        for method, function in vars(solution).items():
            if inspect.isfunction(function) and (method == "__init__" or not method.startswith("_")):
                yield from _signature_problems(getattr(starter, method, None), function, f"{name}.{method}")
        return
    asked, wanted = (_signature(function) for function in (starter, solution))
    if asked != wanted:
        yield f"the starter's signature is {name}{asked}, the solution's {name}{wanted}"


def _signature(function):
    if not callable(function):
        return "(nothing)"
    plain = [p.replace(annotation=p.empty) for p in inspect.signature(function).parameters.values()]
    return str(inspect.Signature(plain))


def stray_files(root):
    """Yield (where, sentence) for each file among the exercises that is none."""
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".py":
            yield str(path.relative_to(root)), "only exercises belong here"
