"""Processes that work alongside this one, and end when it does, however it ends."""

import fcntl
import multiprocessing
import os
import select
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from ..sandbox.isolate import die_with_parent


@contextmanager
def processes(workers, begin=None, *, preload=()):
    """Yield a pool of processes that have already been started, before anything begins a thread.

    Parameters
    ----------
    workers : int
    begin : function, optional
        Called in each process when it begins.
    preload : sequence of str
        Modules that each process needs if it cannot be forked from this one.

    Raises
    ------
    BrokenProcessPool
        When one was killed while another was being started.
    """
    pool = ProcessPoolExecutor(workers, _context(preload), _begin, (begin,))
    try:
        submitted(pool, int)
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def submitted(pool, function, *arguments):
    """Return the future of a call in a pool.

    Raises
    ------
    BrokenProcessPool
        As for `processes`.
    """
    try:
        return pool.submit(function, *arguments)
    except OSError as error:
        raise BrokenProcessPool(f"no worker could be started: {error}") from error


def _context(preload):
    """Return how to start processes: one with threads, such as a notebook's kernel, cannot be forked safely."""
    if threading.active_count() == 1:
        return multiprocessing.get_context("fork")
    context = multiprocessing.get_context("forkserver")  # which imports everything
    context.set_forkserver_preload(list(preload))
    return context


def _begin(begin):
    """Begin a process, which leaves Ctrl-C to the one that began it."""
    die_with_parent()
    _die_with_owner()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if begin:
        begin()


def _die_with_owner():
    """Have this process killed when the one that began the pool ends, even if another, a forkserver, has forked it.

    The forkserver would live on as long as the processes that it has forked.
    """
    sentinel = multiprocessing.parent_process().sentinel  # of a pipe, whose other end closes then
    fcntl.fcntl(sentinel, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(sentinel, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(sentinel, fcntl.F_SETFL, fcntl.fcntl(sentinel, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([sentinel], [], [], 0)[0]:
        os._exit(1)
