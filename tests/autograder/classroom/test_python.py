"""The Python in a cell, compared with IPython's own reading of it."""

import ast
import time

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from autograder.classroom import python


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\nimport math\nx = 1",
        "!ls\nx: int = 2",
        "%%time\ndef f(a):\n    return a",
        "files = !ls *.csv\nfor x in files:\n    %time print(x)\n    !echo {x}",
        "math.sqrt?\nclass C: pass",
        "?math\na, b = %sql select",
        "if True:\n    %cd /\n    y = 3\n",
        "%timeit -n 3 -r 1 sum(range(3))\nz = 1",
    ],
)
def test_what_ipython_takes_is_taken_and_defines_the_same(source):
    theirs = TransformerManager().transform_cell(source.removeprefix("%%time\n"))
    names = {name for name in python.defined(theirs) if name != "get_ipython"}
    assert python.defined(source) == names
    assert names or "sqrt" in source


@pytest.mark.parametrize(
    "source", ["x = 1", 's = """\n%cd\n!ls\n"""', "x = a %b\ny = a != b", "d = {'a?': 1}\n", "z = 5 % 3"]
)
def test_python_stays_as_it_is(source):
    assert python.syntax(source) == ast.dump(ast.parse(source))


@pytest.mark.parametrize(
    "source", ["def f(", "x = (" + "(" * 5000, "-" * 100_000 + "1", "a" + ".b" * 50_000, "\x00", "It is so."]
)
def test_what_is_no_python_has_no_syntax(source):
    assert python.syntax(source) is None
    assert python.defined(source) == frozenset()


def test_warnings_about_a_students_code_go_nowhere(recwarn):
    assert python.syntax("x = 1 is 1\ns = '\\d'") is not None
    assert not recwarn


LINES = [" ", "%timeit -n  ", "%timeit" + " -n   " * 4000, "x, ", "a.", "[", "a?", "% ", "x = !", "\\"]


@pytest.mark.parametrize("line", LINES)
def test_no_line_takes_long(line):
    began = time.process_time()
    source = "(" + line * (50_000 // len(line))
    python.without_commands(source[1:])
    assert python.parsed(source) is None
    assert time.process_time() - began < 1
