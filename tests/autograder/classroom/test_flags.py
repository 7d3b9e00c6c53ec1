"""Flags: the reference is recognized by name and by its code, and nobody else is accused."""

import ast
import inspect
import textwrap
import time
from dataclasses import replace

import pytest
from nbformat import v4

from autograder import exercise
from autograder.classroom.flags import FEW_NODES, IS_IT, NAMES_IT, NAMES_IT_ELSEWHERE, REACHES, flags, of_notebook
from autograder.classroom.source import ANSWER

ASKED = [exercise.load(id_) for id_ in exercise.ids()]
CALLED = [one for one in ASKED if one.checks and not one.asks_for_value]


@pytest.mark.parametrize("asked", CALLED, ids=lambda asked: asked.id)
def test_the_reference_itself_is_recognised(asked):
    source = textwrap.dedent(inspect.getsource(asked.solution))
    source = source.replace(f" {asked.solution.__name__}(", f" {asked.name}(", 1)
    edited = "# my own work\n" + source.replace('"""', '"""Mine. ', 1)
    long = sum(1 for _ in ast.walk(ast.parse(source).body[0])) > FEW_NODES
    for copied in (source, edited):
        assert (IS_IT in flags(asked, copied)) is (long and asked.kind != "repair")


@pytest.mark.parametrize("asked", CALLED, ids=lambda asked: asked.id)
def test_neither_mistakes_nor_other_right_answers_are_accused(asked):
    for other in (*asked.misconceptions, *asked.alternatives):
        if not inspect.isfunction(other.answer):  # Python gives no source for a class in a file that isn't a module
            continue
        source = textwrap.dedent(inspect.getsource(other.answer)).replace(other.name, asked.name)
        assert IS_IT not in flags(asked, source), other.name


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("from dnnkit.dropout import inverted_dropout", True),
        ("from dnnkit.dropout import *", True),
        ("from dnnkit.dropout import inverted_dropout as mine\ninverted_dropout = mine", True),
        ("from dnnkit import dropout\ninverted_dropout = dropout.inverted_dropout", True),
        ("def inverted_dropout(a, keep_prob, *, rng, train):\n    return a", False),
        ("from dnnkit.dropout import dropout_mask", False),
        ("# dropout.inverted_dropout", False),
        ("def broken(", False),
    ],
)
def test_naming_the_reference_is_said(source, named):
    asked = exercise.load("dropout/inverted_dropout")
    assert (NAMES_IT in flags(asked, source)) is named


CALLS = "def inverted_dropout(a, keep_prob, *, rng, train):\n    return {}(a, keep_prob, rng=rng, train=train)"
OWN = (
    "def inverted_dropout(a, keep_prob, *, rng, train):\n    kept = rng.random(a.shape) < keep_prob\n    return a, kept"
)
IMPORT = "from dnnkit.dropout import inverted_dropout"


@pytest.mark.parametrize(
    ("answer", "cells", "files"),
    [
        (CALLS.format("mine"), [f"{IMPORT} as mine"], {}),
        (CALLS.format("mine"), ["from dnnkit import dropout\nmine = dropout.inverted_dropout"], {}),
        (CALLS.format("mine"), ["%matplotlib inline\nimport dnnkit.dropout as d\nmine = d.inverted_dropout"], {}),
        (CALLS.format("mine"), ["%%time\nfrom dnnkit.dropout import *\nmine = inverted_dropout"], {}),
        (CALLS.format("helper"), ["def helper(*a, **b):\n    return again(*a, **b)", f"{IMPORT} as again"], {}),
        (CALLS.format("kept[0]"), ["kept = []", "import dnnkit\nkept[:] = [dnnkit.dropout.inverted_dropout]"], {}),
        (CALLS.format("mine"), ["mine = getattr(dropout, 'inverted_dropout')"], {}),
        (OWN, ["inverted_dropout = dropout.inverted_dropout"], {}),
        ("from helper import layer\n" + CALLS.format("layer"), [], {"helper": f"{IMPORT} as layer"}),
        ("import helper as h\n" + CALLS.format("h.layer"), [], {"helper": f"{IMPORT} as layer"}),
        (CALLS.format("layer"), ["from helper import *"], {"helper": f"{IMPORT}\nlayer = inverted_dropout"}),
        (
            "from helper import inverted_dropout",
            [],
            {"helper": "from deeper import inverted_dropout", "deeper": IMPORT},
        ),
    ],
)
def test_a_reference_that_is_named_elsewhere_is_said(answer, cells, files):
    assert flags(exercise.load("dropout/inverted_dropout"), answer, cells, files) == (NAMES_IT_ELSEWHERE,)


@pytest.mark.parametrize(
    ("cells", "files"),
    [
        (["ours, kept = dropout.inverted_dropout(a, 0.5, rng=rng, train=True)\nassert np.allclose(ours, a)"], {}),
        (["def test(a):\n    assert dropout.inverted_dropout(a, 0.5) == inverted_dropout(a, 0.5)\ntest(1)"], {}),
        (["from dnnkit.dropout import dropout_mask\nmask = dropout_mask"], {}),
        (["from dnnkit.dropout import *\nmask = dropout_mask"], {}),
        (["!pip install dnnkit", "print('inverted_dropout')", "this is not Python ("], {}),
        ([], {"helper": f"{IMPORT} as layer"}),
    ],
)
def test_a_comparison_with_the_reference_accuses_nobody(cells, files):
    assert flags(exercise.load("dropout/inverted_dropout"), OWN, cells, files) == ()


@pytest.mark.parametrize("topic", sorted({one.topic for one in ASKED}))
def test_a_whole_notebook_of_own_answers_accuses_nobody(topic):
    asked = [one for one in CALLED if one.topic == topic and one.kind != "class"]
    own = {one.name: one.alternatives[0] for one in asked if one.alternatives}
    own = {name: way.answer for name, way in own.items() if inspect.isfunction(way.answer)}
    cells = {name: textwrap.dedent(inspect.getsource(answer)) for name, answer in own.items()}
    for one in asked:
        if one.name in cells:
            others = [cell for name, cell in cells.items() if name != one.name]
            assert not {NAMES_IT_ELSEWHERE, IS_IT} & set(flags(one, cells[one.name], others)), one.id


def test_the_references_code_in_another_cell_is_recognised():
    asked = exercise.load("dropout/inverted_dropout")
    copied = inspect.getsource(asked.solution).replace("inverted_dropout(", "mine(", 1)
    assert flags(asked, CALLS.format("mine"), [copied]) == (IS_IT,)
    assert flags(asked, CALLS.format("helper.mine"), [], {"helper": copied}) == (IS_IT,)


def test_a_magic_hides_nothing():
    asked = exercise.load("dropout/inverted_dropout")
    for magic in ("%matplotlib inline", "%%time", "!ls"):
        assert flags(asked, f"{magic}\nfrom dnnkit.dropout import inverted_dropout") == (NAMES_IT,)


def test_long_chains_are_followed_in_no_time():
    asked = exercise.load("dropout/inverted_dropout")
    chain = "\n".join(f"n{i} = n{i + 1}" for i in range(5000)) + "\nn5000 = dropout.inverted_dropout"
    began = time.process_time()
    assert flags(asked, CALLS.format("n0"), [chain]) == (NAMES_IT_ELSEWHERE,)
    assert time.process_time() - began < 5


def test_a_repair_whose_smallest_change_is_the_reference_is_no_copy():
    asked = exercise.load("dropout/train_with_dropout")
    given = textwrap.dedent(inspect.getsource(asked.given)).replace("def given(", f"def {asked.name}(")
    repaired = given.replace("        rng = np.random.default_rng(0)\n", "")
    assert repaired != given
    assert flags(asked, repaired) == ()


def test_values_and_free_texts_have_no_flags():
    for asked in ASKED:
        if asked not in CALLED:
            assert flags(asked, asked.summary) == ()


def test_a_free_text_over_its_limit_is_pointed_out():
    asked = next(one for one in ASKED if one.kind == "text")
    assert flags(asked, "word " * asked.words) == ()
    assert flags(asked, "word " * (asked.words + 1)) == ("has 121 words, but the limit was 120",)
    assert flags(replace(asked, words=2), "three words here") == ("has 3 words, but the limit was 2",)


JOINED = "getattr({}, 'inverted_' + 'dropout')"


@pytest.mark.parametrize(
    "cells",
    [
        [f"mine = {JOINED.format('dropout')}"],
        ["import dnnkit.dropout as d", f"mine = {JOINED.format('d')}"],
        ["mine = vars(dropout)['inverted_' + 'dropout']"],
        ["import sys\nmine = sys.modules['dnnkit.dropout'].__dict__['inverted_' + 'dropout']"],
        ["import inspect\nexec(inspect.getsource(dropout).replace('inverted_dropout', 'mine'))"],
        ["import sys\nsys.path.insert(0, 'c.whl')\nfrom autograder.exercises.dropout import inverted_dropout as own"],
        ["import zipfile\ntext = zipfile.ZipFile('course-1.0.whl').read('x')\nexec(text)"],
        ["mine = __import__('dnn' + 'kit.dropout').__getattribute__('dro' + 'pout')"],
        ["import pydoc\nmine = pydoc.locate('dnn' + 'kit.dropout.inverted_' + 'dropout')"],
        ["import pickle\nmine = pickle.loads(b'cdnnkit.dropout\\ninverted_dropout\\n.')"],
    ],
)
def test_a_reference_that_is_reached_without_its_name_is_said(cells):
    asked = exercise.load("dropout/inverted_dropout")
    assert flags(asked, CALLS.format("mine"), cells) == (REACHES,)
    assert flags(asked, "\n".join((*cells, CALLS.format("mine")))) == (REACHES,)


@pytest.mark.parametrize(
    "cell",
    [
        "values = [getattr(np, name)(x) for name in ('mean', 'std')]",
        "print(eval('1 + 1'), vars(meter))",
        "import json\nprint(json.loads('[1]'), 'a' + 'b')",
        "mask = getattr(dropout, 'dropout_mask')",
        "import sys\nprint(sys.modules['numpy'].__version__)",
        "from autograder import check\ncheck('dropout/inverted_dropout', inverted_dropout)",
    ],
)
def test_finding_something_else_by_a_text_accuses_nobody(cell):
    assert flags(exercise.load("dropout/inverted_dropout"), OWN, [cell]) == ()


@pytest.mark.parametrize("line", ["%time 1", "x = %time 1", "!ls", "x?", "%time " * 50 + "1"])
def test_any_number_of_commands_takes_no_time(line, recwarn):
    began = time.process_time()
    source = f"{line}\n" * 5000 + "from dnnkit.dropout import inverted_dropout"
    assert flags(exercise.load("dropout/inverted_dropout"), source) == (NAMES_IT,)
    assert time.process_time() - began < 2
    assert not recwarn


def test_what_a_timed_statement_names_is_said():
    source = "%time from dnnkit.dropout import inverted_dropout"
    assert flags(exercise.load("dropout/inverted_dropout"), source) == (NAMES_IT,)


@pytest.mark.parametrize(
    "source",
    [
        "inverted_dropout = a" + ".b" * 900,
        "def inverted_dropout(a):\n    return " + "(" * 150 + "a" + ")" * 150,
        "def inverted_dropout(a):\n    return " + "-" * 900 + "a",
        "x = " + "+".join("1" * 5000),
        "# \ud800\ndef inverted_dropout(a): return '\udfff'",
    ],
)
def test_no_code_is_too_strange_to_be_looked_at(source):
    cells = [v4.new_code_cell(source, id=f"inverted_dropout{ANSWER}"), v4.new_code_cell(source)]
    of_notebook("dropout", None, v4.new_notebook(cells=cells), {"a/b.py": source.encode("utf-8", "replace")})


def test_a_reference_from_elsewhere_is_compared_with_nothing(toy):
    asked = toy(("def solution(x, *, times=2):\n    return x * times\n", "from textwrap import indent as solution\n"))
    assert flags(asked, "def double(x, *, times=2):\n    return x * times") == ()
