"""Figures with sliders: drawn as well-formed SVG at all ends of their settings, with values where they belong."""

import importlib
import itertools
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from bs4 import BeautifulSoup
from scipy import stats

from autograder import chapter
from autograder.live import figures
from autograder.live.figures import Choice, dropout, svg

SVG = "{http://www.w3.org/2000/svg}"
TOPICS = [
    path.stem for path in sorted(Path(figures.__file__).parent.glob("*.py")) if path.stem not in ("__init__", "svg")
]


def figure_of(topic):
    return importlib.import_module(f"autograder.live.figures.{topic}").figure


def ends(setting):
    return setting.options if isinstance(setting, Choice) else (setting.low, setting.start, setting.high)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_figure_is_drawn_at_all_ends_of_its_settings(topic):
    figure = figure_of(topic)
    for values in itertools.product(*map(ends, figure.settings.values())):
        picture = figure.draw(**dict(zip(figure.settings, values)))
        root = ElementTree.fromstring(picture)
        assert root.get("role") == "img"
        assert root.get("aria-label") == figure.alt
        assert not re.search(r"\bnan\b|\binf\b", picture)


@pytest.mark.parametrize("topic", TOPICS)
def test_each_setting_changes_the_picture(topic):
    figure = figure_of(topic)
    for name, setting in figure.settings.items():
        values = {*ends(setting)}
        assert len({figure.draw(**{name: value}) for value in values}) == len(values)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_figure_is_the_same_each_time(topic):
    assert figure_of(topic).draw() == figure_of(topic).draw()


@pytest.mark.parametrize("topic", TOPICS)
def test_each_control_has_a_label_and_stands_at_its_start(topic):
    figure = figure_of(topic)
    controls = BeautifulSoup(figure.controls(), "html.parser").find_all(["input", "select"])
    assert [control["name"] for control in controls] == list(figure.settings)
    for control, setting in zip(controls, figure.settings.values()):
        assert control.parent.name == "label"
        assert setting.label in control.parent.get_text()
        if control.name == "input":
            assert float(control["min"]) == setting.low < float(control["value"]) == setting.start
            assert (setting.start - setting.low) / setting.step == pytest.approx(
                round((setting.start - setting.low) / setting.step)
            )
        else:
            assert [option.get_text() for option in control.find_all("option")] == list(setting.options)


CLAIMS = {
    "0.01, for 40 epochs": "At rate 0.01 and 40 epochs dropout is worse.",
    "0.1, for 100 epochs": "At rate 0.1 and 100 epochs dropout is better.",
}


def test_the_learning_rate_turns_the_verdict_on_dropout():
    """Each at the level of a claim: its interval of 95% leaves 2.5% at either end."""
    worse, better = (np.array(errors) for errors in dropout.figure.measured.values())
    assert stats.ttest_rel(worse[1], worse[0], alternative="greater").pvalue < 0.025
    assert stats.ttest_rel(better[1], better[0], alternative="less").pvalue < 0.025


@pytest.mark.parametrize("training", dropout.TRAININGS)
def test_dropouts_comparison_shows_mean_and_standard_error_of_what_was_measured(training):
    texts = [text.text for text in ElementTree.fromstring(dropout.figure.draw(training=training)).iter(f"{SVG}text")]
    plain, dropped = np.array(dropout.figure.measured[training])
    for arm, errors in (("no dropout", plain), ("dropout", dropped)):
        assert f"{arm}: {errors.mean():.1f} ± {stats.sem(errors):.1f}" in texts
    verdict = "worse" if dropped.mean() > plain.mean() else "better"
    difference = f"{(dropped - plain).mean():+.1f}".replace("-", "−")
    assert f"dropout {verdict}: {difference} ± {stats.sem(dropped - plain):.1f} points" in texts


@pytest.mark.parametrize("training", dropout.TRAININGS)
def test_dropouts_comparison_is_the_one_that_the_chapter_claims(training, pages):
    """The claim in the page holds its gain (error without, minus error with dropout) in full."""
    claims = pages["chapters/dropout.html"].select(".claim")
    (claimed,) = (claim for claim in claims if CLAIMS[training] in claim.get_text(" "))
    plain, dropped = np.mean(dropout.figure.measured[training], axis=1)
    assert plain - dropped == pytest.approx(float(claimed.data["value"]))


def test_every_figure_has_a_chapter_that_shows_it():
    assert set(TOPICS) <= set(chapter.topics())
    for topic in TOPICS:
        text = (chapter.ROOT / "chapters" / f"{topic}.md").read_text(encoding="utf-8")
        assert text.count(f"```{{figure-live}} {topic}\n") == 1


def panel(*arguments, **options):
    content, width, height = svg.plot(*arguments, xlabel="x", ylabel="y", **options)
    return ElementTree.fromstring(f'<svg xmlns="{SVG[1:-1]}">{content}</svg>'), width, height


def centres(root):
    return np.array([[float(c.get("cx")), float(c.get("cy"))] for c in root.iter(f"{SVG}circle")])


def test_points_stand_where_their_values_are():
    root, width, height = panel({"p": ([0, 5, 10], [0, 1, 2], "points")}, xlim=(0, 10), ylim=(0, 2))
    left, base = svg.LEFT, height - svg.BOTTOM
    middle = [(left + width - svg.RIGHT) / 2, (base + svg.TOP) / 2]
    shown = centres(root)[:3]
    np.testing.assert_allclose(shown, [[left, base], middle, [width - svg.RIGHT, svg.TOP]], atol=0.05)


def test_a_logarithmic_axis_gives_each_power_of_ten_as_much_room():
    root, *_ = panel({"p": ([1, 2, 3], [0.01, 1, 100], "points")}, ylim=(0.01, 100), logy=True)
    heights = centres(root)[:3, 1]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2], abs=0.1)


def test_values_that_cannot_be_shown_are_left_out():
    root, *_ = panel({"_p": ([1, 2, 3, 4], [1.0, np.nan, np.inf, -1.0], "points")}, ylim=(0.1, 10), logy=True)
    assert len(centres(root)) == 1


def test_ticks_are_round_and_lie_inside_the_axis():
    for low, high in ((0, 1), (-3, 3), (0.13, 0.97), (0, 4321)):
        axis = svg._Axis(0, 100, (low, high), log=False)
        ticks = axis.ticks()
        assert 2 <= len(ticks) <= 6
        assert low <= ticks.min() + 1e-9
        assert ticks.max() - 1e-9 <= high
        assert all(float(f"{tick:.3g}") == pytest.approx(tick, abs=1e-9) for tick in ticks)


def test_a_range_is_a_line_with_a_point_in_its_middle():
    root, _, height = panel({"_r": ([1, 1, 1], [0, 1, 2], "range")}, xlim=(0, 2), ylim=(0, 2))
    base = height - svg.BOTTOM
    middle = (base + svg.TOP) / 2
    ((x, y),) = centres(root)
    assert y == pytest.approx(middle)
    (line,) = (path for path in root.iter(f"{SVG}path") if "line" in path.get("class"))
    assert line.get("d") == f"M{x:.1f} {base:.1f}L{x:.1f} {middle:.1f}L{x:.1f} {svg.TOP:.1f}"


def test_names_are_escaped_and_the_key_leaves_out_what_begins_with_a_line():
    root, *_ = panel({"a < b & c": ([0, 1], [0, 1]), "_hidden": ([0, 1], [1, 0])})
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert "a < b & c" in texts
    assert "_hidden" not in texts


def test_a_grid_fills_what_is_true():
    values = np.random.default_rng(0).random((4, 7)) < 0.5
    content, *_ = svg.grid(values)
    assert content.count("M") == values.sum()
