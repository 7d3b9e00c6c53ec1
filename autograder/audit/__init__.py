"""Lint the course like code: every answer judged as it must be, every chapter in step with its exercises."""

import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from .. import chapter
from .. import exercise as model
from . import answers, course, transports, zoo

COUNTED = ("topics", "exercises", "checks", "hidden_checks", "misconceptions", "claims")


@dataclass(frozen=True)
class Audit:
    """What the audit counted, what it could not look at, and the problems, each a line that begins with where it is."""

    topics: int
    exercises: int
    checks: int
    hidden_checks: int
    misconceptions: int
    claims: int
    notices: tuple[str, ...]
    problems: tuple[str, ...]


def audit(topics=None, root=chapter.ROOT, seeds=answers.SEEDS, progress=lambda where: None):
    """Return the Audit of some topics, or of all; `progress` is called with each exercise that is done."""
    known = chapter.topics(root)
    topics = tuple(topics or known)
    counts = Counter(topics=len(topics))
    problems = [f"{where}: {sentence}" for where, sentence in course.stray_files(model.EXERCISES)]
    problems += [f"{topic}: _toc.yml has no such topic" for topic in topics if topic not in known]
    asked = [id_ for topic in topics for id_ in model.ids(topic)]
    for topic in topics:
        try:
            read = chapter.read(topic, root)
        except chapter.ChapterError as error:
            problems.append(str(error))
            continue
        counts["claims"] += read.claims
        problems += [f"{where}: {sentence}" for where, sentence in course.chapter_problems(read, root)]
    for exercise in map(model.load, asked):
        counts["exercises"] += 1
        counts["checks"] += len(exercise.checks)
        counts["hidden_checks"] += sum(check.hidden for check in exercise.checks)
        counts["misconceptions"] += len(exercise.misconceptions)
    with transports.server() as (server, notice), _pool(server) as pool:
        for where, found in zip(asked, pool.map(_exercise_problems, asked, [seeds] * len(asked))):
            problems += [f"{where}: {sentence}" for sentence in found]
            progress(where)
    notices = tuple(filter(None, (notice, zoo.UNTRIED)))
    return Audit(**{field: counts[field] for field in COUNTED}, notices=notices, problems=tuple(problems))


def _pool(server):
    """Return processes that share a server of sandboxes; forked, so that none imports anew what this one has."""
    return ProcessPoolExecutor(os.cpu_count(), get_context("fork"), _share, (server,))


def _share(server):
    global _server
    _server = server


def _exercise_problems(id_, seeds):
    """All problems of one exercise; in a process of its own, which is why it takes an id."""
    exercise = model.load(id_)
    return [
        *course.file_problems(exercise),
        *answers.problems(exercise, seeds),
        *(transports.problems(exercise, _server) if _server else ()),
    ]
