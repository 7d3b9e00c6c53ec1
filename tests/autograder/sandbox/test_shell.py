"""Cells run as a kernel runs them: the outputs are held against a real kernel's."""

import nbformat
import pytest
from nbclient import NotebookClient

FRESH = """
import sys
sorted(name for name in globals() if not name.startswith("__")), In[:-1], Out, _, _i, get_ipython().execution_count, [
    name for name in vars(sys) if name.startswith("last")
]"""
CELLS = [
    FRESH,
    "1 + 1",
    "x = 3",
    "print('a'); print('b')\nx",
    "import sys; print('out'); print('err', file=sys.stderr); print('out')",
    "None",
    "",
    " \n\n",
    "x;",
    "from IPython.display import display, HTML\ndisplay(HTML('<b>hi</b>')); display(1)\n'last'",
    "import numpy as np\nnp.arange(3.0)",
    "!echo from a program",
    "%time 3",
    "def f():\n    return undefined\nf()",
    "for i in range(3):\n    print(i, end=' ')",
    "_ = 5; _",
    "if x:",
    "get_ipython().__class__.__mro__[-1]",
]


def simplified(outputs):
    """Return outputs without what differs between any two kernels: times, places of files, terminal colours."""
    plain, streams = [], {}
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":
            if "time" not in output["text"]:  # a kernel gathers each stream on its own
                streams[output["name"]] = streams.get(output["name"], "") + output["text"].replace("\r\n", "\n")
        elif kind == "error":
            plain.append((kind, output["ename"], output["evalue"].split(" (")[0]))
        else:
            plain.append((kind, {key: value for key, value in output["data"].items() if key.startswith("text")}))
    return plain, streams


@pytest.fixture(scope="module")
def kernel_outputs():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    NotebookClient(notebook, timeout=60, allow_errors=True).execute()
    return [cell.outputs for cell in notebook.cells]


def test_cells_show_what_a_kernel_shows(sandbox, kernel_outputs):
    for source, expected in zip(CELLS, kernel_outputs):
        outputs, _ = sandbox.run(source, 20)
        assert simplified(outputs) == simplified(expected), source


def test_outputs_are_nbformat(sandbox):
    for source in CELLS:
        outputs, _ = sandbox.run(source, 20)
        cell = nbformat.v4.new_code_cell(source, outputs=[nbformat.from_dict(output) for output in outputs])
        nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))


def test_a_figure_is_shown(sandbox):
    outputs, failed = sandbox.run("import matplotlib.pyplot as plt\nplt.plot([1, 2]);", 20)
    assert not failed
    assert [list(output["data"]) for output in outputs] == [["text/plain", "image/png"]]


def test_there_is_nobody_to_ask(sandbox):
    outputs, failed = sandbox.run("input('name?')", 10)
    assert failed
    assert "not available" in outputs[-1]["evalue"]
    assert sandbox.run("import sys; sys.stdin.read()", 10)[0][0]["data"]["text/plain"] == "''"


def test_too_much_output_is_cut(sandbox):
    outputs, _ = sandbox.run("for _ in range(3000): print('x' * 1000)", 20)
    assert sum(len(output["text"]) for output in outputs) < 1.01 * 2**20
    assert outputs[-1]["text"].endswith("cut here]\n")
    assert sandbox.run("print('again')", 10)[0][0]["text"] == "again\n"


def test_an_error_shows_the_cell_and_not_the_shell(sandbox):
    outputs, failed = sandbox.run("def f(a):\n    return 1 / a\n\nf(0)", 10)
    text = "\n".join(outputs[0]["traceback"])
    assert failed
    assert "----> 2     return 1 / a" in text
    assert "shell.py" not in text
