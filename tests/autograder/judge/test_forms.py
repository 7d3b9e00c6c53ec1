"""Forms: what means the same passes in its plain form; for anything else, a sentence says how it differs."""

import tracemalloc

import numpy as np
import pytest

from autograder.judge import forms
from autograder.judge.standin import in_memory
from autograder.judge.verdict import Wrong, collected
from dnnkit.normalization import Standardizer


@pytest.mark.parametrize(
    ("form", "value", "plain"),
    [
        (forms.array, [[1, 2], [3, 4]], np.array([[1, 2], [3, 4]])),
        (forms.array, np.float32(2.5), np.array(2.5)),
        (forms.array, (1.0, 2.0), np.array([1.0, 2.0])),
        (forms.mask, [True, False], np.array([True, False])),
        (forms.mask, np.array([1.0, 0.0]), np.array([True, False])),
        (forms.number, np.array(2.5), 2.5),
        (forms.number, np.float32(0.5), 0.5),
        (forms.number, 3, 3.0),
        (forms.integer, np.int32(4), 4),
        (forms.integer, 4.0, 4),
        (forms.boolean, np.True_, True),
        (forms.boolean, np.array(False), False),
        (forms.text, "he", "he"),
        (forms.anything, 0, 0),
    ],
)
def test_what_means_the_same_becomes_plain(form, value, plain):
    out = form(value)
    assert type(out) is type(plain)
    np.testing.assert_array_equal(out, plain)


def test_an_array_keeps_its_identity():
    a = np.ones(3)
    assert forms.array(a) is a


@pytest.mark.parametrize(
    ("form", "value", "sentence"),
    [
        (forms.array, None, "is a `return` missing"),
        (forms.array, "abc", "must be an array of numbers"),
        (forms.array, ["a"], "must be an array of numbers"),
        (forms.array, [[1], [2, 3]], "must be an array of numbers"),
        (forms.array, {"a": 1}, "must be an array of numbers"),
        (forms.array, np.array([1j]), "must be an array of real numbers"),
        (forms.array, [1, 2j], "must be an array of real numbers"),
        (forms.mask, np.array(1j), "must be an array of real numbers"),
        (forms.array, np.empty((0, 2**40)), "must not be an empty array of gigantic shape"),
        (forms.array, np.empty((2**40, 3, 0)), "must not be an empty array of gigantic shape"),
        (forms.mask, np.array([0, 2]), "must be an array of True and False"),
        (forms.boolean, np.array([True]), "must be True or False"),
        (forms.boolean, "True", "must be True or False"),
        (forms.mask, [0.5, 1.0], "must be an array of True and False"),
        (forms.number, np.ones(1), "must be a number"),
        (forms.number, True, "must be a number"),
        (forms.number, 1j, "must be a number"),
        (forms.integer, 2.5, "must be a whole number"),
        (forms.integer, float("inf"), "must be a whole number"),
        (forms.boolean, 1, "must be True or False"),
        (forms.text, 1, "must be a string"),
        (forms.anything, None, "is a `return` missing"),
        (forms.instance(step=forms.boolean), 1, "must be an object with step"),
        (forms.record(Standardizer), (1, 2), "must be a Standardizer"),
    ],
)
def test_what_does_not_mean_the_same_is_reported(form, value, sentence):
    with pytest.raises(Wrong, match=sentence) as wrong:
        form(value)
    assert wrong.value.detail


@pytest.mark.parametrize("value", [np.ones(3), (1,), (1, 2, 3), {"a": 1}, 5])
def test_a_tuple_is_counted(value):
    form = forms.form_of((forms.array, forms.number))
    with pytest.raises(Wrong, match="a tuple of 2: an array of numbers, then a number"):
        form(value)


@pytest.mark.parametrize(
    ("spec", "value", "whole", "place"),
    [
        ((forms.array, forms.mask), (np.ones(2), None), "a tuple of 2: an array", "entry 2: got None"),
        ((forms.mask, forms.array), (np.full(2, 0.5), np.ones(2)), "a tuple of 2: an array", "entry 1: got an array"),
        (
            (forms.number, (forms.text, forms.number)),
            (1, ("a", "3")),
            "a tuple of 2: a number",
            "entry 2: entry 2: got",
        ),
    ],
)
def test_a_tuples_entry_in_another_form_is_reported_with_its_place(spec, value, whole, place):
    with pytest.raises(Wrong, match=f"the result must be {whole}") as wrong:
        forms.form_of(spec)(value)
    assert wrong.value.detail.startswith(place)


def test_a_list_has_any_length_and_one_form():
    form = forms.form_of([forms.array])
    assert form([]) == []
    out = form(([1, 2], np.ones((2, 2))))
    assert [part.shape for part in out] == [(2,), (2, 2)]
    assert [part.tolist() for part in forms.compared(form, out)] == [[1, 2], [[1, 1], [1, 1]]]
    with pytest.raises(Wrong, match="a list, each entry an array of numbers"):
        form(np.ones((2, 2)))
    with pytest.raises(Wrong, match="each entry of the list must be an array of numbers"):
        form([[1, 2], "no"])
    with pytest.raises(TypeError, match="returns must be a form"):
        forms.form_of([forms.array, forms.array])


def test_composed_forms_reach_inside():
    form = forms.form_of({"mean": forms.number, "both": (forms.array, forms.boolean)})
    out = form({"mean": np.float32(1), "both": [[1, 2], np.False_]})
    assert out["mean"] == 1.0
    assert out["both"][1] is False
    with pytest.raises(Wrong, match="True or False"):
        form({"mean": 1.0, "both": ([1, 2], "no")})
    with pytest.raises(Wrong, match="'mean', 'both'"):
        form({"mean": 1.0})
    with pytest.raises(TypeError, match="returns must be a form"):
        forms.form_of(3)


def test_a_record_is_made_anew_of_its_fields():
    form = forms.record(Standardizer, mean=forms.array, std=forms.array)
    out = form(Standardizer(np.zeros(2), np.ones(2)))
    assert isinstance(out, Standardizer)
    np.testing.assert_array_equal(out.std, [1, 1])


def test_the_members_of_an_object_are_held_to_their_forms():
    class Stopper:
        best_loss = 3

        def step(self, loss):
            return loss > 1 or None

    form = forms.instance(step=forms.boolean, best_loss=forms.number)
    stopper = form(in_memory(Stopper()).submission())
    assert stopper.best_loss == 3.0
    assert stopper.step(2) is True
    with pytest.raises(Wrong, match="return"):
        stopper.step(0)


def test_a_free_form_is_held_to_and_left_out():
    form = forms.form_of((forms.number, forms.free((forms.array, forms.anything))))
    out = form((1, ([1, 2], "cache")))
    assert forms.compared(form, out) == (1.0, "<free>")
    with pytest.raises(Wrong, match="array of numbers"):
        form((1, ("no", 1)))


@pytest.mark.parametrize("value", [None, 3, "text"])
def test_what_is_ignored_may_be_anything(value):
    form = forms.form_of(forms.ignored)
    assert form(value) is value
    assert forms.compared(form, value) == forms.compared(form, object())


def test_an_unknown_key_of_a_value_is_told_once_and_the_rest_is_judged():
    form = forms.value_of({"a": forms.number, "b": forms.number}, lambda form, value: form(value))
    with collected() as (noted, _):
        parts = form({"a": 1, "bee": 2})
        assert parts["a"] == 1.0
        with pytest.raises(Wrong, match="b was left blank"):
            parts["b"]
    assert ["'a', 'b'" in wrong.sentence for wrong in noted] == [True]


def test_a_list_of_one_long_text_and_many_short_ones_is_no_array_and_takes_no_memory():
    tracemalloc.start()
    with pytest.raises(Wrong, match="array of numbers"):
        forms.array(["x" * 2**16] + [""] * 2**16)
    assert tracemalloc.get_traced_memory()[1] < 2**22
    tracemalloc.stop()


@pytest.mark.parametrize(("depth", "taken"), [(8, True), (9, False)])
def test_lists_are_arrays_of_at_most_eight_axes(depth, taken):
    value = 1.0
    for _ in range(depth):
        value = [value, value] if depth < 9 else [value]
    if taken:
        assert forms.array(value).shape == (2,) * 8
    else:
        with pytest.raises(Wrong, match="array of numbers"):
            forms.array(value)
    with pytest.raises(Wrong, match="array of numbers"):
        forms.array([[np.zeros((1,) * 7)]])
