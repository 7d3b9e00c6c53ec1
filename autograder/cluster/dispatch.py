"""Hand submissions to a cluster as there is room, and take what comes back.

Dask says where there is room, and when a worker is gone. What to try again, and what is a submission's own result, is
decided here: a submission whose worker ends is set aside until all others are through, and then tried alone on its
worker, those whose workers ended least often first (see `suspects`). Dask's own retries are not used.
"""

import hashlib
import math
import pickle
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from queue import Empty, SimpleQueue
from uuid import uuid4

from ..classroom.judging import give_up
from ..classroom.layout import ClassError
from ..classroom.parcel import size
from ..classroom.processes import submitted
from . import material, received, station
from .connection import SchedulerLost, connected, raise_if_lost
from .messages import Sent, messages
from .plain import NotPlain
from .suspects import Suspects

AHEAD = 8  # submissions that wait at the cluster for each that is being judged there,
MOST_AHEAD = 2**28  # and bytes of all of them
AT_ONCE = 4  # for each of those as well: so many that have come back are taken at once, if they come soon,
MANY = 16  # but no more than so many, all of which are in memory then
WAIT = 300.0  # seconds to wait if all workers are gone, or, beyond what a submission may take, nothing comes back
MOST_AT_ONCE = 1000  # submissions that one worker is believed to have room for
LOOK = 1.0  # seconds between two looks at the cluster, and to wait for several submissions to come back
SLIGHT = 2.0**-20  # of a submission's room, so that only workers that judge make what all need: others may hang
MOST_TIMES = 4  # what a submission may take, learning not included, in multiples of its job's
MOST_TRIES = 20  # how often a submission is sent again, whatever ends
FETCH = 30.0  # seconds to wait for what workers have to say
TOO_HARD = (
    "Your submission ended the process that graded it each time it was tried. Nothing in it was "
    "graded. Your instructor has been told."
)


class Dispatch:
    """What is at the cluster, and what has come back, which other processes check."""

    def __init__(self, client, name, place, warn, beside):
        self._client, self._name, self._place, self._warn, self._beside = client, name, place, warn, beside
        self._ready, self._begun, self._checking = SimpleQueue(), {}, {}
        self._sent, self._packed = {}, {}
        self._aside, self._suspects = [], Suspects()
        self._able, self._slots, self._looked, self._seen = set(), 1, 0.0, time.monotonic()
        self._came = self._seen
        self._topic = f"{name}-{uuid4().hex}"
        client.subscribe_topic(self._topic, self._note)

    def judged(self, jobs):
        """Yield (task, function that returns its result, or raises) for each of (task, Job, Material)."""
        jobs, more = iter(jobs), True
        try:
            with connected():
                while more or self._sent or self._aside or self._checking:
                    self._look()
                    more = more and self._fill(jobs)
                    if self._slots and not self._sent:
                        yield from self._tried_last()
                    yield from self._done()
        finally:
            with suppress(Exception):
                self._client.cancel(list(self._sent), force=True)

    def _fill(self, jobs):
        """Send jobs as long as there is room; return whether there may be more."""
        room, fits = AHEAD * self._slots - len(self._sent) - len(self._checking), MOST_AHEAD - self._size()
        due, more = [], True
        while more and len(due) < room and fits > 0:
            if given := next(jobs, None):
                task, job, needed = given
                due.append(Sent(task, job, needed, size(job.handed_in)))
                fits -= due[-1].size
            else:
                more = False
        self._send(due)
        return more

    def _size(self):
        return sum(each.size for each in (*self._sent.values(), *self._aside))

    def _tried_last(self):
        """Send those set aside whose workers ended least often; yield those of them that are given up."""
        ends = {sent.task: self._suspects.ends(sent.task) for sent in self._aside}
        least = min(ends.values(), default=0)
        turn = [sent for sent in self._aside if ends[sent.task] == least]
        self._aside = [sent for sent in self._aside if ends[sent.task] > least]
        again = []
        for sent in turn:
            if self._suspects.to_blame(sent.task):
                self._warn(f"{sent.task.key} ended {least} workers, and was not graded further; see what it does")
                yield sent.task, partial(give_up, sent.job, sent.material, TOO_HARD)
            elif least >= MOST_TRIES:
                yield sent.task, partial(_fault, f"{least} workers ended while judging it, as they did with others")
            else:
                again.append(sent)
        self._send(again)

    def _note(self, event):
        """Note in which of a worker's pools a submission has begun, as that worker reports."""
        match event:
            case _, [str(key), str(pool)] if key in self._begun:
                self._begun[key] = pool

    def _send(self, due):
        """Send submissions, several in one message: each message costs about as much as a submission."""
        for together in messages(due):
            packed, digest = self._material(together[0].job.topic, together[0].material)
            for sent in together:
                sent.key = f"judge-{uuid4().hex}"
                self._begun[sent.key] = ""
            futures = self._client.map(
                station.judge,
                [pickle.dumps(sent.job) for sent in together],
                [self._suspects.ends(sent.task) > 0 for sent in together],
                name=self._name,
                material=packed,
                digest=digest,
                topic=self._topic,
                pure=False,  # or Dask would look through all that is sent to name it
                key=[sent.key for sent in together],
                resources={self._name: 1},
            )
            for future, sent in zip(futures, together):
                self._sent[future] = sent
                future.add_done_callback(self._ready.put)

    def _material(self, topic, needed):
        """Return what a topic's submissions need, which each worker fetches once, and its digest.

        It is the result of a task, so that Dask has it made anew if the worker that held it is gone; it is sent again
        if a worker ended while making it.
        """
        if topic not in self._packed or self._packed[topic][0].status == "error":
            packed = material.pack(self._place, topic, needed.release)
            room = {self._name: SLIGHT}
            future = self._client.submit(bytes, packed, key=f"material-{uuid4().hex}", resources=room)
            self._packed[topic] = future, hashlib.sha256(packed).hexdigest()
        return self._packed[topic]

    def _done(self):
        """Wait a while for what comes back, and yield what has been checked; send again what must be."""
        if not self._sent and not self._checking and self._slots:
            return
        if not (ready := self._taken()):
            return
        checked = [future for future in ready if future in self._checking]
        for future in checked:
            yield self._checking.pop(future), future.result
        ready = [future for future in ready if future in self._sent]
        if any(future.status == "cancelled" for future in ready):
            raise SchedulerLost("the scheduler has forgotten what it was asked for")
        said, again = self._said([future for future in ready if future.status == "finished"]), []
        if ready or checked:
            self._came = time.monotonic()
        for future in ready:
            sent = self._sent.pop(future)
            pool = self._begun.pop(sent.key)
            if said.get(future, station.LOST) != station.LOST:
                self._suspects.came_back(sent.task)
                self._check(said[future], sent)
            elif pool and (future in said or future.status == "error"):
                self._suspects.ended(sent.task, pool)
                self._aside.append(sent)
            elif sent.lost >= MOST_TRIES:
                yield sent.task, partial(_fault, "no worker has begun it, or kept its result")
            else:
                sent.lost += 1
                again.append(sent)
        self._send(again)

    def _taken(self):
        """Return what has come back, or has been checked: several if they come soon, which take hardly more than one.

        What is being judged is not waited for, so that workers get more in time. Without a worker, this waits as well.
        """
        ready, until = [], time.monotonic() + LOOK
        enough = min(AT_ONCE * self._slots, MANY, max(len(self._sent) - self._slots, 0) + len(self._checking))
        with suppress(Empty):
            while len(ready) < max(enough, 1):
                ready.append(self._ready.get(timeout=max(until - time.monotonic(), 0.0)))
        return ready

    def _check(self, said, sent):
        """Have a process check what a worker says, unless its length alone shows that it is not an answer."""
        said = said if isinstance(said, bytes) and len(said) <= received.MOST else b""
        job = replace(sent.job, handed_in=())
        future = submitted(self._beside, received.finished, said, job, sent.material.release)
        self._checking[future] = sent.task
        future.add_done_callback(self._ready.put)

    def _said(self, futures):
        """Return what workers say, by future; nothing for what has ended with its worker."""
        gather = partial(self._client.gather, asynchronous=True)  # can be abandoned if it waits for what is lost
        try:
            return dict(zip(futures, self._client.sync(gather, futures, callback_timeout=FETCH)))
        except Exception as error:  # from any of them
            raise_if_lost(error)
        said = {}
        for future in futures:
            try:
                if future.done():
                    said[future] = future.result(timeout=FETCH)
            except NotPlain:
                said[future] = b""
            except Exception as error:
                raise_if_lost(error)
        return said

    def _look(self):
        """Look, from time to time, at how many submissions the cluster judges at once."""
        now = time.monotonic()
        if now < self._looked + LOOK:
            return
        if self._client.status != "running":
            raise SchedulerLost("the connection is closed")
        workers = self._client.scheduler_info(n_workers=-1)["workers"]
        rooms = {address: _room(each["resources"], self._name) for address, each in workers.items()}
        slots, self._looked = sum(rooms.values()), now
        before, self._able = self._able, {address for address, room in rooms.items() if room}
        if self._able - before:
            self._send_again(begun=not self._able & before)
        if slots:
            self._slots, self._seen = slots, now
        elif now > self._seen + WAIT:
            raise ClassError(
                f"there have been no workers for {WAIT:.0f} seconds; what is done is kept, and when there are workers "
                "again, the same command goes on from there"
            )
        else:
            self._slots = 0
        if self._sent and now > self._came + WAIT + max(
            MOST_TIMES * each.job.times.whole for each in self._sent.values()
        ):
            raise SchedulerLost("nothing has come back for a long time")

    def _send_again(self, begun):
        """Resend what waits for a worker: what Dask had none for, it does not give to one that is ready later.

        If all that could judge are gone, that is everything, even what they had `begun`.
        """
        self._packed = {topic: made for topic, made in self._packed.items() if made[0].status == "finished"}
        sent = ((future, sent) for future, sent in self._sent.items() if begun or not self._begun[sent.key])
        waiting = {future: sent for future, sent in sent if not future.done()}
        for future, sent in waiting.items():
            del self._sent[future], self._begun[sent.key]
        self._send(list(waiting.values()))
        self._client.cancel(list(waiting), force=True)


def _room(resources, name):
    """Return how many submissions a worker judges at once, according to what it says, which may be anything."""
    said = resources.get(name) if isinstance(resources, dict) else None
    is_number = isinstance(said, int | float) and 0 < said < math.inf
    return min(int(said), MOST_AT_ONCE) if is_number else 0


def _fault(words):
    raise RuntimeError(words)
