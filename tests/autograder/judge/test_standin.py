"""The stand-in: who may ask what of whom, and that neither crashes nor verdicts get lost."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from autograder.judge import forms
from autograder.judge.shared import Handle
from autograder.judge.standin import in_memory
from autograder.judge.verdict import Crashed, Wrong
from tests.autograder.frames import in_frames


@pytest.fixture(params=[in_memory, in_frames], autouse=True)
def talk_begun(request, monkeypatch):
    """Everything that holds in memory holds when messages become bytes."""
    monkeypatch.setitem(globals(), "in_memory", request.param)


def stand_in(answer):
    return in_memory(answer).submission()


def test_a_callable_of_the_judge_is_called_back_with_its_own_objects():
    calls = []
    mine, rng = np.ones(3), np.random.default_rng(0)

    def forward(x, *, rng):
        calls.append((x, rng))
        return x + rng.random()

    twin = np.random.default_rng(0)
    out = stand_in(lambda f, x, rng: [f(x, rng=rng) for _ in range(3)])(forward, mine, rng)
    assert len(calls) == 3
    assert all(x is mine and r is rng for x, r in calls)
    np.testing.assert_array_equal(out, [mine + twin.random() for _ in range(3)])


def test_objects_stay_where_they_are_and_can_be_passed_back():
    class Cache:
        def __init__(self, value):
            self.value = value

    class Layer:
        def forward(self, x):
            return x, Cache(x)

        def backward(self, cache):
            return cache.value * isinstance(cache, Cache)

    layer = stand_in(Layer)()
    _, cache = layer.forward(4)
    assert isinstance(cache, Handle)
    assert cache.value == 4
    assert layer.backward(cache) == 4


def test_private_names_are_read_from_neither_side():
    handle = stand_in(lambda f: f)(lambda: 1)
    assert handle() == 1
    with pytest.raises(AttributeError):
        _ = stand_in(lambda: 1).__globals__
    with pytest.raises(Crashed) as crash:
        stand_in(lambda f: f.__globals__)(lambda: 1)
    assert crash.value.kind == "AttributeError"


def test_the_judges_objects_can_only_be_called():
    judge = in_memory(lambda: 1)
    number = judge.table.register(lambda: 2)

    def asked(**message):
        return judge.frames.load(judge.handle(judge.frames.dump(message)))

    assert asked(op="call", on=number)["value"] == 2
    for name in ("real", "__globals__"):
        assert "not served" in asked(op="get", on=number, args=[name])["error"]["message"]


def test_a_verdict_in_a_callback_cannot_be_swallowed():
    calls = []

    def spend(n):
        calls.append(n)
        if len(calls) > 2:
            raise Wrong("the budget is used up")

    def answer(spend):
        for n in range(10):
            try:
                spend(n)
            except BaseException:
                continue
        return 1

    with pytest.raises(Wrong, match="used up"):
        stand_in(answer)(spend)
    assert calls == [0, 1, 2]


def test_the_answer_sees_an_ordinary_error_of_a_callback():
    def answer(f):
        try:
            f()
        except KeyError as error:
            return str(error)

    assert "missing" in stand_in(answer)(lambda: {}["missing"])


def test_a_crash_tells_type_bases_message_and_the_answers_own_lines():
    def answer(x):
        return np.linalg.inv(x)

    with pytest.raises(Crashed) as crash:
        stand_in(answer)(np.zeros((2, 2)))
    assert crash.value.kind == "LinAlgError"
    assert "ValueError" in crash.value.bases
    assert "Singular" in crash.value.message
    assert "in answer\n    return np.linalg.inv(x)" in crash.value.trace
    assert "linalg.py" not in crash.value.trace


@pytest.mark.parametrize("answer", [lambda: exit(0), lambda: (_ for _ in ()).throw(SystemExit)])
def test_leaving_the_interpreter_is_a_crash(answer):
    with pytest.raises(Crashed, match="SystemExit"):
        stand_in(answer)()


def test_stopping_the_kernel_is_not_caught():
    def answer():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stand_in(answer)()


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"[]",
        b"{}}",
        b'{"value": {"array": [null, "<f8", [9], ""]}}',
        b'{"value": 1, "changes": 3}',
        b'{"value": 1, "changes": [[5, "x"]]}',
        b'{"value": {"same": 99}}',
    ],
)
def test_a_malformed_reply_is_a_wrong_answer(reply):
    judge = in_frames(lambda: 1)
    judge.exchange = lambda frame: reply
    with pytest.raises(Wrong, match="cannot be read"):
        judge.submission()


def test_a_handle_belongs_to_its_talk():
    stale = stand_in(lambda: object())()
    with pytest.raises(TypeError, match="earlier talk"):
        stand_in(lambda x: x)(stale)


def test_threads_of_an_answer_speak_to_the_judge_one_at_a_time():
    def answer(f, x):
        with ThreadPoolExecutor(8) as pool:
            return sorted(pool.map(lambda n: float(f(x + n).sum()), range(40)))

    assert stand_in(answer)(lambda x: 2 * x, np.zeros(3)) == [6.0 * n for n in range(40)]


def test_a_message_that_is_too_large_is_refused_before_it_is_made():
    heard = []

    def answer(f):
        try:
            f(np.empty(2**27))
        except OverflowError as error:
            heard.append(str(error))
        return f(3)

    began = time.process_time()
    assert stand_in(answer)(lambda x: x + 1) == 4
    assert time.process_time() - began < 0.5
    assert heard == ["the arrays of a message may have at most 16777216 bytes, got 1073741824"]


@pytest.mark.parametrize("dtype", ["longdouble", "object", "datetime64[s]"])
def test_an_array_of_what_is_no_number_is_told_with_its_dtype(dtype):
    back = stand_in(lambda: np.zeros(3).astype(dtype))()
    with pytest.raises(Wrong) as told:
        forms.array(back)
    assert told.value.detail == f"got a NumPy array of dtype {np.dtype(dtype)}"
