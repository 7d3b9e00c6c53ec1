"""What taking a chapter or exercises that have changed would do to the grades: tried on a copy of the class."""

import json
from dataclasses import dataclass

from nbgrader.api import MissingEntry

from . import config as settings
from . import submission
from .due import handed_in
from .grade import grade
from .layout import ClassError, scratch
from .ledger import recorded
from .pin import SHORT
from .publish import publish
from .results import record_of, results
from .trial import copy


@dataclass(frozen=True)
class Move:
    """A grade that moves: one student's points in one exercise, before and after, and why, in words.

    `after` is None if a person then has to give them.
    """

    student: str
    exercise: str
    before: float
    after: float | None
    why: tuple[str, ...] = ()


def moves(place, sources, homes, root, console) -> tuple[Move, ...]:
    """Return the grades that would move if topics were released and graded again.

    Everything happens in a copy of the class; only points that a machine gave are compared.
    """
    before = _points(place, sources)
    if not before:
        return ()
    with scratch(place) as folder:
        copied = copy(place, folder / "class", sources)
        config = settings.load(copied)
        for topic, source in sources.items():
            publish(copied, topic, source, homes[topic], root, config)
        handing_in = {student for student, topic in handed_in(place, sources)[0]}
        graded = {student for student, _ in before}
        grade(copied.root, tuple(sources), students=sorted(handing_in & graded), force=True, console=console)
        after = {(result.student, result.exercise): result.points for result in results(copied, sources)}
        return tuple(
            Move(student, exercise, points, after[student, exercise], tuple(_why(place, copied, student, exercise)))
            for (student, exercise), points in before.items()
            if points != after.get((student, exercise), points)
        )


def _why(place, copied, student, exercise):
    """Yield, in words, how two gradings of an answer differ, check by check."""
    topic = exercise.partition("/")[0]
    graded = recorded(place, student, topic)
    digest = submission.digest(place.step("submitted", student, topic))
    if graded and graded[-1].submission not in (None, digest[:SHORT]):
        yield "it was handed in again after it was graded"
    old, new = (record_of(where, student, topic).get("exercises", {}).get(exercise) for where in (place, copied))
    if not old or not new:
        yield f"there is no record of how it was graded {'so far' if new else 'in the trial'}"
        return
    if old["possible"] != new["possible"]:
        yield f"it is worth {new['possible']:g} instead of {old['possible']:g} points"
    before, after = ({each["check"]: each for each in report["findings"]} for report in (old, new))
    same = True
    for check in dict.fromkeys((*after, *before)):
        then, now = before.get(check), after.get(check)
        if then is None or now is None or then["verdict"] != now["verdict"]:
            same = False
            told = (then["verdict"] if then else "no check of it", now["verdict"] if now else "no check of it")
            said = f" ({now['sentence']})" if now and now["sentence"] else ""
            yield f"{(now or then)['title'].rstrip('.')}: {told[0]} becomes {told[1]}{said}"
    if same and old["possible"] == new["possible"]:
        weigh = old["points"] != new["points"]  # else one of the two is a person's to give
        yield "its checks say the same, but weigh differently" if weigh else "a person is asked to look at it"


def require_same_cells(place, sources, config):
    """Refuse a change that adds or removes cells where grades are recorded, as nbgrader does, but in plain words."""
    for topic, source in sources.items():
        names = other_cells(topic, source, config)
        if names:
            raise ClassError(
                f"{topic} cannot be updated, since submissions have been graded and its cells are not the same: "
                f"{', '.join(names)}"
            )


def other_cells(topic, source, config):
    """Return the names of cells that a topic's new source has and its graded submissions lack, or the reverse."""
    with settings.gradebook(config) as gradebook:
        try:
            notebook = gradebook.find_notebook(topic, topic)
        except MissingEntry:
            return []
        old = {cell.name for cell in notebook.source_cells}
        new = {cell["id"] for cell in json.loads(source)["cells"]}
        return sorted(old ^ new) if notebook.submissions else []


def _points(place, topics):
    return {
        (result.student, result.exercise): result.points
        for result in results(place, topics)
        if result.points is not None
    }
