"""The two transports compared: what an answer is told in memory, it is told over a pipe to a sandbox.

Both ends get the same text of an answer, as a student would write it, so any difference is due to the transport.
"""

import contextlib
import inspect
import pickle
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..judge.diagnose import same_values
from ..judge.judge import examine, quiet
from ..judge.standin import in_memory
from ..judge.verdict import CRASHED, Ended
from ..sandbox.client import Refused, Server
from ..written import written_out
from . import zoo

KEY = b"audit of transports"
SECONDS = 60  # for one cell or one question; the answers of a course take a fraction of one
SETUP = "import numpy as np"
AGAIN = 40  # transcripts, at most, of an answer that may draw its own numbers; a coarse one often replies alike


@contextlib.contextmanager
def server():
    """Start a server of sandboxes, and yield a function that waits until it is warm.

    The function returns the server and a notice of what is missing: isolation, or (the server is None) sandboxes. A
    sandbox without isolation has the same pipe, so transports are compared even if a machine refuses namespaces.
    """
    with contextlib.ExitStack() as running:
        isolated = Server(isolation="namespaces")
        try:
            isolated.start()
            running.callback(isolated.stop)
            refused = ""
        except (Refused, OSError) as refusal:
            refused = str(refusal)
        yield partial(_settled, isolated, refused, running)


def _settled(isolated, refused, running):
    """Return the isolated server if it was not refused and makes sandboxes, or else one without isolation."""
    if not refused:
        try:
            isolated.wait()
            isolated.sandbox().close()
            return isolated, ""
        except (Refused, OSError) as refusal:
            refused = str(refusal)
    try:
        server = running.enter_context(Server(isolation="none"))
        server.sandbox().close()
    except (Refused, OSError) as refusal:
        return None, f"transports were not compared, as there are no sandboxes here: {refusal}"
    return server, f"transports were compared without isolation, which is refused here: {refused}"


def problems(exercise, server):
    """Yield a sentence for each answer in the exercise's file, or disguised solution, that is judged differently."""
    with quiet(), server.sandbox() as sandbox:
        sandbox.run(SETUP, SECONDS)
        for name, source in _answers(exercise):
            try:
                yield from _differences(exercise, name, source, sandbox)
            except Ended as ended:
                yield f"{name} ends its sandbox: {ended.how} {ended.detail}"
                return


def _answers(exercise):
    """Yield (name, source) of every answer that the exercise's file holds, and of the solution with other results."""
    yield "the solution", exercise.solution_source
    if exercise.kind not in ("class", "test"):
        for name, change in zoo.CHANGES.items():
            yield f"the solution with {name}", _disguised(exercise, change)
    if exercise.given is not ...:
        value = f"{exercise.name} = {exercise.given!r}"
        yield "what is given", value if exercise.asks_for_value else written_out(exercise, "given")
    variants = [variant for wrong in exercise.misconceptions for variant in wrong.variants]
    others = (*exercise.alternatives, *exercise.misconceptions, *variants, *exercise.neighbours, *exercise.lazy)
    for other in others:
        yield other.name, written_out(exercise, other.name)


def _disguised(exercise, change):
    """Return the source of the solution with a change made to each array and number that it returns."""
    if exercise.asks_for_value:
        again = f"{exercise.name} = each({exercise.name}, {change.__name__})"
    else:
        again = f"right = {exercise.name}\ndef {exercise.name}(*args, **kwargs):\n"
        again += f"    return each(right(*args, **kwargs), {change.__name__})"
    return "\n\n".join([exercise.solution_source, inspect.getsource(change), inspect.getsource(each), again])


def each(value, change):
    """Return a result with a change made to each array and number in it."""
    if isinstance(value, tuple):
        return tuple(each(item, change) for item in value)
    if isinstance(value, dict):
        return {key: each(item, change) for key, item in value.items()}
    return change(np.asarray(value)) if isinstance(value, (float, np.ndarray, np.generic)) else value


def _differences(exercise, name, source, sandbox):
    """Run one answer's source here and in the sandbox, and yield what is said or replied differently there."""
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
    for one, other in zip(here, there):
        if one.said != other.said:
            yield f"{name} is told {other.said} over the pipe, but {one.said} in memory"
    otherwise = [
        (place, one)
        for place, (one, other) in enumerate(zip(here, there))
        if one.said == other.said and not _same(one.replies, other.replies)
    ]
    for _ in range(AGAIN):
        if not otherwise:
            return
        # An answer that draws its own numbers replies differently each time, even in memory.
        again = _transcript(exercise, connect)
        otherwise = [(place, one) for place, one in otherwise if _same(one.replies, again[place].replies)]
    for _, one in otherwise:
        yield f"{name} replies to {one.said[0]} differently over the pipe than in memory"


@dataclass(frozen=True)
class _Talk:
    """What one check said about an answer, and what the answer replied to it.

    The place where an answer raised is not included, since a notebook's cells have other names; nor are the numbers
    shown, which are those of the replies.
    """

    said: tuple
    replies: list


def _transcript(exercise, connect):
    findings, talks = examine(exercise, connect, KEY, exercise.checks)
    return [_Talk(_said(finding), talk.replies) for finding, talk in zip(findings, talks)]


def _said(finding):
    message = finding.detail.splitlines()[-1:] if finding.verdict == CRASHED else []
    return finding.check, finding.verdict, finding.sentence, *message


def _same(one, other):
    """Whether replies are equal up to rounding; equality to the last bit is quicker to see."""
    return pickle.dumps(one) == pickle.dumps(other) or same_values(one, other)
