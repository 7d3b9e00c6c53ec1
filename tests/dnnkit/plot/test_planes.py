"""Planes: contours by contourpy, regions by the predictor itself, searches by the given trials."""

import re

import contourpy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.path import Path

from dnnkit import mlp, plot
from dnnkit.hyperparameters import Hyperparameters
from dnnkit.plot.contours import simplified, trace
from tests.dnnkit.plot.reading import Drawing

RNG = np.random.default_rng(0)
POINTS, CLASSES = np.array([[0.0, 0.0], [1.0, 0.5], [0.25, 2.0]]), np.array([0, 1, 0])


def panels(picture, width=720):
    return Drawing(picture, width).panels()


def left_or_right(x):
    return (x[:, 0] > 0.5).astype(np.int64)


@settings(deadline=None)
@given(st.integers(2, 12), st.integers(2, 12), st.integers(0, 2**32 - 1), st.floats(-1, 1))
def test_contours_are_contourpys(rows, columns, seed, level):
    rng = np.random.default_rng(seed)
    x, y = np.sort(rng.random(columns)), np.sort(rng.random(rows))
    values = rng.standard_normal((rows, columns))
    ours = trace(x, y, values, level)
    theirs = contourpy.contour_generator(x, y, values, corner_mask=False).lines(level)

    def pieces(lines):
        """Segments, whichever direction they run in."""
        found = [pair for line in lines for pair in zip(line, line[1:])]
        return sorted(sorted(tuple(np.round(end, 9).tolist()) for end in pair) for pair in found)

    assert pieces(ours) == pieces(theirs)
    closed = sorted(len(line) for line in theirs if np.array_equal(line[0], line[-1]))
    assert sorted(len(line) for line in ours if np.array_equal(line[0], line[-1])) == closed


@given(st.integers(2, 60), st.integers(0, 2**32 - 1), st.floats(0.01, 1))
def test_a_simplified_line_keeps_its_ends_and_stays_near(n, seed, tolerance):
    line = np.random.default_rng(seed).standard_normal((n, 2)).cumsum(axis=0)
    found = simplified(line, tolerance)
    np.testing.assert_array_equal(found[[0, -1]], line[[0, -1]])
    starts, steps = found[:-1, None], np.diff(found, axis=0)[:, None]
    lengths = np.maximum((steps**2).sum(axis=2), 1e-300)
    along = np.clip(((line - starts) * steps).sum(axis=2) / lengths, 0, 1)
    distances = np.hypot(*np.moveaxis(line - starts - along[..., None] * steps, -1, 0)).min(axis=0)
    assert distances.max() <= tolerance + 1e-9


@pytest.mark.parametrize("width", [720, 360])
def test_regions_are_where_the_predictor_answers_so(width):
    def rings(x):
        return (np.floor(2 * np.hypot(*x.T)) % 3).astype(int)

    x = RNG.standard_normal((40, 2))
    (found,) = panels(plot.decision_regions({"rings": rings}, x, rings(x)), width)
    places = RNG.uniform(-1.5, 1.5, (500, 2))
    clear = np.abs(2 * np.hypot(*places.T) - np.round(2 * np.hypot(*places.T))) > 0.1
    for region in found.of("path", "region"):
        colour = int(re.search(r"--course-(\d)", region.get("fill"))[1])
        inside = np.zeros(len(places), bool)
        for loop in region.get("d").split("z")[:-1]:
            inside ^= Path(found.points(loop)).contains_points(places)
        np.testing.assert_array_equal(inside[clear], (rings(places) == colour - 1)[clear])
    assert len(found.of("path", "region")) == 3


def test_regions_cover_the_plane_up_to_its_edges():
    (found,) = panels(plot.decision_regions({"all": lambda x: np.zeros(len(x), int)}, POINTS, CLASSES))
    (region,) = found.of("path", "region")
    corners = np.array([(x, y) for x, y in re.findall(r"([\d.]+) ([\d.]+)", region.get("d"))], float)
    left, top, right, bottom = found.box
    assert corners[:, 0].min() + found.x == pytest.approx(left, abs=0.2)
    assert corners[:, 1].max() + found.y == pytest.approx(bottom, abs=0.2)
    assert corners[:, 0].max() + found.x == pytest.approx(right, abs=0.2)
    assert corners[:, 1].min() + found.y == pytest.approx(top, abs=0.2)


def test_examples_are_marked_by_class_in_colour_and_shape():
    (found,) = panels(plot.decision_regions({"rule": left_or_right}, POINTS.astype(np.float32), CLASSES))
    marks = [
        each for each in found.of("path", "dots") if each.get("fill") != "none" or "course-1" in each.get("stroke")
    ]
    for label, mark in enumerate(marks):
        np.testing.assert_allclose(found.points(mark.get("d")), POINTS[label == CLASSES], atol=0.01)
    assert len(marks) == len({re.sub(r"M[\d. ]+", "", mark.get("d")[:14]) for mark in marks}) == 2


def test_a_predictor_is_asked_in_the_examples_own_precision():
    seen = []

    def predict(x):
        seen.append(x)
        return left_or_right(x)

    plot.decision_regions({"rule": predict}, POINTS.astype(np.float32), CLASSES)
    assert seen[0].dtype == np.float32


def test_a_predictor_of_noise_gives_a_picture_of_bounded_size():
    rng = np.random.default_rng(0)
    noise = {name: lambda x: rng.integers(6, size=len(x)) for name in "abc"}
    assert len(plot.decision_regions(noise, POINTS, CLASSES)._repr_html_()) < 150_000


def test_trained_networks_are_predictors():
    x = RNG.standard_normal((30, 2))
    start = mlp.init([2, 3, 2], scheme="he", rng=RNG)
    run = mlp.train(start, (x, (x[:, 0] > 0).astype(int)), Hyperparameters(learning_rate=0.1, epochs=2), rng=RNG)
    assert len(panels(plot.decision_regions({"one": run.predict, "two": run.predict}, x, np.zeros(30, int)))) == 2


def surface(**options):
    w = np.linspace(-1, 1, 60)
    return plot.loss_surface(w, w, 0.5 + w[:, None] ** 2 + w**2, xlabel="a", ylabel="b", **options)


def losses_on_contours(picture):
    (found,) = panels(picture)
    a, b = found.points(found.of("path", "contours")[0].get("d")).T
    return 0.5 + a**2 + b**2


def test_surface_has_contours_between_its_extremes_in_equal_ratios_or_steps():
    ratio = (2.5 / 0.5) ** (1 / 13)
    steps = np.log(losses_on_contours(surface()) / 0.5) / np.log(ratio)
    np.testing.assert_allclose(steps, np.round(steps), atol=0.15)
    assert set(np.round(steps)) == set(range(1, 13))
    steps = (losses_on_contours(surface(log=False)) - 0.5) / (2 / 13)
    np.testing.assert_allclose(steps, np.round(steps), atol=0.15)
    assert set(np.round(steps)) == set(range(1, 13))
    np.testing.assert_allclose(losses_on_contours(surface(levels=[0.75])), 0.75, atol=0.01)


def test_each_path_goes_from_a_ring_to_a_star():
    paths = {"a": np.array([[0.5, 0.5], [0.1, 0.2], [0, 0]]), "b": np.array([[-0.5, 0.5], [0, 0.1]])}
    (found,) = panels(surface(paths=paths))
    for name, start, line, end in zip(paths, *(found.of("path", kind) for kind in ("start", "dots", "end"))):
        np.testing.assert_allclose(found.points(line.get("d")), paths[name], atol=0.01)
        np.testing.assert_allclose(found.points(start.get("d"))[0], paths[name][0], atol=0.01)
        np.testing.assert_allclose(found.points(end.get("d"))[0], paths[name][-1], atol=0.01)
    assert Drawing(surface(paths=paths)).texts("key") == ["a", "b"]


def test_the_minimum_is_marked_by_a_cross():
    picture = surface(minimum=(0.25, -0.5))
    (found,) = panels(picture)
    (cross,) = found.of("path", "signs")
    np.testing.assert_allclose(found.points(cross.get("d"))[0], [0.25, -0.5], atol=0.01)
    with pytest.raises(ValueError, match=r"minimum must have shape \(2\), got \(3,\)"):
        surface(minimum=(1, 2, 3))


@pytest.mark.parametrize("xscale", ["linear", "log"])
def test_landscape_shows_all_trials_the_best_ringed_and_their_projections(xscale):
    trials = {
        "grid": np.array([[1, 1, 3.0], [1, 2, 0.5], [2, 1, 1.0], [2, 2, np.inf]]),
        "random": np.array([[1.2, 1.7, 9.0], [1.9, 1.1, 8.0]]),
    }
    picture = plot.search_landscape(trials, xlabel="rate", ylabel="momentum", xscale=xscale)
    for found, name, best in zip(panels(picture), trials, ([1, 2], [1.9, 1.1])):
        finite = np.isfinite(trials[name][:, 2])
        discs = found.of("circle", "disc")
        places = "".join(f"M{disc.get('cx')} {disc.get('cy')}" for disc in discs)
        log = {"xlog": xscale == "log"}
        np.testing.assert_allclose(found.points(places, **log), trials[name][finite, :2], atol=0.01)
        full = np.array([float(disc.get("fill-opacity")) for disc in discs])
        expected = 1 - 0.9 * (trials[name][finite, 2] - 0.5) / 8.5  # one scale for both
        np.testing.assert_allclose(full, expected, atol=0.006)
        *crosses, ring = found.of("path", "signs")
        np.testing.assert_allclose(found.points(ring.get("d"), **log), [best], atol=0.01)
        assert [cross.get("d").count("M") for cross in crosses] == [np.sum(~finite)]
        if not finite.all():
            np.testing.assert_allclose(
                found.points(crosses[0].get("d"), **log)[:1], trials[name][~finite, :2], atol=0.01
            )
        (ticks,) = found.of("path", "projections")
        different = len(np.unique(trials[name][:, 0])), len(np.unique(trials[name][:, 1]))
        assert (ticks.get("d").count("v-8"), ticks.get("d").count("h8")) == different


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: plot.decision_regions({}, POINTS, CLASSES), ValueError, "predictors must hold 1 to 6"),
        (lambda: plot.decision_regions({"a": 3}, POINTS, CLASSES), TypeError, r"predictors\['a'\] must be callable"),
        (
            lambda: plot.decision_regions({"a": lambda x: x}, POINTS, CLASSES),
            TypeError,
            r"predictors\['a'\]\(x\) must be an array of integer labels",
        ),
        (
            lambda: plot.decision_regions({"a": len}, POINTS[:, :1], CLASSES),
            ValueError,
            r"x must have shape \(any, 2\)",
        ),
        (lambda: plot.decision_regions({"a": len}, POINTS, [0, 1, 6]), ValueError, r"y must be labels in 0 \.\. 5"),
        (
            lambda: plot.loss_surface([0, 1], [0, 1], [[0, 1], [1, 2]], xlabel="", ylabel=""),
            ValueError,
            "loss must be positive for contours on a logarithmic scale, got 0",
        ),
        (
            lambda: plot.loss_surface([0, 1], [0, 1, 2], [[1, 1], [1, 2]], xlabel="", ylabel=""),
            ValueError,
            r"loss must have shape \(3, 2\), got \(2, 2\)",
        ),
        (
            lambda: plot.loss_surface([1, 0], [0, 1], [[1, 1], [1, 2]], xlabel="", ylabel=""),
            ValueError,
            "x must hold at least two numbers, each larger than the one before",
        ),
        (
            lambda: plot.search_landscape({"a": [[1, 2]]}, xlabel="", ylabel=""),
            ValueError,
            r"trials\['a'\] must have shape \(trials, 3\)",
        ),
        (
            lambda: plot.search_landscape({"a": [[1, 2, np.nan]]}, xlabel="", ylabel=""),
            ValueError,
            r"trials\['a'\] must have .* a finite loss",
        ),
        (
            lambda: plot.search_landscape({"a": [[0, 2, 1]]}, xlabel="", ylabel="", xscale="log"),
            ValueError,
            r"trials\['a'\]\[:, 0\] must be positive on a logarithmic axis, got 0",
        ),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
