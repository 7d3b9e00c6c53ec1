"""Flags: the reference is recognised by name and by its code, and nobody else is accused."""

import ast
import inspect
import textwrap
from dataclasses import replace

import pytest

from autograder import exercise
from autograder.classroom.flags import FEW_NODES, IS_IT, NAMES_IT, flags

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
        if not inspect.isfunction(other.answer):  # of a class in a file that is no module Python gives no source
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
    assert flags(asked, "word " * (asked.words + 1)) == ("has 121 words, where 120 were the most",)
    assert flags(replace(asked, words=2), "three words here") == ("has 3 words, where 2 were the most",)
