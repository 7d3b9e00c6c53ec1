"""A forked kernel is like a new one, except for what it has already loaded."""

import json
import sys
from ast import literal_eval
from contextlib import nullcontext
from functools import partial

import pytest
from jupyter_client.manager import AsyncKernelManager

from autograder.live.nursery import nursery
from tests.book.test_execute import page, side_by_side

LOOKED_AT = """
import json, multiprocessing, os, signal, sys
from concurrent.futures import ProcessPoolExecutor
with ProcessPoolExecutor(2) as pool:
    mapped = list(pool.map(abs, [-1, 2]))
signals = [str(signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGCHLD, signal.SIGTERM)]
environment = {name: os.environ[name] for name in sorted(os.environ) if name != "JPY_PARENT_PID"}
json.dumps([os.getcwd(), sys.path, sys.executable, sys.flags, signals, environment, mapped, os.read(0, 1) == b"",
    os.getpgrp() == os.getpid(), os.system("exit 3"), __name__, sorted(vars(sys.modules["__main__"]))])
"""
DRAWN = "import matplotlib.pyplot as plt; print(plt.get_backend()); plt.plot([1, 2]);"


def given(tmp_path, managers, *cells):
    """Return the output of each cell in a new kernel."""
    one = page(tmp_path, *cells)
    assert side_by_side({"page": partial(one.run, managers)}, lambda *what: None) == []
    return [cell.outputs for cell in one.notebook.cells if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def forked():
    with nursery() as managers:
        yield managers


def test_a_page_finds_what_it_would_in_a_kernel_of_its_own(tmp_path, forked):
    """They agree in folder, paths, environment, signals, child processes, and figures as inline pictures."""
    ((looked,), drawn), ((expected,), drawn_alone) = (
        given(tmp_path, managers, LOOKED_AT, DRAWN) for managers in (forked, AsyncKernelManager)
    )
    looked, expected = (json.loads(literal_eval(each.data["text/plain"])) for each in (looked, expected))
    assert looked == expected
    assert drawn == drawn_alone
    assert "image/png" in drawn[-1].data


def test_a_page_finds_its_libraries_loaded_and_nothing_of_the_course(tmp_path, forked):
    found = "import sys; sorted({'numpy', 'torch', 'matplotlib.pyplot', 'dnnkit', 'autograder'} & set(sys.modules))"
    ((said,),) = given(tmp_path, forked, found)
    assert literal_eval(said.data["text/plain"]) == ["matplotlib.pyplot", "numpy", "torch"]


@pytest.mark.parametrize("elsewhere", ["another kernel", "another system"])
def test_what_cannot_be_forked_starts_as_everywhere(tmp_path, monkeypatch, forked, elsewhere):
    loaded = "import sys; 'torch' in sys.modules"
    if elsewhere == "another kernel":
        argv = [sys.executable, "-P", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        folder = tmp_path / "kernels" / "python3"
        folder.mkdir(parents=True)
        (folder / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "Another", "language": "python"}))
        monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
        made = nullcontext(forked)
    else:
        monkeypatch.setattr(sys, "platform", "darwin")
        made = nursery()
    with made as managers:
        ((said,),) = given(tmp_path, managers, loaded)
    assert said.data["text/plain"] == "False"


def test_a_nursery_that_has_ended_is_said(tmp_path):
    with nursery() as managers:
        managers.nursery.kill()
        managers.nursery.wait()
        (failure,) = side_by_side({"page": partial(page(tmp_path, "1").run, managers)}, lambda *what: None)
    assert "page.md: no kernel ran\nthe process that kernels are forked from has ended" in str(failure)
