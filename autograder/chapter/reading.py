"""Read chapters: the parts of a chapter that belong to its assignment.

Only the instructor's and the book's side import this module (it needs jupytext); a student's notebook never does.
"""

import ast
import re
from dataclasses import dataclass
from functools import lru_cache

import yaml

from ..language import say
from ..slips import shown
from ..translation import pages
from .cells import Cell, ChapterError, read_cells
from .homes import ROOT, chapter_file

EXERCISE = "Exercise:"
MYST_ONLY = re.compile(r"^ {0,3}(?:`{3,}|~{3,}|:{3,})\{|(?<!`)\{[A-Za-z][\w:+-]*\}`")


@dataclass(frozen=True)
class Section:
    """One exercise in a chapter, from its heading to its check cell.

    Attributes
    ----------
    exercise : str
        The exercise's id, such as ``"dropout/inverted_dropout"``.
    title : str
        The heading's text after ``Exercise:``.
    kind : str
        ``"code"``, or ``"text"`` if the answer is free text (and no check cell follows).
    cells : tuple of Cell
        The prompt, what is given, the starter and the check, in the chapter's order.
    starter : Cell
        The cell in which the answer goes, as the student finds it.
    """

    exercise: str
    title: str
    kind: str
    cells: tuple[Cell, ...]
    starter: Cell

    @property
    def topic(self) -> str:
        """The part of the id before the slash."""
        return self.exercise.partition("/")[0]

    @property
    def name(self) -> str:
        """The part of the id after the slash: the name that the answer must have."""
        return self.exercise.partition("/")[2]


@dataclass(frozen=True)
class Chapter:
    """A chapter as the assignment and the audit need it.

    Attributes
    ----------
    topic : str
        The chapter's topic.
    title : str
        Its first heading.
    setup : tuple of Cell
        The code cells tagged ``setup``, which must have run before the exercises.
    sections : tuple of Section
        The exercises, in the chapter's order.
    claims : int
        How many times the chapter's code calls ``claim``.
    file : str
        The name of its file in messages.
    """

    topic: str
    title: str
    setup: tuple[Cell, ...]
    sections: tuple[Section, ...]
    claims: int
    file: str


def read(topic: str, root=ROOT) -> Chapter:
    """Read the chapter of a topic.

    Parameters
    ----------
    topic : str
        The topic, which is the name of the chapter's file without ``.md``.
    root : path
        The directory of the course, or of the class that has the topic.

    Raises
    ------
    ChapterError
        When the chapter is missing or breaks a rule of exercise sections; the message names the file and the line.
    """
    path = chapter_file(topic, root)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ChapterError(f"{path}: the chapter cannot be read ({error.strerror})") from error
    _require_header(text, shown(path))
    return parse(pages.spoken(text), topic, shown(path))


def _require_header(text, file):
    """Refuse a chapter that the book would take for plain text, so that its code would not run."""
    end = text.find("\n---", 3)
    try:
        header = yaml.safe_load(text[4:end]) if text.startswith("---\n") and end > 0 else None
        jupytext = header["jupytext"]["text_representation"]["format_name"] == "myst"
        named = header["kernelspec"].keys() >= {"name", "display_name"}
    except (yaml.YAMLError, TypeError, KeyError, AttributeError):
        jupytext = named = False
    if not (jupytext and named):
        raise ChapterError(
            f"{file}, line 1: the header is missing that tells the book that there is code to run; begin with the "
            "lines from --- to --- (jupytext and kernelspec) that every other chapter begins with"
        )


@lru_cache(64)  # a book reads each of its chapters many times
def parse(text: str, topic: str, file: str = "") -> Chapter:
    """Read a chapter from its text, as :func:`read` does from its file; `file` is its name in messages.

    >>> chapter = parse('''# Dropout
    ...
    ... ### Exercise: a mask
    ...
    ... Draw a mask.
    ...
    ... ```{code-cell} ipython3
    ... :tags: [exercise]
    ... def mask(shape):
    ...     ...
    ... ```
    ...
    ... ```{code-cell} ipython3
    ... :tags: [check]
    ... check("dropout/mask", mask)
    ... ```
    ... ''', "dropout")
    >>> chapter.title, [(section.exercise, section.title, section.kind) for section in chapter.sections]
    ('Dropout', [('dropout/mask', 'a mask', 'code')])
    """
    file = file or f"chapters/{topic}.md"
    title, sections, setup = None, [], []
    heading, collected = None, []
    claims = 0
    for cell in read_cells(text, file):
        if cell.kind == "code":
            claims += _count_claims(cell, file)
        level, head = cell.heading
        if title is None and level == 1:
            title = head
        if heading is not None and level:
            raise ChapterError(f"{file}, line {cell.line}: {head!r} begins before {heading!r} has its check cell")
        if level and head.startswith(said := say(EXERCISE)):
            if level != 3:
                raise ChapterError(f"{file}, line {cell.line}: the heading of an exercise begins with '### '")
            heading, collected = head.removeprefix(said).strip(), []
        if heading is None:
            _require_outside(cell, file)
            if "setup" in cell.tags:
                setup.append(cell)
            continue
        collected.append(cell)
        if _ends_section(cell):
            sections.append(_section(heading, collected, topic, file))
            heading = None
    if heading is not None:
        raise ChapterError(f"{file}, line {collected[0].line}: the exercise {heading!r} has no check cell")
    if title is None:
        raise ChapterError(f"{file}, line 1: the chapter has no title ('# ...')")
    _require_unique(sections, file)
    return Chapter(topic, title, tuple(setup), tuple(sections), claims, file)


def _require_outside(cell, file):
    for tag in ("exercise", "check"):
        if tag in cell.tags:
            raise ChapterError(f"{file}, line {cell.line}: a cell tagged {tag!r} outside an exercise section")


def _ends_section(cell):
    return "check" in cell.tags or (cell.kind == "markdown" and "exercise" in cell.tags)


def _section(title, cells, topic, file):
    """Make a section from its cells, the last of which ends it."""
    last = cells[-1]
    for cell in cells[:-1]:
        if cell.kind == "markdown":
            _require_commonmark(cell, file)
    starters = [cell for cell in cells if "exercise" in cell.tags]
    if len(starters) != 1:
        raise ChapterError(
            f"{file}, line {cells[0].line}: {title!r} must have one cell tagged 'exercise', but has {len(starters)}"
        )
    if last.kind == "markdown":
        kind, exercise = "text", last.exercise
        if not exercise:
            raise ChapterError(f'{file}, line {last.line}: a free-text cell needs "exercise": "{topic}/<name>"')
    else:
        kind, exercise = "code", _checked(last, file)
    if not re.fullmatch(rf"{re.escape(topic)}/[a-zA-Z_]\w*", exercise):
        raise ChapterError(f"{file}, line {last.line}: the exercise's id must be '{topic}/<name>', not {exercise!r}")
    return Section(exercise, title, kind, tuple(cells), starters[0])


def _require_commonmark(cell, file):
    """Refuse MyST roles and directives, which a notebook would show as they are."""
    for number, line in enumerate(cell.source.splitlines()):
        if MYST_ONLY.search(line):
            raise ChapterError(
                f"{file}, line {cell.line + number}: a notebook cannot render this MyST: {line.strip()!r}"
            )


def _checked(cell, file):
    """Return the exercise's id from its check cell."""
    expected = f'{file}, line {cell.line}: a check cell is one call, check("<topic>/<name>", <name>)'
    body = cell.tree(file).body
    call = body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr) else None
    if not isinstance(call, ast.Call) or getattr(call.func, "id", None) != "check" or len(call.args) != 2:
        raise ChapterError(expected)
    exercise, answer = call.args
    if (
        not isinstance(exercise, ast.Constant)
        or not isinstance(exercise.value, str)
        or not isinstance(answer, ast.Name)
    ):
        raise ChapterError(expected)
    if exercise.value.partition("/")[2] != answer.id:
        raise ChapterError(f"{file}, line {cell.line}: {exercise.value!r} is checked with {answer.id!r}")
    return exercise.value


def _count_claims(cell, file):
    calls = (node.func for node in ast.walk(cell.tree(file)) if isinstance(node, ast.Call))
    return sum(getattr(function, "id", getattr(function, "attr", None)) == "claim" for function in calls)


def _require_unique(sections, file):
    seen = {}
    for section in sections:
        first = seen.setdefault(section.exercise, section.cells[0].line)
        if first != section.cells[0].line:
            raise ChapterError(f"{file}, line {section.cells[0].line}: {section.exercise!r} is already at line {first}")
