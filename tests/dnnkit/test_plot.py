"""Figures: legible on light and dark, told apart without colour, and showing the numbers that they were given."""

import io

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy import stats

from dnnkit import mlp, plot
from dnnkit.hyperparameters import Hyperparameters

mpl.use("agg")


def history(dev=True):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((30, 4)), rng.integers(3, size=30)
    sets = (x[:20], y[:20], x[20:], y[20:]) if dev else (x, y)
    start = mlp.init([4, 3], scheme="lecun", rng=rng)
    return mlp.train(start, sets, Hyperparameters(learning_rate=0.1, epochs=4), rng=rng)


def left_or_right(x):
    return (x[:, 0] > 0.5).astype(np.int64)


RNG = np.random.default_rng(0)
POINTS, CLASSES = np.array([[0.0, 0.0], [1.0, 0.5], [0.25, 2.0]]), np.array([0, 1, 0])
FIGURES = {
    "lines": lambda: plot.lines([1, 2], {"a": [1, 2], "b": [[2, 1], [3, 1]]}, xlabel="x", ylabel="y", title="t"),
    "learning_curves": lambda: plot.learning_curves({"a": history(), "b": history()}, title="t"),
    "layer_statistics": lambda: plot.layer_statistics({"a": [1, 0.1, 0.01]}, ylabel="y", title="t"),
    "histograms": lambda: plot.histograms({str(i): RNG.random(50) for i in range(7)}, xlabel="x", title="t"),
    "images": lambda: plot.images(RNG.random((10, 8, 8)), titles=list("abcdefghij"), title="t"),
    "masks": lambda: plot.masks(RNG.random((5, 4, 6)) < 0.5, titles=list("abcde"), title="t"),
    "decision_regions": lambda: plot.decision_regions(
        {"a": left_or_right, "b": lambda x: 1 - left_or_right(x)}, POINTS, CLASSES, title="t"
    ),
    "loss_surface": lambda: plot.loss_surface(
        [0, 1, 2], [0, 1], [[1, 2, 3], [2, 4, 8]], paths={"a": [[0, 0], [1, 1]]}, xlabel="x", ylabel="y", title="t"
    ),
    "search_landscape": lambda: plot.search_landscape(
        {"a": RNG.random((5, 3)), "b": RNG.random((4, 3))}, xlabel="x", ylabel="y", title="t"
    ),
}


def luminance(colour):
    """Relative luminance as the Web Content Accessibility Guidelines define it."""
    channels = np.array(mpl.colors.to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(a, b):
    lighter, darker = sorted((luminance(a), luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("page", ["white", "black"])
def test_text_and_the_first_colours_stand_out_from_light_and_dark(page):
    assert contrast(plot.GREY, page) >= 4.5
    assert min(contrast(colour, page) for colour in plot.COLOURS[:4]) >= 3


def test_series_and_classes_are_told_apart_without_colour():
    assert len(set(plot.LINE_STYLES)) == len(set(plot.MARKERS)) == len(set(plot.COLOURS)) == 6


@pytest.mark.parametrize("make", FIGURES.values(), ids=FIGURES)
def test_figure_is_transparent_grey_closed_and_drawn_without_a_warning(make):
    settings = dict(mpl.rcParams)
    fig = make()
    assert isinstance(fig, mpl.figure.Figure)
    assert plt.get_fignums() == []  # open ones would be shown a second time by a notebook
    assert dict(mpl.rcParams) == settings
    fig.savefig(io.BytesIO(), format="png")
    assert mpl.colors.to_rgba(fig.get_facecolor())[3] == 0
    assert all(mpl.colors.to_rgba(ax.get_facecolor())[3] == 0 for ax in fig.axes)
    texts = [text for text in fig.findobj(mpl.text.Text) if text.get_text()]
    assert {mpl.colors.to_hex(text.get_color()) for text in texts} == {plot.GREY}
    assert "t" in [text.get_text() for text in texts]


def test_lines_show_the_curves_the_mean_over_seeds_and_its_standard_error():
    runs = np.random.default_rng(0).standard_normal((7, 4))
    fig = plot.lines([1, 2, 3, 4], {"one": [4, 3, 2, 1], "many": runs}, xlabel="x", ylabel="y", yscale="symlog")
    (ax,) = fig.axes
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_yscale()) == ("x", "y", "symlog")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["one", "many"]
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [4, 3, 2, 1])
    np.testing.assert_allclose(ax.lines[1].get_ydata(), runs.mean(axis=0))
    (band,) = ax.collections
    corners = band.get_paths()[0].vertices
    for x, mean, error in zip([1, 2, 3, 4], runs.mean(axis=0), stats.sem(runs)):
        at = corners[corners[:, 0] == x, 1]
        assert (at.min(), at.max()) == pytest.approx((mean - error, mean + error))


def test_a_value_that_is_not_finite_leaves_a_gap():
    fig = plot.lines([1, 2, 3], {"loss": [1.0, np.nan, 2.0]}, xlabel="x", ylabel="y")
    assert np.isnan(fig.axes[0].lines[0].get_ydata()[1])


def test_learning_curves_show_the_errors_of_both_sets():
    run = history()
    train, dev = plot.learning_curves({"run": run}).axes
    np.testing.assert_array_equal(train.lines[0].get_ydata(), run.train_errors)
    np.testing.assert_array_equal(dev.lines[0].get_ydata(), run.dev_errors)
    np.testing.assert_array_equal(dev.lines[0].get_xdata(), run.epochs)


def test_layers_count_from_one():
    (ax,) = plot.layer_statistics({"he": [3.0, 2.0, 1.0], "glorot": np.ones((5, 3))}, ylabel="spread").axes
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), [1, 2, 3])
    assert ax.get_yscale() == "log"


def test_histograms_share_their_bins_and_show_shares():
    values = {"a": np.array([0.0, 0.0, 1.0, 4.0]), "b": np.array([[2.0, 3.0]])}
    first, second = plot.histograms(values, xlabel="x", bins=4).axes
    assert [patch.get_height() for patch in first.patches] == [0.5, 0.25, 0, 0.25]
    assert [patch.get_height() for patch in second.patches] == [0, 0, 0.5, 0.5]
    assert first.get_xlim() == second.get_xlim()


def test_images_share_one_scale():
    pictures = np.arange(12.0).reshape(3, 2, 2)
    axes = plot.images(pictures, columns=2).axes
    assert len(axes) == 3
    for ax, picture in zip(axes, pictures):
        np.testing.assert_array_equal(ax.images[0].get_array(), picture)
        assert ax.images[0].get_clim() == (0, 11)


def test_masks_show_what_is_kept_in_colour_and_the_rest_as_the_page():
    image = plot.masks(np.array([[[True, False]]])).axes[0].images[0]
    colours = image.to_rgba(image.get_array())
    assert mpl.colors.to_hex(colours[0, 0]) == plot.COLOURS[0].lower()
    assert colours[0, 1, 3] == 0


def test_regions_show_what_the_predictor_answers_and_the_examples_by_class():
    seen = []

    def predict(x):
        seen.append(x)
        return left_or_right(x)

    (ax,) = plot.decision_regions({"rule": predict}, POINTS.astype(np.float32), CLASSES).axes
    (places,) = seen
    assert places.dtype == np.float32
    mesh = ax.collections[0]
    corners = mesh.get_coordinates()
    assert corners[..., 0].min() < 0 < 1 < corners[..., 0].max()  # a margin about the examples
    centres = (corners[:-1, :-1] + corners[1:, 1:]) / 2
    decided = centres[..., 0] > 0.5
    unsure = np.abs(centres[..., 0] - 0.5) < 0.01
    np.testing.assert_array_equal(mesh.get_array().reshape(decided.shape)[~unsure], decided[~unsure])
    dots = [c for c in ax.collections if isinstance(c, mpl.collections.PathCollection)]
    for label, found in enumerate(dots):
        np.testing.assert_array_equal(found.get_offsets(), POINTS[np.equal(CLASSES, label)])
        assert mpl.colors.to_hex(found.get_facecolor()[0]) == plot.COLOURS[label].lower()
    assert len({path.vertices.tobytes() for found in dots for path in found.get_paths()}) == 2


def test_trained_networks_are_predictors():
    x = RNG.standard_normal((30, 2))
    start = mlp.init([2, 3, 2], scheme="he", rng=RNG)
    run = mlp.train(start, (x, (x[:, 0] > 0).astype(int)), Hyperparameters(learning_rate=0.1, epochs=2), rng=RNG)
    assert len(plot.decision_regions({"one": run.predict, "two": run.predict}, x, np.zeros(30, int)).axes) == 2


def test_surface_has_contours_between_its_extremes_and_each_path_from_start_to_end():
    w = np.linspace(-1, 1, 30)
    loss = 0.5 + w[:, None] ** 2 + w**2
    paths = {"a": np.array([[0.5, 0.5], [0.1, 0.2], [0, 0]]), "b": np.array([[-0.5, 0.5], [0, 0]])}
    fig = plot.loss_surface(w, w, loss, paths=paths, xlabel="a", ylabel="b")
    (ax,) = fig.axes
    (contours,) = (c for c in ax.collections if isinstance(c, mpl.contour.ContourSet))
    ratios = np.array(contours.levels[1:]) / np.array(contours.levels[:-1])
    np.testing.assert_allclose(ratios, ratios[0])
    assert loss.min() < contours.levels[0] < contours.levels[-1] < loss.max()
    curves = [line for line in ax.lines if line.get_label() in paths]
    for line in curves:
        np.testing.assert_array_equal(line.get_xydata(), paths[line.get_label()])
    marked = {line.get_marker(): line.get_xydata().tolist() for line in ax.lines if len(line.get_xydata()) == 1}
    assert marked == {"o": [[-0.5, 0.5]], "*": [[0.0, 0.0]]}
    even = plot.loss_surface(w, w, loss - 0.5, xlabel="", ylabel="", log=False).axes[0].collections[0]
    np.testing.assert_allclose(np.diff(even.levels), np.diff(even.levels)[0])


def test_landscape_marks_the_best_trial_and_projects_all_of_them():
    trials = {
        "grid": np.array([[1, 1, 3.0], [1, 2, 0.5], [2, 1, 1.0], [2, 2, np.inf]]),
        "random": np.array([[1.2, 1.7, 9.0], [1.9, 1.1, 8.0]]),
    }
    fig = plot.search_landscape(trials, xlabel="rate", ylabel="momentum", xscale="log")
    grid, random, scale = fig.axes
    for ax, name, best in ((grid, "grid", [1, 2]), (random, "random", [1.9, 1.1])):
        failed, found, ring = ax.collections
        np.testing.assert_array_equal(ring.get_offsets(), [best])
        finite = np.isfinite(trials[name][:, 2])
        np.testing.assert_array_equal(found.get_array(), trials[name][finite, 2])
        np.testing.assert_array_equal(failed.get_offsets(), trials[name][~finite, :2])
        assert found.get_clim() == (0.5, 9)  # one scale for both
        along_x, along_y = ax.lines
        np.testing.assert_array_equal(along_x.get_xdata(), trials[name][:, 0])
        np.testing.assert_array_equal(along_y.get_ydata(), trials[name][:, 1])
        assert ax.get_xscale() == "log"
    assert scale.get_ylabel() == "loss"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: plot.lines([1, 2], {"a": [1, 2, 3]}, xlabel="", ylabel=""),
            ValueError,
            r"series\['a'\] must have shape",
        ),
        (lambda: plot.lines([1], {}, xlabel="", ylabel=""), ValueError, "series must hold 1 to 6 curves, got 0"),
        (
            lambda: plot.lines([1], {str(i): [1] for i in range(7)}, xlabel="", ylabel=""),
            ValueError,
            "series must hold 1 to 6 curves, got 7",
        ),
        (
            lambda: plot.learning_curves({"a": history(dev=False)}),
            ValueError,
            r"histories\['a'\] must have been trained",
        ),
        (lambda: plot.layer_statistics({}, ylabel=""), ValueError, "statistics must hold 1 to 6 curves, got 0"),
        (lambda: plot.histograms({"a": []}, xlabel=""), ValueError, r"values\['a'\] must not be empty"),
        (lambda: plot.histograms({}, xlabel=""), ValueError, "values must hold an array"),
        (lambda: plot.images(np.ones((8, 8))), ValueError, "images must have 3 axes"),
        (lambda: plot.images(np.ones((2, 8, 8)), titles=["a"]), ValueError, "titles must hold one for each of 2"),
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
            lambda: plot.search_landscape({"a": [[1, 2]]}, xlabel="", ylabel=""),
            ValueError,
            r"trials\['a'\] must have shape \(trials, 3\)",
        ),
        (
            lambda: plot.search_landscape({"a": [[1, 2, np.nan]]}, xlabel="", ylabel=""),
            ValueError,
            r"trials\['a'\] must have .* a finite loss",
        ),
        (lambda: plot.masks(np.ones((1, 2, 2))), TypeError, "masks must be a boolean array"),
        (lambda: plot.masks(np.ones((0, 2, 2), bool)), ValueError, "masks must not be empty"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
    assert plt.get_fignums() == []
