"""Take nothing but plain data from a cluster.

Dask sends pickles in both directions, and to load one is to run what it says. A worker is nearer to what students hand
in than the machine that holds the class: here a pickle from it may say nothing that is called.
"""

import io
import logging
import pickle
from contextlib import contextmanager
from types import SimpleNamespace
from unittest.mock import patch


class NotPlain(pickle.UnpicklingError, TypeError):  # the latter is what Dask expects of a traceback that it cannot load
    """A pickle from the cluster names something that would be called."""


class Plain(pickle.Unpickler):
    """Loads numbers, text, bytes, lists, dictionaries and the like."""

    def find_class(self, module, name):
        """Allow the one class that Dask names beside the bytes of a result."""
        if (module, name) == ("builtins", "bytes"):
            return bytes
        raise NotPlain(f"expected plain data from the cluster, got {module}.{name}")


def loads(pickled, *, buffers=(), **_):
    """Load a pickle of plain data.

    >>> loads(pickle.dumps({"points": [1.0, b"two"]}))
    {'points': [1.0, b'two']}
    >>> loads(pickle.dumps(print))
    Traceback (most recent call last):
    autograder.cluster.plain.NotPlain: expected plain data from the cluster, got builtins.print
    """
    return Plain(io.BytesIO(pickled), buffers=buffers).load()


def _as_they_are(header, frames):
    """Return what came where it is not compressed: of that a few bytes may become more than there is room for."""
    if any(header["compression"]):
        raise NotPlain("expected data as they are from the cluster; leave distributed.comm.compression at false there")
    return frames


@contextmanager
def plain_data_only():
    """Have this process load nothing else from Dask, and say nothing of its own on the terminal."""
    import distributed.client
    import distributed.protocol.core
    import distributed.protocol.pickle

    plain = SimpleNamespace(**vars(pickle) | {"loads": loads})
    logger = logging.getLogger("distributed")
    level = logger.level
    with (
        patch.object(distributed.protocol.pickle, "pickle", plain),
        patch.object(distributed.client, "pickle", plain),
        patch.object(distributed.protocol.core, "decompress", _as_they_are),
    ):
        logger.setLevel(logging.CRITICAL + 1)
        try:
            yield
        finally:
            logger.setLevel(level)
