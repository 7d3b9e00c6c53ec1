"""nbgrader's own commands work on a class, with the public seed, and come to the same scores."""

from autograder import classroom
from autograder.classroom.layout import remove_folder


def test_autograde_comes_to_the_same_scores(copied, points, hand_in, nbgrader):
    """It judges by the class's own exercises, which the package lacks; and the class has been moved."""
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


def test_generate_assignment_gives_the_same_release(copied, nbgrader):
    before = (copied / "release" / "toy" / "toy.ipynb").read_bytes()
    done = nbgrader(copied, "generate_assignment", "toy", "--force")
    assert done.returncode == 0, done.stderr
    assert (copied / "release" / "toy" / "toy.ipynb").read_bytes() == before
