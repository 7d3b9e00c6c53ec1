"""Frames over a socket: a length, then that many bytes; capped, and awaited no longer than a deadline allows."""

import os
import select
import socket as sockets
import struct
import time

from ..judge.codec import MAX_FRAME

_LENGTH = struct.Struct("<I")
_SENDER = struct.Struct("3i")  # process, user, group
AT_ONCE = 1 << 16, 1 << 20  # bytes that are read, at least and at most
MARK = 8  # bytes that a reply repeats


class Closed(Exception):
    """The other end is gone."""


class TooLate(BaseException):
    """The deadline passed. It is raised wherever the judge is, and handlers of an answer's exceptions let it pass."""


class TooBig(Exception):
    """The other end announced a frame above the cap."""


class Stranger(Exception):
    """A process other than the one that may speak has sent something."""


def tell_senders(socket):
    """Have a socket report which process has sent what it receives."""
    socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_PASSCRED, 1)


def receive_from(socket, count):
    """Return at most `count` bytes, all sent by one process, and which it is; the socket must tell senders."""
    data, about, _, _ = socket.recvmsg(count, sockets.CMSG_SPACE(_SENDER.size))
    return data, _SENDER.unpack(about[0][2])[0] if about else 0


class Channel:
    """One end of a socket that carries frames; if `sender` is given, from that process alone."""

    def __init__(self, socket, sender=None):
        self.socket = socket
        self._sender = sender
        self._arrived = bytearray()  # but not yet received as a frame
        self._readable, self._writable = select.poll(), select.poll()
        self._readable.register(socket, select.POLLIN)
        self._writable.register(socket, select.POLLOUT)
        socket.setblocking(False)

    def send(self, frame, deadline=None):
        """Send a frame; `deadline` is a time of `time.monotonic`."""
        data = memoryview(_LENGTH.pack(len(frame)) + frame)
        _left(deadline)
        while data:
            try:
                data = data[self.socket.send(data) :]
            except BlockingIOError:
                _wait(self._writable, deadline)
            except OSError as error:
                raise Closed(str(error)) from None

    def receive(self, deadline=None):
        """Return the next frame."""
        _left(deadline)  # frames may be there without end
        self._read(_LENGTH.size, deadline)
        (length,) = _LENGTH.unpack_from(self._arrived)
        if length > MAX_FRAME + MARK:
            raise TooBig(f"a frame may have at most {MAX_FRAME} bytes, got {length}")
        end = _LENGTH.size + length
        self._read(end, deadline)
        frame = bytes(memoryview(self._arrived)[_LENGTH.size : end])
        del self._arrived[:end]
        return frame

    def close(self):
        self.socket.close()

    def _read(self, count, deadline):
        """Read until `count` bytes have arrived, and what came with them."""
        least, most = AT_ONCE
        while (missing := count - len(self._arrived)) > 0:
            _wait(self._readable, deadline)
            try:
                piece = self._piece(min(max(missing, least), most))
            except BlockingIOError:
                continue
            except OSError as error:
                raise Closed(str(error)) from None
            if not piece:
                raise Closed("the other end closed the channel")
            self._arrived += piece

    def _piece(self, count):
        if self._sender is None:
            return self.socket.recv(count)
        piece, sender = receive_from(self.socket, count)
        if piece and sender != self._sender:
            raise Stranger("as another process spoke in its place")
        return piece


def _wait(poll, deadline):
    if not poll.poll(_left(deadline)):
        raise TooLate("the deadline has passed")


def _left(deadline):
    """Return the milliseconds until a deadline, if there is one; raise TooLate if it has passed."""
    left = None if deadline is None else 1000 * (deadline - time.monotonic())
    if left is not None and left <= 0:
        raise TooLate("the deadline has passed")
    return left


class Asking:
    """The judge's end of a channel: what comes back counts only if it is in reply to what was sent last.

    A frame begins with a mark that cannot be known before it arrives; a reply repeats it. What was sent unasked, in the
    hope of being taken for the reply to a later question, is dropped.
    """

    def __init__(self, channel):
        self._channel = channel
        self._mark = b""

    def send(self, frame, deadline=None):
        self._mark = os.urandom(MARK)
        self._channel.send(self._mark + frame, deadline)

    def receive(self, deadline=None):
        while (frame := self._channel.receive(deadline))[:MARK] != self._mark:
            pass
        return frame[MARK:]

    def close(self):
        self._channel.close()


class Answering:
    """The other end: a reply repeats the mark of the last question."""

    def __init__(self, channel):
        self._channel = channel
        self._mark = b""

    def send(self, frame):
        self._channel.send(self._mark + frame)

    def receive(self):
        frame = self._channel.receive()
        self._mark = frame[:MARK]
        return frame[MARK:]
