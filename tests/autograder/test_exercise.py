"""Exercises as their files define them."""

import inspect
import shutil
from pathlib import Path

import numpy as np
import pytest

from autograder import exercise
from autograder.exercise import BadExercise
from autograder.judge.judge import judge
from autograder.judge.seeds import PUBLIC
from autograder.written import written_out


def test_a_file_becomes_an_exercise(toy):
    made = toy()
    assert (made.id, made.topic, made.name, made.kind, made.points) == ("toys/double", "toys", "double", "function", 4)
    assert made.summary == "Double the numbers."
    assert [(check.name, check.hidden) for check in made.checks] == [
        ("check_doubles", False),
        ("check_keeps_its_input", False),
        ("check_uses_times", True),
    ]
    assert made.checks[0].title == "Each number is doubled."
    assert [(wrong.name, wrong.caught_by, wrong.worth) for wrong in made.misconceptions] == [
        ("squared", "check_doubles", 0.5),
        ("in_place", "check_keeps_its_input", 0.7),
        ("fixed", "check_uses_times", 0.7),
    ]
    assert [other.name for other in made.alternatives] == ["loop"]


def test_what_an_author_marks_is_in_the_model(toy):
    more = """
@same_mistake_as(squared)
def multiplied_by_itself(x, *, times=2):
    return x * x

@neighbour("It is halved.")
def halved(x, *, times=2):
    return x / times
"""
    made = toy(
        ("require\n", "require, core, weight, neighbour, same_mistake_as\n"),
        ("def check_doubles", "@core\n@weight(3)\ndef check_doubles"),
        ("caught_by=check_doubles)", 'caught_by=check_doubles, said_by="each number must be doubled")'),
        ("points = 4", 'points = 4\nmay_change = ("x",)'),
        ("    return [times * v for v in x]\n", "    return [times * v for v in x]\n" + more),
    )
    assert [(check.core, check.weight) for check in made.checks] == [(True, 3.0), (False, 1.0), (False, 1.0)]
    assert made.may_change == ("x",)
    squared = made.misconceptions[0]
    assert squared.said_by == "each number must be doubled"
    assert [(variant.name, variant.answer(3)) for variant in squared.variants] == [("multiplied_by_itself", 9)]
    assert [(n.name, n.sentence, n.answer(3)) for n in made.neighbours] == [("halved", "It is halved.", 1.5)]


@pytest.mark.parametrize(
    ("solution", "kind", "source"),
    [
        ("from numpy import square as solution", "function", "from numpy import square as double"),
        ("from numpy import double as solution", "class", "from numpy import double"),
        ("solution = 2 * 3", "value", "double = 2 * 3"),
        ("solution = {'a': [1, 2]}", "value", "double = {'a': [1, 2]}"),
        ("class solution:\n    x = 1", "class", "class double:\n    x = 1"),
    ],
)
def test_kind_and_source_follow_the_solution(toy, solution, kind, source):
    wrong = "def solution(x, *, times=2):\n    return x * times\n"
    no_arguments = [] if kind != "value" else [("(x, *, times=2)", "(x=0, *, times=2)"), ("x *= times", "pass")]
    made = toy((wrong, solution + "\n"), *no_arguments, ("in x]", "in [x]]"))
    assert made.kind == kind
    assert made.solution_source == source


def test_a_repair_has_something_given(toy):
    made = toy(("points = 4", "points = 4\ndef given(x): return x"))
    assert made.kind == "repair"
    assert inspect.isfunction(made.given)


def test_wrong_values_are_made_by_calling(toy):
    made = toy(
        ("def solution(x, *, times=2):\n    return x * times", "solution = 4"),
        ("(x, *, times=2)", "()"),
        ("return x**times", "return 5"),
        ("x *= times\n    return x", "return 6"),
        ("2 * x\n\n@alt", "7\n\n@alt"),
        ("[times * v for v in x]", "4.0"),
    )
    assert [wrong.answer for wrong in made.misconceptions] == [5, 6, 7]
    assert made.asks_for_value


def test_an_unknown_id_names_those_that_exist():
    with pytest.raises(BadExercise, match="'dropout/inverted_dropou'.*dropout/inverted_dropout"):
        exercise.load("dropout/inverted_dropou")


@pytest.mark.parametrize("bad", ["../check", "dropout/__init__", "", "dropout", 3, None])
def test_an_id_is_never_a_path(bad):
    with pytest.raises(BadExercise):
        exercise.load(bad)


def test_a_class_uses_its_pinned_exercises(toy, tmp_path, monkeypatch):
    toy(("points = 4", "points = 9"))
    monkeypatch.setenv("AUTOGRADER_EXERCISES", str(tmp_path))
    assert exercise.ids() == ("toys/double",)
    assert exercise.load("toys/double").points == 9


@pytest.mark.parametrize("id_", exercise.ids())
def test_the_statement_of_each_exercise_makes_its_solution(id_):
    asked = exercise.load(id_)
    if asked.kind == "text":
        assert len(asked.rubric) == 4
        return
    namespace = {"np": np}
    exec(asked.solution_source, namespace)
    made = namespace[asked.name]
    assert made is asked.solution or inspect.isroutine(made) or inspect.isclass(made) or asked.asks_for_value


def test_a_file_that_has_changed_is_read_anew_with_what_it_shares(tmp_path):
    """A process may release a class again and then grade it, as an instructor's notebook does."""
    course = Path(__file__).parent / "classroom" / "course"
    home = shutil.copytree(course / "autograder" / "exercises", tmp_path / "exercises")
    first = exercise.load("toy/double", home)
    assert exercise.load("toy/double", home) is first
    file = home / "toy" / "double.py"
    file.write_text(file.read_text().replace("points = 2", "points = 12"))
    assert exercise.load("toy/double", home).points == 12.0
    again = exercise.load("toy/double", home)
    (home / "toy" / "_shared.py").touch()
    assert exercise.load("toy/double", home) is not again


SHARED = '''"""What the toys share."""
import numpy as np

FACTOR = 2

def numbers(rng):
    return rng.standard_normal(4)

def doubled(x):
    return FACTOR * np.asarray(x)
'''


@pytest.fixture
def sharing(toy, tmp_path):
    """The toy exercise, whose checks and alternative import from its folder's `_shared.py`."""
    (tmp_path / "toys").mkdir()
    (tmp_path / "toys" / "_shared.py").write_text(SHARED)
    return toy(
        ("import numpy as np\n", "import numpy as np\nfrom ._shared import doubled, numbers\n"),
        ("    x = rng.standard_normal(4)\n    close(", "    x = numbers(rng)\n    close("),
        ("return [times * v for v in x]", "return doubled(x)"),
    )


def test_exercises_of_a_topic_share_a_module(sharing, tmp_path):
    """Each root has its own, as a class has its snapshot's; a changed module is read again."""
    assert sharing.shared == (tmp_path / "toys" / "_shared.py",)
    (loop,) = sharing.alternatives
    assert judge(sharing, sharing.solution, PUBLIC, checks=sharing.checks).points == 4
    assert loop.answer(3) == 6
    copied = shutil.copytree(tmp_path / "toys", tmp_path / "class" / "toys")
    (copied / "_shared.py").write_text(SHARED.replace("FACTOR = 2", "FACTOR = 30"))
    (other,) = exercise.load("toys/double", tmp_path / "class").alternatives
    assert (other.answer(3), loop.answer(3)) == (90, 6)
    (copied / "_shared.py").write_text(SHARED.replace("FACTOR = 2", "FACTOR = 400"))
    (other,) = exercise.load("toys/double", tmp_path / "class").alternatives
    assert other.answer(3) == 1200


def test_an_answer_that_uses_what_is_shared_is_written_out_by_itself(sharing):
    namespace = {}
    code = written_out(sharing, "loop")
    exec(code, namespace)
    assert list(namespace["double"]([1, 2])) == [2, 4]
    assert "numbers" not in code


def test_what_is_shared_and_broken_is_a_slip_at_its_import(toy, tmp_path):
    (tmp_path / "toys").mkdir()
    (tmp_path / "toys" / "_shared.py").write_text("numbers = [][0]")
    with pytest.raises(BadExercise, match=r"double.py, line 3: the file raises IndexError"):
        toy(("import numpy as np\n", "import numpy as np\nfrom ._shared import numbers\n"))
    (tmp_path / "toys" / "_shared.py").write_text("numbers = [1]")
    with pytest.raises(BadExercise, match=r"double.py, line 3: cannot import name 'letters'"):
        toy(("import numpy as np\n", "import numpy as np\nfrom ._shared import letters\n"))


def test_a_class_brings_its_own_exercises_beside_the_notebook(toy, tmp_path, monkeypatch):
    """They are found after the course's; when a class is graded, only its snapshot counts."""
    toy()
    (tmp_path / "toys").rename(tmp_path / "mine")
    beside = tmp_path / "notebook"
    (beside / exercise.OWN).mkdir(parents=True)
    (tmp_path / "mine").rename(beside / exercise.OWN / "mine")
    with pytest.raises(BadExercise, match=r"topics are .*a class's own exercises are in exercises/"):
        exercise.load("mine/double")
    monkeypatch.chdir(beside)
    assert exercise.load("mine/double").points == 4
    assert {"mine/double", "dropout/inverted_dropout"} < set(exercise.ids())
    with pytest.raises(BadExercise, match="there is no exercise 'mine/treble'; there are .*mine/double"):
        exercise.load("mine/treble")
    shutil.copytree(beside / exercise.OWN / "mine", beside / exercise.OWN / "dropout")
    assert exercise.load("dropout/inverted_dropout").path.is_relative_to(exercise.EXERCISES)
    monkeypatch.setenv("AUTOGRADER_EXERCISES", str(tmp_path))
    with pytest.raises(BadExercise, match="there are none"):
        exercise.load("mine/double")
