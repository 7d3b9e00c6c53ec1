"""From a chapter to nbgrader's source notebook: its exercise sections, with solutions and graded cells added."""

from collections import Counter

from nbformat import NotebookNode, v4

from ..language import say
from .layout import ClassError

SCHEMA = 3
ANSWER, PRACTICE = "-answer", "-check"  # how the ids of answer cells and of practice cells end
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}

INTRODUCTION = """\
# {title}: assignment

Run the cells from the top. Each exercise has a cell for your answer and, below it, a `check` that you may run as often
as you like; `hint("{topic}/...")` gives a hint. You can add cells of your own. Hand in this notebook under its name,
`{topic}.ipynb`."""

GRADED = """\
# Graded when you hand in: your answer above is then judged on more inputs than `check` uses.
### BEGIN HIDDEN TESTS
from autograder.check import grade
grade("{exercise}", globals())
### END HIDDEN TESTS"""

SOLUTION = """\
{starter}

### BEGIN SOLUTION
{solution}
### END SOLUTION"""


def source_notebook(chapter, exercises) -> NotebookNode:
    """Return the instructor's notebook of a chapter, with solutions and hidden tests.

    Every cell has an id made of the exercise's name, so that the same chapter always gives the same notebook.

    Parameters
    ----------
    chapter : autograder.chapter.Chapter
        The chapter.
    exercises : dict
        The exercises (`autograder.exercise.Exercise`) of its sections, by id.
    """
    introduction = say(INTRODUCTION).format(title=chapter.title, topic=chapter.topic)
    cells = [_locked("markdown", introduction, "introduction")]
    cells += [_locked("code", cell.source, f"setup-{number}") for number, cell in enumerate(chapter.setup, start=1)]
    for section in chapter.sections:
        if section.exercise not in exercises:
            raise ClassError(f"{chapter.file} asks for {section.exercise!r}, which has no exercise file")
        exercise = exercises[section.exercise]
        if (section.kind == "text") != (exercise.kind == "text"):
            raise ClassError(
                f"{chapter.file}, line {section.cells[0].line}: {section.exercise!r} is {section.kind} in "
                f"the chapter and {exercise.kind} in its file"
            )
        cells += _section_cells(section, exercise)
    metadata = {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}}
    return v4.new_notebook(cells=cells, metadata=metadata)


def _section_cells(section, exercise):
    """Yield the cells of one exercise, with ids that say what each is for."""
    seen = Counter()
    for cell in section.cells:
        if cell is section.starter:
            yield _answer(cell, exercise)
            continue
        role = PRACTICE if "check" in cell.tags else "-prompt" if cell.kind == "markdown" else "-given"
        seen[role] += 1
        number = f"-{seen[role]}" if seen[role] > 1 else ""
        yield _locked(cell.kind, cell.source, f"{exercise.name}{role}{number}")
    if exercise.kind != "text":
        graded = _cell("code", GRADED.format(exercise=exercise.id), exercise.name)
        yield _mark(graded, grade=True, locked=True, points=exercise.points)


def _answer(cell, exercise):
    """Return the cell in which the answer goes: the starter, and the solution that the release takes out."""
    if exercise.kind == "text":
        source = SOLUTION.format(starter=cell.source, solution=_marking(exercise))
        return _mark(_cell("markdown", source, exercise.name), grade=True, solution=True, points=exercise.points)
    source = SOLUTION.format(starter=cell.source, solution=exercise.solution_source)
    return _mark(_cell("code", source, f"{exercise.name}{ANSWER}"), solution=True)


def _marking(exercise):
    """Return what the instructor marks a free text by: the rubric, two marked answers, and the usual mistakes."""
    rows = [f"- {points:g}: {sentence}" for points, sentence in exercise.rubric]
    anchors = [f"An answer worth {points:g}:\n\n> {text}" for points, text in exercise.anchors]
    mistakes = [f"- {sentence}" for sentence in exercise.mistakes]
    parts = ["**Rubric**", "\n".join(rows), *anchors, "**Usual mistakes**", "\n".join(mistakes)]
    return "\n\n".join(parts)


def _cell(kind, source, cell_id):
    new = v4.new_code_cell if kind == "code" else v4.new_markdown_cell
    return new(source, id=cell_id)


def _locked(kind, source, cell_id):
    return _mark(_cell(kind, source, cell_id), locked=True)


def _mark(cell, *, grade=False, solution=False, locked=False, points=None):
    """Give a cell nbgrader's metadata; its grade id is the cell's own id."""
    marks = {"grade": grade, "grade_id": cell.id, "locked": locked, "schema_version": SCHEMA, "solution": solution}
    cell.metadata["nbgrader"] = marks | {"task": False} | ({} if points is None else {"points": points})
    return cell
