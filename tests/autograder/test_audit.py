"""The audit: each fault that it is meant to find is found and named when planted in a toy exercise or chapter."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import audit, chapter, exercise
from autograder.audit import answers, course, transports, zoo
from autograder.audit.parts import audited
from autograder.sandbox.client import Refused, Server
from tests.autograder import exercises as toys

SEEDS = 10


def found(made, seeds=SEEDS):
    """What the audit says about an exercise, apart from its chapter, its mutants and the transports."""
    return [
        said for part in ("form", "right", "disguised", "wrong") for said in audited(made, None, (), part, seeds)[0]
    ]


def test_a_good_exercise_has_no_problem(toy):
    assert found(toy()) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ([("@hidden\n", "")], "no check is hidden"),
        ([('"The factor is written out."', '"Fixed"')], "must be a sentence"),
        ([('"The factor is written out."', '"The input is overwritten."')], "the same sentence"),
        (
            [('@misconception("The factor is written out.", caught_by=check_uses_times, worth=0.7)', "")],
            "at least three",
        ),
        ([("caught_by=check_keeps_its_input", "caught_by=check_doubles")], "caught_by of no misconception"),
        (
            [("@hidden\n", "@hidden(like=check_doubles)\n"), ("x**times", "x * 3 if times == 3 else x**times")],
            "passes each mistake that",
        ),
        ([("return [times * v for v in x]", "return [times * v for v in x[::-1]]")], "alternative loop is refused"),
        ([("return x * times\n", "return x * times + (times == 2)\n")], "the solution is refused"),
        ([("    return x**times", "    return x * times")], "squared must always get one verdict"),
        (
            [("standard_normal(4)\n    before", "standard_normal(4) * rng.integers(2)\n    before")],
            "squared fails check_keeps_its_input on some seeds only",
        ),
        ([("    x *= times\n    return x", "    return x * times")], "in_place has no name, but it must be named"),
        ([("check_uses_times, worth=0.7", "check_uses_times, worth=0.5")], "fixed earns 0.67 of the points"),
        ([("return 2 * x", "return (2 + (x[0] > 0)) * x")], "fixed has no name"),
        (
            [('    close(double(x), 2 * x, "each', '    double(x)[3, 0]\n    close(double(x), 2 * x, "each')],
            "itself fails",
        ),
        ([('    close(double(x, times=3), 3 * x, "times must be used")', "    double(x)")], "a wrong shape earns"),
        (
            [('    close(double(x), 2 * x, "each number must be doubled")\n\ndef', "    double(0 * x)\n\ndef")],
            "a number earns",
        ),
        (
            [('@alternative("a loop")', '@neighbour("too much")'), ("alternative, array", "array, neighbour")],
            "loop passes every public check, and must not: too much",
        ),
        (
            [('@alternative("a loop")', '@neighbour("squared")'), ("alternative, array", "array, neighbour")]
            + [("times * v for", "v**times for")],
            "loop is a neighbour and must have no name, but it is named 'Squaring",
        ),
        ([("    return [times", "    import no_such_module\n    return [times")], "alternative loop is refused"),
    ],
)
def test_a_planted_fault_is_found(toy, changes, problem):
    sentences = found(toy(*changes))
    assert any(problem in sentence for sentence in sentences), sentences


def test_what_an_exercise_raises_is_a_problem_and_no_traceback(toy, monkeypatch):
    monkeypatch.setattr(answers, "right_answers", lambda *_: 1 / 0)
    ((said,), counts) = audited(toy(), None, (), "right", SEEDS)
    assert said.startswith("its audit (right) raises ZeroDivisionError")
    assert counts == {}


def test_a_right_answer_refused_now_and_then_is_found(toy):
    flaky = toy(("close(double(x, times=3), 3 * x,", "close(double(x, times=3), (3 + (rng.random() < 0.05)) * x,"))
    assert any("the solution is refused on seed" in sentence for sentence in found(flaky, 200))


def test_what_is_given_must_not_pass(toy):
    made = toy(("points = 4", "points = 4\ndef given(x, *, times=2): return times * x"))
    assert "what is given to be repaired passes as it is" in found(made)


TEXT = '''"""Say why."""
points = 4
hints = ("one", "two", "three")
rubric = ((1, "a"), (1, "b"), (1, "c"), (1, "d"))
anchors = ((4, "good"), (1, "poor"))
mistakes = ("One.", "Two.", "Three.")
'''


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("", ""), None),
        (('(1, "d")', '(2, "d")'), "four rows"),
        ((', (1, "poor")', ","), "two anchor answers"),
        (('"good"', '"good " * 121'), "at most 120 words"),
        (("points = 4", "points = 4\nwords = 0"), "at most 0 words"),
        (('"Three."', ""), "three common mistakes"),
    ],
)
def test_a_free_text_has_rubric_anchors_and_mistakes(tmp_path, change, problem):
    (tmp_path / "toys").mkdir()
    (tmp_path / "toys" / "why.py").write_text(TEXT.replace(*change))
    sentences = found(exercise.load("toys/why", root=tmp_path))
    assert sentences == [] if problem is None else problem in sentences[0]


STARTER = "    ...   # your code here"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("", "", None),
        (STARTER, "    return x", "chapters/toys.md, line 26: the chapter's starter counts as attempted"),
        (STARTER, "    ...\nnowhere", "chapters/toys.md, line 26: this cell raises NameError (name 'nowhere'"),
        ("times=2): # starter", "times=TIMES): # starter", "chapters/toys.md, line 26: this cell raises NameError"),
        ("from autograder import", "from autogarder import", "chapters/toys.md, line 13: this cell raises ModuleNot"),
        ("import check, hint", "import hint\nraise ModuleNotFoundError(name='torch')", None),
        ("# Toys", "# Toys\n\n### BEGIN SOLUTION", "chapters/toys.md, line 13: 'BEGIN SOLUTION' has no place in a"),
        ("claim(", "print(", "chapters/toys.md: a chapter measures at least one claim"),
    ],
)
def test_a_section_is_run(course_of_toys, old, new, problem):
    root = course_of_toys((old, new))
    read = chapter.read("toys", root)
    made = exercise.load("toys/double", root / "autograder" / "exercises")
    text = (root / "chapters" / "toys.md").read_text()
    found = [*course.text_problems(read, text), *course.claim_problems(read)]
    said = [f"{where}: {sentence}" for where, sentence in found]
    said += audited(made, read.sections[0], read.setup, "form", SEEDS)[0]
    said = [line.removeprefix(f"{root}/") for line in said]
    said = [line for line in said if line.startswith("chapters/")]  # the toy has no `covers`
    assert said == [] if problem is None else said[0].startswith(problem), said


def test_what_is_said_of_a_class_leads_to_its_files(course_of_toys, own, tmp_path, monkeypatch):
    directory = own(tmp_path / "class", course_of_toys((STARTER, "    return x")))
    path = directory / "exercises" / "mine" / "double.py"
    sound = path.read_text()
    monkeypatch.chdir(tmp_path)
    said = audit.audit(root=Path("class"), seeds=2).problems
    assert any("class/chapters/mine.md, line 26: the chapter's starter counts as" in line for line in said)
    path.write_text(f"{sound}\nx = (\n")
    (directory / "chapters" / "mine.md").write_text("# No header")
    for where, prefix in ((tmp_path, "class/"), (directory, ""), (tmp_path.parent, f"{tmp_path.name}/class/")):
        monkeypatch.chdir(where)
        slip, header = audit.audit(root=Path(os.path.relpath(directory)), seeds=2).problems
        assert slip.startswith(f"{prefix}exercises/mine/double.py, line {sound.count(chr(10)) + 2}: this is not Python")
        assert header.startswith(f"{prefix}chapters/mine.md, line 1: the header is missing")


def test_what_is_not_tried_without_torch_is_said_at_once(course_of_toys, monkeypatch):
    monkeypatch.setattr(zoo, "UNTRIED", "torch is not installed")
    monkeypatch.setattr(audit, "_found", lambda cases, seeds: iter([(0, ([], {}), "", False)]))
    told = []
    done = audit.audit(root=course_of_toys(), tell=told.append)
    assert told == [*done.notices, "  toys/double"]
    assert done.notices == ("torch is not installed",)


def test_a_slip_is_among_the_problems_and_stops_nothing(course_of_toys, monkeypatch):
    monkeypatch.setattr(audit, "_found", lambda cases, seeds: iter([(0, ([], {}), "", False)]))
    root = course_of_toys()
    (root / "autograder" / "exercises" / "toys" / "broken.py").write_text("points = = 3")
    done = audit.audit(["toys"], root=root)
    assert done.exercises == 1
    assert [line.rpartition("toys/")[2] for line in done.problems] == [
        "broken.py, line 1: this is not Python (invalid syntax); mend the line",
        "broken; write its section, or remove its file",
    ]


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("toys/notes.txt", "toys/notes.txt: only exercises belong here"),
        ("toys/more/double.py", "toys/more/double.py: an exercise is a file in its topic's folder"),
        ("toys/my double.py", "toys/my double.py: an exercise's file is named after what is asked for"),
        ("tyos/double.py", "tyos/double.py: _toc.yml has no chapter tyos"),
        ("double.py", "double.py: an exercise is a file in its topic's folder"),
        ("toys/__init__.py", None),
        ("toys/_shared.py", None),
        ("__init__.py", None),
    ],
)
def test_a_stray_file_is_found(tmp_path, path, problem):
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).touch()
    lines = [f"{where}: {said}" for where, said in course.stray_files(tmp_path, ("toys",))]
    assert lines == [] if problem is None else lines[0].startswith(problem)


def test_what_a_class_has_of_its_own_is_audited_like_the_course(course_of_toys, own, tmp_path):
    """But no page is built from its chapter, which need not measure a claim."""
    root = course_of_toys(("claim(", "print("))
    directory = own(tmp_path / "class", root)
    of_course, of_class = (audit.audit(root=each, seeds=SEEDS) for each in (root, directory))
    assert f"{root}/chapters/toys.md: a chapter measures at least one claim" in of_course.problems
    renamed = [
        line.replace("toys", "mine").replace(str(root), str(directory))
        for line in of_course.problems
        if "at least one claim" not in line
    ]
    assert list(of_class.problems) == renamed != []
    assert of_class.mutants == of_course.mutants > 0
    assert audit.audit(root=directory, seeds=SEEDS).kept == 1
    assert "this class has no such topic of its own; it has mine" in audit.audit(["toys"], directory).problems[0]


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ("weather", "weather: _toc.yml has no such topic"),
        ("dropout/inverted_dropuot", "dropout/inverted_dropuot: there is no such exercise; there are dropout/by_hand"),
    ],
)
def test_what_does_not_exist_is_a_problem(wanted, problem):
    done = audit.audit([wanted])
    assert any(line.startswith(problem) for line in done.problems)
    assert done.exercises == 0


@pytest.fixture(scope="module")
def server():
    """What the audit compares transports with; isolated or not, it is at the other end of a pipe."""
    with transports.server() as starting:
        started, notice = starting()
        if started is None:
            pytest.skip(notice)
        yield started


def test_transports_that_say_the_same_are_no_problem(toy, server):
    assert list(transports.problems(toy(), server)) == []


# Whether the judge's own code is in the same process as the answer.
NEAR = "('autograder.judge.judge' in __import__('sys').modules)"
LOOP = "    return [times * v for v in x]"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("    return x * times", f"    return x * times * {NEAR}", "the solution is told ('check_doubles', 'wrong'"),
        (
            "    return x * times",
            f"    return x * times if {NEAR} else list(x * times)",
            "the solution with tensors replies",
        ),
        (LOOP, f"{LOOP} if {NEAR} else x", "loop is told ('check_doubles', 'wrong'"),
        (
            "    return x**times",
            f"    return x**times if {NEAR} else 2 * x",
            "squared is told ('check_doubles', 'passed'",
        ),
        (LOOP, f"{LOOP} if {NEAR} else times * x", "loop replies to check_doubles differently"),
        (LOOP, f"    raise ValueError('near' if {NEAR} else 'far')", "ValueError: far') over the pipe, but"),
        (LOOP, f"    {NEAR} or __import__('os')._exit(3)\n{LOOP}", "loop ends its sandbox: killed"),
        (
            "def loop(x, *, times=2)",
            f"def loop(x, *, times=2 if {NEAR} else 1 / 0)",
            "loop can be defined here, but not in a sandbox: d",
        ),
        ("def loop(x, *, times=2)", "def loop(x, *, times=len(__file__) and 2)", "loop does not run by itself"),
    ],
)
def test_transports_that_differ_are_found(toy, server, old, new, problem):
    sentences = list(transports.problems(toy((old, new)), server))
    assert any(problem in sentence for sentence in sentences), sentences


def test_an_answer_that_draws_numbers_of_its_own_is_held_to_what_is_said_of_it(toy, server):
    drawn = toy(("    return 2 * x", "    return 2 * x + np.random.default_rng().random() * (times != 2)"))
    assert list(transports.problems(drawn, server)) == []


def test_an_answer_that_often_replies_alike_is_not_taken_for_one_that_differs(toy, server):
    """It draws lots: in memory it eventually gives the same reply as over the pipe."""
    calls = "next(__import__('sys').__dict__.setdefault('calls', __import__('itertools').count()))"
    drawn = toy(("    return 2 * x", f"    return 2 * x + (times != 2) * ({calls} > 30 or not {NEAR})"))
    assert list(transports.problems(drawn, server)) == []


class _Unisolated(Server):
    """A server on a machine that has no namespaces."""

    def sandbox(self, *args, **kwargs):
        if self.isolation == "namespaces":
            raise Refused("unshare: not here")
        return super().sandbox(*args, **kwargs)


class _Nowhere(Server):
    """A server on a machine that lacks even the sockets."""

    def start(self):
        raise OSError("no such socket")


def test_where_nothing_isolates_the_transports_are_compared_without_and_that_is_said(monkeypatch, toy):
    monkeypatch.setattr(transports, "Server", _Unisolated)
    with transports.server() as starting:
        started, notice = starting()
        assert "without isolation, which is refused here: unshare: not here" in notice
        assert list(transports.problems(toy(), started)) == []


def test_where_there_are_no_sandboxes_that_is_said_and_nothing_is_kept(monkeypatch, course_of_toys):
    monkeypatch.setattr(transports, "Server", _Nowhere)
    root = course_of_toys()
    for _ in range(2):
        done = audit.audit(root=root, seeds=SEEDS)
        assert done.notices == ("transports were not compared, as there are no sandboxes here: no such socket",)
        assert done.kept == 0


def test_an_exercise_that_ends_its_process_is_named_and_the_others_are_audited(course_of_toys):
    root = course_of_toys()
    good = root / "autograder" / "exercises" / "toys" / "double.py"
    text = good.read_text().replace("    x *= times\n", "    __import__('os')._exit(7)\n")
    good.with_name("deadly.py").write_text(text.replace("def solution", "def deadly", 1) + "\nsolution = deadly\n")
    done = audit.audit(root=root, seeds=SEEDS)
    ended = [line for line in done.problems if "ends its process" in line]
    assert ended
    assert all(line.startswith("toys/deadly: its audit (") for line in ended)
    assert not [line for line in done.problems if line.startswith("toys/double: its audit")]


@pytest.mark.xdist_group("audit")
@pytest.mark.long
def test_the_course_has_no_problem():
    """The real course, every exercise on all seeds, as `make audit` runs it; kept results count."""
    command = [sys.executable, "-m", "autograder", "audit", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    counts = json.loads(done.stdout)
    assert counts["problems"] == []
    assert counts["notices"] == [] or "CI" not in os.environ
    assert done.returncode == 0
    assert counts["topics"] == len(chapter.topics())
    assert counts["exercises"] == len(exercise.ids())
    assert counts["misconceptions"] >= 3 * counts["topics"] * 4
    assert counts["hidden_checks"] >= counts["topics"] * 4
    assert counts["claims"] >= counts["topics"]
    assert 0 < counts["mutants_named"] <= counts["mutants_refused"] <= counts["mutants"]


GOOD_TEST = """x, rng = np.arange(50.0), np.random.default_rng(4)
    one = specimen(x, rng=rng)
    assert np.array_equal(x, np.arange(50.0)) and one[0] != 0
    assert np.array_equal(one, specimen(x, rng=np.random.default_rng(4)))"""


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("", "", None),
        ("and one[0] != 0", "", "the solution does not pass with the key 'audit 0': finds_silent"),
        ("and one[0] != 0", "and one[0] > 0", "accepts_the_reference: your test refuses this right answer"),
        ("    specimen\n", "    assert specimen(np.ones(9), rng=np.random.default_rng(1))[0] != 1\n", None),
        (
            "    specimen\n",
            "    x = np.ones(9)\n    assert (specimen(x, rng=np.random.default_rng(1)) != 1).all() and x.all() == 1\n"
            "    a, b = (specimen(x, rng=np.random.default_rng(1)) for _ in range(2))\n    assert (a == b).all()\n",
            "the lazy test calls earns 0.75 of the points, at most 0.2 is right",
        ),
        ('@lazy("It is only called.")', "", "at least two lazy tests; this one has 1"),
    ],
)
def test_a_test_is_audited_by_what_it_accepts_and_finds(tmp_path, old, new, problem):
    toys.write(tmp_path, "noisy", toys.NOISY)
    text = toys.TEST.format(tested="noisy", solution=GOOD_TEST)
    assert old in text
    problems = found(exercise.load(toys.write(tmp_path, "test_noisy", text.replace(old, new)), root=tmp_path))
    if problem is None:
        assert [each for each in problems if "lazy test calls" not in each] == []
    else:
        assert any(problem in each for each in problems)
