"""Labels: apart, inside, as near to their lines as can be (scikit-learn's isotonic regression), or else a legend."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from dnnkit import plot
from dnnkit.plot.labels import spread
from dnnkit.plot.style import LINE, room, wrapped
from tests.dnnkit.plot.reading import Drawing, text_of

places = st.lists(st.floats(0, 300), min_size=1, max_size=9)


@settings(deadline=None)
@given(places, st.floats(1, 30))
def test_places_are_the_nearest_that_are_apart(wanted, step):
    found = spread(wanted, -np.inf, np.inf, step)
    order = np.argsort(wanted, kind="stable")
    offsets = step * np.arange(len(wanted))
    theirs = IsotonicRegression().fit_transform(offsets, np.array(wanted)[order] - offsets) + offsets
    np.testing.assert_allclose(found[order], theirs, atol=1e-9)


@settings(deadline=None)
@given(places, st.floats(1, 60))
def test_places_are_apart_in_order_and_inside_or_there_is_no_room(wanted, step):
    found = spread(wanted, 0, 300, step)
    if (len(wanted) - 1) * step > 300 + 1e-6:
        assert found is None
    elif found is not None:
        ordered = found[np.argsort(wanted, kind="stable")]
        assert np.all(np.diff(ordered) >= step - 1e-9)
        assert ordered[0] >= -1e-9
        assert ordered[-1] <= 300 + 1e-9


def boxes(drawing):
    """Left, top, right and bottom of every text, by the room allotted to it."""
    found = []
    for text, x, y in drawing.of("text"):
        width, at = room(text_of(text)), float(text.get("x")) + x
        left = at - {"middle": 0.5, "end": 1.0}.get(text.get("text-anchor"), 0.0) * width
        base = float(text.get("y")) + y
        found.append((left, base - 10, left + width, base + 3))
    return np.array(found)


def overlapping(found):
    left, top, right, bottom = (side[:, None] for side in found.T)
    across = np.minimum(right, right.T) - np.maximum(left, left.T)
    up = np.minimum(bottom, bottom.T) - np.maximum(top, top.T)
    return np.argwhere(np.triu((across > 0.5) & (up > 0.5), 1))


name = st.text("abc mW1", min_size=1, max_size=40).filter(lambda text: text.strip() == text)
series = st.dictionaries(name, st.lists(st.floats(0.01, 3), min_size=4, max_size=4), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(series, name, name, st.sampled_from([720, 360]), st.sampled_from(["linear", "log"]))
@example(dict.fromkeys("abcdef", [1.0] * 4), "x", "y", 360, "linear")
@example({"a" * 60: [1.0] * 4, "b": [2.0] * 4}, "x " * 100 + "x", "y" * 90, 360, "log")
def test_no_text_overlaps_another_or_leaves_the_picture(values, xlabel, ylabel, width, yscale):
    picture = plot.lines(
        [1, 2, 4, 8], values, xlabel=xlabel, ylabel=ylabel, yscale=yscale, title=ylabel, theory={"level": 0.02}
    )
    drawing = Drawing(picture, width)
    found = boxes(drawing)
    assert found[:, 0].min() >= -0.5
    assert found[:, 1].min() >= -0.5
    assert found[:, 2].max() <= width + 0.5
    assert found[:, 3].max() <= drawing.height + 0.5
    texts = drawing.texts()
    assert [(texts[i], texts[j]) for i, j in overlapping(found)] == []


def test_labels_stand_at_the_ends_of_their_lines_in_their_colours():
    ends = {"a": 1.0, "b": 5.0, "c": 5.1}
    drawing = Drawing(plot.lines([0, 1], {k: [3.0, v] for k, v in ends.items()}, xlabel="", ylabel=""))
    assert drawing.texts("label") == list(ends)
    assert not drawing.texts("key")
    (panel,) = drawing.panels()
    heights = {text_of(text): float(text.get("y")) + y for text, _, y in drawing.of("text", "label")}
    assert heights["b"] - heights["c"] == pytest.approx(LINE, abs=0.11)
    assert heights["a"] > heights["b"] > heights["c"]  # downwards
    assert [text.get("fill")[:14] for text, *_ in drawing.of("text", "label")] == [f"var(--course-{n}" for n in "123"]
    assert all(float(text.get("x")) + x > panel.box[2] for text, x, _ in drawing.of("text", "label"))


@pytest.mark.parametrize(
    ("values", "width"),
    [
        ({"a": [1, 2, np.nan, np.nan], "b": [1, 2, 3, 4]}, 720),  # a line that ends in the middle
        ({"a name that is too long for the margin of a picture": [1, 2, 3, 4], "b": [4, 3, 2, 1]}, 720),
        ({"a": [1, 2, 3, 4], "b": [2, 3, 4, 4], "c": [3, 4, 4, 4]}, 720),  # all come together at the end
        ({"rather long for a phone": [1, 2, 3, 4], "b": [4, 3, 2, 1]}, 360),
    ],
)
def test_names_that_do_not_fit_at_the_ends_stand_in_a_legend(values, width):
    drawing = Drawing(plot.lines([1, 2, 3, 4], values, xlabel="x", ylabel="y"), width)
    assert drawing.texts("key") == list(values)
    assert not drawing.texts("label")


def test_one_series_needs_no_name():
    drawing = Drawing(plot.lines([1, 2], {"alone": [1, 2]}, xlabel="x", ylabel="y"))
    assert "alone" not in drawing.texts()


@settings(deadline=None)
@given(st.text(max_size=80), st.floats(20, 300))
def test_wrapped_lines_are_short_enough_and_lose_no_letter(text, width):
    lines = wrapped(text, width)
    assert all(room(line) <= width or len(line) == 1 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_words_are_kept_whole_where_they_fit():
    assert wrapped("a line of words\nand another", 80) == ["a line of", "words", "and another"]
    assert all(room(a) + room(" ") + room(b.split(" ")[0]) > 60 for a, b in pairwise(wrapped("one two three four", 60)))
