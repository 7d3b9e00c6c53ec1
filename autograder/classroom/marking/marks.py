"""Write marks and comments into nbgrader's gradebook, and keep the choices behind them; never over another marker's."""

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from filelock import FileLock, Timeout

from .. import config as settings
from ..layout import ClassError
from . import rubric
from .questions import AGAIN, Answer, Question, answers

# What a marker does; a comment comes with each. Points that stand are those that a person gave before, or the judge's.
MARK, COMMENT, STAND, CLEAR = "mark", "comment", "stand", "clear"
WAIT = 20.0  # seconds to wait while another marker writes
MOST_COMMENT = 20_000  # characters


class Overtaken(ClassError):
    """Another marker, or formgrader, was first; `now` is the answer as it is now."""

    def __init__(self, told, now=None):
        super().__init__(told)
        self.now = now


@dataclass(frozen=True)
class Change:
    """What a marker does to an answer: an action, the items chosen, an adjustment, and the comment.

    `seen` is the `version` of the answer that the marker was looking at.
    """

    seen: str
    action: str
    items: tuple[str, ...] = ()
    adjust: float = 0.0
    comment: str = ""


@contextmanager
def _alone(place):
    """Let one marker write at a time, on this machine and on others that use the class's disk."""
    place.state.mkdir(exist_ok=True)
    try:
        with FileLock(place.state / "marking.lock", timeout=WAIT):
            yield
    except Timeout:
        raise ClassError("another marker has been writing for a long time; nothing was saved, try again") from None


def mark(config, question: Question, student: str, change: Change, marker: str) -> tuple[Answer, rubric.Rubric]:
    """Change an answer's mark and comment; return it, and the rubric, as they are now.

    The gradebook is written first, since it is what counts; choices whose points differ from its own are not believed.

    Raises
    ------
    Overtaken
        When the answer, or the items, are not those that the marker saw.
    ClassError
        When the change is invalid, or the gradebook cannot be written.
    """
    _require_valid(question, change)
    with _alone(question.place):
        kept = rubric.read(question)
        with settings.gradebook(config) as gradebook:
            now = _one(gradebook, question, kept, student)
            if now.version != change.seen:
                raise Overtaken(f"{_whose(now, marker)} Your change was not saved.", now)
            if kept.unknown(change.items):
                raise Overtaken("One of these items has since been removed. Your change was not saved.", now)
            choice = now.choice
            if change.action in (MARK, CLEAR):
                choice = _choice(question, kept, change, marker) if change.action == MARK else None
                now.grade.manual_score = choice and choice.points
            elif change.action == STAND and now.grade.manual_score is None:
                choice = _judges(question, marker)
            if change.action != COMMENT:
                now.grade.needs_manual_grade = change.action == CLEAR
            now.comment.manual_comment = change.comment.strip() or None
            gradebook.db.commit()
            kept = kept.with_choice(student, choice)
            rubric.write(question, kept)
            return _one(gradebook, question, kept, student), kept


def change_items(config, question: Question, seen: int, wanted) -> tuple[rubric.Rubric, int, int]:
    """Change a question's items, and with their points the marks of all answers that have them.

    Parameters
    ----------
    seen : int
        The version of the rubric that the marker was looking at.
    wanted : sequence of (str, float, str)
        All items, as `Rubric.with_items` takes them.

    Returns
    -------
    tuple
        The rubric, how many marks moved, and how many did not, since they were given elsewhere (in formgrader).
    """
    with _alone(question.place):
        kept = rubric.read(question)
        if kept.version != seen:
            raise Overtaken("Another marker has changed the items since this page was loaded. Yours were not saved.")
        changed = kept.with_items(wanted)
        moved = left = 0
        with settings.gradebook(config) as gradebook:
            for answer in answers(gradebook, question, kept):
                choice = answer.choice
                points = choice and choice.points is not None and changed.points(choice, question.possible)
                if not choice or choice.points is None or points == choice.points:
                    continue
                if answer.is_chosen:
                    answer.grade.manual_score = points
                    moved += 1
                    changed = changed.with_choice(answer.student, replace(choice, points=points))
                else:
                    left += 1
            gradebook.db.commit()
        rubric.write(question, changed)
    return changed, moved, left


def _require_valid(question, change):
    if change.action not in (MARK, COMMENT, STAND, CLEAR):
        raise ClassError(f"a marker marks, comments, lets points stand or takes a mark back, got {change.action!a}")
    if not abs(change.adjust) <= question.possible:
        raise ClassError(f"the adjustment must be a number between -{question.possible:g} and {question.possible:g}")
    if len(change.comment) > MOST_COMMENT:
        raise ClassError(f"a comment has at most {MOST_COMMENT} characters, got {len(change.comment)}")


def _choice(question, kept, change, marker):
    ordered = tuple(item.id for item in kept.items if item.id in change.items)
    choice = rubric.Choice(ordered, change.adjust, by=marker, at=_now())
    return replace(choice, points=kept.points(choice, question.possible))


def _judges(question, marker):
    if question.is_text:
        raise ClassError("only a person can give points to a free text")
    return rubric.Choice(by=marker, at=_now())


def _now():
    return datetime.now(UTC).isoformat(timespec="seconds")


def _one(gradebook, question, kept, student):
    for answer in answers(gradebook, question, kept, student):
        return answer
    raise Overtaken("This answer no longer needs a person: it was handed in or graded again. Go on to the next one.")


def _whose(now, marker):
    """Say who was first, what came of it, and when."""
    if not now.is_chosen:
        who, when = "Someone in formgrader, or another program,", ""
    else:
        who = "You, in another window," if now.choice.by == marker else now.choice.by
        when = f" (marked on {now.choice.at[:10]} at {now.choice.at[11:16]} UTC)"
    points = now.grade.manual_score
    has = "" if points is None else f"it has {round(points, 2):g} point{'' if points == 1 else 's'}"
    stands = has or "it is still to be marked"
    again = ", and its text has changed since" if now.state == AGAIN else ""
    return f"{who} changed this answer after you opened it{when}: {stands}{again}."
