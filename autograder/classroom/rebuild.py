"""Rebuild the assignment's notebook with a student's answers, so that nothing that a student wrote is lost.

Locked cells, metadata, tags and outputs come from the release, so a duplicate, renamed, deleted or unreadable cell
affects that student's result alone and stops no batch. What is written where no answer is judged (in cells that the
student added, in locked cells) is kept there to be seen. An answer below the place of judging is judged where it is.
"""

import copy
import hashlib
from collections import defaultdict
from dataclasses import dataclass
from itertools import takewhile

from nbformat import NotebookNode, v4
from nbgrader.utils import compute_checksum

from . import strays
from .python import defined, syntax
from .source import ANSWER

NONE_OF_OURS = (
    "This notebook contains none of the assignment's cells for answers. Its own cells were run in order before "
    "anything was judged."
)
NO_CELLS = "This notebook has no cells. Open the one that you worked in, save it, and hand it in again."


@dataclass(frozen=True)
class Rebuilt:
    """The notebook to run.

    Attributes
    ----------
    notebook : NotebookNode
        The release's, with a submission's answers and added cells in it.
    notices : tuple of str
        What had to be fixed, for the student.
    changed : tuple of str
        The locked code cells that were changed in a way that does not run.
    """

    notebook: NotebookNode
    notices: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


def rebuild(release, cells) -> Rebuilt:
    """Return the release's notebook with a submission's answers and added cells in it, and what had to be fixed.

    Locked cells are the release's own, in the places where the submission has them; a missing one comes back after
    its predecessor. The submission's code keeps its order.

    Parameters
    ----------
    release : NotebookNode
        The assignment as it is graded, with hidden tests and without solutions.
    cells : tuple of autograder.classroom.cells.Cell, or None
        The submission's cells; None gives the release with no answers.
    """
    if cells is None:
        return Rebuilt(copy.deepcopy(release))
    ours = {cell.metadata.nbgrader.grade_id: cell for cell in release.cells}
    names = _names(ours, cells)
    chosen, notices = _answers(ours, names, cells)
    placed, built, edited = set(), [], {}
    for index, (cell, name) in enumerate(zip(cells, names)):
        own = ours.get(name)
        if own is not None and name not in placed and chosen.get(name, index) == index:
            placed.add(name)
            built += _placed(own, cell, name in chosen, len(built), edited)
        elif own is None or _is_written(own, cell):  # an unwritten copy would undo the first
            built.append(_added(cell.kind, cell.source, len(built), cell.attachments))
    if not placed:
        notices.append(NONE_OF_OURS if cells else NO_CELLS)
        built = [*_head(release), *built]
        placed |= {cell.id for cell in built if cell.id in ours}
        built += [_lacking(cell) for cell in release.cells if cell.id not in placed]
    elif missing := [name for name in ours if name not in placed]:
        for name in missing:
            _put_back(built, ours, name)
        notices.append(f"Cells were missing and have been put back: {', '.join(missing)}.")
    notices += _told(edited)
    if below := _judge_below(built, ours):
        notices.append(f"Answers below the place where they are judged were judged where they are: {', '.join(below)}.")
    notebook = v4.new_notebook(cells=built, metadata=copy.deepcopy(release.metadata))
    changed = tuple(name for name, run in edited.items() if not run and ours[name].cell_type == "code")
    return Rebuilt(notebook, tuple(notices), changed)


def _told(edited):
    """Yield what a student is told about locked cells that they wrote into; `edited` tells, by id, whether it ran."""
    ran, shown = (", ".join(name for name, run in edited.items() if run is which) for which in (True, False))
    if ran:
        yield f"What you wrote into locked cells ({ran}) ran as a cell of your own beside them."
    if shown:
        yield f"What you wrote into locked cells ({shown}) is kept beside them, and did not run."


def _names(ours, cells):
    """Return which cell of the release each cell is, by its ids or else by a locked cell's exact text, or ""."""
    names = [next((name for name in cell.ids if name in ours), "") for cell in cells]
    texts = {}
    for name, own in ours.items():
        if own.metadata.nbgrader.locked and name not in names:
            texts.setdefault(strays.handed_out(own).strip(), name)
    return [name or texts.pop(cell.source.strip(), "") for name, cell in zip(names, cells)]


def _answers(ours, names, cells):
    """Choose, for each answer's name, the one cell that counts: the last in which something is written."""
    found = defaultdict(list)
    for index, name in enumerate(names):
        if name and ours[name].metadata.nbgrader.solution:
            found[name].append(index)
    chosen = {}
    for name, indices in found.items():
        written = [index for index in indices if _is_written(ours[name], cells[index])]
        chosen[name] = (written or indices)[-1]
    twice = [name for name, indices in found.items() if len(indices) > 1]
    if not twice:
        return chosen, []
    return chosen, [
        f"Cells were there more than once: {', '.join(twice)}. What is written in them ran in order, and the last of "
        "each was taken as your answer."
    ]


def _is_written(own, cell):
    """Whether the student has written something in a cell of the release, or in a copy of one."""
    if own.metadata.nbgrader.locked and cell.is_as_given:
        return False
    if own.cell_type == "code" and own.metadata.nbgrader.solution:
        return strays.is_written(own.source, cell.source)
    return cell.source.strip() not in ("", strays.handed_out(own).strip())


def _judge_below(built, ours):
    """Put each graded code cell below its answer; return the names of those that moved.

    They move if the answer is defined only below them, or its own cell is there.
    """
    moved = []
    for place, graded in reversed(list(enumerate(built))):
        marks = graded.metadata.get("nbgrader", {})
        if not marks.get("grade") or graded.cell_type != "code":
            continue
        there = [index for index, cell in enumerate(built) if _may_define(graded.id, cell, ours)]
        own = [index for index in there if built[index].id == f"{graded.id}{ANSWER}"]
        if there and (own or there)[0] > place:
            built.insert(there[-1], built.pop(place))
            moved.insert(0, graded.id)
    return moved


def _may_define(name, cell, ours):
    """Whether a cell that is not as in the release defines a name, or imports everything from a module."""
    if cell.cell_type != "code" or (cell.id in ours and cell.source.strip() == ours[cell.id].source.strip()):
        return False
    return not {name, "*"}.isdisjoint(defined(cell.source))


def _placed(own, cell, is_answer, number, edited):
    """Return a cell of the release with the answer in it, or a locked one with what was written into it beside it."""
    new = copy.deepcopy(own)
    if is_answer:
        new.source = cell.source
        if new.cell_type == "markdown" and cell.attachments:
            new.attachments = cell.attachments
        return [new]
    lines, run = ("", False) if cell.is_as_given else strays.written(own, cell.source)
    if not lines:
        return [new]
    edited[own.id] = run
    kind = own.cell_type if run or own.cell_type == "markdown" else "raw"
    beside = _added(kind, lines, number, cell.attachments)
    return [beside, new] if own.metadata.nbgrader.grade else [new, beside]  # there before it is judged


def _added(kind, source, number, attachments):
    """Return a cell of the student's own."""
    new = {"code": v4.new_code_cell, "markdown": v4.new_markdown_cell, "raw": v4.new_raw_cell}[kind]
    metadata = {"raw_mimetype": "text/plain"} if kind == "raw" else {}  # others become part of a page as they are
    made = new(source, id=f"{strays.ADDED}{number}", metadata=metadata)
    if kind == "markdown" and attachments:
        made.attachments = attachments
    return made


def _head(release):
    """Return what comes before the first exercise."""
    names = strays.exercises(release)
    return [
        copy.deepcopy(cell) for cell in takewhile(lambda cell: not strays.exercise_of(cell.id, names), release.cells)
    ]


def _put_back(built, ours, name):
    """Put a missing cell after the one that comes before it in the release."""
    order = list(ours)
    before = order[: order.index(name)]
    places = {cell.id: index for index, cell in enumerate(built)}
    built.insert(places[before[-1]] + 1 if before else 0, _lacking(ours[name]))


def _lacking(own):
    cell = copy.deepcopy(own)
    if cell.metadata.nbgrader.solution and cell.cell_type == "code":
        cell.source = strays.LACKING  # the starter would undo an answer that is in a cell of the student's own
    return cell


def untouched(release, notebook) -> frozenset[str]:
    """Return the names of the exercises whose answers in a rebuilt notebook are still what the release gave.

    An answer also counts as touched if a cell that the student added mentions its name.
    """
    sources = {cell.id: cell.source for cell in notebook.cells if cell.cell_type == "code"}
    added = [source for id_, source in sources.items() if id_.startswith(strays.ADDED)]
    answers = {cell.id.removesuffix(ANSWER): cell for cell in release.cells if cell.id.endswith(ANSWER)}
    return frozenset(
        name
        for name, cell in answers.items()
        if not any(name in source for source in added) and syntax(sources.get(cell.id, "")) == syntax(cell.source)
    )


def texts(notebook) -> dict[str, str]:
    """Return, by exercise, a digest of a student's whole answer to it, as a graded notebook holds it.

    A mark that a person gave stands as long as this stays the same: the answer's cell; for code, also the student's own
    code cells; and for a free text that was left as it was, their other cells.
    """
    names, found = strays.exercises(notebook), {}
    added = [cell for cell in notebook.cells if cell.id.startswith(strays.ADDED)]
    for cell, name in strays.answers(notebook, names):
        is_code = cell.cell_type == "code"
        counts = is_code or cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
        with_it = [other for other in added if counts and (other.cell_type == "code") is is_code]
        said = [(each.source, each.get("attachments")) for each in (cell, *with_it)]
        found[name] = hashlib.sha256(repr(said).encode("utf-8", "replace")).hexdigest()
    return found
