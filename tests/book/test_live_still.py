"""Pages without running scripts, and what scripts add: pages stay readable, with nothing dead in them."""

import io
import re

import pytest
from PIL import Image

from tests.book import packages
from tests.book.reader import PAGE, WRONG, Answer
from tests.book.test_access import AXE, DARK


def test_a_page_that_is_opened_as_a_file_says_why_it_is_still(browser, html):
    page = browser.new_page()
    page.goto((html / PAGE).as_uri())
    why = page.locator(".live-still:visible")
    assert "opened as a file" in why.text_content()
    assert (html / "chapters" / why.get_by_role("link").get_attribute("href")).resolve().is_file()
    assert not page.locator(".live-bar:visible, .live-progress:visible").count()
    assert page.locator(".tag_check .cell_input:visible").count() == 6
    page.close()


def test_a_page_whose_scripts_are_lost_says_so(fresh):
    page = fresh(PAGE, prepare=lambda page: page.route("**/live/exercise.js", lambda route: route.abort()))
    why = page.locator(".live-still")
    why.filter(has_text="could not be loaded").wait_for()
    assert not page.locator(".live-bar:visible").count()


def test_a_page_without_scripts_is_the_chapter(fresh):
    page = fresh(PAGE, java_script_enabled=False)
    page.wait_for_load_state("load")  # including style sheets, which decide what is visible
    assert not page.locator(".live-bar:visible, .live-progress:visible, .live-still:visible").count()
    assert page.locator(".tag_check .cell_input:visible").count() == 6
    assert page.locator("form.quiz legend:visible").count() == 5


def test_beside_a_check_button_nothing_says_to_type(again):
    page = again()
    assert not page.locator("section.exercise .tag_check .cell_input:visible").count()
    prompts = page.locator("section.exercise").all_inner_texts()
    assert not [text for text in prompts if re.search(r"\b(hint|check)\(", text)]


def test_nothing_moves_when_the_scripts_take_hold(fresh):
    """What scripts put into the page has its place from the start."""
    heights = "[...document.querySelectorAll('section.exercise, #live-progress')].map(each => each.offsetHeight)"
    page = fresh(
        PAGE,
        prepare=lambda page: page.route(
            "**/live/page.js", lambda route: route.fulfill(body="", content_type="text/javascript")
        ),
    )
    before = page.evaluate(heights)
    page.unroute("**/live/page.js")
    page.reload()
    assert page.evaluate(heights) == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_starter_is_seen_before_it_is_touched(scheme, visit):
    """The clickable layer over it hides none of its ink."""
    page = visit(PAGE, color_scheme=scheme)
    for frame in page.locator("section.exercise .tag_exercise .highlight").all():

        def ink(frame=frame):
            picture = Image.open(io.BytesIO(frame.screenshot())).convert("L")
            counts = sorted(picture.histogram())
            return sum(counts[:-1])  # all but the background

        covered = ink()
        frame.evaluate("each => each.querySelector('.live-area').remove()")
        assert covered == pytest.approx(ink(), rel=0.02)
        assert covered > 300


def test_axe_finds_no_serious_fault_in_a_page_that_was_worked_in(again):
    page = again()
    masks = Answer(page, "dropout/inverted_dropout")
    masks.frame.locator(".live-area").fill(WRONG[0] + " # edited")
    for closed in page.locator("section.exercise details, .live-panel").all():
        closed.evaluate("each => (each.open = true)")
    page.evaluate((packages.install() / "axe-core" / "axe.min.js").read_text())
    assert page.evaluate(AXE, []) == []
    page.add_style_tag(content="* { transition: none !important }")
    page.evaluate(DARK)
    assert page.evaluate(AXE, ["color-contrast"]) == []
