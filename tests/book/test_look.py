"""Pages in a browser, with no network: they fit a phone, in light and dark, and their scripts run."""

import json
from contextlib import closing
from types import SimpleNamespace

import pytest

from autograder import chapter
from tests.book.reader import resize

TOPICS = chapter.topics()
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1400, "height": 900}


class Look:
    """A browser page that goes from one page of the book to the next, and keeps the errors of their scripts."""

    def __init__(self, browser, site):
        self.site, self.errors = site, []
        self.context = browser.new_context(service_workers="block")
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def __call__(self, path, *, viewport=DESKTOP, scheme="light", media="screen"):
        self.page.set_viewport_size(viewport)
        self.page.emulate_media(color_scheme=scheme, media=media)
        self.errors.clear()
        self.page.goto(self.site + path)
        return self.page

    def close(self):
        self.context.close()


@pytest.fixture(scope="module")
def visit(browser, bare):
    """A function that opens a page, replacing the one before, and returns it."""
    with closing(Look(browser, bare)) as look:
        yield look


# What reaches beyond the window, and is not in anything that can be scrolled there.
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


EXCESS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# How far outside the window notes in the margin end.
OUTSIDE = """
() => [...document.querySelectorAll("aside.margin, div.margin")]
  .map(note => note.getBoundingClientRect())
  .map(({ left, right }) => Math.max(-left, right - document.documentElement.clientWidth))
"""
# The contrast of each element with its background, as WCAG 2.2 defines it, with the element's text.
CONTRASTS = """
boxes => {
  const values = text => text.match(/[0-9.]+/g).map(Number)
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
  return [...document.querySelectorAll(boxes)].map(element => {
    let behind = element
    while (behind && (values(getComputedStyle(behind).backgroundColor)[3] ?? 1) === 0) behind = behind.parentElement
    const ground = behind ? values(getComputedStyle(behind).backgroundColor) : [255, 255, 255]
    const pair = [light(values(getComputedStyle(element).color)), light(ground)].sort((a, b) => b - a)
    return [(pair[0] + 0.05) / (pair[1] + 0.05), element.textContent.trim().slice(0, 60)]
  })
}
"""
BOXES = ".claim p, .dnn-report .dnn-verdict, section.exercise p, .assignment p, .quiz legend, .quiz label"
ENDS = (1440, 390)
WIDTHS = (1440, 1400, 1200, 1199, 1100, 1000, 992, 991, 769, 390)
SCHEMES = ("light", "dark")


@pytest.fixture(scope="module")
def seen(visit, pages):
    """What each page looks like in windows of several widths, and in light and dark: it is opened once for all."""
    found = {}
    for name, soup in pages.items():
        if soup.find("article"):
            page = visit(name)
            look = found[name] = SimpleNamespace(
                notes=len(soup.select("aside.margin, div.margin")), excess={}, cut={}, outside={}, contrasts={}
            )
            for width in WIDTHS if look.notes else ENDS:
                resize(page, width)
                look.excess[width], look.outside[width] = page.evaluate(f"[({EXCESS})(), ({OUTSIDE})()]")
                if width in ENDS:
                    look.cut[width] = page.evaluate(CUT)
            page.add_style_tag(content="* { transition: none !important }")
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                page.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)
                look.contrasts[scheme] = page.evaluate(CONTRASTS, BOXES)
            look.errors = [*visit.errors]
    return found


@pytest.mark.long
def test_nothing_of_a_page_is_wider_than_the_window(seen):
    assert len(seen) > len(TOPICS)
    for name, look in seen.items():
        assert {*ENDS} == {*look.cut} <= {*look.excess}
        assert max(look.excess.values()) <= 0, (name, look.excess)
        assert not any(look.cut.values()), (name, look.cut)


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


@pytest.mark.long
def test_margin_notes_are_in_the_window(seen):
    with_notes = {name: look for name, look in seen.items() if look.notes}
    for name, look in with_notes.items():
        for width in WIDTHS:
            assert len(look.outside[width]) == look.notes, (name, width)
            assert max(look.outside[width]) <= 0, (name, width)
    assert sum(look.notes for look in with_notes.values()) >= len(TOPICS)


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
def test_scripts_of_a_chapter_run(topic, seen):
    assert seen[f"chapters/{topic}.html"].errors == []


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("topic", TOPICS)
def test_own_boxes_are_legible(topic, scheme, seen):
    """The contrast that WCAG 2.2 asks of text, 4.5 to 1."""
    contrasts = seen[f"chapters/{topic}.html"].contrasts[scheme]
    assert len(contrasts) > 20
    assert [(contrast, text) for contrast, text in contrasts if contrast < 4.5] == []
