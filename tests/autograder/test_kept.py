"""Kept results of the audit: reported again as long as nothing they depend on has changed, and only then."""

import json

import pytest

from autograder import audit, chapter, exercise, sources
from autograder.audit.kept import JUDGE, Kept
from autograder.sources import Sources


@pytest.fixture
def asked(course_of_toys):
    """A function that writes a course of toys, with changes, and returns its root and `Kept.digest`'s arguments."""

    def ask(*changes):
        root = course_of_toys(*changes)
        exercise._load.cache_clear()
        read = chapter.read("toys", root)
        return root, exercise.load("toys/double", root / "autograder" / "exercises"), read.sections[0], read.setup

    return ask


def digest(asked, *changes, seeds=200):
    root, *case = asked(*changes)
    return Kept(root).digest(*case, seeds)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("", "", True),
        ("each number must be doubled", "each number should be doubled", False),  # the exercise's file
        ("import numpy as np", "import numpy as np\nfrom dnnkit import dropout", False),  # what it imports
        ("Write `double(x)`", "Please write `double(x)`", False),  # the section
        ("def double(x, *, times=2): # starter", "def double(x, *, times=3): # starter", False),
        ("import check, hint", "import check, hint\nfrom dnnkit import data", False),  # the setup cells
        ("It holds.", "It does hold.", True),  # the chapter's prose and claims
    ],
)
def test_an_exercise_depends_on_its_file_its_section_and_the_setup(asked, old, new, same):
    assert (digest(asked) == digest(asked, (old, new))) is same


def test_it_depends_on_seeds_versions_and_tests_that_are_exercises(asked, monkeypatch):
    before = digest(asked)
    assert digest(asked, seeds=20) != before
    monkeypatch.setattr(sources, "installed_version", lambda library: "99.0")
    assert digest(asked) != before


def test_a_test_depends_on_the_exercise_that_it_tests():
    made = exercise.load("dropout/test_inverted_dropout")
    kept = Kept(chapter.ROOT)
    one = kept.digest(made, None, (), 1)
    made.tests.path.touch()
    assert kept.digest(made, None, (), 1) == one
    names = kept._sources.names_of_cells([part.path.read_text() for part in (made, made.tests)])
    assert "dnnkit.dropout" in names


def test_the_judge_and_what_is_imported_by_way_of_others_count_and_nothing_else():
    files, libraries = Sources().reached([*JUDGE, "dnnkit.norm_layers"])
    found = {path.relative_to(exercise.EXERCISES.parents[1]).as_posix() for path in files}
    assert {
        "autograder/audit/answers.py",
        "autograder/authoring.py",
        "autograder/chapter/cells.py",
        "autograder/exercise.py",
        "autograder/judge/standin.py",
        "autograder/sandbox/interpreter.py",
        "autograder/sandbox/shell.py",
        "autograder/slips.py",
        "dnnkit/_inputs.py",
        "dnnkit/norm_layers/batch.py",
    } <= found
    assert not {path for path in found if path.startswith(("autograder/classroom", "autograder/live", "dnnkit/plot"))}
    assert not found & {"dnnkit/dropout.py", "dnnkit/augmentation.py", "autograder/__main__.py"}
    assert {"numpy", "torch", "IPython"} <= libraries


@pytest.fixture
def counted(monkeypatch):
    """A list of the ids of the exercises that were audited again; each has a problem and a mutant."""
    anew = []

    def found(cases, seeds):
        for number, case in enumerate(cases):
            anew.append(case.id)
            yield number, (["something is wrong"], {"mutants": 1}), "", True

    monkeypatch.setattr(audit, "_found", found)
    return anew


def test_a_kept_result_is_told_again_with_its_problems(course_of_toys, counted):
    root = course_of_toys()
    first, second, fresh = (audit.audit(root=root, fresh=fresh) for fresh in (False, False, True))
    assert counted == ["toys/double", "toys/double"]
    assert (first.kept, second.kept, fresh.kept) == (0, 1, 0)
    assert first.problems == second.problems == ("toys/double: something is wrong",)
    assert second.mutants == 1
    course_of_toys(("each number must be doubled", "each number should be doubled"))
    exercise._load.cache_clear()
    assert audit.audit(root=root).kept == 0


@pytest.mark.parametrize("content", ["", "{", "[]", '{"digest": 3}', "null"])
def test_what_is_kept_and_damaged_is_found_anew(course_of_toys, counted, content):
    root = course_of_toys()
    audit.audit(root=root)
    (path,) = (root / "build" / "audit" / "toys").iterdir()
    assert path.name == "double.json"
    assert json.loads(path.read_text())["problems"] == ["something is wrong"]
    path.write_text(content)
    assert audit.audit(root=root).kept == 0
    assert audit.audit(root=root).kept == 1


def test_where_there_is_no_checkout_nothing_is_kept(course_of_toys, counted):
    root = course_of_toys()
    (root / "pyproject.toml").unlink()
    assert [audit.audit(root=root).kept for _ in range(2)] == [0, 0]
    assert not (root / "build").exists()
