"""Names in downloads are taken apart the way Canvas and Moodle put them together."""

import re
import unicodedata
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.lms import CANVAS, MOODLE, PLAIN, form_of, full, key, label, orders

TEXT = st.text(min_size=1, max_size=20)
NAME = TEXT.map(partial(unicodedata.normalize, "NFC")).filter(lambda text: any(map(str.isalpha, text)))


def in_canvas(first, last):
    """Return a name as Canvas writes it: sorted, letters and digits only, in lower case."""
    sortable = re.sub(r"_(\d+)_", r"\1", f"{last}, {first}")
    kept = (each for each in sortable if unicodedata.category(each)[0] in "LM" or unicodedata.category(each) in "Nd Pc")
    return "".join(kept).lower()


def in_moodle(first, last):
    """Return a name as Moodle writes it."""
    return re.sub(r"[\x00-\x1f\x7f&<>\"`|':\\/]", "", f"{first} {last}".replace("_", " "))


@pytest.mark.parametrize(
    ("path", "name", "number", "inside", "late", "order"),
    [
        (("doejane_12345_67890_toy-2.ipynb",), "doejane", "12345", ("toy-2.ipynb",), False, 67890),
        (("doejane_LATE_12345_67890_toy.ipynb",), "doejane", "12345", ("toy.ipynb",), True, 67890),
        (("doejane_late_12345_67890_toy.ipynb",), "doejane", "12345", ("toy.ipynb",), True, 67890),
        (("late_1_2_3_4_x.ipynb",), "late", "1", ("3_4_x.ipynb",), False, 2),
        (("van_der_berg_1_2_x.ipynb",), "van_der_berg", "1", ("x.ipynb",), False, 2),
        (("doejane_12345_text.html",), "doejane", "12345", ("text.html",), False, 0),
        (("submissions", "doejane_1_2_hw.zip", "a", "x.ipynb"), "doejane", "1", ("hw.zip", "a", "x.ipynb"), False, 2),
        (("王小明_1_2_x.ipynb",), "王小明", "1", ("x.ipynb",), False, 2),
    ],
)
def test_canvas(path, name, number, inside, late, order):
    got = label(CANVAS, path)
    assert (got.name, got.number, got.path, got.late, got.order) == (name, number, inside, late, order)
    assert form_of([path]) == CANVAS
    assert label(MOODLE, path) is None


@pytest.mark.parametrize(
    ("path", "name", "number", "inside"),
    [
        (("Jane Doe_12_assignsubmission_file", "toy.ipynb"), "Jane Doe", "12", ("toy.ipynb",)),
        (("Jane Doe_12_assignsubmission_file_", "a", "toy.ipynb"), "Jane Doe", "12", ("a", "toy.ipynb")),
        (("Jane Doe_12_assignsubmission_file_toy.ipynb",), "Jane Doe", "12", ("toy.ipynb",)),
        (("Jane Doe_12_assignsubmission_onlinetext", "onlinetext.html"), "Jane Doe", "12", ("onlinetext.html",)),
        (("x", "Participant_12_assignsubmission_file", "toy.ipynb"), "Participant", "12", ("toy.ipynb",)),
    ],
)
def test_moodle(path, name, number, inside):
    got = label(MOODLE, path)
    assert (got.name, got.number, got.path) == (name, number, inside)
    assert form_of([path]) == MOODLE


@pytest.mark.parametrize(
    "path", [("alice", "toy", "toy.ipynb"), ("toy_12.ipynb",), ("a_1_x.ipynb",), ("x_assignsubmission_file", "y")]
)
def test_what_is_named_otherwise_is_plain(path):
    assert label(CANVAS, path) is label(MOODLE, path) is None
    assert form_of([path]) == form_of([]) == PLAIN


@given(NAME, NAME, st.integers(0, 10**9), st.integers(0, 10**9), st.booleans(), TEXT)
def test_any_name_that_canvas_writes_is_its_owners(first, last, user, file, late, own):
    name = in_canvas(first, last)
    got = label(CANVAS, (f"{name}{'_LATE' * late}_{user}_{file}_{own}",))
    assert (got.number, got.order, got.late, got.path) == (str(user), file, late, (own,))
    assert key(got.name) in orders(first, last)


@given(NAME, NAME, st.integers(0, 10**9), TEXT)
def test_any_name_that_moodle_writes_is_its_owners(first, last, number, own):
    got = label(MOODLE, (f"{in_moodle(first, last)}_{number}_assignsubmission_file", own))
    assert (got.number, got.path) == (str(number), (own,))
    assert key(got.name) in orders(first, last)


@given(NAME, NAME)
def test_a_name_is_the_same_in_either_order(first, last):
    assert key(f"{first} {last}") in full(f"{last.replace(',', ' ')}, {first.replace(',', ' ')}")


@pytest.mark.parametrize("name", ["", " ", "_", "...", "\u200b"])
def test_a_name_of_nothing_is_nobodys(name):
    assert key(name) == ""
    assert full(name) == orders(name, name) == set()
