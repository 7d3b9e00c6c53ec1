"""The same calls, spread over forked processes: for functions that live in a notebook and cannot be imported."""

import contextlib
import ctypes
import io
import os
import sys
import warnings

_WORK = None  # the function and its arguments; a forked process has them without a copy, and nothing is pickled
_LIBRARIES = {  # by part of the file's name, the functions that set and get the number of threads
    "openblas": [
        (f"{prefix}openblas_set_num_threads{suffix}", f"{prefix}openblas_get_num_threads{suffix}")
        for prefix in ("scipy_", "")
        for suffix in ("64_", "")
    ],
    "mkl_rt": [("MKL_Set_Num_Threads", "MKL_Get_Max_Threads")],
}


def starmap(function, arguments, processes=None):
    """``[function(*a) for a in arguments]``, over processes.

    The results are the same in number, order and every bit, since each call runs with one thread of the linear algebra
    library in either case. (The matrices of this course are small: two threads wait for one another most of the time.)
    If a process cannot be forked safely (anywhere but on Linux) or at all, the calls run one after the other.

    Parameters
    ----------
    function : callable
        Its results must be picklable. What it prints is printed in order; what it changes stays in its process.
    arguments : list of tuples
    processes : int or None
        At most this many; None for as many as there are cores to use.
    """
    global _WORK
    processes = min(processes or _cores(), len(arguments))
    outer, _WORK = _WORK, (function, arguments)
    try:
        pool = _fork(processes) if processes > 1 and sys.platform == "linux" and outer is None else None
        if pool is None:
            with one_thread():
                return [function(*each) for each in arguments]
        results = []
        try:
            for future in [pool.submit(_call, index) for index in range(len(arguments))]:
                result, out, err = future.result()
                sys.stdout.write(out)
                sys.stderr.write(err)
                results.append(result)
        finally:
            pool.shutdown(cancel_futures=True)
        return results
    finally:
        _WORK = outer


def _fork(processes):
    """A pool whose processes are running, or None if the machine forbids them."""
    try:
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        pool = ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("fork"))
        with warnings.catch_warnings():
            # Python warns about forking when there are other threads, as in a notebook's kernel. A call only computes.
            warnings.simplefilter("ignore", DeprecationWarning)
            pool.submit(int).result()
    except (ImportError, OSError):
        return None
    return pool


def _call(index):
    function, arguments = _WORK
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), one_thread():
        result = function(*arguments[index])
    return result, out.getvalue(), err.getvalue()


def _cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


@contextlib.contextmanager
def one_thread():
    """Let NumPy's linear algebra use one thread, where its library can be found and asked; then as many as before."""
    before = [(change, ask()) for change, ask in _controls()]
    for change, _ in before:
        change(1)
    try:
        yield
    finally:
        for change, threads in before:
            change(threads)


def _controls():
    try:
        with open("/proc/self/maps", encoding="utf-8") as maps:
            paths = sorted({line.split(maxsplit=5)[5].strip() for line in maps if "/" in line})
    except OSError:
        return []
    controls = []
    for path in paths:
        for names in (pair for name, pairs in _LIBRARIES.items() if name in os.path.basename(path) for pair in pairs):
            library = ctypes.CDLL(path)
            if all(hasattr(library, name) for name in names):
                controls.append(tuple(getattr(library, name) for name in names))
                break
    return controls
