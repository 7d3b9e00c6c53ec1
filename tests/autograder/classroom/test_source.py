"""nbgrader accepts the source notebook, with the solutions and the marking that only the instructor sees."""

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from autograder import chapter, exercise
from autograder.classroom import ClassError
from autograder.classroom.source import source_notebook


@pytest.fixture
def parts(course):
    """The toy chapter, and its exercises by id."""
    folder = course / "autograder" / "exercises"
    return chapter.read("toy", course), {name: exercise.load(name, folder) for name in exercise.ids("toy", folder)}


@pytest.fixture
def notebook(parts):
    """The toy chapter's source notebook."""
    return source_notebook(*parts)


def cell(notebook, name):
    return next(cell for cell in notebook.cells if cell.id == name)


def test_nbformat_and_nbgrader_take_it(notebook):
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)


def test_ids_tell_what_a_cell_is_for(notebook):
    assert [cell.id for cell in notebook.cells] == [
        "introduction",
        "setup-1",
        "double-prompt",
        "double-answer",
        "double-check",
        "double",
        "share-prompt",
        "share-given",
        "share-answer",
        "share-check",
        "share",
        "why-prompt",
        "why",
    ]
    assert all(cell.metadata.nbgrader.grade_id == cell.id for cell in notebook.cells)


def test_only_answers_are_not_locked(notebook):
    free = [cell.id for cell in notebook.cells if not cell.metadata.nbgrader.locked]
    assert free == ["double-answer", "share-answer", "why"]


def test_the_answer_is_starter_and_solution(notebook, parts):
    source = cell(notebook, "share-answer").source
    assert source == "share = ...   # your answer here\n\n### BEGIN SOLUTION\nshare = 0.75\n### END SOLUTION"
    names = {}
    exec(source, names)
    assert names["share"] == 0.75


def test_points_are_the_exercises(notebook, parts):
    points = {c.id: c.metadata.nbgrader.points for c in notebook.cells if c.metadata.nbgrader.grade}
    assert points == {asked.name: asked.points for asked in parts[1].values()}


def test_marking_of_a_free_text_is_there(notebook):
    text = cell(notebook, "why").source
    assert text.startswith("*Write your answer here (at most 120 words).*\n\n### BEGIN SOLUTION")
    for words in ("- 1: Is plain.", "An answer worth 4:", "> Because it always is.", "- Two is even."):
        assert words in text


def test_an_exercise_without_a_file_is_named(parts):
    with pytest.raises(ClassError, match="toy.md asks for 'toy/double', which has no exercise file"):
        source_notebook(parts[0], {})


def test_kinds_of_chapter_and_file_must_agree(parts):
    chapter, exercises = parts
    with pytest.raises(ClassError, match="'toy/double' is code in the chapter and text in its file"):
        source_notebook(chapter, exercises | {"toy/double": exercises["toy/why"]})
