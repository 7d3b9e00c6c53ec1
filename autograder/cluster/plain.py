"""Take nothing but plain data from a cluster.

Dask sends pickles in both directions, and loading one runs what it says. A worker is closer to what students hand in
than the machine that holds the class: here, a pickle from it may name nothing to be called.
"""

import io
import logging
import pickle
import pickletools
from contextlib import contextmanager
from types import SimpleNamespace
from unittest.mock import patch

MOST_PARTS = 10_000
TABLES = {"DICT", "SETITEM", "SETITEMS", "ADDITEMS", "FROZENSET"}


class NotPlain(pickle.UnpicklingError, TypeError):  # the latter is what Dask expects of a traceback that it cannot load
    """A pickle from the cluster names something that would be called."""


class Plain(pickle.Unpickler):
    """Loads numbers, text, bytes, lists and the like."""

    def find_class(self, module, name):
        """Allow the one class that Dask names along with the bytes of a result."""
        if (module, name) == ("builtins", "bytes"):
            return bytes
        raise NotPlain(f"expected plain data from the cluster, got {module}.{name}")


def loads(pickled, *, buffers=(), **_):
    """Load a pickle of plain data.

    >>> loads(pickle.dumps([1.0, b"two"]))
    [1.0, b'two']
    >>> loads(pickle.dumps(print))
    Traceback (most recent call last):
    autograder.cluster.plain.NotPlain: expected plain data from the cluster, got builtins.print
    """
    try:
        _require_few_parts(io.BytesIO(pickled))
        return Plain(io.BytesIO(pickled), buffers=buffers).load()
    except NotPlain:
        raise
    except Exception as error:  # it may be broken in any way
        raise NotPlain(f"expected plain data from the cluster, got something that is not a pickle ({error})") from error


def _require_few_parts(file):
    """Refuse what takes long to load: very many parts, and tables, whose keys may all collide."""
    for number, (operation, _, _) in enumerate(pickletools.genops(file)):
        if number > MOST_PARTS or operation.name in TABLES:
            raise NotPlain(f"expected plain data from the cluster, got more than {number} parts, or a table")


def _as_they_are(header, frames):
    """Return what came unless it is compressed: a few bytes could then become more than there is room for."""
    if any(header["compression"]):
        raise NotPlain("expected uncompressed data from the cluster; leave distributed.comm.compression at false there")
    return frames


@contextmanager
def plain_data_only():
    """Have this process load nothing else from Dask, and have Dask print nothing on the terminal."""
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
