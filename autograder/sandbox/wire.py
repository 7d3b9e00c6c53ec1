"""Frames over a socket: a length, then so many bytes; capped, and awaited no longer than a deadline allows."""

import os
import select
import struct
import time

from ..codec import MAX_FRAME

_LENGTH = struct.Struct("<I")
MARK = 8  # bytes that a reply repeats


class Closed(Exception):
    """The other end is gone."""


class TooLate(Exception):
    """The deadline passed before the whole frame was there."""


class TooBig(Exception):
    """The other end announced a frame above the cap."""


class Channel:
    """One end of a socket that carries frames."""

    def __init__(self, socket):
        self.socket = socket
        socket.setblocking(False)

    def send(self, frame, deadline=None):
        """Send a frame; `deadline` is a time of `time.monotonic`."""
        data = memoryview(_LENGTH.pack(len(frame)) + frame)
        while data:
            self._wait(select.POLLOUT, deadline)
            try:
                data = data[self.socket.send(data) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise Closed(str(error)) from None

    def receive(self, deadline=None):
        """Return the next frame."""
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size, deadline))
        if length > MAX_FRAME + MARK:
            raise TooBig(f"a frame may have at most {MAX_FRAME} bytes, got {length}")
        return self._read(length, deadline)

    def close(self):
        self.socket.close()

    def _read(self, count, deadline):
        data = bytearray()
        while len(data) < count:
            self._wait(select.POLLIN, deadline)
            try:
                piece = self.socket.recv(min(count - len(data), 1 << 20))
            except BlockingIOError:
                continue
            except OSError as error:
                raise Closed(str(error)) from None
            if not piece:
                raise Closed("the other end closed the channel")
            data += piece
        return bytes(data)

    def _wait(self, event, deadline):
        poll = select.poll()
        poll.register(self.socket, event)
        left = None if deadline is None else 1000 * (deadline - time.monotonic())
        if left is not None and left <= 0 or not poll.poll(left):
            raise TooLate("the deadline has passed")


class Asking:
    """The judge's end of a channel: what comes back counts only if it is in reply to what was sent last.

    A frame begins with a mark that cannot be known before it is there; a reply repeats it. What was sent unasked, in
    the hope to be taken for the reply to a later question, is dropped.
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
