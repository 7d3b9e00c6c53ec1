"""nbgrader's own commands work on a class, with the public seed, and come to the same scores."""

import os
import subprocess
import sys

from autograder import classroom
from autograder.classroom.layout import remove_folder


def nbgrader(directory, *arguments):
    """Run nbgrader's command in a class directory, without anything that our own grading sets."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AUTOGRADER")}
    scripts = os.path.dirname(sys.executable)
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=directory,
        env=environment | {"PATH": os.pathsep.join((scripts, environment["PATH"]))},
        capture_output=True,
        text=True,
        check=False,
    )


def test_autograde_comes_to_the_same_scores(copied, points, hand_in):
    """It judges by the class's own exercises, which the package does not have; and the class has been moved."""
    students = ("right", "mistake-02", "blank")
    before = {student: points(copied, student) for student in students}
    assert all(before.values())
    for student in students:
        remove_folder(copied / "autograded" / student)
    hand_in(copied, "new", share="share = 0.75")
    done = nbgrader(copied, "autograde", "toy")
    assert done.returncode == 0, done.stderr
    assert {student: points(copied, student) for student in students} == before
    assert points(copied, "new") == {"double": 0.0, "share": 1.0, "why": 0.0}
    results = classroom.results(classroom.open_class(copied))
    verdicts = {result.student: result.verdict for result in results if result.exercise == "toy/double"}
    assert [verdicts[name] for name in (*students, "new")] == ["passed", "wrong", "not attempted", "not attempted"]


def test_generate_assignment_gives_the_same_release(copied):
    before = (copied / "release" / "toy" / "toy.ipynb").read_bytes()
    done = nbgrader(copied, "generate_assignment", "toy", "--force")
    assert done.returncode == 0, done.stderr
    assert (copied / "release" / "toy" / "toy.ipynb").read_bytes() == before
