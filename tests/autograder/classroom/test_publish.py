"""A class's own topic is released, pinned, practised, graded and reported like a topic of the course."""

import csv
import os
import shutil
import subprocess
import sys
import zipfile

import nbformat
import pytest
from rich.console import Console

from autograder import classroom, hint
from autograder.classroom import pin
from autograder.classroom.config import gradebook, load
from autograder.classroom.notebook import handout
from autograder.exercise import BadExercise
from autograder.exercise import load as load_exercise

QUIET = Console(quiet=True)
RIGHT = "def double(x, *, times=2):\n    return times * x"
WRONG = "def double(x, *, times=2):\n    return x**times"
TOLD = "Squaring is not doubling."


@pytest.fixture
def mine(own, course_of_toys, fresh, course):
    """A class with the course's topic toy and its own topic mine, which is released."""
    own(fresh, course_of_toys())
    assert classroom.release(fresh, root=course) == classroom.Released(("mine",), ("toy",))
    return fresh


def hand_in(directory, student, source):
    """Hand in the notebook as a student unpacks it, in a folder with everything from the zip."""
    target = directory / "submitted" / student
    shutil.unpack_archive(directory / "handout" / "mine.zip", target)
    path = target / "mine" / "mine.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.metadata.nbgrader.solution:
            cell.source = source
    nbformat.write(notebook, path)
    return path


def practised(path, package):
    """Run a notebook's code in its folder, with the package that the zip brings, and return what was shown."""
    (wheel,) = path.parent.glob("*.whl")
    shutil.unpack_archive(wheel, package, format="zip")  # where pip puts it
    cells = nbformat.read(path, as_version=4).cells
    code = "\n\n".join(cell.source for cell in cells if cell.cell_type == "code")
    return subprocess.run(
        [sys.executable, "-c", code.replace('check("mine/double", double)', 'print(check("mine/double", double))')],
        cwd=path.parent,
        env=os.environ | {"PYTHONPATH": str(package), "AUTOGRADER_EXERCISES": ""},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_the_zip_is_all_that_check_needs(mine, tmp_path):
    for folder in ("release", "source"):
        (beside,) = (mine / folder / "mine" / "exercises").rglob("*.py")
        assert beside.read_bytes() == (mine / "exercises" / "mine" / "double.py").read_bytes()
    path = hand_in(mine, "anna", WRONG)
    assert "The folder exercises is what `check` reads" in (path.parent / "README.txt").read_text()
    (wheel,) = path.parent.glob("*.whl")
    with zipfile.ZipFile(mine / "handout" / "toy.zip") as archive:
        assert archive.read(f"toy/{wheel.name}") == wheel.read_bytes(), "one package serves all topics"
    said = practised(path, tmp_path / "package")
    assert "mine/double: not right yet" in said
    assert TOLD in said


def test_it_is_graded_and_told_like_the_others(mine):
    for student, source in (("anna", RIGHT), ("bela", WRONG)):
        hand_in(mine, student, source)
    hand_in(mine, "cleo", "from exercises.mine.double import solution as double")
    done = classroom.grade(mine, console=QUIET)
    assert set(done.graded) == {(student, "mine") for student in ("anna", "bela", "cleo")}
    classroom.feedback(mine, console=QUIET)
    assert TOLD in (mine / "feedback" / "bela" / "mine" / "mine.html").read_text(encoding="utf-8")
    assert TOLD in classroom.report(mine).read_text(encoding="utf-8")
    classroom.export(mine)
    with (mine / "exercises.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert {row["exercise"] for row in rows.values()} == {"mine/double"}
    assert (rows["anna"]["points"], rows["anna"]["flags"]) == ("4", ""), "the files handed out are not her work"
    assert rows["bela"]["misconception"] == TOLD
    assert float(rows["cleo"]["points"]) == 0, "the files handed out are not there when a notebook is graded"


def test_it_is_pinned_and_updated_like_the_others(mine, course):
    place = classroom.open_class(mine)
    path = mine / "exercises" / "mine" / "double.py"
    assert pin.read(place)["topics"]["mine"] == pin.digest(path.parent)
    assert classroom.release(mine, root=course).unchanged == ("toy", "mine")
    hand_in(mine, "anna", RIGHT)
    classroom.grade(mine, console=QUIET)
    path.write_text(path.read_text().replace("points = 4", "points = 8"))
    with pytest.raises(classroom.ClassError, match=r"mine has changed since it was released \(double.py\)"):
        classroom.release(mine, root=course)
    moved = []
    done = classroom.release(mine, root=course, update=True, announce=moved.extend, console=QUIET)
    assert done.released == ("mine",)
    assert [(each.student, each.exercise, each.before, each.after) for each in moved] == [("anna", "mine/double", 4, 8)]
    for folder in ("release/mine/exercises/mine", "pinned/exercises/mine"):
        assert (mine / folder / "double.py").read_bytes() == path.read_bytes()
    (mine / "release" / "mine" / "exercises" / "mine" / "double.py").unlink()
    assert classroom.release(mine, root=course).released == ("mine",), "an incomplete release is made again"


def test_a_name_of_the_courses_is_refused_and_nothing_is_released(fresh, own, course_of_toys):
    root = course_of_toys()
    own(fresh, root)
    (fresh / "chapters" / "mine.md").rename(fresh / "chapters" / "toys.md")
    with pytest.raises(classroom.ERRORS, match=r"the course already has a topic 'toys'; give chapters/toys.md and"):
        classroom.release(fresh, root=root)
    assert not (fresh / "handout" / "mine.zip").exists()
    assert not (fresh / "handout" / "toys.zip").exists()


def test_the_courses_own_topics_have_nothing_beside_them(released, course):
    assert not (released / "release" / "toy" / "exercises").exists()
    assert b"folder exercises" not in handout("toy", b"", course)


def test_the_rubric_of_a_free_text_stays_with_the_class_and_its_hints_go(mine, course, tmp_path, monkeypatch):
    for path in classroom.new("mine/why", mine, kind="text"):
        path.write_text("".join(line for line in path.read_text().splitlines(True) if "TODO" not in line))
    classroom.release(mine, ["mine"], update=True, root=course)
    with zipfile.ZipFile(mine / "handout" / "mine.zip") as archive:
        assert [name for name in archive.namelist() if name.endswith(".py")] == ["mine/exercises/mine/double.py"]
        assert b"mine/why" not in archive.read("mine/README.txt")
        archive.extractall(tmp_path)
    monkeypatch.chdir(tmp_path / "mine")
    monkeypatch.delenv("AUTOGRADER_EXERCISES", raising=False)
    told = load_exercise("mine/why", mine / "exercises").hints
    assert [hint("mine/why") for _ in range(4)] == [f"Hint {n} of 3: {told[n - 1]}" for n in (1, 2, 3, 1)]
    with pytest.raises(BadExercise, match="there is no exercise 'mine/nothing'"):
        hint("mine/nothing")
    with zipfile.ZipFile(mine / "handout" / "mine.zip") as archive:
        assert b"Rubric" not in archive.read("mine/mine.ipynb")
    assert (mine / "pinned" / "exercises" / "mine" / "why.py").is_file()
    assert classroom.release(mine, ["mine"], root=course).unchanged == ("mine",)


def test_nbgraders_exchange_brings_it_to_students_as_it_is(mine, nbgrader, tmp_path):
    root = tmp_path / "exchange"
    root.mkdir(mode=0o777)
    root.chmod(0o777)
    settings = f"c.CourseDirectory.course_id = 'c'\nc.Exchange.root = {str(root)!r}\n"
    with open(mine / "nbgrader_config.py", "a") as file:
        file.write(settings)
    home = tmp_path / "home"
    home.mkdir()
    (home / "nbgrader_config.py").write_text(f"c = get_config()\n{settings}")
    for folder, command in ((mine, "release_assignment"), (home, "fetch_assignment")):
        done = nbgrader(folder, command, "mine")
        assert done.returncode == 0, done.stderr
    released = mine / "release" / "mine"
    files = {path.relative_to(released) for path in released.rglob("*") if path.is_file()}
    assert {path.relative_to(home / "mine") for path in (home / "mine").rglob("*") if path.is_file()} == files
    assert {path.as_posix() for path in files} == {"mine.ipynb", "exercises/mine/double.py"}


def test_nbgraders_own_autograde_judges_by_its_snapshot(mine, nbgrader):
    hand_in(mine, "anna", RIGHT)
    (mine / "exercises" / "mine" / "double.py").write_text("changed since it was released")
    done = nbgrader(mine, "autograde", "mine")
    assert done.returncode == 0, done.stderr
    with gradebook(load(classroom.open_class(mine))) as book:
        assert [each["score"] for each in book.submission_dicts("mine")] == [4.0]
