"""A class that keeps its grades in PostgreSQL is graded like a class that keeps them in a file; nbgrader reads both."""

import csv
import json
import re
import shutil
import subprocess
import sys
import threading
import urllib.request
import warnings

import pytest
from nbgrader.api import Gradebook
from rich.console import Console

from autograder import classroom
from autograder.classroom import config as settings
from autograder.classroom import record
from tests.autograder.classroom import databases
from tests.autograder.classroom.lab import SECONDS, TOKEN, lab

QUIET = Console(quiet=True)
RIGHT = {"double": "def double(a):\n    return 2 * a", "share": "share = 0.75", "why": "Because it is so."}
WRITTEN = "double = lambda a: 2 * a"


@pytest.fixture(scope="module")
def server():
    with databases.server() as folder:
        yield folder


@pytest.fixture
def made(server, tmp_path, course, request):
    """A function that makes a class with the toy course whose grades are in its own database, or in its file."""
    count = 0

    def make(kind):
        nonlocal count
        count += 1
        place = classroom.create(tmp_path / f"class{count}")
        if kind == "postgresql":
            name = re.sub(r"\W", "_", f"{request.node.name}_{count}".lower())[-50:]
            address = databases.create(server, name)
            with open(place.config_file, "a") as file:
                file.write(f"\nc.CourseDirectory.db_url = {address!r}\n")
        classroom.release(place.root, root=course)
        return place

    return make


def mark(place, student, points):
    """Mark a free text as formgrader does."""
    address = settings.course_directory(settings.load(place)).db_url
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbgrader's use of SQLAlchemy
        with Gradebook(address, "") as book:
            given = book.find_grade("why", "toy", "toy", student)
            given.manual_score, given.needs_manual_grade = points, False
            book.find_comment("why", "toy", "toy", student).manual_comment = "Näher am Text, bitte. 'So'"
            book.db.commit()


def table(place):
    """Return what the exports say about grades, exercises and everything else that another program reads."""
    classroom.export(place.root)
    classroom.FORMATS["json"](place.root)
    names = ("grades.csv", "exercises.csv", "grades.json")
    return {name: (place.root / name).read_text() for name in names}


@pytest.mark.long
def test_a_term_comes_to_the_same_as_in_a_file(made, hand_in, server):
    tables, pages = {}, {}
    for kind in ("sqlite", "postgresql"):
        place = made(kind)
        hand_in(place.root, "o'hara", **RIGHT)
        hand_in(place.root, "wrong", double="def double(a):\n    return a + 1", share="share = 'Ω'", why="")
        hand_in(place.root, "elsewhere", lambda notebook: notebook.cells[-1].update(source=f"It is so.\n{WRITTEN}"))
        assert classroom.grade(place.root, console=QUIET).graded[2:]
        mark(place, "o'hara", 3.5)
        hand_in(place.root, "wrong", **RIGHT)
        assert classroom.grade(place.root, console=QUIET).graded == (("wrong", "toy"),)
        classroom.feedback(place.root, console=QUIET)
        pages[kind] = sorted(str(path.relative_to(place.root)) for path in place.root.glob("feedback/*/*/*.html"))
        tables[kind] = table(place)
    assert tables["postgresql"] == tables["sqlite"]
    assert pages["postgresql"] == pages["sqlite"] != []
    assert not place.gradebook.exists()
    with (place.root / "grades.csv").open() as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores["o'hara"] == 3 + 3.5

    # kept elsewhere and brought back, it is the same class
    dumped = databases.run("pg_dump", server, _database(place))
    copy = databases.create(server, "restored")
    sql = place.root / "dump.sql"
    sql.write_text(dumped)
    databases.run("psql", server, "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", "restored", "--file", sql)
    restored = shutil.copytree(place.root, place.root.with_name("restored"))
    with open(restored / place.config_file.name, "a") as file:
        file.write(f"\nc.CourseDirectory.db_url = {copy!r}\n")
    restored = classroom.open_class(restored)
    assert table(restored) == tables["postgresql"]
    classroom.grade(restored.root, console=QUIET)  # all of it: another database might hold anything
    assert table(restored) == tables["postgresql"]


def _database(place):
    return re.search(r"@/(\w+)\?", place.config_file.read_text()[-300:]).group(1)


@pytest.mark.long
def test_an_update_is_tried_elsewhere(made, hand_in, server, course, tmp_path):
    place = made("postgresql")
    hand_in(place.root, "right", **RIGHT)
    classroom.grade(place.root, console=QUIET)
    changed = shutil.copytree(course, tmp_path / "changed")
    exercise = changed / "autograder" / "exercises" / "toy" / "share.py"
    more = '\n\ndef check_more(share, rng):\n    """It is more."""\n    close(share, 1, "more")\n'
    exercise.write_text(exercise.read_text() + more)
    before, tried = _dumped(server, place), []

    def announce(moves):
        tried.append(([each.student for each in moves], _dumped(server, place)))

    options = {"update": True, "root": changed, "announce": announce, "console": QUIET}
    classroom.release(place.root, dry_run=True, **options)
    assert _dumped(server, place) == before
    classroom.release(place.root, **options)
    assert tried == 2 * [(["right"], before)]


def test_formgrader_shows_and_marks(made, hand_in, tmp_path):
    place = made("postgresql")
    hand_in(place.root, "right", **RIGHT)
    classroom.grade(place.root, console=QUIET)
    with lab(place.root, tmp_path / "home") as address:

        def api(path, **sent):
            request = urllib.request.Request(
                f"{address}formgrader/api/{path}", headers={"Authorization": f"token {TOKEN}"}
            )
            if sent:
                request.data, request.method = json.dumps(sent).encode(), "PUT"
            with urllib.request.urlopen(request, timeout=SECONDS) as reply:
                return json.load(reply)

        (handed_in,) = api("submissions/toy")
        assert (handed_in["student"], handed_in["score"], handed_in["needs_manual_grade"]) == ("right", 3.0, True)
        (notebook,) = api("submitted_notebooks/toy/toy")
        (waiting,) = [each for each in api(f"grades?submission_id={notebook['id']}") if each["needs_manual_grade"]]
        api(f"grade/{waiting['id']}", manual_score=2.5, extra_credit=0)
        assert api("submissions/toy")[0]["score"] == 5.5
    assert '"score": 5.5' in table(place)["grades.json"]


def _dumped(server, place):
    return re.sub(r"\\(un)?restrict .*", "", databases.run("pg_dump", server, _database(place)))


def test_two_who_grade_at_once_do_not_lose_a_row(made, hand_in):
    place = made("postgresql")
    students = [f"student-{number}" for number in range(6)]
    for student in students:
        hand_in(place.root, student, **RIGHT)
    command = [sys.executable, "-m", "autograder", "grade", place.root]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(2)]
    said = [each.communicate(timeout=120)[0] for each in both]
    assert 0 in [each.returncode for each in both], said
    assert classroom.grade(place.root, console=QUIET).unchanged == len(students)
    rows = [result for result in classroom.results(place) if result.exercise == "toy/double"]
    assert [(row.student, row.points) for row in rows] == [(student, 2.0) for student in students]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_mark_that_is_given_while_grades_are_recorded_stays(made, hand_in, monkeypatch, kind):
    """Formgrader's marks are never overwritten with what was read before, and a new text is to be marked again."""
    place = made(kind)
    hand_in(place.root, "right", **RIGHT)
    classroom.grade(place.root, console=QUIET)
    mark(place, "right", 1.0)
    read, marking = record._submissions, threading.Thread(target=mark, args=(place, "right", 2.5))

    def then_somebody_marks(*arguments):
        rows = read(*arguments)
        marking.start()
        marking.join(1)
        return rows

    monkeypatch.setattr(record, "_submissions", then_somebody_marks)
    hand_in(place.root, "right", **RIGHT | {"share": "share = 0.2", "why": "Because of something else."})
    classroom.grade(place.root, console=QUIET)
    marking.join()
    with settings.gradebook(settings.load(place)) as book:
        given = book.find_grade("why", "toy", "toy", "right")
        assert (given.manual_score, given.needs_manual_grade) == (2.5, True)
        assert book.find_grade("share", "toy", "toy", "right").auto_score == 0
