"""Helper processes end when this one does, however it ends, and leave Ctrl-C to it."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

import pytest

from autograder.classroom.processes import processes, submitted

BESIDE = """
import os, sys, threading
from autograder.classroom.processes import processes

def where():
    return os.getpid(), os.getppid()

if __name__ == "__main__":  # a process that is not forked imports this file, for what it is to run
    {before}
    with processes(1) as pool:
        print(*pool.submit(where).result(), flush=True)
        sys.stdin.read()
"""
BEFORE = {
    "forked": "pass",
    "from a process with threads": "threading.Thread(target=threading.Event().wait, daemon=True).start()",
}


@pytest.mark.parametrize("how", BEFORE)
def test_they_end_with_whoever_began_them_whatever_process_has_forked_them(how, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(BESIDE.format(before=BEFORE[how]))
    process = subprocess.Popen((sys.executable, script), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    beside, parent = map(int, process.stdout.readline().split())
    assert (parent == process.pid) == (how == "forked")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    until = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in (beside, parent)):
        assert time.monotonic() < until
        time.sleep(0.02)


_told = []


def tell(*words):
    _told.extend(words)


def told():
    return os.getpid(), _told


def test_each_begins_as_it_is_told_and_ends_with_the_block():
    with processes(2, partial(tell, "one", "two")) as pool:
        answers = [submitted(pool, told).result() for _ in range(8)]
    assert all(words == ["one", "two"] for _, words in answers)
    assert _told == []
    assert not any(Path(f"/proc/{pid}").exists() for pid, _ in answers)


def test_ctrl_c_is_left_to_this_one():
    with processes(1) as pool:
        submitted(pool, signal.raise_signal, signal.SIGINT).result()
        assert submitted(pool, os.getppid).result()


def test_a_process_that_is_killed_is_reported():
    with processes(1) as pool, pytest.raises(BrokenProcessPool):
        submitted(pool, os._exit, 1).result()
