"""Hand submissions to a cluster as there is room, and take what comes back.

Dask says where there is room, and when a worker is gone. What is tried again, and what is a submission's own result, is
decided here: one whose worker ends is tried once more, alone on another, and if that one ends too, nothing of it is
graded. Dask's own retries are not used.
"""

import hashlib
import pickle
import time
from concurrent.futures import BrokenExecutor, CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from uuid import uuid4

from distributed.client import ClosedClientError

from ..classroom.judging import Job, Material, give_up
from ..classroom.layout import ClassError, shown
from ..classroom.parcel import size
from . import material, received, station
from .plain import NotPlain

AHEAD = 4  # submissions that wait at the cluster for each that is judged there,
MOST_AHEAD = 2**28  # and bytes of all of them
WAIT = 300.0  # seconds to wait where every worker is gone, or, beside what a submission may take, nothing comes back
LOOK = 1.0  # seconds from one look at the cluster to the next
MOST_TIMES = 4  # what a submission may take, besides learning, in times of its job's
UNBEGUN = 20  # how often a submission is sent again that no worker has begun
LOSSES = (OSError, CancelledError, ClosedClientError)  # what Dask raises when a connection is lost
TOO_HARD = (
    "Your submission ended the machine's process that graded it, twice. Nothing in it was graded. Your instructor has "
    "been told."
)


class SchedulerLost(BrokenExecutor):
    """The connection to the scheduler is lost, and with it what had been sent there."""


@contextmanager
def losses():
    """Say of a lost connection that it is one."""
    try:
        yield
    except (*LOSSES, NotPlain) as error:
        raise SchedulerLost(f"{type(error).__name__}: {error}") from error


@dataclass
class Sent:
    """A submission at the cluster.

    `deaths` counts the workers that ended while they judged it, `unbegun` how often it came back otherwise.
    """

    task: object
    job: Job
    material: Material
    size: int
    deaths: int = 0
    unbegun: int = 0
    key: str = ""


class Dispatch:
    """What is at the cluster, and what has come back."""

    def __init__(self, client, name, place, warn):
        self._client, self._name, self._place, self._warn = client, name, place, warn
        self._ready, self._begun = SimpleQueue(), set()
        self._sent, self._packed = {}, {}
        self._slots, self._looked, self._seen = 1, 0.0, time.monotonic()
        self._came = self._seen
        self._topic = f"{name}-{uuid4().hex}"
        client.subscribe_topic(self._topic, lambda event: self._begun.add(event[1]))

    def judged(self, jobs):
        """Yield (task, function that returns what came of it, or raises) for each of (task, Job, Material)."""
        jobs, more = iter(jobs), True
        try:
            with losses():
                while more or self._sent:
                    self._look()
                    more = more and self._fill(jobs)
                    yield from self._done()
        finally:
            with suppress(Exception):
                self._client.cancel(list(self._sent), force=True)

    def _fill(self, jobs):
        """Send jobs as long as there is room; return whether there may be more."""
        while len(self._sent) < AHEAD * self._slots and sum(each.size for each in self._sent.values()) < MOST_AHEAD:
            if (given := next(jobs, None)) is None:
                return False
            task, job, needed = given
            self._send(Sent(task, job, needed, size(job.handed_in)))
        return True

    def _send(self, sent):
        packed, digest = self._material(sent.job.topic, sent.material)
        sent.key = f"judge-{uuid4().hex}"
        future = self._client.submit(
            station.judge,
            self._name,
            pickle.dumps(sent.job),
            packed,
            digest,
            sent.deaths > 0,
            self._topic,
            key=sent.key,
            resources={self._name: 1},
        )
        self._sent[future] = sent
        future.add_done_callback(self._ready.put)

    def _material(self, topic, needed):
        """Return what a topic's submissions need, which each worker fetches once, and its digest.

        It is the result of a task, so that Dask has it made anew where the worker that held it is gone.
        """
        if topic not in self._packed:
            packed = material.pack(self._place, topic, needed.release)
            digest = hashlib.sha256(packed).hexdigest()
            self._packed[topic] = self._client.submit(bytes, packed, key=f"material-{digest}"), digest
        return self._packed[topic]

    def _done(self):
        """Wait a while for what is done, and yield it; send again what is to be."""
        if not self._sent and self._slots:
            return
        try:
            ready = [self._ready.get(timeout=LOOK)]
        except Empty:
            return
        with suppress(Empty):
            while True:
                ready.append(self._ready.get_nowait())
        ready = [future for future in ready if future in self._sent]
        self._came = time.monotonic()
        if any(future.status in ("cancelled", "lost") for future in ready):
            raise SchedulerLost("the scheduler has forgotten what it was asked for")
        said = self._said([future for future in ready if future.status == "finished"])
        for future in ready:
            sent = self._sent.pop(future)
            begun = sent.key in self._begun
            self._begun.discard(sent.key)
            if (outcome := self._outcome(sent, said.get(future), begun)) is None:
                self._send(sent)
            else:
                yield sent.task, outcome

    def _said(self, futures):
        """Return what workers say, by future; nothing of one whose worker has ended meanwhile."""
        try:
            return dict(zip(futures, self._client.gather(futures)))
        except LOSSES:
            raise
        except Exception:  # of any of them
            said = {}
            for future in futures:
                try:
                    said[future] = future.result()
                except LOSSES:
                    raise
                except NotPlain:
                    said[future] = b""
                except Exception:
                    said[future] = None
            return said

    def _outcome(self, sent, said, begun):
        """Return a function that returns what came of a submission, or raises; None where it is to be sent again."""
        try:
            told = {station.LOST: ""} if said is None else received.load(said)
            if station.FINISHED in told:
                return partial(received.finished, told[station.FINISHED], sent.job, sent.material.release)
            if station.FAULT in told:
                return partial(_fault, shown(str(told[station.FAULT]))[:500])
        except received.NotUnderstood as error:
            return partial(_fault, f"a worker said {error}")
        sent.deaths += begun
        sent.unbegun += not begun
        if sent.deaths > 1:
            self._warn(f"{sent.task.key} ended two workers, and was not graded any further; see what it does")
            return partial(give_up, sent.job, sent.material, TOO_HARD)
        return partial(_fault, "no worker has begun with it") if sent.unbegun > UNBEGUN else None

    def _look(self):
        """Look from time to time how many submissions the cluster judges at once."""
        now = time.monotonic()
        if now < self._looked + LOOK:
            return
        if self._client.status != "running":
            raise SchedulerLost("the connection is closed")
        workers = self._client.scheduler_info()["workers"].values()
        slots, self._looked = sum(int(each["resources"].get(self._name, 0)) for each in workers), now
        if slots:
            if not self._slots:
                self._send_again()
            self._slots, self._seen = slots, now
        elif now > self._seen + WAIT:
            raise ClassError(
                f"no worker has been left for {WAIT:.0f} seconds; what is done is kept, and when there are workers "
                "again, the same command goes on from there"
            )
        else:
            self._slots = 0
        if self._sent and now > self._came + WAIT + max(
            MOST_TIMES * each.job.times.whole for each in self._sent.values()
        ):
            raise SchedulerLost("nothing has come back for a long time")

    def _send_again(self):
        """Send anew what waits for a worker: what Dask had none for it does not give to one that is ready later."""
        waiting = {future: sent for future, sent in self._sent.items() if not future.done()}
        for future, sent in waiting.items():
            del self._sent[future]
            self._send(sent)
        self._client.cancel(list(waiting), force=True)


def _fault(words):
    raise RuntimeError(words)
