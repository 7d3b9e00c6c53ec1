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
from autograder.live.figures import Choice, dropout

SVG = "{http://www.w3.org/2000/svg}"
TOPICS = [path.stem for path in sorted(Path(figures.__file__).parent.glob("*.py")) if path.stem != "__init__"]


def figure_of(topic):
    return importlib.import_module(f"autograder.live.figures.{topic}").figure


def ends(setting):
    return setting.options if isinstance(setting, Choice) else (setting.low, setting.start, setting.high)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_figure_is_drawn_at_all_ends_of_its_settings(topic):
    figure = figure_of(topic)
    for values in itertools.product(*map(ends, figure.settings.values())):
        picture = figure.draw(**dict(zip(figure.settings, values)))
        drawings = ElementTree.fromstring(picture).findall(f"div/{SVG}svg")
        assert [drawing.get("class") for drawing in drawings] == ["plot-wide", "plot-narrow"]
        assert {drawing.get("aria-label") for drawing in drawings} == {figure.alt}
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
