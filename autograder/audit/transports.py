"""The two transports held against each other: what an answer is told in memory, it is told over a pipe to a sandbox.

Both ends get the same text of an answer, as a student would write it, so that what differs is the transport's doing.
"""

import contextlib
from dataclasses import dataclass
from functools import partial

from ..classroom.answers import written_out
from ..diagnose import same_values
from ..judge import examine, quiet
from ..sandbox.client import Refused, Server
from ..standin import in_memory
from ..verdict import CRASHED, Ended

KEY = b"audit of transports"
SECONDS = 60  # for one cell or one question; the answers of a course take a fraction of one
SETUP = "import numpy as np"


@contextlib.contextmanager
def server():
    """Yield a server of sandboxes and a notice of what is missing: isolation, or (the server is None) sandboxes.

    A pipe is one without isolation, too, so that the transports are compared where a machine refuses namespaces.
    """
    with contextlib.ExitStack() as running:
        yield _start(running)


def _start(running):
    refusals = {}
    for isolation in ("namespaces", "none"):
        try:
            with contextlib.ExitStack() as starting:
                started = starting.enter_context(Server(isolation=isolation))
                started.sandbox().close()
                running.push(starting.pop_all())
        except (Refused, OSError) as refusal:
            refusals[isolation] = refusal
            continue
        without = refusals.get("namespaces")
        return started, without and f"transports were compared without isolation, which is refused here: {without}"
    return None, f"transports were not compared, as there are no sandboxes here: {refusals['none']}"


def problems(exercise, server):
    """Yield a sentence for each answer in the exercise's file of which the two transports do not say the same."""
    if exercise.kind == "text":
        return
    with quiet(), server.sandbox() as sandbox:
        sandbox.run(SETUP, SECONDS)
        for name, source in _answers(exercise):
            try:
                yield from _differences(exercise, name, source, sandbox)
            except Ended as ended:
                yield f"{name} ends its sandbox: {ended.how} {ended.detail}"
                return


def _answers(exercise):
    """Yield (name, source) of every answer that the exercise's file holds."""
    yield "the solution", exercise.solution_source
    if exercise.given is not ...:
        value = f"{exercise.name} = {exercise.given!r}"
        yield "what is given", value if exercise.asks_for_value else written_out(exercise, "given")
    for other in (*exercise.alternatives, *exercise.misconceptions):
        yield other.name, written_out(exercise, other.name)


def _differences(exercise, name, source, sandbox):
    """Run one answer's source here and in the sandbox, and yield what is said or replied otherwise there."""
    namespace = {}
    try:
        exec(f"{SETUP}\n{source}", namespace)
    except Exception as error:
        yield f"{name} does not run by itself: {error}"
        return
    outputs, failed = sandbox.run(source, SECONDS)
    if failed:
        yield f"{name} can be defined here, but not in a sandbox: {outputs[-1].get('evalue')}"
        return
    connect = partial(in_memory, namespace[exercise.name])
    _, connect_there = sandbox.answer(exercise.name, SECONDS)
    here, there = _transcript(exercise, connect), _transcript(exercise, connect_there)
    again = here if _same_replies(here, there) else _transcript(exercise, connect)
    for one, other, third in zip(here, there, again):
        if one.said != other.said:
            yield f"{name} is told {other.said} over the pipe, in memory {one.said}"
        # An answer that draws numbers of its own replies otherwise each time, in memory, too.
        elif not same_values(one.replies, other.replies) and same_values(one.replies, third.replies):
            yield f"{name} replies otherwise to {one.said[0]} over the pipe than in memory"


@dataclass(frozen=True)
class _Talk:
    """What one check said of an answer, and what the answer replied to it.

    Where an answer raised is not part of it, since a notebook's cells have other names; nor are the numbers that are
    told, which are those of the replies.
    """

    said: tuple
    replies: list


def _transcript(exercise, connect):
    findings, replies = examine(exercise, connect, KEY, exercise.checks)
    return [_Talk(_said(finding), replied) for finding, replied in zip(findings, replies)]


def _said(finding):
    message = finding.detail.splitlines()[-1:] if finding.verdict == CRASHED else []
    return finding.check, finding.verdict, finding.sentence, *message


def _same_replies(one, other):
    return same_values([talk.replies for talk in one], [talk.replies for talk in other])
