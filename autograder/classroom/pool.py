"""Judge submissions in worker processes, which share one warm interpreter."""

import os
import socket
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import ExitStack, contextmanager
from functools import partial

from threadpoolctl import threadpool_limits

from ..sandbox.warm import warm
from .apart import Apart
from .config import same_environment
from .judging import judge_submission
from .parcel import size
from .processes import processes, submitted
from .worker import work

FEW = 6  # submissions for which it does not pay to start several processes
AHEAD = 16  # submissions that wait for each worker while judged ones are recorded,
MOST_AHEAD = 2**26  # and bytes of all those waiting


@contextmanager
def judges(count, workers, isolation, rehearsals=()):
    """Yield a function that takes a `Job` and its `Material`, and returns a future of the result of `work`.

    Until the block ends, NumPy has one thread in this process too: judging is many small products, which more threads
    only slow down.

    Parameters
    ----------
    count : int
        How many jobs there will be.
    workers : int
        How many may be judged at once.
    isolation : str
        What isolates a student's code.
    rehearsals : iterable of functions
        Called one after another, in this process, while the interpreter is still starting.
    """
    with threadpool_limits(1):
        server = warm(isolation)
        for rehearsal in rehearsals:
            if server.is_warm():
                break
            rehearsal()
        with _pool(1 if count <= FEW else workers, server) as pool:
            try:
                server.wait()
                server.sandbox().close()  # fails now if nothing isolates here; a later refusal is one submission's
                yield partial(submitted, pool, _work)
            except BaseException:
                server.stop()  # which ends what is being judged
                raise


@contextmanager
def here(workers, count, isolation, rehearsals=()):
    """Yield a function of (task, Job, Material)s that yields each task, and a function that returns its result."""
    with judges(count, workers, isolation, rehearsals) as submit:
        yield partial(_each_judged, submit, workers)


def _each_judged(submit, workers, jobs):
    """Yield (task, function that returns its result, or raises) as each is done; jobs are taken when there is room.

    Parameters
    ----------
    submit : function
        As `judges` yields it.
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
    done = wait(waiting, return_when=FIRST_COMPLETED).done
    for future in [each for each in waiting if each in done]:  # in order: if one raises, those before it are recorded
        yield waiting.pop(future)[0], future.result


@contextmanager
def _pool(workers, server):
    with ExitStack() as started:
        with same_environment():
            os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # for what a worker loads later
            pool = started.enter_context(processes(workers, partial(_begin, server), preload=[work.__module__]))
        yield pool


def _begin(server):
    """Begin a worker, which stays on one processor, shared with its sandboxes: questions and answers cross faster.

    There, a second NumPy thread, which a forked process inherits whatever its environment says, would only wait for
    the first.
    """
    global _judging, _mine
    threadpool_limits(1)
    _mine = _take_processor()
    _judging = Apart(partial(judge_submission, server))


def _take_processor():
    """Stay on a processor that no other worker on this machine uses; return what keeps it ours.

    If all are taken, the system places this process. A name of this kind is released when its process ends.
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
