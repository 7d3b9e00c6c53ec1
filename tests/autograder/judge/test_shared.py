"""What two sides share: whatever happens to an argument on the other side is seen on this one."""

import gc

import numpy as np
import pytest

from autograder.judge.codec import BadFrame
from autograder.judge.standin import in_memory


def stand_in(answer):
    return in_memory(answer).submission()


def test_an_array_that_comes_back_is_the_one_that_went():
    mine = np.arange(3.0)
    assert stand_in(lambda a: a)(mine) is mine
    assert stand_in(lambda a: (1, [a]))(mine)[1][0] is mine
    assert stand_in(lambda a: a.copy())(mine) is not mine


def test_a_kept_reference_follows_the_judges_array():
    class Keeper:
        def step(self, params):
            self.kept = params

        def best(self):
            return self.kept

    keeper = stand_in(Keeper)()
    mine = np.ones(2)
    keeper.step(mine)
    mine[:] = 5
    np.testing.assert_array_equal(keeper.best(), [5, 5])
    np.testing.assert_array_equal(keeper.kept, [5, 5])


def test_an_array_that_the_check_dropped_is_forgotten_and_goes_by_value():
    kept = []
    answer = stand_in(lambda a=None: kept.append(a) if a is not None else kept[0])
    answer(np.ones(3))
    gc.collect()
    np.testing.assert_array_equal(answer(), np.ones(3))
    assert not answer._peer.table._tracked


def test_a_generator_is_used_up_on_both_sides():
    rng, twin = np.random.default_rng(3), np.random.default_rng(3)
    answer = stand_in(lambda rng: rng.random(4))
    np.testing.assert_array_equal(answer(rng), twin.random(4))
    np.testing.assert_array_equal(answer(rng), twin.random(4))
    assert rng.random() == twin.random()
    rng.integers(10, dtype=np.uint32), twin.integers(10, dtype=np.uint32)  # half a word is left over
    np.testing.assert_array_equal(stand_in(lambda rng: rng.integers(9, size=5))(rng), twin.integers(9, size=5))


def test_spawned_generators_differ_between_generators():
    answer = stand_in(lambda rng: [child.random() for child in rng.spawn(2)])
    draws = answer(np.random.default_rng(1)) + answer(np.random.default_rng(2))
    assert len(set(draws)) == 4


def test_replies_are_copies_of_what_came_then():
    judge = in_memory(lambda a: a)
    mine = np.zeros(2)
    judge.submission()(mine)
    mine[:] = 9
    np.testing.assert_array_equal(judge.replies[-1], [0, 0])


def test_bad_frames_name_what_is_wrong():
    judge = in_memory(lambda: 1)
    with pytest.raises(BadFrame, match="number must be a count"):
        judge.table.decode_shared("handle", [-1, "x"])
