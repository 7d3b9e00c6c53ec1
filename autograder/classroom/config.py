"""How nbgrader is set up for a class: the settings that `nbgrader_config.py` takes from here, and reading that file."""

import logging
import math
import os
import warnings
from contextlib import contextmanager, suppress
from datetime import UTC
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from dateutil.tz import gettz
from nbgrader import api
from nbgrader import preprocessors as steps
from nbgrader.api import Course, Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from traitlets.config import PyFileConfigLoader

from .. import language
from ..solutions import WHEN
from .layout import ClassDirectory, ClassError, modules_of
from .preprocessors.trim import TrimCells

OURS = {
    "Course": (
        "counts",
        "daily_limit",
        "hidden_verdicts",
        "language",
        "late_grace",
        "late_penalty",
        "late_penalty_limit",
        "show_solutions",
    ),
    "Grading": ("judged",),
}
BEST_A_DAY = 20  # hand-ins per student and assignment that are judged a day, if the best counts and no limit is set
MAX_KILOBYTES = 10_000
WRITTEN_ELSEWHERE = 20  # seconds to wait while another program writes to a gradebook in a file

# nbgrader's own chain, with the end of cells trimmed, and without the steps for headers and for AUTOTEST.
RELEASE = (
    steps.LockCells,
    steps.ClearSolutions,
    TrimCells,
    steps.ClearOutput,
    steps.CheckCellMetadata,
    steps.ComputeChecksums,
    steps.SaveCells,
    steps.ClearHiddenTests,
    steps.ClearMarkScheme,
    steps.ComputeChecksums,
    steps.CheckCellMetadata,
)

CONFIG_FILE = '''\
"""nbgrader's settings for this class; add your own at the end."""

from pathlib import Path

from autograder.classroom.config import configure

c = get_config()
configure(c, Path(__file__).parent)

# A step of your own between judging and recording (see autograder.classroom.run), for instance to email a student:
# c.Grading.judged = lambda judged, explained: judged

# Grades are kept in gradebook.db next to this file. For PostgreSQL, install the course's extra `postgres` and set:
# c.CourseDirectory.db_url = "postgresql+psycopg://user@host/grades"

# A submitted notebook larger than this (in kilobytes) is not read.
c.CourseDirectory.max_file_size = {max_kilobytes}

# How many seconds a cell may run. A whole submission has twice as many, or 25, whichever is more; anything slow gets at
# most half of the time that is left, so that the rest is still judged.
# c.Execute.timeout = 12

# When students see how others solved an exercise that they have passed in practice: "after_pass", "after_due" (the due
# date is the gradebook's) or "never". Release again after a change: the handout carries it.
c.Course.show_solutions = "after_pass"

# The language in which students are addressed, as far as there is a catalogue for it: in notebooks, by `check`, and in
# feedback. Release again after a change.
c.Course.language = "en"

# When feedback says what hidden checks found: "always", "after_due" (the student's own due date) or "never". They
# count towards the points in any case.
c.Course.hidden_verdicts = "always"

# Which hand-in counts if a student hands in several times: the "last", the "first", or the "best", for which each is
# judged (see: autograder collect, autograder grade).
c.Course.counts = "last"

# How many hand-ins per student and assignment are graded a day, by the clock of c.Exchange.timezone; any beyond that
# are graded the next day. None means no limit or, if the best counts, {best_a_day}, since a student may send hundreds.
c.Course.daily_limit = None

# Points off for late work: the share of a student's points taken off for each day late or part of one, 0.1 for a tenth,
# and 1 for all of them at once. At most the limit is taken off, and nothing within the grace period (in minutes). Due
# dates are set with `autograder due`. Release again after a change: the handout states it.
c.Course.late_penalty = 0
c.Course.late_penalty_limit = 1
c.Course.late_grace = 0
'''


def configure(c, root):
    """Set what this course needs from nbgrader for the class directory `root`.

    The exercises that the release pinned are named in the environment, so that the stock ``nbgrader autograde`` judges
    by them too.
    """
    place = ClassDirectory(root.resolve())
    c.CourseDirectory.root = str(place.root)
    set_release(c)
    c.AssignLatePenalties.plugin_class = "autograder.classroom.late.ByTheDay"
    c.HTMLExporter.filters = {
        "markdown2html": "autograder.classroom.sanitize.markdown",
        "strip_files_prefix": "autograder.classroom.sanitize.as_it_is",
    }
    os.environ["AUTOGRADER_EXERCISES"] = str(place.exercises)


def set_release(c):
    """Set how source notebooks become student notebooks: a solution goes, and the starter before it stays."""
    c.ClearSolutions.code_stub = {"python": ""}
    c.ClearSolutions.text_stub = ""
    c.GenerateAssignment.preprocessors = list(RELEASE)


def load(place):
    """Return the configuration that a class's `nbgrader_config.py` makes.

    Raises
    ------
    ClassError
        When that file, which an instructor may have edited, does not run, or sets something that is not a setting.
    """
    with same_environment(), modules_of(place):
        try:
            config = PyFileConfigLoader(place.config_file.name, path=str(place.root)).load_config()
        except Exception as error:
            raise ClassError(f"{place.config_file} does not run ({type(error).__name__}: {error})") from error
    for kind, known in OURS.items():
        for name in config.get(kind, {}):
            if name not in known:
                meant = get_close_matches(name, known, n=1) or known
                raise ClassError(
                    f"{place.config_file} sets c.{kind}.{name}, which is not a setting; "
                    f"perhaps it should be {' or '.join(f'c.{kind}.{each}' for each in meant)}"
                )
    language.use(chosen(config, "language", language.languages()))
    return config


def chosen(config, name, choices):
    """Return which of some choices the class has set, by default the first.

    Raises
    ------
    ClassError
        When it has set something else.
    """
    choice = config.Course.get(name, choices[0])
    if choice not in choices:
        raise ClassError(f"c.Course.{name} must be one of {', '.join(map(repr, choices))}, got {choice!r}")
    return choice


def daily_limit(config):
    """Return how many hand-ins per student and assignment are graded a day.

    By default there is no limit, or `BEST_A_DAY` if the best hand-in counts.

    Raises
    ------
    ClassError
        When the class's setting is not such a number.
    """
    limit = config.Course.get("daily_limit")
    if limit is not None and (type(limit) is not int or limit < 1):
        raise ClassError(f"c.Course.daily_limit must be a whole number of 1 or more, or None, got {limit!r}")
    unset = BEST_A_DAY if config.Course.get("counts") == "best" else math.inf
    return unset if limit is None else limit


def zone(config):
    """Return the time zone of the class's clock, from nbgrader's settings.

    Raises
    ------
    ClassError
        When there is no such zone.
    """
    name = config.Exchange.get("timezone") or config.NbGraderAPI.get("timezone") or "UTC"
    found = gettz(name)
    if found is None:
        raise ClassError(
            f"c.Exchange.timezone: expected the name of a time zone, such as 'Europe/Berlin', got {name!r}"
        )
    return found


def solutions_shown(config, topic):
    """Return when a topic's solutions are shown, as the handout carries it: a dictionary, empty for right after a pass.

    Raises
    ------
    ClassError
        When the class's setting is unknown.
    """
    when = chosen(config, "show_solutions", WHEN)
    if when == WHEN[0]:
        return {}
    due = None
    if when == "after_due":
        with gradebook(config) as opened, suppress(MissingEntry):
            due = opened.find_assignment(topic).duedate
    return {"show_solutions": when, "due": due and due.replace(tzinfo=UTC).isoformat()}


@contextmanager
def same_environment():
    """Undo, at the end, all changes to this process's environment."""
    before = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def nbgrader_at_work():
    """Let nbgrader run as it needs to inside this process.

    For each gradebook that it makes, it would ask the command alembic for the version of its tables, which takes a
    second and fails unless the environment is activated; and its use of SQLAlchemy gives warnings that nobody can act
    on.
    """
    asking, api.get_alembic_version = api.get_alembic_version, version_of_tables
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        api.get_alembic_version = asking


@cache
def version_of_tables():
    """Return the version of the tables that nbgrader makes for a gradebook, as alembic numbers them."""
    from alembic.script import ScriptDirectory  # here, since few commands make a gradebook

    return ScriptDirectory(str(files("nbgrader") / "alembic")).get_current_head()


def course_directory(config):
    """Return nbgrader's own record of where a class's files are."""
    return CourseDirectory(config=config)


def permissions(config):
    """Return what others may do with graded files, as a file's mode."""
    return int(str(Autograde(coursedir=course_directory(config), config=config).permissions), 8)


@contextmanager
def gradebook(config):
    """Yield the class's gradebook, open.

    Raises
    ------
    ClassError
        When it cannot be used: because it is not there, for instance, or another program keeps writing to it.
    """
    course = course_directory(config)
    try:
        with nbgrader_at_work(), Gradebook(course.db_url, course.course_id) as opened:
            if opened.engine.dialect.name == "sqlite":
                opened.db.execute(text(f"PRAGMA busy_timeout = {int(1000 * WRITTEN_ELSEWHERE)}"))
            if not course.course_id and opened.db.get(Course, course.course_id) is None:
                opened.db.add(Course(id=course.course_id))  # nbgrader's rows refer to it, and some databases check
                opened.db.commit()
            yield opened
    except OperationalError as error:
        raise ClassError(
            f"the gradebook cannot be used ({error.orig}); if another program, such as formgrader, is writing to it, "
            "try again when that has finished"
        ) from error


@contextmanager
def log_to(path):
    """Yield a logger that writes nbgrader's messages to a file, and nowhere else."""
    path.parent.mkdir(parents=True, exist_ok=True)
    log = logging.Logger("nbgrader", logging.INFO)
    handler = logging.FileHandler(path, mode="w", encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    try:
        yield log
    finally:
        handler.close()
