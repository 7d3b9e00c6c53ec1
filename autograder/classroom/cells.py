"""Read the cells of a notebook that was handed in, whatever its file holds, and say what was left out."""

import json
import re
from itertools import count
from typing import NamedTuple

from nbformat import NotebookNode
from nbgrader.utils import compute_checksum

from ..language import say
from . import sanitize

MOST_CELLS = 2000
MOST_SOURCE = 50_000  # characters of one cell, which is parsed and shown in colours
MOST_SOURCES = 250_000  # of all
KINDS = ("code", "markdown", "raw")
EMBEDDED = re.compile(f"data:({'|'.join(sanitize.IMAGES)});base64,([A-Za-z0-9+/=]+)")
MOST_PASTED = 8 * 2**20  # characters of all pictures pasted into cells
TOO_LONG = f"This cell had {{}} characters, more than the limit ({MOST_SOURCE} per cell). It was left out."
LEFT_OUT = f"Cells over the limit ({MOST_SOURCE} characters per cell, {MOST_SOURCES} in all) were left out: {{}}."
NOT_SHOWN = "Cells hold pictures that are not shown (only PNG, JPEG and GIF of an ordinary size are): {}."
OTHER_LETTERS = "{} is saved in {}, not in UTF-8 as notebooks should be: check that its letters are right."
MOST_NAMED = 5  # cells or files that a notice names


class Cell(NamedTuple):
    """One cell as it was handed in: its kind, text, ids (nbgrader's and its own), and the pictures pasted into it.

    A locked cell is as given if it has the text that it was released with, which an update may have changed since.
    """

    kind: str
    source: str
    ids: tuple[str, ...] = ()
    attachments: dict = {}
    is_as_given: bool = False


class Unreadable(Exception):
    """Nothing in a submission can be graded; the message is the sentence for the student."""


def read_cells(path, name, max_kilobytes, notices):
    """Return the cells of the notebook in a file, which messages call by `name`.

    Raises
    ------
    Unreadable
        When there is nothing to grade.
    """
    size = path.stat().st_size
    if size > 1000 * max_kilobytes:
        raise Unreadable(
            f"{name} is too large: {size / 1e6:.1f} MB, but at most {max_kilobytes / 1e3:g} MB are read. Clear the "
            "outputs (Edit, Clear Outputs of All Cells), save, and hand it in again."
        )
    if not size:
        raise Unreadable(f"{name} is empty. Open your notebook in Jupyter, save it, and hand it in again.")
    try:
        text, encoding = _text(path.read_bytes())
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(
            f"{name} cannot be read: the file is damaged or incomplete (it is not JSON). Open it in Jupyter, save "
            "it, and hand it in again."
        ) from error
    if not encoding.startswith("utf-8"):
        notices.append(OTHER_LETTERS.format(name, encoding))
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise Unreadable(f"{name} is not a Jupyter notebook (format 4): it has no list of cells.")
    if len(notebook["cells"]) > MOST_CELLS:
        raise Unreadable(f"{name} has {len(notebook['cells'])} cells, but at most {MOST_CELLS} are read.")
    cells = [_cell(cell, name) for cell in notebook["cells"]]
    if lost := [number for number, pair in enumerate(zip(cells, notebook["cells"]), 1) if _loses_pictures(*pair)]:
        notices.append(NOT_SHOWN.format(listed(lost)))
    return _within(cells, notices)


def _text(content):
    """Return a file's text and its encoding."""
    encoding = json.detect_encoding(content)
    if encoding.startswith("utf-8"):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            encoding = "cp1252"  # what editors on Windows save in; some bytes have no letter there
    return content.decode(encoding, "replace"), encoding


def _cell(cell, name):
    source = cell.get("source") if isinstance(cell, dict) else None
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    kind = cell.get("cell_type") if isinstance(cell, dict) else None
    if not isinstance(source, str) or not isinstance(kind, str):
        raise Unreadable(f"{name} is not a Jupyter notebook: one of its cells is not a cell.")
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    ids = (marks.get("grade_id") if isinstance(marks, dict) else None, cell.get("id"))
    known = tuple(text for text in ids if isinstance(text, str))
    source, pasted = source.encode("utf-8", "replace").decode(), _attached(cell)
    if kind == "markdown":
        source, embedded = _lifted(source, pasted)
        pasted = pasted | embedded
    # A cell of a kind that only other programs write is shown, but does not run.
    kind, given = kind if kind in KINDS else "raw", isinstance(marks, dict) and _is_as_given(kind, source, marks)
    return Cell(kind, source, known, sanitize.attachments(pasted), given)


def _is_as_given(kind, source, marks):
    """Whether a cell is locked, and nbgrader's checksum says that nothing was written into it."""
    kinds = {"grade_id": str, "locked": bool, "grade": bool, "solution": bool}
    if not marks.get("locked") or not all(isinstance(marks.get(name), each) for name, each in kinds.items()):
        return False
    cell = NotebookNode(cell_type=kind, source=source, metadata=NotebookNode(nbgrader=marks))
    try:
        return compute_checksum(cell) == marks.get("checksum")
    except (KeyError, TypeError, ValueError, ArithmeticError):  # from the points, or from letters that are none
        return False


def _attached(cell):
    pasted = cell.get("attachments")
    return pasted if isinstance(pasted, dict) else {}


def _lifted(source, pasted):
    """Return Markdown without pictures in its addresses, as some editors paste them, and these as attachments."""
    names = (name for number in count(1) if (name := f"embedded-{number}") not in pasted)
    lifted = {}

    def lift(found):
        lifted[name := next(names)] = {found[1]: found[2]}
        return f"attachment:{name}"

    return EMBEDDED.sub(lift, source), lifted


def _loses_pictures(cell, handed_in):
    """Whether any of the pictures that were pasted into a cell are lost."""
    return len(_attached(handed_in)) > len(cell.attachments)


def _within(cells, notices):
    """Return the cells without what nobody writes by hand, and say what was left out."""
    kept, room, pasted = [], MOST_SOURCES, MOST_PASTED
    left_out, stripped = [], []
    for number, cell in enumerate(cells, 1):
        pictures = sum(len(text) for data in cell.attachments.values() for text in data.values())
        if pictures > pasted:
            stripped.append(number)
            cell, pictures = cell._replace(attachments={}), 0
        if len(cell.source) > min(room, MOST_SOURCE):
            left_out.append(number)
            words = say(TOO_LONG.format(len(cell.source)))
            cell = cell._replace(source=f"# {words}" if cell.kind == "code" else words)
        else:
            room -= len(cell.source)
        pasted -= pictures
        kept.append(cell)
    if left_out:
        notices.append(LEFT_OUT.format(listed(left_out)))
    if stripped:
        notices.append(f"Cells lost their pictures (limit: {MOST_PASTED >> 20} MB in all): {listed(stripped)}.")
    return tuple(kept)


def listed(things, told=str):
    """Return things as a notice lists them: the first few, as `told` puts them, and how many more there are."""
    first = ", ".join(map(told, things[:MOST_NAMED]))
    return f"{first} and {len(things) - MOST_NAMED} more" if len(things) > MOST_NAMED else first
