"""Several calls in one message give the same as one by one: results, changes, draws and exceptions."""

import numpy as np
import pytest

from autograder.authoring import call, several
from autograder.judge import answering, codec
from autograder.judge.forms import Callable, array
from autograder.judge.shared import Handle
from autograder.judge.standin import in_memory
from autograder.judge.told import arguments
from autograder.judge.verdict import Crashed, Wrong
from tests.autograder.frames import in_frames

MEMORY = np.zeros(2)


def reference(x, times=2, *, rng=None):
    """The signature that the answers below should have."""


def right(x, times=2, *, rng=None):
    return x * times + (0 if rng is None else rng.random())


def in_place(x, times=2, *, rng=None):
    x *= times
    return x


def reusing(x, times=2, *, rng=None):
    return np.multiply(x, times, out=MEMORY)


def rewinding(x, times=2, *, rng=None):
    before = rng.bit_generator.state
    out = x + rng.random()
    rng.bit_generator.state = before
    rng.bit_generator.advance(-1)
    return out


def failing_later(x, times=2, *, rng=None, seen=None):
    if times > 3:
        raise ValueError("too many times")
    return x * times


def writing_into_lists(x, times=2, *, rng=None):
    if isinstance(x, list):
        x.append(0)
    return np.asarray(x, float)[:2]


@pytest.fixture(params=[in_memory, in_frames])
def begin(request):
    """A function that begins a talk with an answer, and returns the talk and what a check would call."""

    def begin(answer):
        talk = request.param(answer)
        return talk, Callable(talk.submission(reference), array)

    return begin


def heard(talk, results):
    """Everything that a talk reveals: results or how they end, faults, and the last call."""
    found = []
    try:
        found += [np.array(result) for result in results]
    except (Crashed, Wrong) as verdict:
        found.append(str(verdict))
    told = [str(np.asarray(each).tolist()) for each in found]
    faults = [wrong.sentence for wrong in talk.faults]
    return told, faults, arguments(talk.last_call), str(talk.replies), str(talk.seen)


@pytest.mark.parametrize("answer", [right, in_place, reusing, rewinding, failing_later, writing_into_lists])
def test_several_calls_are_what_they_are_one_by_one(begin, answer):
    def calls():
        x, rng, things = np.ones(2), np.random.default_rng(1), [1, 2]
        yield from [call(x, rng=rng)] * 3
        yield from [call(x, times=3, rng=np.random.default_rng(2)), call(x + 1, 2, rng=rng), call(things, rng=rng)]
        yield from [call(things, rng=rng), call(np.zeros(2), times=4, rng=rng), call(x, rng=rng)]

    talk, ask = begin(answer)
    together = heard(talk, several(ask, calls()))
    talk, ask = begin(answer)
    assert heard(talk, (ask(*args, **kwargs) for args, kwargs in calls())) == together


def test_several_calls_take_one_message_and_one_more_after_each_change(begin):
    def turns(answer, count):
        talk, ask = begin(answer)
        exchange, frames = talk.exchange, []
        talk.exchange = lambda frame: frames.append(frame) or exchange(frame)
        x, rng = np.ones(2), np.random.default_rng(1)
        assert len(list(several(ask, [call(x, rng=rng)] * count))) == count
        return len(frames)

    assert turns(right, 50) == 1
    assert turns(in_place, 5) == 5
    assert list(several(begin(right)[1], [])) == []


@pytest.mark.parametrize(("limit", "value"), [("MUCH", 10), ("LONG", -1.0)])
def test_a_message_carries_no_more_calls_than_its_limits_allow(begin, monkeypatch, limit, value):
    monkeypatch.setattr(answering, limit, value)
    talk, ask = begin(right)
    assert [list(out) for out in several(ask, [call(np.full(2, n)) for n in range(4)])] == [
        [2 * n] * 2 for n in range(4)
    ]
    assert len(talk.replies) == 5


def test_a_finding_is_told_with_its_own_call(begin):
    talk, ask = begin(failing_later)
    results = several(ask, [call(np.ones(2), times=n) for n in range(5)])
    for n in range(4):
        next(results)
        assert talk.last_call[1]["times"] == n
    with pytest.raises(Crashed, match="too many times"):
        next(results)
    assert talk.last_call[1]["times"] == 4


def test_what_a_callable_of_the_judge_raises_ends_the_check(begin):
    def answer(f):
        try:
            return f()
        except Exception:
            return 3

    def refuse():
        raise Wrong("never call it")

    talk, _ = begin(answer)
    with pytest.raises(Wrong, match="never call it"):
        list(several(Callable(Handle(talk, None, ""), array), [call(refuse), call(refuse)]))


@pytest.mark.parametrize(
    "reply",
    [
        {"value": {"list": []}},
        {"value": {"list": [1, 2, 3]}},
        {"value": {"list": [1, 2]}, "raised": {}},
        {"value": {"list": [1]}, "raised": "x"},
        {"value": 1},
        {"value": {"list": [1]}, "touched": [5]},
    ],
)
def test_a_forged_reply_is_refused(reply):
    talk = in_frames(right)
    ask = Callable(talk.submission(reference), array)
    talk.exchange = lambda frame: codec.dump(reply | {"changes": [], "forget": []})
    with pytest.raises(Wrong, match="cannot be read"):
        list(several(ask, [call(np.ones(1)), call(np.ones(1))]))
