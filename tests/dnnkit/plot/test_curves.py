"""Curves, read back from the drawing by its ticks: the given numbers, SciPy's intervals, NumPy's shares."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from dnnkit import mlp, plot
from dnnkit.hyperparameters import Hyperparameters
from tests.dnnkit.plot.reading import Drawing, read, vertices


def history(dev=True, epochs=4):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((30, 4)), rng.integers(3, size=30)
    sets = (x[:20], y[:20], x[20:], y[20:]) if dev else (x, y)
    start = mlp.init([4, 3], scheme="lecun", rng=rng)
    return mlp.train(start, sets, Hyperparameters(learning_rate=0.1, epochs=epochs), rng=rng)


def panel(picture, width=720):
    (found,) = Drawing(picture, width).panels()
    return found


def dots(found, **logs):
    return [found.points(path.get("d"), **logs) for path in found.of("path", "dots")]


def solid(found):
    """The lines of two or more points."""
    return [path for path in found.of("path", "line") if len(vertices(path.get("d"))) > 1]


@pytest.mark.parametrize("width", [720, 360])
def test_dots_stand_at_the_numbers_and_means_at_those_of_the_seeds(width):
    runs = np.random.default_rng(0).standard_normal((7, 4))
    found = panel(plot.lines([1, 2, 3, 4], {"one": [4, 3, 2, 1], "many": runs}, xlabel="x", ylabel="y"), width)
    one, many = dots(found)
    np.testing.assert_allclose(one, [[1, 4], [2, 3], [3, 2], [4, 1]], atol=0.02)
    np.testing.assert_allclose(many[:, 1], runs.mean(axis=0), atol=0.02)


def test_the_interval_at_each_dot_is_students():
    runs = np.random.default_rng(1).standard_normal((6, 5))
    found = panel(plot.lines(np.arange(5), {"many": runs}, xlabel="x", ylabel="y"))
    bars = found.of("path", "line")[0].get("d")
    below = found.points(bars)[:, 1]
    above = read(np.array([float(end) for end in bars.replace("M", "V").split("V")[2::2]]) + found.y, found.up, False)
    low, high = stats.t.interval(0.95, 5, loc=runs.mean(axis=0), scale=stats.sem(runs))
    np.testing.assert_allclose(below, low, atol=0.02)
    np.testing.assert_allclose(above, high, atol=0.02)


def test_on_a_logarithmic_axis_the_mean_is_geometric_and_its_interval_that_of_the_logarithms():
    runs = np.exp(np.random.default_rng(1).standard_normal((6, 4)) * 3)
    picture = plot.lines(np.arange(4), {"many": runs}, xlabel="x", ylabel="y", yscale="log")
    found = panel(picture)
    np.testing.assert_allclose(dots(found, ylog=True)[0][:, 1], stats.gmean(runs), rtol=0.03)
    below = found.points(found.of("path", "line")[0].get("d"), ylog=True)[:, 1]
    logs = np.log(runs)
    low, _ = stats.t.interval(0.95, 5, loc=logs.mean(axis=0), scale=stats.sem(logs))
    np.testing.assert_allclose(below, np.exp(low), rtol=0.03)
    assert picture.note == "Dots: geometric mean of 6 seeds; bars: its 95% interval."


def test_many_points_become_a_line_with_a_band():
    x, runs = np.arange(100), np.random.default_rng(0).standard_normal((5, 100)) + np.arange(100) / 10
    picture = plot.lines(x, {"loss": runs}, xlabel="step", ylabel="loss")
    found = panel(picture)
    assert not found.of("path", "dots")
    (line,) = solid(found)
    np.testing.assert_allclose(found.points(line.get("d")), np.c_[x, runs.mean(axis=0)], atol=0.2)
    (band,) = found.of("path", "band")
    corners = found.points(band.get("d"))
    low, high = stats.t.interval(0.95, 4, loc=runs.mean(axis=0), scale=stats.sem(runs))
    np.testing.assert_allclose(corners[:, 1], np.r_[low, high[::-1]], atol=0.06)
    assert picture.note == "Line: mean of 5 seeds; band: its 95% interval."


def test_an_interval_that_is_known_is_drawn_as_it_is():
    known = plot.Interval([1.0, 2.0], [0.5, 1.0], [3.0, 4.0])
    picture = plot.lines([0, 1], {"a": known}, xlabel="x", ylabel="y", markers=False)
    found = panel(picture)
    corners = found.points(found.of("path", "band")[0].get("d"))
    np.testing.assert_allclose(corners, [[0, 0.5], [1, 1], [1, 4], [0, 3]], atol=0.02)
    assert picture.note == ""  # callers who know it say what it is


@pytest.mark.parametrize("xscale", ["linear", "log"])
@pytest.mark.parametrize("yscale", ["linear", "log"])
def test_theory_is_a_level_values_or_a_function(xscale, yscale):
    x = np.array([1.0, 2, 5, 10])
    theory = {"level": 2, "values": [1, 4, 25, 100], "function": lambda x: 3 / x}
    picture = plot.lines(
        x, {"a": [1.0, 5, 20, 90]}, xlabel="x", ylabel="y", theory=theory, xscale=xscale, yscale=yscale
    )
    logs = {"xlog": xscale == "log", "ylog": yscale == "log"}
    found = panel(picture)
    grey = [path for path in found.of("path", "line") if "theory" in path.get("stroke")]
    level, values, function = (found.points(path.get("d"), **logs) for path in grey)
    tolerance = {"rtol": 0.01, "atol": 0 if yscale == "log" else 0.3}
    np.testing.assert_allclose(level[:, 1], 2, **tolerance)
    np.testing.assert_allclose(values[:, 1], [1, 4, 25, 100], **tolerance)
    assert len(function) == 200
    np.testing.assert_allclose(function[:, 1], 3 / function[:, 0], rtol=0.02, atol=tolerance["atol"])
    assert len({path.get("stroke-dasharray") for path in grey}) == 3


def test_a_value_that_is_not_finite_leaves_a_gap_and_one_alone_is_a_dot():
    x, y = np.arange(40), np.sin(np.arange(40) / 5)
    y[[10, 12]] = np.nan, np.inf
    found = panel(plot.lines(x, {"loss": y}, xlabel="x", ylabel="y"))
    (line,) = solid(found)
    assert line.get("d").count("M") == 2
    (alone,) = dots(found)
    np.testing.assert_allclose(alone, [[11, y[11]]], atol=0.02)


def test_what_a_logarithmic_axis_cannot_show_leaves_a_gap():
    found = panel(plot.lines([1, 2, 3, 4], {"a": [1, 0, -1, 100]}, xlabel="x", ylabel="y", yscale="log"))
    np.testing.assert_allclose(dots(found, ylog=True)[0], [[1, 1], [4, 100]], rtol=0.02)


def test_lines_of_more_points_than_pixels_keep_their_highest_and_lowest():
    y = np.random.default_rng(0).standard_normal(50_000)
    picture = plot.lines(np.arange(len(y)), {"a": y}, xlabel="x", ylabel="y")
    found = panel(picture)
    drawn = found.points(solid(found)[0].get("d"))[:, 1]
    np.testing.assert_allclose([drawn.min(), drawn.max()], [y.min(), y.max()], atol=0.02)
    assert len(picture._repr_html_()) < 100_000


def test_learning_curves_show_the_errors_of_both_sets_on_one_axis():
    run = history()
    train, dev = Drawing(plot.learning_curves({"run": run})).panels()
    np.testing.assert_allclose(dots(train)[0], np.c_[run.epochs, run.train_errors], atol=0.01)
    np.testing.assert_allclose(dots(dev)[0], np.c_[run.epochs, run.dev_errors], atol=0.01)
    assert train.up == dev.up


def test_layers_count_from_one_in_whole_numbers():
    values = {"he": 10.0 ** -np.arange(30), "glorot": np.ones((5, 30))}
    found = panel(plot.layer_statistics(values, ylabel="spread"))
    he, glorot = dots(found, ylog=True)
    np.testing.assert_allclose(he, np.c_[np.arange(1, 31), 10.0 ** -np.arange(30)], rtol=0.15, atol=0)
    assert [tick for _, tick in found.across][0] == 1
    assert all(tick == round(tick) for _, tick in found.across)
    halved = plot.layer_statistics(values, ylabel="spread", theory={"halved": lambda layer: 0.5**layer})
    assert panel(halved).across[0][1] == 1  # wherever the theory is evaluated in between


def test_histograms_share_their_bins_and_show_shares():
    values = {"a": np.array([0.0, 0.0, 1.0, 4.0]), "b": np.array([[2.0, 3.0]])}
    first, second = Drawing(plot.histograms(values, xlabel="x", bins=4)).panels()
    np.testing.assert_allclose(np.subtract(second.across, first.across)[:, 0], second.x - first.x)
    assert [value for _, value in first.across] == [value for _, value in second.across]
    for found, expected in ((first, [50, 25, 25]), (second, [50, 50])):
        path = found.of("path", "bars")[0].get("d")
        tops = np.array([float(part.split("H")[0]) for part in path.split("V")[1::2]])
        np.testing.assert_allclose(read(tops + found.y, found.up, False), expected, atol=0.5)


@pytest.mark.parametrize("width", [720, 360])
def test_panels_of_a_row_are_level(width):
    drawing = Drawing(plot.histograms({f"a {i}": [i, 2.0, 3.0] for i in range(6)}, xlabel="x", columns=3), width)
    boxes = np.array([found.box for found in drawing.panels()])
    assert len(set(boxes[:3, 1])) == len(set(boxes[3:, 1])) == 1
    np.testing.assert_allclose(boxes[:3, 0], boxes[3:, 0])


SERIES = {"a": [1.0, 2.0], "b": [2.0, 1.0], "c": [2.0, 3.0], "d": [1.0, 1.5]}


def test_a_colour_that_is_named_is_the_same_in_all_figures_and_the_others_are_free():
    colours = {"b": 1, "elsewhere": 2}
    for names in ("ab", "cb", "bcd"):
        found = panel(plot.lines([0, 1], {name: SERIES[name] for name in names}, xlabel="", ylabel="", colours=colours))
        strokes = [line.get("stroke") for line in solid(found)]
        assert "--course-1," in strokes[names.index("b")]
        assert len(set(strokes)) == len(names)


def test_a_series_without_a_colour_of_its_own_leaves_those_of_the_chapters_concepts_alone():
    found = panel(plot.lines([0, 1], SERIES, xlabel="", ylabel="", colours={"b": 4, "elsewhere": 1}))
    assert [int(line.get("stroke")[len("var(--course-")]) for line in solid(found)] == [2, 4, 3, 5]


def test_the_longest_words_of_a_name_give_its_colour():
    names = ["He, SGD", "Glorot's weights", "Hermite", "He, Adam"]
    colours = {"He": 3, "Glorot": 5, "He, Adam": 6}
    series = {name: [i, i + 1.0] for i, name in enumerate(names)}
    found = panel(plot.lines([0, 1], series, xlabel="", ylabel="", colours=colours))
    assert [int(line.get("stroke")[len("var(--course-")]) for line in solid(found)] == [3, 5, 1, 6]
    titles = {f"{name}\nlayer 1": [1.0, 2.0] for name in names}
    panels = Drawing(plot.histograms(titles, xlabel="", colours=colours)).panels()
    bars = [found.of("path", "bars")[0] for found in panels]
    assert [int(bar.get("fill")[len("var(--course-")]) for bar in bars] == [3, 5, 1, 6]


def test_two_series_of_one_colour_differ_in_dash():
    colours = dict.fromkeys("abcd", 2)
    found = panel(plot.lines([0, 1], SERIES, xlabel="", ylabel="", colours=colours, markers=False))
    assert len({line.get("stroke") for line in solid(found)}) == 1
    assert len({line.get("stroke-dasharray") for line in solid(found)}) == 4


def test_series_differ_in_colour_dash_and_marker():
    six = {str(i): [i, i + 1.0] for i in range(6)}
    found = panel(plot.lines([0, 1], six, xlabel="", ylabel=""))
    assert len({line.get("stroke") for line in solid(found)}) == 6
    assert len({line.get("stroke-dasharray") for line in solid(found)}) == 6
    shapes = {path.get("d").split("M")[1].split("m")[-1] for path in found.of("path", "dots")[1:]}
    assert len(shapes) == 5  # besides the first, which is a disc


odd = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, 1e300, -1e300, 5e-324, 1e-12])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(odd, min_size=1, max_size=40),
    st.sampled_from(["linear", "log"]),
    st.sampled_from(["linear", "log"]),
    st.booleans(),
)
@example([np.nan], "linear", "log", True)
@example([-1.0, -2.0], "linear", "log", False)
@example([1.7e308, -1.7e308], "linear", "linear", True)
@example([5.0] * 40, "log", "log", True)
def test_odd_numbers_give_a_drawing_in_which_every_place_is_a_number_inside(values, xscale, yscale, markers):
    x = np.arange(1, len(values) + 1)
    picture = plot.lines(
        x, {"a": values, "b": [values, values]}, xlabel="x", ylabel="y", xscale=xscale, yscale=yscale, markers=markers
    )
    for width in (720, 360):
        text = picture.svg(width)
        assert "nan" not in text
        assert "inf" not in text
        drawing = Drawing(picture, width)
        (found,) = drawing.panels()
        left, top, right, bottom = found.box
        seen = 0
        with np.errstate(invalid="ignore"):
            can = np.isfinite(values) & ((np.array(values) > 1e-300) | (yscale == "linear"))
        for path in found.of("path", "dots"):
            for a, b in vertices(path.get("d")):
                seen += 1
                assert left <= float(a) + found.x <= right
                assert top - 0.1 <= float(b) + found.y <= bottom + 0.1
        if markers:
            assert seen >= np.sum(can)  # the mean of two infinite runs, or of two of 1e308, is not finite
        assert 1 <= len(found.up) <= 12
        assert all(0 <= float(e.get("x")) + x <= width for e, x, _ in drawing.of("text"))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: plot.lines([1, 2], {"a": [1, 2, 3]}, xlabel="", ylabel=""), ValueError, r"series\['a'\] must have sh"),
        (lambda: plot.lines([1], {}, xlabel="", ylabel=""), ValueError, "series must hold 1 to 6 curves, got 0"),
        (lambda: plot.lines([1], [[1]], xlabel="", ylabel=""), TypeError, "series must be a dict by name, got list"),
        (lambda: plot.lines([1], {1: [1]}, xlabel="", ylabel=""), TypeError, "series must have text as names, got int"),
        (
            lambda: plot.lines([1], {str(i): [1] for i in range(7)}, xlabel="", ylabel=""),
            ValueError,
            "series must hold 1 to 6 curves, got 7",
        ),
        (lambda: plot.lines([1], {"a": ["b"]}, xlabel="", ylabel=""), TypeError, r"series\['a'\] must be an array of"),
        (lambda: plot.lines([np.nan], {"a": [1]}, xlabel="", ylabel=""), ValueError, "x must be finite"),
        (
            lambda: plot.lines([0, 1], {"a": [1, 2]}, xlabel="", ylabel="", xscale="log"),
            ValueError,
            "x must be positive on a logarithmic axis, got 0",
        ),
        (
            lambda: plot.lines([1], {"a": [1]}, xlabel="", ylabel="", yscale="symlog"),
            ValueError,
            "yscale must be one of 'linear', 'log', got 'symlog'",
        ),
        (
            lambda: plot.lines([1], {"a": [1]}, xlabel="", ylabel="", colours={"a": 7}),
            ValueError,
            r"colours\['a'\] must be in 1 \.\. 6, got 7",
        ),
        (
            lambda: plot.lines([1], {"a": [1]}, xlabel="", ylabel="", colours=["a"]),
            TypeError,
            "colours must be a dict by name, got list",
        ),
        (
            lambda: plot.lines([1, 2], {"a": [1, 2]}, xlabel="", ylabel="", theory={"t": [1, 2, 3]}),
            ValueError,
            r"theory\['t'\] must be a number or have shape \(2,\), got \(3,\)",
        ),
        (
            lambda: plot.lines([1], {"a": [1]}, xlabel="", ylabel="", theory=3),
            TypeError,
            "theory must be a dict by name, got int",
        ),
        (
            lambda: plot.lines([1], {"a": [1]}, xlabel="", ylabel="", theory=dict.fromkeys("abcd", 1)),
            ValueError,
            "theory must hold at most 3 lines, got 4",
        ),
        (
            lambda: plot.lines([1], {"a": plot.Interval([1], [0, 0], [2])}, xlabel="", ylabel=""),
            ValueError,
            r"series\['a'\].low must have shape \(1,\), got \(2,\)",
        ),
        (lambda: plot.lines([1], {"a": [1]}, xlabel="", ylabel="", caption=3), TypeError, "caption must be text"),
        (lambda: plot.learning_curves({"a": history(dev=False)}), ValueError, r"histories\['a'\] must have been"),
        (lambda: plot.layer_statistics({}, ylabel=""), ValueError, "statistics must hold 1 to 6 curves, got 0"),
        (lambda: plot.layer_statistics({"a": 3}, ylabel=""), ValueError, "statistics must hold arrays"),
        (lambda: plot.histograms({"a": []}, xlabel=""), ValueError, r"values\['a'\] must not be empty"),
        (lambda: plot.histograms({}, xlabel=""), ValueError, "values must hold an array"),
        (lambda: plot.histograms([1], xlabel=""), TypeError, "values must be a dict by name, got list"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
