"""Every page can be read without seeing it, and seen by people with low vision: axe-core finds no serious fault."""

import re
from contextlib import closing

import pytest

from tests.book import packages

# Everything that WCAG 2.2 requires at levels A and AA, as far as axe can tell, and axe's other serious findings.
AXE = """
async (rules) => {
  // docutils gives each work of a bibliography a role that ARIA has since deprecated: harmless, and not ours to change
  const RULES = { "target-size": { enabled: true }, "aria-deprecated-role": { enabled: false } }
  const only = rules.length ? { runOnly: { type: "rule", values: rules } } : {}
  const options = { ...only, rules: RULES, resultTypes: ["violations"] }
  const { violations } = await axe.run(document, options)
  return violations
    .filter(({ impact, tags }) => /serious|critical/.test(impact) || tags.some((tag) => /^wcag2[12]?a?a$/.test(tag)))
    .flatMap(({ id, nodes }) => nodes.map(({ target, html }) => [id, String(target), html.slice(0, 200)]))
}
"""
ONE_OF_MANY = "chapters/api/network.html"  # of the library's pages, which are made alike and have the same colours
KINDS = ("chapters/index.html", "chapters/dropout.html", "chapters/claims.html", ONE_OF_MANY)
DARK = "document.documentElement.dataset.theme = document.documentElement.dataset.mode = 'dark'"
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1400, "height": 900}


@pytest.fixture(scope="module")
def page(browser, bare):
    """A page of the built book, in light colours; `page.home` is the book's address."""
    context = browser.new_context(viewport=DESKTOP, color_scheme="light")
    page = context.new_page()
    page.home = bare
    yield page
    context.close()


@pytest.mark.long
def test_axe_finds_no_serious_fault_in_light_and_dark(page, pages):
    script = (packages.install() / "axe-core" / "axe.min.js").read_text()
    found = {}
    for name, soup in pages.items():
        if soup.find("article") and ("/api/" not in name or name == ONE_OF_MANY):
            page.goto(page.home + name)
            page.evaluate(script)
            found[name] = page.evaluate(AXE, [])
            page.add_style_tag(content="* { transition: none !important }")
            page.evaluate(DARK)  # the text stays the same, only the colours change
            found[f"{name} in the dark"] = page.evaluate(AXE, ["color-contrast"])
    assert f"{ONE_OF_MANY} in the dark" in found
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize("name", KINDS)
def test_axe_finds_no_fault_on_a_phone(name, page):
    page.set_viewport_size(PHONE)
    page.goto(page.home + name)
    page.evaluate((packages.install() / "axe-core" / "axe.min.js").read_text())
    assert page.evaluate(AXE, []) == []
    page.set_viewport_size(DESKTOP)


@pytest.mark.parametrize("name", KINDS)
def test_a_page_can_be_read_when_it_is_enlarged_four_times(name, page):
    """WCAG 1.4.10: at 320 pixels nobody scrolls in two directions, except in what needs two, such as a table."""
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(page.home + name)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size(DESKTOP)


# Of formulas and tables: how many scroll by more than a pixel of rounding, and at how many the Tab key stops. A browser
# makes it stop at everything that scrolls, unless the page says otherwise.
STOPS = """
() => {
  const boxes = [...document.querySelectorAll("article :is(.math, .math *, .pst-scrollable-table-container)")]
    .filter((box) => box.checkVisibility())
  const wide = boxes.filter((box) => {
    const { display, overflowX } = getComputedStyle(box)
    return display !== "inline" && /auto|scroll/.test(overflowX) && box.scrollWidth > box.clientWidth
  })
  return {
    far: wide.filter((box) => box.scrollWidth > box.clientWidth + 1).length,
    stops: boxes.filter((box) => box.tabIndex === 0 || (wide.includes(box) && !box.hasAttribute("tabindex"))).length,
  }
}
"""


@pytest.mark.parametrize(("name", "viewport", "some"), [("notation", DESKTOP, False), ("dropout", PHONE, True)])
def test_keyboard_stops_at_formulas_that_scroll_and_at_no_other(name, viewport, some, browser, site):
    with closing(browser.new_context(viewport=viewport, service_workers="block")) as context:
        shown = context.new_page()
        shown.goto(f"{site}chapters/{name}.html", wait_until="domcontentloaded")
        shown.evaluate("MathJax.startup.promise")
        assert shown.locator("mjx-container").count() > 50
        shown.wait_for_function(f"() => {{ const {{ far, stops }} = ({STOPS})(); return far === stops }}")
        found = shown.evaluate(STOPS)
        assert (found["stops"] > 0) is some
        shown.evaluate((packages.install() / "axe-core" / "axe.min.js").read_text())
        assert shown.evaluate(AXE, ["scrollable-region-focusable"]) == []
        if some:
            formula = shown.locator("mjx-container[tabindex='0']").first
            formula.focus()
            shown.keyboard.press("ArrowRight")
            shown.wait_for_function("() => document.activeElement.scrollLeft > 0")


FOCUSED = """
() => {
  const element = document.activeElement
  const { outlineStyle, boxShadow } = getComputedStyle(element)
  const place = element.matches("summary") ? element.firstElementChild : element // the arrow of a list of pages
  const { width, height } = place.getBoundingClientRect()
  return {
    name: (element.getAttribute("aria-label") ?? element.textContent).trim().replace(/\\s+/g, " "),
    body: element === document.body,
    seen: width > 0 && height > 0 && (outlineStyle !== "none" || boxShadow !== "none"),
  }
}
"""


def test_keyboard_reaches_what_the_first_page_offers_and_shows_where_it_is(page, pages):
    page.goto(f"{page.home}chapters/index.html")
    page.wait_for_selector(".live-train:enabled")
    reached = []
    for _ in range(120):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED)
        if found["body"] or (reached and found == reached[0]):
            break
        reached.append(found)
    names = [each["name"] for each in reached]
    assert names[0] == "Skip to main content"
    assert "Train" in names
    for wanted in pages["chapters/index.html"].select(".home-begin a, a.tile .tile-title"):
        assert any(wanted.get_text() in name for name in names)
    assert [each["name"] for each in reached if not each["seen"]] == []


def test_a_screen_reader_is_told_what_stands_in_a_chapter(page, pages):
    """The tree that a browser gives to screen readers has headings, and names of fields, pictures and strips."""
    page.goto(f"{page.home}chapters/dropout.html")
    page.wait_for_selector(".live-area")
    tree = page.locator("main").aria_snapshot()
    assert 'heading "Dropout' in tree
    assert tree.count('textbox "Your answer to: ') == len(pages["chapters/dropout.html"].select("section.exercise"))
    assert re.search(r'img "\d+ seeds from .*; expected', tree)
    assert 'img ""' not in tree
    assert "- img\n" not in tree


def test_headings_leave_out_no_level(pages):
    for name, soup in pages.items():
        if soup.find("article"):
            levels = [int(heading.name[1]) for heading in soup.select("article :is(h1, h2, h3, h4, h5, h6)")]
            assert levels[0] == 1, name
            assert all(level - before <= 1 for before, level in zip(levels, levels[1:])), name


def test_axe_finds_a_planted_fault(page):
    page.goto(f"{page.home}chapters/index.html")
    page.evaluate((packages.install() / "axe-core" / "axe.min.js").read_text())
    page.evaluate(
        "document.querySelector('article').innerHTML += '<img src=\"logo.svg\"><p style=\"color: #ccc\">pale</p>'"
    )
    assert {"image-alt", "color-contrast"} <= {fault for fault, *_ in page.evaluate(AXE, [])}
