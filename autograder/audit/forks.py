"""Jobs side by side, each in a fork of this process that imports nothing anew and, if it dies, dies alone."""

import os
import pickle
import select

ENDED = object()  # the result of a job whose process ended before it had one


def side_by_side(jobs, most=None):
    """Run jobs, which are functions without arguments, and yield (number of the job, its result) as each is done.

    Jobs are taken from their iterator one by one, as processors become free: what the iterator does between two of them
    (import a library, wait for a server) happens while others run, and is known to those that follow.
    Results are pickled. There are no threads, so forking is safe.
    """
    jobs, most, running = enumerate(jobs), most or os.cpu_count(), {}
    try:
        for number, job in jobs:
            pipe, child = _begin(job)
            running[pipe] = number, child, []
            while len(running) >= most:
                yield from _done(running)
        while running:
            yield from _done(running)
    finally:
        for pipe, (_, child, _) in running.items():
            os.kill(child, 9)
            os.waitpid(child, 0)
            os.close(pipe)


def _begin(job):
    """Fork a process for a job; return the pipe from which its result is read, and its id."""
    theirs, ours = os.pipe()
    child = os.fork()
    if child:
        os.close(ours)
        return theirs, child
    try:
        os.close(theirs)
        with os.fdopen(ours, "wb") as pipe:
            pipe.write(pickle.dumps(job()))
    finally:
        os._exit(0)


def _done(running):
    """Wait until a job says something; yield those that have said all."""
    for pipe in select.select(list(running), [], [])[0]:
        number, child, said = running[pipe]
        if part := os.read(pipe, 2**16):
            said.append(part)
            continue
        del running[pipe]
        os.close(pipe)
        os.waitpid(child, 0)
        try:
            yield number, pickle.loads(b"".join(said))
        except (EOFError, pickle.UnpicklingError):  # nothing, or half of it
            yield number, ENDED
