"""Data from a cluster are loaded by Dask's own readers only if they are plain."""

import pytest
from distributed.protocol import dumps, loads, to_serialize

from autograder.cluster import plain
from autograder.cluster.plain import NotPlain, plain_data_only

MANY = 10**6


class Sent:
    """What a hijacked worker may have pickled: a call of something with an argument."""

    def __init__(self, function, *arguments):
        self.called = function, arguments

    def __reduce__(self):
        return self.called


@pytest.mark.parametrize("data", [b"text", [1.0, None, "two", (True, 2**70)], b"x" * MANY])
def test_plain_data_are_taken(data):
    frames = dumps({"data": to_serialize(data)})
    with plain_data_only():
        assert loads(frames)["data"] == data


@pytest.mark.parametrize("what", [Sent(print, "run"), print, ValueError("run"), Sent(getattr, b"", "join"), Sent])
def test_what_would_be_called_is_refused(what, capsys):
    frames = dumps({"data": to_serialize(what)})
    with plain_data_only(), pytest.raises(NotPlain, match="expected plain data from the cluster, got "):
        loads(frames)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("what", [{1, 2}, {"a": 1}, frozenset([1]), [0] * MANY])
def test_what_could_take_long_to_load_is_refused(what):
    """A megabyte of numbers that collide in a hash table takes minutes, and keeps the connection waiting."""
    frames = dumps({"data": to_serialize((what,))})
    with plain_data_only(), pytest.raises(NotPlain, match="parts, or a table"):
        loads(frames)


@pytest.mark.parametrize(
    "pickled", [b"", b"text", b"\x80\x04.", b"\x80\x04]", b"\x80\x04\x8e" + b"\xff" * 8, b"\x80\x04h\x05."]
)
def test_what_is_no_pickle_is_refused(pickled):
    with pytest.raises(NotPlain, match="expected plain data from the cluster, got something that is not a pickle"):
        plain.loads(pickled)


def test_what_would_take_a_thousand_times_its_room_is_refused():
    bomb = b"\0" * MANY
    frames = dumps({"data": to_serialize(bomb)}, context={"compression": "zlib"})
    assert sum(map(len, frames)) < len(bomb) / 100, "otherwise this shows nothing"
    assert loads(frames)["data"] == bomb
    with plain_data_only(), pytest.raises(NotPlain, match="expected uncompressed data from the cluster"):
        loads(frames)
