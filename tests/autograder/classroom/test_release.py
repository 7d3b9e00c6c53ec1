"""A release has the same bytes every time and everywhere, holds nothing secret, and pins the class."""

import argparse
import contextlib
import functools
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import numpy
import pytest
from nbgrader.nbgraderformat import MetadataValidator
from rich.console import Console
from sqlalchemy import Engine, event

import dnnkit
from autograder import chapter, classroom
from autograder.classroom import config as settings
from autograder.classroom import pin
from autograder.classroom.notebook import handout
from autograder.commands import add_class_commands
from autograder.solutions import SETTING


@pytest.fixture
def changing(course, tmp_path):
    """A copy of the course that can be changed."""
    return shutil.copytree(course, tmp_path / "course")


def released_bytes(directory):
    names = ("release/toy/toy.ipynb", "source/toy/toy.ipynb", "handout/toy.zip", "pinned/pin.json")
    return {name: (directory / name).read_bytes() for name in names}


def change(course, name, old, new):
    path = course / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def change_double(course):
    """Change the function's hidden check so that only 3 * a is right."""
    change(course, "autograder/exercises/toy/double.py", "2 * a,", "3 * a,")


def test_the_same_bytes_in_another_directory(released, changing, tmp_path):
    classroom.create(tmp_path / "other")
    done = classroom.release(tmp_path / "other", root=changing)
    assert done == classroom.Released(("toy",), ())
    assert released_bytes(tmp_path / "other") == released_bytes(released)


def test_the_same_bytes_without_a_class(released, course):
    assert classroom.assignment("toy", course) == (released / "release/toy/toy.ipynb").read_bytes()


def test_students_get_the_starters_to_the_letter(released, course):
    notebook = nbformat.read(released / "release/toy/toy.ipynb", as_version=4)
    MetadataValidator().validate_nb(notebook)
    sources = {cell.id: cell.source for cell in notebook.cells}
    for section in chapter.read("toy", course).sections:
        answer = section.name if section.kind == "text" else f"{section.name}-answer"
        assert sources[answer] == section.starter.source


def test_students_get_nothing_secret(released, course):
    text = (released / "release/toy/toy.ipynb").read_text()
    for secret in ("SOLUTION", "HIDDEN", "0.75\\n", "Rubric", "Because it always is", "grade(", "2 * np.asarray"):
        assert secret not in text
    graded = [c for c in nbformat.reads(text, 4).cells if c.metadata.nbgrader.grade and c.cell_type == "code"]
    assert all(cell.source.startswith("# Graded when you hand in") for cell in graded)
    assert all(not cell.metadata.deletable and not cell.metadata.editable for cell in graded)


BLOCKED = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ImportError(f"{{name}} is not what a student has installed")
sys.meta_path.insert(0, Blocked())
"""


def run_as_student(packed, topic, folder):
    """Unpack a handout and its wheel, and run its code with them and NumPy: the rest of the course is out of reach."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(folder)
    (wheel,) = (folder / topic).glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    others = ("matplotlib", "jupyterlab", "IPython", "yaml", "nbformat", "traitlets")
    blocked = {"nbgrader", "jupytext", "rich", "torch", "scipy", "sklearn", "hypothesis", "pytest", "sphinx", *others}
    cells = nbformat.read(folder / topic / f"{topic}.ipynb", 4).cells
    code = BLOCKED.format(blocked=blocked) + "\n\n".join(cell.source for cell in cells if cell.cell_type == "code")
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_handout_is_the_release_and_runs(released, tmp_path):
    packed = (released / "handout/toy.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        readme, wheel, notebook = archive.namelist()
        assert (readme, notebook) == ("toy/README.txt", "toy/toy.ipynb")
        assert f'pip install "./{wheel.removeprefix("toy/")}[student]"' in archive.read(readme).decode()
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.read("toy/toy.ipynb") == (released / "release/toy/toy.ipynb").read_bytes()
    done = run_as_student(packed, "toy", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("topic", chapter.topics())
def test_every_handout_runs_with_what_a_student_has_installed(topic, tmp_path):
    done = run_as_student(handout(topic, classroom.assignment(topic)), topic, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_pin_says_what_was_taken(released, course):
    place = classroom.open_class(released)
    pinned = json.loads((place.pinned / "pin.json").read_text())
    exercises = course / "autograder" / "exercises"
    assert pinned == {
        "topics": {"toy": pin.digest(exercises / "toy")},
        "versions": {
            "course": pin.versions()["course"],
            "dnnkit": pin.digest(Path(dnnkit.__file__).parent)[:12],
            "numpy": numpy.__version__,
            "python": sys.version.split()[0],
        },
    }
    for path in (exercises / "toy").glob("*.py"):
        assert (place.pinned / "exercises" / "toy" / path.name).read_bytes() == path.read_bytes()


def test_releasing_again_changes_nothing(fresh, course):
    before = released_bytes(fresh)
    times = {path: path.stat().st_mtime_ns for path in fresh.rglob("*") if path.is_file()}
    assert classroom.release(fresh, root=course) == classroom.Released((), ("toy",))
    assert released_bytes(fresh) == before
    assert {path: path.stat().st_mtime_ns for path in times} == times


def test_a_release_that_was_interrupted_is_completed(fresh, course):
    before = released_bytes(fresh)
    (fresh / "handout" / "toy.zip").unlink()
    assert classroom.release(fresh, root=course).released == ("toy",)
    assert released_bytes(fresh) == before
    assert list((fresh / ".autograder").glob("work-*")) == []


def test_a_change_needs_an_update(fresh, changing):
    before = released_bytes(fresh)
    change_double(changing)
    with pytest.raises(classroom.ClassError, match=r"toy has changed since it was released \(double.py\); .*--update"):
        classroom.release(fresh, root=changing)
    change(changing, "chapters/toy.md", "Write `double`.", "Write it.")
    with pytest.raises(classroom.ClassError, match="toy has changed"):
        classroom.release(fresh, root=changing)
    assert released_bytes(fresh) == before
    moved = []
    assert classroom.release(fresh, update=True, root=changing, announce=moved.append).released == ("toy",)
    assert moved == [()]
    assert classroom.release(fresh, root=changing).unchanged == ("toy",)
    assert "Write it." in (fresh / "release/toy/toy.ipynb").read_text()


def test_an_update_lists_the_grades_that_it_moves(copied, changing, points):
    """When the class is graded again, grades move as announced."""
    before = {student: points(copied, student) for student in ("right", "mistake-01", "blank")}
    change_double(changing)
    moved = []
    classroom.release(copied, update=True, root=changing, announce=moved.extend)
    why = ("Anything is doubled: passed becomes wrong (every entry must be doubled)",)
    assert classroom.Move("right", "toy/double", 2.0, 1.0, why) in moved
    assert {move.student for move in moved} == {"right", "right-otherwise", "duplicate"}
    assert {student: points(copied, student) for student in before} == before, "not before it is graded"
    done = classroom.grade(copied, students=["right", "mistake-01"], console=Console(quiet=True))
    assert len(done.graded) == 2
    assert points(copied, "right")["double"] == 1.0
    assert points(copied, "mistake-01") == before["mistake-01"]


def test_an_update_of_one_topic_is_tried_where_another_one_is_graded(copied, changing):
    shutil.copytree(changing / "autograder/exercises/toy", changing / "autograder/exercises/other")
    text = (changing / "chapters/toy.md").read_text().replace("toy/", "other/")
    (changing / "chapters/other.md").write_text(text)
    change(changing, "_toc.yml", "- file: chapters/toy", "- file: chapters/toy\n- file: chapters/other")
    classroom.release(copied, ["other"], root=changing)
    notebook = nbformat.read(copied / "release/other/other.ipynb", as_version=4)
    next(cell for cell in notebook.cells if cell.id == "double-answer").source = "def double(a):\n    return 2 * a"
    (copied / "submitted/right/other").mkdir()
    nbformat.write(notebook, copied / "submitted/right/other/other.ipynb")
    classroom.grade(copied, ["other"], console=Console(quiet=True))
    change(changing, "autograder/exercises/other/double.py", "2 * a,", "3 * a,")
    change(changing, "chapters/other.md", "Write `double`.", "Write it.")  # the old prompt is not the student's
    moved = []
    classroom.release(copied, ["other"], update=True, root=changing, announce=moved.extend, console=Console(quiet=True))
    assert [(move.student, move.exercise, move.before, move.after) for move in moved] == [
        ("right", "other/double", 2.0, 1.0)
    ]


@pytest.fixture
def strict():
    """A database that lets no row refer to a missing one, like PostgreSQL and unlike SQLite."""

    def enforce(connection, _):
        connection.execute("PRAGMA foreign_keys = ON")

    event.listen(Engine, "connect", enforce)
    yield
    event.remove(Engine, "connect", enforce)


def dump(path):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_an_update_is_tried_on_its_own_gradebook_wherever_the_classs_is(strict, tmp_path, course, changing, hand_in):
    """The settings may name any kind of database, anywhere, which a copy of the class would share."""
    place = classroom.create(tmp_path / "class")
    (tmp_path / "elsewhere").mkdir()
    database = tmp_path / "elsewhere" / "grades.db"
    (place.root / "where.py").write_text(f"ADDRESS = 'sqlite:///{database}'\n")
    with open(place.config_file, "a") as file:
        file.write("import where\nc.CourseDirectory.db_url = where.ADDRESS")
    classroom.release(place.root, root=course)
    hand_in(place.root, "right", double="def double(a):\n    return 2 * a", why="It is so.")
    classroom.grade(place.root, console=Console(quiet=True))
    with settings.gradebook(settings.load(place)) as book:
        given = book.find_grade("why", "toy", "toy", "right")
        given.manual_score, given.needs_manual_grade = 1.5, False
        book.db.commit()
    change_double(changing)
    before, tried = dump(database), []
    untouched = everything(tmp_path / "class"), everything(database.parent)
    options = {"update": True, "root": changing, "console": Console(quiet=True)}
    assert classroom.release(place.root, dry_run=True, announce=lambda _: None, **options).released == ("toy",)
    assert (everything(tmp_path / "class"), everything(database.parent)) == untouched

    def announce(moves):
        tried.append(dump(database))
        assert [(each.student, each.before, each.after) for each in moves] == [("right", 2.0, 1.0)]

    classroom.release(place.root, update=True, root=changing, announce=announce, console=Console(quiet=True))
    assert tried == [before]
    assert not place.gradebook.exists()
    classroom.grade(place.root, console=Console(quiet=True))
    with settings.gradebook(settings.load(place)) as book:
        given = book.find_grade("why", "toy", "toy", "right")
        assert (given.manual_score, given.needs_manual_grade) == (1.5, False)
        assert book.find_submission("toy", "right").score == 2.5


def everything(folder):
    """Return every file of a folder, with its content and time, except for the lock that a command holds."""
    found = [path for path in folder.rglob("*") if path.is_file() and path.name != "lock"]
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in found}


def test_a_dry_run_says_why_each_grade_would_move_and_writes_nothing(copied, changing, hand_in, monkeypatch, capsys):
    """Checks with another outcome, new checks, other weights, and new hand-ins."""
    hand_in(copied, "blank", double="def double(a):\n    return 2 * a")
    change_double(changing)
    exercise = "autograder/exercises/toy/share.py"
    more = '\n\ndef check_more(share, rng):\n    """It is more than most."""\n    close(share, 0.9, \'more\')\n'
    (changing / exercise).write_text((changing / exercise).read_text() + more)
    before = everything(copied)
    release = functools.partial(classroom.release, root=changing)
    monkeypatch.setattr(classroom, "release", release)
    parser = argparse.ArgumentParser()
    add_class_commands(parser.add_subparsers())
    asked = parser.parse_args(["release", str(copied), "--update", "--dry-run"])
    assert asked.run(asked) == 0
    said = capsys.readouterr().out
    assert everything(copied) == before
    lines = said.splitlines()
    at = lines.index("right, toy/double: 2 becomes 1")
    assert lines[at + 1] == "  Anything is doubled: passed becomes wrong (every entry must be doubled)"
    at = lines.index("right, toy/share: 1 becomes 0.5")
    assert lines[at + 1] == "  It is more than most: no check of it becomes wrong (more)"
    at = lines.index("blank, toy/double: 0 becomes 1")
    assert lines[at + 1] == "  it was handed in again after it was graded"
    assert "toy: would be released" in lines
    assert lines[-1] == "Nothing was written (--dry-run)."
    assert any(line.endswith("students move.") for line in lines)
    assert classroom.release(copied, update=True).released == ("toy",)


def test_an_update_is_not_tried_where_the_settings_insist_on_their_gradebook(copied, changing):
    with open(copied / "nbgrader_config.py", "a") as file:
        file.write("from traitlets.config import Config\n")
        file.write(f"get_config = lambda: Config()\nc.CourseDirectory.db_url = 'sqlite:///{copied}/gradebook.db'")
    change_double(changing)
    before = dump(copied / "gradebook.db")
    with pytest.raises(classroom.ClassError, match="does not allow trying anything on a copy of the gradebook"):
        classroom.release(copied, update=True, root=changing, announce=print, console=Console(quiet=True))
    assert dump(copied / "gradebook.db") == before


def test_a_sample_class_begins_anew_where_cells_were_added(copied, changing, points):
    change(changing, "chapters/toy.md", "### Exercise: share\n", "### Exercise: share\n\n```{code-cell}\nx = 1\n```\n")
    classroom.sample(copied, root=changing)
    assert "share-given-2" in (copied / "release/toy/toy.ipynb").read_text()
    assert points(copied, "right") == {}
    classroom.grade(copied, students=["right"], console=Console(quiet=True))
    assert points(copied, "right") == {"double": 2.0, "share": 1.0, "why": None}


def test_nothing_is_handed_in_to_a_real_class(fresh, course):
    with pytest.raises(classroom.ClassError, match="is a class, but not a sample class"):
        classroom.sample(fresh, root=course)
    assert list((fresh / "submitted").iterdir()) == []


def test_cells_cannot_be_added_once_submissions_are_graded(copied, changing):
    change(changing, "chapters/toy.md", "### Exercise: share\n", "### Exercise: share\n\n```{code-cell}\nx = 1\n```\n")
    before = released_bytes(copied)
    with pytest.raises(
        classroom.ClassError, match=r"toy cannot be updated, .* its cells are not the same: share-given-2"
    ):
        classroom.release(copied, update=True, root=changing)
    assert released_bytes(copied) == before


def test_an_unknown_topic_is_named(fresh, course):
    with pytest.raises(classroom.ClassError, match="there is no topic 'toys'; the topics are toy"):
        classroom.release(fresh, ["toys"], root=course)
    with pytest.raises(classroom.ClassError, match="there is no topic 'toys'; the topics are toy"):
        classroom.assignment("toys", course)


@pytest.fixture
def setting(fresh):
    """A function that adds a line to a class's settings, releases again, and returns the handout's setting."""

    def change(line, course):
        config = fresh / "nbgrader_config.py"
        config.write_text(config.read_text() + line + "\n")
        classroom.release(fresh, root=course)
        with zipfile.ZipFile(fresh / "handout" / "toy.zip") as packed:
            names = {name: packed.read(name) for name in packed.namelist()}
        released = fresh / "release" / "toy" / SETTING
        assert names.get(f"toy/{SETTING}") == (released.read_bytes() if released.exists() else None)
        return json.loads(names.get(f"toy/{SETTING}", "{}"))

    return change


def test_a_handout_carries_when_solutions_are_shown(setting, fresh, course):
    assert setting("", course) == {}
    assert setting('c.Course.show_solutions = "never"', course) == {"show_solutions": "never", "due": None}
    after = 'c.Course.show_solutions = "after_due"'
    assert setting(after, course) == {"show_solutions": "after_due", "due": None}
    place = classroom.open_class(fresh)
    with settings.gradebook(settings.load(place)) as gradebook:
        gradebook.update_or_create_assignment("toy", duedate="2026-06-01 18:00:00")
    assert setting("", course) == {"show_solutions": "after_due", "due": "2026-06-01T18:00:00+00:00"}
    assert setting('c.Course.show_solutions = "after_pass"', course) == {}


def test_a_setting_that_does_not_exist_is_refused(setting, course):
    with pytest.raises(classroom.ClassError, match="'after_pass', 'after_due', 'never', got 'later'"):
        setting('c.Course.show_solutions = "later"', course)
