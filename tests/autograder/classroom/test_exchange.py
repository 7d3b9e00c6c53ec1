"""What nbgrader's own `submit` puts into its exchange becomes submissions, each of the user who handed it in."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from nbgrader.utils import parse_utc
from rich.console import Console

from autograder import classroom
from autograder.classroom import config, exchange
from autograder.classroom.collect import told

QUIET = Console(quiet=True)
OWN = pwd.getpwuid(os.getuid()).pw_name
SUBMIT = """
import os, pwd, sys
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeSubmit
from traitlets.config import Config

student, user, root, source, cache = sys.argv[1:]
c = Config()
c.Exchange.root, c.Exchange.cache = root, cache
c.CourseDirectory.course_id, c.CourseDirectory.assignment_id = "c", "toy"
c.ExchangeSubmit.assignment_dir = source
if student:
    c.CourseDirectory.student_id = student
if user:  # once all is imported: where Python lies, others may not read
    os.setgroups([])
    os.setgid(pwd.getpwnam(user).pw_gid)
    os.setuid(pwd.getpwnam(user).pw_uid)
ExchangeSubmit(coursedir=CourseDirectory(config=c), authenticator=Authenticator(config=c), config=c).start()
"""


@pytest.fixture
def place(fresh, nbgrader):
    """A class whose assignment nbgrader has released into an exchange that all users can reach."""
    shared = Path(tempfile.mkdtemp())
    shared.chmod(0o755)
    (shared / "root").mkdir()
    (shared / "root").chmod(0o777)
    with open(fresh / "nbgrader_config.py", "a") as file:
        file.write(f"c.CourseDirectory.course_id = 'c'\nc.Exchange.root = {str(shared / 'root')!r}\n")
    done = nbgrader(fresh, "release_assignment", "toy")
    assert done.returncode == 0, done.stderr
    yield classroom.open_class(fresh)
    shutil.rmtree(shared)


@pytest.fixture
def submit(place):
    """A function that hands in a notebook with nbgrader's own `submit`, as a given user or the current one."""
    shared = exchange.inbound(config.load(place)).parents[2]

    def submit(text, *, student="", user="", name="toy.ipynb"):
        home = Path(tempfile.mkdtemp(dir=shared))
        (home / "toy").mkdir()
        (home / "toy" / name).write_text(text)
        (home / "toy" / "data.csv").write_text("1,2")
        if user:
            for path in (home, *home.rglob("*")):
                shutil.chown(path, user)
        environment = os.environ | {"HOME": str(home), "JUPYTER_DATA_DIR": str(home), "IPYTHONDIR": str(home)}
        about = map(str, (student, user, shared / "root", home, home / "cache"))
        command = [sys.executable, "-c", SUBMIT, *about]
        done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    return submit


def submitted(place):
    """Return the files under `submitted/`, by path."""
    top = place.step("submitted")
    return {path.relative_to(top).as_posix(): path.read_text() for path in top.rglob("*") if path.is_file()}


def roster(place, *students):
    place.roster_file.write_text("\n".join(["id", *students, ""]))


def test_the_last_of_several_is_what_nbgraders_collector_takes(place, submit, nbgrader):
    roster(place, OWN, "ben")
    submit("first")
    submit("second", name="another.ipynb")
    dry = classroom.collect(place.root, None, form="exchange", dry_run=True)
    assert [row.state for row in dry.rows] == ["new"]
    assert submitted(place) == {}
    done = classroom.collect(place.root, None, form="exchange")
    (row,) = done.rows
    assert (row.student, row.topic, row.state, row.late) == (OWN, "toy", "new", False)
    assert "handed in 2 times, not taken: " in row.note
    assert done.missing == {"toy": ["ben"]}
    assert "By nbgrader's names: 1 new" in " ".join(told(done))
    ours = submitted(place)
    assert [row.state for row in classroom.collect(place.root, None, form="exchange").rows] == ["unchanged"]
    shutil.rmtree(place.step("submitted", OWN))
    assert nbgrader(place.root, "collect", "toy").returncode == 0
    theirs = submitted(place)
    folder = f"{OWN}/toy/"
    times = [parse_utc(each.pop(f"{folder}timestamp.txt")).replace(microsecond=0) for each in (ours, theirs)]
    assert times[0] == times[1]
    assert ours.pop(f"{folder}toy.ipynb") == theirs.pop(f"{folder}another.ipynb") == "second"
    assert ours == theirs
    assert set(ours) == {f"{folder}data.csv", f"{folder}submission_secret.txt"}
    shutil.rmtree(place.step("submitted", OWN))
    classroom.collect(place.root, None, form="exchange", keep="first")
    assert submitted(place)[f"{folder}toy.ipynb"] == "first"


def test_a_folder_that_is_another_users_than_it_says_is_nobodys(place, submit):
    roster(place, OWN, "ben")
    submit("mine")
    submit("as ben", student="ben")
    (exchange.inbound(config.load(place)) / "notes.txt").touch()
    done = classroom.collect(place.root, None, form="exchange")
    assert [row.student for row in done.rows] == [OWN]
    why = sorted(done.unmatched.values())
    assert why[0] == "it is not named as nbgrader names hand-ins"
    assert why[1].startswith(f"it says ben, but its folder belongs to the user {OWN}; ")
    assert not done.is_whole
    with open(place.config_file, "a") as file:
        file.write("c.ExchangeCollect.check_owner = False\n")
    done = classroom.collect(place.root, None, form="exchange")
    assert {row.student: row.state for row in done.rows} == {OWN: "unchanged", "ben": "new"}
    roster(place, OWN)
    done = classroom.collect(place.root, None, form="exchange")
    assert "nobody with this id is on the roster" in done.unmatched.values()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can hand in as other users")
def test_two_users_get_each_their_own_grade_and_feedback(place, submit, nbgrader, hand_in):
    users = ("daemon", "nobody")
    roster(place, *users)
    for user, share in zip(users, ("0.75", "0.25")):
        notebook = hand_in(place.root, user, share=f"share = {share}")
        submit(notebook.read_text(), user=user)
    shutil.rmtree(place.step("submitted"))
    done = classroom.collect(place.root, None, form="exchange")
    assert [row.student for row in done.rows] == list(users)
    classroom.grade(place.root, console=QUIET)
    points = {each.student: each.points for each in classroom.results(place) if each.exercise == "toy/share"}
    assert points == {"daemon": 1.0, "nobody": 0.0}
    classroom.feedback(place.root, console=QUIET)
    done = nbgrader(place.root, "release_feedback", "toy")
    assert done.returncode == 0, done.stderr
    assert len(list((exchange.inbound(config.load(place)).parent / "feedback").iterdir())) == 2


def test_an_exchange_that_is_not_there_is_named(fresh):
    roster(classroom.open_class(fresh), "ann")
    with pytest.raises(classroom.ClassError, match=r"say which: c.CourseDirectory.course_id = 'NAME'"):
        classroom.collect(fresh, None, form="exchange")
    with open(fresh / "nbgrader_config.py", "a") as file:
        file.write(f"c.CourseDirectory.course_id = 'c'\nc.Exchange.root = {str(fresh)!r}\n")
    with pytest.raises(classroom.ClassError, match=r"there is no folder .*; set c.Exchange.root, or release"):
        classroom.collect(fresh, None, form="exchange")
    with pytest.raises(classroom.ClassError, match="say which download to collect"):
        classroom.collect(fresh, None)
