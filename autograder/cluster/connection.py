"""The connection to the scheduler: Dask reports in several ways that it is lost."""

from concurrent.futures import BrokenExecutor, CancelledError
from contextlib import contextmanager

from distributed.client import ClosedClientError

from .plain import NotPlain

LOSSES = (OSError, CancelledError, ClosedClientError)


class SchedulerLost(BrokenExecutor):
    """The connection to the scheduler is lost, and with it what had been sent there."""


@contextmanager
def connected():
    """Raise SchedulerLost if the connection is lost."""
    try:
        yield
    except (*LOSSES, NotPlain) as error:
        raise SchedulerLost(f"{type(error).__name__}: {error}") from error


def raise_if_lost(error):
    """Raise an error that means a lost connection; one that means something takes long does not."""
    if isinstance(error, LOSSES) and not isinstance(error, TimeoutError):
        raise error
