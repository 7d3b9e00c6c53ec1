"""Things lent in a talk about specimens: in step while a function of the judge holds them, then forgotten; capped."""

import numpy as np
import pytest

from autograder.judge import codec
from autograder.judge.standin import in_memory
from autograder.judge.verdict import Crashed
from tests.autograder.frames import in_frames


@pytest.fixture(params=[in_frames, in_memory])
def lent(request):
    """Return a function that returns the judge's side of a talk, and the answer for it to call."""

    def lent(answer):
        judge = request.param(answer, lending=True)
        return judge, judge.submission()

    return lent


def test_an_array_that_a_function_keeps_stays_in_step_on_both_sides(lent):
    kept = []

    def answer(keep):
        mine = np.zeros(3)
        keep(mine)
        mine += 1
        keep(None)
        return mine

    def keep(array):
        if array is not None:
            kept.append(array)
        else:
            np.testing.assert_array_equal(kept[0], np.ones(3))
            kept[0][1] = 7

    _, call = lent(answer)
    np.testing.assert_array_equal(call(keep), [1, 7, 1])


def test_what_comes_back_is_the_very_array_that_went(lent):
    _, call = lent(lambda same: [same(a) is a for a in (np.zeros(3), np.arange(4))])
    assert call(lambda a: a) == [True, True]


def test_a_result_that_a_function_keeps_is_its_own_array(lent):
    held = np.zeros(2)

    def answer(give):
        give()[:] = 3
        return give()

    _, call = lent(answer)
    call(lambda: held)
    np.testing.assert_array_equal(held, [3, 3])


def test_what_no_function_holds_is_forgotten(lent):
    judge, call = lent(lambda f: sum(float(f(np.ones(4), np.random.default_rng(i))[0]) for i in range(300)))
    call(lambda a, rng: a + rng.random())
    assert len(judge.table._tracked) < 5
    assert len(judge.table._theirs) < 5


def test_a_generator_that_a_function_keeps_is_shared(lent):
    held = []

    def answer(keep, draw):
        rng = np.random.default_rng(3)
        keep(rng)
        return [draw(), rng.random(), draw(), rng.random()]

    twin = np.random.default_rng(3)
    _, call = lent(answer)
    assert call(held.append, lambda: held[0].random()) == [twin.random() for _ in range(4)]


def test_a_read_only_array_is_read_only_for_the_function(lent):
    def answer(add):
        add(np.broadcast_to(np.ones(1), (3,)))

    def add(a):
        a += 1

    _, call = lent(answer)
    with pytest.raises(Crashed, match="read-only"):
        call(add)


def test_a_read_only_view_follows_its_base(lent):
    def answer(keep):
        base = np.zeros(2)
        view = base.view()
        view.setflags(write=False)
        keep(view)
        base += 5
        keep(None)

    kept = []
    _, call = lent(answer)
    call(kept.append)
    np.testing.assert_array_equal(kept[0], [5, 5])
    assert not kept[0].flags.writeable


def test_what_shares_memory_is_seen_when_the_judge_has_its_turn(lent):
    """Between two turns a view that was handed out is separate, even within one process."""
    held = np.zeros((2, 2))

    def answer(give, look):
        whole, row = give(), give(0)
        row[:] = 3
        seen = [whole[0, 0]]
        return seen + [look(), whole[0, 0]]

    _, call = lent(answer)
    assert call(lambda *row: held[row] if row else held, lambda: held[0, 0]) == [0, 3, 3]


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ([np.ones(2**20)] * 3, "OverflowError"),
        ([np.ones((2**10, 2**10))[::2] for _ in range(5)], "OverflowError"),
        ([0] * 140_000, "RuntimeError"),
        (["a" * 70_000], "OverflowError"),
        (["a" * 60_000] * 300, "OverflowError"),
    ],
)
def test_a_message_is_no_larger_than_a_frame(lent, given, kind):
    _, call = lent(lambda take: take(given))
    with pytest.raises(Crashed) as crash:
        call(lambda taken: None)
    assert crash.value.kind == kind


def test_what_is_no_data_is_opaque(lent):
    """Only public attributes of what a test hands over can be reached, and lists are the judge's own."""

    class Own:
        shown, _hidden = 4, 5

        def method(self):
            return 6

    def take(thing, things):
        things.append(1)
        with pytest.raises(AttributeError):
            _ = thing._hidden
        return [thing.shown, thing.method(), type(thing).__name__]

    things = []
    _, call = lent(lambda f: [f(Own(), things), things])
    assert call(take) == [[4, 6, "Handle"], []]


def _said(frames):
    """The judge, to which the answer sends these frames when it is called, and its reply to each."""
    judge = in_frames(lambda f: None, lending=True)
    call = judge.submission()
    heard, real = [], judge.exchange

    def exchange(frame):
        for said in frames:
            heard.append(codec.load(judge.handle(codec.dump(said))))
        return real(frame)

    judge.exchange = exchange
    return call, heard


BODY = ["<f8", [2], b"\0" * 16]


@pytest.mark.parametrize(
    "argument",
    [
        {"array": [0, *BODY]},
        {"array": [None, *BODY]},
        {"fixed": ["1", *BODY]},
        {"list": [{"array": [5, *BODY]}, {"array": [5, *BODY]}]},
        {"generator": [2, [1, 3, 0, 0]]},
        {"handle": [-1, "x"]},
        {"same": 77},
    ],
)
def test_a_forged_number_is_refused(argument):
    call, heard = _said([{"op": "call", "on": 0, "args": [argument], "kwargs": {}, "changes": [], "forget": []}])
    taken = []
    call(taken.append)
    assert taken == []
    assert heard[0]["error"]["kind"] == "BadFrame"
    assert "not served" not in heard[0]["error"]["message"]


def test_a_small_frame_names_no_large_value():
    body = ["<f8", [2**20], bytes(2**23)]
    rest = {"kwargs": {}, "changes": [], "forget": []}
    call, heard = _said(
        [
            {"op": "call", "on": 0, "args": [{"array": [5, *body]}], **rest},
            {"op": "call", "on": 0, "args": [{"list": [{"same": 5}] * 100}], **rest},
        ]
    )
    held = []
    call(held.append)
    assert "value" in heard[0]
    assert "together" in heard[1]["error"]["message"]


def test_what_answers_to_every_name_is_lent_as_an_object(lent):
    class Mock:
        def __getattr__(self, name):
            return lambda *args, **kwargs: name

    def answer(f):
        return f(Mock())

    _, call = lent(answer)
    assert call(lambda rng: rng._kind) == "object"
