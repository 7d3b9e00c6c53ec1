"""Release assignments into a class: what is new, and, on request, what has changed since."""

from dataclasses import dataclass

from .. import chapter as chapters
from . import config as settings
from . import pin
from .layout import ClassError, alone, open_class
from .ledger import note
from .notebook import source_text
from .publish import is_whole, publish
from .update import moves, require_same_cells

UNCHANGED, CHANGED = "unchanged", "changed since it was released"


@dataclass(frozen=True)
class Released:
    """What a release did: the topics that are new or updated, and those that were already as they are."""

    released: tuple[str, ...]
    unchanged: tuple[str, ...]


@alone
def release(
    directory, topics=(), *, update=False, dry_run=False, root=chapters.ROOT, announce=None, console=None
) -> Released:
    """Release assignments into a class, and pin the class to the exercises as they are now.

    Parameters
    ----------
    directory : path
        The class directory.
    topics : sequence of str
        What to release; without any, all topics of the course, and the class's own.
    update : bool, optional
        Take a chapter or exercise that has changed since it was released.
    dry_run : bool, optional
        Find out what would be done, announce it, and do nothing.
    root : path, optional
        The course's directory.
    announce : function, optional
        Called before an update is applied, with the grades that it moves (a tuple of `autograder.classroom.Move`); to
        find them, submissions are graded in a copy of the class.
    console : rich.console.Console, optional
        Where the progress of that regrading is shown.

    Raises
    ------
    ClassError
        When a topic is unknown, or has changed and `update` is not given, or its chapter or an exercise is malformed:
        then with a line for each slip.
    autograder.chapter.ChapterError
        When one of the class's own topics cannot be told from one of the course's.
    """
    place = open_class(directory)
    homes = chapters.homes(place.root, root)
    for topic in topics:
        if topic not in homes:
            raise ClassError(f"there is no topic {topic!r}; the topics are {', '.join(homes) or 'none'}")
    if slips := [line for topic in topics or homes for line in chapters.slips(topic, homes[topic])]:
        raise ClassError("\n".join(slips))
    config = settings.load(place)
    sources = {topic: source_text(topic, homes[topic]) for topic in topics or homes}
    states = {topic: _state(place, topic, text, homes[topic], config) for topic, text in sources.items()}
    changed = {topic: sources[topic] for topic, state in states.items() if state.startswith(CHANGED)}
    if changed and not update:
        raise ClassError(
            f"{'; '.join(f'{topic} has {states[topic]}' for topic in changed)}; "
            "to see whose grades move, add --update --dry-run; to take it, --update"
        )
    if changed:
        require_same_cells(place, changed, config)
        if announce is not None:
            announce(moves(place, changed, homes, root, console))
    due = tuple(topic for topic, state in states.items() if state != UNCHANGED)
    if changed and not dry_run:
        with settings.gradebook(config) as gradebook:
            note(place, gradebook)
    for topic in () if dry_run else due:
        publish(place, topic, sources[topic], homes[topic], root, config)
    return Released(due, tuple(topic for topic in sources if topic not in due))


def _state(place, topic, source, home, config):
    """Say how a topic's chapter and exercises compare with what the class has: new, unchanged, or what has changed."""
    if topic not in pin.read(place)["topics"]:
        return "new"
    files = pin.changed(place, topic, chapters.exercises_root(home))
    if files:
        return f"{CHANGED} ({', '.join(files)})"
    held = place.step("source", topic, f"{topic}.ipynb")
    if not held.exists() or held.read_text(encoding="utf-8") != source:
        return f"{CHANGED} (its chapter)"
    return UNCHANGED if is_whole(place, topic, home, config) else "incomplete"  # which moves no grade, and may change
