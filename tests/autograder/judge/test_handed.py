"""What the judge hands over stays its own: changes are reported, allowed ones made, and nothing reaches its arrays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import exercise
from autograder.judge import generators
from autograder.judge.codec import BadFrame, dump
from autograder.judge.generators import only_drew, state_of
from autograder.judge.judge import judge
from autograder.judge.standin import in_memory
from autograder.judge.verdict import Wrong
from tests.autograder.frames import in_frames


@pytest.fixture(params=[in_memory, in_frames], autouse=True)
def talk_begun(request, monkeypatch):
    """Everything that holds in memory holds when messages become bytes."""
    monkeypatch.setitem(globals(), "in_memory", request.param)


def reference(a, b=None, *, rng=None):
    """The signature that the answers below should have."""


def called(answer, *args, may_change=(), **kwargs):
    """Call an answer once; return the talk and the value."""
    talk = in_memory(answer)
    return talk, talk.submission(reference, may_change)(*args, **kwargs)


def faults(talk):
    return [wrong.sentence for wrong in talk.faults]


def double_in_place(a):
    a *= 2
    return a


def test_a_changed_argument_is_told_and_the_judges_array_stays():
    mine = np.arange(3.0)
    talk, out = called(double_in_place, mine)
    assert faults(talk) == ["a must not be changed in place"]
    np.testing.assert_array_equal(mine, [0, 1, 2])
    np.testing.assert_array_equal(out, [0, 2, 4])  # the result is judged on its own merits


def test_the_answers_replica_is_mended_before_the_next_call():
    talk = in_memory(double_in_place)
    answer, mine = talk.submission(reference), np.arange(3.0)
    np.testing.assert_array_equal(answer(mine), answer(mine))


def test_what_may_change_is_changed_on_both_sides():
    mine = np.arange(3.0)
    talk, out = called(double_in_place, mine, may_change=("a",))
    assert faults(talk) == []
    assert out is mine
    np.testing.assert_array_equal(mine, [0, 2, 4])


def test_each_parameter_goes_by_its_name_in_the_reference():
    def answer(*args, **kwargs):
        kwargs["b"][0] = 5
        args[0].sort()

    talk, _ = called(answer, np.array([2.0, 1.0]), b=np.zeros(2))
    assert faults(talk) == ["a must not be changed in place", "b must not be changed in place"]


def test_arrays_inside_of_arguments_are_the_judges_too():
    def answer(a, b):
        a["w"][:] = 0
        b[1].sort()

    w, folds = np.ones(2), [np.arange(2), np.array([3, 1])]
    talk, _ = called(answer, {"w": w}, folds)
    assert faults(talk) == ["a must not be changed in place", "b must not be changed in place"]
    np.testing.assert_array_equal(w, [1, 1])
    np.testing.assert_array_equal(folds[1], [3, 1])


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a.append(1),
        lambda a: a.reverse(),
        lambda a: a[2].pop("k"),
        lambda a: a[2].update(k=[4]),
        lambda a: a[2]["k"].append(4),
        lambda a: a.append(a),
        lambda a: a.__setitem__(0, 2.0),
        lambda a: a.__setitem__(3, a[3].copy()),
    ],
)
def test_lists_and_dicts_go_by_value_and_a_change_is_told(change):
    mine = [1, "two", {"k": [3]}, np.ones(2), float("nan")]
    talk, _ = called(lambda a: change(a), mine)
    assert faults(talk) == ["a must not be changed in place"]
    assert mine[:3] == [1, "two", {"k": [3]}]


def test_reading_a_list_is_no_change():
    talk, _ = called(lambda a: [list(a), sorted(a[0]), a[1]["n"]], [[3, 1, float("nan")], {"n": np.ones(2)}])
    assert faults(talk) == []


@pytest.mark.parametrize("dtype", [float, np.float32, int, bool])
def test_a_number_put_back_is_no_change(dtype):
    """Finite differences nudge an entry in place, and call the judge's function in between."""
    seen = []

    def slope(a, b):
        for i in range(len(a)):
            kept, step = a[i], dtype(1) if a.dtype.kind in "ib" else dtype(1e-5)
            a[i] = a[i] + step
            b(a)
            a[i] = a[i] - step if a.dtype.kind == "f" else kept

    mine = np.array([0.1, 0.7, 0]).astype(dtype)
    before = mine.copy()
    talk, _ = called(slope, mine, lambda a: seen.append(a.copy()))
    assert faults(talk) == []
    np.testing.assert_array_equal(mine, before)
    assert not np.array_equal(seen[0], before) or dtype is bool
    assert len(seen) == 3


def test_a_callable_of_the_judge_sees_its_own_array_where_nothing_changed():
    mine, seen = np.ones(2), []
    called(lambda a, b: b(a), mine, seen.append)
    assert seen[0] is mine


def test_what_a_callable_gave_back_is_the_answers():
    mine = np.ones(2)

    def answer(a):
        gradient = a()
        gradient *= 3
        return gradient

    talk, out = called(answer, lambda: mine)
    assert faults(talk) == []
    np.testing.assert_array_equal(mine, [1, 1])
    np.testing.assert_array_equal(out, [3, 3])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda rng: rng.random(10), False),
        (lambda rng: rng.integers(9, size=7, dtype=np.uint32), False),
        (lambda rng: rng.bit_generator.advance(10**6), False),
        (lambda rng: rng.spawn(2), False),
        (lambda rng: rng.bit_generator.advance(-3), True),
        (lambda rng: rng.bit_generator.__setstate__(np.random.PCG64(0).__getstate__()), True),
        (lambda rng: setattr(rng.bit_generator, "state", np.random.PCG64(7).state), True),
    ],
)
def test_a_generator_may_advance_and_nothing_else(change, told):
    mine = np.random.default_rng(3)
    mine.random(50)
    before = state_of(mine)
    talk, _ = called(lambda a, rng: change(rng) is None, None, rng=mine)
    assert faults(talk) == ["rng must not be reset or replaced: draw from it as it is"] * told
    assert only_drew(before, state_of(mine))
    if told:
        assert state_of(mine) == before


def test_a_generator_set_back_to_where_it_was_first_seen_is_put_right():
    states = []

    def answer(a, rng):
        states.append(rng.bit_generator.state)
        rng.bit_generator.state = states[0]
        return rng.random()

    talk = in_memory(answer)
    call, mine = talk.submission(reference), np.random.default_rng(3)
    call(None, rng=mine)
    mine.random(5)
    call(None, rng=mine)
    assert faults(talk) == ["rng must not be reset or replaced: draw from it as it is"]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 2**62))
def test_drawing_leads_forward_as_numpy_says(seed, steps):
    rng = np.random.default_rng(seed)
    before = state_of(rng)
    rng.bit_generator.advance(steps)
    assert only_drew(before, state_of(rng))
    assert only_drew(state_of(rng), before) == (steps == 0)


def test_an_answer_cannot_make_the_judge_forget():
    talk = in_frames(lambda a: None)
    call, mine = talk.submission(reference), np.ones(2)
    call(mine)
    real = talk.exchange
    talk.exchange = lambda frame: real(frame).replace(b'"forget":[]', b'"forget":[0]')
    with pytest.raises(Wrong, match="cannot be read") as wrong:
        call(mine)
    assert "cannot let go" in wrong.value.detail
    with pytest.raises(BadFrame):
        talk.table.update([], [0])


def test_a_generator_that_only_the_answer_keeps_is_in_step_and_watched():
    """The check no longer holds it: that the answer draws from it, or rewinds it, is seen all the same."""

    class Keeper:
        def __init__(self, rng):
            self.rng, self.before = rng, rng.bit_generator.state

        def draw(self):
            return self.rng.random()

        def own(self):
            return self.rng

        def rewind(self):
            self.rng.bit_generator.state = self.before

    talk, keeper = called(Keeper, rng=np.random.default_rng(4))
    twin = np.random.default_rng(4)
    assert keeper.draw() == twin.random()
    assert keeper.own().random() == twin.random()
    assert keeper.draw() == twin.random(), "the judge has drawn in between"
    assert not faults(talk)
    keeper.rewind()
    assert faults(talk) == ["rng must not be reset or replaced: draw from it as it is"]
    assert keeper.draw() == twin.random(), "it has been put right"


def test_what_nobody_holds_is_not_looked_at_with_each_message(monkeypatch):
    looks = []
    monkeypatch.setattr(generators, "state_of", lambda rng: looks.append("a look") or state_of(rng))
    talk, draw = called(lambda: lambda rng: rng.random())
    counts = []
    for _ in range(3):
        for seed in range(20):
            assert draw(np.random.default_rng(seed)) == np.random.default_rng(seed).random()
        counts.append(len(looks))
        looks.clear()
    assert counts[1] == counts[2]


@pytest.mark.parametrize("touched", [3, ["a"], [-1], [1], [True]])
def test_a_forged_place_of_a_change_is_refused(touched):
    talk = in_frames(lambda a: None)
    call = talk.submission(reference)
    talk.exchange = lambda frame: dump({"value": None, "changes": [], "forget": [], "touched": touched})
    with pytest.raises(Wrong, match="cannot be read"):
        call(1)


def test_a_change_of_a_list_is_told_of_the_call_that_made_it():
    """A change made in one call is not reported again for the next."""
    talk = in_memory(lambda a: a.append(1))
    call = talk.submission(reference)
    call([0])
    talk.spoil()
    assert faults(talk) == ["a must not be changed in place"]


def test_another_dtype_in_place_is_told_as_one():
    def answer(a):
        a.dtype = np.int64
        a += 1

    with pytest.raises(Wrong, match="a must not be given another dtype in place") as told:
        called(answer, np.ones((2, 3)))
    assert told.value.detail == "float64 became int64"


def test_a_resized_argument_is_a_verdict_that_no_answer_swallows():
    def answer(a, b):
        a.resize(1, refcheck=False)
        try:
            b()
        except Exception:
            return 3

    with pytest.raises(Wrong, match="a must not be resized in place"):
        called(answer, np.ones(4), lambda: 1)


class Keeper:
    def __init__(self):
        self.kept = []

    def see(self, a):
        self.kept.append(a[:1])

    def first(self):
        return float(self.kept[0][0])


@pytest.mark.parametrize("holds", [True, False])
@pytest.mark.parametrize(("dtype", "worst"), [(float, np.nan), (np.int64, 2.0**63), (bool, 0.0)])
def test_a_view_that_an_answer_keeps_is_spoilt_whether_or_not_the_check_holds_the_array(holds, dtype, worst):
    talk = in_memory(Keeper)
    keeper = talk.submission(Keeper)()
    mine = np.ones(3, dtype)
    keeper.see(mine if holds else mine.copy())
    assert keeper.first() == 1
    talk.spoil()
    np.testing.assert_equal(keeper.first(), worst)
    np.testing.assert_array_equal(mine, np.ones(3, dtype))
    keeper.see(mine)  # what is handed over again is intact
    assert faults(talk) == []
    assert talk.last_call[0] == "see"


def test_a_locked_replica_is_spoilt_and_mended_too():
    def lock(a):
        a.flags.writeable = False
        return float(a[0])

    talk = in_memory(lock)
    call, mine = talk.submission(reference), np.ones(2)
    call(mine)
    mine[0] = 4
    assert call(mine) == 4
    talk.spoil()


def test_methods_are_known_by_the_names_of_the_reference():
    class Reference:
        def see(self, batch):
            """See it."""

    class Answer:
        def see(self, x):
            x[:] = 0

    talk = in_memory(Answer)
    talk.submission(Reference)().see(np.ones(2))
    assert faults(talk) == ["batch must not be changed in place"]


IN_PLACE = '''"""Double it."""
from autograder.authoring import array, close, core, hidden, misconception

points = 3
returns = array
hints = ("one", "two", "three")

def solution(x):
    return 2 * x

@core
def check_generic(double, rng):
    """It is doubled."""
    x = rng.random(4)
    close(double(x), 2 * x, "it must be doubled")

def check_zero(double, rng):
    """Zero stays."""
    import numpy as np
    close(double(np.zeros(3)), np.zeros(3), "zero must stay zero")

def check_negative(double, rng):
    """Negative numbers too."""
    x = -rng.random(4)
    close(double(x), 2 * x, "it must be doubled below zero")
'''


def test_a_change_costs_one_check_that_passes_otherwise_and_is_not_core(tmp_path):
    (tmp_path / "toys").mkdir()
    (tmp_path / "toys" / "double.py").write_text(IN_PLACE)
    asked = exercise.load("toys/double", root=tmp_path)

    def said(answer):
        report = judge(asked, answer, b"key", checks=asked.checks)
        return [finding.sentence for finding in report.findings], report.points

    def right(x):
        x *= 2
        return x

    def wrong_too(x):
        x *= 2
        return abs(x)

    told = "x must not be changed in place"
    assert said(right) == (["", "", told], 2.0)  # doubling leaves zeros unchanged
    assert said(wrong_too) == ([told, "", "it must be doubled below zero"], 1.0)
