"""The codec: every value comes back as it was sent, and nothing but a value ever comes out of bytes."""

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.judge import codec
from autograder.judge.answering import AnswerSide
from autograder.judge.standin import JudgeSide
from dnnkit.normalization import Standardizer

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=4)
    ),
    max_leaves=12,
)
JSON = st.recursive(
    LEAVES | st.binary(max_size=9).map(memoryview),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["scalar", "list", "tuple", "dict", "record", "array", "generator", "handle", "same", "else"]
            ),
            inner,
            max_size=2,
        )
    ),
    max_leaves=12,
)
COUNTS = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("#"), inner))
FRAMES = st.builds(
    lambda node, behind: json.dumps({"value": node}).encode() + b"\n" + behind, COUNTS, st.binary(max_size=30)
)
DTYPES = st.sampled_from([np.dtype(char) for char in "?bhilqBHILQefdFD"])


def table():
    """One side's table of shared things, still empty."""
    return JudgeSide().table


def there_and_back(value):
    frame = codec.dump({"value": codec.encode(value, table())})
    return codec.decode(codec.load(frame)["value"], AnswerSide(None).table)


@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_data_comes_back_equal_and_of_the_same_type(value):
    assert repr(there_and_back(value)) == repr(value)


@settings(max_examples=60, deadline=None)
@given(DTYPES.flatmap(lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0, min_side=0, max_side=4))))
def test_an_array_keeps_dtype_shape_and_bytes(value):
    back = there_and_back(value)
    assert (back.dtype, back.shape, back.tobytes()) == (value.dtype, value.shape, value.tobytes())
    assert back.flags.writeable


@pytest.mark.parametrize("value", [np.float32(1.5), np.int64(-3), np.bool_(True), np.complex128(1j)])
def test_a_numpy_scalar_stays_one(value):
    assert type(there_and_back(value)) is type(value)
    assert there_and_back(value) == value


def test_a_view_that_is_not_contiguous_crosses_whole():
    value = np.arange(12.0).reshape(3, 4).T[::2]
    np.testing.assert_array_equal(there_and_back(value), value)


def test_a_tensor_is_an_array():
    tensor = torch.arange(6.0, requires_grad=True).reshape(2, 3)
    np.testing.assert_array_equal(there_and_back(tensor), tensor.detach().numpy())


def test_a_record_of_dnnkit_crosses_as_itself():
    record = Standardizer(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    back = there_and_back(record)
    assert type(back) is Standardizer
    np.testing.assert_array_equal(back.std, record.std)


def test_a_dataclass_of_somebody_else_is_a_handle():
    @dataclass
    class Standardizer:
        mean: float

    assert codec.encode(Standardizer(1.0), table()) == {"handle": [0, "Standardizer"]}


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_no_json_does_anything_but_decode_or_be_refused(node):
    with suppress(codec.BadFrame):  # any other exception fails the test
        codec.decode(node, table())


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | FRAMES)
def test_no_bytes_do_anything_but_load_or_be_refused(frame):
    with suppress(codec.BadFrame):
        assert isinstance(codec.load(frame), dict)


@pytest.mark.parametrize(
    "node",
    [
        {"record": ["os", "environ", {}]},
        {"record": ["subprocess", "Popen", {"args": "true"}]},
        {"record": ["dnnkit.normalization", "np", {}]},
        {"record": ["dnnkit.normalization", "Standardizer", {"mean": 1}]},
        {"array": [None, "|O", [1], memoryview(bytes(8))]},
        {"array": [None, "<f8", [10**12], memoryview(b"")]},
        {"array": [None, "<f8", [-1], memoryview(bytes(8))]},
        {"array": [None, "<f8", [1], memoryview(bytes(7))]},
        {"array": [None, "<f8", [1], "AAAAAAAAAAA="]},
        {"array": [None, "<f8", [1], {"#": 8}]},
        {"list": [memoryview(bytes(8))]},
        {"generator": [0, [1, 2, 3]]},
        {"generator": [0, [-1, 0, 0, 0]]},
        {"handle": ["zero", "x"]},
        {"same": 7},
        {"dict": [[{"list": []}, 1]]},
        {"two": 1, "keys": 2},
    ],
)
def test_what_is_no_value_is_refused(node):
    with pytest.raises(codec.BadFrame):
        codec.decode(node, table())


def test_bytes_follow_the_json_in_its_order():
    frame = codec.dump({"one": b"\n[,", "two": [b"", b"{"]})
    assert frame == b'{"one":{"#":3},"two":[{"#":0},{"#":1}]}\n\n[,{'
    message = codec.load(frame)
    assert [bytes(part) for part in (message["one"], *message["two"])] == [b"\n[,", b"", b"{"]
    with pytest.raises(codec.BadFrame, match="no 1 bytes left"):
        codec.load(frame[:-1])


@pytest.mark.parametrize("count", [b"9", b"-1", b"1.0", b"true", b"null", b"[]", b'{"#":1}'])
def test_bytes_that_a_frame_does_not_hold_are_refused(count):
    with pytest.raises(codec.BadFrame, match="bytes left"):
        codec.load(b'{"value":{"#":' + count + b"}}\n12345678")


def test_depth_and_size_are_capped(monkeypatch):
    deep = []
    deep.append(deep)
    with pytest.raises(RecursionError):
        codec.encode(deep, table())
    node = 1
    for _ in range(codec.MAX_DEPTH + 2):
        node = {"list": [node]}
    with pytest.raises(codec.BadFrame, match="deep"):
        codec.decode(node, table())
    with pytest.raises(codec.BadFrame, match="not JSON"):
        codec.load(b"[" * 100_000)
    monkeypatch.setattr(codec, "MAX_FRAME", 1000)
    with pytest.raises(OverflowError, match="at most 1000"):
        codec.dump({"value": "x" * 2000})
    with pytest.raises(codec.BadFrame, match="at most 1000"):
        codec.load(json.dumps({"value": "x" * 2000}).encode())


def test_exact_fractions_and_decimals_are_numbers():
    assert there_and_back(Fraction(3, 8)) == 0.375
    assert there_and_back([Decimal("0.5"), Fraction(4)]) == [0.5, 4.0]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.bool, torch.int64])
def test_a_tensor_of_any_type_is_an_array(dtype):
    np.testing.assert_array_equal(there_and_back(torch.tensor([0, 1]).to(dtype)), [0, 1])


def test_an_array_has_at_most_eight_axes():
    assert there_and_back(np.zeros((1,) * 8)).ndim == 8
    with pytest.raises(codec.BadFrame, match="at most 8 counts"):
        codec.array_from(["<f8", [1] * 9, memoryview(bytes(8))])


COLLIDING = [number * (2**61 - 1) for number in range(codec.MAX_KEYS + 1)]  # each has the hash 0


def test_keys_that_are_no_text_are_few():
    text, few = dict.fromkeys(map(str, range(5000)), 1), dict.fromkeys(COLLIDING[1:], 1)
    assert there_and_back(text) == text
    assert there_and_back(few) == few
    with pytest.raises(OverflowError, match="at most 256 keys"):
        codec.encode(dict.fromkeys(COLLIDING), table())
    with pytest.raises(codec.BadFrame, match="at most 256 keys"):
        codec.decode({"dict": [[key, 1] for key in COLLIDING]}, table())


def test_a_text_is_capped():
    assert there_and_back("x" * codec.MAX_TEXT) == "x" * codec.MAX_TEXT
    with pytest.raises(OverflowError, match="a string may have"):
        codec.encode(["x" * (codec.MAX_TEXT + 1)], table())
    with pytest.raises(codec.BadFrame, match="a string may have"):
        codec.decode({"list": ["x" * (codec.MAX_TEXT + 1)]}, table())


@pytest.mark.parametrize(
    "dtype", ["(100000000,)f8", "f8,f8", "V8", "|O", "<U4", "<M8[s]", "float64", "<f16", "a" * 10**6, "{'names':['a']}"]
)
def test_only_names_of_numbers_are_dtypes(dtype):
    began = time.process_time()
    with pytest.raises(codec.BadFrame):
        codec.decode({"array": [None, dtype, [1], memoryview(bytes(8))]}, table())
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("order", "<>")
def test_both_orders_of_bytes_cross(order):
    value = np.arange(3.0).astype(f"{order}f8")
    np.testing.assert_array_equal(there_and_back(value), value)


def test_items_of_a_frame_are_capped():
    with pytest.raises(codec.BadFrame, match="items"):
        codec.load(codec.dump({"value": {"list": [0] * (codec.MAX_ITEMS + 1)}}))
    assert codec.load(codec.dump({"shown": "," * (codec.MAX_ITEMS + 1)}), 2 * codec.MAX_ITEMS)


def test_a_large_array_cannot_be_named_again_and_again():
    judge = JudgeSide()
    array = np.ones(2**16)
    judge.table.parameter = "x"
    (number, *_) = codec.encode(array, judge.table)["array"]
    once = {"list": [{"same": number}] * 10}
    assert len(codec.decode(once, judge.table)) == 10
    with pytest.raises(codec.BadFrame, match="names"):
        codec.decode({"list": [{"same": number}] * 1000}, judge.table)
    judge.table.update([], [])
    assert len(codec.decode(once, judge.table)) == 10


def test_things_of_the_other_side_are_capped():
    many = {"list": [{"handle": [2 * number + 1, "x"]} for number in range(2**16 + 1)]}
    with pytest.raises(codec.BadFrame, match="things"):
        codec.decode(many, table())
