"""What a worker is sent about a class: what a grade depends on, and no secrets."""

import pytest

from autograder import classroom, language
from autograder.classroom import pin
from autograder.classroom.config import course_directory, load
from autograder.classroom.trial import copy
from autograder.cluster import material

SECRET = """
c.CourseDirectory.db_url = "postgresql://teacher:password@host/grades"
c.Grading.judged = lambda judged, explained: judged
c.Execute.timeout = 3
c.Course.language = "de"
c.Course.late_penalty = 0.1
"""


@pytest.fixture
def packed(fresh):
    with (fresh / "nbgrader_config.py").open("a") as file:
        file.write(SECRET)
    (fresh / "steps.py").write_text("WORDS = 'a step of grading'")
    (fresh / "roster.csv").write_text("id\nsomebody-of-the-roster\n")
    return material.pack(classroom.open_class(fresh), "toy", "the release")


def test_no_secret_of_the_class_goes_along(fresh, packed):
    for secret in ((fresh / "secret_seed").read_text().strip(), "password", str(fresh), "somebody-of-the-roster"):
        assert secret.encode() not in packed
    assert b"a step of grading" in packed


@pytest.mark.parametrize(
    "statements",
    [
        "URL = '{}'\nc.CourseDirectory.db_url = URL",
        "c.CourseDirectory['db_url'] = '{}'",
        "c.CourseDirectory.update(db_url='{}')",
        "if True:\n    c.CourseDirectory.db_url = '{}'",
        "PASSWORD = 'pass%20word'\nc.CourseDirectory.db_url = f'postgresql://teacher:{{PASSWORD}}@host/grades'",
        "from own import URL\nc.CourseDirectory.db_url = URL",
    ],
)
def test_a_gradebooks_address_that_would_go_along_is_refused(fresh, statements):
    address = "postgresql://teacher:pass%20word@host/grades"
    with (fresh / "nbgrader_config.py").open("a") as file:
        file.write(statements.format(address))
    if "own" in statements:
        (fresh / "own.py").write_text(f"URL = {address!r}")
    with pytest.raises(classroom.ClassError, match="goes to the cluster's workers, and has the gradebook's address"):
        material.pack(classroom.open_class(fresh), "toy", "the release")


def test_a_worker_finds_the_exercises_and_the_settings_of_the_class(fresh, packed, tmp_path):
    laid = material.unpack(packed, tmp_path / "laid", tmp_path)
    assert (laid.release, laid.scratch) == ("the release", tmp_path)
    place = classroom.open_class(fresh)
    assert pin.digest(pin.snapshot(laid.place, "toy")) == pin.digest(pin.snapshot(place, "toy"))
    with language.using("en"):
        config = load(laid.place)
        assert language.spoken() == "de", "what a student is told is in the language of the class"
    assert "late_penalty" not in config.Course
    assert config.Execute.timeout == 3
    assert course_directory(config).max_file_size == course_directory(load(place)).max_file_size
    assert "password" not in str(config)


def test_a_copy_on_which_something_is_tried_can_be_sent(fresh, tmp_path):
    """It has its own gradebook, whose address its settings state in another way."""
    tried = copy(classroom.open_class(fresh), tmp_path / "copy", ["toy"])
    assert str(tried.gradebook).encode() not in material.pack(tried, "toy", "the release")


def test_the_same_assignment_is_the_same_bytes(fresh, packed):
    assert material.pack(classroom.open_class(fresh), "toy", "the release") == packed
    assert material.pack(classroom.open_class(fresh), "toy", "another") != packed


def test_versions_are_those_of_grading_and_of_this_code():
    assert set(material.versions()) == {"course", "dnnkit", "numpy", "python", "autograder"}
