"""Cells run as a kernel runs them: the outputs are compared with a real kernel's."""

import os
import re

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
    "get_ipython().__class__.__name__",
    # Figures, and displays and their updates.
    "%matplotlib inline",
    "%matplotlib",
    "%pylab inline",
    "%config InlineBackend.figure_format = 'png'",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()",
    "from IPython.display import *\ndisplay(1, HTML('<b>x</b>'), Markdown('*x*'), Latex('x'), metadata={'a': 1})",
    "shown = display(1, display_id='name'); print('between'); shown.update(2); update_display(3, display_id='name')",
    "display(1); clear_output(); display(2)",
    "display(1); print('gone'); clear_output(wait=True); display(2)",
    "display(1); clear_output(wait=True)",
    "for _ in ProgressBar(3): pass",
    "display({'text/plain': 'x', 'text/html': '<i>x</i>'}, raw=True)",
    "print('a', end=''); display(1); print('b')",
    # Results that are kept, and streams.
    "5",
    "_ + 1",
    "__, Out[max(Out)]",
    "import logging; logging.basicConfig(); logging.warning('in this cell')",
    "logging.warning('and in this one')",
    # Output that bypasses Python is read by a kernel in its own thread, and attributed to the cell running by then.
    "import os, sys, subprocess, time; print('mine'); print('direct', file=sys.__stdout__); time.sleep(0.5)",
    "length = os.write(1, b'raw\\n'); time.sleep(0.5); length",
    "done = subprocess.run(['echo', 'from a program']); time.sleep(0.5); done.returncode",
    "print('before')\n!echo between\nprint('after')",
    "import asyncio\nawait asyncio.sleep(0, 'awaited')",
    "breakpoint()\n'gone on'",
    # Magics.
    "sorted(get_ipython().magics_manager.lsmagic()['line'])",
    "sorted(get_ipython().magics_manager.lsmagic()['cell'])",
    "%%time\ndef timed():\n    return 1",
    "timed()",
    "%%timeit -n 1 -r 1\n1",
    "%%capture held\nprint(1); 5",
    "held.stdout, len(held.outputs)",
    "%%bash\necho a",
    "%%html\n<b>1</b>",
    "%%writefile a.py\nq = 1",
    "%run a.py",
    "q",
    "%cat a.py",
    "!ls a.py",
    "!echo {q + 1} $q; exit 3",
    "_exit_code",
    "listed = !ls a.py\nlisted",
    "%env A=1",
    "%precision 3\n0.12345",
    "%load_ext autoreload\n%autoreload 2",
    "len?",
    "?len",
    "os.path.j*?",
    "%pinfo len",
    "%psource os.path.join",
    "%page q",
    "%less a.py",
    "%man ls",
    "%clear",
    "%autosave 60",
    "%gui",
    "%store q",
    "%bookmark here",
    "%history -n 1-2",
    "%macro again 2",
    "again",
    "%prun -q 1",
    "%reset_selective -f again",
    "%reset -sf out",
    "%xmode Plain",
    "1 / 0",
    "%tb",
]

# What a kernel, or the student's own machine, may have and grading lacks; each is reported and costs nothing.
MISSING = [
    "%matplotlib notebook",
    "%matplotlib widget",
    "%matplotlib qt",
    "%pylab tk",
    "%gui qt",
    "%connect_info",
    "%subshell",
    "%qtconsole",
    "%load_ext tensorboard",
    "%reload_ext lab_black",
    "%tensorboard --logdir runs",
    "%memit f()",
    "%timeit 1",
    "%timeit -q -o 1",
    "exit()",
    "import matplotlib; matplotlib.use('TkAgg')",
    "from matplotlib import pyplot; pyplot.switch_backend('QtAgg')",
]


# Lines of %time and %timeit: a kernel may send them in two messages, and warns about a run that was slow by chance.
TIMES = re.compile(r"^(CPU times|Wall time|Compiler |Parser  |The slowest run|This could mean|.* per loop).*\n", re.M)


def simplified(outputs):
    """Return outputs without what varies between any two kernels: times, places, users, terminal colours, messages."""
    plain, streams = [], {}
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":  # a kernel gathers each separately, and sends what it has when a timer fires
            streams[output["name"]] = streams.get(output["name"], "") + output["text"]
        elif kind == "error":
            plain.append((kind, output["ename"], output["evalue"].split(" (")[0]))
        else:
            plain.append((kind, {key: value for key, value in output["data"].items() if key.startswith("text")}))
    texts = {name: re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\r\n", "\n") for name, text in streams.items()}
    return plain, {name: kept for name, text in texts.items() if (kept := TIMES.sub("", text))}


def in_pieces(outputs):
    """Return outputs as sent by a kernel whose timer fires after each character."""
    pieces = []
    for output in outputs:
        is_stream = output["output_type"] == "stream"
        pieces += [{**output, "text": letter} for letter in output["text"]] if is_stream else [output]
    return pieces


@pytest.fixture
def kernel_outputs(tmp_path_factory):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    place = tmp_path_factory.mktemp("kernel")
    # If a kernel believes that it is being tested, it does not capture what programs write.
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    environment["IPYTHONDIR"] = str(tmp_path_factory.mktemp("stored"))
    client = NotebookClient(notebook, timeout=60, allow_errors=True, resources={"metadata": {"path": str(place)}})
    client.execute(env=environment)
    return [cell.outputs for cell in notebook.cells]


def test_cells_show_what_a_kernel_shows(sandbox, kernel_outputs):
    for source, expected in zip(CELLS, kernel_outputs):
        outputs, _ = sandbox.run(source, 20)
        assert simplified(outputs) == simplified(expected) == simplified(in_pieces(expected)), source


@pytest.mark.parametrize("magic", MISSING)
def test_a_magic_that_can_do_nothing_says_so_and_costs_no_answer(sandbox, magic):
    outputs, failed = sandbox.run(f"{magic}\ndef f():\n    return 1", 20)
    assert not failed, outputs
    assert any(output["text"].startswith("Note: when a notebook is graded, ") for output in outputs)
    assert sandbox.answer("f", 5)[0]


@pytest.mark.parametrize(
    "magic", ["%%timeit", "%%timeit -n 1 -r1", "%%memit", "%%lprun -f f", "%%time", "%%capture", "%%prun -q"]
)
def test_a_magic_above_an_answer_costs_no_answer(sandbox, magic):
    outputs, failed = sandbox.run(f"{magic}\ndef f():\n    return 1", 20)
    assert not failed, outputs
    assert sandbox.answer("f", 5)[0]


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


@pytest.mark.parametrize(
    "fills",
    [
        "for n in range(20_000):\n    open(str(n), 'w').close()",
        "for n in range(99):\n    open(str(n), 'wb').write(bytes(2**24))",
    ],
    ids=["files", "bytes"],
)
def test_cells_run_on_where_there_is_no_room_for_a_file(sandbox, fills):
    outputs, failed = sandbox.run(fills, 20)
    assert failed
    assert "No space left" in outputs[-1]["evalue"]
    assert sandbox.run("print('on')", 10) == ([{"output_type": "stream", "name": "stdout", "text": "on\n"}], False)


def test_an_error_shows_the_cell_and_not_the_shell(sandbox):
    outputs, failed = sandbox.run("def f(a):\n    return 1 / a\n\nf(0)", 10)
    text = "\n".join(outputs[0]["traceback"])
    assert failed
    assert "----> 2     return 1 / a" in text
    assert "shell.py" not in text
    for magic in ("%%bash\nfalse", "%run nothing.py", "%time f(0)"):
        outputs, failed = sandbox.run(magic, 10)
        assert failed
        assert "sandbox" not in "\n".join(outputs[-1]["traceback"]), magic
