"""Fixtures that the tests of the autograder share."""

import importlib.util
from pathlib import Path

import pytest

from autograder import language

spec = importlib.util.spec_from_file_location("toy_exercises", Path(__file__).with_name("exercises.py"))
toys = importlib.util.module_from_spec(spec)
spec.loader.exec_module(toys)


@pytest.fixture(autouse=True)
def english():
    """Whatever class a test opens, the next one begins in English."""
    with language.using(language.ENGLISH):
        yield


@pytest.fixture
def toy(tmp_path):
    """Return a function that loads the toy exercise with (old, new) replacements in its text."""
    from autograder import exercise

    def load(*changes, name="double"):
        text = toys.GOOD
        for old, new in changes:
            assert old in text, f"{old!r} does not occur in the toy exercise"
            text = text.replace(old, new)
        return exercise.load(toys.write(tmp_path, name, text), root=tmp_path)

    return load


@pytest.fixture(scope="session")
def own():
    """Return a function that gives a class the toy chapter and exercise of a course as its own topic, `mine`.

    A directory that is not yet a class becomes one, as far as a topic's root is concerned (see `chapter.homes`).
    """

    def own(directory, course):
        for source, target in (
            ("chapters/toys.md", "chapters/mine.md"),
            ("autograder/exercises/toys/double.py", "exercises/mine/double.py"),
        ):
            path = directory / target
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text((course / source).read_text().replace("toys/", "mine/"))
        (directory / "nbgrader_config.py").touch()
        return directory

    return own


@pytest.fixture
def course_of_toys(tmp_path):
    """Return a function that writes a course of one chapter and one exercise, with (old, new) replacements in both.

    A replacement must occur in the chapter or in the exercise; the function returns the course's directory.
    """

    def write(*changes):
        chapter, exercise = toys.CHAPTER, toys.GOOD
        for old, new in changes:
            assert old in chapter + exercise, f"{old!r} does not occur in the toy course"
            chapter, exercise = chapter.replace(old, new), exercise.replace(old, new)
        (tmp_path / "chapters").mkdir(exist_ok=True)
        (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: chapters/toys\n")
        (tmp_path / "chapters" / "toys.md").write_text(chapter)
        toys.write(tmp_path / "autograder" / "exercises", text=exercise)
        (tmp_path / "pyproject.toml").touch()
        return tmp_path

    return write
