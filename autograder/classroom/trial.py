"""Try something on a copy of a class, so that neither the class nor its gradebook is written to."""

import os
import shutil

from nbgrader.api import Base
from sqlalchemy import select

from . import config as settings
from .layout import ClassDirectory, ClassError

# What grading a copy writes itself, or must not find there.
MADE = {"release", "autograded", "feedback", "records", "history", "replaced", "handout", "source"}


def copy(place, target, topics, without=()) -> ClassDirectory:
    """Copy what grading some topics needs from a class, with a separate gradebook, wherever the class keeps its own.

    What was handed in is only read in its place, and what the class holds under the names in `without` is left out.

    Raises
    ------
    ClassError
        When the class's settings insist on the class's own gradebook.
    """
    target.mkdir()
    copied = ClassDirectory(target)
    for path in (place.seed_file, place.roster_file):
        if path.exists():
            shutil.copy2(path, target)
    shutil.copytree(place.pinned, copied.pinned)
    for topic in topics:
        shutil.copytree(place.step("release", topic), copied.step("release", topic))
    made = (
        {path.name for path in (*target.iterdir(), place.config_file, place.gradebook, place.state)} | MADE | {*without}
    )
    for path in place.root.iterdir():
        if path.name not in made:  # what was handed in, and what the class's settings may use, are only read
            os.symlink(path, target / path.name)
    address = f"sqlite:///{copied.gradebook}"
    text = place.config_file.read_text(encoding="utf-8")
    copied.config_file.write_text(f"{text}\n\nget_config().CourseDirectory.db_url = {address!r}\n", encoding="utf-8")
    config = settings.load(copied)
    if settings.course_directory(config).db_url != address:
        raise ClassError(f"{place.config_file} does not allow trying anything on a copy of the gradebook")
    _copy_gradebook(settings.load(place), config)
    return copied


def _copy_gradebook(config, copied):
    """Copy all rows of a gradebook, from whatever database it is in."""
    with settings.gradebook(config) as old, settings.gradebook(copied) as new, new.engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            connection.execute(table.delete())
            if rows := [dict(row) for row in old.db.execute(select(table)).mappings()]:
                connection.execute(table.insert(), rows)
