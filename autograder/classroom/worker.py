"""One grading worker: it has submissions judged by a fork of itself (see `apart`), and says what became of each.

It stays warm and small: it looks into nothing that was handed in. If a fork takes too much, that is the result of the
answer that it was working on; what was judged before stays judged, and another fork goes on with the rest.
"""

import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from .. import exercise as model
from ..judge import diagnose
from ..judge.judge import judge
from ..judge.seeds import PUBLIC
from ..judge.verdict import TOO_COSTLY, Ended
from ..sandbox.run import Known
from .apart import Cost, Died
from .judging import (
    JUDGE,
    NAME,
    READ,
    RUN,
    TOO_MUCH,
    WRITE,
    Begun,
    Learning,
    Learnt,
    Reported,
    Request,
    get_ready,
    give_up,
)
from .parcel import lay
from .record import Finished

TO_WRITE = 1.5  # seconds, on top of those for running and judging; as many again may follow, twice
TO_NAME = 1.0  # seconds, on top of those, for naming mistakes, and
TO_LEARN = 60.0  # for finding out once what the checks of an exercise say about one of its misconceptions


def rehearse(exercise, exercises):
    """Judge a known mistake in an exercise, to learn what its checks say about all of them; forked workers know it.

    It takes the time that the first wrong answer would take.
    """
    asked = model.load(exercise, exercises)
    for wrong in asked.misconceptions[:1]:
        judge(asked, wrong.answer, PUBLIC, checks=asked.checks)


def work(job, material, judging) -> Finished:
    """Have one submission judged by an `Apart`; return the result. Nothing is left where it was laid out."""
    get_ready(job.topic, material)
    began, cost = time.monotonic(), Cost()
    with TemporaryDirectory(dir=material.scratch) as folder:
        lay(job.handed_in, folder)
        finished = _judge(replace(job, handed_in=()), material, Path(folder), judging, began + job.times.whole, cost)
    taken = {"seconds": time.monotonic() - began, "cpu_seconds_of_judge": cost.cpu, "mib_of_judge": cost.memory / 2**20}
    finished.record["cost"] = {name: round(value, 3) for name, value in taken.items()}
    return finished


def _judge(job, material, folder, judging, ends, cost):
    known, show, name, spared = Known(), True, True, False
    while True:
        asked_at, at = time.monotonic(), Begun(READ)
        request = Request(job, material, folder, known, ends, asked_at, show, name)
        try:
            for told in judging.ask(request, max(0.0, ends - asked_at) + TO_WRITE, cost, TO_NAME + TO_LEARN):
                match told:
                    case Begun():
                        judging.prolong(TO_NAME * ((told.step == NAME) - (at.step == NAME)))
                        at = told
                    case Reported(index, report):
                        known.reports[index], at = report, at if at.step == NAME else Begun(RUN)
                    case Learning():
                        judging.prolong(TO_LEARN)
                    case Learnt(what, seconds):
                        diagnose.learn(what)  # for the next fork
                        judging.prolong(seconds - TO_LEARN)
                        ends += seconds
                    case Finished():
                        finished = told
            return finished
        except Died as death:
            ended = Ended(TOO_COSTLY, f"({death})")
            if death.killed and not spared:  # once, it may have been for lack of what others took
                spared = True
            elif at.step == JUDGE:
                known.lost[at.index] = ended
            elif at.step == RUN:
                known.ended = ended
            elif at.step == NAME and name:
                name = False
                if time.monotonic() > ends:  # else its cells run again, so that their outputs are shown
                    show, known.ended = False, ended
            elif at.step == WRITE and show:
                show, known.ended = False, ended  # nothing needs to run again for what is not shown
            else:
                return give_up(job, material, TOO_MUCH.format(death))
