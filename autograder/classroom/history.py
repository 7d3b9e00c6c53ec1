"""Show how a student's grades came to be what they are; see `ledger` for how that is kept."""

from difflib import get_close_matches

from . import config as settings
from . import roster
from .layout import ClassError, alone, open_class
from .ledger import Entry, given, recorded, settle


@alone
def history(directory, student, topic=None) -> dict[str, tuple[Entry, ...]]:
    """Return the history of a student's grades by topic: a dictionary of tuples of `Entry`, the oldest first.

    Parameters
    ----------
    directory : path
        The class directory.
    student : str
    topic : str, optional
        Only this one.

    Raises
    ------
    ClassError
        When there is none.
    """
    place = open_class(directory)
    config = settings.load(place)
    with settings.gradebook(config) as gradebook, settings.log_to(place.state / "history.log") as log:
        settle(place, gradebook, config, log)
    topics = [path.stem for path in sorted(place.step("history", student).glob("*.jsonl"))]
    found = {each: recorded(place, student, each) for each in topics if topic in (None, each)}
    if not roster.may_be_id(student) or not found:
        of = f" in {topic!a}" if topic else ""
        like = {each.casefold(): each for each in roster.read(place)}
        meant = [] if found or student in like.values() else get_close_matches(student.casefold(), like, 1)
        do = f"did you mean {like[meant[0]]!a}?" if meant else f"to grade: autograder grade {place.root}"
        raise ClassError(f"there is no grade for {student!a}{of} in {place.root}; {do}")
    return found


def history_lines(found):
    """Yield a student's history, as `history` returns it, line by line, with what a grade is for when that changes."""
    for topic, entries in found.items():
        yield f"{topic}:"
        for last, entry in zip((None, *entries), entries):
            score = f"{entry.score:g}" + (f" + {entry.waiting:g} to be marked" if entry.waiting else "")
            why = "; ".join((*entry.why, *(_graded(last, entry) if last else ())))
            yield f"  {entry.at} UTC  {score:<8}  {entry.by} ({entry.user}): {why}"
            if last is None or _of(last) != _of(entry):
                yield f"      {_of(entry)}"


def _of(entry):
    """Return in words what a grade is for."""
    time = f"handed in {entry.handed_in} UTC" if entry.handed_in else "handed in at an unknown time"
    return f"{time} (digest {entry.submission or 'unknown'}), graded by the exercises {entry.exercises or 'unknown'}"


def _graded(last, entry):
    """Yield in words what grading gave, if it differs from what it gave before."""
    for name, points in sorted(entry.auto.items()):
        if points != last.auto.get(name):
            yield f"{name}: {given(last.auto.get(name))} becomes {given(points)}"
