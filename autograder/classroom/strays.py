"""What a student wrote, and where: in answers' cells, in locked cells, in cells of their own.

Some editors ignore locks, and cells are merged, copied and split. What can run, runs; what cannot is shown beside the
cell that it was in; and if it may be an answer, a person is asked to look at it (see `doubts`).
"""

import ast
from dataclasses import dataclass

from .python import parsed, said, syntax

ADDED = "added-"  # how the ids of a student's own cells begin
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
LACKING = "# This answer's cell was missing from the submission."
NOTHING = ("", "pass", "...", "return", "return None")  # lines of code that say nothing


@dataclass(frozen=True)
class Stray:
    """A cell of the student's own: its text, the exercise that it is in, and those that had been judged above it.

    Code is what Python accepts; all else is words, including the comments of a cell without a statement.
    """

    text: str
    is_code: bool
    section: str
    judged: tuple[str, ...]


def is_students(cell):
    """Whether a cell of a rebuilt notebook is for an answer, or the student's own."""
    marks = cell.get("metadata", {}).get("nbgrader", {})
    return bool(marks.get("solution")) or str(cell.get("id", "")).startswith(ADDED)


def exercises(notebook):
    """Return the names of a notebook's exercises, in order: those of its graded cells."""
    return tuple(cell.id for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade"))


def exercise_of(cell_id, names):
    """Return the exercise that a cell of the release belongs to, by its id, or "" for none."""
    name = cell_id.partition("-")[0]
    return name if name in names else ""


def answers(notebook, names):
    """Yield the cells for answers, with the exercise of each."""
    for cell in notebook.cells:
        name = exercise_of(cell.id, names)
        if name and cell.metadata.get("nbgrader", {}).get("solution"):
            yield cell, name


def handed_out(cell):
    """Return the text of a cell of the release as students see it: without hidden tests."""
    kept, hidden = [], False
    for line in cell.source.splitlines():
        hidden = hidden or line.strip() == HIDDEN[0]
        if not hidden:
            kept.append(line)
        hidden = hidden and line.strip() != HIDDEN[1]
    return "\n".join(kept)


def written(cell, source):
    """Return what a student wrote into a locked cell, as text, and whether that can run as a cell of its own.

    It can if it was added to code that is otherwise complete.
    """
    given = handed_out(cell)
    known = {line.strip() for line in given.splitlines()}
    needed = [line.strip() for line in given.splitlines() if line.strip() and not line.strip().startswith("#")]
    own = []
    for line in source.splitlines():
        if needed and line.strip() == needed[0]:
            needed.pop(0)
        elif line.strip() not in known:
            own.append(line.rstrip())
    if cell.cell_type == "code" and needed and (same := syntax(source)) is not None and same == syntax(given):
        own = [line[line.index("#") :] for line in own if "#" in line]  # the rest is the same code, formatted
        needed = []
    text = "\n".join(own).strip("\n")
    return text, cell.cell_type == "code" and not needed and syntax(text) is not None


def own(starter, source):
    """Return the lines of an answer's cell that are the student's own and say something, as text."""
    known = {part for line in f"{starter}\n{LACKING}".splitlines() for part in _parts(line)}
    lines = [line for line in source.splitlines() if any(part not in known for part in _parts(line))]
    return "\n".join(lines).strip()


def is_written(starter, source):
    """Whether an answer's cell says something of the student's: a line, or what is left where lines were removed."""
    return bool(own(starter, source)) or said(source) not in ("", said(starter))


def _parts(line):
    """Return the code and the comment of a line, where they say something."""
    code, _, comment = map(str.strip, line.partition("#"))
    return ({code} - set(NOTHING)) | {f"# {text}" for text in {comment} - set(NOTHING)}


def strays(notebook, names):
    """Return what a rebuilt notebook holds of the student's own, in order."""
    found, section, judged = [], "", ()
    for cell in notebook.cells:
        if not cell.id.startswith(ADDED):
            section = exercise_of(cell.id, names)
            judged += (cell.id,) * (cell.id in names)
        elif cell.source.strip():
            found.append(Stray(cell.source, cell.cell_type == "code" and not _is_words(cell.source), section, judged))
    return found


def _is_words(code):
    """Whether a code cell is words: only comments or strings, or what Python does not accept."""
    tree = parsed(code)
    if tree is None or (not tree.body and any(line.lstrip().startswith("#") for line in code.splitlines())):
        return True
    values = [getattr(statement, "value", None) for statement in tree.body if isinstance(statement, ast.Expr)]
    texts = [value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)]
    return bool(texts) and len(texts) == len(tree.body)
