"""What is asked of one exercise, in parts that can be done side by side."""

import traceback

from ..judge.judge import quiet
from . import answers, course, mutation, properties, tests, transports

PARTS = ("right", "wrong", "mutants", "form")  # what takes longest first
LATER = ("disguised", "transports")  # what needs torch, or sandboxes, both of which take long to start


def audited(exercise, section, setup, part, seeds, server=None):
    """Return the problems (a list of sentences) and counts (a dict) of one part of the audit of an exercise.

    `section` is its section of the chapter, or None; `setup` are the chapter's setup cells; `server` makes sandboxes.
    Whatever the exercise's own code raises is also a problem, and stops nobody else's audit.
    """
    try:
        with quiet():
            return _audited(exercise, section, setup, part, seeds, server)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        said = f"{type(error).__name__} ({error}) at {place.filename}, line {place.lineno}"
        return [f"its audit ({part}) raises {said}; mend what raises it"], {}


def _audited(exercise, section, setup, part, seeds, server):
    if part == "form":
        found = list(course.file_problems(exercise))
        if section is not None:
            found += course.section_problems(exercise, section, setup, f"chapters/{exercise.topic}.md")
            found += properties.problems(exercise, section)
        return found, {}
    if exercise.kind == "text":
        return [], {}
    if part == "transports":
        return list(transports.problems(exercise, server)) if server else [], {}
    if exercise.kind == "test":
        return list(tests.problems(exercise, seeds)) if part == "right" else [], {}
    if part == "disguised":
        return list(answers.disguised_answers(exercise)), {}
    if part == "right":
        return [*answers.right_answers(exercise, seeds), *answers.junk_answers(exercise)], {}
    if part == "wrong":
        return list(answers.wrong_answers(exercise, seeds)), {}
    counts, found = mutation.mutation(exercise)
    return found, counts
