"""What there is to grade: what students have handed in, and whether a grade that was given to it still stands."""

import ast
import hashlib
import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime

import nbformat
from nbgrader.utils import parse_utc

from . import config as settings
from . import roster, submission
from .layout import ClassError, shown, write_file
from .ledger import FIRST, HAND_IN, recorded
from .pin import SHORT

# The settings that take effect after a grade, or apart from it: what is taken off for being late, who sees solutions
# when, how pages look and where they go.
LATER = frozenset(
    ("AssignLatePenalties", "LateSubmissionPlugin", "Course", "Exchange", "FormgradeApp", "GenerateFeedback")
)
MOST_SAID = 20  # lines about what is not understood


@dataclass(frozen=True)
class Task:
    """One submission to grade, with digests of what was handed in, and of everything that its grade depends on."""

    student: str
    topic: str
    submission: str
    fingerprint: str

    @property
    def key(self):
        """The submission's name in grading's record of what it has done."""
        return f"{self.student}/{self.topic}"


def handed_in(place, released):
    """Return (student, topic) for each submission, and warnings about everything else.

    Raises
    ------
    ClassError
        When there is something, but no submission among it.
    """
    found, strange = [], []
    for student in _entries(place.step("submitted")):
        name = f"submitted/{shown(student.name)}"
        if not student.is_dir():
            strange.append(f"{name} is not a student's folder; it was not graded")
        elif not roster.may_be_id(student.name):
            strange.append(f"{name} cannot be a student's id; nothing in it was graded")
        else:
            inside = _entries(student)
            found += [(student.name, each.name) for each in inside if each.is_dir() and each.name in released]
            strange += [_stray(name, each) for each in inside if not (each.is_dir() and each.name in released)]
            strange += [] if inside else [f"{name} is empty"]
    if len(strange) > MOST_SAID:
        strange[MOST_SAID:] = [f"and {len(strange) - MOST_SAID} more under submitted/ that were not understood"]
    if strange and not found:
        raise ClassError(
            "\n".join(("nothing under submitted/ is a submission (submitted/STUDENT/TOPIC/TOPIC.ipynb):", *strange))
        )
    return found, strange


def _stray(student, path):
    if path.is_dir():
        return f"{student}/{shown(path.name)} belongs to no assignment of this class"
    return f"{student}/{shown(path.name)} is not in the folder of an assignment; it was not graded"


def _entries(folder):
    """Return what is in a folder, except what a computer puts there by itself."""
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if not (path.name.startswith(".") and path.is_file()) and path.name not in (".ipynb_checkpoints", "__MACOSX")
    )


def assignment(place, topic, gradebook):
    """Return the assignment as nbgrader grades it, as text: the release, with the gradebook's data on its cells."""
    release = nbformat.read(place.released(topic), as_version=4)
    notebook = gradebook.find_notebook(topic, topic)
    sources = {cell.name: cell for cell in notebook.source_cells}
    points = {cell.name: cell.max_score for cell in notebook.grade_cells}
    for cell in release.cells:
        marks = cell.metadata.nbgrader
        source = sources[marks.grade_id]
        marks.checksum = source.checksum
        if marks.locked:
            cell.source = source.source
        if marks.grade:
            marks.points = points[marks.grade_id]
    return nbformat.writes(release)


def tasks(place, found, releases, pinned):
    """Return a `Task` for each submission that was found and is for one of the topics to grade.

    A grade depends on the submission, the exercises, the assignment and the class's settings, but not on comments in
    them, nor on settings that take effect after it (see `LATER`).
    """
    statements = ast.parse(place.config_file.read_bytes()).body
    settings = "\n".join(ast.dump(statement) for statement in statements if not comes_later(statement))
    shared = {topic: (pinned["topics"][topic], text, settings) for topic, text in releases.items()}
    return [_task(place, student, topic, shared[topic]) for student, topic in found if topic in releases]


def within_limit(place, found, config):
    """Return the tasks that may be graded today: a student's new hand-ins up to the class's limit, and all old ones.

    Raises
    ------
    ClassError
        When the class's setting is not a limit.
    """
    limit, zone = settings.daily_limit(config), settings.zone(config)
    today = datetime.now(zone).date()

    def may_be_graded(task):
        entries = recorded(place, task.student, task.topic)
        if entries and entries[-1].submission == task.submission[:SHORT]:
            return True
        return [*days(entries, zone).values()].count(today) < limit

    return found if limit == math.inf else [task for task in found if may_be_graded(task)]


def days(entries, zone):
    """Return, by digest, the day (by a zone's clock) on which each hand-in of a history was first graded."""
    new = [each for each in entries if {FIRST, HAND_IN}.intersection(each.why)]
    return {each.submission: parse_utc(each.at).replace(tzinfo=UTC).astimezone(zone).date() for each in new}


def comes_later(statement):
    """Whether a statement in the class's settings sets only something that no grade depends on."""
    match statement:
        case ast.Assign(targets=[ast.Attribute(value=ast.Attribute(value=ast.Name(id="c"), attr=name))]):
            return name in LATER
    return False


def _task(place, student, topic, shared):
    folder = place.step("submitted", student, topic)
    parts = (submission.dated(folder), place.student_seed(student), *shared)
    return Task(student, topic, submission.digest(folder), hashlib.sha256("\0".join(parts).encode()).hexdigest())


class Done:
    """What was graded, by this run and earlier ones: for each submission its fingerprint, result and notices."""

    def __init__(self, place):
        self._place = place
        self._path = place.state / "graded.json"
        try:
            self._entries = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self._entries = {}

    def stands(self, task):
        """Whether the result of an earlier run is still there, and is for what would be graded now."""
        entry = self._entries.get(task.key)
        return entry is not None and (entry["fingerprint"], entry["result"]) == (task.fingerprint, self._result(task))

    def keep(self, task, notices):
        """Record a submission as graded; its graded notebook must be in place."""
        self._entries[task.key] = {"fingerprint": task.fingerprint, "result": self._result(task), "notices": notices}

    def forget(self, task):
        """Record a submission as not graded."""
        self._entries.pop(task.key, None)

    def notices(self):
        """Return what students are told, by (student, topic)."""
        entries = self._entries.items()
        return {tuple(key.rsplit("/", 1)): tuple(entry["notices"]) for key, entry in entries if entry["notices"]}

    def write(self):
        """Write down what was graded."""
        write_file(self._path, json.dumps(self._entries, indent=1, sort_keys=True).encode())

    def _result(self, task):
        path = self._place.step("autograded", task.student, task.topic, f"{task.topic}.ipynb")
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
