"""Pages in a browser, with no network: they fit a phone, in light and dark, and their scripts run."""

import functools
import http.server
import json
import re
import threading
from urllib.parse import urljoin

import pytest

from autograder import chapter
from tests.book.reader import resize

TOPICS = chapter.topics()
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1400, "height": 900}


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def site(html):
    """The address where the built book is served."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=html)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def visit(browser, site):
    """A function that opens a page and returns it, with the errors of its scripts in `page.errors`."""
    contexts = []

    def _visit(path, *, viewport=DESKTOP, scheme="light"):
        context = browser.new_context(viewport=viewport, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), lambda route: route.abort())
        page.goto(site + path)
        return page

    yield _visit
    for context in contexts:
        context.close()


# What reaches beyond the window, and lies in nothing that can be scrolled there.
CUT = """
() => {
  const scrolls = (element) => /auto|scroll/.test(getComputedStyle(element).overflowX)
  const reachable = (element) => element.tagName !== "ARTICLE" && (scrolls(element) || reachable(element.parentElement))
  const wide = document.documentElement.clientWidth
  return [...document.querySelectorAll("article *")]
    .filter((element) => !element.closest("svg svg, .visually-hidden, mjx-assistive-mml"))
    .filter((element) => element.tagName !== "g" || !element.querySelector("svg")) // whose box counts what is cut off
    .filter((element) => element.getBoundingClientRect().right > wide + 1 && !reachable(element))
    .map((element) => element.outerHTML.slice(0, 120))
}
"""


def test_nothing_of_a_page_is_wider_than_the_window(visit, pages):
    page = visit("chapters/index.html")
    for name, soup in pages.items():
        if soup.find("article"):
            page.goto(urljoin(page.url, f"/{name}"))
            for width in (1440, 390):
                resize(page, width)
                excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert excess <= 0, (name, width)
                assert page.evaluate(CUT) == [], (name, width)


CODE_IN = {
    "code": "div.cell:not(.tag_exercise) > .cell_input pre",
    "output": ".cell_output .stream pre",
    "an exercise": ".tag_exercise pre",
    "an example of the library": "dl.py .doctest pre",
}


@pytest.mark.parametrize("place", CODE_IN)
def test_84_columns_of_code_fit_the_column(place, visit):
    """What fits is shown whole: nothing scrolls."""
    name = "api/network" if "library" in place else "dropout"
    page = visit(f"chapters/{name}.html", viewport={"width": 1440, "height": 900})
    page.evaluate("document.fonts.ready")
    pre = page.locator(f"article {CODE_IN[place]}").first
    assert pre.evaluate("pre => { pre.textContent = 'm'.repeat(84); return pre.scrollWidth - pre.clientWidth }") <= 0
    assert pre.evaluate("pre => { pre.textContent = 'm'.repeat(200); return pre.scrollWidth - pre.clientWidth }") > 0


PRINTED = {
    "chapters/index.html": (".course-map .tile", ".live-controls, .home-begin"),
    "chapters/dropout.html": (
        ".claim, section.exercise textarea, p.answer, aside.margin",
        ".live-bar, .copybtn, article summary",
    ),
    "chapters/claims.html": (".claims > .claim", ".headerlink"),
}
ON_A4 = {"width": 680, "height": 1000}  # pixels between the margins


@pytest.mark.parametrize("name", PRINTED)
def test_a_page_is_printed_whole_and_without_its_menus(name, visit):
    page = visit(name, viewport=ON_A4, scheme="dark")
    answer = page.locator("section.exercise .live-area")
    page.emulate_media(media="print")
    shown, left_out = PRINTED[name]
    menus = f".bd-sidebar-primary, .bd-sidebar-secondary, .bd-header-article, .prev-next-area, {left_out}"
    assert not any(page.eval_on_selector_all(menus, "all => all.map(each => each.checkVisibility())"))
    assert all(page.eval_on_selector_all(shown, "all => all.map(each => each.checkVisibility())"))
    assert page.locator(shown).count() >= 5
    assert page.locator("article h1").is_visible()
    assert page.evaluate(CUT) == []
    wide = "all => all.filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.outerHTML.slice(0, 99))"
    assert page.eval_on_selector_all("article :is(pre, table, .cell_output)", wide) == []
    sheet = page.evaluate("getComputedStyle(document.documentElement)")
    assert (sheet["backgroundColor"], sheet["colorScheme"]) == ("rgb(255, 255, 255)", "light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgba(0, 0, 0, 0)"
    assert page.locator("article p").first.evaluate("p => getComputedStyle(p).color") == "rgb(20, 36, 42)"
    assert answer.count() == 0 or answer.first.evaluate("area => area.clientHeight >= area.scrollHeight")


def test_printed_links_say_where_they_lead(visit):
    page = visit("chapters/index.html")
    page.emulate_media(media="print")
    link = page.locator('article a[href^="http"]').first
    after = link.evaluate("link => getComputedStyle(link, '::after').content")
    assert link.get_attribute("href") in after or "attr(href)" in after


OUTSIDE = """
() => [...document.querySelectorAll("aside.margin, div.margin")]
  .map(note => note.getBoundingClientRect())
  .map(({ left, right }) => Math.max(-left, right - document.documentElement.clientWidth))
"""


def test_margin_notes_are_in_the_window(visit, pages):
    page = visit("chapters/index.html")
    seen = 0
    for name, soup in pages.items():
        if notes := len(soup.select("aside.margin, div.margin")):
            page.goto(urljoin(page.url, f"/{name}"))
            for width in (390, 769, 991, 992, 1000, 1100, 1199, 1200, 1400):
                resize(page, width)
                outside = page.evaluate(OUTSIDE)
                assert len(outside) == notes, (name, width)
                assert max(outside) <= 0, (name, width)
            seen += notes
    assert seen >= len(TOPICS)


@pytest.mark.parametrize("topic", TOPICS)
def test_quiz_says_whether_an_answer_is_right(topic, visit):
    page = visit(f"chapters/{topic}.html")
    assert 3 <= page.locator("form.quiz").count() <= 5
    question = page.locator("form.quiz").filter(has=page.locator("input[type=radio]")).first
    right = [each["right"] for each in json.loads(question.get_attribute("data-answers"))].index(True)
    for choice in question.locator("input").all():
        choice.check()
        question.get_by_role("button", name="Check").click()
        said = "✓ Right." if choice.get_attribute("value") == str(right) else "✗ Not yet."
        assert question.locator(".quiz-status").text_content() == said
        assert len(question.locator(".quiz-said:visible").text_content()) > 10


@pytest.mark.parametrize("topic", TOPICS)
def test_scripts_of_a_chapter_run(topic, visit):
    page = visit(f"chapters/{topic}.html")
    assert page.errors == []


LUMINANCE = """
element => {
  const values = text => text.match(/[0-9.]+/g).map(Number)
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
  let behind = element
  while (behind && (values(getComputedStyle(behind).backgroundColor)[3] ?? 1) === 0) behind = behind.parentElement
  const ground = behind ? values(getComputedStyle(behind).backgroundColor) : [255, 255, 255]
  const pair = [light(values(getComputedStyle(element).color)), light(ground)].sort((a, b) => b - a)
  return (pair[0] + 0.05) / (pair[1] + 0.05)
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("topic", TOPICS)
def test_own_boxes_are_legible(topic, scheme, visit):
    """The contrast that WCAG 2.2 asks of text, 4.5 to 1."""
    page = visit(f"chapters/{topic}.html", scheme=scheme)
    boxes = (
        ".claim p",
        ".dnn-report .dnn-verdict",
        "section.exercise p",
        ".assignment p",
        ".quiz legend",
        ".quiz label",
    )
    for box in boxes:
        for element in page.locator(box).all():
            assert element.evaluate(LUMINANCE) >= 4.5, (box, element.text_content()[:60])
