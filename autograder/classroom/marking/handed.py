"""What a graded notebook holds for a question, as HTML in which nothing runs: its prompt, the answer, other cells.

Text is cleaned again here, whatever has graded the notebook: nbgrader's own autograde cleans nothing.
"""

from dataclasses import dataclass

import nbformat

from .. import sanitize, strays
from ..formulas import set_formulas
from ..reporting.parts import code

NOT_THERE = '<p class="muted">There is no graded notebook to read this from.</p>'
NOTHING = '<p class="muted">The answer cell is as it was handed out, or empty.</p>'


@dataclass(frozen=True)
class Handed:
    """An answer as it is shown, the number of its words, the judge's report, and the student's other cells."""

    answer: str
    words: int = 0
    report: str = ""
    others: tuple[str, ...] = ()


def handed(question, student) -> Handed:
    """Read an answer out of a student's graded notebook."""
    path = question.place.step("autograded", student, question.topic, f"{question.topic}.ipynb")
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception:  # which may be anything, as an instructor may have edited it
        return Handed(NOT_THERE)
    names = strays.exercises(notebook)
    own = next((cell for cell, name in strays.answers(notebook, names) if name == question.name), None)
    others = tuple(_shown(cell) for cell in notebook.cells if cell.id.startswith(strays.ADDED) and cell.source.strip())
    judged = [cell for cell in notebook.cells if cell.id == question.name and cell.cell_type == "code"]
    report = "".join(
        _text(output.get("data", {}).get("text/plain", "")) for cell in judged for output in cell.outputs[:1]
    )
    if own is None or not (own.source.strip() or own.get("attachments")):
        return Handed(NOTHING, 0, report, others)
    return Handed(_shown(own), len(own.source.split()), report, others)


def prompt(question) -> str:
    """Return a question's prompt, as it was released."""
    path = question.place.released(question.topic)
    try:
        cells = nbformat.read(path, as_version=4).cells
    except Exception:
        return NOT_THERE
    own = [cell for cell in cells if cell.id.startswith(f"{question.name}-") and cell.cell_type == "markdown"]
    return "".join(map(_shown, own))


def _shown(cell):
    if cell.cell_type == "markdown":
        return f'<div class="written">{set_formulas(sanitize.markdown({"cell": cell}, cell.source))}</div>'
    outputs = cell.get("outputs", ())
    return code(cell.source) + "".join(map(_output, sanitize.outputs(outputs)))


def _output(output):
    if output["output_type"] == "stream":
        return _text(output["text"])
    if output["output_type"] == "error":
        return _text("\n".join(output["traceback"]))
    data = output["data"]
    for mime in sanitize.IMAGES:
        if mime in data:
            return f'<p><img alt="A figure" src="data:{mime};base64,{"".join(data[mime].split())}"></p>'
    return (
        f'<div class="written">{data["text/html"]}</div>' if "text/html" in data else _text(data.get("text/plain", ""))
    )


def _text(words):
    return code(sanitize.COLOUR.sub("", words)) if words else ""
