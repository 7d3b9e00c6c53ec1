"""The audit: each fault that it is there for, planted in a toy exercise or chapter, is found and named."""

import json
import os
import subprocess
import sys

import pytest

from autograder import audit, chapter, exercise
from autograder.audit import answers, course, transports
from autograder.sandbox.client import Refused, Server

SEEDS = 10


def found(made):
    return [*course.file_problems(made), *answers.problems(made, SEEDS)]


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
        ([("return [times * v for v in x]", "return [times * v for v in x[::-1]]")], "alternative loop is refused"),
        ([("return x * times\n", "return x * times + (times == 2)\n")], "the solution is refused"),
        ([("    return x**times", "    return x * times")], "squared must always get one verdict"),
        ([("    x *= times\n    return x", "    return x * times")], "in_place is named ''"),
        ([("check_uses_times, worth=0.7", "check_uses_times, worth=0.5")], "fixed earns 0.67 of the points"),
        ([("return 2 * x", "return (2 + (x[0] > 0)) * x")], "fixed is named"),
        (
            [('    close(double(x), 2 * x, "each', '    double(x)[3, 0]\n    close(double(x), 2 * x, "each')],
            "itself fails",
        ),
        ([('    close(double(x, times=3), 3 * x, "times must be used")', "    double(x)")], "a wrong shape earns"),
        (
            [('    close(double(x), 2 * x, "each number must be doubled")\n\ndef', "    double(0 * x)\n\ndef")],
            "a number earns",
        ),
    ],
)
def test_a_planted_fault_is_found(toy, changes, problem):
    assert any(problem in sentence for sentence in found(toy(*changes))), found(toy(*changes))


def test_a_right_answer_refused_now_and_then_is_found(toy):
    flaky = toy(("close(double(x, times=3), 3 * x,", "close(double(x, times=3), (3 + (rng.random() < 0.05)) * x,"))
    assert any("the solution is refused on seed" in sentence for sentence in answers.problems(flaky, 200))


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
        (('"Three."', ""), "three usual mistakes"),
    ],
)
def test_a_free_text_has_rubric_anchors_and_mistakes(tmp_path, change, problem):
    (tmp_path / "toys").mkdir()
    (tmp_path / "toys" / "why.py").write_text(TEXT.replace(*change))
    sentences = found(exercise.load("toys/why", root=tmp_path))
    assert sentences == [] if problem is None else problem in sentences[0]


CHAPTER = """# Toys

```{code-cell} ipython3
:tags: [setup]
from autograder import check, hint
```

```{code-cell} ipython3
claim("It holds.", [1, 2, 3, 4, 5], "> 0")
```

### Exercise: double

```{code-cell} ipython3
:tags: [exercise]
def double(x, *, times=2):
    ...   # your code here
```

```{code-cell} ipython3
:tags: [check]
check("toys/double", double)
```
"""


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("", "", None),
        ("times=2", "times=3", "signature is double(x, *, times=3), the solution's double(x, *, times=2)"),
        ("*, times=2", "times=2", "signature"),
        ("    ...   # your code here", "    return x", "does not count as not attempted"),
        ("# Toys", "# Toys\n\n### BEGIN SOLUTION", "has no place in a chapter"),
        ("claim(", "print(", "at least one claim"),
        ('check("toys/double", double)', 'check("toys/other", other)', "asks for toys/other, which has no file"),
        ('check("toys/double", double)', 'check("toys/other", other)', "no section asks for toys/double"),
    ],
)
def test_chapter_and_files_are_held_together(toy, tmp_path, monkeypatch, old, new, problem):
    toy()
    monkeypatch.setenv("AUTOGRADER_EXERCISES", str(tmp_path))
    (tmp_path / "chapters").mkdir()
    text = CHAPTER.replace(old, new) if old else CHAPTER
    (tmp_path / "chapters" / "toys.md").write_text(text)
    sentences = [said for _, said in course.chapter_problems(chapter.parse(text, "toys"), tmp_path)]
    assert sentences == [] if problem is None else any(problem in said for said in sentences), sentences


def test_a_stray_file_is_found(tmp_path):
    (tmp_path / "toys").mkdir()
    (tmp_path / "toys" / "double.py").touch()
    (tmp_path / "toys" / "notes.txt").touch()
    assert [where for where, _ in course.stray_files(tmp_path)] == ["toys/notes.txt"]


def test_an_unknown_topic_is_a_problem():
    done = audit.audit(["weather"])
    assert any("no such topic" in problem for problem in done.problems)


@pytest.fixture(scope="module")
def server():
    """What the audit compares transports with; isolated or not, it is at the other end of a pipe."""
    with transports.server() as (started, notice):
        if started is None:
            pytest.skip(notice)
        yield started


def test_transports_that_say_the_same_are_no_problem(toy, server):
    assert list(transports.problems(toy(), server)) == []


# Whether the judge's own code is in the process that an answer is in.
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
        (LOOP, f"{LOOP} if {NEAR} else times * x", "loop replies otherwise to check_doubles"),
        (LOOP, f"    raise ValueError('near' if {NEAR} else 'far')", "ValueError: far') over the pipe, in memory"),
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


class _Unisolated(Server):
    """A server on a machine that has no namespaces."""

    def sandbox(self, *args, **kwargs):
        if self.isolation == "namespaces":
            raise Refused("unshare: not here")
        return super().sandbox(*args, **kwargs)


class _Nowhere(Server):
    """A server on a machine that has not even the sockets."""

    def start(self):
        raise OSError("no such socket")


def test_where_nothing_isolates_the_transports_are_compared_without_and_that_is_said(monkeypatch, toy):
    monkeypatch.setattr(transports, "Server", _Unisolated)
    with transports.server() as (started, notice):
        assert "without isolation, which is refused here: unshare: not here" in notice
        assert list(transports.problems(toy(), started)) == []


def test_where_there_are_no_sandboxes_the_audit_says_that_transports_were_not_compared(monkeypatch):
    monkeypatch.setattr(transports, "Server", _Nowhere)
    done = audit.audit(["weather"])
    assert done.notices == ("transports were not compared, as there are no sandboxes here: no such socket",)


@pytest.mark.xdist_group("audit")
def test_the_course_has_no_problem():
    """The real course, every exercise on all seeds: what `make audit` runs."""
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
