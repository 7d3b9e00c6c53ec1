"""A class directory is complete, is never overwritten, and keeps its secret."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from nbgrader.apps import NbGraderApp

from autograder import classroom
from autograder.classroom.aliases import aliases
from autograder.classroom.config import load
from autograder.classroom.layout import ClassDirectory
from autograder.classroom.marking.questions import Question, key


def test_a_class_has_nbgraders_layout_and_settings(tmp_path):
    place = classroom.create(tmp_path / "class")
    assert {path.name for path in place.root.iterdir() if path.is_dir()} == {
        "source",
        "release",
        "submitted",
        "autograded",
        "feedback",
    }
    assert place.roster_file.read_text() == "id,first_name,last_name,email,lms_user_id\n"
    assert classroom.open_class(tmp_path / "class") == place
    settings = load(place)
    assert settings.CourseDirectory.root == str(place.root)
    assert settings.CourseDirectory.max_file_size == 10_000


def test_nbgrader_itself_reads_the_settings(tmp_path, monkeypatch):
    place = classroom.create(tmp_path / "class", max_kilobytes=77)
    monkeypatch.setenv("AUTOGRADER_EXERCISES", "")
    monkeypatch.chdir(place.root)
    app = NbGraderApp()
    app.load_cwd_config = True
    app.load_config_file()
    assert app.config.CourseDirectory.max_file_size == 77
    assert app.config.CourseDirectory.root == str(place.root)


def test_the_secret_is_the_owners_alone_and_each_class_has_its_own(tmp_path):
    one, two = classroom.create(tmp_path / "one"), classroom.create(tmp_path / "two")
    assert stat.S_IMODE(one.seed_file.stat().st_mode) == 0o600
    assert len(bytes.fromhex(one.seed_file.read_text())) == 32
    assert one.seed_file.read_text() != two.seed_file.read_text()
    assert one.student_seed("a") != one.student_seed("b")
    assert one.student_seed("a") != two.student_seed("a")
    assert one.seed_file.read_text().strip() not in one.student_seed("a")


def test_what_a_judge_knows_of_a_student_tells_no_other_secret(tmp_path, monkeypatch):
    """A judge may be a cluster's worker, and has the student's key; aliases and addresses depend on other secrets."""
    place = classroom.create(tmp_path / "class")

    def known():
        asked = Question(place, "toy", "why", True, 4.0)
        return aliases(place, ["a", "b"]), key.__wrapped__(asked, "a"), place.student_secret("a", "feedback on toy")

    before = known()
    monkeypatch.setattr(ClassDirectory, "student_seed", lambda place, student: "00")
    assert known() == before
    assert place.student_secret("a", "alias") != place.student_secret("b", "alias") != place.student_secret("b", "why")


def test_a_moved_class_is_the_same(tmp_path):
    place = classroom.create(tmp_path / "here")
    seed = place.student_seed("a")
    moved = ClassDirectory(place.root.rename(tmp_path / "there"))
    assert moved.student_seed("a") == seed
    assert load(moved).CourseDirectory.root == str(moved.root)


def test_a_class_is_never_overwritten(tmp_path):
    place = classroom.create(tmp_path / "class")
    secret = place.seed_file.read_text()
    with pytest.raises(classroom.ClassError, match=r"class exists already and is not an empty directory"):
        classroom.create(tmp_path / "class")
    assert place.seed_file.read_text() == secret
    (tmp_path / "file").touch()
    with pytest.raises(classroom.ClassError, match="file exists already"):
        classroom.create(tmp_path / "file")


def test_an_empty_directory_is_taken(tmp_path):
    (tmp_path / "class").mkdir()
    assert classroom.create(tmp_path / "class").config_file.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["class"]


def test_what_is_no_class_is_not_opened(tmp_path):
    with pytest.raises(classroom.ClassError, match="is not a class directory; make one with: autograder init"):
        classroom.open_class(tmp_path)


def test_settings_that_do_not_run_are_named(tmp_path):
    place = classroom.create(tmp_path / "class")
    place.config_file.write_text("c = get_config()\nnonsense\n")
    with pytest.raises(classroom.ClassError, match=r"nbgrader_config.py does not run \(NameError: name 'nonsense'"):
        load(place)


@pytest.mark.parametrize("name", ["a[1]", "b*", "c?", "d]"])
def test_a_path_that_nbgrader_takes_for_a_pattern_is_refused(tmp_path, name):
    with pytest.raises(classroom.ClassError, match="for a pattern; give its folders names without "):
        classroom.create(tmp_path / name / "class")
    assert not (tmp_path / name).exists()
    classroom.create(tmp_path / "class").root.rename(tmp_path / name)
    with pytest.raises(classroom.ClassError, match="for a pattern"):
        classroom.open_class(tmp_path / name)


AS_ANOTHER = """
import os, sys
from autograder import classroom
from autograder.__main__ import main
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
sys.argv = ["autograder", "export", sys.argv[1]]
sys.exit(main())
"""


@pytest.mark.parametrize("closed", ["secret_seed", "gradebook.db", ".autograder"])
def test_another_user_is_told_what_is_closed_to_them(released, closed):
    """If root runs this, it is closed to another user; if anyone else does, to themselves."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        directory = shutil.copytree(released, Path(folder) / "class")
        for path in (directory, *directory.rglob("*")):
            path.chmod(path.stat().st_mode | (0o777 if path.is_dir() else 0o666))
        (directory / closed).chmod(0o700 if os.geteuid() == 0 else 0)
        command = [sys.executable, "-c", AS_ANOTHER, str(directory)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        (directory / closed).chmod(0o700)
    assert done.returncode == 2
    may_not = "read" if closed == "secret_seed" else "write to"
    assert done.stderr.startswith(f"autograder: this user may not {may_not} {directory / closed}; ")
    assert done.stderr.count("\n") == 1
