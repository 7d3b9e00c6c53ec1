"""Where submissions are judged: by worker processes, which share one warm interpreter."""

import fcntl
import multiprocessing
import os
import select
import signal
import socket
import threading
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial

from threadpoolctl import threadpool_limits

from ..sandbox.isolate import die_with_parent
from ..sandbox.warm import warm
from .apart import Apart
from .config import same_environment
from .judging import judge_submission
from .parcel import size
from .worker import work

FEW = 6  # submissions, for which it does not pay to start several processes
AHEAD = 16  # submissions that wait for each worker, while what is judged is recorded,
MOST_AHEAD = 2**26  # and bytes of all that wait


@contextmanager
def judges(count, workers, isolation, rehearsals=()):
    """Yield a function that takes a `Job` and its `Material`, and returns a future of what `work` makes of them.

    Meanwhile NumPy has one thread in this process too: judging is many small products, which several only slow down.

    Parameters
    ----------
    count : int
        How many jobs there will be.
    workers : int
        How many may be judged at once.
    isolation : str
        What isolates a student's code.
    rehearsals : iterable of functions
        Called one after another, in this process, as long as there is an interpreter to wait for.
    """
    with threadpool_limits(1):
        server = warm(isolation)
        for rehearsal in rehearsals:
            if server.is_warm():
                break
            rehearsal()
        pool = _pool(1 if count <= FEW else workers, server)
        try:
            server.wait()
            server.sandbox().close()  # says now whether this machine isolates; a later refusal is one submission's
            yield partial(_submit, pool)
        except BaseException:
            server.stop()  # which ends what is being judged
            raise
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def here(workers, count, isolation, rehearsals=()):
    """Yield a function of (task, Job, Material) that yields each task, and a function that returns what came of it."""
    with judges(count, workers, isolation, rehearsals) as submit:
        yield partial(_each_judged, submit, workers)


def _each_judged(submit, workers, jobs):
    """Yield (task, function that returns what came of it, or raises) as each is done; jobs are taken as there is room.

    Parameters
    ----------
    submit : function
        As `judges` gives it.
    workers : int
        How many are judged at once.
    jobs : iterable of (task, Job, Material)
    """
    waiting = {}
    for task, job, material in jobs:
        waiting[submit(job, material)] = task, size(job.handed_in)
        while len(waiting) >= AHEAD * workers or sum(bytes_ for _, bytes_ in waiting.values()) > MOST_AHEAD:
            yield from _done(waiting)
    while waiting:
        yield from _done(waiting)


def _done(waiting):
    for future in wait(waiting, return_when=FIRST_COMPLETED).done:
        yield waiting.pop(future)[0], future.result


def _submit(pool, job, material):
    try:
        return pool.submit(_work, job, material)
    except OSError as error:  # a worker was killed while another one was being started
        raise BrokenProcessPool(f"no worker could be started: {error}") from error


def _context():
    """Return how processes are started: one with threads, as a notebook's kernel, cannot be forked safely."""
    if threading.active_count() == 1:
        return multiprocessing.get_context("fork")
    context = multiprocessing.get_context("forkserver")  # which imports everything
    context.set_forkserver_preload([work.__module__])
    return context


def _pool(workers, server):
    context = _context()
    pool = ProcessPoolExecutor(workers, context, _begin, (server,))
    with same_environment():
        os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # for what a worker loads later
        pool.submit(int)  # which starts the processes, now, as long as nothing else has started a thread
    return pool


def _begin(server):
    """Begin a worker: it ends when grading does, however that ends, and leaves Ctrl-C to the process that began it.

    It stays on one processor, which its sandboxes share: a question and its answer then cross faster. There a second
    thread of NumPy, which a forked process inherits whatever its environment says, would only wait for the first.
    """
    global _judging, _mine
    die_with_parent()
    _die_with_owner()
    threadpool_limits(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _mine = _take_processor()
    _judging = Apart(partial(judge_submission, server))


def _die_with_owner():
    """Have this process killed when that ends which began the pool, where another has forked it: a forkserver.

    That other would live on, as long as what it has forked does.
    """
    sentinel = multiprocessing.parent_process().sentinel  # of a pipe, whose other end closes then
    fcntl.fcntl(sentinel, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(sentinel, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(sentinel, fcntl.F_SETFL, fcntl.fcntl(sentinel, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([sentinel], [], [], 0)[0]:
        os._exit(1)


def _take_processor():
    """Stay on a processor on which no other worker of this machine's is; return what keeps it ours.

    Where all are taken, the system places this process. A name of this kind is let go when its process ends.
    """
    for number in sorted(os.sched_getaffinity(0)):
        name = socket.socket(socket.AF_UNIX)
        try:
            name.bind(f"\0autograder-processor-{number}")
        except OSError:
            name.close()
        else:
            os.sched_setaffinity(0, {number})
            return name
    return None


def _work(job, material):
    return work(job, material, _judging)
