"""Names that an answer reads but nothing defines, compared with ruff; and what completion offers."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from autograder import exercise as model
from autograder.live.completion import completions
from autograder.live.names import undefined

RUFF = str(Path(sys.executable).with_name("ruff"))
DEFINED = ("np", "check", "display")
CASES = [
    "x = y",
    "def f(a, *b, c=d, **e):\n    return a, b, c, e, g",
    "def f():\n    return later\n\nlater = 1",
    "def f():\n    local = 1\n\nlocal",
    "class A:\n    x = 1\n\n    def f(self):\n        return x",
    "class A(B, metaclass=C):\n    y = 1\n    z = y",
    "[i for i in range(3)]\ni",
    "[j for i in range(3) for j in (i, k)]",
    "{a: b for a, b in c}",
    "sum(w * w for w in ws if w > v)",
    "if (n := 3) > 2:\n    n",
    "[m := i for i in range(3)]\nm",
    "lambda q, r=s: q + r + t",
    "for i, (j, k) in e:\n    i, j, k\nelse:\n    l",
    "with open(f) as g:\n    g",
    "try:\n    pass\nexcept A as e:\n    e",
    "import os.path, json as j\nos, j, json",
    "from math import sqrt as s, floor\ns, floor, sqrt",
    "from math import *\nsin(x)",
    "def f():\n    global counter\n    counter = 1\n\ncounter",
    "def f():\n    n = 0\n    def g():\n        nonlocal n\n        n = 1\n    return g",
    "match p:\n    case {'a': a, **rest}:\n        a, rest\n    case [b, *c] as d:\n        b, c, d, e",
    "@decorated\ndef f(x: A) -> B:\n    return x",
    "async def f():\n    async for x in y:\n        await z",
    "print(__name__, __file__, len, undefined_thing)",
    "'größe'; ärger = 1; größer",
    "x = 1\ndel x",
    "f'{a!r:>{b}}'",
    "call(*c, **d)",
    "x: int = 3\ny: missing_type = 4",
]


def by_ruff(source):
    """Return the names that ruff reports as undefined, with their places."""
    builtins = f"builtins={json.dumps([*DEFINED])}"
    command = [RUFF, "check", "--isolated", "--select", "F821", "--config", builtins, "--output-format", "json"]
    done = subprocess.run([*command, "-"], input=source, capture_output=True, text=True, check=False)
    return [
        (re.search("`(.*)`", found["message"])[1], found["location"]["row"], found["location"]["column"] - 1)
        for found in json.loads(done.stdout)
    ]


def by_us(source):
    lines = source.splitlines()
    found = undefined(source, DEFINED)
    return [(lines[one["line"] - 1][one["start"] : one["end"]], one["line"], one["start"]) for one in found]


@pytest.mark.parametrize("source", CASES)
def test_the_same_names_are_undefined_as_ruff_says(source):
    assert sorted(by_us(source)) == sorted(by_ruff(source))


def test_no_name_of_the_course_is_undefined():
    """References, starters and right answers written differently."""
    for exercise in (model.load(name) for name in model.ids()):
        source = exercise.path.read_text(encoding="utf-8")
        assert by_us(source) == by_ruff(source) == [], exercise.id


def test_an_operation_in_place_reads_its_name():
    assert [one["message"] for one in undefined("total += 1", ())] == ["total is not defined."]


@pytest.mark.parametrize("source", ["def f(:", "x = \0", "(" * 1000, "from math import *\nsin(y)"])
def test_nothing_is_said_where_nothing_is_known(source):
    assert undefined(source, ()) == []


def test_places_count_as_javascript_does():
    (one,) = undefined("'🎉ä', z", ())
    assert (one["start"], one["end"]) == (7, 8)  # the party popper counts for two


def labels(before, defined, source=None):
    return [option["label"] for option in completions(source or before, before, defined)["options"]]


def test_attributes_and_names_are_completed():
    assert "linspace" in labels("np.lin", {"np": np})
    assert labels("np.linalg.slog", {"np": np}) == ["slogdet"]
    assert labels("rat", {"rate": 1, "other": 2}) == ["rate"]
    assert labels("x = rate", {"rate": 1}) == ["rate"]
    assert labels("nothing.", {}) == labels("np.linspace.nothing.", {"np": np}) == []
    assert not [label for label in labels("np.", {"np": np}) if label.startswith("_")]
    assert "__name__" in labels("np.__na", {"np": np})


def test_imports_of_an_answer_count_even_where_it_is_not_python_yet():
    source = "import json as j\nfrom os import path\nvalue = (j.lo"
    assert labels("j.lo", {}, source) == ["load", "loads"]
    assert "join" in labels("path.jo", {}, source)
    assert labels("not_there_yet.", {}, "import not_there_yet") == []


def test_no_property_is_computed():
    class Trap:
        @property
        def loud(self):
            raise AssertionError

    assert labels("trap.lo", {"trap": Trap()}) == ["loud"]
    assert labels("trap.loud.", {"trap": Trap()}) != []  # of the property itself


def test_a_signature_is_told():
    (option,) = completions("np.linspac", "np.linspac", {"np": np})["options"]
    assert option["kind"] == "function"
    assert option["detail"].startswith("(start, stop, num=50")
