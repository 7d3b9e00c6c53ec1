"""Pages run side by side, failures are named, and what is kept is whole."""

import asyncio
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial

import nbformat
import psutil
import pytest
from jupyter_cache import get_cache
from jupyter_client.manager import AsyncKernelManager

from autograder.live import execute
from autograder.live.execute import Failed, Page
from autograder.live.nursery import nursery
from tests.autograder.processes import wait_until


def side_by_side(*args, **options):
    """Run as in a separate build: the browser of other tests keeps an event loop running in this thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(execute.side_by_side, *args, **options).result()


def page(tmp_path, *cells, timeout=60):
    """A page of code cells, the first in line 10 of its file, the next in line 20, and so on, after text in line 1."""
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    notebook.cells = [nbformat.v4.new_markdown_cell("text"), *map(nbformat.v4.new_code_cell, cells)]
    notebook.metadata["source_map"] = [1, *(10 * (number + 1) for number in range(len(cells)))]
    return Page(tmp_path / "page.md", notebook, tmp_path / "kept" / "page-1", timeout)


def run(job, told=None):
    return side_by_side({"page": job}, lambda *what: told.append(what) if told is not None else None)


@pytest.fixture(scope="module", params=[lambda: nullcontext(AsyncKernelManager), nursery], ids=["alone", "forked"])
def managers(request):
    with request.param() as made:
        yield made


def test_what_cells_gave_is_kept(tmp_path, managers):
    told = []
    one = page(tmp_path, "import os; print(os.getcwd())", "6 * 7")
    assert run(partial(one.run, managers), told) == []
    assert [path.name for path in one.target.parent.iterdir()] == [one.target.name]
    cache = get_cache(one.target)
    record = cache.match_cache_notebook(one.notebook)
    outputs = [cell.outputs[0] for cell in cache.get_cache_bundle(record.pk).nb.cells]
    assert outputs[0].text.strip() == str(tmp_path)
    assert outputs[1].data["text/plain"] == "42"
    ((name, seconds, failure),) = told
    assert (name, failure) == ("page", None)
    assert 0 < record.data["execution_seconds"] <= seconds


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["1", "1 / 0", "2"], ["page.md:20: code cell 2 failed", "ZeroDivisionError: division by zero"]),
        (["import time; time.sleep(60)"], ["page.md:10: code cell 1 failed", "timed out"]),
        (["import os; os._exit(1)"], ["page.md:10: code cell 1 failed", "Kernel died"]),
    ],
    ids=["an error", "no end", "a kernel that dies"],
)
def test_a_cell_that_fails_is_named_and_nothing_is_kept(tmp_path, managers, cells, said):
    one = page(tmp_path, *cells, timeout=2)
    (failure,) = run(partial(one.run, managers))
    for words in said:
        assert words in str(failure)
    assert "\x1b" not in str(failure)
    assert not one.target.parent.exists()


def test_a_kernel_that_is_not_there_is_said(tmp_path, managers):
    one = page(tmp_path, "1")
    one.notebook.metadata["kernelspec"]["name"] = "fortran"
    (failure,) = run(partial(one.run, managers))
    assert "page.md: no kernel ran" in str(failure)
    assert "fortran" in str(failure)


def test_what_was_written_in_part_is_not_kept(tmp_path, monkeypatch):
    def half(self, bundle, **options):
        (self.path / "executed").mkdir()
        raise OSError("no space left on device")

    monkeypatch.setattr("jupyter_cache.cache.main.JupyterCacheBase.cache_notebook_bundle", half)
    one = page(tmp_path, "1")
    with pytest.raises(ExceptionGroup):
        run(one.run)
    assert not one.target.exists()


def test_what_another_build_kept_meanwhile_stays(tmp_path):
    one = page(tmp_path, "1")
    one.target.mkdir(parents=True)
    (one.target / "theirs").touch()
    assert run(one.run) == []
    assert [path.name for path in one.target.parent.iterdir()] == [one.target.name]
    assert [path.name for path in one.target.iterdir()] == ["theirs"]


def test_as_many_run_as_there_are_processors_and_a_failure_leaves_the_others_alone():
    running, most, done = 0, 0, []

    async def job(name):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        if name == "2":
            raise Failed("it was 2")
        done.append(name)

    jobs = {name: (lambda name=name: job(name)) for name in "123456"}
    failures = side_by_side(jobs, lambda *what: None, width=3)
    assert most == 3
    assert done == ["1", "3", "4", "5", "6"]
    assert list(map(str, failures)) == ["it was 2"]


SLEEPERS = """
import sys
from functools import partial
from pathlib import Path
from autograder.live.execute import side_by_side
from autograder.live.nursery import nursery
from tests.book.test_execute import page

places = [Path(sys.argv[1]) / name for name in ("one", "other")]
for place in places:
    place.mkdir()
cell = "import os, time; open('asleep', 'w').write(str(os.getpid())); time.sleep(60)"
pages = {place.name: page(place, cell) for place in places}
print("begun", flush=True)
with nursery() as managers:
    jobs = {name: partial(page.run, managers) for name, page in pages.items()}
    side_by_side(jobs, lambda *what: None, width=2)
"""


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill -9"])
def test_what_ends_the_build_ends_what_runs(tmp_path, ended_by):
    """The kernels end, and nothing is kept."""
    process = subprocess.Popen(
        [sys.executable, "-c", SLEEPERS, tmp_path], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout.readline() == b"begun\n"
    begun = time.monotonic()
    asleep = [tmp_path / name / "asleep" for name in ("one", "other")]
    wait_until(lambda: all(path.exists() and path.read_text() for path in asleep))
    kernels = [psutil.Process(int(path.read_text())) for path in asleep]
    process.send_signal(ended_by)
    _, said = process.communicate(timeout=60)
    assert process.returncode != 0
    assert (b"KeyboardInterrupt" in said) == (ended_by == signal.SIGINT)
    wait_until(lambda: not any(kernel.is_running() for kernel in kernels))
    assert time.monotonic() - begun < 40
    assert not list(tmp_path.glob("*/kept"))
