"""What the kernel says about large pages, and that they change nothing else."""

import platform
import re
import subprocess
import sys

import pytest

SOURCE = """
from pathlib import Path
from autograder.sandbox import pages
held = bytes(range(256)) * 2**17
pages.collapse()
print(held == bytes(range(256)) * 2**17, Path("/proc/self/smaps_rollup").read_text())
"""


@pytest.mark.skipif(
    tuple(map(int, re.findall(r"\d+", platform.release())[:2])) < (6, 1), reason="this kernel does not collapse"
)
def test_what_was_there_lies_in_large_pages():
    told = subprocess.run([sys.executable, "-c", SOURCE], capture_output=True, text=True, check=True).stdout
    assert told.startswith("True")
    assert int(re.search(r"AnonHugePages:\s+(\d+) kB", told)[1]) > 2**14
