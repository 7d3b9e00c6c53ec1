"""What the checks say of each misconception, found when the book is built: a page need not run them all to name one.

It would take a browser some seconds, before the first wrong answer to an exercise gets its name. Values that count as
well, as those of an exercise that asks for one do, are found in the page, where they cost nothing. What is found is
kept until an exercise, or the code that judges it, changes.
"""

import functools
import json
import os
from functools import partial
from pathlib import Path

from autograder.judge import diagnose
from autograder.judge.judge import examine, quiet
from autograder.judge.seeds import PUBLIC
from autograder.judge.standin import in_memory

FILE = Path(__file__).with_suffix(".json")  # in a page's archive alone


def found(exercise):
    """Return by name, and by public check, the verdict and sentence on each answer that makes a misconception."""
    said = {}
    for wrong in exercise.misconceptions:
        for each in (wrong, *wrong.variants):
            with quiet():
                findings, _ = examine(exercise, partial(in_memory, each.answer), PUBLIC, exercise.public_checks)
            said[each.name] = {finding.check: (finding.verdict, finding.sentence) for finding in findings}
    return said


def kept(exercise, folder, sources):
    """Return what `found` returns, as JSON holds it: from `folder`, or found now and kept there."""
    asked = (exercise, *([exercise.tests] if exercise.tests else ()))
    modules = [f"autograder.exercises.{one.id.replace('/', '.')}" for one in asked]
    digest = sources.digest([*modules, "autograder.judge.*"])
    path = folder / exercise.id / f"{digest}.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps(found(exercise)), encoding="utf-8")
        beside.replace(path)
        for old in set(path.parent.glob("*.json")) - {path}:
            old.unlink(missing_ok=True)
    return json.loads(path.read_text(encoding="utf-8"))


def learn(exercise):
    """Know of an exercise's misconceptions what was found when the page's archive was made."""
    if exercise.asks_for_value:
        return
    for name, said in _carried().get(exercise.id, {}).items():
        signature = {check: tuple(words) for check, words in said.items()}
        diagnose.learn({(exercise.path, name, tuple(signature)): (signature, {})})


@functools.cache
def _carried():
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
