"""A file is a student's if that is certain, and otherwise nobody's, with the reason."""

import pytest

from autograder.classroom import ClassError
from autograder.classroom.lms import CANVAS, MOODLE, Label
from autograder.classroom.people import People

ROSTER = {
    "jd": {"first_name": "Jane", "last_name": "Doe", "email": "jane@x.example", "lms_user_id": "12"},
    "jd2": {"first_name": "Jürgen", "last_name": "Dreier", "email": "j.dreier@x.example"},
    "s1": {"first_name": "Sam", "last_name": "Same", "email": "s1@x.example"},
    "s2": {"first_name": "Sam", "last_name": "Same", "email": "s2@x.example"},
    "bob": {},
}


@pytest.fixture
def people():
    """A class in which two students share a name."""
    return People({student: dict(fields) for student, fields in ROSTER.items()})


def whose(people, name, number, form=CANVAS):
    return people.labelled(form, Label(name, number, ("x.ipynb",), 1))


@pytest.mark.parametrize(
    ("form", "name", "number", "student", "why"),
    [
        (CANVAS, "doejane", "12", "jd", ""),
        (CANVAS, "married", "12", "jd", ""),
        (CANVAS, "married", "0012", "jd", ""),
        (CANVAS, "dreierjürgen", "99", "jd2", ""),
        (MOODLE, "Jürgen Dreier", "12", "jd2", ""),  # Moodle's number is not the user's
        (MOODLE, "Dreier Jürgen", "3", "jd2", ""),
        (CANVAS, "dreierjurgen", "99", None, "neither the name nor the number 99 is on the roster"),
        (CANVAS, "dreierjürgen", "12", None, "the number 12 is jd's, but the name is jd2's"),
        (CANVAS, "doejane", "13", None, "the name is jd's, whose number is 12, not 13"),
        (CANVAS, "samesam", "13", None, "the name fits s1 and s2, and the number 13 is on no list"),
        (CANVAS, "bob", "13", None, "neither the name nor the number"),  # an id is not a name
        (MOODLE, "12", "12", None, "neither the name nor the number"),
    ],
)
def test_a_label_is_whose_name_and_number_it_has(people, form, name, number, student, why):
    got, said = whose(people, name, number, form)
    assert got == student
    assert why in said
    assert bool(said) is (student is None)


@pytest.mark.parametrize(
    ("path", "student", "inner"),
    [
        ("jd/toy/toy.ipynb", "jd", "toy/toy.ipynb"),
        ("all/jd/toy.ipynb", "jd", "toy.ipynb"),
        ("jd.ipynb", "jd", "jd.ipynb"),
        ("JD.IPYNB", "jd", "JD.IPYNB"),
        ("jd_toy.ipynb", "jd", "jd_toy.ipynb"),
        ("toy-jd.ipynb.txt", "jd", "toy-jd.ipynb.txt"),
        ("jane@x.example/toy.ipynb", "jd", "toy.ipynb"),
        ("Doe, Jane/toy.ipynb", "jd", "toy.ipynb"),
        ("Jane Doe.zip/a/toy.ipynb", "jd", "a/toy.ipynb"),
        ("jd/Jane Doe/toy.ipynb", "jd", "Jane Doe/toy.ipynb"),
        ("s1/Sam Same/toy.ipynb", "s1", "Sam Same/toy.ipynb"),
    ],
)
def test_a_path_is_whose_id_address_or_name_is_in_it(people, path, student, inner):
    got = people.unlabelled(tuple(path.split("/")), ("toy",))
    assert got == (student, tuple(inner.split("/")), "")


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("toy/toy.ipynb", "nothing in its path is a student's"),
        ("12/toy.ipynb", "nothing in its path is a student's"),  # a number of theirs does not make a student
        ("jd/bob/toy.ipynb", "its path fits bob and jd"),
        ("Sam Same/toy.ipynb", "its path fits s1 and s2"),
    ],
)
def test_a_path_is_nobodys_where_that_is_not_certain(people, path, why):
    student, _, said = people.unlabelled(tuple(path.split("/")), ("toy",))
    assert student is None
    assert why in said


CANVAS_LIST = """Student,ID,SIS User ID,SIS Login ID,Section,Toy (1)
    Points Possible,,,,,7
"Same, Sam",21,u1,s1,A,
"Same, Sam",22,u2,S2,A,
"Robert, Bob",23,bob,b@x.example,A,
"Student, Test",24,,,A,
"Dreier, Jürgen",25,unknown,,A,
"""
MOODLE_LIST = """Identifier,Full name,Email address,Status,Last modified (submission),Grade
Participant 31,Sam Same,s1@x.example,Submitted,"Monday, 2 February 2026, 3:58 PM",-
Participant 32,Sam Same,s2@x.example,No submission,-,-
Participant 33,Jürgen Dreier,,Submitted,"Tuesday, 3 February 2026, 8:00 AM",-
"""
OWN_LIST = "id;participant;lms_user_id\ns1;31;21\ns2;32;22\nelse;33;23\n"


@pytest.mark.parametrize(
    ("text", "form", "numbers"),
    [
        (CANVAS_LIST, CANVAS, {"21": "s1", "22": "s2", "23": "bob", "24": None, "25": "jd2"}),
        (MOODLE_LIST, MOODLE, {"31": "s1", "32": "s2", "33": "jd2", "34": None}),
        (MOODLE_LIST.replace("Participant ", "Teilnehmer/in"), MOODLE, {"31": "s1", "32": "s2", "33": "jd2"}),
        (OWN_LIST, CANVAS, {"21": "s1", "22": "s2", "23": None}),
        (OWN_LIST, MOODLE, {"31": "s1", "32": "s2", "33": None}),
    ],
)
def test_a_list_tells_those_of_one_name_apart(people, tmp_path, text, form, numbers):
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8-sig")
    people.take(path)
    assert {number: whose(people, "?", number, form)[0] for number in numbers} == numbers
    assert people.students == ROSTER


def test_two_of_a_list_with_one_students_name_are_not_that_student(people, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Student,ID\n'Dreier, Jürgen',25\n'Dreier, Jürgen',26\n'Doe, Jane',12\n".replace("'", '"'))
    people.take(path)
    assert whose(people, "?", "25")[0] is whose(people, "?", "26")[0] is None


def test_one_by_id_and_another_by_name_are_not_one_student(people, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text('Student,ID,SIS User ID\n"Dreier, Jürgen",25,jd2\n"Dreier, Jürgen",26,other\n')
    people.take(path)
    assert whose(people, "dreierjürgen", "25")[0] == "jd2"
    assert "whose number is 25" in whose(people, "dreierjürgen", "26")[1]


def test_without_a_roster_ones_own_list_serves_as_one_but_a_systems_does_not(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("id,first_name,last_name\na,Ann,Able\n")
    people = People({})
    people.take(path)
    assert list(people.students) == ["a"]
    assert whose(people, "ableann", "5") == ("a", "")
    path.write_text(CANVAS_LIST)
    with pytest.raises(ClassError, match="no student in .* is on the class's roster"):
        People({}).take(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected the columns Student and ID .* found none"),
        (b"name,age\na,3\n", "found name, age"),
        (b"id\n\xff\n", "is not a CSV file in UTF-8"),
        (b"id\n../x\n", "cannot be a student's id"),
        (None, "is not a CSV file in UTF-8"),
    ],
)
def test_faults_of_a_list_are_named(tmp_path, content, message):
    path = tmp_path / "list.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ClassError, match=message):
        People({}).take(path)
