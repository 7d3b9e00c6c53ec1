"""Read what a student handed in, whatever it is, and rebuild the assignment's notebook with the student's answers.

Nothing of a submission counts but the text of its cells and their order. Locked cells, metadata, tags and outputs come
from the release, so that a duplicate, renamed, deleted or unreadable cell is that student's result and stops no batch.
"""

import ast
import copy
import hashlib
import json
import os
import re
import stat
from collections import defaultdict
from dataclasses import dataclass

from nbformat import NotebookNode, v4
from nbgrader.utils import parse_utc

from .source import ANSWER

MOST_CELLS = 2000
MOST_BESIDE = 16 * 2**20  # bytes of all files beside the notebook
ADDED = "added-"  # how the ids of a student's own cells begin
LACKING = "# This answer's cell was missing from the submission."


@dataclass(frozen=True)
class Submission:
    """What was found under `submitted/<student>/<topic>/`.

    Attributes
    ----------
    cells : tuple of (str, str, tuple of str) or None
        Kind, source and ids (nbgrader's and the notebook's own) of each cell; None where nothing can be graded.
    notices : tuple of str
        What the student is told, in whole sentences: what is missing or was mended.
    timestamp : str
        When it was handed in, as nbgrader's `timestamp.txt` says, or "".
    """

    cells: tuple[tuple[str, str, tuple[str, ...]], ...] | None
    notices: tuple[str, ...] = ()
    timestamp: str = ""


class _Unreadable(Exception):
    """Nothing in the submission can be graded; the message is the sentence for the student."""


def read(folder, topic, max_kilobytes) -> Submission:
    """Read the submission in a folder; never raises on what the folder holds."""
    notices, cells = [], None
    try:
        path = _notebook(folder, topic, notices)
        cells = _cells(path, max_kilobytes)
    except _Unreadable as reason:
        notices.append(str(reason))
    timestamp = _timestamp(folder, notices)
    return Submission(cells, tuple(notices), timestamp)


def files(folder, most=MOST_BESIDE) -> dict[str, bytes]:
    """Return what a student handed in beside the notebook, by name; nothing of it where it is too much."""
    found, room = {}, most
    for path in _entries(folder):
        if path.suffix == ".ipynb" or path.name == "timestamp.txt" or not _is_readable(path):
            continue
        room -= path.stat().st_size
        if room < 0:
            return {}
        found[path.name] = path.read_bytes()
    return found


def digest(folder) -> str:
    """Return a digest of all that grading reads of a submission."""
    summed = hashlib.sha256()
    for path in _entries(folder):
        summed.update(f"{path.name}\0{_is_file(path)}\0".encode("utf-8", "replace"))
        if (size := path.lstat().st_size) > MOST_BESIDE:  # it is not read, or rarely: its time tells that it changed
            summed.update(f"{size} {path.lstat().st_mtime_ns}\0".encode())
        elif _is_readable(path):
            with path.open("rb") as file:
                summed.update(hashlib.file_digest(file, "sha256").digest())
    return summed.hexdigest()


def _entries(folder):
    """Return what lies in a folder, which may be none; what links lead to is another's."""
    return [] if folder.is_symlink() or folder.parent.is_symlink() else sorted(folder.glob("*"))


def _is_readable(path):
    return _is_file(path) and os.access(path, os.R_OK)


def _is_file(path):
    """Whether it is a plain file: a link may lead out of the submission, and a pipe never ends."""
    return stat.S_ISREG(path.lstat().st_mode)


def _notebook(folder, topic, notices):
    """Return the path of the notebook to grade."""
    expected = folder / f"{topic}.ipynb"
    found = [path for path in _entries(folder) if path.suffix == ".ipynb" and _is_file(path)]
    if expected in found:
        return expected
    names = ", ".join(re.sub(r"[^\w.() -]", "?", path.name) for path in found)
    if len(found) == 1:
        notices.append(f"Your notebook is called {names}; it was graded as {expected.name}. Keep the name next time.")
        return found[0]
    if found:
        raise _Unreadable(f"There is no {expected.name} in your submission, but several others: {names}.")
    raise _Unreadable(f"There is no notebook {expected.name} in your submission.")


def _cells(path, max_kilobytes):
    size = path.stat().st_size
    if size > 1000 * max_kilobytes:
        raise _Unreadable(
            f"{path.name} is too large: {size / 1e6:.1f} MB, where at most {max_kilobytes / 1e3:g} MB are read. Clear "
            "the outputs (Edit, Clear Outputs of All Cells), save, and hand it in again."
        )
    try:
        notebook = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError, OSError) as error:
        raise _Unreadable(
            f"{path.name} cannot be read: the file is damaged or not complete (it is not JSON). Open it in Jupyter, "
            "save it, and hand it in again."
        ) from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise _Unreadable(f"{path.name} is not a Jupyter notebook (format 4): it has no list of cells.")
    if len(notebook["cells"]) > MOST_CELLS:
        raise _Unreadable(f"{path.name} has {len(notebook['cells'])} cells, where at most {MOST_CELLS} are read.")
    return tuple(_cell(cell, path) for cell in notebook["cells"])


def _cell(cell, path):
    source = cell.get("source") if isinstance(cell, dict) else None
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str) or cell.get("cell_type") not in ("code", "markdown", "raw"):
        raise _Unreadable(f"{path.name} is not a Jupyter notebook: one of its cells is not a cell.")
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    ids = (marks.get("grade_id") if isinstance(marks, dict) else None, cell.get("id"))
    known = tuple(text for text in ids if isinstance(text, str))
    return cell["cell_type"], source.encode("utf-8", "replace").decode(), known


def _timestamp(folder, notices):
    path = folder / "timestamp.txt"
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


def rebuild(release, cells) -> tuple[NotebookNode, tuple[str, ...]]:
    """Return the release's notebook with a submission's answers and added cells in it, and what had to be mended.

    Locked cells are the release's own, at the place where the submission has them; one that is missing comes back
    after its predecessor. The submission's code keeps its order.

    Parameters
    ----------
    release : NotebookNode
        The assignment as it is graded, with hidden tests and without solutions.
    cells : tuple of (kind, source, ids), or None
        The submission's cells; None gives the release with no answers.
    """
    if cells is None:
        return copy.deepcopy(release), ()
    ours = {cell.metadata.nbgrader.grade_id: cell for cell in release.cells}
    names = [next((name for name in ids if name in ours), "") for _, _, ids in cells]
    chosen, notices = _answers(ours, names, [source for _, source, _ in cells])
    if not chosen:
        return copy.deepcopy(release), ("This notebook holds none of the assignment's cells for answers.",)
    placed, built = set(), []
    for index, ((kind, source, _), name) in enumerate(zip(cells, names)):
        cell = ours.get(name)
        if cell is not None and name not in placed and chosen.get(name, index) == index:
            placed.add(name)
            built.append(copy.deepcopy(cell))
            if name in chosen:
                built[-1].source = source
        elif cell is None or source.strip() != cell.source.strip():  # a second pristine answer would undo the first
            built.append(_added(kind, source, len(built)))
    missing = [name for name in ours if name not in placed]
    for name in missing:
        _put_back(built, ours, name)
    if missing:
        notices.append(f"Cells were missing and have been put back: {', '.join(missing)}.")
    return v4.new_notebook(cells=built, metadata=copy.deepcopy(release.metadata)), tuple(notices)


def _answers(ours, names, sources):
    """Choose, for each answer's name, the one cell that stands for it: the last in which something is written."""
    found = defaultdict(list)
    for index, name in enumerate(names):
        if name and ours[name].metadata.nbgrader.solution:
            found[name].append(index)
    chosen = {}
    for name, indices in found.items():
        written = [index for index in indices if sources[index].strip() != ours[name].source.strip()]
        chosen[name] = (written or indices)[-1]
    twice = [name for name, indices in found.items() if len(indices) > 1]
    if not twice:
        return chosen, []
    return chosen, [
        f"Cells were there more than once: {', '.join(twice)}. What is written in them ran in its order, and the last "
        "of each was taken for your answer."
    ]


def _added(kind, source, number):
    """Return a cell of the student's own."""
    new = {"code": v4.new_code_cell, "markdown": v4.new_markdown_cell, "raw": v4.new_raw_cell}[kind]
    metadata = {"raw_mimetype": "text/plain"} if kind == "raw" else {}  # others are part of a page as they stand
    return new(source, id=f"{ADDED}{number}", metadata=metadata)


def _put_back(built, ours, name):
    """Put a missing cell after the one that comes before it in the release."""
    order = list(ours)
    before = order[: order.index(name)]
    places = {cell.id: index for index, cell in enumerate(built)}
    cell = copy.deepcopy(ours[name])
    if cell.metadata.nbgrader.solution and cell.cell_type == "code":
        cell.source = LACKING  # the starter would undo an answer that stands in a cell of the student's own
    built.insert(places[before[-1]] + 1 if before else 0, cell)


def untouched(release, notebook) -> frozenset[str]:
    """Return the names of the exercises whose answers in a rebuilt notebook are still what the release gave.

    An answer counts as touched, too, where a cell of the student's own speaks of its name.
    """
    sources = {cell.id: cell.source for cell in notebook.cells if cell.cell_type == "code"}
    added = [source for id_, source in sources.items() if id_.startswith(ADDED)]
    answers = {cell.id.removesuffix(ANSWER): cell for cell in release.cells if cell.id.endswith(ANSWER)}
    return frozenset(
        name
        for name, cell in answers.items()
        if not any(name in source for source in added) and _tree(sources.get(cell.id, "")) == _tree(cell.source)
    )


def _tree(source):
    try:
        return ast.dump(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last is how Python's parser calls too deep
        return source
