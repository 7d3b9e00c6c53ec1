"""The archive that a page's Python runs from holds what judging needs, and nothing that only grading uses."""

import ast
import io
import json
import os
import subprocess
import sys
import zipfile

import pytest

from autograder import exercise as model
from autograder.live import archive
from autograder.live.figures import dropout_comparison
from autograder.slips import bound
from tests.book.test_leaks import TELLING, body, runs, source, squeeze

EXERCISES = [model.load(name) for name in model.ids()]
CODE = [exercise for exercise in EXERCISES if exercise.kind != "text"]

JUDGE_ALL = """
import json, sys
from autograder import exercise as model
from autograder.judge import diagnose
from autograder.judge.judge import judge
from autograder.judge.looked import together
from autograder.judge.seeds import PUBLIC

found = {}
for name in model.ids():
    exercise = model.load(name)
    answers = {wrong.name: wrong.answer for wrong in exercise.misconceptions} | {"solution": exercise.solution}
    for answer, thing in answers.items():
        report = judge(exercise, thing, PUBLIC, checks=exercise.checks)
        found[name + "." + answer] = [report.verdict, report.misconception]

carried = json.load(open("autograder/live/learnt.json"))
compared, differ, looked = 0, [], {}
for (path, name, check), one in diagnose.learnt().items():
    looked.setdefault((path, name), {})[check] = one
for (path, name), by_check in looked.items():
    compared += 1
    exercise = model.load("/".join(path.with_suffix("").parts[-2:]))
    told = carried[exercise.id].get(name)
    checks = [each for each in exercise.checks if each.name in by_check]
    said = together([by_check[each.name] for each in checks], checks)
    if told != {each.check: [each.verdict, each.sentence] for each in said}:
        differ.append([str(path), name])
foreign = sorted(n for n in ("torch", "matplotlib", "sphinx") if n in sys.modules)
print(json.dumps({"found": found, "foreign": foreign, "compared": compared, "differ": differ}))
"""


@pytest.fixture(scope="module")
def packed_bytes():
    return archive.pack()


@pytest.fixture(scope="module")
def packed(packed_bytes):
    return zipfile.ZipFile(io.BytesIO(packed_bytes))


@pytest.fixture(scope="module")
def unpacked(packed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    packed.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def judged(unpacked):
    """What a Python with only the archive says about the misconceptions that it finds there."""
    environment = {name: value for name, value in os.environ.items() if name != "AUTOGRADER_EXERCISES"}
    done = subprocess.run(
        [sys.executable, "-c", JUDGE_ALL],
        cwd=unpacked,
        env=environment | {"PYTHONPATH": str(unpacked), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


DRAW = """
from autograder.live.figures import dropout_comparison
from autograder.slips import bound
from dnnkit import mlp

mlp.train = None  # anything that trains in the page fails
for training in dropout_comparison.TRAININGS:
    print(dropout_comparison.figure.draw(training=training))
"""


def test_a_figure_shows_in_the_page_what_was_measured_as_the_book_was_built(packed, unpacked):
    measured = json.loads(packed.read("autograder/live/figures/dropout_comparison.json"))
    assert measured == dropout_comparison.figure.measured == dropout_comparison.dev_errors()
    done = subprocess.run(
        [sys.executable, "-c", DRAW],
        cwd=unpacked,
        env=os.environ | {"PYTHONPATH": str(unpacked), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        dropout_comparison.figure.draw(training=training) for training in dropout_comparison.TRAININGS
    ]


def test_it_holds_every_exercise_that_code_answers(packed):
    folder = "autograder/exercises/"
    names = {name.removeprefix(folder)[:-3] for name in packed.namelist() if name.startswith(folder)}
    shared = {f"{path.parent.name}/{path.stem}" for exercise in CODE for path in exercise.shared}
    assert names - shared == {exercise.id for exercise in CODE}


@pytest.mark.parametrize("topic", sorted({exercise.topic for exercise in CODE if exercise.shared}))
def test_of_what_exercises_share_it_holds_what_is_used(topic, packed):
    def statements(name):
        return ast.parse(packed.read(f"autograder/exercises/{name}.py").decode()).body

    files = [statements(exercise.id) for exercise in CODE if exercise.topic == topic]
    imports = [node for body in files for node in body if isinstance(node, ast.ImportFrom) and node.level]
    wanted = {name.name for node in imports for name in node.names}
    shared = statements(f"{topic}/_shared")
    read = {node.id for part in shared for node in ast.walk(part) if isinstance(node, ast.Name)}
    held = {name for node in shared for name in bound(node)}
    assert wanted <= held <= wanted | read


@pytest.mark.parametrize("exercise", CODE, ids=lambda exercise: exercise.id)
def test_no_hidden_check_is_inside(exercise, packed):
    text = packed.read(f"autograder/exercises/{exercise.id}.py").decode()
    assert "hidden" not in {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    hidden = [check for check in exercise.checks if check.hidden]
    assert hidden or exercise.kind in ("test", "value")
    shown = [] if exercise.kind == "test" else exercise.public_checks
    public = {line for check in shown for line in runs(body(source(check.run)))}
    for check in hidden:
        secret = {check.name, check.title, *(set(runs(body(ast.unparse(ast.parse(source(check.run)))))) - public)}
        assert [part for part in secret if len(part) >= TELLING and squeeze(part) in squeeze(text)] == []


@pytest.mark.parametrize("exercise", CODE, ids=lambda exercise: exercise.id)
def test_right_answers_are_inside_where_they_are_code(exercise, packed):
    """The page shows one after a pass, and judges tests by all. It also has the reference's code, but no value."""
    text = packed.read(f"autograder/exercises/{exercise.id}.py").decode()
    names = {node.name for node in ast.parse(text).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    right = {alternative.name for alternative in exercise.alternatives}
    assert names & right == (set() if exercise.asks_for_value else right)


@pytest.mark.parametrize("exercise", [one for one in CODE if one.kind == "test"], ids=lambda exercise: exercise.id)
def test_a_test_is_judged_in_the_page_by_all_that_it_is_judged_by_elsewhere(exercise, packed, unpacked):
    text = packed.read(f"autograder/exercises/{exercise.id}.py").decode()
    assert not {lazy.name for lazy in exercise.lazy} & {getattr(node, "name", "") for node in ast.parse(text).body}
    counted = f"from autograder import exercise as e; print(len(e.load({exercise.id!r}).checks))"
    done = subprocess.run(
        [sys.executable, "-c", counted],
        cwd=unpacked,
        env=os.environ | {"PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) == len(exercise.checks)


def test_the_instructors_side_is_not_inside(packed):
    assert not [name for name in packed.namelist() if name.startswith(("autograder/classroom", "autograder/audit"))]
    assert "autograder/chapter/reading.py" not in packed.namelist()


@pytest.mark.long
def test_what_it_holds_runs_alone_and_without_torch_or_matplotlib(judged):
    assert judged["foreign"] == []


@pytest.mark.parametrize("exercise", CODE, ids=lambda exercise: exercise.id)
@pytest.mark.long
def test_it_says_what_the_whole_course_says_of_each_misconception(exercise, judged):
    from autograder.judge.judge import judge
    from autograder.judge.seeds import PUBLIC
    from autograder.judge.verdict import PASSED

    public = exercise.public_checks
    for wrong in exercise.misconceptions:
        report = judge(exercise, wrong.answer, PUBLIC, checks=public)
        found = judged["found"].get(f"{exercise.id}.{wrong.name}", [PASSED, ""])
        assert found == [report.verdict, report.misconception], wrong.name


def test_the_book_ships_it(html, packed_bytes):
    """Another process has made it, from the same sources."""
    assert (html / archive.PLACE).read_bytes() == packed_bytes
