"""Read what a student handed in, whatever it is: the notebook, the files beside it, and when.

Nothing of a notebook counts but the text of its cells, the pictures pasted into them, and their order.
"""

import hashlib
import json
import os
import re
import stat
from dataclasses import dataclass, field
from typing import NamedTuple

from nbgrader.utils import parse_utc

from . import sanitize

MOST_CELLS = 2000
MOST_SOURCE = 50_000  # characters of one cell, which is parsed and shown in colours
MOST_SOURCES = 250_000  # of all
MOST_PASTED = 8 * 2**20  # characters of all pictures pasted into cells
TOO_LONG = "This cell had {} characters, where at most {} are read. It was left out."
MOST_BESIDE = 16 * 2**20  # bytes of all files beside the notebook
MOST_FILES = 1000  # beside the notebook, and looked at one folder deeper
MOST_NAMED = 5  # files that a notice names
NOTEBOOK = re.compile(r".\.ipynb(\.json|\.txt)?$", re.IGNORECASE)  # some browsers and mail programs add to the name
NOT_STUDENTS = re.compile(r"\._|__MACOSX$|\.ipynb_checkpoints$")  # what a Mac or Jupyter lays beside files
TIMESTAMP, SECRET = "timestamp.txt", "submission_secret.txt"  # nbgrader's exchange lays them beside the notebook


class Cell(NamedTuple):
    """One cell as it was handed in: its kind, text, ids (nbgrader's and its own), and the pictures pasted into it."""

    kind: str
    source: str
    ids: tuple[str, ...] = ()
    attachments: dict = {}


@dataclass(frozen=True)
class Submission:
    """What was found under `submitted/<student>/<topic>/`.

    Attributes
    ----------
    cells : tuple of Cell, or None
        The notebook's cells; None where nothing can be graded.
    notices : tuple of str
        What the student is told, in whole sentences: what is missing or was mended.
    timestamp : str
        When it was handed in, as nbgrader's `timestamp.txt` says, or "".
    files : dict of str to bytes
        What lies beside the notebook, by name; nothing of it where it is too much.
    """

    cells: tuple[Cell, ...] | None
    notices: tuple[str, ...] = ()
    timestamp: str = ""
    files: dict[str, bytes] = field(default_factory=dict)


class _Unreadable(Exception):
    """Nothing in the submission can be graded; the message is the sentence for the student."""


def read(folder, topic, max_kilobytes) -> Submission:
    """Read the submission in a folder; never raises on what the folder holds."""
    notices, cells, beside = [], None, {}
    try:
        path = _notebook(folder, topic, notices)
        cells = _within(_cells(path, max_kilobytes), notices)
        beside = _files(path, notices)
    except _Unreadable as reason:
        notices.append(str(reason))
    except OSError as error:
        notices.append(f"Your submission cannot be read ({error.strerror}).")
    timestamp = _timestamp(folder, notices)
    return Submission(cells, tuple(notices), timestamp, beside)


def exchanged(folder) -> dict[str, bytes]:
    """Return the files that nbgrader's exchange laid beside a submission, by name, where they are small plain files."""
    found = {name: folder / name for name in (TIMESTAMP, SECRET)}
    return {name: path.read_bytes() for name, path in found.items() if path in _entries(folder) and _is_small(path)}


def digest(folder) -> str:
    """Return a digest of all that grading reads of a submission."""
    summed = hashlib.sha256()
    for path in [*_entries(folder), *_deeper(folder)]:
        name = path.relative_to(folder)
        try:
            about = path.lstat()
            summed.update(f"{name}\0{stat.S_ISREG(about.st_mode)}\0".encode("utf-8", "replace"))
            if about.st_size > MOST_BESIDE:  # it is not read, or rarely: its time tells that it changed
                summed.update(f"{about.st_size} {about.st_mtime_ns}\0".encode())
            elif stat.S_ISREG(about.st_mode):
                with path.open("rb") as file:
                    summed.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            summed.update(f"{error.errno}\0".encode())
    return summed.hexdigest()


def _entries(folder):
    """Return what lies in a folder, which may be none; what links lead to is another's."""
    if folder.is_symlink() or folder.parent.is_symlink():
        return []
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _deeper(folder):
    """Return what lies one folder deeper, where a zip was unpacked into a folder of its own, for instance."""
    inner = [path for path in _entries(folder) if path.is_dir() and not NOT_STUDENTS.match(path.name)]
    return [path for each in inner[:MOST_NAMED] for path in _entries(each)[:MOST_FILES]]


def _is_file(path):
    """Whether it is a plain file: a link may lead out of the submission, and a pipe never ends."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _is_small(path):
    return _is_file(path) and path.stat().st_size <= 1000 and os.access(path, os.R_OK)


def _is_notebook(path):
    return NOTEBOOK.search(path.name) is not None and not NOT_STUDENTS.match(path.name) and _is_file(path)


def _notebook(folder, topic, notices):
    """Return the path of the notebook to grade: the one of that name, or the only one, here or one folder deeper."""
    expected = folder / f"{topic}.ipynb"
    entries = _entries(folder)
    found = [path for path in entries if _is_notebook(path)] or [path for path in _deeper(folder) if _is_notebook(path)]
    if not found:
        there = [path for path in entries if path.name not in (TIMESTAMP, SECRET)]
        raise _Unreadable(
            f"There is no notebook {expected.name} in your submission"
            + (f"; what there is: {_listed(there, folder)}." if there else ".")
        )
    named = [path for path in found if path == expected] or [path for path in found if _is_called(path, topic)]
    if len(found) > 1 and len(named) != 1:
        raise _Unreadable(
            f"There is no {expected.name} in your submission, but several others: {_listed(found, folder)}."
        )
    (path,) = named if len(found) > 1 else found
    if path != expected:
        name = _listed([path], folder)
        notices.append(f"Your notebook is called {name}; it was graded as {expected.name}. Keep the name next time.")
    if others := [each for each in found if each != path]:
        notices.append(f"{_listed([path], folder)} was graded, and not {_listed(others, folder)}.")
    return path


def _is_called(path, topic):
    """Whether a file's name begins with the topic's, as that of a second download does."""
    return path.name.casefold().startswith(topic.casefold())


def _listed(paths, folder):
    names = [re.sub(r"[^\w./() -]", "?", path.relative_to(folder).as_posix()) for path in paths[:MOST_NAMED]]
    return ", ".join(names) + (f" and {len(paths) - MOST_NAMED} more" if len(paths) > MOST_NAMED else "")


def _files(notebook, notices):
    """Return what a student handed in beside the notebook, by name; nothing of it where it is too much."""
    beside = [
        path
        for path in _entries(notebook.parent)
        if not (_is_notebook(path) or path.name in (TIMESTAMP, SECRET)) and _is_file(path) and os.access(path, os.R_OK)
    ]
    size = sum(path.stat().st_size for path in beside)
    if len(beside) > MOST_FILES or size > MOST_BESIDE:
        notices.append(
            f"Beside your notebook lie {len(beside)} files of {size / 2**20:.0f} MiB; at most {MOST_FILES} files of "
            f"{MOST_BESIDE / 2**20:.0f} MiB are read, so that none was there when your notebook was run."
        )
        return {}
    return {path.name: path.read_bytes() for path in beside}


def _cells(path, max_kilobytes):
    name, size = _listed([path], path.parent), path.stat().st_size
    if size > 1000 * max_kilobytes:
        raise _Unreadable(
            f"{name} is too large: {size / 1e6:.1f} MB, where at most {max_kilobytes / 1e3:g} MB are read. Clear the "
            "outputs (Edit, Clear Outputs of All Cells), save, and hand it in again."
        )
    try:
        notebook = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _Unreadable(
            f"{name} cannot be read: the file is damaged or not complete (it is not JSON). Open it in Jupyter, save "
            "it, and hand it in again."
        ) from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise _Unreadable(f"{name} is not a Jupyter notebook (format 4): it has no list of cells.")
    if len(notebook["cells"]) > MOST_CELLS:
        raise _Unreadable(f"{name} has {len(notebook['cells'])} cells, where at most {MOST_CELLS} are read.")
    return tuple(_cell(cell, name) for cell in notebook["cells"])


def _cell(cell, name):
    source = cell.get("source") if isinstance(cell, dict) else None
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str) or cell.get("cell_type") not in ("code", "markdown", "raw"):
        raise _Unreadable(f"{name} is not a Jupyter notebook: one of its cells is not a cell.")
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    ids = (marks.get("grade_id") if isinstance(marks, dict) else None, cell.get("id"))
    known = tuple(text for text in ids if isinstance(text, str))
    pictures = sanitize.attachments(cell.get("attachments"))
    return Cell(cell["cell_type"], source.encode("utf-8", "replace").decode(), known, pictures)


def _within(cells, notices):
    """Return the cells without what nobody writes by hand, and say what was left out."""
    kept, room, pasted = [], MOST_SOURCES, MOST_PASTED
    for number, cell in enumerate(cells, 1):
        pictures = sum(len(text) for data in cell.attachments.values() for text in data.values())
        if pictures > pasted:
            notices.append(f"Cell {number} lost its pictures: those of a notebook may have {MOST_PASTED >> 20} MB.")
            cell, pictures = cell._replace(attachments={}), 0
        if len(cell.source) > min(room, MOST_SOURCE):
            words = TOO_LONG.format(len(cell.source), min(room, MOST_SOURCE))
            notices.append(f"Cell {number}: {words}")
            cell = cell._replace(source=f"# {words}" if cell.kind == "code" else words)
        room, pasted = max(0, room - len(cell.source)), pasted - pictures
        kept.append(cell)
    return tuple(kept)


def _timestamp(folder, notices):
    path = folder / TIMESTAMP
    if path not in _entries(folder) or not _is_file(path):
        return ""
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(100).strip()
        parse_utc(text)
    except (ValueError, OverflowError, OSError):
        notices.append("The time of your submission could not be read.")
        return ""
    return text
