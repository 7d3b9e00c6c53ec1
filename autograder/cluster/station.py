"""What a worker of the cluster does: it says whether it can isolate, and has submissions judged as on one machine.

The worker's own process only relays: it starts the pool that grading has on one machine, with its warm interpreter and
its sandboxes. The scheduler imports this module too, so nothing of the classroom is loaded before a worker is asked.
"""

import asyncio
import hashlib
import json
import logging
import multiprocessing
import pickle
import threading
from collections import deque
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from math import inf
from pathlib import Path
from uuid import uuid4

import dask
from distributed import WorkerPlugin, get_worker

MESSAGES = "distributed.admin.low-level-log-length"  # how many messages, of up to a megabyte, Dask keeps by default:
FEW_MESSAGES = {MESSAGES: 10}  # a thousand at either end of each connection
FINISHED, FAULT, LOST = b"finished", b"fault", b"lost"  # how what is said about a submission begins
DAEMON = "it may not start processes; start it with DASK_DISTRIBUTED__WORKER__DAEMON=False in its environment"
log = logging.getLogger("distributed.worker")  # where a worker's operator looks


def name_of(isolation, versions):
    """Return the name of the plugin, and of the resource that a worker has for each submission that it judges at once.

    Classes that are graded on one cluster share a pool only if they ask for the same.
    """
    asked = json.dumps([isolation, versions], sort_keys=True).encode()
    return f"autograder-{isolation}-{hashlib.sha256(asked).hexdigest()[:12]}"


def judge(job, alone, *, name, material, digest, topic):
    """Have a submission judged by the worker that runs this task; return the result as bytes.

    These are `FINISHED` and then, as JSON, the fields of a `record.Finished`; `FAULT`, and then why it could not be
    judged; or `LOST`, if a process of the worker ended while judging it.

    Parameters
    ----------
    job : bytes
        A pickled `judging.Job`.
    alone : bool
        Whether nothing else is judged at the same time, so that if the worker ends, it is known what ended it.
    name : str
        Of the `Station`.
    material : bytes
        What `material.pack` made, whose digest is `digest`.
    topic : str
        The topic of events under which the client is told that this has begun, and in which pool.
    """
    worker = get_worker()
    key = worker.get_current_task()
    return worker.plugins[name].judge(job, material, digest, alone, lambda pool: worker.log_event(topic, [key, pool]))


def prepare(dask_scheduler):
    """Have the scheduler tell the client of each death of a worker, so that the client decides what is tried again.

    Nor should it keep, for Dask's developers, the last thousand messages to each worker, which hold submissions.
    """
    dask_scheduler.allowed_failures = 0
    dask.config.set(FEW_MESSAGES)  # for workers that join later
    for comm in dask_scheduler.stream_comms.values():
        comm.recent_message_log = deque(maxlen=FEW_MESSAGES[MESSAGES])


def state(name, dask_worker):
    """Return as JSON a worker's name, and why it is refused: "" if it is not, null if it is still being asked."""
    station = dask_worker.plugins.get(name)
    return json.dumps({"name": str(dask_worker.name), "refused": station and station.refused})


class Station(WorkerPlugin):
    """A worker's pool of judges, as the plugin of a Dask worker. One that is refused offers no resource."""

    idempotent = True

    def __init__(self, isolation, versions):
        self.name = name_of(isolation, versions)
        self.isolation, self.wanted = isolation, versions
        self.refused = None

    async def setup(self, worker):
        """Start the pool; a worker that cannot judge says why, and is given nothing to judge."""
        self._places, self._busy, self._someone_is_alone = worker.state.nthreads, 0, False
        self._changed, self._lock = threading.Condition(), threading.Lock()
        self._folder = Path(worker.local_directory) / self.name
        self._materials = {}
        try:
            self.refused = await asyncio.to_thread(self._begin)
        except Exception as error:
            self.refused = f"{type(error).__name__}: {error}"
        if self.refused:
            log.error("autograder: this worker judges nothing: %s", self.refused)
        else:
            await worker.set_resources(**{self.name: self._places})

    def teardown(self, worker):
        """End the pool, and all that it has started."""
        if self.refused == "":
            self._pool.close()

    def _begin(self):
        if multiprocessing.current_process().daemon:
            return DAEMON
        from ..sandbox.doctor import doctor
        from .material import versions

        here = versions()
        if different := [name for name, value in self.wanted.items() if here[name] != value]:
            return f"it has another version of {' and '.join(different)}"
        if self.isolation == "namespaces":
            sound, lines = doctor()
            if not sound:
                return lines[0]
        self._folder.mkdir(parents=True, exist_ok=True)
        self._open()
        return ""

    def _open(self):
        from ..classroom.pool import judges

        self._pool = ExitStack()
        self._submit, self._called = self._pool.enter_context(judges(inf, self._places, self.isolation)), uuid4().hex

    def judge(self, job, material, digest, alone, tell):
        """Return the result of a job, as bytes; `tell` is called with the name of the pool that begins it."""
        with self._room(self._places if alone else 1, alone):
            submit, called = self._submit, self._called
            try:
                tell(called)
                finished = submit(pickle.loads(job), self._material(digest, material)).result()
                return _said(FINISHED, json.dumps(finished, ensure_ascii=False, default=vars))
            except BrokenProcessPool:
                self._renew(submit)
                return LOST
            except Exception as error:  # from nbgrader's steps, or an instructor's own
                return _said(FAULT, f"{type(error).__name__}: {error}")

    @contextmanager
    def _room(self, places, alone):
        """Wait for room; a job that needs all of it is let in before later ones."""
        with self._changed:
            self._changed.wait_for(lambda: not self._someone_is_alone)
            self._someone_is_alone = alone
            self._changed.wait_for(lambda: self._busy + places <= self._places)
            self._busy += places
        try:
            yield
        finally:
            with self._changed:
                self._busy -= places
                if alone:
                    self._someone_is_alone = False
                self._changed.notify_all()

    def _material(self, digest, packed):
        """Return the material with a digest, laid out here once."""
        from .material import unpack

        with self._lock:
            if digest not in self._materials:
                if hashlib.sha256(packed).hexdigest() != digest:
                    raise ValueError("the exercises that came are not those that were sent")
                self._materials[digest] = unpack(packed, self._folder / digest, self._folder)
            return self._materials[digest]

    def _renew(self, broken):
        """Replace a pool that lost a process, once for all who find that out."""
        with self._lock:
            if self._submit is broken:
                self._pool.close()
                self._open()


def _said(kind, text):
    """Return an answer no longer than its text, whatever letters a student uses."""
    return kind + b"\n" + text.encode("utf-8", "replace")
