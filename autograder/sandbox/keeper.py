"""The keeper of the warm interpreter's forks: it ends each when its judge lets go of it or when it takes too much.

How a fork ended is reported on its lifeline. All forks are kept by the process that makes them, in one loop.
"""

import contextlib
import math
import os
import re
import select
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path

LONGEST = 0.2  # seconds between two looks at the memory in use
FASTEST = 8 * 2**30  # bytes that a processor can hardly fill in a second
SHARE = 0.5  # of a processor, at most, is spent on looking, which is costly only if many processes take much
HELD = 2 * 212_992  # bytes that a socket may hold unread
QUEUE = 11  # messages that a socket which keeps them apart may hold
FILES = "/tmp", "/dev/shm"  # of memory, where a fork may write
UNIX = re.compile(rb"^[0-9a-f]+: [0-9A-F]{8} [0-9A-F]{8} [0-9A-F]{8} ([0-9A-F]{4}) ", re.MULTILINE)
TAKEN = re.compile(rb"^(?:PPid|RssAnon|RssShmem|VmPTE|VmSwap):\s+(\d+)", re.MULTILINE)
TAKEN_ALONE = re.compile(rb"^(?:Pss_Anon|Pss_Shmem|SwapPss):\s+(\d+)", re.MULTILINE)


@dataclass(frozen=True, eq=False)
class Fork:
    """A child, a descriptor that is readable once it has ended, and one that is once its judge has let go."""

    pid: int
    ended: int
    lifeline: int


class Keeper:
    """Keeps any number of forks, each within `memory` bytes on top of what it inherits from this process."""

    def __init__(self, control, memory):
        self._memory = memory
        self._control = control
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._forks = {}  # by both descriptors of each
        self._greedy = set()
        self._rate = FASTEST * os.cpu_count()
        self._next_look = math.inf

    def keep(self, pid, lifeline):
        """Keep a new child; `lifeline` is a descriptor of a socket, now this keeper's."""
        if not self._forks:
            self._next_look = time.monotonic() + self._pause(self._memory)
        fork = Fork(pid, os.pidfd_open(pid), lifeline)
        for descriptor in (fork.ended, lifeline):
            self._forks[descriptor] = fork
            self._poll.register(descriptor, select.POLLIN)

    def wait(self):
        """Keep what there is until the control socket has something to say."""
        asked = False
        while not asked:
            for descriptor, _ in self._poll.poll(self._until_next_look()):
                if descriptor == self._control:
                    asked = True
                elif descriptor in self._forks:
                    self._attend(self._forks[descriptor], descriptor)
            if self._forks and time.monotonic() >= self._next_look:
                self._look()

    def _until_next_look(self):
        """Return milliseconds, or None if there is nothing to look at."""
        return max(0.0, self._next_look - time.monotonic()) * 1000 if self._forks else None

    def _attend(self, fork, descriptor):
        if descriptor == fork.lifeline:
            self._poll.unregister(fork.lifeline)
            os.kill(fork.pid, signal.SIGKILL)
            return
        _, status = os.waitpid(fork.pid, 0)
        said = "memory" if fork in self._greedy else str(os.waitstatus_to_exitcode(status))
        self._greedy.discard(fork)
        with contextlib.suppress(KeyError):
            self._poll.unregister(fork.lifeline)
        self._poll.unregister(fork.ended)
        del self._forks[fork.ended], self._forks[fork.lifeline]
        os.close(fork.ended)
        with socket.socket(fileno=fork.lifeline) as lifeline, contextlib.suppress(OSError):
            lifeline.send(said.encode(), socket.MSG_DONTWAIT)

    def _look(self):
        """End what takes too much, and schedule the next look before anything could take much more than it may."""
        began = time.process_time()
        processes = {int(name): taken(name) for name in os.listdir("/proc") if name.isdecimal()}
        inherited = processes[os.getpid()][1]
        room = self._memory
        for fork in set(self._forks.values()):
            family = _family(fork.pid, processes)
            besides = at_rest(fork.pid) - inherited
            size = sum(processes[pid][1] for pid in family) + besides
            if size > self._memory:
                size = sum(map(_alone, family)) + besides
            if size > self._memory:
                self._greedy.add(fork)
                os.kill(fork.pid, signal.SIGKILL)
            room = min(room, max(0, self._memory - size))
        spent = time.process_time() - began
        self._next_look = time.monotonic() + max(self._pause(room), spent / SHARE - spent)

    def _pause(self, room):
        """Return seconds in which `room` bytes cannot be filled."""
        return min(LONGEST, room / self._rate)


def _family(pid, processes):
    """Return the ids of a process and its descendants; from the first of a PID namespace, that is all of it."""
    family, found = set(), {pid} & set(processes)
    while found:
        family |= found
        found = {one for one, (parent, _) in processes.items() if parent in found}
    return family


def taken(pid):
    """Return a process's parent and the bytes that it takes, counting in full what it shares with others."""
    parent, *kilobytes = map(int, TAKEN.findall(_read(f"/proc/{pid}/status")) or (0,))
    return parent, 1024 * sum(kilobytes)


def at_rest(pid):
    """Return the bytes that are not in a process of a fork but in its files and, at most, its sockets.

    Files that are also mapped are counted twice. A fork without its own mounts and network has nothing at rest.
    """
    with contextlib.suppress(OSError):  # it has ended
        if any(os.path.samefile(f"/proc/{pid}/ns/{kind}", f"/proc/self/ns/{kind}") for kind in ("mnt", "net")):
            return 0
        spaces = [os.statvfs(f"/proc/{pid}/root{path}") for path in FILES]
        written = sum((space.f_blocks - space.f_bfree) * space.f_frsize for space in spaces)
        sockets = UNIX.findall(_read(f"/proc/{pid}/net/unix"))
        return written + sum(HELD if kind == b"0001" else HELD * QUEUE for kind in sockets)
    return 0


def _alone(pid):
    """Return the bytes that a process takes, with its share of what several have; in full if that is not reported."""
    kilobytes = TAKEN_ALONE.findall(_read(f"/proc/{pid}/smaps_rollup"))
    return 1024 * sum(map(int, kilobytes)) if kilobytes else taken(pid)[1]


def _read(path):
    """Return the content of a file under /proc, empty for a process that has ended."""
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""
