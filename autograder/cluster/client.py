"""Have submissions judged by the workers of a Dask cluster, from the machine that holds the class."""

import json
import time
from contextlib import contextmanager, suppress
from functools import partial
from urllib.parse import urlsplit

import dask
from distributed import Client, Security

from .. import language
from ..classroom.judging import NAMESPACES
from ..classroom.layout import ClassError, shown
from ..classroom.processes import processes
from . import material, received, station
from .connection import connected
from .dispatch import MOST_AHEAD, Dispatch
from .plain import NotPlain, plain_data_only

CONNECT = 60.0  # seconds to wait for the scheduler, and for a first worker that can be used
ANSWER = 10.0  # and for all workers to answer, after which each is asked alone
LOOK = 1.0  # seconds between two looks for that worker


class Quiet(Client):
    """A client that neither prints what a worker says nor warns of it, and loads no errors."""

    _default_event_handlers = {}

    def _handle_task_erred(self, key=None, exception=None, traceback=None):
        """Note that a task failed. Dask would wait for one whose traceback has no end in sight, as of a recursion."""
        super()._handle_task_erred(key, "a task failed")


@contextmanager
def there(workers, address, place, warn, count, isolation, rehearsals=()):
    """Yield what `pool.here` yields, for a cluster: a function of jobs that yields each task and its result.

    Parameters
    ----------
    workers : int
        How many processes on this machine look at what comes back.
    address : str
        The scheduler's.
    place : ClassDirectory
    warn : function
        Called with what the instructor should know: workers that are not used.
    count, isolation, rehearsals
        As for `pool.here`; a cluster needs no rehearsals.

    Raises
    ------
    ClassError
        When there is no such scheduler, or no worker that isolates as asked.
    """
    _require_encryption(address)
    if isolation != NAMESPACES:
        raise ClassError("on a cluster, notebooks are isolated: otherwise one could read what lets its machine join")
    settings = {"distributed.admin.large-graph-warning-threshold": 2 * MOST_AHEAD} | station.FEW_MESSAGES
    speak = partial(language.use, language.spoken())
    checking = processes(min(workers, count), speak, preload=[received.__name__])
    with checking as beside, plain_data_only(), dask.config.set(settings):
        try:
            client = Quiet(address, security=Security(), timeout=CONNECT, set_as_default=False)
        except (OSError, ValueError, RuntimeError, TypeError) as error:  # the last if there is no certificate
            raise ClassError(
                f"no Dask scheduler answers at {address} ({error}); start one, or grade on this machine alone "
                "without --scheduler"
            ) from error
        try:
            with connected():
                name = _require_workers(client, isolation, warn)
            yield Dispatch(client, name, place, warn, beside).judged
        finally:
            with suppress(Exception):
                client.close(timeout=5)


def _require_encryption(address):
    """Refuse to send what students hand in over a network on which others could read it, and send their own code."""
    parts = urlsplit(address)
    if parts.scheme not in ("tcp", "tls") or not parts.hostname:
        raise ClassError(f"--scheduler must be an address such as tls://host:8786, got {address!r}")
    if parts.scheme == "tcp" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise ClassError(
            f"{address} is not encrypted, and anyone who reaches it can read what students hand in and run code there; "
            "use tls:// (see docs/cluster.md in the course's repository)"
        )


def _require_workers(client, isolation, warn):
    """Have all workers get ready, even those that join later; warn of those that are refused, and why.

    Return the name of their `Station`.
    """
    asked = station.Station(isolation, material.versions())
    client.run_on_scheduler(station.prepare)
    with suppress(TimeoutError):
        client.wait_for_workers(1, timeout=CONNECT)
    until = time.monotonic() + CONNECT
    with suppress(OSError):  # if one does not answer, the others still get ready
        client.sync(client.register_plugin, asked, callback_timeout=ANSWER)
    while True:
        states = {address: _state(said) for address, said in _told(client, asked.name)}
        refused = [
            f"the worker {f'{name} ({address})' if name else address} is not used: {why}"
            for address, (name, why) in states.items()
            if why
        ]
        if any(why == "" for _, why in states.values()):
            break
        if time.monotonic() > until:
            why = ";\n".join(refused) or "none has joined"
            raise ClassError(
                f"no worker in the cluster can grade: {why}\nOn a worker's machine, see: autograder doctor"
            )
        time.sleep(LOOK)
    for warning in refused:
        warn(warning)
    return asked.name


def _told(client, name):
    """Yield each worker's address, and what it says about itself, whatever others send or fail to send."""
    ask = partial(client.run, station.state, name, on_error="return", callback_timeout=ANSWER)
    try:
        yield from ask().items()
    except (NotPlain, TimeoutError):
        for address in client.scheduler_info(n_workers=-1)["workers"]:
            try:
                yield from ask(workers=[address]).items()
            except (NotPlain, TimeoutError) as error:
                yield address, error


def _state(said):
    """Return a worker's name, and why it is refused: "" if it is not, None if that is not known yet."""
    if isinstance(said, OSError):
        return "", "it does not answer"
    try:
        told = json.loads(said)
        return shown(told["name"]), None if told["refused"] is None else shown(told["refused"])
    except (TypeError, ValueError, KeyError, RecursionError):  # it may be an exception, or anything
        return "", "it lacks the course with its extra `cluster`, or has another version of it"
