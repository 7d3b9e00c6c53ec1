"""The first page: its figure trains in the browser, and its map shows each chapter and those to come."""

import re

import pytest

from autograder import chapter
from autograder.live import miniature
from autograder.live.figures import thirty_layers
from tests.book.reader import surprises

HOME = "chapters/index.html"
TOPICS = chapter.topics()
SLOW = 60_000  # milliseconds: Python starts in some seconds, but other tests may run at the same time
TO_THE_END = "() => document.querySelector('[name=step]').value === document.querySelector('[name=step]').max"


@pytest.fixture(scope="module")
def tiles(pages):
    return pages[HOME].select(".course-map > li")


@pytest.fixture(scope="module")
def home(visit):
    """The first page, opened once."""
    return visit(HOME)


def test_map_shows_each_chapter_with_its_title_and_its_failing_figure(tiles, pages):
    shown = [tile.a for tile in tiles if tile.a]
    assert tuple(tile["data-topic"] for tile in shown) == TOPICS
    for tile in shown:
        assert tile["href"] == f"{tile['data-topic']}.html"
        assert tile.select_one(".tile-title").get_text() == chapter.read(tile["data-topic"]).title
        picture = tile.select_one(".tile-picture svg")
        assert picture["aria-hidden"] == "true"
        assert not picture.select("text")
        first = pages[f"chapters/{tile['data-topic']}.html"].select_one("figure.plot svg")
        drawn = {path["d"] for path in first.select("svg.marks path")}
        assert {path["d"] for path in picture.select("path")} <= drawn != set()


def test_map_shows_what_has_no_chapter_yet_as_coming(tiles):
    coming = [tile.get_text(" ", strip=True) for tile in tiles if not tile.a]
    assert len(tiles) == 16
    assert len(coming) == 16 - len(TOPICS)
    assert all(text.endswith("coming") for text in coming)


def test_one_click_begins_the_course(pages):
    (link,) = pages[HOME].select(".home-begin a")
    assert link["href"] == f"{TOPICS[0]}.html"


def test_a_page_without_figures_has_no_miniature():
    assert miniature.of_html('<p>None</p><svg class="claim-strip"><svg class="marks"/></svg>') == ""


def test_a_network_trains_in_the_browser_and_its_layers_live_or_die(home):
    """He's weights learn, Glorot's do not, and the pictures on the way there are all shown."""
    figure = home.locator(".live-figure")
    home.evaluate("""() => {
        window.shown = new Set()
        const picture = document.querySelector(".live-picture")
        new MutationObserver(() => window.shown.add(picture.innerHTML)).observe(picture, { childList: true })
    }""")
    ended = []
    for weights in list(thirty_layers.SCHEMES)[1::-1]:
        figure.get_by_label("First weights").select_option(weights)
        assert home.locator("[name=step]").input_value() == "0"
        figure.get_by_role("button", name="Train").click()
        home.wait_for_function(TO_THE_END, timeout=2 * SLOW)
        figure.get_by_role("button", name="Train").wait_for(timeout=SLOW)  # it says Stop until all is shown
        ended.append(int(re.search(r"Error on dev: (\d+)%", figure.locator(".live-status").text_content())[1]))
    learned, stalled = ended
    assert learned < 30 < 70 < stalled
    assert home.evaluate("window.shown.size") >= 2 * thirty_layers.STEPS // thirty_layers.EVERY
    assert surprises(home) == []


def test_training_stops_when_it_is_told_to(home):
    figure, steps = home.locator(".live-figure"), home.locator("[name=step]")
    figure.get_by_label("First weights").select_option(list(thirty_layers.SCHEMES)[2])
    figure.get_by_role("button", name="Train").click()
    home.wait_for_function("() => document.querySelector('[name=step]').value > 0", timeout=SLOW)
    figure.get_by_role("button", name="Stop").click()
    figure.get_by_role("button", name="Train").wait_for()
    stopped = int(steps.input_value())
    assert 0 < stopped < thirty_layers.STEPS
    steps.press("ArrowLeft")
    assert int(steps.input_value()) == stopped - thirty_layers.EVERY
