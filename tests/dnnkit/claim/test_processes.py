"""Calls across processes, and what is remembered of them: against a plain loop, and in a real notebook's kernel."""

import os
import subprocess
import sys
import textwrap
import time

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from threadpoolctl import threadpool_info

from dnnkit import mlp
from dnnkit.claim import processes, tuned
from dnnkit.claim.fingerprint import fingerprint

linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked only on Linux")


def test_results_come_in_order_whatever_takes_longest():
    offset = 100  # a closure: it cannot be pickled

    def slow_first(index, n):
        time.sleep(0.05 * (index == 0))
        return index + offset, n

    jobs = [(index, 2) for index in range(7)]
    assert processes.starmap(slow_first, jobs, 2) == [slow_first(*job) for job in jobs]
    assert processes.starmap(slow_first, [], 2) == []


@linux
def test_calls_run_in_processes_of_their_own_and_none_is_left():
    changed = []

    def own(index):
        changed.append(index)
        time.sleep(0.05)
        return os.getpid()

    pids = set(processes.starmap(own, [(index,) for index in range(6)], 2))
    assert len(pids) == 2
    assert os.getpid() not in pids
    assert changed == []
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@linux
def test_an_error_is_raised_as_it_is_and_ends_the_rest():
    def fail(index):
        time.sleep(0.02)
        if index == 1:
            raise FloatingPointError("loss is not finite at step 3")
        return index

    started = time.perf_counter()
    with pytest.raises(FloatingPointError, match="loss is not finite at step 3"):
        processes.starmap(fail, [(index,) for index in range(500)], 2)
    assert time.perf_counter() - started < 5


@linux
def test_what_is_printed_comes_out_in_order(capsys):
    def talk(index):
        time.sleep(0.05 * (index == 0))
        print(f"run {index}")
        print(f"trouble {index}", file=sys.stderr)

    processes.starmap(talk, [(index,) for index in range(4)], 2)
    out, err = capsys.readouterr()
    assert out == "run 0\nrun 1\nrun 2\nrun 3\n"
    assert err == out.replace("run", "trouble")


@linux
def test_a_call_that_calls_again_does_not_fork_again():
    def outer(index):
        return os.getpid(), processes.starmap(lambda _: os.getpid(), [(0,), (1,)], 2)

    for pid, inner in processes.starmap(outer, [(0,), (1,)], 2):
        assert inner == [pid, pid]


@pytest.mark.parametrize("missing", ["platform", "fork", "semaphores"])
def test_without_fork_the_calls_run_one_after_the_other(missing, monkeypatch):
    if missing == "platform":
        monkeypatch.setattr(sys, "platform", "emscripten")
    elif missing == "fork":
        monkeypatch.setattr(os, "fork", lambda: (_ for _ in ()).throw(BlockingIOError(11, "no more processes")))
    else:
        monkeypatch.setitem(sys.modules, "concurrent.futures.process", None)
        monkeypatch.delattr("concurrent.futures.ProcessPoolExecutor", raising=False)
    assert processes.starmap(lambda index: (index, os.getpid()), [(3,), (4,)], 2) == [
        (3, os.getpid()),
        (4, os.getpid()),
    ]


@linux
@pytest.mark.parametrize("n_processes", [1, 2])
def test_each_call_has_one_thread_for_its_matrices_and_the_caller_keeps_its_own(n_processes):
    def blas_threads(*_):
        return {one["filepath"]: one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}

    before = blas_threads()
    assert before
    for found in processes.starmap(blas_threads, [(0,), (1,)], n_processes):
        assert set(found) == set(before)
        assert set(found.values()) == {1}
    assert blas_threads() == before


def test_importing_claims_starts_and_loads_no_processes():
    code = "import sys, dnnkit.claim; print({'multiprocessing', 'torch', 'matplotlib', 'scipy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


TRAIN = """
import os
import numpy as np
from dnnkit.claim import tuned

PLACE, calls = 30, "calls.txt"

def shape(rate, epochs):
    return 0.1 + abs(np.log(rate / 0.03)) + abs(epochs - PLACE) / 1000

def train(arm, rate, seed):
    with open(calls, "a") as file:
        print(os.getpid(), file=file)
    epochs = np.arange(10, 60, 10)
    return {"epochs": epochs, "dev_errors": shape(rate, epochs) + seed / 1000}
"""
COMPARE = 'tuned(train, {"plain": (0.01, 0.03, 0.1)}, seeds=range(5), processes=2)'


@linux
def test_in_a_notebook_functions_of_cells_run_in_processes_once(tmp_path):
    cells = [
        TRAIN,
        COMPARE,
        COMPARE.replace("range(5)", "range(6)"),  # one more seed: three more runs
        TRAIN,
        COMPARE,  # defined again as it was: nothing runs
        "PLACE = 20",
        COMPARE,  # another value of something read by a called function: all runs
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    reads = nbformat.v4.new_code_cell("pids = open(calls).read().split(); [len(pids), os.getpid() in map(int, pids)]")
    for place in (2, 4, 7, 10):
        notebook.cells.insert(place, nbformat.from_dict(dict(reads, id=f"reads-{place}")))
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(tmp_path)}}).execute()
    results = [cell.outputs[-1]["data"] for cell in notebook.cells if cell.outputs]
    counts = [one["text/plain"] for one in results if "text/html" not in one]
    tables = [one["text/plain"] for one in results if "text/html" in one]
    assert counts == ["[15, False]", "[18, False]", "[18, False]", "[33, False]"]
    assert tables[0] == tables[2]
    assert "30 of 50" in tables[0]
    assert "20 of 50" in tables[3]
    assert all(output.output_type != "stream" for cell in notebook.cells for output in cell.outputs)


def defined(source, name="train", **around):
    namespace = {"__name__": "__main__", "np": np, "mlp": mlp, **around}
    exec(textwrap.dedent(source), namespace)
    return namespace[name]


BASE = """
import functools
SIZES = (64, 32)
TABLE = {"a": np.arange(3.0)}
unrelated = [1, 2]

@functools.cache
def data(seed):
    return seed + 1

def train(arm, rate, seed=0):
    def inner():
        return TABLE[arm] * SIZES[0]
    return mlp.init, inner(), data(seed).unrelated
"""


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (("", ""), True),
        (("unrelated = [1, 2]", "unrelated = [3]"), True),  # an attribute of that name is read, not the global
        (("def train", "# a remark\n\n\ndef train"), True),
        (("(64, 32)", "(64, 31)"), False),
        (("arange(3.0)", "arange(3)"), False),
        (("seed + 1", "seed + 2"), False),
        (("seed=0", "seed=1"), False),
        (("SIZES[0]", "SIZES[1]"), False),
        (("mlp.init", "mlp.train"), False),
        (("@functools.cache\n", ""), True),
    ],
)
def test_a_function_is_known_by_its_code_and_by_what_it_reads(change, same):
    assert BASE.replace(*change) != BASE or change == ("", "")
    assert (fingerprint(defined(BASE)) == fingerprint(defined(BASE.replace(*change)))) == same


def test_functions_that_read_each_other_are_known():
    source = "def train(n):\n    return n and other(n - 1)\ndef other(n):\n    return n and train(n - {})"
    assert fingerprint(defined(source.format(1))) == fingerprint(defined(source.format(1)))
    assert fingerprint(defined(source.format(1))) != fingerprint(defined(source.format(2)))


def test_an_object_is_known_by_what_it_holds_or_else_by_itself():
    class Settings:
        def __init__(self, width):
            self.width = width

    source = "def train(arm, rate, seed):\n    return settings"
    keys = [fingerprint(defined(source, settings=Settings(width))) for width in (1, 1, 2)]
    assert keys[0] == keys[1] != keys[2]
    opaque = [object(), object()]
    keys = [fingerprint(defined(source, settings=one)) for one in (opaque[0], opaque[0], opaque[1])]
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize("generator", [np.random.default_rng(0), np.random.RandomState(0)])
def test_randomness_that_is_not_the_seeds_is_refused(generator):
    train = defined("def train(arm, rate, seed):\n    return rng.normal()", rng=generator)
    with pytest.raises(ValueError, match="rng must not be a random generator from outside the function"):
        tuned(train, {"plain": (0.1, 0.2, 0.3)}, seeds=range(5))
    fingerprint(defined("def train(arm, rate, seed):\n    return split.rng", split=1, rng=generator))
