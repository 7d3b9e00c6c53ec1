"""Mutants: the edits that make them, in everything the reference reaches, and whether the checks refuse them."""

import time

import pytest

from autograder import exercise
from autograder.audit import mutation
from autograder.audit.mutants import mutants

HEAD = '''"""A toy."""
import numpy as np
from autograder.authoring import close, core, hidden, misconception, require
from autograder.authoring import anything as form
points = 1
hints = ("one", "two", "three")
returns = form
'''


@pytest.fixture
def reference(tmp_path):
    """A function that loads an exercise whose file holds this code in addition to the usual."""

    def load(code, checks="\ndef check_it(f, rng):\n    '''It.'''\n"):
        (tmp_path / "toys").mkdir(exist_ok=True)
        (tmp_path / "toys" / "f.py").write_text(HEAD + code + checks)
        exercise._load.cache_clear()
        return exercise.load("toys/f", root=tmp_path)

    return load


def edits(made):
    return [mutant.edit for mutant in mutants(made)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return x < y", ["`x < y` becomes `x <= y`", "`x < y` becomes `x > y`"]),
        ("return x == y", ["`x == y` becomes `x != y`"]),
        ("return x + y", ["`x + y` becomes `x - y`"]),
        ("return x / y", ["`x / y` becomes `x * y`", "`x / y` becomes `y / x`"]),
        ("return x and y", ["`x and y` becomes `x or y`"]),
        ("return -x", ["`-x` becomes `x`"]),
        ("return y[0]", ["`y[0]` becomes `y[1]`"]),
        ("return y[2:]", ["`y[2:]` becomes `y[1:]`", "`y[2:]` becomes `y[3:]`"]),
        ("return y if x else 'a'", ["`y if x else 'a'` becomes `y if not x else 'a'`"]),
        ("return y.sum(axis=y, keepdims=x)", ["`y.sum(axis=y, keepdims=x)` becomes `y.sum(keepdims=x)`",
                                              "`y.sum(axis=y, keepdims=x)` becomes `y.sum(axis=y)`"]),
        ("return y.std(ddof=True)", ["`y.std(ddof=True)` becomes `y.std()`",
                                     "`y.std(ddof=True)` becomes `y.std(ddof=False)`"]),
        ("return np.where(x, y)", ["`np.where(x, y)` becomes `np.where(y, x)`"]),
        ("return np.minimum(x, y)", []),
        ("return np.asarray(y, dtype=x)", []),
        ("return np.sqrt(y)", ["`np.sqrt(y)` becomes `y`"]),
        ("return f(*y)", []),
        ("return y, x", ["`return (y, x)` becomes `return (x, y)`"]),
        ("return y", []),
        ("return x + 0.0", ["`x + 0.0` becomes `x + 1.0`"]),
        ("y += x\n    return y", ["`y += x` becomes `y -= x`", "`y += x` becomes `pass`"]),
        ("y[x] = 0.5\n    return y", ["`y[x] = 0.5` becomes `pass`", "`y[x] = 0.5` becomes `y[x] = 1.0`"]),
        ("y = y * x\n    return y", ["`y = y * x` becomes `pass`", "`y * x` becomes `y / x`"]),
        ("if x > y:\n        raise ValueError(x + y)\n    return y", []),
        ("y = _inputs.array('y', y + 1)\n    return y", []),
    ],
)  # fmt: skip
def test_the_edits_of_a_line(reference, body, expected):
    found = edits(reference(f"_inputs = None\ndef solution(x, y):\n    '''Doc: 1 < 2.'''\n    {body}\n"))
    assert [edit for edit in found if not edit.endswith("becomes `return x`")] == expected


@pytest.mark.parametrize(("returned", "given_back"), [("y", True), ("x + y", True), ("x", False), ("y, x", False)])
def test_an_edit_returns_an_argument(reference, returned, given_back):
    found = edits(reference(f"def solution(x, y):\n    return {returned}\n"))
    assert any(edit.endswith("becomes `return x`") for edit in found) is given_back


def test_what_the_reference_reaches_is_edited_too_and_records_are_not(reference):
    made = reference("""
TABLE = {"a": lambda n: n + 1}
class Record:
    def twice(self): return 2 * self.n
def far(n): return n - 1
def near(n): return TABLE["a"](n) if n else Record()
def gain(n): return 7 * n
def solution(n):
    gain = near(n)
    return gain
""")
    found = edits(made)
    assert "`n + 1` becomes `n - 1` in TABLE" in found
    assert any(edit.endswith("in near") for edit in found)
    assert not any("2 * self.n" in edit or edit.endswith(("in far", "in gain")) for edit in found)
    by = {mutant.edit: mutant.answer for mutant in mutants(made)}
    assert (made.solution(3), by["`n + 1` becomes `n - 1` in TABLE"](3)) == (4, 2)


def test_methods_of_a_class_are_edited_and_equal_edits_are_told_apart(reference):
    made = reference("class solution:\n    def a(self, n): return n + 1\n    def b(self, n): return n + 1\n")
    found = edits(made)
    assert {"`n + 1` becomes `n - 1`", "`n + 1` becomes `n - 1` (2)"} <= set(found)
    assert len(set(found)) == len(found)
    second = next(mutant for mutant in mutants(made) if mutant.edit == "`n + 1` becomes `n - 1` (2)")
    assert (second.answer().a(5), second.answer().b(5)) == (6, 4)
    assert second.path.read_text().splitlines()[second.line - 1].strip().startswith("def b")


def test_each_reference_of_the_course_has_mutants_and_is_not_one_itself():
    for name in exercise.ids():
        made = exercise.load(name)
        if made.kind in ("function", "class", "repair") and not made.asks_for_value:
            found = list(mutants(made))
            assert len(found) >= 5, name
            assert all(mutant.answer is not made.solution for mutant in found)


SUM = "def solution(x, y):\n    return x + y\n"
CHECKS = """
@core
def check_sum(f, rng):
    '''The sum.'''
    x, y = rng.uniform(1, 2, 2)
    close(f(x, y), x + y, "it must be the sum")

@misconception("The difference is returned.", caught_by=check_sum)
def difference(x, y): return x - y
"""


def test_mutants_are_counted_by_what_becomes_of_them(reference):
    counts, found = mutation.mutation(reference(SUM, CHECKS))
    assert (counts["mutants"], counts["mutants_refused"], counts["mutants_equivalent"]) == (2, 2, 0)
    assert 1 <= counts["mutants_named"] <= 2
    assert found == []


COVERS = "\ncovers = {'sum': check_sum}\n"
BLIND = CHECKS.replace("x, y = rng.uniform(1, 2, 2)", "x = y = 0") + COVERS


def test_one_that_passes_and_one_that_only_a_hidden_check_refuses_are_problems(reference):
    counts, found = mutation.mutation(
        reference(SUM, CHECKS.replace("x, y = rng.uniform(1, 2, 2)", "x = y = 0") + COVERS)
    )
    assert counts["mutants_refused"] == 0
    assert found[-1].endswith(
        "f.py, line 9: `x + y` becomes `x - y`, and every check passes; "
        "add a check, or say in `equivalent` why no input can tell"
    )
    hidden = CHECKS.replace("@core", "@core\n@hidden") + COVERS
    counts, found = mutation.mutation(reference(SUM, hidden))
    assert counts["mutants_refused"] == 2
    assert "and only check_sum, which is hidden, refuses it; add to a public check" in found[0]


def test_what_is_listed_as_equivalent_must_be_it(reference):
    listed = "\nequivalent = {'`x + y` becomes `x - y`': 'No reason.', 'return x': ' '}\n"
    counts, found = mutation.mutation(reference(SUM, BLIND + listed))
    assert (counts["mutants"], counts["mutants_equivalent"]) == (1, 1)
    assert [said.split("f.py, ")[-1][:60] for said in found] == [
        "line 9: `return x + y` becomes `return x`, and every check p",
        "equivalent lists return x, which is not an edit of the refer",
        "equivalent gives no reason for return x",
    ]
    _, found = mutation.mutation(reference(SUM, CHECKS + COVERS + listed))
    assert found[0] == "equivalent lists `x + y` becomes `x - y`, which check_sum refuses; take it out"


def test_what_is_listed_as_borderline_may_be_refused_or_not(reference):
    listed = "\nborderline = {'`x + y` becomes `x - y`': 'Luck decides.', 'return x': ' '}\n"
    for checks in (CHECKS + COVERS, BLIND):
        counts, found = mutation.mutation(reference(SUM, checks + listed))
        assert (counts["mutants"], counts["mutants_equivalent"], counts["mutants_borderline"]) == (1, 0, 1)
        assert not [line for line in found if "x - y" in line]
        assert found[-2:] == [
            "borderline lists return x, which is not an edit of the reference; take it out",
            "borderline gives no reason for return x",
        ]


@pytest.mark.parametrize(
    "body",
    [
        "while x < 3:\n        x += 1\n    return x",
        "n = 0\n    for i in range(x):\n        n += 1\n    while n:\n        n -= 1\n    return n",
        "rows = [0]\n    while len(rows) < 9:\n        rows = rows + rows\n    return rows",
    ],
)
def test_a_mutant_without_end_is_ended_and_refused(reference, monkeypatch, body):
    monkeypatch.setattr(mutation, "PATIENCE", (0.1, 5))
    monkeypatch.setattr(mutation, "ROOM", 2**28)
    check = "\ndef check_it(f, rng):\n    '''It.'''\n    require(f(1) == f(1), 'equal')\n"
    before, began = mutation.resource.getrlimit(mutation.resource.RLIMIT_AS), time.process_time()
    counts, _ = mutation.mutation(reference(f"def solution(x):\n    {body}\n", check))
    assert counts["mutants_refused"] >= 1
    assert time.process_time() - began < 10
    assert mutation.resource.getrlimit(mutation.resource.RLIMIT_AS) == before
