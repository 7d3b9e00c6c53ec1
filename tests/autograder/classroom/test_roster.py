"""The roster is read with its faults named, and goes into nbgrader's gradebook."""

import pytest

from autograder import classroom
from autograder.classroom import roster
from autograder.classroom.config import gradebook, load


@pytest.fixture
def place(tmp_path):
    """A class."""
    return classroom.create(tmp_path / "class")


def test_columns_may_come_in_any_order_and_some_may_be_missing(place):
    place.roster_file.write_text("\ufeffemail, id\na@b.example , one\n,two\n\n", encoding="utf-8")
    assert roster.read(place) == {"one": {"email": "a@b.example"}, "two": {"email": ""}}


def test_a_class_may_have_no_roster(place):
    assert roster.read(place) == {}
    place.roster_file.unlink()
    assert roster.read(place) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,age\na,3\n", "the columns are id, first_name, last_name, email, lms_user_id; found id, age"),
        ("first_name\na\n", "found first_name"),
        ("id\na\na\n", "row 3: the id 'a' is there twice"),
        ("id,email\n,x\n", "row 2: the id is missing"),
        ("id\na<b\n", "row 2: 'a<b' cannot be a student's id"),
        ("id,email\na,b,c\n", "row 2: more entries than columns"),
        ("id\n\xff\n", "is not a CSV file in UTF-8"),
    ],
)
def test_faults_are_named(place, text, message):
    place.roster_file.write_bytes(text.encode("latin-1"))
    with pytest.raises(classroom.ClassError, match=message):
        roster.read(place)


def test_students_are_in_the_gradebook(fresh):
    place = classroom.open_class(fresh)
    place.roster_file.write_text("id,first_name,last_name,email,lms_user_id\none,O,Ne,a@b.example,77\n")
    with gradebook(load(place)) as book:
        roster.record(place, book)
        roster.record(place, book)
        assert [(s.id, s.first_name, s.last_name, s.email, s.lms_user_id) for s in book.students] == [
            ("one", "O", "Ne", "a@b.example", "77")
        ]


@pytest.mark.parametrize(
    "name", ["a", "o'brien@example.org", "Zoë 王", "2026-1", "a.b_c", "{id}", "%2e", "~", "n" * 200]
)
def test_what_can_be_in_a_path_a_page_and_a_table_may_be_an_id(name):
    assert roster.may_be_id(name)


@pytest.mark.parametrize(
    "name",
    [
        ".hidden",
        "a/../../b",
        "*",
        "a?",
        "[a]",
        "<b>",
        'a"',
        "a\\",
        "a,b",
        "=1",
        "+1",
        "-rf",
        "@a",
        "a\nb",
        "\udcff",
        "\u202e",
    ],
)
def test_what_would_be_a_pattern_script_or_formula_may_not(name):
    assert not roster.may_be_id(name)
