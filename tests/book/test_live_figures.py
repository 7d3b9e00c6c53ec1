"""Figures with sliders: well-formed SVG at both ends of every setting, with values where they belong."""

import importlib
import itertools
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup
from scipy import stats

from autograder import chapter
from autograder.live import figures
from autograder.live.figures import Choice, dropout_comparison, thirty_layers

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
            assert float(control["min"]) == setting.low <= float(control["value"]) == setting.start
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
    """Each holds at the level of a claim: its 95% interval leaves 2.5% at either end."""
    worse, better = (np.array(errors) for errors in dropout_comparison.figure.measured.values())
    assert stats.ttest_rel(worse[1], worse[0], alternative="greater").pvalue < 0.025
    assert stats.ttest_rel(better[1], better[0], alternative="less").pvalue < 0.025


@pytest.mark.parametrize("training", dropout_comparison.TRAININGS)
def test_dropouts_comparison_shows_mean_and_standard_error_of_what_was_measured(training):
    texts = [
        text.text
        for text in ElementTree.fromstring(dropout_comparison.figure.draw(training=training)).iter(f"{SVG}text")
    ]
    plain, dropped = np.array(dropout_comparison.figure.measured[training])
    for arm, errors in (("no dropout", plain), ("dropout", dropped)):
        assert f"{arm}: {errors.mean():.1f} ± {stats.sem(errors):.1f}" in texts
    verdict = "worse" if dropped.mean() > plain.mean() else "better"
    difference = f"{(dropped - plain).mean():+.1f}".replace("-", "−")
    assert f"dropout {verdict}: {difference} ± {stats.sem(dropped - plain):.1f} points" in texts


@pytest.mark.parametrize("training", dropout_comparison.TRAININGS)
def test_dropouts_comparison_is_the_one_that_the_chapter_claims(training, pages):
    """The claim in the page holds its gain (error without, minus error with dropout) in full."""
    claims = pages["chapters/dropout.html"].select(".claim")
    (claimed,) = (claim for claim in claims if CLAIMS[training] in claim.get_text(" "))
    plain, dropped = np.mean(dropout_comparison.figure.measured[training], axis=1)
    assert plain - dropped == pytest.approx(float(claimed.data["value"]))


def test_every_figure_stands_once_in_its_chapter_or_on_the_first_page():
    for topic in TOPICS:
        page = next((page for page in (topic, topic.partition("_")[0]) if page in chapter.topics()), "index")
        text = (chapter.ROOT / "chapters" / f"{page}.md").read_text(encoding="utf-8")
        assert text.count(f"```{{figure-live}} {topic}\n") == 1


def test_a_signal_fades_stays_or_grows_by_the_size_of_the_weights():
    """Without training, a layer of ReLU multiplies the mean square by half the fan-in times the weights' variance."""
    size = {name: np.mean(thirty_layers.snapshot(name, 0).activations ** 2, axis=1) for name in thirty_layers.SCHEMES}
    for name, activations in size.items():
        std = thirty_layers.SCHEMES[name](thirty_layers.WIDTH, thirty_layers.WIDTH)
        factor = (activations[-1] / activations[0]) ** (1 / (thirty_layers.DEPTH - 1))
        assert factor == pytest.approx(thirty_layers.WIDTH / 2 * std**2, rel=0.3), name


def test_a_training_goes_on_from_where_it_was():
    name = list(thirty_layers.SCHEMES)[1]
    late, early = thirty_layers.snapshot(name, 20), thirty_layers.snapshot(name, 10)
    assert late.errors[:2] == early.errors
    assert (late.activations != early.activations).any()


def test_a_step_of_training_is_the_one_of_torch():
    """It is gradient descent with momentum on the cross-entropy, as in torch's SGD: three steps of the real network."""
    x, y, *_ = thirty_layers._digits()
    rng = np.random.default_rng(0)
    params = [
        array
        for fan_in, fan_out in zip(thirty_layers.SIZES, thirty_layers.SIZES[1:])
        for array in (rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out)), np.zeros(fan_out))
    ]
    theirs = [torch.tensor(array, requires_grad=True) for array in params]
    optimizer = torch.optim.SGD(theirs, lr=thirty_layers.RATE, momentum=thirty_layers.MOMENTUM)
    velocity = [np.zeros_like(array) for array in params]
    for begin in (0, 32, 64):
        batch = slice(begin, begin + 32)
        a = torch.tensor(x[batch], dtype=torch.float64)
        for layer in range(0, len(theirs), 2):
            a = a @ theirs[layer] + theirs[layer + 1]
            a = a if layer == len(theirs) - 2 else torch.relu(a)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(a, torch.tensor(y[batch])).backward()
        optimizer.step()
        thirty_layers._step(params, velocity, x[batch], y[batch])
    for ours, its in zip(params, theirs):
        np.testing.assert_allclose(ours, its.detach().numpy(), rtol=1e-9, atol=1e-12)
