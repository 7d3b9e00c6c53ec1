"""Decide which of a student's files count, and put them in place under `submitted/`; nothing there is lost."""

import os
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from nbgrader.utils import parse_utc

from .deadlines import Deadlines
from .download import MOST_BYTES, File, Unusable
from .layout import ClassDirectory, scratch, shown, write_file
from .lms import ENDINGS
from .submission import MOST_FILES, SECRET, TIMESTAMP, timestamp

LONG_AGO = datetime.min.replace(tzinfo=UTC)  # the time of what has none
LAST, FIRST, BEST = KEEP = ("last", "first", "best")
NEW, SAME, REPLACES, STAYS, NOTHING = "new", "unchanged", "replaces another", "not taken", "nothing taken"
# What a second download or upload adds to a name.
COPY = re.compile(r"([ _-]+\d+|[ _-]*\(\d+\)|[ _-]*copy *\d*)+$", re.IGNORECASE)


@dataclass(frozen=True)
class Piece:
    """A file of a student's: the file, its path in what the student handed in, and what the system says of it."""

    file: File
    path: tuple[str, ...]
    late: bool = False
    order: int = 0
    number: str = ""

    @property
    def name(self):
        """What the file is called in the download."""
        return shown("/".join(self.file.path))


@dataclass(frozen=True)
class Row:
    """What became of a student's submission to an assignment: `state` is one of those above, `note` says more."""

    student: str
    topic: str
    file: str
    time: datetime | None
    late: bool
    state: str
    note: str = ""


@dataclass(frozen=True)
class Laying:
    """Decides which of a student's files count, and puts them in place.

    Attributes
    ----------
    topics : tuple of str
        What is released.
    assignment : str or None
        The topic of everything that names no other.
    due : Deadlines
        After which a hand-in is late.
    keep : str
        Which counts if a student handed in twice: `LAST` or `FIRST`; or `BEST`, for which all are kept, the last in
        place, until grading finds the best (see `attempts`).
    dated : bool
        Whether files are dated by when they were handed in.
    given : dict
        When students handed in according to another source, which takes precedence.
    dry_run : bool
        Whether to change nothing.
    left_out : tuple of str
        The names of files that are not taken from what was handed in: those that nbgrader's exchange would add.
    """

    place: ClassDirectory
    topics: tuple[str, ...]
    assignment: str | None
    due: Deadlines
    keep: str
    dated: bool
    given: dict
    dry_run: bool
    left_out: tuple[str, ...] = (TIMESTAMP, SECRET)

    def student(self, student, pieces):
        """Yield a row for each assignment that a student handed in, and one if nothing can be told from it."""
        notebooks = [piece for piece in pieces if piece.file.is_notebook and not piece.file.fault]
        faults = [f"{piece.name} {piece.file.fault}" for piece in pieces if piece.file.fault]
        if faults:
            yield self._none(student, "; ".join(faults))
        elif not notebooks:
            there = ", ".join(sorted(piece.name for piece in pieces)[:5])
            yield self._none(student, f"there is no notebook, only {there}")
        by_topic = defaultdict(list)
        for piece in notebooks:
            by_topic[_topic(piece, self.topics) or self.assignment].append(piece)
        for topic, found in by_topic.items():
            names = ", ".join(sorted(piece.name for piece in found))
            if topic is None:
                which = f"its name matches no topic ({', '.join(self.topics)}); to say which it is: --assignment TOPIC"
                yield self._none(student, f"{names}: {which}")
            elif self.assignment not in (None, topic):
                yield self._none(student, f"{names}: named as if for {topic}; if it is: --assignment {topic}")
            else:
                best = [p for p in found if topic in _called(p)] or [p for p in found if _says(p, topic)]
                yield self._row(student, topic, best or found, pieces)

    def _none(self, student, note, topic=None):
        return Row(student, topic or self.assignment or "", "", None, False, NOTHING, note)

    def _row(self, student, topic, found, pieces):
        """Put in place what counts of a student's hand-ins for a topic."""
        pick = min if self.keep == FIRST else max
        ranks = {piece: (self._time(student, piece) or LONG_AGO, piece.order) for piece in found}
        if self.keep == BEST:
            laid = [self._laid(student, topic, piece, found, pieces, []) for piece in sorted(found, key=ranks.get)]
            times = f"handed in {len(laid)} times" if len(laid) > 1 else ""
            return replace(laid[-1], note="; ".join(filter(None, (times, laid[-1].note))))
        best = [piece for piece in found if ranks[piece] == pick(ranks.values())]
        named = [piece for piece in best if piece.path[-1].casefold() == f"{topic}.ipynb"]
        chosen = best if len(best) == 1 else named
        if len(chosen) != 1:
            names = ", ".join(sorted(piece.name for piece in best))
            return self._none(student, f"it is unclear which of these counts: {names}", topic)
        (piece,) = chosen
        others = [other.name for other in found if other != piece]
        notes = [f"handed in {len(found)} times, not taken: {', '.join(others)}"] if others else []
        return self._laid(student, topic, piece, found, pieces, notes)

    def _laid(self, student, topic, piece, found, pieces, notes):
        """Put in place one of the notebooks found, with what is next to it; return its row."""
        time = self._time(student, piece)
        due = self.due.of(topic, student)
        late = piece.late or bool(time and due and time.replace(tzinfo=None) > due)
        try:
            content = _content(topic, piece, self._others(topic, found, pieces), notes)
            if time:
                content[TIMESTAMP] = f"{time:%Y-%m-%d %H:%M:%S} UTC\n".encode()
            state = self._lay(student, topic, content, time, notes)
        except (Unusable, OSError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            return self._none(student, f"{piece.name} {why}", topic)
        return Row(student, topic, piece.name, time, late, state, "; ".join(notes))

    def _others(self, topic, found, pieces):
        """Return what is neither a notebook that may count nor another topic's."""
        own = [each for each in pieces if not each.file.is_notebook or _topic(each, self.topics) in (topic, None)]
        return [each for each in own if each not in found and each.path[-1] not in self.left_out]

    def _time(self, student, piece):
        time = self.given.get(student) or (piece.file.time if self.dated else None)
        return time and time.astimezone(UTC).replace(microsecond=0)

    def _lay(self, student, topic, content, time, notes):
        """Put files in their place and what was there aside, and return the row's state."""
        target = self.place.step("submitted", student, topic)
        if target.is_symlink() or target.parent.is_symlink():
            raise Unusable(f"would go wherever the link at submitted/{student} leads")
        if self.keep == BEST and any(_stands(kept, content) for kept in kept_of(self.place, student, topic)):
            return SAME
        if target.exists():
            if _stands(target, content):
                return SAME
            before = None if self.keep == BEST else _stamp(target)
            if before and time and (before > time if self.keep == LAST else before <= time):
                notes.append(f"what was handed in at {before:%Y-%m-%d %H:%M:%S} UTC stays")
                return STAYS
        state = REPLACES if target.exists() else NEW
        if self.dry_run:
            return state
        with scratch(self.place) as folder:
            for name, text in content.items():
                write_file(folder / "new" / name, text)
            target.parent.mkdir(parents=True, exist_ok=True)
            if state == REPLACES:
                put_aside(self.place, student, topic)
            os.rename(folder / "new", target)
        return state


def kept_of(place, student, topic):
    """Return the folders of the hand-ins that were replaced, in that order."""
    return sorted((place.root / "replaced" / student / topic).glob("*/"))


def put_aside(place, student, topic):
    """Put what is under `submitted/` with those that were replaced before."""
    aside = place.root / "replaced" / student / topic / f"{datetime.now(UTC):%Y-%m-%d_%H-%M-%S_%f}"
    aside.parent.mkdir(parents=True, exist_ok=True)
    os.rename(place.step("submitted", student, topic), aside)


def _called(piece):
    """Return what a notebook may be called: its name, with and without what a second download or upload has added."""
    name = ENDINGS.sub("", piece.path[-1])
    return name.casefold(), COPY.sub("", name).casefold()


def _says(piece, topic):
    """Whether a notebook's name begins with a topic's, or has it as a word: week12 does not begin with week1."""
    name, topic = _called(piece)[0], topic.casefold()
    after = name[len(topic) : len(topic) + 1]
    begins = name.startswith(topic) and not (topic[-1].isdigit() and after.isdigit())
    return begins or re.search(rf"(?<![^\W_]){re.escape(topic)}(?![^\W_])", name) is not None


def _topic(piece, topics):
    """Return the topic that a notebook's name, or a folder that it is in, says; or the only one; or None."""
    says = [topic for topic in topics if _says(piece, topic)] or [t for t in topics if t in piece.file.path]
    return max(says, key=len, default=topics[0] if len(topics) == 1 else None)


def _content(topic, notebook, others, notes):
    """Return what goes into a submission's folder, by path: the notebook, and what was next to it and below."""
    content = {f"{topic}.ipynb": notebook.file.fetch(MOST_BYTES)}
    folder = notebook.path[:-1]
    beside = [each for each in others if each.path[: len(folder)] == folder and each.file.fetch]
    left = MOST_BYTES - len(content[f"{topic}.ipynb"])
    try:
        if len(beside) > MOST_FILES:
            raise Unusable(f"has more than {MOST_FILES} files")
        more = {}
        for each in beside:
            text = each.file.fetch(left)
            left -= len(text)
            more["/".join(each.path[len(folder) :])] = text
    except Unusable as reason:
        notes.append(f"what is next to it was left out, since it {reason}")
        return content
    return more | content


def _stands(folder, content):
    """Whether a folder already holds the same; a time that it has and the download lacks may stay."""
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if not path.is_dir()}
    kept = {SECRET} | ({TIMESTAMP} - content.keys())
    plain = all(path.is_file() and not path.is_symlink() for path in paths.values())
    if not plain or paths.keys() - kept != content.keys() - kept:
        return False
    return all(name in paths and paths[name].read_bytes() == text for name, text in content.items())


def _stamp(folder):
    """Return when a folder's contents were handed in, as nbgrader reads it, or None."""
    text = timestamp(folder, [])
    return parse_utc(text).replace(tzinfo=UTC) if text else None
