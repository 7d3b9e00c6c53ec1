"""An author's slips: each is one line with the file, the line in it, what is wrong and what to do next."""

import re

import pytest

from autograder import exercise
from autograder.exercise import BadExercise
from tests.autograder import exercises as toys

CHECK = "def check_doubles(double, rng):"
WRONG = '@misconception("Squaring is not doubling.", caught_by=check_doubles)'
OTHER = '@alternative("a loop")'

# The change to the toy exercise, a piece of the line that is named, and what is said about it.
SLIPS = {
    "a name that is not defined": ("points = 4", "points = numpy.pi", "numpy.pi", "define or import it above"),
    "a decorator that is not imported": ("hidden, misconception", "misconception", "@hidden", "define or import it"),
    "a syntax error": ("def solution(x, *,", "def solution(x, *", "def solution", "this is not Python"),
    "an indentation error": ("    x = rng.standard_normal(3)", "   x = 3", "   x = 3", "this is not Python"),
    "a module that is not there": ("import numpy as np", "import nmupy as np", "import nmupy", "correct the name"),
    "a name that a module lacks": ("close, equal", "clsoe, equal", "clsoe", "correct the name"),
    "code that raises": ("points = 4", "points = [4][1]", "points =", "raises IndexError (list index out of range)"),
    "code that ends Python": ("points = 4", "raise SystemExit(3)", "raise SystemExit", "raises SystemExit (3)"),
    "no docstring": ('"""Double the numbers."""', "", "", "the file has no docstring; begin it"),
    "an empty docstring": ('"""Double the numbers."""', '""" """', '""" """', "the file has no docstring"),
    "no points": ("points = 4\n", "", '"""Double', "there are no points; write a number"),
    "no points to earn": ("points = 4", "points = 0", "points = 0", "points is 0"),
    "points as text": ("points = 4", "points = '4'", "points = '4'", "points is '4'"),
    "no returns": ("returns = array\n", "", '"""Double', "there is no `returns`; write the form"),
    "returns that are no form": ("returns = array", "returns = 'array'", "returns =", "returns must be a form"),
    "no solution": ("def solution(", "def solutoin(", '"""Double', "there is no `solution`"),
    "no hints": ('hints = ("one", "two", "three")', "", '"""Double', "three hints; this one has 0 hints"),
    "too few hints": ('("one", "two", "three")', '("one", "two")', "hints =", "three hints; this one has 2"),
    "a text for hints": ('("one", "two", "three")', '"one"', "hints =", "hints that are not a tuple"),
    "a check without docstring": ('    """Each number is doubled."""\n', "", CHECK, "check_doubles has no docstring"),
    "a check without rng": (CHECK, "def check_doubles(double):", "def check_doubles", "must take two arguments"),
    "a check that is an answer": (CHECK, f"{OTHER}\n{CHECK}", CHECK, "check_doubles is marked as an answer"),
    "a mistake that is caught by no check": (
        "caught_by=check_doubles", "caught_by=np.square", WRONG[:20], "must be given a check, got <ufunc 'square'>"
    ),
    "a mistake that is caught by a text": (
        "caught_by=check_doubles", "caught_by='check_doubles'", WRONG[:20], "must be given a check, got 'check_doubles'"
    ),
    "a mistake that nothing catches": (", caught_by=check_doubles", "", WRONG[:20], "must be given a check, got None"),
    "a mistake that another file's check catches": (
        "caught_by=check_doubles",
        "caught_by=type('', (), {'__call__': print, '__name__': 'check_far'})()",
        "def squared",
        "squared is caught by check_far, which is not a check",
    ),
    "a mistake without its sentence": (WRONG, "@misconception(caught_by=check_doubles)", "@misconc", "has no sentence"),
    "a bare misconception": (WRONG, "@misconception", "@misconception", "@misconception has no sentence"),
    "a bare alternative": (OTHER, "@alternative", "@alternative", "@alternative has no sentence; write it first"),
    "a bare neighbour": (OTHER, "from autograder.authoring import neighbour\n@neighbour", "@neighbour", "no sentence"),
    "a variant of no mistake": (
        OTHER,
        "from autograder.authoring import same_mistake_as\n@same_mistake_as(solution)",
        "@same_mistake_as",
        "must be given a misconception",
    ),
    "a weight of nothing": (
        CHECK, "from autograder.authoring import weight\n@weight(0)\n" + CHECK, "@weight", "a check's weight is 0"
    ),
    "a hidden check like none": ("@hidden", "@hidden(like='check')", "@hidden", "must be given a check, got 'check'"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "where", "said"), SLIPS.values(), ids=SLIPS)
def test_a_slip_is_one_line_with_its_place(toy, tmp_path, old, new, where, said):
    with pytest.raises(BadExercise) as slip:
        toy((old, new))
    place, line, told = re.fullmatch(r"(.+), line (\d+): (.+; .+)", str(slip.value)).groups()
    path = tmp_path / "toys" / "double.py"
    assert place == str(path)
    assert where in path.read_text().splitlines()[int(line) - 1]
    assert said in told


def test_a_value_that_takes_arguments_is_a_slip(toy):
    with pytest.raises(
        BadExercise, match=r"line 3\d: squared\(\) raises TypeError .*; make it a function without arguments"
    ):
        toy(("def solution(x, *, times=2):\n    return x * times", "solution = 4"))


def test_an_exercise_without_checks_is_a_slip(tmp_path):
    (tmp_path / "toys").mkdir()
    rows = '"""Double."""', "solution = returns = abs", "points = 1", "hints = tuple('abc')"
    (tmp_path / "toys" / "double.py").write_text("\n".join(rows))
    with pytest.raises(BadExercise, match="double.py, line 1: there are no checks; write a function check_"):
        exercise.load("toys/double", root=tmp_path)


def test_bytes_that_are_no_text_are_a_slip(tmp_path):
    (tmp_path / "toys").mkdir()
    (tmp_path / "toys" / "double.py").write_bytes(b"x = '\xff'")
    with pytest.raises(BadExercise, match=r"double.py, line \d+: this is not Python"):
        exercise.load("toys/double", root=tmp_path)


TEXT = '''"""Say why."""
points = 4
hints = ("one", "two", "three")
rubric = ((1, "a"), (1, "b"), (1, "c"), (1, "d"))
anchors = ((4, "good"), (1, "poor"))
mistakes = ("One.", "Two.", "Three.")
'''


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('anchors = ((4, "good"), (1, "poor"))\n', "", "line 1: a free text needs anchors"),
        ('mistakes = ("One.", "Two.", "Three.")\n', "", "line 1: a free text needs mistakes"),
        ('((1, "a"), (1, "b"), (1, "c"), (1, "d"))', "3", "line 4: a free text needs rubric"),
        ('(1, "poor")', '"poor"', "line 5: a row of anchors is not a pair"),
    ],
)
def test_a_slip_in_a_free_text_is_told(tmp_path, old, new, said):
    (tmp_path / "toys").mkdir()
    (tmp_path / "toys" / "why.py").write_text(TEXT.replace(old, new))
    with pytest.raises(BadExercise, match=said):
        exercise.load("toys/why", root=tmp_path)


def test_a_path_below_the_working_directory_is_told_from_there(toy, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadExercise, match=r"^toys/double.py, line 8: points is -1"):
        toy(("points = 4", "points = -1"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('tests = "noisy"', 'tests = "nosiy"', "there is no exercise 'toys/nosiy'"),
        ('tests = "noisy"', "tests = 3", "tests is 3"),
        ("def solution(specimen)", "def answer(specimen)", "there is no `solution`"),
        ("points = 4", "points = 4\nreturns = None", "returns has no place here"),
        ("points = 4", 'points = 4\nleaves_out = {"quiet": "no"}', "quiet is not a misconception of toys/noisy"),
        ("points = 4", "points = 4\nmost_calls = 0", "most_calls is 0; write how many calls a test may make"),
        ("points = 4", "points = 4\nmost_calls = '9'", "most_calls is '9'; write"),
        ('@lazy("It is only called.")', "@lazy()", "@lazy has no sentence"),
        ('tests = "noisy"', 'tests = "test_noisy_too"', "toys/test_noisy_too is a test"),
    ],
)
def test_a_slip_in_a_test_is_told(tmp_path, old, new, said):
    toys.write(tmp_path, "noisy", toys.NOISY)
    text = toys.TEST.format(tested="noisy", solution="assert specimen")
    toys.write(tmp_path, "test_noisy_too", text)
    assert old in text
    with pytest.raises(BadExercise, match=re.escape(said)) as error:
        exercise.load(toys.write(tmp_path, "test_noisy", text.replace(old, new)), root=tmp_path)
    assert re.search(r"test_noisy\.py, line \d+: ", str(error.value))
