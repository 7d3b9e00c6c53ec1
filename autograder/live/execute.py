"""Pages are executed side by side, each in its own kernel; a page's outputs are kept whole or not at all."""

import asyncio
import os
import re
import shutil
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Failed(Exception):
    """A page's cell failed; the message names its file, line and number, and shows what it raised."""


@dataclass(frozen=True)
class Page:
    """A page to execute.

    Attributes
    ----------
    path : Path
        Its file; cells run in its folder.
    notebook : NotebookNode
        Its cells, as myst-nb reads them.
    target : Path
        The cache to make for it, a directory that does not exist.
    timeout : int
        The seconds that a cell may take, or -1.
    """

    path: Path
    notebook: NotebookNode
    target: Path
    timeout: int

    async def run(self, managers=AsyncKernelManager):
        """Execute the cells in a new kernel, with a manager of the class `managers`, and keep their outputs.

        Raises Failed.
        """
        began, at = time.perf_counter(), None

        def note(cell, cell_index):
            nonlocal at
            at = cell_index

        client = NotebookClient(
            self.notebook,
            timeout=self.timeout,
            record_timing=False,
            kernel_manager_class=managers,
            shutdown_kernel="immediate",  # when its cells have run, nothing is left to wait for
            extra_arguments=["--log-level=ERROR"],  # a kernel warns about its own connection on every start
            resources={"metadata": {"path": str(self.path.parent)}},
            on_cell_start=note,
        )
        try:
            await client.async_execute()
        except (
            Exception
        ) as error:  # an error in a cell, a cell that takes too long, a kernel that dies or does not start
            raise Failed(f"{self._place(at)}\n{COLOURS.sub('', str(error)).strip()}") from error
        self._keep(time.perf_counter() - began)

    def _place(self, at):
        if at is None:
            return f"{self.path}: no kernel ran"
        number = sum(cell.cell_type == "code" for cell in self.notebook.cells[: at + 1])
        lines = self.notebook.metadata.get("source_map")
        return f"{self.path}{f':{lines[at]}' if lines else ''}: code cell {number} failed"

    def _keep(self, seconds):
        """Make the cache next to its place, and move it there when all of it is written."""
        self.target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".", dir=self.target.parent))
        cache = get_cache(beside)
        bundle = CacheBundleIn(self.notebook, str(self.path), data={"execution_seconds": seconds})
        cache.cache_notebook_bundle(bundle, check_validity=False)
        cache.db.dispose()
        try:
            beside.rename(self.target)
        except OSError:  # another build was there first, with the same
            shutil.rmtree(beside)


def side_by_side(jobs, tell, width=None):
    """Run coroutine functions, as many at once as there are processors, and return what failed.

    Parameters
    ----------
    jobs : dict of str to coroutine function
        The jobs by the names under which they are reported. A job that raises `Failed` does not affect the others.
    tell : function
        Called as a job ends, with its name, its seconds, and its `Failed` or None.
    width : int
        How many may run at once; as many as there are processors by default.

    Returns
    -------
    list of Failed
    """
    width = width or (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
    failures = []

    async def all_of_them():
        slots = asyncio.Semaphore(width)
        async with asyncio.TaskGroup() as group:
            for name, job in jobs.items():
                group.create_task(one(name, job, slots))

    async def one(name, job, slots):
        async with slots:
            began, failure = time.perf_counter(), None
            try:
                await job()
            except Failed as error:
                failure = error
                failures.append(error)
            tell(name, time.perf_counter() - began, failure)

    _to_its_end(all_of_them())
    return failures


def _to_its_end(work):
    """Run a coroutine in its own loop; whatever interrupts this process ends all that the coroutine began.

    The loop has its own thread, since in the main thread each notebook's client would catch Ctrl-C itself.
    """
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        loop, ended = runner.get_loop(), threading.Event()
        task = loop.create_task(work)

        def run():
            loop.run_until_complete(asyncio.wait([task]))
            ended.set()

        threading.Thread(target=run).start()
        try:
            ended.wait()
        except BaseException:
            loop.call_soon_threadsafe(task.cancel)
            ended.wait()
            raise
    task.result()
