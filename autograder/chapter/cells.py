"""The cells of a chapter: its MyST file as code and Markdown, each with the line where it begins."""

import ast
import re
from dataclasses import dataclass

from jupytext.myst import MystMetadataParsingError, myst_to_notebook
from nbformat.validator import NotebookValidationError

HEADING = re.compile(r"(#{1,3}) +(.+?)[ #]*$")


class ChapterError(ValueError):
    """A chapter, or the table of contents, is malformed; the message names the file and the line."""


@dataclass(frozen=True)
class Cell:
    """One cell of a chapter.

    Attributes
    ----------
    kind : str
        ``"markdown"`` or ``"code"``.
    source : str
        The text, without trailing blank lines.
    tags : tuple of str
        The cell's tags.
    line : int
        Where the cell begins in the chapter's file, counted from 1.
    exercise : str
        The exercise's id that a Markdown cell for free text carries, or ``""``.
    """

    kind: str
    source: str
    tags: tuple[str, ...]
    line: int
    exercise: str = ""

    @property
    def heading(self) -> tuple[int, str]:
        """Level and text of the heading that a Markdown cell begins with, or ``(0, "")``."""
        match = HEADING.match(self.source.split("\n", 1)[0]) if self.kind == "markdown" else None
        return (len(match[1]), match[2]) if match else (0, "")

    def tree(self, file) -> ast.Module:
        """Return the syntax tree of a code cell. Raises ChapterError if it is not Python."""
        try:
            return ast.parse(self.source)
        except SyntaxError as error:
            message = f"{file}, line {self.line}: line {error.lineno} of this code cell is not Python ({error.msg})"
            raise ChapterError(message) from error


def read_cells(text, file) -> list[Cell]:
    """Return the cells of a chapter's text; `file` is its name, for messages.

    Markdown is also divided at headings, since prose and the exercise after it form one block of the file.
    """
    try:
        notebook = myst_to_notebook(text, add_source_map=True)
    except (MystMetadataParsingError, NotebookValidationError) as error:
        reason = str(error).split("\n", 1)[0]
        raise ChapterError(f"{file}: the metadata of a cell cannot be read ({reason})") from error
    lines = text.splitlines()
    cells = []
    for raw, start in zip(notebook.cells, notebook.metadata["source_map"]):
        tags = tuple(raw.metadata.get("tags", ()))
        if raw.cell_type == "code":
            cells.append(Cell("code", raw.source.rstrip(), tags, start))
            continue
        while not lines[start].strip():
            start += 1
        exercise = str(raw.metadata.get("exercise", ""))
        for offset, block in _blocks(raw.source):
            cells.append(Cell("markdown", block, tags, start + 1 + offset, exercise))
    return cells


def _blocks(source):
    """Divide Markdown before each heading of level one to three; yield (line offset, text)."""
    lines = source.splitlines()
    starts, fence = [0], None
    for number, line in enumerate(lines):
        marker = re.match(r" {0,3}(`{3,}|~{3,}|:{3,})", line)
        if fence is None:
            if marker:
                fence = marker[1]
            elif number and HEADING.match(line):
                starts.append(number)
        elif marker and marker[1].startswith(fence) and not line.strip(" `~:"):
            fence = None
    for start, stop in zip(starts, [*starts[1:], len(lines)]):
        yield start, "\n".join(lines[start:stop]).rstrip()
