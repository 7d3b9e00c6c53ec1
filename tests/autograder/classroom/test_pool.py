"""Workers judge with one NumPy thread each, whatever shell grading was started from."""

import json
import os
import subprocess
import sys

import pytest

THREADS_OF_WORKERS = """
import json, threading
from threadpoolctl import threadpool_info
import numpy
from autograder.classroom.pool import _pool

def threads():
    return [library["num_threads"] for library in threadpool_info()]

if __name__ == "__main__":  # a worker that is not forked imports this file, for what it is to run
    {before}
    with _pool(2, None) as pool:
        inherited = threads()
        print(json.dumps([inherited, [pool.submit(threads).result() for _ in range(4)]]))
"""


@pytest.mark.parametrize(
    "before",
    ["pass", "threading.Thread(target=threading.Event().wait, daemon=True).start()"],
    ids=["forked", "from a notebook's kernel, which has threads"],
)
def test_a_worker_has_one_thread_of_numpy_from_a_shell_that_says_nothing(before, tmp_path):
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("on one processor NumPy has one thread anyway")
    script = tmp_path / "script.py"
    script.write_text(THREADS_OF_WORKERS.format(before=before))
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    said = subprocess.check_output((sys.executable, script), env=environment, text=True)
    inherited, of_workers = json.loads(said)
    assert max(inherited) > 1, "NumPy takes all processors by default"
    assert all(found and set(found) == {1} for found in of_workers)


WORKERS = """
import os, sys, threading
from autograder.classroom.pool import _pool

def where():
    return sorted(os.sched_getaffinity(0))

if __name__ == "__main__":
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    with _pool(1, None) as pool:
        print(pool.submit(where).result(), flush=True)
        sys.stdin.read()
"""


@pytest.fixture
def begun(tmp_path):
    """A function that starts a process with threads and a pool, and returns the processors that its worker is on."""
    script, running = tmp_path / "script.py", []
    script.write_text(WORKERS)

    def begin():
        process = subprocess.Popen((sys.executable, script), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        running.append(process)
        return json.loads(process.stdout.readline())

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def test_two_pools_of_a_machine_do_not_share_a_processor(begun):
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("there is only one processor")
    taken = [begun() for _ in range(2)]
    alone = [processors for processors in taken if len(processors) == 1]
    assert len({processors[0] for processors in alone}) == len(alone)  # other tests' pools may have the rest
