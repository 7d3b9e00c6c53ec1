"""What a student wrote where no answer is judged: in locked cells, in cells of their own, below the place of judging.

Some editors ignore locks, and cells are merged, copied and split. What can run, runs; what cannot is shown beside the
cell that it stood in; and where it may be an answer, a person is asked to look at it.
"""

import ast
from dataclasses import dataclass

ADDED = "added-"  # how the ids of a student's own cells begin
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
UNANSWERED = "its own cell is as it was handed out, but there is text in another; a person will look at it."
TOO_LATE = "code that speaks of it stands below the place where it was judged; a person will look at it."
NOT_RUN = "a locked cell ({}) was changed, and ran as it was handed out; a person will look at it."


@dataclass(frozen=True)
class Stray:
    """A cell of the student's own: its text, the exercise that it stands in, and those that had been judged above it.

    Code is what Python takes; all else is words, the comments of a cell without a statement among them.
    """

    text: str
    is_code: bool
    section: str
    judged: tuple[str, ...]


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

    It can where it was added to code that is otherwise whole.
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
        own = [line for line in own if line.lstrip().startswith("#")]  # the rest is the same code, formatted
        needed = []
    text = "\n".join(own).strip("\n")
    return text, cell.cell_type == "code" and not needed and syntax(text) is not None


def told(edited):
    """Return what a student is told of locked cells that they wrote into: a dictionary, from id to whether it ran."""
    ran, shown = (", ".join(name for name, run in edited.items() if run is which) for which in (True, False))
    said = [f"What you wrote into locked cells ({ran}) ran as a cell of your own beside them."] if ran else []
    if shown:
        said.append(f"What you wrote into locked cells ({shown}) is kept beside them, and did not run.")
    return " ".join(said)


def doubts(release, notebook, changed):
    """Return, by exercise, why a person should look at it: what was written for it may not have been judged.

    Parameters
    ----------
    release, notebook : NotebookNode
        The assignment, and what a submission was rebuilt into.
    changed : sequence of str
        The locked cells of code that were changed in a way that does not run.
    """
    names = exercises(release)
    starters = {cell.id: cell.source for cell in release.cells}
    found, said = _strays(notebook, names), {}
    for cell, name in answers(notebook, names):
        is_text = cell.cell_type == "markdown"
        is_left = cell.source.strip() == starters[cell.id].strip()
        blank = is_left or not (cell.source.strip() if is_text else _says_something(cell.source))
        locked = [other for other in changed if exercise_of(other, names) in ("", name)]
        if blank and any(not stray.is_code and (is_text or stray.section == name) for stray in found):
            said[name] = UNANSWERED
        elif any(stray.is_code and name in stray.judged and name in stray.text for stray in found):
            said[name] = TOO_LATE
        elif locked and not is_text:
            said[name] = NOT_RUN.format(", ".join(locked))
    return said


def _strays(notebook, names):
    """Return what a rebuilt notebook holds of the student's own, in its order."""
    found, section, judged = [], "", ()
    for cell in notebook.cells:
        if not cell.id.startswith(ADDED):
            section = exercise_of(cell.id, names)
            judged += (cell.id,) * (cell.id in names)
        elif cell.source.strip():
            found.append(Stray(cell.source, cell.cell_type == "code" and not _is_words(cell.source), section, judged))
    return found


def _says_something(code):
    """Whether there is a statement in code, or what Python does not take."""
    return syntax(code) != syntax("")


def _is_words(code):
    """Whether a cell of code is words: comments alone, or what Python does not take."""
    lines = [line for line in code.splitlines() if line.strip() and not _is_command(line)]
    return syntax(code) is None or bool(lines and not _says_something(code))


def _is_command(line):
    return line.lstrip().startswith(("%", "!"))


def syntax(source):
    """Return the syntax of code, but for lines of a notebook's own commands, as text; None where it is not Python."""
    code = "\n".join(line for line in source.splitlines() if not _is_command(line))
    try:
        return ast.dump(ast.parse(code))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last is how Python's parser calls too deep
        return None
