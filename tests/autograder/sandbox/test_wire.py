"""Frames over a socket: whole, capped, and on time."""

import socket
import struct
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.sandbox import wire


@pytest.fixture
def ends():
    one, other = socket.socketpair()
    yield wire.Channel(one), other
    one.close()
    other.close()


def soon(seconds=1.0):
    return time.monotonic() + seconds


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=3000), max_size=5))
def test_frames_arrive_whole_and_in_order(frames):
    one, other = map(wire.Channel, socket.socketpair())
    for frame in frames:
        one.send(frame, soon())
        assert other.receive(soon()) == frame
    one.close()
    other.close()


def test_frames_that_arrive_together_are_each_held_to_the_deadline(ends):
    channel, other = ends
    other.sendall(2 * (struct.pack("<I", 4) + b"here"))
    assert channel.receive(soon()) == b"here"
    with pytest.raises(wire.TooLate):
        channel.receive(soon(-1))
    assert channel.receive(soon()) == b"here"


def test_a_large_frame_passes_a_small_buffer(ends):
    channel, other = ends
    frame = bytes(range(256)) * 2**14
    received = []
    reader = threading.Thread(target=lambda: received.append(wire.Channel(other).receive(soon(20))))
    reader.start()
    channel.send(frame, soon(20))
    reader.join()
    assert received == [frame]


@pytest.mark.parametrize("piece", [b"", b"\n", struct.pack("<I", 10), struct.pack("<I", 10) + b"half"])
def test_silence_and_half_a_frame_are_too_late(ends, piece):
    channel, other = ends
    other.sendall(piece)
    with pytest.raises(wire.TooLate):
        channel.receive(soon(0.05))


def test_an_end_that_closes_is_closed(ends):
    channel, other = ends
    other.sendall(struct.pack("<I", 10) + b"half")
    other.close()
    with pytest.raises(wire.Closed):
        channel.receive(soon())
    with pytest.raises(wire.Closed):
        channel.send(b"x" * 2**20, soon())


def test_an_announced_flood_is_not_awaited(ends, monkeypatch):
    monkeypatch.setattr(wire, "MAX_FRAME", 1000)
    channel, other = ends
    other.sendall(struct.pack("<I", 1001 + wire.MARK))
    with pytest.raises(wire.TooBig, match="at most 1000"):
        channel.receive(soon())


def test_an_end_that_does_not_read_is_too_late(ends):
    channel, _ = ends
    with pytest.raises(wire.TooLate):
        channel.send(bytes(2**24), soon(0.1))
