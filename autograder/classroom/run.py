"""One run of grading: workers judge what is due, and it is recorded along the way."""

import json
import time
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple

import nbformat

from .. import exercise as model
from ..sandbox.client import Refused
from ..sandbox.run import Times
from . import config as settings
from . import submission
from .due import Done
from .judging import Job, Material
from .layout import ClassDirectory, ClassError, replace_folder, scratch, write_file
from .ledger import announce
from .parcel import pack
from .pool import here
from .progress import bars
from .rebuild import texts
from .record import Judged, record
from .worker import rehearse

BATCH = 50  # submissions: what has been judged is recorded after this many,
WAIT = 5.0  # or after this many seconds
WORKERS_LOST = 3  # how often a worker may be killed before grading gives up


class Laid(NamedTuple):
    """Where the graded notebook's folder and the record of a submission are until they are recorded."""

    autograded: Path
    record: Path


@dataclass
class Run:
    """What a run of grading knows about the class, and what has gone wrong so far.

    Between judging and recording comes the class's own step, if its ``nbgrader_config.py`` has one:
    ``c.Grading.judged = step``, where ``step(judged, explained)`` is called in this process for each submission, with
    what goes into the gradebook (a `Judged`) and the record that explains it (a dict, as in ``records/``). It returns
    the `Judged` to record: the one it was given, or a ``dataclasses.replace`` of it. If it raises, the instructor is
    told; that submission is not recorded, and the next run tries it again.

    Attributes
    ----------
    releases : dict of str to str
        The assignments as they are graded, by topic.
    done : Done
        What was graded, by this run and earlier ones.
    faults : dict of Task to str
        What could not be graded, and why; the next run tries it again.
    scheduler : str
        The address of a cluster's, whose workers judge; "" to use this machine's own.
    warnings : dict with str as keys
        What the instructor should know about the run, each once.
    """

    place: ClassDirectory
    config: object
    pinned: dict
    releases: dict
    done: Done
    isolation: str
    workers: int
    scheduler: str = ""
    console: object = None
    faults: dict = field(default_factory=dict)
    warnings: dict = field(default_factory=dict)

    def grade(self, due):
        """Grade tasks. If a worker is killed, others go on with what it left.

        Raises
        ------
        ClassError
            When this machine does not isolate as asked or keeps losing workers, or `c.Grading.judged` is not a
            function.
        """
        self._step()  # which says what is wrong with it before anything is judged
        left = due
        for _ in range(WORKERS_LOST):
            try:
                if left:
                    self._judge(left)
                return
            except BrokenExecutor as error:
                lost = error
                left = [task for task in left if task not in self.faults and not self.done.stands(task)]
            except Refused as refusal:
                raise ClassError(
                    f"this machine does not isolate notebooks ({refusal}); see: autograder doctor"
                ) from refusal
        if self.scheduler:
            raise ClassError(
                f"the connection to {self.scheduler} was lost again and again ({lost}); what is done is kept, and the "
                "same command goes on from there"
            ) from lost
        raise ClassError("workers were killed again and again, perhaps for lack of memory; try: --workers 1") from lost

    def _judge(self, due):
        """Judge what is due, and record it in batches: whatever ends this, what has been judged stays judged."""
        with (
            scratch(self.place) as folder,
            self._judges()(len(due), self.isolation, self._rehearsals(due)) as judged,
            bars(self.console, len(due), "Grading") as (count,),
        ):
            finished, recorded = [], time.monotonic()
            try:
                for task, outcome in judged(self._jobs(due, folder)):
                    try:
                        finished.append(self._laid(task, outcome(), folder))
                    except BrokenExecutor:
                        raise
                    except Exception as error:  # from nbgrader's steps, or an instructor's own
                        self.faults[task] = f"{type(error).__name__}: {error}"
                    count()
                    if len(finished) >= BATCH or time.monotonic() > recorded + WAIT:
                        self._record(finished)
                        finished, recorded = [], time.monotonic()
            finally:
                self._record(finished)

    def _judges(self):
        """Return what begins judging: on this machine, or on others."""
        if not self.scheduler:
            return partial(here, self.workers)
        try:
            from ..cluster.client import there
        except ImportError as error:
            raise ClassError(f"--scheduler needs the course's extra `cluster`: {error}") from error
        return partial(there, self.workers, self.scheduler, self.place, self._warn)

    def _warn(self, sentence):
        self.warnings[sentence] = None

    def _record(self, finished):
        """Record judged submissions: in the gradebook, then as files in their places, then as done."""
        stepped = [(task, laid, self._stepped(task, laid, judged)) for task, laid, judged in finished]
        stepped = [each for each in stepped if each[-1] is not None]
        if not stepped:
            return
        announce(
            self.place,
            {
                (task.student, task.topic): (task.submission, self.pinned["topics"][task.topic], judged.scores)
                for task, _, judged in stepped
            },
        )
        with settings.gradebook(self.config) as gradebook:
            for topic in dict.fromkeys(task.topic for task, _, _ in stepped):
                of_topic = [judged for task, _, judged in stepped if task.topic == topic]
                before = {judged.student: self._answered(judged) for judged in of_topic}
                record(gradebook, topic, of_topic, before)
        for task, laid, judged in stepped:
            replace_folder(laid.autograded, self.place.step("autograded", task.student, task.topic))
            write_file(self.place.step("records", task.student, f"{task.topic}.json"), laid.record.read_bytes())
            if judged.fault:
                self.faults[task] = judged.fault
                self.done.forget(task)
            else:
                self.done.keep(task, judged.notices)
        self.done.write()

    def _answered(self, judged):
        """Return a digest of each answer that was recorded last, as the record or the graded notebook has it."""
        record, graded = (self.place.step(step, judged.student) for step in ("records", "autograded"))
        with suppress(OSError, ValueError, KeyError):
            return json.loads((record / f"{judged.topic}.json").read_text(encoding="utf-8"))["answers"]
        with suppress(Exception):  # a file that was edited by hand, for instance
            return texts(nbformat.read(graded / judged.topic / f"{judged.topic}.ipynb", as_version=4))
        return {}

    def _stepped(self, task, laid, judged):
        """Return what the class's own step makes of a judged submission, or None where it fails."""
        if (step := self._step()) is None:
            return judged
        try:
            made = step(judged, json.loads(laid.record.read_text(encoding="utf-8")))
            if not isinstance(made, Judged) or (made.student, made.topic) != (judged.student, judged.topic):
                raise TypeError(f"c.Grading.judged must return the Judged of the same submission, got {made!r:.80}")
            return made
        except Exception as error:  # it is the instructor's own
            self.faults[task] = f"c.Grading.judged failed: {type(error).__name__}: {error}"
            return None

    def _step(self):
        step = self.config.Grading.get("judged")
        if step is not None and not callable(step):
            raise ClassError(f"c.Grading.judged must be a function of a Judged and its record, got {step!r:.80}")
        return step

    def _rehearsals(self, due):
        """Yield what can be learned about the exercises before there is an answer to any."""
        exercises = self.place.exercises
        for topic in dict.fromkeys(task.topic for task in due):
            yield from (partial(rehearse, name, exercises) for name in model.ids(topic, exercises))

    def _jobs(self, due, folder):
        """Yield (task, job, material) for each task; a submission is read when it is its turn."""
        most = settings.course_directory(self.config).max_file_size
        cell = float(self.config.Execute.get("timeout", Times.cell))
        times = Times(cell=cell, call=min(cell, Times.call), whole=max(Times.whole, 2 * cell))
        for task in due:
            handed_in = pack(self.place.step("submitted", task.student, task.topic), most)
            seed, digest = self.place.student_seed(task.student), self.pinned["topics"][task.topic]
            job = Job(task.student, task.topic, handed_in, seed, digest, most, self.isolation, times)
            yield task, job, Material(self.place, self.releases[task.topic], folder)

    def _laid(self, task, finished, folder):
        """Lay a submission's results out in a folder, not yet in place; return the task, where they are, and Judged.

        What nbgrader's exchange put beside the submission goes along.
        """
        autograded = folder / "autograded" / task.student / task.topic
        autograded.mkdir(parents=True)
        files = submission.exchanged(self.place.step("submitted", task.student, task.topic))
        files[f"{task.topic}.ipynb"] = finished.notebook.encode("utf-8")
        for name, content in files.items():
            (autograded / name).write_bytes(content)
            (autograded / name).chmod(self._permissions)
        record = folder / "records" / task.student / f"{task.topic}.json"
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(json.dumps(finished.record, indent=1), encoding="utf-8")
        return task, Laid(autograded, record), finished.judged

    @cached_property
    def _permissions(self):
        return settings.permissions(self.config)
