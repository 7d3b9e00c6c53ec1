"""The branch of assignments holds what Colab, Binder and a JupyterHub need to open each of them."""

import re

import nbformat
import pytest

from autograder import chapter
from autograder.classroom.notebook import assignment
from publish import branch

ADDRESS = "https://course.example/book/"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder of the branch."""
    folder = tmp_path_factory.mktemp("branch") / "assignments"
    branch.make(folder, ADDRESS, "someone/course")
    return folder


def test_each_assignment_is_there_and_installs_the_course_where_it_is_not(made):
    (wheel,) = made.glob("*.whl")
    for topic in chapter.topics():
        notebook = nbformat.read(made / f"{topic}.ipynb", as_version=4)
        assert notebook.cells[0].source.startswith(f"# {chapter.read(topic).title}")
        package = f"{ADDRESS}packages/{wheel.name.replace('+', '%2B')}"
        assert notebook.cells[1].source.endswith(f"    %pip install --quiet {package}")
    alone = nbformat.reads(assignment(topic).decode(), as_version=4)
    assert [cell for cell in notebook.cells if cell.id != "install"] == alone.cells


def test_binder_installs_the_package_that_lies_beside_the_notebooks(made):
    (wheel,) = made.glob("*.whl")
    assert (made / "requirements.txt").read_text() == f"./{wheel.name}[student]\n"
    assert re.fullmatch(r"python-3\.\d+\n", (made / "runtime.txt").read_text())


def test_the_readme_opens_each_and_says_how_a_hub_does(made):
    readme = (made / "README.md").read_text(encoding="utf-8")
    for topic in chapter.topics():
        assert f"/someone/course/blob/assignments/{topic}.ipynb)" in readme
        assert f"/v2/gh/someone/course/assignments?urlpath=lab%2Ftree%2F{topic}.ipynb)" in readme
    assert "/hub/user-redirect/git-pull?repo=https%3A%2F%2Fgithub.com%2Fsomeone%2Fcourse&branch=assignments" in readme
    assert f"<{ADDRESS}>" in readme
