"""Learn, when the book is built, what the checks say about each misconception, and keep it for the page's archive.

It is kept until an exercise, or the code that judges it, changes; `learnt` is the page's side of this. While pages are
executed, ``python -m autograder.live.learning FOLDER TOPIC ...`` learns it for the exercises of topics.
"""

import json
import sys
from functools import partial
from pathlib import Path

from autograder import exercise as model
from autograder.classroom.layout import write_file
from autograder.judge.judge import examine, quiet
from autograder.judge.seeds import PUBLIC
from autograder.judge.standin import in_memory
from autograder.sources import Sources


def found(exercise):
    """Return, by name and by public check, the verdict and sentence on each answer with a misconception."""
    said = {}
    for wrong in exercise.misconceptions:
        for each in (wrong, *wrong.variants):
            with quiet():
                findings, _ = examine(exercise, partial(in_memory, each.answer), PUBLIC, exercise.public_checks)
            said[each.name] = {finding.check: (finding.verdict, finding.sentence) for finding in findings}
    return said


def beside(cache):
    """Return the folder, next to a book's cache, in which this is kept."""
    return cache.with_name(".learnt")


def kept(exercise, folder, sources):
    """Return the result of `found`, as JSON holds it: from `folder`, or found now and kept there."""
    asked = (exercise, *([exercise.tests] if exercise.tests else ()))
    modules = [f"autograder.exercises.{one.id.replace('/', '.')}" for one in asked]
    digest = sources.digest([*modules, "autograder.judge.*"])
    path = folder / exercise.id / f"{digest}.json"
    if not path.exists():
        write_file(path, json.dumps(found(exercise)).encode())
        for old in set(path.parent.glob("*.json")) - {path}:
            old.unlink(missing_ok=True)
    return json.loads(path.read_text(encoding="utf-8"))


def main(folder, *topics):
    """Keep in a folder what is found for the exercises of topics."""
    sources = Sources()
    for topic in topics:
        for exercise in map(model.load, model.ids(topic)):
            if exercise.kind != "text":
                kept(exercise, Path(folder), sources)


if __name__ == "__main__":
    main(*sys.argv[1:])
