"""What each exercise's file must hold, and what its section of a chapter must do when it is run."""

import inspect
import re

import numpy as np

from ..chapter.agreement import signature_problems
from ..judge.attempt import attempted

SECRET = re.compile(r"BEGIN SOLUTION|BEGIN HIDDEN|@misconception|@hidden|import \w+ as solution")


def stray_files(root, topics):
    """Yield (where, sentence) for each file or folder among the exercises that belongs to no topic of the book."""
    for path in sorted(root.rglob("*")):
        where = str(path.relative_to(root))
        if not path.is_file() or "__pycache__" in path.parts or where == "__init__.py":
            continue
        if path.suffix != ".py":
            yield where, "only exercises belong here; move it elsewhere"
        elif len(path.relative_to(root).parts) != 2:
            yield where, "an exercise is a file in its topic's folder; move it there"
        elif not path.stem.isidentifier():
            yield where, "an exercise's file is named after what is asked for; rename it"
        elif path.parent.name not in topics:
            yield where, f"_toc.yml has no chapter {path.parent.name}; add it, or move the file"


def text_problems(read, text):
    """Yield (where, sentence) for what has no place in a chapter."""
    where = read.file
    for secret in SECRET.finditer(text):
        line = text.count("\n", 0, secret.start()) + 1
        yield (
            f"{where}, line {line}",
            f"{secret.group()!r} has no place in a chapter; it belongs in the exercise's file",
        )


def claim_problems(read):
    """Yield (where, sentence) if a chapter that is a page of the book, and so is run, measures nothing."""
    if not read.claims:
        yield read.file, "a chapter measures at least one claim"


def file_problems(exercise):
    """Yield a sentence for each thing that the exercise's file lacks."""
    if exercise.kind == "text":
        yield from _text_problems(exercise)
        return
    if exercise.kind == "test":
        if len(exercise.lazy) < 2:
            yield f"a test's file has at least two lazy tests; this one has {len(exercise.lazy)}"
        yield from _source_problems(exercise)
        return
    if len(exercise.misconceptions) < 3:
        yield f"an exercise has at least three misconceptions; this one has {len(exercise.misconceptions)}"
    if not exercise.asks_for_value and not any(check.hidden for check in exercise.checks):
        yield "no check is hidden, so practice inputs could be learned by heart"
    if all(check.hidden for check in exercise.checks):
        yield "every check is hidden, so practice says nothing"
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
        yield f"a free text has two anchor answers; this one has {len(exercise.anchors)}"
    for points, words in exercise.anchors:
        if len(words.split()) > exercise.words or not 0 <= points <= exercise.points:
            yield f"the anchor answer worth {points} must have at most {exercise.words} words, and points that exist"
    if len(exercise.mistakes) != 3:
        yield f"a free text names three common mistakes; this one names {len(exercise.mistakes)}"


def _source_problems(exercise):
    """Yield a sentence unless the statement in the instructor's notebook makes the solution that the checks judge."""
    namespace = {"np": np, "__name__": "solution"}  # not a module, so that definitions here differ from imports
    try:
        exec(exercise.solution_source, namespace)
    except Exception as error:
        yield f"the statement of the solution does not run by itself: {error}"
        return
    made = namespace.get(exercise.name, ...)
    if inspect.isclass(made) or inspect.isfunction(made):
        if made is not exercise.solution and inspect.getmodule(made) is not None:
            yield f"solution_source makes a different {exercise.name}"
    elif repr(made) != repr(exercise.solution):
        yield f"solution_source makes {made!r}, but the solution is {exercise.solution!r}"


def section_problems(exercise, section, setup, file):
    """Yield a sentence if the section does not run after the setup cells, or its starter counts as attempted.

    The starter must also have the solution's signature.
    """
    if exercise.kind == "text":
        return
    namespace = {}
    for cell in (*setup, *section.cells):
        if cell.kind != "code" or "check" in cell.tags:
            continue
        try:
            exec(compile(cell.source, f"{file}, line {cell.line}", "exec"), namespace)
        except Exception as error:
            if isinstance(error, ModuleNotFoundError) and error.name == "torch":
                return  # the audit's notice says so
            yield f"{file}, line {cell.line}: this cell raises {type(error).__name__} ({error}); mend what it does"
            return
    starter = namespace.get(exercise.name)
    place = f"{file}, line {section.starter.line}"
    if attempted(starter, exercise.given):
        yield f"{place}: the chapter's starter counts as attempted"
    if callable(exercise.solution):
        for said in signature_problems(starter, exercise.solution, exercise.name):
            yield f"{place}: {said}; write the same in both"
