"""What the tests of the autograder share."""

import importlib.util
from pathlib import Path

import pytest

spec = importlib.util.spec_from_file_location("toy_exercises", Path(__file__).with_name("exercises.py"))
toys = importlib.util.module_from_spec(spec)
spec.loader.exec_module(toys)


@pytest.fixture
def toy(tmp_path):
    """Return a function that loads the toy exercise with (old, new) replacements made in its text."""
    from autograder import exercise

    def load(*changes, name="double"):
        text = toys.GOOD
        for old, new in changes:
            assert old in text, f"{old!r} does not occur in the toy exercise"
            text = text.replace(old, new)
        return exercise.load(toys.write(tmp_path, name, text), root=tmp_path)

    return load
