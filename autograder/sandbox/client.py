"""The judge's end of a sandbox: start the warm interpreter, have forks made, run cells and reach answers in them."""

import contextlib
import json
import math
import os
import platform
import select
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from functools import partial

from ..judge import codec
from ..judge.handed import JudgeTable
from ..judge.lent import LentTable
from ..judge.peer import is_request
from ..judge.standin import JudgeSide
from ..judge.verdict import KILLED, OUT_OF_MEMORY, TIMED_OUT, Ended
from .deadline import Watch
from .outputs import well_formed
from .wire import Asking, Channel, Closed, Stranger, TooBig, TooLate, receive_from, tell_senders

START = 60.0  # seconds within which the warm interpreter must be ready
ENTER = 10.0  # and a fork in its namespaces
GREETING = 512  # bytes
MAX_TALK = 4 * codec.MAX_FRAME  # bytes from an answer in one talk; the judge and its checks may keep all the values
MAX_SHOWN = 2**21  # items in the report of a cell's outputs, in whose text each comma counts


class Refused(Exception):
    """A sandbox could not be made as asked; the message says why."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use: bytes, seconds of processor time, processes."""

    memory: int = 2**30
    cpu: int = 300
    processes: int = 64
    file_size: int = 64 * 2**20


@dataclass
class Server:
    """A warm interpreter, which forks a sandbox for each submission.

    Use it as a context manager; if only started, it ends with this process. A process that this one starts may be
    given it, and gets sandboxes from the same interpreter.
    """

    isolation: str = "namespaces"
    limits: Limits = field(default_factory=Limits)

    def start(self):
        """Start the interpreter, which takes a while to warm up."""
        if platform.system() != "Linux":
            raise Refused(f"this is {platform.system()}, and notebooks are graded on Linux only")
        self._is_warm = False
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-I", "-m", "autograder.sandbox.server", self.isolation, str(self.limits.memory)]
        environment = {name: os.environ[name] for name in ("LANG", "LD_LIBRARY_PATH") if name in os.environ}
        environment |= {"PATH": f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin"}
        environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "HOME": "/tmp"}
        self._environment = environment | {"MPLBACKEND": "module://matplotlib_inline.backend_inline", "TMPDIR": "/tmp"}
        self._process = subprocess.Popen(
            command, stdin=theirs, stdout=subprocess.DEVNULL, env=self._environment, cwd="/", start_new_session=True
        )
        theirs.close()

    def is_warm(self):
        """Whether there is nothing more to wait for."""
        return self._is_warm or bool(select.select([self._control], [], [], 0)[0])

    def wait(self):
        """Wait until the interpreter is warm."""
        if self._is_warm:
            return
        self._control.settimeout(START)
        try:
            self._is_warm = self._control.recv(16) == b"ready"
        except OSError as error:
            self.stop()
            raise Refused(f"the warm interpreter did not start ({error})") from None
        if not self._is_warm:
            self.stop()
            raise Refused("the warm interpreter did not start")

    def is_running(self):
        """Whether the interpreter has been started and has not ended."""
        return self._process.poll() is None

    def stop(self):
        """End the interpreter, and leave nothing behind."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)  # workers also have it open
        self._control.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self):
        self.start()
        self.wait()
        return self

    def __exit__(self, *exception):
        self.stop()

    def sandbox(self, files=None, seed=0, seconds=math.inf):
        """Return a new `Sandbox` with `files` (name to bytes) in its working directory and `seconds` for everything."""
        channel, theirs = socket.socketpair()
        tell_senders(channel)
        lifeline, their_lifeline = socket.socketpair()
        request = {
            "limits": asdict(self.limits),
            "environment": self._environment,
            "files": {name: content.hex() for name, content in (files or {}).items()},
            "seed": seed,
            "processors": sorted(os.sched_getaffinity(0)),  # the judge and an answer take turns, and share caches
        }
        # What a student hands in may be too large for a message, but not for a file.
        with theirs, their_lifeline, tempfile.TemporaryFile() as file:
            file.write(json.dumps(request).encode())
            file.flush()
            descriptors = [theirs.fileno(), their_lifeline.fileno(), file.fileno()]
            try:
                socket.send_fds(self._control, [b"fork"], descriptors)
            except OSError as error:
                channel.close()
                lifeline.close()
                raise Refused(f"the warm interpreter has ended ({error})") from None
        return Sandbox(channel, lifeline, time.monotonic() + seconds)

    def __getstate__(self):
        """Leave out what ends the interpreter, which is its owner's."""
        return {name: value for name, value in vars(self).items() if name != "_process"}


class _Until:
    """The time of `time.monotonic` by which all talks with an answer must be over; time not counted postpones it."""

    def __init__(self, seconds):
        self.at, self._room = time.monotonic() + seconds, seconds / 2

    def not_counted(self, function, *args):
        """Return what a function returns without counting its time, as long as there is room for that."""
        began = time.monotonic()
        try:
            return function(*args)
        finally:
            spared = min(time.monotonic() - began, self._room)
            self.at, self._room = self.at + spared, self._room - spared


class Sandbox:
    """One fork: run cells in it, and reach what they defined. Closing it kills all that it started."""

    def __init__(self, channel, lifeline, ends):
        self._lifeline = lifeline
        self._ends_at = ends
        self._watch = Watch()
        channel.settimeout(ENTER)
        sender = 0
        try:
            greeting, sender = _greeting(channel)
            refused = json.loads(greeting)["refused"]
        except (OSError, ValueError):
            refused = "the sandbox did not start"
        self._channel = Asking(Channel(channel, sender))  # nothing that it starts may reply for it
        if refused:
            self.close()
            raise Refused(refused)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        """End the sandbox, whatever it is doing."""
        self._channel.close()
        self._lifeline.close()
        self._watch.close()

    def run(self, source, seconds):
        """Run a cell; return its outputs and whether it raised. Raises Ended if it does not finish."""
        if not source or source.isspace():  # as in IPython, this is not a cell
            return [], False
        reply = self._ask({"do": "run", "source": source}, seconds, MAX_SHOWN)
        return well_formed(reply.get("outputs")), bool(reply.get("failed"))

    def answer(self, name, seconds, in_all=math.inf):
        """Return whether a name refers to an attempt, and how to begin a talk with it (as `in_memory` does).

        One question may take `seconds`, and all talks together `in_all`, from now on. What the judge takes when the
        answer calls it back is not counted, up to half as much again.
        """
        until = _Until(in_all)
        attempted = bool(self._ask({"do": "answer", "name": name}, min(seconds, in_all)).get("attempted"))
        return attempted, partial(self._talk, name, seconds, until)

    def _talk(self, name, seconds, until, lending=False):
        """Return the judge's side of a new talk with what a name refers to."""
        judge = JudgeSide(table=LentTable if lending else JudgeTable)
        begun = False
        room = MAX_TALK

        def receive(deadline):
            nonlocal room
            frame = self._channel.receive(deadline)
            room -= len(frame)
            if room < 0:
                raise TooBig(f"one check may receive at most {MAX_TALK} bytes")
            return frame

        def asked(frame):
            deadline = min(self._deadline(seconds), until.at)
            self._channel.send(frame, deadline)
            while is_request(reply := receive(deadline)):
                answered = until.not_counted(self._watch.in_time, deadline, judge.handle, reply)
                self._channel.send(answered, deadline)
            return reply

        def exchange(frame):
            nonlocal begun
            if not begun:
                beginning = {"do": "talk", "name": name, "lending": lending, "first": frame}
                frame, begun = codec.dump(beginning), True
            return self._until_it_ends(asked, frame)

        def in_time(function, *args):
            deadline = min(self._deadline(seconds), until.at)
            return self._until_it_ends(self._watch.in_time, deadline, function, *args)

        judge.exchange, judge.in_time = exchange, in_time
        return judge

    def _ask(self, message, seconds, most=codec.MAX_ITEMS):
        def asked(deadline):
            self._channel.send(codec.dump(message), deadline)
            return self._watch.in_time(deadline, codec.load, self._channel.receive(deadline), most)

        try:
            return self._until_it_ends(asked, self._deadline(seconds))
        except codec.BadFrame as error:
            raise Ended(KILLED, f"its reply was malformed: {error}") from None

    def _deadline(self, seconds):
        return min(time.monotonic() + seconds, self._ends_at)

    def _until_it_ends(self, function, *args):
        """Return what a function returns; if the sandbox ends, say how."""
        try:
            return function(*args)
        except TooLate:
            self.close()
            raise Ended(TIMED_OUT) from None
        except (TooBig, Stranger) as error:
            self.close()
            raise Ended(KILLED, str(error)) from None
        except Closed:
            raise self._end() from None

    def _end(self):
        """Return what the keeper says about the end."""
        self._lifeline.settimeout(2)
        try:
            said = self._lifeline.recv(16) or b"1"
            if said == b"memory":
                return Ended(OUT_OF_MEMORY, "all its processes together")
            status = int(said)
        except (OSError, ValueError):
            return Ended(KILLED)
        return Ended(KILLED, f"by signal {-status}" if status < 0 else f"with exit status {status}")


def _greeting(channel):
    """Return a fork's first message, and which process it is."""
    data, sender = b"", 0
    while len(data) < GREETING:
        piece, sender = receive_from(channel, GREETING - len(data))
        if not piece:
            raise OSError("closed")
        data += piece
    return data, sender
