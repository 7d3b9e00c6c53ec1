"""Whether a list or a dict still holds what it held: any change is seen, and reading is not a change."""

import copy

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autograder.judge.containers import holds, skeleton

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.builds(np.zeros, st.just(2))
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(VALUES)
def test_what_was_not_touched_holds_what_it_held(value):
    before = skeleton(value)
    repr(value), copy.copy(value)
    assert holds(value, before)


@given(st.lists(VALUES, min_size=1, max_size=4), st.data())
def test_every_change_is_seen(value, data):
    before = skeleton(value)
    place = data.draw(st.integers(0, len(value) - 1))
    old = value[place]
    match data.draw(st.sampled_from(["drop", "add", "replace", "inside"])):
        case "drop":
            del value[place]
        case "add":
            value.insert(place, object())
        case "replace":
            value[place] = object()
        case "inside" if isinstance(old, list):
            old.append(1)
        case "inside" if isinstance(old, dict):
            old["a new key"] = 1
        case _:
            value.append(value)
    assert not holds(value, before)


@given(VALUES.filter(lambda value: isinstance(value, dict) and len(value) > 1))
def test_the_order_of_a_dict_counts(value):
    before = skeleton(value)
    first = next(iter(value))
    value[first] = value.pop(first)
    assert not holds(value, before)
