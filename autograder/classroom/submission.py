"""Read what a student handed in, whatever it is: the notebook, the files beside it, and when.

Nothing of a notebook counts but the text of its cells, the pictures pasted into them, and their order.
"""

import hashlib
import itertools
import os
import re
import stat
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field

from dateutil.tz import gettz

from ..exercise import OWN
from .cells import Cell, Unreadable, listed, read_cells
from .times import require_time

MOST_BESIDE = 16 * 2**20  # bytes of all files beside the notebook
MOST_FILES = 1000  # beside the notebook, and in folders there
DEEPEST = 5  # folders in folders
LONGEST_NAME = 80  # characters of one that are shown
NOTEBOOK = re.compile(r".\.ipynb(\.json|\.txt)?$", re.IGNORECASE)  # some browsers and mail programs add to the name
NOT_STUDENTS = re.compile(r"\._|__MACOSX$|\.ipynb_checkpoints$")  # what a Mac or Jupyter puts beside files
NOT_WRITTEN = re.compile(r"\.|__")  # how the folders that programs keep for themselves begin
OFFSET = re.compile(r"(\d) ([+-]\d\d):?(\d\d)$")  # of a time zone, which nbgrader reads as seconds, or not at all
TIMESTAMP, SECRET = "timestamp.txt", "submission_secret.txt"  # nbgrader's exchange puts them beside the notebook


@dataclass(frozen=True)
class Submission:
    """What was found under `submitted/<student>/<topic>/`.

    Attributes
    ----------
    cells : tuple of Cell, or None
        The notebook's cells; None where nothing can be graded.
    notices : tuple of str
        What the student is told, in whole sentences: what is missing or was fixed.
    timestamp : str
        When it was handed in, as nbgrader's `timestamp.txt` says, or "".
    files : dict of str to bytes
        The files beside the notebook, by their paths there; none of them if they are too much.
    others : tuple of str
        The names of other notebooks, which were not graded.
    """

    cells: tuple[Cell, ...] | None
    notices: tuple[str, ...] = ()
    timestamp: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    others: tuple[str, ...] = ()


def read(folder, topic, max_kilobytes) -> Submission:
    """Read the submission in a folder; never raises on what the folder holds."""
    notices, cells, beside, others = [], None, {}, []
    try:
        path, others = _notebook(folder, topic)
        told = []
        try:
            cells = _cells(path, max_kilobytes, told)
        except Unreadable as reason:
            told.append(str(reason))
            path, others, cells = _copy(path, others, topic, max_kilobytes, told)
        notices += [*_told(path, others, folder, topic), *told]
        beside = {} if cells is None else _files(path, topic, notices)
    except Unreadable as reason:
        notices.append(str(reason))
    except OSError as error:
        notices.append(f"Your submission cannot be read ({error.strerror}).")
    when = timestamp(folder, notices)
    return Submission(cells, tuple(notices), when, beside, tuple(path.name for path in others))


def exchanged(folder) -> dict[str, bytes]:
    """Return the files that nbgrader's exchange put beside a submission, by name, if they are small plain files."""
    there = {path.name: path for path in _entries(folder)}
    found = {name: there[name] for name in (TIMESTAMP, SECRET) if name in there}
    return {name: path.read_bytes() for name, path in found.items() if _is_small(path)}


def is_empty(folder) -> bool:
    """Whether a submission's folder is there and holds nothing that a student has made."""
    beside = (TIMESTAMP, SECRET)
    return folder.is_dir() and not any(
        path.name not in beside and not NOT_STUDENTS.match(path.name) for path in _entries(folder)
    )


def everything(folder) -> list:
    """Return the paths of all that grading reads of a submission: the notebook may be one folder deeper.

    If there are more files than are read, enough of them are returned for that to be seen.
    """
    entries = _entries(folder)
    if len(entries) > MOST_FILES:
        named = {path for path in entries if path.name in (TIMESTAMP, SECRET) or NOTEBOOK.search(path.name)}
        first = sorted(named, key=lambda path: (path.name != f"{folder.name}.ipynb", path.name))
        others = [path for path in entries if path not in named]
        entries = sorted((*first[:MOST_FILES], *others[: MOST_FILES + 1]))
    return [*entries, *_deeper(folder, DEEPEST + 1)]


def digest(folder) -> str:
    """Return a digest of what a student has handed in, as far as grading reads it, without a time beside it."""
    summed = hashlib.sha256()
    beside = (folder / TIMESTAMP, folder / SECRET)
    for path in (each for each in everything(folder) if each not in beside):
        name = path.relative_to(folder)
        try:
            about = path.lstat()
            summed.update(f"{name}\0{stat.S_ISREG(about.st_mode)}\0".encode("utf-8", "replace"))
            if about.st_size > MOST_BESIDE:  # it is rarely or never read: its time shows that it changed
                summed.update(f"{about.st_size} {about.st_mtime_ns}\0".encode())
            elif stat.S_ISREG(about.st_mode):
                with path.open("rb") as file:
                    summed.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            summed.update(f"{error.errno}\0".encode())
    return summed.hexdigest()


def dated(folder) -> str:
    """Return a digest of what a student has handed in, and of what nbgrader's exchange puts beside it: the time."""
    return hashlib.sha256(repr((digest(folder), exchanged(folder))).encode()).hexdigest()


def _entries(folder):
    """Return what is in a folder, if it is one; what is behind links is someone else's."""
    if folder.is_symlink() or folder.parent.is_symlink():
        return []
    try:
        return [folder / name for name in sorted(os.listdir(folder))]  # names, since paths are slow to compare
    except OSError:
        return []


def _deeper(folder, depth):
    """Return what is in a folder's folders, down to a depth; at most a few more than are read."""
    return list(itertools.islice(_below(folder, depth), MOST_FILES + 1))


def _below(folder, depth):
    for inner in _entries(folder)[:MOST_FILES]:
        if depth > 0 and inner.is_dir() and not NOT_STUDENTS.match(inner.name) and not NOT_WRITTEN.match(inner.name):
            yield from _entries(inner)
            yield from _below(inner, depth - 1)


def _is_file(path):
    """Whether it is a plain file: a link may lead out of the submission, and a pipe never ends."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _is_small(path):
    return _is_file(path) and path.stat().st_size <= 1000 and os.access(path, os.R_OK)


def is_notebook(path) -> bool:
    """Whether a file may be the notebook, by its name."""
    return NOTEBOOK.search(path.name) is not None and not NOT_STUDENTS.match(path.name) and _is_file(path)


def _cells(path, max_kilobytes, notices):
    return read_cells(path, _listed([path], path.parent), max_kilobytes, notices)


def _notebook(folder, topic):
    """Return the path of the notebook to grade, and those of others: the one with the topic's name, or the only one.

    It may be here or one folder deeper.
    """
    expected = folder / f"{topic}.ipynb"
    entries = _entries(folder)
    found = [path for path in entries if is_notebook(path)] or [
        path for path in _deeper(folder, 1) if is_notebook(path)
    ]
    if not found:
        there = [path for path in entries if path.name not in (TIMESTAMP, SECRET)]
        if not there:
            raise Unreadable(f"There is no notebook {expected.name} in your submission.")
        raise Unreadable(
            f"There is no notebook {expected.name} in your submission; it contains: {_listed(there, folder)}."
        )
    named = [path for path in found if path == expected] or [path for path in found if _is_called(path, topic)]
    if len(found) > 1 and len(named) != 1:
        raise Unreadable(
            f"There is no {expected.name} in your submission, but several other notebooks: {_listed(found, folder)}."
        )
    (path,) = named if len(found) > 1 else found
    return path, [each for each in found if each != path]


def _copy(path, others, topic, max_kilobytes, told):
    """Return, for a notebook that cannot be read, the one other that has the topic's name and can, if there is one."""
    found = []
    for other in others:
        with suppress(Unreadable):
            found += [(other, _cells(other, max_kilobytes, told))] if _is_called(other, topic) else []
    if len(found) != 1:
        return path, others, None
    ((copy, cells),) = found
    return copy, [path, *(other for other in others if other != copy)], cells


def _told(path, others, folder, topic):
    """Yield which notebook was graded, unless that is plain."""
    name = _listed([path], folder)
    if path != folder / f"{topic}.ipynb":
        yield f"Your notebook is called {name}; it was graded as {topic}.ipynb. Keep the name next time."
    if others:
        yield f"{name} was graded, not {_listed(others, folder)}."


def _is_called(path, topic):
    """Whether a file's name begins with the topic's, as that of a second download does."""
    return path.name.casefold().startswith(topic.casefold())


def shown(name):
    """Return a file's name with nothing in it that a page or terminal obeys; a Mac writes some letters in two parts."""
    clean = re.sub(r"[^\w./() -]", "?", unicodedata.normalize("NFC", name))
    return clean if len(clean) <= LONGEST_NAME else f"{clean[: LONGEST_NAME - 20]}...{clean[-17:]}"


def _listed(paths, folder):
    return listed(paths, lambda path: shown(path.relative_to(folder).as_posix()))


def _files(notebook, topic, notices):
    """Return what a student handed in beside the notebook, by its path; what is too much is left out, with a notice.

    The exercises of a class's own topic were handed out beside it (see `publish`), and are no student's work.
    """
    folder = notebook.parent
    given = folder / OWN / topic
    beside, deeper = (
        [
            path
            for path in paths
            if not (is_notebook(path) or path.name in (TIMESTAMP, SECRET) or path.is_relative_to(given))
            and _is_file(path)
            and os.access(path, os.R_OK)
        ]
        for paths in (_entries(folder), _deeper(folder, DEEPEST))
    )
    kept = []
    for more, where in ((beside, "Beside your notebook"), (deeper, "In folders beside your notebook")):
        size = sum(path.stat().st_size for path in (*kept, *more))
        if len(kept) + len(more) <= MOST_FILES and size <= MOST_BESIDE:
            kept += more
        else:
            few = f"{len(more)} files, together {size / 2**20:.0f} MiB"
            found = few if len(more) <= MOST_FILES else f"more than {MOST_FILES} files"
            notices.append(
                f"{where} are {found}; at most "
                f"{MOST_FILES} files of {MOST_BESIDE / 2**20:.0f} MiB in all are read, so none of them was there when "
                "your notebook was run."
            )
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in kept}


def timestamp(folder, notices):
    """Return when a submission was handed in, as text that nbgrader reads, or ""; what is wrong with it is noted."""
    path = folder / TIMESTAMP
    if path not in _entries(folder) or not _is_file(path):
        return ""
    try:
        with path.open(encoding="utf-8-sig") as file:  # some editors begin with a byte order mark
            text = OFFSET.sub(r"\1\2:\3", file.read(100).strip())
        require_time(text)
    except (ValueError, OSError):
        notices.append("The time of your submission could not be read.")
        return ""
    if len(parts := text.split(" ")) == 3 and gettz(parts[2]) is None:
        notices.append(f"The time of your submission was read as UTC: the zone {shown(parts[2])!r} is not known here.")
    return text
