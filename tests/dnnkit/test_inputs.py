"""The public door: what it lets in, as what, and what it says about the rest."""

import re

import numpy as np
import pytest

from dnnkit import _inputs


class Column:
    """A column of text like a data frame's: `numpy.asarray` makes it an array of objects."""

    def __init__(self, *entries):
        self.entries = entries

    def __array__(self, dtype=None, copy=None):
        return np.array(self.entries, dtype=object if dtype is None else dtype)


@pytest.mark.parametrize("dtype", ["f4", "f8", ">f4", ">f8", "<f8"])
def test_single_and_double_precision_keep_it_in_the_machines_own_byte_order(dtype):
    out = _inputs.array("x", np.array([1.5, -2.0], dtype))
    assert out.dtype == np.dtype(dtype).newbyteorder("=")
    assert out.dtype.isnative
    np.testing.assert_array_equal(out, [1.5, -2.0])


@pytest.mark.parametrize("dtype", ["u1", "i2", "i8", "u8"])
def test_integers_become_float64(dtype):
    assert _inputs.array("x", np.array([1, 2], dtype)).dtype == np.float64


@pytest.mark.parametrize("value", [np.ones(2, np.float16), np.float16(1), [np.float16(1)], np.ones(2, np.longdouble)])
def test_other_precisions_are_refused_with_what_to_do(value):
    dtype = np.asarray(value).dtype
    if dtype.itemsize == 8:
        pytest.skip("this machine has no extended precision")
    with pytest.raises(TypeError, match=rf"^x must be float32 or float64, got dtype {dtype}: convert it with .astype"):
        _inputs.array("x", value)


@pytest.mark.parametrize(
    "value",
    [
        Column("cat", "dog", "cat"),
        np.array(["cat", "dog", "cat"], dtype=object),
        np.array(["cat", "dog", "cat"], dtype=np.dtypes.StringDType()),
        ["cat", "dog", "cat"],
    ],
    ids=["column", "objects", "strings", "list"],
)
def test_text_is_taken_as_categories_however_it_is_stored(value):
    out = _inputs.categories("y", value)
    assert out.dtype.kind == "U"
    np.testing.assert_array_equal(out, ["cat", "dog", "cat"])
    _inputs.categories("z", value, like=out)


@pytest.mark.parametrize("value", [Column("cat", None), Column("cat", 1), [0.5, 1.0], Column(1, 2)])
def test_categories_are_of_one_kind(value):
    with pytest.raises(TypeError, match="^y must be an array of integers, booleans or text"):
        _inputs.categories("y", value)


@pytest.mark.parametrize("value", [Column("cat", "dog"), ["cat", "dog"]], ids=["column", "list"])
def test_text_where_classes_are_numbers_is_told_how_to_become_them(value):
    with pytest.raises(
        TypeError, match="^y must be an array of integer labels, got text such as 'cat': number"
    ) as told:
        _inputs.labels("y", value, classes=2)
    (call,) = re.findall(r"numpy\.(unique\(.*\)\[1\])", str(told.value))
    numbered = eval(f"np.{call.replace('...', 'np.asarray(value).astype(str)')}")
    np.testing.assert_array_equal(_inputs.labels("y", numbered, classes=2), [0, 1])


def test_labels_that_are_missing_are_an_error_with_their_shape():
    with pytest.raises(TypeError, match="y must be an array of integer labels, got dtype object"):
        _inputs.labels("y", np.array([], dtype=object), classes=2)


@pytest.mark.parametrize("value", [["relu"], {"relu"}, np.array(["relu"]), None, 1])
@pytest.mark.parametrize("options", [{"relu": 1, "tanh": 2}, ("relu", "tanh"), {"tanh": 1}.keys()])
def test_what_is_not_among_the_options_is_named_hashable_or_not(value, options):
    with pytest.raises(ValueError, match="^activation must be one of .*'tanh', got "):
        _inputs.one_of("activation", value, options)
