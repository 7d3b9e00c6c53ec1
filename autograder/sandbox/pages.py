"""Large pages: for memory in them, a fork copies one entry of a table instead of 512."""

import ctypes
from pathlib import Path

LIBC = ctypes.CDLL(None)
LIBC.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
COLLAPSE = 25
SIZE = 2**21


def collapse():
    """Move what this process has filled into large pages; on a kernel that cannot (before 6.1), do nothing.

    It takes as long as a few hundred forks save by it.
    """
    for line in Path("/proc/self/maps").read_text().splitlines():
        place, rights, _, _, file, *_ = line.split()
        start, end = (int(bound, 16) for bound in place.split("-"))
        start, end = -(-start // SIZE) * SIZE, end // SIZE * SIZE
        if (rights, file) == ("rw-p", "0") and start < end:
            LIBC.madvise(start, end - start, COLLAPSE)
