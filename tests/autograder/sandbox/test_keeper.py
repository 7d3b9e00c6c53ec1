"""How the memory of processes is read from /proc."""

import os
import subprocess
import sys

from autograder.sandbox import keeper


def test_a_process_that_has_ended_takes_nothing():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert keeper.taken(ended.pid) == (0, 0)


def test_a_process_takes_what_it_has_filled():
    held = bytearray(b"1" * 2**26)
    parent, taken = keeper.taken(os.getpid())
    assert parent == os.getppid()
    assert taken > len(held)
